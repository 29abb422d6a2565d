"""What a file clerk prints of an answer: one page that says what it is not, and whom to ask."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO

import cases
import pikepdf
import pytest
from browser import DESKTOP, chromium
from cases import CASES, Case
from playwright.sync_api import Browser, sync_playwright
from world import opened

from gateway import contacts, pages, reporting, wording
from gateway.pages import Pages
from gateway.reporting import Verification
from verify.procedure import judge
from verify.report import Reason, Verdict

for module in pkgutil.iter_modules(cases.__path__):
    importlib.import_module(f"cases.{module.name}")

LEAST = {Verdict.VALID: 3, Verdict.SUPERSEDED: 1, Verdict.INDETERMINATE: 3, Verdict.INVALID: 3}
"""Cases of each verdict that are printed: those with the most to say."""

NO_PROOF = {"vi": "tự nó không chứng minh điều gì", "en": "proves nothing by itself"}


def answered(one: Case) -> Verification:
    given = one.build()
    report = judge(opened(given.pdf), given.trust, given.policy, given.at)
    return reporting.show(report, given.trust)


def telling() -> list[Case]:
    """Of each verdict the cases with the most reasons and signatures."""
    chosen = []
    for verdict, number in LEAST.items():
        of_verdict = [one for one in CASES if one.expected.verdict is verdict]
        by_length = sorted(of_verdict, key=lambda one: (len(one.expected.reasons), len(one.expected.signatures)))
        chosen += by_length[-number:]
    return chosen


@pytest.fixture(scope="module")
def answers() -> dict[str, Verification]:
    return {one.id: answered(one) for one in telling()}


@pytest.fixture(scope="module")
def browser(answers: dict[str, Verification]) -> Iterator[Browser]:
    """It runs an event loop under the tests: what needs one of its own, as signing does, comes before."""
    assert answers
    with sync_playwright() as playwright, chromium(playwright) as running:
        yield running


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_every_verdict_prints_on_one_page_that_says_it_proves_nothing(
    answers: dict[str, Verification], browser: Browser, lang: str
) -> None:
    made = Pages(20 << 20, synthetic=True)
    sheet = made.static["page.css"].decode()
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page = context.new_page()
    for name, answer in answers.items():
        page.set_content(re.sub(r'<link rel="stylesheet"[^>]*>', f"<style>{sheet}</style>", made.result(lang, answer)))
        assert not page.locator("section.printed", has_text=NO_PROOF[lang]).is_visible(), name
        page.emulate_media(media="print")
        assert page.locator("section.printed", has_text=NO_PROOF[lang]).is_visible(), name
        for hidden in ("nav.places", "details", ".timeline", ".grades", "footer"):
            assert all(not found.is_visible() for found in page.locator(hidden).all()), (name, hidden)
        assert page.get_by_text(answer.input.sha256).first.is_visible(), name
        with pikepdf.open(BytesIO(page.pdf(format="A4"))) as pdf:
            assert len(pdf.pages) == 1, name
        page.emulate_media(media="screen")
    context.close()
    assert {answer.verdict for answer in answers.values()} == {verdict.value for verdict in Verdict}


def test_the_department_is_named_where_the_advice_names_it() -> None:
    named = {
        reason
        for reason, saying in wording.REASONS.items()
        if "Sở GDĐT" in saying.todo.vi and "department" in saying.todo.en
    }
    assert named == contacts.ABOVE


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_contact_of_the_department_stands_beside_such_advice_alone(lang: str) -> None:
    made = Pages(20 << 20, synthetic=False)
    school = reporting.IssuerReached("S", "Trường", "0123 school")
    above = reporting.IssuerReached("D", "Sở", "0456 department")
    shown = reporting.TranscriptShown("N", 1, "current", school, [], above)
    for reason in Reason:
        answer = reporting.Verification(
            id="id",
            verified_at="2026-11-23T10:00:00+07:00",
            policy="HB-1.0",
            registry=reporting.RegistryState(1, "0" * 64),
            synthetic=False,
            input=reporting.Input("pdf", "0" * 64, 1),
            verdict="indeterminate",
            reasons=[reason.value],
            summary=reporting.Both("s", "s"),
            advice=reporting.advised([wording.REASONS[reason].todo]),
            transcript=shown,
            signatures=[],
            findings=[],
            receipt=None,
        )
        text = unescape(made.result(lang, answer))
        assert "0123 school" in text
        assert ("0456 department" in text) is (reason in contacts.ABOVE), reason
