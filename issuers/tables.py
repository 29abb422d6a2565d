"""The tables: the ledger, and the rows that are projections of it.

One definition for SQLite and PostgreSQL. Everything that the ledger projects is in `PROJECTED`; `UNPROJECTED` names
the rest (promise P5). What columns are made of: `columns.py`; the tables of what waits for a decision: `pending.py`.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
)

from issuers.columns import COUNTER, INSTANT_FORM, WORDS, Day, Instant, Json, canonical, instant, metadata, stamp
from issuers.pending import answers, challenges, proposals

__all__ = [  # what a column's value looks like is asked for beside the tables
    "COUNTER",
    "INSTANT_FORM",
    "PROJECTED",
    "UNPROJECTED",
    "WORDS",
    "Day",
    "Instant",
    "Json",
    "answers",
    "appointments",
    "canonical",
    "challenges",
    "crls",
    "instant",
    "intermediates",
    "issuer_periods",
    "issuer_suspensions",
    "issuers",
    "key_certificates",
    "key_states",
    "keys",
    "ledger",
    "metadata",
    "officers",
    "proposals",
    "registry",
    "revoked_certificates",
    "stamp",
    "successions",
    "transcript_witnesses",
    "transcripts",
    "trust_anchors",
    "withdrawals",
]

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

UNPROJECTED: tuple[str, ...] = ("alembic_version", challenges.name, answers.name)
"""Tables that the ledger does not project, by name: which version the tables have, nonces, and the answers kept by
Idempotency-Key. `audit` says nothing of them."""

PROJECTED: tuple[Table, ...] = tuple(
    table for table in metadata.sorted_tables if table is not ledger and table.name not in UNPROJECTED
)
"""Every table whose rows follow from the ledger alone, referred-to tables first."""
