"""The pictures of docs/img/: every page in Chromium, in both languages and two widths (`make screenshots`).

The world is invented (`test_journeys.world`). Pictures of a telephone show the whole page, up to a length.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import product
from pathlib import Path

from browser import DESKTOP, TELEPHONE, chromium, window
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from running import gateway
from test_journeys import VERDICTS, pdf, world

from gateway.pages import LANGUAGES
from issuers.cast import SONG_MAY

FOLDER = Path(__file__).parents[1] / "docs" / "img"

COLOURS = 64
"""Enough for flat pages; a quarter of the bytes."""
LONGEST = 3 * TELEPHONE[1]
"""CSS pixels of a page that are shown."""

SIZES = {"desktop": DESKTOP, "phone": TELEPHONE}

Way = Callable[[Page, str, str], None]


def at(path: str) -> Way:
    """A page by its address."""

    def go(page: Page, url: str, lang: str) -> None:
        page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={lang}")

    return go


def handed_in(*files: bytes) -> Way:
    """The front page, with files chosen and handed in."""

    def go(page: Page, url: str, lang: str) -> None:
        page.goto(f"{url}/?lang={lang}")
        chosen = [pdf(content, f"hoc-ba-{index}.pdf") for index, content in enumerate(files, start=1)]
        page.locator("input#file").set_input_files(chosen)
        page.locator("form.hand-in button[type=submit]").click()
        expect(page.locator("#verdict" if len(files) == 1 else "[data-table]")).to_be_visible()

    return go


def scanned(verdict: str) -> Way:
    """A printed code, opened by its link."""

    def go(page: Page, url: str, lang: str) -> None:
        page.goto(f"{url}/V?lang={lang}#{world().codes[verdict].text.partition('#')[2]}")
        expect(page.locator("#verdict")).to_be_visible()

    return go


def looked_up(page: Page, url: str, lang: str) -> None:
    """A number, asked about at the front page."""
    page.goto(f"{url}/?lang={lang}")
    page.locator("input[name=number]").fill(world().codes["superseded"].number)
    page.locator("form:has(input[name=number]) button").click()
    page.wait_for_load_state()


def received(page: Page, url: str, lang: str) -> None:
    """A receipt that is handed in again."""
    handed_in(world().files["valid"])(page, url, lang)
    receipt = page.locator("textarea#receipt").input_value()
    page.goto(f"{url}/receipts?lang={lang}")
    page.locator("textarea#receipt").fill(receipt)
    page.locator("form:has(textarea#receipt) button").click()
    page.wait_for_load_state()


def shots() -> dict[str, Way]:
    """What there is to see, by name."""
    files = world().files
    return {
        "front": at("/"),
        **{verdict: handed_in(files[verdict]) for verdict in VERDICTS},
        "several": handed_in(*files.values()),
        **{f"code-{verdict}": scanned(verdict) for verdict in VERDICTS},
        "number": looked_up,
        "receipt": received,
        "issuers": at("/issuers"),
        "issuer": at(f"/issuers/{SONG_MAY}"),
        "history": at(f"/issuers/{SONG_MAY}/history"),
        "help": at("/help"),
        "policy": at("/about/policy"),
        "problem": at("/issuers/NOBODY"),
    }


@contextmanager
def served() -> Iterator[str]:
    """The address of a gateway over that world."""
    with tempfile.TemporaryDirectory() as folder, gateway(Path(folder), registry=world().registry) as running:
        yield running.url


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with served() as url, sync_playwright() as playwright, chromium(playwright) as browser:
        for (name, go), lang, (width, size) in product(shots().items(), LANGUAGES, SIZES.items()):
            with window(browser, size, lang) as watched:
                go(watched.page, url, lang)
                taken = watched.page.screenshot(full_page=width == "phone")
            with Image.open(BytesIO(taken)) as picture:
                shown = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, LONGEST)))
                shown.quantize(COLOURS).save(FOLDER / f"{name}-{lang}-{width}.png", optimize=True)


if __name__ == "__main__":
    main()
