"""A PDF into evidence: our own gates on raw bytes first, then two readers that must agree on what the file is.

qpdf (`structure.py`) goes first: it survives what hangs others. pyHanko reads signatures and revisions. Nothing of
either leaks past `evidence.py`. Runs in a worker process under limits (`gateway/sandbox.py`): the hangs of hazard 5 end
there. The ByteRange rule is checked here on raw bytes for every signature and document time-stamp, because readers that
only add up lengths accept ranges that run past the end of the file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from verify.appended import WHITE
from verify.byterange import range_digests, signed_range
from verify.case import open_signature
from verify.cms import Token, parse_token
from verify.der import Malformed
from verify.evidence import Evidence, Fault, Revision, Signature, Unreadable
from verify.objects import entries, value
from verify.record import Inconsistent, read
from verify.revisions import Field, fields_of, read_revisions, signature_of
from verify.statusdata import MAX_STATUS_DATA, UNREADABLE, serial_of
from verify.structure import Structure, read_structure
from verify.trust import Names

MAX_SIGNATURES = 32
"""A transcript has two to five; each costs a certification path, and readers go over all pairs of them."""
MAX_REVISION_ENDS = 128
"""Places where a revision may end (`%%EOF`): each costs one digest of everything before it."""
HEADER_WINDOW = 1024
"""`%PDF-` must stand in the first KiB, where readers look for it."""

NO_CHANGES, DEFAULT_LEVEL, LEVELS = 1, 2, frozenset({1, 2, 3})
"""DocMDP levels (ISO 32000-2, 12.8.2.2)."""

JUDGED_SUBFILTERS = frozenset({"/ETSI.CAdES.detached", "/adbe.pkcs7.detached"})
TIMESTAMP_SUBFILTER = "/ETSI.RFC3161"

END = re.compile(rb"%%EOF(\r\n|\n|\r)?")


def open_pdf(content: bytes) -> Evidence:
    """Read a PDF. Raises Unreadable: no parser opens it, a password, no pages, or a limit.

    A file that only one of two parsers opens, or on which they disagree, is evidence with the fault CANNOT_BE_JUDGED.
    """
    _gate(content)
    structure = _structure(content)
    try:
        reading = _read(content)
    except (MemoryError, Unreadable):
        raise
    except Exception as error:  # noqa: BLE001 - readers raise anything on hostile files: then this one cannot open it
        bare = _bare(structure, content)
        reading = _Reading(pages=structure.pages) if bare else _Reading(failed=type(error).__name__)
    if structure.failed and reading.failed:
        raise Unreadable("unreadable")
    if structure.pages == 0 and not structure.failed:
        raise Unreadable("no_pages")
    return _evidence(content, structure, reading)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What pyHanko made of the file."""

    pages: int = 0
    fields: tuple[Field, ...] = ()
    signatures: tuple[Signature, ...] = ()
    revisions: tuple[Revision, ...] = ()
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    failed: str = ""


def _gate(content: bytes) -> None:
    if b"%PDF-" not in content[:HEADER_WINDOW]:
        raise Unreadable("unsupported")
    if content.count(b"/ByteRange") > MAX_SIGNATURES * 4:
        raise Unreadable("limit", "signatures")
    if content.count(b"%%EOF") > MAX_REVISION_ENDS:
        raise Unreadable("limit", "revisions")


def _bare(structure: Structure, content: bytes) -> bool:
    """Whether nothing in the file is a signature: then it is no fault that the strict reader cannot read it.

    Scanners write what strict readers refuse; their pages are read by what shows them (`scan.py`), as a person would. A
    signature that counts has its /ByteRange in plain bytes, for it leaves out its own place in the file.
    """
    return not (structure.failed or structure.signatures or structure.stray or b"/ByteRange" in content)


def _structure(content: bytes) -> Structure:
    structure = read_structure(content)
    if structure.failed == "password":
        raise Unreadable("password")
    return structure


def _read(content: bytes) -> _Reading:
    reader = PdfFileReader(BytesIO(content), strict=True)
    if reader.encrypted:
        raise PdfReadError("encrypted")
    fields = fields_of(reader)
    filled = [one for one in fields if one.value is not None]
    if len(filled) > MAX_SIGNATURES:
        raise Unreadable("limit", "signatures")
    certified = any(_certifies(signature_of(reader, one)) == NO_CHANGES for one in filled)
    revisions = read_revisions(reader, content, certified=certified)
    signatures = [_signature(one, reader, revisions, content) for one in filled]
    signatures.sort(key=lambda one: (one.revision, one.end))
    store = value(reader.root, "/DSS") or generic.DictionaryObject()
    return _Reading(
        pages=int(value(reader.root["/Pages"], "/Count")),
        fields=tuple(fields),
        signatures=tuple(signatures),
        revisions=revisions,
        certificates=_streams(store, "/Certs"),
        crls=_streams(store, "/CRLs"),
        ocsps=_streams(store, "/OCSPs"),
    )


def _streams(store: Any, name: str) -> tuple[bytes, ...]:  # noqa: ANN401 - the document security store
    """The status data of one kind in the security store; only so much of it is looked at."""
    return tuple(bytes(one.data) for one in islice(entries(value(store, name)), MAX_STATUS_DATA))


def _evidence(content: bytes, structure: Structure, reading: _Reading) -> Evidence:
    sha256 = hashlib.sha256(content).hexdigest()
    digests = _digests(content)
    return Evidence(
        kind="pdf",
        sha256=sha256,
        size=len(content),
        names=_names(reading, digests),
        signatures=reading.signatures,
        revisions=reading.revisions,
        digests=digests,
        faults=tuple(_faults(content, structure, reading)),
        certificates=reading.certificates,
        crls=reading.crls,
        ocsps=reading.ocsps,
        visible_text=structure.visible_text and not reading.failed,
    )


def _faults(content: bytes, structure: Structure, reading: _Reading) -> list[Fault]:
    found = []
    if structure.failed or reading.failed:
        found.append(Fault("CANNOT_BE_JUDGED", {"qpdf": structure.failed, "pyhanko": reading.failed}))
    else:
        seen = sorted((one.field, hashlib.sha256(one.cms).hexdigest()) for one in reading.signatures)
        disagreements = {
            "pages": structure.pages != reading.pages,
            "signatures": sorted(structure.signatures) != seen,
            "stray signatures": structure.stray,
            "a name twice": len({one.name for one in reading.fields}) != len(reading.fields),
            "a signature twice": len({one.value for one in reading.fields if one.value}) != len(seen),
        }
        found += [Fault("CANNOT_BE_JUDGED", {"readers": what}) for what, held in disagreements.items() if held]
    found += [Fault("ACTIVE_CONTENT", {"kind": kind}) for kind in structure.active]
    found += [
        Fault("CANNOT_BE_JUDGED", {"revision": index, "why": one.unclear})
        for index, one in enumerate(reading.revisions)
        if one.unclear
    ]
    if reading.revisions and content[reading.revisions[-1].end :].strip(WHITE):
        found.append(Fault("CANNOT_BE_JUDGED", {"why": "bytes after the last revision"}))
    if structure.optional:
        found.append(Fault("CANNOT_BE_JUDGED", {"why": "optional content"}))
    if structure.records > 1:
        found.append(Fault("RECORD_INCONSISTENT", {"attachments": structure.records}))
    return found


def _digests(content: bytes) -> dict[int, str]:
    """SHA-256 of the file up to each place where a revision may end, with and without the end of line after it."""
    ends = {len(content)}
    for match in END.finditer(content):
        ends |= {match.start() + len(b"%%EOF"), match.end()}
    running, done, found = hashlib.sha256(), 0, {}
    for end in sorted(ends):
        running.update(memoryview(content)[done:end])
        done = end
        found[end] = running.hexdigest()
    return found


def _names(reading: _Reading, digests: Mapping[int, str]) -> Names:
    """What the snapshot is asked for. A record that cannot be read names nothing: the verdict is clear without."""
    keys: set[str] = set()
    certificates: set[bytes] = set()
    for signature in reading.signatures:
        signed = open_signature(signature).signed
        tokens = [] if signed is None else [*signed.timestamps, *signed.content_timestamps]
        inner = [token.signed for token in map(_token, tokens) if token]
        for each in [*([signed] if signed else []), *inner]:
            keys.add(each.key_id)
            certificates.update(each.certificates)
    issuer = number = digest = None
    last = [one for one in reading.signatures if not one.timestamp][-1:]
    attached = reading.revisions[last[0].revision].attachment.content if last else None
    if attached is not None:
        try:
            record = read(attached)
        except Inconsistent:
            pass
        else:
            issuer, number, digest = record.content.issuer.code, record.content.number, record.digest
    return Names(
        frozenset(keys), issuer, number, digest, frozenset(digests.values()), frozenset(_serials(certificates))
    )


def _token(der: bytes) -> Token | None:
    try:
        return parse_token(der)
    except Malformed:
        return None


def _serials(certificates: set[bytes]) -> Iterator[int]:
    for der in certificates:
        try:
            yield serial_of(der)
        except UNREADABLE:
            continue


def _signature(field: Field, reader: PdfFileReader, revisions: tuple[Revision, ...], content: bytes) -> Signature:
    """One signature, with the fault of its dictionary or ByteRange if it has one."""
    dictionary = signature_of(reader, field)
    sub_filter = str(value(dictionary, "/SubFilter") or "")
    timestamp = value(dictionary, "/Type") == "/DocTimeStamp" or sub_filter == TIMESTAMP_SUBFILTER
    known = sub_filter == TIMESTAMP_SUBFILTER if timestamp else sub_filter in JUDGED_SUBFILTERS
    cms = _contents(dictionary)
    fault, gap, end = signed_range(_numbers(dictionary), cms, content)
    revision = _revision(field, reader)
    if not fault and end != revisions[revision].end:
        fault = "byte range does not end with its revision"
    return Signature(
        field=field.name,
        timestamp=timestamp,
        sub_filter=sub_filter,
        cms=cms,
        digests={} if fault or not known else _digests_of(content, gap, end, cms, timestamp=timestamp),
        revision=revision,
        gap=gap,
        end=end,
        visible=field.visible,
        fault="" if not known else fault,
        unknown=not known,
        claimed_at=_claimed(dictionary),
        certifies=_certifies(dictionary),
    )


def _revision(field: Field, reader: PdfFileReader) -> int:
    """The revision that brought the signature; one rewritten later is refused by the revision rule as well."""
    if field.value is None:
        raise PdfReadError("unsigned field")
    return int(reader.xrefs.get_last_change(generic.Reference(*field.value, pdf=reader)))


def _numbers(dictionary: generic.DictionaryObject) -> tuple[int, ...]:
    """The integers of /ByteRange; nothing if it holds anything else."""
    numbers = value(dictionary, "/ByteRange")
    if not isinstance(numbers, generic.ArrayObject):
        return ()
    return tuple(map(int, numbers)) if all(isinstance(one, generic.NumberObject) for one in numbers) else ()


def _digests_of(content: bytes, gap: int, end: int, cms: bytes, *, timestamp: bool) -> dict[str, bytes]:
    """The digest of the signed ranges, by each algorithm that the CMS (or the imprint of a token over it) names."""
    probe = Signature("", timestamp, "", cms, {}, 0, gap, end, visible=False)
    opened = open_signature(probe)
    if opened.signed is None:
        return {}
    names = {opened.token.imprint_name if opened.token else opened.signed.digest_name}
    names |= {token.imprint_name for token in map(_token, opened.signed.content_timestamps) if token}
    return range_digests(content, gap, end, names)


def _contents(dictionary: generic.DictionaryObject) -> bytes:
    contents = dictionary.raw_get("/Contents") if "/Contents" in dictionary else b""
    if isinstance(contents, (generic.TextStringObject, generic.ByteStringObject)):
        return bytes(contents.original_bytes)
    return b""


def _claimed(dictionary: generic.DictionaryObject) -> datetime | None:
    try:
        claimed = generic.parse_pdf_date(str(dictionary["/M"])) if "/M" in dictionary else None
    except (PdfReadError, ValueError):
        return None
    # A time without an offset is no instant.
    return claimed if claimed is not None and claimed.tzinfo is not None else None


def _certifies(dictionary: generic.DictionaryObject) -> int | None:
    """The DocMDP level of a certification signature; an unreadable one counts as the narrowest."""
    for reference in entries(value(dictionary, "/Reference")):
        if value(reference, "/TransformMethod") == "/DocMDP":
            parameters = value(reference, "/TransformParams")
            level = value(parameters, "/P") if parameters is not None else None
            return DEFAULT_LEVEL if level is None else int(level) if level in LEVELS else NO_CHANGES
    return None
