"""Revocation over HTTP, with files that were really signed: what the law's row makes of each (HB-1, 3 and 6).

One registry and one gateway. Each of many principals signs the same transcript in every way that a signature can be
proven, or not; then his key is suspended or not, and revoked for one of the reasons, with an earlier `invalid_since`
or without. What is expected comes from the law's row "revoked", written down once more here.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import httpx
import office as offices
import pytest
from cryptography import x509
from founding import DAY, DEPARTMENT, MINISTRY, NOW, SCHOOL, appointed, ca, certificate, private
from founding import office as post
from office import office, token
from running import gateway

from issuers import certification, kit, pupils, store
from issuers.audit import audit
from issuers.keys import find
from issuers.revocations import Reason
from verify.trust import VIETNAM, Level, Role

SINCE = datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)
"""The earlier `invalid_since` that is claimed."""

ISSUED_ON = (SINCE - timedelta(days=5)).astimezone(VIETNAM).date()
NUMBER = "000G40R40M30E209"

A_SECOND = 1.05
"""A little more: a time-stamp may know no smaller."""

PROOFS = ("stamped early", "stamped late", "stamped after", "registered", "registered between", "registered after", "")
"""How a signature is proven: by a time-stamp before SINCE, after it, or after the revocation; by the register before
the suspension, between it and the revocation, or after that; or not at all."""

WITNESS = {"stamped": "timestamp", "registered": "register", "": "none"}


@dataclass
class Life:
    """What the law asks of a key: the reason is not asked."""

    reason: Reason
    suspended_at: datetime | None = None
    revoked_at: datetime | None = None
    since: datetime | None = None
    disputed: datetime | None = None

    def expected(self, poe: datetime | None) -> tuple[str, list[str], str, str | None]:
        """The row "revoked, whatever the reason": verdict, reasons, indication, sub-indication."""
        ends = (self.revoked_at, self.since, self.suspended_at, self.disputed)
        if poe is not None and all(poe < end for end in ends if end is not None):
            return "valid", [], "TOTAL-PASSED", None
        return "indeterminate", ["KEY_REVOKED"], "INDETERMINATE", "REVOKED_NO_POE"


@dataclass
class Principal:
    """Somebody whose key is revoked: his files by their proof, and what T_poe each has.

    `at_once`: with the earlier `invalid_since` in the same call.
    """

    reason: Reason
    suspended: bool
    at_once: bool
    key: str = ""
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    proven: dict[str, datetime | None] = field(default_factory=dict)
    proposal: str = ""

    def __post_init__(self) -> None:
        self.life = Life(self.reason)

    @property
    def name(self) -> str:
        return f"{self.reason.value} {self.suspended} {self.at_once}"


@dataclass
class World:
    """A gateway, and a transcript that the school's seal has signed."""

    client: httpx.Client
    record: dict[str, Any]
    sealed: bytes
    tsa: kit.Signer

    def call(self, who: str, path: str, said: Any = None) -> dict[str, Any]:  # noqa: ANN401 - JSON
        response = self.client.post(path, json=said or {}, headers={"authorization": f"Bearer {token(who)}"})
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told

    def sign(self, principal: Principal, stamped: datetime | None = None) -> bytes:
        stamper = certification.TimeStampAuthority(self.tsa, stamped) if stamped else None
        return kit.sign(self.sealed, signer(principal.name), "principal", timestamper=stamper)

    def register(self, pdf: bytes) -> None:
        digests = kit.digests(self.record, pdf)
        said = {"number": NUMBER, "version": 1, "level": "upper_secondary", "issued_on": ISSUED_ON.isoformat()}
        item = {**said, "record_digest": digests.record_digest, "pdf_sha256": digests.pdf_sha256}
        self.call("s-registrar", "/v1/admin/transcripts", {"items": [item]})

    def revoke(self, one: Principal, reason: Reason, since: datetime | None) -> dict[str, Any]:
        said = {"reason": reason.value} | ({"invalid_since": since.isoformat()} if since else {})
        told = self.call("s1", f"/v1/admin/keys/{one.key}/revocation", said)
        assert told["state"] == "revoked"
        assert one.life.revoked_at in {None, datetime.fromisoformat(told["revoked_at"])}, "the date moved"
        if since:
            one.proposal, one.life.disputed = told["proposal"]["id"], since
        return told

    def decide(self, one: Principal, how: str) -> None:
        self.call("d1", f"/v1/admin/proposals/{one.proposal}/{how}")
        one.life.since, one.life.disputed = one.life.disputed if how == "approval" else None, None

    def verify(self, pdf: bytes) -> dict[str, Any]:
        response = self.client.post("/v1/verifications", files={"file": ("hocba.pdf", pdf)})
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told


def signer(name: str, *, time_stamps: bool = False) -> kit.Signer:
    own = x509.load_der_x509_certificate(certificate(name, time_stamps=time_stamps))
    return kit.Signer(own, private(name), (ca().certificate,), name=name)


def founded(folder: Path, principals: list[Principal]) -> bytes:
    """The office's registry, with a seal, a time-stamp authority, and all those principals."""
    path = folder / "founded.sqlite"
    path.write_bytes(offices._staffed()[0])
    engine = store.connect(f"sqlite:///{path}")
    at = NOW - timedelta(days=8)
    with store.writing(engine) as connection:
        appointed(connection, "seal", post(Role.SCHOOL_SEAL), at)
        appointed(connection, "tsa", post(Role.TIME_STAMP_AUTHORITY, MINISTRY), at)
        for one in principals:
            one.key = appointed(connection, one.name, post(), at)
    engine.dispose()
    with sqlite3.connect(path) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    plain.close()
    return path.read_bytes()


@contextmanager
def world(folder: Path, principals: list[Principal]) -> Iterator[World]:
    content = founded(folder, principals)
    school = {"code": SCHOOL, "name": f"Trường {SCHOOL}", "department_code": DEPARTMENT, "province_code": "97"}
    record = pupils.record(
        Random(11),  # noqa: S311 (it invents names and marks)
        school,
        Level.UPPER_SECONDARY,
        number=NUMBER,
        issued_on=ISSUED_ON,
        last_year=ISSUED_ON.year - 1,
        place_of_birth="Nơi sinh mẫu",
    )
    unsigned = kit.compose(record, places=(), sample=True)
    sealed = kit.sign(unsigned, signer("seal"), "school_seal")
    (folder / "gateway").mkdir()
    with gateway(folder / "gateway", registry=content) as running, httpx.Client(base_url=running.url, timeout=60) as to:
        yield World(to, record, sealed, signer("tsa", time_stamps=True))
        engine = store.connect(f"sqlite:///{running.folder / 'data' / 'registry.sqlite3'}")
        assert audit(engine).disagreements == ()
        engine.dispose()


def a_moment() -> datetime:
    """A moment that lies apart from what came before and what comes after."""
    time.sleep(A_SECOND)
    at = datetime.now(UTC)
    time.sleep(A_SECOND)
    return at


def signed(here: World, one: Principal) -> None:
    """Sign what is signed before the revocation."""
    for proof, at in (("stamped early", SINCE - DAY), ("stamped late", SINCE + DAY)):
        one.files[proof], one.proven[proof] = here.sign(one, at), at
    for proof in ("registered", "registered between", "registered after", ""):
        one.files[proof] = here.sign(one)
    one.proven[""] = None


def registered(here: World, principals: list[Principal], proof: str) -> None:
    """Register a file of everybody's."""
    at = a_moment()
    for one in principals:
        here.register(one.files[proof])
        one.proven[proof] = at


def ended(here: World, principals: list[Principal]) -> None:
    """Suspend and revoke, registering before, between and after."""
    registered(here, principals, "registered")
    at = a_moment()
    for one in principals:
        if one.suspended:
            here.call("s1", f"/v1/admin/keys/{one.key}/suspension")
            one.life.suspended_at = at
    registered(here, principals, "registered between")
    at = a_moment()
    for one in principals:
        told = here.revoke(one, one.reason, SINCE if one.at_once else None)
        one.life.revoked_at = datetime.fromisoformat(told["revoked_at"])
        assert at < one.life.revoked_at
    registered(here, principals, "registered after")
    at = a_moment()
    for one in principals:
        one.files["stamped after"], one.proven["stamped after"] = here.sign(one, at), at


def look(here: World, one: Principal) -> None:
    """Every file of somebody's, against the law."""
    assert set(one.files) == set(PROOFS)
    for proof, pdf in one.files.items():
        report = here.verify(pdf)
        told = next(each for each in report["signatures"] if each["key"] == one.key)
        found = report["verdict"], report["reasons"], told["indication"], told["sub_indication"]
        assert found == one.life.expected(one.proven[proof]), (one, proof)
        assert told["signed_at"]["proof"] == WITNESS[proof.partition(" ")[0]]


def test_the_row_revoked_holds_for_every_reason(tmp_path: Path) -> None:
    at_once = Principal(Reason.SUPERSEDED, suspended=True, at_once=True)
    principals = [at_once, *(Principal(*each, at_once=False) for each in product(Reason, (False, True)))]
    with world(tmp_path, principals) as here, ThreadPoolExecutor(2) as pool:

        def everybody() -> None:
            list(pool.map(look, [here] * len(principals), principals))

        def claim() -> None:
            for one in principals:
                if one.life.disputed is None:
                    here.revoke(one, one.reason, SINCE)

        for one in principals:
            signed(here, one)
        ended(here, principals)
        everybody()
        claim()
        everybody()
        for one in principals:
            here.decide(one, "rejection")
        everybody()
        claim()
        for one in principals:
            here.decide(one, "approval")
        everybody()


SOME_DAY = datetime(2026, 10, 1, tzinfo=UTC)
CLAIMS = {
    "none": None,
    "lower": SOME_DAY - DAY,
    "equal": SOME_DAY,
    "higher": SOME_DAY + DAY,
    "after": datetime(2099, 1, 1, tzinfo=UTC),
}
REASONS = (Reason.SUPERSEDED, Reason.UNSPECIFIED, Reason.KEY_COMPROMISE)
EARLIER = ("none", "proposed", "approved", "rejected")


def allowed(first: Reason, earlier: str, again: Reason, claim: datetime | None) -> bool:
    """HB-1, 6: revoking again may only set or lower `invalid_since`, or move the reason to keyCompromise."""
    if claim is not None:
        stands = SOME_DAY if earlier in {"proposed", "approved"} else datetime.now(UTC)  # the revocation date
        if claim >= stands:
            return False
    if again is not first:
        return again is Reason.KEY_COMPROMISE
    return claim is not None


@pytest.mark.parametrize("earlier", EARLIER)
@pytest.mark.parametrize("first", REASONS)
def test_revoking_again_moves_no_date_and_only_tightens(tmp_path: Path, first: Reason, earlier: str) -> None:
    desk = office(tmp_path)
    names = list(product(REASONS, CLAIMS))
    with store.writing(desk.engine) as connection:
        keys = {each: appointed(connection, f"{each}", post(), NOW - 8 * DAY) for each in names}
    for (again, claim), key in keys.items():
        path = f"/v1/admin/keys/{key}/revocation"
        said = {"reason": first.value} | ({} if earlier == "none" else {"invalid_since": SOME_DAY.isoformat()})
        before = desk.post("s1", path, said).json()
        if earlier in {"approved", "rejected"}:
            decide = desk.approve if earlier == "approved" else desk.reject
            assert decide("d1", before["proposal"]["id"]).status_code == 200
        since = CLAIMS[claim]
        said = {"reason": again.value} | ({"invalid_since": since.isoformat()} if since else {})
        response = desk.post("s1", path, said)
        assert response.status_code == (200 if allowed(first, earlier, again, since) else 409), (again, claim)
        with store.reading(desk.engine) as connection:
            row = find(connection, key)
        assert row.revoked_at == datetime.fromisoformat(before["revoked_at"])
        assert row.invalid_since == (SOME_DAY if earlier == "approved" else None)  # until four eyes have seen it
        changed = response.status_code == 200
        assert row.revocation_reason == (again if changed else first)
        waiting = {"proposed": SOME_DAY}.get(earlier)
        assert row.proposed_invalid_since == (since if changed and since else waiting)
    assert audit(desk.engine).disagreements == ()
    desk.engine.dispose()
