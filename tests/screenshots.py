"""The pictures of docs/img/: our pages in Chromium, over the invented school of `running.py` (`make screenshots`)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from browser import DESKTOP, TELEPHONE, chromium, coded, hand_in, window
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from running import SCHOOL, gateway, tiny

FOLDER = Path(__file__).parents[1] / "docs" / "img"

COLOURS = 96
"""Enough for flat pages; a third of the bytes."""


def link(page: Page, url: str) -> None:
    """Open the printed code."""
    page.goto(f"{url}/V#{coded().digits}")
    expect(page.locator("#verdict")).to_be_visible()


SHOTS: dict[str, tuple[tuple[int, int], Callable[[Page, str], object]]] = {
    "front": (DESKTOP, lambda page, url: page.goto(url)),
    "valid": (DESKTOP, lambda page, url: hand_in(page, url, tiny().pdf)),
    "invalid": (DESKTOP, lambda page, url: hand_in(page, url, tiny().unsigned)),
    "issuer": (DESKTOP, lambda page, url: page.goto(f"{url}/issuers/{SCHOOL}")),
    "qr": (TELEPHONE, link),
}


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        gateway(Path(folder), registry=coded().registry) as served,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        for name, (size, go) in SHOTS.items():
            for lang in ("vi", "en"):
                with window(browser, size, lang) as watched:
                    go(watched.page, served.url)
                    taken = watched.page.screenshot(full_page=size == TELEPHONE)
                with Image.open(BytesIO(taken)) as picture:
                    picture.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}-{lang}.png", optimize=True)


if __name__ == "__main__":
    main()
