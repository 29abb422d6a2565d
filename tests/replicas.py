"""A registry of many principals, and a file by each: for tests of what gateways promise under load and together.

All files are one record under one seal, each signed by another principal, without a time-stamp and unregistered: with
no proof of when that was, nothing saves a signature once its key is revoked (HB-1, 3).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import httpx
import postgres
from cryptography.hazmat.primitives.serialization import Encoding
from running import DAY, NAME, SCHOOL, tiny
from sqlalchemy import Connection

from issuers import anchors, certification, keys, kit, officers, store
from issuers.admission import Candidate
from issuers.appointments import Office
from issuers.officers import OfficerRole
from verify.trust import VIETNAM, Role, Use

TOKEN = "token-of-the-schools-admin"  # noqa: S105 - of a registry that lives for one test
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Signed:
    """One principal's key, his certificate, and the file that he signed."""

    key: str
    certificate: str
    pdf: bytes


@dataclass(frozen=True)
class Crowd:
    """The registry's file as bytes, and who signed what."""

    registry: bytes
    signed: tuple[Signed, ...]

    def database(self, folder: Path, kind: str) -> str:
        """The address of a database of this kind that holds the registry."""
        path = folder / "crowd.sqlite3"
        path.write_bytes(self.registry)
        url = f"sqlite:///{path}"
        return postgres.copied(url) if kind == "postgresql" else url


@cache
def crowd(size: int) -> Crowd:
    """So many principals of one school, with one seal between them."""
    now = datetime.now(UTC)
    authority = certification.authority("CA mẫu hai", certification.p256_key(), now - 30 * DAY)
    seal, *principals = (_signer(authority, name, now) for name in (NAME, *(f"Hiệu Trưởng {n}" for n in range(size))))
    sealed = kit.sign(tiny().unsigned, seal, "school_seal", at=now - DAY)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.sqlite3"
        path.write_bytes(tiny().registry)
        engine = store.connect(f"sqlite:///{path}")
        with store.writing(engine) as connection:
            root = authority.root.public_bytes(Encoding.DER)
            anchors.admit(connection, root, Use.DOCUMENT, anchors.Revocation.REGISTRY, actor="host", at=now - 9 * DAY)
            _appoint(connection, seal, Role.SCHOOL_SEAL, now - 9 * DAY)
            ids = [_appoint(connection, one, Role.PRINCIPAL, now - 9 * DAY) for one in principals]
            hashed = sha256(TOKEN.encode()).hexdigest()
            officers.add(connection, SCHOOL, "Văn thư", OfficerRole.ADMIN, hashed, actor="host", at=now - 9 * DAY)
        engine.dispose()
        registry = path.read_bytes()
    signed = (
        Signed(key, sha256(_der(one)).hexdigest(), kit.sign(sealed, one, "principal", at=now - DAY))
        for key, one in zip(ids, principals, strict=True)
    )
    return Crowd(registry, tuple(signed))


def verified(client: httpx.Client, pdf: bytes) -> tuple[str, list[str]]:
    """Verdict and reasons."""
    response = client.post("/v1/verifications", files={"file": ("hocba.pdf", pdf, "application/pdf")})
    assert response.status_code == 200, response.text
    told = response.json()
    return told["verdict"], told["reasons"]


def _signer(authority: certification.Authority, name: str, now: datetime) -> kit.Signer:
    key = certification.p256_key()
    made = certification.certify(authority, name, NAME, key, now - 30 * DAY)
    return kit.Signer(made, key, authority.chain, name=name)


def _appoint(connection: Connection, signer: kit.Signer, role: Role, at: datetime) -> str:
    long_ago = datetime.combine(date(2020, 1, 1), datetime.min.time(), VIETNAM)
    chain = tuple(one.public_bytes(Encoding.DER) for one in signer.chain)
    candidate = Candidate(Use.DOCUMENT, _der(signer), chain=chain[:1])
    what = Office(SCHOOL, role, long_ago, decision_no="12/QĐ")
    key = keys.propose(connection, candidate, what, holder=signer.name, actor="o1", at=at)
    keys.prove(connection, key, actor="o1", at=at)
    keys.activate(connection, key, actor="o2", at=at)
    return key


def _der(signer: kit.Signer) -> bytes:
    return signer.certificate.public_bytes(Encoding.DER)
