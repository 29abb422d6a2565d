"""Cross-reference sections: each form of the standard, and each way to list an object twice, nowhere or for ever."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hostile import object_, stream
from hypothesis import given
from hypothesis import strategies as st

from verify import xref
from verify.syntax import Damaged, Ref
from verify.xref import Packed, Section, Standing, decoded, read_sections

HEAD = b"%PDF-1.7\n"
HIDDEN = b"/W [0 1 0] /Size 9 /Index [4 1] "
ROWS = b"0 3\n0000000000 65535 f \n0000000017 00000 n \n0000000034 00003 n \n"
PLACES: Mapping[int, Standing | Packed] = {1: Standing(17, 0), 2: Standing(34, 3)}


def ended(content: bytes, start: int = len(HEAD)) -> bytes:
    """A file whose last section begins at an offset."""
    return HEAD + content + b"startxref\n%d\n%%%%EOF\n" % start


def table(rows: bytes = ROWS, trailer: bytes = b"<< /Size 3 >>", keyword: bytes = b"xref\n") -> bytes:
    return keyword + rows + b"trailer\n" + trailer + b"\n"


def only(content: bytes) -> Section:
    """The one section of a file."""
    (found,) = read_sections(content)
    return found


# Tables.


TABLES: dict[str, bytes] = {
    "exact": table(),
    "ends-of-line-in-two": table(ROWS.replace(b" \n", b"\r\n")),
    "returns": table(ROWS.replace(b" \n", b" \r")),
    "an-octet-short": table(ROWS.replace(b" \n", b"\n")),
    "returns-and-an-octet-short": table(ROWS.replace(b" \n", b"\r")),
    "spaces-behind-the-heads": table(ROWS.replace(b"0 3\n", b"0 3 \n"), keyword=b"xref \n"),
    "other-ends-of-the-heads": table(ROWS.replace(b"0 3\n", b"0 3\r"), keyword=b"xref\r\n"),
    "in-parts": table(ROWS.replace(b"0000000034", b"2 1\n0000000034").replace(b"0 3\n", b"0 2\n")),
    "an-empty-part": table(b"0 0\n" + ROWS),
    "close-to-the-trailer": table(trailer=b"<</Size 3>>").replace(b"trailer\n", b"trailer"),
    "a-comment-before-the-trailer": table(ROWS + b"% trailer <</Size 1>>\n"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read(name: str) -> None:
    content = ended(TABLES[name])
    end = content.rindex(b">>") + 2
    assert only(content) == Section(len(HEAD), PLACES, frozenset({0}), {"/Size": 3}, end=end)


@pytest.mark.parametrize("white", [b"\n", b"\r\n", b" ", b"\0\t"])
def test_a_section_may_stand_an_end_of_line_behind_its_place(white: bytes) -> None:
    for section in (table(), streamed()):
        exact, off = only(ended(section)), only(ended(white + section))
        assert off.start == exact.start + len(white)
        assert (off.places, off.trailer) == (exact.places, exact.trailer)


def test_two_places_of_one_section_are_one() -> None:
    content = ended(b"\n" + table(trailer=b"<< /Size 3 /Prev 10 >>"))
    with pytest.raises(Damaged, match="a chain"):
        read_sections(content)


NO_TABLES: dict[str, bytes] = {
    "another-word": table(keyword=b"xreg\n"),
    "a-word-longer": table(keyword=b"xrefs\n"),
    "a-comment-before": table(keyword=b"%\nxref\n"),
    "three-ends-of-line-before": table(keyword=b"\n\n\nxref\n"),
    "no-end-of-line": table(keyword=b"xref "),
    "two-spaces-behind-the-head": table(ROWS.replace(b"0 3\n", b"0 3  \n")),
    "fewer-entries": table(ROWS.replace(b"0 3\n", b"0 4\n")),
    "more-entries": table(ROWS.replace(b"0 3\n", b"0 2\n")),
    "another-kind": table(ROWS.replace(b"00003 n", b"00003 x")),
    "a-short-offset": table(ROWS.replace(b"0000000034", b"000000034")),
    "an-entry-too-long": table(ROWS.replace(b" \n", b" \r\n")),
    "a-negative-offset": table(ROWS.replace(b"0000000034", b"-000000034")),
    "no-trailer": b"xref\n" + ROWS,
    "a-trailer-that-is-a-number": table(trailer=b"3"),
    "a-trailer-that-is-a-stream": table(trailer=b"stream\n"),
    "another-word-for-the-trailer": table().replace(b"trailer", b"trailers"),
    "a-size-twice": table(trailer=b"<< /Size 3 /Size 9 >>"),
}


@pytest.mark.parametrize("name", NO_TABLES)
def test_a_table_in_another_form_is_refused(name: str) -> None:
    with pytest.raises(Damaged):
        read_sections(ended(NO_TABLES[name]))


UNCLEAR: dict[str, tuple[bytes, str]] = {
    "in-order": (table(), ""),
    "a-number-twice": (table(ROWS + b"1 1\n0000000099 00000 n \n"), "an object number twice"),
    "a-number-twice-once-free": (table(ROWS + b"1 1\n0000000000 00001 f \n"), "an object number twice"),
    "the-size-too-small": (table(trailer=b"<< /Size 2 >>"), "an object number beyond /Size"),
    "no-size": (table(trailer=b"<< >>"), "an object number beyond /Size"),
    "the-size-a-fraction": (table(trailer=b"<< /Size 3.0 >>"), "an object number beyond /Size"),
    "the-size-true": (table(b"", trailer=b"<< /Size true >>"), "an object number beyond /Size"),
    "object-zero": (table(b"0 1\n0000000017 00000 n \n"), "an object number 0"),
    "nothing": (table(b"", trailer=b"<< /Size 1 >>"), ""),
    "nothing-and-no-room": (table(b"", trailer=b"<< /Size 0 >>"), "an object number beyond /Size"),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_readers_may_read_differently_is_told(name: str) -> None:
    content, why = UNCLEAR[name]
    assert only(ended(content)).unclear == why


# Where a file ends.


def test_the_last_end_is_meant() -> None:
    first = ended(table())
    second = first + b"xref\n0 0\ntrailer\n<< /Size 3 /Prev 9 >>\nstartxref\n%d\n%%%%EOF" % len(first)
    assert [one.start for one in read_sections(second)] == [len(first), 9]


ENDS: dict[str, bytes] = {
    "nothing": b"",
    "no-end": HEAD + table() + b"startxref\n9\n",
    "no-start": HEAD + table() + b"9\n%%EOF",
    "a-word-between": HEAD + table() + b"startxref\n9\nx%%EOF",
    "a-negative-start": HEAD + table() + b"startxref\n-9\n%%EOF",
    "two-ends": ended(table()) + b"%%EOF\n",
    "an-end-before-the-start": HEAD + table() + b"startxref\n9\n%%EOF\nstartxref\n",
    "beyond-the-end": ended(table(), 9999),
    "a-start-that-is-far": ended(table()) + b"\n" * xref.LAST_WITHIN,
    "far-and-an-end-near": ended(table()).replace(b"%%EOF", b" " * xref.LAST_WITHIN + b"%%EOF"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_file_ends_once(name: str) -> None:
    with pytest.raises(Damaged):
        read_sections(ENDS[name])


def test_a_little_may_follow_the_end() -> None:
    assert only(ended(table()) + b"\n" * 1000).places == PLACES


# The chain.


def chained(*previous: bytes) -> bytes:
    """A file of empty sections: each the /Prev of its trailer, `@` for where the one before begins."""
    content, starts = HEAD, [0]
    for one in previous:
        starts.append(len(content))
        content += b"xref\n0 0\ntrailer\n<< /Size 1 %s >>\n" % one.replace(b"@", b"%d" % starts[-2])
    return content + b"startxref\n%d\n%%%%EOF\n" % starts[-1]


def test_sections_are_read_newest_first() -> None:
    starts = [one.start for one in read_sections(chained(b"", b"/Prev @", b"/Prev @"))]
    assert len(starts) == 3
    assert starts == sorted(starts, reverse=True)
    assert len(read_sections(chained(b"", b"/Prev null"))) == 1


PREVIOUS: dict[str, bytes] = {
    "itself": b"/Prev 9",
    "a-header": b"/Prev 0",
    "nothing": b"/Prev 9999",
    "below-zero": b"/Prev -1",
    "a-fraction": b"/Prev 9.0",
    "true": b"/Prev true",
    "a-name": b"/Prev /A",
    "a-reference": b"/Prev 1 0 R",
    "a-list": b"/Prev [9]",
}


@pytest.mark.parametrize("name", PREVIOUS)
def test_a_chain_goes_to_a_section_and_ends(name: str) -> None:
    with pytest.raises(Damaged):
        read_sections(chained(PREVIOUS[name]))


def test_two_sections_do_not_follow_each_other() -> None:
    first = b"xref\n0 0\ntrailer\n<< /Size 1 /Prev %d >>\n"
    length = len(first % 10)
    with pytest.raises(Damaged):
        read_sections(ended(first % (9 + length) + first % 9, 9))


def test_a_place_before_the_file_is_no_place() -> None:
    """What stands at the very beginning is no section that a negative number leads to."""
    content = b"xref\n0 0\ntrailer\n<< /Size 1 >>\n"
    start = len(content)
    content += b"xref\n0 0\ntrailer\n<< /Size 1 /Prev -7 >>\nstartxref\n%d\n%%%%EOF" % start
    with pytest.raises(Damaged):
        read_sections(content)
    assert len(read_sections(content.replace(b"-7", b"00"))) == 2


def test_sections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    content = chained(b"", b"/Prev @", b"/Prev @")
    monkeypatch.setattr(xref, "MAX_SECTIONS", 3)
    assert len(read_sections(content)) == 3
    monkeypatch.setattr(xref, "MAX_SECTIONS", 2)
    with pytest.raises(Damaged):
        read_sections(content)


def test_objects_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    two = ended(table())[: -len(b"startxref\n9\n%%EOF\n")]
    both = two + table(trailer=b"<< /Size 3 /Prev 9 >>") + b"startxref\n%d\n%%%%EOF" % len(two)
    monkeypatch.setattr(xref, "MAX_OBJECTS", 6)
    assert len(read_sections(both)) == 2
    monkeypatch.setattr(xref, "MAX_OBJECTS", 5)
    with pytest.raises(Damaged, match="too many objects"):
        read_sections(both)
    monkeypatch.setattr(xref, "MAX_OBJECTS", 2)
    with pytest.raises(Damaged, match="too many objects"):
        read_sections(ended(table()))
    with pytest.raises(Damaged):
        read_sections(ended(streamed()))


# Streams.


ENTRIES = [(0, 0, 255), (1, 17, 0), (2, 9, 1)]
FOUND: Mapping[int, Standing | Packed] = {1: Standing(17, 0), 2: Packed(9, 1)}


def rows(entries: Sequence[Sequence[int]], widths: Sequence[int]) -> bytes:
    return b"".join(one.to_bytes(width) for entry in entries for one, width in zip(entry, widths, strict=True) if width)


def streamed(
    data: bytes = rows(ENTRIES, (1, 2, 1)),
    told: bytes = b"/W [1 2 1] /Size 3",
    type_: bytes = b"/Type /XRef",
) -> bytes:
    """A cross-reference stream, an object in itself."""
    return object_(5, stream(type_ + b" " + told, data))


@pytest.mark.parametrize("widths", [(1, 2, 1), (1, 4, 2), (2, 2, 2), (3, 8, 1)])
def test_a_stream_has_columns_of_any_width(widths: tuple[int, int, int]) -> None:
    found = only(ended(streamed(rows(ENTRIES, widths), b"/W [%d %d %d] /Size 3" % widths)))
    assert (found.places, found.freed, found.own) == (FOUND, frozenset({0}), Ref(5, 0))
    assert (found.start, found.unclear) == (9, "")


def test_what_has_no_width_has_its_default() -> None:
    found = only(ended(streamed(b"\x11\x22", b"/W [0 1 0] /Size 3 /Index [1 2]")))
    assert found.places == {1: Standing(17, 0), 2: Standing(34, 0)}
    kinds = only(ended(streamed(b"\1\1", b"/W [1 0 0] /Size 3 /Index [1 2]")))
    assert kinds.places == {1: Standing(0, 0), 2: Standing(0, 0)}


INDEXES: dict[str, tuple[bytes, list[int]]] = {
    "in-parts": (b"/Size 9 /Index [1 1 4 2]", [1, 4, 5]),
    "an-empty-part": (b"/Size 9 /Index [0 0 1 3]", [1, 2, 3]),
    "down": (b"/Size 9 /Index [4 2 1 1]", [4, 5, 1]),
}


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_says_which_numbers(name: str) -> None:
    told, numbers = INDEXES[name]
    found = only(ended(streamed(bytes([17, 18, 19]), b"/W [0 1 0] " + told)))
    assert found.places == {number: Standing(17 + nth, 0) for nth, number in enumerate(numbers)}
    assert found.unclear == ""


STREAMS_UNCLEAR: dict[str, tuple[bytes, str]] = {
    "a-number-twice": (b"/W [0 1 0] /Size 9 /Index [1 2 2 1]", "an object number twice"),
    "beyond-its-size": (b"/W [0 1 0] /Size 3 /Index [1 3]", "an object number beyond /Size"),
    "far-beyond": (b"/W [0 1 0] /Size 3 /Index [999999999999 3]", "an object number beyond /Size"),
    "object-zero": (b"/W [0 1 0] /Size 3", "an object number 0"),
}


@pytest.mark.parametrize("name", STREAMS_UNCLEAR)
def test_what_readers_may_read_differently_in_a_stream_is_told(name: str) -> None:
    told, why = STREAMS_UNCLEAR[name]
    assert only(ended(streamed(bytes([17, 18, 19]), told))).unclear == why


DATA = rows(ENTRIES, (1, 2, 1))
NO_STREAMS: dict[str, bytes] = {
    "no-type": streamed(type_=b""),
    "another-type": streamed(type_=b"/Type /ObjStm"),
    "no-stream": object_(5, b"<< /Type /XRef /W [1 2 1] /Size 3 >>"),
    "no-widths": streamed(told=b"/Size 3"),
    "two-widths": streamed(told=b"/W [1 2] /Size 3"),
    "four-widths": streamed(told=b"/W [1 1 1 1] /Size 3"),
    "a-negative-width": streamed(told=b"/W [-1 4 1] /Size 3"),
    "a-width-that-is-a-name": streamed(told=b"/W [/A 2 1] /Size 3"),
    "a-width-that-is-true": streamed(told=b"/W [true 2 1] /Size 3"),
    "a-width-behind-a-reference": streamed(told=b"/W 6 0 R /Size 3"),
    "no-width-at-all": streamed(b"", b"/W [0 0 0] /Size 3"),
    "no-width-and-no-entries": streamed(b"", b"/W [0 0 0] /Size 3 /Index []"),
    "no-size": streamed(told=b"/W [1 2 1]"),
    "a-negative-size": streamed(told=b"/W [1 2 1] /Size -3"),
    "a-part-of-nothing": streamed(told=b"/W [1 2 1] /Size 3 /Index [0 3 7 0]"),
    "five-octets-of-a-kind": streamed(b"\0\0\0\0\1\x11", told=b"/W [5 1 0] /Size 3 /Index [1 1]"),
    "half-an-index": streamed(told=b"/W [1 2 1] /Size 3 /Index [0 3 7]"),
    "a-negative-index": streamed(told=b"/W [1 2 1] /Size 3 /Index [-1 3]"),
    "an-index-that-is-none": streamed(told=b"/W [1 2 1] /Size 3 /Index 3"),
    "a-huge-index": streamed(told=b"/W [1 2 1] /Size 3 /Index [0 999999999999]"),
    "a-huge-size": streamed(told=b"/W [1 2 1] /Size 999999999999"),
    "huge-widths": streamed(told=b"/W [1 999999999999 1] /Size 3"),
    "a-row-less": streamed(DATA[:-4]),
    "an-octet-less": streamed(DATA[:-1]),
    "an-octet-more": streamed(DATA + b"\0"),
    "another-kind": streamed(b"\3" + DATA[1:]),
    "no-length": streamed().replace(b"/Length 12", b""),
    "a-length-behind-a-reference": streamed().replace(b"/Length 12", b"/Length 6 0 R"),
    "a-length-too-short": streamed(DATA + b"\1\2\3\4").replace(b"/Length 16", b"/Length 12"),
    "a-length-too-long": streamed(DATA[:8]).replace(b"/Length 8", b"/Length 12"),
    "a-length-beyond-the-file": streamed().replace(b"/Length 12", b"/Length 9999"),
    "garbage-for-flate": streamed(DATA, b"/W [1 2 1] /Size 3 /Filter /FlateDecode"),
}


@pytest.mark.parametrize("name", NO_STREAMS)
def test_a_stream_in_another_form_is_refused(name: str) -> None:
    with pytest.raises(Damaged):
        read_sections(ended(NO_STREAMS[name]))


# Hybrid files.


def hybrid(
    place: bytes | None = None,
    listed: bytes = ROWS,
    hidden: bytes = b"/W [0 1 0] /Size 9 /Index [4 1]",
    data: bytes = b"\x11",
    trailer: bytes = b"",
) -> bytes:
    """A table, and the stream of what it hides."""
    body = streamed(data, hidden)
    told = b"<< /Size 9 %s /XRefStm %s >>" % (trailer, b"9" if place is None else place)
    return ended(body + table(listed, told), len(HEAD + body))


def test_a_hybrid_section_is_read() -> None:
    found = only(hybrid())
    assert (found.places, found.unclear) == ({**PLACES, 4: Standing(17, 0)}, "")
    assert found.own == Ref(5, 0)
    assert found.sides is not None
    assert [one.places for one in found.sides] == [PLACES, {4: Standing(17, 0)}]


def test_what_a_table_hides_is_not_freed() -> None:
    rows_ = ROWS.replace(b"0 3\n", b"0 5\n") + b"0000000000 00000 f \n0000000000 00000 f \n"
    found = only(hybrid(listed=rows_))
    assert found.freed == {0, 3}
    assert (4 in found.places, found.unclear) == (True, "")


DIFFER = "hybrid cross-references that differ"
HYBRIDS: dict[str, tuple[bytes, str]] = {
    "in-both-alike": (hybrid(hidden=b"/W [0 1 0] /Size 9 /Index [1 1]"), ""),
    "in-both-and-moved": (hybrid(hidden=b"/W [0 1 0] /Size 9 /Index [1 1]", data=b"\x12"), DIFFER),
    "freed-by-the-stream": (hybrid(hidden=b"/W [1 1 0] /Size 9 /Index [1 1 4 1]", data=b"\0\0\1\x11"), DIFFER),
    "free-in-both": (hybrid(hidden=b"/W [1 1 0] /Size 9 /Index [0 1 4 1]", data=b"\0\0\1\x11"), ""),
    "twice-in-the-table": (hybrid(listed=ROWS + b"1 1\n0000000099 00000 n \n"), "an object number twice"),
    "beyond-in-the-stream": (hybrid(hidden=b"/W [0 1 0] /Size 3 /Index [4 1]"), "an object number beyond /Size"),
    "a-stream-of-nothing": (
        hybrid(hidden=b"/W [1 1 0] /Size 9 /Index [4 1]", data=b"\0\0"),
        "hybrid cross-references that list nothing",
    ),
    "the-same-catalog": (hybrid(hidden=HIDDEN + b"/Root 1 0 R", trailer=b"/Root 1 0 R"), ""),
    "another-catalog": (
        hybrid(hidden=HIDDEN + b"/Root 1 0 R", trailer=b"/Root 2 0 R"),
        "hybrid cross-references with two trailers",
    ),
    "a-chain-of-its-own": (hybrid(hidden=HIDDEN + b"/Prev 9"), "hybrid cross-references with two trailers"),
    "both-at-fault": (
        hybrid(listed=ROWS + b"4 1\n0000000099 00000 n \n", hidden=HIDDEN + b"/Root 1 0 R"),
        "hybrid cross-references with two trailers",
    ),
    "nothing-and-two-trailers": (
        hybrid(hidden=b"/W [1 1 0] /Size 9 /Index [4 1] /Prev 9", data=b"\0\0"),
        "hybrid cross-references that list nothing",
    ),
}


@pytest.mark.parametrize("name", HYBRIDS)
def test_the_worse_word_of_a_hybrid_section_is_told(name: str) -> None:
    content, why = HYBRIDS[name]
    assert only(content).unclear == why


def hidden_behind(rows_: bytes, data: bytes, index: bytes) -> list[str]:
    """A table, and a hybrid section in which nothing but a stream stands: what is unclear, oldest first."""
    first = ended(table(rows_, b"<< /Size 9 >>"))
    second = first + streamed(data, b"/W [1 1 1] /Size 9 /Index [%s]" % index)
    told = b"<< /Size 9 /Prev 9 /XRefStm %d >>" % len(first)
    whole = second + table(b"0 0\n", told) + b"startxref\n%d\n%%%%EOF\n" % len(second)
    return [one.unclear for one in reversed(read_sections(whole))]


SAID_AGAIN: dict[str, tuple[bytes, bytes, str]] = {
    "all-as-they-stand": (b"\0\0\xff\1\x11\0\1\x22\3\2\5\0", b"0 4", ""),
    "moved": (b"\1\x12\0", b"1 1", DIFFER),
    "of-another-generation": (b"\1\x22\0", b"2 1", DIFFER),
    "packed": (b"\2\5\0", b"1 1", DIFFER),
    "freed": (b"\0\0\0\2\5\0", b"1 1 3 1", DIFFER),
    "the-unused-freed": (b"\2\5\0\0\0\0", b"3 2", ""),
}


@pytest.mark.parametrize("name", SAID_AGAIN)
def test_the_stream_beside_a_table_says_of_older_objects_what_the_tables_say(name: str) -> None:
    data, index, why = SAID_AGAIN[name]
    assert hidden_behind(ROWS, data, index) == ["", why]


def test_what_was_freed_between_may_be_hidden_elsewhere() -> None:
    """To old readers it is not there any more, so nobody finds it in two places."""
    first = ended(table(trailer=b"<< /Size 9 >>"))
    second = first + table(b"2 1\n0000000000 00004 f \n", b"<< /Size 9 /Prev 9 >>")
    third = second + streamed(b"\x44", b"/W [0 1 0] /Size 9 /Index [2 1]")
    told = b"<< /Size 9 /Prev %d /XRefStm %d >>"
    for previous, why in ((len(first), ""), (9, DIFFER)):
        whole = third + table(b"0 0\n", told % (previous, len(second))) + b"startxref\n%d\n%%%%EOF\n" % len(third)
        assert read_sections(whole)[0].unclear == why


def test_an_update_may_say_the_same_on_both_sides_and_hide_nothing_that_was_seen() -> None:
    first = ended(table())
    second = first + streamed(b"\x44\x55", b"/W [0 1 0] /Size 9 /Index [1 1 6 1]")
    rows_ = b"1 1\n0000000068 00000 n \n6 1\n0000000085 00000 n \n"
    told = b"<< /Size 9 /Prev 9 /XRefStm %d >>" % len(first)
    for listed, why in ((rows_, ""), (rows_[24:], DIFFER)):
        whole = second + table(listed, told) + b"startxref\n%d\n%%%%EOF\n" % len(second)
        assert [one.unclear for one in read_sections(whole)] == [why, ""]


def test_what_was_freed_may_be_hidden_later() -> None:
    freed = ROWS.replace(b"0000000034 00003 n", b"0000000000 00003 f")
    assert hidden_behind(freed, b"\1\x44\0", b"2 1") == ["", ""]


@pytest.mark.parametrize("place", [b"-9", b"9.0", b"true", b"/A", b"9999", b"0", b"5 0 R"])
def test_a_hybrid_section_leads_to_a_stream(place: bytes) -> None:
    with pytest.raises(Damaged):
        read_sections(hybrid(place))


# What is encoded.


def up(content: bytes, columns: int, coding: int) -> bytes:
    """PNG-predicted rows, all of one coding."""
    out, before = b"", bytes(columns)
    for at in range(0, len(content), columns):
        row = content[at : at + columns]
        past = {0: bytes(columns), 1: b"\0" + row[:-1], 2: before}[coding]
        out += bytes([coding]) + bytes((one - other) & 0xFF for one, other in zip(row, past, strict=True))
        before = row
    return out


def flate(content: bytes, parameters: Any = None) -> bytes:  # noqa: ANN401 - any PDF object
    return decoded({"/Filter": "/FlateDecode", "/DecodeParms": parameters}, zlib.compress(content))


@given(content=st.binary(min_size=1, max_size=200), columns=st.integers(1, 9), coding=st.sampled_from([0, 1, 2]))
def test_predictors_are_undone(content: bytes, columns: int, coding: int) -> None:
    content = content.ljust(-(-len(content) // columns) * columns, b"\0")
    for kind in range(10, 16):
        assert flate(up(content, columns, coding), {"/Predictor": kind, "/Columns": columns}) == content


def test_rows_of_a_predictor_have_one_octet_unless_they_say_otherwise() -> None:
    assert flate(up(b"abc", 1, 2), {"/Predictor": 12}) == b"abc"


@given(content=st.binary(max_size=2000))
def test_one_flate_is_undone(content: bytes) -> None:
    assert decoded({}, content) == content
    assert decoded({"/Filter": []}, content) == content
    assert flate(content) == flate(content, {}) == flate(content, {"/Predictor": 1}) == content
    assert decoded({"/Filter": ["/FlateDecode"], "/DecodeParms": [None]}, zlib.compress(content)) == content


ENCODED: dict[str, dict[str, Any]] = {
    "another-filter": {"/Filter": "/LZWDecode"},
    "its-short-name": {"/Filter": "/Fl"},
    "two-filters": {"/Filter": ["/FlateDecode", "/FlateDecode"]},
    "a-filter-in-two-lists": {"/Filter": [["/FlateDecode"]]},
    "a-filter-that-is-a-reference": {"/Filter": Ref(1, 0)},
    "parameters-that-are-a-name": {"/Filter": "/FlateDecode", "/DecodeParms": "/A"},
    "parameters-for-two": {"/Filter": "/FlateDecode", "/DecodeParms": [None, None]},
    "another-predictor": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 2}},
    "an-unknown-predictor": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 16}},
    "a-predictor-that-is-a-name": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": "/Up"}},
    "colours": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/Colors": 3}},
    "bits": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/BitsPerComponent": 4}},
    "no-columns": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/Columns": 0}},
    "columns-below-zero": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/Columns": -1}},
    "columns-that-are-a-fraction": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/Columns": 1.0}},
    "columns-that-are-true": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/Columns": True}},
    "columns-wider-than-all": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/Columns": 10**12}},
    "half-a-row": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/Columns": 5}},
    "a-coding-that-we-do-not-read": {"/Filter": "/FlateDecode", "/DecodeParms": {"/Predictor": 12, "/Columns": 1}},
}


@pytest.mark.parametrize("name", ENCODED)
def test_another_encoding_is_refused(name: str) -> None:
    with pytest.raises(Damaged):
        decoded(ENCODED[name], zlib.compress(b"\3\2\1\2\1\2\1\2"))


def test_what_is_cut_short_is_refused() -> None:
    whole = zlib.compress(b"abc" * 99)
    for end in range(len(whole)):
        with pytest.raises(Damaged):
            decoded({"/Filter": "/FlateDecode"}, whole[:end])


def test_what_does_not_add_up_is_refused() -> None:
    whole = zlib.compress(b"abc" * 99)
    with pytest.raises(Damaged):
        decoded({"/Filter": "/FlateDecode"}, whole[:-1] + bytes([whole[-1] ^ 1]))


def test_a_bomb_is_refused_while_it_grows() -> None:
    with pytest.raises(Damaged, match="size of a stream"):
        flate(bytes(xref.MAX_DECODED + 1))
    assert len(flate(bytes(xref.MAX_DECODED))) == xref.MAX_DECODED


# Two sections of a revision, and anything at all.


def test_a_file_that_was_linearized_has_two_sections() -> None:
    first = table(b"0 0\n", b"<< /Size 3 /Prev @@@ >>") + b"startxref\n0\n%%EOF\n"
    body = HEAD + first.replace(b"@@@", b"%03d" % len(HEAD + first))
    sections = read_sections(body + table() + b"startxref\n9\n%%EOF\n")
    assert [one.start for one in sections] == [9, len(body)]
    assert sections[1].places == PLACES


@given(
    content=st.binary(max_size=60), at=st.integers(0, 200), base=st.sampled_from([table(), streamed(), hybrid()[9:]])
)
def test_whatever_stands_there_is_read_or_damaged(content: bytes, at: int, base: bytes) -> None:
    broken = ended(base[:at] + content + base[at + len(content) :])
    try:
        found = read_sections(broken)
    except Damaged:
        return
    assert all(re.match(rb"xref|\d+\s+\d+\s+obj", broken[one.start :]) for one in found)
