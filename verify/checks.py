"""The shape of a check, and the one table of all checks in running order.

A check is a small pure function that asks one question of one signature and answers with findings.
`docs/how-it-works.md` tells the same table in words; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from verify import authority, integrity
from verify.case import CodeCase, SignatureCase
from verify.report import Finding

HB_1_BEGAN = date(2026, 11, 23)


C = TypeVar("C", SignatureCase, CodeCase)


@dataclass(frozen=True, slots=True)
class Check(Generic[C]):
    """One question: its name, the clause it stands in, since when it is asked, and the function that asks it."""

    name: str
    citation: str
    since: date
    ask: Callable[[C], tuple[Finding, ...]]


CHECKS: tuple[Check[SignatureCase], ...] = (
    Check("format", "EN 319 102-1, 5.2.2", HB_1_BEGAN, integrity.format_),
    Check("path", "EN 319 102-1, 5.2.6", HB_1_BEGAN, authority.path),
    Check("integrity", "EN 319 102-1, 5.2.7", HB_1_BEGAN, integrity.integrity),
    Check("algorithms", "EN 319 102-1, 5.2.8", HB_1_BEGAN, integrity.algorithms),
    Check("existence", "EN 319 102-1, 5.6.2.3; HB-1, 3", HB_1_BEGAN, authority.existence),
    Check("certificate", "HB-1, 3", HB_1_BEGAN, authority.certificate),
    Check("revocation", "EN 319 102-1, 5.2.5; HB-1, 3", HB_1_BEGAN, authority.revocation),
    Check("key", "HB-1, 3 and 6", HB_1_BEGAN, authority.key),
    Check("appointment", "HB-1, 2 and 3", HB_1_BEGAN, authority.appointment),
)
"""Asked of every signature, in this order; the worst answer is the signature's (HB-1, 2)."""

CODE_CHECKS: tuple[Check[CodeCase], ...] = (
    Check("seal", "RFC 9052, 4.4; docs/qr.md, 4", HB_1_BEGAN, integrity.seal),
    Check("path", "EN 319 102-1, 5.2.6", HB_1_BEGAN, authority.path),
    Check("existence", "HB-1, 3 and 5", HB_1_BEGAN, authority.existence),
    Check("certificate", "HB-1, 3", HB_1_BEGAN, authority.certificate),
    Check("revocation", "EN 319 102-1, 5.2.5; HB-1, 3", HB_1_BEGAN, authority.revocation),
    Check("key", "HB-1, 3 and 6", HB_1_BEGAN, authority.key),
    Check("appointment", "HB-1, 2 and 3", HB_1_BEGAN, authority.appointment),
)
"""Asked of the signature of a QR code, in this order."""
