"""From the front page to an answer and back: by keyboard, without scripts, on a bad line, with the wrong file.

`test_browser.py` opens printed codes, `test_batch.py` several files at once; here every way in meets every verdict in
both languages, and every page is weighed.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from browser import DESKTOP, TELEPHONE, chromium, window
from joserfc import jws
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from running import Gateway, gateway

from gateway import pages, problems, receipts, vocabulary, vouching
from gateway.receipts import Why
from gateway.vocabulary import Text
from issuers import store, symbol
from issuers.cast import SONG_MAY, assemble
from issuers.desk import PUBLIC_URL, Desk, digest
from issuers.edits import corrected
from issuers.history import begin
from verify.report import Verdict

expect.set_options(timeout=15_000)  # a machine that runs other tests too

LIGHTEST = 100_000
"""Bytes that a page may cost, before anybody asks for the scanner: four seconds on the worst of telephones."""

VERDICTS = [verdict.value for verdict in Verdict]


@dataclass(frozen=True)
class World:
    """A registry; and of each verdict a file, the code of a printout, and a photo of that."""

    registry: bytes
    files: dict[str, bytes]
    codes: dict[str, symbol.Code]

    def photo(self, verdict: str) -> bytes:
        return symbol.picture(self.codes[verdict])


@cache
def world() -> World:
    """The one world of this process."""
    cast = assemble(datetime.now(UTC), 23)
    history = begin(cast)
    desk = Desk(cast, history)
    made = {verdict: desk.issue(SONG_MAY, 40) for verdict in ("valid", "superseded", "invalid")}
    for one in made.values():
        desk.register(one, 40)
    desk.enter(corrected(made["superseded"].record, cast.day(20)), 20)
    desk.withdraw(made["invalid"], 10)
    made["indeterminate"] = desk.issue(SONG_MAY, 40, by=[desk.hand("song-may-principal")])  # no seal, not registered
    with TemporaryDirectory() as folder:
        engine = store.connect(f"sqlite:///{folder}/registry.sqlite3")
        store.migrate(engine)
        with store.writing(engine) as connection:
            history.carry_out(connection)
        engine.dispose()
        registry = (Path(folder) / "registry.sqlite3").read_bytes()
    codes = {verdict: desk.codes[digest(one.record)] for verdict, one in made.items()}
    return World(registry, {verdict: one.pdf for verdict, one in made.items()}, codes)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("served")
    with gateway(folder, registry=world().registry, PUBLIC_URL=PUBLIC_URL, MAX_UPLOAD_BYTES=str(1 << 20)) as running:
        yield running


@pytest.fixture(scope="module")
def browser(served: Gateway) -> Iterator[Browser]:
    assert served.url  # what needs an event loop of its own, as making the world does, comes before
    with sync_playwright() as playwright, chromium(playwright) as running:
        yield running


def pdf(content: bytes, name: str = "hocba.pdf", kind: str = "application/pdf") -> Any:  # noqa: ANN401 (Playwright's)
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, served: Gateway, lang: str, file: Any) -> None:  # noqa: ANN401 (as above)
    """Hand one file in at the front page."""
    page.goto(f"{served.url}/?lang={lang}")
    page.locator("input#file").set_input_files(file)
    page.locator("form.hand-in button[type=submit]").click()


def said(text: Text, lang: str) -> str:
    return text.vi if lang == "vi" else text.en


def accessible(page: Page) -> None:
    """The rules of axe-core hold, with all opened that is folded."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


WAYS: dict[str, Callable[[Page, Gateway, str, str], object]] = {
    "file": lambda page, served, lang, verdict: choose(page, served, lang, pdf(world().files[verdict])),
    "photo": lambda page, served, lang, verdict: choose(
        page, served, lang, pdf(world().photo(verdict), "photo.png", "image/png")
    ),
    "link": lambda page, served, lang, verdict: page.goto(
        f"{served.url}/V?lang={lang}#{world().codes[verdict].text.partition('#')[2]}"
    ),
}


UNSEEN = {("file", "superseded"), ("file", "indeterminate"), ("link", "superseded"), ("link", "invalid")}
"""Answers that `test_browser.py` holds to no rule of accessibility."""


@pytest.mark.parametrize("lang", pages.LANGUAGES)
@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_leads_to_every_verdict(
    served: Gateway, browser: Browser, way: str, verdict: str, lang: str
) -> None:
    with window(browser, DESKTOP if way == "file" else TELEPHONE, lang) as watched:
        page = watched.page
        WAYS[way](page, served, lang, verdict)
        word = said(vocabulary.VERDICTS[Verdict(verdict)], lang)
        expect(page.locator("h1#verdict")).to_contain_text(word)
        expect(page.locator("section.verdict")).to_have_class(re.compile(rf"\b{verdict}\b"))
        expect(page).to_have_title(re.compile(re.escape(word)))
        expect(page.locator("html")).to_have_attribute("lang", lang)
        others = {said(text, lang) for code, text in vocabulary.VERDICTS.items() if code.value != verdict}
        assert not any(other == page.locator("h1").inner_text().strip() for other in others)
        assert len(page.locator("section.verdict p").all_inner_texts()) >= 2, "why, and what to do"
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
        if (way, verdict) in UNSEEN:
            accessible(page)


@pytest.mark.parametrize(
    ("verdict", "lang"), [("valid", "vi"), ("superseded", "en"), ("indeterminate", "vi"), ("invalid", "en")]
)
def test_without_scripts_every_verdict_is_there(served: Gateway, browser: Browser, verdict: str, lang: str) -> None:
    word = said(vocabulary.VERDICTS[Verdict(verdict)], lang)
    with window(browser, DESKTOP, lang, scripts=False) as watched:
        page = watched.page
        for file in (pdf(world().files[verdict]), pdf(world().photo(verdict), "photo.png", "image/png")):
            choose(page, served, lang, file)
            expect(page.locator("h1#verdict")).to_contain_text(word)
        kept = page.locator("#receipt").input_value()
        page.goto(f"{served.url}/receipts?lang={lang}")
        page.locator("#receipt").fill(kept)
        page.locator("form:has(#receipt) button").click()
        expect(page.locator("main")).to_contain_text(word)
        for typed, status in (
            (world().codes[verdict].caption.lower(), "withdrawn" if verdict == "invalid" else "current"),
            ("0000-0000-0000-0000", None),
        ):
            page.goto(f"{served.url}/?lang={lang}")
            page.locator("#number").fill(typed)
            page.locator(".by-number button").click()
            if status and verdict != "indeterminate":
                expect(page.locator("h1#status")).to_contain_text(said(vocabulary.STATUSES[status], lang))
            else:
                expect(page.get_by_role("alert")).to_contain_text(said(problems.KINDS["no-such-number"].title, lang))
        page.goto(f"{served.url}/issuers?lang={lang}")
        page.locator("#q").fill("song may")
        page.locator("main form button").click()
        page.locator(f"main a[href^='/issuers/{SONG_MAY}']").click()
        expect(page.locator("main")).to_contain_text(SONG_MAY)


def png() -> bytes:
    out = BytesIO()
    Image.new("L", (300, 300), 200).save(out, "PNG")
    return out.getvalue()


WRONG: dict[str, tuple[bytes, str]] = {
    "video.mp4": (b"\0\0\0\x18ftypmp42" + bytes(5000), "not-a-document"),
    "hocba.docx": (b"PK\x03\x04" + bytes(5000), "not-a-document"),
    "empty.pdf": (b"", "empty-file"),
    "text.pdf": (b"this is no PDF", "not-a-document"),
    "torn.pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 20, "unreadable"),
    "IMG_0001.heic": (b"\0\0\0\x18ftypheic" + bytes(100), "heic"),
    "large.pdf": (b"%PDF-1.7\n" + bytes(3 << 20), "too-large"),
}


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_the_wrong_file_is_told_in_a_sentence_and_the_right_one_can_follow_at_once(
    served: Gateway, browser: Browser, lang: str
) -> None:
    """As the server says it, for whoever has no scripts: with them, most is told before anything is sent."""
    with window(browser, TELEPHONE, lang, scripts=False) as watched:
        page = watched.page
        page.goto(f"{served.url}/?lang={lang}")
        for name, (content, code) in WRONG.items():
            page.locator("input#file").set_input_files(pdf(content, name, "application/octet-stream"))
            page.locator("form.hand-in button[type=submit]").click()
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text(said(problems.KINDS[code].title, lang))
            expect(alert).to_contain_text(said(problems.KINDS[code].detail, lang))
            expect(page.locator("main p:not([hidden]) > a[href^='/receipts']")).to_have_count(
                1 if code == "not-a-document" else 0
            )
            assert not page.locator("section.verdict").count(), name
            expect(page.locator("input#file")).to_be_visible()
        page.locator("input#file").set_input_files(pdf(world().files["valid"]))
        page.locator("form.hand-in button[type=submit]").click()
        expect(page.locator("h1#verdict")).to_contain_text(said(vocabulary.VERDICTS[Verdict.VALID], lang))


def test_a_file_is_what_its_bytes_say_and_not_its_name(served: Gateway, browser: Browser) -> None:
    for scripts in (True, False):
        with window(browser, TELEPHONE, scripts=scripts) as watched:
            for content, name, kind, verdict in (
                (world().photo("valid"), "hocba.pdf", "application/pdf", Verdict.VALID),
                (png(), "hocba.pdf", "application/pdf", Verdict.INDETERMINATE),
                (world().files["valid"], "photo.png", "image/png", Verdict.VALID),
                (world().files["valid"], "hocba", "", Verdict.VALID),
            ):
                choose(watched.page, served, "vi", pdf(content, name, kind))
                expect(watched.page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[verdict].vi)


FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        id: one.id || one.className || one.textContent,
        marked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none",
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        body: one === document.body,
    };
}"""


def tab(page: Page, wanted: str, most: int = 40) -> None:
    """Tab on until something has the focus; all that has it on the way is marked and in sight."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["body"] or (focus["marked"] and focus["seen"]), focus
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(wanted)


@pytest.mark.parametrize("size", [DESKTOP, TELEPHONE])
def test_a_file_is_handed_in_by_keyboard_alone(served: Gateway, browser: Browser, size: tuple[int, int]) -> None:
    with window(browser, size) as watched:
        page = watched.page
        page.on("filechooser", lambda _: None)  # from now on: the browser's own window would wait for a hand
        page.goto(served.url)
        tab(page, "a.skip", 1)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        tab(page, "input#file", 1)
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files(pdf(world().files["valid"]))
        tab(page, "form.hand-in button", 1)
        page.keyboard.press("Enter")
        expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict.VALID].vi)
        tab(page, "summary")
        tab(page, "main a[href^='/?lang']")
        page.keyboard.press("Enter")
        expect(page.locator("input#file")).to_be_visible()


def test_a_number_is_looked_up_and_the_camera_is_reached_by_keyboard_alone(served: Gateway, browser: Browser) -> None:
    with window(browser, DESKTOP) as watched:
        page = watched.page
        page.goto(served.url)
        expect(page.locator("[data-scan]")).to_be_visible()
        tab(page, "[data-scan]")
        page.keyboard.press("Enter")
        expect(page.locator("[data-say]:visible")).to_have_count(1)  # there is no camera here, and that is told
        tab(page, "input#number")
        page.keyboard.type(world().codes["valid"].caption)
        page.keyboard.press("Enter")
        expect(page.locator("h1#status")).to_contain_text(vocabulary.STATUSES["current"].vi)


def test_a_slow_line_is_told_and_pressing_twice_sends_once(served: Gateway, browser: Browser) -> None:
    with window(browser, TELEPHONE) as watched:
        page = watched.page
        page.goto(f"{served.url}/V")
        slow(page)
        page.evaluate("digits => { location.hash = digits }", world().codes["valid"].text.partition("#")[2])
        expect(page.locator("[data-line=asking]")).to_be_visible()
        expect(page.locator("[data-line=asking]")).to_have_attribute("role", "status")
        expect(page.locator("h1#verdict")).to_be_visible()
        watched.asked.clear()
        page.goto(served.url)
        page.locator("input#file").set_input_files(pdf(world().files["valid"]))
        page.locator("form.hand-in button[type=submit]").dblclick(no_wait_after=True)
        expect(page.locator("h1#verdict")).to_be_visible()
        assert [request.method for request in watched.asked].count("POST") == 1


def slow(page: Page) -> None:
    """A telephone at the edge of its network."""
    speed = {"offline": False, "latency": 400, "downloadThroughput": 60_000, "uploadThroughput": 60_000}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", speed)


def test_after_a_failure_the_same_file_can_be_handed_in_again(served: Gateway, browser: Browser) -> None:
    """Whatever the browser shows of a line that broke, its way back leads to a front page that works."""
    broken: list[Route] = []

    def breaks(route: Route) -> None:
        if route.request.method == "POST" and not broken:
            broken.append(route)
            route.abort("connectionreset")
        else:
            route.continue_()

    with window(browser, TELEPHONE) as watched:
        page = watched.page
        page.goto(served.url)
        page.route("**/*", breaks)
        page.locator("input#file").set_input_files(pdf(world().files["valid"]))
        page.locator("form.hand-in button[type=submit]").click(no_wait_after=True)
        page.wait_for_timeout(500)
        assert broken
        assert not page.locator("section.verdict").count()
        watched.complaints = [one for one in watched.complaints if "ERR_CONNECTION_RESET" not in one]
        choose(page, served, "vi", pdf(world().files["valid"]))
        expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict.VALID].vi)


def test_the_way_back_from_an_answer_leads_to_a_page_without_it(served: Gateway, browser: Browser) -> None:
    """Nobody takes one pupil's verdict for the next one's: going back shows a form, empty and in working order."""
    with window(browser, DESKTOP) as watched:
        page = watched.page
        for verdict, following in (("valid", "invalid"), ("invalid", "valid")):
            choose(page, served, "vi", pdf(world().files[verdict]))
            expect(page.locator("h1#verdict")).to_be_visible()
            page.go_back()
            expect(page.locator("input#file")).to_be_visible()
            assert not page.locator("section.verdict").count()
            assert page.locator("input#file").evaluate("one => one.files.length") == 0
            expect(page.locator("[data-refusal]")).to_be_hidden()
            page.locator("input#file").set_input_files(pdf(world().files[following]))
            page.locator("form.hand-in button[type=submit]").click()
            expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict(following)].vi)
        page.goto(served.url)
        WAYS["link"](page, served, "vi", "valid")
        expect(page.locator("h1#verdict")).to_be_visible()
        page.locator("main a.button").last.click()
        expect(page.locator("input#file")).to_be_visible()
        page.go_back()  # the code is in no address any more: the page says so
        expect(page.locator("[data-line=empty]")).to_be_visible()
        assert not page.locator("section.verdict").count()
        assert world().codes["valid"].number not in page.content()


PLACES = (
    *("/", "/V", "/issuers", f"/issuers/{SONG_MAY}", f"/issuers/{SONG_MAY}?on=2022-01-01", "/issuers?q=nobody"),
    *("/receipts", "/help", "/about/policy", "/nowhere", "/issuers/NOBODY", "/problems/too-large", "/problems/busy"),
)


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_every_page_is_light_asks_nobody_else_and_breaks_no_policy(
    served: Gateway, browser: Browser, lang: str
) -> None:
    """What went over the line for each page, its head included, as if nothing of it had been there before."""
    heavy: dict[str, int] = {}
    broken: list[str] = []
    with window(browser, TELEPHONE, lang) as watched:
        page = watched.page
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.expose_function("broken", lambda one: broken.append(one))  # noqa: PLW0108 (Playwright asks for a function)
        page.add_init_script(
            "addEventListener('securitypolicyviolation', one => broken(one.violatedDirective + ' ' + one.blockedURI))"
        )
        for place in PLACES:
            watched.asked.clear()
            joint = "&" if "?" in place else "?"
            # Until nothing is asked any more: the icon comes last, and going on would break it off.
            page.goto(f"{served.url}{place}{joint}lang={lang}", wait_until="networkidle")
            sizes = [request.sizes() for request in watched.asked]
            heavy[place] = sum(one["responseHeadersSize"] + one["responseBodySize"] for one in sizes)
            assert heavy[place] > 5000, place
            expect(page.locator("html")).to_have_attribute("lang", lang)
            assert watched.hosts() == {served.url.removeprefix("http://")}
            assert not any("zxing" in request.url for request in watched.asked)
    assert broken == []
    assert {place: size for place, size in heavy.items() if size > LIGHTEST} == {}


def founding_receipt(served: Gateway) -> str:
    """A receipt of the registry's first event: everything has changed since."""
    key = receipts.load(served.folder / "data", served.environ["PUBLIC_URL"])
    with closing(sqlite3.connect(served.folder / "data" / "registry.sqlite3")) as connection:
        ((head,),) = connection.execute("SELECT hash FROM ledger WHERE seq = 1")
    told = {"sha256": "0" * 64, "verdict": "valid", "reasons": [], "policy": "HB-1.0", "generation": 1}
    told |= {"ledger_head": head, "number": None, "version": None, "issuer": SONG_MAY}
    told |= {"verified_at": "2026-01-01T00:00:00+07:00", "iss": PUBLIC_URL}
    names = {"alg": receipts.ALGORITHM, "kid": key.kid, "typ": receipts.TYPE}
    return str(jws.serialize_compact(names, json.dumps(told).encode(), key._key, registry=receipts.REGISTRY))


def scanned(page: Page, line: str) -> None:
    page.locator("[data-scan]").click()
    expect(page.locator(f"[data-say={line}]")).to_be_visible()


def looked_up(page: Page, served: Gateway, lang: str, typed: str) -> None:
    page.goto(f"{served.url}/?lang={lang}")
    page.locator("#number").fill(typed)
    page.locator(".by-number button").click()
    page.wait_for_url("**/lookups*")


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_states_that_a_page_comes_to_later_keep_the_rules_of_accessibility(
    served: Gateway, browser: Browser, lang: str
) -> None:
    """What `test_browser.py` does not open: refusals, alerts, what is withdrawn, a name that is shown."""
    with window(browser, TELEPHONE, lang) as watched:
        page = watched.page
        page.goto(f"{served.url}/?lang={lang}")
        scanned(page, "absent")
        accessible(page)
        looked_up(page, served, lang, world().codes["invalid"].caption)
        expect(page.locator("h1#status")).to_contain_text(said(vocabulary.STATUSES["withdrawn"], lang))
        accessible(page)
        looked_up(page, served, lang, world().codes["superseded"].caption)
        accessible(page)
        page.goto(f"{served.url}/receipts?lang={lang}")
        page.locator("form:has(#receipt-file) button").click()  # with nothing chosen
        expect(page.get_by_role("alert")).to_contain_text(said(vouching.EMPTY, lang))
        page.locator("#receipt").fill("no receipt")
        page.locator("form:has(#receipt) button").click()
        expect(page.get_by_role("alert")).to_contain_text(said(vouching.TOLD[Why.ABSENT], lang))
        accessible(page)
        page.locator("#receipt").fill(founding_receipt(served))
        page.locator("form:has(#receipt) button").click()
        expect(page.locator("ul.changes li").first).to_be_visible()
        accessible(page)
        page.goto(f"{served.url}/V?lang={lang}#12x")
        expect(page.locator("[data-line=malformed]")).to_be_visible()
        accessible(page)
        WAYS["link"](page, served, lang, "valid")
        page.locator("[data-reveal]").click()
        expect(page.locator("[data-name]")).to_be_visible()
        accessible(page)
        page.context.set_offline(True)
        page.locator("a[hreflang]").click()
        expect(page.locator("[data-line=offline]")).to_be_visible()
        accessible(page)
        watched.complaints = [one for one in watched.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_what_is_asked_of_a_page_stays_between_it_and_the_server(served: Gateway, browser: Browser) -> None:
    """Of no visit remains anything in this browser: no cookie, no store, no number in an address."""
    with window(browser, TELEPHONE) as watched:
        choose(watched.page, served, "vi", pdf(world().files["valid"]))
        expect(watched.page.locator("h1#verdict")).to_be_visible()
        looked_up(watched.page, served, "vi", world().codes["valid"].caption)
        number = world().codes["valid"].number
        for written in (number, number.lower(), world().codes["valid"].caption):
            assert watched.carried(written) == []
        assert watched.page.context.cookies() == []
        assert watched.page.evaluate("localStorage.length + sessionStorage.length") == 0


# One file, with scripts: told while it is on its way, kept when the line breaks, gone when one goes back.


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_while_a_file_is_on_its_way_that_is_told_and_pressing_twice_sends_once(
    served: Gateway, browser: Browser, lang: str
) -> None:
    with window(browser, TELEPHONE, lang) as watched:
        page = watched.page
        page.goto(f"{served.url}/?lang={lang}")
        slow(page)
        page.locator("input#file").set_input_files(pdf(world().files["valid"]))
        button = page.locator("form.hand-in button[type=submit]")
        button.dblclick(no_wait_after=True)
        expect(page.locator("[data-line=sending]")).to_be_in_viewport()
        accessible(page)
        button.click(no_wait_after=True)
        expect(page.locator("h1#verdict")).to_be_visible()
        assert [request.method for request in watched.asked].count("POST") == 1
        accessible(page)


def test_a_line_that_breaks_is_told_in_a_sentence_and_asking_again_needs_no_second_choice(
    served: Gateway, browser: Browser
) -> None:
    with window(browser, TELEPHONE) as watched:
        page = watched.page
        page.goto(served.url)
        page.context.set_offline(True)
        page.locator("input#file").set_input_files(pdf(world().files["invalid"]))
        page.locator("form.hand-in button[type=submit]").click()
        alert = page.locator("[data-line=offline]")
        expect(alert).to_be_in_viewport()
        accessible(page)
        page.context.set_offline(False)
        alert.get_by_role("button").click()
        expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict.INVALID].vi)
        watched.complaints = [one for one in watched.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_back_and_forward_show_no_stale_verdict_and_no_browser_page(served: Gateway, browser: Browser) -> None:
    with window(browser, DESKTOP) as watched:
        page = watched.page
        choose(page, served, "vi", pdf(world().files["valid"]))
        expect(page.locator("h1#verdict")).to_be_visible()
        page.go_back()
        expect(page.locator("input#file")).to_be_visible()
        assert not page.locator("section.verdict").count()
        page.go_forward()
        expect(page.locator("input#file")).to_be_visible()
        assert not page.locator("section.verdict").count()
        page.locator("input#file").set_input_files(pdf(world().files["invalid"]))
        page.locator("form.hand-in button[type=submit]").click()
        expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict.INVALID].vi)
        page.locator("a[hreflang]").click()
        expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict.INVALID].en)


def test_a_refused_file_can_be_followed_by_the_right_one(served: Gateway, browser: Browser) -> None:
    with window(browser, DESKTOP) as watched:
        page = watched.page
        choose(page, served, "vi", pdf(b"%PDF-1.7\n" + bytes(range(256)) * 20))
        expect(page.get_by_role("alert").first).to_be_visible()
        page.locator("input#file").set_input_files(pdf(world().files["valid"]))
        page.locator("form.hand-in button[type=submit]").click()
        expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict.VALID].vi)


def test_an_answer_that_is_loaded_anew_is_told_to_be_gone(served: Gateway, browser: Browser) -> None:
    """Nothing of it is kept to be shown again; and nobody is left to wonder where it went."""
    with window(browser, TELEPHONE) as watched:
        page = watched.page
        for place, lang in (("/", "vi"), ("/V", "en")):
            page.goto(f"{served.url}{place}?lang={lang}")
            expect(page.locator("[data-line=gone]")).to_be_hidden()
            page.locator("input#file").set_input_files(pdf(world().files["valid"]))
            page.locator("form.hand-in button[type=submit]").click()
            expect(page.locator("h1#verdict")).to_be_visible()
            assert page.evaluate("history.state") == {"answered": True}
            page.reload()
            expect(page.locator("[data-line=gone]")).to_be_in_viewport()
            expect(page.locator("[data-line]:visible")).to_have_count(1)
            accessible(page)
            page.reload()
            expect(page.locator("[data-line=gone]")).to_be_hidden()
        page.goto(served.url)
        page.locator("input#file").set_input_files([pdf(world().files[one], f"{one}.pdf") for one in VERDICTS[:2]])
        page.locator("form.hand-in button[type=submit]").click()
        expect(page.locator("[data-table]")).to_be_visible()
        page.reload()
        expect(page.locator("[data-line=gone]")).to_be_visible()


def test_where_a_code_opens_one_file_goes_the_same_way_as_on_the_front_page(served: Gateway, browser: Browser) -> None:
    with window(browser, TELEPHONE) as watched:
        page = watched.page
        page.goto(f"{served.url}/V")
        page.context.set_offline(True)
        page.locator("input#file").set_input_files(pdf(world().files["superseded"]))
        page.locator("form.hand-in button[type=submit]").click()
        expect(page.locator("[data-line=offline]")).to_be_visible()
        page.context.set_offline(False)
        page.locator("[data-line=offline]").get_by_role("button").click()
        expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict.SUPERSEDED].vi)
        assert page.url == f"{served.url}/V"
        accessible(page)
        page.locator("a[hreflang]").click()
        expect(page.locator("h1#verdict")).to_contain_text(vocabulary.VERDICTS[Verdict.SUPERSEDED].en)
        page.go_back()
        expect(page.locator("input#file")).to_be_visible()
        assert not page.locator("section.verdict").count()
        watched.complaints = [one for one in watched.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


@pytest.mark.parametrize("scripts", [True, False])
def test_the_browsers_own_words_do_not_stand_in_our_forms(served: Gateway, browser: Browser, *, scripts: bool) -> None:
    """This browser speaks English whatever page it shows: "Choose File", "No file chosen", a month before its day."""
    with window(browser, DESKTOP, "vi", scripts=scripts) as watched:
        page = watched.page
        for place, name in (("/", "#file"), ("/receipts", "#receipt-file")):
            page.goto(f"{served.url}{place}?lang=vi")
            field = page.locator(name)
            shown = page.locator(f".file:has({name}) .none")
            expect(page.locator(f".file:has({name}) .pick")).to_have_text("Chọn tệp")
            expect(shown).to_have_text("Chưa chọn tệp nào")
            expect(field).to_have_css("color", "rgba(0, 0, 0, 0)")
            if scripts:
                hidden = "one => getComputedStyle(one, '::file-selector-button').opacity"
                assert field.evaluate(hidden) == "0"
            field.set_input_files(pdf(world().files["valid"]))
            expect(shown).to_be_hidden()
            expect(field).not_to_have_css("color", "rgba(0, 0, 0, 0)")
        page.goto(f"{served.url}/?lang=vi")
        page.locator("form.hand-in button[type=submit]").click()
        expect(page.get_by_role("alert")).to_contain_text(re.compile("[Cc]hưa (có|chọn) tệp nào"))
        page.goto(f"{served.url}/issuers/{SONG_MAY}?lang=vi")
        page.locator("#on").fill("1/6/2023")
        page.locator("form.search button").click()
        expect(page.locator("#on")).to_have_value("01/06/2023")
        expect(page.locator("main")).to_contain_text("01/06/2023")
        choose(page, served, "vi", pdf(world().files["valid"]))
        expect(page.locator("h1#verdict")).to_be_visible()
        if scripts:
            page.evaluate("window.print = () => { globalThis.printing = true; }")
            page.get_by_role("button", name="In kết quả").click()
            assert page.evaluate("globalThis.printing") is True
        else:
            expect(page.get_by_role("button", name="In kết quả")).to_be_hidden()
            expect(page.get_by_text("Ctrl+P")).to_be_visible()
