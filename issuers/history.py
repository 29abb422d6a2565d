"""What the sample registry went through, entered into its ledger in the order of its days.

Everything is done by the registry's own writers, as an officer of the issuer asks for it and another approves it: the
rows are what a real registry's would be. What is planned here in any order is carried out in that of time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection

from issuers import anchors, appointments, crls, keys, officers, pupils, registry, successions
from issuers.admission import Candidate
from issuers.appointments import Office
from issuers.cast import (
    BY_CODE,
    FOUNDED,
    LISTS,
    MINISTRY,
    OFFICERS,
    ORGANISATIONS,
    REGISTRY_BEGAN,
    Cast,
    Holder,
    QrHolder,
)
from issuers.officers import OfficerRole
from issuers.registry import Enrolment
from issuers.revocations import Reason
from issuers.successions import Fate, Succession
from verify.trust import Kind, Use

HOST = "host"
"""Who acts where no officer can yet: whoever has the machine, as with `init` and `officer add`."""

Deed = Callable[[Connection, datetime], object]


@dataclass(frozen=True, slots=True)
class Officer:
    """A token holder; the registry is told the hash of the token alone."""

    issuer: str
    name: str
    role: OfficerRole
    token: str


@dataclass(slots=True)
class History:
    """Deeds to come, and what those done made.

    Ids are kept of officers by issuer, of keys and appointments by part, of anchors by authority.
    """

    cast: Cast
    deeds: list[tuple[datetime, Deed]] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    appointments: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, str] = field(default_factory=dict)

    def plan(self, at: datetime, deed: Deed) -> None:
        """Have something done at an instant; of two at one instant the first planned comes first."""
        self.deeds.append((at, deed))

    def carry_out(self, connection: Connection) -> None:
        """Do everything, in the order of time, on a connection of `store.writing`."""
        for at, deed in sorted(self.deeds, key=lambda planned: planned[0]):
            deed(connection, at)

    def asks(self, issuer: str) -> str:
        """The officer who acts for an issuer."""
        return self.ids[issuer][0]

    def approves(self, issuer: str) -> str:
        """The officer who approves what an issuer asks for: its superior's, for the ministry its other one."""
        parent = BY_CODE[issuer].parent
        return self.ids[parent][0] if parent else self.ids[issuer][1]


def begin(cast: Cast) -> History:
    """The registry up to the day on which schools can sign, and what became of keys since."""
    history = History(cast)
    began = cast.day(REGISTRY_BEGAN)
    for organisation in ORGANISATIONS:
        history.plan(began, _enrolment(history, organisation.code))
        for role in OFFICERS[organisation.kind]:
            name = pupils.name(cast.draw, cast.draw.choice(("female", "male")))
            officer = Officer(organisation.code, name, role, secrets.token_urlsafe(32))
            history.officers.append(officer)
            history.plan(began, _officer(history, officer))
        if organisation.merged is not None:
            history.plan(cast.day(organisation.merged[1] + 10), _merger(history, organisation.code))
    for slug in cast.authorities:
        history.plan(cast.day(REGISTRY_BEGAN, 10), _anchor(history, slug))
    for slug, (this_update, _) in LISTS.items():
        history.plan(cast.day(this_update, 8), _lists(history, slug))
    for holder in cast.everybody.values():
        _life(history, holder)
    return history


def _enrolment(history: History, code: str) -> Deed:
    organisation, founded = BY_CODE[code], history.cast.day(FOUNDED)

    def deed(connection: Connection, at: datetime) -> None:
        if code == MINISTRY:
            name = organisation.name
            registry.initialise(connection, code, name, actor=HOST, at=at, valid_from=founded, synthetic=True)
            return
        department = organisation.kind is Kind.DEPARTMENT
        enrolment = Enrolment(
            code,
            organisation.kind,
            organisation.parent,
            organisation.name,
            founded,
            levels=organisation.levels,
            territory=frozenset({organisation.province}) if department else None,
            contact=f"Văn phòng {organisation.name}, điện thoại (mẫu) 0000 000 000",
            registers_all=organisation.registers_all,
        )
        registry.enrol(connection, enrolment, actor=history.approves(code), at=at)

    return deed


def _officer(history: History, officer: Officer) -> Deed:
    def deed(connection: Connection, at: datetime) -> None:
        digest = sha256(officer.token.encode()).hexdigest()
        actor = HOST if officer.issuer == MINISTRY else history.approves(officer.issuer)
        made = officers.add(connection, officer.issuer, officer.name, officer.role, digest, actor=actor, at=at)
        history.ids.setdefault(officer.issuer, []).append(made)

    return deed


def _merger(history: History, code: str) -> Deed:
    successor, ago = BY_CODE[code].merged or ("", 0)
    day = history.cast.day(ago).date()

    def deed(connection: Connection, at: datetime) -> None:
        decided = Succession(code, Fate.MERGE, "12/QĐ (mẫu)", day, (successor,))
        successions.succeed(connection, decided, actor=history.approves(code), at=at)

    return deed


def _anchor(history: History, slug: str) -> Deed:
    der = history.cast.authorities[slug].root.public_bytes(Encoding.DER)
    use = Use.TIMESTAMP if slug == "time-stamps" else Use.DOCUMENT
    mode = anchors.Revocation.CRL if slug in LISTS else anchors.Revocation.REGISTRY

    def deed(connection: Connection, at: datetime) -> None:
        history.anchors[slug] = anchors.admit(connection, der, use, mode, actor=history.approves(MINISTRY), at=at)

    return deed


def _lists(history: History, slug: str) -> Deed:
    """The CRLs of an authority and of its root: each certificate of a path is asked for."""
    made = history.cast.lists(slug, *LISTS[slug])

    def deed(connection: Connection, at: datetime) -> None:
        for crl in made:
            crls.import_crl(connection, history.anchors[slug], crl, actor=history.asks(MINISTRY), at=at)

    return deed


def _life(history: History, holder: Holder | QrHolder) -> None:
    """A key's life as its part says: it enters; it leaves, is suspended, is revoked."""
    cast, part = history.cast, holder.part
    history.plan(cast.day(part.activated, 11), _entry(history, holder))

    def leave(connection: Connection, at: datetime) -> None:
        appointment, until = history.appointments[part.slug], cast.day(part.until or 0, 0)
        appointments.end(connection, appointment, until, actor=history.asks(part.issuer), at=at)

    def suspend(connection: Connection, at: datetime) -> None:
        keys.suspend(connection, history.keys[part.slug], actor=history.asks(part.issuer), at=at)

    def revoke(connection: Connection, at: datetime) -> None:
        actor = history.asks(part.issuer)
        keys.revoke(connection, history.keys[part.slug], Reason.KEY_COMPROMISE, actor=actor, at=at)

    ended = None if part.past else part.until
    for ago, deed in ((ended, leave), (part.suspended, suspend), (part.revoked, revoke)):
        if ago is not None:
            history.plan(cast.day(ago, 8), deed)


def _entry(history: History, holder: Holder | QrHolder) -> Deed:
    cast, part, candidate = history.cast, holder.part, _candidate(holder)
    office = Office(
        issuer=part.issuer,
        role=part.role,
        valid_from=cast.day(part.since, 0),
        # Whoever left before the registry began enters with his end; whoever left since entered without one.
        valid_until=cast.day(part.until, 0) if part.past and part.until else None,
        capacity=part.capacity,
        decision_no=f"{part.since}/QĐ (mẫu)",
    )
    person = "" if part.seal else holder.name

    def deed(connection: Connection, at: datetime) -> None:
        asks, approves = history.asks(part.issuer), history.approves(part.issuer)
        key = keys.propose(connection, candidate, office, holder=person, historical=part.past, actor=asks, at=at)
        history.keys[part.slug] = key
        if part.past:
            keys.admit_historical(connection, key, actor=approves, at=at)
        else:
            keys.prove(connection, key, actor=asks, at=at)
            history.appointments[part.slug] = keys.activate(connection, key, actor=approves, at=at)

    return deed


def _candidate(holder: Holder | QrHolder) -> Candidate:
    if isinstance(holder, QrHolder):
        public = holder.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Candidate(holder.part.use, public_key=public)
    chain = tuple(one.public_bytes(Encoding.DER) for one in holder.signer.chain[:1])
    return Candidate(holder.part.use, holder.certificate.public_bytes(Encoding.DER), chain=chain)
