"""May this key, this certificate enter the registry? HB-1 section 6, each refusal with its own code."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import isqrt
from typing import Any, TypeVar

from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from sqlalchemy import Connection, select

from issuers.listing import COMPROMISED, serial
from issuers.refusals import Conflict, Refused, Why
from issuers.tables import intermediates, revoked_certificates, trust_anchors
from verify.path import Paths
from verify.statusdata import spki_sha256
from verify.trust import Anchor, Use

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
"""No token or CA of the field goes beyond 4096; verifying under a modulus of a million bits takes an hour."""
PUBLIC_EXPONENT = 65537
FERMAT_ROUNDS = 100
"""Steps of Fermat's factorisation: primes chosen close together (CVE-2022-26320) fall in the first few, random ones
never do; boulder takes as many."""
CURVES = ("secp256r1", "secp384r1")
QR_CURVES = ("secp256r1",)
"""A QR carries ES256 on P-256, or Ed25519, and nothing else."""
STRONG_HASHES = frozenset({"sha256", "sha384", "sha512"})
MAX_CHAIN = 6
"""Certificates beside the signer's own: paths are not followed further."""
MAX_DER = 16 * 1024
"""Bytes of one certificate: those of the field have 1 to 3 KiB, and each is kept for ever."""
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)
"""What `cryptography` and asn1crypto raise at bytes that are no certificate and no key."""

E = TypeVar("E", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key that asks to enter for one use: by certificate, or bare.

    `certificate` is DER, or PEM in which further certificates are its chain; `chain` holds more of these, DER or PEM;
    `public_key` is a SubjectPublicKeyInfo, DER or PEM.
    """

    use: Use
    certificate: bytes | None = None
    public_key: bytes | None = None
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that could be read: its DER, the key in it, and the interval it names."""

    der: bytes
    sha256: str
    spki: bytes
    since: datetime
    until: datetime
    parsed: x509.Certificate

    @property
    def key(self) -> str:
        """The id of its key."""
        return sha256(self.spki).hexdigest()


@dataclass(frozen=True, slots=True)
class Entrant:
    """A key that may enter, and its certificate as an event's body keeps it (None for a bare key)."""

    key: str
    spki: bytes
    certificate: Mapping[str, Any] | None


def admit(
    connection: Connection, candidate: Candidate, *, at: datetime, past: tuple[datetime, datetime] | None = None
) -> Entrant:
    """Judge a key, and its certificate if it brings one.

    `past` is the interval of a historical key, in which its certificate must have been in force; any other certificate
    must not have ended. Refused: CERTIFICATE_MISSING (neither certificate nor key), CERTIFICATE_OF_ANOTHER_KEY,
    CERTIFICATE_EXPIRED, CERTIFICATE_OUTSIDE_INTERVAL, and what `read`, `judge_key` and `certified` refuse.
    """
    spki = None if candidate.public_key is None else _bare(candidate.public_key)
    if candidate.certificate is None:
        if spki is None:
            raise Refused(Why.CERTIFICATE_MISSING, "certificate")
        judge_key(spki, candidate.use, field="public_key")
        return Entrant(sha256(spki).hexdigest(), spki, None)
    signer, *chain = read(candidate.certificate, *candidate.chain)
    if spki is not None and spki != signer.spki:
        raise Refused(Why.CERTIFICATE_OF_ANOTHER_KEY, "certificate")
    if past is None:
        if signer.until <= at:
            raise Refused(Why.CERTIFICATE_EXPIRED, "certificate")
        moment = max(at, signer.since)
    else:
        moment = max(past[0], signer.since)
        if moment >= min(past[1], signer.until):
            raise Refused(Why.CERTIFICATE_OUTSIDE_INTERVAL, "certificate")
    return Entrant(signer.key, signer.spki, certified(connection, signer, chain, candidate.use, moment))


def certified(
    connection: Connection, signer: Certificate, chain: list[Certificate], use: Use, moment: datetime
) -> Mapping[str, Any]:
    """The body of a certificate that may enter, with the intermediates of its path to an anchor in force at `moment`.

    Refused: CERTIFICATE_IS_CA, KEY_USAGE (neither digitalSignature nor nonRepudiation; for a time-stamp authority also
    without its sole purpose), SIGNATURE_WEAK (SHA-1), NO_PATH_TO_ANCHOR, and what `judge_key` refuses. Conflict:
    KEY_COMPROMISED (a CRL that is held says so).
    """
    judge_key(signer.spki, use, field="certificate")
    extensions = signer.parsed.extensions
    constraints = _extension(extensions, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise Refused(Why.CERTIFICATE_IS_CA, "certificate")
    usage = _extension(extensions, x509.KeyUsage)
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        raise Refused(Why.KEY_USAGE, "certificate")
    purposes = _extension(extensions, x509.ExtendedKeyUsage)
    if use is Use.TIMESTAMP and (purposes is None or [*purposes] != [ExtendedKeyUsageOID.TIME_STAMPING]):
        raise Refused(Why.KEY_USAGE, "certificate")
    _judge_signature(signer)
    known = [one for row in connection.execute(select(intermediates.c.der)) for one in read(row.der)]
    helpers = [one for one in (*chain, *known) if one.since <= moment < one.until]
    wanted = Use.DOCUMENT if use is Use.QR else use  # a QR key needs no certificate; one that it brings is a seal's
    path = Paths(every_anchor(connection), [one.der for one in helpers]).find((signer.der,), wanted)
    if path is None:
        raise Refused(Why.NO_PATH_TO_ANCHOR, "certificate")
    _judge_compromise(connection, signer, (*path.certificates, path.anchor.der)[1])
    return {
        **_body(signer.der),
        "chain": [_body(der) for der in path.certificates[1:]],
    }


def authority(data: bytes) -> Certificate:
    """A CA certificate that may become an anchor. Refused: CERTIFICATE_NOT_A_CA, and what `judge_key` refuses."""
    found, *more = read(data)
    extensions = found.parsed.extensions
    constraints, usage = _extension(extensions, x509.BasicConstraints), _extension(extensions, x509.KeyUsage)
    if more or constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
        raise Refused(Why.CERTIFICATE_NOT_A_CA, "certificate")
    judge_key(found.spki, Use.DOCUMENT, field="certificate")
    return found


def every_anchor(connection: Connection) -> tuple[Anchor, ...]:
    """Every anchor, distrusted ones too, the oldest first."""
    rows = connection.execute(select(trust_anchors).order_by(trust_anchors.c.admitted_at, trust_anchors.c.id))
    return tuple(Anchor(row.id, row.der, Use(row.use), row.revocation, row.distrusted_at) for row in rows)


def read(*bundles: bytes) -> list[Certificate]:
    """All certificates of some bundles, DER or PEM. Refused: CERTIFICATE_UNREADABLE, CHAIN_TOO_LONG, KEY_ENCODING."""
    try:
        ders = [der for data in bundles for der in _ders(data)]
        found = [_read(der) for der in ders[: MAX_CHAIN + 2]]
    except UNREADABLE as error:
        raise Refused(Why.CERTIFICATE_UNREADABLE, "certificate") from error
    if len(found) > MAX_CHAIN + 1:
        raise Refused(Why.CHAIN_TOO_LONG, "certificate", limit=MAX_CHAIN)
    return found


def judge_key(spki: bytes, use: Use, *, field: str) -> None:
    """Refuse a key that is weak, of an unknown kind, or written in another form than its canonical one.

    KEY_ENCODING matters because a key is known by the hash of its encoding: one point of a curve can be written in two
    ways, and a compromised key would come back under a second id.
    """
    try:
        key = load_der_public_key(spki)
    except UNREADABLE as error:  # a point off its curve, among others
        raise Refused(Why.KEY_UNREADABLE, field) from error
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != spki:
        raise Refused(Why.KEY_ENCODING, field)
    if isinstance(key, rsa.RSAPublicKey) and use is not Use.QR:
        numbers = key.public_numbers()
        if key.key_size > MAX_RSA_BITS:
            raise Refused(Why.KEY_TOO_LARGE, field, bits=key.key_size)
        if key.key_size < MIN_RSA_BITS or numbers.e != PUBLIC_EXPONENT or close_primes(numbers.n):
            raise Refused(Why.KEY_WEAK, field, bits=key.key_size)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in (QR_CURVES if use is Use.QR else CURVES):
            raise Refused(Why.KEY_KIND, field, kind=key.curve.name)
    elif not isinstance(key, ed25519.Ed25519PublicKey):
        raise Refused(Why.KEY_KIND, field)


def close_primes(modulus: int) -> bool:
    """Whether Fermat's method factors a modulus in a few steps, as it does when its primes lie close together."""
    if modulus % 2 == 0:
        return True
    middle = isqrt(modulus - 1) + 1
    for guess in range(middle, middle + FERMAT_ROUNDS):
        square = guess * guess - modulus
        if isqrt(square) ** 2 == square:
            return True
    return False


def _bare(data: bytes) -> bytes:
    try:
        if not pem.detect(data):
            load_der_public_key(data)
            return data
        return load_pem_public_key(data).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UNREADABLE as error:
        raise Refused(Why.KEY_UNREADABLE, "public_key") from error


def _ders(data: bytes) -> list[bytes]:
    if not pem.detect(data):
        return [data]
    blocks = [*pem.unarmor(data, multiple=True)]
    if any(kind != "CERTIFICATE" for kind, _, _ in blocks):
        raise ValueError("something else in PEM: a private key, at worst")
    return [der for _, _, der in blocks]


def _read(der: bytes) -> Certificate:
    if len(der) > MAX_DER:
        raise ValueError("a certificate of this size is none")
    structure = asn1.Certificate.load(der, strict=True)["tbs_certificate"]
    if structure["serial_number"].native <= 0:
        raise ValueError("RFC 5280, 4.1.2.2")
    parsed = x509.load_der_x509_certificate(der)
    parsed.extensions, parsed.subject, parsed.issuer  # noqa: B018 - parsed when asked for: let them fail here
    # The key's bytes as they stand, for their hash is its id; `cryptography` would write them anew.
    spki = structure["subject_public_key_info"].dump()
    return Certificate(
        der, sha256(der).hexdigest(), spki, parsed.not_valid_before_utc, parsed.not_valid_after_utc, parsed
    )


def _extension(extensions: x509.Extensions, kind: type[E]) -> E | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _judge_signature(signer: Certificate) -> None:
    """The CA's signature on the certificate itself: SHA-256 and up; Ed25519 brings its own hash."""
    try:
        function = signer.parsed.signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        raise Refused(Why.SIGNATURE_WEAK, "certificate") from error
    if function is not None and function.name not in STRONG_HASHES:
        raise Refused(Why.SIGNATURE_WEAK, "certificate", hash=function.name)


def _judge_compromise(connection: Connection, signer: Certificate, above: bytes) -> None:
    """A compromised key is refused for ever (HB-1, 6), also if its CA has said so before anybody proposed it."""
    listed = select(revoked_certificates.c.serial).where(
        revoked_certificates.c.serial == serial(signer.parsed.serial_number),
        revoked_certificates.c.authority == spki_sha256(above),
        revoked_certificates.c.reason == COMPROMISED,
    )
    if connection.execute(listed).first():
        raise Conflict(Why.KEY_COMPROMISED, "certificate", key=signer.key)


def _body(der: bytes) -> dict[str, str]:
    return {"sha256": sha256(der).hexdigest(), "der": b64encode(der).decode()}
