"""Where our reader and qpdf both read a file, they read the same: files with some octets changed, object by object."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pikepdf
import pytest
import sheet
from corpus.update import packed, streamed, update
from hostile import PAGE, document, stream
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.document import Document, View
from verify.syntax import Damaged, Ref, Stream, read
from verify.xref import Packed

ODD = {
    5: b"<< /A (x\\(y) /B <4142> /C [1 2.5 -3 true null 4 0 R] /#41B /C#20D >>",
    6: stream(b"/D 1", b"data endstream data"),
    7: b"[ << /K [ (a(b)c) /N ] >> 5 0 R ]",
}
PLAIN = document(PAGE | ODD)


def saved(**options: Any) -> bytes:  # noqa: ANN401 - pikepdf's
    with pikepdf.open(BytesIO(sheet.sheet())) as opened:
        return sheet.written(opened, **options)


FILES = {
    "a-table": PLAIN,
    "an-update": update(PLAIN, {5: b"<< /A 1 >>", 9: b"(nine)"}),
    "a-stream": streamed(PLAIN, {9: packed({10: b"(ten)", 11: b"<< /A 10 0 R >>"})}, inside={10: (9, 0), 11: (9, 1)}),
    "a-sheet": saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearized": saved(linearize=True),
}

Objects = dict[Ref, Any]


def generation(view: View, number: int) -> int:
    place = view.places[number]
    return 0 if isinstance(place, Packed) else place.generation


def ours(content: bytes) -> Objects:
    """Every object as we read it; none if we refuse the file, or say that readers may differ about it.

    A number with two generations in a file is left out: of these the revision rule says what they are.
    """
    try:
        document_ = Document(content)
        view = document_.last
        if any(section.unclear for section in view.history()):
            return {}
        once = {
            number
            for number in view.places
            if len({generation(one, number) for one in document_.views if number in one.places}) == 1
        }
        held = {number: view.get(number) for number in (Ref(one, generation(view, one)) for one in once)}
        for one in held.values():
            if isinstance(one, Stream):
                view.encoded(one)
    except Damaged:
        return {}
    return held


def theirs(content: bytes, wanted: Objects) -> Objects:
    """The same as qpdf reads it, in our words; nothing if it refuses the file."""
    try:
        with pikepdf.open(
            BytesIO(content), attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=False
        ) as opened:
            return {number: told(opened.get_object(number)) for number in wanted}
    except (pikepdf.PdfError, UnicodeDecodeError, ValueError, KeyError, TypeError, RuntimeError):
        return {}


def told(found: Any) -> object:  # noqa: ANN401 - pikepdf's
    if isinstance(found, pikepdf.Stream):
        found = found.stream_dict
    if isinstance(found, pikepdf.Object):
        return read(found.unparse(resolved=True), 0)[0]
    return float(found) if isinstance(found, Decimal) else found


def plain(held: Any) -> Any:  # noqa: ANN401 - a PDF object
    """An object without what qpdf mends: types and lengths."""
    held = held.dictionary if isinstance(held, Stream) else held
    return (
        {key: one for key, one in held.items() if key not in {"/Type", "/Length"}} if isinstance(held, dict) else held
    )


@pytest.mark.parametrize("name", FILES)
def test_both_read_the_files_as_they_are(name: str) -> None:
    found = ours(FILES[name])
    assert found
    read_ = theirs(FILES[name], found)
    assert {number: plain(held) for number, held in found.items()} == {
        number: plain(held) for number, held in read_.items()
    }


TOKENS = rb"( ) < > << >> [ ] / % 0 1 9 - + . #41 # \ null true R obj endobj stream endstream xref trailer %%EOF e n f"
tokens = st.sampled_from(
    [*TOKENS.split(), *b"\n \r \0 \x0b \x0c \t \x80".split(b" "), b" ", b"5 0 R", b"/Prev ", b"/W "]
)
changes = st.tuples(st.floats(0, 1, exclude_max=True), tokens, st.booleans())


@settings(max_examples=150, derandomize=True)
@given(name=st.sampled_from(sorted(FILES)), several=st.lists(changes, min_size=1, max_size=3))
def test_what_both_read_is_the_same(name: str, several: list[tuple[float, bytes, bool]]) -> None:
    content = FILES[name]
    for place, token, over in several:
        at = int(place * len(content))
        content = content[:at] + token + content[at + len(token) * over :]
    found = ours(content)
    for number, held in theirs(content, found).items():
        assert plain(held) == plain(found[number])
