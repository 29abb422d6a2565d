"""Appointments: a key speaks in a role for an issuer, by decision, from a day to a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from issuers import ledger
from issuers.event import Act
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.registry import MAX_TEXT
from issuers.scope import ROLES_OF, Scope, in_force, ordered, standing
from issuers.tables import appointments, keys, stamp
from verify.trust import PERSONS_ROLES, Capacity, KeyState, Level, Role, Use

USE_OF = {Role.QR_SEAL: Use.QR, Role.TIME_STAMP_AUTHORITY: Use.TIMESTAMP}
"""What a key in a role signs, where it is not documents."""


@dataclass(frozen=True, slots=True)
class Office:
    """What a key is to be appointed to; `levels` None is all of the issuer's."""

    issuer: str
    role: Role
    valid_from: datetime
    valid_until: datetime | None = None
    capacity: Capacity = Capacity.SUBSTANTIVE
    decision_no: str = ""
    levels: frozenset[Level] | None = None

    def body(self) -> dict[str, Any]:
        """As an event's body and a key's `proposal` keep it."""
        return {
            "issuer": self.issuer,
            "role": self.role.value,
            "valid_from": stamp(self.valid_from),
            "valid_until": None if self.valid_until is None else stamp(self.valid_until),
            "capacity": self.capacity.value,
            "decision_no": self.decision_no,
            "levels": None if self.levels is None else sorted(self.levels),
        }


def appoint(connection: Connection, key: str, office: Office, *, actor: str, at: datetime) -> str:
    """Appoint a key that is known: a second office, a wider or a longer one; the appointment's id.

    A key that is no longer active, a historical one too, may be appointed for an interval wholly past only. Refused:
    all of `judge_office`, INTERVAL_NOT_PAST. Conflict: KEY_STATE, ALREADY_SO, and all of `judge_sharing`.
    """
    row = connection.execute(select(keys).where(keys.c.id == key)).first()
    if row is None:
        raise NotThere("key", key)
    if row.state not in (KeyState.ACTIVE, KeyState.SUSPENDED, KeyState.RETIRED):
        raise Conflict(Why.KEY_STATE, key=key, state=row.state)
    past = row.state == KeyState.RETIRED
    judge_office(connection, office, Use(row.use), at=at, past=past)
    judge_sharing(connection, key, office)
    if office in (_office(other) for other in _of_key(connection, key)):
        raise Conflict(Why.ALREADY_SO)
    body = {"key": key, "appointment": office.body()}
    event = ledger.append(connection, Act.APPOINTMENT_MADE, body, actor=actor, issuer=office.issuer, at=at)
    return f"a{event.seq}"


def end(connection: Connection, appointment: str, until: datetime, *, actor: str, at: datetime) -> None:
    """End an appointment at `until`, which may lie in the past, and must be earlier than the end it has.

    At its very start it has never been in force. Refused: DATES_REVERSED. Conflict: INTERVAL_NOT_SHORTER.
    """
    row = connection.execute(select(appointments).where(appointments.c.id == appointment)).first()
    if row is None:
        raise NotThere("appointment", appointment)
    if until < row.valid_from:
        raise Refused(Why.DATES_REVERSED, "until")
    if row.valid_until is not None and until >= row.valid_until:
        raise Conflict(Why.INTERVAL_NOT_SHORTER, "until")
    body = {"appointment": appointment, "until": stamp(until)}
    ledger.append(connection, Act.APPOINTMENT_ENDED, body, actor=actor, issuer=row.issuer, at=at)


def judge_office(connection: Connection, office: Office, use: Use, *, at: datetime, past: bool) -> None:
    """Whether an issuer may give this office, now, or for an interval wholly past.

    Refused: UNKNOWN_ISSUER, USE_NOT_FOR_ROLE, ROLE_NOT_FOR_KIND, CAPACITY_NOT_FOR_ROLE, DATES_REVERSED, MALFORMED,
    INTERVAL_NOT_PAST, SCOPE_TOO_WIDE (a level or the role itself is not the issuer's). Conflict: ISSUER_ENDED.
    """
    issuer = standing(connection, office.issuer, at=at)
    if use is not USE_OF.get(office.role, Use.DOCUMENT):
        raise Refused(Why.USE_NOT_FOR_ROLE, "use", use=use.value, role=office.role.value)
    if office.role not in ROLES_OF[issuer.kind]:
        raise Refused(Why.ROLE_NOT_FOR_KIND, "role", role=office.role.value, kind=issuer.kind.value)
    if office.capacity is not Capacity.SUBSTANTIVE and office.role not in PERSONS_ROLES:
        raise Refused(Why.CAPACITY_NOT_FOR_ROLE, "capacity", role=office.role.value)
    if len(office.decision_no) > MAX_TEXT or not office.decision_no.isprintable():
        raise Refused(Why.MALFORMED, "decision_no")
    if office.levels is not None and not office.levels:
        raise Refused(Why.MALFORMED, "levels")
    ordered(office.valid_from, office.valid_until)
    if past and (office.valid_until is None or office.valid_until > at):
        raise Refused(Why.INTERVAL_NOT_PAST, "valid_until")
    exceeded = issuer.effective.exceeded_by(Scope(levels=office.levels, roles=frozenset({office.role})))
    if exceeded and office.role is not Role.TIME_STAMP_AUTHORITY:
        raise Refused(Why.SCOPE_TOO_WIDE, "role" if exceeded == "roles" else exceeded, issuer=office.issuer)
    if not past:
        in_force(issuer, at)


def judge_sharing(connection: Connection, key: str, office: Office) -> None:
    """A key is a person's, a seal's, a QR's or a time-stamp authority's, and only a person's serves two issuers.

    Conflict: KEY_OF_ANOTHER_KIND, KEY_SHARED.
    """
    for other in _of_key(connection, key):
        if _kind(Role(other.role)) != _kind(office.role):
            raise Conflict(Why.KEY_OF_ANOTHER_KIND, "role", key=key, role=other.role)
        if office.role not in PERSONS_ROLES and other.issuer != office.issuer:
            raise Conflict(Why.KEY_SHARED, "issuer", key=key)


def _of_key(connection: Connection, key: str) -> list[Row[Any]]:
    return [*connection.execute(select(appointments).where(appointments.c.key == key))]


def _office(row: Row[Any]) -> Office:
    return Office(
        issuer=row.issuer,
        role=Role(row.role),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        capacity=Capacity(row.capacity),
        decision_no=row.decision_no,
        levels=None if row.levels is None else frozenset(map(Level, row.levels)),
    )


def _kind(role: Role) -> str:
    return "person" if role in PERSONS_ROLES else role.value
