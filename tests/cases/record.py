"""The record against the registry of its day, and files without one: HB-1, section 4."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sheet
import world
from pikepdf import Pdf
from placed import place
from world import DAY, ISSUED_ON, LONG_AGO, NOW, SECOND, SIGNED, cast

from cases import VALID, Given, case, each, expect, given
from cases.time_table import plain, proved
from issuers import kit
from verify.trust import Kind, Level, Period, Witness, start_of_day

INCONSISTENT = expect("invalid", "RECORD_INCONSISTENT")
NOT_IDENTIFIED = expect("indeterminate", "NOT_IDENTIFIED")


@cache
def bearing(content: bytes) -> bytes:
    """Signed by both, with these bytes as the record."""
    return both(sheet.sheet(content))


def both(pdf: bytes) -> bytes:
    """Signed by principal and seal, by hand: a tenth of what pyHanko takes."""
    return place(place(pdf, "principal", cast().principal), "school_seal", cast().seal)


def recorded(changed: dict[str, Any], **changes: Any) -> Given:  # noqa: ANN401 - fields of Trust
    """A file with this record, registered with its digest."""
    pdf = bearing(kit.canonical(changed))
    registered = world.registration(
        record_digest=kit.digests(changed, pdf).record_digest, version=changed["version"], number=changed["number"]
    )
    return given(pdf, **({"versions": (registered,)} | changes))


def issuer_part(**changes: str) -> dict[str, Any]:
    """A record whose issuer differs."""
    return world.record(issuer=world.record()["issuer"] | changes)


def bent(bend: Callable[[Pdf], None]) -> bytes:
    """Signed by both, over a sheet that was bent before."""
    return both(sheet.sheet(bend=bend))


# Against the registry of the day of issue.


@case(
    "Names shown come from the registry, by code",
    expected=VALID,
    shows=lambda report: report.transcript is not None and report.transcript.issuer_name == "Trường mới (mẫu)",
)
def a_school_renamed_since() -> Given:
    """Signed under the old name, shown under the new one."""
    return given(plain(), school=renamed(start_of_day(ISSUED_ON) + 30 * DAY))


def renamed(on: datetime, old: str = world.NAME, new: str = "Trường mới (mẫu)") -> Any:  # noqa: ANN401 - an issuer
    """The school under one name until a day, under another from then on."""
    levels = frozenset({Level.UPPER_SECONDARY})
    periods = (
        Period(LONG_AGO, on, old, world.DEPARTMENT, levels=levels),
        Period(on, None, new, world.DEPARTMENT, levels=levels),
    )
    return replace(world.school(), periods=periods)


MORNING = start_of_day(ISSUED_ON)


@each(
    "Name or department differing from the registry of `issued_on`",
    rows={
        "old-name-on-its-last-day": ((MORNING + DAY, world.NAME, "Trường mới (mẫu)"), VALID),
        "old-name-on-the-day-it-ended": ((MORNING, world.NAME, "Trường mới (mẫu)"), INCONSISTENT),
        "new-name-on-its-first-day": ((MORNING, "Trường cũ (mẫu)", world.NAME), VALID),
        "new-name-a-day-early": ((MORNING + DAY, "Trường cũ (mẫu)", world.NAME), INCONSISTENT),
    },
)
def a_name_of_the_day(handed: tuple[datetime, str, str]) -> Given:
    """The name on the page is the one of the day of issue."""
    return given(plain(), school=renamed(*handed))


@each(
    "Name or department differing from the registry of `issued_on`",
    rows={
        "another-schools-name": (issuer_part(name="Trường THPT Chuyên Lừng Danh"), INCONSISTENT),
        "a-space-more": (issuer_part(name=world.NAME + " "), INCONSISTENT),
        "other-capitals": (issuer_part(name=world.NAME.upper()), INCONSISTENT),
        "another-department": (issuer_part(department_code="SGD80"), INCONSISTENT),
        "in-order": (issuer_part(), VALID),
    },
)
def a_name_under_another_code(changed: dict[str, Any]) -> Given:
    """A famous name over an unknown school's code."""
    return recorded(changed)


@case("Name or department differing from the registry", expected=VALID)
def a_name_in_decomposed_letters_in_the_registry() -> Given:
    """The same letters, composed or not, are the same name."""
    name = unicodedata.normalize("NFD", world.NAME)
    return given(plain(), school=replace(world.school(), periods=(replace(world.school().periods[0], name=name),)))


@each(
    "a level not among the issuer's own (beyond an appointment's or a superior's scope it is HB_NOT_APPOINTED)",
    rows={
        "among": (frozenset({Level.PRIMARY, Level.UPPER_SECONDARY}), VALID),
        "not-among": (frozenset({Level.LOWER_SECONDARY}), INCONSISTENT),
        "left-out": (None, VALID),
    },
)
def a_level_of_the_issuers_own(levels: frozenset[Level] | None) -> Given:
    """A lower secondary school issues no upper secondary transcript."""
    school = world.school()
    return given(plain(), school=replace(school, periods=(replace(school.periods[0], levels=levels),)))


TODAY = date(2026, 11, 23)


@each(
    "`issued_on` in the future",
    rows={
        "yesterday": (TODAY - timedelta(days=1), VALID),
        "today": (TODAY, VALID),
        "tomorrow": (TODAY + timedelta(days=1), INCONSISTENT),
    },
)
def a_day_of_issue_around_today(issued_on: date) -> Given:
    """Today is a day in Vietnam."""
    return recorded(world.record(issued_on=issued_on.isoformat()))


@each(
    "`issued_on` in the future",
    rows={
        "before-midnight-in-vietnam": (start_of_day(TODAY + timedelta(days=1)) - SECOND, INCONSISTENT),
        "at-midnight-in-vietnam": (start_of_day(TODAY + timedelta(days=1)), VALID),
    },
)
def a_day_of_issue_that_begins(at: datetime) -> Given:
    """Tomorrow begins at 17:00 UTC."""
    return replace(recorded(world.record(issued_on="2026-11-24")), at=at)


@each(
    "after the day of the latest T_poe of the required signatures",
    rows={
        "both-a-second-before-the-day": ((MORNING - SECOND, MORNING - SECOND), INCONSISTENT),
        "both-at-its-beginning": ((MORNING, MORNING), VALID),
        "the-latest-on-the-day": ((MORNING - SECOND, MORNING), VALID),
        "the-latest-long-after": ((MORNING - 30 * DAY, NOW), VALID),
    },
)
def a_day_of_issue_after_the_proof(proofs: tuple[datetime, datetime]) -> Given:
    """What existed before the day it is dated is wrongly dated; one late signature explains it."""
    return given(plain(), **proved(*proofs))


@case("after the day of the latest T_poe", expected=VALID)
def a_day_of_issue_with_no_proof() -> Given:
    """No T_poe, no contradiction."""
    return given(plain())


# Who issued it, when that is not in the registry, or not in the file.


@case(
    "an unknown code is `UNKNOWN_ISSUER`",
    expected=expect("invalid", "ISSUER_MISMATCH", "UNKNOWN_ISSUER", "ROLE_MISSING", "UNREGISTERED"),
)
def an_unknown_code() -> Given:
    """The signers are a school's, but not this one's."""
    return recorded(issuer_part(code="99999999"))


@case(
    "`UNKNOWN_ISSUER` (the record names a code that the registry lacks)",
    expected=expect("indeterminate", "UNKNOWN_ISSUER", "ROLE_MISSING", "UNREGISTERED"),
)
def an_unknown_code_and_signers_of_no_school() -> Given:
    """Known keys without any appointment: nothing proves it wrong."""
    return recorded(issuer_part(code="99999999"), versions=(), appointments=())


@case(
    "a genuine signature under some other letter of the school is not a transcript, and authority is not asked",
    expected=expect("indeterminate", "NOT_IDENTIFIED"),
    shows=lambda report: report.transcript is None and all(one.role is None for one in report.signatures),
)
def a_letter() -> Given:
    """Principal and seal signed an invitation; both keys were revoked since: nobody asks."""
    gone = world.key(cast().principal, revoked_at=SIGNED)
    return given(letter(), principal=gone)


@cache
def letter() -> bytes:
    """Signed by both, without a record."""
    return bent(bare)


def bare(pdf: Pdf) -> None:
    """No attachment at all."""
    del pdf.Root.AF, pdf.Root.Names


@each(
    "Without a record but with a registered `pdf_sha256`, the register's issuer, level, date and version stand in",
    rows={
        "in-order": ({}, VALID),
        "an-older-version": ({"more": 2}, expect("superseded", "TRANSCRIPT_SUPERSEDED")),
        "another-school": ({"issuer": "79000799"}, expect("invalid", "ISSUER_MISMATCH", "ROLE_MISSING")),
        "on-the-day-of-its-signatures": ({"issued_on": SIGNED.date()}, VALID),
        "a-day-after-its-signatures": ({"issued_on": SIGNED.date() + DAY}, INCONSISTENT),
        "a-level-that-is-not-the-schools": ({"level": Level.PRIMARY}, INCONSISTENT),
        "a-department": (
            {"issuer": world.DEPARTMENT},
            expect("invalid", "ISSUER_MISMATCH", "ROLE_MISSING", "CANNOT_BE_JUDGED"),
        ),
    },
)
def a_registered_file_without_a_record(changes: dict[str, Any]) -> Given:
    """Old systems attach no record; the register knows the file."""
    more = changes.get("more")
    registered = world.registration(letter(), SIGNED, **{name: one for name, one in changes.items() if name != "more"})
    versions = [registered]
    if more:
        versions.append(replace(registered, version=more, record_digest="1" * 64, pdfs=()))
    levels = frozenset({Level.UPPER_SECONDARY})
    other = world.issuer("79000799", Kind.SCHOOL, "Trường khác (mẫu)", world.DEPARTMENT, levels=levels)
    return given(letter(), versions=tuple(versions), more_issuers=(other,))


@case("with a registered `pdf_sha256`", expected=expect("indeterminate", "CANNOT_BE_JUDGED"))
def a_file_registered_under_two_numbers() -> Given:
    """Which of the two it is, nobody knows."""
    one = world.registration(letter(), SIGNED)
    return given(letter(), versions=(one, replace(one, number="000G40R40M30E20A")))


@case("with a registered `pdf_sha256`", expected=VALID)
def a_file_registered_twice_the_same() -> Given:
    """A further digest under the same version is the same transcript."""
    one = world.registration(letter(), SIGNED)
    more = replace(one, pdfs=(*one.pdfs, Witness("2" * 64, SIGNED)))
    return given(letter(), versions=(more,))


@case("(b) the ledger entry that registered the SHA-256", expected=NOT_IDENTIFIED)
def a_letter_beside_a_registered_file() -> Given:
    """Another file is registered, not this one."""
    return given(letter(), versions=(world.registration(plain(), SIGNED),))
