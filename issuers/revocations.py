"""What revoking may do, and revoking again: the same rules for a key and a certificate (HB-1, 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from issuers.refusals import Conflict, Refused, Why
from issuers.tables import stamp


class Reason(StrEnum):
    """CRLReason of RFC 5280, 5.3.1; certificateHold and removeFromCRL are suspensions and have calls of their own."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"
    AA_COMPROMISE = "aACompromise"


@dataclass(frozen=True, slots=True)
class Revocation:
    """How a key or certificate is revoked so far; all None if it is not."""

    at: datetime | None
    reason: str | None
    invalid_since: datetime | None
    proposed: datetime | None


def revoked(before: Revocation, reason: Reason, invalid_since: datetime | None, *, at: datetime) -> dict[str, Any]:
    """The body of the event that revokes, or tightens a revocation; the revocation date is the event's own, once.

    Refused: INVALID_SINCE_LATE (not before the revocation). Conflict, of what is revoked already: REVOCATION_STANDS,
    unless the reason moves to keyCompromise or `invalid_since` is set or lowered, below a pending one too: one officer
    alone must not be able to replace a proposal that counts against signatures by a milder one.
    """
    if before.at is None and invalid_since is not None and invalid_since >= at:
        raise Refused(Why.INVALID_SINCE_LATE, "invalid_since")
    if before.at is not None:
        worse = reason is Reason.KEY_COMPROMISE and before.reason != reason
        bounds = [bound for bound in (before.at, before.invalid_since, before.proposed) if bound is not None]
        earlier = invalid_since is not None and all(invalid_since < bound for bound in bounds)
        same = reason == before.reason and invalid_since is None
        if same or not (worse or reason == before.reason) or not (earlier or invalid_since is None):
            raise Conflict(Why.REVOCATION_STANDS, reason=before.reason)
    return {
        "reason": reason.value,
        "invalid_since": None if invalid_since is None else stamp(invalid_since),
        "again": before.at is not None,
    }
