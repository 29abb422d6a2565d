"""The same on a real PostgreSQL server; every test over `office.py` runs there with REGISTRY=postgresql."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from founding import SCHOOL
from office import Office, office
from test_admin_transcripts import one

from issuers.audit import audit


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("REGISTRY", "postgresql")
    made = office(tmp_path)
    assert made.engine.dialect.name == "postgresql"
    yield made
    made.engine.dispose()


def test_a_keys_life_and_its_audit(desk: Office) -> None:
    found = desk.activate("a")
    said = {"reason": "superseded", "invalid_since": "2026-10-01T00:00:00+07:00"}
    told = desk.post("s1", f"/v1/admin/keys/{found}/revocation", said).json()
    assert desk.approve("s2", told["proposal"]["id"]).status_code == 403
    assert desk.approve("d1", told["proposal"]["id"]).status_code == 200
    shown = desk.get(None, f"/v1/issuers/{SCHOOL}").json()["appointments"]
    assert [one_["key"]["state"] for one_ in shown] == ["revoked"]
    assert audit(desk.engine).disagreements == ()


def test_many_write_at_once(desk: Office) -> None:
    def send(number: int) -> int:
        return desk.post("s-registrar", "/v1/admin/transcripts", {"items": [one(number), one(1_000)]}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(24))) == {200}
    assert audit(desk.engine).disagreements == ()


def test_one_of_two_approvals_wins(desk: Office) -> None:
    told = desk.prove("s1", "a", desk.propose_key("s1", "a").json()).json()["proposal"]["id"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda who: desk.approve(who, told).status_code, ("d1", "d2", "m1", "m2")))
    assert sorted(answers) == [200, 409, 409, 409]
    assert audit(desk.engine).disagreements == ()
