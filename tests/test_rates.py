"""How often: counted per client, per token and in total; in Redis, and without it."""

from __future__ import annotations

import asyncio
import ipaddress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from office import office

from gateway import rates
from gateway.problems import Refused
from gateway.rates import Bucket, Rates, client_of

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


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
    counts = Rates(None, ())
    assert admitted(counts, [request() for _ in range(20)]) == 8
    others = [request(peer=f"192.0.2.{host}") for host in range(2, 40)]
    assert admitted(counts, others) == 20 - 8


def test_one_token_from_many_clients() -> None:
    counts = Rates(None, ())
    asked = [request("/v1/admin/events", peer=f"192.0.2.{host}", said="Bearer x") for host in range(30)]
    assert admitted(counts, asked) == 12


def test_kinds_are_counted_apart() -> None:
    counts = Rates(None, ())
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


def test_redis_lost_is_stricter_and_never_nothing() -> None:
    counts = Rates("redis://127.0.0.1:1/0", ())
    assert admitted(counts, [request() for _ in range(20)]) == 8 // rates.STRICTER


def test_over_http(tmp_path: Path) -> None:
    desk = office(tmp_path)
    answers = [desk.post(None, "/v1/lookups", {"number": "7" * 16}) for _ in range(10)]
    assert [one.status_code for one in answers] == [404] * 8 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json()["type"] == "/problems/too-many-requests"
