"""Proposals over the admin API: what waits for a second pair of eyes, its approval, its rejection."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from gateway import admin
from gateway.admin import Call, Nothing
from gateway.admin_answers import Approved, ProposalPage, Proposed
from gateway.described import taking
from gateway.idempotency import Answer
from issuers import approvals
from issuers.approvals import State


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    """An approval; `body_sha256` is what the approver has read, if he wants to be sure of it."""

    body_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None


@get("/v1/admin/proposals", tags=["admin"])
async def listed(
    request: Request[Any, Any, Any],
    *,
    which: Annotated[State | None, QueryParameter(name="state")] = None,
    after: FromQuery[str | None] = None,
) -> Response[ProposalPage]:
    """The proposals of the caller's tree, oldest first; `after` asks for those after one."""

    def look(call: Call) -> ProposalPage:
        found = approvals.listed(call.connection, call.officer, state=which, after=after)
        cursor = found[-1].id if len(found) == approvals.MAX_PAGE else None
        return ProposalPage([admin.shown(one) for one in found], cursor)

    return await admin.read(request, look)


@get("/v1/admin/proposals/{proposal:str}", tags=["admin"])
async def one(request: Request[Any, Any, Any], proposal: FromPath[str]) -> Response[Proposed]:
    """One proposal."""
    return await admin.read(
        request, lambda call: Proposed(admin.shown(approvals.find(call.connection, proposal, call.officer)))
    )


@post(
    "/v1/admin/proposals/{proposal:str}/approval",
    status_code=200,
    operation_class=taking(Approval, required=False),
    tags=["admin"],
)
async def approve(request: Request[Any, Any, Any], proposal: FromPath[str]) -> Response[Approved]:
    """Approve a proposal: it is judged again, and done."""

    def deed(call: Call, asked: Approval) -> Answer:
        made = approvals.approve(call.connection, proposal, call.officer, body_sha256=asked.body_sha256, at=call.at)
        found = approvals.find(call.connection, proposal, call.officer)
        return Answer(200, Approved(proposal=admin.shown(found), made=made, **made))

    return await admin.change(request, Approval, deed)


@post(
    "/v1/admin/proposals/{proposal:str}/rejection",
    status_code=200,
    operation_class=taking(Nothing, required=False),
    tags=["admin"],
)
async def reject(request: Request[Any, Any, Any], proposal: FromPath[str]) -> Response[Proposed]:
    """Reject a proposal."""

    def deed(call: Call, _: Nothing) -> Answer:
        approvals.reject(call.connection, proposal, call.officer, at=call.at)
        return Answer(200, Proposed(admin.shown(approvals.find(call.connection, proposal, call.officer))))

    return await admin.change(request, Nothing, deed)
