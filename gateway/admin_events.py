"""The ledger over the admin API, as far as the caller's tree reaches."""

from __future__ import annotations

import json
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import QueryParameter
from sqlalchemy import select

from gateway import admin
from gateway.admin import Call
from gateway.admin_answers import Event, EventPage
from issuers.refusals import Refused
from issuers.scope import standing
from issuers.tables import ledger

MAX_PAGE = 200
"""Events of one answer."""

MAX_BYTES = 8 << 20
"""Of bodies in one answer: a bulk call's event has up to 4 MB, and at least one event is told."""

MAX_SEQ = 2**53
"""No ledger is longer, and both databases can count to it."""


@get("/v1/admin/events", tags=["admin"])
async def listed(
    request: Request[Any, Any, Any], *, after: Annotated[int, QueryParameter(ge=0, le=MAX_SEQ)] = 0
) -> Response[EventPage]:
    """Events of the caller's tree after one, oldest first; `cursor` is where to go on, null at the end."""

    def look(call: Call) -> EventPage:
        columns = (
            ledger.c.seq,
            ledger.c.at,
            ledger.c.kind,
            ledger.c.actor,
            ledger.c.issuer,
            ledger.c.prev,
            ledger.c.hash,
        )
        seen: dict[str, bool] = {}
        found: list[Event] = []
        size = 0
        for row in call.connection.execute(select(*columns).where(ledger.c.seq > after).order_by(ledger.c.seq)):
            if row.issuer not in seen:
                seen[row.issuer] = _reaches(call, row.issuer)
            if not seen[row.issuer]:
                continue
            if len(found) == MAX_PAGE or size > MAX_BYTES:
                return EventPage(found, found[-1].seq)
            body = call.connection.scalar(select(ledger.c.body).where(ledger.c.seq == row.seq)) or "{}"
            size += len(body)
            found.append(Event(**{**row._asdict(), "at": admin.moment(row.at)}, body=json.loads(body)))
        return EventPage(found, None)

    return await admin.read(request, look)


def _reaches(call: Call, issuer: str) -> bool:
    try:
        return call.officer.covers(standing(call.connection, issuer))
    except Refused:  # an event about an issuer that is not in the tables
        return False
