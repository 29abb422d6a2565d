"""Synthetic pupils and their records: invented names, plausible marks, schema vn.hocba/1.

Nobody here exists: names are drawn from lists. Averages follow Circular 22/2021/TT-BGDĐT for both secondary levels,
levels of attainment Circular 27/2020/TT-BGDĐT for primary. Marks are counted in tenths, as integers: binary fractions
would round 8.25 to 8.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from verify.trust import Level

SCHEMA = "vn.hocba/1"

SURNAMES = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Lò",
    "Ksor",
)
MIDDLE_NAMES = {
    "female": ("Thị", "Ngọc", "Thu", "Khánh", "Thị Ánh", "Diệu", "Quỳnh", "Bảo"),
    "male": ("Văn", "Minh", "Đức", "Quốc", "Gia", "Hữu", "Tuấn", "Nhật"),
}
GIVEN_NAMES = {
    "female": ("Anh", "Hương", "Ngân", "Uyên", "Thảo", "Vy", "Trâm", "Nguyệt", "Tuyết", "Yến", "Hằng", "Mỹ"),
    "male": ("Khôi", "Dũng", "Phước", "Trường", "Hiếu", "Sơn", "Tiến", "Quý", "Đạt", "Vũ", "Hưng", "Lộc"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject: how it is assessed, in which grades it is taught, how many regular marks a semester it has.

    The number of regular marks follows the lessons a year: 2 up to 35, 3 up to 70, 4 beyond (Circular 22, article 6).
    """

    code: str
    name: str
    assessed_by: str
    grades: range
    regular: int = 3


PRIMARY, LOWER, UPPER, SECONDARY = range(1, 6), range(6, 10), range(10, 13), range(6, 13)

SUBJECTS = (
    Subject("TV", "Tiếng Việt", "level", PRIMARY),
    Subject("TOAN", "Toán", "level", PRIMARY),
    Subject("ANH", "Ngoại ngữ 1 (Tiếng Anh)", "level", range(3, 6)),
    Subject("DD", "Đạo đức", "level", PRIMARY),
    Subject("TNXH", "Tự nhiên và Xã hội", "level", range(1, 4)),
    Subject("SD", "Lịch sử và Địa lí", "level", range(4, 6)),
    Subject("KH", "Khoa học", "level", range(4, 6)),
    Subject("THCN", "Tin học và Công nghệ", "level", range(3, 6)),
    Subject("AN", "Nghệ thuật (Âm nhạc)", "level", PRIMARY),
    Subject("MT", "Nghệ thuật (Mĩ thuật)", "level", PRIMARY),
    Subject("TD", "Giáo dục thể chất", "level", PRIMARY),
    Subject("HDTN", "Hoạt động trải nghiệm", "level", PRIMARY),
    Subject("VAN", "Ngữ văn", "score", SECONDARY, regular=4),
    Subject("TOAN", "Toán", "score", SECONDARY, regular=4),
    Subject("ANH", "Ngoại ngữ 1 (Tiếng Anh)", "score", SECONDARY, regular=4),
    Subject("GDCD", "Giáo dục công dân", "score", LOWER, regular=2),
    Subject("SD", "Lịch sử và Địa lí", "score", LOWER, regular=4),
    Subject("KHTN", "Khoa học tự nhiên", "score", LOWER, regular=4),
    Subject("CN", "Công nghệ", "score", LOWER),
    Subject("TIN", "Tin học", "score", SECONDARY, regular=2),
    Subject("SU", "Lịch sử", "score", UPPER),
    Subject("LI", "Vật lí", "score", UPPER),
    Subject("HOA", "Hóa học", "score", UPPER),
    Subject("SINH", "Sinh học", "score", UPPER),
    Subject("QPAN", "Giáo dục quốc phòng và an ninh", "score", UPPER, regular=2),
    Subject("NT", "Nghệ thuật", "comment", LOWER),
    Subject("TD", "Giáo dục thể chất", "comment", SECONDARY),
    Subject("HDTN", "Hoạt động trải nghiệm, hướng nghiệp", "comment", SECONDARY),
    Subject("DP", "Nội dung giáo dục của địa phương", "comment", SECONDARY),
)

GRADES = {Level.PRIMARY: PRIMARY, Level.LOWER_SECONDARY: LOWER, Level.UPPER_SECONDARY: UPPER}
"""The grades of a level. Continuing education is left out: the sample world has no such school."""

LOWEST, HIGHEST = 50, 98
"""Sample marks in tenths: everybody is promoted, nobody is perfect."""


def semester_average(regular: Sequence[int], midterm: int, final: int) -> int:
    """(sum of regular + 2 x mid-term + 3 x end-of-term) / (n regular + 5): tenths, half-up (Circular 22, article 9)."""
    weight = len(regular) + 5
    return (2 * (sum(regular) + 2 * midterm + 3 * final) + weight) // (2 * weight)


def year_average(first: int, second: int) -> int:
    """(semester I + 2 x semester II) / 3: tenths, half-up (Circular 22, article 9)."""
    return (2 * (first + 2 * second) + 3) // 6


def averages(subjects: Iterable[Mapping[str, Any]]) -> list[int]:
    """The year's averages of a record's subjects that have scores, in tenths."""
    return [round(subject["year"] * 10) for subject in subjects if subject["assessed_by"] == "score"]


def learning_result(marks: Sequence[int]) -> str:
    """The year's result, all comment subjects being passed: at least six subjects reach the higher bar, all the lower.

    Circular 22, article 9: Tốt 8.0 and 6.5, Khá 6.5 and 5.0, Đạt 5.0 and 3.5; else Chưa đạt.
    """
    for result, higher, lower in (("good", 80, 65), ("fair", 65, 50), ("pass", 50, 35)):
        if min(marks) >= lower and sum(mark >= higher for mark in marks) >= 6:  # noqa: PLR2004 (of the article)
            return result
    return "not_pass"


def name(draw: Random, sex: str) -> str:
    """A full name, NFC, of nobody."""
    return " ".join((draw.choice(SURNAMES), draw.choice(MIDDLE_NAMES[sex]), draw.choice(GIVEN_NAMES[sex])))


def record(
    draw: Random,
    issuer: Mapping[str, str],
    level: Level,
    *,
    number: str,
    issued_on: date,
    last_year: int,
    place_of_birth: str,
) -> dict[str, Any]:
    """A whole level's record, version 1, of one synthetic pupil.

    `issuer` is the record's object of that name; `last_year` the calendar year in which the last school year began.
    `draw` decides name, birthday and marks, in that order.
    """
    grades = GRADES[level]
    born = last_year - grades[-1] - 5  # six years old in grade 1
    return {
        "schema": SCHEMA,
        "number": number,
        "version": 1,
        "kind": "cycle",
        "level": str(level),
        "issued_on": issued_on.isoformat(),
        "language": "vi",
        "issuer": dict(issuer),
        "pupil": _pupil(draw, born, issuer["province_code"], place_of_birth),
        "years": _years(draw, grades, last_year),
    }


def _pupil(draw: Random, born: int, province: str, place_of_birth: str) -> dict[str, Any]:
    sex = draw.choice(("female", "male"))
    birthday = date(born, 1, 1) + timedelta(days=draw.randrange(365))
    century = {"male": 2, "female": 3}[sex]  # Decree 137/2015: sex and century of those born from 2000 to 2099
    return {
        "full_name": name(draw, sex),
        "date_of_birth": birthday.isoformat(),
        "sex": sex,
        "moet_code": f"{province}{draw.randrange(10**8):08}",
        "personal_id": f"0{province}{century}{born % 100:02}{draw.randrange(10**6):06}",
        "place_of_birth": place_of_birth,
    }


def _years(draw: Random, grades: range, last_year: int) -> list[dict[str, Any]]:
    ability, room = draw.uniform(60, 88), draw.randrange(1, 9)
    first_year = last_year - len(grades) + 1
    return [_year(draw, ability, grade, first_year + i, room) for i, grade in enumerate(grades)]


def _year(draw: Random, ability: float, grade: int, begins: int, room: int) -> dict[str, Any]:
    taught = [subject for subject in SUBJECTS if grade in subject.grades]
    subjects = [
        {
            "code": subject.code,
            "name": subject.name,
            "assessed_by": subject.assessed_by,
            **_marks(draw, ability, subject),
        }
        for subject in taught
    ]
    year: dict[str, Any] = {"school_year": f"{begins}-{begins + 1}", "grade": grade, "class": f"{grade}A{room}"}
    year["subjects"] = subjects
    if any(subject["assessed_by"] == "score" for subject in subjects):  # primary has neither result (Circular 27)
        year["learning_result"] = learning_result(averages(subjects))
        year["training_result"] = draw.choice(("good", "good", "fair"))
    return {**year, "decision": "promoted", "corrections": []}


def _marks(draw: Random, ability: float, subject: Subject) -> dict[str, Any]:
    if subject.assessed_by == "level":  # the end of semester II is the end of the year
        return {"semester_1": draw.choice("TTH"), "year": draw.choice("TTTH")}
    if subject.assessed_by == "comment":
        if draw.random() < 0.03:  # noqa: PLR2004 (now and then somebody tries again in summer)
            return {"semester_1": "pass", "semester_2": "not_pass", "year": "not_pass", "reassessment": "pass"}
        return {"semester_1": "pass", "semester_2": "pass", "year": "pass"}
    level = draw.gauss(ability, 6)
    first, second = (_semester(draw, level, subject.regular) for _ in range(2))
    return {"semester_1": first / 10, "semester_2": second / 10, "year": year_average(first, second) / 10}


def _semester(draw: Random, level: float, regular: int) -> int:
    marks = [min(HIGHEST, max(LOWEST, round(draw.gauss(level, 7)))) for _ in range(regular + 2)]
    return semester_average(marks[:regular], *marks[regular:])
