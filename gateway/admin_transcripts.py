"""The register of transcripts over the admin API: register in bulk, correct, withdraw, and the feed of corrections."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy import select

from gateway import access, admin
from gateway.admin import Call
from gateway.admin_answers import Correction, CorrectionFeed, ItemRegistered, Registered, Withdrawn
from gateway.described import taking
from gateway.idempotency import Answer
from gateway.questions import Code
from issuers import register
from issuers.refusals import Conflict, Forbidden, NotThere, Why
from issuers.register import Amendment, AmendmentReason, Item, WithdrawalReason
from issuers.scope import standing
from issuers.tables import transcripts
from verify.trust import Kind, Level

MAX_BODY = 16 << 20
"""Bytes of a bulk call: 10,000 items have 4 MB, 10 MB if each is a correction."""

MAX_FEED = 500
"""Corrections of one answer."""


class NewAmendment(msgspec.Struct, forbid_unknown_fields=True):
    """Why a version above 1 replaces the one before."""

    reason_code: AmendmentReason
    reason: str
    requested_by: str
    confirmed_by: str
    reported_to: Code
    decision_no: str
    on: date


class NewItem(msgspec.Struct, forbid_unknown_fields=True):
    """One version of one transcript; digests in lower-case hex."""

    number: str
    version: int
    record_digest: str
    level: Level
    issued_on: date
    pdf_sha256: str | None = None
    qr_sha256: str | None = None
    amendment: NewAmendment | None = None


class NewItems(msgspec.Struct, forbid_unknown_fields=True):
    """Up to 10,000 items, all or nothing; `issuer` is the caller's own, unless a superior registers for a school."""

    items: list[NewItem]
    issuer: Code | None = None


class NewWithdrawal(msgspec.Struct, forbid_unknown_fields=True):
    """Why a transcript is withdrawn, in all its versions."""

    reason_code: WithdrawalReason
    reason: str = ""
    decision_no: str = ""


@post(
    "/v1/admin/transcripts",
    status_code=200,
    operation_class=taking(NewItems),
    request_max_body_size=None,
    tags=["admin"],
)
async def create(request: Request[Any, Any, Any]) -> Response[Registered]:
    """Register what a school has signed, all or nothing, at once."""

    def deed(call: Call, asked: NewItems) -> Answer:
        issuer = asked.issuer or call.officer.issuer
        access.over(call.connection, call.officer, issuer)
        items = [_item(one) for one in asked.items]
        results = register.register(call.connection, issuer, items, actor=call.officer.id, at=call.at)
        told = [ItemRegistered(one.number, one.version, result) for one, result in zip(items, results, strict=True)]
        return Answer(200, Registered(told))

    return await admin.change(request, NewItems, deed, roles=access.REGISTRARS, most=MAX_BODY)


@post(
    "/v1/admin/transcripts/{number:str}/withdrawal",
    status_code=200,
    operation_class=taking(NewWithdrawal),
    tags=["admin"],
)
async def withdraw(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Withdrawn]:
    """Withdraw a transcript, for good, at once."""

    def deed(call: Call, asked: NewWithdrawal) -> Answer:
        issuer = _owner(call, plain(number))
        try:
            register.withdraw(
                call.connection,
                issuer,
                plain(number),
                asked.reason_code,
                reason=asked.reason,
                decision_no=asked.decision_no,
                actor=call.officer.id,
                at=call.at,
            )
        except Conflict as conflict:
            if conflict.why is Why.NUMBER_OF_ANOTHER:
                raise Forbidden(Why.NOT_YOURS, "number") from None
            raise
        return Answer(200, Withdrawn(plain(number), "withdrawn"))

    return await admin.change(request, NewWithdrawal, deed, roles=access.REGISTRARS)


@get("/v1/admin/amendments", tags=["admin"])
async def amended(request: Request[Any, Any, Any], after: FromQuery[str | None] = None) -> Response[CorrectionFeed]:
    """The corrections in the caller's tree, oldest first, with what stays inside it; `after` is the last cursor."""

    def look(call: Call) -> CorrectionFeed:
        place = (transcripts.c.registered_at, transcripts.c.number, transcripts.c.version)
        wanted = select(transcripts).where(transcripts.c.amendment.is_not(None)).order_by(*place)
        seen: dict[str, bool] = {}
        found: list[Correction] = []
        skipping = after is not None
        for row in call.connection.execute(wanted):
            cursor = f"{row.number}.{row.version}"
            if skipping:
                skipping = cursor != after
                continue
            if row.issuer not in seen:
                seen[row.issuer] = call.officer.covers(standing(call.connection, row.issuer))
            if seen[row.issuer]:
                found.append(
                    Correction(
                        number=row.number,
                        version=row.version,
                        issuer=row.issuer,
                        registered_at=admin.moment(row.registered_at),
                        amendment=msgspec.convert(row.amendment, Amendment),
                        cursor=cursor,
                    )
                )
                if len(found) == MAX_FEED:
                    break
        return CorrectionFeed(found, found[-1].cursor if len(found) == MAX_FEED else None)

    return await admin.read(request, look)


def plain(number: str) -> str:
    """A number as stored: printed in groups, it is typed with hyphens or spaces, and in any case."""
    return number.replace("-", "").replace(" ", "").upper()


def _item(one: NewItem) -> Item:
    amendment = None if one.amendment is None else Amendment(**msgspec.structs.asdict(one.amendment))
    return Item(
        number=plain(one.number),
        version=one.version,
        record_digest=one.record_digest,
        level=one.level,
        issued_on=one.issued_on,
        pdf_sha256=one.pdf_sha256,
        qr_sha256=one.qr_sha256,
        amendment=amendment,
    )


def _owner(call: Call, number: str) -> str:
    """For whom the caller withdraws: his own school, or the newest registrant of the number in his tree."""
    if call.officer.standing.kind is Kind.SCHOOL:
        return call.officer.issuer
    newest = select(transcripts.c.issuer).where(transcripts.c.number == number).order_by(transcripts.c.version.desc())
    issuer = call.connection.scalar(newest.limit(1))
    if issuer is None:
        raise NotThere("number", number)
    access.over(call.connection, call.officer, issuer)
    return str(issuer)
