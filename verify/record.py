"""The record in the PDF: `transcript.json`, schema vn.hocba/1, read as I-JSON and held against the registry.

HB-1, section 4; RFC 7493 (I-JSON), RFC 8785 (its canonical form, whose SHA-256 is `record_digest`). Two readers must
not be able to read two things: no duplicate keys, no control or bidirectional characters, no number a double loses.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, NoReturn

import msgspec
from msgspec import Meta

from verify.report import Finding, Outcome, Reason
from verify.subject import Subject
from verify.trust import VIETNAM, Issuer, Kind, Level, Period, TrustSnapshot, start_of_day

MAX_RECORD_BYTES = 256 * 1024
"""Twelve years with twenty subjects and corrections are 60 KB."""

SCHEMA = "vn.hocba/1"

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional ones: they make a name read other than it is stored
    "\u2028\u2029"  # line and paragraph separators
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # surrogates and noncharacters (RFC 7493, 2.1)
)
NONCHARACTER = re.compile(rb"[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]")
"""The last two of every other plane, in UTF-8: asked of octets, for a class of so many signs is slow to search."""

Code = Annotated[str, Meta(pattern=r"^[A-Z0-9.-]{1,20}$")]
Number = Annotated[str, Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{16}$")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
VersionNumber = Annotated[int, Meta(ge=1, le=65535)]
Mark = Annotated[float, Meta(ge=0, le=10)] | Literal["pass", "not_pass", "T", "H", "C"]
Result = Literal["good", "fair", "pass", "not_pass"]


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """Every field present is accounted for."""


class IssuerPart(_Strict):
    """The issuer as it was on `issued_on`."""

    code: Code
    name: Text
    department_code: Code
    province_code: Text


class Pupil(_Strict):
    """The pupil's particulars; never in a log, a metric or an error message."""

    full_name: Text
    date_of_birth: date
    sex: Literal["male", "female"]
    moet_code: Annotated[str, Meta(pattern=r"^[0-9]{10}$")] | msgspec.UnsetType = msgspec.UNSET
    personal_id: Annotated[str, Meta(pattern=r"^[0-9]{12}$")] | msgspec.UnsetType = msgspec.UNSET
    place_of_birth: Text | msgspec.UnsetType = msgspec.UNSET


class SubjectMarks(_Strict):
    """One subject of one year."""

    code: Text
    name: Text
    assessed_by: Literal["score", "comment", "level"]
    semester_1: Mark | msgspec.UnsetType = msgspec.UNSET
    semester_2: Mark | msgspec.UnsetType = msgspec.UNSET
    year: Mark | msgspec.UnsetType = msgspec.UNSET
    reassessment: Mark | msgspec.UnsetType = msgspec.UNSET

    def marks(self) -> Iterator[object]:
        """The marks that are there."""
        for mark in (self.semester_1, self.semester_2, self.year, self.reassessment):
            if mark is not msgspec.UNSET:
                yield mark


class Correction(_Strict):
    """A mark corrected before the record was signed."""

    subject: Text
    field: Literal["semester_1", "semester_2", "year", "reassessment"]
    old: Mark
    new: Mark
    on: date
    reason: Text


class Year(_Strict):
    """One school year."""

    school_year: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{4}$")]
    grade: Annotated[int, Meta(ge=1, le=12)]
    subjects: Annotated[tuple[SubjectMarks, ...], Meta(max_length=40)]
    class_: Text = msgspec.field(name="class")
    learning_result: Result | msgspec.UnsetType = msgspec.UNSET
    training_result: Result | msgspec.UnsetType = msgspec.UNSET
    decision: Literal["promoted", "reassess", "retained"] | msgspec.UnsetType = msgspec.UNSET
    corrections: tuple[Correction, ...] = ()


class Supersedes(_Strict):
    """The version that this one replaces."""

    number: Number
    version: VersionNumber
    record_digest: Digest


class Amendment(_Strict):
    """Why a later version was made, and who asked, confirmed and was told."""

    reason_code: Literal["entry_error", "reassessment", "identity_corrected", "court_or_inspection", "other"]
    on: date
    reason: str | msgspec.UnsetType = msgspec.UNSET
    requested_by: str | msgspec.UnsetType = msgspec.UNSET
    confirmed_by: str | msgspec.UnsetType = msgspec.UNSET
    reported_to: str | msgspec.UnsetType = msgspec.UNSET
    decision_no: str | msgspec.UnsetType = msgspec.UNSET


class Content(_Strict):
    """The whole record."""

    schema: Literal["vn.hocba/1"]
    number: Number
    version: VersionNumber
    kind: Literal["year", "cycle", "extract"]
    level: Level
    issued_on: date
    language: Text
    issuer: IssuerPart
    pupil: Pupil
    years: Annotated[tuple[Year, ...], Meta(min_length=1, max_length=12)]
    supersedes: Supersedes | msgspec.UnsetType = msgspec.UNSET
    amendment: Amendment | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read: its content, its plain JSON to show, and its digest."""

    content: Content
    plain: Mapping[str, Any]
    digest: str

    @property
    def subject(self) -> Subject:
        """What authority is judged by."""
        content = self.content
        return Subject(
            issuer=content.issuer.code,
            level=content.level,
            issued_on=content.issued_on,
            number=content.number,
            version=content.version,
            province=content.issuer.province_code,
            record_digest=self.digest,
        )


class Inconsistent(Exception):  # noqa: N818 - a statement about the input
    """The bytes are no record. `reason` is the code of the law, `fact` a stable word, free of pupil data."""

    def __init__(self, reason: Reason, fact: str) -> None:
        super().__init__(reason, fact)
        self.reason = reason
        self.fact = fact


def read(content: bytes) -> Record:
    """Read a record. Raises Inconsistent: RECORD_INCONSISTENT, or CANNOT_BE_JUDGED for an unknown schema."""
    try:
        plain = _load(content)
        if isinstance(plain.get("schema"), str) and plain["schema"] != SCHEMA:
            raise Inconsistent(Reason.CANNOT_BE_JUDGED, "schema")
        canonical = _canonical(plain)
        _plain_text(canonical)
        typed = msgspec.convert(plain, Content, strict=True)
        _coherent(typed)
        return Record(typed, plain, hashlib.sha256(canonical).hexdigest())
    except msgspec.ValidationError as error:
        # Only the place is told, `$.years[0].grade`, never the value.
        place = re.search(r"`(\$[^`]*)`$", str(error))
        raise Inconsistent(Reason.RECORD_INCONSISTENT, place[1] if place else "schema") from None
    except (ValueError, RecursionError, OverflowError):
        raise Inconsistent(Reason.RECORD_INCONSISTENT, "json") from None


def _canonical(plain: object) -> bytes:
    """The canonical form of a record that was read (RFC 8785): its names are ASCII, its numbers have one decimal.

    So a common writer says the same, but for whole numbers, which lose their point; a test compares.
    """
    return msgspec.json.encode(_whole(plain), order="deterministic")


def _whole(value: object) -> object:
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def against_registry(record: Record, trust: TrustSnapshot, at: datetime) -> list[Finding]:
    """Every way in which a record contradicts the registry of its day (HB-1, 4 and 8)."""
    return _asked(record.subject, trust, at, record.content)


def stand_in_against_registry(subject: Subject, trust: TrustSnapshot, at: datetime) -> list[Finding]:
    """The same of what the register says of a file without a record: issuer, level and day (HB-1, 2)."""
    return _asked(subject, trust, at, None)


def _asked(subject: Subject, trust: TrustSnapshot, at: datetime, content: Content | None) -> list[Finding]:
    issuer = trust.issuers.get(subject.issuer)
    wrong = ["issued_on in the future"] if subject.issued_on > at.astimezone(VIETNAM).date() else []
    found: list[Finding] = []
    if issuer is None:
        found.append(Finding("record", Outcome.INDETERMINATE, Reason.UNKNOWN_ISSUER))
    elif issuer.kind is not Kind.SCHOOL:
        kind = {"kind": issuer.kind.value}
        found.append(Finding("record", Outcome.INDETERMINATE, Reason.CANNOT_BE_JUDGED, kind))
    else:
        wrong += _contradictions(subject, content, issuer)
    return found + [Finding("record", Outcome.FAILED, Reason.RECORD_INCONSISTENT, {"field": one}) for one in wrong]


def issued_after(issued_on: date, latest: datetime | None) -> bool:
    """Whether a record is dated after the day (+07:00) of the latest proof of its required signatures."""
    return latest is not None and issued_on > latest.astimezone(VIETNAM).date()


def scores_disagree(content: Content) -> bool:
    """Whether a yearly average is not (I + 2 x II) / 3, rounded half up to one decimal (Circular 22/2021)."""
    return any(
        _average(_tenths(subject.semester_1), _tenths(subject.semester_2)) != _tenths(subject.year)
        for year in content.years
        for subject in year.subjects
        if subject.assessed_by == "score"
        and isinstance(subject.semester_1, float)
        and isinstance(subject.semester_2, float)
        and isinstance(subject.year, float)
    )


def _tenths(mark: float) -> int:
    """A mark of one decimal, exactly."""
    return round(mark * 10)


def _average(first: int, second: int) -> int:
    return (2 * (first + 2 * second) + 3) // 6


def _contradictions(subject: Subject, content: Content | None, issuer: Issuer) -> Iterator[str]:
    period = _period(issuer, subject.issued_on)
    if content is not None and unicodedata.normalize("NFC", period.name) != content.issuer.name:
        yield "issuer.name"
    if content is not None and period.parent != content.issuer.department_code:
        yield "issuer.department_code"
    if period.levels is not None and subject.level not in period.levels:
        yield "level"
    if issuer.succession_on is not None and start_of_day(subject.issued_on) >= issuer.succession_on:
        yield "issued_on after the issuer ended"


def _period(issuer: Issuer, day: date) -> Period:
    """How the issuer stood at the end of that day; before its first and after its last day, as it stood nearest."""
    holding = [one for one in issuer.periods if one.since.astimezone(VIETNAM).date() <= day]
    return holding[-1] if holding else issuer.periods[0]


def _coherent(content: Content) -> None:
    """What the schema means and types cannot say."""
    faults = []
    for year in content.years:
        begin, _, end = year.school_year.partition("-")
        if int(end) != int(begin) + 1:
            faults.append("school_year")
        faults += [f"marks of a {one.assessed_by} subject" for one in year.subjects if not _fitting(one)]
    supersedes = content.supersedes
    if not isinstance(supersedes, msgspec.UnsetType) and (
        supersedes.number != content.number or supersedes.version >= content.version
    ):
        faults.append("supersedes")
    if unicodedata.normalize("NFC", content.pupil.full_name) != content.pupil.full_name:
        faults.append("pupil.full_name")
    if faults:
        raise Inconsistent(Reason.RECORD_INCONSISTENT, faults[0])


def _fitting(subject: SubjectMarks) -> bool:
    """Scores are numbers with one decimal, comments Đạt or Chưa đạt, levels T, H or C."""
    allowed = {"comment": {"pass", "not_pass"}, "level": {"T", "H", "C"}}.get(subject.assessed_by)
    if allowed is not None:
        return all(mark in allowed for mark in subject.marks())
    return all(isinstance(mark, float) and round(mark, 1) == mark for mark in subject.marks())


def _load(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_RECORD_BYTES:
        raise ValueError("too long")
    plain = json.loads(content.decode("utf-8", "strict"), object_pairs_hook=_unique, parse_constant=_refuse)
    if not isinstance(plain, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for every malformed record
    return plain


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _plain_text(canonical: bytes) -> None:
    """Refuse control and bidirectional characters in every string, keys included.

    The canonical form escapes control characters, quotation marks and itself, and writes all others as they are.
    """
    escapes = canonical.replace(rb"\\", b"").replace(rb"\"", b"")
    if b"\\" in escapes or FORBIDDEN.search(canonical.decode()) or NONCHARACTER.search(canonical):
        raise ValueError("character")
