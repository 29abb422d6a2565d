"""Both kinds of stop: asked for, it loses no request; killed, it leaves no worker behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from running import Gateway, children, gateway, tiny

CLIENTS = 6


class Load(threading.Thread):
    """Hands in one file after the other, each on a connection of its own, until nobody listens any more."""

    def __init__(self, url: str, *, keep: bool) -> None:
        super().__init__()
        self.url, self.keep, self.answers = url, keep, Counter[str]()

    def run(self) -> None:
        client = httpx.Client(timeout=30)
        try:
            for _ in range(10_000):
                response = client.post(
                    f"{self.url}/v1/verifications", files={"file": ("a.pdf", tiny().pdf, "application/pdf")}
                )
                self.answers[str(response.json().get("verdict", response.json().get("type")))] += 1
                if not self.keep:
                    client.close()
                    client = httpx.Client(timeout=30)
        except httpx.ConnectError:
            self.answers["refused"] += 1  # the server had stopped listening: nothing was accepted
        except httpx.HTTPError as error:
            self.answers[f"lost: {type(error).__name__}"] += 1
        finally:
            client.close()


@pytest.mark.parametrize(
    ("keep", "group"),
    [
        pytest.param(False, True, id="new connections, a signal to the whole group"),
        pytest.param(True, False, id="kept connections, a signal to the server"),
    ],
)
def test_a_stop_under_load_loses_no_accepted_request(tmp_path: Path, *, keep: bool, group: bool) -> None:
    with gateway(tmp_path) as running:
        clients = [Load(running.url, keep=keep) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(0.7)
        began = time.monotonic()
        if group:
            os.killpg(running.process.pid, signal.SIGTERM)
        else:
            running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(20) == 0
        assert time.monotonic() - began < 10
        for client in clients:
            client.join()
        told = sum((client.answers for client in clients), Counter())
    assert told["valid"]
    assert set(told) == {"valid", "refused"}, told
    assert running.log.count("\n") == 1, running.log


def test_what_was_sent_but_not_yet_read_is_answered(tmp_path: Path) -> None:
    with gateway(tmp_path) as running:
        parts = urlsplit(running.url)
        running.process.send_signal(signal.SIGSTOP)
        waiting = [socket.create_connection((parts.hostname, parts.port), timeout=20) for _ in range(20)]
        for connection in waiting:
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        running.process.send_signal(signal.SIGTERM)
        running.process.send_signal(signal.SIGCONT)
        for connection in waiting:
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
            connection.close()
        assert running.process.wait(20) == 0


def test_an_idle_server_stops_at_once(tmp_path: Path) -> None:
    with gateway(tmp_path) as running:
        with running.client() as client:
            client.get("/health/live")
            family = descendants(running)
            began = time.monotonic()
            assert running.stop() == 0
            assert time.monotonic() - began < 5
        assert gone(family)


def test_hung_workers_are_answered_for_and_end_with_the_server(tmp_path: Path) -> None:
    with gateway(tmp_path) as running:
        for pid in running.workers():
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        response = running.verify(tiny().pdf)
        assert time.monotonic() - began < 5
        assert (response.status_code, response.json()["type"]) == (422, "/problems/limit")
        deadline = time.monotonic() + 10
        while running.verify(tiny().pdf).status_code != 200:
            assert time.monotonic() < deadline
        for pid in running.workers():
            os.kill(pid, signal.SIGSTOP)
        family = descendants(running)
        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 5
        assert gone(family)


def test_no_worker_outlives_a_server_that_was_killed(tmp_path: Path) -> None:
    with gateway(tmp_path) as running:
        family = descendants(running)
        assert len(running.workers()) == 2
        os.kill(running.workers()[0], signal.SIGSTOP)
        running.process.kill()
        running.process.wait()
        assert gone(family)


def test_a_long_path_for_temporary_files_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    with gateway(tmp_path, TMPDIR=str(deep)) as running:
        assert running.verify(tiny().pdf).json()["verdict"] == "valid"
        assert running.stop() == 0


def test_a_server_without_workers_does_not_start_and_says_so(tmp_path: Path) -> None:
    program = tmp_path / "wingless.py"
    program.write_text(
        "import sys\nfrom gateway import cells, cli\n\nif __name__ == '__main__':\n"
        "    cells.START_SECONDS = 0\n    sys.exit(cli.main(['serve']))\n"
    )
    told = subprocess.run(
        [sys.executable, str(program)],
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), "PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 2
    assert "a worker did not start: TimeoutError()" in told.stderr
    assert told.stderr.endswith("The service did not start; what is missing stands above.\n")


def descendants(running: Gateway) -> list[int]:
    """Every process that the server has started, however far down."""
    found, frontier = list[int](), [running.process.pid]
    while frontier:
        frontier = [child for pid in frontier for child in children(pid)]
        found += frontier
    assert len(found) >= 3  # the fork server and two workers
    return found


def gone(pids: list[int], seconds: float = 5) -> bool:
    """Whether all these processes end in time; those that do not are killed."""
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if running_still(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return not left


def running_still(pid: int) -> bool:
    """Whether a process is there and not merely unburied."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
