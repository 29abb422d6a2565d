"""A PDF into evidence: our own gates and reader on raw bytes, and qpdf, which must agree on what the file is.

The reader is strict (`document.py` and the rooms that it names): it mends nothing, and follows the cross-references
alone. qpdf (`structure.py`) is the second opinion on pages and signatures. Nothing of either leaks past `evidence.py`.
Runs in a worker process under limits (`gateway/sandbox.py`). The ByteRange rule is checked here on raw bytes for every
signature and document time-stamp, because readers that only add up lengths accept ranges that run past the end.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from verify.appended import WHITE
from verify.byterange import range_digests, signed_range
from verify.case import open_signature
from verify.census import NOTHING, Census, take_census
from verify.cms import Token, parse_token
from verify.der import Malformed
from verify.document import Document, View
from verify.drawn import read_drawn
from verify.evidence import Evidence, Fault, Revision, Signature, Unreadable
from verify.fields import Field, byte_range, certifies, claimed_at, contents, read_form, signature_of
from verify.record import Inconsistent, Record, read
from verify.revisions import read_revisions
from verify.statusdata import MAX_STATUS_DATA, UNREADABLE, serial_of
from verify.structure import Structure, read_structure
from verify.syntax import Damaged, Excessive, Stream, text
from verify.trust import Names

if TYPE_CHECKING:
    from hashlib import _Hash

MAX_SIGNATURES = 32
"""A transcript has two to five; each costs a certification path, and readers go over all pairs of them."""
MAX_REVISION_ENDS = 128
"""Places where a revision may end (`%%EOF`): each costs one digest of everything before it."""
HEADER_WINDOW = 1024
"""`%PDF-` must stand in the first KiB, where readers look for it."""

JUDGED_SUBFILTERS = frozenset({"/ETSI.CAdES.detached", "/adbe.pkcs7.detached"})
TIMESTAMP_SUBFILTER = "/ETSI.RFC3161"

END = re.compile(rb"%%EOF(\r\n|\n|\r)?")


def open_pdf(content: bytes) -> Evidence:
    """Read a PDF. Raises Unreadable: no parser opens it, a password, no pages, or a limit.

    A file that only one of two parsers opens, or on which they disagree, is evidence with the fault CANNOT_BE_JUDGED.
    """
    _gate(content)
    begun = _beginnings(content)
    structure = _structure(content)
    digests = {end: one.hexdigest() for end, one in begun.items()}
    excess = "objects" if structure.failed == "limit" else ""
    try:
        reading = _read(content, digests, begun)
    except (Damaged, ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        # Damaged is what the reader says; the others are what hostile bytes may make of it: it cannot read them.
        reading = _Reading(pages=structure.pages) if _bare(structure, content) else _Reading(failed=_word(error))
        excess = error.limit if isinstance(error, Excessive) else excess
    if reading.failed and excess:
        raise Unreadable("limit", excess)
    if structure.failed and reading.failed:
        raise Unreadable("unreadable")
    if structure.pages == 0 and not structure.failed:
        raise Unreadable("no_pages")
    return _evidence(content, structure, reading, digests)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What our reader made of the file."""

    pages: int = 0
    fields: tuple[Field, ...] = ()
    signatures: tuple[Signature, ...] = ()
    revisions: tuple[Revision, ...] = ()
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    census: Census = NOTHING
    failed: str = ""


def _word(error: Exception) -> str:
    """Why a file cannot be read, without a byte of it."""
    return str(error) if isinstance(error, Damaged) else type(error).__name__


def _gate(content: bytes) -> None:
    if b"%PDF-" not in content[:HEADER_WINDOW]:
        raise Unreadable("unsupported")
    if content.count(b"/ByteRange") > MAX_SIGNATURES * 4:
        raise Unreadable("limit", "signatures")


def _bare(structure: Structure, content: bytes) -> bool:
    """Whether nothing in the file is a signature: then it is no fault that the strict reader cannot read it.

    Scanners write what strict readers refuse; their pages are read by what shows them (`scan.py`), as a person would. A
    signature that counts has its /ByteRange in plain bytes, for it leaves out its own place in the file.
    """
    return not (structure.failed or structure.signatures or b"/ByteRange" in content)


def _structure(content: bytes) -> Structure:
    structure = read_structure(content)
    if structure.failed == "password":
        raise Unreadable("password")
    return structure


def _read(content: bytes, digests: Mapping[int, str], begun: Mapping[int, _Hash]) -> _Reading:
    document = Document(content)
    view = document.last
    fields = read_form(view).fields
    filled = [one for one in fields if one.value is not None]
    if len(filled) > MAX_SIGNATURES:
        raise Unreadable("limit", "signatures")
    census = take_census(view)  # first: it refuses objects within one another, which take long to compare
    revisions = read_revisions(document, digests)
    signatures = [_signature(one, document, begun) for one in filled]
    signatures.sort(key=lambda one: (one.revision, one.end))
    return _Reading(
        pages=_pages(view),
        fields=fields,
        signatures=tuple(signatures),
        revisions=revisions,
        certificates=_stored(document, "/Certs"),
        crls=_stored(document, "/CRLs"),
        ocsps=_stored(document, "/OCSPs"),
        census=census,
    )


def _pages(view: View) -> int:
    """The number of pages that the page tree claims."""
    count = view.value(view.root.get("/Pages"), "/Count")
    if type(count) is not int:
        raise Damaged("page tree")
    return count


def _stored(document: Document, kind: str) -> tuple[bytes, ...]:
    """The status data of one kind in the security stores of all revisions, the newest first; only so much is looked at.

    What a later store leaves out still counts: a revocation that the file has told is not taken back (HB-1, 3).
    """
    found: dict[int, bytes] = {}
    for view in reversed(document.views):
        store = view.dictionary(view.root.get("/DSS", {}))
        listed = (view.get(one) for one in islice(view.entries(store.get(kind)), MAX_STATUS_DATA))
        for one in listed:
            if isinstance(one, Stream) and one.begin not in found and len(found) < MAX_STATUS_DATA:
                found[one.begin] = view.decoded(one)
    return tuple(found.values())


def _evidence(content: bytes, structure: Structure, reading: _Reading, digests: Mapping[int, str]) -> Evidence:
    revisions = _with_record(reading)
    record = next((one.attachment.record for one in revisions if one.attachment.record), None)
    return Evidence(
        kind="pdf",
        sha256=digests[len(content)],
        size=len(content),
        names=_names(reading, record, digests),
        signatures=reading.signatures,
        revisions=revisions,
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
        found.append(Fault("CANNOT_BE_JUDGED", {"qpdf": structure.failed, "reader": reading.failed}))
    else:
        seen = sorted((one.field, hashlib.sha256(one.cms).hexdigest()) for one in reading.signatures)
        drawn = read_drawn(content)
        disagreements = {
            "pages": structure.pages != reading.pages,
            "signatures": sorted(structure.signatures) != seen,
            "pages drawn": drawn.failed or drawn.pages != reading.pages,
            "signatures drawn": not {digest for _, digest in seen}.issuperset(drawn.signatures),
            "stray signatures": reading.census.signatures > len({one.value for one in reading.fields if one.value}),
            "a name twice": len({one.name for one in reading.fields}) != len(reading.fields),
            "a signature twice": len({one.value for one in reading.fields if one.value}) != len(seen),
        }
        found += [Fault("CANNOT_BE_JUDGED", {"readers": what}) for what, held in disagreements.items() if held]
    found += [Fault("ACTIVE_CONTENT", {"kind": kind}) for kind in reading.census.active]
    found += [
        Fault("CANNOT_BE_JUDGED", {"revision": index, "why": one.unclear})
        for index, one in enumerate(reading.revisions)
        if one.unclear
    ]
    if reading.revisions and content[reading.revisions[-1].end :].strip(WHITE):
        found.append(Fault("CANNOT_BE_JUDGED", {"why": "bytes after the last revision"}))
    if reading.census.optional:
        found.append(Fault("CANNOT_BE_JUDGED", {"why": "optional content"}))
    if reading.census.elsewhere:
        found.append(Fault("CANNOT_BE_JUDGED", {"why": "data of a stream elsewhere"}))
    if reading.census.records > 1:
        found.append(Fault("RECORD_INCONSISTENT", {"attachments": reading.census.records}))
    return found


def _beginnings(content: bytes) -> dict[int, _Hash]:
    """SHA-256 of the file up to each place where a revision may end, with and without the end of line after it."""
    ends, marks = {len(content)}, [*END.finditer(content)]
    if len(marks) > MAX_REVISION_ENDS:
        raise Unreadable("limit", "revisions")
    for match in marks:
        ends |= {match.start() + len(b"%%EOF"), match.end()}
    running, done, found = hashlib.sha256(), 0, {}
    for end in sorted(ends):
        running.update(memoryview(content)[done:end])
        done = end
        found[end] = running.copy()
    return found


def _with_record(reading: _Reading) -> tuple[Revision, ...]:
    """The revisions, the record of the last signed one read; why it is none is told by who judges it."""
    signed = [one for one in reading.signatures if not one.timestamp]
    found = list(reading.revisions)
    if signed:
        index = signed[-1].revision
        attachment = found[index].attachment
        record = _record(attachment.content)
        found[index] = replace(found[index], attachment=replace(attachment, record=record))
    return tuple(found)


def _record(content: bytes | None) -> Record | None:
    try:
        return read(content) if content is not None else None
    except Inconsistent:
        return None


def _names(reading: _Reading, record: Record | None, digests: Mapping[int, str]) -> Names:
    """What the snapshot is asked for. A record that cannot be read names nothing: the verdict is clear without."""
    keys: set[str] = set()
    certificates: set[bytes] = set()
    for signature in reading.signatures:
        signed = open_signature(signature, bare=True).signed
        tokens = [] if signed is None else [*signed.timestamps, *signed.content_timestamps]
        inner = [token.signed for token in map(_token, tokens) if token]
        for each in [*([signed] if signed else []), *inner]:
            keys.add(each.key_id)
            certificates.update(each.certificates)
    issuer = number = digest = None
    if record is not None:
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


def _signature(field: Field, document: Document, begun: Mapping[int, _Hash]) -> Signature:
    """One signature, with the fault of its dictionary or ByteRange if it has one."""
    content, view = document.content, document.last
    dictionary = signature_of(view, field)
    sub_filter = text(view.value(dictionary, "/SubFilter"))
    timestamp = view.value(dictionary, "/Type") == "/DocTimeStamp" or sub_filter == TIMESTAMP_SUBFILTER
    known = sub_filter == TIMESTAMP_SUBFILTER if timestamp else sub_filter in JUDGED_SUBFILTERS
    cms = contents(dictionary)
    fault, gap, end = signed_range(byte_range(view, dictionary), cms, content)
    revision = _revision(field, document)
    if not fault and end != document.views[revision].end:
        fault = "byte range does not end with its revision"
    return Signature(
        field=field.name,
        timestamp=timestamp,
        sub_filter=sub_filter,
        cms=cms,
        digests={} if fault or not known else range_digests(content, gap, end, _named(cms, timestamp=timestamp), begun),
        revision=revision,
        gap=gap,
        end=end,
        visible=field.visible,
        fault="" if not known else fault,
        unknown=not known,
        claimed_at=claimed_at(view, dictionary),
        certifies=certifies(view, dictionary),
    )


def _revision(field: Field, document: Document) -> int:
    """The revision that brought the signature; one rewritten later is refused by the revision rule as well."""
    number = field.value.number if field.value else None
    written = [index for index, view in enumerate(document.views) if view.writes(number)]
    return written[-1]


def _named(cms: bytes, *, timestamp: bool) -> set[str]:
    """The hash functions that a CMS, or the imprint of a token over it, names."""
    opened = open_signature(Signature("", timestamp, "", cms, {}, 0, 0, 0, visible=False), bare=True)
    if opened.signed is None:
        return set()
    stamps = (token for token in map(_token, opened.signed.content_timestamps) if token)
    return {
        (opened.token.imprint_name if opened.token else opened.signed.digest_name),
        *(one.imprint_name for one in stamps),
    }
