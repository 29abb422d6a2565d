"""The life of a key over HTTP: suspension, retirement, revocation, and what four eyes decide of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from founding import OTHER, SCHOOL, ca
from office import Office, office, pem

from gateway.refusal_words import TITLES
from issuers import store
from issuers.audit import audit
from issuers.keys import find
from issuers.refusals import Why

AUGUST, OCTOBER = "2026-08-15T00:00:00+07:00", "2026-10-01T00:00:00+07:00"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.engine.dispose()


def code(response: httpx.Response) -> str:
    return str(response.json()["type"]).removeprefix("/problems/")


def state(desk: Office, key: str) -> str:
    with store.reading(desk.engine) as connection:
        return str(find(connection, key).state)


def test_suspended_at_once_lifted_by_four_eyes(desk: Office) -> None:
    key = desk.activate("a")
    path = f"/v1/admin/keys/{key}/suspension"
    assert desk.post("s1", path).json()["state"] == "suspended"
    proposal = desk.proposal("s1", path, method="DELETE")
    assert state(desk, key) == "suspended"
    assert code(desk.approve("s2", proposal)) == "not-superior"
    assert desk.approve("d1", proposal).status_code == 200
    assert state(desk, key) == "active"


@pytest.mark.parametrize("decision", ["approved", "rejected", "open"])
def test_an_earlier_invalid_since_counts_until_it_is_decided(desk: Office, decision: str) -> None:
    key = desk.activate("a")
    path = f"/v1/admin/keys/{key}/revocation"
    told = desk.post("s1", path, {"reason": "superseded", "invalid_since": OCTOBER}).json()
    proposal = told["proposal"]
    assert (told["state"], proposal["kind"], proposal["expires_at"]) == ("revoked", "key_invalid_since", None)
    assert desk.approve("s2", proposal["id"]).status_code == 403
    if decision == "approved":
        assert desk.approve("d1", proposal["id"]).status_code == 200
    elif decision == "rejected":
        assert desk.reject("d1", proposal["id"]).status_code == 200
    with store.reading(desk.engine) as connection:
        row = find(connection, key)
    assert (row.invalid_since is not None, row.proposed_invalid_since is not None) == {
        "approved": (True, False),
        "rejected": (False, False),
        "open": (False, True),
    }[decision]
    assert audit(desk.engine).disagreements == ()


def test_revoking_again_only_tightens(desk: Office) -> None:
    key = desk.activate("a")
    path = f"/v1/admin/keys/{key}/revocation"
    first = desk.post("s1", path, {"reason": "superseded", "invalid_since": OCTOBER}).json()
    assert code(desk.post("s1", path, {"reason": "superseded"})) == "revocation-stands"
    assert code(desk.post("s1", path, {"reason": "affiliationChanged"})) == "revocation-stands"
    lower = desk.post("s1", path, {"reason": "superseded", "invalid_since": AUGUST})
    assert lower.json()["revoked_at"] == first["revoked_at"]
    assert code(desk.approve("d1", first["proposal"]["id"])) == "proposal-decided"  # a lower one has taken its place
    assert desk.approve("d1", lower.json()["proposal"]["id"]).status_code == 200
    assert desk.post("s1", path, {"reason": "keyCompromise"}).status_code == 200
    late = {"reason": "keyCompromise", "invalid_since": "2099-01-01T00:00:00+07:00"}
    assert code(desk.post("s1", path, late)) == "revocation-stands"
    other = f"/v1/admin/keys/{desk.activate('b')}/revocation"
    assert code(desk.post("s1", other, late)) == "invalid-since-late"


@pytest.mark.parametrize("reason", ["certificateHold", "removeFromCRL", "x", None])
def test_reasons_that_are_none(desk: Office, reason: str | None) -> None:
    key = desk.activate("a")
    assert desk.post("s1", f"/v1/admin/keys/{key}/revocation", {"reason": reason}).status_code == 422


def test_a_suspended_school_may_revoke(desk: Office) -> None:
    key = desk.activate("a")
    assert desk.post("d1", f"/v1/admin/issuers/{SCHOOL}/suspension").status_code == 200
    assert desk.post("s1", f"/v1/admin/keys/{key}/suspension").status_code == 200
    assert code(desk.post("s1", f"/v1/admin/keys/{key}/retirement")) == "token-suspended"
    said = {"reason": "superseded", "invalid_since": OCTOBER}
    assert desk.post("s1", f"/v1/admin/keys/{key}/revocation", said).status_code == 200
    (waiting,) = desk.get("d1", "/v1/admin/proposals?state=open").json()["proposals"]
    assert desk.approve("d1", waiting["id"]).status_code == 200


def test_retired_is_not_lifted(desk: Office) -> None:
    key = desk.activate("a")
    assert desk.post("s1", f"/v1/admin/keys/{key}/retirement").json()["state"] == "retired"
    assert code(desk.call("s1", "DELETE", f"/v1/admin/keys/{key}/suspension")) == "key-state"


def test_appointments(desk: Office) -> None:
    key = desk.activate("a")
    path = f"/v1/admin/keys/{key}/appointments"
    office_ = {"issuer": OTHER, "role": "principal", "capacity": "acting", "valid_from": AUGUST, "decision_no": "9/QĐ"}
    assert code(desk.post("s1", path, office_)) == "not-yours"
    proposal = desk.proposal("o1", path, office_)
    assert desk.approve("s1", proposal).status_code == 404
    made = desk.approve("d1", proposal).json()["made"]["appointment"]
    assert code(desk.post("s1", f"/v1/admin/appointments/{made}/end", {"until": OCTOBER})) == "not-yours"
    assert desk.post("o1", f"/v1/admin/appointments/{made}/end", {"until": OCTOBER}).status_code == 200
    assert code(desk.post("o1", f"/v1/admin/appointments/{made}/end", {"until": OCTOBER})) == "interval-not-shorter"
    assert desk.post("o1", "/v1/admin/appointments/a999999/end", {"until": OCTOBER}).status_code == 404
    seal = {"role": "school_seal", "valid_from": AUGUST}
    assert code(desk.post("s1", path, seal)) == "key-of-another-kind"


def test_certificates(desk: Office) -> None:
    key = desk.activate("a")
    path = f"/v1/admin/keys/{key}/certificates"
    assert code(desk.post("s1", path, {"certificate": pem("b")})) == "certificate-of-another-key"
    assert code(desk.post("s1", path, {"certificate": pem("a")})) == "already-so"
    added = desk.post("s1", path, {"certificate": pem("a", renewal=1)}).json()["certificate"]
    said = {"reason": "superseded", "invalid_since": OCTOBER}
    told = desk.post("s1", f"{path}/{added}/revocation", said).json()
    assert (told["state"], told["proposal"]["kind"]) == ("active", "certificate_invalid_since")
    assert desk.approve("d1", told["proposal"]["id"]).status_code == 200
    assert desk.post("s1", f"{path}/{'0' * 64}/revocation", said).status_code == 404
    told = desk.post("s1", f"{path}/{added}/revocation", {"reason": "keyCompromise", "invalid_since": AUGUST}).json()
    assert told["state"] == "revoked"
    assert {one["kind"] for one in told["proposals"]} == {"key_invalid_since", "certificate_invalid_since"}
    for one in told["proposals"]:
        assert desk.approve("d1", one["id"]).status_code == 200
    assert audit(desk.engine).disagreements == ()


def test_anchors_are_the_ministrys(desk: Office) -> None:
    asked = {
        "certificate": ca("Another").root.public_bytes(Encoding.PEM).decode(),
        "use": "document",
        "revocation": "crl",
    }
    for who, status in (("s1", 403), ("d1", 403), (None, 401)):
        assert desk.post(who, "/v1/admin/trust-anchors", asked).status_code == status
    assert code(desk.post("m1", "/v1/admin/trust-anchors", asked | {"certificate": pem("a")})) == "certificate-not-a-ca"
    proposal = desk.proposal("m1", "/v1/admin/trust-anchors", asked)
    assert desk.approve("d1", proposal).status_code == 404
    anchor = desk.approve("m2", proposal).json()["made"]["anchor"]
    path = f"/v1/admin/trust-anchors/{anchor}"
    assert desk.call("m1", "POST", f"{path}/crls", content=b"rubbish").status_code == 422
    assert desk.call("d1", "POST", f"{path}/crls", content=b"rubbish").status_code == 403
    assert desk.post("d1", f"{path}/distrust").status_code == 403
    assert desk.post("m1", f"{path}/distrust").status_code == 200
    assert code(desk.post("m1", f"{path}/distrust")) == "already-so"


def test_a_merger_is_approved_above_both(desk: Office) -> None:
    path = f"/v1/admin/issuers/{OTHER}/succession"
    asked = {"kind": "merge", "successors": [SCHOOL], "decision_no": "8/QĐ", "effective_on": "2099-01-01"}
    assert code(desk.post("s1", path, asked)) == "not-yours"
    proposal = desk.proposal("o1", path, asked)
    assert desk.approve("s1", proposal).status_code == 404
    assert desk.approve("d1", proposal).status_code == 200
    ends = {"kind": "end", "decision_no": "9/QĐ", "effective_on": "2099-01-01"}
    to_the_parent = desk.proposal("s1", f"/v1/admin/issuers/{SCHOOL}/succession", ends)
    assert code(desk.approve("d1", to_the_parent)) == "not-superior"  # the department would inherit
    assert desk.approve("m1", to_the_parent).status_code in {200, 409}
    assert audit(desk.engine).disagreements == ()


def test_every_refusal_has_its_words() -> None:
    assert set(TITLES) == set(Why)
