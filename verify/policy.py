"""The rules a report is judged by: versioned, dated, named in every report.

The text is `docs/policy/HB-1.md`; a change there comes first. What a policy switches off is listed in every report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from verify.trust import Role


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the law, with its date and the roles it demands of a school's transcript.

    `code_roles` are demanded of a QR code that is judged alone.
    """

    name: str
    since: date
    required_roles: tuple[Role, ...]
    code_roles: tuple[Role, ...]
    switched_off: frozenset[str] = field(default_factory=frozenset)


HB_1 = Policy(
    name="HB-1.0",
    since=date(2026, 11, 23),
    required_roles=(Role.PRINCIPAL, Role.SCHOOL_SEAL),
    code_roles=(Role.QR_SEAL,),
)
"""HB-1 as written."""
