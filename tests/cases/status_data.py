"""Revocation data of certificates: an anchor's mode, what is fresh, what sticks, what a file may add. HB-1, 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sheet
import world
from certificates import certificate, usage
from cryptography import x509
from lists import GOOD, Entry, Said, answer, crl
from world import DAY, LONG_AGO, NOW, SECOND, SIGNED, cast

from cases import VALID, Given, case, each, expect, given
from cases.time_ends import SEPTEMBER
from cases.time_table import BEGIN, END, certified, plain
from issuers import certification, kit
from verify.statusdata import spki_sha256
from verify.trust import Anchor, HeldCrl, KeyState, RevokedCertificate, Use

STALE = expect("indeterminate", "STALE_DATA", principal="INDETERMINATE/TRY_LATER")
REVOKED = expect("indeterminate", "KEY_REVOKED", principal="INDETERMINATE/REVOKED_NO_POE")
HELD = expect("indeterminate", "KEY_SUSPENDED", principal="INDETERMINATE/TRY_LATER")
CA = cast().authority
ISSUING = kit.Signer(CA.certificate, CA.key)


def strict(made: Given, mode: str = "crl") -> Given:
    """The issuing authority itself is the anchor, in this mode: one certificate is asked for each signer."""
    stamps = next(one for one in made.trust.anchors if one.use is Use.TIMESTAMP)
    anchor = Anchor("document", world.der(ISSUING), Use.DOCUMENT, mode)
    return replace(made, trust=replace(made.trust, anchors=(anchor, stamps)))


def held(this: datetime, following: datetime | None, late: datetime | None = None, of: kit.Signer = ISSUING) -> HeldCrl:
    """A CRL that the registry holds."""
    return HeldCrl(spki_sha256(world.der(of)), this, following, late)


RECENT = held(NOW - DAY, NOW + DAY)


@each(
    "that has nextUpdate ahead of now or thisUpdate at or after T_poe",
    "else TRY_LATER, `STALE_DATA`",
    rows={
        "none": (((), None), STALE),
        "next-a-second-ahead": (((held(NOW - DAY, NOW + SECOND),), None), VALID),
        "next-now": (((held(NOW - DAY, NOW),), None), STALE),
        "next-a-second-ago": (((held(NOW - DAY, NOW - SECOND),), None), STALE),
        "no-next": (((held(NOW - DAY, None),), None), STALE),
        "this-a-second-before-the-proof": (((held(SEPTEMBER - SECOND, SEPTEMBER),), SEPTEMBER), STALE),
        "this-at-the-proof": (((held(SEPTEMBER, SEPTEMBER + DAY),), SEPTEMBER), VALID),
        "this-after-the-proof": (((held(SEPTEMBER + DAY, None),), SEPTEMBER), VALID),
        "this-after-no-proof": (((held(SEPTEMBER + DAY, None),), None), STALE),
        "from-the-future": (((held(NOW + SECOND, NOW + DAY),), None), STALE),
        "of-this-instant": (((held(NOW, NOW + DAY),), None), VALID),
        "of-another-authority": (((held(NOW - DAY, NOW + DAY, of=cast().stranger),), None), STALE),
        "an-old-one-beside-a-new-one": (((held(SIGNED, SIGNED + DAY), RECENT), None), VALID),
    },
)
def a_list_that_the_registry_holds(handed: tuple[tuple[HeldCrl, ...], datetime | None]) -> Given:
    """Fresh is what has not been overtaken, or what was said when the signature was already there."""
    crls, poe = handed
    return strict(given(plain(), poe=poe, crls=crls))


@each(
    "`revocation: crl | registry` (`registry`: listed as a check switched off)",
    rows={"registry": ("registry", VALID), "crl": ("crl", STALE)},
)
def a_mode(mode: str) -> Given:
    """No list anywhere: asked in one mode, switched off in the other."""
    return strict(given(plain()), mode)


@each(
    "each certificate needs a CRL or OCSP response of its issuer",
    rows={
        "both": ((RECENT, held(NOW - DAY, NOW + DAY, of=kit.Signer(CA.root, CA.key))), VALID),
        "the-signers-alone": ((RECENT,), STALE),
        "the-authoritys-alone": ((held(NOW - DAY, NOW + DAY, of=kit.Signer(CA.root, CA.key)),), STALE),
    },
)
def a_path_of_two_certificates(crls: tuple[HeldCrl, ...]) -> Given:
    """The root is the anchor: the authority under it must be vouched for as well."""
    return given(plain(), revocation="crl", crls=crls)


EDGE = END - SECOND
"""The last instant of a certificate that is in force from BEGIN until END, and of its proof."""


@each(
    "and in both cases was issued while the certificate was valid or carries expiredCertsOnCRL",
    rows={
        "a-second-before-it-began": (held(BEGIN - SECOND, NOW + DAY), STALE),
        "as-it-began": (held(BEGIN, NOW + DAY), VALID),
        "in-its-last-second": (held(EDGE, None), VALID),
        "as-it-ended": (held(END, None), STALE),
        "as-it-ended-with-an-answer-ahead": (held(END, NOW + DAY), STALE),
        "after-its-end-expired-ones-listed": (held(NOW - DAY, None, LONG_AGO), VALID),
        "after-its-end-expired-ones-listed-since-its-end": (held(NOW - DAY, None, END), VALID),
        "after-its-end-expired-ones-listed-later": (held(NOW - DAY, None, END + SECOND), STALE),
    },
)
def a_list_and_a_certificate_that_ended(one: HeldCrl) -> Given:
    """A list drops what has expired, unless it says that it does not."""
    signer, pdf = certified(END)
    return strict(given(pdf, poe=EDGE, principal=world.key(signer), crls=(one,)))


@case("Historical keys are in mode `registry`", expected=VALID)
def historical_keys() -> Given:
    """Nobody publishes lists of authorities that are gone."""
    gone: dict[str, Any] = {"state": KeyState.RETIRED, "historical": True, "retired_at": SIGNED + DAY}
    principal, seal = world.key(cast().principal, **gone), world.key(cast().seal, **gone)
    return strict(given(plain(), poe=SIGNED, principal=principal, seal=seal))


# What the registry was once told.

SERIAL = cast().principal.certificate.serial_number
AUTHORITY = spki_sha256(world.der(ISSUING))


def listed(**changes: Any) -> RevokedCertificate:  # noqa: ANN401 - fields of RevokedCertificate
    """The principal's certificate on a list of the registry."""
    return replace(RevokedCertificate(AUTHORITY, SERIAL, SEPTEMBER), **changes)


@each(
    "A revocation once imported into the registry sticks",
    rows={
        "proved-before": ((listed(), SEPTEMBER - SECOND), VALID),
        "proved-at": ((listed(), SEPTEMBER), REVOKED),
        "without-proof": ((listed(), None), REVOKED),
        "invalid-before": ((listed(invalidity_date=SIGNED), SIGNED), REVOKED),
        "proved-before-the-invalidity": ((listed(invalidity_date=SIGNED), SIGNED - SECOND), VALID),
        "another-serial": ((listed(serial=SERIAL + 1), None), VALID),
        "another-authority": ((listed(authority="0" * 64), None), VALID),
    },
)
def a_revocation_that_the_registry_imported(handed: tuple[RevokedCertificate, datetime | None]) -> Given:
    """Under an anchor of either mode, with or without fresh lists."""
    one, poe = handed
    return given(plain(), poe=poe, revoked=(one,))


@each(
    "(a certificateHold follows the CRL with the latest thisUpdate)",
    "certificateHold is a suspension",
    rows={
        "proved-before": (SEPTEMBER - SECOND, VALID),
        "proved-at": (SEPTEMBER, HELD),
        "without-proof": (None, HELD),
    },
)
def a_hold_that_the_registry_imported(poe: datetime | None) -> Given:
    """It is told only while the latest list says so."""
    return given(plain(), poe=poe, revoked=(listed(reason="certificate_hold"),))


@case("start of a suspension that ran into the revocation", expected=REVOKED)
def a_hold_that_the_registry_imported_and_that_ran_into_a_revocation() -> Given:
    """The registry's officer revoked what a list had put on hold: C is the start of the hold."""
    made = world.key(cast().principal)
    revoked = replace(made, certificates=(replace(made.certificates[0], revoked_at=NOW - DAY),))
    return given(plain(), poe=SEPTEMBER, principal=revoked, revoked=(listed(reason="certificate_hold"),))


@each(
    "good status data clears `STALE_DATA` and nothing else",
    rows={
        "stale-and-suspended": ((), expect("indeterminate", "KEY_SUSPENDED", "STALE_DATA")),
        "suspended": ((RECENT,), expect("indeterminate", "KEY_SUSPENDED")),
    },
)
def good_data_for_a_suspended_key(crls: tuple[HeldCrl, ...]) -> Given:
    """The list is fresh; the suspension stays."""
    suspended = world.key(cast().principal, state=KeyState.SUSPENDED, suspended_since=SIGNED)
    return strict(given(plain(), crls=crls, principal=suspended))


# What the file carries.


def carrying(crls: Sequence[bytes] = (), ocsps: Sequence[bytes] = ()) -> bytes:
    """The transcript with a document security store."""
    return sheet.stored(plain(), CRLs=crls, OCSPs=ocsps)


GOOD_CRL = crl(CA, NOW - DAY, NOW + DAY)
PRINCIPAL, SEAL = cast().principal, cast().seal
STRANGERS = certification.authority("CA khác", certification.p256_key(), NOW)
NAMESAKE = replace(
    STRANGERS,
    certificate=certificate(
        CA.certificate.subject,
        STRANGERS.key.public_key(),
        CA.root.subject,
        STRANGERS.key,
        LONG_AGO,
        NOW + DAY,
        (usage(sign=False, ca=True),),
    ),
)
"""Another key under the authority's name."""


def good(signer: kit.Signer, said: Said = GOOD) -> bytes:
    """An OCSP response of yesterday: all is well, or something else."""
    return answer(signer, CA, NOW - DAY, NOW + DAY, said)


def forged(said: Said = GOOD) -> bytes:
    """An OCSP response about the principal by a namesake of the authority."""
    return answer(PRINCIPAL, NAMESAKE, NOW - DAY, NOW + DAY, said, issuer=CA.certificate)


@each(
    "each certificate needs a CRL or OCSP response of its issuer",
    rows={
        "a-list": (([GOOD_CRL], []), VALID),
        "an-old-list": (([crl(CA, SIGNED, SIGNED + DAY)], []), STALE),
        "a-list-of-a-namesake": (([crl(NAMESAKE, NOW - DAY, NOW + DAY)], []), STALE),
        "a-list-of-a-stranger": (([crl(STRANGERS, NOW - DAY, NOW + DAY)], []), STALE),
        "no-list": (([b"hello"], [b"hello"]), STALE),
        "two-answers": (([], [good(PRINCIPAL), good(SEAL)]), VALID),
        "an-answer-about-the-seal-alone": (([], [good(SEAL)]), STALE),
        "an-old-answer": (([], [answer(PRINCIPAL, CA, SIGNED, SIGNED + DAY), good(SEAL)]), STALE),
        "an-answer-of-a-namesake": (([], [forged(), good(SEAL)]), STALE),
        "nobody-knows": (([], [good(PRINCIPAL, Said(unknown=True)), good(SEAL)]), STALE),
        "an-answer-and-a-list": (([GOOD_CRL], [good(SEAL)]), VALID),
    },
)
def status_data_in_the_file(handed: tuple[list[bytes], list[bytes]]) -> Given:
    """PAdES B-LT: what is needed travels with the file, and is believed if its issuer said it."""
    return strict(given(carrying(*handed)))


BAD_CRL = crl(CA, NOW - DAY, NOW + DAY, Entry(PRINCIPAL.certificate, SEPTEMBER))


@each(
    "Data inside a file may add a revocation for that report alone, never remove one",
    rows={
        "a-list": (([BAD_CRL], [], None), REVOKED),
        "a-list-proved-before": (([BAD_CRL], [], SEPTEMBER - SECOND), VALID),
        "a-list-proved-at": (([BAD_CRL], [], SEPTEMBER), REVOKED),
        "an-invalidity-date": (
            ([crl(CA, NOW - DAY, NOW + DAY, Entry(PRINCIPAL.certificate, SEPTEMBER, None, SIGNED))], [], SIGNED),
            REVOKED,
        ),
        "a-hold": (
            (
                [
                    crl(
                        CA,
                        NOW - DAY,
                        NOW + DAY,
                        Entry(PRINCIPAL.certificate, SEPTEMBER, x509.ReasonFlags.certificate_hold),
                    )
                ],
                [],
                None,
            ),
            HELD,
        ),
        "taken-off-the-list": (
            (
                [
                    crl(
                        CA,
                        NOW - DAY,
                        NOW + DAY,
                        Entry(PRINCIPAL.certificate, SEPTEMBER, x509.ReasonFlags.remove_from_crl),
                    )
                ],
                [],
                None,
            ),
            VALID,
        ),
        "a-list-of-a-namesake": (
            ([crl(NAMESAKE, NOW - DAY, NOW + DAY, Entry(PRINCIPAL.certificate, SEPTEMBER))], [], None),
            VALID,
        ),
        "an-answer": (([], [good(PRINCIPAL, Said(SEPTEMBER))], None), REVOKED),
        "an-answer-with-a-reason": (
            ([], [good(PRINCIPAL, Said(SEPTEMBER, x509.ReasonFlags.key_compromise))], None),
            REVOKED,
        ),
        "an-answer-proved-before": (([], [good(PRINCIPAL, Said(SEPTEMBER))], SEPTEMBER - SECOND), VALID),
        "an-answer-of-a-namesake": (
            ([], [forged(Said(SEPTEMBER))], None),
            VALID,
        ),
        "good-answers-beside-a-bad-list": (([BAD_CRL], [good(PRINCIPAL)], None), REVOKED),
    },
)
def a_revocation_in_the_file(handed: tuple[list[bytes], list[bytes], datetime | None]) -> Given:
    """In mode `registry`, too: who hands in proof against himself is taken at his word."""
    crls, ocsps, poe = handed
    return given(carrying(crls, ocsps), poe=poe)


@case("never remove one", expected=REVOKED)
def good_data_in_the_file_and_a_revocation_in_the_registry() -> Given:
    """The registry knows better than what the file brings along."""
    return given(carrying([GOOD_CRL], [good(PRINCIPAL)]), revoked=(listed(),))


@case(
    "Adding a revocation (a time-stamp authority's excepted) never improves a verdict",
    expected=expect("invalid", "MODIFIED_AFTER_SIGNING", "KEY_REVOKED"),
)
def a_revocation_beside_a_forbidden_change() -> Given:
    """A stolen key forgives nothing that was done to the file."""
    pdf = sheet.updated(plain(), lambda writer: sheet.append_field(writer, "more", (60, 300, 260, 360)))
    return given(pdf, revoked=(listed(),))
