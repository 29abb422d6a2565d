"""Lookups: a transcript's number in, its version, status, issuer and history out; no pupil data, ever."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import date
from typing import Any

import msgspec
from litestar import Request, post
from sqlalchemy import Connection, Engine, Row, select

from gateway import heirs, limits
from gateway.described import taking
from gateway.problems import Refused
from gateway.questions import decode
from gateway.receipts import instant
from gateway.verifications import Service
from issuers import store
from issuers.scope import standing
from issuers.tables import issuers, transcripts, withdrawals
from verify.trust import VIETNAM

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


class WithdrawnOn(msgspec.Struct, frozen=True):
    """When it was withdrawn, why, and by whom."""

    at: str
    reason_code: str
    issuer: IssuerNamed


class Found(msgspec.Struct, frozen=True):
    """What the register knows of a number; `successors` answer for an issuer that is no more."""

    number: str
    version: int
    status: str
    issuer: IssuerNamed
    history: list[VersionOn]
    successors: list[IssuerNamed] | msgspec.UnsetType = msgspec.UNSET
    withdrawn: WithdrawnOn | msgspec.UnsetType = msgspec.UNSET


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


def successors(engine: Engine, code: str) -> list[IssuerNamed]:
    """Who answers now for an issuer that is no more; nobody for any other."""
    with store.reading(engine) as connection:
        return _successors(connection, code)


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
    gone = connection.execute(select(withdrawals).where(withdrawals.c.number == number)).first()
    return Found(
        number=number,
        version=newest.version,
        status="current" if gone is None else "withdrawn",
        issuer=_named(connection, newest.issuer),
        history=[VersionOn(row.version, row.issued_on, row.reason_code) for row in rows],
        successors=_successors(connection, newest.issuer) or msgspec.UNSET,
        withdrawn=msgspec.UNSET if gone is None else _withdrawn(connection, gone),
    )


def _withdrawn(connection: Connection, gone: Row[Any]) -> WithdrawnOn:
    return WithdrawnOn(instant(gone.at.astimezone(VIETNAM)), gone.reason_code, _named(connection, gone.issuer))


def _successors(connection: Connection, code: str) -> list[IssuerNamed]:
    return [_named(connection, heir) for heir in heirs.registered(connection, code)]


def _named(connection: Connection, code: str) -> IssuerNamed:
    """An issuer with its name and contact of now."""
    contact = connection.scalar(select(issuers.c.contact).where(issuers.c.code == code)) or ""
    return IssuerNamed(code, standing(connection, code).name, contact)
