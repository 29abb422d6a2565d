"""PDF objects out of bytes: every form of the standard, and everything of which there could be two readings."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.syntax import MAX_DEPTH, MAX_NUMBER, Damaged, Ref, Stream, read, read_object, text

SECONDS = 5
"""What no object of a quarter of a megabyte takes, on a slow machine."""


def whole(content: bytes) -> Any:  # noqa: ANN401 - any PDF object
    """The one object that these bytes are."""
    found, end = read(content, 0)
    assert not content[end:].strip()
    return found


READ: dict[str, tuple[bytes, object]] = {
    "zero": (b"0", 0),
    "a-number": (b"17", 17),
    "with-a-sign": (b"+17", 17),
    "below-zero": (b"-98", -98),
    "leading-zeros": (b"0017", 17),
    "as-long-as-may-be": (b"1" * MAX_NUMBER, int("1" * MAX_NUMBER)),
    "a-fraction": (b"34.5", 34.5),
    "a-fraction-below-zero": (b"-3.62", -3.62),
    "nothing-before-the-point": (b"-.002", -0.002),
    "nothing-behind-the-point": (b"4.", 4.0),
    "true": (b"true", True),
    "false": (b"false", False),
    "null": (b"null", None),
    "white-space-before": (b"\0\t\n\x0c\r 1", 1),
    "a-comment-before": (b"% 2 \n %\r1", 1),
    "a-comment-to-the-end-of-its-line": (b"[1 % 2 ]\r3]", [1, 3]),
    # Names.
    "a-name": (b"/Name1", "/Name1"),
    "signs-in-a-name": (b"/A;Name_With-Various***Characters?", "/A;Name_With-Various***Characters?"),
    "an-escape": (b"/Lime#20Green", "/Lime Green"),
    "a-delimiter-escaped": (b"/paired#28#29parentheses", "/paired()parentheses"),
    "a-number-sign-escaped": (b"/The_Key_of_F#23_Minor", "/The_Key_of_F#_Minor"),
    "an-escape-out-of-an-escape": (b"/#2341", "/#41"),
    "small-digits": (b"/A#4a#4B", "/AJK"),
    "no-name-at-all": (b"/ ", "/"),
    "two-names": (b"[/A/B]", ["/A", "/B"]),
    "octets": (b"/\xc4\x90", "/\xc4\x90"),
    # Strings.
    "a-string": (b"(This is a string)", b"This is a string"),
    "an-empty-string": (b"()", b""),
    "parentheses-in-pairs": (b"(a (b (c)) () d)", b"a (b (c)) () d"),
    "a-comment-is-none-in-a-string": (b"(a % b)", b"a % b"),
    "escapes": (rb"(\n\r\t\b\f\(\)\\)", b"\n\r\t\b\f()\\"),
    "an-escape-of-nothing": (rb"(\a\%)", b"a%"),
    "a-line-continued": (b"(a\\\nb\\\r\nc\\\rd)", b"abcd"),
    "ends-of-line": (b"(a\nb\r\nc\rd\r\re)", b"a\nb\nc\nd\n\ne"),
    "an-end-of-line-escaped": (rb"(a\r\nb)", b"a\r\nb"),
    "octal": (rb"(\101\60\0)", b"A0\0"),
    "octal-before-a-digit": (rb"(\0053\539)", b"\x053+9"),
    "octal-too-large": (rb"(\501)", b"A"),
    "no-octal": (rb"(\8)", b"8"),
    "hexadecimal": (b"<48656C6c6F>", b"Hello"),
    "of-odd-length": (b"<901FA>", b"\x90\x1f\xa0"),
    "white-space-in-hexadecimal": (b"<4 8\n6\x005\t>", b"He"),
    "nothing-in-hexadecimal": (b"<>", b""),
    # Containers.
    "a-reference": (b"12 0 R", Ref(12, 0)),
    "a-reference-in-lines": (b"12\r\n65535\nR", Ref(12, 65535)),
    "references-and-numbers": (b"[1 2 3 0 R 4]", [1, 2, Ref(3, 0), 4]),
    "an-array": (b"[549 3.14 false (Ralph) /SomeName null]", [549, 3.14, False, b"Ralph", "/SomeName", None]),
    "an-empty-array": (b"[]", []),
    "close-together": (b"[/A(b)<63>[1]<</D/E>>]", ["/A", b"b", b"c", [1], {"/D": "/E"}]),
    "a-dictionary": (b"<< /A 1 /B << /C (d) >> >>", {"/A": 1, "/B": {"/C": b"d"}}),
    "an-empty-dictionary": (b"<<>>", {}),
    "an-entry-that-is-null": (b"<< /A null /B 1 >>", {"/B": 1}),
    "a-key-with-an-escape": (b"<< /#41 1 >>", {"/A": 1}),
    "a-comment-between": (b"<</A%>>\n1>>", {"/A": 1}),
    "as-deep-as-may-be": (b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH, None),
}


@pytest.mark.parametrize("name", READ)
def test_what_the_standard_writes_is_read(name: str) -> None:
    content, wanted = READ[name]
    found = whole(content)
    while isinstance(found, list) and len(found) == 1 and wanted is None:
        found = found[0]
    if name == "as-deep-as-may-be":
        wanted = 1
    assert found == wanted
    assert type(found) is type(wanted)


DAMAGED: dict[str, bytes] = {
    "nothing": b"",
    "white-space": b"  \n",
    "a-comment-alone": b"% 1",
    "a-word": b"hello",
    "true-and-more": b"truer",
    "a-number-and-more": b"1a",
    "two-signs": b"--1",
    "a-sign-alone": b"-",
    "two-points": b"1.2.3",
    "a-point-alone": b".",
    "an-exponent": b"1e3",
    "a-number-too-long": b"1" * (MAX_NUMBER + 1),
    "a-fraction-too-long": b"." + b"1" * MAX_NUMBER,
    "a-number-of-a-megabyte": b"1" * (1 << 20),
    "a-string-without-an-end": b"(a (b)",
    "an-escape-at-the-end": b"(a\\",
    "an-escaped-end": rb"(a\)",
    "hexadecimal-without-an-end": b"<41",
    "no-hexadecimal": b"<4G>",
    "a-comment-in-hexadecimal": b"<41%\n>",
    "an-array-without-an-end": b"[1",
    "an-array-ended-as-a-dictionary": b"[1>>",
    "a-dictionary-without-an-end": b"<</A 1",
    "a-dictionary-ended-as-an-array": b"<</A 1]",
    "a-dictionary-ended-by-half": b"<</A 1>",
    "a-key-without-a-value": b"<</A>>",
    "a-key-that-is-a-string": b"<<(A) 1>>",
    "a-key-that-is-a-number": b"<<1 1>>",
    "an-end-alone": b"]",
    "a-close-alone": b">>",
    "a-brace": b"{1}",
    "a-key-twice": b"<</A 1/A 1>>",
    "a-key-twice-by-an-escape": b"<</A 1/#41 2>>",
    "a-key-twice-once-null": b"<</A null/A 1>>",
    "a-key-twice-then-null": b"<</A 1/A null>>",
    "a-key-twice-within": b"[<</A<</B 1/B 1>>>>]",
    "too-deep": b"[" * (MAX_DEPTH + 1) + b"1" + b"]" * (MAX_DEPTH + 1),
    "too-deep-in-dictionaries": b"<</A" * (MAX_DEPTH + 1) + b" 1" + b">>" * (MAX_DEPTH + 1),
    "deeper-than-any-stack": b"[" * 100_000,
    "an-escape-that-is-none": b"/A#4G",
    "an-escape-that-some-decode-all-the-same": b"/E#4=",
    "half-an-escape": b"/A#4",
    "a-vertical-tab-in-a-name": b"[/JS\x0bX]",
    "a-vertical-tab": b"[1\x0b2]",
    "a-number-sign-alone": b"/A#",
    "two-number-signs": b"/##41",
    "a-null-in-a-name": b"/JS#00X",
    "a-reference-in-two-with-a-comment": b"[1 %\n0 R]",
    "a-reference-and-more": b"[1 0 Rx]",
    "a-reference-of-a-negative-number": b"[-1 0 R]",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_could_be_read_in_two_ways_is_refused(name: str) -> None:
    with pytest.raises(Damaged):
        read(DAMAGED[name], 0)


# Objects.


OBJECTS: dict[str, tuple[bytes, tuple[Ref, object]]] = {
    "a-number": (b"7 0 obj 1 endobj", (Ref(7, 0), 1)),
    "close-together": (b"7 0 obj<</A/B>>endobj", (Ref(7, 0), {"/A": "/B"})),
    "a-generation": (b"7 3 obj (x) endobj", (Ref(7, 3), b"x")),
    "in-lines": (b"7\r\n0\nobj\n[]\nendobj\n", (Ref(7, 0), [])),
    "comments": (b"7 0 obj % one\n1 % two\nendobj", (Ref(7, 0), 1)),
    "a-reference": (b"7 0 obj 8 0 R endobj", (Ref(7, 0), Ref(8, 0))),
    "a-stream": (b"7 0 obj<</Length 1>>stream\nxendstream endobj", (Ref(7, 0), Stream({"/Length": 1}, 27))),
    "a-stream-after-two": (b"7 0 obj<<>> stream\r\nx\nendstream", (Ref(7, 0), Stream({}, 20))),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_says_its_number(name: str) -> None:
    content, wanted = OBJECTS[name]
    number, found, end = read_object(content, 0)
    assert (number, found) == wanted
    assert content[end:].lstrip().startswith((b"endobj", b"stream", b"% two"))


NO_OBJECTS: dict[str, bytes] = {
    "nothing": b"",
    "no-header": b"1 endobj",
    "white-space-before": b" 7 0 obj 1 endobj",
    "a-comment-in-the-header": b"7 %\n0 obj 1 endobj",
    "a-number-too-long": b"77777777777 0 obj 1 endobj",
    "a-generation-too-long": b"7 123456 obj 1 endobj",
    "a-name-at-the-header": b"7 0 object 1 endobj",
    "no-end": b"7 0 obj 1",
    "another-end": b"7 0 obj 1 endobject",
    "another-object": b"7 0 obj 1 8 0 obj 2 endobj",
    "two-values": b"7 0 obj 1 2 endobj",
    "no-value": b"7 0 obj endobj",
    "a-stream-of-no-dictionary": b"7 0 obj [] stream\nxendstream endobj",
    "a-stream-after-a-return": b"7 0 obj <<>> stream\rx\nendstream endobj",
    "a-stream-after-a-space": b"7 0 obj <<>> stream x\nendstream endobj",
}


@pytest.mark.parametrize("name", NO_OBJECTS)
def test_an_object_begins_and_ends_as_one(name: str) -> None:
    with pytest.raises(Damaged):
        read_object(NO_OBJECTS[name], 0)


TEXTS: dict[str, tuple[object, str]] = {
    "plain": (b"Hoc ba", "Hoc ba"),
    "utf-16": (b"\xfe\xff\x01\x10\x00A", "ĐA"),
    "utf-16-the-other-way": (b"\xff\xfe\x10\x01A\x00", "ĐA"),
    "utf-8": (b"\xef\xbb\xbf\xc4\x90", "Đ"),
    "half-a-sign": (b"\xfe\xff\x01", "\ufffd"),
    "a-name": ("/Sig", "/Sig"),
    "a-number": (1, ""),
    "nothing": (None, ""),
    "a-reference": (Ref(1, 0), ""),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_told_by_its_mark(name: str) -> None:
    held, wanted = TEXTS[name]
    assert text(held) == wanted


# At random.


SPACES = st.sampled_from([b" ", b"\n", b"\r\n", b"\t", b"\0", b" % comment ) >> ]\n", b"\x0c%\r"])


@st.composite
def written(draw: st.DrawFn, held: object) -> bytes:
    """An object in one of its spellings."""
    space = draw(SPACES)
    if isinstance(held, list):
        return b"[" + b"".join([space + draw(written(one)) + space for one in held]) + b"]"
    if isinstance(held, dict):
        entries = [draw(written(key)) + space + draw(written(one)) + space for key, one in held.items()]
        return b"<<" + b"".join(entries) + b">>"
    if isinstance(held, str):
        return b"/" + b"".join([draw(sign_in_a_name(one)) for one in held[1:].encode("latin-1")])
    if isinstance(held, bytes) and draw(st.booleans()):
        return b"(" + b"".join([draw(sign_in_a_string(one)) for one in held]) + b")"
    return draw(leaf(held))


def leaf(held: object) -> st.SearchStrategy[bytes]:
    """What has few spellings."""
    if isinstance(held, bytes):
        return st.just(b"<" + held.hex().encode() + b">")
    if isinstance(held, Ref):
        return st.just(b"%d \n%d\r\nR" % held)
    if type(held) is int:
        return st.sampled_from([b"%d" % held, b"%05d" % held, b"%+d" % held])
    return st.just({True: b"true", False: b"false", None: b"null"}[held])  # type: ignore[index]


def sign_in_a_name(sign: int) -> st.SearchStrategy[bytes]:
    plain = bytes([sign])
    escaped = [b"#%02x" % sign, b"#%02X" % sign]
    return st.sampled_from(escaped if plain in b"\0\t\n\x0b\x0c\r ()<>[]{}/%#" else [plain, *escaped])


def sign_in_a_string(sign: int) -> st.SearchStrategy[bytes]:
    plain = bytes([sign])
    escaped = [b"\\%03o" % sign]
    if plain in b"()\\":
        return st.sampled_from([b"\\" + plain, *escaped])
    line = {b"\r": [b"\\r"], b"\n": [b"\\n", b"\n", b"\r\n\\\r\n"]}
    return st.sampled_from([*line.get(plain, [plain, plain + b"\\\r"]), *escaped])


names = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=6).map(lambda one: f"/{one}")
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | names
    | st.binary(max_size=12)
    | st.builds(Ref, st.integers(0, 10**10 - 1), st.integers(0, 99999))
)
objects = st.recursive(leaves, lambda one: st.lists(one, max_size=4) | st.dictionaries(names, one, max_size=4))


def without_nulls(held: Any) -> Any:  # noqa: ANN401 - a PDF object
    """An object as it is read: an entry that is null is no entry."""
    if isinstance(held, dict):
        return {key: without_nulls(one) for key, one in held.items() if one is not None}
    return [without_nulls(one) for one in held] if isinstance(held, list) else held


@given(data=st.data(), held=objects)
def test_what_is_written_is_read_back(data: st.DataObject, held: object) -> None:
    content = data.draw(written(held))
    found = read_object(b"1 0 obj " + content + b" endobj", 0)
    assert found == (Ref(1, 0), without_nulls(held), 8 + len(content))


PIECES = rb"<< >> [ ] ( ) \\ < > /A #4 % 1 0 R - . obj endobj null true {".split()
pieces = st.sampled_from([*PIECES, b"stream\n", b"\r", b"\n", b" ", b" "])


@given(content=st.binary(max_size=200) | st.lists(pieces, max_size=60).map(b"".join))
def test_whatever_stands_there_is_read_or_damaged(content: bytes) -> None:
    for at in (0, len(content) // 2):
        try:
            _, end = read(content, at)
        except Damaged:
            continue
        assert at <= end <= len(content)


@pytest.mark.parametrize(
    "piece",
    [b"(", b")(", b"[", b"<<", b"%", b"%\n", b" ", b"1", b"1 ", b"1 0 ", b"/", b"/#41", b"\\", b"<", b"-", b"<</A"],
)
@pytest.mark.parametrize("before", [b"", b"(", b"[", b"<</A", b"/", b"1 ", b"%"])
def test_no_repetition_is_slow(before: bytes, piece: bytes) -> None:
    content = before + piece * ((1 << 18) // len(piece))
    begin = time.process_time()
    with pytest.raises(Damaged):
        read_object(b"1 0 obj " + content, 0)
    assert time.process_time() - begin < SECONDS
