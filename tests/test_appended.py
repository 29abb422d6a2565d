"""The strict form of an appended revision: what has it, and each way of not having it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import world

from verify.appended import CHUNK, MAX_SUBSECTIONS, Section, fault, table_numbers
from verify.pdf import open_pdf

BASE = b"%PDF-1.7\n"
OBJECTS = b"7 0 obj\n<< /A 1 >>\nendobj\n8 0 obj\n<< /B 2 >>\nendobj\n"
TABLE = b"xref\n0 1\n0000000000 65535 f \n7 2\n0000000009 00000 n \n0000000035 00000 n \n"
TRAILER = b"trailer\n<< /Size 9 >>\nstartxref\n61\n%%EOF\n"


def revision(
    objects: bytes = OBJECTS, table: bytes = TABLE, trailer: bytes = TRAILER
) -> tuple[bytes, int, int, Section]:
    """A revision after BASE, with what a reader made of its cross-references."""
    content = BASE + objects + table + trailer
    section = Section(len(BASE + objects), {9: (7, 0), 35: (8, 0)}, stream=False)
    return content, len(BASE), len(content), section


def test_the_strict_form_passes() -> None:
    assert fault(*revision()) == ""


def test_a_table_may_free_numbers() -> None:
    """Whether anything still refers to them is asked by `verify/revisions.py`."""
    assert fault(*revision(table=TABLE + b"20 2\n0000000021 00001 f \n0000000000 00001 f \n")) == ""


def test_an_object_may_end_where_the_table_begins() -> None:
    assert fault(*revision(objects=OBJECTS.removesuffix(b"\n"))) == ""


def test_a_stream_of_cross_references_passes() -> None:
    stream = b"9 0 obj\n<< /Type /XRef >>\nstream\n\x00\nendstream\nendobj\n"
    content = BASE + OBJECTS + stream + b"startxref\n61\n%%EOF\n"
    listed = {9: (7, 0), 35: (8, 0), 61: (9, 0)}
    assert fault(content, len(BASE), len(content), Section(61, listed, stream=True)) == ""
    assert fault(
        content.replace(b"\nendobj\nstartxref", b"\nendobj 1\nstartxref"),
        len(BASE),
        len(content) + 2,
        Section(61, listed, stream=True),
    )


@pytest.mark.parametrize(
    ("comment", "passes"),
    [
        (b"%SomeTool-5.5.13.2\n", True),
        (b"%Some Tool-Core_7\r\n", True),
        (b"%" + b"a" * 80 + b"\n", True),
        (b"%" + b"a" * 81 + b"\n", False),
        (b"%\n", False),
        (b"%a", False),
        (b"%a\n%b\n", False),
        (b"% << >>\n", False),
        (b"%a\nb", False),
    ],
)
def test_a_tool_may_name_itself_behind_its_stream(comment: bytes, *, passes: bool) -> None:
    stream = b"9 0 obj\n<< /Type /XRef >>\nstream\n\x00\nendstream\nendobj\n"
    content = BASE + OBJECTS + stream + comment + b"startxref\n61\n%%EOF\n"
    listed = {9: (7, 0), 35: (8, 0), 61: (9, 0)}
    why = fault(content, len(BASE), len(content), Section(61, listed, stream=True))
    assert why == ("" if passes else "bytes between objects")


TABLES = {
    "not-a-table": b"xrex" + TABLE[4:],
    "a-short-entry": TABLE.replace(b"00000 n \n0000000035", b"00000 n\n0000000035"),
    "a-number-twice": TABLE.replace(b"7 2\n", b"7 1\n").replace(b"0000000035", b"7 1\n0000000035"),
    "no-trailer": TABLE + b"8",
    "more-entries-than-bytes": TABLE.replace(b"7 2\n", b"7 99999\n"),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_in_another_form_is_refused(table: bytes) -> None:
    assert fault(*revision(table=table)) == "form of a cross-reference table"


def test_subsections_are_bounded() -> None:
    many = b"xref\n" + b"0 0\n" * (MAX_SUBSECTIONS + 1) + b"trailer"
    assert table_numbers(many, 0) is None


ELSEWHERE = {
    "an-unlisted-object": (
        OBJECTS + b"35 0 obj\n<< >>\nendobj\n",
        "objects that are not where the cross-references say",
    ),
    "bytes-between": (OBJECTS.replace(b"endobj\n8", b"endobj (hidden) 8"), "objects that are not where"),
    "bytes-before": (b"BT" + OBJECTS[2:], "objects that are not where"),
}


@pytest.mark.parametrize(("objects", "why"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_objects_stand_where_the_table_says(objects: bytes, why: str) -> None:
    content, begin, end, section = revision(objects=objects)
    assert fault(content, begin, end, replace(section, start=len(BASE + objects))).startswith(why)


HEADERS = {
    "a-header": (b"7 0 obj", True),
    "all-white-space": (b"7\0\t\n\x0c\r 0\0\t\n\x0c\r obj", True),
    "a-chunk-of-white-space": (b"7" + b" " * CHUNK + b"0" + b" " * CHUNK + b"obj", True),
    "more-white-space-than-a-chunk": (b"7" + b" " * (3 * CHUNK + 1) + b"0 obj", True),
    "ten-digits": (b"1234567890 0 obj", True),
    "eleven-digits": (b"12345678901 0 obj", False),
    "a-generation-of-five": (b"7 12345 obj", True),
    "a-generation-of-six": (b"7 123456 obj", False),
    "signs-before-it": (b"x7 0 obj", True),
    "one-number": (b"x10 obj", False),
    "one-number-behind-a-space": (b"x 10 obj", False),
    "no-number": (b"x obj", False),
    "a-sign-between": (b"7-0 obj", False),
    "no-space-behind-the-generation": (b"7 0obj", False),
    "a-longer-word": (b"7 0 object", False),
    "a-digit-behind-the-word": (b"7 0 obj7", True),
}


@pytest.mark.parametrize(("header", "seen"), HEADERS.values(), ids=HEADERS)
def test_whatever_might_be_an_objects_header_counts(header: bytes, *, seen: bool) -> None:
    """Here it stands in a string; a reader that mends files finds it there all the same."""
    text = b"(" + header + b")"
    content, begin, end, section = revision(objects=OBJECTS + text)
    bare = content.replace(text, b" " * len(text))
    assert fault(bare, begin, end, section) == ""
    why = "objects that are not where the cross-references say" if seen else "bytes between objects"
    assert fault(content, begin, end, section) == why


def test_what_stands_before_a_revision_is_no_part_of_its_first_header() -> None:
    content, begin, end, section = revision(objects=b"1" + OBJECTS)
    listed = replace(section, objects={10: (7, 0), 36: (8, 0)})
    assert fault(content, begin + 1, end, listed) == ""
    assert fault(content, begin, end, listed) == "objects that are not where the cross-references say"


def test_nothing_stands_before_the_first_object() -> None:
    content, begin, end, section = revision(objects=b"junk\n" + OBJECTS)
    moved = replace(section, objects={14: (7, 0), 40: (8, 0)})
    assert fault(content, begin, end, moved) == "bytes before a revision"


def test_nothing_stands_between_objects() -> None:
    objects = OBJECTS.replace(b"endobj\n8", b"endobj\n<junk>\n8")
    content, begin, end, section = revision(objects=objects)
    moved = replace(section, objects={9: (7, 0), 42: (8, 0)})
    assert fault(content, begin, end, moved) == "bytes between objects"


@pytest.mark.parametrize("more", [b"startxref\n1\n", b"%%EOF\n"])
def test_a_revision_ends_once(more: bytes) -> None:
    content, begin, end, section = revision(trailer=TRAILER.replace(b"startxref", more + b"startxref", 1))
    assert fault(content, begin, end, section) == "more than one end in a revision"


def test_a_revision_without_an_end_is_refused() -> None:
    content, begin, _, section = revision()
    for end in (0, begin):
        assert fault(content, begin, end, section) == "a revision without an end of its own"


@pytest.mark.parametrize("more", [b"x", b"\n%", b"1 0 obj\n<< >>\nendobj\n"])
def test_bytes_after_the_last_revision_are_seen(more: bytes) -> None:
    evidence = open_pdf(world.signed(world.SIGNED, world.SIGNED) + more)
    assert "CANNOT_BE_JUDGED" in {one.code for one in evidence.faults}


def test_white_space_after_the_last_revision_is_nothing() -> None:
    assert open_pdf(world.signed(world.SIGNED, world.SIGNED) + b"\n \r\n").faults == ()
