"""Idempotency-Key: a call that is made twice is done once.

The answer is kept in the transaction of the change: both stand, or neither. A refusal changes nothing and is not kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from issuers.refusals import Refused, Why
from issuers.tables import answers

HEADER = "Idempotency-Key"

LONGEST = 255
"""Characters: a UUID has 36."""

KEPT = timedelta(days=7)
"""How long a call may be repeated: a client that was down over a holiday comes back within a week."""


@dataclass(frozen=True, slots=True)
class Once:
    """One call as it can be told from another: by whom, under which key, asking what."""

    officer: str
    key_sha256: str
    request_sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered: a status and JSON."""

    status: int
    body: Any


def once(officer: str, key: str | None, method: str, path: str, content: bytes) -> Once | None:
    """A call under its key, None if it has none. Refused: MALFORMED."""
    if key is None:
        return None
    if not key or len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise Refused(Why.MALFORMED, HEADER)
    asked = hashlib.sha256(f"{method} {path}\n".encode() + content).hexdigest()
    return Once(officer, hashlib.sha256(key.encode()).hexdigest(), asked)


def recall(connection: Connection, call: Once) -> Answer | None:
    """What the call was answered before. Refused: IDEMPOTENCY_REUSED, for another call under the same key."""
    same = answers.c.officer == call.officer, answers.c.key_sha256 == call.key_sha256
    row = connection.execute(select(answers).where(*same)).first()
    if row is None:
        return None
    if row.request_sha256 != call.request_sha256:
        raise Refused(Why.IDEMPOTENCY_REUSED, HEADER)
    return Answer(row.status, row.body)


def keep(connection: Connection, call: Once, answer: Answer, at: datetime) -> None:
    """Keep what the call was answered, and forget what is too old."""
    connection.execute(delete(answers).where(answers.c.at <= at - KEPT))
    connection.execute(
        insert(answers).values(
            officer=call.officer,
            key_sha256=call.key_sha256,
            request_sha256=call.request_sha256,
            status=answer.status,
            body=answer.body,
            at=at,
        )
    )
