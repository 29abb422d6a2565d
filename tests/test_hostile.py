"""Hostile files against a server that really runs: each is answered, and nobody else waits for it.

Durations are measured and printed, not tested: the sandbox's own limits end a job, and the answer names the one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from hostile import DRAWN, FILES
from running import Gateway, gateway, tiny

WORKER_BYTES = 1 << 30
"""What no worker may grow beyond."""


LIMITED = {
    "endless_table": "objects",
    "bomb": "objects",
    "diamond_of_fields": "depth",
    "shared_signature": "fields",
    "bomb_of_objects": "streams",
    **dict.fromkeys(("many_objects", "many_references", "long_string", "nested_string"), "objects"),
    **dict.fromkeys(DRAWN, "cpu, time"),
}
"""The limit that names itself; a busy machine's clock may be the first."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("hostile"), WORKERS="3") as server:
        yield server


class Honest(threading.Thread):
    """A client with an honest file, all the while."""

    def __init__(self, server: Gateway) -> None:
        super().__init__(daemon=True)
        self.server, self.done = server, threading.Event()
        self.verdicts: list[str] = []

    def run(self) -> None:
        while not self.done.is_set():
            answer = self.server.verify(tiny().pdf)
            self.verdicts.append(answer.json().get("verdict", str(answer.status_code)))


def largest(server: Gateway) -> int:
    """The most memory that a worker had so far, in bytes."""
    peaks = [0]
    for worker in server.workers():
        try:
            status = Path(f"/proc/{worker}/status").read_text()
        except FileNotFoundError:
            continue
        peaks += [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return max(peaks)


@pytest.mark.parametrize("name", [*FILES, *DRAWN])
def test_a_hostile_file_is_answered_while_others_are_served(
    name: str, running: Gateway, record_property: Callable[[str, object], None]
) -> None:
    honest = Honest(running)
    honest.start()
    begin = time.monotonic()
    answer: httpx.Response = running.verify((FILES | DRAWN)[name]())
    seconds = time.monotonic() - begin
    peak = largest(running)
    honest.done.set()
    honest.join()
    record_property("seconds", seconds)
    assert answer.status_code in {200, 422}, answer.text
    if answer.status_code == 200:
        assert answer.json()["verdict"] in {"invalid", "indeterminate"}
    else:
        assert answer.json()["type"].startswith("/problems/")
        assert name not in LIMITED or answer.json()["limit"] in LIMITED[name]
    assert peak < WORKER_BYTES
    assert honest.verdicts
    assert set(honest.verdicts) == {"valid"}
