"""The public history of an issuer: what changed, when, by which issuer's approval."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, get
from litestar.params import PathParameter, QueryParameter
from msgspec import Struct

from gateway.problems import Refused
from gateway.verifications import Service
from issuers import chronicle
from issuers.refusals import NotThere
from verify.trust import VIETNAM

LONGEST = 100
"""Characters of a code; no issuer has more than 20."""

MAX_SEQ = 2**53
"""No ledger is longer."""


class Change(Struct, frozen=True):
    """One change; `by` is the issuer whose officer did or approved it, or `host`; `hash` is the ledger's."""

    seq: int
    at: datetime
    kind: str
    by: str
    facts: dict[str, Any]
    hash: str


class ChangePage(Struct, frozen=True):
    """A page of changes, oldest first; `cursor` asks for the next one, null after the last."""

    history: list[Change]
    cursor: int | None


@get("/v1/issuers/{code:str}/history", tags=["issuers"])
async def tell(
    request: Request[Any, Any, Any],
    *,
    code: Annotated[str, PathParameter(max_length=LONGEST)],
    after: Annotated[int, QueryParameter(ge=0, le=MAX_SEQ)] = 0,
) -> ChangePage:
    """What changed about an issuer."""
    service: Service = request.app.state.service
    try:
        entries, cursor = await asyncio.to_thread(chronicle.of, service.engine, code, after)
    except NotThere:
        raise Refused("no-such-issuer") from None
    told = [Change(one.seq, one.at.astimezone(VIETNAM), one.kind, one.by, dict(one.facts), one.hash) for one in entries]
    return ChangePage(told, cursor)
