"""Whom the advice sends the clerk to: the school, and the department above it where the advice names that too."""

from __future__ import annotations

from gateway.reporting import IssuerReached, Verification
from gateway.wording import REASONS
from verify.report import Reason

ABOVE = frozenset(
    {
        Reason.SIGNATURE_BROKEN,
        Reason.MODIFIED_AFTER_SIGNING,
        Reason.ISSUER_MISMATCH,
        Reason.REGISTER_MISMATCH,
        Reason.QR_MISMATCH,
        Reason.UNKNOWN_ISSUER,
        Reason.UNKNOWN_KEY,
        Reason.KEY_SUSPENDED,
        Reason.ISSUER_SUSPENDED,
        Reason.STALE_DATA,
        Reason.NOT_AUTHORISED_AT_TIME,
    }
)
"""Reasons whose advice names the department; a test holds the two together."""


def reached(verification: Verification) -> list[IssuerReached]:
    """The issuers to ask, the school first, each with a contact."""
    transcript = verification.transcript
    if transcript is None:
        return []
    asked = [transcript.issuer]
    if transcript.superior is not None and _names_department(verification):
        asked.append(transcript.superior)
    return [one for one in asked if one.contact]


def _names_department(verification: Verification) -> bool:
    """Whether a reason that the advice speaks of has that advice: not every reason is spoken of."""
    return any(
        code in ABOVE and REASONS[Reason(code)].todo.vi in verification.advice.vi for code in verification.reasons
    )
