"""The story of one admin call: whose token, may he, what does he ask, has it been done, do it, answer.

`change` tells it for calls that change the registry, `read` for those that only look. Everything from the token on is
asked inside the transaction: a token withdrawn a moment ago changes nothing any more.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from msgspec import UNSET
from sqlalchemy import Connection, Engine

from gateway import access, idempotency, limits, tokens
from gateway.admin_answers import ProposalShown, Proposed
from gateway.idempotency import Answer
from gateway.questions import decode
from issuers import approvals, store
from issuers.approvals import Proposal
from issuers.deeds import ProposalKind
from issuers.officers import Officer, OfficerRole
from issuers.tables import canonical
from verify.trust import VIETNAM

T = TypeVar("T", bound=msgspec.Struct)

SMALL = 64 << 10
"""Bytes of a call's body: a certificate with its chain has 10 KiB."""


@dataclass(frozen=True, slots=True)
class Call:
    """One admin call inside its transaction."""

    connection: Connection
    officer: Officer
    at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """Where changes are made.

    One thread writes, for the registry's writers stand in one line: more threads would only wait in it, and
    verifications for them.
    """

    engine: Engine
    writer: ThreadPoolExecutor
    public_url: str

    async def write(self, work: Callable[[], Answer]) -> Answer:
        """Do something in the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self.writer, work)


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A body that says nothing, or none."""


async def change(
    request: Request[Any, Any, Any],
    form: type[T],
    deed: Callable[[Call, T], Answer],
    *,
    roles: tuple[OfficerRole, ...] = access.ADMINS,
    even_suspended: bool = False,
    most: int = SMALL,
) -> Response[Any]:
    """One call that changes the registry; raises problems' and issuers' refusals."""
    await admit(request, roles, even_suspended=even_suspended)
    content = await limits.small(request, most)
    asked = decode(content, form)
    return await settle(request, content, lambda call: deed(call, asked), roles=roles, even_suspended=even_suspended)


async def admit(
    request: Request[Any, Any, Any], roles: tuple[OfficerRole, ...], *, even_suspended: bool = False
) -> Officer:
    """Ask for token and role before anything is read from a stranger."""
    desk: Desk = request.app.state.desk
    token = access.digest(request)

    def look() -> Officer:
        with store.reading(desk.engine) as connection:
            caller = access.officer(connection, token, datetime.now(UTC))
            access.allow(caller, roles, even_suspended=even_suspended)
            return caller

    return await asyncio.to_thread(look)


async def settle(
    request: Request[Any, Any, Any],
    content: bytes,
    deed: Callable[[Call], Answer],
    *,
    roles: tuple[OfficerRole, ...] = access.ADMINS,
    even_suspended: bool = False,
) -> Response[Any]:
    """Do a call whose content is known: once, in one transaction with the answer that is kept."""
    desk: Desk = request.app.state.desk
    token = access.digest(request)
    key, method, path = request.headers.get(idempotency.HEADER), request.method, request.url.path

    def work() -> Answer:
        with store.writing(desk.engine) as connection:
            at = datetime.now(UTC)  # after the wait for the writer before us
            caller = access.officer(connection, token, at)
            access.allow(caller, roles, even_suspended=even_suspended)
            once = idempotency.once(caller.id, key, method, path, content)
            known = once and idempotency.recall(connection, once)
            if known:
                return known
            approvals.lapse(connection, at)
            answer = deed(Call(connection, caller, at))
            if once:
                answer = Answer(answer.status, _kept(answer.body))
                idempotency.keep(connection, once, answer, at)
            return answer

    answer = await desk.write(work)
    return Response(answer.body, status_code=answer.status)


def _kept(body: Any) -> Any:  # noqa: ANN401 (any JSON)
    """A body as a repeated call will find it: the first answer is told in the same order."""
    return json.loads(canonical(msgspec.to_builtins(body)))


async def read(
    request: Request[Any, Any, Any],
    look: Callable[[Call], Any],
    *,
    roles: tuple[OfficerRole, ...] = access.EVERYBODY,
) -> Response[Any]:
    """One call that only looks; suspended issuers' tokens may."""
    desk: Desk = request.app.state.desk
    token = access.digest(request)

    def work() -> Any:  # noqa: ANN401 (any JSON)
        with store.reading(desk.engine) as connection:
            at = datetime.now(UTC)
            caller = access.officer(connection, token, at)
            access.allow(caller, roles, even_suspended=True)
            return look(Call(connection, caller, at))

    return Response(await asyncio.to_thread(work))


def propose(call: Call, kind: ProposalKind, body: dict[str, Any]) -> Answer:
    """Answer with a proposal."""
    made = approvals.propose(call.connection, kind, body, actor=call.officer.id, at=call.at)
    return Answer(202, Proposed(shown(made)))


def shown(one: Proposal) -> ProposalShown:
    """A proposal as it is told; of an officer's, the fingerprint that is compared by phone."""
    return ProposalShown(
        id=one.id,
        kind=one.kind,
        issuer=one.issuer,
        proposer=one.proposer,
        state=one.state,
        body=dict(one.body),
        body_sha256=one.body_sha256,
        facts=one.facts,
        proposed_at=moment(one.proposed_at),
        expires_at=perhaps(one.expires_at),
        decided_at=perhaps(one.decided_at),
        made=None if one.made is None else dict(one.made),
        fingerprint=tokens.fingerprint(one.body["token_sha256"]) if one.kind is ProposalKind.OFFICER else UNSET,
    )


def moment(at: datetime) -> datetime:
    """An instant as it is told: in Vietnam's time."""
    return at.astimezone(VIETNAM)


def perhaps(at: datetime | None) -> datetime | None:
    """The same for an instant that there may not be."""
    return None if at is None else moment(at)
