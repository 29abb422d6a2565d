"""The register of transcripts, and who answers for it after a succession: HB-1, sections 8 and 9."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import world
from world import DAY, ISSUED_ON, NOW, NUMBER, SCHOOL, SECOND, SIGNED, registration

from cases import VALID, Given, case, each, expect, given, shown
from cases.record import recorded
from cases.time_table import plain
from verify.report import Finding, Outcome, Reason, Report
from verify.trust import RegisteredVersion, Withdrawal, start_of_day

SUPERSEDED = expect("superseded", "TRANSCRIPT_SUPERSEDED")
WITHDRAWN = expect("invalid", "TRANSCRIPT_WITHDRAWN")
NOT_REGISTERED = expect("indeterminate", "NOT_REGISTERED")
UNREGISTERED = expect("valid", "UNREGISTERED")
MORNING = start_of_day(ISSUED_ON)


def version(index: int, **changes: Any) -> RegisteredVersion:  # noqa: ANN401 - fields of RegisteredVersion
    """An entry for another version of the same number."""
    told: dict[str, Any] = {"version": index, "record_digest": f"{index}" * 64} | changes
    return registration(**told)


def withdrawal(issuer: str = SCHOOL) -> dict[str, Any]:
    """The number withdrawn."""
    return {"withdrawals": (Withdrawal(issuer, NUMBER, NOW - DAY, "other"),)}


# Versions.


@each(
    "A version below the newest registered one is superseded, registered itself or not",
    "3. `superseded`: the register knows a newer version",
    "| `TRANSCRIPT_SUPERSEDED` | superseded |",
    rows={
        "registered": ((registration(), version(2)), SUPERSEDED),
        "not-registered-itself": ((version(2),), SUPERSEDED),
        "two-versions-on": ((registration(), version(2), version(3)), SUPERSEDED),
        "a-version-left-out": ((registration(), version(3)), SUPERSEDED),
        "the-newest": ((registration(),), VALID),
    },
)
def a_newer_version(versions: tuple[RegisteredVersion, ...]) -> Given:
    """Authentic, and replaced."""
    return given(plain(), versions=versions)


def second(**changes: Any) -> Given:  # noqa: ANN401 - fields of Trust
    """Version 2 of the transcript."""
    return recorded(world.record(version=2), **changes)


@case("3. `superseded`: the register knows a newer version", expected=VALID)
def the_newer_version_itself() -> Given:
    """The correction, registered beside what it replaces."""
    made = second()
    versions = (registration(), *made.trust.versions)
    return replace(made, trust=replace(made.trust, versions=versions))


@each(
    "`NOT_REGISTERED`: a version above the newest registered one; a version above 1 of an unknown number",
    rows={
        "above-the-newest": ((registration(),), NOT_REGISTERED),
        "above-1-of-an-unknown-number": ((), NOT_REGISTERED),
        "above-1-of-another-number": ((registration(number="000G40R40M30E20A"),), NOT_REGISTERED),
        "another-digest-of-the-same-version": ((version(2),), expect("invalid", "REGISTER_MISMATCH")),
        "below-the-newest": ((version(3),), SUPERSEDED),
    },
)
def a_second_version(versions: tuple[RegisteredVersion, ...]) -> Given:
    """A correction that the school's register does not know."""
    return second(versions=versions)


@case(
    "Otherwise unregistered: advice",
    "`UNREGISTERED` (replacement or withdrawal cannot be known)",
    expected=UNREGISTERED,
)
def an_unregistered_transcript() -> Given:
    """The first version of a number that nobody registered: replacement cannot be known."""
    return given(plain(), versions=())


@each(
    "Same version with another digest: `REGISTER_MISMATCH`",
    rows={
        "another-digest": ((version(1),), expect("invalid", "REGISTER_MISMATCH")),
        "superseded-as-well": (
            (version(1), version(2)),
            expect("invalid", "REGISTER_MISMATCH", "TRANSCRIPT_SUPERSEDED"),
        ),
        "another-number": ((version(1, number="000G40R40M30E20A"),), UNREGISTERED),
        "another-version": ((version(2),), SUPERSEDED),
        "the-same-beside-another": ((registration(), version(1)), expect("invalid", "REGISTER_MISMATCH")),
    },
)
def a_contradiction(versions: tuple[RegisteredVersion, ...]) -> Given:
    """Two records under one number and version: one of them is forged."""
    return given(plain(), versions=versions)


# A school that registers all.

SET = start_of_day(date(2026, 7, 1))


def registers_all(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Trust
    """The school registers all from the first of July."""
    return {"versions": (), "school": world.school(registers_all_since=SET)} | changes


@each(
    "unless the T_poe of every required signature lies before the day that was set",
    rows={
        "both-before": ((SET - SECOND, SET - SECOND), UNREGISTERED),
        "the-later-on-the-day": ((SET - SECOND, SET), NOT_REGISTERED),
        "both-on-the-day": ((SET, SET), NOT_REGISTERED),
    },
)
def a_number_unknown_to_a_school_that_registers_all(proofs: tuple[datetime, datetime]) -> Given:
    """Its signatures are older than the rule, or else it is missing from the register."""
    first, later = proofs
    stamped = world.signed(first, later)
    return given(stamped, **registers_all())


@case(
    "(`issued_on` exempts nothing)",
    expected=NOT_REGISTERED,
    shows=shown(
        "", Finding("register", Outcome.INDETERMINATE, Reason.NOT_REGISTERED, facts={"version": 1, "newest": 0})
    ),
)
def a_day_of_issue_before_the_rule() -> Given:
    """Dated before the rule, without proof: anybody may write a date."""
    return given(plain(), **registers_all())


@each(
    "a number unknown to an issuer that registers all",
    rows={
        "known": ((registration(),), VALID),
        "known-by-another-version": ((version(2),), SUPERSEDED),
        "another-number": ((registration(number="000G40R40M30E20A"),), NOT_REGISTERED),
    },
)
def a_number_and_a_school_that_registers_all(versions: tuple[RegisteredVersion, ...]) -> Given:
    """What is registered is as elsewhere."""
    return given(plain(), **registers_all(versions=versions))


# Withdrawal.


@each(
    "Withdrawal is final, covers all versions, and outranks superseded",
    rows={
        "registered": ((registration(),), WITHDRAWN),
        "not-registered": ((), expect("invalid", "TRANSCRIPT_WITHDRAWN", "UNREGISTERED")),
        "superseded": (
            (registration(), version(2)),
            expect("invalid", "TRANSCRIPT_WITHDRAWN", "TRANSCRIPT_SUPERSEDED"),
        ),
    },
)
def a_withdrawn_transcript(versions: tuple[RegisteredVersion, ...]) -> Given:
    """Invalid, whatever the version."""
    return given(plain(), versions=versions, **withdrawal())


@each(
    "Withdrawal is final, covers all versions",
    rows={
        "another-number": (Withdrawal(SCHOOL, "000G40R40M30E20A", SIGNED, "other"), VALID),
        "by-another-school": (Withdrawal("79000799", NUMBER, SIGNED, "other"), VALID),
    },
)
def a_withdrawal_of_something_else(one: Withdrawal) -> Given:
    """Only the issuer, its predecessors and successors withdraw its numbers."""
    return given(plain(), withdrawals=(one,))


@case("covers all versions", expected=WITHDRAWN)
def a_withdrawn_correction() -> Given:
    """Withdrawn when only version 1 was known."""
    return second(**withdrawal())


def history_is(*rows: tuple[int, str, str | None]) -> Callable[[Report], bool]:
    """The history that a report shows."""
    return lambda report: report.transcript is not None and report.transcript.history == rows


@case(
    "Public history shows reason code, date, version",
    expected=SUPERSEDED,
    shows=history_is((1, "2026-05-31", None), (2, "2026-08-01", "entry_error")),
)
def a_corrected_transcript() -> Given:
    """The reader of version 1 is told of version 2, its day and its reason code."""
    corrected = version(2, issued_on=date(2026, 8, 1), reason_code="entry_error")
    return given(plain(), versions=(corrected, registration()))


@each(
    "A version below the newest registered one is superseded",
    rows={
        "current": (((registration(),), ()), VALID),
        "unregistered": (((), ()), UNREGISTERED),
    },
)
def a_status_shown(handed: tuple[tuple[RegisteredVersion, ...], tuple[Withdrawal, ...]]) -> Given:
    """Two of the four states that a report shows."""
    versions, withdrawals = handed
    return given(plain(), versions=versions, withdrawals=withdrawals)


def status_is(status: str, superseded_by: int | None = None) -> Callable[[Report], bool]:
    """The status that a report shows."""
    return lambda report: (
        report.transcript is not None
        and (report.transcript.status, report.transcript.superseded_by) == (status, superseded_by)
    )


@case(
    "outranks superseded",
    expected=expect("invalid", "TRANSCRIPT_WITHDRAWN", "TRANSCRIPT_SUPERSEDED"),
    shows=status_is("withdrawn", 3),
)
def a_withdrawn_status() -> Given:
    """Withdrawn and superseded: withdrawn is shown."""
    return given(plain(), versions=(registration(), version(3)), **withdrawal())


@case("A version below the newest registered one is superseded", expected=SUPERSEDED, shows=status_is("superseded", 2))
def a_superseded_status() -> Given:
    """By which version, too."""
    return given(plain(), versions=(registration(), version(2)))
