"""Who has ever signed for an issuer, and what became of the issuer: every appointment with its key, and successions.

A page at a time, the newest first: a school has a dozen in its life, a department may have hundreds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, or_, select

from gateway.timeline import Mark, Picture, by_date, draw, interval, years
from gateway.timeline import Row as Line
from gateway.vocabulary import CAPACITIES, KEY_STATES, ROLES, Text, word
from issuers.event import Act
from issuers.store import reading
from issuers.tables import appointments, issuer_periods, issuers, key_states, keys, ledger, successions
from verify.trust import PERSONS_ROLES, VIETNAM, Capacity, KeyState, Role

ROWS = 10
"""Appointments in one picture: two heights of a telephone; the rest is on further pages."""

MOST_PAGES = 1000
"""No issuer ever had more appointments than fill these; what a hand-made address asks for beyond is the last."""

MOST_SUCCESSIONS = 64
"""As many as one decision may name (`issuers/successions.py`)."""

LONGEST_NAME = 26
"""Letters of a holder that fit a telephone beside the role; the list below has the name in full."""

SHAPES = {
    KeyState.ACTIVE: "activated",
    KeyState.SUSPENDED: "suspended",
    KeyState.RETIRED: "ended",
    KeyState.REVOKED: "revoked",
}
"""States of a key that are marked; those before its approval are nobody's to rely on."""


@dataclass(frozen=True, slots=True)
class Career:
    """One page of the picture; `page` of `pages`, counted from 1. None of it where nobody was ever appointed."""

    picture: Picture | None
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Fate:
    """A succession: what `kind`, when, by which decision, and the other issuers as (code, name).

    `inherited`: of those that this issuer answers for; else what became of this issuer itself.
    """

    kind: str
    on: datetime
    decision_no: str
    others: tuple[tuple[str, str], ...]
    inherited: bool

    @property
    def before(self) -> date:
        """The day before it took effect: one who ended is shown as of then."""
        return self.on.astimezone(VIETNAM).date() - timedelta(days=1)


def of(engine: Engine, code: str, page: int, as_of: datetime) -> tuple[Career, list[Fate], list[tuple[str, datetime]]]:
    """The appointments of an issuer as a picture, its successions, and its earlier names with their last days."""
    with reading(engine) as connection:
        number = connection.scalar(select(func.count()).where(appointments.c.issuer == code)) or 0
        pages = max(1, -(-number // ROWS))
        page = max(1, min(page, pages))
        career = Career(_picture(connection, code, page, as_of) if number else None, page, pages)
        return career, _fates(connection, code), _names(connection, code)


def _picture(connection: Connection, code: str, page: int, as_of: datetime) -> Picture:
    newest = select(appointments).where(appointments.c.issuer == code)
    newest = newest.order_by(appointments.c.valid_from.desc(), appointments.c.id)
    held = connection.execute(newest.limit(ROWS).offset((page - 1) * ROWS)).all()
    named = {one.key for one in held}
    holders = {one.id: one.holder for one in connection.execute(select(keys).where(keys.c.id.in_(named)))}
    states: dict[str, list[Row[Any]]] = defaultdict(list)
    for one in connection.execute(select(key_states).where(key_states.c.key.in_(named)).order_by(key_states.c.seq)):
        states[one.key].append(one)
    rows = [_row(one, holders[one.key], states[one.key]) for one in held]
    last = max(as_of, datetime.now(UTC), *(row.until or as_of for row in rows))
    first = min(as_of, *(row.since or as_of for row in rows))
    name = Text("Dòng thời gian: ai được giao ký", "Time line: who could sign")
    scale = by_date(first, last)
    return draw(name, rows, [Mark("now", as_of)], scale, years(first, last))


def _row(held: Row[Any], holder: str, states: Sequence[Row[Any]]) -> Line:
    """One appointment: its bar, and what happened to its key, in words too."""
    marks = [one for one in states if KeyState(one.state) in SHAPES]
    role = word(ROLES, held.role)
    if held.capacity != Capacity.SUBSTANTIVE:
        capacity = word(CAPACITIES, held.capacity)
        role = Text(f"{role.vi}, {capacity.vi}", f"{role.en}, {capacity.en}")
    room = LONGEST_NAME + len(word(ROLES, held.role).vi) - len(role.vi)
    short = holder if len(holder) <= room else holder[: room - 1].rstrip() + "…"
    named = f" · {short}" if Role(held.role) in PERSONS_ROLES else ""
    time = interval(held.valid_from, held.valid_until)
    newest = marks[-1] if marks else None
    if newest is not None and newest.state != KeyState.ACTIVE:
        state = word(KEY_STATES, newest.state)
        day = (
            "" if held.valid_until else f" {newest.since.astimezone(VIETNAM):%d/%m/%Y}"
        )  # a line has room for two dates
        time = Text(f"{time.vi}; {state.vi}{day}", f"{time.en}; {state.en}{day}")
    return Line(
        Text(role.vi + named, role.en + named),
        time,
        held.valid_from,
        held.valid_until,
        tuple(Mark(SHAPES[KeyState(one.state)], one.since) for one in marks),
    )


def _fates(connection: Connection, code: str) -> list[Fate]:
    """What became of the issuer, and of those that it inherits from, out of the ledger's own words."""
    linked = select(successions.c.predecessor).where(successions.c.successor == code).limit(MOST_SUCCESSIONS)
    told = select(ledger.c.issuer, ledger.c.body).where(
        ledger.c.kind == Act.ISSUER_SUCCEEDED.value, or_(ledger.c.issuer == code, ledger.c.issuer.in_(linked))
    )
    fates = []
    for issuer, text in connection.execute(told.order_by(ledger.c.seq)).all():
        body = json.loads(text)
        inherited = issuer != code
        if inherited and code not in body.get("successors", ()):
            continue  # an earlier renaming of the one that was inherited from
        others = [issuer] if inherited else body.get("successors", [])
        on = datetime.fromisoformat(body["on"])
        fates.append(Fate(body["kind"], on, body["decision_no"], _named(connection, others), inherited))
    return fates


def _named(connection: Connection, codes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Issuers with their newest names."""
    asked = select(issuer_periods.c.issuer, issuer_periods.c.name).where(issuer_periods.c.issuer.in_([*codes]))
    names = {row.issuer: row.name for row in connection.execute(asked.order_by(issuer_periods.c.seq))}
    return tuple((code, names.get(code, code)) for code in codes)


def _names(connection: Connection, code: str) -> list[tuple[str, datetime]]:
    """The names that the issuer no longer has, each with the day on which it ended."""
    asked = select(issuer_periods).where(issuer_periods.c.issuer == code).order_by(issuer_periods.c.seq)
    periods = connection.execute(asked).all()
    return [(before.name, after.since) for before, after in pairwise(periods) if before.name != after.name]


def superior(engine: Engine, code: str | None) -> tuple[str, str] | None:
    """The issuer above, as (name, contact)."""
    if code is None:
        return None
    with reading(engine) as connection:
        contact = connection.scalar(select(issuers.c.contact).where(issuers.c.code == code)) or ""
        ((_, name),) = _named(connection, [code])
    return name, contact
