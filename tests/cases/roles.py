"""Who takes which role, which signatures count, and what it means that nobody does: HB-1, section 2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import sheet
import world
from world import DAY, NOW, OTHER, SIGNED, appointment, cast, key

from cases import VALID, Given, case, each, expect, given, shown
from cases.time_table import half, plain
from issuers import kit
from verify.report import Finding, Outcome, Report
from verify.trust import Appointment, Capacity, Key, KeyState, Kind, Level, Role, Use

TEACHER_PLACE = (60, 200, 260, 260)
MISSING = ("UNKNOWN_KEY", "ROLE_MISSING")


def also(*more: Appointment, keys: tuple[Key, ...] = (), **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - of Trust
    """The world's appointments, more of them, and more keys."""
    return {"appointments": (*world.Trust().appointments, *more), "more_keys": keys} | changes


def instead(*appointments: Appointment) -> dict[str, Any]:
    """Other appointments of principal and seal."""
    return {"appointments": (*appointments, world.Trust().appointments[2])}


def other_school() -> dict[str, Any]:
    """A second school under the same department."""
    levels = frozenset({Level.UPPER_SECONDARY})
    made = world.issuer(OTHER, Kind.SCHOOL, "Trường THPT Khác (mẫu)", world.DEPARTMENT, levels=levels)
    return {"more_issuers": (made,)}


@cache
def by(*signers: str) -> bytes:
    """Signed by these of the cast, each in a visible field: principal and seal in theirs, others in new ones."""
    pdf = sheet.sheet()
    for index, name in enumerate(signers):
        signer: kit.Signer = getattr(cast(), {"school_seal": "seal"}.get(name, name))
        place = None if name in sheet.PLACES else (60, 200 + 70 * index, 260, 260 + 70 * index)
        pdf = sheet.sign(pdf, signer, name, place=place)
    return pdf


@case(
    "one signature in role `principal`",
    "and one in role `school_seal`",
    expected=VALID,
    shows=shown("", Finding("qr", Outcome.NOTED, facts={"codes": 0})),
)
def both_roles() -> Given:
    """The transcript as it should be."""
    return given(plain())


@case("4. `valid`", expected=expect("valid", principal="TOTAL-PASSED", school_seal="TOTAL-PASSED"))
def seal_before_principal() -> Given:
    """The order of the two does not matter."""
    return given(by("school_seal", "principal"))


@case(
    "2. `indeterminate`: a required role without a candidate (`ROLE_MISSING`)",
    expected=expect("indeterminate", "ROLE_MISSING", principal="TOTAL-PASSED"),
)
def no_seal() -> Given:
    """The principal signed, the school did not."""
    return given(half())


@case(
    "a required role without a candidate (`ROLE_MISSING`)",
    expected=expect("indeterminate", "ROLE_MISSING", school_seal="TOTAL-PASSED"),
)
def no_principal() -> Given:
    """The school sealed what nobody signed."""
    return given(by("school_seal"))


@each(
    "any capacity; a vice-principal signing KT. is role `principal`, capacity `on_behalf`",
    rows={capacity.value: (capacity, VALID) for capacity in Capacity},
)
def a_capacity(capacity: Capacity) -> Given:
    """Acting, on behalf, by delegation: the decision appoints, the capacity is shown."""
    return given(plain(), **instead(replace(MINE, capacity=capacity), SEALS))


MINE, SEALS, _ = world.Trust().appointments


@each(
    "A signature *counts* if its key holds, held or will hold an appointment in a required role",
    rows={
        "held": ({"valid_until": SIGNED - DAY}, expect("indeterminate", "NO_PROOF_OF_EXISTENCE")),
        "will-hold": (
            {"valid_from": NOW + DAY},
            expect("invalid", "NO_PROOF_OF_EXISTENCE", "NOT_AUTHORISED_AT_TIME"),
        ),
    },
)
def an_appointment_of_another_time(changes: dict[str, Any]) -> Given:
    """Nobody is missing: the one who signed was in office at another time, and that is the answer."""
    return given(plain(), **instead(replace(MINE, **changes), SEALS))


@case(
    "for the record's issuer",
    "and a signature that no role took is by a key appointed to that role at another issuer",
    expected=expect("invalid", "ISSUER_MISMATCH", "ROLE_MISSING"),
)
def a_principal_of_another_school() -> Given:
    """A real principal, a real certificate, a real appointment: at another school."""
    return given(plain(), **other_school(), **instead(replace(MINE, issuer=OTHER), SEALS))


@case(
    "stands beside `ISSUER_MISMATCH` and `UNKNOWN_KEY`",
    expected=expect("invalid", "ISSUER_MISMATCH", "UNKNOWN_KEY", "ROLE_MISSING"),
)
def a_seal_of_another_school_beside_a_stranger() -> Given:
    """Every reason that holds is told, in the order of the table."""
    elsewhere = replace(SEALS, issuer=OTHER)
    return given(by("stranger", "school_seal"), **other_school(), **instead(MINE, elsewhere))


@case("`ISSUER_MISMATCH` (a required role has no candidate", expected=VALID)
def a_principal_of_two_schools() -> Given:
    """One person may be principal of two schools; here both roles have their candidate."""
    return given(plain(), **other_school(), **also(replace(MINE, issuer=OTHER)))


@case("a signature that no role took", expected=expect("indeterminate", "ROLE_MISSING"))
def a_taken_principal_who_is_also_appointed_elsewhere() -> Given:
    """The seal is missing, and the principal, whose signature is taken, holds a seal's role nowhere."""
    return given(half(), **other_school(), **also(replace(MINE, issuer=OTHER)))


@case("a signature that no role took", expected=expect("indeterminate", "ROLE_MISSING"))
def a_taken_principal_whose_key_seals_elsewhere() -> Given:
    """The seal is missing; the principal's signature has its role here, whatever its key seals elsewhere."""
    return given(half(), **other_school(), **also(appointment(cast().principal, Role.SCHOOL_SEAL, OTHER)))


@case("to that role at another issuer", expected=expect("indeterminate", "ROLE_MISSING"))
def an_untaken_key_appointed_elsewhere_to_another_role() -> Given:
    """The seal is missing; the teacher who signed as well is principal of another school, not its seal."""
    elsewhere = appointment(cast().teacher, Role.PRINCIPAL, OTHER)
    return given(by("teacher", "principal"), **other_school(), **also(elsewhere, keys=(key(cast().teacher),)))


@case("to that role at another issuer", expected=expect("indeterminate", "ROLE_MISSING"))
def one_key_in_both_roles_signs_twice() -> Given:
    """One signature is a candidate for one role: the second seals nothing."""
    pdf = sheet.sign(half(), cast().principal, "school_seal")
    both = appointment(cast().principal, Role.SCHOOL_SEAL)
    return given(pdf, **instead(MINE, both))


@case("One signature is a candidate for one role, the required one first", expected=VALID)
def a_principal_who_is_a_teacher_as_well() -> Given:
    """The role that is asked for is the one that counts."""
    return given(plain(), **also(appointment(cast().principal, Role.HOMEROOM_TEACHER)))


@case(
    "a key that has signed is not in the registry",
    expected=expect("indeterminate", *MISSING, stranger="INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND"),
)
def a_stranger() -> Given:
    """A certificate in the principal's name from an authority that nobody trusts: the name says nothing."""
    return given(by("stranger", "school_seal"))


@each(
    "or was never active nor admitted as historical",
    rows={
        state.value: (state, expect("indeterminate", *MISSING))
        for state in (KeyState.PROPOSED, KeyState.PROVEN, KeyState.REJECTED, KeyState.EXPIRED)
    },
)
def a_key_that_was_never_active(state: KeyState) -> Given:
    """Proposed is not admitted; the appointment on paper changes nothing."""
    return given(plain(), principal=key(cast().principal, state=state, admitted=False))


@case("nor admitted as historical", expected=VALID)
def a_historical_key() -> Given:
    """A principal who left before the registry began: admitted by four eyes, never active, with proof of time."""
    gone = key(cast().principal, state=KeyState.RETIRED, historical=True, retired_at=SIGNED + DAY)
    return given(plain(), poe=SIGNED, principal=gone)


@case("Historical keys are in mode `registry`", expected=expect("indeterminate", "NO_PROOF_OF_EXISTENCE"))
def a_historical_key_without_proof() -> Given:
    """The interval is wholly past, so that nothing but a proof of time helps."""
    gone = key(cast().principal, state=KeyState.RETIRED, historical=True, retired_at=SIGNED + DAY)
    return given(plain(), principal=gone)


@each(
    "A key is a person's, a seal's, a QR's or a time-stamp authority's, never two of these",
    rows={use.value: (use, expect("indeterminate", "ROLE_MISSING")) for use in (Use.QR, Use.TIMESTAMP)},
)
def a_key_of_another_use(use: Use) -> Given:
    """A key registered for QR codes or time-stamps takes no role on a document, whatever it is appointed to."""
    return given(plain(), principal=key(cast().principal, use))


@case(
    "a known key without an appointment here: INDETERMINATE, a finding only",
    expected=expect("valid", teacher="INDETERMINATE/HB_NOT_APPOINTED"),
)
def a_key_without_an_appointment() -> Given:
    """A registered person signs too, before the others; it changes nothing."""
    return given(by("teacher", "principal", "school_seal"), **also(keys=(key(cast().teacher),)))


@each(
    "Signatures that do not count (a teacher, a notary, a receiving office) are reported and change nothing",
    rows={
        "teacher": (Role.HOMEROOM_TEACHER, expect("valid", teacher="TOTAL-PASSED")),
        "vice-principal": (Role.VICE_PRINCIPAL, expect("valid", teacher="TOTAL-PASSED")),
    },
)
def a_signature_that_does_not_count(role: Role) -> Given:
    """Signed before the principal, visibly, and duly appointed."""
    mine = appointment(cast().teacher, role)
    return given(by("teacher", "principal", "school_seal"), **also(mine, keys=(key(cast().teacher),)))


@case(
    "Codes of signatures that no required role took are findings, never reasons",
    expected=expect("valid", teacher="INDETERMINATE/REVOKED_NO_POE"),
)
def a_revoked_teacher() -> Given:
    """The teacher's key was stolen; the transcript does not rest on it."""
    stolen = key(cast().teacher, state=KeyState.REVOKED, revoked_at=SIGNED)
    mine = appointment(cast().teacher, Role.HOMEROOM_TEACHER)
    return given(by("teacher", "principal", "school_seal"), **also(mine, keys=(stolen,)))


@case("Codes of signatures that no required role took are findings, never reasons", expected=VALID)
def an_unknown_teacher() -> Given:
    """Both roles have their candidate: an unknown key beside them is no reason."""
    return given(by("stranger", "principal", "school_seal"))


@each(
    "one signature in role `principal`",
    "and one in role `school_seal`",
    rows={
        name: ((index, role), expect("indeterminate", "ROLE_MISSING"))
        for name, index, role in (
            ("vice-principal-for-principal", 0, Role.VICE_PRINCIPAL),
            ("teacher-for-principal", 0, Role.HOMEROOM_TEACHER),
            ("department-seal-for-seal", 1, Role.DEPARTMENT_SEAL),
            ("qr-seal-for-seal", 1, Role.QR_SEAL),
        )
    },
)
def another_role_in_its_place(handed: tuple[int, Role]) -> Given:
    """Appointed at this school, in another role: that signature stands first, so that its appearance hides nothing."""
    index, role = handed
    held = [MINE, SEALS]
    held[index] = replace(held[index], role=role)
    order = ("principal", "school_seal") if index == 0 else ("school_seal", "principal")
    return given(by(*order), **instead(*held))


ACTING = replace(MINE, id="acting", capacity=Capacity.ACTING, valid_until=SIGNED + DAY)
LATER = replace(MINE, id="later", valid_from=SIGNED + DAY)


def capacity_is(capacity: Capacity) -> Callable[[Report], bool]:
    """The capacity that is shown of the principal."""
    return lambda report: report.signatures[0].capacity == capacity


@case("any capacity", expected=VALID, shows=capacity_is(Capacity.ACTING))
def an_acting_principal_who_was_appointed_later() -> Given:
    """Shown is how the signer held the office when the signature is proved to have existed."""
    return given(plain(), poe=SIGNED, **instead(ACTING, LATER, SEALS))


@case("any capacity", expected=VALID, shows=capacity_is(Capacity.SUBSTANTIVE))
def a_principal_who_was_acting_once() -> Given:
    """Without a proof, how the office is held now."""
    return given(plain(), **instead(ACTING, LATER, SEALS))
