"""Ledger against tables: does every row follow from the ledger, and does the chain hold?

The ledger is replayed, event by event, into an empty database, and that is compared with the one at hand, row by row
and column by column, as stored. What an attacker gains who writes the database: he must rewrite the ledger from some
event on, and then its head is no longer the one in any receipt given since (`head`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, Table, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType

from issuers.event import GENESIS, Act, Event, link
from issuers.projections import PROJECTIONS
from issuers.store import reading, scratch
from issuers.tables import PROJECTED, canonical, instant, ledger, metadata, stamp

MAX_DISAGREEMENTS = 1_000
"""Reported at most: a database restored from elsewhere disagrees in every row, and the first thousand say so."""

BATCH = 500
"""Rows read at a time."""

EVENTS = 10
"""Events read at a time: that of a bulk call has up to 4 MB, that of a CRL up to 22."""


class Fault(StrEnum):
    """What can be wrong."""

    CHAIN_BROKEN = "chain_broken"
    EVENT_UNREADABLE = "event_unreadable"
    HEAD_UNKNOWN = "head_unknown"
    TABLE_UNREADABLE = "table_unreadable"
    ROW_MISSING = "row_missing"
    ROW_EXTRA = "row_extra"
    COLUMN_DIFFERS = "column_differs"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that is wrong, and where: an event by its number, a row by table and key, a column by name."""

    fault: Fault
    seq: int | None = None
    table: str = ""
    row: tuple[Any, ...] = ()
    column: str = ""


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found; clean if nothing disagrees."""

    events: int
    head: str
    disagreements: tuple[Disagreement, ...]


def audit(engine: Engine, head: str | None = None) -> Audited:
    """Replay the ledger and compare; `head` is the ledger head of some receipt, which the chain must contain.

    One moment of the registry is read, while others may write. At most MAX_DISAGREEMENTS are named.
    """
    with reading(engine) as connection, scratch().connect() as replayed, replayed.begin():
        metadata.create_all(replayed)
        chain = _Chain(wanted=head)
        found = list(islice(_disagreements(connection, replayed, chain), MAX_DISAGREEMENTS))
    return Audited(chain.length, chain.last, tuple(found))


class _Chain:
    """The chain as far as it was followed."""

    def __init__(self, wanted: str | None) -> None:
        self.length = 0
        self.last = GENESIS
        self.at = ""
        self.contains_wanted = wanted is None or wanted == GENESIS
        self._wanted = wanted

    def follow(self, row: Row[Any]) -> bool:
        """Take the next event as stored; False if it does not follow from the one before, or is not what was hashed."""
        link_holds = (row.seq, row.prev) == (self.length + 1, self.last) and row.at >= self.at
        fields = {name: getattr(row, name) for name in ("seq", "at", "kind", "actor", "issuer", "body", "prev")}
        self.length, self.last, self.at = row.seq, row.hash, row.at
        self.contains_wanted |= row.hash == self._wanted
        return link_holds and row.hash == link(**fields)


def _disagreements(connection: Connection, replayed: Connection, chain: _Chain) -> Iterator[Disagreement]:
    for row in connection.execute(_stored(ledger), execution_options={"yield_per": EVENTS}):
        try:
            if not chain.follow(row):
                yield Disagreement(Fault.CHAIN_BROKEN, seq=row.seq)
            event = _event(row)
            with replayed.begin_nested():
                PROJECTIONS[event.kind](replayed, event)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, SQLAlchemyError):
            # An event written by `ledger.append` replays; what fails here was written by somebody else.
            yield Disagreement(Fault.EVENT_UNREADABLE, seq=row.seq)
    if not chain.contains_wanted:
        yield Disagreement(Fault.HEAD_UNKNOWN)
    for table in PROJECTED:
        try:
            yield from _compared(connection, replayed, table)
        except SQLAlchemyError:  # bytes that are no text, a table that is gone
            yield Disagreement(Fault.TABLE_UNREADABLE, table=table.name)


def _event(row: Row[Any]) -> Event:
    """An event as the projectors take it; a ValueError if it is written in any form but its canonical one."""
    body, at = json.loads(row.body), instant(row.at)
    if not isinstance(body, dict) or canonical(body) != row.body or stamp(at) != row.at:
        raise ValueError("not the form that was hashed")
    return Event(row.seq, at, Act(row.kind), row.actor, row.issuer, body, row.prev, row.hash)


def _compared(connection: Connection, replayed: Connection, table: Table) -> Iterator[Disagreement]:
    """Both tables side by side, in the order of their primary keys."""
    key = [column.name for column in table.primary_key]

    def rows(source: Connection) -> Iterator[tuple[tuple[Any, ...], Row[Any]]]:
        for row in source.execute(_stored(table), execution_options={"yield_per": BATCH}):
            yield tuple(getattr(row, name) for name in key), row

    found, due = rows(connection), rows(replayed)
    have, want = next(found, None), next(due, None)
    while have is not None or want is not None:
        if have is not None and (want is None or _order(have[0]) < _order(want[0])):
            yield Disagreement(Fault.ROW_EXTRA, table=table.name, row=have[0])
            have = next(found, None)
        elif want is not None and (have is None or _order(want[0]) < _order(have[0])):
            yield Disagreement(Fault.ROW_MISSING, table=table.name, row=want[0])
            want = next(due, None)
        elif have is not None and want is not None:
            for column in table.columns:
                if getattr(have[1], column.name) != getattr(want[1], column.name):
                    yield Disagreement(Fault.COLUMN_DIFFERS, table=table.name, row=want[0], column=column.name)
            have, want = next(found, None), next(due, None)


def _stored(table: Table) -> Select[*tuple[Any, ...]]:
    """All rows in the order of their keys, as the driver gives them: what cannot be decoded can be compared."""
    columns = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
    return select(*columns).order_by(*table.primary_key)


def _order(key: tuple[Any, ...]) -> tuple[tuple[int, Any], ...]:
    """As SQLite orders values of any type: a tampered key may be of another type than its column."""
    ranks = ((type(None), 0), (int | float, 1), (str, 2), (bytes, 3))
    return tuple((next(rank for kind, rank in ranks if isinstance(value, kind)), value) for value in key)
