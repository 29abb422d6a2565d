"""Of several signatures for one role, which it takes, and what comes of it: HB-1, section 2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sheet
import world
from world import DAY, NOW, SIGNED, appointment, cast, key

from cases import VALID, Expected, Given, case, changes, each, expect, given
from cases.roles import MINE, SEALS, also, by, instead
from cases.time_table import plain
from verify.trust import KeyState, Kind, Role


def two_principals(**first: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Key
    """The teacher is principal, too; the principal's key differs."""
    second = appointment(cast().teacher, Role.PRINCIPAL)
    return also(second, keys=(key(cast().teacher),), principal=key(cast().principal, **first))


TWO = ("principal", "teacher", "school_seal")
INVALID = expect("invalid", "MODIFIED_AFTER_SIGNING")
ADDED = expect("valid", "APPEARANCE_ADDED")
CHANGED = expect("invalid", "MODIFIED_AFTER_SIGNING", "APPEARANCE_ADDED")
REVOKED_KEY: dict[str, Any] = {"state": KeyState.REVOKED, "revoked_at": SIGNED}
SUSPENDED_KEY: dict[str, Any] = {"state": KeyState.SUSPENDED, "suspended_since": SIGNED}
RETIRED_KEY: dict[str, Any] = {"state": KeyState.RETIRED, "retired_at": SIGNED}


@case(
    "each required role *takes* its best candidate",
    expected=expect("valid", "APPEARANCE_ADDED", principal="INDETERMINATE/REVOKED_NO_POE"),
)
def the_better_of_two_principals() -> Given:
    """A revoked key beside a good one: the good one takes the role."""
    return given(by(*TWO), **two_principals(**REVOKED_KEY))


def worst_of_two(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two principals, each with a key that something is wrong with."""
    return two_principals(**first) | {"more_keys": (key(cast().teacher, **second),)}


@each(
    "*Best* and *worst* go by indication, then by the list of sub-indications below (its first is the worst)",
    "Of several INDETERMINATE answers the sub-indication shown is, first to last",
    rows={
        "suspended-is-better-than-revoked": ((REVOKED_KEY, SUSPENDED_KEY), expect("indeterminate", "KEY_SUSPENDED")),
        "suspended-is-better-than-retired": ((RETIRED_KEY, SUSPENDED_KEY), expect("indeterminate", "KEY_SUSPENDED")),
        "retired-is-better-than-revoked": (
            (REVOKED_KEY, RETIRED_KEY),
            expect("indeterminate", "NO_PROOF_OF_EXISTENCE"),
        ),
    },
)
def the_less_bad_of_two_principals(keys: tuple[dict[str, Any], dict[str, Any]]) -> Given:
    """Neither is good; the role takes the one whose answer comes later in the list. The second one cannot be seen."""
    unseen = sheet.sign(by("principal"), cast().teacher, "teacher")
    return given(sheet.sign(unseen, cast().seal, "school_seal"), **worst_of_two(*keys))


@case("of two equal signatures the earlier in the file is better", expected=VALID)
def the_earlier_of_two_equal_principals() -> Given:
    """Both principals are in order, both visible; the earlier takes the role and the later stands before it."""
    return given(by("principal", "school_seal"), **two_principals())


@each(
    "another signature that counts, and that is TOTAL-PASSED or the first in the file for its role",
    "Adding a revocation (a time-stamp authority's excepted) never improves a verdict",
    rows={
        "both-pass": (({}, {}), ADDED),
        "the-first-revoked": ((REVOKED_KEY, {}), ADDED),
        "the-second-revoked": (({}, REVOKED_KEY), INVALID),
        "the-second-retired": (({}, RETIRED_KEY), INVALID),
        "the-second-suspended": (({}, SUSPENDED_KEY), INVALID),
        "both-revoked": ((REVOKED_KEY, REVOKED_KEY), expect("invalid", "MODIFIED_AFTER_SIGNING", "KEY_REVOKED")),
    },
)
def two_visible_principals(keys: tuple[dict[str, Any], dict[str, Any]]) -> Given:
    """Whoever is in office may show it; who is not adds nothing to a page that another has signed."""
    return given(by(*TWO), **worst_of_two(*keys))


@case("or the first in the file for its role", expected=expect("indeterminate", "KEY_REVOKED"))
def a_stolen_seal_after_the_principal() -> Given:
    """Its appearance is that of its role's first signature: no forbidden change, whatever came of the key."""
    stolen = key(cast().seal, **REVOKED_KEY)
    return given(by("principal", "school_seal"), seal=stolen)


@case(
    "*takes* its best candidate, whatever its indication",
    expected=expect("invalid", "NO_PROOF_OF_EXISTENCE", "NOT_AUTHORISED_AT_TIME"),
)
def a_role_taken_by_a_failed_signature() -> Given:
    """No better candidate: the failed one takes the role, and the verdict with it."""
    return given(plain(), **instead(replace(MINE, valid_from=NOW + DAY), SEALS))


@case(
    "`reasons` stands in the order of this table",
    expected=expect(
        "indeterminate", "NO_PROOF_OF_EXISTENCE", "KEY_SUSPENDED", "ISSUER_SUSPENDED", "KEY_REVOKED", "UNREGISTERED"
    ),
)
def many_reasons_at_once() -> Given:
    """Everything at once, in the order of the law."""
    school = replace(world.school(), suspended_since=SIGNED)
    principal = key(cast().principal, state=KeyState.REVOKED, revoked_at=SIGNED, retired_at=SIGNED)
    seal = key(cast().seal, state=KeyState.SUSPENDED, suspended_since=SIGNED)
    return given(plain(), versions=(), school=school, principal=principal, seal=seal)


@case(
    "the **worst** answer is the signature's",
    expected=expect(
        "indeterminate",
        "NO_PROOF_OF_EXISTENCE",
        "ISSUER_SUSPENDED",
        "KEY_REVOKED",
        principal="INDETERMINATE/REVOKED_NO_POE",
    ),
)
def the_worst_of_many_answers() -> Given:
    """Key revoked, appointment ended, department suspended: the worst is shown, the reasons are all told."""
    mine = replace(MINE, valid_until=SIGNED)
    department = replace(world.Trust().department, suspended_since=SIGNED)
    stolen = key(cast().principal, **REVOKED_KEY)
    return given(plain(), department=department, principal=stolen, **instead(mine, SEALS))


WRONG_KIND: Expected = expect("indeterminate", "CANNOT_BE_JUDGED")


@each(
    "Only schools issue transcripts; a record of another kind of issuer is `CANNOT_BE_JUDGED`",
    rows={kind.value: (kind, WRONG_KIND) for kind in (Kind.DEPARTMENT, Kind.MINISTRY)},
)
def a_record_of_no_school(kind: Kind) -> Given:
    """The same world, but that what issues is no school."""
    return given(plain(), school=replace(world.school(), kind=kind))


@each(
    "Adding a revocation (a time-stamp authority's excepted) never improves a verdict",
    rows={"in-force": ({}, CHANGED), "revoked": (REVOKED_KEY, CHANGED)},
)
def a_change_between_two_principals(first: dict[str, Any]) -> Given:
    """One principal signs, a note is added, another principal signs, then the seal: whose page was it?"""
    pdf = sheet.updated(by("principal"), changes.annotation)
    pdf = sheet.sign(pdf, cast().teacher, "teacher", place=changes.HERE)
    return given(sheet.sign(pdf, cast().seal, "school_seal"), **two_principals(**first))
