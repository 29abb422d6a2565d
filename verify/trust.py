"""What the caller believed, frozen at one moment, numbered by generation.

The engine never asks a database: `issuers/snapshot.py` reads the slice of the registry that a document names, in one
transaction, and hands it over as a `TrustSnapshot`. All instants are aware datetimes; all intervals are half-open
[since, until), HB-1 section 3. A key is known by the SHA-256 of its SubjectPublicKeyInfo, never by a name (HB-1, 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

VIETNAM = timezone(timedelta(hours=7))
"""A date of the law means 00:00 +07:00; Vietnam has no daylight saving time."""


class Kind(StrEnum):
    """What an issuer is."""

    MINISTRY = "ministry"
    DEPARTMENT = "department"
    SCHOOL = "school"


class Level(StrEnum):
    """A level of schooling."""

    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"
    CONTINUING = "continuing"


class Role(StrEnum):
    """What a key speaks as: a person's office, or an organisation's seal."""

    PRINCIPAL = "principal"
    VICE_PRINCIPAL = "vice_principal"
    HOMEROOM_TEACHER = "homeroom_teacher"
    SCHOOL_SEAL = "school_seal"
    DEPARTMENT_SEAL = "department_seal"
    QR_SEAL = "qr_seal"
    TIME_STAMP_AUTHORITY = "time_stamp_authority"


PERSONS_ROLES = frozenset({Role.PRINCIPAL, Role.VICE_PRINCIPAL, Role.HOMEROOM_TEACHER})
"""Roles that a person is appointed to; only these are judged against `issued_on` (HB-1, 3)."""


class Capacity(StrEnum):
    """How a person holds a role: in his own right, acting (quyền), KT., TUQ."""

    SUBSTANTIVE = "substantive"
    ACTING = "acting"
    ON_BEHALF = "on_behalf"
    BY_DELEGATION = "by_delegation"


class Use(StrEnum):
    """What a key may sign."""

    DOCUMENT = "document"
    QR = "qr"
    TIMESTAMP = "timestamp"


class KeyState(StrEnum):
    """Where a key stands in its life (HB-1, 6)."""

    PROPOSED = "proposed"
    PROVEN = "proven"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    RETIRED = "retired"
    REVOKED = "revoked"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class RegisteredCertificate:
    """A certificate of a registered key.

    `revoked_at`, `invalidity_date` and `held_since` are what the registry has been told of it (a revocation sticks;
    certificateHold is a suspension); `proposed_invalid_since` waits for four eyes.
    """

    sha256: str
    der: bytes
    revoked_at: datetime | None = None
    reason: str | None = None
    invalidity_date: datetime | None = None
    invalid_since: datetime | None = None
    proposed_invalid_since: datetime | None = None
    held_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key and its life.

    `admitted` says that it was active once, or came in as historical; else the registry knows it but never trusted it.
    `suspended_since` is the start of a suspension that was never lifted: with `revoked_at` it is one that ran into the
    revocation. Several revocation dates stand side by side; C of HB-1 section 3 is the engine's to compute. `spki` is
    the DER SubjectPublicKeyInfo whose SHA-256 is `id`: a QR key may have no certificate.
    """

    id: str
    use: Use
    holder: str
    state: KeyState
    admitted: bool
    historical: bool = False
    suspended_since: datetime | None = None
    retired_at: datetime | None = None
    revoked_at: datetime | None = None
    revocation_reason: str | None = None
    invalid_since: datetime | None = None
    proposed_invalid_since: datetime | None = None
    certificates: tuple[RegisteredCertificate, ...] = ()
    spki: bytes = b""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A key speaks in a role for an issuer, by decision, from a day to a day.

    `levels` None: all of the issuer's.
    """

    id: str
    key: str
    issuer: str
    role: Role
    capacity: Capacity
    valid_from: datetime
    valid_until: datetime | None = None
    levels: frozenset[Level] | None = None
    decision_no: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """How an issuer stood in the tree during an interval: its name, its parent, and the scope it had.

    What is None is the parent's (HB-1, 3). `parent` None: the ministry itself.
    """

    since: datetime
    until: datetime | None
    name: str
    parent: str | None
    levels: frozenset[Level] | None = None
    roles: frozenset[Role] | None = None
    territory: frozenset[str] | None = None

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies in [since, until)."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Issuer:
    """A ministry, department or school, in the periods of its life.

    `registers_all_since`: from that instant on, what it signs and does not register is `NOT_REGISTERED` (HB-1, 9).
    """

    code: str
    kind: Kind
    periods: tuple[Period, ...]
    valid_from: datetime
    valid_until: datetime | None = None
    suspended_since: datetime | None = None
    registers_all_since: datetime | None = None
    contact: str = ""
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    succession_on: datetime | None = None

    def during(self, at: datetime) -> Period | None:
        """The period that holds at an instant, or None before its first or after its last."""
        return next((period for period in self.periods if period.holds(at)), None)

    @property
    def latest(self) -> Period:
        """The newest period: what the issuer is called now."""
        return self.periods[-1]


REGISTRY, CRL = "registry", "crl"
"""How an anchor's certificates are asked for revocation: of the registry alone, or of CRLs and OCSP responses too."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A trust anchor: a CA certificate (DER) that the ministry admitted for one use.

    `revocation` is `registry` or `crl` (HB-1, 3). A distrusted anchor stays listed and anchors nothing.
    """

    id: str
    der: bytes
    use: Use
    revocation: str
    distrusted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldCrl:
    """A CRL that the registry holds, without its entries: whose it is, and when it was said.

    `authority` is the hex SHA-256 of the signing CA's SubjectPublicKeyInfo. Its signature was verified at import.
    `expired_since`: expiredCertsOnCRL (RFC 5280 has it from X.509): from then on, expired certificates stay listed.
    """

    authority: str
    this_update: datetime
    next_update: datetime | None
    expired_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RevokedCertificate:
    """A certificate that some CRL imported into the registry has listed: it sticks (HB-1, 3).

    `reason` certificateHold only while the CRL of the latest thisUpdate says so.
    """

    authority: str
    serial: int
    revoked_at: datetime
    reason: str | None = None
    invalidity_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """The digest of something registered, and the instant of the ledger entry that registered it."""

    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """One version of one transcript, as an issuer registered it; no pupil data (HB-1, 9)."""

    issuer: str
    number: str
    version: int
    record_digest: str
    level: Level
    issued_on: date
    registered_at: datetime
    pdfs: tuple[Witness, ...] = ()
    qrs: tuple[Witness, ...] = ()
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A transcript withdrawn in all its versions: final."""

    issuer: str
    number: str
    at: datetime
    reason_code: str


@dataclass(frozen=True, slots=True)
class TrustSnapshot:
    """The slice of the registry that one document names.

    `generation` and `ledger_head` name the registry's state it was read from: two snapshots of one slice and one
    generation are equal. `intermediates` are CA certificates (DER) seen at admission, helpers to build paths and
    trusted for nothing. `synthetic` marks a sample world.
    """

    generation: int
    ledger_head: str
    synthetic: bool = False
    issuers: Mapping[str, Issuer] = field(default_factory=dict)
    keys: Mapping[str, Key] = field(default_factory=dict)
    appointments: tuple[Appointment, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[HeldCrl, ...] = ()
    revoked: tuple[RevokedCertificate, ...] = ()
    versions: tuple[RegisteredVersion, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What a document names, and a snapshot is asked for: nothing else of the registry is read.

    Keys are hex SHA-256 of SubjectPublicKeyInfo (signers' and time-stampers'), `files` hex SHA-256 of the file and of
    each of its revisions; `issuer`, `number` and `record_digest` come from the record, if there is one. `serials` are
    the serial numbers of all certificates in the file: the entries of the registry's CRLs that are read. `kids` are the
    first 16 hex digits of the keys that QR codes name.
    """

    keys: frozenset[str] = frozenset()
    issuer: str | None = None
    number: str | None = None
    record_digest: str | None = None
    files: frozenset[str] = frozenset()
    serials: frozenset[int] = frozenset()
    kids: frozenset[str] = frozenset()


def start_of_day(day: date) -> datetime:
    """The instant at which a date of the law begins: 00:00 +07:00."""
    return datetime.combine(day, time(), VIETNAM)
