"""The directory and the register as pages: issuers, who signs for them, and what is known of a number."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gateway import days, directory, lookups
from gateway.pages import Pages, field, language, page
from gateway.problems import Refused
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
    """One issuer, and who may sign for it, now or on a day; of a day that cannot be read it says so."""
    service: Service = request.app.state.service
    pages: Pages = request.app.state.pages
    typed = str(request.query_params.get("on", ""))[: days.LONGEST]
    on = days.read(typed)
    try:
        shown = await asyncio.to_thread(catalogue.issuer, service.engine, code, on)
    except NotThere:
        raise Refused("no-such-issuer") from None
    facts = {
        "one": shown.issuer,
        "shown": shown,
        "on": on.isoformat() if on else typed,
        "unread": bool(typed.strip()) and on is None,
    }
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
