"""Succession: merge, split, rename, end, and who answers for a number afterwards. HB-1, sections 8 and 9."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import world
from world import DAY, NOW, SCHOOL, SECOND, SIGNED, registration

from cases import VALID, Given, case, each, expect, given
from cases.register import (
    MORNING,
    SET,
    SUPERSEDED,
    UNREGISTERED,
    WITHDRAWN,
    second,
    version,
    withdrawal,
)
from cases.time_table import plain
from verify.trust import Issuer, Kind, Level, RegisteredVersion

SUCCESSOR, SIBLING, PREDECESSOR = "79000711", "79000712", "79000713"


def other(code: str, **changes: Any) -> Issuer:  # noqa: ANN401 - fields of Issuer
    """Another school under the same department."""
    levels = frozenset({Level.UPPER_SECONDARY})
    return world.issuer(code, Kind.SCHOOL, f"Trường {code} (mẫu)", world.DEPARTMENT, **({"levels": levels} | changes))


def ended(on: datetime, *successors: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Trust
    """The school ended on a day, with these successors; its appointments ended with it."""
    school = world.school()
    gone = replace(
        school,
        periods=(replace(school.periods[0], until=on),),
        valid_until=on,
        successors=successors,
        succession_on=on,
    )
    heirs = tuple(other(code, predecessors=(SCHOOL,)) for code in successors)
    principal, seal, tsa = world.Trust().appointments
    appointments = (replace(principal, valid_until=on), replace(seal, valid_until=on), tsa)
    return {"school": gone, "more_issuers": heirs, "appointments": appointments} | changes


@each(
    "The others end the predecessor's appointments in the ordinary way; what it signed before stays good",
    rows={
        "proved-a-second-before": (SET - SECOND, VALID),
        "proved-on-the-day": (SET, expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
        "without-proof": (None, expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
    },
)
def a_merged_school(poe: datetime | None) -> Given:
    """Merged on the first of July; what it signed in June stays good, if that is proved."""
    return given(plain(), poe=poe, **ended(SET, SUCCESSOR))


@each(
    "A record naming an ended issuer with `issued_on` at or after that day is `RECORD_INCONSISTENT`",
    rows={
        "ended-on-the-day-of-issue": (MORNING, expect("invalid", "RECORD_INCONSISTENT", "NO_PROOF_OF_EXISTENCE")),
        "ended-the-day-before": (MORNING - DAY, expect("invalid", "RECORD_INCONSISTENT", "NO_PROOF_OF_EXISTENCE")),
        "ended-the-day-after": (MORNING + DAY, VALID),
    },
)
def a_record_of_an_ended_school(on: datetime) -> Given:
    """A school that was merged in May issues nothing on the last of May."""
    return given(plain(), poe=MORNING + NOON, **ended(on, SUCCESSOR))


NOON = DAY / 2


@case("A rename keeps the code", expected=VALID)
def a_renamed_school() -> Given:
    """The same code, another name since July; nobody's appointment ended."""
    school = world.school()
    (period,) = school.periods
    periods = (replace(period, until=SET), replace(period, since=SET, name="Trường mới (mẫu)"))
    return given(plain(), poe=NOW, school=replace(school, periods=periods))


def heirs_version(code: str) -> RegisteredVersion:
    """Version 2 of the number, registered by another school."""
    return version(2, issuer=code)


@each(
    "The successor registers further versions *under its own code* and may withdraw",
    "A number belongs to its first registrant and its successors",
    rows={
        "version-2-by-the-successor": ({"versions": "heir"}, SUPERSEDED),
        "withdrawn-by-the-successor": (withdrawal(SUCCESSOR), WITHDRAWN),
        "version-2-by-a-stranger": ({"versions": "stranger"}, VALID),
    },
)
def what_a_successor_says(changes: dict[str, Any]) -> Given:
    """The predecessor's transcript, replaced or withdrawn by the school that took over."""
    made = ended(SET, SUCCESSOR)
    registered = registration(plain(), SIGNED)
    code = {"heir": SUCCESSOR, "stranger": "79000799"}.get(changes.get("versions", ""))
    versions = (registered, heirs_version(code)) if code else (registered,)
    made |= {"versions": versions, "withdrawals": changes.get("withdrawals", ())}
    return given(plain(), **made)


def heir(*predecessors: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Trust
    """The school is itself a successor."""
    return {"school": world.school(predecessors=predecessors)} | changes


@case("only entries of the record's issuer, its predecessors and successors are read", expected=VALID)
def a_correction_by_the_successor() -> Given:
    """Version 2 under the successor's code; version 1 was the predecessor's."""
    made = second(**heir(PREDECESSOR, more_issuers=(other(PREDECESSOR, successors=(SCHOOL,)),)))
    versions = (registration(issuer=PREDECESSOR), *made.trust.versions)
    return replace(made, trust=replace(made.trust, versions=versions))


@each(
    "only entries of the record's issuer, its predecessors and successors are read",
    rows={
        "a-predecessor": ((PREDECESSOR,), SUPERSEDED),
        "nobody": ((), UNREGISTERED),
    },
)
def an_entry_of(predecessors: tuple[str, ...]) -> Given:
    """Another school registered version 2 of this number: it says something only if it is of the family."""
    changes = heir(*predecessors, more_issuers=(other(PREDECESSOR, successors=(SCHOOL,) if predecessors else ()),))
    return given(plain(), versions=(version(2, issuer=PREDECESSOR),), **changes)


@case("only entries of the record's issuer, its predecessors and successors are read", expected=SUPERSEDED)
def a_successors_successor() -> Given:
    """Merged twice: the school that answers today is two steps on."""
    made = ended(SET, SUCCESSOR)
    first = other(SUCCESSOR, predecessors=(SCHOOL,), successors=(SIBLING,))
    last = other(SIBLING, predecessors=(SUCCESSOR,))
    versions = (registration(plain(), SIGNED), version(2, issuer=SIBLING))
    return given(plain(), **(made | {"more_issuers": (first, last), "versions": versions}))


@case(
    "only entries of the record's issuer, its predecessors and successors are read",
    "in a split, the first successor to register a version owns the number",
    expected=UNREGISTERED,
)
def an_entry_of_a_sibling() -> Given:
    """Two schools out of one split: the sibling is neither predecessor nor successor."""
    parent = other(PREDECESSOR, successors=(SCHOOL, SIBLING))
    sibling = other(SIBLING, predecessors=(PREDECESSOR,))
    return given(plain(), versions=(version(2, issuer=SIBLING),), **heir(PREDECESSOR, more_issuers=(parent, sibling)))


@case("in a split, the first successor to register a version owns the number", expected=SUPERSEDED)
def a_split_school_corrected_by_one_of_two() -> Given:
    """The transcript of the school that was split, corrected by the heir who was first."""
    made = ended(SET, SUCCESSOR, SIBLING)
    versions = (registration(plain(), SIGNED), version(2, issuer=SIBLING))
    return given(plain(), **(made | {"versions": versions}))


@case("up to the end of a revision that contains the signature", expected=VALID)
def a_file_registered_by_the_successor() -> Given:
    """The successor registers the predecessor's file late, while everything is in force."""
    heirs = (other(SUCCESSOR, predecessors=(SCHOOL,)),)
    changes: dict[str, Any] = {"school": world.school(successors=(SUCCESSOR,)), "more_issuers": heirs}
    registered = registration(plain(), NOW - DAY, issuer=SUCCESSOR)
    return given(plain(), versions=(registered,), **changes)


@each(
    "only entries of the record's issuer, its predecessors and successors are read",
    rows={
        "by-the-school": (SCHOOL, VALID),
        "by-another-school": ("79000799", expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
    },
)
def a_proof_of_time_by(code: str) -> Given:
    """The principal left in July; who registered the file in June?"""
    principal, seal, tsa = world.Trust().appointments
    gone = replace(principal, valid_until=SET)
    elsewhere = registration(plain(), SIGNED, issuer=code)
    versions = (elsewhere, registration()) if code != SCHOOL else (elsewhere,)
    return given(plain(), versions=versions, appointments=(gone, seal, tsa))
