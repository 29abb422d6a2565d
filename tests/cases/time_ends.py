"""What ends an interval, and when: the sentences of section 3 around its table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import sheet
import world
from certificates import renewed
from world import DAY, ISSUED_ON, NOW, SECOND, appointment, cast

from cases import VALID, Given, case, each, expect, given
from cases.time_table import NOT_YET, plain, proved
from verify.trust import KeyState, Level, Role, Witness, start_of_day

MARCH, JUNE, SEPTEMBER, OCTOBER = (
    start_of_day(date(2026, month, day)) for month, day in ((3, 1), (6, 15), (9, 1), (10, 1))
)
REVOKED = expect("indeterminate", "KEY_REVOKED", principal="INDETERMINATE/REVOKED_NO_POE")
ENDED = expect("indeterminate", "NO_PROOF_OF_EXISTENCE", principal="INDETERMINATE/OUT_OF_BOUNDS_NO_POE")
UNPROVED = expect("indeterminate", "NO_PROOF_OF_EXISTENCE")
SUSPENDED = expect("indeterminate", "KEY_SUSPENDED", principal="INDETERMINATE/TRY_LATER")


def principal(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Key
    """The principal's key, and what differs."""
    return {"principal": world.key(cast().principal, **changes)}


def principals_certificate(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of RegisteredCertificate
    made = world.key(cast().principal)
    return {"principal": replace(made, certificates=(replace(made.certificates[0], **changes),))}


def principals_appointments(*held: dict[str, Any]) -> dict[str, Any]:
    """The principal's appointments, each by what differs."""
    mine = [appointment(cast().principal, Role.PRINCIPAL, id=str(index), **one) for index, one in enumerate(held)]
    return {"appointments": (*mine, *world.Trust().appointments[1:])}


C_OF_A_KEY = {
    "revocation-date": {"revoked_at": SEPTEMBER},
    "invalid-since": {"revoked_at": OCTOBER, "invalid_since": SEPTEMBER},
    "a-later-invalid-since": {"revoked_at": SEPTEMBER, "invalid_since": OCTOBER},
    "suspension-that-ran-into-it": {"revoked_at": OCTOBER, "suspended_since": SEPTEMBER},
}
C_OF_A_CERTIFICATE = {
    "revocation-date": {"revoked_at": SEPTEMBER},
    "invalidity-date": {"revoked_at": OCTOBER, "invalidity_date": SEPTEMBER},
    "invalid-since": {"revoked_at": OCTOBER, "invalid_since": SEPTEMBER},
    "hold-that-ran-into-it": {"revoked_at": OCTOBER, "held_since": SEPTEMBER},
}
AROUND_SEPTEMBER = {
    "a-second-before": (SEPTEMBER - SECOND, VALID),
    "at": (SEPTEMBER, REVOKED),
    "a-second-after": (SEPTEMBER + SECOND, REVOKED),
}


@each(
    "C = min(revocation date, X.509 invalidityDate, the registry's `invalid_since`",
    rows={
        f"{name}-{when}": ((changes, poe), expected)
        for name, changes in C_OF_A_KEY.items()
        for when, (poe, expected) in AROUND_SEPTEMBER.items()
    },
)
def c_of_a_key(handed: tuple[dict[str, Any], datetime]) -> Given:
    """A revoked key ends at C, the earliest of all dates that speak against it."""
    changes, poe = handed
    return given(plain(), poe=poe, **principal(state=KeyState.REVOKED, **changes))


@each(
    "C = min(revocation date, X.509 invalidityDate, the registry's `invalid_since`",
    rows={
        f"{name}-{when}": ((changes, poe), expected)
        for name, changes in C_OF_A_CERTIFICATE.items()
        for when, (poe, expected) in AROUND_SEPTEMBER.items()
    },
)
def c_of_a_certificate(handed: tuple[dict[str, Any], datetime]) -> Given:
    """A revoked certificate ends at C; libraries that know only the revocation date pass what must not pass."""
    changes, poe = handed
    return given(plain(), poe=poe, **principals_certificate(**changes))


@each(
    "revoked, whatever the reason",
    rows={
        reason: (reason, REVOKED)
        for reason in ("unspecified", "keyCompromise", "superseded", "cessationOfOperation", "affiliationChanged")
    },
)
def a_reason_of_revocation(reason: str) -> Given:
    """No reason of RFC 5280 is milder than another: nobody can tell a stolen key from one given up."""
    return given(plain(), poe=NOW, **principal(state=KeyState.REVOKED, revoked_at=SEPTEMBER, revocation_reason=reason))


@each(
    "What both ended and was revoked answers in both rows, and the worse counts",
    rows={
        "retired-then-revoked-proved-between": (
            (JUNE, OCTOBER, SEPTEMBER),
            ENDED,
        ),
        "retired-then-revoked-proved-after-both": (
            (JUNE, SEPTEMBER, OCTOBER),
            expect("indeterminate", "NO_PROOF_OF_EXISTENCE", "KEY_REVOKED", principal="INDETERMINATE/REVOKED_NO_POE"),
        ),
        "revoked-from-before-its-retirement": ((OCTOBER, JUNE, SEPTEMBER), REVOKED),
        "proved-before-both": ((OCTOBER, SEPTEMBER, JUNE), VALID),
    },
)
def ended_and_revoked(handed: tuple[datetime, datetime, datetime]) -> Given:
    """A key that retired and was revoked as well: each row has its own end, and every reason is told."""
    retired, revoked, poe = handed
    return given(plain(), poe=poe, **principal(state=KeyState.REVOKED, retired_at=retired, revoked_at=revoked))


@each(
    "Retirement or expiry ends no suspension, and hides none that runs into a revocation",
    rows={
        "suspended-then-retired-proved-before-both": (
            ({"state": KeyState.RETIRED, "retired_at": SEPTEMBER}, JUNE - SECOND),
            VALID,
        ),
        "suspended-then-retired": (({"state": KeyState.RETIRED, "retired_at": SEPTEMBER}, JUNE), SUSPENDED),
        "suspended-retired-revoked": (
            ({"state": KeyState.REVOKED, "retired_at": SEPTEMBER, "revoked_at": OCTOBER}, JUNE),
            REVOKED,
        ),
        "suspended-retired-revoked-proved-before": (
            ({"state": KeyState.REVOKED, "retired_at": SEPTEMBER, "revoked_at": OCTOBER}, JUNE - SECOND),
            VALID,
        ),
    },
)
def a_suspension_that_outlives_the_key(handed: tuple[dict[str, Any], datetime]) -> Given:
    """A thief does not gain by the key's retirement: the suspension since June still stands."""
    changes, poe = handed
    return given(plain(), poe=poe, **principal(suspended_since=JUNE, **changes))


@case("Retirement or expiry ends no suspension", expected=SUSPENDED)
def a_hold_that_outlives_the_certificate() -> Given:
    """The certificate expired while on hold, and is proved before its expiry but not before the hold."""
    signer = renewed(cast().principal, cast().authority, world.LONG_AGO, OCTOBER)
    pdf = sheet.sign(sheet.sign(sheet.sheet(), signer, "principal"), cast().seal, "school_seal")
    made = world.key(signer)
    held = replace(made, certificates=(replace(made.certificates[0], held_since=SEPTEMBER),))
    return given(pdf, poe=SEPTEMBER, principal=held)


@each(
    "While an earlier `invalid_since` is proposed, T_poe in [invalid_since, C) is REVOKED_NO_POE",
    rows={
        "a-second-before-it": (JUNE - SECOND, VALID),
        "at-it": (JUNE, REVOKED),
        "a-second-before-c": (SEPTEMBER - SECOND, REVOKED),
        "at-c": (SEPTEMBER, REVOKED),
    },
)
def an_invalid_since_that_is_proposed(poe: datetime) -> Given:
    """Until four eyes decide, what the earlier date would take away is not believed."""
    revoked = principal(state=KeyState.REVOKED, revoked_at=SEPTEMBER, proposed_invalid_since=JUNE)
    return given(plain(), poe=poe, **revoked)


@each(
    "While an earlier `invalid_since` is proposed, T_poe in [invalid_since, C) is REVOKED_NO_POE",
    rows={
        "a-second-before-it": (JUNE - SECOND, VALID),
        "at-it": (JUNE, REVOKED),
        "a-second-before-c": (SEPTEMBER - SECOND, REVOKED),
        "at-c": (SEPTEMBER, REVOKED),
    },
)
def an_invalid_since_that_is_proposed_of_a_certificate(poe: datetime) -> Given:
    """The same of a certificate that an officer has revoked by name."""
    made = world.key(cast().principal)
    known = replace(made.certificates[0], revoked_at=SEPTEMBER, proposed_invalid_since=JUNE)
    return given(plain(), poe=poe, principal=replace(made, certificates=(known,)))


@case("A lifted suspension leaves no mark", expected=VALID)
def a_lifted_suspension() -> Given:
    """The registry tells the engine of a suspension only while it lasts."""
    return given(plain(), poe=SEPTEMBER, **principal(state=KeyState.ACTIVE, suspended_since=None))


@each(
    "certificateHold is a suspension",
    rows={
        "before-it": (SEPTEMBER - SECOND, VALID),
        "at-it": (SEPTEMBER, SUSPENDED),
        "without-proof": (None, SUSPENDED),
    },
)
def a_certificate_on_hold(poe: datetime | None) -> Given:
    """A hold may be lifted: try later."""
    return given(plain(), poe=poe, **principals_certificate(held_since=SEPTEMBER, reason="certificateHold"))


@each(
    "Appointments of one key, issuer and role that touch are one interval",
    rows={
        "that-touch": ((SEPTEMBER, SEPTEMBER), VALID),
        "that-overlap": ((OCTOBER, SEPTEMBER), VALID),
        "a-second-apart": ((SEPTEMBER - SECOND, SEPTEMBER), ENDED),
        "in-the-wrong-order": ((JUNE, SEPTEMBER), ENDED),
    },
)
def two_appointments(handed: tuple[datetime, datetime]) -> Given:
    """Issued in the first, proved in the second: either alone would not do; both do if nothing lies between."""
    until, since = handed
    held = principals_appointments({"valid_until": until}, {"valid_from": since})
    return given(plain(), poe=OCTOBER, **held)


@each(
    "Appointments of one key, issuer and role that touch are one interval",
    rows={
        "in-the-last-second-of-the-second": ((SEPTEMBER, OCTOBER, OCTOBER - SECOND), VALID),
        "at-the-end-of-the-second": ((SEPTEMBER, OCTOBER, OCTOBER), ENDED),
        "after-the-second-within-the-first": ((OCTOBER, SEPTEMBER, SEPTEMBER), VALID),
        "at-the-end-of-the-first": ((OCTOBER, SEPTEMBER, OCTOBER), ENDED),
    },
)
def two_appointments_that_ended(handed: tuple[datetime, datetime, datetime]) -> Given:
    """The later of both ends is the end of the one interval."""
    first, second, poe = handed
    held = principals_appointments({"valid_until": first}, {"valid_from": JUNE, "valid_until": second})
    return given(plain(), poe=poe, **held)


@case("Appointments of one key, issuer and role that touch are one interval", expected=VALID)
def three_appointments_listed_out_of_order() -> Given:
    """The longest comes first and swallows the second; the third touches the first."""
    held = principals_appointments(
        {"valid_from": SEPTEMBER}, {"valid_until": SEPTEMBER}, {"valid_from": JUNE, "valid_until": JUNE + DAY}
    )
    return given(plain(), poe=OCTOBER, **held)


@case("among several appointments of its key for this issuer, the **best**", expected=VALID)
def an_old_appointment_and_a_new_one() -> Given:
    """A principal who was away for a year: the appointment that holds is the one that counts."""
    held = principals_appointments(
        {"valid_until": start_of_day(date(2022, 1, 1))}, {"valid_from": start_of_day(date(2023, 1, 1))}
    )
    return given(plain(), poe=JUNE, **held)


@case("among several appointments of its key for this issuer, the **best**", expected=VALID)
def an_appointment_for_another_level_beside_the_right_one() -> Given:
    """Appointed for lower secondary until now, for upper secondary as well: the second speaks for this record."""
    held = principals_appointments(
        {"levels": frozenset({Level.LOWER_SECONDARY})}, {"levels": frozenset({Level.UPPER_SECONDARY})}
    )
    return given(plain(), poe=JUNE, **held)


DAY_OF_ISSUE = start_of_day(ISSUED_ON)
AROUND_THE_DAY_OF_ISSUE = {
    "until-the-day-of-issue": ({"valid_until": DAY_OF_ISSUE}, DAY_OF_ISSUE - SECOND, ENDED),
    "until-a-second-into-the-day-of-issue": ({"valid_until": DAY_OF_ISSUE + SECOND}, DAY_OF_ISSUE, VALID),
    "from-the-last-second-of-the-day-of-issue": ({"valid_from": DAY_OF_ISSUE + DAY - SECOND}, JUNE, VALID),
    "from-the-day-after-the-day-of-issue": ({"valid_from": DAY_OF_ISSUE + DAY}, JUNE, ENDED),
}


@each(
    "`issued_on` never helps a signer but counts against, for issuers and persons' appointments only",
    rows={name: ((changes, poe), expected) for name, (changes, poe, expected) in AROUND_THE_DAY_OF_ISSUE.items()},
)
def the_day_of_issue_outside_an_appointment(handed: tuple[dict[str, Any], datetime]) -> Given:
    """A whole day, in Vietnam's time, outside a person's appointment speaks against the signer; a part does not."""
    changes, poe = handed
    return given(plain(), **proved(poe, JUNE), **principals_appointments(changes))


@each(
    "for issuers and persons' appointments only",
    rows={
        name: ((changes, max(poe, DAY_OF_ISSUE - SECOND)), VALID)
        for name, (changes, poe, _) in AROUND_THE_DAY_OF_ISSUE.items()
    },
)
def the_day_of_issue_outside_a_seals_appointment(handed: tuple[dict[str, Any], datetime]) -> Given:
    """A seal is no person: what counts for it is when it was set, not the date on the page."""
    changes, poe = handed
    pdf = sheet.sign(sheet.sheet(), cast().seal, "school_seal")
    whole = sheet.sign(pdf, cast().principal, "principal")
    registered = world.registration(whole, JUNE)
    registered = replace(registered, pdfs=(*registered.pdfs, Witness(sha256(pdf).hexdigest(), poe)))
    seal = appointment(cast().seal, Role.SCHOOL_SEAL, **changes)
    principals, _, tsa = world.Trust().appointments
    return given(whole, versions=(registered,), appointments=(principals, seal, tsa))


@each(
    "`issued_on` never helps a signer but counts against, for issuers and persons' appointments only",
    rows={
        f"{thing}-{name}": ((thing, changes), expected)
        for thing in ("school", "department", "ministry")
        for name, changes, expected in (
            ("begins-on-the-day-after", {"valid_from": DAY_OF_ISSUE + DAY}, UNPROVED),
            ("begins-in-the-last-second", {"valid_from": DAY_OF_ISSUE + DAY - SECOND}, VALID),
        )
    },
)
def the_day_of_issue_outside_an_issuer(handed: tuple[str, dict[str, Any]]) -> Given:
    """A transcript dated before its school, or an office above it, was there."""
    thing, changes = handed
    whole = getattr(world.Trust(), thing)
    period = replace(whole.periods[0], since=changes["valid_from"])
    return given(plain(), poe=JUNE, **{thing: replace(whole, periods=(period,), **changes)})


@case("`issued_on` never helps a signer", expected=ENDED)
def a_day_of_issue_in_office_proves_nothing() -> Given:
    """The page is dated while the principal was in office; nothing proves that it was signed then."""
    return given(plain(), **principals_appointments({"valid_until": JUNE}))


@case("`issued_on` never helps a signer", expected=ENDED)
def a_day_of_issue_in_office_with_a_late_proof() -> Given:
    """The same, registered after the principal left."""
    return given(plain(), poe=SEPTEMBER, **principals_appointments({"valid_until": JUNE}))


@case("late proof does not prove late signing", expected=VALID)
def a_late_proof_in_office() -> Given:
    """Registered months after issue, in the principal's time: an upper bound, and it is early enough."""
    return given(plain(), poe=SEPTEMBER, **principals_appointments({"valid_until": OCTOBER}))


@each(
    "from = the later of the certificate's notBefore and the appointment's `valid_from`",
    rows={
        "appointment-later": ((DAY_OF_ISSUE, DAY_OF_ISSUE + 2 * SECOND), NOT_YET),
        "certificate-later": ((DAY_OF_ISSUE + 2 * SECOND, DAY_OF_ISSUE), NOT_YET),
        "both-begun": ((DAY_OF_ISSUE, DAY_OF_ISSUE + SECOND), VALID),
    },
)
def the_later_of_two_beginnings(handed: tuple[datetime, datetime]) -> Given:
    """The certificate without the office, or the office without the certificate, is not enough."""
    not_before, valid_from = handed
    signer = renewed(cast().principal, cast().authority, not_before, NOW + 30 * DAY)
    pdf = sheet.sign(sheet.sign(sheet.sheet(), signer, "principal"), cast().seal, "school_seal")
    held = principals_appointments({"valid_from": valid_from})
    return given(pdf, poe=DAY_OF_ISSUE + SECOND, principal=world.key(signer), **held)
