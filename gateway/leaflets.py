"""Pages that are read rather than asked: help, the policy; and receipts, which are checked where they were signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from litestar import Request, Response, get, post
from markdown_it import MarkdownIt
from markupsafe import Markup

from gateway import verdicts, vocabulary, wording
from gateway.pages import Pages, field, language, page
from gateway.receipts import REGISTRY
from gateway.verifications import Service
from verify.policy import HB_1
from verify.report import Verdict

LAW = Path(__file__).parent.parent / "docs" / "policy" / "HB-1.md"

LONGEST = 8_000
"""Characters of a receipt: ten times what the longest has."""

SCROLLED = '<div class="wide" tabindex="0" role="region" aria-label="Table {}"><table>'
"""A table that is wider than a telephone, for whoever has no mouse."""


def law(text: str) -> Markup:
    """The policy's text as HTML, its headings one level lower: the page has its own title."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{int(token.tag[1:]) + 1}"
    html = reader.renderer.render(tokens, reader.options, {})
    first, *rest = html.replace("</table>", "</table></div>").split("<table>")
    tables = (SCROLLED.format(number) + table for number, table in enumerate(rest, 1))
    return Markup(first + "".join(tables))  # noqa: S704 (our own text)


def checked(receipt: str, service: Service) -> dict[str, Any] | None:
    """What a receipt of this service says; None if it is none, or not as it was signed."""
    try:
        keys = KeySet([OKPKey.import_key(key) for key in service.receipts.jwks()["keys"]])
        read = jws.deserialize_compact(receipt, keys, registry=REGISTRY)
        told = json.loads(read.payload)
    except (JoseError, ValueError):
        return None
    return told if isinstance(told, dict) else None


@get("/help", include_in_schema=False)
async def advise(request: Request[Any, Any, Any]) -> Response[str]:
    """How to check a transcript, what an answer means, what becomes of the data."""
    pages: Pages = request.app.state.pages
    answers = [
        {"code": code.value, "word": vocabulary.VERDICTS[code], **verdicts.VERDICTS[code]._asdict()}
        for code in reversed(Verdict)
    ]
    return page(pages.show(language(request), "help", path="/help", verdicts=answers))


@get("/about/policy", include_in_schema=False)
async def policy(request: Request[Any, Any, Any]) -> Response[str]:
    """The rules that every answer follows."""
    pages: Pages = request.app.state.pages
    reasons = [(reason.value, saying) for reason, saying in wording.REASONS.items()]
    facts = {"policy": HB_1.name, "reasons": reasons, "text": law(LAW.read_text())}
    return page(pages.show(language(request), "policy", path="/about/policy", **facts))


@get("/receipts", include_in_schema=False)
async def receipts(request: Request[Any, Any, Any]) -> Response[str]:
    """What receipts are, and a form to check one."""
    pages: Pages = request.app.state.pages
    return page(pages.show(language(request), "receipts", path="/receipts", asked=False))


@post("/receipts", include_in_schema=False)
async def check(request: Request[Any, Any, Any]) -> Response[str]:
    """Whether a receipt was signed here, and what it says."""
    pages: Pages = request.app.state.pages
    receipt = "".join((await field(request, "receipt"))[:LONGEST].split())
    told = checked(receipt, request.app.state.service)
    return page(pages.show(language(request), "receipts", path="/receipts", asked=True, told=told))
