"""Four eyes over HTTP: who may approve what, and what became of it meanwhile (HB-1, 7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from founding import DEPARTMENT, HOST, MINISTRY, SCHOOL
from office import STRANGER, Office, hashed, office
from sqlalchemy import text

from issuers import approvals, officers, store
from issuers.audit import audit
from issuers.officers import OfficerRole

NEW = {
    "code": "97000999",
    "kind": "school",
    "parent": DEPARTMENT,
    "name": "Trường mới",
    "valid_from": "2026-08-01T00:00:00+07:00",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.engine.dispose()


def code(response: Any) -> str:  # noqa: ANN401 - httpx's
    return str(response.json()["type"]).removeprefix("/problems/")


def officer(issuer: str, name: str = "new", role: str = "admin") -> dict[str, Any]:
    return {"issuer": issuer, "name": name, "role": role, "token_sha256": hashed(name)}


def test_a_proposal_says_what_is_proposed(desk: Office) -> None:
    response = desk.post("d1", "/v1/admin/issuers", NEW)
    assert response.status_code == 202
    told = response.json()["proposal"]
    assert {"id", "kind", "body", "body_sha256", "expires_at"} <= told.keys()
    assert told["body"]["code"] == NEW["code"]
    assert datetime.fromisoformat(told["expires_at"]) > datetime.now(UTC)
    assert desk.get(None, f"/v1/issuers/{NEW['code']}").status_code == 404  # nothing has happened yet


@pytest.mark.parametrize(
    ("asks", "path", "asked", "answers"),
    [
        # who may approve, who sees it and may not, who may not see it
        ("d1", "issuers", NEW, {"d1": 403, "s1": 404, "f1": 404, "t1": 404, "m-reader": 403, "d2": 200}),
        ("s1", "officers", officer(SCHOOL), {"s1": 403, "s2": 403, "o1": 404, "f1": 404, "d1": 200}),
        ("d1", "officers", officer(DEPARTMENT), {"d1": 403, "d2": 403, "s1": 404, "f1": 404, "m1": 200}),
        ("m1", "officers", officer(MINISTRY), {"m1": 403, "d1": 404, "s1": 404, "m2": 200}),
        ("m1", "officers", officer(SCHOOL), {"m1": 403, "s1": 403, "f1": 404, "m2": 200}),
        ("m1", "officers", officer(SCHOOL), {"d2": 200}),
    ],
)  # fmt: skip
def test_only_an_officer_of_an_ancestor_approves(
    desk: Office, asks: str, path: str, asked: dict[str, Any], answers: dict[str, int]
) -> None:
    proposal = desk.proposal(asks, f"/v1/admin/{path}", asked)
    for who, status in answers.items():
        assert desk.approve(who, proposal).status_code == status, who
    assert audit(desk.engine).disagreements == ()


def test_nobody_approves_twice(desk: Office) -> None:
    proposal = desk.proposal("d1", "/v1/admin/issuers", NEW)
    assert desk.approve("d2", proposal).json()["made"] == {"issuer": NEW["code"]}
    assert code(desk.approve("m1", proposal)) == "proposal-decided"
    assert code(desk.reject("m1", proposal)) == "proposal-decided"
    assert desk.get(None, f"/v1/issuers/{NEW['code']}").status_code == 200


def test_what_was_rejected_is_not_done(desk: Office) -> None:
    proposal = desk.proposal("d1", "/v1/admin/issuers", NEW)
    assert code(desk.reject("d1", proposal)) == "own-proposal"
    assert desk.reject("d2", proposal).json()["proposal"]["state"] == "rejected"
    assert code(desk.approve("m1", proposal)) == "proposal-decided"
    assert desk.get(None, f"/v1/issuers/{NEW['code']}").status_code == 404


def test_who_was_brought_in_today_does_not_approve_for_who_brought_him_in(desk: Office) -> None:
    desk.bring_in("hand", MINISTRY, by="m1", approved_by="m2")
    proposal = desk.proposal("m1", "/v1/admin/officers", officer(MINISTRY, "third"))
    assert code(desk.approve("hand", proposal)) == "brought-in"
    other = desk.proposal("m2", "/v1/admin/officers", officer(MINISTRY, "fourth"))
    assert desk.approve("hand", other).status_code == 200  # whom somebody else has asked


def test_the_hand_of_a_hand_is_a_hand(desk: Office) -> None:
    desk.bring_in("hand", MINISTRY, by="m1", approved_by="m2")
    desk.bring_in("finger", MINISTRY, by="hand", approved_by="m1")
    proposal = desk.proposal("m1", "/v1/admin/officers", officer(MINISTRY, "third"))
    assert code(desk.approve("finger", proposal)) == "brought-in"


def test_after_a_day_he_does(desk: Office) -> None:
    desk.bring_in("hand", MINISTRY, by="m1", approved_by="m2")
    with store.reading(desk.engine) as connection:
        now = datetime.now(UTC)
        hand, first = desk.ids["hand"], desk.ids["m1"]
        assert approvals.brought_in(connection, hand, first, now)
        assert approvals.brought_in(connection, hand, first, now + timedelta(hours=23, minutes=59))
        assert not approvals.brought_in(connection, hand, first, now + timedelta(hours=24, minutes=1))
        assert not approvals.brought_in(connection, hand, desk.ids["m2"], now)


def test_changed_facts_are_a_conflict(desk: Office) -> None:
    assert desk.call("d1", "PATCH", f"/v1/admin/issuers/{SCHOOL}", json={"levels": ["primary"]}).status_code == 200
    proposal = desk.proposal("s1", f"/v1/admin/issuers/{SCHOOL}", {"levels": ["primary", "upper_secondary"]}, "PATCH")
    narrower = {"territory": ["97"]}
    assert desk.call("d1", "PATCH", f"/v1/admin/issuers/{SCHOOL}", json=narrower).status_code == 200
    response = desk.approve("d1", proposal)
    assert (response.status_code, code(response)) == (409, "facts-changed")


def test_what_the_superior_may_no_longer_is_a_conflict(desk: Office) -> None:
    """Judged again at approval: content that was good when proposed is state by then."""
    proposal = desk.proposal("d1", "/v1/admin/issuers", {**NEW, "levels": ["primary"]})
    assert desk.proposal("d1", "/v1/admin/issuers", NEW)
    assert (
        desk.call("m1", "PATCH", f"/v1/admin/issuers/{DEPARTMENT}", json={"levels": ["upper_secondary"]}).status_code
        == 200
    )
    assert desk.approve("d2", proposal).status_code == 409


def test_two_proposals_of_one_code(desk: Office) -> None:
    first, second = (desk.proposal("d1", "/v1/admin/issuers", NEW) for _ in range(2))
    assert desk.approve("d2", first).status_code == 200
    assert code(desk.approve("d2", second)) == "issuer-exists"


def test_a_dismissed_proposer_proposes_nothing_any_more(desk: Office) -> None:
    proposal = desk.proposal("s1", "/v1/admin/officers", officer(SCHOOL))
    assert desk.call("d1", "DELETE", f"/v1/admin/officers/{desk.ids['s1']}").status_code == 200
    assert code(desk.approve("d1", proposal)) == "proposer-gone"


def test_a_suspended_school_reads_suspends_and_revokes(desk: Office) -> None:
    waiting = desk.proposal("s1", "/v1/admin/officers", officer(SCHOOL))
    assert desk.post("d1", f"/v1/admin/issuers/{DEPARTMENT}/suspension").status_code == 200
    assert desk.get("s1", "/v1/admin/proposals").status_code == 200
    for who in ("s1", "d1"):
        assert code(desk.post(who, "/v1/admin/officers", officer(SCHOOL, "x"))) == "token-suspended"
    assert code(desk.approve("d1", waiting)) == "token-suspended"
    assert code(desk.approve("m1", waiting)) == "proposer-gone"
    assert desk.post("s1", f"/v1/admin/issuers/{SCHOOL}/suspension").status_code == 200
    lifting = desk.proposal("m1", f"/v1/admin/issuers/{DEPARTMENT}/suspension", method="DELETE")
    assert code(desk.approve("m1", lifting)) == "own-proposal"
    assert desk.approve("m2", lifting).status_code == 200


def test_a_suspension_lifted_and_made_again_is_another_one(desk: Office) -> None:
    path = f"/v1/admin/issuers/{SCHOOL}/suspension"
    assert desk.post("d1", path).status_code == 200
    first, second = (desk.proposal("d1", path, method="DELETE") for _ in range(2))
    assert desk.approve("d2", first).status_code == 200
    assert desk.post("d1", path).status_code == 200
    assert code(desk.approve("d2", second)) == "facts-changed"


def test_a_body_edited_in_the_database_is_not_executed(desk: Office) -> None:
    proposal = desk.proposal("d1", "/v1/admin/officers", officer(SCHOOL))
    with desk.engine.begin() as plain:
        edit = "UPDATE proposals SET body = replace(body, '97000701', '97000903')"
        assert plain.execute(text(edit)).rowcount == 1
    assert code(desk.approve("d2", proposal)) == "body-changed"
    with desk.engine.begin() as plain:  # and its hash with it
        body = plain.scalar(text("SELECT body FROM proposals"))
        forged = {"hash": sha256(str(body).encode()).hexdigest()}
        plain.execute(text("UPDATE proposals SET body_sha256 = :hash"), forged)
    assert code(desk.approve("d2", proposal)) == "body-changed"


def test_the_approver_may_say_what_he_has_read(desk: Office) -> None:
    told = desk.post("d1", "/v1/admin/issuers", NEW).json()["proposal"]
    path = f"/v1/admin/proposals/{told['id']}/approval"
    assert code(desk.post("d2", path, {"body_sha256": "0" * 64})) == "body-changed"
    assert desk.post("d2", path, {"body_sha256": told["body_sha256"]}).status_code == 200


def test_proposals_lapse(desk: Office) -> None:
    proposal = desk.proposal("d1", "/v1/admin/issuers", NEW)
    late = datetime.now(UTC) + approvals.LIFE + timedelta(seconds=1)
    with store.writing(desk.engine) as connection:
        approvals.lapse(connection, late)
    assert code(desk.approve("d2", proposal)) == "proposal-decided"
    told = desk.get("d2", f"/v1/admin/proposals/{proposal}").json()["proposal"]
    assert told["state"] == "lapsed"
    assert audit(desk.engine).disagreements == ()


def test_an_expired_proposal_is_not_approved(desk: Office) -> None:
    proposal = desk.proposal("d1", "/v1/admin/issuers", NEW)
    late = datetime.now(UTC) + approvals.LIFE + timedelta(seconds=1)
    with store.writing(desk.engine) as connection:
        other = officers.live(connection, desk.ids["d2"], late)
        assert other is not None
        with pytest.raises(Exception, match="proposal_expired"):
            approvals.approve(connection, proposal, other, at=late)


def test_proposals_are_listed_by_tree(desk: Office) -> None:
    desk.proposal("s1", "/v1/admin/officers", officer(SCHOOL))
    desk.proposal("t1", "/v1/admin/officers", officer(STRANGER, "theirs"))

    def seen(who: str) -> list[str]:
        told = desk.get(who, "/v1/admin/proposals", params={"state": "open"}).json()
        return [one["issuer"] for one in told["proposals"]]

    assert seen("m1") == seen("m-reader") == [SCHOOL, STRANGER]
    assert seen("d1") == seen("s-reader") == [SCHOOL]
    assert seen("f1") == seen("t1") == [STRANGER]
    assert seen("o1") == []
    assert desk.get("m1", "/v1/admin/proposals", params={"state": "approved"}).json()["proposals"] == []


def test_an_officers_proposal_shows_the_fingerprint(desk: Office) -> None:
    told = desk.post("s1", "/v1/admin/officers", officer(SCHOOL)).json()["proposal"]
    assert len(told["fingerprint"].replace(" ", "")) == 8


def test_a_crash_between_effect_and_approval_leaves_neither(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = desk.proposal("d1", "/v1/admin/issuers", NEW)

    def crash(*_: Any, **__: Any) -> None:  # noqa: ANN401 - whatever it is called with
        raise RuntimeError

    monkeypatch.setattr(approvals, "_decide", crash)
    assert desk.approve("d2", proposal).status_code == 503
    monkeypatch.undo()
    assert desk.get(None, f"/v1/issuers/{NEW['code']}").status_code == 404
    assert desk.approve("d2", proposal).status_code == 200


def test_an_officer_added_on_the_host_is_nobodys_hand(desk: Office) -> None:
    with store.writing(desk.engine) as connection:
        made = officers.add(
            connection, MINISTRY, "x", OfficerRole.ADMIN, hashed("host-made"), actor=HOST, at=datetime.now(UTC)
        )
        assert not approvals.brought_in(connection, made, desk.ids["m1"], datetime.now(UTC))
