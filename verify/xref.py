"""Cross-reference sections: which object stands where, in each revision of a file (ISO 32000-2, 7.5.4 to 7.5.8).

Tables, streams, and both at once (hybrid files, as a widespread word processor writes them). Read from the last one
back along /Prev; nothing is searched for or mended. What two readers could read differently is told as `unclear`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from verify.syntax import END, SPACE, WHITE, Damaged, Excessive, Ref, Stream, read, read_object

MAX_SECTIONS = 128
"""Sections of one file: one or two a revision."""
MAX_OBJECTS = 50_000
"""Entries of all sections: a transcript has a few hundred, one whose every cell is tagged ten thousand."""
MAX_DECODED = 16 << 20
"""Bytes of one decoded stream of cross-references or objects: a transcript's have a few thousand."""
SAID_TWICE = ("/Root", "/Info", "/ID", "/Encrypt", "/Prev", "/XRefStm")
"""What the stream of a hybrid section may say only as the trailer beside it does: readers take either."""
ELSEWHERE = frozenset({"/F", "/FFilter", "/FDecodeParms", "/DP"})
"""Keys by which the data of a stream stand in another file, or are abbreviated as a picture's within the content of a
page may be: some readers follow these in any stream."""
PARAMETERS = ("/Predictor", "/Columns", "/Colors", "/BitsPerComponent")
MAX_KIND = 4
"""Octets of the first column: where there are more, one reader gives up and searches the file."""
COLUMNS = 3
"""Fields of an entry of a cross-reference stream: kind, place, generation or index."""

NEAR = re.compile(WHITE + rb"{0,2}+")
"""White space between where something is said to stand and where it does: several tools are off by an end of line."""
TABLE = re.compile(rb"xref[ ]?(?:\r\n|\n|\r)")
SUBSECTION = re.compile(rb"(\d{1,10}) (\d{1,10})[ ]?(?:\r\n|\n|\r)")
ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n|\n|\r)")
TRAILER = re.compile(SPACE + rb"trailer(?=" + WHITE + rb"|<)")
LAST = re.compile(rb"startxref[\t\n\x0c\r ]+(\d{1,10})[\t\n\x0c\r ]+%%EOF")
"""Without a null, at which one reader gives up and searches the file."""
ENDSTREAM = re.compile(WHITE + rb"*+endstream" + END.pattern)
LAST_WITHIN = 1024
"""Octets at the end of a file in which its last `startxref` stands: who does not find it there searches the file."""


class Packed(NamedTuple):
    """The place of an object in an object stream."""

    stream: int
    nth: int


class Standing(NamedTuple):
    """The place of an object in the file."""

    offset: int
    generation: int


@dataclass(frozen=True, slots=True)
class Section:
    """One cross-reference section.

    `start` is where it begins, `places` where each object that it lists stands; `freed` are the numbers that it frees;
    `own` is the number of a cross-reference stream; `unclear` why readers may differ about it, in a few words; `sides`
    are the table and the stream of a hybrid section, what each of them says; `end` is where a trailer ends.
    """

    start: int
    places: Mapping[int, Standing | Packed]
    freed: frozenset[int]
    trailer: Mapping[str, Any]
    own: Ref | None = None
    unclear: str = ""
    sides: tuple[Section, Section] | None = None
    end: int = 0


def read_sections(content: bytes) -> list[Section]:
    """All sections, the newest first. Raises Damaged."""
    at = content.rfind(b"startxref", -LAST_WITHIN)
    last = LAST.match(content, at) if at >= 0 else None
    if last is None or content.count(b"%%EOF", at) != 1:
        raise Damaged("no end, or two")
    said: Any = int(last[1])
    found: list[Section] = []
    listed = 0
    while said is not None:
        start = near(content, said) if _is_offset(said) else -1
        if start < 0 or start in {one.start for one in found}:
            raise Damaged("a chain of cross-references")
        if len(found) >= MAX_SECTIONS:
            raise Excessive("a chain of cross-references", "revisions")
        found.append(_section(content, start))
        listed += len(found[-1].places) + len(found[-1].freed)
        if listed > MAX_OBJECTS:
            raise Excessive("too many objects", "objects")
        said = found[-1].trailer.get("/Prev")
    return _compared(found) if any(one.sides for one in found) else found


def near(content: bytes, said: int) -> int:
    """Where something stands that is said to stand at an offset: there, or after an end of line."""
    white = NEAR.match(content, said)
    return white.end() if white else said


def decoded(dictionary: Mapping[str, Any], encoded: bytes) -> bytes:
    """The bytes of a stream that is plain or one Flate, with a PNG predictor or none. Raises Damaged."""
    filters, parameters = dictionary.get("/Filter"), dictionary.get("/DecodeParms")
    # Where one is a list and the other is not, some readers undo a predictor and others do not.
    if ELSEWHERE & dictionary.keys() or isinstance(filters, list) != isinstance(parameters or filters, list):
        raise Damaged("encoding of a stream")
    filters = filters[0] if isinstance(filters, list) and len(filters) == 1 else filters
    parameters = parameters[0] if isinstance(parameters, list) and len(parameters) == 1 else parameters
    if filters in (None, []):
        return encoded
    if filters != "/FlateDecode" or not isinstance(parameters, (dict, type(None))):
        raise Damaged("encoding of a stream")
    inflating = zlib.decompressobj()
    try:
        # Bounded while it grows: a flate bomb would fill the worker's memory.
        content = inflating.decompress(encoded, MAX_DECODED + 1)
    except zlib.error:
        raise Damaged("encoding of a stream") from None
    if len(content) > MAX_DECODED:
        raise Excessive("size of a stream", "streams")
    if not inflating.eof:  # cut short: some readers take what there is, others nothing
        raise Damaged("encoding of a stream")
    return _predicted(content, parameters) if parameters else content


def _section(content: bytes, start: int) -> Section:
    table = TABLE.match(content, start)
    if table is None:
        found = stream_section(content, start)
        beside = found.unclear or "hybrid cross-references within a stream"  # one reader follows them there, too
        return replace(found, unclear=beside) if "/XRefStm" in found.trailer else found
    places, freed, numbers, at = _table(content, table.end())
    trailer = TRAILER.match(content, at)
    held, end = read(content, trailer.end()) if trailer else (None, 0)
    if not isinstance(held, dict):
        raise Damaged("a trailer")
    section = Section(start, places, freed, held, unclear=_unclear(numbers, places, held), end=end)
    hybrid = held.get("/XRefStm")
    return section if hybrid is None else _merged(section, content, hybrid)


def _table(content: bytes, at: int) -> tuple[dict[int, Standing | Packed], frozenset[int], list[int], int]:
    places: dict[int, Standing | Packed] = {}
    freed, numbers = set(), list[int]()
    while head := SUBSECTION.match(content, at):
        first, count, at = int(head[1]), int(head[2]), head.end()
        if len(numbers) + count > MAX_OBJECTS:
            raise Excessive("too many objects", "objects")
        for number in range(first, first + count):
            entry = ENTRY.match(content, at)
            if entry is None:
                raise Damaged("a cross-reference table")
            if entry[3] == b"n":
                places[number] = Standing(int(entry[1]), int(entry[2]))
            else:
                freed.add(number)
            at = entry.end()
        numbers += range(first, first + count)
    return places, frozenset(freed), numbers, at


def stream_section(content: bytes, start: int) -> Section:
    """A stream of cross-references. Raises Damaged."""
    own, stream, _ = read_object(content, start)
    if not isinstance(stream, Stream) or stream.dictionary.get("/Type") != "/XRef":
        raise Damaged("no cross-references where they are said to be")
    held = stream.dictionary
    (length, size), widths = _counts([held.get("/Length"), held.get("/Size")]), _counts(held.get("/W"))
    ranges = _ranges(_counts(held.get("/Index", [0, size])))
    if len(widths) != COLUMNS or widths[0] > MAX_KIND:
        raise Damaged("a cross-reference stream")
    if not ENDSTREAM.match(content, stream.begin + length):
        raise Damaged("the length of a stream")
    table = decoded(held, content[stream.begin : stream.begin + length])
    width = sum(widths)
    if not width or len(table) != width * sum(count for _, count in ranges):
        raise Damaged("a cross-reference stream")
    numbers = [number for first, count in ranges for number in range(first, first + count)]
    places: dict[int, Standing | Packed] = {}
    freed = set()
    for number, (kind, second, third) in zip(numbers, _rows(table, widths), strict=True):
        if kind == 1:
            places[number] = Standing(second, third)
        elif kind == COLUMNS - 1:
            places[number] = Packed(second, third)
        elif kind == 0:
            freed.add(number)
        else:
            raise Damaged("a cross-reference stream")
    return Section(start, places, frozenset(freed), held, own=own, unclear=_unclear(numbers, places, held))


def _ranges(index: list[int]) -> list[tuple[int, int]]:
    """The first number and the count of each subsection. Raises Damaged."""
    ranges = list(zip(index[::2], index[1::2], strict=False))
    # Of no number: beyond a size of their own readers give the cross-references up.
    if len(index) % 2 or any(first and not count for first, count in ranges):
        raise Damaged("a cross-reference stream")
    if sum(count for _, count in ranges) > MAX_OBJECTS:
        raise Excessive("a cross-reference stream", "objects")
    return ranges


def _counts(held: object) -> list[int]:
    """A list of numbers that are not negative. Raises Damaged for anything else."""
    if not isinstance(held, list) or not all(type(one) is int and one >= 0 for one in held):
        raise Damaged("a cross-reference stream")
    return held


def _rows(table: bytes, widths: list[int]) -> Iterator[tuple[int, int, int]]:
    one, two, three = widths
    for at in range(0, len(table), one + two + three):
        second, third = at + one, at + one + two
        kind = int.from_bytes(table[at:second]) if one else 1
        yield kind, int.from_bytes(table[second:third]), int.from_bytes(table[third : third + three])


def _merged(table: Section, content: bytes, start: Any) -> Section:  # noqa: ANN401 - any PDF object
    """A hybrid section (7.5.8.4): what its stream lists is hidden from old readers, and marked free in the table."""
    if not _is_offset(start):
        raise Damaged("a hybrid section")
    stream = stream_section(content, near(content, start))
    unclear = table.unclear or stream.unclear
    if not stream.places:  # nobody has a reason to write one
        unclear = unclear or "hybrid cross-references that list nothing"
    if any(stream.trailer[key] != table.trailer.get(key) for key in SAID_TWICE if key in stream.trailer):
        unclear = unclear or "hybrid cross-references with two trailers"
    places = {**stream.places, **table.places}
    freed = (table.freed | stream.freed) - places.keys()
    return Section(table.start, places, freed, table.trailer, stream.own, unclear, (table, stream), table.end)


def _compared(sections: list[Section]) -> list[Section]:
    """Where the stream of a hybrid section moves or frees what the tables have, old readers and new ones differ."""
    found: list[Section] = []
    known: dict[int, Standing | Packed] = {}
    for section in reversed(sections):
        differs = not section.unclear and section.sides is not None and _differ(known, *section.sides)
        found.append(replace(section, unclear="hybrid cross-references that differ") if differs else section)
        known = _since(known, section)
    return found[::-1]


def _differ(known: Mapping[int, Standing | Packed], table: Section, stream: Section) -> bool:
    listed = _since(known, table)
    moved = any(listed.get(number, place) != place for number, place in stream.places.items())
    return moved or not stream.freed.isdisjoint(listed)


def _since(known: Mapping[int, Standing | Packed], section: Section) -> dict[int, Standing | Packed]:
    """Where everything stands after a section."""
    return {**{number: place for number, place in known.items() if number not in section.freed}, **section.places}


def _is_offset(held: object) -> bool:
    return type(held) is int and held >= 0


def _unclear(numbers: list[int], places: Mapping[int, Standing | Packed], trailer: Mapping[str, Any]) -> str:
    if len(set(numbers)) != len(numbers):
        return "an object number twice"
    if 0 in places:  # the head of the free list (7.5.4): to some readers nothing, to others an object
        return "an object number 0"
    size = trailer.get("/Size")
    return "an object number beyond /Size" if type(size) is not int or max(numbers, default=0) >= size else ""


def _predicted(content: bytes, parameters: Mapping[str, Any]) -> bytes:
    """PNG predictors undone, of one octet a pixel (7.4.4.4). Raises Damaged for others."""
    kind, columns = parameters.get("/Predictor", 1), parameters.get("/Columns", 1)
    others = [parameters.get(key, default) for key, default in (("/Colors", 1), ("/BitsPerComponent", 8))]
    if any(type(parameters.get(key, 1)) is not int for key in PARAMETERS):
        raise Damaged("encoding of a stream")  # 12.0 is a number to some readers, and no predictor to others
    if kind == 1:
        return content
    if kind not in range(10, 16) or others != [1, 8] or type(columns) is not int or not 0 < columns <= len(content):
        raise Damaged("encoding of a stream")
    before, out = bytes(columns), bytearray()
    for at in range(0, len(content), columns + 1):
        row, coding = bytearray(content[at + 1 : at + 1 + columns]), content[at]
        if len(row) != columns or coding not in (0, 1, 2):
            raise Damaged("encoding of a stream")
        if coding == 1:
            for left, right in pairwise(range(columns)):
                row[right] = (row[right] + row[left]) & 0xFF
        elif coding == 2:  # noqa: PLR2004 - the predictor "Up"
            row = bytearray((one + above) & 0xFF for one, above in zip(row, before, strict=True))
        before = bytes(row)
        out += row
    return bytes(out)
