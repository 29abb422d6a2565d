"""The rules a report is judged by: versioned, dated, named in every report.

The texts are `docs/policy/HB-1.md` and `HB-1-legacy.md`; a change there comes first. What a policy switches off is
listed in every report.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from verify.trust import VIETNAM, Role

BARE = "no signed attributes"
"""The weakness of a CMS whose signature stands over the document itself (RFC 5652, 5.4)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the law, with its date and the roles it demands of a school's transcript.

    `code_roles` are demanded of a QR code that is judged alone. `tolerated` are weaknesses that make a signature
    indeterminate instead of failed, up to and with the day `until`.
    """

    name: str
    since: date
    required_roles: tuple[Role, ...]
    code_roles: tuple[Role, ...]
    switched_off: frozenset[str] = field(default_factory=frozenset)
    tolerated: frozenset[str] = field(default_factory=frozenset)
    until: date = date.max

    def tolerates(self, weakness: str, at: datetime) -> bool:
        """Whether a weakness only makes a signature indeterminate, when it is asked at this instant."""
        return weakness in self.tolerated and at.astimezone(VIETNAM).date() <= self.until


HB_1 = Policy(
    name="HB-1.0",
    since=date(2026, 11, 23),
    required_roles=(Role.PRINCIPAL, Role.SCHOOL_SEAL),
    code_roles=(Role.QR_SEAL,),
)
"""HB-1 as written."""

HB_1_LEGACY = replace(
    HB_1,
    name="HB-1.0-legacy",
    since=date(2026, 11, 24),
    until=date(2027, 12, 31),
    tolerated=frozenset({"sha1", BARE}),
)
"""The exception for what old tools signed: on by a setting only, and never more than indeterminate."""

POLICIES = {"HB-1": HB_1, "HB-1-legacy": HB_1_LEGACY}
"""By the name that the setting gives."""
