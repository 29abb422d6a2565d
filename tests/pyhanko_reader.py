"""pyHanko's reading of a PDF and asn1crypto's of a CMS, as the engine once had them: the oracle of our own readers.

Strict mode; pyHanko's standard difference policy, without ordinary form fields, orphans not ignored. What cannot be
followed raises `Unfollowed`, or is told as a refusal where it concerns one update.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto.core import OctetString, ParsableOctetString
from asn1crypto.parser import peek
from asn1crypto.pdf import RevocationInfoArchival
from pyhanko.pdf_utils import generic as pyhanko_objects
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import FormUpdatingRule, ModificationLevel, StandardDiffPolicy, SuspiciousModification
from pyhanko.sign.diff_analysis.rules import file_structure_rules, form_field_rules, metadata_rules
from pyhanko.sign.fields import enumerate_sig_fields

from verify.attachment import NAME, likeness

generic: Any = pyhanko_objects
described: Any = metadata_rules
rules: Any = file_structure_rules
form_rules: Any = form_field_rules
TRAILER = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF(\r\n|\n|\r)?")
NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix", "/Desc")
STORES = ("/Certs", "/CRLs", "/OCSPs")
MAX_NODES = 256


class Unfollowed(Exception):  # noqa: N818 - a statement about the input
    """PyHanko does not open the file, or cannot follow it. Carries its error's name."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A filled signature field; `end` is where the revision ends that wrote the signature last."""

    field: str
    contents: bytes
    byte_range: tuple[int, ...]
    end: int


@dataclass(frozen=True, slots=True)
class Update:
    """A revision: where it ends, the record's bytes as of it (None: none, or not exactly one), why it is refused.

    `refused` is "" as well where no signature came before.
    """

    end: int
    record: bytes | None
    refused: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What pyHanko reads."""

    signatures: tuple[Signature, ...]
    updates: tuple[Update, ...]
    stores: Mapping[str, frozenset[bytes]]


def read(content: bytes) -> Reading:
    """The file as pyHanko reads it. Raises Unfollowed."""
    try:
        return _read(content)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - it raises anything on hostile files: then it cannot read them
        raise Unfollowed(type(error).__name__) from None


@cache
def policy(*, signatures_only: bool) -> StandardDiffPolicy:
    """What a revision may change; in a form with `signatures_only` its defaults for text fields as well."""
    exempt = {"/Fields", "/SigFlags"} | ({"/DR", "/DA", "/Q"} if signatures_only else set())
    told = [rules.XrefStreamRule(), rules.ObjectStreamRule(), form_rules.DSSCompareRule()]
    told += [described.DocInfoRule(), described.MetadataUpdateRule()]
    return StandardDiffPolicy(
        global_rules=[
            rules.CatalogModificationRule(),
            *(one.as_qualified(ModificationLevel.LTA_UPDATES) for one in told),
        ],
        form_rule=FormUpdatingRule(
            field_rules=[
                form_rules.SigFieldCreationRule(allow_new_visible_after_certify=True),
                form_rules.SigFieldModificationRule(allow_in_place_appearance_stream_changes=False),
            ],
            ignored_acroform_keys=frozenset(exempt),
        ),
        ignore_orphaned_objects=False,
    )


def _read(content: bytes) -> Reading:
    reader = PdfFileReader(BytesIO(content), strict=True)
    if reader.encrypted:
        raise PdfReadError("encrypted")
    ends = {int(match[1]): match.end() for match in TRAILER.finditer(content)}
    total = range(reader.xrefs.total_revisions)
    closed = [ends.get(reader.xrefs.get_startxref_for_revision(index), 0) for index in total]
    updates, old, signed = [], None, False
    stores: dict[str, set[bytes]] = {kind: set() for kind in STORES}
    for index in total:
        resolver = reader.get_historical_resolver(index)
        refused = _refused(old, resolver) if signed and old is not None else ""
        updates.append(Update(closed[index], _record(resolver), refused))
        store = value(resolver.root, "/DSS") or generic.DictionaryObject()
        for kind, held in stores.items():
            held.update(bytes(one.data) for one in entries(value(store, kind)))
        old, signed = resolver, any("/V" in reference.get_object() for _, reference in _fields(resolver))
    return Reading(
        signatures=tuple(_signatures(reader, closed)),
        updates=tuple(updates),
        stores={kind: frozenset(held) for kind, held in stores.items()},
    )


def _fields(handler: PdfFileReader | HistoricalResolver) -> Iterator[tuple[str, Any]]:
    for name, _, reference in enumerate_sig_fields(handler):
        own = value(reference, "/T")
        # Its policy refuses a name that is no text, and its reader makes one of it.
        yield "" if own is not None and not isinstance(own, str) else str(name), reference


def _signatures(reader: PdfFileReader, closed: list[int]) -> Iterator[Signature]:
    for name, reference in _fields(reader):
        field = reference.get_object()
        held = field.raw_get("/V") if "/V" in field else None
        if held is None:
            continue
        signature = held.get_object()
        contents: Any = signature.raw_get("/Contents") if "/Contents" in signature else None
        direct = isinstance(contents, (generic.TextStringObject, generic.ByteStringObject))
        numbers = [*entries(value(signature, "/ByteRange"))]
        whole = all(isinstance(one, generic.NumberObject) for one in numbers)
        yield Signature(
            field=name,
            contents=bytes(contents.original_bytes) if direct else b"",
            byte_range=tuple(map(int, numbers)) if whole else (),
            end=closed[reader.xrefs.get_last_change(held.reference)],
        )


def _refused(old: HistoricalResolver, new: HistoricalResolver) -> str:
    """Why pyHanko refuses an update, or the name of what it raises where it cannot follow it; "" if it does not."""
    try:
        form = value(old.root, "/AcroForm")
        fields = entries(value(form, "/Fields")) if form is not None else ()
        policy(signatures_only=all(value(one, "/FT") == "/Sig" for one in fields)).apply(old, new)
    except SuspiciousModification as refusal:
        return str(refusal) or "refused"
    except Exception as error:  # noqa: BLE001 - what it cannot follow, it cannot clear
        return f"{type(error).__name__}: {error}"
    return ""


def _record(resolver: HistoricalResolver) -> bytes | None:
    """The record as of a revision; None where there is none, or not exactly one that all readers find."""
    try:
        root = resolver.root
        listed = [one for one in entries(value(root, "/AF")) if _named(one)]
        tree = [one for name, one in _leaves(root) if _named(one) or likeness(str(name))]
        if len(listed) != 1 or len(tree) != 1:
            return None
        first, second = _embedded(listed[0]), _embedded(tree[0])
    except Exception:  # noqa: BLE001 - a malformed tree holds no record
        return None
    return first if first == second else None


def _embedded(specification: Any) -> bytes | None:  # noqa: ANN401 - a PDF dictionary
    held = value(specification, "/EF")
    names = {value(specification, key) for key in ("/F", "/UF")} - {None}
    if {*map(str, names)} != {NAME} or "/RF" in specification:
        return None
    streams = [value(held, key) for key in held]
    contents = {bytes(one.data) for one in streams if one is not None}
    return contents.pop() if len(contents) == 1 and set(held) <= {"/F", "/UF"} else None


def _named(specification: Any) -> bool:  # noqa: ANN401 - a PDF dictionary
    return any(likeness(str(specification[key])) for key in NAMES if key in specification)


def _leaves(root: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - the catalog
    """Names and file specifications of /Names /EmbeddedFiles."""
    names = value(root, "/Names")
    tree = value(names, "/EmbeddedFiles") if names is not None else None
    queue = [tree] if tree is not None else []
    for _ in range(MAX_NODES):
        if not queue:
            return
        node = queue.pop()
        pairs = list(entries(value(node, "/Names")))
        yield from zip(pairs[::2], pairs[1::2], strict=True)
        queue += entries(value(node, "/Kids"))
    raise PdfReadError("too many nodes")


def value(dictionary: Any, name: str) -> Any:  # noqa: ANN401 - any PDF object
    """The value under a name, its reference followed, or None. Raises PdfReadError for what is no dictionary."""
    held = dictionary.get_object() if isinstance(dictionary, generic.IndirectObject) else dictionary
    if not isinstance(held, generic.DictionaryObject):
        raise PdfReadError("not a dictionary")
    found = held.raw_get(name).get_object() if name in held else None
    return None if isinstance(found, generic.NullObject) else found


def entries(array: Any) -> Iterator[Any]:  # noqa: ANN401 - any PDF object
    """The entries of an array, references followed; none for None. Raises PdfReadError for what is no array."""
    if array is not None and not isinstance(array, generic.ArrayObject):
        raise PdfReadError("not an array")
    yield from (one.get_object() for one in array or ())


CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
SIGNATURE_TIME_STAMP, CONTENT_TIME_STAMP = "1.2.840.113549.1.9.16.2.14", "1.2.840.113549.1.9.16.2.20"
COMPUTED = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
REVOCATION_VALUES = "1.2.840.113583.1.1.8"


def read_cms(der: bytes) -> dict[str, object]:
    """What a SignedData says, by the names of our fields; certificates in no order. Raises Unfollowed."""
    try:
        return _read_cms(der)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise Unfollowed(f"{type(error).__name__}: {error}") from None


def read_token(der: bytes) -> dict[str, object]:
    """The same of an RFC 3161 token, and what its TSTInfo says. Raises Unfollowed."""
    signed = read_cms(der)
    try:
        info: Any = tsp.TSTInfo.load(signed["content"], strict=True)
        imprint = info["message_imprint"]
        told = {"imprint": imprint["hashed_message"].native, "time": info["gen_time"].native}
        return signed | told | {"imprint_name": _hash(imprint["hash_algorithm"])}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unfollowed(f"{type(error).__name__}: {error}") from None


def _read_cms(der: bytes) -> dict[str, object]:
    end = peek(der)
    if der[end:].strip(b"\0"):
        raise ValueError("something after the end")
    signed: Any = cms.ContentInfo.load(der[:end], strict=True)["content"]
    (signer,) = signed["signer_infos"]
    certificates = [one.chosen for one in signed["certificates"] or () if one.name == "certificate"]
    own = _own(signer["sid"], certificates)
    attributes = {one["type"].dotted: one["values"] for one in signer["signed_attrs"]}
    unsigned = [(one["type"].dotted, one["values"]) for one in signer["unsigned_attrs"] or ()]
    archive: Any = RevocationInfoArchival({})
    if REVOCATION_VALUES in attributes:
        archive = RevocationInfoArchival.load(attributes[REVOCATION_VALUES][0].dump())
    times = attributes.get(SIGNING_TIME, ())
    content = signed["encap_content_info"]["content"]
    lists = [one.chosen for one in signed["crls"] or () if one.name == "crl"]
    return {
        "certificates": (own.dump(), *sorted(one.dump() for one in certificates if one is not own)),
        "spki": own.public_key.dump(),
        "digest_name": _hash(signer["digest_algorithm"]),
        **_scheme(signer),
        "signed_attributes": b"\x31" + signer["signed_attrs"].dump()[1:] if attributes else b"",
        "message_digest": attributes[MESSAGE_DIGEST][0].native if attributes else b"",
        "signature": signer["signature"].native,
        "named_certificate": _named_certificate(attributes),
        "content": bytes(content) if isinstance(content, (OctetString, ParsableOctetString)) else None,
        "timestamps": tuple(one.dump() for kind, values in unsigned if kind == SIGNATURE_TIME_STAMP for one in values),
        "content_timestamps": tuple(one.dump() for one in attributes.get(CONTENT_TIME_STAMP, ())),
        "claimed_at": times[0].native if len(times) == 1 else None,
        "crls": (*(one.dump() for one in lists), *(one.dump() for one in archive["crl"] or ())),
        "ocsps": tuple(one.dump() for one in archive["ocsp"] or ()),
    }


def _own(sid: Any, certificates: list[Any]) -> Any:  # noqa: ANN401 - ASN.1
    """The certificate that the SignerInfo names. Raises IndexError without."""
    if sid.name != "issuer_and_serial_number":
        return [one for one in certificates if one.key_identifier == sid.chosen.native][0]  # noqa: RUF015 - the first, as it read then
    wanted = (sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native)
    return [one for one in certificates if (one.issuer.dump(), one.serial_number) == wanted][0]  # noqa: RUF015 - the first, as it read then


def _hash(algorithm: Any) -> str:  # noqa: ANN401 - ASN.1
    """The name of a hash function; of one that nobody here computes, its identifier."""
    name: str = algorithm["algorithm"].native
    return name if name in COMPUTED else algorithm["algorithm"].contents.hex()


def _scheme(signer: Any) -> dict[str, object]:  # noqa: ANN401 - ASN.1
    algorithm, digest = signer["signature_algorithm"], _hash(signer["digest_algorithm"])
    name, salt = algorithm.signature_algo, 0
    if name == "rsassa_pss":
        digest, salt = (
            _hash(algorithm["parameters"]["hash_algorithm"]),
            algorithm["parameters"]["salt_length"].native,
        )
    elif algorithm["algorithm"].native not in {"rsassa_pkcs1v15", "ecdsa", "dsa", "ed25519", "ed448"}:
        digest = algorithm.hash_algo
    return {"scheme": name, "scheme_hash": digest, "salt_length": salt}


def _named_certificate(attributes: Mapping[str, Any]) -> tuple[str, bytes] | None:
    for kind in (SIGNING_CERTIFICATE_V2, SIGNING_CERTIFICATE):
        if kind in attributes:
            first = attributes[kind][0]["certs"][0]
            name = "sha1" if kind == SIGNING_CERTIFICATE else _hash(first["hash_algorithm"])
            return name, first["cert_hash"].native
    return None
