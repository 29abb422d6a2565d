"""Certificate revocation lists and OCSP responses of the tests' authorities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from issuers import certification, kit

EXPIRED_CERTS_ON_CRL = x509.ObjectIdentifier("2.5.29.60")


@dataclass(frozen=True)
class Entry:
    """A certificate on a list."""

    certificate: x509.Certificate
    at: datetime
    reason: x509.ReasonFlags | None = None
    invalid_from: datetime | None = None


def crl(
    authority: certification.Authority,
    this: datetime,
    following: datetime,
    *entries: Entry,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    algorithm: Any = None,  # noqa: ANN401 - a hash function
) -> bytes:
    """A CRL of an authority."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(this)
        .next_update(following)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    for entry in entries:
        told = x509.RevokedCertificateBuilder().serial_number(entry.certificate.serial_number).revocation_date(entry.at)
        if entry.reason is not None:
            told = told.add_extension(x509.CRLReason(entry.reason), critical=False)
        if entry.invalid_from is not None:
            told = told.add_extension(x509.InvalidityDate(entry.invalid_from), critical=False)
        builder = builder.add_revoked_certificate(told.build())
    key = authority.key
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else (algorithm or hashes.SHA256())
    return builder.sign(key, hashed).public_bytes(Encoding.DER)


def expired_since(at: datetime) -> tuple[x509.ExtensionType, bool]:
    """The extension that keeps expired certificates on the list (X.509, 9.5.2.8)."""
    text = at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()
    return x509.UnrecognizedExtension(EXPIRED_CERTS_ON_CRL, b"\x18" + bytes([len(text)]) + text), False


@dataclass(frozen=True)
class Said:
    """What an OCSP response says of a certificate."""

    revoked_at: datetime | None = None
    reason: x509.ReasonFlags | None = None
    unknown: bool = False

    @property
    def status(self) -> ocsp.OCSPCertStatus:
        if self.unknown:
            return ocsp.OCSPCertStatus.UNKNOWN
        return ocsp.OCSPCertStatus.REVOKED if self.revoked_at else ocsp.OCSPCertStatus.GOOD


@dataclass(frozen=True)
class Responder:
    """Who signs a response, which certificates it carries, and the hash it is signed with."""

    signer: kit.Signer
    carried: tuple[x509.Certificate, ...] = ()
    algorithm: Any = None


GOOD = Said()


def answer(
    signer: kit.Signer,
    authority: certification.Authority,
    this: datetime,
    following: datetime | None,
    said: Said = GOOD,
    *,
    responder: Responder | None = None,
    issuer: x509.Certificate | None = None,
) -> bytes:
    """An OCSP response about a signer's certificate, by its authority or by a `responder`."""
    by = responder or Responder(kit.Signer(authority.certificate, authority.key))
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=signer.certificate,
        issuer=issuer or authority.certificate,
        algorithm=hashes.SHA256(),
        cert_status=said.status,
        this_update=this,
        next_update=following,
        revocation_time=said.revoked_at,
        revocation_reason=said.reason,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.signer.certificate)
    if by.carried:
        builder = builder.certificates(list(by.carried))
    key: Any = by.signer.key
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else (by.algorithm or hashes.SHA256())
    return builder.sign(key, hashed).public_bytes(Encoding.DER)
