"""A gateway killed while it writes: what it acknowledged is there, a change and its event both or neither (P4)."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random

import httpx
import pytest
from replicas import BEARER, crowd
from running import Gateway, gateway
from sqlalchemy import func, select
from test_admin_transcripts import PATH, one

from issuers import store
from issuers.audit import audit
from issuers.event import Act
from issuers.tables import answers, ledger, transcripts

WRITES = 200
WRITERS = 3
CRASHES = 5

MOST_ITEMS = 40
"""A call of so many items is some milliseconds in its transaction: time enough to be killed in."""

LATEST_KILL = 0.03
"""Seconds after an acknowledgement within which the kill falls: somewhere in the next writes."""

PATIENCE_SECONDS = 60


@dataclass
class Clients:
    """Writers who send each call until it is acknowledged, and remember that it was."""

    items: tuple[int, ...]
    """How many items each call has."""
    pending: deque[int] = field(default_factory=lambda: deque(range(WRITES)))
    acknowledged: set[int] = field(default_factory=set)

    def write(self, url: str) -> None:
        """Send what is pending until nothing is, or the gateway is gone."""
        with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS, headers=BEARER) as client:
            while self.pending:
                call = self.pending.popleft()
                said = {"items": [one(number) for number in self.numbers(call)]}
                try:
                    response = client.post(PATH, json=said, headers={"Idempotency-Key": f"call {call}"})
                except httpx.TransportError:
                    self.pending.appendleft(call)
                    return
                assert response.status_code == 200, response.text
                self.acknowledged.add(call)

    def numbers(self, call: int) -> range:
        """The transcripts that this call registers."""
        return range(call * MOST_ITEMS, call * MOST_ITEMS + self.items[call])

    def run(self, running: Gateway, until: int, wait: float) -> None:
        """Write through this gateway, and kill it a moment after so many calls were acknowledged."""
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(self.write, running.url) for _ in range(WRITERS)]
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(self.acknowledged) < until and not all(writer.done() for writer in writers):
                assert time.monotonic() < deadline, running.log
                time.sleep(0.001)
            time.sleep(wait)
            running.process.kill()
            running.process.wait()
        for writer in writers:
            writer.result()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_killed_gateway_keeps_all_that_it_acknowledged_and_nothing_by_halves(tmp_path: Path, database: str) -> None:
    draw = Random(database)  # noqa: S311 - the same crashes on every run
    clients = Clients(tuple(draw.randint(1, MOST_ITEMS) for _ in range(WRITES)))
    url = crowd(0).database(tmp_path, database)
    crashes = sorted(draw.sample(range(1, WRITES), CRASHES))
    for life, until in enumerate([*crashes, WRITES]):
        folder = tmp_path / str(life)
        folder.mkdir()
        with gateway(folder, DATABASE_URL=url) as running:
            clients.run(running, until, draw.uniform(0, LATEST_KILL))
        whole = examined(url, clients)
        assert clients.acknowledged <= whole
    assert len(whole) == WRITES


def examined(url: str, clients: Clients) -> set[int]:
    """The calls that the registry holds, each of them whole, with one event and the answer that is kept."""
    engine = store.connect(url)
    with store.reading(engine) as connection:
        kept = set(connection.scalars(select(answers.c.key_sha256)))
        there = set(connection.scalars(select(transcripts.c.number)))
        registered = select(func.count()).where(ledger.c.kind == Act.TRANSCRIPTS_REGISTERED.value)
        events = connection.scalar(registered)
    assert audit(engine).disagreements == ()
    engine.dispose()
    whole = set()
    for call in range(WRITES):
        found = {f"{number:016d}" in there for number in clients.numbers(call)}
        assert found == {sha256(f"call {call}".encode()).hexdigest() in kept}
        if found == {True}:
            whole.add(call)
    assert events == len(whole)
    return whole
