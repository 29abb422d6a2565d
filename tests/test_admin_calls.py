"""Admin calls as such: tokens, roles, bodies, and calls that are made twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from founding import DEPARTMENT, HOST, SCHOOL, item
from office import Office, hashed, office
from sqlalchemy import func, select

from gateway import admin_events
from issuers import officers, store
from issuers.officers import OfficerRole
from issuers.tables import ledger

NEW = {
    "code": "97000999",
    "kind": "school",
    "parent": DEPARTMENT,
    "name": "Trường mới",
    "valid_from": "2026-08-01T00:00:00+07:00",
}
ISSUERS = "/v1/admin/issuers"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.engine.dispose()


def code(response: httpx.Response) -> str:
    return str(response.json()["type"]).removeprefix("/problems/")


def events(desk: Office) -> int:
    with store.reading(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(ledger)) or 0


def test_no_token_and_dead_ones(desk: Office) -> None:
    now = datetime.now(UTC)
    with store.writing(desk.engine) as connection:
        role, soon = OfficerRole.ADMIN, now - timedelta(days=1)
        officers.add(
            connection, SCHOOL, "x", role, hashed("late"), actor=HOST, at=soon - timedelta(days=1), valid_until=now
        )
    assert desk.call("d1", "DELETE", f"/v1/admin/officers/{desk.ids['s2']}").status_code == 200
    for who in (None, "nobody", "late", "s2"):
        for method, path in (("GET", "/v1/admin/proposals"), ("POST", ISSUERS), ("PATCH", f"{ISSUERS}/{SCHOOL}")):
            response = desk.call(who, method, path)
            assert (response.status_code, code(response)) == (401, "no-token"), (who, path)
            assert response.headers["www-authenticate"] == "Bearer"
    for odd in ("Basic abc", "Bearer", "Bearer  ", "Bearer " + "x" * 5000, "Bearer \xff"):
        headers = {"authorization": odd.encode("latin-1")}
        assert desk.call(None, "GET", "/v1/admin/proposals", headers=headers).status_code == 401


def test_roles(desk: Office) -> None:
    items: dict[str, Any] = {"items": []}
    said = {
        (who, method, path): desk.call(who, method, path, **({} if method == "GET" else {"json": body})).status_code
        for who in ("s-reader", "s-registrar", "s1")
        for method, path, body in (
            ("GET", "/v1/admin/events", None),
            ("POST", "/v1/admin/transcripts", items),
            ("POST", "/v1/admin/officers", {"issuer": SCHOOL, "name": "n", "role": "reader", "token_sha256": "a" * 64}),
        )
    }
    assert list(said.values()) == [200, 403, 403, 200, 200, 403, 200, 200, 202]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "thpt"}, "code"),
        ({"code": 5}, "code"),
        ({"code": "97000999\n"}, "code"),
        ({"kind": "bank"}, "kind"),
        ({"kind": "ministry"}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"parent": "NOBODY"}, "parent"),
        ({"levels": ["x"]}, "levels[0]"),
        ({"levels": []}, "levels"),
        ({"territory": ["96"]}, "territory"),
        ({"roles": ["department_seal"]}, "roles"),
        ({"valid_until": "2026-07-01T00:00:00+07:00"}, "valid_until"),
        ({"valid_from": "2026-08-01T00:00:00"}, "valid_from"),
        ({"valid_from": "9999-12-31T23:59:59-23:00"}, "valid_from"),
        ({"registers_all": "yes"}, "registers_all"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_bad_fields_are_named(desk: Office, changes: dict[str, Any], field: str) -> None:
    before = events(desk)
    response = desk.post("d1", ISSUERS, {**NEW, **changes})
    assert response.status_code == 422, response.text
    assert response.json()["field"] == field
    assert events(desk) == before


def test_a_missing_field_is_named(desk: Office) -> None:
    response = desk.post("d1", ISSUERS, {name: value for name, value in NEW.items() if name != "parent"})
    assert (response.status_code, response.json()["field"]) == (422, "parent")


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"a": "\\ud800"}', b"[" * 50_000, b"nul"])
def test_what_is_no_json(desk: Office, content: bytes) -> None:
    assert desk.call("d1", "POST", ISSUERS, content=content).status_code in {400, 422}


@pytest.mark.parametrize("content", [b"[]", b"5", b"null", b'"x"'])
def test_what_is_no_object(desk: Office, content: bytes) -> None:
    assert desk.call("d1", "POST", ISSUERS, content=content).status_code == 422


def test_much_json(desk: Office) -> None:
    assert desk.call("d1", "POST", ISSUERS, content=b" " * (1 << 20)).status_code == 413


def test_a_call_made_twice_is_done_once(desk: Office) -> None:
    headers = {"Idempotency-Key": "7a"}
    first = desk.post("d1", ISSUERS, NEW, headers=headers)
    count = events(desk)
    again = desk.post("d1", ISSUERS, NEW, headers=headers)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert events(desk) == count
    other = desk.post("d1", ISSUERS, {**NEW, "name": "Khác"}, headers=headers)
    assert (other.status_code, code(other)) == (422, "idempotency-reused")
    assert desk.post("d2", ISSUERS, NEW, headers=headers).json() != first.json()  # another's key is another key
    for wrong in ("", "x" * 256):
        assert desk.post("d1", ISSUERS, NEW, headers={"Idempotency-Key": wrong}).status_code == 422


def test_every_post_honours_the_key(desk: Office) -> None:
    headers = {"Idempotency-Key": "once"}
    path = f"{ISSUERS}/{SCHOOL}/suspension"
    assert desk.post("d1", path, headers=headers).status_code == 200
    assert desk.post("d1", path, headers=headers).status_code == 200  # not "already so"
    assert code(desk.post("d1", path)) == "already-so"


def test_a_refusal_is_not_remembered(desk: Office) -> None:
    headers = {"Idempotency-Key": "k"}
    assert desk.post("d1", ISSUERS, {**NEW, "name": ""}, headers=headers).status_code == 422
    assert desk.post("d1", ISSUERS, NEW, headers=headers).status_code == 202


def test_one_key_at_once_from_many(desk: Office) -> None:
    headers = {"Idempotency-Key": "race"}
    said = item(1)
    items = {"items": [{
        "number": said.number, "version": 1, "record_digest": said.record_digest,
        "level": "upper_secondary", "issued_on": "2026-05-31",
    }]}  # fmt: skip

    def send(_: int) -> str:
        return desk.post("s-registrar", "/v1/admin/transcripts", items, headers=headers).text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1
    assert '"registered"' in answers.pop()


def test_officers_are_listed_without_their_tokens(desk: Office) -> None:
    told = desk.get("d1", "/v1/admin/officers")
    assert {one["issuer"] for one in told.json()["officers"]} == {DEPARTMENT, SCHOOL, "97000903"}
    assert hashed("s1") not in told.text


def test_narrower_at_once_and_wider_as_a_proposal(desk: Office) -> None:
    path = f"{ISSUERS}/{SCHOOL}"
    assert desk.call("s1", "PATCH", path, json={"contact": "vp@x"}).status_code == 200
    assert desk.call("s1", "PATCH", path, json={"levels": ["upper_secondary"]}).status_code == 200
    assert desk.call("s1", "PATCH", path, json={"registers_all": True}).status_code == 200
    both = {"contact": "a", "levels": ["primary", "upper_secondary"]}
    for wider in ({"levels": None}, {"registers_all": False}, both):
        assert desk.call("s1", "PATCH", path, json=wider).status_code == 202
    assert desk.call("s1", "PATCH", path, json={"valid_until": "2030-01-01T00:00:00+07:00"}).status_code == 200
    assert desk.call("s1", "PATCH", path, json={"valid_until": None}).status_code == 202
    assert code(desk.call("s1", "PATCH", path, json={})) == "already-so"


def test_what_the_api_is_is_described(desk: Office) -> None:
    told = desk.get(None, "/schema/openapi.json").json()["paths"]
    asked = told["/v1/admin/keys"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"issuer", "role", "use", "valid_from"} == set(asked["required"])
    assert asked["additionalProperties"] is False


def test_history_names_issuers_and_no_person(desk: Office) -> None:
    proposal = desk.proposal("d1", ISSUERS, NEW)
    assert desk.approve("d2", proposal).status_code == 200
    assert desk.post("m1", f"{ISSUERS}/{NEW['code']}/suspension").status_code == 200
    response = desk.get(None, f"/v1/issuers/{NEW['code']}/history")
    told = response.json()["history"]
    assert [(one["kind"], one["by"]) for one in told] == [("issuer_enrolled", DEPARTMENT), ("issuer_suspended", "MOET")]
    assert not any(identity in response.text for identity in desk.ids.values())
    assert desk.get(None, "/v1/issuers/NOBODY/history").status_code == 404
    assert desk.get(None, f"/v1/issuers/{SCHOOL}/history", params={"after": 10**30}).status_code == 400


def test_events_reach_as_far_as_the_tree(desk: Office) -> None:
    def seen(who: str) -> set[str]:
        return {one["issuer"] for one in desk.get(who, "/v1/admin/events").json()["events"]}

    assert seen("m1") == {"MOET", DEPARTMENT, SCHOOL, "97000903", "SO-98", "98000101"}
    assert seen("d1") == {DEPARTMENT, SCHOOL, "97000903"}
    assert seen("s-reader") == {SCHOOL}
    last = desk.get("m1", "/v1/admin/events").json()["events"][-1]["seq"]
    assert desk.get("m1", "/v1/admin/events", params={"after": last}).json() == {"events": [], "cursor": None}


def test_events_are_told_page_by_page(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_events, "MAX_PAGE", 4)

    def pages(who: str, after: int = 0) -> list[list[dict[str, Any]]]:
        told = desk.get(who, "/v1/admin/events", params={"after": after}).json()
        following = [] if told["cursor"] is None else pages(who, told["cursor"])
        return [told["events"], *following]

    for who, tree in (("m1", {"MOET", DEPARTMENT, SCHOOL, "97000903", "SO-98", "98000101"}), ("s1", {SCHOOL})):
        parts = pages(who)
        assert all(len(part) == 4 for part in parts[:-1])
        found = [one for part in parts for one in part]
        with store.reading(desk.engine) as connection:
            wanted = select(ledger.c.seq, ledger.c.hash).where(ledger.c.issuer.in_(tree)).order_by(ledger.c.seq)
            assert [(one["seq"], one["hash"]) for one in found] == [tuple(row) for row in connection.execute(wanted)]
    last = found[-1]["seq"]
    assert desk.call("s1", "PATCH", f"{ISSUERS}/{SCHOOL}", json={"contact": "mới"}).status_code == 200
    assert [[one["kind"] for one in part] for part in pages("s1", last)] == [["issuer_changed"]]
