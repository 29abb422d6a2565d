"""What the public directory shows: issuers, their appointments and keys, as they stand or stood on a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, and_, or_, select

from issuers.naming import folded
from issuers.refusals import NotThere
from issuers.store import reading
from issuers.tables import (
    appointments,
    issuer_periods,
    issuer_suspensions,
    key_certificates,
    key_states,
    keys,
)
from issuers.tables import (
    issuers as rows,
)
from verify.trust import Capacity, KeyState, Kind, Level, Role, Use, start_of_day

MAX_PAGE = 200
"""Issuers on one page of the directory."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An issuer as a list shows it."""

    code: str
    kind: Kind
    name: str
    parent: str | None
    levels: frozenset[Level] | None
    roles: frozenset[Role] | None
    territory: frozenset[str] | None
    contact: str
    valid_from: datetime
    valid_until: datetime | None
    suspended_since: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of issuers in the order of their codes; `cursor` asks for the next one, None after the last."""

    issuers: tuple[Listed, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """A certificate of a key: the common name that the CA put into it, and the interval it names."""

    sha256: str
    subject: str
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A public key and its life up to the day asked for: what came later is not shown.

    `state` is None if the registry had not admitted the key by then: appointments may begin before their entry.
    """

    id: str
    use: Use
    state: KeyState | None
    historical: bool
    admitted_at: datetime
    suspended_since: datetime | None
    retired_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str | None
    invalid_since: datetime | None
    certificates: tuple[ShownCertificate, ...]


@dataclass(frozen=True, slots=True)
class ShownAppointment:
    """An appointment that holds on the day asked for."""

    id: str
    role: Role
    capacity: Capacity
    holder: str
    key: ShownKey
    levels: frozenset[Level] | None
    decision_no: str
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An issuer in full, as of an instant."""

    issuer: Listed
    as_of: datetime
    appointments: tuple[ShownAppointment, ...]


def issuers(
    engine: Engine,
    q: str = "",
    kind: Kind | None = None,
    parent: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """The issuers of now whose code or name contains `q` (case and diacritics aside), a page at a time."""
    size = max(1, min(limit, MAX_PAGE))
    wanted = _at(datetime.now(UTC)).order_by(rows.c.code).limit(size + 1)
    if q.strip():
        wanted = wanted.where(rows.c.folded.contains(folded(q), autoescape=True))
    if kind is not None:
        wanted = wanted.where(rows.c.kind == kind.value)
    if parent is not None:
        wanted = wanted.where(issuer_periods.c.parent == parent)
    if cursor is not None:
        wanted = wanted.where(rows.c.code > cursor)
    with reading(engine) as connection:
        found = connection.execute(wanted).all()
    listed = tuple(_listed(row, row.suspended_since) for row in found[:size])
    return Page(listed, listed[-1].code if len(found) > size else None)


def issuer(engine: Engine, code: str, on: date | None = None) -> Shown:
    """An issuer with the appointments that hold on a day (at its 00:00 +07:00), or now; `NotThere` if it is not.

    Names, superiors and states are those of the day, appointments what the registry knows of the day by now.
    """
    moment = datetime.now(UTC) if on is None else start_of_day(on)
    with reading(engine) as connection:
        row = connection.execute(_at(moment).where(rows.c.code == code)).first()
        if row is None:
            raise NotThere("issuer", code)
        suspended = connection.scalar(
            select(issuer_suspensions.c.since).where(
                issuer_suspensions.c.issuer == code, _held(issuer_suspensions, moment)
            )
        )
        return Shown(_listed(row, suspended), moment, _appointments(connection, code, moment))


def _at(moment: datetime) -> Select[Any]:
    """Issuers with the period that holds at a moment."""
    return (
        select(rows, issuer_periods)
        .join(issuer_periods, issuer_periods.c.issuer == rows.c.code)
        .where(_held(issuer_periods, moment))
    )


def _held(table: Table, moment: datetime) -> ColumnElement[bool]:
    return and_(table.c.since <= moment, or_(table.c.until.is_(None), table.c.until > moment))


def _listed(row: Row[Any], suspended_since: datetime | None) -> Listed:
    return Listed(
        code=row.code,
        kind=Kind(row.kind),
        name=row.name,
        parent=row.parent,
        levels=None if row.levels is None else frozenset(map(Level, row.levels)),
        roles=None if row.roles is None else frozenset(map(Role, row.roles)),
        territory=None if row.territory is None else frozenset(row.territory),
        contact=row.contact,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        suspended_since=suspended_since,
    )


def _appointments(connection: Connection, code: str, moment: datetime) -> tuple[ShownAppointment, ...]:
    held = connection.execute(
        select(appointments)
        .where(
            appointments.c.issuer == code,
            appointments.c.valid_from <= moment,
            or_(appointments.c.valid_until.is_(None), appointments.c.valid_until > moment),
        )
        .order_by(appointments.c.role, appointments.c.valid_from, appointments.c.id)
    ).all()
    named = {row.key for row in held}
    states: dict[str, list[Row[Any]]] = defaultdict(list)
    passed = select(key_states).where(key_states.c.key.in_(named), key_states.c.since <= moment)
    for row in connection.execute(passed.order_by(key_states.c.seq)):
        states[row.key].append(row)
    certificates: dict[str, list[ShownCertificate]] = defaultdict(list)
    added = select(key_certificates).where(key_certificates.c.key.in_(named))
    for row in connection.execute(added.order_by(key_certificates.c.added_at, key_certificates.c.sha256)):
        certificates[row.key].append(_certificate(row, moment))
    known = {row.id: row for row in connection.execute(select(keys).where(keys.c.id.in_(named)))}
    return tuple(
        ShownAppointment(
            id=row.id,
            role=Role(row.role),
            capacity=Capacity(row.capacity),
            holder=known[row.key].holder,
            key=_key(known[row.key], states[row.key], tuple(certificates[row.key]), moment),
            levels=None if row.levels is None else frozenset(map(Level, row.levels)),
            decision_no=row.decision_no,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in held
    )


def _key(
    row: Row[Any], states: list[Row[Any]], certificates: tuple[ShownCertificate, ...], moment: datetime
) -> ShownKey:
    suspended_since = None
    for state in states:
        if state.state == KeyState.SUSPENDED:
            suspended_since = state.since
        elif state.state == KeyState.ACTIVE:  # lifted; retirement and revocation end no suspension (HB-1, 3)
            suspended_since = None
    revoked = row.revoked_at is not None and row.revoked_at <= moment
    return ShownKey(
        id=row.id,
        use=Use(row.use),
        state=KeyState(states[-1].state) if row.admitted_at <= moment else None,
        historical=row.historical,
        admitted_at=row.admitted_at,
        suspended_since=suspended_since,
        retired_at=_until(row.retired_at, moment),
        revoked_at=row.revoked_at if revoked else None,
        revocation_reason=row.revocation_reason if revoked else None,
        invalid_since=row.invalid_since if revoked else None,
        certificates=certificates,
    )


def _certificate(row: Row[Any], moment: datetime) -> ShownCertificate:
    parsed = x509.load_der_x509_certificate(row.der)
    # The common name alone: public-duty certificates carry the holder's identity number in the same subject.
    names = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return ShownCertificate(
        sha256=row.sha256,
        subject=str(names[0].value) if names else "",
        valid_from=parsed.not_valid_before_utc,
        valid_until=parsed.not_valid_after_utc,
        revoked_at=_until(row.revoked_at, moment),
    )


def _until(instant: datetime | None, moment: datetime) -> datetime | None:
    """An instant, if it had come by the moment."""
    return instant if instant is not None and instant <= moment else None
