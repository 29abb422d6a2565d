"""Keys over the admin API: propose, prove, suspend, retire, revoke."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, delete, post
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from msgspec import UNSET, UnsetType
from sqlalchemy import Row

from gateway import access, admin, challenges, limits
from gateway.admin import Call, Desk, Nothing
from gateway.admin_answers import ChallengeShown, KeyLife, KeyProposed, KeyWaiting, Proposed
from gateway.described import taking
from gateway.idempotency import Answer
from gateway.questions import Code, Moment, Pem, decode
from issuers import approvals, keys, possession
from issuers.deeds import ProposalKind
from issuers.refusals import Forbidden, NotThere, Refused, Why
from issuers.revocations import Reason
from issuers.scope import standing
from verify.trust import Capacity, KeyState, Level, Role, Use


class NewKey(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A key and the office it is proposed for; with neither certificate nor key, the proof brings the certificate."""

    issuer: Code
    role: Role
    use: Use
    valid_from: Moment
    valid_until: Moment | None = None
    certificate: Pem | None = None
    public_key: Pem | None = None
    holder: str = ""
    capacity: Capacity = Capacity.SUBSTANTIVE
    decision_no: str = ""
    levels: list[Level] | None = None
    historical: bool = False


class Proof(msgspec.Struct, forbid_unknown_fields=True):
    """A signature over the challenge's bytes, in base64."""

    signature: str


class NewRevocation(msgspec.Struct, forbid_unknown_fields=True):
    """Why, and since when the key is not to be believed."""

    reason: Reason
    invalid_since: Moment | None = None


@post(
    "/v1/admin/keys",
    status_code=201,
    operation_class=taking(NewKey),
    responses={202: ResponseSpec(KeyWaiting, description="A historical key waits for a second pair of eyes")},
    tags=["admin"],
)
async def create(request: Request[Any, Any, Any]) -> Response[KeyProposed]:
    """Propose a key: its challenge is to be answered within minutes; a historical one is a proposal at once."""
    desk: Desk = request.app.state.desk

    def deed(call: Call, asked: NewKey) -> Answer:
        access.over(call.connection, call.officer, asked.issuer)
        said = msgspec.to_builtins(asked)
        if said.pop("historical"):
            made = possession.propose_historical(call.connection, said, call.officer, at=call.at)
            return Answer(202, KeyWaiting(made.body["key"], KeyState.PROPOSED, admin.shown(made)))
        challenge = possession.propose(call.connection, said, call.officer, at=call.at)
        url = f"{desk.public_url}{challenges.PATH}/{challenge.secret}"
        expires = admin.moment(challenge.expires_at)
        told = ChallengeShown(b64encode(challenge.content).decode(), expires, url)
        return Answer(201, KeyProposed(challenge.id, KeyState.PROPOSED, told))

    return await admin.change(request, NewKey, deed)


@post(
    "/v1/admin/keys/{key:str}/proof",
    status_code=200,
    operation_class=taking(Proof, file="The challenge's page, signed."),
    request_max_body_size=None,
    tags=["admin"],
)
async def prove(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[KeyWaiting]:
    """Prove possession: a raw signature as JSON, or the signed challenge PDF as a form."""
    await admin.admit(request, access.ADMINS)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data":
        content, signed = await challenges.receive(request)

        def by_pdf(call: Call) -> Answer:
            _challenged(call, key)
            return proven(call, possession.prove_pdf(call.connection, key, signed, at=call.at))

        return await admin.settle(request, content, by_pdf)
    content = await limits.small(request)
    try:
        signature = b64decode(decode(content, Proof).signature, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Why.MALFORMED, "signature") from None

    def by_signature(call: Call) -> Answer:
        _challenged(call, key)
        return proven(call, possession.prove_raw(call.connection, key, signature, at=call.at))

    return await admin.settle(request, content, by_signature)


def proven(_: Call, made: approvals.Proposal) -> Answer:
    """Answer that a key is proven, and its proposal."""
    return Answer(200, KeyWaiting(made.body["key"], KeyState.PROVEN, admin.shown(made)))


@post(
    "/v1/admin/keys/{key:str}/suspension",
    status_code=200,
    operation_class=taking(Nothing, required=False),
    tags=["admin"],
)
async def suspend(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[KeyLife]:
    """Suspend a key, at once."""

    def deed(call: Call, _: Nothing) -> Answer:
        of_tree(call, key)
        keys.suspend(call.connection, key, actor=call.officer.id, at=call.at)
        return Answer(200, state(call, key))

    return await admin.change(request, Nothing, deed, even_suspended=True)


@delete("/v1/admin/keys/{key:str}/suspension", status_code=202, tags=["admin"])
async def lift(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[Proposed]:
    """Propose to lift a key's suspension."""

    def deed(call: Call, _: Nothing) -> Answer:
        of_tree(call, key)
        return admin.propose(call, ProposalKind.KEY_SUSPENSION_LIFTING, {"key": key})

    return await admin.change(request, Nothing, deed)


@post(
    "/v1/admin/keys/{key:str}/retirement",
    status_code=200,
    operation_class=taking(Nothing, required=False),
    tags=["admin"],
)
async def retire(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[KeyLife]:
    """Retire a key, in the ordinary way, at once."""

    def deed(call: Call, _: Nothing) -> Answer:
        of_tree(call, key)
        keys.retire(call.connection, key, actor=call.officer.id, at=call.at)
        return Answer(200, state(call, key))

    return await admin.change(request, Nothing, deed)


@post("/v1/admin/keys/{key:str}/revocation", status_code=200, operation_class=taking(NewRevocation), tags=["admin"])
async def revoke(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[KeyLife]:
    """Revoke a key from now on, at once; an earlier `invalid_since` is a proposal beside it."""

    def deed(call: Call, asked: NewRevocation) -> Answer:
        of_tree(call, key)
        actor, at = call.officer.id, call.at
        keys.revoke(call.connection, key, asked.reason, invalid_since=asked.invalid_since, actor=actor, at=at)
        return revoked(call, key)

    return await admin.change(request, NewRevocation, deed, even_suspended=True)


def revoked(call: Call, key: str, certificate: str | UnsetType = UNSET) -> Answer:
    """Answer with a key's state, and the proposals that a revocation left to be decided."""
    made = approvals.follow_revocation(call.connection, key, actor=call.officer.id, at=call.at)
    told = [admin.shown(one) for one in made]
    left = {"proposal": told[0], "proposals": told} if told else {}
    return Answer(200, msgspec.structs.replace(state(call, key), certificate=certificate, **left))


def of_tree(call: Call, key: str) -> Row[Any]:
    """A key's row, if the caller acts for it: one that never was admitted is not shown to others (404, not 403)."""
    row = keys.find(call.connection, key)
    if call.officer.covers(standing(call.connection, row.issuer)):
        return row
    if row.admitted_at is None:
        raise NotThere("key", key)
    raise Forbidden(Why.NOT_YOURS, "key")


def state(call: Call, key: str) -> KeyLife:
    """A key's state, and the dates of what happened to it."""
    row = keys.find(call.connection, key)
    return KeyLife(
        id=key,
        state=KeyState(row.state),
        suspended_since=_told(row.suspended_since),
        retired_at=_told(row.retired_at),
        revoked_at=_told(row.revoked_at),
        invalid_since=_told(row.invalid_since),
        proposed_invalid_since=_told(row.proposed_invalid_since),
    )


def _told(at: datetime | None) -> datetime | UnsetType:
    return UNSET if at is None else admin.moment(at)


def _challenged(call: Call, key: str) -> None:
    """Raise unless the challenge is one of the caller's tree."""
    row = possession.find(call.connection, key)
    if not call.officer.covers(standing(call.connection, row.asked["issuer"])):
        raise NotThere("key", key)
