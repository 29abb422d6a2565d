"""What columns are made of: text that sorts by its bytes, instants, days, JSON; one form on both databases.

Instants, days, and JSON are stored as text of one fixed form, so that both databases hold the same characters, sort
them alike, and `audit` compares what is stored.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import rfc8785
from sqlalchemy import BigInteger, Dialect, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.types import TypeDecorator

WORDS = String().with_variant(TEXT(collation="C"), "postgresql")
"""Text that compares by its bytes on both databases: SQLite does, PostgreSQL does under the collation C."""

COUNTER = BigInteger().with_variant(Integer(), "sqlite")
"""A sequence number; SQLite keeps only INTEGER as the row's own number."""

INSTANT_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
"""RFC 3339, UTC, always six decimals: text of one width sorts as time does."""


def stamp(at: datetime) -> str:
    """An instant as stored and hashed; a naive datetime is a ValueError, for it names no instant."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime names no instant")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """The instant that `stamp` wrote; any other form is a ValueError."""
    if not INSTANT_FORM.fullmatch(text):
        raise ValueError("not an instant as stored")
    return datetime.fromisoformat(text)


def canonical(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """RFC 8785: one text for one JSON value, whoever writes it."""
    return rfc8785.dumps(value).decode()


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as `stamp` writes it."""

    impl = WORDS
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the parent's signature
        """To the database."""
        return None if value is None else stamp(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the parent's signature
        """From the database."""
        return None if value is None else instant(value)


class Day(TypeDecorator[date]):
    """A date without a time, kept as ISO 8601."""

    impl = WORDS
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the parent's signature
        """To the database."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002 - the parent's signature
        """From the database."""
        return None if value is None else date.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A JSON value, kept in its canonical form; None is NULL."""

    impl = WORDS
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002 - the parent's signature
        """To the database."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - the parent's signature
        """From the database."""
        return None if value is None else json.loads(value)


metadata = MetaData(
    naming_convention={  # named, so that a migration can find them on either database
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)
