"""How often: counted per client, per token and in total; on a real Redis server, and without one."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from office import office
from redis_server import RedisServer, redis_server

from gateway import rates
from gateway.problems import Refused
from gateway.rates import Bucket, Rates, client_of

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))
SECRET = "what replicas know and Redis does not"  # noqa: S105 - of this test alone


def request(path: str = "/v1/lookups", peer: str = "192.0.2.1", said: str = "", forwarded: str = "") -> Any:  # noqa: ANN401 - what a limiter looks at
    headers = {"authorization": said} if said else {}
    headers |= {"x-forwarded-for": forwarded} if forwarded else {}
    url, client = SimpleNamespace(path=path), SimpleNamespace(host=peer)
    return SimpleNamespace(url=url, method="POST", client=client, headers=headers)


def admitted(counts: Rates, asked: list[Any]) -> int:
    async def send() -> int:
        done = 0
        for one in asked:
            try:
                await counts.admit(one)
            except Refused as refused:
                waits.append((refused.code, 1 <= int(refused.facts["retry_after"]) <= 60))
            else:
                done += 1
        return done

    waits: list[tuple[str, bool]] = []
    done = asyncio.run(send())
    assert set(waits) <= {("too-many-requests", True)}
    return done


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "BUCKETS", dict.fromkeys(rates.BUCKETS, Bucket(client=8, token=12, total=20)))


def test_one_client_and_all_clients() -> None:
    counts = Rates(None, (), SECRET)
    assert admitted(counts, [request() for _ in range(20)]) == 8
    others = [request(peer=f"192.0.2.{host}") for host in range(2, 40)]
    assert admitted(counts, others) == 20 - 8


def test_one_token_from_many_clients() -> None:
    counts = Rates(None, (), SECRET)
    asked = [request("/v1/admin/events", peer=f"192.0.2.{host}", said="Bearer x") for host in range(30)]
    assert admitted(counts, asked) == 12


def test_kinds_are_counted_apart() -> None:
    counts = Rates(None, (), SECRET)
    assert admitted(counts, [request() for _ in range(20)]) == 8
    assert admitted(counts, [request("/v1/verifications") for _ in range(20)]) == 8


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # a claim
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.5, 198.51.100.7", "198.51.100.7"),  # the first is the client's own claim
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("fd00::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "", "2001:db8:1:2::/64"),
        ("", "", "unknown"),
    ],
)
def test_who_asks(peer: str, forwarded: str, client: str) -> None:
    assert client_of(request(peer=peer, forwarded=forwarded), PROXIES) == client


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


@pytest.fixture
def replicas(redis: RedisServer) -> list[Rates]:
    return [Rates(redis.url, PROXIES, SECRET), Rates(redis.unix, PROXIES, SECRET)]


@pytest.mark.parametrize(
    ("most", "asked"),
    [
        pytest.param(8, lambda _: request(), id="a client"),
        pytest.param(8, lambda n: request(peer=f"10.0.0.{n}", forwarded="198.51.100.7"), id="a client, many proxies"),
        pytest.param(8, lambda n: request(forwarded=f"198.51.100.{n}"), id="a client who claims to be a proxy"),
        pytest.param(12, lambda n: request(peer=f"192.0.2.{n}", said="Bearer x"), id="a token"),
        pytest.param(20, lambda n: request(peer="10.0.0.1", forwarded=f"198.51.100.{n}", said=f"Bearer {n}"), id="all"),
    ],
)
def test_replicas_count_together_in_redis(replicas: list[Rates], most: int, asked: Callable[[int], Any]) -> None:
    told = [admitted(replicas[n % 2], [asked(n)]) for n in range(30)]
    assert told == [1] * most + [0] * (30 - most)


def test_redis_lost_is_stricter_and_shared_again_once_it_is_back(
    redis: RedisServer, replicas: list[Rates], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "AGAIN_SECONDS", 0.2)

    def each() -> list[int]:
        return [admitted(counts, [request() for _ in range(20)]) for counts in replicas]

    assert each() == [8, 0]
    redis.kill()
    assert each() == [8 // rates.STRICTER] * 2
    assert each() == [0, 0]
    redis.start()
    time.sleep(rates.AGAIN_SECONDS)
    assert each() == [8, 0]  # what it held was lost with it


def test_a_redis_that_hangs_is_as_good_as_lost_and_holds_nobody_up(redis: RedisServer, replicas: list[Rates]) -> None:
    redis.signal(signal.SIGSTOP)
    for counts in replicas:
        began = time.monotonic()
        assert admitted(counts, [request() for _ in range(20)]) == 8 // rates.STRICTER
        assert time.monotonic() - began < 4 * rates.REDIS_SECONDS


def test_no_redis_from_the_start_is_stricter_and_never_nothing() -> None:
    counts = Rates("redis://127.0.0.1:1/0", (), SECRET)
    assert admitted(counts, [request() for _ in range(20)]) == 8 // rates.STRICTER


def test_redis_is_told_nothing_of_anybody(redis: RedisServer, replicas: list[Rates]) -> None:
    peers = ["192.0.2.1", "2001:db8:1:2::9", "10.0.0.1"]
    asked = [request(peer=peer, said="Bearer secret", forwarded="198.51.100.7") for peer in peers]
    assert [admitted(counts, asked) for counts in replicas] == [3, 3]
    told = redis.keys()
    assert len(told) == 3 + 1 + 1
    assert all(re.fullmatch(r"LIMITS:LIMITER/lookups/([0-9a-f]{32}|total)/\d+/1/minute", key) for key in told), told
    assert admitted(Rates(redis.url, PROXIES, "another"), asked) == 3
    assert len(set(redis.keys()) - set(told)) == 4, "whoever lacks the secret cannot try out addresses"


def test_over_http(tmp_path: Path) -> None:
    desk = office(tmp_path)
    answers = [desk.post(None, "/v1/lookups", {"number": "7" * 16}) for _ in range(10)]
    desk.engine.dispose()
    assert [one.status_code for one in answers] == [404] * 8 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json()["type"] == "/problems/too-many-requests"
