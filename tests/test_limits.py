"""How much is taken and how fast; and that nothing of it touches a disk or a log (promise P6)."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from running import PLACE, Gateway, gateway, tiny

from gateway import limits, sandbox
from gateway.limits import Intake
from gateway.problems import Refused

CANARY = b"canary-in-the-coal-mine-4711"
MOST = 20 << 20


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("served")) as running:
        yield running


class Watch(threading.Thread):
    """Looks again and again at every file below a folder, and at every file that a process and its children hold."""

    def __init__(self, folder: Path, running: Gateway) -> None:
        super().__init__()
        self.folder, self.running, self.found, self.ended = folder, running, set[str](), threading.Event()
        self.looked = 0

    def run(self) -> None:
        while not self.ended.is_set():
            self.look()

    def look(self) -> None:
        self.looked += 1
        for path in self.folder.rglob("*"):
            self._search(path, str(path))
        for pid in (self.running.process.pid, *self.running.workers()):
            for held in Path(f"/proc/{pid}/fd").glob("*"):
                with contextlib.suppress(OSError):  # closed meanwhile
                    self._search(held, str(held.readlink()))

    def _search(self, path: Path, name: str) -> None:
        if name.startswith(("/dev/", "pipe:", "socket:", "anon_inode:")):
            return
        try:
            content = path.read_bytes() if path.is_file() else b""
        except OSError:
            return
        if CANARY in content or PLACE.encode() in content:
            self.found.add(name)


def test_nothing_uploaded_is_ever_on_a_disk_or_in_a_log(served: Gateway) -> None:
    big = b"%PDF-1.7\n" + CANARY * (8 << 15)
    watch = Watch(served.folder, served)
    watch.start()
    try:
        for content in (big, tiny().pdf, tiny().pdf + b"\n" + CANARY, CANARY, b"%PDF-1.7" + CANARY):
            served.verify(content, name=CANARY.decode())
        slow = _begin(served, length=2 << 20)
        slow.sendall(CANARY * 50_000)
        time.sleep(0.5)
        slow.close()
        with served.client() as client:
            client.get("/", params={"q": CANARY.decode()})
            client.get(f"/{CANARY.decode()}")
            client.post("/v1/verifications", content=CANARY, headers={"content-type": CANARY.decode()})
    finally:
        watch.ended.set()
        watch.join()
    watch.look()
    assert watch.looked > 5
    assert watch.found == set()
    assert CANARY.decode() not in served.log
    assert PLACE not in served.log
    assert list((served.folder / "tmp").iterdir()) == [] or not list((served.folder / "tmp").glob("**/*.pdf"))


def _begin(served: Gateway, length: int | None) -> socket.socket:
    """A connection on which an upload has begun; chunked if no length is announced."""
    parts = urlsplit(served.url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
    announced = f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"
    form = 'Content-Disposition: form-data; name="file"; filename="a.pdf"'
    head = f"POST /v1/verifications HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n{announced}"
    opening = f"--x\r\n{form}\r\n\r\n%PDF-1.7\n".encode()
    if length is None:
        opening = b"%x\r\n%s\r\n" % (len(opening), opening)
    connection.sendall(head.encode() + b"\r\n\r\n" + opening)
    return connection


def test_too_much_is_refused_before_it_is_sent(served: Gateway) -> None:
    with _begin(served, length=1 << 40) as connection:
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 413


def test_too_much_without_a_length_is_refused_when_it_is_too_much(served: Gateway) -> None:
    with _begin(served, length=None) as connection:
        chunk = b"%x\r\n%s\r\n" % (1 << 20, bytes(1 << 20))
        for _ in range(21):
            connection.sendall(chunk)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 413


def test_a_form_of_many_parts_is_refused(served: Gateway) -> None:
    with served.client() as client:
        fields = {f"field{number}": "x" for number in range(50)}
        response = client.post("/v1/verifications", data=fields, files={"file": ("a.pdf", tiny().pdf)})
        assert response.status_code == 400
        wide = client.post("/v1/verifications", data={"text": "x" * 100_000}, files={"file": ("a.pdf", tiny().pdf)})
        assert wide.status_code == 400


class Drip:
    """A request whose body comes drop by drop."""

    def __init__(self, pause: float, drop: bytes = b"x", headers: dict[str, str] | None = None) -> None:
        self.pause, self.drop, self.headers = pause, drop, headers or {}

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(self.pause)
        return {"type": "http.request", "body": self.drop, "more_body": True}


async def drain(stream: AsyncIterator[bytes]) -> int:
    total = 0
    async for chunk in stream:
        total += len(chunk)
    return total


@pytest.mark.parametrize(("stall", "read", "pause"), [(0.05, 10, 1), (10, 0.2, 0.01)])
def test_a_body_that_stalls_or_drips_is_given_up(
    monkeypatch: pytest.MonkeyPatch, stall: float, read: float, pause: float
) -> None:
    monkeypatch.setattr(limits, "STALL_SECONDS", stall)
    monkeypatch.setattr(limits, "READ_SECONDS", read)
    began = time.monotonic()
    with pytest.raises(Refused) as refusal:
        asyncio.run(drain(limits.body(Drip(pause))))  # type: ignore[arg-type] # all that is asked of a request
    assert refusal.value.code == "too-slow"
    assert time.monotonic() - began < 5


def test_uploads_in_hand_are_counted_and_the_room_comes_back() -> None:
    intake = Intake(1000)
    whole = intake.room
    headers = {"content-type": "multipart/form-data; boundary=x"}
    with intake.place() as place:
        place.take(whole - 10)
        with intake.place() as second, pytest.raises(sandbox.Busy):
            asyncio.run(second.read(Drip(0, b"x" * 100, headers)))  # type: ignore[arg-type] # as above
        assert intake.room == 10
    assert intake.room == whole


def test_a_head_must_arrive_in_time(tmp_path: Path) -> None:
    """A client that never finishes its head is cut off, and costs others nothing."""
    program = tmp_path / "impatient.py"
    program.write_text(
        "import sys\nfrom gateway import cli, server\n\nif __name__ == '__main__':\n"
        "    server.HEAD_SECONDS = 0.5\n    sys.exit(cli.main(['serve']))\n"
    )
    with gateway(tmp_path, program=program) as running:
        parts = urlsplit(running.url)
        silent = socket.create_connection((parts.hostname, parts.port), timeout=10)
        drip = socket.create_connection((parts.hostname, parts.port), timeout=10)
        began = time.monotonic()
        drip.sendall(b"GET / HTTP/1.1\r\n")
        assert running.verify(tiny().pdf).json()["verdict"] == "valid"
        assert silent.recv(1) == b""
        assert drip.recv(1) == b""
        assert time.monotonic() - began < 5
        silent.close()
        drip.close()
