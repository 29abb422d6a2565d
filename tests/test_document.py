"""A file as it stood after each revision: places, references, object streams, and nothing of a later revision."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from io import BytesIO

import pikepdf
import pytest
import sheet
from corpus.update import entry, packed, streamed, update
from hostile import PAGE, crowded_stream, document, stream
from world import cast

from verify import document as rooms
from verify.document import Document, View
from verify.pdf import open_pdf
from verify.revisions import read_revisions
from verify.syntax import Damaged, Ref, Stream
from verify.xref import Packed, Standing

FORM = b"<< /Fields [] /SigFlags 1 >>"


def last(content: bytes) -> View:
    return Document(content).last


# Revisions.


def test_each_revision_is_seen_as_it_stood() -> None:
    base = document(PAGE)
    content = update(update(base, {4: FORM, 5: b"(new)"}), {5: b"(newer)"})
    first, second, third = Document(content).views
    assert [first.get(Ref(4, 0)), second.get(Ref(4, 0)), third.get(Ref(4, 0))] == [
        {"/Fields": [], "/SigFlags": 3},
        {"/Fields": [], "/SigFlags": 1},
        {"/Fields": [], "/SigFlags": 1},
    ]
    assert [one.get(Ref(5, 0)) for one in (first, second, third)] == [None, b"new", b"newer"]
    assert [one.end for one in (first, second, third)] == [match.end() for match in re.finditer(rb"%%EOF\n", content)]
    assert [one.writes(5) for one in (first, second, third)] == [False, True, True]
    assert not third.writes(None)
    assert [sorted(one.given) for one in (first, third)] == [[1, 2, 3, 4], [1, 2, 3, 4, 5]]
    assert [len(list(one.history())) for one in (first, second, third)] == [1, 2, 3]


def test_all_revisions_together_have_so_many_places(monkeypatch: pytest.MonkeyPatch) -> None:
    content = update(update(document(PAGE), {4: FORM}), {5: b"1"})
    monkeypatch.setattr(rooms, "MAX_PLACES", 4 + 4 + 5)
    assert len(Document(content).views) == 3
    monkeypatch.setattr(rooms, "MAX_PLACES", 4 + 4 + 4)
    with pytest.raises(Damaged, match="too many objects"):
        Document(content)


def test_a_freed_number_stands_nowhere_and_was_given_out() -> None:
    content = update(document(PAGE), {}, rows={4: b"0000000000 00001 f \n"})
    view = last(content)
    assert view.get(Ref(4, 0)) is None
    assert 4 in view.given
    assert Document(content).views[0].get(Ref(4, 0)) == {"/Fields": [], "/SigFlags": 3}


def test_a_freed_number_may_be_given_out_again() -> None:
    freed = update(document(PAGE), {}, rows={4: b"0000000000 00001 f \n"})
    view = last(update(freed, {4: FORM}, generation=1))
    assert view.get(Ref(4, 1)) == {"/Fields": [], "/SigFlags": 1}
    with pytest.raises(Damaged):
        view.get(Ref(4, 0))


@pytest.mark.parametrize(
    ("trailers", "wanted"),
    [
        ((b"", b""), None),
        ((b"/Root 1 0 R /Info 4 0 R", b""), Ref(4, 0)),
        ((b"/Root 1 0 R /Info 4 0 R", b"/Root 1 0 R /Info 3 0 R"), Ref(3, 0)),
        ((b"/Root 1 0 R /Info 4 0 R", b"/Root 1 0 R /Info null"), Ref(4, 0)),
    ],
)
def test_document_information_is_what_the_newest_trailer_with_one_says(
    trailers: tuple[bytes, bytes], wanted: Ref | None
) -> None:
    content = document(PAGE)
    for one in trailers:
        content = update(content, {}, trailer=one)
    assert last(content).information == wanted
    assert Document(content).views[0].information is None


def test_a_file_that_was_linearized_is_one_revision() -> None:
    content = sheet.sheet()
    with pikepdf.open(BytesIO(content)) as opened:
        content = sheet.written(opened, linearize=True)
    (only,) = Document(content).views
    assert len(only.sections) == 2
    assert only.end == len(content)
    assert only.root["/Type"] == "/Catalog"
    signed = Document(sheet.sign(content, cast().principal, "principal"))
    assert [len(one.sections) for one in signed.views] == [2, 1]


def without_its_end(content: bytes) -> bytes:
    """The first revision's end is made something else of the same length."""
    at = content.index(b"startxref")
    return content[:at] + content[at:].replace(b"%%EOF", b"%%EOX", 1)


FILES: dict[str, bytes] = {
    "no-header": document(PAGE).replace(b"%PDF", b"%PFD"),
    "encrypted": document(PAGE).replace(b"/Size", b"/Encrypt 4 0 R /Size"),
    "encrypted-since": update(document(PAGE), {}, trailer=b"/Root 1 0 R /Encrypt << >>"),
    "encrypted-once": update(document(PAGE).replace(b"/Size", b"/Encrypt 4 0 R /Size"), {}),
}


@pytest.mark.parametrize("name", FILES)
def test_what_cannot_be_read_without_guessing_is_refused(name: str) -> None:
    with pytest.raises(Damaged):
        Document(FILES[name])


def test_two_sections_that_one_end_closes_are_one_revision() -> None:
    content = update(without_its_end(document(PAGE)), {4: FORM})
    (only,) = Document(content).views
    assert [one.places.keys() for one in only.sections] == [{1, 2, 3, 4}, {4}]
    assert only.get(Ref(4, 0)) == {"/Fields": [], "/SigFlags": 1}


# A file that begins later: two readings of it.


def moved(content: bytes, before: bytes) -> bytes:
    """Octets before a file, counted in all its places."""

    def row(match: re.Match[bytes]) -> bytes:
        return b"%010d 00000 n" % (int(match[1]) + len(before))

    content = re.sub(rb"(\d{10}) 00000 n", row, content)
    start = int(content.rsplit(b"startxref", 1)[1].split()[0])
    return before + content.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + len(before)))


def test_places_are_counted_from_a_header_that_is_the_beginning() -> None:
    content = document(PAGE)
    assert moved(content, b"") == content
    for before in (b"\n", b" " * 600, b"%!\n"):
        with pytest.raises(Damaged, match="header"):
            Document(moved(content, before))


# References.


def test_a_reference_to_nothing_is_null() -> None:
    view = last(document(PAGE))
    assert view.get(Ref(99, 0)) is None
    assert view.get(Ref(0, 65535)) is None
    assert view.get(b"held") == b"held"
    assert view.value({"/A": Ref(99, 0)}, "/A") is None
    assert view.entries(Ref(99, 0)) == []


@pytest.mark.parametrize("reference", [Ref(4, 1), Ref(4, 65535)])
def test_a_reference_to_another_generation_is_refused(reference: Ref) -> None:
    """To the standard it is null; to readers that go by the number alone, the object."""
    with pytest.raises(Damaged):
        last(document(PAGE)).get(reference)


def test_a_number_that_is_not_freed_keeps_its_generation() -> None:
    base = document(PAGE | {5: b"(old)"})
    row = b"%010d 00000 n" % base.index(b"5 0 obj")
    for kept in (True, False):
        made = base if kept else base.replace(row, row.replace(b"00000 n", b"00001 n"))
        told = [one.unclear for one in read_revisions(Document(update(made, {5: b"(new)"})), {})]
        assert told == ["", "" if kept else "another generation of an object"]


ROWS: dict[str, bytes] = {
    "another-object": b"%010d 00000 n \n" % document(PAGE).index(b"3 0 obj"),
    "no-object": b"0000000003 00000 n \n",
    "the-middle-of-one": b"%010d 00000 n \n" % (document(PAGE).index(b"4 0 obj") + 1),
    "beyond-the-file": b"9999999999 00000 n \n",
    "another-generation": b"%010d 00001 n \n" % document(PAGE).index(b"4 0 obj"),
}


@pytest.mark.parametrize(("white", "read"), [(b"\n", True), (b"\r\n", True), (b"\n\n\n", False), (b"%\n", False)])
def test_an_object_may_stand_an_end_of_line_behind_its_place(white: bytes, *, read: bool) -> None:
    content = document(PAGE | {5: b"(five)"}).replace(b"5 0 obj", white + b"5 0 obj")
    start = sum(map(len, content.partition(b"xref\n")[:1]))
    view = last(re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, content))
    if read:
        assert view.get(Ref(5, 0)) == b"five"
        assert view.end == len(content)
    else:
        with pytest.raises(Damaged):
            view.get(Ref(5, 0))


@pytest.mark.parametrize("name", ROWS)
def test_an_object_stands_where_it_is_listed(name: str) -> None:
    with pytest.raises(Damaged):
        last(update(document(PAGE), {}, rows={4: ROWS[name]})).get(Ref(4, 1 if name == "another-generation" else 0))


def test_an_object_that_is_a_reference_leads_nowhere() -> None:
    with pytest.raises(Damaged):
        last(update(document(PAGE), {5: b"4 0 R"})).get(Ref(5, 0))


def test_a_catalog_is_a_dictionary() -> None:
    assert last(document(PAGE)).root["/Type"] == "/Catalog"
    for trailer in (b"/Root 99 0 R", b"/Root 1", b"/Roof 1 0 R", b"/Root 5 0 R"):
        view = last(update(document(PAGE), {5: stream(b"/Type /Catalog", b"")}, trailer=trailer))
        with pytest.raises(Damaged):
            _ = view.root


# Streams.


LENGTHS: dict[str, tuple[bytes, bytes | None]] = {
    "exact": (b"3", b"abc"),
    "behind-a-reference": (b"6 0 R", b"abc"),
    "too-short": (b"2", None),
    "too-long": (b"5", None),
    "beyond-the-file": (b"99999", None),
    "below-zero": (b"-1", None),
    "a-fraction": (b"3.0", None),
    "true": (b"true", None),
    "nothing": (b"null", None),
    "a-reference-to-nothing": (b"7 0 R", None),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_stream_is_as_long_as_it_says(name: str) -> None:
    length, wanted = LENGTHS[name]
    body = b"<< /Length %s >>\nstream\nabc\nendstream" % length
    view = last(update(document(PAGE), {5: body, 6: b"3"}))
    found = view.get(Ref(5, 0))
    assert isinstance(found, Stream)
    if wanted is None:
        with pytest.raises(Damaged):
            view.encoded(found)
    else:
        assert (view.encoded(found), view.decoded(found)) == (wanted, wanted)


@pytest.mark.parametrize(
    ("end", "whole"),
    [
        (b"\nendstream\nendobj\n", True),
        (b"\r\nendstream endobj\n", True),
        (b"endstream\nendobj\n", True),
        (b" endstream % comment\nendobj\n", True),
        (b"\nendstream\n", False),
        (b"\nendstreamendobj\n", False),
        (b"\nendstreams\nendobj\n", False),
        (b"\nendstream\nendobject\n", False),
        (b"\nendobj\n", False),
        (b"\n% endstream\nendobj\n", False),
    ],
)
def test_a_stream_ends_as_one(end: bytes, *, whole: bool) -> None:
    waiting = document(PAGE | {5: b"<< /Length 3 >>\nstream\nabc" + b"@" * 40})
    view = last(waiting.replace(b"@" * 40 + b"\nendobj\n", end.ljust(48)))
    found = view.get(Ref(5, 0))
    if whole:
        assert view.encoded(found) == b"abc"
    else:
        with pytest.raises(Damaged):
            view.encoded(found)


def test_a_filter_may_stand_behind_a_reference() -> None:
    data = zlib.compress(b"abc")
    body = stream(b"/Filter 6 0 R /DecodeParms 7 0 R", data)
    view = last(update(document(PAGE), {5: body, 6: b"[/FlateDecode]", 7: b"[null]"}))
    assert view.decoded(view.get(Ref(5, 0))) == b"abc"


# Object streams.


def holding(
    container: bytes | None = None, rows: Mapping[int, bytes] | None = None, more: Mapping[int, bytes] | None = None
) -> View:
    """A file with objects 5 and 6 in object stream 9, or bent."""
    container = packed({5: b"(five)", 6: b"<< /A 5 0 R >>"}) if container is None else container
    objects = {9: container} | dict(more or {})
    return last(streamed(document(PAGE), objects, inside={5: (9, 0), 6: (9, 1)}, rows=rows))


def test_objects_are_read_out_of_an_object_stream() -> None:
    view = holding()
    assert view.get(Ref(5, 0)) == b"five"
    assert view.value(Ref(6, 0), "/A") == b"five"
    assert view.places[5] == Packed(9, 0)
    (offset,) = view.containers()
    assert view.places[9] == Standing(offset, 0)
    assert view.all_packed(offset) == [(5, b"five"), (6, {"/A": Ref(5, 0)})]


def test_an_object_stream_may_be_compressed_and_its_numbers_may_be_referred_to() -> None:
    data = zlib.compress(b"5 0 6 7 (five) /Six")
    body = (
        b"<< /Type /ObjStm /N 20 0 R /First 21 0 R /Length 22 0 R /Filter /FlateDecode >>\nstream\n%s\nendstream" % data
    )
    view = holding(body, more={20: b"2", 21: b"8", 22: b"%d" % len(data)})
    assert (view.get(Ref(5, 0)), view.get(Ref(6, 0))) == (b"five", "/Six")


def objstm(told: bytes, data: bytes = b"5 0 6 7 (five) /Six") -> bytes:
    return stream(b"/Type /ObjStm " + told, data)


CONTAINERS: dict[str, bytes] = {
    "of-another-type": objstm(b"/N 2 /First 8").replace(b"/ObjStm", b"/XObject"),
    "of-no-type": objstm(b"/N 2 /First 8").replace(b"/Type /ObjStm", b""),
    "no-stream": b"<< /Type /ObjStm /N 2 /First 8 >>",
    "no-number": objstm(b"/First 8"),
    "a-number-below-zero": objstm(b"/N -2 /First 8"),
    "a-number-that-is-true": objstm(b"/N true /First 8"),
    "too-many": objstm(b"/N 2001 /First 8"),
    "fewer-than-it-says": objstm(b"/N 3 /First 8"),
    "more-than-it-says": objstm(b"/N 1 /First 8"),
    "no-first": objstm(b"/N 2"),
    "a-first-below-zero": objstm(b"/N 2 /First -11"),
    "a-first-beyond": objstm(b"/N 2 /First 99", b"5 0 6 7 "),
    "a-first-that-is-a-fraction": objstm(b"/N 2 /First 8.0"),
    "names-in-the-header": objstm(b"/N 2 /First 8", b"5 0 6 /7 (five) /Six"),
    "signs-in-the-header": objstm(b"/N 2 /First 9", b"5 0 6 +7 (five) /Six"),
    "below-zero-in-the-header": objstm(b"/N 2 /First 9", b"5 0 6 -7 (five) /Six"),
    "no-white-space-in-the-header": objstm(b"/N 2 /First 8", b"5\x0b0 6 7 (five) /Six"),
    "a-comment-in-the-header": objstm(b"/N 2 /First 8", b"5 0%6 7\n(five) /Six"),
    "a-number-too-long-in-the-header": objstm(b"/N 2 /First 5011", b"5 " + b"0" * 5000 + b" 6 7    (five) /Six"),
    "a-number-twice": objstm(b"/N 2 /First 8", b"5 0 5 7 (five) /Six"),
    "another-number": objstm(b"/N 2 /First 8", b"6 0 5 7 (five) /Six"),
    "a-place-beyond": objstm(b"/N 2 /First 8", b"5 99 6 7(five) /Six"),
    "a-place-in-the-middle-of-an-object": objstm(b"/N 2 /First 8", b"5 5 6 7 (five) /Six"),
    "an-object-out-of-the-next": objstm(b"/N 2 /First 8", b"5 0 6 7 % five\n/Six"),
    "objects-in-one-place": objstm(b"/N 2 /First 8", b"5 0 6 0 (five) /Six"),
    "objects-in-another-order": objstm(b"/N 2 /First 8", b"5 5 6 0 /Six (five)"),
    "a-reference": objstm(b"/N 2 /First 8", b"5 0 6 7 4 0 R  /Six"),
    "a-length-that-is-wrong": objstm(b"/N 2 /First 8").replace(b"/Length 19", b"/Length 18"),
    "a-length-within": objstm(b"/N 2 /First 8").replace(b"/Length 19", b"/Length 6 0 R"),
    "a-number-within": objstm(b"/N 6 0 R /First 8"),
    "a-filter-within": objstm(b"/N 2 /First 8 /Filter 6 0 R"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_an_object_stream_in_another_form_is_refused(name: str) -> None:
    with pytest.raises(Damaged):
        holding(CONTAINERS[name]).get(Ref(5, 0))


def test_white_space_in_the_header_of_an_object_stream_may_be_any() -> None:
    view = holding(objstm(b"/N 2 /First 10", b"\n5\x000\r\n\t6\x0c7(five) /Six"))
    assert (view.get(Ref(5, 0)), view.get(Ref(6, 0))) == (b"five", "/Six")


def test_objects_of_an_object_stream_may_touch() -> None:
    view = holding(objstm(b"/N 2 /First 8", b"5 0 6 6 (five)/Six"))
    assert (view.get(Ref(5, 0)), view.get(Ref(6, 0))) == (b"five", "/Six")


def test_a_stream_may_be_empty() -> None:
    view = last(document(PAGE | {5: stream(b"", b"")}))
    assert view.decoded(view.get(Ref(5, 0))) == b""


def test_as_many_as_may_be_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MAX_PACKED", 2)
    assert holding().get(Ref(5, 0)) == b"five"
    monkeypatch.setattr(rooms, "MAX_PACKED", 1)
    with pytest.raises(Damaged):
        holding().get(Ref(5, 0))
    with pytest.raises(Damaged):
        last(crowded_stream()).get(Ref(10, 0))


INSIDE: dict[str, tuple[bytes, Ref]] = {
    "another-place": (entry(2, 9, 1), Ref(5, 0)),
    "a-place-beyond": (entry(2, 9, 2), Ref(5, 0)),
    "no-stream": (entry(2, 3, 0), Ref(5, 0)),
    "a-stream-that-is-nowhere": (entry(2, 99, 0), Ref(5, 0)),
    "a-stream-in-a-stream": (entry(2, 6, 0), Ref(5, 0)),
    "itself": (entry(2, 5, 0), Ref(5, 0)),
    "a-generation": (entry(2, 9, 0), Ref(5, 1)),
}


@pytest.mark.parametrize("name", INSIDE)
def test_an_object_stands_in_the_stream_where_it_is_listed(name: str) -> None:
    row, reference = INSIDE[name]
    with pytest.raises(Damaged):
        holding(rows={5: row}).get(reference)


def test_an_object_stream_that_is_another_object_is_refused() -> None:
    base = streamed(document(PAGE), {8: packed({5: b"(a)"}), 9: packed({5: b"(b)"})}, inside={5: (9, 0)})
    assert last(base).get(Ref(5, 0)) == b"b"
    other = entry(1, base.index(b"8 0 obj"), 0)
    with pytest.raises(Damaged):
        last(streamed(base, {}, rows={9: other})).get(Ref(5, 0))


def test_an_object_stream_that_is_replaced_takes_its_objects_along() -> None:
    base = streamed(document(PAGE), {9: packed({5: b"(old)"})}, inside={5: (9, 0)})
    content = streamed(base, {9: packed({5: b"(new)"})})
    old, new = Document(content).views[-2:]
    assert (old.get(Ref(5, 0)), new.get(Ref(5, 0))) == (b"old", b"new")
    assert 5 not in new.sections[0].places


def test_an_object_moves_from_a_stream_into_the_file_and_back() -> None:
    base = streamed(document(PAGE), {9: packed({5: b"(packed)"})}, inside={5: (9, 0)})
    standing = streamed(base, {5: b"(standing)"})
    back = streamed(standing, {}, inside={5: (9, 0)})
    assert [one.get(Ref(5, 0)) for one in Document(back).views] == [None, b"packed", b"standing", b"packed"]


def test_a_stream_of_cross_references_is_an_object() -> None:
    view = holding()
    (section,) = view.sections
    assert section.own is not None
    found = view.get(section.own)
    assert isinstance(found, Stream)
    assert found.dictionary["/Type"] == "/XRef"


def test_an_object_stream_whose_length_stands_in_it_is_no_loop() -> None:
    base = document(PAGE | {1: PAGE[1].replace(b"4 0 R", b"5 0 R")})
    loop = objstm(b"/N 2 /First 8").replace(b"/Length 19", b"/Length 6 0 R")
    content = streamed(base, {9: loop}, inside={5: (9, 0), 6: (9, 1)}) + b"%/ByteRange"
    (fault, *_) = open_pdf(content).faults
    assert fault.facts["reader"] == "an object stream"
