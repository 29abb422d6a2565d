"""Every call by everybody: 2xx only where the law says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from founding import DEPARTMENT, HOST, SCHOOL
from office import Office, hashed, key, office
from test_admin_transcripts import one

from issuers import officers, store
from issuers.officers import OfficerRole

NEW = {"kind": "school", "parent": DEPARTMENT, "name": "Mới", "valid_from": "2026-08-01T00:00:00+07:00"}
LATER = "2026-10-01T00:00:00+07:00"

CALLS: dict[str, tuple[str, str, Any, dict[str, int]]] = {
    # call: method, path, body, and who may: the school itself, its department, the ministry, a sibling, a stranger
    "enrol": ("POST", "issuers", {"code": "97000999", **NEW}, {"s1": 403, "d1": 202, "m1": 202, "o1": 403, "f1": 403}),
    "change": ("PATCH", f"issuers/{SCHOOL}", {"contact": "x"}, {"s1": 200, "d1": 200, "m1": 200, "o1": 403, "f1": 403}),
    "suspend": ("POST", f"issuers/{SCHOOL}/suspension", {}, {"s1": 200, "d1": 200, "m1": 200, "o1": 403, "f1": 403}),
    "officer": (
        "POST",
        "officers",
        {"issuer": SCHOOL, "name": "x", "role": "reader", "token_sha256": "a" * 64},
        {"s1": 202, "d1": 202, "m1": 202, "o1": 403, "f1": 403},
    ),
    "dismiss": ("DELETE", "officers/{s2}", None, {"s1": 200, "d1": 200, "m1": 200, "o1": 404, "f1": 404}),
    "key": ("POST", "keys", key("new"), {"s1": 201, "d1": 201, "m1": 201, "o1": 403, "f1": 403}),
    "suspend key": ("POST", "keys/{key}/suspension", {}, {"s1": 200, "d1": 200, "m1": 200, "o1": 403, "f1": 403}),
    "retire key": ("POST", "keys/{key}/retirement", {}, {"s1": 200, "d1": 200, "m1": 200, "o1": 403, "f1": 403}),
    "revoke key": (
        "POST",
        "keys/{key}/revocation",
        {"reason": "superseded"},
        {"s1": 200, "d1": 200, "m1": 200, "o1": 403, "f1": 403},
    ),
    "appoint": (
        "POST",
        "keys/{key}/appointments",
        {"role": "principal", "valid_from": LATER},
        {"s1": 202, "d1": 202, "m1": 202, "o1": 403, "f1": 403},
    ),
    "unseen key": ("POST", "keys/{waiting}/suspension", {}, {"s1": 409, "d1": 409, "m1": 409, "o1": 404, "f1": 404}),
    "register": (
        "POST",
        "transcripts",
        {"items": [one()], "issuer": SCHOOL},
        {"s1": 200, "d1": 200, "m1": 200, "o1": 403, "f1": 403},
    ),
    "events": ("GET", "events", None, {"s1": 200, "d1": 200, "m1": 200, "o1": 200, "f1": 200}),
    "proposals": ("GET", "proposals", None, {"s1": 200, "d1": 200, "m1": 200, "o1": 200, "f1": 200}),
    "one proposal": ("GET", "proposals/{proposal}", None, {"s1": 200, "d1": 200, "m1": 200, "o1": 404, "f1": 404}),
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("name", CALLS)
def test_a_call_by_everybody(desk: Office, name: str) -> None:
    method, path, asked, answers = CALLS[name]
    now = datetime.now(UTC)
    with store.writing(desk.engine) as connection:
        past = now - timedelta(hours=2)
        for who, until in (("late", now - timedelta(hours=1)), ("gone", None)):
            made = officers.add(
                connection, SCHOOL, who, OfficerRole.ADMIN, hashed(who), actor=HOST, at=past, valid_until=until
            )
        officers.withdraw(connection, made, actor=HOST, at=now)
    told = desk.prove("s1", "waiting", desk.propose_key("s1", "waiting").json()).json()
    ids = {"key": desk.activate("held"), "waiting": told["id"], "proposal": told["proposal"]["id"], **desk.ids}
    where = "/v1/admin/" + path.format(**ids)
    said = {} if asked is None else {"json": asked}
    for dead in (None, "late", "gone"):
        assert desk.call(dead, method, where, **said).status_code == 401, dead
    refused = {who: status for who, status in answers.items() if status >= 400}
    for who, status in refused.items():
        assert desk.call(who, method, where, **said).status_code == status, who
    reader = desk.call("s-reader", method, where, **said).status_code
    assert reader == (200 if method == "GET" else 403)
    for who in answers.keys() - refused.keys():  # the first succeeds; to the next it may be so already
        assert desk.call(who, method, where, **said).status_code in {answers[who], 409}, who
