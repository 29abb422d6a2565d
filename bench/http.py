"""Verifications a second over HTTP, beside a handler that only receives: `python -m bench.http`.

Two servers that really run, of the same kind and on the same machine: the gateway as `make run` starts it, but without
limits to one client's calls; and one that takes the same upload and answers with its SHA-256. `wrk` asks them in turn,
so that a machine that drifts drifts under both. Two files: one signature, which is all work and no verdict (a school's
seal is missing), and two, which is `valid`. Then the judging processes without HTTP: two at once against one.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import postgres
from replicas import _appoint
from running import DAY, NAME, gateway, tiny

from bench.engine import _padded, _signer
from gateway.sandbox import Sandbox
from gateway.settings import SPARE_WORKERS
from gateway.verifications import verify
from issuers import anchors, certification, kit, store
from issuers.snapshot import Held
from verify.trust import Role, Use

ROOT = Path(__file__).parent.parent

ROUNDS, SECONDS, WARM_SECONDS = 5, 4, 2
CLIENTS = 8
"""Connections that ask all the time: enough to keep two cores busy, few enough that none waits long in line."""
WORKERS = (os.cpu_count() or 1) + SPARE_WORKERS
"""As the settings have it."""
FILES = 100
"""Documents for each measurement without HTTP."""

GATEWAY = """
if __name__ == "__main__":  # a worker loads this file, too, and stays small
    from gateway import cli, rates
    rates.BUCKETS = {name: rates.Bucket(1 << 30, 1 << 30, 1 << 30) for name in rates.BUCKETS}
    raise SystemExit(cli.main(["serve"]))
"""
BARE = """
import hashlib
from litestar import Litestar, Request, get, post
from gateway import server
from gateway.limits import Intake

@get("/health/live")
async def live() -> None:
    return

@post("/v1/verifications", status_code=200, request_max_body_size=None)
async def create(request: Request) -> dict[str, str]:
    with intake.place() as place:
        return {"sha256": hashlib.sha256(await place.read(request)).hexdigest()}

if __name__ == "__main__":
    intake = Intake(20 << 20)
    sock = server.listen("127.0.0.1", 0)
    print(f"Listening on http://127.0.0.1:{sock.getsockname()[1]}", flush=True)
    server.run(Litestar([live, create], logging_config=None), sock)
"""
BOUNDARY = "9f2b7c1d4e"
ASKING = """
local file = io.open("{path}", "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "multipart/form-data; boundary={boundary}"
file:close()
done = function(summary, latency, requests)
  io.write(string.format(
    '{{"answers": %d, "microseconds": %d, "refused": %d, "p50": %f, "p99": %f}}',
    summary.requests, summary.duration,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
      + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True)
class World:
    """A registry's file as bytes, and what its signers signed, by name."""

    registry: bytes
    files: dict[str, bytes]
    verdicts: dict[str, str]


class Told(msgspec.Struct):
    """What one run of the client told; milliseconds."""

    answers: int
    microseconds: int
    refused: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        assert not self.refused, self
        return self.answers / self.microseconds * 1e6


def main() -> None:
    """Print two tables."""
    world = found()
    if shutil.which("wrk") is None:
        print("over HTTP: not measured, for wrk is not installed (apt-get install wrk)")
    else:
        heads = ("KB", "bare/s", "gateway/s", "ratio", "bare p50", "p99", "p50", "p99 ms")
        print(f"{'':26}" + "".join(f"{one:>10}" for one in heads))
        for database in ("sqlite", "postgresql"):
            over_http(world, database)
        print(f"medians of {ROUNDS} rounds of {SECONDS} s, {CLIENTS} connections, {WORKERS} workers")
    one, two = asyncio.run(judging(world))
    print(f"judging processes: {one:.0f} documents a second one by one, {two:.0f} two at once: {two / one:.2f} times")


def found() -> World:
    """The tiny world with two more signers, of the keys that most certificates in use have, and their files."""
    now = datetime.now(UTC)
    authority = certification.authority("CA đo", certification.rsa_key(), now - 30 * DAY)
    principal, seal = (_signer(name, authority) for name in ("Hiệu trưởng đo", NAME))
    one = kit.sign(_padded(tiny().unsigned), principal, "principal", at=now)
    two = kit.sign(one, seal, "school_seal", at=now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.sqlite3"
        path.write_bytes(tiny().registry)
        engine = store.connect(f"sqlite:///{path}")
        with store.writing(engine) as connection:
            root = authority.root.public_bytes(Encoding.DER)
            anchors.admit(connection, root, Use.DOCUMENT, anchors.Revocation.REGISTRY, actor="host", at=now - 9 * DAY)
            for signer, role in ((principal, Role.PRINCIPAL), (seal, Role.SCHOOL_SEAL)):
                _appoint(connection, signer, role, now - 9 * DAY)
        engine.dispose()
        registry = path.read_bytes()
    names = ("1 signature", "2 signatures")
    return World(
        registry, dict(zip(names, (one, two), strict=True)), dict(zip(names, ("indeterminate", "valid"), strict=True))
    )


def over_http(world: World, database: str) -> None:
    """One line for each file."""
    with ExitStack() as stack:
        bare = stack.enter_context(serving(BARE))
        ours = stack.enter_context(serving(GATEWAY, world, database))
        for name, pdf in world.files.items():
            script = stack.enter_context(asking(pdf))
            expect(ours, pdf, world.verdicts[name])
            for url in (bare, ours):
                drive(url, script, WARM_SECONDS)
            rounds = [[drive(url, script, SECONDS) for url in (bare, ours)] for _ in range(ROUNDS)]
            expect(ours, pdf, world.verdicts[name])
            ratio = statistics.median(mine.rate / theirs.rate for theirs, mine in rounds)
            theirs, mine = ([row[column] for row in rounds] for column in range(2))
            told = [len(pdf) / 1024, middle(theirs, "rate"), middle(mine, "rate"), ratio]
            told += [middle(runs, name) for runs in (theirs, mine) for name in ("p50", "p99")]
            print(
                f"{database + ', ' + name:26}"
                + "".join(f"{one:10.{digits}f}" for one, digits in zip(told, (0, 0, 0, 3, 1, 1, 1, 1), strict=True)),
                flush=True,
            )


def middle(runs: list[Told], name: str) -> float:
    """The median of one figure."""
    return statistics.median(float(getattr(one, name)) for one in runs)


@contextmanager
def serving(program: str, world: World | None = None, database: str = "sqlite") -> Iterator[str]:
    """A server's address."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        script = folder / "serving.py"
        script.write_text(program)
        environ: dict[str, Any] = {"PYTHONPATH": str(ROOT), "WORKERS": str(WORKERS)}
        if world is not None and database == "postgresql":
            registry = folder / "copied.sqlite3"
            registry.write_bytes(world.registry)
            environ["DATABASE_URL"] = postgres.copied(f"sqlite:///{registry}")
        running = gateway(folder, script, registry=world.registry if world else None, **environ)
        yield stack.enter_context(running).url


@contextmanager
def asking(pdf: bytes) -> Iterator[Path]:
    """What tells the client to hand in a file."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="hocba.pdf"\r\n'
    form = f"{head}Content-Type: application/pdf\r\n\r\n".encode() + pdf + f"\r\n--{BOUNDARY}--\r\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        body, script = Path(folder) / "form", Path(folder) / "asking.lua"
        body.write_bytes(form)
        script.write_text(ASKING.format(path=body, boundary=BOUNDARY))
        yield script


def drive(url: str, script: Path, seconds: int) -> Told:
    """Ask for some seconds over all connections."""
    said = subprocess.run(  # noqa: S603 - the client, with arguments of our own
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}", "--timeout=30s", "-s", str(script), f"{url}/v1/verifications"],  # noqa: S607
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    told: Told = msgspec.json.decode(said[said.index('{"answers"') :], type=Told)
    return told


def expect(url: str, pdf: bytes, verdict: str) -> None:
    """What is measured is the answer that the law gives."""
    response = httpx.post(f"{url}/v1/verifications", files={"file": ("hocba.pdf", pdf, "application/pdf")})
    assert response.json()["verdict"] == verdict, response.text


async def judging(world: World) -> tuple[float, float]:
    """Documents a second, one by one and two at once, each with its slice of the registry."""
    pdf = world.files["2 signatures"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.sqlite3"
        path.write_bytes(world.registry)
        engine = store.connect(f"sqlite:///{path}")
        sandbox, held = Sandbox(2), Held()
        await sandbox.start()
        try:
            rates: list[list[float]] = [[], []]
            for _ in range(ROUNDS):
                for column in range(2):
                    rates[column].append(await _rate(column + 1, lambda: verify(pdf, engine, sandbox, "", held=held)))
        finally:
            await sandbox.stop()
            engine.dispose()
    one, two = (statistics.median(column) for column in rates)
    return one, two


async def _rate(at_once: int, one: Any) -> float:  # noqa: ANN401 - a coroutine function
    """How many a second, so many at once."""

    async def each() -> None:
        for _ in range(FILES // at_once):
            await one()

    began = time.perf_counter()
    await asyncio.gather(*(each() for _ in range(at_once)))
    return FILES / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
