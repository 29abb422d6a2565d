"""The pages of issuers: who signed when as a picture, what became of them, and their history in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from browser import DESKTOP, TELEPHONE, chromium, window
from playwright.sync_api import Browser, sync_playwright
from running import DAY, DEPARTMENT, NAME, SCHOOL, Gateway, gateway, tiny
from test_pages import tight

from gateway import annals, careers, pages
from issuers import appointments, chronicle, keys, register, registry, store, successions
from issuers.appointments import Office
from issuers.event import Act
from issuers.register import WithdrawalReason
from issuers.successions import Fate, Succession
from verify.trust import VIETNAM, Capacity, Kind, Level, Role

OLD, FORMER = "97000799", "Trường THPT Cũ (mẫu)"
GONE, NUMBER = "97000798", "7N3Q8V5C1B9D2F4G"
"""A school that is no more, and the transcript that it issued and withdrew."""

TERMS = 23
"""Appointments of the principal: two pages of the picture are full, the third is not, and the list has two."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A school with many appointments, one of its keys suspended, that will inherit from another."""
    folder = tmp_path_factory.mktemp("made")
    path = folder / "registry.sqlite3"
    path.write_bytes(tiny().registry)
    engine = store.connect(f"sqlite:///{path}")
    now = datetime.now(UTC)
    with store.writing(engine) as connection:
        long_ago = datetime.combine(date(2021, 1, 1), datetime.min.time(), VIETNAM)
        enrolment = registry.Enrolment(OLD, Kind.SCHOOL, DEPARTMENT, FORMER, long_ago, contact="cu@mau.example")
        registry.enrol(connection, enrolment, actor="host", at=now - 10 * DAY)
        for term in range(TERMS):
            begins = datetime.combine(date(2021, 1, 1), datetime.min.time(), VIETNAM) + term * DAY
            office = Office(SCHOOL, Role.PRINCIPAL, begins, capacity=Capacity.ACTING, decision_no=f"{term}/QĐ")
            appointments.appoint(connection, tiny().principal, office, actor="o2", at=now - 9 * DAY)
        keys.suspend(connection, tiny().seal, actor="o1", at=now - 2 * DAY)
        enrolment = replace(enrolment, code=GONE, name="Trường đã sáp nhập (mẫu)", contact="het@mau.example")
        registry.enrol(connection, enrolment, actor="host", at=now - 10 * DAY)
        item = register.Item(NUMBER, 1, "0" * 64, Level.UPPER_SECONDARY, date(2026, 5, 31))
        register.register(connection, GONE, [item], actor="o1", at=now - 9 * DAY)
        merged = Succession(GONE, Fate.MERGE, "44/QĐ", (now - 5 * DAY).astimezone(VIETNAM).date(), successors=[SCHOOL])
        successions.succeed(connection, merged, actor="o2", at=now - 8 * DAY)
        register.withdraw(connection, SCHOOL, NUMBER, WithdrawalReason.FRAUD, actor="o1", at=now - 2 * DAY)
        tomorrow = (now.astimezone(VIETNAM) + DAY).date()
        merged = Succession(OLD, Fate.MERGE, "45/QĐ", tomorrow, successors=[SCHOOL])
        successions.succeed(connection, merged, actor="o2", at=now - DAY)
    engine.dispose()
    with gateway(tmp_path_factory.mktemp("served"), registry=path.read_bytes()) as running:
        yield running


@pytest.fixture(scope="module")
def browser(served: Gateway) -> Iterator[Browser]:
    assert served.url  # what needs an event loop of its own comes before
    with sync_playwright() as playwright, chromium(playwright) as running:
        yield running


def read(served: Gateway, path: str, **asked: str) -> str:
    with served.client() as client:
        response = client.get(path, params=asked)
        assert response.status_code == 200
        tight(response.text)
        return unescape(response.text)


def label(text: str) -> str:
    found = re.search(r'<svg class="timeline" role="img" aria-label="([^"]+)"', text)
    assert found is not None
    return found[1]


def test_appointments_are_a_picture_a_page_at_a_time(served: Gateway) -> None:
    seen = 0
    last = -(-(TERMS + 2) // careers.ROWS)
    for number in range(1, last + 1):
        text = read(served, f"/issuers/{SCHOOL}", page=str(number))
        rows = text.count('class="track"')
        assert rows <= careers.ROWS
        seen += rows
        assert f"{number}/{last}" in text
        assert (f"?page={number + 1}&" in text) is (number < last)
    assert seen == TERMS + 2
    assert "Con dấu của nhà trường: từ 01/01/2020; tạm dừng" in label(text)
    assert read(served, f"/issuers/{SCHOOL}", page="9" * 15).count('class="track"') == rows
    assert read(served, f"/issuers/{SCHOOL}", page="-1x").count('class="track"') == careers.ROWS


def test_the_list_of_who_may_sign_is_paged_too(served: Gateway) -> None:
    first, second = (read(served, f"/issuers/{SCHOOL}", list=number) for number in ("1", "2"))
    assert first.count('<p class="role">') == 20
    assert second.count('<p class="role">') == TERMS + 2 - 20
    assert "?list=2&" in first
    assert "?list=3&" not in second


def test_a_successor_and_its_predecessor_link_to_each_other(served: Gateway) -> None:
    heir = read(served, f"/issuers/{SCHOOL}")
    assert "Kế thừa" in heir
    assert re.search(rf'<a href="/issuers/{OLD}\?on=[0-9-]+&lang=vi">{re.escape(FORMER)}</a>', heir)
    gone = read(served, f"/issuers/{OLD}", lang="en")
    assert "Inherited by" in gone
    assert f'<a href="/issuers/{SCHOOL}?lang=en">{NAME}</a>' in gone
    assert "45/QĐ" in gone
    assert "Sở (mẫu)</a> <code>SO-97</code>" in gone  # the superior has a name, not a code alone


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_history_is_told_in_words(served: Gateway, lang: str) -> None:
    text = read(served, f"/issuers/{SCHOOL}/history", lang=lang)
    for act in (Act.ISSUER_ENROLLED, Act.KEY_ACTIVATED, Act.APPOINTMENT_MADE, Act.KEY_SUSPENDED):
        assert getattr(annals.TOLD[act], lang) in text
    assert "12/QĐ" in text
    succeeded = read(served, f"/issuers/{OLD}/history", lang=lang)
    assert getattr(annals.FATES["merge"], lang) in succeeded
    assert SCHOOL in succeeded
    rest = read(served, f"/issuers/{SCHOOL}/history", lang=lang, after="999999")
    assert rest.count("<time") == 0
    with served.client() as client:
        lost = client.get("/issuers/NOBODY/history", headers={"accept": "text/html"})
        assert lost.status_code == 404
        tight(lost.text)


@pytest.mark.parametrize(("lang", "why"), [("vi", "có gian lận"), ("en", "fraud")])
def test_whoever_answers_for_a_school_that_is_no_more_is_named_in_its_place(
    served: Gateway, lang: str, why: str
) -> None:
    with served.client() as client:
        found = client.post("/v1/lookups", json={"number": NUMBER}).json()
        looked_up = client.post("/lookups", params={"lang": lang}, data={"number": NUMBER}).text
    gone = read(served, f"/issuers/{GONE}", lang=lang)
    tight(looked_up)
    for text in (looked_up, gone):
        assert "vp@mau.example" in text
        assert "het@mau.example" not in text
        assert NAME in unescape(text)
    assert (found["issuer"]["code"], [one["code"] for one in found["successors"]]) == (GONE, [SCHOOL])
    assert found["withdrawn"]["reason_code"] == "fraud"
    assert found["withdrawn"]["issuer"]["code"] == SCHOOL
    day = datetime.fromisoformat(found["withdrawn"]["at"])
    assert f"{day:%H:%M %d/%m/%Y}" in looked_up
    assert why in looked_up
    heir = read(served, f"/issuers/{OLD}", lang=lang)  # its day has not come
    assert "cu@mau.example" in heir


def test_a_seal_is_assigned_and_a_key_is_told_by_its_beginning(served: Gateway) -> None:
    text = read(served, f"/issuers/{SCHOOL}", list="2")
    assert "Được giao dùng" in text
    assert "Được bổ nhiệm" in text
    assert f"<summary><code>{tiny().seal[:16]}…</code></summary><code>{tiny().seal}</code>" in text
    assert 'type="date"' not in text  # the browser would ask in its own language and order


def test_every_public_change_has_words() -> None:
    assert set(annals.TOLD) == set(chronicle.PUBLIC)


def test_the_other_language_stays_on_the_page_and_keeps_what_was_asked(served: Gateway) -> None:
    for asked, kept in (
        ("/issuers?q=th%E1%BB%AD+%26&kind=school", "/issuers?q=th%E1%BB%AD%20%26&amp;kind=school&amp;lang=en"),
        (f"/issuers/{SCHOOL}?on=2022-05-31&page=2", f"/issuers/{SCHOOL}?on=2022-05-31&amp;page=2&amp;lang=en"),
        (f"/issuers/{SCHOOL}/history?after=3", f"/issuers/{SCHOOL}/history?after=3&amp;lang=en"),
        ("/help", "/help?lang=en"),
        ("/receipts", "/receipts?lang=en"),
        ("/about/policy", "/about/policy?lang=en"),
        ("/issuers/NOBODY", "/issuers/NOBODY?lang=en"),
        ("//evil.example/x", "/?lang=en"),
    ):
        with served.client() as client:
            text = client.get(f"{served.url}{asked}", headers={"accept": "text/html", "accept-language": "vi"}).text
        assert f'<a href="{kept}" lang="en" hreflang="en">' in text, asked


@pytest.mark.parametrize("size", [DESKTOP, TELEPHONE])
@pytest.mark.parametrize("path", [f"/issuers/{SCHOOL}", f"/issuers/{SCHOOL}/history"])
def test_pages_of_issuers_fit_and_have_no_barriers(
    served: Gateway, browser: Browser, path: str, size: tuple[int, int]
) -> None:
    for lang in pages.LANGUAGES:
        with window(browser, size, lang) as watched:
            watched.page.goto(f"{served.url}{path}")
            assert watched.page.evaluate("document.documentElement.scrollWidth") <= size[0]
            beyond = watched.page.evaluate(
                """[...document.querySelectorAll("svg.timeline text")].filter(one => {
                     const edge = one.ownerSVGElement.getBoundingClientRect(), box = one.getBoundingClientRect();
                     return box.right > edge.right + 8 || box.left < edge.left - 8;
                   }).map(one => one.textContent)"""
            )
            assert beyond == []
            found = Axe().run(watched.page).response["violations"]
            assert json.dumps(found) == "[]"
