"""One file handed in with scripts: told while it is on its way, kept when the line breaks, gone when one goes back."""

from __future__ import annotations

import pytest
from browser import DESKTOP, TELEPHONE, window
from playwright.sync_api import Browser, expect
from running import Gateway
from test_journeys import accessible, browser, choose, pdf, served, slow, world

from gateway import pages, vocabulary
from verify.report import Verdict

__all__ = ["browser", "served"]


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
