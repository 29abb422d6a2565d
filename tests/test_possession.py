"""Is it theirs? Challenges answered by a raw signature, and by the signed challenge PDF."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pytest
from cryptography import x509
from founding import SCHOOL, ca, certificate, key_id, private
from office import Office, bare_pem, key, office, served, sign

from issuers import kit, store
from issuers.audit import audit
from issuers.possession import PREFIX
from issuers.tables import challenges


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.engine.dispose()


def code(response: httpx.Response) -> str:
    return str(response.json()["type"]).removeprefix("/problems/")


def test_a_challenge_says_for_whom_and_until_when(desk: Office) -> None:
    told = desk.propose_key("s1", "principal").json()
    assert (told["id"], told["state"]) == (key_id("principal"), "proposed")
    content = base64.b64decode(told["challenge"]["bytes"])
    assert content.startswith(PREFIX)
    issuer, role, nonce, expiry = content.removeprefix(PREFIX).decode().split("\n")
    assert (issuer, role, len(nonce)) == (SCHOOL, "principal", 64)
    expires = datetime.fromisoformat(expiry)
    assert expires == datetime.fromisoformat(told["challenge"]["expires_at"])
    assert timedelta(minutes=14) < expires - datetime.now(UTC) <= timedelta(minutes=15)


@pytest.mark.parametrize("name", ["p256", "rsa", "ed"])
def test_a_raw_signature_proves(desk: Office, name: str) -> None:
    told = desk.propose_key("s1", name).json()
    proven = desk.prove("s1", name, told)
    assert proven.status_code == 200, proven.text
    assert proven.json()["state"] == "proven"
    assert proven.json()["proposal"]["kind"] == "key"
    assert desk.approve("s2", proven.json()["proposal"]["id"]).status_code == 403
    assert desk.approve("d1", proven.json()["proposal"]["id"]).status_code == 200
    shown = desk.get(None, f"/v1/issuers/{SCHOOL}").json()["appointments"]
    assert [(one["role"], one["key"]["state"]) for one in shown] == [("principal", "active")]
    assert audit(desk.engine).disagreements == ()


def test_a_bare_qr_key_proves(desk: Office) -> None:
    asked: dict[str, Any] = {"role": "qr_seal", "use": "qr", "certificate": None, "holder": ""}
    assert desk.activate("qr", public_key=bare_pem("qr"), **asked) == key_id("qr")


def test_what_proves_nothing(desk: Office) -> None:
    told = desk.propose_key("s1", "principal").json()
    path = f"/v1/admin/keys/{told['id']}/proof"
    content = base64.b64decode(told["challenge"]["bytes"])
    other = desk.propose_key("s1", "other").json()
    assert code(desk.prove("s1", "principal", told, signer="other")) == "proof-wrong"  # by another key
    elsewhere = sign(private("principal"), base64.b64decode(other["challenge"]["bytes"]))
    assert code(desk.post("s1", path, {"signature": elsewhere})) == "proof-wrong"  # over another's challenge
    short = sign(private("principal"), content.removeprefix(PREFIX))
    assert code(desk.post("s1", path, {"signature": short})) == "proof-wrong"
    for wrong in ("", "!", "AAAA"):
        assert desk.post("s1", path, {"signature": wrong}).status_code == 422
    assert code(desk.post("s1", path, {"signature": "AAAA", "more": 1})) == "unknown-field"
    for stranger in ("o1", "f1"):
        assert desk.post(stranger, path, {"signature": sign(private("principal"), content)}).status_code == 404
    assert desk.prove("s2", "principal", told).status_code == 200  # whoever carries it
    assert code(desk.prove("s1", "principal", told)) == "key-state"  # replayed


def test_whoever_carries_the_proof_the_proposer_stays_the_proposer(desk: Office) -> None:
    """One officer of the department proposes, another carries the proof: the first must not approve it."""
    told = desk.propose_key("d1", "principal").json()
    proposal = desk.prove("d2", "principal", told).json()["proposal"]
    assert proposal["proposer"] == desk.ids["d1"]
    assert code(desk.approve("d1", proposal["id"])) == "own-proposal"
    assert desk.approve("d2", proposal["id"]).status_code == 200


def test_an_expired_challenge_is_over_and_the_key_may_be_proposed_anew(desk: Office) -> None:
    told = desk.propose_key("s1", "principal").json()
    assert code(desk.propose_key("s1", "principal")) == "key-known"
    _age(desk)
    assert code(desk.prove("s1", "principal", told)) in {"challenge-expired", "key-state"}
    again = desk.propose_key("s1", "principal")
    assert again.status_code == 201
    assert desk.prove("s1", "principal", again.json()).status_code == 200


def _age(desk: Office) -> None:
    """Let a quarter of an hour pass for every challenge."""
    with store.writing(desk.engine) as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(challenges.update().values(expires_at=past))


def test_a_rejected_key_may_be_proposed_anew_and_a_compromised_one_never(desk: Office) -> None:
    proposal = desk.prove("s1", "a", desk.propose_key("s1", "a").json()).json()["proposal"]["id"]
    assert desk.reject("d1", proposal).status_code == 200
    found = desk.activate("a")
    revoked = desk.post("s1", f"/v1/admin/keys/{found}/revocation", {"reason": "keyCompromise"})
    assert revoked.json()["state"] == "revoked"
    for issuer, who in ((SCHOOL, "s1"), ("98000101", "t1")):
        assert code(desk.propose_key(who, "a", issuer=issuer)) == "key-compromised"


def test_a_historical_key_needs_no_proof_and_four_eyes(desk: Office) -> None:
    past = {"valid_from": "2026-01-01T00:00:00+07:00", "valid_until": "2026-06-01T00:00:00+07:00", "historical": True}
    response = desk.propose_key("s1", "old", **past)
    assert (response.status_code, response.json()["proposal"]["kind"]) == (202, "historical_key")
    made = desk.approve("d1", response.json()["proposal"]["id"])
    assert made.json()["key"] == key_id("old")
    assert code(desk.propose_key("s1", "older", **past, decision_no="")) == "decision-missing"
    assert code(desk.propose_key("s1", "older", **past | {"valid_until": "2099-01-01T00:00:00+07:00"})) == (
        "interval-not-past"
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"certificate": "rubbish"}, "certificate-unreadable"),
        ({"certificate": None}, None),
        ({"holder": ""}, "holder-missing"),
        ({"role": "department_seal"}, "role-not-for-kind"),
        ({"use": "qr"}, "use-not-for-role"),
        ({"valid_until": "2026-07-01T00:00:00+07:00"}, "dates-reversed"),
        ({"valid_from": "2026-08-01"}, "malformed"),
        ({"valid_from": "0001-01-01T00:00:00+07:00"}, "malformed"),
        ({"levels": ["primary", "x"]}, "malformed"),
        ({"surprise": 1}, "unknown-field"),
        ({"public_key": "other"}, "certificate-of-another-key"),
        ({"issuer": "97999999"}, "unknown-issuer"),
    ],
)
def test_what_may_not_be_proposed(desk: Office, changes: dict[str, Any], why: str | None) -> None:
    if changes.get("public_key") == "other":
        changes = {"public_key": bare_pem("other")}
    response = desk.propose_key("s1", "principal", **changes)
    if why is None:
        assert response.status_code == 201  # the proof brings the certificate
        assert code(desk.prove("s1", "principal", response.json())) == "certificate-missing"
    else:
        assert (response.status_code, code(response)) == (422, why)
        assert response.json().get("field") or why == "role-not-for-kind"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with served(tmp_path_factory.mktemp("served")) as client:
        yield client


def admin(client: httpx.Client, asked: dict[str, Any]) -> dict[str, Any]:
    headers = {"authorization": "Bearer token-of-s1"}
    response = client.post("/v1/admin/keys", json=asked, headers=headers)
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.json()
    return told


def signed(pdf: bytes, name: str) -> bytes:
    own = x509.load_der_x509_certificate(certificate(name))
    return kit.sign(pdf, kit.Signer(own, private(name), (ca().certificate,), name=name), "Signature1")


def challenge_of(client: httpx.Client, told: dict[str, Any]) -> tuple[str, bytes]:
    path = httpx.URL(told["challenge"]["url"]).path
    page = client.get(path, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert f"{path}/challenge.pdf" in page.text
    return path, client.get(f"{path}/challenge.pdf").content


def hand(client: httpx.Client, path: str, content: bytes, **headers: str) -> httpx.Response:
    return client.post(path, files={"file": ("challenge.pdf", content, "application/pdf")}, headers=headers)


def test_the_signed_page_proves_and_brings_the_certificate(running: httpx.Client) -> None:
    told = admin(running, key("by-page", certificate=None))
    path, pdf = challenge_of(running, told)
    assert pikepdf.open(BytesIO(pdf)).pages.__len__() == 1
    answer = hand(running, path, signed(pdf, "by-page"))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["id"], answer.json()["state"]) == (key_id("by-page"), "proven")
    approved = running.post(
        f"/v1/admin/proposals/{answer.json()['proposal']['id']}/approval",
        headers={"authorization": "Bearer token-of-d1"},
    )
    assert approved.json()["key"] == key_id("by-page")
    assert hand(running, path, signed(pdf, "by-page")).status_code == 404  # the page is gone
    known = admin(running, key("again", certificate=None))
    path, pdf = challenge_of(running, known)
    assert code(hand(running, path, signed(pdf, "by-page"))) == "key-known"  # only the proof could tell


def test_the_signed_page_by_the_api_too(running: httpx.Client) -> None:
    told = admin(running, key("by-api"))
    _, pdf = challenge_of(running, told)
    by = {"authorization": "Bearer token-of-s1"}
    answer = hand(running, f"/v1/admin/keys/{told['id']}/proof", signed(pdf, "by-api"), **by)
    assert answer.json()["state"] == "proven"


def test_pages_that_prove_nothing(running: httpx.Client) -> None:
    told = admin(running, key("first"))
    path, pdf = challenge_of(running, told)
    _, others = challenge_of(running, admin(running, key("second", issuer=SCHOOL)))
    assert hand(running, path, pdf).status_code == 422  # not signed
    assert code(hand(running, path, signed(others, "first"))) == "challenge-of-another"
    assert code(hand(running, path, signed(pdf, "second"))) == "proof-wrong"
    edited, out = pikepdf.open(BytesIO(pdf)), BytesIO()
    edited.add_blank_page()
    edited.save(out)
    assert code(hand(running, path, signed(out.getvalue(), "first"))) == "challenge-of-another"
    broken = bytearray(signed(pdf, "first"))
    broken[len(pdf) - 100] ^= 1
    assert hand(running, path, bytes(broken)).status_code == 422
    assert hand(running, path, b"no pdf").status_code == 415
    assert running.get("/challenges/" + "x" * 43).status_code == 404
    assert hand(running, path, signed(pdf, "first")).status_code == 200
