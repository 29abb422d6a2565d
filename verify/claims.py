"""What a QR code says of a transcript: its claims, each within its bounds (docs/qr.md, 5).

Whether they agree with a record or with the register is asked in `agreement.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from verify.cbor import read_map
from verify.qr import Refused
from verify.subject import Subject
from verify.trust import Level

REQUIRED = (1, 2, 3, 4, 5, 12)
GRADES = (8, 9, 10, 11)
"""All or none."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EPOCH = date(1970, 1, 1).toordinal()
MAX_DAYS = 65535
BIRTHDAYS = range(-36524, MAX_DAYS + 1)
"""From 1870-01-01: whoever is older has no transcript to show."""
MAX_NAME_BYTES = 100
SCHOOL_YEARS = range(1990, 2201)
MAX_YEARS = 9
MAX_SUBJECTS = 24

NUMBERED = (
    *("", "TOAN", "TD", "VAN", "ANH", "SU", "DIA", "LI", "HOA", "SINH", "TIN", "CN", "GDCD", "KTPL", "QPAN", "HDTN"),
    *("DP", "NT", "AN", "MT", "SD", "KHTN", "TV", "DD", "TNXH", "KH", "THCN", "TDT", "PHAP", "NGA", "TRUNG", "NHAT"),
    *("HAN", "DUC", "NN2"),
)
"""Subject codes by number: the table of docs/qr.md, append-only. No code has number 0 yet."""
NUMBERS = MappingProxyType({code: number for number, code in enumerate(NUMBERED) if code})

NO_MARK = 255
MARKS = MappingProxyType({"pass": 101, "not_pass": 102, "T": 103, "H": 104, "C": 105})
SCORES = range(101)
"""A score of 0.0 to 10.0, times ten."""
WORDS = MappingProxyType({value: word for word, value in MARKS.items()})
RESULTS = ("", "good", "fair", "pass", "not_pass")
DECISIONS = ("", "promoted", "reassess", "retained")
LEVELS = (Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY, Level.CONTINUING)
"""Claim 12, from 1 on."""

CODE = re.compile(r"[A-Z0-9.-]{1,20}")
MARK_BYTES = bytes([*SCORES, *WORDS, NO_MARK])
BLANKS = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims, in the record's words; what is optional and absent is None.

    `subjects` are codes; a number without a code in our table is kept as `#200`. `marks` and `results` are claims 10
    and 11 as they stand.
    """

    issuer: str
    number: str
    version: int
    issued_on: date
    record_digest: str
    level: Level
    full_name: str | None = None
    date_of_birth: date | None = None
    first_year: int | None = None
    subjects: tuple[str, ...] | None = None
    marks: bytes | None = None
    results: bytes | None = None

    @property
    def subject(self) -> Subject:
        """What authority is judged by; a QR code names no province."""
        return Subject(
            self.issuer, self.level, self.issued_on, self.number, self.version, record_digest=self.record_digest
        )

    @property
    def complete(self) -> bool:
        """Whether name, date of birth and grades are there, without which a paper cannot be compared (HB-1, 5)."""
        return None not in {self.full_name, self.date_of_birth, self.first_year}

    @property
    def plain(self) -> dict[str, Any]:
        """Plain JSON, named as in the record: what a clerk compares with the paper."""
        shown: dict[str, Any] = {
            "issuer": self.issuer,
            "number": self.number,
            "version": self.version,
            "issued_on": self.issued_on.isoformat(),
            "record_digest": self.record_digest,
            "level": self.level.value,
        }
        if self.full_name is not None:
            shown["full_name"] = self.full_name
        if self.date_of_birth is not None:
            shown["date_of_birth"] = self.date_of_birth.isoformat()
        if self.first_year is not None and self.subjects and self.marks and self.results:
            shown["years"] = _years(self.first_year, self.subjects, self.marks, self.results)
        return shown


def read_claims(payload: bytes) -> Claims:
    """Read the claims. Raises Refused, item 5: `cbor`, `key`, `missing`, or `claim-n` for a value out of its bounds."""
    found = read_map(payload)
    for number, value in found.items():
        if number not in RULES:
            raise Refused(5, "key")
        if not RULES[number](value):
            raise Refused(5, f"claim-{number}")
    grades = sum(number in found for number in GRADES)
    if not all(number in found for number in REQUIRED) or grades not in {0, len(GRADES)}:
        raise Refused(5, "missing")
    subjects = _codes(found[9]) if grades else None
    if subjects:
        _check_grades(subjects, found[10], found[11])
    born = found.get(7)
    return Claims(
        issuer=found[1],
        number=_number(found[2]),
        version=found[3],
        issued_on=date.fromordinal(EPOCH + found[4]),
        record_digest=found[5].hex(),
        level=LEVELS[found[12] - 1],
        full_name=found.get(6),
        date_of_birth=None if born is None else date.fromordinal(EPOCH + born),
        first_year=found.get(8),
        subjects=subjects,
        marks=found.get(10),
        results=found.get(11),
    )


def _integer(low: int, high: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and low <= value <= high


def _bytes(size: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, bytes) and len(value) == size


def _is_code(value: object) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def is_name(value: object) -> bool:
    """NFC, 1 to 100 bytes, spaces single, inner and U+0020, no control or format characters."""
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= MAX_NAME_BYTES:
        return False
    words = value.split(" ")
    # What is printable has neither blanks nor control characters, and is most names; what is not may be merely new.
    blank = not value.isprintable() and any(unicodedata.category(one) in BLANKS for word in words for one in word)
    return all(words) and not blank and unicodedata.is_normalized("NFC", value)


def are_subjects(value: object) -> bool:
    """1 to 24 different subjects: one by number and once more by code is not different."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_SUBJECTS:
        return False
    sound = all(_is_code(one) or (isinstance(one, int) and 0 <= one <= NO_MARK) for one in value)
    return sound and len(set(_codes(value))) == len(value)


def _are_marks(value: object) -> bool:
    return isinstance(value, bytes) and not value.strip(MARK_BYTES)


def _are_results(value: object) -> bool:
    """1 to 9 years of 4 bytes, the first of them one of the record's; a year that it lacks is 0 throughout."""
    if not isinstance(value, bytes) or len(value) not in range(4, 4 * MAX_YEARS + 1, 4) or not value[0]:
        return False
    years = (value[at : at + 4] for at in range(0, len(value), 4))
    return all(year == bytes(4) or _is_year(*year) for year in years)


def _is_year(grade: int, learning: int, training: int, decision: int) -> bool:
    good = learning < len(RESULTS) and training < len(RESULTS) and decision < len(DECISIONS)
    return good and 1 <= grade <= 12  # noqa: PLR2004 - the grades of a school


RULES: Mapping[int, Callable[[object], bool]] = MappingProxyType(
    {
        1: _is_code,
        2: _bytes(10),
        3: _integer(1, 65535),
        4: _integer(0, MAX_DAYS),
        5: _bytes(32),
        6: is_name,
        7: _integer(BIRTHDAYS[0], BIRTHDAYS[-1]),
        8: _integer(SCHOOL_YEARS[0], SCHOOL_YEARS[-1]),
        9: are_subjects,
        10: _are_marks,
        11: _are_results,
        12: _integer(1, len(LEVELS)),
    }
)
"""What each value may be, on its own."""


def _codes(value: list[int | str]) -> tuple[str, ...]:
    return tuple(_code(one) if isinstance(one, int) else one for one in value)


def _code(number: int) -> str:
    """A number that our table lacks is a later one: the QR code is sound, its subject has no name here."""
    return (NUMBERED[number] if number < len(NUMBERED) else "") or f"#{number}"


def _check_grades(subjects: tuple[str, ...], marks: bytes, results: bytes) -> None:
    """A mark for each subject and year, none in a year that the record lacks."""
    width = len(subjects)
    if len(marks) * 4 != width * len(results):
        raise Refused(5, "claim-10")
    lacking = (year for year in range(len(results) // 4) if not results[4 * year])
    if any(marks[year * width : (year + 1) * width].strip(b"\xff") for year in lacking):
        raise Refused(5, "claim-10")


def _number(packed: bytes) -> str:
    bits = int.from_bytes(packed)
    return "".join(CROCKFORD[bits >> shift & 31] for shift in range(75, -1, -5))


def _years(first: int, subjects: tuple[str, ...], marks: bytes, results: bytes) -> list[dict[str, Any]]:
    """The grades as a table: the years that the record has, in each the subjects that have a mark."""
    shown = []
    for place in range(len(results) // 4):
        grade, learning, training, decision = results[4 * place : 4 * place + 4]
        row = marks[place * len(subjects) : (place + 1) * len(subjects)]
        year: dict[str, Any] = {"school_year": f"{first + place}-{first + place + 1}", "grade": grade}
        told = {
            "learning_result": RESULTS[learning],
            "training_result": RESULTS[training],
            "decision": DECISIONS[decision],
        }
        year |= {name: value for name, value in told.items() if value}
        pairs = zip(subjects, row, strict=True)
        year["subjects"] = [
            {"code": code, "year": WORDS.get(mark, mark / 10)} for code, mark in pairs if mark != NO_MARK
        ]
        if grade:
            shown.append(year)
    return shown
