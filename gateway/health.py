"""Is it alive, is it ready, what does it count."""

from __future__ import annotations

import asyncio
import ctypes
from typing import Any

from litestar import Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import DBAPIError

from gateway import metrics
from gateway.verifications import Service
from issuers import store

ANSWER_SECONDS = 2.0
"""A database that takes longer is no database to a balancer."""


@get("/health/live", tags=["health"])
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", tags=["health"])
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Whether a verification would succeed: 200, or 503 naming what is missing. Notes fail nothing."""
    service: Service = request.app.state.service
    checks = {"database": await _database(service), "workers": "ok" if service.sandbox.ready else "none"}
    well = all(state == "ok" for state in checks.values())
    return Response(
        {"status": "ok" if well else "unready", "checks": checks, "notes": request.app.state.notes},
        status_code=200 if well else 503,
        headers={} if well else {"Retry-After": "5"},
    )


@get("/metrics", include_in_schema=False)
async def count() -> Response[bytes]:
    """Counts for Prometheus."""
    return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def notes() -> list[str]:
    """What is missing and not needed; asked once, on start."""
    try:
        ctypes.CDLL("libzbar.so.0")
    except OSError:
        return ["libzbar0 is missing: some QR codes in pictures will not be read"]
    return []


async def _database(service: Service) -> str:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await asyncio.to_thread(store.check, service.engine)
    except TimeoutError:
        return "slow"
    except store.WrongSchema:
        return "not migrated"
    except DBAPIError:
        return "away"
    return "ok"
