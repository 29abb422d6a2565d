"""Who is who in the sample world: its issuers, their officers, and the holders of keys, all invented.

Names of organisations end in "(mẫu)", sample, and fit the 64 bytes that a certificate has for them; province codes 97
and 98 belong to no province. Days count backwards from the day on which the world is made: 40 is forty days ago.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from cryptography import x509

from issuers import pupils
from issuers.certification import (
    Authority,
    TimeStampAuthority,
    authority,
    certify,
    crl,
    ed25519_key,
    p256_key,
    revoked,
    rsa_key,
)
from issuers.kit import PrivateKey, Signer
from issuers.officers import OfficerRole
from issuers.symbol import QrKey
from verify.trust import VIETNAM, Capacity, Kind, Level, Role, Use

MINISTRY, MAY_NGAN, BIEN_LANG = "MOET", "SO-97", "SO-98"
SONG_MAY, DOI_SIM, ANH_DUONG, SUOI_MO = "97000701", "98000502", "97000903", "97000604"

FOUNDED, REGISTRY_BEGAN = 1400, 500
"""The issuers are older than their registry."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An issuer as it is enrolled; `merged` into another one, so many days ago."""

    code: str
    kind: Kind
    name: str
    parent: str = ""
    levels: frozenset[Level] | None = None
    province: str = ""
    place: str = ""
    registers_all: bool = False
    merged: tuple[str, int] | None = None


ORGANISATIONS = (
    Organisation(MINISTRY, Kind.MINISTRY, "Bộ Giáo dục và Đào tạo (mẫu)"),
    Organisation(
        MAY_NGAN,
        Kind.DEPARTMENT,
        "Sở Giáo dục và Đào tạo tỉnh Mây Ngàn (mẫu)",
        MINISTRY,
        province="97",
    ),
    Organisation(
        BIEN_LANG,
        Kind.DEPARTMENT,
        "Sở Giáo dục và Đào tạo tỉnh Biển Lặng (mẫu)",
        MINISTRY,
        province="98",
    ),
    Organisation(
        SONG_MAY,
        Kind.SCHOOL,
        "Trường THPT Sông Mây (mẫu)",
        MAY_NGAN,
        levels=frozenset({Level.UPPER_SECONDARY}),
        province="97",
        place="Tỉnh Mây Ngàn (mẫu)",
    ),
    Organisation(
        DOI_SIM,
        Kind.SCHOOL,
        "Trường THCS Đồi Sim (mẫu)",
        BIEN_LANG,
        levels=frozenset({Level.LOWER_SECONDARY}),
        province="98",
        place="Tỉnh Biển Lặng (mẫu)",
    ),
    Organisation(
        ANH_DUONG,
        Kind.SCHOOL,
        "Trường Phổ thông tư thục Ánh Dương (mẫu)",
        MAY_NGAN,
        levels=frozenset({Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY}),
        province="97",
        place="Tỉnh Mây Ngàn (mẫu)",
        registers_all=True,
    ),
    Organisation(
        SUOI_MO,
        Kind.SCHOOL,
        "Trường THPT Suối Mơ (mẫu)",
        MAY_NGAN,
        levels=frozenset({Level.UPPER_SECONDARY}),
        province="97",
        place="Tỉnh Mây Ngàn (mẫu)",
        merged=(SONG_MAY, 70),
    ),
)
BY_CODE = {one.code: one for one in ORGANISATIONS}

OFFICERS = {
    Kind.MINISTRY: (OfficerRole.ADMIN, OfficerRole.ADMIN),
    Kind.DEPARTMENT: (OfficerRole.ADMIN, OfficerRole.ADMIN),
    Kind.SCHOOL: (OfficerRole.ADMIN, OfficerRole.ADMIN, OfficerRole.REGISTRAR, OfficerRole.READER),
}
"""Whoever proposes does not approve: two at least everywhere."""


@dataclass(frozen=True, slots=True)
class Part:
    """A key's part: whose, for which issuer, in which role, by which CA, from how many days ago to how many.

    `activated` is the day it entered the registry; `past` that it entered as historical. `ca` names the authority that
    certifies it, `listed` the day from which on the authority's CRL has the certificate for revoked.
    """

    slug: str
    issuer: str
    role: Role
    since: int
    until: int | None = None
    activated: int = REGISTRY_BEGAN - 1
    past: bool = False
    capacity: Capacity = Capacity.SUBSTANTIVE
    ca: str = "government"
    kind: str = "p256"
    suspended: int | None = None
    revoked: int | None = None
    listed: int | None = None

    @property
    def use(self) -> Use:
        """What the key signs."""
        return {Role.TIME_STAMP_AUTHORITY: Use.TIMESTAMP, Role.QR_SEAL: Use.QR}.get(self.role, Use.DOCUMENT)

    @property
    def seal(self) -> bool:
        """Whether it is an organisation's."""
        return self.role in {Role.SCHOOL_SEAL, Role.DEPARTMENT_SEAL, Role.TIME_STAMP_AUTHORITY, Role.QR_SEAL}


PARTS = (
    Part("moet-time-stamps", MINISTRY, Role.TIME_STAMP_AUTHORITY, 1300, ca="time-stamps", kind="rsa"),
    Part("may-ngan-seal", MAY_NGAN, Role.DEPARTMENT_SEAL, 1300),
    Part("bien-lang-seal", BIEN_LANG, Role.DEPARTMENT_SEAL, 1300),
    Part("song-may-principal-before", SONG_MAY, Role.PRINCIPAL, 1300, 600, past=True),
    Part("song-may-principal-former", SONG_MAY, Role.PRINCIPAL, 600, 150, kind="rsa"),
    Part("song-may-principal", SONG_MAY, Role.PRINCIPAL, 150, activated=149),
    Part("song-may-seal", SONG_MAY, Role.SCHOOL_SEAL, 1300, kind="rsa"),
    Part("doi-sim-principal", DOI_SIM, Role.PRINCIPAL, 900, kind="rsa"),
    Part("doi-sim-homeroom", DOI_SIM, Role.HOMEROOM_TEACHER, 900),
    Part("doi-sim-seal-revoked", DOI_SIM, Role.SCHOOL_SEAL, 1300, kind="rsa", revoked=60),
    Part("doi-sim-seal", DOI_SIM, Role.SCHOOL_SEAL, 59, activated=58),
    Part("song-may-vice-principal", SONG_MAY, Role.PRINCIPAL, 900, capacity=Capacity.ON_BEHALF, ca="listed"),
    Part("song-may-vice-principal-2", SONG_MAY, Role.PRINCIPAL, 900, capacity=Capacity.ON_BEHALF, ca="late"),
    Part(
        "song-may-vice-principal-former",
        SONG_MAY,
        Role.PRINCIPAL,
        900,
        capacity=Capacity.ON_BEHALF,
        ca="listed",
        listed=40,
    ),
    Part("suoi-mo-principal", SUOI_MO, Role.PRINCIPAL, 900),
    Part("suoi-mo-seal", SUOI_MO, Role.SCHOOL_SEAL, 1300),
    Part("anh-duong-principal", ANH_DUONG, Role.PRINCIPAL, 900, ca="public", kind="ed25519"),
    Part(
        "anh-duong-vice-principal",
        ANH_DUONG,
        Role.PRINCIPAL,
        900,
        capacity=Capacity.ON_BEHALF,
        ca="public",
        suspended=10,
    ),
    Part("anh-duong-seal", ANH_DUONG, Role.SCHOOL_SEAL, 1300, ca="public", kind="ed25519"),
)

QR_PARTS = (
    Part("song-may-qr", SONG_MAY, Role.QR_SEAL, 1300, kind="ed25519"),
    Part("doi-sim-qr-revoked", DOI_SIM, Role.QR_SEAL, 1300, revoked=60),
    Part("doi-sim-qr", DOI_SIM, Role.QR_SEAL, 59, activated=58),
    Part("anh-duong-qr", ANH_DUONG, Role.QR_SEAL, 1300),
)
"""Bare keys: no authority certifies them."""

TITLES = {
    (Role.PRINCIPAL, Capacity.SUBSTANTIVE): "Hiệu trưởng",
    (Role.PRINCIPAL, Capacity.ON_BEHALF): "KT. Hiệu trưởng – Phó Hiệu trưởng",
    (Role.HOMEROOM_TEACHER, Capacity.SUBSTANTIVE): "Giáo viên chủ nhiệm",
}

KEYS: Mapping[str, Callable[[], PrivateKey]] = {"rsa": rsa_key, "p256": p256_key, "ed25519": ed25519_key}
QR_KEYS: Mapping[str, Callable[[], QrKey]] = {"p256": p256_key, "ed25519": ed25519_key}


AUTHORITIES = {
    "government": ("CA Chính phủ (mẫu)", "rsa"),
    "public": ("CA Công cộng (mẫu)", "p256"),
    "time-stamps": ("CA Dấu thời gian (mẫu)", "p256"),
    "listed": ("CA Có danh sách (mẫu)", "p256"),
    "late": ("CA Danh sách cũ (mẫu)", "p256"),
}
"""Certification authorities, with the kind of key that each issues with."""

LISTS = {"listed": (1, -400), "late": (60, 53)}
"""Those whose anchor is in mode `crl`: the days of thisUpdate and nextUpdate of the CRLs that the registry holds."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A part with the key that plays it."""

    part: Part
    name: str
    signer: Signer

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate it signs with."""
        return self.signer.certificate


@dataclass(frozen=True, slots=True)
class QrHolder:
    """A part with the bare key that signs its codes."""

    part: Part
    name: str
    key: QrKey


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, on the day of the world: `now` is that instant; the CAs by the names that parts call them by."""

    now: datetime
    draw: Random
    authorities: dict[str, Authority]
    holders: dict[str, Holder]
    qr_holders: dict[str, QrHolder]

    @property
    def everybody(self) -> dict[str, Holder | QrHolder]:
        """Whoever holds a key, in the order of their parts."""
        return {**self.holders, **self.qr_holders}

    def day(self, ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """An hour of a day so many days ago, in Vietnam."""
        return day(self.now, ago).replace(hour=hour, minute=minute)

    @property
    def clock(self) -> TimeStampAuthority:
        """The ministry's time-stamp authority."""
        return TimeStampAuthority(self.holders["moet-time-stamps"].signer)

    def lists(self, slug: str, this_update: int, next_update: int) -> tuple[bytes, bytes]:
        """The CRLs of an authority and of its root, said and overtaken so many days ago."""
        issuing, span = self.authorities[slug], (self.day(this_update, 7), self.day(next_update, 7))
        entries = [
            revoked(one.certificate.serial_number, self.day(one.part.listed), x509.ReasonFlags.affiliation_changed)
            for one in self.holders.values()
            if one.part.ca == slug and one.part.listed is not None
        ]
        return crl(issuing, *span, entries), crl(issuing.above, *span)

    def stranger(self, slug: str) -> Signer:
        """Somebody with a genuine certificate in the name of a holder, and no appointment anywhere."""
        part, model = self.holders[slug].part, self.holders[slug].signer
        return _signer(part, model.name, self.authorities[part.ca], p256_key(), self.now)


def day(now: datetime, ago: int) -> datetime:
    """The start of the day so many days before `now`, in Vietnam."""
    today = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=ago)


def assemble(now: datetime, seed: int | None) -> Cast:
    """The cast with fresh keys; `seed` repeats the names. Takes about a second."""
    draw = Random(seed)  # noqa: S311 (it invents names, and guards nothing)
    authorities = {slug: authority(name, KEYS[kind](), now) for slug, (name, kind) in AUTHORITIES.items()}
    holders = {}
    for part in PARTS:
        name = BY_CODE[part.issuer].name if part.seal else pupils.name(draw, draw.choice(("female", "male")))
        if part.role is Role.TIME_STAMP_AUTHORITY:
            name = f"Dấu thời gian – {name}"
        holders[part.slug] = Holder(part, name, _signer(part, name, authorities[part.ca], KEYS[part.kind](), now))
    qr_holders = {one.slug: QrHolder(one, BY_CODE[one.issuer].name, QR_KEYS[one.kind]()) for one in QR_PARTS}
    return Cast(now, draw, authorities, holders, qr_holders)


def _signer(part: Part, name: str, issuing: Authority, key: PrivateKey, now: datetime) -> Signer:
    organisation = BY_CODE[part.issuer].name
    certificate = certify(issuing, name, organisation, key, now, time_stamps=part.use is Use.TIMESTAMP)
    return Signer(
        certificate,
        key,
        issuing.chain,
        name=name,
        title="" if part.seal else TITLES[part.role, part.capacity],
        organisation="" if part.seal else organisation,
        seal=part.seal,
    )
