"""The directory and the register as pages: issuers, who signs for them, and what is known of a number."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gateway import annals, careers, days, directory, lookups
from gateway.pages import Pages, field, language, page
from gateway.problems import Refused
from gateway.verifications import Service
from issuers import catalogue, chronicle
from issuers.refusals import NotThere
from verify.trust import PERSONS_ROLES, Kind

LISTED = 20
"""Appointments that one page tells in full: five heights of a desk; the rest is on further pages."""

LONGEST_NUMBER = 15
"""Digits of a page or of an event: no registry needs more."""


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
    kept = {"q": q, "kind": kind.value if kind else "", "cursor": cursor or ""}
    facts = {"found": found, "q": q, "kind": kind, "kinds": list(Kind), "kept": kept}
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
    code, asked = shown.issuer.code, _number(request, "page")
    career, fates, names = await asyncio.to_thread(careers.of, service.engine, code, asked, shown.as_of)
    above = await asyncio.to_thread(careers.superior, service.engine, shown.issuer.parent)
    successors = await asyncio.to_thread(lookups.successors, service.engine, code)
    sheets = max(1, -(-len(shown.appointments) // LISTED))
    sheet = min(_number(request, "list"), sheets)
    said = on.isoformat() if on else typed
    facts = {
        "one": shown.issuer,
        "shown": shown,
        "on": said,
        "unread": bool(typed.strip()) and on is None,
        "listed": shown.appointments[(sheet - 1) * LISTED : sheet * LISTED],
        "more": sheet + 1 if sheet < sheets else None,
        "kept": {"on": said, "page": str(career.page) if career.page > 1 else ""},
        "career": career,
        "fates": fates,
        "names": names,
        "above": above,
        "successors": successors,
        "told": annals.FATES,
        "persons": PERSONS_ROLES,
    }
    return page(pages.show(language(request), "issuer", path=f"/issuers/{code}", **facts))


@get("/issuers/{code:str}/history", include_in_schema=False)
async def tell(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[str]:
    """What changed about one issuer, in words."""
    service: Service = request.app.state.service
    pages: Pages = request.app.state.pages
    after = _number(request, "after", least=0)
    try:
        entries, cursor = await asyncio.to_thread(chronicle.of, service.engine, code, after)
    except NotThere:
        raise Refused("no-such-issuer") from None
    named = await asyncio.to_thread(careers.superior, service.engine, code)
    one = {"code": code, "name": named[0] if named else code}
    facts = {"one": one, "changes": [annals.tell(entry) for entry in entries], "cursor": cursor}
    kept = {"after": str(after) if after else ""}
    return page(pages.show(language(request), "history", path=f"/issuers/{code}/history", kept=kept, **facts))


@post("/lookups", include_in_schema=False)
async def find(request: Request[Any, Any, Any]) -> Response[str]:
    """What the register knows of a number. It comes by POST: numbers stand in no address and no log."""
    service: Service = request.app.state.service
    pages: Pages = request.app.state.pages
    found = await asyncio.to_thread(lookups.look, service.engine, await field(request, "number"))
    if found is None:
        raise Refused("no-such-number")
    return page(pages.show(language(request), "lookup", found=found))


def _number(request: Request[Any, Any, Any], name: str, least: int = 1) -> int:
    """A number of an address; what a hand-made one asks for beyond that is passed over."""
    text = str(request.query_params.get(name, ""))
    return max(least, int(text)) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else least
