"""Two replicas, one PostgreSQL, one Redis: what one was told counts at the other, whatever becomes of Redis (P2)."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from redis_server import RedisServer, redis_server
from replicas import BEARER, Crowd, crowd, verified
from running import gateway
from test_admin_transcripts import PATH, one

from gateway import rates

KEYS = 50
"""Each is first suspended, then revoked: 100 tries."""

UNKNOWN = {"number": "7" * 16}


@dataclass
class Pair:
    """Two replicas, each with its client, and what they share."""

    clients: tuple[httpx.Client, httpx.Client]
    redis: RedisServer
    world: Crowd

    def ask(self, replica: int, client: str) -> int:
        """Look up a number that nobody has, through a proxy; the status."""
        said = {"x-forwarded-for": client}
        return self.clients[replica].post("/v1/lookups", json=UNKNOWN, headers=said).status_code

    def asked(self, times: int, client: str) -> list[Counter[int]]:
        """So many look-ups at each replica, in turn."""
        told = [Counter[int](), Counter[int]()]
        for _ in range(times):
            for replica in (0, 1):
                told[replica][self.ask(replica, client)] += 1
        return told

    def wait_until_shared(self) -> None:
        """Redis is left alone for a while once it was lost; then both count there."""
        deadline = time.monotonic() + 2 * rates.AGAIN_SECONDS
        for replica in (0, 1):
            for turn in itertools.count():
                known = len(self.redis.keys())
                assert self.ask(replica, f"203.0.{100 + replica}.{turn}") == 404
                if len(self.redis.keys()) > known:
                    break
                assert time.monotonic() < deadline, "a replica does not count in Redis"
                time.sleep(0.1)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    world = crowd(KEYS)
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(folder))
        database, clients = world.database(folder, "postgresql"), []
        for name in ("a", "b"):
            (folder / name).mkdir()
            running = gateway(folder / name, DATABASE_URL=database, REDIS_URL=redis.url, TRUSTED_PROXIES="127.0.0.1")
            clients.append(stack.enter_context(stack.enter_context(running).client()))
        yield Pair((clients[0], clients[1]), redis, world)


def test_none_is_valid_at_either_once_its_key_was_suspended_or_revoked_at_one(pair: Pair) -> None:
    def change(replica: int, key: str, deed: str) -> None:
        said = {"reason": "keyCompromise"} if deed == "revocation" else {}
        response = pair.clients[replica].post(f"/v1/admin/keys/{key}/{deed}", json=said, headers=BEARER)
        assert response.status_code == 200, response.text

    with ThreadPoolExecutor(2) as both:
        for turn, one in enumerate(pair.world.signed):
            here = turn % 2
            if turn == KEYS // 3:
                pair.redis.kill()
            elif turn == KEYS * 2 // 3:
                pair.redis.start()
            assert verified(pair.clients[1 - here], one.pdf)[0] == "valid"
            for replica, deed, reason in (
                (here, "suspension", "KEY_SUSPENDED"),
                (1 - here, "revocation", "KEY_REVOKED"),
            ):
                change(replica, one.key, deed)
                told = both.map(lambda client, pdf=one.pdf: verified(client, pdf), pair.clients)
                assert list(told) == [("indeterminate", [reason, "UNREGISTERED"])] * 2


def test_a_call_made_at_both_at_once_is_done_once(pair: Pair) -> None:
    def register(client: httpx.Client, number: int) -> tuple[int, Any]:
        headers = BEARER | {"Idempotency-Key": f"call {number}"}
        response = client.post(PATH, json={"items": [one(number)]}, headers=headers)
        return response.status_code, response.json()

    with ThreadPoolExecutor(2) as both:
        for number in range(20):
            told = list(both.map(register, pair.clients, (number, number)))
            result = {"number": f"{number:016d}", "version": 1, "result": "registered"}
            assert told == [(200, {"results": [result]})] * 2


def test_limits_are_shared_until_redis_is_lost_then_stricter_then_shared_again(pair: Pair) -> None:
    most = rates.BUCKETS["lookups"].client
    alone = most // rates.STRICTER
    pair.wait_until_shared()
    assert sum(pair.asked(most, "198.51.100.1"), Counter()) == {404: most, 429: most}
    assert pair.ask(0, "198.51.100.2") == 404, "another client has a count of his own"
    pair.redis.kill()
    assert pair.asked(alone + 10, "198.51.100.3") == [{404: alone, 429: 10}] * 2
    pair.redis.start()
    pair.wait_until_shared()
    assert sum(pair.asked(most, "198.51.100.4"), Counter()) == {404: most, 429: most}
