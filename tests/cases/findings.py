"""What a report shows beside its verdict: the findings of each check, their codes and the facts that they rest on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import world
from world import DAY, ISSUED_ON, LONG_AGO, NOW, SECOND, SIGNED, cast

from cases import VALID, Given, case, each, expect, given, shown
from cases.existence import stamped
from cases.hops import UNLINKED, lost, scoped
from cases.roles import capacity_is
from cases.status_data import RECENT, STALE, strict
from cases.time_ends import JUNE, SEPTEMBER, principals_appointments
from cases.time_table import plain
from verify.report import Finding, Outcome, Report, Sub
from verify.trust import Capacity, KeyState, Kind, Level, Role, start_of_day

CODES = "Findings are codes and facts"
KEY = world.key_of(cast().principal)
PASSED, FAILED, OPEN, NOTED = Outcome.PASSED, Outcome.FAILED, Outcome.INDETERMINATE, Outcome.NOTED
BEYOND = expect("invalid", "NOT_AUTHORISED_AT_TIME", principal="TOTAL-FAILED/HB_NOT_APPOINTED")
OUT_OF_BOUNDS = expect("indeterminate", "NO_PROOF_OF_EXISTENCE", principal="INDETERMINATE/OUT_OF_BOUNDS_NO_POE")
TAIL = start_of_day(ISSUED_ON) + DAY - timedelta(microseconds=1)
"""The last instant of the day of issue."""


@case(
    CODES,
    expected=VALID,
    shows=shown(
        "principal",
        Finding("format", PASSED),
        Finding("path", PASSED, facts={"anchor": "document"}),
        Finding("integrity", PASSED),
        Finding("algorithms", PASSED),
        Finding("existence", NOTED, facts={"proof": "register", "time": JUNE.isoformat()}),
        Finding("certificate", PASSED),
        Finding("revocation", Outcome.SWITCHED_OFF, facts={"mode": "registry"}),
        Finding("key", PASSED, facts={"key": KEY}),
        Finding("appointment", PASSED, facts={"appointment": "0", "capacity": "substantive"}),
    ),
)
def everything_in_order() -> Given:
    """Every check passes, and says on what."""
    return given(plain(), poe=JUNE, **principals_appointments({}))


@case(
    CODES, expected=VALID, shows=shown("principal", Finding("existence", NOTED, facts={"proof": "none", "time": None}))
)
def no_proof_of_existence() -> Given:
    """No proof is a fact, too."""
    return given(plain())


@case(
    CODES,
    expected=VALID,
    shows=shown("principal", Finding("existence", NOTED, facts={"proof": "timestamp", "time": SIGNED.isoformat()})),
)
def a_time_stamp_is_told() -> Given:
    """Whose word T_poe is."""
    return given(stamped(SIGNED))


@case(
    "not after now",
    CODES,
    expected=expect("valid", principal="TOTAL-PASSED"),
    shows=shown("principal", Finding("existence", NOTED, facts={"proof": "timestamp", "time": SIGNED.isoformat()})),
)
def a_time_stamp_of_now() -> Given:
    """A token of this very instant is a proof already."""
    return given(stamped(SIGNED), at=SIGNED)


@each(
    "HB_NOT_APPOINTED (TOTAL-FAILED: level, role or territory outside the scope of the appointment or of a hop",
    CODES,
    rows={"department": ("department", BEYOND), "ministry": ("ministry", BEYOND)},
    shows={
        thing: shown(
            "principal",
            Finding("issuer", FAILED, Sub.HB_NOT_APPOINTED, {"issuer": code, "outside": "level"}),
        )
        for thing, code in (("department", world.DEPARTMENT), ("ministry", world.MINISTRY))
    },
)
def a_scope_too_narrow(thing: str) -> Given:
    """Each superior that is too narrow is named once, with what lies outside, and no other."""
    nothing: dict[str, Any] = {"levels": frozenset(), "roles": frozenset(), "territory": frozenset()}
    return given(plain(), **scoped(thing, **nothing))


@each(
    "a known key without an appointment here: INDETERMINATE, a finding only",
    CODES,
    rows={
        "nowhere": ((), expect("indeterminate", "ROLE_MISSING")),
        "elsewhere": (
            (world.OTHER, world.DEPARTMENT, world.OTHER),
            expect("invalid", "ISSUER_MISMATCH", "ROLE_MISSING"),
        ),
    },
    shows={
        name: shown(
            "principal",
            Finding("key", PASSED, facts={"key": KEY}),
            Finding("appointment", OPEN, Sub.HB_NOT_APPOINTED, {"appointed_at": codes}),
        )
        for name, codes in (("nowhere", []), ("elsewhere", [world.OTHER, world.DEPARTMENT]))
    },
)
def a_key_appointed_elsewhere(codes: tuple[str, ...]) -> Given:
    """A clerk is told where the key does hold an appointment, each place once, in order."""
    mine = tuple(world.appointment(cast().principal, Role.PRINCIPAL, code) for code in codes)
    others = world.issuer(world.OTHER, Kind.SCHOOL, "Trường khác (mẫu)", world.DEPARTMENT)
    return given(plain(), appointments=(*mine, *world.Trust().appointments[1:]), more_issuers=(others,))


@case(
    CODES,
    expected=expect("indeterminate", "UNKNOWN_KEY", "ROLE_MISSING"),
    shows=shown(
        "principal",
        Finding("key", OPEN, Sub.HB_NOT_APPOINTED, {"known": False}),
        Finding("appointment", OPEN, Sub.HB_NOT_APPOINTED, {"appointed_at": []}),
    ),
)
def a_key_that_nobody_knows() -> Given:
    """Nothing is known of it: neither a life nor an appointment."""
    return given(plain(), principal=world.key(cast().teacher))


@case(
    CODES,
    expected=expect("indeterminate", "KEY_SUSPENDED", principal="INDETERMINATE/TRY_LATER"),
    shows=shown("principal", Finding("key", OPEN, Sub.TRY_LATER, {"key": KEY})),
)
def a_suspended_key_is_named() -> Given:
    """By its identity in the registry."""
    return given(plain(), principal=world.key(cast().principal, state=KeyState.SUSPENDED, suspended_since=SIGNED))


ROLE = {"appointment": "0", "issuer": world.SCHOOL, "role": "principal"}


@each(
    "among several appointments of its key for this issuer, the **best**",
    CODES,
    rows={
        "ended": ({"valid_until": JUNE}, OUT_OF_BOUNDS),
        "ended-before-the-day-of-issue": ({"valid_until": start_of_day(ISSUED_ON) - DAY}, OUT_OF_BOUNDS),
        "of-another-level": ({"levels": frozenset({Level.PRIMARY})}, BEYOND),
    },
    shows={
        "ended": shown("principal", Finding("appointment", OPEN, Sub.OUT_OF_BOUNDS_NO_POE, ROLE)),
        "ended-before-the-day-of-issue": shown(
            "principal",
            Finding("appointment", OPEN, Sub.OUT_OF_BOUNDS_NO_POE, ROLE),
            Finding("appointment", OPEN, Sub.OUT_OF_BOUNDS_NO_POE, ROLE | {"issued_on": ISSUED_ON.isoformat()}),
        ),
        "of-another-level": shown(
            "principal", Finding("appointment", FAILED, Sub.HB_NOT_APPOINTED, ROLE | {"outside": "level"})
        ),
    },
)
def an_appointment_that_does_not_hold(changes: dict[str, Any]) -> Given:
    """Which one, where, as what, and what it lacks."""
    return given(plain(), **principals_appointments(changes))


@each(
    "HB_NOT_APPOINTED_AT_TIME (INDETERMINATE: a parent link asked for in section 3 does not hold)",
    CODES,
    rows={"without-proof": (None, UNLINKED), "proved": (SEPTEMBER, UNLINKED)},
    shows={
        name: shown(
            "principal",
            *(
                Finding(
                    "issuer",
                    OPEN,
                    Sub.HB_NOT_APPOINTED_AT_TIME,
                    {"issuer": world.DEPARTMENT, "asked": asked.isoformat()},
                )
                for asked in instants
            ),
        )
        for name, instants in (("without-proof", (TAIL, NOW)), ("proved", (SEPTEMBER,)))
    },
)
def a_broken_link_is_told(poe: datetime | None) -> Given:
    """The last issuer that was reached, for each instant that was asked."""
    return given(plain(), poe=poe, department=lost(LONG_AGO, None))


ISSUER = {"issuer": world.SCHOOL}


@case(
    CODES,
    expected=expect("indeterminate", "NO_PROOF_OF_EXISTENCE"),
    shows=shown("principal", Finding("issuer", OPEN, Sub.OUT_OF_BOUNDS_NO_POE, ISSUER)),
)
def an_issuer_that_ended_is_told_once() -> Given:
    """The same answer for the day of issue and for now is one finding."""
    whole = world.school()
    ended = replace(whole, valid_until=SEPTEMBER, periods=(replace(whole.periods[0], until=SEPTEMBER),))
    return given(plain(), school=ended)


@case(
    CODES,
    expected=STALE,
    shows=shown("principal", Finding("revocation", OPEN, Sub.TRY_LATER, {"mode": "crl"})),
)
def stale_data_is_told() -> Given:
    """By the mode of its anchor."""
    return strict(given(plain()))


@case(CODES, expected=VALID, shows=shown("principal", Finding("revocation", PASSED, facts={"mode": "crl"})))
def fresh_data_is_told() -> Given:
    """The same where all is well."""
    return strict(given(plain(), crls=(RECENT,)))


@case(
    "also NO_CERTIFICATE_CHAIN_FOUND of a taken signature",
    CODES,
    expected=expect("indeterminate", "UNKNOWN_KEY"),
    shows=shown(
        "principal",
        Finding("path", OPEN, Sub.NO_CERTIFICATE_CHAIN_FOUND),
        Finding("certificate", PASSED),
        Finding("revocation", NOTED, facts={"path": None}),
    ),
)
def a_path_to_nowhere() -> Given:
    """Without a path there is nobody whose status data could be asked."""
    made = given(plain())
    return replace(made, trust=replace(made.trust, anchors=()))


HELD = (
    {"valid_until": JUNE, "capacity": Capacity.ACTING},
    {"valid_from": JUNE, "valid_until": SEPTEMBER, "capacity": Capacity.SUBSTANTIVE},
    {"valid_from": SEPTEMBER + DAY, "capacity": Capacity.ON_BEHALF},
)


@each(
    "any capacity",
    CODES,
    rows={
        "in-the-last-second-of-the-first": (JUNE - SECOND, VALID),
        "as-the-second-begins": (JUNE, VALID),
        "as-the-second-ends": (SEPTEMBER, OUT_OF_BOUNDS),
    },
    shows={
        "in-the-last-second-of-the-first": capacity_is(Capacity.ACTING),
        "as-the-second-begins": capacity_is(Capacity.SUBSTANTIVE),
        "as-the-second-ends": capacity_is(Capacity.ON_BEHALF),
    },
)
def a_capacity_of_its_time(poe: datetime) -> Given:
    """How the office was held when the signature is proved to have existed; in a gap, how it was held last."""
    return given(plain(), poe=poe, **principals_appointments(*HELD))


def transcript_is(status: str, issuer: str | None = world.SCHOOL) -> Callable[[Report], bool]:
    """Whether the report shows this status, no newer version, and this issuer of the principal's signature."""
    return lambda report: (
        report.transcript is not None
        and (report.transcript.status, report.transcript.superseded_by) == (status, None)
        and report.signatures[0].issuer == issuer
    )


@each(
    CODES,
    rows={
        "registered": ({}, VALID),
        "not-registered": ({"versions": ()}, expect("valid", "UNREGISTERED")),
        "by-a-stranger": (
            {"principal": world.key(cast().teacher)},
            expect("indeterminate", "UNKNOWN_KEY", "ROLE_MISSING"),
        ),
    },
    shows={
        "registered": transcript_is("current"),
        "not-registered": transcript_is("unregistered"),
        "by-a-stranger": transcript_is("current", None),
    },
)
def a_standing_that_is_told(changes: dict[str, Any]) -> Given:
    """Current is what the register knows and has not replaced; who has no role here speaks for no issuer."""
    return given(plain(), **changes)
