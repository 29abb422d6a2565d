"""T_poe: which proofs count, and whose. HB-1, section 3.

The principal's key retired at the end of JULY throughout: a signature passes only if something trusted proves that it
existed before, so that each case shows what proves it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import Any

import sheet
import world
from certificates import renewed
from cryptography.x509.oid import ExtensionOID
from world import DAY, NOW, SECOND, SIGNED, appointment, cast

from cases import VALID, Given, case, each, expect, given
from cases.time_table import half, plain
from issuers import certification, kit
from verify.trust import KeyState, Role, Use, Witness, start_of_day

JULY = start_of_day(date(2026, 8, 1))
AUGUST = JULY + 14 * DAY
UNPROVED = expect("indeterminate", "NO_PROOF_OF_EXISTENCE", principal="INDETERMINATE/OUT_OF_BOUNDS_NO_POE")
LATER = {"before-the-end": (JULY - SECOND, VALID), "at-the-end": (JULY, UNPROVED)}


def retired() -> dict[str, Any]:
    """The principal's key has retired."""
    return {"principal": world.key(cast().principal, state=KeyState.RETIRED, retired_at=JULY)}


def stamps(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Key
    """The time-stamp authority's key, and what differs; the principal's has retired."""
    return {"tsa": world.key(cast().tsa, Use.TIMESTAMP, **changes), **retired()}


def stamps_appointed(issuer: str = world.MINISTRY, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - of Appointment
    """The time-stamp authority's appointment, and what differs."""
    made = appointment(cast().tsa, Role.TIME_STAMP_AUTHORITY, issuer, **changes)
    return {"appointments": (*world.Trust().appointments[:2], made), **retired()}


@cache
def stamped(principal: datetime | None, seal: datetime | None = None, document: datetime | None = None) -> bytes:
    """Signed by both, each time-stamped at an instant or not; perhaps a document time-stamp above."""
    pdf = sheet.sign(sheet.sheet(), cast().principal, "principal", principal)
    pdf = sheet.sign(pdf, cast().seal, "school_seal", seal)
    return sheet.stamp(pdf, document) if document else pdf


@each("an RFC 3161 token over it", rows=LATER)
def a_token_over_the_signature(at: datetime) -> Given:
    """PAdES B-T: the signature's own time-stamp."""
    return given(stamped(at), **retired())


@each("or over a later sound signature", rows=LATER)
def a_token_over_a_later_signature(at: datetime) -> Given:
    """The seal's time-stamp covers the seal's value, which covers the principal's signature."""
    return given(stamped(None, at), **retired())


@each("or document time-stamp whose range covers it", rows=LATER)
def a_document_time_stamp(at: datetime) -> Given:
    """A document time-stamp over the whole file."""
    return given(stamped(None, None, at), **retired())


@case("over a later sound signature", expected=UNPROVED)
def a_token_over_an_earlier_signature() -> Given:
    """What was stamped before the principal signed proves nothing of the principal's signature."""
    pdf = sheet.sign(sheet.sheet(), cast().seal, "school_seal", SIGNED)
    return given(sheet.sign(pdf, cast().principal, "principal"), **retired())


@case("the earliest *trusted* proof", expected=expect("valid", principal="TOTAL-PASSED"))
def the_earliest_of_many_proofs() -> Given:
    """A late token, a late registration, and one early document time-stamp."""
    return given(stamped(AUGUST, AUGUST, JULY - SECOND), poe=AUGUST, **retired())


@each("the ledger entry that registered the SHA-256 of the file up to the end of a revision", rows=LATER)
def a_registered_file(at: datetime) -> Given:
    """The ledger's entry is an instant of the registry's own."""
    return given(plain(), poe=at, **retired())


@case("up to the end of a revision that contains the signature", expected=VALID)
def a_registered_revision() -> Given:
    """Registered when only the principal had signed; the seal followed."""
    registered = replace(world.registration(), pdfs=(Witness(sha256(half()).hexdigest(), JULY - SECOND),))
    return given(plain(), versions=(registered,), **retired())


@case("a revision that contains the signature", expected=UNPROVED)
def a_registered_revision_without_the_signature() -> Given:
    """The unsigned file was registered in time: it does not contain the signature."""
    registered = replace(world.registration(), pdfs=(Witness(sha256(sheet.sheet()).hexdigest(), SIGNED),))
    return given(plain(), versions=(registered,), **retired())


@case("The record's digest identifies; it gives no signature a time", expected=UNPROVED)
def a_registered_record() -> Given:
    """The number and the record's digest were registered in time; the file was not."""
    return given(plain(), versions=(world.registration(at=SIGNED),), **retired())


@case("The signer's claimed time is shown, never trusted", expected=UNPROVED)
def a_claimed_time() -> Given:
    """The kit's signatures claim June in /M; anybody may set a clock."""
    return given(world.signed(), **retired())


@case("T_poe (section 3) is each signature's own", expected=UNPROVED)
def a_time_of_the_seal_alone() -> Given:
    """The seal signed first, with a time-stamp; the principal, retired since, signed after it without one."""
    pdf = sheet.sign(sheet.sheet(), cast().seal, "school_seal", SIGNED)
    return given(sheet.sign(pdf, cast().principal, "principal"), **retired())


@each(
    "A token counts if its genTime lies in that key's interval, not after now",
    rows={
        "before-the-appointment": (({"valid_from": SIGNED + SECOND}), UNPROVED),
        "as-the-appointment-begins": ({"valid_from": SIGNED}, VALID),
        "in-its-last-second": ({"valid_until": SIGNED + SECOND}, VALID),
        "as-it-ends": ({"valid_until": SIGNED}, UNPROVED),
    },
)
def a_time_stamp_authority_appointed_around_its_token(changes: dict[str, Any]) -> Given:
    """The interval of the time-stamp authority's appointment, one second either side."""
    return given(stamped(SIGNED), **stamps_appointed(**changes))


@each(
    "A token counts if its genTime lies in that key's interval",
    rows={
        "retired-a-second-later": ({"retired_at": SIGNED + SECOND}, VALID),
        "retired-then": ({"retired_at": SIGNED}, UNPROVED),
    },
)
def a_time_stamp_authority_retired_around_its_token(changes: dict[str, Any]) -> Given:
    """The interval of the time-stamp authority's key."""
    return given(stamped(SIGNED), **stamps(state=KeyState.RETIRED, **changes))


@cache
def stamped_under(since: datetime, until: datetime) -> bytes:
    """Signed by both, the principal's signature stamped by the same authority under a certificate of these dates."""
    purposes = [
        one
        for one in cast().tsa.certificate.extensions
        if one.oid in {ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE}
    ]
    signer = renewed(cast().tsa, cast().stamps, since, until, *((one.value, one.critical) for one in purposes))
    stamper = certification.TimeStampAuthority(signer, SIGNED)
    pdf = kit.sign(sheet.sheet(), cast().principal, "principal", timestamper=stamper, at=SIGNED)
    return sheet.sign(pdf, cast().seal, "school_seal")


@each(
    "A token counts if its genTime lies in that key's interval",
    rows={
        "before-not-before": ((SIGNED + SECOND, NOW), UNPROVED),
        "at-not-before": ((SIGNED, NOW), VALID),
        "a-second-before-not-after": ((SIGNED - DAY, SIGNED + SECOND), VALID),
        "at-not-after": ((SIGNED - DAY, SIGNED), UNPROVED),
    },
)
def a_time_stamp_authority_certified_around_its_token(dates: tuple[datetime, datetime]) -> Given:
    """The interval of the certificate in the token."""
    return given(stamped_under(*dates), **retired())


@case("Ordinary expiry does no harm", expected=VALID)
def a_time_stamp_authority_that_expired_since() -> Given:
    """Its certificate ended, its key retired, its appointment ended: the token of before stands."""
    ended = stamps_appointed(valid_until=JULY)
    return given(stamped_under(SIGNED - DAY, JULY), **(ended | stamps(state=KeyState.RETIRED, retired_at=JULY)))


@each(
    "not after now",
    rows={
        "a-second-ahead": (SIGNED - SECOND, expect("valid", principal="TOTAL-PASSED")),
        "now": (SIGNED, expect("valid", principal="TOTAL-PASSED")),
    },
)
def a_token_from_ahead_of_now(at: datetime) -> Given:
    """Before its own genTime a token proves nothing, and harms nothing."""
    return given(stamped(SIGNED), at=at)


@case("not after now", expected=UNPROVED)
def a_token_from_ahead_of_now_proves_nothing() -> Given:
    """The key retired before now, and the token says a time after now."""
    gone = world.key(cast().principal, state=KeyState.RETIRED, retired_at=SIGNED - DAY)
    return given(stamped(SIGNED), at=SIGNED - SECOND, principal=gone)


DOUBTS = {
    "revoked": {"state": KeyState.REVOKED, "revoked_at": AUGUST},
    "suspended": {"state": KeyState.SUSPENDED, "suspended_since": AUGUST},
}


@each(
    "and the key was never revoked nor is suspended",
    rows={name: (changes, UNPROVED) for name, changes in DOUBTS.items()},
)
def a_time_stamp_authority_in_doubt(changes: dict[str, Any]) -> Given:
    """Whoever holds a stolen key stamps the past: its tokens alone prove nothing, whatever time they say."""
    return given(stamped(SIGNED), **stamps(**changes))


@each(
    "else *other* evidence must show that the token existed before C (a suspension counts as C while it lasts)",
    rows={
        f"{name}-{when}": ((changes, at), expected)
        for name, changes in DOUBTS.items()
        for when, at, expected in (
            ("shown-before-c", AUGUST - SECOND, VALID),
            ("shown-at-c", AUGUST, UNPROVED),
        )
    },
)
def a_token_in_doubt_that_was_registered(handed: tuple[dict[str, Any], datetime]) -> Given:
    """The file with the token in it was registered after the principal left: the token's time counts if before C."""
    changes, at = handed
    return given(stamped(SIGNED), poe=at, **stamps(**changes))


@case("else *other* evidence must show that the token existed before C", expected=VALID)
def a_token_in_doubt_at_the_end_of_a_registered_file() -> Given:
    """The seal is the last to sign, and has retired: what was registered ends just where its signature does."""
    retired_seal = world.key(cast().seal, state=KeyState.RETIRED, retired_at=JULY)
    doubted = world.key(cast().tsa, Use.TIMESTAMP, **DOUBTS["revoked"])
    return given(stamped(None, SIGNED), poe=AUGUST - SECOND, seal=retired_seal, tsa=doubted)


TOLD_OF_A_CERTIFICATE: dict[str, dict[str, Any]] = {
    "revoked": {"revoked_at": AUGUST},
    "invalidity-date": {"revoked_at": NOW, "invalidity_date": AUGUST},
    "invalid-since": {"revoked_at": NOW, "invalid_since": AUGUST},
    "held": {"held_since": AUGUST},
}


@each(
    "and the key was never revoked nor is suspended",
    "else *other* evidence must show that the token existed before C (a suspension counts as C while it lasts)",
    rows={
        f"{name}-{when}": ((changes, own, at), expected)
        for name, changes in TOLD_OF_A_CERTIFICATE.items()
        for when, own, at, expected in (
            ("alone", True, None, UNPROVED),
            ("shown-before-c", True, AUGUST - SECOND, VALID),
            ("shown-at-c", True, AUGUST, UNPROVED),
            ("another-certificate-of-the-key", False, None, VALID),
        )
    },
)
def a_certificate_of_a_time_stamp_authority_in_doubt(handed: tuple[dict[str, Any], bool, datetime | None]) -> Given:
    """What the registry was told of the certificate in the token; of the key's other certificates nobody asks."""
    changes, own, at = handed
    key = world.key(cast().tsa, Use.TIMESTAMP)
    told = replace(key.certificates[0], **changes)
    other = renewed(cast().tsa, cast().stamps, SIGNED - DAY, NOW)
    if not own:
        told = replace(told, sha256="0" * 64, der=world.der(other))
    certificates = (told,) if own else (*key.certificates, told)
    return given(stamped(SIGNED), poe=at, tsa=replace(key, certificates=certificates), **retired())


@case("else *other* evidence must show", expected=UNPROVED)
def two_tokens_in_doubt_do_not_vouch_for_each_other() -> Given:
    """Principal, seal and document stamped by one revoked authority: all three may be the thief's."""
    return given(stamped(SIGNED, SIGNED, SIGNED + DAY), **stamps(state=KeyState.REVOKED, revoked_at=AUGUST))


@case("A lifted suspension leaves no mark", expected=VALID)
def a_time_stamp_authority_whose_suspension_was_lifted() -> Given:
    """Active again: as if nothing had been."""
    return given(stamped(SIGNED), **stamps())


@each(
    "belong to the ministry alone",
    rows={
        "ministry": (world.MINISTRY, VALID),
        "department": (world.DEPARTMENT, UNPROVED),
        "school": (world.SCHOOL, UNPROVED),
    },
)
def a_time_stamp_authority_of(issuer: str) -> Given:
    """A school that could appoint a clock could sign yesterday."""
    return given(stamped(SIGNED), **stamps_appointed(issuer))


@case("belong to the ministry alone", expected=UNPROVED)
def a_time_stamp_authority_of_an_issuer_that_is_not_there() -> Given:
    """An appointment at an issuer that the slice lacks is no appointment of the ministry's."""
    return given(stamped(SIGNED), **stamps_appointed("NOBODY"))


@each(
    "An untrusted token is no proof and no fault",
    rows={
        "never-active": (stamps(state=KeyState.PROVEN, admitted=False), UNPROVED),
        "a-document-key": ({"tsa": world.key(cast().tsa, Use.DOCUMENT), **retired()}, UNPROVED),
        "not-in-the-registry": ({"tsa": world.key(cast().teacher), **retired()}, UNPROVED),
        "no-fault": ({"tsa": world.key(cast().teacher)}, VALID),
    },
)
def an_untrusted_time_stamp_authority(changes: dict[str, Any]) -> Given:
    """A token by somebody else's clock is as if it were not there."""
    return given(stamped(SIGNED), **changes)


@case("An untrusted token is no proof and no fault", expected=VALID)
def an_untrusted_document_time_stamp() -> Given:
    """The same for a document time-stamp."""
    return given(stamped(None, None, SIGNED), tsa=world.key(cast().teacher))


@case("from a time-stamp authority of the registry", expected=UNPROVED)
def a_time_stamp_authority_under_no_anchor() -> Given:
    """Known and appointed, but no anchor for time-stamps stands above its certificate."""
    made = given(stamped(SIGNED), **retired())
    anchors = tuple(one for one in made.trust.anchors if one.use is not Use.TIMESTAMP)
    return replace(made, trust=replace(made.trust, anchors=anchors))
