"""An in-memory world for the engine's tests: keys, certificates, a tree of issuers, and PDFs signed with them.

Nothing of the registry's code runs: a `TrustSnapshot` is made by hand, so that a case shows only what differs. Keys are
made once a process; documents once a shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from random import Random
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from issuers import certification, kit, pupils
from verify.documents import open_document, open_text
from verify.evidence import Evidence
from verify.pdf import open_pdf
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Report
from verify.trust import (
    Anchor,
    Appointment,
    Capacity,
    HeldCrl,
    Issuer,
    Key,
    KeyState,
    Kind,
    Level,
    Period,
    RegisteredCertificate,
    RegisteredVersion,
    RevokedCertificate,
    Role,
    TrustSnapshot,
    Use,
    Witness,
    start_of_day,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SIGNED = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
ISSUED_ON = date(2026, 5, 31)
LONG_AGO = start_of_day(date(2020, 1, 1))
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def der(signer: kit.Signer) -> bytes:
    """A signer's certificate."""
    return signer.certificate.public_bytes(Encoding.DER)


def key_of(signer: kit.Signer) -> str:
    """A signer's key, as the registry names it."""
    spki = signer.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(spki).hexdigest()


@dataclass(frozen=True)
class Cast:
    """Who signs: made once, for all cases."""

    authority: certification.Authority
    stamps: certification.Authority
    principal: kit.Signer
    seal: kit.Signer
    teacher: kit.Signer
    stranger: kit.Signer
    tsa: kit.Signer


@cache
def cast() -> Cast:
    """The one cast of this process."""
    authority = certification.authority("CA thử", certification.p256_key(), NOW)
    stamps = certification.authority("CA dấu thời gian thử", certification.p256_key(), NOW)
    foreign = certification.authority("CA lạ", certification.p256_key(), NOW)

    def signer(name: str, issuer: certification.Authority, *, stamp: bool = False) -> kit.Signer:
        key = certification.p256_key()
        certificate = certification.certify(issuer, name, "Trường thử", key, NOW, time_stamps=stamp)
        return kit.Signer(certificate, key, issuer.chain, name=name)

    return Cast(
        authority=authority,
        stamps=stamps,
        principal=signer("Hiệu trưởng thử", authority),
        seal=signer("Con dấu thử", authority),
        teacher=signer("Giáo viên thử", authority),
        stranger=signer("Hiệu trưởng thử", foreign),
        tsa=signer("Dấu thời gian thử", stamps, stamp=True),
    )


SCHOOL, DEPARTMENT, MINISTRY, OTHER = "79000701", "SGD79", "MOET", "79000702"
NAME = "Trường THPT Thử nghiệm (mẫu)"
NUMBER = "000G40R40M30E209"


def record(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    """A record that the registry of `trust()` agrees with, and what differs."""
    issuer = {"code": SCHOOL, "name": NAME, "department_code": DEPARTMENT, "province_code": "79"}
    made = pupils.record(
        Random(7),  # noqa: S311 - sample names, no secret
        issuer,
        Level.UPPER_SECONDARY,
        number=NUMBER,
        issued_on=ISSUED_ON,
        last_year=2025,
        place_of_birth="Thành phố mẫu",
    )
    return made | changes


@cache
def unsigned() -> bytes:
    """The record as an unsigned PDF with two empty signature fields."""
    return kit.compose(record(), sample=True)


def stamper(at: datetime | None) -> certification.TimeStampAuthority | None:
    """The time-stamp authority, its clock stopped at an instant."""
    return certification.TimeStampAuthority(cast().tsa, at) if at else None


@cache
def signed(principal: datetime | None = None, seal: datetime | None = None) -> bytes:
    """Signed by principal and seal; each time-stamped at its instant, or not at all."""
    pdf = kit.sign(unsigned(), cast().principal, "principal", timestamper=stamper(principal), at=SIGNED)
    return kit.sign(pdf, cast().seal, "school_seal", timestamper=stamper(seal), at=SIGNED)


HOST = "HB.EXAMPLE.VN"
"""Where the codes of this gateway lead."""


class Paper(bytes):
    """A document that is looked at for QR codes: a picture, a scan, a page with a code."""

    __slots__ = ()


@lru_cache(maxsize=None, typed=True)
def opened(given: bytes | str) -> Evidence:
    """The evidence of a file, of paper or of a scanned text, read once."""
    if isinstance(given, str):
        return open_text(given, HOST)
    return open_document(given, HOST) if isinstance(given, Paper) else open_pdf(given)


def key(signer: kit.Signer, use: Use = Use.DOCUMENT, **changes: Any) -> Key:  # noqa: ANN401 - fields of Key
    """An active key, and what differs."""
    certificate = RegisteredCertificate(sha256(der(signer)).hexdigest(), der(signer))
    spki = signer.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    made = Key(key_of(signer), use, signer.name, KeyState.ACTIVE, admitted=True, certificates=(certificate,), spki=spki)
    return replace(made, **changes)


def appointment(signer: kit.Signer, role: Role, issuer: str = SCHOOL, **changes: Any) -> Appointment:  # noqa: ANN401
    """An appointment since long ago, and what differs."""
    made = Appointment(f"{issuer}/{role}/{signer.name}", key_of(signer), issuer, role, Capacity.SUBSTANTIVE, LONG_AGO)
    return replace(made, **changes)


def issuer(code: str, kind: Kind, name: str, parent: str | None, **changes: Any) -> Issuer:  # noqa: ANN401
    """An issuer since long ago in one period, and what differs; `levels`, `roles`, `territory` go to the period."""
    scope = {name: changes.pop(name) for name in ("levels", "roles", "territory") if name in changes}
    period = Period(LONG_AGO, None, name, parent, **scope)
    return replace(Issuer(code, kind, (period,), LONG_AGO, contact="vp@mau.example"), **changes)


def school(**changes: Any) -> Issuer:  # noqa: ANN401 - fields of Issuer
    """The school, and what differs."""
    levels = {"levels": frozenset({Level.UPPER_SECONDARY})}
    return issuer(SCHOOL, Kind.SCHOOL, NAME, DEPARTMENT, **(levels | changes))


def registration(pdf: bytes | None = None, at: datetime = SIGNED + DAY, **changes: Any) -> RegisteredVersion:  # noqa: ANN401
    """The register's entry for the record, with the file's digest if one is given."""
    digests = kit.digests(record(), pdf or b"")
    made = RegisteredVersion(
        SCHOOL,
        NUMBER,
        1,
        digests.record_digest,
        Level.UPPER_SECONDARY,
        ISSUED_ON,
        at,
        pdfs=(Witness(digests.pdf_sha256, at),) if pdf else (),
    )
    return replace(made, **changes)


@dataclass(frozen=True)
class Trust:
    """A registry in which everything is in order, to be bent by `replace`."""

    principal: Key = field(default_factory=lambda: key(cast().principal))
    seal: Key = field(default_factory=lambda: key(cast().seal))
    tsa: Key = field(default_factory=lambda: key(cast().tsa, Use.TIMESTAMP))
    more_keys: tuple[Key, ...] = ()
    appointments: tuple[Appointment, ...] = field(
        default_factory=lambda: (
            appointment(cast().principal, Role.PRINCIPAL),
            appointment(cast().seal, Role.SCHOOL_SEAL),
            appointment(cast().tsa, Role.TIME_STAMP_AUTHORITY, MINISTRY),
        )
    )
    school: Issuer = field(default_factory=school)
    department: Issuer = field(default_factory=lambda: issuer(DEPARTMENT, Kind.DEPARTMENT, "Sở (mẫu)", MINISTRY))
    ministry: Issuer = field(default_factory=lambda: issuer(MINISTRY, Kind.MINISTRY, "Bộ (mẫu)", None))
    more_issuers: tuple[Issuer, ...] = ()
    versions: tuple[RegisteredVersion, ...] = ()
    withdrawals: tuple[Any, ...] = ()
    revocation: str = "registry"
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[HeldCrl, ...] = ()
    revoked: tuple[RevokedCertificate, ...] = ()

    def snapshot(self) -> TrustSnapshot:
        """The slice as the engine gets it."""
        keys = (self.principal, self.seal, self.tsa, *self.more_keys)
        issuers = (self.school, self.department, self.ministry, *self.more_issuers)
        roots = ((cast().authority, Use.DOCUMENT), (cast().stamps, Use.TIMESTAMP))
        return TrustSnapshot(
            generation=1,
            ledger_head="0" * 64,
            issuers={one.code: one for one in issuers},
            keys={one.id: one for one in keys},
            appointments=self.appointments,
            anchors=tuple(
                Anchor(use.value, authority.root.public_bytes(Encoding.DER), use, self.revocation)
                for authority, use in roots
            ),
            intermediates=self.intermediates,
            crls=self.crls,
            revoked=self.revoked,
            versions=self.versions,
            withdrawals=self.withdrawals,
        )


def judged(pdf: bytes, trust: Trust | None = None, at: datetime = NOW) -> Report:
    """What the engine says of a file."""
    return judge(opened(pdf), (trust or Trust()).snapshot(), HB_1, at)
