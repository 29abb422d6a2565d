"""Bad input and bad days: each a problem document of a stable type that says, in both languages, what to do."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pikepdf
import pytest
from running import Gateway, gateway, tiny

from gateway import app, problems, settings
from gateway.cells import WorkerDied
from gateway.headers import Headers
from gateway.problems import KINDS, Problem
from gateway.sandbox import Busy
from issuers import store
from verify.evidence import Unreadable
from verify.trust import Names

MOST = 20 << 20
URL = "/v1/verifications"
VIETNAMESE = re.compile(r"[ăâđêôơưạảãàáầấậẩẫằắặẳẵẹẻẽèéềếệểễịỉĩìíọỏõòóồốộổỗờớợởỡụủũùúừứựửữỳýỵỷỹ]", re.IGNORECASE)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("served")) as running:
        yield running


def pdf(*, pages: int = 1, **save: Any) -> bytes:  # noqa: ANN401 (what pikepdf takes)
    document, out = pikepdf.new(), BytesIO()
    for _ in range(pages):
        document.add_blank_page()
    document.save(out, **save)
    return out.getvalue()


def check(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert told["type"] == f"/problems/{code}"
    assert told["status"] == status
    assert VIETNAMESE.search(told["detail"])
    assert not VIETNAMESE.search(told["detail_en"])
    if status in {429, 503}:
        assert int(response.headers["retry-after"]) > 0
    return told


def file(content: bytes, name: str = "a.pdf") -> dict[str, Any]:
    return {"files": {"file": (name, content)}}


BROKEN_FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n%PDF-1.7 and then nothing'
BAD_INPUT: dict[str, tuple[dict[str, Any], int, str]] = {
    "no body": ({}, 400, "not-multipart"),
    "plain text": ({"content": b"hello", "headers": {"content-type": "text/plain"}}, 400, "not-multipart"),
    "the bare file": ({"content": pdf(), "headers": {"content-type": "application/pdf"}}, 400, "not-multipart"),
    "no boundary": ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400, "not-multipart"),
    "url-encoded": ({"data": {"file": "x"}}, 400, "not-multipart"),
    "cut off": (
        {"content": BROKEN_FORM, "headers": {"content-type": "multipart/form-data; boundary=x"}},
        400,
        "malformed-multipart",
    ),
    "rubbish form": (
        {"content": b"\r\n\x00--", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        400,
        "malformed-multipart",
    ),
    "a text field": ({"files": {"file": (None, "hello")}}, 400, "text-instead-of-file"),
    "no file": ({"files": {"other": (None, "hello")}}, 400, "no-file"),
    "another field": ({"files": {"document": ("a.pdf", pdf())}}, 400, "no-file"),
    "two files": ({"files": [("file", ("a.pdf", pdf())), ("file", ("b.pdf", pdf()))]}, 400, "two-files"),
    "two fields": ({"files": [("file", ("a.pdf", pdf())), ("second", ("b.pdf", pdf()))]}, 400, "two-files"),
    "an empty file": (file(b""), 400, "empty-file"),
    "malformed JSON": ({"content": b'{"qr"', "headers": {"content-type": "application/json"}}, 400, "malformed-json"),
    "other JSON": ({"json": {"number": "x"}}, 400, "malformed-json"),
    "a list": ({"json": ["qr"]}, 400, "malformed-json"),
    "a foreign QR code": ({"json": {"qr": "HB1:x"}}, 400, "foreign-code"),
    "an empty QR code": ({"json": {"qr": ""}}, 400, "foreign-code"),
    "a QR code that is a number": ({"json": {"qr": 12345}}, 400, "malformed-json"),
    "a QR code and more": ({"json": {"qr": "1", "host": "x"}}, 400, "malformed-json"),
    "much JSON": ({"json": {"qr": "x" * 100_000}}, 413, "too-large"),
    "a picture": (file(b"\x89PNG\r\n\x1a\n" + bytes(100), "a.png"), 422, "unreadable"),
    "a photo": (file(b"\xff\xd8\xff\xe0" + bytes(100), "a.jpg"), 422, "unreadable"),
    "a phone's own format": (file(b"\0\0\0\x18ftypheic" + bytes(100), "a.heic"), 415, "heic"),
    "a text file": (file(b"hello", "a.pdf"), 415, "not-a-document"),
    "zeros": (file(bytes(5000)), 415, "not-a-document"),
    "a byte too much": (file(bytes(MOST + 1)), 413, "too-large"),
    "twice too much": (file(bytes(2 * MOST)), 413, "too-large"),
    "a head alone": (file(b"%PDF-1.7\n%%EOF"), 422, "unreadable"),
    "rubbish": (file(b"%PDF-1.7\n" + bytes(range(256)) * 50), 422, "unreadable"),
    "a password": (file(pdf(encryption=pikepdf.Encryption(owner="a", user="b"))), 422, "password"),
    "no pages": (file(pdf(pages=0)), 422, "no-pages"),
    "too many signatures": (file(pdf() + b"/ByteRange " * 1000), 422, "limit"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input(served: Gateway, name: str) -> None:
    request, status, code = BAD_INPUT[name]
    with served.client() as client:
        told = check(client.post(URL, **request), status, code)
        assert client.post(URL, **file(pdf())).status_code == 200  # the next one is served
    if code == "limit":
        assert told["limit"] == "signatures"


def test_no_limit_is_too_tight(served: Gateway) -> None:
    exact = (pdf() + b"\n%").ljust(MOST, b" ")
    assert len(exact) == MOST
    response = served.verify(exact)
    assert response.status_code in {200, 422}
    if response.status_code == 200:
        assert response.json()["verdict"] != "valid"


def test_a_truncated_transcript_is_never_valid(served: Gateway) -> None:
    whole = tiny().pdf
    for part in (1, 10, 1000, len(whole) // 2, len(whole) - 1000, len(whole) - 10):
        response = served.verify(whole[:part])
        assert response.status_code in {200, 415, 422}
        assert response.json().get("verdict") != "valid"


def test_wrong_addresses_methods_and_parameters(served: Gateway) -> None:
    with served.client() as client:
        check(client.get("/nowhere"), 404, "not-found")
        check(client.get("/v1/issuers/NOBODY"), 404, "no-such-issuer")
        response = client.get(URL)
        check(response, 405, "method-not-allowed")
        assert "POST" in response.headers["allow"]
        told = check(client.get("/v1/issuers", params={"kind": "<canary>"}), 400, "malformed-request")
        assert told["fields"] == "kind"
        assert "canary" not in str(told)
        check(client.get("/v1/issuers/MOET", params={"on": "yesterday"}), 400, "malformed-request")


def test_every_type_leads_to_an_explanation(served: Gateway) -> None:
    with served.client() as client:
        for code in KINDS:
            response = client.get(f"/problems/{code}", params={"lang": "en"})
            assert response.status_code == 200
            assert KINDS[code].detail.en in unescape(response.text)
        check(client.get("/problems/none"), 404, "not-found")


@pytest.mark.parametrize("code", KINDS)
def test_every_problem_says_what_to_do_in_both_languages(code: str) -> None:
    kind = KINDS[code]
    for vietnamese, english in (kind.title, kind.detail):
        assert VIETNAMESE.search(vietnamese)
        assert not VIETNAMESE.search(english)
    assert len(kind.detail.vi) > 20
    assert re.fullmatch(r"[a-z-]+", code)


def test_a_limit_is_named_in_the_title() -> None:
    assert "memory" in Problem("limit", {"limit": "memory"}).title.en
    assert "something" in Problem("limit", {"limit": "something"}).title.vi


class Stub:
    """A sandbox that fails, or opens everything and has nothing to judge."""

    ready = False

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def open(self, *_: object) -> SimpleNamespace:
        if self.error:
            raise self.error
        return SimpleNamespace(names=Names())


def asked(
    folder: Path, error: Exception | None, accept: str = "*/*", url: str = URL, database: str = "registry.sqlite3"
) -> httpx.Response:
    """What is answered when the sandbox raises this, or the database is not there."""
    chosen = settings.read({"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / database}"})
    engine = store.connect(chosen.database_url)
    application = app.build(chosen, engine, synthetic=False)
    state = application._app.state  # type: ignore[attr-defined] # Litestar's, behind the net
    state.service = replace(state.service, sandbox=Stub(error))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type] # two libraries' names for one protocol
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            sent = {"headers": {"accept": accept}} | (file(pdf()) if url in {URL, "/"} else {})
            return await client.request("POST" if url in {URL, "/"} else "GET", url, **sent)

    try:
        return asyncio.run(ask())
    finally:
        engine.dispose()


SECRET = "Nguyễn Canh Chừng"  # noqa: S105 (a name that must not be logged)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (WorkerDied(), 503, "worker-died"),
        (Busy(), 503, "busy"),
        (Unreadable("limit", "memory"), 422, "limit"),
        (Unreadable("unsupported"), 415, "not-a-document"),
        (Unreadable("something new"), 422, "unreadable"),
        (ValueError(SECRET), 503, "unexpected"),
        (RecursionError(SECRET), 503, "unexpected"),
        (KeyError(SECRET), 503, "unexpected"),
    ],
)
def test_whatever_fails_is_no_verdict_and_no_500(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception, status: int, code: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        told = check(asked(tmp_path, error), status, code)
    assert "verdict" not in told
    assert SECRET not in caplog.text + str(told)
    if code == "unexpected":
        assert told["incident"] in caplog.text
        assert type(error).__name__ in caplog.text


def test_a_page_that_fails_is_a_page(tmp_path: Path) -> None:
    response = asked(tmp_path, ValueError(SECRET), "text/html", "/")
    assert response.status_code == 503
    assert response.headers["content-type"].startswith("text/html")
    assert SECRET not in response.text
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("database", ["empty.sqlite3", "no/such/folder/registry.sqlite3"])
def test_a_database_that_is_away_is_no_verdict(tmp_path: Path, database: str) -> None:
    check(asked(tmp_path, None, database=database), 503, "database-away")
    ready = asked(tmp_path, None, url="/health/ready", database=database)
    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] in {"away", "not migrated"}
    assert asked(tmp_path, None, url="/health/live", database=database).status_code == 200
    check(asked(tmp_path, None, url="/v1/issuers", database=database), 503, "database-away")


def test_what_escapes_the_application_is_caught(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: object) -> None:
        raise ValueError(SECRET)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Headers(broken, secure=True))  # type: ignore[arg-type] # as above
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/")

    response = asyncio.run(ask())
    check(response, 503, "unexpected")
    assert "strict-transport-security" in response.headers
    assert SECRET not in caplog.text


def test_problems_of_the_program_are_not_the_clients() -> None:
    assert problems.of(OSError()).code == "unexpected"
