"""A day as somebody typed it: in the Vietnamese order, or the year first; never by guessing."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from gateway.questions import FIRST_YEAR, LAST_YEAR

LONGEST = 40
"""Characters of a day, written out."""

WRITTEN = (
    re.compile(r"(?P<d>\d{1,2})\s*([/.-]|\s)\s*(?P<m>\d{1,2})\s*\2\s*(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})\s*([/.-]|\s)\s*(?P<m>\d{1,2})\s*\2\s*(?P<d>\d{1,2})"),
    re.compile(r"(?:ngày)?\s*(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+năm\s+(?P<y>\d{4})"),
)
"""31/5/2026, 31-05-2026, 31.5.2026; 2026-05-31; ngày 31 tháng 5 năm 2026."""


def read(text: str) -> date | None:
    """The day that a text says beyond doubt, if any: two figures of a year, or a month before its day, are doubt."""
    if len(text) > LONGEST:
        return None
    plain = re.sub("[\N{EN DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}]", "-", unicodedata.normalize("NFKC", text))
    for form in WRITTEN:
        said = form.fullmatch(plain.strip().casefold())
        if said is not None:
            try:
                found = date(int(said["y"]), int(said["m"]), int(said["d"]))
            except ValueError:
                return None
            return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
    return None
