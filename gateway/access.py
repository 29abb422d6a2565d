"""Bearer tokens: whose is it, what may he, and for whom."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from litestar import Request
from sqlalchemy import Connection, select

from gateway.problems import Refused
from issuers import officers
from issuers.officers import Officer, OfficerRole
from issuers.refusals import Forbidden, NotThere, Why
from issuers.scope import Standing, standing
from issuers.tables import issuers

ADMINS = (OfficerRole.ADMIN,)
REGISTRARS = (OfficerRole.ADMIN, OfficerRole.REGISTRAR)
EVERYBODY = tuple(OfficerRole)

LONGEST = 200
"""Characters of a token: ours have 43."""


def digest(request: Request[Any, Any, Any]) -> str:
    """The SHA-256 of the bearer token that came along; the token itself goes no further. Raises Refused."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST:
        raise Refused("no-token")
    return hashlib.sha256(token.encode("latin-1", "replace")).hexdigest()


def officer(connection: Connection, token_sha256: str, at: datetime) -> Officer:
    """Whose token it is; raises Refused if it is nobody's, not any more, or not yet known."""
    found = officers.holder(connection, token_sha256, at)
    if found is None:
        raise Refused("no-token")
    return found


def allow(caller: Officer, roles: tuple[OfficerRole, ...], *, even_suspended: bool = False) -> None:
    """Raise Forbidden unless he may; `even_suspended` for what HB-1, 7 leaves to tokens of a suspended issuer."""
    if even_suspended:
        if caller.role not in roles:
            raise Forbidden(Why.ROLE_INSUFFICIENT, role=caller.role.value)
        return
    caller.need(*roles)


def over(connection: Connection, caller: Officer, code: str, *, field: str = "issuer") -> Standing:
    """An issuer named in a body, which he must act for. Raises issuers' Refused (unknown) or Forbidden."""
    found = standing(connection, code, field=field)
    if not caller.covers(found):
        raise Forbidden(Why.NOT_YOURS, field)
    return found


def over_path(connection: Connection, caller: Officer, code: str) -> Standing:
    """The same for an issuer named in a path: one that is not there is not found."""
    if connection.execute(select(issuers.c.code).where(issuers.c.code == code)).first() is None:
        raise NotThere("issuer", code)
    return over(connection, caller, code)
