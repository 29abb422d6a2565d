"""Every call by everybody: 2xx only where the law says, and no call of /schema that is not asked."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from conformity import operations
from cryptography.hazmat.primitives.serialization import Encoding
from founding import DAY, DEPARTMENT, HOST, NOW, SCHOOL, appointed, ca, enrolment, private
from founding import office as post
from lists import crl
from office import Office, hashed, key, office, pem, sign
from sqlalchemy import select
from test_admin_transcripts import correction, one

from issuers import keys, officers, registry, store
from issuers.officers import OfficerRole
from issuers.tables import appointments, key_certificates, trust_anchors
from verify.trust import Role

OFF = "97000777"
"""A third school of the department, which is suspended."""

LATER = "2026-10-01T00:00:00+07:00"

NEW_ISSUER = {"kind": "school", "parent": DEPARTMENT, "name": "Mới", "valid_from": "2026-08-01T00:00:00+07:00"}
ANCHOR = {"certificate": ca("Another").root.public_bytes(Encoding.PEM).decode(), "use": "document"}
LIST = crl(ca(), NOW - DAY, NOW + 400 * DAY)
END = {"kind": "end", "decision_no": "9/QĐ", "effective_on": "2099-01-01"}
OFFICER = {"issuer": "{code}", "name": "x", "role": "reader", "token_sha256": "a" * 64}

OWN, PARENT, ABOVE = "s1", "d1", "m1"
SIBLING, STRANGER, READER, REGISTRAR = "o1", "f1", "s-reader", "s-registrar"
DEAD = (None, "nobody", "late", "gone")
"""No token, one that nobody has, one that has expired, and one that was withdrawn."""

TREE = (OWN, PARENT, ABOVE)
EVERYBODY = (*TREE, SIBLING, STRANGER, READER, REGISTRAR)


@dataclass(frozen=True)
class Asked:
    """A call about an issuer: who may, and with what answer; who is outside its tree is told `others`.

    That is 403 about what he may see, 404 about what he may not. What stands in braces is what `about` made.
    """

    path: str
    body: Any = None
    answer: int = 200
    may: tuple[str, ...] = TREE
    others: int = 403
    bare: bytes | None = None

    def call(self, desk: Office, ids: dict[str, str], who: str | None, method: str) -> httpx.Response:
        said: dict[str, Any] = {}
        if self.bare is not None:
            said["content"] = self.bare
        elif self.body is not None:
            named = {name: ids[text[1:-1]] for name, text in self.body.items() if str(text).startswith("{")}
            said["json"] = self.body | named
        return desk.call(who, method, "/v1/admin/" + self.path.format(**ids), **said)


LOOKS = EVERYBODY
"""Everybody may look at what his own tree holds, readers and registrars included."""

WITH_REGISTRAR, INSIDE, DECIDE = (*TREE, REGISTRAR), (*TREE, READER, REGISTRAR), (PARENT, ABOVE)
SAID = {"decision_no": "9/QĐ", "valid_from": LATER}

CALLS: dict[str, Asked] = {
    "POST /v1/admin/issuers": Asked("issuers", {"code": "97000999", **NEW_ISSUER}, 202, (PARENT, ABOVE)),
    "PATCH /v1/admin/issuers/{code}": Asked("issuers/{code}", {"contact": "x"}),
    "POST /v1/admin/issuers/{code}/suspension": Asked("issuers/{code}/suspension", {}),
    "DELETE /v1/admin/issuers/{code}/suspension": Asked(f"issuers/{OFF}/suspension", None, 202, (PARENT, ABOVE)),
    "POST /v1/admin/issuers/{code}/succession": Asked("issuers/{code}/succession", END, 202),
    "POST /v1/admin/officers": Asked("officers", OFFICER, 202),
    "GET /v1/admin/officers": Asked("officers", may=LOOKS),
    "DELETE /v1/admin/officers/{officer}": Asked("officers/{officer}", others=404),
    "POST /v1/admin/keys": Asked("keys", key("new") | {"issuer": "{code}", "role": "{role}"}, 201),
    "POST /v1/admin/keys/{key}/proof": Asked("keys/{asked}/proof", {"signature": "{signature}"}, others=404),
    "POST /v1/admin/keys/{key}/suspension": Asked("keys/{active}/suspension", {}),
    "DELETE /v1/admin/keys/{key}/suspension": Asked("keys/{suspended}/suspension", None, 202),
    "POST /v1/admin/keys/{key}/retirement": Asked("keys/{active}/retirement", {}),
    "POST /v1/admin/keys/{key}/revocation": Asked("keys/{active}/revocation", {"reason": "superseded"}),
    "POST /v1/admin/keys/{key}/appointments": Asked("keys/{active}/appointments", SAID | {"role": "{role}"}, 202),
    "POST /v1/admin/appointments/{appointment}/end": Asked("appointments/{appointment}/end", {"until": LATER}),
    "POST /v1/admin/keys/{key}/certificates": Asked("keys/{active}/certificates", {"certificate": "{renewal}"}),
    "POST /v1/admin/keys/{key}/certificates/{sha256}/revocation": Asked(
        "keys/{active}/certificates/{certificate}/revocation", {"reason": "superseded"}
    ),
    "POST /v1/admin/trust-anchors": Asked("trust-anchors", {**ANCHOR, "revocation": "crl"}, 202, (ABOVE,)),
    "POST /v1/admin/trust-anchors/{anchor}/distrust": Asked("trust-anchors/{anchor}/distrust", {}, may=(ABOVE,)),
    "POST /v1/admin/trust-anchors/{anchor}/crls": Asked("trust-anchors/{anchor}/crls", may=(ABOVE,), bare=LIST),
    "POST /v1/admin/transcripts": Asked("transcripts", {"items": [one(2)], "issuer": "{code}"}, may=WITH_REGISTRAR),
    "POST /v1/admin/transcripts/{number}/withdrawal": Asked(
        "transcripts/{number}/withdrawal", {"reason_code": "fraud"}, may=WITH_REGISTRAR
    ),
    "GET /v1/admin/amendments": Asked("amendments", may=LOOKS),
    "GET /v1/admin/events": Asked("events", may=LOOKS),
    "GET /v1/admin/proposals": Asked("proposals", may=LOOKS),
    "GET /v1/admin/proposals/{proposal}": Asked("proposals/{proposal}", may=INSIDE, others=404),
    "POST /v1/admin/proposals/{proposal}/approval": Asked("proposals/{proposal}/approval", {}, may=DECIDE, others=404),
    "POST /v1/admin/proposals/{proposal}/rejection": Asked(
        "proposals/{proposal}/rejection", {}, may=DECIDE, others=404
    ),
}
"""Every call, about the school or about its department."""


def test_every_call_of_the_admin_api_is_asked() -> None:
    assert CALLS.keys() == {label for label in operations() if "/v1/admin/" in label}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.engine.dispose()


def about(desk: Office, code: str, role: Role, officer: str, proposer: str) -> dict[str, str]:
    """Something of an issuer's for every call to be about; and the tokens that are dead."""
    now = datetime.now(UTC)
    with store.writing(desk.engine) as connection:
        past = now - timedelta(hours=2)
        for who, until in (("late", now - timedelta(hours=1)), ("gone", None)):
            made = officers.add(
                connection, code, who, OfficerRole.ADMIN, hashed(who), actor=HOST, at=past, valid_until=until
            )
        officers.withdraw(connection, made, actor=HOST, at=now)
        held = {name: appointed(connection, name, post(role, code), now) for name in ("active", "suspended")}
        keys.suspend(connection, held["suspended"], actor=HOST, at=now)
        registry.enrol(connection, enrolment(OFF), actor=HOST, at=now)
        registry.suspend(connection, OFF, actor=HOST, at=now)
        anchor = connection.scalar(select(trust_anchors.c.id).order_by(trust_anchors.c.id).limit(1))
        mine = connection.scalar(select(appointments.c.id).where(appointments.c.key == held["active"]))
        first = connection.scalar(select(key_certificates.c.sha256).where(key_certificates.c.key == held["active"]))
    assert desk.post("m1", "/v1/admin/transcripts", {"items": [one()], "issuer": SCHOOL}).status_code == 200
    office_ = {"issuer": code, "role": role.value}
    asked = desk.propose_key(proposer, "asked", **office_).json()
    waiting = desk.prove(proposer, "waiting", desk.propose_key(proposer, "waiting", **office_).json()).json()
    return {
        **held,
        "code": code,
        "role": role.value,
        "officer": desk.ids[officer],
        "asked": asked["id"],
        "signature": sign(private("asked"), b64decode(asked["challenge"]["bytes"])),
        "proposal": waiting["proposal"]["id"],
        "anchor": str(anchor),
        "appointment": str(mine),
        "certificate": str(first),
        "renewal": pem("active", 1),
        "number": one()["number"],
    }


@pytest.mark.parametrize("label", CALLS)
def test_a_call_by_everybody(desk: Office, label: str) -> None:
    asked, method = CALLS[label], label.partition(" ")[0]
    ids = about(desk, SCHOOL, Role.PRINCIPAL, "s2", "s2")
    for dead in DEAD:
        assert asked.call(desk, ids, dead, method).status_code == 401, dead
    for who in (each for each in EVERYBODY if each not in asked.may):
        outside = who in {SIBLING, STRANGER}
        assert asked.call(desk, ids, who, method).status_code == (asked.others if outside else 403), who
    told = [asked.call(desk, ids, who, method).status_code for who in asked.may]
    assert told[0] == asked.answer  # to the next it may be so already
    assert set(told) <= {asked.answer, 409}


@pytest.mark.parametrize("label", CALLS)
def test_a_child_changes_and_sees_nothing_of_its_parent(desk: Office, label: str) -> None:
    asked, method = CALLS[label], label.partition(" ")[0]
    ids = about(desk, DEPARTMENT, Role.DEPARTMENT_SEAL, "d2", "d2")
    response = asked.call(desk, ids, OWN, method)
    if method == "GET" and asked.may is LOOKS:
        assert {each["issuer"] for each in next(iter(response.json().values()))} <= {SCHOOL}
    elif label.startswith("POST /v1/admin/transcripts"):
        assert response.status_code == (200 if "withdrawal" in label else 403)  # the number is the school's own
    else:
        assert response.status_code == (asked.others if asked.others == 404 else 403)


@pytest.mark.parametrize("path", ["officers", "amendments", "events", "proposals"])
def test_a_list_holds_what_is_in_the_callers_tree_and_no_more(desk: Office, path: str) -> None:
    assert desk.post("s1", "/v1/admin/transcripts", {"items": [one()]}).status_code == 200
    assert desk.post("s1", "/v1/admin/transcripts", {"items": [correction()]}).status_code == 200
    desk.proposal("s1", "/v1/admin/officers", OFFICER | {"issuer": SCHOOL})
    trees = {"m1": {SCHOOL}, "d1": {SCHOOL}, "s-reader": {SCHOOL}, SIBLING: set(), STRANGER: set()}
    for who, seen in trees.items():
        told = next(iter(desk.get(who, f"/v1/admin/{path}").json().values()))
        assert {each["issuer"] for each in told} & {SCHOOL} == seen, who
