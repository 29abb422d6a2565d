"""The tables: the ledger, and the rows that are projections of it.

One definition for SQLite and PostgreSQL. Everything that the ledger projects is in `PROJECTED`; `UNPROJECTED` names
the rest (promise P5). Instants, days, and JSON are stored as text of one fixed form, so that both databases hold the
same characters, sort them alike, and `audit` compares what is stored.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import rfc8785
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)
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

ledger = Table(
    "ledger",
    metadata,
    Column("seq", COUNTER, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", WORDS, nullable=False),
    Column("actor", WORDS, nullable=False),
    Column("issuer", WORDS, nullable=False, index=True),
    Column("prev", WORDS, nullable=False),
    Column("hash", WORDS, nullable=False, unique=True),
    Column("body", WORDS, nullable=False),  # last: SQLite reads a row from its start, and this may be 4 MB
)

registry = Table(
    "registry",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="single"), primary_key=True, autoincrement=False),
    Column("ministry", WORDS, ForeignKey("issuers.code"), nullable=False),
    Column("synthetic", Boolean, nullable=False),
)

issuers = Table(
    "issuers",
    metadata,
    Column("code", WORDS, primary_key=True),
    Column("kind", WORDS, nullable=False),
    Column("contact", WORDS, nullable=False),
    Column("folded", WORDS, nullable=False),  # code and newest name without case and diacritics: what a search reads
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant),
    Column("suspended_since", Instant),
    Column("registers_all_since", Instant),
    Column("succession_on", Instant),
)

issuer_periods = Table(
    "issuer_periods",
    metadata,
    Column("issuer", WORDS, ForeignKey("issuers.code"), primary_key=True),
    Column("seq", COUNTER, primary_key=True, autoincrement=False),  # of its event: two may fall on one instant
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    Column("name", WORDS, nullable=False),
    Column("parent", WORDS, ForeignKey("issuers.code"), index=True),
    Column("levels", Json),
    Column("roles", Json),
    Column("territory", Json),
)

issuer_suspensions = Table(  # what the directory shows as of a date; the engine needs `issuers.suspended_since` alone
    "issuer_suspensions",
    metadata,
    Column("issuer", WORDS, ForeignKey("issuers.code"), primary_key=True),
    Column("seq", COUNTER, primary_key=True, autoincrement=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
)

successions = Table(
    "successions",
    metadata,
    Column("predecessor", WORDS, ForeignKey("issuers.code"), primary_key=True),
    Column("successor", WORDS, ForeignKey("issuers.code"), primary_key=True, index=True),
)

officers = Table(
    "officers",
    metadata,
    Column("id", WORDS, primary_key=True),
    Column("issuer", WORDS, ForeignKey("issuers.code"), nullable=False, index=True),
    Column("name", WORDS, nullable=False),
    Column("role", WORDS, nullable=False),
    Column("token_sha256", WORDS, nullable=False, unique=True),  # the server never learns the token
    Column("valid_until", Instant),
    Column("added_at", Instant, nullable=False),
    Column("added_by", WORDS, nullable=False),  # four eyes asks who brought whom in (HB-1, 7)
    Column("withdrawn_at", Instant),
)

keys = Table(
    "keys",
    metadata,
    Column("id", WORDS, primary_key=True),  # hex SHA-256 of the SubjectPublicKeyInfo
    Column("spki", LargeBinary, nullable=False),
    Column("use", WORDS, nullable=False, index=True),
    Column("issuer", WORDS, ForeignKey("issuers.code"), nullable=False, index=True),  # which proposed it
    Column("holder", WORDS, nullable=False),
    Column("state", WORDS, nullable=False),
    Column("historical", Boolean, nullable=False),
    Column("proposal", Json),  # the office asked for, until it is an appointment or refused
    Column("proposed_at", Instant, nullable=False),
    Column("admitted_at", Instant),  # active once, or admitted as historical
    Column("suspended_since", Instant),
    Column("retired_at", Instant),
    Column("revoked_at", Instant),
    Column("revocation_reason", WORDS),
    Column("invalid_since", Instant),
    Column("proposed_invalid_since", Instant),
)

key_states = Table(  # every state a key was in, for the directory as of a date
    "key_states",
    metadata,
    Column("key", WORDS, ForeignKey("keys.id"), primary_key=True),
    Column("seq", COUNTER, primary_key=True, autoincrement=False),
    Column("since", Instant, nullable=False),
    Column("state", WORDS, nullable=False),
)

key_certificates = Table(
    "key_certificates",
    metadata,
    Column("sha256", WORDS, primary_key=True),
    Column("key", WORDS, ForeignKey("keys.id"), nullable=False, index=True),
    Column("serial", WORDS, nullable=False, index=True),  # as in `revoked_certificates`
    Column("der", LargeBinary, nullable=False),
    Column("chain", Json, nullable=False),  # SHA-256 of the intermediates seen at admission
    Column("added_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("reason", WORDS),
    Column("invalid_since", Instant),
    Column("proposed_invalid_since", Instant),
)

intermediates = Table(
    "intermediates",
    metadata,
    Column("sha256", WORDS, primary_key=True),
    Column("der", LargeBinary, nullable=False),
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", WORDS, primary_key=True),
    Column("key", WORDS, ForeignKey("keys.id"), nullable=False, index=True),
    Column("issuer", WORDS, ForeignKey("issuers.code"), nullable=False, index=True),
    Column("role", WORDS, nullable=False),
    Column("capacity", WORDS, nullable=False),
    Column("decision_no", WORDS, nullable=False),
    Column("levels", Json),
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant),
)

trust_anchors = Table(
    "trust_anchors",
    metadata,
    Column("id", WORDS, primary_key=True),
    Column("sha256", WORDS, nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("use", WORDS, nullable=False),
    Column("revocation", WORDS, nullable=False),
    Column("admitted_at", Instant, nullable=False),
    Column("distrusted_at", Instant),
)

crls = Table(  # the CRLs themselves stand in the ledger
    "crls",
    metadata,
    Column("sha256", WORDS, primary_key=True),
    Column("authority", WORDS, nullable=False, index=True),  # hex SHA-256 of the signing CA's SubjectPublicKeyInfo
    Column("this_update", Instant, nullable=False),
    Column("next_update", Instant),
    Column("expired_since", Instant),
    Column("complete", Boolean, nullable=False),  # only such a one can tell that all is well
    Column("imported_at", Instant, nullable=False),
)

revoked_certificates = Table(
    "revoked_certificates",
    metadata,
    Column("serial", WORDS, primary_key=True),  # as `listing.serial` writes it; first, for it is what a document names
    Column("authority", WORDS, primary_key=True),
    Column("revoked_at", Instant),  # None: on hold alone
    Column("reason", WORDS),
    Column("invalidity_date", Instant),
    Column("held_since", Instant),
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("number", WORDS, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("issuer", WORDS, ForeignKey("issuers.code"), nullable=False),
    Column("record_digest", WORDS, nullable=False),
    Column("level", WORDS, nullable=False),
    Column("issued_on", Day, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("reason_code", WORDS),
    Column("amendment", Json),
)

transcript_witnesses = Table(
    "transcript_witnesses",
    metadata,
    Column("number", WORDS, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", WORDS, CheckConstraint("kind IN ('pdf', 'qr')", name="kind"), primary_key=True),
    Column("sha256", WORDS, primary_key=True),
    Column("at", Instant, nullable=False),
    ForeignKeyConstraint(["number", "version"], ["transcripts.number", "transcripts.version"]),
    Index(None, "sha256"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("number", WORDS, primary_key=True),
    Column("issuer", WORDS, ForeignKey("issuers.code"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason_code", WORDS, nullable=False),
    Column("reason", WORDS, nullable=False),
    Column("decision_no", WORDS, nullable=False),
)

UNPROJECTED: tuple[str, ...] = ("alembic_version",)
"""Tables that the ledger does not project, by name: which version the tables have. `audit` says nothing of them."""

PROJECTED: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if table is not ledger)
"""Every table whose rows follow from the ledger alone, referred-to tables first."""
