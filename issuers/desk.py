"""The desk of a sample school: where records are made up, composed, signed, registered and withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from pyhanko.sign.timestamps import TimeStamper
from sqlalchemy import Connection

from issuers import kit, pupils, register, symbol
from issuers.cast import ANH_DUONG, BY_CODE, DOI_SIM, SONG_MAY, SUOI_MO, Cast, Holder
from issuers.history import History
from verify.trust import Capacity, Level, Role

USUAL = {
    SONG_MAY: ("song-may-principal", "song-may-seal"),
    DOI_SIM: ("doi-sim-principal", "doi-sim-seal"),
    ANH_DUONG: ("anh-duong-principal", "anh-duong-seal"),
    SUOI_MO: ("suoi-mo-principal", "suoi-mo-seal"),
}
"""Who signs a school's transcripts, in this order, unless a scene says otherwise."""

PLACES = {
    (Role.PRINCIPAL, Capacity.SUBSTANTIVE): kit.PRINCIPAL,
    (Role.PRINCIPAL, Capacity.ON_BEHALF): replace(kit.PRINCIPAL, label="KT. HIỆU TRƯỞNG – PHÓ HIỆU TRƯỞNG"),
    (Role.SCHOOL_SEAL, Capacity.SUBSTANTIVE): kit.SCHOOL_SEAL,
    (Role.HOMEROOM_TEACHER, Capacity.SUBSTANTIVE): kit.Place("homeroom_teacher", "GIÁO VIÊN CHỦ NHIỆM"),
}

CODES = {SONG_MAY: "song-may-qr", DOI_SIM: "doi-sim-qr", ANH_DUONG: "anh-duong-qr"}
"""Whose key signs a school's QR codes, if it prints any."""

PUBLIC_URL = "http://127.0.0.1:8000"
"""The gateway that codes name: PUBLIC_URL where nobody sets it."""

SUMMER = 6
"""From June on, the school year that ended in May is over."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody about to sign: with what, and in which box."""

    signer: kit.Signer
    place: kit.Place


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript as handed in: `pdf`, which may be a picture too.

    `unsigned` is the clean PDF before its first signature, None if it never was clean.
    """

    record: Mapping[str, Any]
    unsigned: bytes | None
    pdf: bytes


@dataclass(slots=True)
class Desk:
    """One desk for all schools; `made` are the transcripts so far, by scene, `codes` those printed, by record."""

    cast: Cast
    history: History
    made: dict[str, Transcript] = field(default_factory=dict)
    codes: dict[str, symbol.Code] = field(default_factory=dict)

    def record(self, school: str, ago: int, level: Level | None = None) -> dict[str, Any]:
        """A new pupil's record, issued so many days ago; of the school's highest level, unless told."""
        organisation, day = BY_CODE[school], self.cast.day(ago).date()
        issuer = {
            "code": school,
            "name": organisation.name,
            "department_code": organisation.parent,
            "province_code": organisation.province,
        }
        return pupils.record(
            self.cast.draw,
            issuer,
            level or max(organisation.levels or (), key=list(Level).index),
            number=kit.number(),
            issued_on=day,
            last_year=day.year - (1 if day.month >= SUMMER else 2),
            place_of_birth=organisation.place,
        )

    def hand(self, slug: str) -> Hand:
        """The holder of a key, before the box of his role."""
        holder: Holder = self.cast.holders[slug]
        place = PLACES.get((holder.part.role, holder.part.capacity), kit.Place(slug, ""))
        return Hand(holder.signer, replace(place, name=holder.name))

    def code(self, record: Mapping[str, Any], slug: str = "", *, leave_out: Collection[int] = ()) -> symbol.Code:
        """The QR code of a record, under its school's key unless another is named."""
        key = self.cast.qr_holders[slug or CODES[record["issuer"]["code"]]].key
        return symbol.make(record, key, PUBLIC_URL, leave_out=leave_out)

    def compose(
        self,
        record: Mapping[str, Any],
        hands: Sequence[Hand],
        *,
        sealed: bool = True,
        coded: bool = True,
    ) -> bytes:
        """The clean PDF, with a box for each of these, for the principal and, if `sealed`, for the seal.

        If `coded`, it bears its QR code, where the school has a key for it.
        """
        school = BY_CODE[record["issuer"]["code"]]
        usual = [self.hand(slug) for slug in USUAL[school.code][: 2 if sealed else 1]]
        places = {hand.place.field: hand.place for hand in (*usual, *hands)}
        department = BY_CODE[school.parent].name
        pdf = kit.compose(record, places=tuple(places.values()), department=department, sample=True)
        if not coded or school.code not in CODES:
            return pdf
        code = self.codes[digest(record)] = self.code(record)
        return symbol.stamp(pdf, code)

    def sign(
        self,
        pdf: bytes,
        hand: Hand,
        at: datetime,
        *,
        certify: bool = False,
        box: tuple[int, int, int, int] | None = None,
    ) -> bytes:
        """One signature, with a time-stamp of the same instant."""
        clock, field = self.cast.clock.dated(at), hand.place.field
        return kit.sign(pdf, hand.signer, field, timestamper=clock, at=at, certify=certify, box=box)

    def issue(
        self,
        school: str,
        ago: int,
        *,
        by: Sequence[Hand] = (),
        record: Mapping[str, Any] | None = None,
        stamped: bool = True,
        clock: TimeStamper | None = None,
        paper: bytes | None = None,
    ) -> Transcript:
        """A transcript issued and signed so many days ago, ten minutes from one signature to the next.

        Time-stamps are the ministry's, unless there is another `clock` or none are wanted (`stamped`). `paper` is what
        is signed, if it is not the record as composed.
        """
        record = record or self.record(school, ago)
        hands = by or [self.hand(slug) for slug in USUAL[school]]
        pdf = unsigned = paper or self.compose(record, hands)
        for turn, hand in enumerate(hands):
            at, field = self.cast.day(ago, 9, 10 * turn), hand.place.field
            timestamper = clock or (self.cast.clock.dated(at) if stamped else None)
            pdf = kit.sign(pdf, hand.signer, field, timestamper=timestamper, at=at)
        return Transcript(record, unsigned, pdf)

    def register(self, transcript: Transcript, ago: int) -> Transcript:
        """Register it, and its code, an hour after it was signed; the transcript itself, for the scene to end with."""
        record = transcript.record
        self.enter(record, ago, pdf=transcript.pdf, code=self.codes.get(digest(record)))
        return transcript

    def enter(
        self, record: Mapping[str, Any], ago: int, *, pdf: bytes | None = None, code: symbol.Code | None = None
    ) -> None:
        """Register a record, with the file and the code that carry it, if they are given."""
        issuer = record["issuer"]["code"]
        amendment = record.get("amendment")
        item = register.Item(
            number=record["number"],
            version=record["version"],
            record_digest=digest(record),
            level=Level(record["level"]),
            issued_on=date.fromisoformat(record["issued_on"]),
            pdf_sha256=None if pdf is None else sha256(pdf).hexdigest(),
            qr_sha256=None if code is None else code.qr_sha256,
            amendment=_amendment(amendment) if amendment else None,
        )

        def deed(connection: Connection, at: datetime) -> None:
            register.register(connection, issuer, [item], actor=self.history.asks(issuer), at=at)

        self.history.plan(self.cast.day(ago, 10), deed)

    def withdraw(self, transcript: Transcript, ago: int) -> None:
        """Withdraw it, in all its versions."""
        issuer, number = transcript.record["issuer"]["code"], transcript.record["number"]

        def deed(connection: Connection, at: datetime) -> None:
            register.withdraw(
                connection,
                issuer,
                number,
                register.WithdrawalReason.ISSUED_IN_ERROR,
                reason="Cấp nhầm cho học sinh đã chuyển trường (mẫu)",
                decision_no="77/QĐ (mẫu)",
                actor=self.history.asks(issuer),
                at=at,
            )

        self.history.plan(self.cast.day(ago, 10), deed)


def digest(record: Mapping[str, Any]) -> str:
    """The record_digest."""
    return sha256(kit.canonical(record)).hexdigest()


def _amendment(said: Mapping[str, str]) -> register.Amendment:
    return register.Amendment(
        reason_code=register.AmendmentReason(said["reason_code"]),
        reason=said["reason"],
        requested_by=said["requested_by"],
        confirmed_by=said["confirmed_by"],
        reported_to=said["reported_to"],
        decision_no=said["decision_no"],
        on=date.fromisoformat(said["on"]),
    )
