"""Bad input of every kind over HTTP: each a coded problem that names what is wrong, and nothing has changed."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from founding import DEPARTMENT, OTHER, SCHOOL, ca, private
from office import STRANGER, Office, bare_pem, key, office, pem, sign
from test_admin_calls import code, events
from test_admin_transcripts import one

from issuers import store
from issuers.tables import challenges

SINCE, UNTIL = "2026-08-01T00:00:00+07:00", "2026-07-01T00:00:00+07:00"
SCHOOL_PATH = f"issuers/{SCHOOL}"
NEW = {"code": "97000999", "kind": "school", "parent": DEPARTMENT, "name": "Trường mới", "valid_from": SINCE}
OFFICER = {"issuer": SCHOOL, "name": "x", "role": "reader", "token_sha256": "a" * 64}
END = {"kind": "end", "decision_no": "9/QĐ", "effective_on": "2099-01-01"}
ANCHOR = {"use": "document", "revocation": "crl"}
DEMANDS = [one(number) for number in range(10_001)]

BAD: dict[str, tuple[str, str, str, Any, str, str]] = {
    # what is wrong: whose call, method, path, body; the code, and the field at fault
    "no certificate": ("s1", "POST", "keys", key("a", certificate="xin chào"), "certificate-unreadable", "certificate"),
    "an empty certificate": ("s1", "POST", "keys", key("a", certificate=""), "certificate-unreadable", "certificate"),
    "a CA's certificate": (
        "s1",
        "POST",
        "keys",
        key("a", certificate=ca().certificate.public_bytes(Encoding.PEM).decode()),
        "certificate-is-ca",
        "certificate",
    ),
    "another's key": (
        "s1",
        "POST",
        "keys",
        key("a", public_key=bare_pem("b")),
        "certificate-of-another-key",
        "certificate",
    ),
    "a renewal of another key": (
        "s1",
        "POST",
        "keys/{key}/certificates",
        {"certificate": pem("b")},
        "certificate-of-another-key",
        "certificate",
    ),
    "a key's dates reversed": ("s1", "POST", "keys", key("a", valid_until=UNTIL), "dates-reversed", "valid_until"),
    "an issuer's dates reversed": (
        "d1",
        "POST",
        "issuers",
        {**NEW, "valid_until": UNTIL},
        "dates-reversed",
        "valid_until",
    ),
    "an end before the beginning": (
        "s1",
        "PATCH",
        SCHOOL_PATH,
        {"valid_until": "1999-01-01T00:00:00+07:00"},
        "dates-reversed",
        "valid_until",
    ),
    "levels wider than the issuer's": (
        "s1",
        "POST",
        "keys",
        key("a", levels=["primary", "upper_secondary"]),
        "scope-too-wide",
        "levels",
    ),
    "a province of another department": (
        "d1",
        "POST",
        "issuers",
        {**NEW, "territory": ["96"]},
        "scope-too-wide",
        "territory",
    ),
    "a role that the department may not": (
        "d1",
        "POST",
        "issuers",
        {**NEW, "roles": ["department_seal"]},
        "role-not-for-kind",
        "roles",
    ),
    "10,001 items": ("s1", "POST", "transcripts", {"items": DEMANDS}, "items-too-many", "items"),
    "one bad item among 10,000": (
        "s1",
        "POST",
        "transcripts",
        {"items": [*DEMANDS[:7_000], one(7_000, record_digest="x"), *DEMANDS[7_001:10_000]]},
        "malformed",
        "items[7000].record_digest",
    ),
    "one item twice among 10,000": (
        "s1",
        "POST",
        "transcripts",
        {"items": [*DEMANDS[:9_999], DEMANDS[4]]},
        "item-repeated",
        "items[9999]",
    ),
    "a field nobody knows, of an issuer": ("d1", "POST", "issuers", {**NEW, "x": 1}, "unknown-field", "x"),
    "of a change": ("s1", "PATCH", SCHOOL_PATH, {"name": "khác"}, "unknown-field", "name"),
    "of a suspension": ("s1", "POST", SCHOOL_PATH + "/suspension", {"x": 1}, "unknown-field", "x"),
    "of a succession": ("s1", "POST", SCHOOL_PATH + "/succession", {**END, "x": 1}, "unknown-field", "x"),
    "of an officer": ("s1", "POST", "officers", {**OFFICER, "token": "x"}, "unknown-field", "token"),
    "of a key": ("s1", "POST", "keys", key("a", x=1), "unknown-field", "x"),
    "of a proof": ("s1", "POST", "keys/{asked}/proof", {"signature": "AAAA", "x": 1}, "unknown-field", "x"),
    "of a key's suspension": ("s1", "POST", "keys/{key}/suspension", {"x": 1}, "unknown-field", "x"),
    "of a retirement": ("s1", "POST", "keys/{key}/retirement", {"x": 1}, "unknown-field", "x"),
    "of a revocation": ("s1", "POST", "keys/{key}/revocation", {"reason": "superseded", "x": 1}, "unknown-field", "x"),
    "of an appointment": (
        "s1",
        "POST",
        "keys/{key}/appointments",
        {"role": "principal", "valid_from": SINCE, "x": 1},
        "unknown-field",
        "x",
    ),
    "of an end": ("s1", "POST", "appointments/a1/end", {"until": SINCE, "x": 1}, "unknown-field", "x"),
    "of a renewal": ("s1", "POST", "keys/{key}/certificates", {"certificate": "", "x": 1}, "unknown-field", "x"),
    "of an anchor": ("m1", "POST", "trust-anchors", {**ANCHOR, "certificate": "", "x": 1}, "unknown-field", "x"),
    "of a distrust": ("m1", "POST", "trust-anchors/t5/distrust", {"x": 1}, "unknown-field", "x"),
    "of a transcript": ("s1", "POST", "transcripts", {"items": [one(x=1)]}, "unknown-field", "items[0].x"),
    "of a withdrawal": (
        "s1",
        "POST",
        "transcripts/0000000000000001/withdrawal",
        {"reason_code": "fraud", "x": 1},
        "unknown-field",
        "x",
    ),
    "of an approval": ("d1", "POST", "proposals/p1/approval", {"x": 1}, "unknown-field", "x"),
    "of a rejection": ("d1", "POST", "proposals/p1/rejection", {"x": 1}, "unknown-field", "x"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = office(tmp_path_factory.mktemp("office"))
    narrowed = made.call("s1", "PATCH", f"/v1/admin/{SCHOOL_PATH}", json={"levels": ["upper_secondary"]})
    assert narrowed.status_code == 200
    made.ids |= {"key": made.activate("held"), "asked": made.propose_key("s1", "asked").json()["id"]}
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_coded_problem_and_changes_nothing(desk: Office, name: str) -> None:
    who, method, path, asked, why, field = BAD[name]
    before = events(desk)
    response = desk.call(who, method, "/v1/admin/" + path.format(**desk.ids), json=asked)
    assert (response.status_code, code(response), response.json().get("field")) == (422, why, field)
    assert events(desk) == before


def prove(desk: Office, told: dict[str, Any], name: str, content: str) -> httpx.Response:
    signature = sign(private(name), b64decode(content))
    return desk.post("s1", f"/v1/admin/keys/{told['id']}/proof", {"signature": signature})


def test_bad_proofs_are_coded_and_change_nothing(desk: Office) -> None:
    mine = desk.propose_key("s1", "mine").json()
    others = desk.propose_key("o1", "others", issuer=OTHER).json()["challenge"]["bytes"]
    strangers = desk.propose_key("t1", "strangers", issuer=STRANGER).json()["challenge"]["bytes"]
    own = mine["challenge"]["bytes"]
    before = events(desk)
    for name, content in (("mine", others), ("mine", strangers), ("others", own)):  # another issuer's; another key
        response = prove(desk, mine, name, content)
        assert (response.status_code, code(response), response.json()["field"]) == (422, "proof-wrong", "signature")
    assert events(desk) == before
    assert prove(desk, mine, "mine", own).status_code == 200
    before = events(desk)
    replayed = prove(desk, mine, "mine", own)
    assert (replayed.status_code, code(replayed)) == (409, "key-state")
    assert events(desk) == before


def test_a_late_proof_is_told_that_it_is_late(desk: Office) -> None:
    told = desk.propose_key("s1", "late").json()
    with store.writing(desk.engine) as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(challenges.update().where(challenges.c.id == told["id"]).values(expires_at=past))
    response = prove(desk, told, "late", told["challenge"]["bytes"])
    assert (response.status_code, code(response)) == (409, "challenge-expired")
    page = desk.get(None, "/challenges/" + told["challenge"]["url"].rpartition("/")[2])
    assert page.status_code == 404
