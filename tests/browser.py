"""A browser that opens our pages, a registry with one printed QR code, and the film that a camera sees of it."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import segno
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, expect
from running import DAY, DEPARTMENT, NAME, PLACE, SCHOOL, tiny

from issuers import keys, kit, pupils, register, store, symbol
from issuers.admission import Candidate
from issuers.appointments import Office
from verify.trust import VIETNAM, Level, Role, Use

PUBLIC_URL = "http://hb.mau.example"
"""What is printed into the code; the pages are opened on this machine."""

DESKTOP, TELEPHONE = (1280, 900), (360, 740)
"""Windows, in CSS pixels."""

FRAME, FRAMES = (1280, 720), 8
"""The film of a camera: what it sees is still, so a few frames do."""

PAYMENT = "00020101021238540010A00000072701240006970436011001234567890208QRIBFTTA53037045802VN6304ABCD"
"""The text of a payment code, of no account."""


@dataclass(frozen=True)
class Coded:
    """A registry in which a school has a QR key, the code of one registered transcript, and its record."""

    registry: bytes
    code: symbol.Code
    name: str
    years: list[Mapping[str, Any]]

    @property
    def digits(self) -> str:
        """What stands in the fragment."""
        return self.code.text.partition("#")[2]


@cache
def coded() -> Coded:
    """The one registry of this process."""
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = {"code": SCHOOL, "name": NAME, "department_code": DEPARTMENT, "province_code": "97"}
    record = pupils.record(
        Random(7),  # noqa: S311 (it invents names and marks)
        issuer,
        Level.UPPER_SECONDARY,
        number="7N3Q8V5C1B9D2F4G",
        issued_on=now.astimezone(VIETNAM).date() - 2 * DAY,
        last_year=now.year - 1,
        place_of_birth=PLACE,
    )
    code = symbol.make(record, key, PUBLIC_URL)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.sqlite3"
        path.write_bytes(tiny().registry)
        engine = store.connect(f"sqlite:///{path}")
        with store.writing(engine) as connection:
            spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            long_ago = datetime.combine(date(2020, 1, 1), datetime.min.time(), VIETNAM)
            office = Office(SCHOOL, Role.QR_SEAL, long_ago, decision_no="13/QĐ")
            named = keys.propose(connection, Candidate(Use.QR, public_key=spki), office, actor="o1", at=now - 9 * DAY)
            keys.prove(connection, named, actor="o1", at=now - 9 * DAY)
            keys.activate(connection, named, actor="o2", at=now - 9 * DAY)
            item = register.Item(
                record["number"],
                record["version"],
                sha256(kit.canonical(record)).hexdigest(),
                Level.UPPER_SECONDARY,
                date.fromisoformat(record["issued_on"]),
                qr_sha256=code.qr_sha256,
            )
            register.register(connection, SCHOOL, [item], actor="o1", at=now - DAY)
        engine.dispose()
        return Coded(path.read_bytes(), code, record["pupil"]["full_name"], record["years"])


def payment() -> bytes:
    """The picture of a payment code."""
    out = BytesIO()
    segno.make(PAYMENT, error="m").save(out, kind="png", scale=8)
    return out.getvalue()


def film(folder: Path, picture: bytes | None) -> Path:
    """What a camera sees of a picture on grey paper, a little tilted; without one, of the paper alone."""
    paper = Image.new("RGB", FRAME, "#d8d4cc")
    if picture is not None:
        with Image.open(BytesIO(picture)) as code:
            square = code.convert("RGB").resize((600, 600), Image.Resampling.BICUBIC)
        square = square.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor="#d8d4cc")
        paper.paste(square, ((FRAME[0] - square.width) // 2, (FRAME[1] - square.height) // 2))
    frame = BytesIO()
    paper.save(frame, "JPEG", quality=90)
    path = folder / "film.mjpeg"
    path.write_bytes(frame.getvalue() * FRAMES)
    return path


@contextmanager
def chromium(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    """The system's Chromium, without a head."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "the tests need Chromium: sh install.sh test"
    browser = playwright.chromium.launch(executable_path=found, args=["--disable-gpu", *arguments])
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def camera(playwright: Playwright, seen: Path) -> Iterator[Browser]:
    """Chromium with a camera that sees a film."""
    device = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={seen}")
    with chromium(playwright, *device) as browser:
        yield browser


@dataclass
class Watched:
    """A page, all that it asked for, and all that it complained about."""

    page: Page
    asked: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        """The hosts that were asked."""
        return {urlsplit(request.url).netloc for request in self.asked}

    def carried(self, secret: str) -> list[str]:
        """The addresses, titles and entries of storage that hold a text: none should."""
        kept = self.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        places = [*(request.url for request in self.asked), self.page.url, self.page.title(), str(kept)]
        return [place for place in places if secret in place]


@contextmanager
def window(
    browser: Browser,
    size: tuple[int, int],
    lang: str = "vi",
    *,
    scripts: bool = True,
    permissions: tuple[str, ...] = (),
) -> Iterator[Watched]:
    """A new window that remembers nothing; afterwards, nothing that it did may have met with a complaint."""
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale={"vi": "vi-VN", "en": "en-GB"}[lang],
        java_script_enabled=scripts,
        permissions=[*permissions],
    )
    context.set_default_timeout(15_000)
    try:
        watched = Watched(context.new_page())

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and not re.search(r"status of (4|5)\d\d", message.text):
                watched.complaints.append(message.text)

        def note(request: Request) -> None:
            watched.asked.append(request)

        watched.page.on("request", note)
        watched.page.on("console", hear)
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        yield watched
        assert watched.complaints == []
    finally:
        context.close()


def hand_in(page: Page, url: str, pdf: bytes) -> None:
    """Hand a PDF in at the front page, and wait for the answer."""
    page.goto(url)
    page.locator("input#file").set_input_files({"name": "hocba.pdf", "mimeType": "application/pdf", "buffer": pdf})
    page.locator("form.hand-in button").click()
    expect(page.locator("#verdict")).to_be_visible()
