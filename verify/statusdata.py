"""CRLs and OCSP responses that travel inside a file: whose they are, since when they speak, and what they list.

RFC 5280, 5 and RFC 6960. Read by `cryptography`, which finds one serial number in a CRL of 100,000 without parsing the
rest. Nothing is believed here before its signature is the CA's; nothing is ever fetched (promise P7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from asn1crypto.core import GeneralizedTime
from asn1crypto.keys import PublicKeyInfo
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

MAX_CERTIFICATES = 256
"""Certificates whose dates and keys are kept in a worker: every check of every signature asks for them."""
MAX_STATUS_DATA = 64
"""CRLs and OCSP responses read out of one file: a B-LTA file of two signers carries about ten."""

EXPIRED_CERTS_ON_CRL = x509.ObjectIdentifier("2.5.29.60")
"""X.509 (2019), 9.5.2.8: certificates that expired after this instant stay on the list."""
UNDERSTOOD = frozenset({ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER})
STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, KeyError, x509.InvalidVersion)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one CRL or OCSP response says of one certificate.

    `revoked_at` None: it does not list it. `complete` False: it may only add a revocation (a delta, a partition, an
    extension not understood), never tell that all is well. `expired_since`: what expired after it stays listed.
    """

    this_update: datetime
    next_update: datetime | None
    complete: bool
    revoked_at: datetime | None = None
    reason: str | None = None
    invalidity_date: datetime | None = None
    expired_since: datetime | None = None


def statements(der: bytes, authority: bytes, crls: Iterable[bytes], ocsps: Iterable[bytes]) -> list[Statement]:
    """What the data of a file says of a certificate (DER), where the CA (DER) that issued it says so itself."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        ca = x509.load_der_x509_certificate(authority)
    except UNREADABLE:
        return []
    said = [_crl(one, certificate, ca) for one in list(crls)[:MAX_STATUS_DATA]]
    said += [_ocsp(one, certificate, ca) for one in list(ocsps)[:MAX_STATUS_DATA]]
    return [one for one in said if one is not None]


def serial_of(der: bytes) -> int:
    """The serial number of a certificate. Raises one of UNREADABLE."""
    return x509.load_der_x509_certificate(der).serial_number


@lru_cache(MAX_CERTIFICATES)
def spki_sha256(der: bytes) -> str:
    """Hex SHA-256 of the SubjectPublicKeyInfo of a certificate: how the registry names a CA."""
    key = x509.load_der_x509_certificate(der).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _crl(der: bytes, certificate: x509.Certificate, ca: x509.Certificate) -> Statement | None:
    try:
        crl = x509.load_der_x509_crl(der)
        if crl.issuer != ca.subject or not isinstance(crl.signature_hash_algorithm, (*STRONG, type(None))):
            return None
        if not _may_sign_crls(ca) or not crl.is_signature_valid(ca.public_key()):  # type: ignore[arg-type]
            return None
        known = {one.oid for one in crl.extensions}
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        critical = {one.oid for one in crl.extensions if one.critical}
        complete = not (critical - UNDERSTOOD) and ExtensionOID.DELTA_CRL_INDICATOR not in known
        expired_since = _expired_since(crl)
        if entry is None or _reason(entry) == "remove_from_crl":
            return Statement(crl.last_update_utc, crl.next_update_utc, complete, expired_since=expired_since)
        return Statement(
            crl.last_update_utc,
            crl.next_update_utc,
            complete,
            entry.revocation_date_utc,
            _reason(entry),
            _invalidity(entry),
            expired_since,
        )
    except UNREADABLE:
        return None


def _expired_since(crl: x509.CertificateRevocationList) -> datetime | None:
    try:
        extension = crl.extensions.get_extension_for_oid(EXPIRED_CERTS_ON_CRL)
    except x509.ExtensionNotFound:
        return None
    instant: datetime = GeneralizedTime.load(extension.value.public_bytes(), strict=True).native
    return instant


def _may_sign_crls(ca: x509.Certificate) -> bool:
    try:
        return ca.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _reason(entry: x509.RevokedCertificate) -> str | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name
    except x509.ExtensionNotFound:
        return None


def _invalidity(entry: x509.RevokedCertificate) -> datetime | None:
    try:
        return entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc
    except x509.ExtensionNotFound:
        return None


def _ocsp(der: bytes, certificate: x509.Certificate, ca: x509.Certificate) -> Statement | None:
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL or not _signed_for(response, ca):
            return None
        for single in response.responses:
            if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
                continue
            if single.serial_number == certificate.serial_number and _of(single, ca):
                revoked = single.certificate_status is ocsp.OCSPCertStatus.REVOKED
                return Statement(
                    single.this_update_utc,
                    single.next_update_utc,
                    complete=single.certificate_status is ocsp.OCSPCertStatus.GOOD,
                    revoked_at=single.revocation_time_utc if revoked else None,
                    reason=single.revocation_reason.name if revoked and single.revocation_reason else None,
                )
    except UNREADABLE:
        return None
    return None


def _of(single: ocsp.OCSPSingleResponse, ca: x509.Certificate) -> bool:
    """Whether a single response is about certificates of this CA (RFC 6960, 4.1.1)."""
    name, key = hashes.Hash(single.hash_algorithm), hashes.Hash(single.hash_algorithm)
    name.update(ca.subject.public_bytes())
    spki = ca.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key.update(_bits(spki))
    return (single.issuer_name_hash, single.issuer_key_hash) == (name.finalize(), key.finalize())


def _bits(spki: bytes) -> bytes:
    """The subjectPublicKey bits, without tag, length and unused-bits octet."""
    return bytes(PublicKeyInfo.load(spki)["public_key"].contents[1:])


def _signed_for(response: ocsp.OCSPResponse, ca: x509.Certificate) -> bool:
    """Signed by the CA, or by a responder it certified for this, in force when it answered (RFC 6960, 4.2.2.2)."""
    for signer in (ca, *response.certificates):
        if signer is not ca and not _delegated(signer, ca, response.produced_at_utc):
            continue
        if _verifies(response, signer):
            return True
    return False


def _delegated(responder: x509.Certificate, ca: x509.Certificate, at: datetime) -> bool:
    try:
        responder.verify_directly_issued_by(ca)
        purposes = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return False
    in_force = responder.not_valid_before_utc <= at < responder.not_valid_after_utc
    return in_force and ExtendedKeyUsageOID.OCSP_SIGNING in purposes


def _verifies(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, algorithm = signer.public_key(), response.signature_hash_algorithm
    signature, data = response.signature, response.tbs_response_bytes
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif not isinstance(algorithm, STRONG):
            return False
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        else:
            return False
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
