"""Several files at once at the front page: a row each, in the browser alone but for what is asked about each."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from browser import DESKTOP, TELEPHONE, Watched, chromium, hand_in, window
from playwright.sync_api import Browser, Dialog, Page, Route, expect, sync_playwright
from running import NAME, Gateway, gateway, tiny

from gateway import verdicts, vocabulary, wording
from verify.report import Reason, Verdict

VALID, INVALID = (vocabulary.VERDICTS[verdict] for verdict in (Verdict.VALID, Verdict.INVALID))

PUPILS = "Nguyễn Bí Mật.pdf"
"""A file's name, as schools give them: it holds a pupil's."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(served: Gateway) -> Iterator[Browser]:
    assert served.url  # before an event loop runs
    with sync_playwright() as playwright, chromium(playwright) as running:
        yield running


def pdf(name: str, content: bytes | None = None) -> Any:  # noqa: ANN401 (Playwright's form of a file)
    return {"name": name, "mimeType": "application/pdf", "buffer": tiny().pdf if content is None else content}


def choose(page: Page, served: Gateway, *files: Any) -> None:  # noqa: ANN401 (as above)
    page.goto(served.url)
    page.locator("input#file").set_input_files(list(files))


def check(page: Page) -> None:
    page.locator("form.hand-in button").click()


NAMES = """globalThis.names = [];
const { send } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.send = function (body) {
    names.push(body.get("file").name);
    return send.call(this, body);
};"""
"""Notes the name under which each file leaves the browser, which Playwright does not tell."""


def sent(watched: Watched) -> list[str]:
    """Where something was posted to."""
    return [request.url for request in watched.asked if request.method == "POST"]


def row(page: Page, name: str) -> Any:  # noqa: ANN401 (a locator)
    return page.locator("li.row").filter(has=page.get_by_text(name, exact=True))


def table(page: Page) -> tuple[str, list[list[str]]]:
    """The table that is downloaded: its name and its lines."""
    with page.expect_download() as download:
        page.locator("[data-table]").click()
    content = Path(str(download.value.path())).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return download.value.suggested_filename, list(csv.reader(StringIO(content[3:].decode(), newline="")))


def printed(page: Page) -> None:
    """On paper the list stands without its forms and buttons, and says what it is not."""
    page.evaluate("window.print = () => { globalThis.printing = true; }")
    page.locator("[data-batch] [data-print]").click()
    assert page.evaluate("globalThis.printing") is True
    page.emulate_media(media="print")
    for hidden in ("form", "button", "input", "nav", ".answers", "[data-scanner]"):
        assert not any(one.is_visible() for one in page.locator(hidden).all()), hidden
    expect(page.locator("li.row:visible")).to_have_count(page.locator("li.row").count())
    expect(page.locator("[data-batch] .printed")).to_be_visible()
    page.emulate_media(media="screen")


@pytest.mark.parametrize(("lang", "size"), [("vi", DESKTOP), ("en", TELEPHONE)])
def test_several_files_get_a_row_each_and_a_table(
    served: Gateway, browser: Browser, lang: str, size: tuple[int, int]
) -> None:
    with window(browser, size, lang) as watched:
        page = watched.page
        files = [pdf(PUPILS), pdf("unsigned.pdf", tiny().unsigned), pdf("=2+3.pdf"), pdf("broken.pdf", b"%PDF-1.7 no")]
        page.add_init_script(NAMES)
        choose(page, served, *files, pdf("word.pdf", b"PK\x03\x04 a document of another kind"))
        expect(row(page, "word.pdf")).to_contain_text(re.compile("không phải tệp PDF|neither a PDF"))
        assert sent(watched) == []  # nothing is handed in before somebody asks
        assert Axe().run(page).response["violations"] == []
        expect(page.locator("[data-chosen]")).to_have_text({"vi": "Đã chọn 5 tệp", "en": "5 files chosen"}[lang])
        check(page)
        expect(row(page, PUPILS)).to_contain_text(getattr(VALID, lang))
        expect(row(page, "unsigned.pdf")).to_contain_text(getattr(INVALID, lang))
        expect(row(page, "broken.pdf").get_by_role("button")).to_have_count(1)
        expect(page.locator("[data-table]")).to_be_visible()
        expect(page.locator("[data-speech]")).to_contain_text(re.compile("5 (trên|of) 5"))
        assert len(sent(watched)) == 4
        assert page.evaluate("names") == ["file"] * 4
        assert watched.carried("Mật") == []
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        printed(page)
        name, lines = table(page)
        assert name.startswith({"vi": "ket-qua-", "en": "transcript-checks-"}[lang])
        assert [line[0] for line in lines[1:]] == [PUPILS, "unsigned.pdf", "'=2+3.pdf", "broken.pdf", "word.pdf"]
        assert lines[1][1] == getattr(VALID, lang)
        assert NAME in lines[1][4]
        assert lines[1][5:7] == ["000G-40R4-0M30-E209", "1"]
        assert "Hiệu Trưởng Mẫu" in lines[1][7]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", lines[1][8])
        assert "NO_SIGNATURE" in lines[2][2]
        assert lines[0][3] == {"vi": "Việc cần làm", "en": "What to do next"}[lang]
        for step in (verdicts.VERDICTS[Verdict.INVALID].todo, wording.REASONS[Reason.NO_SIGNATURE].todo):
            assert getattr(step, lang) in lines[2][3]
        assert lines[4][1] not in {getattr(word, lang) for word in vocabulary.VERDICTS.values()}
        assert {len(line) for line in lines} == {9}


def test_a_row_opens_its_full_result_and_the_way_back_leads_to_the_list(served: Gateway, browser: Browser) -> None:
    with window(browser, DESKTOP) as watched:
        page = watched.page
        choose(page, served, pdf(PUPILS), pdf("unsigned.pdf", tiny().unsigned))
        check(page)
        row(page, PUPILS).get_by_role("button").click()
        assert Axe().run(page).response["violations"] == []
        page.go_back()
        for leave in (page.locator("main button").first.click, page.go_back):
            row(page, PUPILS).get_by_role("button").click()
            expect(page.locator("h1#verdict")).to_contain_text(VALID.vi)
            assert "Ngữ văn" in page.content()
            expect(page.locator("main a[download^=bien-nhan]")).to_be_visible()
            expect(page.locator("main a[href^='/']:not([target=_blank])")).to_have_count(0)
            leave()
            expect(row(page, "unsigned.pdf")).to_contain_text(INVALID.vi)
        assert len(sent(watched)) == 2  # what was answered is shown, not asked again
        assert watched.carried("Mật") == []


def test_a_wrong_or_too_large_file_is_refused_before_it_is_sent(
    served: Gateway, browser: Browser, tmp_path: Path
) -> None:
    video = tmp_path / "video.mp4"
    with video.open("wb") as file:
        file.truncate(50 << 20)
    receipt = str(served.verify(tiny().unsigned).json()["receipt"]).encode()
    good = tmp_path / "good.pdf"
    good.write_bytes(tiny().pdf)
    with window(browser, TELEPHONE) as watched:
        page = watched.page
        for wrong, said in (
            (video, "50 MB"),
            (pdf("x.docx", b"PK\x03\x04 other"), "không phải tệp PDF"),
            (pdf("x.heic", b"\0\0\0\x18ftypheic\0\0\0\0"), "HEIC"),
            (pdf("x.pdf", b""), "rỗng"),
            (pdf("bien-nhan.jws", receipt), "Đây là biên nhận"),
            (pdf("bao-cao.json", json.dumps({"bytes": "0" * 2000, "receipt": receipt.decode()}).encode()), "biên nhận"),
        ):
            choose(page, served, wrong)
            expect(page.get_by_role("alert")).to_contain_text(said)
            check(page)
            expect(page.get_by_role("alert")).to_be_visible()
            expect(page.locator("form a[href^='/receipts']")).to_be_visible(visible="biên nhận" in said)
        assert Axe().run(page).response["violations"] == []
        choose(page, served, *[pdf(f"{number}.pdf", b"%PDF-") for number in range(201)])
        expect(page.get_by_role("alert")).to_contain_text("201")
        check(page)
        page.locator("input#file").set_input_files([video, good])
        check(page)
        expect(row(page, "video.mp4")).to_contain_text("quá lớn")
        expect(row(page, "video.mp4").get_by_role("button")).to_have_count(0)
        expect(row(page, "good.pdf")).to_contain_text(VALID.vi)
        assert len(sent(watched)) == 1


def test_a_busy_service_is_asked_again_when_it_says_so_and_a_lost_one_by_a_button(
    served: Gateway, browser: Browser
) -> None:
    tried: list[str] = []

    def fail(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        tried.append(route.request.url)
        if len(tried) == 1:
            route.fulfill(status=429, headers={"retry-after": "1"}, json={"type": "/problems/too-many-requests"})
        elif len(tried) == 2:
            route.abort()
        elif len(tried) == 3:
            route.fulfill(status=502, content_type="text/html", body=f"<h1>{VALID.vi}</h1>")
        else:
            route.continue_()

    with window(browser, TELEPHONE) as watched:
        page = watched.page
        page.route("**/?lang=*", fail)
        choose(page, served, pdf("a.pdf"), pdf("b.pdf"))
        check(page)
        expect(page.locator("li.failed")).to_have_count(2)  # one after it had been busy
        assert len(tried) == 3
        expect(page.locator("li.failed").first).to_contain_text("chưa có kết luận nào")
        for left in (1, 0):
            page.locator("li.failed").first.get_by_role("button").click()
            expect(page.locator("li.failed")).to_have_count(left)
        expect(page.locator("li.valid")).to_have_count(2)
        watched.complaints = [one for one in watched.complaints if "ERR_FAILED" not in one]


def test_few_are_sent_at_a_time_and_leaving_meanwhile_is_warned_of(served: Gateway, browser: Browser) -> None:
    held: list[Route] = []
    asked: list[str] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST" and len(held) < 3:
            held.append(route)
        else:
            route.continue_()

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    with window(browser, DESKTOP) as watched:
        page = watched.page
        page.on("dialog", stay)
        page.route("**/?lang=*", hold)
        choose(page, served, *[pdf(f"{number}.pdf") for number in range(5)])
        check(page)
        expect(page.locator("progress:visible")).to_have_count(3)
        expect(page.get_by_text("Đang chờ", exact=True)).to_have_count(2)
        assert Axe().run(page).response["violations"] == []
        page.evaluate("location.reload()")
        page.wait_for_timeout(200)
        assert asked == ["beforeunload"]
        for route in held:
            route.continue_()
        expect(page.locator("li.valid")).to_have_count(5)


def test_files_dropped_anywhere_are_chosen(served: Gateway, browser: Browser) -> None:
    with window(browser, DESKTOP) as watched:
        page = watched.page
        page.goto(served.url)
        page.evaluate("""() => {
            const data = new DataTransfer();
            for (const name of ["a.pdf", "b.pdf"]) data.items.add(new File(["%PDF-1.7"], name));
            document.querySelector("h1").dispatchEvent(
                new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""")
        expect(page.locator("li.row")).to_have_count(2)
        expect(page.locator("form.hand-in button")).to_have_text("Kiểm tra 2 tệp")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_receipt_is_downloaded_and_handed_back(served: Gateway, browser: Browser, *, scripts: bool) -> None:
    with window(browser, TELEPHONE, scripts=scripts) as watched:
        page = watched.page
        hand_in(page, served.url, tiny().pdf)
        with page.expect_download() as download:
            page.get_by_role("link", name="Tải biên nhận").click()
        assert download.value.suggested_filename == "bien-nhan-000G40R40M30E209.jws"
        page.goto(f"{served.url}/receipts")
        page.locator("#receipt-file").set_input_files(str(download.value.path()))
        page.locator("form:has(#receipt-file) button").click()
        expect(page.get_by_role("heading", level=2).first).to_contain_text("còn nguyên vẹn")
        expect(page.get_by_text("Không cần kiểm tra lại")).to_be_visible()
        if scripts:  # which axe-core is
            assert Axe().run(page).response["violations"] == []
        assert page.url == f"{served.url}/receipts?lang=vi"


def test_a_number_of_another_length_stays_in_its_form_and_asks_nothing(served: Gateway, browser: Browser) -> None:
    """Without a script: what is typed is said back by nobody, so it is kept where it is."""
    with window(browser, TELEPHONE, scripts=False) as watched:
        page = watched.page
        page.goto(served.url)
        page.locator("#number").fill("000g 40r4 0m30 e20")
        page.locator(".by-number button").click()
        expect(page.locator("#number:invalid")).to_have_value("000g 40r4 0m30 e20")
        for typed in (" 000g 40r4-0m30–e209 ", "000G.40R4.0M30.E209"):
            page.goto(served.url)
            page.locator("#number").fill(typed)
            page.locator(".by-number button").click()
            page.wait_for_url("**/lookups*")
