"""The writers of trust: every step of HB-1 section 6, every refusal by its code, nothing written when refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from founding import (
    APPOINTED,
    DAY,
    DEPARTMENT,
    FOUNDED,
    HOST,
    MINISTRY,
    NOW,
    OTHER,
    SCHOOL,
    SECOND,
    appointed,
    bare,
    by_certificate,
    ca,
    certificate,
    chain,
    der,
    digest,
    enrolment,
    founded,
    key_id,
    office,
    private,
    refused,
    spki,
)
from sqlalchemy import Connection, Engine, select

from issuers import anchors, appointments, certificates, keys, ledger, officers, registry, store
from issuers.admission import Candidate, every_anchor
from issuers.audit import audit
from issuers.keys import TRANSITIONS, Step
from issuers.officers import OfficerRole
from issuers.refusals import Conflict, NotThere, Refusal, Refused, Why
from issuers.revocations import Reason, Revocation, revoked
from issuers.scope import Scope, standing
from issuers.tables import appointments as appointment_rows
from issuers.tables import issuer_periods, issuers, key_certificates, key_states
from issuers.tables import keys as key_rows
from verify.trust import Capacity, KeyState, Kind, Level, Role, Use

BY: dict[str, Any] = {"actor": HOST, "at": NOW}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = founded(tmp_path)
    yield engine
    assert audit(engine).disagreements == ()
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with store.writing(engine) as connection:
        yield connection


def key(connection: Connection, name: str) -> Any:  # noqa: ANN401 - a row
    return connection.execute(select(key_rows).where(key_rows.c.id == key_id(name))).one()


# Issuers


def test_a_registry_is_initialised_once(connection: Connection) -> None:
    with refused(Conflict, Why.REGISTRY_EXISTS):
        registry.initialise(connection, "MOET2", "Bộ", **BY)


def test_a_new_registry_is_no_sample_and_speaks_from_now_on(tmp_path: Path) -> None:
    engine = store.connect(f"sqlite:///{tmp_path}/new.sqlite")
    store.migrate(engine)
    with store.writing(engine) as connection:
        with refused(NotThere, Why.NOT_THERE):
            registry.ministry(connection)
        registry.initialise(connection, "MOET", "Bộ", **BY)
        assert registry.ministry(connection) == "MOET"
        found = standing(connection, "MOET")
    assert (found.kind, found.valid_from, found.superiors, found.effective) == (Kind.MINISTRY, NOW, (), Scope())


@pytest.mark.parametrize(
    ("changes", "kind", "why", "field"),
    [
        ({"code": "thpt"}, Refused, Why.MALFORMED, "code"),
        ({"code": "A" * 21}, Refused, Why.MALFORMED, "code"),
        ({"code": ""}, Refused, Why.MALFORMED, "code"),
        ({"name": " "}, Refused, Why.MALFORMED, "name"),
        ({"name": "A\u202eB"}, Refused, Why.MALFORMED, "name"),
        ({"name": "A" * 501}, Refused, Why.MALFORMED, "name"),
        ({"contact": "a\nb"}, Refused, Why.MALFORMED, "contact"),
        ({"territory": frozenset({"tỉnh"})}, Refused, Why.MALFORMED, "territory"),
        ({"levels": frozenset()}, Refused, Why.MALFORMED, "levels"),
        ({"valid_until": FOUNDED}, Refused, Why.DATES_REVERSED, "valid_until"),
        ({"valid_until": FOUNDED - DAY}, Refused, Why.DATES_REVERSED, "valid_until"),
        ({"valid_from": FOUNDED - SECOND}, Refused, Why.SCOPE_TOO_WIDE, "valid_from"),
        ({"parent": "NOBODY"}, Refused, Why.UNKNOWN_ISSUER, "parent"),
        ({"parent": SCHOOL}, Refused, Why.KIND_NOT_UNDER_PARENT, "kind"),
        ({"kind": Kind.MINISTRY}, Refused, Why.KIND_NOT_UNDER_PARENT, "kind"),
        ({"kind": Kind.DEPARTMENT}, Refused, Why.KIND_NOT_UNDER_PARENT, "kind"),
        ({"roles": frozenset({Role.DEPARTMENT_SEAL})}, Refused, Why.ROLE_NOT_FOR_KIND, "roles"),
        ({"territory": frozenset({"97", "98"})}, Refused, Why.SCOPE_TOO_WIDE, "territory"),
        ({"code": SCHOOL}, Conflict, Why.ISSUER_EXISTS, "code"),
        ({"code": MINISTRY}, Conflict, Why.ISSUER_EXISTS, "code"),
    ],
)
def test_an_enrolment_is_refused(
    connection: Connection, changes: dict[str, Any], kind: type[Refusal], why: Why, field: str
) -> None:
    before = ledger.head(connection)
    with refused(kind, why, field):
        registry.enrol(connection, replace(enrolment("S9"), **changes), **BY)
    assert ledger.head(connection) == before


def test_a_scope_can_only_narrow(connection: Connection) -> None:
    primary, both = frozenset({Level.PRIMARY}), frozenset({Level.PRIMARY, Level.LOWER_SECONDARY})
    roles = frozenset({Role.PRINCIPAL, Role.SCHOOL_SEAL})
    department = enrolment("D9", Kind.DEPARTMENT, MINISTRY, levels=both, roles=roles, valid_until=NOW + 9 * DAY)
    registry.enrol(connection, department, **BY)
    for changes, field in (
        ({"levels": both | {Level.CONTINUING}}, "levels"),
        ({"roles": roles | {Role.QR_SEAL}}, "roles"),
        ({"valid_until": NOW + 10 * DAY}, "valid_until"),
    ):
        with refused(Refused, Why.SCOPE_TOO_WIDE, field):
            registry.enrol(connection, enrolment("S9", parent="D9", **changes), **BY)
    registry.enrol(connection, enrolment("S9", parent="D9", levels=primary), **BY)
    assert standing(connection, "S9").effective == Scope(primary, roles, None)
    assert standing(connection, "S9").superiors == ("D9", MINISTRY)
    # What its department loses later, the school loses with it, though its own scope says otherwise.
    registry.change(connection, "D9", {"levels": frozenset({Level.LOWER_SECONDARY})}, **BY)
    assert standing(connection, "S9").effective.levels == frozenset()


def test_nobody_enrols_under_what_has_ended(connection: Connection) -> None:
    registry.change(connection, DEPARTMENT, {"valid_until": NOW}, **BY)
    with refused(Conflict, Why.ISSUER_ENDED):
        registry.enrol(connection, enrolment("S9"), **BY)
    with refused(Conflict, Why.ISSUER_ENDED):
        registry.change(connection, DEPARTMENT, {"contact": "x"}, **BY)


def test_a_change_begins_a_period_and_keeps_the_one_before(connection: Connection) -> None:
    registry.change(connection, SCHOOL, {"levels": frozenset({Level.PRIMARY}), "contact": "x"}, **BY)
    rows = connection.execute(
        select(issuer_periods).where(issuer_periods.c.issuer == SCHOOL).order_by(issuer_periods.c.seq)
    ).all()
    assert [(row.since, row.until, row.levels) for row in rows] == [(FOUNDED, NOW, None), (NOW, None, ["primary"])]
    assert {row.parent for row in rows} == {DEPARTMENT}


def test_two_changes_at_one_instant_leave_one_period_that_holds(connection: Connection) -> None:
    for levels in (frozenset({Level.PRIMARY, Level.CONTINUING}), frozenset({Level.PRIMARY})):
        registry.change(connection, SCHOOL, {"levels": levels}, **BY)
    assert standing(connection, SCHOOL).own.levels == frozenset({"primary"})


def test_registering_all_begins_when_it_is_said(connection: Connection) -> None:
    registry.change(connection, SCHOOL, {"registers_all": True}, **BY)
    row = connection.execute(select(issuers).where(issuers.c.code == SCHOOL)).one()
    assert row.registers_all_since == NOW
    registry.change(connection, SCHOOL, {"registers_all": False}, **BY)
    assert connection.execute(select(issuers).where(issuers.c.code == SCHOOL)).one().registers_all_since is None


@pytest.mark.parametrize(
    ("change", "kind", "why"),
    [
        ({}, Conflict, Why.ALREADY_SO),
        ({"contact": ""}, Conflict, Why.ALREADY_SO),
        ({"levels": None, "registers_all": False, "valid_until": None}, Conflict, Why.ALREADY_SO),
        ({"contact": "\x00"}, Refused, Why.MALFORMED),
        ({"valid_until": FOUNDED}, Refused, Why.DATES_REVERSED),
        ({"territory": frozenset({"98"})}, Refused, Why.SCOPE_TOO_WIDE),
        ({"roles": frozenset({Role.DEPARTMENT_SEAL})}, Refused, Why.ROLE_NOT_FOR_KIND),
    ],
)
def test_a_change_is_refused(connection: Connection, change: registry.Change, kind: type[Refusal], why: Why) -> None:
    with refused(kind, why):
        registry.change(connection, SCHOOL, change, **BY)


@pytest.mark.parametrize(
    ("before", "change", "wider"),
    [
        ({}, {"contact": "x"}, False),
        ({}, {"levels": frozenset({Level.PRIMARY})}, False),
        ({"levels": frozenset({Level.PRIMARY})}, {"levels": None}, True),
        ({"levels": frozenset({Level.PRIMARY})}, {"levels": frozenset({Level.CONTINUING})}, True),
        ({"levels": frozenset({Level.PRIMARY, Level.CONTINUING})}, {"levels": frozenset({Level.PRIMARY})}, False),
        ({"roles": frozenset({Role.PRINCIPAL})}, {"roles": frozenset({Role.PRINCIPAL, Role.QR_SEAL})}, True),
        ({"territory": frozenset({"97"})}, {"territory": None}, True),
        ({}, {"valid_until": NOW + DAY}, False),
        ({"valid_until": NOW + DAY}, {"valid_until": None}, True),
        ({"valid_until": NOW + DAY}, {"valid_until": NOW + 2 * DAY}, True),
        ({}, {"registers_all": True}, False),
        ({"registers_all": True}, {"registers_all": False}, True),
        ({"registers_all": True}, {"contact": "x"}, False),
    ],
)
def test_what_asks_for_more_needs_four_eyes(
    connection: Connection, before: dict[str, Any], change: registry.Change, *, wider: bool
) -> None:
    registry.enrol(connection, enrolment("S9", **before), **BY)
    assert registry.widens(connection, "S9", change) is wider


def test_suspension_and_its_end(connection: Connection) -> None:
    with refused(Conflict, Why.ALREADY_SO):
        registry.lift(connection, SCHOOL, **BY)
    registry.suspend(connection, DEPARTMENT, **BY)
    assert standing(connection, SCHOOL).suspended
    with refused(Conflict, Why.ALREADY_SO):
        registry.suspend(connection, DEPARTMENT, **BY)
    registry.lift(connection, DEPARTMENT, **BY)
    assert not standing(connection, SCHOOL).suspended


@pytest.mark.parametrize(
    "writer",
    [
        lambda connection: registry.suspend(connection, "NO", **BY),
        lambda connection: registry.lift(connection, "NO", **BY),
        lambda connection: registry.change(connection, "NO", {}, **BY),
        lambda connection: officers.withdraw(connection, "o0", **BY),
        lambda connection: anchors.distrust(connection, "t0", **BY),
        lambda connection: keys.suspend(connection, "0" * 64, **BY),
        lambda connection: keys.decide_invalid_since(connection, "0" * 64, accepted=True, **BY),
        lambda connection: appointments.appoint(connection, "0" * 64, office(), **BY),
        lambda connection: appointments.end(connection, "a0", NOW, **BY),
        lambda connection: certificates.add(connection, "0" * 64, b"", **BY),
        lambda connection: certificates.revoke(connection, "0" * 64, Reason.SUPERSEDED, **BY),
    ],
)
def test_what_is_not_there(connection: Connection, writer: Callable[[Connection], object]) -> None:
    with refused(NotThere, Why.NOT_THERE):
        writer(connection)


# Officers and anchors


def test_an_officer_comes_and_goes(connection: Connection) -> None:
    officer = officers.add(connection, SCHOOL, "A", OfficerRole.ADMIN, digest("token"), **BY)
    with refused(Conflict, Why.TOKEN_KNOWN):
        officers.add(connection, OTHER, "B", OfficerRole.READER, digest("token"), **BY)
    officers.withdraw(connection, officer, **BY)
    with refused(Conflict, Why.ALREADY_SO):
        officers.withdraw(connection, officer, **BY)
    with refused(Conflict, Why.TOKEN_KNOWN):  # a withdrawn token never comes back
        officers.add(connection, SCHOOL, "A", OfficerRole.ADMIN, digest("token"), **BY)


@pytest.mark.parametrize(
    ("changes", "why", "field"),
    [
        ({"issuer": "NO"}, Why.UNKNOWN_ISSUER, "issuer"),
        ({"name": ""}, Why.MALFORMED, "name"),
        ({"name": "\u202e"}, Why.MALFORMED, "name"),
        ({"token_sha256": "A" * 64}, Why.MALFORMED, "token_sha256"),
        ({"token_sha256": "0" * 63}, Why.MALFORMED, "token_sha256"),
        ({"valid_until": NOW}, Why.DATES_REVERSED, "valid_until"),
    ],
)
def test_an_officer_is_refused(connection: Connection, changes: dict[str, Any], why: Why, field: str) -> None:
    said = {"issuer": SCHOOL, "name": "A", "role": OfficerRole.READER, "token_sha256": "0" * 64} | BY
    with refused(Refused, why, field):
        officers.add(connection, **(said | changes))


def test_an_anchor_comes_and_goes_and_comes_again(connection: Connection) -> None:
    root = der(ca("Two").root)
    first = anchors.admit(connection, root, Use.DOCUMENT, anchors.Revocation.CRL, **BY)
    with refused(Conflict, Why.ALREADY_SO):
        anchors.admit(connection, root, Use.DOCUMENT, anchors.Revocation.REGISTRY, **BY)
    anchors.admit(connection, root, Use.TIMESTAMP, anchors.Revocation.REGISTRY, **BY)
    anchors.distrust(connection, first, **BY)
    with refused(Conflict, Why.ALREADY_SO):
        anchors.distrust(connection, first, **BY)
    assert anchors.admit(connection, root, Use.DOCUMENT, anchors.Revocation.REGISTRY, **BY) != first


def test_an_anchor_is_a_ca_and_never_a_qr_s(connection: Connection) -> None:
    with refused(Refused, Why.CERTIFICATE_NOT_A_CA):
        anchors.admit(connection, certificate("principal"), Use.DOCUMENT, anchors.Revocation.CRL, **BY)
    with refused(Refused, Why.CERTIFICATE_UNREADABLE):
        anchors.admit(connection, b"no", Use.DOCUMENT, anchors.Revocation.CRL, **BY)
    with refused(Refused, Why.USE_NOT_FOR_ROLE):
        anchors.admit(connection, der(ca("Two").root), Use.QR, anchors.Revocation.CRL, **BY)


# Keys: the state machine


def brought_to(connection: Connection, state: KeyState) -> str:
    """A key in any state, by the writers alone."""
    name = "seal"
    what = office(Role.SCHOOL_SEAL)
    made = keys.propose(connection, by_certificate(name), what, **BY)
    paths: dict[KeyState, list[Callable[..., object]]] = {
        KeyState.PROPOSED: [],
        KeyState.PROVEN: [keys.prove],
        KeyState.ACTIVE: [keys.prove, keys.activate],
        KeyState.SUSPENDED: [keys.prove, keys.activate, keys.suspend],
        KeyState.RETIRED: [keys.prove, keys.activate, keys.retire],
        KeyState.REJECTED: [keys.reject],
        KeyState.EXPIRED: [keys.expire],
    }
    if state is KeyState.REVOKED:
        keys.prove(connection, made, **BY)
        keys.activate(connection, made, **BY)
        keys.revoke(connection, made, Reason.SUPERSEDED, **BY)
    for step in paths.get(state, []):
        step(connection, made, **BY)
    assert key(connection, name).state == state
    return made


STEPS: dict[Step, Callable[[Connection, str], object]] = {
    Step.PROPOSE: lambda connection, _: keys.propose(
        connection, by_certificate("seal"), office(Role.SCHOOL_SEAL), **BY
    ),
    Step.PROVE: lambda connection, made: keys.prove(connection, made, **BY),
    Step.ACTIVATE: lambda connection, made: keys.activate(connection, made, **BY),
    Step.ADMIT_HISTORICAL: lambda connection, made: keys.admit_historical(connection, made, **BY),
    Step.REJECT: lambda connection, made: keys.reject(connection, made, **BY),
    Step.EXPIRE: lambda connection, made: keys.expire(connection, made, **BY),
    Step.SUSPEND: lambda connection, made: keys.suspend(connection, made, **BY),
    Step.LIFT: lambda connection, made: keys.lift(connection, made, **BY),
    Step.RETIRE: lambda connection, made: keys.retire(connection, made, **BY),
    Step.REVOKE: lambda connection, made: keys.revoke(connection, made, Reason.KEY_COMPROMISE, **BY),
}

LAW = {  # HB-1, 6, as it reads; historical keys have their own test
    ("proposed", Step.PROVE): "proven",
    ("proven", Step.ACTIVATE): "active",
    ("active", Step.SUSPEND): "suspended",
    ("suspended", Step.LIFT): "active",
    ("active", Step.RETIRE): "retired",
    ("suspended", Step.RETIRE): "retired",
    ("active", Step.REVOKE): "revoked",
    ("suspended", Step.REVOKE): "revoked",
    ("retired", Step.REVOKE): "revoked",
    ("revoked", Step.REVOKE): "revoked",
    ("proposed", Step.REJECT): "rejected",
    ("proven", Step.REJECT): "rejected",
    ("proposed", Step.EXPIRE): "expired",
    ("proven", Step.EXPIRE): "expired",
    ("rejected", Step.PROPOSE): "proposed",
    ("expired", Step.PROPOSE): "proposed",
}


@pytest.mark.parametrize(("state", "step"), [*product(KeyState, Step)], ids=lambda part: part.value)
def test_a_key_moves_as_the_law_says_and_in_no_other_way(engine: Engine, state: KeyState, step: Step) -> None:
    with store.writing(engine) as connection:
        made = brought_to(connection, state)
        before, head = key(connection, "seal"), ledger.head(connection)
        after = LAW.get((state.value, step))
        if after is None:
            with pytest.raises(Conflict) as caught:
                STEPS[step](connection, made)
            assert caught.value.why in {Why.KEY_STATE, Why.KEY_KNOWN}
            assert (key(connection, "seal"), ledger.head(connection)) == (before, head)
        else:
            STEPS[step](connection, made)
            assert key(connection, "seal").state == after
            states = connection.scalars(select(key_states.c.state).order_by(key_states.c.seq)).all()
            assert states[-1] == after


def test_the_table_of_transitions_is_the_law() -> None:
    table = {
        (state.value, step): after.value
        for step, moves in TRANSITIONS.items()
        for state, after in moves.items()
        if state is not None
    }
    assert table == LAW | {("proposed", Step.ADMIT_HISTORICAL): "retired"}
    assert TRANSITIONS[Step.PROPOSE][None] is KeyState.PROPOSED


def test_a_historical_key_is_retired_from_the_start(connection: Connection) -> None:
    past = office(valid_from=NOW - 400 * DAY, valid_until=NOW - 300 * DAY)
    made = keys.propose(connection, by_certificate("old"), past, holder="Old", historical=True, **BY)
    for step in (Step.PROVE, Step.ACTIVATE):
        with refused(Conflict, Why.KEY_STATE):
            STEPS[step](connection, made)
    keys.admit_historical(connection, made, **BY)
    row = key(connection, "old")
    assert (row.state, row.historical, row.admitted_at, row.retired_at) == (KeyState.RETIRED, True, NOW, NOW)
    with refused(Refused, Why.INTERVAL_NOT_PAST):
        appointments.appoint(connection, made, office(issuer=OTHER), **BY)
    appointments.appoint(connection, made, office(issuer=OTHER, valid_until=NOW - DAY), **BY)


@pytest.mark.parametrize(
    ("changes", "why", "field"),
    [
        ({"valid_until": None}, Why.INTERVAL_NOT_PAST, "valid_until"),
        ({"valid_until": NOW + SECOND}, Why.INTERVAL_NOT_PAST, "valid_until"),
        ({"valid_until": NOW, "decision_no": ""}, Why.DECISION_MISSING, "decision_no"),
    ],
)
def test_a_historical_key_is_refused(connection: Connection, changes: dict[str, Any], why: Why, field: str) -> None:
    with refused(Refused, why, field):
        keys.propose(connection, by_certificate("old"), office(**changes), holder="Old", historical=True, **BY)


def test_a_historical_key_brings_its_certificate(connection: Connection) -> None:
    candidate = Candidate(Use.DOCUMENT, public_key=spki(private("old").public_key()))
    with refused(Refused, Why.CERTIFICATE_MISSING):
        keys.propose(connection, candidate, office(valid_until=NOW), holder="Old", historical=True, **BY)


def test_retirement_ends_no_suspension_and_lifting_leaves_no_mark(connection: Connection) -> None:
    made = brought_to(connection, KeyState.SUSPENDED)
    keys.lift(connection, made, actor=HOST, at=NOW + DAY)
    assert key(connection, "seal").suspended_since is None
    keys.suspend(connection, made, actor=HOST, at=NOW + 2 * DAY)
    keys.retire(connection, made, actor=HOST, at=NOW + 3 * DAY)
    keys.revoke(connection, made, Reason.SUPERSEDED, actor=HOST, at=NOW + 4 * DAY)
    row = key(connection, "seal")
    assert (row.suspended_since, row.retired_at, row.revoked_at) == (NOW + 2 * DAY, NOW + 3 * DAY, NOW + 4 * DAY)


# Keys: what they are proposed for


@pytest.mark.parametrize(
    ("what", "why", "field"),
    [
        (office(issuer="NO"), Why.UNKNOWN_ISSUER, "issuer"),
        (office(Role.DEPARTMENT_SEAL), Why.ROLE_NOT_FOR_KIND, "role"),
        (office(Role.PRINCIPAL, DEPARTMENT), Why.ROLE_NOT_FOR_KIND, "role"),
        (office(Role.SCHOOL_SEAL, MINISTRY), Why.ROLE_NOT_FOR_KIND, "role"),
        (office(Role.QR_SEAL), Why.USE_NOT_FOR_ROLE, "use"),
        (office(Role.TIME_STAMP_AUTHORITY, MINISTRY), Why.USE_NOT_FOR_ROLE, "use"),
        (office(Role.SCHOOL_SEAL, capacity=Capacity.ACTING), Why.CAPACITY_NOT_FOR_ROLE, "capacity"),
        (office(valid_until=APPOINTED), Why.DATES_REVERSED, "valid_until"),
        (office(levels=frozenset()), Why.MALFORMED, "levels"),
        (office(decision_no="x" * 501), Why.MALFORMED, "decision_no"),
    ],
)
def test_an_office_is_refused(connection: Connection, what: appointments.Office, why: Why, field: str) -> None:
    with refused(Refused, why, field):
        keys.propose(connection, by_certificate("principal"), what, holder="A", **BY)


def test_an_office_lies_within_the_scope_of_its_issuer_and_all_above(connection: Connection) -> None:
    department = enrolment("D9", Kind.DEPARTMENT, MINISTRY, levels=frozenset({Level.PRIMARY}))
    registry.enrol(connection, department, **BY)
    school = enrolment("S9", parent="D9", roles=frozenset({Role.SCHOOL_SEAL}))
    registry.enrol(connection, school, **BY)
    for what, field in (
        (office(issuer="S9"), "role"),
        (office(Role.SCHOOL_SEAL, "S9", levels=frozenset({Level.CONTINUING})), "levels"),
    ):
        with refused(Refused, Why.SCOPE_TOO_WIDE, field):
            keys.propose(connection, by_certificate("principal"), what, holder="A", **BY)


def test_time_stamp_authorities_are_the_ministry_s_alone(connection: Connection) -> None:
    candidate = by_certificate("tsa", Use.TIMESTAMP)
    with refused(Refused, Why.ROLE_NOT_FOR_KIND):
        keys.propose(connection, candidate, office(Role.TIME_STAMP_AUTHORITY, DEPARTMENT), **BY)
    keys.propose(connection, candidate, office(Role.TIME_STAMP_AUTHORITY, MINISTRY), **BY)
    assert key(connection, "tsa").holder == "Bộ mẫu"


def test_a_person_has_a_name(connection: Connection) -> None:
    with refused(Refused, Why.HOLDER_MISSING, "holder"):
        keys.propose(connection, by_certificate("principal"), office(), **BY)
    with refused(Refused, Why.MALFORMED, "holder"):
        keys.propose(connection, by_certificate("principal"), office(), holder="a\tb", **BY)


def test_nobody_is_appointed_where_all_has_ended(connection: Connection) -> None:
    made = keys.propose(connection, by_certificate("principal"), office(), holder="A", **BY)
    keys.prove(connection, made, **BY)
    registry.change(connection, SCHOOL, {"valid_until": NOW}, **BY)
    with refused(Conflict, Why.ISSUER_ENDED):
        keys.activate(connection, made, **BY)
    with refused(Conflict, Why.ISSUER_ENDED):
        keys.propose(connection, by_certificate("seal"), office(Role.SCHOOL_SEAL), **BY)
    # Its former principals may still come in.
    past = office(valid_until=NOW - DAY)
    keys.propose(connection, by_certificate("old"), past, holder="Old", historical=True, **BY)


def test_everything_is_judged_again_at_activation(connection: Connection) -> None:
    made = keys.propose(connection, by_certificate("principal"), office(), holder="A", **BY)
    keys.prove(connection, made, **BY)
    narrower = registry.Change(roles=frozenset({Role.SCHOOL_SEAL}))
    registry.change(connection, SCHOOL, narrower, **BY)
    with refused(Refused, Why.SCOPE_TOO_WIDE, "role"):
        keys.activate(connection, made, **BY)
    registry.change(connection, SCHOOL, {"roles": None}, **BY)
    for anchor in every_anchor(connection):
        anchors.distrust(connection, anchor.id, **BY)
    with refused(Refused, Why.NO_PATH_TO_ANCHOR):
        keys.activate(connection, made, **BY)


def test_a_bare_key_brings_its_certificate_with_the_proof(connection: Connection) -> None:
    candidate = Candidate(Use.DOCUMENT, public_key=spki(private("principal").public_key()))
    made = keys.propose(connection, candidate, office(), holder="A", **BY)
    with refused(Refused, Why.CERTIFICATE_OF_ANOTHER_KEY):
        keys.prove(connection, made, candidate=by_certificate("seal"), **BY)
    keys.prove(connection, made, candidate=by_certificate("principal"), **BY)
    keys.activate(connection, made, **BY)


def test_without_a_certificate_only_a_qr_key_is_activated(connection: Connection) -> None:
    candidate = Candidate(Use.DOCUMENT, public_key=spki(private("principal").public_key()))
    made = keys.propose(connection, candidate, office(), holder="A", **BY)
    keys.prove(connection, made, **BY)
    with refused(Refused, Why.CERTIFICATE_MISSING):
        keys.activate(connection, made, **BY)
    appointed(connection, "ed qr", office(Role.QR_SEAL))


# Keys: never two


@pytest.mark.parametrize("state", [state for state in KeyState if state not in {KeyState.REJECTED, KeyState.EXPIRED}])
def test_a_known_key_is_not_proposed_again(connection: Connection, state: KeyState) -> None:
    brought_to(connection, state)
    with refused(Conflict, Why.KEY_KNOWN):
        keys.propose(connection, by_certificate("seal"), office(Role.SCHOOL_SEAL, OTHER), **BY)


def test_a_compromised_key_is_refused_for_ever_under_any_name(connection: Connection) -> None:
    made = brought_to(connection, KeyState.ACTIVE)
    keys.revoke(connection, made, Reason.KEY_COMPROMISE, **BY)
    with refused(Conflict, Why.KEY_COMPROMISED):
        keys.propose(connection, by_certificate("seal"), office(Role.SCHOOL_SEAL, OTHER), **BY)
    anew = Candidate(Use.DOCUMENT, public_key=spki(private("seal").public_key()))
    with refused(Conflict, Why.KEY_COMPROMISED):
        keys.propose(connection, anew, office(), holder="Another", **BY)


def test_a_key_compromised_before_it_was_active_is_refused_for_ever(connection: Connection) -> None:
    brought_to(connection, KeyState.PROVEN)
    certificates.revoke(connection, digest_of("seal"), Reason.KEY_COMPROMISE, **BY)
    assert key(connection, "seal").state == KeyState.REJECTED
    with refused(Conflict, Why.KEY_COMPROMISED):
        keys.propose(connection, by_certificate("seal"), office(Role.SCHOOL_SEAL), **BY)


def test_one_key_is_a_person_s_or_a_seal_s_never_both(connection: Connection) -> None:
    person = appointed(connection, "principal")
    with refused(Conflict, Why.KEY_OF_ANOTHER_KIND):
        appointments.appoint(connection, person, office(Role.SCHOOL_SEAL), **BY)
    seal = appointed(connection, "seal", office(Role.SCHOOL_SEAL))
    with refused(Conflict, Why.KEY_OF_ANOTHER_KIND):
        appointments.appoint(connection, seal, office(Role.PRINCIPAL), **BY)
    with refused(Refused, Why.USE_NOT_FOR_ROLE):
        appointments.appoint(connection, seal, office(Role.QR_SEAL), **BY)


def test_two_issuers_never_share_a_seal_and_may_share_a_person(connection: Connection) -> None:
    seal = appointed(connection, "seal", office(Role.SCHOOL_SEAL))
    with refused(Conflict, Why.KEY_SHARED):
        appointments.appoint(connection, seal, office(Role.SCHOOL_SEAL, OTHER), **BY)
    qr = appointed(connection, "ed qr", office(Role.QR_SEAL))
    with refused(Conflict, Why.KEY_SHARED):
        appointments.appoint(connection, qr, office(Role.QR_SEAL, OTHER), **BY)
    person = appointed(connection, "principal")
    appointments.appoint(connection, person, office(Role.PRINCIPAL, OTHER), **BY)
    appointments.appoint(connection, person, office(Role.VICE_PRINCIPAL), **BY)


def test_the_same_appointment_is_not_made_twice(connection: Connection) -> None:
    person = appointed(connection, "principal")
    with refused(Conflict, Why.ALREADY_SO):
        appointments.appoint(connection, person, office(), **BY)


@pytest.mark.parametrize("state", [KeyState.PROPOSED, KeyState.PROVEN, KeyState.REVOKED, KeyState.REJECTED])
def test_only_a_key_that_was_admitted_and_stands_is_appointed(connection: Connection, state: KeyState) -> None:
    made = brought_to(connection, state)
    with refused(Conflict, Why.KEY_STATE):
        appointments.appoint(connection, made, office(Role.SCHOOL_SEAL, valid_until=NOW - DAY), **BY)


def test_an_appointment_ends_earlier_never_later(connection: Connection) -> None:
    appointed(connection, "principal", office(valid_until=NOW + 10 * DAY))
    made = connection.execute(select(appointment_rows.c.id)).scalar_one()
    for until in (NOW + 10 * DAY, NOW + 11 * DAY):
        with refused(Conflict, Why.INTERVAL_NOT_SHORTER):
            appointments.end(connection, made, until, **BY)
    with refused(Refused, Why.DATES_REVERSED):
        appointments.end(connection, made, APPOINTED - SECOND, **BY)
    for until in (NOW + DAY, NOW - DAY, APPOINTED):
        appointments.end(connection, made, until, **BY)
        assert connection.execute(select(appointment_rows.c.valid_until)).scalar_one() == until


def test_two_qr_keys_never_share_what_a_qr_names_them_by(engine: Engine) -> None:
    """64 bits can be ground out; here a row is made by hand instead."""
    with store.writing(engine) as connection:
        made = keys.propose(connection, bare("ed qr"), office(Role.QR_SEAL), **BY)
        twin = {**dict(key(connection, "ed qr")._mapping), "id": made[:16] + "0" * 48}
        connection.execute(key_rows.insert().values(**twin))
        keys.reject(connection, made, **BY)
        with refused(Conflict, Why.KID_TAKEN):
            keys.propose(connection, bare("ed qr"), office(Role.QR_SEAL), **BY)
        connection.execute(key_rows.delete().where(key_rows.c.id == twin["id"]))


# Revocation


def test_a_revocation_takes_effect_at_once_and_its_earlier_date_when_decided(connection: Connection) -> None:
    made = brought_to(connection, KeyState.ACTIVE)
    with refused(Conflict, Why.NOTHING_PROPOSED):
        keys.decide_invalid_since(connection, made, accepted=True, **BY)
    with refused(Refused, Why.INVALID_SINCE_LATE):
        keys.revoke(connection, made, Reason.SUPERSEDED, invalid_since=NOW, **BY)
    keys.revoke(connection, made, Reason.SUPERSEDED, invalid_since=NOW - 5 * DAY, **BY)
    row = key(connection, "seal")
    assert (row.revoked_at, row.invalid_since, row.proposed_invalid_since) == (NOW, None, NOW - 5 * DAY)
    keys.decide_invalid_since(connection, made, accepted=False, **BY)
    row = key(connection, "seal")
    assert (row.revoked_at, row.invalid_since, row.proposed_invalid_since) == (NOW, None, None)
    keys.revoke(connection, made, Reason.SUPERSEDED, invalid_since=NOW - DAY, actor=HOST, at=NOW + DAY)
    keys.decide_invalid_since(connection, made, accepted=True, **BY)
    row = key(connection, "seal")
    assert (row.revoked_at, row.invalid_since, row.proposed_invalid_since) == (NOW, NOW - DAY, None)


FIRST, LATER, EARLIER = NOW - 5 * DAY, NOW - 4 * DAY, NOW - 6 * DAY
WORSE = Reason.KEY_COMPROMISE


@pytest.mark.parametrize(
    ("accepted", "pending", "reason", "since", "stands"),
    [
        (None, None, Reason.SUPERSEDED, None, True),  # the same again
        (None, None, Reason.UNSPECIFIED, None, True),  # another reason
        (None, None, Reason.UNSPECIFIED, FIRST, True),  # another reason with a date
        (None, None, WORSE, None, False),
        (None, None, Reason.SUPERSEDED, FIRST, False),  # sets it
        (None, None, WORSE, FIRST, False),
        (FIRST, None, Reason.SUPERSEDED, EARLIER, False),  # lowers it
        (FIRST, None, Reason.SUPERSEDED, FIRST, True),
        (FIRST, None, Reason.SUPERSEDED, LATER, True),
        (FIRST, None, WORSE, LATER, True),
        (None, FIRST, Reason.SUPERSEDED, EARLIER, False),
        (None, FIRST, Reason.SUPERSEDED, LATER, True),  # a milder proposal in place of a pending one
        (None, FIRST, WORSE, None, False),
    ],
)
def test_revoking_again_may_only_tighten(
    accepted: datetime | None, pending: datetime | None, reason: Reason, since: datetime | None, *, stands: bool
) -> None:
    before = Revocation(NOW, Reason.SUPERSEDED.value, accepted, pending)
    if stands:
        with refused(Conflict, Why.REVOCATION_STANDS):
            revoked(before, reason, since, at=NOW + DAY)
    else:
        assert revoked(before, reason, since, at=NOW + DAY)["again"] is True


@pytest.mark.parametrize("since", [NOW, NOW + DAY])
def test_an_earlier_date_is_earlier_than_the_revocation(since: datetime) -> None:
    with refused(Conflict, Why.REVOCATION_STANDS):
        revoked(Revocation(NOW, Reason.SUPERSEDED.value, None, None), WORSE, since, at=NOW + 9 * DAY)


def test_revoking_again_moves_no_date(connection: Connection) -> None:
    made = brought_to(connection, KeyState.REVOKED)
    keys.revoke(connection, made, Reason.KEY_COMPROMISE, invalid_since=FIRST, actor=HOST, at=NOW + 9 * DAY)
    row = key(connection, "seal")
    assert (row.revoked_at, row.revocation_reason) == (NOW, Reason.KEY_COMPROMISE)


# Certificates


def digest_of(name: str, renewal: int = 0) -> str:
    return sha256(certificate(name, renewal=renewal)).hexdigest()


def test_a_renewal_is_the_same_key_s_and_new(connection: Connection) -> None:
    made = brought_to(connection, KeyState.ACTIVE)
    with refused(Refused, Why.CERTIFICATE_OF_ANOTHER_KEY):
        certificates.add(connection, made, certificate("principal"), chain(), **BY)
    with refused(Conflict, Why.ALREADY_SO):
        certificates.add(connection, made, certificate("seal"), chain(), **BY)
    added = certificates.add(connection, made, certificate("seal", renewal=1), **BY)
    assert added == digest_of("seal", 1)
    rows = connection.execute(select(key_certificates).where(key_certificates.c.key == made)).all()
    assert {row.sha256 for row in rows} == {digest_of("seal"), added}
    assert len({tuple(row.chain) for row in rows}) == 1, "the intermediate was known from the first"


@pytest.mark.parametrize("state", [KeyState.REVOKED, KeyState.REJECTED, KeyState.EXPIRED])
def test_what_is_gone_is_not_renewed(connection: Connection, state: KeyState) -> None:
    made = brought_to(connection, state)
    with refused(Conflict, Why.KEY_STATE):
        certificates.add(connection, made, certificate("seal", renewal=1), **BY)


def test_revoking_a_certificate_touches_its_key_only_for_compromise(connection: Connection) -> None:
    made = brought_to(connection, KeyState.ACTIVE)
    signed_under = digest_of("seal")
    certificates.revoke(connection, signed_under, Reason.SUPERSEDED, invalid_since=FIRST, **BY)
    assert key(connection, "seal").state == KeyState.ACTIVE
    certificates.decide_invalid_since(connection, signed_under, accepted=True, **BY)
    with refused(Conflict, Why.NOTHING_PROPOSED):
        certificates.decide_invalid_since(connection, signed_under, accepted=True, **BY)
    with refused(Conflict, Why.REVOCATION_STANDS):
        certificates.revoke(connection, signed_under, Reason.SUPERSEDED, invalid_since=LATER, **BY)
    certificates.revoke(connection, signed_under, Reason.KEY_COMPROMISE, **BY)
    row = key(connection, "seal")
    assert (row.id, row.state, row.revocation_reason) == (made, KeyState.REVOKED, Reason.KEY_COMPROMISE)


@pytest.mark.parametrize("since", [None, FIRST, NOW - 20 * DAY])
def test_a_compromised_certificate_makes_its_key_s_revocation_no_milder(
    connection: Connection, since: datetime | None
) -> None:
    made = brought_to(connection, KeyState.ACTIVE)
    keys.revoke(connection, made, Reason.SUPERSEDED, invalid_since=NOW - 10 * DAY, **BY)
    keys.decide_invalid_since(connection, made, accepted=True, **BY)
    certificates.revoke(
        connection, digest_of("seal"), Reason.KEY_COMPROMISE, invalid_since=since, actor=HOST, at=NOW + DAY
    )
    row = key(connection, "seal")
    assert (row.revocation_reason, row.revoked_at, row.invalid_since) == (WORSE, NOW, NOW - 10 * DAY)
    assert row.proposed_invalid_since == (since if since == NOW - 20 * DAY else None)
    with suppress(Conflict):
        certificates.revoke(connection, digest_of("seal"), Reason.KEY_COMPROMISE, **BY)
