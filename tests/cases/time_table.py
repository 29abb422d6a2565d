"""The time table of section 3: every row and column, for everything that is asked, one second either side of an end.

Principal and seal signed without time-stamps; the registration of the file is the proof of existence, so that T_poe is
wherever a case wants it. An interval begins at noon of the day of issue, so that neither `issued_on` nor the record's
date stands in the way of a proof from before it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import sheet
import world
from certificates import renewed
from world import ISSUED_ON, NOW, SECOND, appointment, cast

from cases import VALID, Expected, Given, each, expect, given
from issuers import kit
from verify.trust import Issuer, KeyState, Role, Witness, start_of_day

NOON = timedelta(hours=12)
BEGIN = start_of_day(ISSUED_ON) + NOON
END = start_of_day(date(2026, 8, 1)) + NOON

THINGS = ("key", "certificate", "appointment", "school", "department", "ministry")
ROWS = {
    "in-force": "in force now",
    "ended": "ended in the ordinary way",
    "revoked": "revoked, whatever the reason",
    "suspended": "suspended now",
}
COLUMNS: dict[str, dict[str, datetime | None]] = {
    "before": {"at-midnight-before": BEGIN - NOON, "a-second-before": BEGIN - SECOND},
    "inside": {"at-the-beginning": BEGIN, "a-second-in": BEGIN + SECOND, "a-second-before-the-end": END - SECOND},
    "after": {"at-the-end": END, "a-second-after-the-end": END + SECOND, "now": NOW},
    "none": {"without-proof": None},
}
"""Where T_poe lies; "after" and "none" are one column of the law."""

IMPOSSIBLE = {
    **{(thing, "in-force", "after"): "what is in force now has no end that a proof could follow" for thing in THINGS},
    **{("appointment", row, column): "appointments end; keys, certificates and issuers are revoked or suspended"
       for row in ("revoked", "suspended") for column in COLUMNS},
    **{(issuer, "revoked", column): "an issuer is suspended or ends; it is never revoked"
       for issuer in ("school", "department", "ministry") for column in COLUMNS},
}  # fmt: skip
"""Cells that no registry can be in, each with its reason."""

IN_ORDER = "TOTAL-PASSED"
NOT_YET = expect("invalid", "NOT_AUTHORISED_AT_TIME", principal="TOTAL-FAILED/NOT_YET_VALID")
LATE = {
    "ended": ("NO_PROOF_OF_EXISTENCE", "INDETERMINATE/OUT_OF_BOUNDS_NO_POE"),
    "revoked": ("KEY_REVOKED", "INDETERMINATE/REVOKED_NO_POE"),
    "suspended": ("KEY_SUSPENDED", "INDETERMINATE/TRY_LATER"),
}


def answer(thing: str, row: str, column: str) -> Expected:
    """What the law's table says; an issuer's end meets both signatures."""
    if column == "before":
        return NOT_YET
    if column == "inside" or row == "in-force":
        return expect("valid", principal=IN_ORDER, school_seal=IN_ORDER)
    reason, sub = LATE[row]
    if thing in {"key", "certificate", "appointment"}:
        return expect("indeterminate", reason, principal=sub, school_seal=IN_ORDER)
    reason = "ISSUER_SUSPENDED" if row == "suspended" else reason
    return expect("indeterminate", reason, principal=sub, school_seal=sub)


def cell_name(thing: str, row: str, column: str) -> str:
    return f"{thing}-{row}-{column}"


@cache
def certified(until: datetime) -> tuple[kit.Signer, bytes]:
    """The principal with a certificate from BEGIN, and what that principal and the seal signed."""
    signer = renewed(cast().principal, cast().authority, BEGIN, until)
    return signer, sheet.sign(sheet.sign(sheet.sheet(), signer, "principal"), cast().seal, "school_seal")


@cache
def half() -> bytes:
    """Signed by the principal, with no time-stamp."""
    return sheet.sign(sheet.sheet(), cast().principal, "principal")


@cache
def plain() -> bytes:
    """Signed by both, with no time-stamp."""
    return sheet.sign(half(), cast().seal, "school_seal")


def proved(half_at: datetime, whole_at: datetime) -> dict[str, Any]:
    """Both revisions of `plain()` registered, each at its instant: each signature has a T_poe of its own."""
    whole = world.registration(plain(), whole_at)
    return {"versions": (replace(whole, pdfs=(*whole.pdfs, Witness(sha256(half()).hexdigest(), half_at))),)}


def appointed(until: datetime | None = None) -> dict[str, Any]:
    """The principal's appointment from BEGIN; the others' from long ago."""
    mine = appointment(cast().principal, Role.PRINCIPAL, valid_from=BEGIN, valid_until=until)
    return {"appointments": (mine, *world.Trust().appointments[1:])}


def key_in(row: str) -> dict[str, Any]:
    """A key has no beginning of its own: the appointment's is asked (HB-1, 3)."""
    rows: dict[str, dict[str, Any]] = {
        "in-force": {},
        "ended": {"state": KeyState.RETIRED, "retired_at": END},
        "revoked": {"state": KeyState.REVOKED, "revoked_at": END, "revocation_reason": "unspecified"},
        "suspended": {"state": KeyState.SUSPENDED, "suspended_since": END},
    }
    changes = rows[row]
    return {"principal": world.key(cast().principal, **changes), **appointed()}


def certificate_in(row: str, signer: kit.Signer) -> dict[str, Any]:
    rows: dict[str, dict[str, Any]] = {
        "revoked": {"revoked_at": END, "reason": "unspecified"},
        "suspended": {"held_since": END},
    }
    changes = rows.get(row, {})
    made = world.key(signer)
    return {"principal": replace(made, certificates=(replace(made.certificates[0], **changes),))}


def issuer_in(row: str, thing: str) -> dict[str, Any]:
    whole: Issuer = getattr(world.Trust(), thing)
    changes: dict[str, Any] = {"valid_from": BEGIN, "periods": (replace(whole.periods[0], since=BEGIN),)}
    if row == "ended":
        changes |= {"valid_until": END, "periods": (replace(whole.periods[0], since=BEGIN, until=END),)}
    if row == "suspended":
        changes |= {"suspended_since": END}
    return {thing: replace(whole, **changes)}


@each(
    *ROWS.values(),
    "Certificate, key, appointment and each hop are asked one by one",
    "All intervals are half-open [from, until)",
    rows={
        f"{cell_name(thing, row, column)}-{when}": ((thing, row, poe), answer(thing, row, column))
        for thing in THINGS
        for row in ROWS
        for column, instants in COLUMNS.items()
        if (thing, row, column) not in IMPOSSIBLE
        for when, poe in instants.items()
    },
)
def life(cell: tuple[str, str, datetime | None]) -> Given:
    """Each cell of the table, asked of one thing while everything else is in order."""
    thing, row, poe = cell
    if thing == "certificate":
        signer, pdf = certified(END if row == "ended" else NOW + timedelta(days=365))
        return given(pdf, poe=poe, **certificate_in(row, signer))
    if thing == "key":
        changes = key_in(row)
    elif thing == "appointment":
        changes = appointed(END if row == "ended" else None)
    else:
        changes = issuer_in(row, thing)
    return given(plain(), poe=poe, **changes)


ENDS_AROUND_NOW = {
    "a-second-ago": (NOW - SECOND, expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
    "now": (NOW, expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
    "in-a-second": (NOW + SECOND, VALID),
}


def around_now(thing: str, *, begins: datetime | None = None, ends: datetime | None = None) -> dict[str, Any]:
    """A thing that begins or ends near the instant of judging."""
    if thing == "appointment":
        mine = appointment(cast().principal, Role.PRINCIPAL)
        mine = replace(mine, valid_from=begins or mine.valid_from, valid_until=ends)
        return {"appointments": (mine, *world.Trust().appointments[1:])}
    if thing == "key":
        return {"principal": world.key(cast().principal, state=KeyState.RETIRED, retired_at=ends)}
    whole: Issuer = getattr(world.Trust(), thing)
    since = begins or whole.valid_from
    period = replace(whole.periods[0], since=since, until=ends)
    return {thing: replace(whole, valid_from=since, valid_until=ends, periods=(period,))}


@each(
    "ended in the ordinary way",
    rows={
        f"{thing}-{when}": ((thing, instant), expected)
        for thing in THINGS
        if thing != "certificate"
        for when, (instant, expected) in ENDS_AROUND_NOW.items()
    },
)
def an_end_near_the_instant_of_judging(cell: tuple[str, datetime]) -> Given:
    """Without a proof, what ends at the very instant of judging has ended; what ends later is in force."""
    thing, instant = cell
    return given(plain(), **around_now(thing, ends=instant))


@each(
    "NOT_YET_VALID (also without T_poe, if not yet in force)",
    rows={
        "began-a-second-ago": (NOW - SECOND, VALID),
        "begins-now": (NOW, VALID),
        "begins-in-a-second": (
            NOW + SECOND,
            expect("invalid", "NOT_AUTHORISED_AT_TIME", school_seal="TOTAL-FAILED/NOT_YET_VALID"),
        ),
    },
)
def a_beginning_near_the_instant_of_judging(begins: datetime) -> Given:
    """The seal is to be appointed, and signed first; its appointment is no person's: `issued_on` is not asked."""
    seal = appointment(cast().seal, Role.SCHOOL_SEAL, valid_from=begins)
    principal, _, tsa = world.Trust().appointments
    pdf = sheet.sign(sheet.sign(sheet.sheet(), cast().seal, "school_seal"), cast().principal, "principal")
    return given(pdf, appointments=(principal, seal, tsa))


@each(
    "each with its own end: notAfter",
    rows={
        "a-second-before": (END - SECOND, VALID),
        "at-not-after": (END, expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
        "a-second-after": (END + SECOND, expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
    },
)
def a_certificate_judged_near_its_end(at: datetime) -> Given:
    """A certificate without a proof of time is good until notAfter, and not at it."""
    signer, pdf = certified(END)
    return given(pdf, at=at, principal=world.key(signer))
