"""What the second reading of the law (`tests/oracle.py`) found the engine to answer otherwise. HB-1, 3 and 4."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sheet
import world
from cryptography import x509
from lists import Entry, answer, crl
from world import DAY, NOW, SECOND, cast

from cases import VALID, Expected, Given, each, expect, given
from cases.content_stamps import MADE_AFTER, stamped_before_signing
from cases.envelope import by
from cases.existence import stamped
from cases.hops import UNLINKED
from cases.status_data import CA, HELD, PRINCIPAL, REVOKED, STALE, carrying, held
from cases.time_ends import SEPTEMBER
from cases.time_table import BEGIN, certified, plain
from issuers import kit
from verify.trust import HeldCrl, KeyState, Kind, Use

ABOVE = CA.above


STAMPS = cast().stamps


def lists_of(this: datetime) -> tuple[HeldCrl, ...]:
    """Lists of the time-stamp authority's two superiors, overtaken since."""
    superiors = (kit.Signer(STAMPS.certificate, STAMPS.key), kit.Signer(STAMPS.root, STAMPS.root_key))
    return tuple(held(this, this + DAY, of=one) for one in superiors)


STALE_CLOCK = expect("indeterminate", "STALE_DATA", principal="INDETERMINATE/TRY_LATER")


def under(parent: str | None) -> dict[str, Any]:
    """The department under another parent than the ministry, or under none."""
    return {"department": world.issuer(world.DEPARTMENT, Kind.DEPARTMENT, "Sở (mẫu)", parent)}


@each(
    "The table holds for every hop (school under department under ministry)",
    rows={"the-ministry": (world.MINISTRY, VALID), "nobody": (None, UNLINKED)},
)
def a_tree_that_ends_in(parent: str | None) -> Given:
    """No `valid` without an unbroken chain (P1): a department under nobody is no end of the tree."""
    return given(plain(), **under(parent))


@each(
    "and in both cases was issued while the certificate was valid or carries expiredCertsOnCRL",
    rows={"as-it-began": (BEGIN, VALID), "a-second-before-it-began": (BEGIN - SECOND, STALE)},
)
def a_list_in_the_file_and_a_certificate_that_began(this: datetime) -> Given:
    """In a file as in the registry: a list older than the certificate says nothing of it."""
    signer, pdf = certified(NOW + DAY)
    lists = [crl(CA, this, NOW + DAY), crl(ABOVE, NOW - DAY, NOW + DAY)]
    fresh = crl(CA, NOW - DAY, NOW + DAY, Entry(cast().teacher.certificate, NOW - DAY))
    carried = sheet.stored(pdf, CRLs=lists if this < BEGIN else [*lists, fresh])
    return given(carried, revocation="crl", principal=world.key(signer))


HOLD = Entry(PRINCIPAL.certificate, SEPTEMBER, x509.ReasonFlags.certificate_hold)
LATER, EARLIER = crl(CA, NOW - SECOND, NOW + DAY), answer(PRINCIPAL, CA, NOW - 2 * DAY, NOW + DAY)
VOUCHED = crl(ABOVE, NOW - DAY, NOW + DAY)
REVOKED_ABOVE = crl(ABOVE, NOW - DAY, NOW + DAY, Entry(CA.certificate, SEPTEMBER))
BOTH = expect("indeterminate", "KEY_SUSPENDED", "KEY_REVOKED", principal="INDETERMINATE/REVOKED_NO_POE")


@each(
    "its holds follow its own latest thisUpdate",
    rows={
        "alone": (([VOUCHED], []), HELD),
        "a-later-list-without-it": (([VOUCHED, LATER], []), VALID),
        "an-earlier-answer-without-it": (([VOUCHED], [EARLIER]), HELD),
        "under-a-revoked-authority": (([REVOKED_ABOVE], []), BOTH),
    },
)
def a_hold_in_the_file(handed: tuple[list[bytes], list[bytes]]) -> Given:
    """Only what was said later ends a hold; and it stays a hold, whatever became of the authority."""
    crls, ocsps = handed
    return given(carrying([crl(CA, NOW - DAY, NOW + DAY, HOLD), *crls], ocsps))


def clock(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Key
    """The time-stamp authority's key, and what differs."""
    return {"tsa": world.key(cast().tsa, Use.TIMESTAMP, **changes)}


RETIRED: dict[str, Any] = {"state": KeyState.RETIRED, "retired_at": NOW - DAY}


@each(
    "For a time-stamp authority genTime takes the place of T_poe",
    rows={
        "no-lists": ((clock(), ()), STALE_CLOCK),
        "a-list-of-the-tokens-day": ((clock(), lists_of(SEPTEMBER)), VALID),
        "a-list-of-the-day-before": ((clock(), lists_of(SEPTEMBER - SECOND)), STALE_CLOCK),
        "a-historical-key": ((clock(historical=True, **RETIRED), ()), VALID),
    },
)
def a_time_stamp_authority_under_lists(handed: tuple[dict[str, Any], tuple[HeldCrl, ...]]) -> Given:
    """What it says is believed, and what is missing is told; historical keys are in mode `registry`."""
    changes, crls = handed
    made = given(stamped(SEPTEMBER), crls=crls, **changes)
    anchors = tuple(
        replace(one, revocation="crl" if one.use is Use.TIMESTAMP else "registry") for one in made.trust.anchors
    )
    return replace(made, trust=replace(made.trust, anchors=anchors))


@each(
    "there whatever T_poe",
    rows={
        "before-c": (SEPTEMBER - SECOND, VALID),
        "at-c": (SEPTEMBER, MADE_AFTER),
    },
)
def a_content_time_stamp_after_the_proof(at: datetime) -> Given:
    """Two clocks that contradict each other about a stolen key: nothing passes on the word of one of them."""
    stolen = world.key(PRINCIPAL, state=KeyState.REVOKED, revoked_at=SEPTEMBER)
    return given(by(stamped_before_signing(at)), poe=SEPTEMBER - DAY, principal=stolen)


@each(
    "else *other* evidence must show that the token existed before C (a suspension counts as C while it lasts)",
    rows={
        "a-second-before": (SEPTEMBER + DAY + SECOND, MADE_AFTER),
        "at-the-revocation-of-the-clock": (SEPTEMBER + DAY, REVOKED),
    },
)
def a_content_time_stamp_by_a_clock_revoked_later(revoked_at: datetime) -> Given:
    """The signature was registered, token and all, before the clock was in doubt."""
    stolen = world.key(PRINCIPAL, state=KeyState.REVOKED, revoked_at=SEPTEMBER)
    doubtful = clock(state=KeyState.REVOKED, revoked_at=revoked_at)
    return given(by(stamped_before_signing(SEPTEMBER)), poe=SEPTEMBER + DAY, principal=stolen, **doubtful)


def tomorrow(*reasons: str) -> Expected:
    """The keys are a school's: `ISSUER_MISMATCH` besides."""
    return expect("invalid", "ISSUER_MISMATCH", "RECORD_INCONSISTENT", *reasons, "UNREGISTERED")


@each(
    "`issued_on` in the future or after the day of the latest T_poe of the required signatures",
    rows={
        "nobody": ("98765432", tomorrow("UNKNOWN_ISSUER", "ROLE_MISSING")),
        "a-department": (world.DEPARTMENT, tomorrow("ROLE_MISSING", "CANNOT_BE_JUDGED")),
    },
)
def a_record_of_tomorrow_by(code: str) -> Given:
    """Whoever is named: a record dated ahead of now is wrong."""
    made = world.record(issued_on=str(NOW.date() + DAY))
    made["issuer"] = made["issuer"] | {"code": code}
    pdf = sheet.sign(sheet.sheet(kit.canonical(made)), PRINCIPAL, "principal")
    return given(sheet.sign(pdf, cast().seal, "school_seal"))
