"""Random officers call at random: nobody alone, and nobody from below, ever makes anything grow (HB-1, 7)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from founding import DEPARTMENT, MINISTRY, OTHER, SCHOOL, ca, key_id
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from office import FAR, STAFF, STRANGER, hashed, key, office
from sqlalchemy import select

from issuers import approvals, store
from issuers.audit import audit
from issuers.refusals import Why
from issuers.tables import appointments, issuer_periods, issuers, keys, officers, trust_anchors

ABOVE = {
    MINISTRY: (MINISTRY,),  # another of the ministry
    DEPARTMENT: (MINISTRY,),
    FAR: (MINISTRY,),
    SCHOOL: (DEPARTMENT, MINISTRY),
    OTHER: (DEPARTMENT, MINISTRY),
    STRANGER: (FAR, MINISTRY),
    "97000801": (DEPARTMENT, MINISTRY),  # is still to be
    "97000802": (DEPARTMENT, MINISTRY),
}
"""The law's tree, written down once more."""

CALLERS = ("m1", "m2", "d1", "d2", "s1", "s2", "s-registrar", "o1", "f1")
HANDS = tuple(f"hand{number}" for number in range(4))
ANYBODY = st.sampled_from((*CALLERS, *CALLERS[:6], *HANDS, *(HANDS[0], "m1") * 4))  # the likelier, the more he may do
NARROWED = st.sampled_from((SCHOOL, DEPARTMENT))
PAUSED = st.sampled_from((OTHER, STRANGER))  # and not those by whom all the others are asked
NEW_CODES = ("97000801", "97000802")
KEYS = ("key1", "key2")
NEW = {"kind": "school", "parent": DEPARTMENT, "name": "Mới", "valid_from": "2026-08-01T00:00:00+07:00"}
PAST = {"valid_from": "2026-01-01T00:00:00+07:00", "valid_until": "2026-06-01T00:00:00+07:00", "historical": True}
LONG_AGO = "2026-09-01T00:00:00+07:00"
SCOPES: tuple[list[str], ...] = ([], ["primary"], ["upper_secondary"], ["primary", "upper_secondary"])


class Offices(RuleBasedStateMachine):
    """Everybody may call anything; what happened is compared with who asked for it and who approved it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.desk = office(Path(self.folder.name))
        self.issuer_of = {name: issuer for name, (issuer, _) in STAFF.items()}
        self.brought: dict[str, str] = {}
        self.asked: dict[str, tuple[str, str, str, str]] = {}  # proposal: what, about what, issuer concerned, by whom
        self.decided: set[str] = set()
        self.granted: set[tuple[str, str]] = set()  # what may have grown by now
        self.levels: dict[str, Any] = {}
        self.suspended: set[str] = set()
        self.held: set[str] = set()
        self.registering: set[str] = set()
        with store.reading(self.desk.engine) as connection:
            self.anchors = set(connection.scalars(trust_anchors.select().with_only_columns(trust_anchors.c.id)))
            self.officers = set(connection.scalars(officers.select().with_only_columns(officers.c.id)))

    def teardown(self) -> None:
        assert audit(self.desk.engine).disagreements == ()
        self.desk.engine.dispose()
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        """One of the ministry has a hand, whom a colleague let in."""
        self.bring_in("m1", MINISTRY, HANDS[0])
        self.decide("m2", 0, agreed=True)

    def _ask(self, who: str, grows: tuple[str, str, str], method: str, path: str, **said: Any) -> None:  # noqa: ANN401 - JSON
        what, about, concerned = grows
        response = self.desk.call(who, method, path, **said)
        assert response.status_code < 500, response.text
        if response.status_code == 202:
            self.asked[response.json()["proposal"]["id"]] = (what, about, concerned, who)

    @rule(who=ANYBODY, issuer=st.sampled_from(sorted(ABOVE)), hand=st.sampled_from(HANDS))
    def bring_in(self, who: str, issuer: str, hand: str) -> None:
        asked = {"issuer": issuer, "name": hand, "role": "admin", "token_sha256": hashed(hand)}
        self._ask(who, (f"officer {issuer}", hand, issuer), "POST", "/v1/admin/officers", json=asked)

    @rule(
        who=ANYBODY,
        issuer=NARROWED,
        levels=st.sampled_from(SCOPES),
    )
    def scope(self, who: str, issuer: str, levels: list[str]) -> None:
        path = f"/v1/admin/issuers/{issuer}"
        about = f"{issuer} {sorted(levels)}"
        self._ask(who, ("scope", about, issuer), "PATCH", path, json={"levels": levels or None})

    @rule(who=ANYBODY, issuer=PAUSED)
    def lift(self, who: str, issuer: str) -> None:
        path = f"/v1/admin/issuers/{issuer}/suspension"
        self.desk.post("m1", path)
        self._ask(who, ("lift", issuer, issuer), "DELETE", path)

    @rule(who=ANYBODY, name=st.sampled_from(KEYS))
    def propose_key(self, who: str, name: str) -> None:
        told = self.desk.propose_key(who, name)
        if told.status_code != 201:
            return
        proven = self.desk.prove(who, name, told.json())
        if proven.status_code == 200:
            self.asked[proven.json()["proposal"]["id"]] = ("key", key_id(name), SCHOOL, who)

    @rule(who=ANYBODY, code=st.sampled_from(NEW_CODES))
    def enrol(self, who: str, code: str) -> None:
        self._ask(who, ("issuer", code, code), "POST", "/v1/admin/issuers", json={"code": code, **NEW})

    @rule(who=ANYBODY, issuer=st.sampled_from((SCHOOL, OTHER)), on=st.booleans())
    def register_all(self, who: str, issuer: str, on: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        path = f"/v1/admin/issuers/{issuer}"
        self._ask(who, ("registers", issuer, issuer), "PATCH", path, json={"registers_all": on})

    @rule(who=ANYBODY, name=st.sampled_from(KEYS))
    def lift_key(self, who: str, name: str) -> None:
        path = f"/v1/admin/keys/{key_id(name)}/suspension"
        self.desk.post("m1", path)
        self._ask(who, ("lift key", key_id(name), SCHOOL), "DELETE", path)

    @rule(who=ANYBODY, name=st.sampled_from(KEYS))
    def appoint(self, who: str, name: str) -> None:
        office_ = {"issuer": OTHER, "role": "principal", "capacity": "acting", "valid_from": LONG_AGO}
        path = f"/v1/admin/keys/{key_id(name)}/appointments"
        self._ask(who, (f"office {OTHER}", key_id(name), OTHER), "POST", path, json=office_)

    @rule(who=ANYBODY)
    def of_the_past(self, who: str) -> None:
        asked = key("old", **PAST)
        self._ask(who, ("key", key_id("old"), SCHOOL), "POST", "/v1/admin/keys", json=asked)

    @rule(who=ANYBODY)
    def trust(self, who: str) -> None:
        root = ca("Another").root.public_bytes(Encoding.PEM).decode()
        asked = {"certificate": root, "use": "document", "revocation": "crl"}
        self._ask(who, ("anchor", "Another", MINISTRY), "POST", "/v1/admin/trust-anchors", json=asked)

    @rule(who=ANYBODY)
    def revoke(self, who: str) -> None:
        path = f"/v1/admin/keys/{key_id('key2')}/revocation"
        response = self.desk.post(who, path, {"reason": "superseded", "invalid_since": LONG_AGO})
        assert response.status_code < 500, response.text
        if response.status_code == 200:
            self.asked[response.json()["proposal"]["id"]] = ("since", key_id("key2"), SCHOOL, who)

    @rule(who=ANYBODY, choice=st.integers(0, 30), agreed=st.booleans())
    def decide(self, who: str, choice: int, agreed: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        waiting = sorted(self.asked.keys() - self.decided)
        if not waiting:
            return
        proposal = waiting[choice % len(waiting)]
        what, about, concerned, by = self.asked[proposal]
        if not agreed and choice % 3 == 0:
            rejected = self.desk.reject(who, proposal)
            assert rejected.status_code < 500, rejected.text
            self.decided |= {proposal} if rejected.status_code == 200 else set()
            return
        response = self.desk.approve(who, proposal)
        assert response.status_code < 500, response.text
        if response.status_code != 200:
            return
        self.decided.add(proposal)
        # The law, asked of what the test itself knows.
        assert who != by, "his own proposal"
        assert self.issuer_of[who] in ABOVE[concerned], "from below or beside"
        hand = who
        while hand in self.brought:
            hand = self.brought[hand]
            assert hand != by, "the proposer's own hand"
        self.granted.add((what, about))
        if what.startswith("officer "):
            self.issuer_of[about], self.brought[about] = concerned, by
            self.officers.add(response.json()["officer"])
        if what == "anchor":
            self.anchors.add(response.json()["anchor"])

    @rule(crowd=st.lists(ANYBODY, min_size=3, max_size=7, unique=True), choice=st.integers(0, 30))
    def decide_in_turn(self, crowd: list[str], choice: int) -> None:
        for who in crowd:
            self.decide(who, choice, agreed=True)

    @invariant()
    def nothing_grew_otherwise(self) -> None:
        with store.reading(self.desk.engine) as connection:
            for row in connection.execute(keys.select()):
                admitted = row.state in {"active", "suspended", "revoked"} or row.admitted_at is not None
                assert not admitted or ("key", row.id) in self.granted
                assert row.invalid_since is None or ("since", row.id) in self.granted
                if row.id in self.held and row.state == "active":
                    assert ("lift key", row.id) in self.granted
            self.held = set(connection.scalars(select(keys.c.id).where(keys.c.state == "suspended")))
            for row in connection.execute(appointments.select()):
                first = row.issuer == SCHOOL and ("key", row.key) in self.granted
                assert first or (f"office {row.issuer}", row.key) in self.granted
            assert set(connection.scalars(officers.select().with_only_columns(officers.c.id))) == self.officers
            assert set(connection.scalars(trust_anchors.select().with_only_columns(trust_anchors.c.id))) == self.anchors
            for row in connection.execute(issuer_periods.select().where(issuer_periods.c.until.is_(None))):
                before = self.levels.get(row.issuer, [None])[0]
                wider = before is not None and (row.levels is None or not set(row.levels) <= set(before))
                if wider:
                    assert ("scope", f"{row.issuer} {sorted(row.levels or [])}") in self.granted
                self.levels[row.issuer] = [row.levels]
            for row in connection.execute(issuers.select()):
                if row.code in self.suspended and row.suspended_since is None:
                    assert ("lift", row.code) in self.granted
                if row.code in self.registering and row.registers_all_since is None:
                    assert ("registers", row.code) in self.granted
                assert row.code not in NEW_CODES or ("issuer", row.code) in self.granted
            rows = connection.execute(issuers.select().where(issuers.c.suspended_since.is_not(None)))
            self.suspended = {row.code for row in rows}
            rows = connection.execute(issuers.select().where(issuers.c.registers_all_since.is_not(None)))
            self.registering = {row.code for row in rows}


QUIET = settings(
    max_examples=8, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


def test_no_one_and_nobody_from_below() -> None:
    run_state_machine_as_test(Offices, settings=QUIET)


ATTACKS = {
    Why.OWN_PROPOSAL: (("bring_in", "m1", MINISTRY, "hand0"), ("decide", "m1", 0, True)),
    Why.NOT_SUPERIOR: (("bring_in", "s1", SCHOOL, "hand0"), ("decide", "s2", 0, True)),
    Why.BROUGHT_IN: (
        ("bring_in", "m1", MINISTRY, "hand0"),
        ("decide", "m2", 0, True),
        ("bring_in", "m1", MINISTRY, "hand1"),
        ("decide", "hand0", 0, True),
    ),
}
"""Calls that each guard alone stops."""


@pytest.mark.parametrize("guard", ATTACKS)
def test_without_a_guard_somebody_gets_through(guard: Why, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine above can fail: each guard is taken away once."""

    def attack() -> None:
        machine = Offices()
        try:
            for name, *said in ATTACKS[guard]:
                getattr(machine, name)(*said)
        finally:
            machine.teardown()

    attack()
    rest = {why: held for why, held in approvals.GUARDS.items() if why is not guard}
    monkeypatch.setattr(approvals, "GUARDS", rest)
    with pytest.raises(AssertionError, match=r"own|below"):
        attack()
