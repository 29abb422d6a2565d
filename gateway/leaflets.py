"""Pages that are read rather than asked: help and the policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from markdown_it import MarkdownIt
from markupsafe import Markup

from gateway import verdicts, vocabulary, wording
from gateway.pages import Pages, language, page
from gateway.verifications import Service
from verify.policy import HB_1
from verify.report import Verdict

LAW = Path(__file__).parent.parent / "docs" / "policy" / "HB-1.md"
EXCEPTION = LAW.with_name("HB-1-legacy.md")

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
    service: Service = request.app.state.service
    texts = [LAW] if service.policy is HB_1 else [EXCEPTION, LAW]
    text = Markup("").join(law(one.read_text()) for one in texts)
    facts = {"policy": service.policy.name, "reasons": reasons, "text": text}
    return page(pages.show(language(request), "policy", path="/about/policy", **facts))
