"""Synthetic certification authorities, their certificates, and a time-stamp authority, for the sample world.

Fresh keys at every call; the names say that they are samples. No real root is imitated.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper

from issuers.kit import CmsSigner, PrivateKey, Signer

YEAR = timedelta(days=365)

CA_YEARS, HOLDER_YEARS = (12, 12), (4, 4)
"""How long ago a certificate began, and how long it has to go: sample signatures may be back-dated by years, and an
authority outlives what it issues."""

TIME_STAMP_POLICY = "1.3.6.1.4.1.32473.1.1"
"""From the arc that RFC 5612 keeps for examples: the policy under which a sample token is made."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certification authority: its own certificate and key, and those of the root above it."""

    certificate: x509.Certificate
    key: PrivateKey
    root: x509.Certificate
    root_key: PrivateKey

    @property
    def above(self) -> Authority:
        """The root, as an authority of its own."""
        return Authority(self.root, self.root_key, self.root, self.root_key)

    @property
    def name(self) -> str:
        """Its common name."""
        (name,) = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(name.value)

    @property
    def chain(self) -> tuple[x509.Certificate, x509.Certificate]:
        """What stands above a certificate that it issues, root last."""
        return self.certificate, self.root


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key: a tenth of a second for 2048 bits, half a second for 3072."""
    return rsa.generate_private_key(65537, bits)


def p256_key() -> ec.EllipticCurvePrivateKey:
    """A key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def ed25519_key() -> ed25519.Ed25519PrivateKey:
    """An Ed25519 key."""
    return ed25519.Ed25519PrivateKey.generate()


def authority(name: str, key: PrivateKey, now: datetime) -> Authority:
    """A root, and under it the issuing authority `name`, which holds `key`; both valid for years around `now`."""
    root_key, root_name = ec.generate_private_key(ec.SECP384R1()), _name(f"{name} gốc", name)
    root = _certificate(root_name, root_key, root_name, root_key, now, CA_YEARS, _extensions(root_key, root_key, ca=1))
    issuing = _certificate(_name(name, name), key, root_name, root_key, now, CA_YEARS, _extensions(key, root_key, ca=0))
    return Authority(issuing, key, root, root_key)


def certify(
    issuer: Authority, name: str, organisation: str, key: PrivateKey, now: datetime, *, time_stamps: bool = False
) -> x509.Certificate:
    """A certificate for a person, a seal or (`time_stamps`, RFC 3161, 2.3) a time-stamp authority."""
    extensions = _extensions(key, issuer.key)
    if time_stamps:
        extensions.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True))
    subject = _name(name, organisation)
    return _certificate(subject, key, issuer.certificate.subject, issuer.key, now, HOLDER_YEARS, extensions)


def revoked(
    number: int,
    at: datetime,
    reason: x509.ReasonFlags | None = None,
    invalidity_date: datetime | None = None,
) -> x509.RevokedCertificate:
    """An entry of a CRL."""
    builder = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(at)
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    if invalidity_date is not None:
        builder = builder.add_extension(x509.InvalidityDate(invalidity_date), critical=False)
    return builder.build()


def crl(
    issuer: Authority,
    this_update: datetime,
    next_update: datetime,
    entries: Iterable[x509.RevokedCertificate] = (),
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """A CRL (DER), and with which extensions, critical or not."""
    # Entries all at once: the builder copies its list at each call that adds one.
    builder = (
        x509.CertificateRevocationListBuilder(revoked_certificates=[*entries])
        .issuer_name(issuer.certificate.subject)
        .last_update(this_update)
        .next_update(next_update)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer.key, _hash(issuer.key)).public_bytes(Encoding.DER)


class TimeStampAuthority(TimeStamper):
    """A time-stamp authority (RFC 3161) in this process, without a network; its clock stands at `at`, or runs.

    For samples and tests alone: it stamps the past if told so.
    """

    def __init__(self, signer: Signer, at: datetime | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._signer = signer
        self._name = asn1_x509.Name.load(signer.certificate.subject.public_bytes())
        self._at = at

    def dated(self, at: datetime) -> TimeStampAuthority:
        """The same authority, its clock stopped at an instant."""
        return TimeStampAuthority(self._signer, at)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """A token over what is asked for; every request is granted."""
        at = (self._at or datetime.now(UTC)).astimezone(UTC)
        backend = CmsSigner(self._signer)
        told = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": TIME_STAMP_POLICY,
                "message_imprint": req["message_imprint"],
                "serial_number": secrets.randbits(64),
                "gen_time": at,
                "nonce": req["nonce"],
                "tsa": asn1_x509.GeneralName("directory_name", self._name),
            }
        )
        content = cms.EncapsulatedContentInfo(
            {"content_type": "tst_info", "content": cms.ParsableOctetString(told.dump())}
        )
        token = await backend.async_sign_general_data(
            content,
            "sha256",
            detached=False,
            use_cades=True,  # signing-certificate-v2 (RFC 5816)
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
        )
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})


def _name(common_name: str, organisation: str) -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _extensions(
    key: PrivateKey, issuer_key: PrivateKey, *, ca: int | None = None
) -> list[tuple[x509.ExtensionType, bool]]:
    """What every certificate carries, with its criticality; `ca`: the path length below it, None for a holder."""
    usage = x509.KeyUsage(
        digital_signature=ca is None,
        content_commitment=ca is None,  # once called nonRepudiation
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca is not None,
        crl_sign=ca is not None,
        encipher_only=False,
        decipher_only=False,
    )
    return [
        (x509.BasicConstraints(ca=ca is not None, path_length=ca), True),
        (usage, True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
    ]


def _certificate(
    subject: x509.Name,
    key: PrivateKey,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    now: datetime,
    years: tuple[int, int],
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - years[0] * YEAR)
        .not_valid_after(now + years[1] * YEAR)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, _hash(issuer_key))


def _hash(key: PrivateKey) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
