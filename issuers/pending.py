"""The tables of what waits: proposals for a second pair of eyes, challenges for a proof, answers for a repeated call.

Proposals are projections of the ledger. The other two are not (P5): a challenge is a nonce that lapses in minutes, an
answer is what a call was answered, kept so that the same Idempotency-Key is answered alike. What an attacker gains who
writes them: with a challenge of his own, a key "proven" that is not, which four eyes must still approve; with an
answer, a lie to one officer about his own call.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table

from issuers.columns import WORDS, Instant, Json, metadata

proposals = Table(
    "proposals",
    metadata,
    Column("id", WORDS, primary_key=True),
    Column("kind", WORDS, nullable=False),
    Column("issuer", WORDS, ForeignKey("issuers.code"), nullable=False, index=True),  # from whose tree it is seen
    Column("proposer", WORDS, nullable=False),
    Column("body", Json, nullable=False),
    Column("body_sha256", WORDS, nullable=False),
    Column("facts", Json, nullable=False),  # what the approver is to find unchanged
    Column("proposed_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("state", WORDS, nullable=False, index=True),
    Column("decided_at", Instant),
    Column("decided_by", WORDS),
    Column("made", Json),  # ids of what its approval made
)

challenges = Table(
    "challenges",
    metadata,
    Column("id", WORDS, primary_key=True),  # the key's, or one of its own while nobody has shown the key
    Column("secret_sha256", WORDS, nullable=False, unique=True),  # of the page's address
    Column("key", WORDS, ForeignKey("keys.id")),
    Column("asked", Json, nullable=False),  # the office asked for
    Column("officer", WORDS, ForeignKey("officers.id"), nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("pdf", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("proven_at", Instant),
)

answers = Table(
    "answers",
    metadata,
    Column("officer", WORDS, ForeignKey("officers.id"), primary_key=True),
    Column("key_sha256", WORDS, primary_key=True),  # of the Idempotency-Key: a stranger's text is not kept
    Column("request_sha256", WORDS, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Json),
    Column("at", Instant, nullable=False, index=True),
)
