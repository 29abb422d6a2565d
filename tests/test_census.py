"""What stands in any object: nothing that matters gets past the census, and what is honest is accused of nothing."""

from __future__ import annotations

import time
from io import BytesIO

import pikepdf
import pytest
import sheet
from corpus.update import packed, streamed, update
from hostile import PAGE, document, stream
from hypothesis import given
from hypothesis import strategies as st

from verify.census import ACTIVE, NOTHING, Census, take_census
from verify.document import Document
from verify.syntax import Damaged

SECONDS = 5
"""What no census takes, on a slow machine."""


def census(content: bytes) -> Census:
    return take_census(Document(content).last)


def with_object(body: bytes) -> bytes:
    """A page, and an object that nothing refers to."""
    return document(PAGE | {5: body})


# What is found.


@pytest.mark.parametrize("name", ACTIVE)
def test_each_name_is_found_as_a_key_and_as_a_value(name: str) -> None:
    told = Census(active=(ACTIVE[name],))
    assert census(with_object(b"<< %s (x) >>" % name.encode())) == told
    assert census(with_object(b"<</S%s>>" % name.encode())) == told


SPELLINGS: dict[str, bytes] = {
    "plain": b"<< /S /JavaScript >>",
    "at-the-end": b"[/JavaScript]",
    "alone": b"/JavaScript",
    "one-escape": b"<< /S /J#61vaScript >>",
    "all-escaped": b"<< /S /#4a#61#76#61#53#63#72#69#70#74 >>",
    "the-last-escaped": b"<< /S /JavaScrip#74 >>",
    "deep": b"[" * 30 + b"<< /A << /S /JavaScript >> >>" + b"]" * 30,
    "behind-a-string": b"<< /A (/X) /S /JavaScript >>",
    "behind-a-string-with-an-end": b"<< /A (endobj) /S /JavaScript >>",
    "behind-an-object-in-a-string": b"<< /A (6 0 obj endobj) /S /JavaScript >>",
    "behind-a-comment": b"<< /A 1 % >> endobj\n /S /JavaScript >>",
    "before-a-comment": b"<< /S /JavaScript% >> endobj\n>>",
    "as-a-key-once": b"<< /JS null /S /JavaScript >>",
    "in-the-dictionary-of-a-stream": stream(b"/S /JavaScript", b"x"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_name_is_found_in_any_spelling(name: str) -> None:
    body = SPELLINGS[name]
    found = Census(active=("javascript",))
    assert census(with_object(body)) == found
    assert census(update(document(PAGE), {5: body})) == found
    assert census(update(with_object(b"1"), {5: body})) == found
    if not body.endswith(b"endstream"):
        assert census(streamed(document(PAGE), {9: packed({5: b"1", 6: body})}, inside={5: (9, 0), 6: (9, 1)})) == found
        # An object of the stream that no cross-reference lists stands there all the same.
        assert census(streamed(document(PAGE), {9: packed({5: b"1", 6: body})}, inside={5: (9, 0)})) == found


HARMLESS: dict[str, bytes] = {
    "a-string": b"<< /A (/JavaScript /EF /ByteRange) >>",
    "a-string-in-hexadecimal": b"<< /A <%s> >>" % b"/JavaScript".hex().encode(),
    "a-string-with-escapes": rb"<< /A (\(/JavaScript) >>",
    "a-comment": b"<< /A 1 %/JavaScript\n>>",
    "the-data-of-a-stream": stream(b"", b"<< /S /JavaScript /OCProperties /EF /ByteRange >>"),
    "an-object-in-the-data-of-a-stream": stream(b"", b"\n6 0 obj << /S /JavaScript >> endobj\n"),
    "a-longer-name": b"<< /S /JavaScripts /JSX 1 /EFF << >> /ByteRanges [] >>",
    "a-shorter-name": b"<< /S /JavaScrip /J 1 /E 1 >>",
    "another-case": b"<< /S /javascript /js 1 >>",
    "a-name-that-holds-it": b"<< /S /X#2FJavaScript >>",
    "an-escaped-escape": b"<< /S /J#2361vaScript >>",
    "a-name-within-a-string-key": b"<< /Names [(JS) 1 (/EF) 2] >>",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_name_is_nothing(name: str) -> None:
    assert census(with_object(HARMLESS[name])) == NOTHING


def test_what_stands_outside_of_all_objects_is_nothing() -> None:
    content = document(PAGE)
    assert census(content + b"% /JS /A#4A\n") == NOTHING
    assert census(update(content + b"/JS /#4A\n", {4: b"<< >>"})) == NOTHING
    assert census(content.replace(b"%PDF-1.7", b"%PDF-/JS")) == NOTHING
    trailer = document(PAGE).replace(b"/Size", b"/JS 1 /Size")
    assert census(trailer) == NOTHING


def test_what_was_replaced_stands_nowhere() -> None:
    assert census(update(with_object(b"<< /JS (x) >>"), {5: b"<< >>"})) == NOTHING
    assert census(update(with_object(b"<< /JS (x) >>"), {}, rows={5: b"0000000000 00001 f \n"})) == NOTHING
    base = streamed(document(PAGE), {9: packed({5: b"<< /JS (x) >>"})}, inside={5: (9, 0)})
    assert census(streamed(base, {5: b"1"})) == NOTHING
    assert census(base).active == ("javascript",)


def test_every_kind_is_told_once_and_in_order() -> None:
    body = b"[/Launch /JS /JavaScript /Hide /SubmitForm /XFA << /OCProperties /ByteRange >>]"
    found = Census(("javascript", "launch", "visibility", "xfa"), signatures=1, optional=True)
    assert census(with_object(body)) == found
    assert census(document(PAGE | {5: body, 6: body})) == Census(found.active, signatures=2, optional=True)


# Objects within objects.


def test_an_object_within_another_is_refused() -> None:
    """What is a name to the one is a string to the other, and the other way round."""
    outer = b"<< /A 1 %6 0 obj (\n/JS (x) %) endobj\n>>"
    base = with_object(outer)
    inner = b"%010d 00000 n \n" % base.index(b"6 0 obj")
    with pytest.raises(Damaged, match="within"):
        census(update(base, {}, rows={6: inner}))
    assert census(base).active == ("javascript",)


def test_an_object_in_the_data_of_a_stream_is_asked() -> None:
    base = with_object(stream(b"", b"6 0 obj << /S /JavaScript >> endobj"))
    inner = b"%010d 00000 n \n" % base.index(b"6 0 obj")
    assert census(base) == NOTHING
    assert census(update(base, {}, rows={6: inner})).active == ("javascript",)


def test_an_object_listed_under_two_numbers_is_asked_once() -> None:
    base = with_object(b"<< /ByteRange [] >>")
    place = b"%010d 00000 n \n" % base.index(b"5 0 obj")
    assert census(update(base, {}, rows={6: place})).signatures == 1


def test_an_object_that_cannot_be_read_is_no_reason_to_look_away() -> None:
    with pytest.raises(Damaged):
        census(update(document(PAGE), {}, rows={5: b"0000000001 00000 n \n"}))
    for body in (b"<< /S /JavaScript", b"<< /A#4 1 >>", b"<< /E#4= << >> >>", b"<< /JS#00 1 >>"):
        with pytest.raises(Damaged):
            census(with_object(body))


# Records.


def specification(entries: bytes) -> bytes:
    return b"<< /Type /Filespec %s >>" % entries


RECORDS: dict[str, tuple[bytes, int]] = {
    "by-its-name": (specification(b"/F (transcript.json) /EF << >>"), 1),
    "by-its-other-name": (specification(b"/F (a) /UF (transcript.json) /EF << >>"), 1),
    "in-another-case": (specification(b"/F (Transcript.JSON) /EF << >>"), 1),
    "by-its-description": (specification(b"/F (a) /Desc (transcript.json) /EF << >>"), 1),
    "with-an-escape": (specification(b"/F (transcript.json) /E#46 << >>"), 1),
    "a-name-behind-a-reference": (specification(b"/F 7 0 R /EF << >>"), 1),
    "embedding-nothing": (specification(b"/F (transcript.json)"), 0),
    "another-name": (specification(b"/F (a.txt) /EF << >>"), 0),
    "without-a-name": (specification(b"/EF << >>"), 0),
    "in-a-list": (b"[ 1 " + specification(b"/F (transcript.json) /EF << >>") + b"]", 1),
    "two-in-one-object": (b"[" + specification(b"/F (transcript.json) /EF << >>") * 2 + b"]", 1),
    "in-a-stream": (stream(b"/F (transcript.json) /EF << >>", b""), 1),
    "in-another": (specification(b"/F (a) /EF << >> /A " + specification(b"/F (transcript.json) /EF << >>")), 1),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_counted_wherever_it_is_embedded(name: str) -> None:
    body, wanted = RECORDS[name]
    assert census(document(PAGE | {5: body, 7: b"(transcript.json)"})).records == wanted
    assert census(document(PAGE | {5: body, 6: body, 7: b"(transcript.json)"})).records == 2 * wanted


def test_what_honest_tools_write_is_accused_of_nothing() -> None:
    found = census(sheet.sheet())
    assert found == Census(records=1)
    with pikepdf.open(BytesIO(sheet.sheet())) as opened:
        content = sheet.written(opened, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert census(content) == found


@given(data=st.binary(max_size=300), cut=st.integers(0, 300))
def test_the_data_of_a_stream_is_never_asked(data: bytes, cut: int) -> None:
    data = data[:cut] + b" /JS /EF /#4" + data[cut:]
    assert census(with_object(stream(b"", data))) == NOTHING


@pytest.mark.parametrize("piece", [b"/JS ", b"/#", b"/", b"/aaaaaaaaaaaaaa", b"/#4A", b"6 0 obj "])
def test_no_repetition_is_slow(piece: bytes) -> None:
    many = dict.fromkeys(range(10, 2000), b"<< /JS 1 >>")
    content = document(PAGE | many | {5: stream(b"", piece * ((1 << 20) // len(piece)))})
    begin = time.process_time()
    census(content)
    assert time.process_time() - begin < SECONDS


def test_objects_one_within_the_other_are_not_read_again_and_again() -> None:
    count = 4000
    heads = b"".join(b"%d 0 obj (" % (10 + index) for index in range(count))
    base = with_object(b"(" + heads + b"x" * 200_000 + b") endobj " * count + b")")
    rows = {10 + index: b"%010d 00000 n \n" % base.index(b"%d 0 obj (" % (10 + index)) for index in range(count)}
    begin = time.process_time()
    with pytest.raises(Damaged, match="within"):
        census(update(base, {}, rows=rows))
    assert time.process_time() - begin < SECONDS
