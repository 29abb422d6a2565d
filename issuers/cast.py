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
    ed25519_key,
    p256_key,
    rsa_key,
)
from issuers.kit import PrivateKey, Signer
from issuers.officers import OfficerRole
from verify.trust import VIETNAM, Capacity, Kind, Level, Role, Use

MINISTRY, MAY_NGAN, BIEN_LANG = "MOET", "SO-97", "SO-98"
SONG_MAY, DOI_SIM, ANH_DUONG = "97000701", "98000502", "97000903"

FOUNDED, REGISTRY_BEGAN = 1400, 500
"""The issuers are older than their registry."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An issuer as it is enrolled."""

    code: str
    kind: Kind
    name: str
    parent: str = ""
    levels: frozenset[Level] | None = None
    province: str = ""
    place: str = ""
    registers_all: bool = False


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

    `activated` is the day it entered the registry; `past` that it entered as historical.
    """

    slug: str
    issuer: str
    role: Role
    since: int
    until: int | None = None
    activated: int = REGISTRY_BEGAN - 1
    past: bool = False
    capacity: Capacity = Capacity.SUBSTANTIVE
    public: bool = False
    kind: str = "p256"
    suspended: int | None = None
    revoked: int | None = None

    @property
    def use(self) -> Use:
        """What the key signs."""
        return Use.TIMESTAMP if self.role is Role.TIME_STAMP_AUTHORITY else Use.DOCUMENT

    @property
    def seal(self) -> bool:
        """Whether it is an organisation's."""
        return self.role in {Role.SCHOOL_SEAL, Role.DEPARTMENT_SEAL, Role.TIME_STAMP_AUTHORITY}


PARTS = (
    Part("moet-time-stamps", MINISTRY, Role.TIME_STAMP_AUTHORITY, 1300, kind="rsa"),
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
    Part("anh-duong-principal", ANH_DUONG, Role.PRINCIPAL, 900, public=True, kind="ed25519"),
    Part(
        "anh-duong-vice-principal",
        ANH_DUONG,
        Role.PRINCIPAL,
        900,
        capacity=Capacity.ON_BEHALF,
        public=True,
        suspended=10,
    ),
    Part("anh-duong-seal", ANH_DUONG, Role.SCHOOL_SEAL, 1300, public=True, kind="ed25519"),
)

TITLES = {
    (Role.PRINCIPAL, Capacity.SUBSTANTIVE): "Hiệu trưởng",
    (Role.PRINCIPAL, Capacity.ON_BEHALF): "KT. Hiệu trưởng – Phó Hiệu trưởng",
    (Role.HOMEROOM_TEACHER, Capacity.SUBSTANTIVE): "Giáo viên chủ nhiệm",
}

KEYS: Mapping[str, Callable[[], PrivateKey]] = {"rsa": rsa_key, "p256": p256_key, "ed25519": ed25519_key}


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
class Cast:
    """Everybody, on the day of the world: `now` is that instant, `government` and its like are the CAs."""

    now: datetime
    draw: Random
    government: Authority
    public: Authority
    time_stamps: Authority
    holders: dict[str, Holder]

    def day(self, ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """An hour of a day so many days ago, in Vietnam."""
        return day(self.now, ago).replace(hour=hour, minute=minute)

    @property
    def clock(self) -> TimeStampAuthority:
        """The ministry's time-stamp authority."""
        return TimeStampAuthority(self.holders["moet-time-stamps"].signer)

    def stranger(self, slug: str) -> Signer:
        """Somebody with a genuine certificate in the name of a holder, and no appointment anywhere."""
        part, model = self.holders[slug].part, self.holders[slug].signer
        return _signer(part, model.name, self.public if part.public else self.government, p256_key(), self.now)


def day(now: datetime, ago: int) -> datetime:
    """The start of the day so many days before `now`, in Vietnam."""
    today = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=ago)


def assemble(now: datetime, seed: int | None) -> Cast:
    """The cast with fresh keys; `seed` repeats the names. Takes about a second."""
    draw = Random(seed)  # noqa: S311 (it invents names, and guards nothing)
    government = authority("CA Chính phủ (mẫu)", rsa_key(), now)
    public = authority("CA Công cộng (mẫu)", p256_key(), now)
    time_stamps = authority("CA Dấu thời gian (mẫu)", p256_key(), now)
    holders = {}
    for part in PARTS:
        name = BY_CODE[part.issuer].name if part.seal else pupils.name(draw, draw.choice(("female", "male")))
        issuing = public if part.public else government
        if part.role is Role.TIME_STAMP_AUTHORITY:
            name, issuing = f"Dấu thời gian – {name}", time_stamps
        holders[part.slug] = Holder(part, name, _signer(part, name, issuing, KEYS[part.kind](), now))
    return Cast(now, draw, government, public, time_stamps, holders)


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
