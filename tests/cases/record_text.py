"""The record's bytes: I-JSON, the schema, and what its numbers say. HB-1, section 4."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import sheet
import world

from cases import VALID, Given, each, expect, given
from cases.record import INCONSISTENT, bearing, recorded
from issuers import kit

WHOLE = sheet.RECORD.decode()
UNJUDGED = expect("indeterminate", "CANNOT_BE_JUDGED")
PUPIL = world.record()["pupil"]["full_name"]


def with_name(name: str) -> bytes:
    """The record with another pupil's name, written without any care."""
    return WHOLE.replace(f'"full_name":"{PUPIL}"', f'"full_name":"{name}"').encode("utf-8", "surrogatepass")


def escaped(text: str) -> bytes:
    """The same with a JSON escape in the name."""
    return WHOLE.replace(f'"full_name":"{PUPIL}"', f'"full_name":"{PUPIL}\\u{text}"').encode()


@each(
    "I-JSON (RFC 7493): no duplicate keys; no control or bidirectional characters",
    rows={
        "in-order": (WHOLE.encode(), VALID),
        "not-canonical": (json.dumps(world.record(), indent=1).encode(), VALID),
        "a-key-twice": (WHOLE.replace('"version":1', '"version":1,"version":1').encode(), INCONSISTENT),
        "a-key-twice-escaped": (WHOLE.replace('"version":1', '"version":1,"ver\\u0073ion":1').encode(), INCONSISTENT),
        "a-key-twice-inside": (WHOLE.replace('"sex":', '"sex":"male","sex":').encode(), INCONSISTENT),
        "a-control-character": (escaped("0007"), INCONSISTENT),
        "a-line-feed": (escaped("000a"), INCONSISTENT),
        "delete": (escaped("007f"), INCONSISTENT),
        "a-c1-control": (escaped("0085"), INCONSISTENT),
        "a-line-separator": (escaped("2028"), INCONSISTENT),
        "a-paragraph-separator": (escaped("2029"), INCONSISTENT),
        "right-to-left-override": (escaped("202e"), INCONSISTENT),
        "right-to-left-mark": (escaped("200f"), INCONSISTENT),
        "first-strong-isolate": (escaped("2068"), INCONSISTENT),
        "arabic-letter-mark": (escaped("061c"), INCONSISTENT),
        "an-override-unescaped": (with_name(PUPIL + "\u202e"), INCONSISTENT),
        "an-override-in-a-key": (WHOLE.replace('"code":"VAN"', '"co\\u202ede":"VAN"').encode(), INCONSISTENT),
        "half-a-surrogate-pair": (escaped("d800"), INCONSISTENT),
        "a-noncharacter": (escaped("fffe"), INCONSISTENT),
        "another-noncharacter": (escaped("fdd0"), INCONSISTENT),
        "bytes-that-are-no-utf-8": (WHOLE.encode().replace(b'"full_name":"', b'"full_name":"\xff'), INCONSISTENT),
        "utf-16": (WHOLE.encode("utf-16"), INCONSISTENT),
        "a-byte-order-mark": (b"\xef\xbb\xbf" + WHOLE.encode(), INCONSISTENT),
        "not-a-number": (WHOLE.replace('"version":1', '"version":NaN').encode(), INCONSISTENT),
        "infinity": (WHOLE.replace('"version":1', '"version":Infinity').encode(), INCONSISTENT),
        "too-large-for-a-double": (WHOLE.replace('"version":1', '"version":1e999').encode(), INCONSISTENT),
        "more-digits-than-a-double-holds": (
            WHOLE.replace('"version":1', '"version":100000000000000000001').encode(),
            INCONSISTENT,
        ),
        "a-list": (b"[" + WHOLE.encode() + b"]", INCONSISTENT),
        "something-after-it": (WHOLE.encode() + b"{}", INCONSISTENT),
        "half-of-it": (WHOLE[: len(WHOLE) // 2].encode(), INCONSISTENT),
        "nothing": (b"", INCONSISTENT),
        "too-long": (WHOLE.encode() + b" " * (256 * 1024), INCONSISTENT),
        "too-deep": (b"[" * 50_000 + b"]" * 50_000, INCONSISTENT),
    },
)
def the_text_of_a_record(content: bytes) -> Given:
    """Two programs that read it must read the same."""
    return given(bearing(content))


Change = Callable[[dict[str, Any]], None]


def setting(*path: str | int, to: object) -> Change:
    """Set one value."""

    def change(record: dict[str, Any]) -> None:
        inner: Any = record
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = to

    return change


def without(*path: str | int) -> Change:
    """Take one value away."""

    def change(record: dict[str, Any]) -> None:
        inner: Any = record
        for name in path[:-1]:
            inner = inner[name]
        del inner[path[-1]]

    return change


def changed(change: Change) -> dict[str, Any]:
    """The record, changed."""
    made = deepcopy(world.record())
    change(made)
    return made


SCORED = ("years", 0, "subjects", 0)
COMMENTED = next(
    ("years", 0, "subjects", index)
    for index, one in enumerate(world.record()["years"][0]["subjects"])
    if one["assessed_by"] == "comment"
)
SUPERSEDES = {"number": world.NUMBER, "version": 1, "record_digest": "0" * 64}
AMENDMENT = {"reason_code": "entry_error", "on": "2026-05-30"}
CORRECTION = {"subject": "VAN", "field": "year", "old": 7, "new": 8, "on": "2026-05-30", "reason": "nhầm"}


@each(
    "or any other breach of this section or of the schema: `RECORD_INCONSISTENT`",
    rows={
        "an-unknown-field": (setting("comment", to="x"), INCONSISTENT),
        "an-unknown-field-inside": (setting("pupil", "nickname", to="x"), INCONSISTENT),
        "a-missing-field": (without("pupil", "date_of_birth"), INCONSISTENT),
        "an-optional-field-missing": (without("pupil", "place_of_birth"), VALID),
        "no-schema": (without("schema"), INCONSISTENT),
        "a-schema-that-is-a-number": (setting("schema", to=1), INCONSISTENT),
        "a-number-with-a-letter-that-paper-garbles": (setting("number", to="000G40R40M30E20I"), INCONSISTENT),
        "a-short-number": (setting("number", to="000G40R40M30E20"), INCONSISTENT),
        "version-zero": (setting("version", to=0), INCONSISTENT),
        "version-half": (setting("version", to=1.5), INCONSISTENT),
        "version-true": (setting("version", to=True), INCONSISTENT),
        "version-as-text": (setting("version", to="1"), INCONSISTENT),
        "the-largest-version": (setting("version", to=65535), VALID),
        "a-version-too-large": (setting("version", to=65536), INCONSISTENT),
        "an-unknown-kind": (setting("kind", to="copy"), INCONSISTENT),
        "an-unknown-level": (setting("level", to="university"), INCONSISTENT),
        "a-day-that-is-none": (setting("issued_on", to="2026-02-30"), INCONSISTENT),
        "a-time-for-a-day": (setting("issued_on", to="2026-05-31T00:00:00Z"), INCONSISTENT),
        "a-code-with-a-space": (setting("issuer", "code", to="79000 01"), INCONSISTENT),
        "a-pupils-code-with-letters": (setting("pupil", "moet_code", to="79ABCDEFGH"), INCONSISTENT),
        "a-personal-number-of-9-digits": (setting("pupil", "personal_id", to="079123456"), INCONSISTENT),
        "a-pupil-without-a-name": (setting("pupil", "full_name", to=""), INCONSISTENT),
        "a-name-in-decomposed-letters": (setting("pupil", "full_name", to="Nguye\u0302\u0303n"), INCONSISTENT),
        "no-years": (setting("years", to=[]), INCONSISTENT),
        "thirteen-years": (setting("years", to=world.record()["years"][:1] * 13), INCONSISTENT),
        "grade-thirteen": (setting("years", 0, "grade", to=13), INCONSISTENT),
        "a-school-year-of-two-years": (setting("years", 0, "school_year", to="2023-2025"), INCONSISTENT),
        "forty-one-subjects": (
            setting("years", 0, "subjects", to=world.record()["years"][0]["subjects"][:1] * 41),
            INCONSISTENT,
        ),
        "a-mark-of-ten-and-a-half": (setting(*SCORED, "semester_1", to=10.5), INCONSISTENT),
        "a-negative-mark": (setting(*SCORED, "semester_1", to=-1), INCONSISTENT),
        "a-mark-of-two-decimals": (setting(*SCORED, "semester_1", to=8.25), INCONSISTENT),
        "a-score-that-is-a-comment": (setting(*SCORED, "semester_1", to="pass"), INCONSISTENT),
        "a-comment-that-is-a-score": (setting(*COMMENTED, "semester_1", to=8), INCONSISTENT),
        "a-comment-that-is-a-level": (setting(*COMMENTED, "semester_1", to="T"), INCONSISTENT),
        "a-level-that-is-a-comment": (
            setting(*COMMENTED, to={"code": "TV", "name": "Tiếng Việt", "assessed_by": "level", "year": "pass"}),
            INCONSISTENT,
        ),
        "a-level": (
            setting(*COMMENTED, to={"code": "TV", "name": "Tiếng Việt", "assessed_by": "level", "year": "T"}),
            VALID,
        ),
        "a-correction": (setting("years", 0, "corrections", to=[CORRECTION]), VALID),
        "a-correction-of-nothing-known": (
            setting("years", 0, "corrections", to=[CORRECTION | {"field": "semester_3"}]),
            INCONSISTENT,
        ),
    },
)
def a_breach_of_the_schema(change: Change) -> Given:
    """Every field is accounted for; what the schema does not foresee is refused."""
    return recorded(changed(change))


@each(
    "any other breach of this section or of the schema",
    rows={
        "an-earlier-version": (SUPERSEDES, VALID),
        "the-same-version": (SUPERSEDES | {"version": 2}, INCONSISTENT),
        "a-later-version": (SUPERSEDES | {"version": 3}, INCONSISTENT),
        "of-another-number": (SUPERSEDES | {"number": "000G40R40M30E20A"}, INCONSISTENT),
        "without-a-digest": ({"number": world.NUMBER, "version": 1}, INCONSISTENT),
    },
)
def what_a_second_version_replaces(supersedes: dict[str, Any]) -> Given:
    """A correction names the version before it."""
    return recorded(world.record(version=2, supersedes=supersedes, amendment=AMENDMENT))


@each(
    "Unknown schema: `CANNOT_BE_JUDGED`",
    rows={"the-next": ("vn.hocba/2", UNJUDGED), "another": ("example", UNJUDGED), "empty": ("", UNJUDGED)},
)
def another_schema(name: str) -> Given:
    """A record of a time to come is not wrong; this engine cannot read it."""
    return given(bearing(kit.canonical(world.record(schema=name))))


DISAGREE = expect("valid", "SCORES_DISAGREE")


@each(
    "Averages that do not add up: `SCORES_DISAGREE`",
    rows={
        "exact": ((6.0, 9.0, 8.0), VALID),
        "rounded-down": ((7.0, 7.2, 7.1), VALID),
        "rounded-up": ((7.0, 7.1, 7.1), VALID),
        "not-rounded-up": ((7.0, 7.1, 7.0), DISAGREE),
        "half-way-up": ((6.5, 6.8, 6.7), VALID),
        "a-tenth-off": ((6.0, 9.0, 8.1), DISAGREE),
        "the-plain-mean": ((6.0, 9.0, 7.5), DISAGREE),
        "of-whole-numbers": ((8, 8, 8), VALID),
        "ten-and-ten": ((10, 10, 10), VALID),
        "nothing-and-nothing": ((0, 0, 0), VALID),
    },
)
def an_average(marks: tuple[float, float, float]) -> Given:
    """(semester I + 2 x semester II) / 3, to one decimal, half up: advice, since a school may have its reasons."""
    first, second, year = marks

    def change(record: dict[str, Any]) -> None:
        record["years"][0]["subjects"][0] |= {"semester_1": first, "semester_2": second, "year": year}

    return recorded(changed(change))


@each(
    "Averages that do not add up: `SCORES_DISAGREE`",
    rows={
        "without-the-first-semester": (without(*SCORED, "semester_1"), VALID),
        "without-the-second": (without(*SCORED, "semester_2"), VALID),
        "without-the-year": (without(*SCORED, "year"), VALID),
    },
)
def an_average_of_what_is_not_there(change: Change) -> Given:
    """A pupil who came in the middle of the year."""
    return recorded(changed(change))
