"""Officers over the admin API: bring in, withdraw, list."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.params import FromPath
from sqlalchemy import select

from gateway import access, admin
from gateway.admin import Call, Nothing
from gateway.admin_answers import OfficerList, OfficerShown, OfficerWithdrawn, Proposed
from gateway.described import taking
from gateway.idempotency import Answer
from gateway.questions import Code, Moment
from issuers import officers
from issuers.deeds import ProposalKind
from issuers.officers import OfficerRole
from issuers.refusals import NotThere
from issuers.scope import standing
from issuers.tables import officers as rows


class NewOfficer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who is to act for an issuer; the token is his own, and only its hash comes here."""

    issuer: Code
    name: str
    role: OfficerRole
    token_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    valid_until: Moment | None = None


@post("/v1/admin/officers", status_code=202, operation_class=taking(NewOfficer), tags=["admin"])
async def create(request: Request[Any, Any, Any]) -> Response[Proposed]:
    """Propose an officer."""

    def deed(call: Call, asked: NewOfficer) -> Answer:
        access.over(call.connection, call.officer, asked.issuer)
        return admin.propose(call, ProposalKind.OFFICER, msgspec.to_builtins(asked))

    return await admin.change(request, NewOfficer, deed)


@get("/v1/admin/officers", tags=["admin"])
async def listed(request: Request[Any, Any, Any]) -> Response[OfficerList]:
    """The officers of the caller's tree; their tokens' hashes are shown to nobody."""

    def look(call: Call) -> OfficerList:
        seen: dict[str, bool] = {}
        found = []
        for row in call.connection.execute(select(rows).order_by(rows.c.added_at, rows.c.id)):
            if row.issuer not in seen:
                seen[row.issuer] = call.officer.covers(standing(call.connection, row.issuer))
            if seen[row.issuer]:
                found.append(
                    OfficerShown(
                        id=row.id,
                        issuer=row.issuer,
                        name=row.name,
                        role=OfficerRole(row.role),
                        added_at=admin.moment(row.added_at),
                        valid_until=admin.perhaps(row.valid_until),
                        withdrawn_at=admin.perhaps(row.withdrawn_at),
                    )
                )
        return OfficerList(found)

    return await admin.read(request, look)


@delete("/v1/admin/officers/{officer:str}", status_code=200, tags=["admin"])
async def withdraw(request: Request[Any, Any, Any], officer: FromPath[str]) -> Response[OfficerWithdrawn]:
    """Withdraw an officer's token, at once."""

    def deed(call: Call, _: Nothing) -> Answer:
        row = officers.find(call.connection, officer)
        if not call.officer.covers(standing(call.connection, row.issuer)):
            raise NotThere("officer", officer)
        officers.withdraw(call.connection, officer, actor=call.officer.id, at=call.at)
        return Answer(200, OfficerWithdrawn(officer, admin.moment(call.at)))

    return await admin.change(request, Nothing, deed)
