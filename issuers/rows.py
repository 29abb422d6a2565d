"""How projectors put an event into rows: one row changed, no more and no less; instants and days out of the body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, update

from issuers.event import Event
from issuers.tables import instant

Projector = Callable[[Connection, Event], None]


def change(connection: Connection, table: Table, where: Mapping[str, Any], **values: Any) -> None:  # noqa: ANN401 - columns
    """Update exactly one row: an event about a row that is not there is no event."""
    done = connection.execute(
        update(table)
        .where(*(table.c[column].is_not_distinct_from(value) for column, value in where.items()))
        .values(values)
    )
    if done.rowcount != 1:
        raise LookupError(table.name, dict(where))


def at(text: str | None) -> datetime | None:
    """The instant in a body, None for none."""
    return None if text is None else instant(text)


def day(text: str) -> date:
    """The day in a body."""
    return date.fromisoformat(text)
