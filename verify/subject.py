"""What a transcript says of itself that authority is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from verify.trust import Level


@dataclass(frozen=True, slots=True)
class Subject:
    """Issuer, level, day, number and version: from the record, from the register, or from a QR code's claims.

    `province` None: not told, as in a QR code, so territory is not asked (decision 5).
    """

    issuer: str
    level: Level
    issued_on: date
    number: str
    version: int
    province: str | None = None
    record_digest: str | None = None
