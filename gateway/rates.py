"""How often: per client, per token, and in total; counted in Redis for all replicas, or here.

Redis lost: each process counts by itself, to a quarter of the limit, so that losing it loosens nothing. No verdict and
no right rests on a count. What an attacker gains who reads Redis: how many calls there were in the last minute, not
whose; who writes it: calls without limit, or none for others.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from litestar import Request

from gateway.problems import Refused
from gateway.settings import Network

log = logging.getLogger(__name__)

STRICTER = 4
"""A lost Redis divides each limit by so much: few deployments have more replicas."""

AGAIN_SECONDS = 5.0
"""How long a lost Redis is left alone: each attempt costs a request its time-out."""

REDIS_SECONDS = 0.25
"""The longest a count may take: it is asked before the work."""

SITE = 64
"""Leading bits of an IPv6 address that one customer commonly holds: all of them are one client."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Calls of one kind in a minute: of one client, of one token, and of all."""

    client: int
    token: int
    total: int


BUCKETS: Mapping[str, Bucket] = {
    # A school behind one address hands in a class at a time; two cores verify about 2,400 a minute.
    "verifications": Bucket(client=1_200, token=1_200, total=6_000),
    # A clerk types a few a minute; the space of numbers is 80 bits, and guessing at it is noticed here.
    "lookups": Bucket(client=120, token=120, total=2_400),
    # A department's program may register at full speed; a token that is tried is counted by its client too.
    "admin": Bucket(client=2_400, token=1_200, total=6_000),
}


class Rates:
    """All counts of this process, and where they stand."""

    def __init__(self, redis_url: str | None, trusted: tuple[Network, ...], secret: str) -> None:
        """`secret` is known to all replicas and not to Redis: the names under which it counts are made with it."""
        self._trusted = trusted
        self._key = hashlib.sha256(secret.encode()).digest()
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._shared: FixedWindowRateLimiter | None = None
        self._retry_at = 0.0
        if redis_url is not None:
            times = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
            if redis_url.startswith("unix:"):
                redis_url = "redis+" + redis_url  # as `limits` names it
            storage = storage_from_string(redis_url, wrap_exceptions=True, **times)
            assert isinstance(storage, Storage)  # noqa: S101 (not an asynchronous one)
            self._shared = FixedWindowRateLimiter(storage)

    async def admit(self, request: Request[Any, Any, Any]) -> None:
        """Count a request; raises Refused (429) with the seconds to wait."""
        name = kind(request)
        if name is None:
            return
        bucket, client = BUCKETS[name], client_of(request, self._trusted)
        asked = [(bucket.client, self._hidden(f"client:{client}")), (bucket.total, "total")]
        said = request.headers.get("authorization", "")
        if said:
            asked.append((bucket.token, self._hidden(f"token:{said}")))
        for limit, who in asked:
            wait = await self._hit(limit, name, who)
            if wait:
                raise Refused("too-many-requests", retry_after=wait)

    def _hidden(self, who: str) -> str:
        """A name for a client or a token that tells Redis nothing of them: an address is personal data."""
        return hashlib.blake2b(who.encode(), key=self._key, digest_size=16).hexdigest()

    async def _hit(self, limit: int, name: str, who: str) -> int:
        """Count one; 0, or the seconds until there is room."""
        if self._shared is None:
            return _count(self._local, RateLimitItemPerMinute(limit), name, who)
        if time.monotonic() >= self._retry_at:
            try:
                return await asyncio.to_thread(_count, self._shared, RateLimitItemPerMinute(limit), name, who)
            except StorageError as error:
                self._retry_at = time.monotonic() + AGAIN_SECONDS
                log.warning("rate limits are counted here alone: %s", type(error.storage_error).__name__)
        return _count(self._local, RateLimitItemPerMinute(max(1, limit // STRICTER)), name, who)


def _count(limiter: FixedWindowRateLimiter, item: RateLimitItem, name: str, who: str) -> int:
    if limiter.hit(item, name, who):
        return 0
    reset = limiter.get_window_stats(item, name, who).reset_time
    return max(1, round(reset - time.time()))


def kind(request: Request[Any, Any, Any]) -> str | None:
    """What is counted of a request, if anything."""
    path = request.url.path
    if path.startswith("/v1/admin/"):
        return "admin"
    if path in {"/v1/lookups", "/lookups"}:
        return "lookups"
    return "verifications" if request.method == "POST" else None


def client_of(request: Request[Any, Any, Any], trusted: tuple[Network, ...]) -> str:
    """Who asks: the peer, or behind trusted proxies the last address that none of them added.

    X-Forwarded-For of anybody else is a claim: with it, one client would be as many as he likes.
    """
    peer = request.client.host if request.client else ""
    chain = [*(part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")), peer]
    for address in reversed(chain):
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            break
        if not any(found in network for network in trusted if network.version == found.version):
            return _site(found)
        peer = address
    try:
        return _site(ipaddress.ip_address(peer))
    except ValueError:
        return "unknown"


def _site(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, SITE), strict=False))
    return str(address)
