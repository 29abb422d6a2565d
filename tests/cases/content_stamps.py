"""Content time-stamps, made before signing: HB-1, section 3."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import world
from asn1crypto import cms
from envelopes import Recipe, attribute, token
from world import DAY, NOW, SECOND, cast

from cases import VALID, Given, case, each, expect, given
from cases.envelope import by
from cases.status_data import PRINCIPAL, REVOKED
from cases.time_ends import SEPTEMBER
from issuers import kit
from verify.trust import KeyState, Use


def stamped_before_signing(at: datetime, stamper: kit.Signer | None = None, imprint: bytes | None = None) -> Recipe:
    """A content time-stamp among the signed attributes."""

    def add(found: list[Any]) -> list[Any]:
        digest: bytes = found[1]["values"][0].native
        made = token(stamper or cast().tsa, digest if imprint is None else imprint, at)
        return [*found, attribute("content_time_stamp", cms.ContentInfo.load(made))]

    return Recipe(attributes=add)


MADE_AFTER = expect("invalid", "KEY_REVOKED", principal="TOTAL-FAILED/REVOKED")


@each(
    "TOTAL-FAILED / REVOKED only where a *content* time-stamp (made before signing) is at or after C",
    "| `KEY_REVOKED`, `NOT_AUTHORISED_AT_TIME` | as the signature's indication |",
    rows={
        "a-second-before-c": (stamped_before_signing(SEPTEMBER - SECOND), REVOKED),
        "at-c": (stamped_before_signing(SEPTEMBER), MADE_AFTER),
        "after-c": (stamped_before_signing(SEPTEMBER + DAY), MADE_AFTER),
        "from-ahead-of-now": (stamped_before_signing(NOW + SECOND), REVOKED),
        "by-a-stranger": (stamped_before_signing(SEPTEMBER + DAY, cast().teacher), REVOKED),
        "over-something-else": (stamped_before_signing(SEPTEMBER + DAY, None, b"\0" * 32), REVOKED),
        "none": (Recipe(), REVOKED),
    },
)
def a_content_time_stamp(recipe: Recipe) -> Given:
    """Only what was made before the signature proves that the signature is younger than the theft."""
    stolen = world.key(PRINCIPAL, state=KeyState.REVOKED, revoked_at=SEPTEMBER)
    return given(by(recipe), principal=stolen)


@case("TOTAL-FAILED / REVOKED only where a *content* time-stamp", expected=REVOKED)
def a_content_time_stamp_after_what_is_only_proposed() -> Given:
    """Before C, and after an earlier date that nobody has approved yet: in doubt, and no proof of a theft."""
    made = world.key(PRINCIPAL)
    known = replace(made.certificates[0], revoked_at=SEPTEMBER, proposed_invalid_since=SEPTEMBER - 2 * DAY)
    return given(by(stamped_before_signing(SEPTEMBER - DAY)), principal=replace(made, certificates=(known,)))


@case("TOTAL-FAILED / REVOKED only where a *content* time-stamp", expected=VALID)
def a_content_time_stamp_of_a_key_in_force() -> Given:
    """It proves no upper bound, and harms nobody."""
    return given(by(stamped_before_signing(SEPTEMBER)))


@each(
    "TOTAL-FAILED / REVOKED only where a *content* time-stamp",
    rows={
        "revoked": ({"state": KeyState.REVOKED, "revoked_at": NOW - DAY}, REVOKED),
        "suspended": ({"state": KeyState.SUSPENDED, "suspended_since": NOW - DAY}, REVOKED),
    },
)
def a_content_time_stamp_in_doubt(changes: dict[str, Any]) -> Given:
    """A clock that may be stolen proves nothing against anybody either."""
    stolen = world.key(PRINCIPAL, state=KeyState.REVOKED, revoked_at=SEPTEMBER)
    tsa = world.key(cast().tsa, Use.TIMESTAMP, **changes)
    return given(by(stamped_before_signing(SEPTEMBER)), principal=stolen, tsa=tsa)
