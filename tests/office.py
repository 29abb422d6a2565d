"""The admin API over a registry of a test's own: a ministry, two departments, three schools, officers with tokens.

On SQLite, or with REGISTRY=postgresql on a real PostgreSQL server: the same tests run on both.
The application is called in memory, without its workers; whoever needs those starts a gateway (`running.py`).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import postgres
from conformity import conforms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from founding import (
    DAY,
    DEPARTMENT,
    HOST,
    MINISTRY,
    NOW,
    OTHER,
    SCHOOL,
    ca,
    certificate,
    enrolment,
    founded,
    private,
    spki,
)
from running import gateway
from sqlalchemy import Engine

from gateway import app, settings
from issuers import officers, registry, store
from issuers.kit import PrivateKey
from issuers.officers import OfficerRole
from verify.trust import Kind

FAR, STRANGER = "SO-98", "98000101"
"""Another department, and a school of its own: what the first must never touch."""

STAFF = {
    "m1": (MINISTRY, OfficerRole.ADMIN),
    "m2": (MINISTRY, OfficerRole.ADMIN),
    "m-reader": (MINISTRY, OfficerRole.READER),
    "d1": (DEPARTMENT, OfficerRole.ADMIN),
    "d2": (DEPARTMENT, OfficerRole.ADMIN),
    "s1": (SCHOOL, OfficerRole.ADMIN),
    "s2": (SCHOOL, OfficerRole.ADMIN),
    "s-registrar": (SCHOOL, OfficerRole.REGISTRAR),
    "s-reader": (SCHOOL, OfficerRole.READER),
    "o1": (OTHER, OfficerRole.ADMIN),
    "f1": (FAR, OfficerRole.ADMIN),
    "t1": (STRANGER, OfficerRole.ADMIN),
}


def token(name: str) -> str:
    return f"token-of-{name}"


def hashed(name: str) -> str:
    return sha256(token(name).encode()).hexdigest()


@dataclass
class Office:
    """The application, its registry, and who holds which id."""

    engine: Engine
    application: Any
    ids: dict[str, str] = field(default_factory=dict)

    def call(self, who: str | None, method: str, path: str, **asked: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        headers = dict(asked.pop("headers", {}))
        if who is not None:
            headers["authorization"] = f"Bearer {token(who)}"

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.application)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path, headers=headers, **asked)

        response = asyncio.run(send())
        if response.request.url.path.startswith("/v1/"):
            conforms(response)  # whatever else a test asks: it is what /schema says
        return response

    def get(self, who: str | None, path: str, **asked: Any) -> httpx.Response:  # noqa: ANN401 - as above
        return self.call(who, "GET", path, **asked)

    def post(self, who: str | None, path: str, asked: Any = None, **more: Any) -> httpx.Response:  # noqa: ANN401 - JSON
        return self.call(who, "POST", path, **({} if asked is None else {"json": asked}), **more)

    def proposal(self, who: str, path: str, asked: Any = None, method: str = "POST") -> str:  # noqa: ANN401 - JSON
        """The id of what this call proposes."""
        response = self.call(who, method, path, **({} if asked is None else {"json": asked}))
        assert response.status_code == 202, response.text
        return str(response.json()["proposal"]["id"])

    def approve(self, who: str, proposal: str) -> httpx.Response:
        return self.post(who, f"/v1/admin/proposals/{proposal}/approval")

    def reject(self, who: str, proposal: str) -> httpx.Response:
        return self.post(who, f"/v1/admin/proposals/{proposal}/rejection")

    def bring_in(self, name: str, issuer: str, by: str, approved_by: str, role: str = "admin") -> None:
        """An officer brought in over HTTP."""
        asked = {"issuer": issuer, "name": name, "role": role, "token_sha256": hashed(name)}
        response = self.approve(approved_by, self.proposal(by, "/v1/admin/officers", asked))
        assert response.status_code == 200, response.text
        self.ids[name] = response.json()["officer"]

    def propose_key(self, who: str, name: str, **changes: Any) -> httpx.Response:  # noqa: ANN401 - JSON
        return self.post(who, "/v1/admin/keys", key(name) | changes)

    def prove(self, who: str, name: str, told: dict[str, Any], signer: str | None = None) -> httpx.Response:
        signature = sign(private(signer or name), b64decode(told["challenge"]["bytes"]))
        return self.post(who, f"/v1/admin/keys/{told['id']}/proof", {"signature": signature})

    def activate(self, name: str, who: str = "s1", by: str = "d1", **changes: Any) -> str:  # noqa: ANN401 - JSON
        """A key all the way to active; its id."""
        told = self.propose_key(who, name, **changes)
        assert told.status_code == 201, told.text
        proven = self.prove(who, name, told.json())
        assert proven.status_code == 200, proven.text
        response = self.approve(by, proven.json()["proposal"]["id"])
        assert response.status_code == 200, response.text
        return str(response.json()["key"])


def sign(private_key: PrivateKey, content: bytes) -> str:
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        return b64encode(private_key.sign(content)).decode()
    if isinstance(private_key, ec.EllipticCurvePrivateKey):
        return b64encode(private_key.sign(content, ec.ECDSA(hashes.SHA256()))).decode()
    return b64encode(private_key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def pem(name: str, renewal: int = 0) -> str:
    """A certificate with its chain."""
    own = x509.load_der_x509_certificate(certificate(name, renewal=renewal)).public_bytes(Encoding.PEM)
    return (own + ca().certificate.public_bytes(Encoding.PEM)).decode()


def bare_pem(name: str) -> str:
    key_ = load_der_public_key(spki(private(name).public_key()))
    return key_.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key(name: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """What is asked for a school's principal."""
    return {
        "issuer": SCHOOL,
        "role": "principal",
        "use": "document",
        "certificate": pem(name),
        "holder": name,
        "decision_no": "12/QĐ",
        "valid_from": "2026-08-01T00:00:00+07:00",
        **changes,
    }


@cache
def _staffed() -> tuple[bytes, dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        engine = founded(Path(folder))
        at, ids = NOW - 9 * DAY, {}
        with store.writing(engine) as connection:
            far = enrolment(FAR, Kind.DEPARTMENT, MINISTRY, territory=frozenset({"98"}))
            registry.enrol(connection, far, actor=HOST, at=at)
            registry.enrol(connection, enrolment(STRANGER, parent=FAR), actor=HOST, at=at)
            for name, (issuer, role) in STAFF.items():
                ids[name] = officers.add(connection, issuer, name, role, hashed(name), actor=HOST, at=at)
        engine.dispose()
        path = Path(folder) / "registry.sqlite"
        with sqlite3.connect(path) as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.close()
        return path.read_bytes(), ids


def office(folder: Path) -> Office:
    """A registry with its staff, and the application over it."""
    content, ids = _staffed()
    path = folder / "registry.sqlite"
    path.write_bytes(content)
    url = f"sqlite:///{path}"
    if os.environ.get("REGISTRY") == "postgresql":
        url = postgres.copied(url)
    chosen = settings.read({"DATA_DIR": str(folder), "DATABASE_URL": url})
    engine = store.connect(chosen.database_url)
    return Office(engine, app.build(chosen, engine, synthetic=True), dict(ids))


@contextmanager
def served(folder: Path) -> Iterator[httpx.Client]:
    """The same registry behind a gateway that really runs, workers and all."""
    content, _ = _staffed()
    with gateway(folder, registry=content) as running, httpx.Client(base_url=running.url, timeout=60) as client:
        yield client
