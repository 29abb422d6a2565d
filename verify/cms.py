"""One CMS SignedData with one signer, and one RFC 3161 token: parsed strictly, not yet verified.

RFC 5652, RFC 5035 (signing-certificate-v2), RFC 6211 (algorithm protection), RFC 3161, RFC 4055 (PSS). Read off the
bytes by `der.py`: every field that is used is read once, in its place. The arithmetic is `algorithms.py`; who the
signer is, `path.py`; with what authority, `authority.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from verify.der import (
    CONTEXT,
    EXPLICIT,
    GENERALIZED_TIME,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    Element,
    Malformed,
    encoded,
    first,
    instant,
    optional,
    single,
)
from verify.identifiers import hash_name, scheme_of

MAX_CERTIFICATES = 32
"""Certificates read out of one CMS: a real one carries 1 to 5; more is a way to make path building slow."""

SIGNED_DATA = encoded("1.2.840.113549.1.7.2")
CONTENTS = {"data": encoded("1.2.840.113549.1.7.1"), "tst_info": encoded("1.2.840.113549.1.9.16.1.4")}
"""What may be signed: nothing of its own (the PDF's bytes), or what a time-stamp says."""

CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (encoded(f"1.2.840.113549.1.9.{number}") for number in (3, 4, 5))
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = (encoded(f"1.2.840.113549.1.9.16.2.{number}") for number in (12, 47))
SIGNATURE_TIME_STAMP, CONTENT_TIME_STAMP = (encoded(f"1.2.840.113549.1.9.16.2.{number}") for number in (14, 20))
ALGORITHM_PROTECTION, REVOCATION_VALUES = encoded("1.2.840.113549.1.9.52"), encoded("1.2.840.113583.1.1.8")
"""Attribute types: RFC 5652, 11; RFC 5035; RFC 3161; ETSI EN 319 122-1; RFC 6211; Adobe's revocation archive."""

KEY_IDENTIFIER = encoded("2.5.29.14")

KEPT = 64
"""SignedData kept when parsed: of one document each is asked for while it is read, and again while it is judged."""


@dataclass(frozen=True, slots=True)
class SignedData:
    """What one SignedData says; nothing of it is believed before `verify`.

    DER throughout. `certificates` are all that it carries, the signer's first; `signed_attributes` is the SET that the
    signature covers, empty in a CMS without; `named_certificate` the (hash name, hash) of signing-certificate(-v2),
    None without one; `timestamps` are RFC 3161 tokens over `signature`, `content_timestamps`
    tokens made before signing.
    """

    certificates: tuple[bytes, ...]
    key_id: str
    spki: bytes
    digest_name: str
    scheme: str
    scheme_hash: str
    salt_length: int
    signed_attributes: bytes
    message_digest: bytes
    signature: bytes
    named_certificate: tuple[str, bytes] | None
    content: bytes | None
    timestamps: tuple[bytes, ...] = ()
    content_timestamps: tuple[bytes, ...] = ()
    claimed_at: datetime | None = None
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    @property
    def bare(self) -> bool:
        """Whether the signature stands over the document itself, without signed attributes."""
        return not self.signed_attributes


@dataclass(frozen=True, slots=True)
class Token:
    """An RFC 3161 time-stamp token: the SignedData around it, and what its TSTInfo says."""

    signed: SignedData
    imprint_name: str
    imprint: bytes
    time: datetime


def key_id(spki: bytes) -> str:
    """The identity of a key: hex SHA-256 of its SubjectPublicKeyInfo (HB-1, 6)."""
    return hashlib.sha256(spki).hexdigest()


@lru_cache(maxsize=KEPT)
def parse(der: bytes, *, content_type: str = "data") -> SignedData:
    """Read one SignedData of one signer; `content_type` is what its content must be (`data`, `tst_info`).

    Raises Malformed for anything that two readers could read differently: several signers, an attribute twice, a
    signer whose certificate is missing, bytes after the end (zero padding of /Contents excepted).
    """
    info, padding = first(der)
    if padding.strip(b"\x00"):
        raise Malformed("asn1")
    try:
        return _read(info, content_type)
    except (ValueError, IndexError):  # fewer parts than the standard has
        raise Malformed("asn1") from None


@lru_cache(maxsize=KEPT)
def parse_token(der: bytes) -> Token:
    """Read an RFC 3161 token. Raises Malformed."""
    signed = parse(der, content_type="tst_info")
    if signed.content is None:
        raise Malformed("token without content")
    try:
        _, _, imprint, _, time, *_ = single(signed.content).of(SEQUENCE).inner()
        algorithm, value = imprint.of(SEQUENCE).inner()
        return Token(signed, hash_name(algorithm), value.of(OCTET_STRING).value, instant(time.of(GENERALIZED_TIME)))
    except (Malformed, ValueError, IndexError):
        raise Malformed("tst_info") from None


def _read(der: bytes, content_type: str) -> SignedData:
    kind, wrapped = single(der).of(SEQUENCE).inner()
    if kind.of(OBJECT_IDENTIFIER).value != SIGNED_DATA:
        raise Malformed("not signed data")
    _, _, content, *others = single(wrapped.of(EXPLICIT).value).of(SEQUENCE).inner()
    signers = others.pop().of(SET).inner()
    if len(signers) != 1:
        raise Malformed("not one signer")
    kind, *encapsulated = content.of(SEQUENCE).inner()
    if kind.of(OBJECT_IDENTIFIER).value != CONTENTS[content_type]:
        raise Malformed("content type")
    carried, lists = optional(others, EXPLICIT, EXPLICIT | 1)
    certificates = _certificates(carried)
    _, sid, digest, *signer = signers[0].of(SEQUENCE).inner()
    bare = content_type == "data" and signer[0].tag == SEQUENCE  # any other content demands them (RFC 5652, 5.3)
    signed_attributes = None if bare else signer.pop(0).of(EXPLICIT)
    algorithm, signature, *unsigned = signer
    own = _signers_certificate(sid, certificates)
    attributes = _attributes(signed_attributes)
    if not bare and _single(attributes, CONTENT_TYPE).of(OBJECT_IDENTIFIER).value != CONTENTS[content_type]:
        raise Malformed("content-type attribute")
    digest_name = hash_name(digest)
    scheme, scheme_hash, salt_length = scheme_of(algorithm, digest_name, own.key_kind)
    _check_protection(attributes, digest, algorithm)
    crls, ocsps = _archive(attributes)
    (unsigned_attributes,) = optional(unsigned, EXPLICIT | 1)
    stamps = [values for kind, values in _typed(unsigned_attributes) if kind == SIGNATURE_TIME_STAMP]
    return SignedData(
        certificates=(own.der, *(one.der for one in certificates if one is not own)),
        key_id=key_id(own.spki),
        spki=own.spki,
        digest_name=digest_name,
        scheme=scheme,
        scheme_hash=scheme_hash,
        salt_length=salt_length,
        signed_attributes=b"\x31" + signed_attributes.raw[1:] if signed_attributes else b"",
        message_digest=b"" if bare else _single(attributes, MESSAGE_DIGEST).of(OCTET_STRING).value,
        signature=signature.of(OCTET_STRING).value,
        named_certificate=_named_certificate(attributes),
        content=single(encapsulated[0].of(EXPLICIT).value).of(OCTET_STRING).value if encapsulated else None,
        timestamps=tuple(value.raw for values in stamps for value in values),
        content_timestamps=tuple(value.raw for value in attributes.get(CONTENT_TIME_STAMP, ())),
        claimed_at=_claimed(attributes),
        crls=(*_crls(lists), *crls),
        ocsps=ocsps,
    )


@dataclass(frozen=True, slots=True)
class _Certificate:
    """What a SignerInfo may name of a certificate; the rest of it is read by `path.py`."""

    der: bytes
    issuer: bytes
    serial: bytes
    spki: bytes
    key_kind: bytes
    extensions: Element | None

    @property
    def key_identifier(self) -> bytes | None:
        """Of its extension subjectKeyIdentifier, None without one."""
        for extension in single(self.extensions.value).inner() if self.extensions else ():
            kind, *_, value = extension.of(SEQUENCE).inner()
            if kind.value == KEY_IDENTIFIER:
                return single(value.value).of(OCTET_STRING).value
        return None


def _certificate(element: Element) -> _Certificate:
    body = element.inner()[0].of(SEQUENCE).inner()
    if body[0].tag == EXPLICIT:  # the version; a certificate of version 1 has none
        del body[0]
    serial, _, issuer, _, _, spki, *others = body
    kind = spki.of(SEQUENCE).inner()[0].of(SEQUENCE).inner()[0]
    *_, extensions = optional(others, CONTEXT | 1, CONTEXT | 2, EXPLICIT | 3)
    return _Certificate(element.raw, issuer.raw, serial.raw, spki.raw, kind.value, extensions)


def _certificates(held: Element | None) -> list[_Certificate]:
    choices = held.inner() if held else []
    if len(choices) > MAX_CERTIFICATES:
        raise Malformed("too many certificates")
    return [_certificate(choice) for choice in choices if choice.tag == SEQUENCE]


def _signers_certificate(sid: Element, certificates: list[_Certificate]) -> _Certificate:
    """The certificate that the SignerInfo names; two that fit would be two readings."""
    if sid.tag == SEQUENCE:
        issuer, serial = sid.inner()
        found = [one for one in certificates if (one.issuer, one.serial) == (issuer.raw, serial.raw)]
    else:
        found = [one for one in certificates if one.key_identifier == sid.of(CONTEXT).value]
    if len({one.der for one in found}) != 1:
        raise Malformed("signer's certificate")
    return found[0]


def _typed(attributes: Element | None) -> Iterator[tuple[bytes, list[Element]]]:
    """Type and values of each attribute."""
    for attribute in attributes.inner() if attributes else ():
        kind, values = attribute.of(SEQUENCE).inner()
        yield kind.of(OBJECT_IDENTIFIER).value, values.of(SET).inner()


def _attributes(attributes: Element | None) -> dict[bytes, list[Element]]:
    """Attributes by type; one type twice is refused (RFC 5652, 5.3)."""
    found: dict[bytes, list[Element]] = {}
    for kind, values in _typed(attributes):
        if kind in found:
            raise Malformed("attribute twice")
        found[kind] = values
    return found


def _single(attributes: dict[bytes, list[Element]], kind: bytes) -> Element:
    values = attributes.get(kind, [])
    if len(values) != 1:
        raise Malformed("not one value of an attribute")
    return values[0]


def _archive(attributes: dict[bytes, list[Element]]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """CRLs and OCSP responses that the signer put among his signed attributes."""
    if REVOCATION_VALUES not in attributes:
        return (), ()
    held = _single(attributes, REVOCATION_VALUES).of(SEQUENCE).inner()
    crls, ocsps, _ = optional(held, EXPLICIT, EXPLICIT | 1, EXPLICIT | 2)
    return _listed(crls), _listed(ocsps)


def _listed(held: Element | None) -> tuple[bytes, ...]:
    return tuple(one.raw for one in single(held.value).of(SEQUENCE).inner()) if held else ()


def _crls(held: Element | None) -> Iterator[bytes]:
    """CRLs beside the certificates of the SignedData (RFC 5652, 10.2.1)."""
    yield from (choice.raw for choice in (held.inner() if held else ()) if choice.tag == SEQUENCE)


def _claimed(attributes: dict[bytes, list[Element]]) -> datetime | None:
    values = attributes.get(SIGNING_TIME, [])
    return instant(values[0]) if len(values) == 1 else None


def _named_certificate(attributes: dict[bytes, list[Element]]) -> tuple[str, bytes] | None:
    """Hash name and hash of the first ESSCertID: the signer's own certificate (RFC 5035, 5.4.1)."""
    named: list[tuple[str, bytes]] = []
    for kind, default in ((SIGNING_CERTIFICATE_V2, "sha256"), (SIGNING_CERTIFICATE, "sha1")):
        if kind in attributes:
            certs = _single(attributes, kind).of(SEQUENCE).inner()[0].of(SEQUENCE).inner()
            parts = certs[0].of(SEQUENCE).inner()
            algorithm = hash_name(parts.pop(0)) if parts[0].tag == SEQUENCE else default
            named.append((algorithm, parts[0].of(OCTET_STRING).value))
    return named[0] if named else None


def _check_protection(attributes: dict[bytes, list[Element]], digest: Element, algorithm: Element) -> None:
    """RFC 6211: where the signer protected his algorithms, those outside must be the same."""
    if ALGORITHM_PROTECTION not in attributes:
        return
    named, *others = _single(attributes, ALGORITHM_PROTECTION).of(SEQUENCE).inner()
    scheme, _ = optional(others, EXPLICIT | 1, EXPLICIT | 2)
    # [1] IMPLICIT inside, a SEQUENCE outside: compared without the tag octet.
    if named.raw != digest.raw or scheme is None or scheme.raw[1:] != algorithm.raw[1:]:
        raise Malformed("algorithm protection")
