"""The directory and the register as pages: issuers, who signs for them, and what is known of a number."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gateway import directory, lookups
from gateway.pages import Pages, field, language, page
from gateway.problems import Refused
from gateway.questions import FIRST_YEAR, LAST_YEAR
from gateway.verifications import Service
from issuers import catalogue
from issuers.refusals import NotThere
from verify.trust import Kind


@get("/issuers", include_in_schema=False)
async def search(request: Request[Any, Any, Any]) -> Response[str]:
    """Issuers by name, code and kind; what a hand-made address asks for beyond that is passed over."""
    service: Service = request.app.state.service
    pages: Pages = request.app.state.pages
    asked = request.query_params
    q = str(asked.get("q", ""))[: directory.LONGEST]
    kind = Kind(asked["kind"]) if asked.get("kind") in set(Kind) else None
    cursor = str(asked.get("cursor", ""))[: directory.LONGEST] or None
    found = await asyncio.to_thread(catalogue.issuers, service.engine, q, kind, None, cursor, directory.PAGE)
    facts = {"found": found, "q": q, "kind": kind, "kinds": list(Kind)}
    return page(pages.show(language(request), "issuers", path="/issuers", **facts))


@get("/issuers/{code:str}", include_in_schema=False)
async def look_up(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[str]:
    """One issuer, and who may sign for it, now or on a day."""
    service: Service = request.app.state.service
    pages: Pages = request.app.state.pages
    on = _day(request.query_params.get("on", ""))
    try:
        shown = await asyncio.to_thread(catalogue.issuer, service.engine, code, on)
    except NotThere:
        raise Refused("no-such-issuer") from None
    facts = {"one": shown.issuer, "shown": shown, "on": on.isoformat() if on else ""}
    return page(pages.show(language(request), "issuer", path=f"/issuers/{shown.issuer.code}", **facts))


@post("/lookups", include_in_schema=False)
async def find(request: Request[Any, Any, Any]) -> Response[str]:
    """What the register knows of a number. It comes by POST: numbers stand in no address and no log."""
    service: Service = request.app.state.service
    pages: Pages = request.app.state.pages
    found = await asyncio.to_thread(lookups.look, service.engine, await field(request, "number"))
    if found is None:
        raise Refused("no-such-number")
    return page(pages.show(language(request), "lookup", found=found))


def _day(text: str) -> date | None:
    try:
        asked = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day, not an instant)
    except ValueError:
        return None
    return asked if FIRST_YEAR <= asked.year <= LAST_YEAR else None
