"""How fast transcripts are registered, and whether a verification notices: `python -m bench.registry [items]`.

Two gateways that really run, over HTTP, on SQLite and on PostgreSQL: one registers the items, the other stays without
them. Then both verify the same file in turn, so that a machine that drifts drifts under both; number and digests are
looked up among all that is registered. Stops if the full registry takes more than MOST times as long.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from founding import digest
from replicas import BEARER, Crowd, crowd, verified
from running import gateway
from test_admin_transcripts import PATH, one

ITEMS = 100_000
BULK = 10_000
"""As many as one call takes."""

ROUNDS = 60
"""Verifications by each, of which the median is taken."""

MOST = 1.2
"""How many times as long a verification may take beside all these transcripts."""


def serving(stack: ExitStack, world: Crowd, database: str) -> httpx.Client:
    """A client of a gateway over a database of its own."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    running = stack.enter_context(gateway(folder, DATABASE_URL=world.database(folder, database)))
    return stack.enter_context(httpx.Client(base_url=running.url, timeout=300))


def register(client: httpx.Client, items: int) -> float:
    """Items a second, as bulk calls are answered."""
    seconds = 0.0
    for start in range(0, items, BULK):
        numbers = range(start, min(start + BULK, items))
        said = {"items": [one(number, pdf_sha256=digest(f"pdf {number}")) for number in numbers]}
        began = time.perf_counter()
        response = client.post(PATH, json=said, headers=BEARER)
        seconds += time.perf_counter() - began
        assert response.is_success, response.text
    return items / seconds


def verification(client: httpx.Client, pdf: bytes) -> float:
    """Seconds of one verification."""
    began = time.perf_counter()
    assert verified(client, pdf) == ("valid", ["UNREGISTERED"])
    return time.perf_counter() - began


def measure(database: str, items: int) -> tuple[float, float, float]:
    """Items a second, and a verification's seconds without and with them."""
    world = crowd(1)
    pdf = world.signed[0].pdf
    with ExitStack() as stack:
        without, full = (serving(stack, world, database) for _ in range(2))
        rate = register(full, items)
        for client in (without, full):
            verification(client, pdf)
        times = [(verification(without, pdf), verification(full, pdf)) for _ in range(ROUNDS)]
    before, after = (statistics.median(column) for column in zip(*times, strict=True))
    return rate, before, after


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    print(f"{'':12}{'items/s':>10}{'without':>12}{'with':>12}{'ratio':>8}")
    for name in ("sqlite", "postgresql"):
        found, alone, beside = measure(name, wanted)
        ratio = beside / alone
        print(f"{name:12}{found:10,.0f}{alone * 1000:9.1f} ms{beside * 1000:9.1f} ms{ratio:8.2f}")
        assert ratio <= MOST, "a verification notices how much is registered"
