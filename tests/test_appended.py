"""The strict form of an appended revision: what has it, and each way of not having it."""

from __future__ import annotations

import pytest
import world

from verify.appended import CHUNK, MAX_SUBSECTIONS, Section, fault, table_numbers
from verify.pdf import open_pdf

BASE = b"%PDF-1.7\n"
OBJECTS = b"7 0 obj\n<< /A 1 >>\nendobj\n8 0 obj\n<< /B 2 >>\nendobj\n"
TABLE = b"xref\n0 1\n0000000000 65535 f \n7 2\n0000000009 00000 n \n0000000035 00000 n \n"
TRAILER = b"trailer\n<< /Size 9 >>\nstartxref\n61\n%%EOF\n"


def told(content: bytes, start: int, objects: dict[int, tuple[int, int]], *, stream: bool = False) -> Section:
    """What a reader makes of the cross-references of a revision: dictionaries, and streams of one octet."""
    ends = {}
    for offset in objects:
        data = content.find(b"stream\n", offset, content.find(b"endobj", offset))
        ends[offset] = content.find(b">>", offset) + 2 if data < 0 else data + len(b"stream\n") + 1
    trailer = content.find(b">>", content.rfind(b"\ntrailer")) + 2
    streams = content.count(b"\nendstream")
    return Section(start, objects, ends, streams, stream=stream, end=0 if stream else trailer)


def revision(
    objects: bytes = OBJECTS,
    table: bytes = TABLE,
    trailer: bytes = TRAILER,
    listed: dict[int, tuple[int, int]] | None = None,
) -> tuple[bytes, int, int, Section]:
    """A revision after BASE, with what a reader made of its cross-references."""
    content = BASE + objects + table + trailer
    section = told(content, len(BASE + objects), {9: (7, 0), 35: (8, 0)} if listed is None else listed)
    return content, len(BASE), len(content), section


def test_the_strict_form_passes() -> None:
    assert fault(*revision()) == ""


def test_a_table_may_free_numbers() -> None:
    """Whether anything still refers to them is asked by `verify/revisions.py`."""
    assert fault(*revision(table=TABLE + b"20 2\n0000000021 00001 f \n0000000000 00001 f \n")) == ""


def test_an_object_may_end_where_the_table_begins() -> None:
    assert fault(*revision(objects=OBJECTS.removesuffix(b"\n"))) == ""


STREAM = b"9 0 obj\n<< /Type /XRef >>\nstream\n\x00\nendstream\nendobj\n"


def of_stream(behind: bytes, stream: bytes = STREAM) -> str:
    """Why a revision is refused that ends with a stream of cross-references, and something behind it."""
    content = BASE + OBJECTS + stream + behind + b"startxref\n61\n%%EOF\n"
    section = told(content, 61, {9: (7, 0), 35: (8, 0), 61: (9, 0)}, stream=True)
    return fault(content, len(BASE), len(content), section)


def test_a_stream_of_cross_references_passes() -> None:
    assert of_stream(b"") == ""
    assert of_stream(b"1\n") == "bytes between objects"
    assert of_stream(b"", STREAM.replace(b"endstream\n", b"endstream\n(hidden)\n")) == "bytes between objects"
    assert of_stream(b"trailer\n<< /Root 8 0 R >>\n") == "more than one end in a revision"


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
def test_a_tool_may_name_itself_behind_its_cross_references(comment: bytes, *, passes: bool) -> None:
    content, begin, end, section = revision(trailer=TRAILER.replace(b"startxref", comment + b"startxref"))
    assert fault(content, begin, end, section) == ("" if passes else "bytes behind a trailer")
    why = of_stream(comment)
    assert why == ("" if passes else "bytes between objects")


TABLES = {
    "not-a-table": b"xrex" + TABLE[4:],
    "a-short-entry": TABLE.replace(b"00000 n \n0000000035", b"00000 n\n0000000035"),
    "a-number-twice": TABLE.replace(b"7 2\n", b"7 1\n").replace(b"0000000035", b"7 1\n0000000035"),
    "no-trailer": TABLE + b"8",
    "more-entries-than-bytes": TABLE.replace(b"7 2\n", b"7 99999\n"),
    "a-subsection-of-nothing": TABLE.replace(b"7 2\n", b"9999999 0\n7 2\n"),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_in_another_form_is_refused(table: bytes) -> None:
    assert fault(*revision(table=table)) == "form of a cross-reference table"


def test_subsections_are_bounded() -> None:
    for count in (MAX_SUBSECTIONS, MAX_SUBSECTIONS + 1):
        many = b"xref\n" + b"0 0\n" * count + b"trailer"
        assert table_numbers(many, 0) == ([] if count == MAX_SUBSECTIONS else None)


ELSEWHERE = {
    "an-unlisted-object": (
        OBJECTS + b"35 0 obj\n<< >>\nendobj\n",
        "objects that are not where the cross-references say",
    ),
    "bytes-between": (OBJECTS.replace(b"endobj\n8", b"endobj (hidden) 8"), "objects that are not where"),
    "bytes-before": (b"BT" + OBJECTS[2:], "the header of an object in another form"),
}


@pytest.mark.parametrize(("objects", "why"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_objects_stand_where_the_table_says(objects: bytes, why: str) -> None:
    assert fault(*revision(objects=objects)).startswith(why)


UNLISTED, ODD = "objects that are not where the cross-references say", "the header of an object in another form"
HEADERS = {
    "a-header": (b"7 0 obj", UNLISTED),
    "all-white-space": (b"7\0\t\n\x0c\r 0\0\t\n\x0c\r obj", UNLISTED),
    "a-chunk-of-white-space": (b"7" + b" " * CHUNK + b"0" + b" " * CHUNK + b"obj", UNLISTED),
    "more-white-space-than-a-chunk": (b"7" + b" " * (3 * CHUNK + 1) + b"0 obj", UNLISTED),
    "ten-digits": (b"1234567890 0 obj", UNLISTED),
    "eleven-digits": (b"12345678901 0 obj", ODD),
    "a-generation-of-five": (b"7 12345 obj", UNLISTED),
    "a-generation-of-six": (b"7 123456 obj", ODD),
    "signs-before-it": (b"x7 0 obj", UNLISTED),
    "one-number": (b"x10 obj", ODD),
    "one-number-behind-a-space": (b"x 10 obj", ODD),
    "no-number": (b"x obj", ""),
    "no-number-behind-a-space": (b" obj", ""),
    "a-sign-between": (b"7-0 obj", ODD),
    "no-space-behind-the-generation": (b"7 0obj", ODD),
    "another-space": (b"7 0\x0bobj", ODD),
    "no-space": (b"7 0!obj", ""),
    "another-space-and-more": (b"7 0 \x1f\0 obj", ODD),
    "a-comment": (b"7 0 %x\nobj", ODD),
    "a-comment-without-an-end": (b"7 0 % obj", ODD),
    "comments": (b"7 0" + b"%\n" * 7 + b"obj", ODD),
    "more-comments": (b"x" + b"%\n" * 8 + b"obj", ODD),
    "a-comment-behind-no-number": (b"x %y\nobj", ""),
    "a-comment-behind-another-line": (b"7 0 %x\ny\nobj", ""),
    "a-longer-word": (b"7 0 object", ""),
    "a-digit-behind-the-word": (b"7 0 obj7", UNLISTED),
    "the-end-of-one": (b"7 endobj", "more than one end in a revision"),
    "a-space-of-another-reader": (b"7 0\x80obj", ODD),
    "a-blank-of-another-reader": (b"7 0\xffobj", ODD),
}


@pytest.mark.parametrize(("header", "why"), HEADERS.values(), ids=HEADERS)
def test_whatever_might_be_an_objects_header_counts(header: bytes, why: str) -> None:
    """Here it stands in a string; a reader that mends files finds it there all the same."""
    text = b"/C (" + header + b")"
    content = OBJECTS.replace(b"/B 2", text)
    assert fault(*revision(objects=OBJECTS.replace(b"/B 2", b" " * len(text)))) == ""
    assert fault(*revision(objects=content)) == why


def test_what_stands_before_a_revision_is_no_part_of_its_first_header() -> None:
    content, begin, end, section = revision(objects=b"1" + OBJECTS, listed={10: (7, 0), 36: (8, 0)})
    assert fault(content, begin + 1, end, section) == ""
    assert fault(content, begin, end, section) == UNLISTED


def test_nothing_stands_before_the_first_object() -> None:
    moved = revision(objects=b"junk\n" + OBJECTS, listed={14: (7, 0), 40: (8, 0)})
    assert fault(*moved) == "bytes before a revision"


@pytest.mark.parametrize("more", [b"<junk>\n", b"% junk\n"])
def test_nothing_stands_between_objects(more: bytes) -> None:
    objects = OBJECTS.replace(b"endobj\n8", b"endobj\n" + more + b"8")
    assert fault(*revision(objects=objects, listed={9: (7, 0), 35 + len(more): (8, 0)})) == "bytes between objects"


@pytest.mark.parametrize("more", [b"(11 0)\n", b"%\n"])
def test_nothing_stands_behind_a_trailer(more: bytes) -> None:
    content, begin, end, section = revision(trailer=TRAILER.replace(b"startxref", more + b"startxref"))
    assert fault(content, begin, end, section) == "bytes behind a trailer"


def test_a_second_trailer_is_one_too_many() -> None:
    twice = b"/B (trailer)"
    assert fault(*revision(objects=OBJECTS.replace(b"/B 2", twice))) == "more than one end in a revision"


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
