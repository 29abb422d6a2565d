"""Whom the advice sends the clerk to: the school, and the department above it where the advice names that too.

Of a school that is no more, whoever answers for it now; the department if nobody else can be reached.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.reporting import IssuerReached, Verification
from gateway.vocabulary import Text
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


class Reached(NamedTuple):
    """Whom to ask, and what they are to the transcript."""

    label: Text
    one: IssuerReached


SCHOOL = Text("Liên hệ nhà trường", "Contact of the school")
HEIR = Text("Liên hệ nơi kế thừa", "Contact of the successor")
DEPARTMENT = Text("Liên hệ cơ quan quản lý", "Contact of the department")


def reached(verification: Verification) -> list[Reached]:
    """The issuers to ask, the school first, each with a contact."""
    transcript = verification.transcript
    if transcript is None:
        return []
    label, first = (HEIR, transcript.successors) if transcript.successors else (SCHOOL, [transcript.issuer])
    asked = [Reached(label, one) for one in first if one.contact]
    above = transcript.superior
    alone = bool(transcript.successors) and not asked
    named = above is not None and above.contact and all(above.code != one.code for one in first)
    if above is not None and named and (alone or _names_department(verification)):
        asked.append(Reached(DEPARTMENT, above))
    return asked


def _names_department(verification: Verification) -> bool:
    """Whether a reason that the advice speaks of has that advice: not every reason is spoken of."""
    return any(
        code in ABOVE and REASONS[Reason(code)].todo.vi in verification.advice.vi for code in verification.reasons
    )
