"""Do a QR code's claims follow from the record, and does the register say the same? (docs/qr.md, 6).

Given its keys every claim follows from the record, so the claims are made anew and compared; nothing is left out.
"""

from __future__ import annotations

from types import MappingProxyType

from msgspec import UNSET

from verify.claims import (
    BIRTHDAYS,
    DECISIONS,
    EPOCH,
    MARKS,
    MAX_YEARS,
    NO_MARK,
    RESULTS,
    SCHOOL_YEARS,
    Claims,
    are_subjects,
    is_name,
)
from verify.record import Content, Record, Year
from verify.trust import RegisteredVersion

CLAIMS = MappingProxyType(
    {
        1: "issuer",
        2: "number",
        3: "version",
        4: "issued_on",
        5: "record_digest",
        6: "full_name",
        7: "date_of_birth",
        8: "first_year",
        9: "subjects",
        10: "marks",
        11: "results",
        12: "level",
    }
)
"""Claim numbers to the fields of `Claims`."""


def derive(record: Record) -> Claims:
    """The claims that follow from a record; an optional one that its bounds do not admit is None."""
    content = record.content
    name, born = content.pupil.full_name, content.pupil.date_of_birth
    first_year, subjects, marks, results = _grades(content) or (None, None, None, None)
    return Claims(
        issuer=content.issuer.code,
        number=content.number,
        version=content.version,
        issued_on=content.issued_on,
        record_digest=record.digest,
        level=content.level,
        full_name=name if is_name(name) else None,
        date_of_birth=born if born.toordinal() - EPOCH in BIRTHDAYS else None,
        first_year=first_year,
        subjects=subjects,
        marks=marks,
        results=results,
    )


def disagreements(claims: Claims, record: Record) -> tuple[int, ...]:
    """The numbers of the claims that do not follow from the record: each is a QR_MISMATCH (docs/qr.md, 6)."""
    wanted = derive(record)
    pairs = {number: (getattr(claims, field), getattr(wanted, field)) for number, field in CLAIMS.items()}
    return tuple(number for number, (told, true) in pairs.items() if told is not None and told != true)


def register_disagreements(claims: Claims, entry: RegisteredVersion) -> tuple[int, ...]:
    """The same against the register's entry of that number and version, which knows claims 1, 5 and 12 alone."""
    pairs = {
        1: (claims.issuer, entry.issuer),
        5: (claims.record_digest, entry.record_digest),
        12: (claims.level, entry.level),
    }
    return tuple(number for number, (told, true) in pairs.items() if told != true)


def _grades(content: Content) -> tuple[int, tuple[str, ...], bytes, bytes] | None:
    """Claims 8 to 11, or None where they cannot say what the record says."""
    years = {int(year.school_year[:4]): year for year in content.years}
    subjects = tuple(dict.fromkeys(one.code for year in content.years for one in year.subjects))
    span = range(min(years), max(years) + 1)
    twice = any(len({one.code for one in year.subjects}) != len(year.subjects) for year in content.years)
    if len(years) != len(content.years) or twice or len(span) > MAX_YEARS or span[0] not in SCHOOL_YEARS:
        return None
    if not are_subjects(list(subjects)):
        return None
    rows = [_row(years.get(year), subjects) for year in span]
    return span[0], subjects, b"".join(row[0] for row in rows), b"".join(row[1] for row in rows)


def _row(year: Year | None, subjects: tuple[str, ...]) -> tuple[bytes, bytes]:
    """One year's marks and results."""
    if year is None:
        return bytes([NO_MARK]) * len(subjects), bytes(4)
    marks = {one.code: _mark(one.year) for one in year.subjects}
    results = (year.learning_result, year.training_result)
    numbers = [0 if one is UNSET else RESULTS.index(str(one)) for one in results]
    decision = 0 if year.decision is UNSET else DECISIONS.index(str(year.decision))
    return bytes(marks.get(code, NO_MARK) for code in subjects), bytes([year.grade, *numbers, decision])


def _mark(mark: object) -> int:
    if isinstance(mark, float):
        return round(mark * 10)
    return MARKS[mark] if isinstance(mark, str) else NO_MARK
