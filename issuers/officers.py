"""Officers: who holds a token, for which issuer, in which role, until when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from issuers import ledger
from issuers.event import Act
from issuers.refusals import Conflict, Forbidden, NotThere, Refused, Why
from issuers.registry import MAX_TEXT
from issuers.scope import Standing, standing
from issuers.tables import officers, stamp

SHA256 = re.compile(r"[0-9a-f]{64}")


class OfficerRole(StrEnum):
    """What an officer's token may do: everything, transcripts, or read."""

    ADMIN = "admin"
    REGISTRAR = "registrar"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Officer:
    """A token holder whose token is good: not withdrawn, not expired; `standing` is his issuer's."""

    id: str
    role: OfficerRole
    standing: Standing

    @property
    def issuer(self) -> str:
        """The issuer that he acts for, and for all under it."""
        return self.standing.code

    def covers(self, issuer: Standing) -> bool:
        """Whether an issuer is his own or lies under it."""
        return self.issuer == issuer.code or self.issuer in issuer.superiors

    def need(self, *roles: OfficerRole) -> None:
        """Raise `Forbidden` unless his role is among these, and his issuer and all above it are not suspended.

        Tokens of a suspended issuer may only read, suspend and revoke (HB-1, 7).
        """
        if self.role not in roles:
            raise Forbidden(Why.ROLE_INSUFFICIENT, role=self.role.value)
        if self.standing.suspended:
            raise Forbidden(Why.TOKEN_SUSPENDED)


def holder(connection: Connection, token_sha256: str, at: datetime) -> Officer | None:
    """The officer who holds a token, None if nobody does any more."""
    return _live(connection, officers.c.token_sha256 == token_sha256, at)


def live(connection: Connection, officer: str, at: datetime) -> Officer | None:
    """An officer by id, None if his token is good no more."""
    return _live(connection, officers.c.id == officer, at)


def find(connection: Connection, officer: str) -> Row[Any]:
    """An officer's row, live or not, or `NotThere`."""
    row = connection.execute(select(officers).where(officers.c.id == officer)).first()
    if row is None:
        raise NotThere("officer", officer)
    return row


def _live(connection: Connection, which: ColumnElement[bool], at: datetime) -> Officer | None:
    row = connection.execute(select(officers).where(which)).first()
    if row is None or row.withdrawn_at is not None or (row.valid_until is not None and row.valid_until <= at):
        return None
    return Officer(row.id, OfficerRole(row.role), standing(connection, row.issuer))


def add(
    connection: Connection,
    issuer: str,
    name: str,
    role: OfficerRole,
    token_sha256: str,
    *,
    actor: str,
    at: datetime,
    valid_until: datetime | None = None,
) -> str:
    """Add an officer; the id. The token itself never comes here, only its hex SHA-256 (HB-1, 7).

    Refused: MALFORMED, DATES_REVERSED, UNKNOWN_ISSUER. Conflict: TOKEN_KNOWN (ever used before, withdrawn or not).
    """
    if not name.strip() or len(name) > MAX_TEXT or not name.isprintable():
        raise Refused(Why.MALFORMED, "name")
    if not SHA256.fullmatch(token_sha256):
        raise Refused(Why.MALFORMED, "token_sha256")
    if valid_until is not None and valid_until <= at:
        raise Refused(Why.DATES_REVERSED, "valid_until")
    standing(connection, issuer)
    if connection.execute(select(officers.c.id).where(officers.c.token_sha256 == token_sha256)).first():
        raise Conflict(Why.TOKEN_KNOWN, "token_sha256")
    body = {
        "issuer": issuer,
        "name": name,
        "role": role.value,
        "token_sha256": token_sha256,
        "valid_until": None if valid_until is None else stamp(valid_until),
    }
    event = ledger.append(connection, Act.OFFICER_ADDED, body, actor=actor, issuer=issuer, at=at)
    return f"o{event.seq}"


def withdraw(connection: Connection, officer: str, *, actor: str, at: datetime) -> None:
    """Withdraw an officer's token, for good. Conflict: ALREADY_SO."""
    row = find(connection, officer)
    if row.withdrawn_at is not None:
        raise Conflict(Why.ALREADY_SO)
    ledger.append(connection, Act.OFFICER_WITHDRAWN, {"officer": officer}, actor=actor, issuer=row.issuer, at=at)
