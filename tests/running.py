"""A gateway that really runs, over a registry with one school and one transcript: for tests of `gateway/`.

The registry is founded by the clock of the machine, for the server knows no other. One a process; each test that
changes it works on a copy.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from issuers import anchors, certification, keys, kit, pupils, registry, store
from issuers.admission import Candidate
from issuers.appointments import Office
from verify.trust import VIETNAM, Kind, Level, Role, Use

DAY = timedelta(days=1)
SCHOOL, DEPARTMENT, MINISTRY = "97000701", "SO-97", "MOET"
NAME = "Trường THPT Thử Nghiệm (mẫu)"
PLACE = "Nơi sinh Canh Chừng"
"""In the record of the one transcript: what must never be found on a disk or in a log."""

START_SECONDS = 20


@dataclass(frozen=True)
class Tiny:
    """The registry's file as bytes, the transcript, and who signed it."""

    registry: bytes
    pdf: bytes
    unsigned: bytes
    principal: str
    seal: str
    signers: dict[Role, kit.Signer]


@cache
def tiny() -> Tiny:
    """The one world of this process."""
    now = datetime.now(UTC)
    authority = certification.authority("CA mẫu", certification.p256_key(), now - 30 * DAY)
    signers = {
        role: kit.Signer(
            certification.certify(authority, name, NAME, key := certification.p256_key(), now - 30 * DAY),
            key,
            authority.chain,
            name=name,
        )
        for role, name in ((Role.PRINCIPAL, "Hiệu Trưởng Mẫu"), (Role.SCHOOL_SEAL, NAME))
    }
    issuer = {"code": SCHOOL, "name": NAME, "department_code": DEPARTMENT, "province_code": "97"}
    record = pupils.record(
        Random(5),  # noqa: S311 (it invents names and marks)
        issuer,
        Level.UPPER_SECONDARY,
        number="000G40R40M30E209",
        issued_on=now.astimezone(VIETNAM).date() - 2 * DAY,
        last_year=now.year - 1,
        place_of_birth=PLACE,
    )
    unsigned = kit.compose(record, sample=True)
    pdf = kit.sign(unsigned, signers[Role.PRINCIPAL], "principal", at=now - DAY)
    pdf = kit.sign(pdf, signers[Role.SCHOOL_SEAL], "school_seal", at=now - DAY)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.sqlite3"
        ids = _found(path, authority, signers, now)
        return Tiny(path.read_bytes(), pdf, unsigned, ids[Role.PRINCIPAL], ids[Role.SCHOOL_SEAL], signers)


def _found(
    path: Path, authority: certification.Authority, signers: dict[Role, kit.Signer], now: datetime
) -> dict[Role, str]:
    engine = store.connect(f"sqlite:///{path}")
    store.migrate(engine)
    long_ago = datetime.combine(date(2020, 1, 1), datetime.min.time(), VIETNAM)
    ids = {}
    with store.writing(engine) as connection:
        at = now - 20 * DAY
        registry.initialise(connection, MINISTRY, "Bộ (mẫu)", actor="host", at=at, valid_from=long_ago, synthetic=True)
        for code, kind, parent, name in (
            (DEPARTMENT, Kind.DEPARTMENT, MINISTRY, "Sở (mẫu)"),
            (SCHOOL, Kind.SCHOOL, DEPARTMENT, NAME),
        ):
            enrolment = registry.Enrolment(code, kind, parent, name, long_ago, contact="vp@mau.example")
            registry.enrol(connection, enrolment, actor="host", at=at)
        root = authority.root.public_bytes(Encoding.DER)
        anchors.admit(connection, root, Use.DOCUMENT, anchors.Revocation.REGISTRY, actor="host", at=at)
        chain = (authority.certificate.public_bytes(Encoding.DER),)
        for role, signer in signers.items():
            office = Office(SCHOOL, role, long_ago, decision_no="12/QĐ")
            candidate = Candidate(Use.DOCUMENT, signer.certificate.public_bytes(Encoding.DER), chain=chain)
            key = keys.propose(connection, candidate, office, holder=signer.name, actor="o1", at=at)
            keys.prove(connection, key, actor="o1", at=at)
            keys.activate(connection, key, actor="o2", at=at)
            spki = signer.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            assert key == sha256(spki).hexdigest()
            ids[role] = key
    engine.dispose()
    return ids


@dataclass
class Gateway:
    """A running server and the folder that holds its registry and its log."""

    process: subprocess.Popen[bytes]
    folder: Path
    url: str = ""
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """All that it printed so far."""
        return (self.folder / "log").read_text()

    def client(self) -> httpx.Client:
        """A client of this server."""
        return httpx.Client(base_url=self.url, timeout=30)

    def verify(self, content: bytes, name: str = "hocba.pdf") -> httpx.Response:
        """Hand in one file."""
        with self.client() as client:
            return client.post("/v1/verifications", files={"file": (name, content, "application/pdf")})

    def workers(self) -> list[int]:
        """The process ids of its workers: what its fork server has forked."""
        return [worker for child in children(self.process.pid) for worker in children(child)]

    def stop(self) -> int:
        """Ask it to stop; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def children(pid: int) -> list[int]:
    """The child processes of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


@contextmanager
def gateway(
    folder: Path, program: Path | None = None, *, registry: bytes | None = None, **environ: str
) -> Iterator[Gateway]:
    """A gateway on a free port over a copy of the tiny world; it is gone afterwards, whatever happened.

    `program` is a script that serves in its own way, instead of the command; `registry` another world's file.
    """
    data = folder / "data"
    data.mkdir()
    (data / "registry.sqlite3").write_bytes(tiny().registry if registry is None else registry)
    (folder / "tmp").mkdir()
    chosen = {"DATA_DIR": str(data), "PORT": "0", "TMPDIR": str(folder / "tmp"), "WORKERS": "2", **environ}
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", *([str(program)] if program else ["-m", "gateway.cli", "serve"])],
            env=kept | chosen,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Gateway(process, folder, environ=chosen)
    try:
        running.url = _announced(running)
        yield running
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _announced(running: Gateway) -> str:
    """Its address, once it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert running.process.poll() is None, running.log
        first = running.log.partition("\n")
        if first[1] and first[0].startswith("Listening on "):
            url = first[0].removeprefix("Listening on ")
            try:
                if httpx.get(f"{url}/health/live").status_code == 200:
                    return url
            except httpx.TransportError:
                raise AssertionError(f"it closed its first connection: {running.log}") from None
        time.sleep(0.02)
    raise AssertionError(running.log)
