"""Every hop up the tree: parent links, scopes that only narrow, and a tree that changed since. HB-1, section 3."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sheet
import world
from world import DAY, ISSUED_ON, LONG_AGO, SECOND

from cases import VALID, Given, case, each, expect, given
from cases.time_table import plain
from issuers import kit
from verify.trust import Issuer, Kind, Level, Period, Role, start_of_day

ISSUED = start_of_day(ISSUED_ON)
JULY = start_of_day(date(2026, 7, 1))
BEYOND = expect("invalid", "NOT_AUTHORISED_AT_TIME", principal="TOTAL-FAILED/HB_NOT_APPOINTED")
UNLINKED = expect("indeterminate", "NOT_AUTHORISED_AT_TIME", principal="INDETERMINATE/HB_NOT_APPOINTED_AT_TIME")
ENDED = expect("indeterminate", "NO_PROOF_OF_EXISTENCE", principal="INDETERMINATE/OUT_OF_BOUNDS_NO_POE")


def scoped(thing: str, **scope: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Period
    """An issuer of the world whose one period has this scope."""
    whole: Issuer = getattr(world.Trust(), thing)
    return {thing: replace(whole, periods=(replace(whole.periods[0], **scope),))}


def moved(*periods: tuple[datetime, str], last: datetime | None = None) -> dict[str, Any]:
    """The school under one parent after another: (since, parent), each until the next."""
    ends = [*(since for since, _ in periods[1:]), last]
    levels = frozenset({Level.UPPER_SECONDARY})
    lived = tuple(
        Period(since, until, world.NAME, parent, levels=levels)
        for (since, parent), until in zip(periods, ends, strict=True)
    )
    return {"school": replace(world.school(), periods=lived)}


SECOND_DEPARTMENT: dict[str, Any] = {
    "more_issuers": (world.issuer("SGD80", Kind.DEPARTMENT, "Sở khác (mẫu)", world.MINISTRY),),
}

LOOP = Period(LONG_AGO, None, "Sở (mẫu)", world.SCHOOL)
GAP = Period(LONG_AGO, LONG_AGO + DAY, "Sở (mẫu)", world.MINISTRY)
LEVELS = {"same": (frozenset({Level.UPPER_SECONDARY}), VALID), "all": (None, VALID)}
OTHER_LEVELS = {"other": (frozenset({Level.LOWER_SECONDARY, Level.PRIMARY}), BEYOND), "none": (frozenset(), BEYOND)}


@each(
    "with scope (levels, roles, territory: province codes",
    rows={
        f"{thing}-{name}": ((thing, levels), expected)
        for thing in ("department", "ministry")
        for name, (levels, expected) in (LEVELS | OTHER_LEVELS).items()
    },
)
def levels_of_a_superior(handed: tuple[str, frozenset[Level] | None]) -> Given:
    """A department that has no upper secondary schools cannot hand the level down."""
    thing, levels = handed
    return given(plain(), **scoped(thing, levels=levels))


@each(
    "with scope (levels, roles, territory: province codes",
    rows={
        f"{thing}-{name}": ((thing, roles), expected)
        for thing in ("school", "department", "ministry")
        for name, roles, expected in (
            ("all", None, VALID),
            ("both", frozenset({Role.PRINCIPAL, Role.SCHOOL_SEAL}), VALID),
            ("none", frozenset(), BEYOND),
            ("seal-alone", frozenset({Role.SCHOOL_SEAL}), BEYOND),
        )
    },
)
def roles_of_an_issuer(handed: tuple[str, frozenset[Role] | None]) -> Given:
    """A role outside what an issuer may give, or what its superior may hand down."""
    thing, roles = handed
    return given(plain(), **scoped(thing, roles=roles))


@each(
    "territory: province codes, among which the record's `province_code` must be",
    rows={
        f"{thing}-{name}": ((thing, provinces), expected)
        for thing in ("school", "department", "ministry")
        for name, provinces, expected in (
            ("everywhere", None, VALID),
            ("here", frozenset({"79"}), VALID),
            ("here-among-others", frozenset({"01", "79"}), VALID),
            ("elsewhere", frozenset({"01"}), BEYOND),
            ("nowhere", frozenset(), BEYOND),
        )
    },
)
def territory_of_an_issuer(handed: tuple[str, frozenset[str] | None]) -> Given:
    """A department speaks for its own provinces."""
    thing, provinces = handed
    return given(plain(), **scoped(thing, territory=provinces))


@each(
    "that can only narrow; what an issuer leaves out is its parent's",
    rows={
        "own-left-out": ({"school": None, "department": frozenset({Level.UPPER_SECONDARY})}, VALID),
        "left-out-all-the-way": ({"school": None, "department": None}, VALID),
        "own-left-out-and-beyond-the-parent": ({"school": None, "department": frozenset({Level.PRIMARY})}, BEYOND),
        "own-wider-than-the-parent": (
            {"school": frozenset(Level), "department": frozenset({Level.PRIMARY})},
            BEYOND,
        ),
    },
)
def levels_left_out(levels: dict[str, frozenset[Level] | None]) -> Given:
    """A school may claim what it likes; its department's scope is the limit."""
    changes = scoped("school", levels=levels["school"]) | scoped("department", levels=levels["department"])
    return given(plain(), **changes)


@each(
    "HB_NOT_APPOINTED (TOTAL-FAILED: level, role or territory outside the scope of the appointment or of a hop",
    rows={
        "all": (None, VALID),
        "this": (frozenset({Level.UPPER_SECONDARY}), VALID),
        "another": (frozenset({Level.PRIMARY}), BEYOND),
        "none": (frozenset(), BEYOND),
    },
)
def levels_of_an_appointment(levels: frozenset[Level] | None) -> Given:
    """Appointed principal of the primary section alone."""
    mine = world.appointment(world.cast().principal, Role.PRINCIPAL, levels=levels)
    return given(plain(), appointments=(mine, *world.Trust().appointments[1:]))


@each(
    "Parent links are those of T_poe's day",
    rows={
        "proved-before-the-move-a-scope-that-fits": ((world.DEPARTMENT, "SGD80", JULY - SECOND), VALID),
        "proved-at-the-move": ((world.DEPARTMENT, "SGD80", JULY), BEYOND),
        "moved-away-from-it": (("SGD80", world.DEPARTMENT, JULY), VALID),
        "not-yet-moved-away-from-it": (("SGD80", world.DEPARTMENT, JULY - SECOND), BEYOND),
    },
)
def a_tree_that_changed(handed: tuple[str, str, datetime]) -> Given:
    """The school moved on the first of July; the second department has no say over upper secondary schools."""
    before, after, poe = handed
    narrow = world.issuer("SGD80", Kind.DEPARTMENT, "Sở khác (mẫu)", world.MINISTRY, levels=frozenset({Level.PRIMARY}))
    # The record names the department of its day.
    record_agrees = before == world.DEPARTMENT
    made = moved((LONG_AGO, before), (JULY, after))
    if not record_agrees:
        made = moved((LONG_AGO, world.DEPARTMENT), (ISSUED + DAY, before), (JULY, after))
    return given(plain(), poe=poe, more_issuers=(narrow,), **made)


@each(
    "without T_poe, both those of `issued_on` and those of now must hold",
    rows={
        "both-hold": ({}, VALID),
        "of-now-beyond-scope": ({"levels": frozenset({Level.PRIMARY})}, BEYOND),
    },
)
def a_tree_that_changed_without_proof(scope: dict[str, Any]) -> Given:
    """Nobody knows on which side of the move it was signed."""
    second = world.issuer("SGD80", Kind.DEPARTMENT, "Sở khác (mẫu)", world.MINISTRY, **scope)
    return given(plain(), more_issuers=(second,), **moved((LONG_AGO, world.DEPARTMENT), (JULY, "SGD80")))


@each(
    "without T_poe, both those of `issued_on` and those of now must hold",
    "HB_NOT_APPOINTED_AT_TIME (INDETERMINATE: a parent link asked for in section 3 does not hold)",
    rows={
        "since-july": ((JULY, None), UNLINKED),
        "until-the-day-of-issue": ((LONG_AGO, ISSUED), VALID),
        "until-the-last-second-of-the-day-of-issue": ((LONG_AGO, ISSUED + DAY - SECOND), VALID),
        "until-the-day-after-the-day-of-issue": ((LONG_AGO, ISSUED + DAY), UNLINKED),
        "ever": ((LONG_AGO, None), UNLINKED),
        "for-a-month-in-between": ((JULY, JULY + 30 * DAY), VALID),
    },
)
def a_link_to_nowhere_without_proof(handed: tuple[datetime, datetime | None]) -> Given:
    """A gap in the tree: for some time the department stood under an office that the registry does not know."""
    return given(plain(), department=lost(*handed))


@each(
    "HB_NOT_APPOINTED_AT_TIME (INDETERMINATE: a parent link asked for in section 3 does not hold)",
    "Parent links are those of T_poe's day",
    rows={
        "a-second-before-the-gap": (JULY - SECOND, VALID),
        "as-the-gap-begins": (JULY, UNLINKED),
        "a-second-before-it-ends": (JULY + 30 * DAY - SECOND, UNLINKED),
        "as-it-ends": (JULY + 30 * DAY, VALID),
    },
)
def a_link_to_nowhere(poe: datetime) -> Given:
    """Proved to exist, it is asked of the link of its own time alone."""
    return given(plain(), poe=poe, department=lost(JULY, JULY + 30 * DAY))


@each(
    "HB_NOT_APPOINTED_AT_TIME (INDETERMINATE: a parent link asked for in section 3 does not hold)",
    rows={
        "a-loop": ({"department": replace(world.Trust().department, periods=(LOOP,))}, UNLINKED),
        "no-period-then": ({"department": replace(world.Trust().department, periods=(GAP,))}, UNLINKED),
    },
)
def a_tree_without_a_top(changes: dict[str, Any]) -> Given:
    """A chain of scopes that never reaches the ministry is broken, however it came about."""
    return given(plain(), **changes)


@case("Handing a child to another parent ends nothing", expected=VALID)
def a_school_handed_over() -> Given:
    """Principal and seal, appointed under the first department, still sign under the second."""
    moved_in_july = moved((LONG_AGO, world.DEPARTMENT), (JULY, "SGD80"))
    return given(plain(), poe=JULY + 30 * DAY, **SECOND_DEPARTMENT, **moved_in_july)


@case("what an issuer leaves out is its parent's", expected=VALID)
def a_school_directly_under_the_ministry() -> Given:
    """A hop less: some schools belong to the ministry itself."""
    changed = world.record(issuer=world.record()["issuer"] | {"department_code": world.MINISTRY})
    pdf = sheet.sign(sheet.sheet(kit.canonical(changed)), world.cast().principal, "principal")
    pdf = sheet.sign(pdf, world.cast().seal, "school_seal")
    digest = kit.digests(changed, pdf).record_digest
    registered = world.registration(record_digest=digest)
    return given(pdf, versions=(registered,), **moved((LONG_AGO, world.MINISTRY)))


def lost(since: datetime, until: datetime | None) -> Issuer:
    """The department, under an unknown office from `since` (until an instant, or to this day)."""
    whole = world.Trust().department
    (period,) = whole.periods
    gone = replace(period, since=since, until=until, parent="NOBODY")
    periods = [replace(period, until=since), gone] if since > LONG_AGO else [gone]
    if until is not None:
        periods.append(replace(period, since=until))
    return replace(whole, periods=tuple(periods))
