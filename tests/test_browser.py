"""What a person sees: Chromium opens our pages on a running gateway, with a camera that is shown a printed code.

Every window is new, and none may reach another host, meet with a complaint of the content security policy, or leave
anything of the pupil in an address, a title or a store.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from browser import DESKTOP, TELEPHONE, Watched, camera, chromium, coded, film, hand_in, payment, window
from playwright.sync_api import Browser, Page, Playwright, Route, expect, sync_playwright
from running import SCHOOL, Gateway, gateway, tiny

from gateway import vocabulary
from gateway.subjects import SUBJECTS
from issuers import symbol
from verify.report import Verdict


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("served"), registry=coded().registry) as running:
        yield running


@pytest.fixture(scope="module")
def playwright(served: Gateway) -> Iterator[Playwright]:
    """It runs an event loop under the tests: what needs one of its own, as making the registry does, comes before."""
    assert served.url
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as running:
        yield running


expect.set_options(timeout=15_000)  # a machine that runs other tests too

VALID = {"vi": vocabulary.VERDICTS[Verdict.VALID].vi, "en": vocabulary.VERDICTS[Verdict.VALID].en}


OFFLINE = {"vi": "Không kết nối được", "en": "There is no connection"}

IN_FORM = "input#file"


def only_here(watched: Watched, served: Gateway) -> None:
    """Nobody else was asked, and nothing of the code or its pupil stands where it could stay."""
    assert watched.hosts() == {served.url.removeprefix("http://")}
    assert watched.carried(coded().digits[:60]) == []
    assert watched.carried(coded().name) == []
    assert coded().digits[:60] not in served.log
    assert coded().name not in served.log


def weight(watched: Watched) -> int:
    """Bytes of all that was loaded so far."""
    return sum(len(answer.body()) for request in watched.asked if (answer := request.response()))


def as_read(mark: float | str, lang: str) -> str:
    """A mark as a page shows it."""
    if isinstance(mark, str):
        return str(getattr(vocabulary.RESULTS[mark], lang))
    return f"{mark:.1f}".replace(".", "," if lang == "vi" else ".")


def asked(watched: Watched) -> list[Any]:
    """What was asked about scanned codes."""
    return [json.loads(str(request.post_data)) for request in watched.asked if request.method == "POST"]


@pytest.mark.parametrize("size", [DESKTOP, TELEPHONE])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_printed_code_opens_its_verdict_and_grades(
    served: Gateway, browser: Browser, lang: str, size: tuple[int, int]
) -> None:
    with window(browser, size, lang) as watched:
        page = watched.page
        page.goto(f"{served.url}/V#{coded().digits}")
        expect(page.locator("h1")).to_contain_text(VALID[lang])
        assert page.url == f"{served.url}/V"
        assert asked(watched) == [{"qr": coded().digits}]
        for year, column in zip(coded().years, range(len(coded().years)), strict=True):
            for subject in year["subjects"]:
                row = page.locator(".grades tbody tr").filter(
                    has=page.get_by_text(SUBJECTS[subject["code"]], exact=True)
                )
                expect(row.locator("td").nth(column)).to_have_text(as_read(subject["year"], lang))
        name = page.get_by_text(coded().name, exact=True)
        expect(name).to_be_hidden()
        button = page.get_by_role("button", expanded=False)
        button.click()
        expect(name).to_be_visible()
        page.get_by_role("button", expanded=True).click()
        expect(name).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        other = "en" if lang == "vi" else "vi"
        page.locator(f"a[hreflang={other}]").click()
        expect(page.locator("h1")).to_contain_text(VALID[other])
        assert page.url == f"{served.url}/V?lang={other}"
        only_here(watched, served)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_address_without_a_whole_code_says_so_and_asks_nothing(served: Gateway, browser: Browser, lang: str) -> None:
    with window(browser, TELEPHONE, lang) as watched:
        for fragment, line in (("", "empty"), ("#", "empty"), ("#12x", "malformed"), ("#" + "1" * 2488, "malformed")):
            watched.page.goto("about:blank")
            watched.page.goto(f"{served.url}/V{fragment}")
            expect(watched.page.locator(f"[data-line={line}]")).to_be_visible()
            expect(watched.page.locator("[data-line]:visible")).to_have_count(1)
            expect(watched.page.locator(IN_FORM)).to_be_visible()
            assert watched.page.url == f"{served.url}/V"
        assert asked(watched) == []


def test_a_second_code_opened_in_the_same_window_is_asked_about_too(served: Gateway, browser: Browser) -> None:
    with window(browser, TELEPHONE) as watched:
        watched.page.goto(f"{served.url}/V#1x")
        expect(watched.page.locator("[data-line=malformed]")).to_be_visible()
        watched.page.evaluate("digits => { location.hash = digits }", coded().digits)
        expect(watched.page.locator("h1")).to_contain_text(VALID["vi"])
        assert watched.page.url == f"{served.url}/V"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_lost_network_is_told_and_asking_again_needs_no_second_scan(
    served: Gateway, browser: Browser, lang: str
) -> None:
    with window(browser, TELEPHONE, lang) as watched:
        page = watched.page
        page.goto(f"{served.url}/V")
        page.context.set_offline(True)
        page.evaluate("digits => { location.hash = digits }", coded().digits)
        expect(page.get_by_role("alert")).to_contain_text(OFFLINE[lang])
        page.context.set_offline(False)
        page.get_by_role("alert").get_by_role("button").click()
        expect(page.locator("h1")).to_contain_text(VALID[lang])
        watched.complaints = [one for one in watched.complaints if "ERR_INTERNET_DISCONNECTED" not in one]
        only_here(watched, served)


def test_a_script_that_did_not_arrive_leaves_no_code_behind_and_no_silence(served: Gateway, browser: Browser) -> None:
    with window(browser, TELEPHONE) as watched:
        watched.page.route("**/ask.js", lambda route: route.abort())
        watched.page.goto(f"{served.url}/V#{coded().digits}")
        expect(watched.page.get_by_text("JavaScript")).to_be_visible()
        assert watched.page.url == f"{served.url}/V"
        watched.complaints = [one for one in watched.complaints if "ERR_FAILED" not in one]


def test_a_page_of_something_between_is_no_answer(served: Gateway, browser: Browser) -> None:
    """A proxy's error page, whatever it says, is shown as no answer."""

    def intrude(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=502, content_type="text/html", body=f"<h1>{VALID['vi']}</h1>")
        else:
            route.continue_()

    with window(browser, TELEPHONE) as watched:
        watched.page.route("**/V", intrude)
        watched.page.goto(f"{served.url}/V#{coded().digits}")
        expect(watched.page.get_by_role("alert")).to_contain_text(OFFLINE["vi"])
        expect(watched.page.get_by_text(VALID["vi"])).to_have_count(0)


def test_too_many_questions_are_told_with_a_way_to_ask_again(tmp_path: Path, browser: Browser) -> None:
    with gateway(tmp_path, registry=coded().registry) as busy:
        with busy.client() as client:
            while client.post("/", content=b"").status_code != 429:
                pass
        with window(browser, TELEPHONE) as watched:
            watched.page.goto(f"{busy.url}/V#{coded().digits}")
            expect(watched.page.get_by_role("alert")).to_contain_text("Quá nhiều yêu cầu")
            expect(watched.page.get_by_role("alert")).to_contain_text(re.compile(r"chờ khoảng \d+ giây"))
            expect(watched.page.get_by_role("alert").get_by_role("button")).to_be_visible()
            assert watched.page.url == f"{busy.url}/V"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_without_scripts_a_photo_is_handed_in_instead(
    served: Gateway, browser: Browser, tmp_path: Path, lang: str
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(symbol.picture(coded().code))
    with window(browser, TELEPHONE, lang, scripts=False) as watched:
        watched.page.goto(f"{served.url}/V")
        expect(watched.page.get_by_text("JavaScript")).to_be_visible()
        watched.page.locator(IN_FORM).set_input_files(photo)
        watched.page.locator("form.hand-in button").click()
        expect(watched.page.locator("h1")).to_contain_text(VALID[lang])
        assert watched.hosts() == {served.url.removeprefix("http://")}


@pytest.mark.parametrize(("lang", "size"), [("vi", DESKTOP), ("vi", TELEPHONE), ("en", TELEPHONE)])
def test_the_camera_reads_a_printed_code(
    served: Gateway, playwright: Playwright, tmp_path: Path, lang: str, size: tuple[int, int]
) -> None:
    seen = film(tmp_path, symbol.picture(coded().code))
    with camera(playwright, seen) as browser, window(browser, size, lang, permissions=("camera",)) as watched:
        page = watched.page
        page.goto(served.url)
        assert not any("zxing" in request.url for request in watched.asked)
        assert weight(watched) < 100_000
        page.locator("[data-scan]").click()
        expect(page.locator("h1")).to_contain_text(VALID[lang])
        expect(page.get_by_text(coded().name, exact=True)).to_be_visible()
        assert asked(watched) == [{"qr": coded().code.text}]
        only_here(watched, served)


@pytest.mark.parametrize(("detects", "ours_is_loaded"), [("throw new Error('away')", True), ("return CODES", False)])
def test_the_browsers_own_reader_comes_first_where_it_works(
    served: Gateway, playwright: Playwright, tmp_path: Path, detects: str, *, ours_is_loaded: bool
) -> None:
    """This Chromium has none, so one stands in for it: some announce a reader that is not there."""
    reader = f"""
        const CODES = [{{ rawValue: {json.dumps(coded().code.text)} }}];
        globalThis.BarcodeDetector = class {{
            static getSupportedFormats() {{ return Promise.resolve(["qr_code"]); }}
            async detect() {{ {detects}; }}
        }};"""
    seen = film(tmp_path, symbol.picture(coded().code))
    with camera(playwright, seen) as browser, window(browser, TELEPHONE, permissions=("camera",)) as watched:
        watched.page.add_init_script(reader)
        watched.page.goto(served.url)
        watched.page.locator("[data-scan]").click()
        expect(watched.page.locator("h1")).to_contain_text(VALID["vi"])
        assert any("zxing" in request.url for request in watched.asked) is ours_is_loaded


def test_a_payment_code_is_told_from_a_transcripts(served: Gateway, playwright: Playwright, tmp_path: Path) -> None:
    with (
        camera(playwright, film(tmp_path, payment())) as browser,
        window(browser, TELEPHONE, permissions=("camera",)) as watched,
    ):
        page = watched.page
        page.goto(served.url)
        page.locator("[data-scan]").click()
        expect(page.get_by_role("status")).to_contain_text("mã thanh toán")
        page.locator("[data-stop]").click()
        expect(page.locator("video")).to_be_hidden()
        photo = tmp_path / "payment.png"
        photo.write_bytes(payment())
        page.locator(IN_FORM).set_input_files(photo)
        page.locator("form.hand-in button").click()
        expect(page.get_by_role("status")).to_contain_text("mã thanh toán")
        assert asked(watched) == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_camera_refused_or_absent_leaves_the_photo(
    served: Gateway, playwright: Playwright, browser: Browser, tmp_path: Path, lang: str
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(symbol.picture(coded().code))
    with camera(playwright, film(tmp_path, None)) as shy, window(shy, TELEPHONE, lang) as watched:
        watched.page.goto(served.url)
        watched.page.locator("[data-scan]").click()
        expect(watched.page.locator("[data-say=refused]")).to_be_visible()
    with window(browser, TELEPHONE, lang, permissions=("camera",)) as watched:
        page = watched.page
        page.goto(served.url)
        page.locator("[data-scan]").click()
        expect(page.locator("[data-say=absent]")).to_be_visible()
        page.locator(IN_FORM).set_input_files(photo)
        page.locator("form.hand-in button").click()
        expect(page.locator("h1")).to_contain_text(VALID[lang])
        assert asked(watched) == [{"qr": coded().code.text}]  # read on the telephone: the photo never left it
        only_here(watched, served)


def test_a_photo_that_the_telephone_cannot_read_is_handed_in(served: Gateway, browser: Browser, tmp_path: Path) -> None:
    blank = film(tmp_path, None).rename(tmp_path / "photo.jpg")
    with window(browser, TELEPHONE) as watched:
        watched.page.goto(served.url)
        watched.page.locator(IN_FORM).set_input_files(blank)
        watched.page.locator("form.hand-in button").click()
        expect(watched.page.locator("h1")).to_contain_text(vocabulary.VERDICTS[Verdict.INDETERMINATE].vi)
        assert "NO_QR_FOUND" in watched.page.content()


def receipt(page: Page, served: Gateway) -> None:
    """File a receipt, and have it checked."""
    hand_in(page, served.url, tiny().pdf)
    kept = page.locator("#receipt").input_value()
    page.goto(f"{served.url}/receipts")
    page.locator("#receipt").fill(kept)
    page.locator("form:has(#receipt) button").click()
    expect(page.get_by_text("HB-1.0")).to_be_visible()


def number(page: Page, served: Gateway, typed: str) -> None:
    """Look a number up."""
    page.goto(served.url)
    page.locator("#number").fill(typed)
    page.locator(".by-number button").click()
    page.wait_for_url("**/lookups*")


PLACES = ("", "V", "issuers", "issuers?q=nobody", f"issuers/{SCHOOL}", "receipts", "help", "about/policy", "nowhere")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_keeps_the_rules_of_accessibility(served: Gateway, browser: Browser, lang: str) -> None:
    """The rules of axe-core, none left out; every page opens all that it folds."""
    opened: dict[str, Callable[[Page], object]] = {
        place: lambda page, place=place: page.goto(f"{served.url}/{place}")  # type: ignore[misc]
        for place in PLACES
    }
    opened |= {
        "valid": lambda page: hand_in(page, served.url, tiny().pdf),
        "invalid": lambda page: hand_in(page, served.url, tiny().unsigned),
        "receipt": lambda page: receipt(page, served),
        "number": lambda page: number(page, served, coded().code.caption.lower()),
        "no number": lambda page: number(page, served, "0000 0000 0000 0000"),
        "a code": lambda page: page.goto(f"{served.url}/V#{coded().digits}"),
    }
    with window(browser, TELEPHONE, lang) as watched:
        page = watched.page
        for name, open_page in opened.items():
            page.goto("about:blank")
            open_page(page)
            if name == "a code":
                expect(page.locator("#verdict")).to_be_visible()
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            found = Axe().run(page).response["violations"]
            assert [(name, one["id"], one["nodes"][0]["html"]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE[0], name
            assert page.locator("html").get_attribute("lang") == lang
        only_here(watched, served)
