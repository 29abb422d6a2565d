"""Lookups: a transcript's number in, its version, status, issuer and history out; no pupil data, ever."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import date
from typing import Any

import msgspec
from litestar import Request, post
from sqlalchemy import Connection, Engine, select

from gateway import limits
from gateway.described import taking
from gateway.problems import Refused
from gateway.questions import decode
from gateway.verifications import Service
from issuers import store
from issuers.scope import standing
from issuers.tables import issuers, transcripts, withdrawals

MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
"""What is typed from paper: Crockford's base32 knows no O, I or L."""

BETWEEN = frozenset({"Pd", "Zs", "Cc", "Cf"})
"""Unicode's dashes, spaces and invisible characters: what word processors and telephones put between fours."""

DOTS = "._·"

LONGEST = 100
"""Characters of a number however it is typed; what is longer is unknown."""


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """A number, as printed or typed."""

    number: str


class VersionOn(msgspec.Struct, frozen=True):
    """A version, the day it was issued, and why it replaced the one before."""

    version: int
    on: date
    reason_code: str | None


class IssuerNamed(msgspec.Struct, frozen=True):
    """Whose transcript it is."""

    code: str
    name: str
    contact: str


class Found(msgspec.Struct, frozen=True):
    """What the register knows of a number."""

    number: str
    version: int
    status: str
    issuer: IssuerNamed
    history: list[VersionOn]


@post("/v1/lookups", status_code=200, operation_class=taking(Asked), tags=["lookups"])
async def create(request: Request[Any, Any, Any]) -> Found:
    """Look a number up. An unknown one, whatever its shape, is answered alike."""
    asked = decode(await limits.small(request), Asked)
    service: Service = request.app.state.service

    found = await asyncio.to_thread(look, service.engine, asked.number)
    if found is None:
        raise Refused("no-such-number")
    return found


def look(engine: Engine, typed: str) -> Found | None:
    """What is known of a number as somebody typed it, if anything."""
    if len(typed) > LONGEST:
        return None
    number = plain(typed)
    if not number.isalnum() or not number.isascii():
        return None
    with store.reading(engine) as connection:
        return _found(connection, number)


def plain(typed: str) -> str:
    """A number without what stands between its characters, in the letters that numbers are printed in."""
    kept = (one for one in unicodedata.normalize("NFKC", typed) if unicodedata.category(one) not in BETWEEN)
    return "".join(one for one in kept if one not in DOTS).upper().translate(MISREAD)


def _found(connection: Connection, number: str) -> Found | None:
    wanted = select(transcripts).where(transcripts.c.number == number).order_by(transcripts.c.version)
    rows = connection.execute(wanted).all()
    if not rows:
        return None
    newest = rows[-1]
    gone = connection.execute(select(withdrawals.c.number).where(withdrawals.c.number == number)).first()
    issuer = standing(connection, newest.issuer)
    contact = connection.scalar(select(issuers.c.contact).where(issuers.c.code == issuer.code)) or ""
    return Found(
        number=number,
        version=newest.version,
        status="current" if gone is None else "withdrawn",
        issuer=IssuerNamed(issuer.code, issuer.name, contact),
        history=[VersionOn(row.version, row.issued_on, row.reason_code) for row in rows],
    )
