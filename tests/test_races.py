"""Verifications against a revocation, on a real server: who asks after it was acknowledged is told of it (P2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from replicas import BEARER, Signed, crowd
from running import gateway

VERIFICATIONS = 200

IN_FLIGHT = 16
"""Asked and not yet answered: so few that what is asked after the acknowledgement is soon read."""

ATTEMPTS = 100
"""A slow machine refuses some as busy; they are asked again."""


@dataclass
class Race:
    """One file verified over and over, and its principal's key revoked meanwhile."""

    client: httpx.AsyncClient
    signed: Signed
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(IN_FLIGHT))
    warm: asyncio.Event = field(default_factory=asyncio.Event)
    acknowledged: bool = False
    in_flight: int = 0
    crossing: int = 0
    """In flight at the moment of the acknowledgement."""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    async def run(self) -> None:
        await asyncio.gather(self.revoke(), *(self.verify() for _ in range(VERIFICATIONS)))

    async def verify(self) -> None:
        async with self.room:
            for _ in range(ATTEMPTS):
                if await self.judged():
                    break
                await asyncio.sleep(0.1)
            if len(self.before) == VERIFICATIONS // 4:
                self.warm.set()

    async def judged(self) -> bool:
        told = self.after if self.acknowledged else self.before
        self.in_flight += 1
        files = {"file": ("hocba.pdf", self.signed.pdf, "application/pdf")}
        response = await self.client.post("/v1/verifications", files=files)
        self.in_flight -= 1
        if response.status_code == 503:
            return False
        said = response.json()
        told.append(" ".join([said["verdict"], *said["reasons"]]))
        return True

    async def revoke(self) -> None:
        await self.warm.wait()
        path = f"/v1/admin/keys/{self.signed.key}/revocation"
        response = await self.client.post(path, json={"reason": "keyCompromise"}, headers=BEARER)
        assert response.status_code == 200, response.text
        self.acknowledged, self.crossing = True, self.in_flight


def test_no_verification_asked_after_a_revocation_was_acknowledged_is_valid(tmp_path: Path) -> None:
    world = crowd(1)

    async def race(url: str) -> Race:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
            run = Race(client, world.signed[0])
            await run.run()
            return run

    with gateway(tmp_path, DATABASE_URL=world.database(tmp_path, "postgresql")) as running:
        run = asyncio.run(race(running.url))
    assert set(run.after) == {"indeterminate KEY_REVOKED UNREGISTERED"}
    assert run.crossing, "nothing was on its way when the revocation was acknowledged"
    assert run.before.count("valid UNREGISTERED") >= VERIFICATIONS // 8
    assert len(run.before) + len(run.after) == VERIFICATIONS
