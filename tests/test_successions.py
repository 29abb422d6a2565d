"""Succession: merge, split, rename and end, who answers afterwards, and what a slice says of it (HB-1, 8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
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
    enrolment,
    founded,
    item,
    office,
    refused,
)
from sqlalchemy import Connection, Engine

from issuers import appointments, catalogue, register, registry, snapshot, store, successions
from issuers.audit import audit
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.register import Amendment, AmendmentReason, Result, WithdrawalReason
from issuers.scope import standing
from issuers.successions import Fate, Succession
from verify.trust import Issuer, Kind, Level, Names, Period, start_of_day

BY: dict[str, Any] = {"actor": HOST, "at": NOW}
DAY_OF_EFFECT = date(2027, 1, 1)
ON = start_of_day(DAY_OF_EFFECT)
LATER: dict[str, Any] = {"actor": HOST, "at": ON + DAY}
THIRD, ELSEWHERE = "97000905", "SO-98"
AMENDMENT = Amendment(AmendmentReason.ENTRY_ERROR, "r", "a", "b", DEPARTMENT, "1/QĐ", date(2026, 6, 1))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = founded(tmp_path)
    with store.writing(engine) as connection:
        registry.enrol(connection, enrolment(THIRD), **BY)
        registry.enrol(connection, enrolment(ELSEWHERE, Kind.DEPARTMENT, MINISTRY), **BY)
    yield engine
    engine.dispose()


def merge(**changes: Any) -> Succession:  # noqa: ANN401 - its fields
    return replace(Succession(SCHOOL, Fate.MERGE, "9/QĐ", DAY_OF_EFFECT, (OTHER,)), **changes)


def rename(**changes: Any) -> Succession:  # noqa: ANN401 - its fields
    return replace(Succession(SCHOOL, Fate.RENAME, "9/QĐ", DAY_OF_EFFECT, name="Tên mới"), **changes)


def succeed(engine: Engine, decided: Succession, at: datetime = NOW) -> None:
    with store.writing(engine) as connection:
        successions.succeed(connection, decided, actor=HOST, at=at)


def issuers(engine: Engine, code: str = SCHOOL) -> dict[str, Issuer]:
    return dict(snapshot.read(engine, Names(issuer=code)).issuers)


def test_a_merged_school_ends_and_names_who_answers(engine: Engine) -> None:
    succeed(engine, merge())
    found = issuers(engine)
    assert (found[SCHOOL].valid_until, found[SCHOOL].succession_on) == (ON, ON)
    assert (found[SCHOOL].successors, found[OTHER].predecessors) == ((OTHER,), (SCHOOL,))
    assert (found[OTHER].valid_until, found[OTHER].succession_on) == (None, None)
    assert audit(engine).disagreements == ()


def test_its_appointments_end_in_the_ordinary_way(engine: Engine) -> None:
    with store.writing(engine) as connection:
        lasting = appointed(connection, "principal")
        longer = appointed(connection, "deputy", office(valid_until=ON + DAY))
        over = appointed(connection, "teacher", office(valid_until=ON - DAY))
        coming = appointed(connection, "next", office(valid_from=ON + DAY))
        other = appointments.appoint(connection, lasting, office(issuer=OTHER), **BY)
    succeed(engine, merge())
    found = snapshot.read(engine, Names(keys=frozenset({lasting, longer, over, coming}))).appointments
    assert {(one.key, one.issuer): (one.valid_from, one.valid_until) for one in found} == {
        (lasting, SCHOOL): (APPOINTED, ON),
        (longer, SCHOOL): (APPOINTED, ON),
        (over, SCHOOL): (APPOINTED, ON - DAY),
        (coming, SCHOOL): (ON + DAY, ON + DAY),
        (lasting, OTHER): (APPOINTED, None),
    }
    assert [one.id for one in found if one.issuer == OTHER] == [other]


def test_a_rename_keeps_the_code_and_ends_nothing(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registry.change(connection, SCHOOL, {"levels": frozenset({Level.PRIMARY})}, **BY)
        key = appointed(connection, "principal")
    succeed(engine, rename())
    school = issuers(engine)[SCHOOL]
    levels = frozenset({Level.PRIMARY})
    assert school.periods[1:] == (
        Period(NOW, ON, f"Trường {SCHOOL}", DEPARTMENT, levels),
        Period(ON, None, "Tên mới", DEPARTMENT, levels),
    )
    assert (school.valid_until, school.succession_on, school.successors) == (None, None, ())
    (appointment,) = snapshot.read(engine, Names(keys=frozenset({key}))).appointments
    assert appointment.valid_until is None
    assert [one.code for one in catalogue.issuers(engine, "ten moi").issuers] == [SCHOOL]


def test_the_ministry_can_be_renamed(engine: Engine) -> None:
    succeed(engine, rename(code=MINISTRY))
    assert issuers(engine)[MINISTRY].latest == Period(ON, None, "Tên mới", None)


def test_who_ends_without_successor_has_the_parent_for_heir(engine: Engine) -> None:
    succeed(engine, merge(fate=Fate.END, successors=()))
    found = issuers(engine)
    assert (found[SCHOOL].successors, found[DEPARTMENT].predecessors) == ((DEPARTMENT,), (SCHOOL,))


def test_children_are_handed_over_and_nothing_of_theirs_ends(engine: Engine) -> None:
    with store.writing(engine) as connection:
        key = appointed(connection, "principal")
        registry.change(connection, THIRD, {"valid_until": ON}, **BY)  # it will be no more: nobody need take it
    succeed(engine, merge(code=DEPARTMENT, successors=(ELSEWHERE,), children={SCHOOL: ELSEWHERE, OTHER: MINISTRY}))
    found = issuers(engine)
    assert found[SCHOOL].periods == (
        Period(FOUNDED, ON, f"Trường {SCHOOL}", DEPARTMENT),
        Period(ON, None, f"Trường {SCHOOL}", ELSEWHERE),
    )
    assert found[SCHOOL].valid_until is None
    assert issuers(engine, OTHER)[OTHER].latest.parent == MINISTRY
    assert (found[DEPARTMENT].valid_until, found[DEPARTMENT].successors) == (ON, (ELSEWHERE,))
    (appointment,) = snapshot.read(engine, Names(keys=frozenset({key}))).appointments
    assert appointment.valid_until is None


def test_until_the_day_all_is_as_it_was(engine: Engine) -> None:
    children = {SCHOOL: ELSEWHERE, OTHER: ELSEWHERE, THIRD: ELSEWHERE}
    succeed(engine, merge(code=DEPARTMENT, successors=(ELSEWHERE,), children=children))
    succeed(engine, rename(code=ELSEWHERE))
    with store.reading(engine) as connection:
        assert standing(connection, SCHOOL, at=ON - SECOND).superiors == (DEPARTMENT, MINISTRY)
        assert standing(connection, SCHOOL, at=ON).superiors == (ELSEWHERE, MINISTRY)
        assert standing(connection, ELSEWHERE, at=ON - SECOND).name == f"Trường {ELSEWHERE}"
        assert standing(connection, ELSEWHERE, at=ON).name == "Tên mới"
        assert standing(connection, ELSEWHERE, at=FOUNDED - DAY).name == f"Trường {ELSEWHERE}"


class TestTheRegister:
    """The successor registers further versions under its own code and may withdraw (HB-1, 8)."""

    def registered(self, connection: Connection, issuer: str, version: int, at: datetime = ON) -> list[Result]:
        amendment = AMENDMENT if version > 1 else None
        return register.register(connection, issuer, [item(1, version=version, amendment=amendment)], actor=HOST, at=at)

    def test_a_successor_goes_on_from_its_day(self, engine: Engine) -> None:
        with store.writing(engine) as connection:
            self.registered(connection, SCHOOL, 1, NOW)
        succeed(engine, merge())
        with store.writing(engine) as connection:
            with refused(Conflict, Why.NUMBER_OF_ANOTHER):
                self.registered(connection, OTHER, 2, ON - SECOND)
            assert self.registered(connection, SCHOOL, 2, ON - SECOND) == [Result.REGISTERED]
        with store.writing(engine) as connection:
            with refused(Conflict, Why.ISSUER_ENDED):
                self.registered(connection, SCHOOL, 3)
            assert self.registered(connection, OTHER, 3) == [Result.REGISTERED]
            with refused(Conflict, Why.NUMBER_OF_ANOTHER):
                self.registered(connection, THIRD, 4)
        found = snapshot.read(engine, Names(number=item(1).number)).versions
        assert [(one.version, one.issuer) for one in found] == [(1, SCHOOL), (2, SCHOOL), (3, OTHER)]

    def test_a_successor_may_withdraw(self, engine: Engine) -> None:
        with store.writing(engine) as connection:
            self.registered(connection, SCHOOL, 1, NOW)
        succeed(engine, merge())
        with store.writing(engine) as connection:
            with refused(Conflict, Why.NUMBER_OF_ANOTHER):
                register.withdraw(connection, OTHER, item(1).number, WithdrawalReason.OTHER, **BY)
            register.withdraw(connection, OTHER, item(1).number, WithdrawalReason.OTHER, **LATER)

    def test_the_parent_as_heir_may_withdraw(self, engine: Engine) -> None:
        with store.writing(engine) as connection:
            self.registered(connection, SCHOOL, 1, NOW)
        succeed(engine, merge(fate=Fate.END, successors=()))
        with store.writing(engine) as connection:
            register.withdraw(connection, DEPARTMENT, item(1).number, WithdrawalReason.OTHER, **LATER)

    def test_of_several_the_first_to_register_owns_the_number(self, engine: Engine) -> None:
        with store.writing(engine) as connection:
            self.registered(connection, SCHOOL, 1, NOW)
        succeed(engine, merge(fate=Fate.SPLIT, successors=(OTHER, THIRD)))
        with store.writing(engine) as connection:
            assert self.registered(connection, THIRD, 2) == [Result.REGISTERED]
            with refused(Conflict, Why.NUMBER_OF_ANOTHER):
                self.registered(connection, OTHER, 3)
            with refused(Conflict, Why.NUMBER_OF_ANOTHER):
                register.withdraw(connection, OTHER, item(1).number, WithdrawalReason.OTHER, **LATER)
        found = issuers(engine)
        assert found[SCHOOL].successors == (OTHER, THIRD)

    def test_a_successor_s_successor_goes_on_too(self, engine: Engine) -> None:
        with store.writing(engine) as connection:
            self.registered(connection, SCHOOL, 1, NOW)
        succeed(engine, merge())
        succeed(engine, merge(code=OTHER, successors=(THIRD,), effective_on=DAY_OF_EFFECT + timedelta(days=1)))
        with store.writing(engine) as connection:
            assert self.registered(connection, THIRD, 2, ON + DAY) == [Result.REGISTERED]


@pytest.mark.parametrize(
    ("decided", "why", "field"),
    [
        (merge(decision_no=" "), Why.DECISION_MISSING, "decision_no"),
        (merge(decision_no="9\n"), Why.MALFORMED, "decision_no"),
        (merge(decision_no="9" * 501), Why.MALFORMED, "decision_no"),
        (merge(successors=()), Why.SUCCESSORS_NUMBER, "successors"),
        (merge(successors=(OTHER, THIRD)), Why.SUCCESSORS_NUMBER, "successors"),
        (merge(successors=(SCHOOL,)), Why.SUCCESSORS_NUMBER, "successors"),
        (merge(fate=Fate.SPLIT), Why.SUCCESSORS_NUMBER, "successors"),
        (merge(fate=Fate.SPLIT, successors=(OTHER, OTHER)), Why.SUCCESSORS_NUMBER, "successors"),
        (rename(successors=(OTHER,)), Why.SUCCESSORS_NUMBER, "successors"),
        (merge(name="Tên mới"), Why.SUCCESSION_NAMELESS, "name"),
        (rename(name=None), Why.SUCCESSION_NAMELESS, "name"),
        (rename(name=" "), Why.MALFORMED, "name"),
        (rename(children={OTHER: ELSEWHERE}), Why.CHILD_OF_ANOTHER, f"children.{OTHER}"),
        (merge(code=MINISTRY, fate=Fate.END, successors=()), Why.MINISTRY_STAYS, "kind"),
        (merge(effective_on=date(2026, 11, 23)), Why.EFFECT_IN_THE_PAST, "effective_on"),
        (merge(successors=("NONE",)), Why.UNKNOWN_ISSUER, "successors[0]"),
        (merge(successors=(DEPARTMENT,)), Why.SUCCESSOR_NOT_OF_KIND, "successors[0]"),
        (merge(children={OTHER: ELSEWHERE}), Why.CHILD_OF_ANOTHER, f"children.{OTHER}"),
        (merge(code=DEPARTMENT, successors=(ELSEWHERE,)), Why.CHILD_WITHOUT_PARENT, f"children.{SCHOOL}"),
    ],
    ids=lambda part: part.value if isinstance(part, Why) else "",
)
def test_what_can_never_be_is_refused(engine: Engine, decided: Succession, why: Why, field: str) -> None:
    generation = snapshot.generation(engine)
    with refused(Refused, why, field):
        succeed(engine, decided)
    assert snapshot.generation(engine) == generation


@pytest.mark.parametrize(
    ("parent", "why"),
    [
        ("NONE", Why.UNKNOWN_ISSUER),
        (OTHER, Why.KIND_NOT_UNDER_PARENT),
        (DEPARTMENT, Why.KIND_NOT_UNDER_PARENT),
        ("NARROW", Why.SCOPE_TOO_WIDE),
        ("SHORT", Why.SCOPE_TOO_WIDE),
    ],
)
def test_a_new_parent_must_be_able_to_be_one(engine: Engine, parent: str, why: Why) -> None:
    with store.writing(engine) as connection:
        registry.change(
            connection, SCHOOL, {"levels": frozenset({Level.PRIMARY}), "valid_until": NOW + 999 * DAY}, **BY
        )
        narrow = enrolment("NARROW", Kind.DEPARTMENT, MINISTRY, levels=frozenset({Level.CONTINUING}))
        short = enrolment("SHORT", Kind.DEPARTMENT, MINISTRY, valid_until=NOW + 99 * DAY)
        for new in (narrow, short):
            registry.enrol(connection, new, **BY)
    children = {SCHOOL: parent, OTHER: ELSEWHERE, THIRD: ELSEWHERE}
    with refused(Refused, why):
        succeed(engine, merge(code=DEPARTMENT, successors=(ELSEWHERE,), children=children))


def test_a_day_before_its_first_is_refused(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registry.enrol(connection, enrolment("NEW", valid_from=ON), **BY)
    with refused(Refused, Why.DATES_REVERSED, "effective_on"):
        succeed(engine, merge(code="NEW"))
    with refused(Conflict, Why.ISSUER_ENDED, "successors[0]"):
        succeed(engine, merge(successors=("NEW",), effective_on=date(2026, 12, 31)))
    succeed(engine, merge(successors=("NEW",)))


def test_who_has_ended_by_then_has_no_part_in_it(engine: Engine) -> None:
    with store.writing(engine) as connection:
        registry.change(connection, OTHER, {"valid_until": ON}, **BY)
    with refused(Conflict, Why.ISSUER_ENDED, "successors[0]"):
        succeed(engine, merge())
    with refused(Conflict, Why.ISSUER_ENDED, "effective_on"):
        succeed(engine, merge(code=OTHER, successors=(SCHOOL,)))
    with refused(Conflict, Why.ISSUER_ENDED):
        succeed(engine, merge(code=OTHER, successors=(SCHOOL,), effective_on=date(2027, 2, 1)), at=ON)
    with refused(NotThere, Why.NOT_THERE):
        succeed(engine, merge(code="NONE"))


def test_from_the_moment_of_approval_on(engine: Engine) -> None:
    with refused(Refused, Why.EFFECT_IN_THE_PAST):
        succeed(engine, merge(), at=ON + SECOND)
    succeed(engine, merge(), at=ON)


def test_the_same_name_is_none(engine: Engine) -> None:
    with refused(Conflict, Why.ALREADY_SO, "name"):
        succeed(engine, rename(name=f"Trường {SCHOOL}"))


class TestPending:
    """What is decided and has not yet come stands in the way of what would contradict it."""

    def test_of_a_second_succession(self, engine: Engine) -> None:
        succeed(engine, merge())
        succeed(engine, rename(code=OTHER))
        for decided in (
            merge(successors=(THIRD,)),
            rename(),
            rename(code=OTHER),
            merge(code=OTHER, successors=(THIRD,)),
        ):
            with refused(Conflict, Why.SUCCESSION_PENDING):
                succeed(engine, decided)

    def test_of_an_heir_who_would_be_gone(self, engine: Engine) -> None:
        succeed(engine, merge())
        with refused(Conflict, Why.SUCCESSION_PENDING):
            succeed(engine, merge(code=OTHER, successors=(THIRD,), effective_on=date(2026, 12, 31)))
        with refused(Conflict, Why.ISSUER_ENDED):  # nor can it be handed back
            succeed(engine, merge(code=OTHER, successors=(SCHOOL,)))

    def test_of_a_parent_who_would_be_gone(self, engine: Engine) -> None:
        children = dict.fromkeys((SCHOOL, OTHER, THIRD), ELSEWHERE)
        succeed(engine, merge(code=DEPARTMENT, fate=Fate.END, successors=(), children=children))
        with refused(Conflict, Why.SUCCESSION_PENDING, "children"):
            succeed(engine, merge(code=ELSEWHERE, fate=Fate.END, successors=(), children=children))

    def test_of_another_end_or_scope(self, engine: Engine) -> None:
        succeed(engine, merge())
        succeed(engine, rename(code=OTHER))
        with store.writing(engine) as connection:
            with refused(Conflict, Why.SUCCESSION_PENDING, "valid_until"):
                registry.change(connection, SCHOOL, {"valid_until": None}, **BY)
            with refused(Conflict, Why.SUCCESSION_PENDING):
                registry.change(connection, OTHER, {"levels": frozenset({Level.PRIMARY})}, **BY)
            registry.change(connection, OTHER, {"contact": "x", "valid_until": ON + DAY}, **BY)
            registry.change(connection, OTHER, {"levels": frozenset({Level.PRIMARY})}, actor=HOST, at=ON)
