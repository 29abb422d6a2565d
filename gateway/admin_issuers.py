"""Issuers over the admin API: enrol, change, suspend."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, delete, patch, post
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from gateway import access, admin
from gateway.admin import Call, Nothing
from gateway.admin_answers import IssuerChanged, Proposed
from gateway.described import taking
from gateway.idempotency import Answer
from gateway.questions import Code, Moment
from issuers import registry
from issuers.deeds import ProposalKind
from issuers.registry import Change
from issuers.successions import Fate
from verify.trust import Kind, Level, Role


class NewIssuer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A department or a school to enrol; what is null of its scope is its parent's."""

    code: Code
    kind: Kind
    parent: Code
    name: str
    valid_from: Moment
    levels: list[Level] | None = None
    roles: list[Role] | None = None
    territory: list[str] | None = None
    contact: str = ""
    registers_all: bool = False
    valid_until: Moment | None = None


class ChangedIssuer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is to change; what is left out stays."""

    contact: str | UnsetType = UNSET
    levels: list[Level] | UnsetType | None = UNSET
    roles: list[Role] | UnsetType | None = UNSET
    territory: list[str] | UnsetType | None = UNSET
    registers_all: bool | UnsetType = UNSET
    valid_until: Moment | UnsetType | None = UNSET


class NewSuccession(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What becomes of an issuer from a day on; `children` names the new parent of each child."""

    kind: Fate
    decision_no: str
    effective_on: date
    successors: list[Code] = []
    children: dict[Code, Code] = {}
    name: str | None = None


@post("/v1/admin/issuers", status_code=202, operation_class=taking(NewIssuer), tags=["admin"])
async def create(request: Request[Any, Any, Any]) -> Response[Proposed]:
    """Propose a new issuer."""

    def deed(call: Call, asked: NewIssuer) -> Answer:
        access.over(call.connection, call.officer, asked.parent, field="parent")
        return admin.propose(call, ProposalKind.ISSUER, msgspec.to_builtins(asked))

    return await admin.change(request, NewIssuer, deed)


@patch(
    "/v1/admin/issuers/{code:str}",
    status_code=200,
    operation_class=taking(ChangedIssuer),
    responses={202: ResponseSpec(Proposed, description="What is wider or longer waits for a second pair of eyes")},
    tags=["admin"],
)
async def alter(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[IssuerChanged]:
    """Change an issuer: narrower or shorter at once, wider or longer as a proposal."""

    def deed(call: Call, asked: ChangedIssuer) -> Answer:
        access.over_path(call.connection, call.officer, code)
        said = msgspec.to_builtins(asked)
        change = msgspec.convert(said, Change)
        if registry.widens(call.connection, code, change):
            return admin.propose(call, ProposalKind.ISSUER_CHANGE, {"code": code, "change": said})
        registry.change(call.connection, code, change, actor=call.officer.id, at=call.at)
        return Answer(200, IssuerChanged(code))

    return await admin.change(request, ChangedIssuer, deed)


@post(
    "/v1/admin/issuers/{code:str}/suspension",
    status_code=200,
    operation_class=taking(Nothing, required=False),
    tags=["admin"],
)
async def suspend(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[IssuerChanged]:
    """Suspend an issuer and all under it, at once."""

    def deed(call: Call, _: Nothing) -> Answer:
        access.over_path(call.connection, call.officer, code)
        registry.suspend(call.connection, code, actor=call.officer.id, at=call.at)
        return Answer(200, IssuerChanged(code, admin.moment(call.at)))

    return await admin.change(request, Nothing, deed, even_suspended=True)


@delete("/v1/admin/issuers/{code:str}/suspension", status_code=202, tags=["admin"])
async def lift(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Proposed]:
    """Propose to lift an issuer's suspension."""

    def deed(call: Call, _: Nothing) -> Answer:
        access.over_path(call.connection, call.officer, code)
        return admin.propose(call, ProposalKind.ISSUER_SUSPENSION_LIFTING, {"code": code})

    return await admin.change(request, Nothing, deed)


@post("/v1/admin/issuers/{code:str}/succession", status_code=202, operation_class=taking(NewSuccession), tags=["admin"])
async def succeed(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Proposed]:
    """Propose a merger, a split, a new name or an end."""

    def deed(call: Call, asked: NewSuccession) -> Answer:
        access.over_path(call.connection, call.officer, code)
        said = msgspec.to_builtins(asked)
        return admin.propose(call, ProposalKind.SUCCESSION, {"code": code, "fate": said.pop("kind"), **said})

    return await admin.change(request, NewSuccession, deed)
