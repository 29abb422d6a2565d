"""The strict form of what is appended after a signature, on raw bytes.

Readers differ in how they mend a file: one takes the last object of a number that it finds, one the first, one falls
back to an older trailer. So nothing appended may need mending, or hold anything that a reader who mends could find: a
revision is a run of objects, each at the offset its cross-reference section gives and each ending where the next one
begins, that section in the exact form of ISO 32000-2, 7.5.4 or 7.5.8, one trailer, and nothing else but white space and
the name of the tool that wrote it. What is not of this form is CANNOT_BE_JUDGED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_SUBSECTIONS = 4096
"""Subsections of one cross-reference table: a signature adds fewer than ten."""

OBJECT = re.compile(rb"obj(?![A-Za-z])")
SECTION = re.compile(rb"xref[ ]?(?:\r\n|\n|\r)")
SUBSECTION = re.compile(rb"(\d{1,10}) (\d{1,10})[ ]?(?:\r\n|\n|\r)")
ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
ENTRY_LENGTH = 20
TRAILER = re.compile(rb"[\x00\t\n\x0c\r ]*trailer(?![A-Za-z])")
BEHIND_OBJECT = re.compile(rb"[\x00\t\n\x0c\r ]*(?:endstream[\x00\t\n\x0c\r ]+)?endobj[\x00\t\n\x0c\r ]*")
NAMED = rb"(?:%[A-Za-z0-9 ._-]{1,80}[\r\n]+)?"
"""A comment in which a widespread tool names itself, before `startxref`."""
AT_THE_END = rb"startxref[\t\n\x0c\r ]+\d{1,10}[\t\n\x0c\r ]+%%EOF[\r\n]*"
BEHIND_STREAM = re.compile(BEHIND_OBJECT.pattern + NAMED + AT_THE_END)
BEHIND_TRAILER = re.compile(rb"[\x00\t\n\x0c\r ]*" + NAMED + AT_THE_END)
WHITE, DIGITS = b"\x00\t\n\x0c\r ", b"0123456789"
CONTROL = bytes([*range(33), 0x80, 0xFF])
"""What some reader takes for white space."""
MAX_DIGITS, MAX_GENERATION_DIGITS = 10, 5
CHUNK = 1024
"""Octets looked at at once, backwards: megabytes of white space are a way to make a file slow."""
MAX_WORDS = 100_000
"""How often `obj` and `endobj` may stand in a revision: as often as a file may have objects."""
MAX_COMMENTS = 8
"""Lines of comments between the number of an object and its word."""


@dataclass(frozen=True, slots=True)
class Section:
    """A cross-reference section of one revision, as the reader found it.

    `start` is where it begins, `objects` the (number, generation) at each offset it lists, `ends` where the value of
    each, or the data of its stream, ends, `streams` how many of them are streams; `stream` whether it is one itself;
    else `end` is where its trailer ends.
    """

    start: int
    objects: Mapping[int, tuple[int, int]]
    ends: Mapping[int, int]
    streams: int
    stream: bool
    end: int = 0


def table_numbers(content: bytes, start: int) -> Sequence[int] | None:
    """The numbers that a cross-reference table lists, in order; None if it is not of the exact form."""
    section = SECTION.match(content, start)
    if section is None:
        return None
    at, numbers = section.end(), []
    for _ in range(MAX_SUBSECTIONS):
        head = SUBSECTION.match(content, at)
        if head is None:
            break
        first, count, at = int(head[1]), int(head[2]), head.end()
        if first and not count:
            return None  # of no number: beyond a size of their own readers give the whole table up
        if at + count * ENTRY_LENGTH > len(content):
            return None
        for number in range(first, first + count):
            entry = ENTRY.match(content, at)
            if entry is None:
                return None
            numbers.append(number)
            at = entry.end()
    return numbers if TRAILER.match(content, at) else None


def fault(content: bytes, begin: int, end: int, section: Section) -> str:
    """Why the bytes [begin, end) are not one revision in strict form, in a few words; "" if they are."""
    if not begin < end:
        return "a revision without an end of its own"
    asked = (ask(content, begin, end, section) for ask in (_table, _objects, _edges, _between))
    return next((why for why in asked if why), "")


def _table(content: bytes, _: int, __: int, section: Section) -> str:
    numbers = [] if section.stream else table_numbers(content, section.start)
    return "" if numbers is not None and len(set(numbers)) == len(numbers) else "form of a cross-reference table"


def _objects(content: bytes, begin: int, end: int, section: Section) -> str:
    if content.count(b"obj", begin, end) > MAX_WORDS:
        return "too many objects"
    headers = dict(_headers(content, begin, end))
    if None in headers.values():
        return "the header of an object in another form"
    return "" if headers == section.objects else "objects that are not where the cross-references say"


def _edges(content: bytes, begin: int, end: int, section: Section) -> str:
    if content[begin : min([*section.objects, section.start])].strip(WHITE):
        return "bytes before a revision"
    if section.stream and section.start != max(section.objects):
        return "objects behind the cross-references"
    words = {b"startxref": 1, b"%%EOF": 1, b"trailer": 0 if section.stream else 1}
    words |= {b"endobj": len(section.objects), b"endstream": section.streams}
    once = all(content.count(word, begin, end) == times for word, times in words.items())
    return "" if once else "more than one end in a revision"


def found(content: bytes, end: int) -> dict[int, int]:
    """Where the last object of each number stands, for who searches the first octets of a file for their headers."""
    return {told[0]: offset for offset, told in _headers(content, 0, end) if told is not None}


def _headers(content: bytes, begin: int, end: int) -> Iterator[tuple[int, tuple[int, int] | None]]:
    """Offset, number and generation of each object header, looked for from its last word: digits are everywhere.

    None is what some reader may take for one: more digits, a comment before its word, or nothing.
    """
    for match in OBJECT.finditer(content, begin, end):
        if content.startswith(b"end", match.start() - len(b"end")):
            continue
        behind = _back(content, begin, match.start(), WHITE)
        generation = _back(content, begin, behind, DIGITS)
        between = _back(content, begin, generation, WHITE)
        number = _back(content, begin, between, DIGITS)
        if (
            behind < match.start()
            and 0 < behind - generation <= MAX_GENERATION_DIGITS
            and 0 < between - number <= MAX_DIGITS
            and between < generation
        ):
            yield number, (int(content[number:between]), int(content[generation:behind]))
        elif _follows_a_number(content, begin, match.start()):
            yield match.start(), None


def _follows_a_number(content: bytes, begin: int, at: int) -> bool:
    """Whether a digit stands before a word, with nothing but what is passed over between them."""
    for _ in range(MAX_COMMENTS):
        at = _back(content, begin, at, CONTROL)
        if content[max(begin, at - 1) : at].isdigit():
            return True
        line = max(content.rfind(sign, max(begin, at - CHUNK), at) for sign in (b"\r", b"\n"))
        comment = content.find(b"%", max(line, begin, at - CHUNK), at)
        if comment < 0:
            return False
        at = comment
    return True


def _back(content: bytes, begin: int, at: int, signs: bytes) -> int:
    """Where the run of such signs begins that ends at an offset."""
    while at > begin:
        chunk = content[max(begin, at - CHUNK) : at]
        others = len(chunk.rstrip(signs))
        at -= len(chunk) - others
        if others:
            break
    return at


def _between(content: bytes, _: int, end: int, section: Section) -> str:
    """Each object runs up to the next one, or to the section: nothing but it stands there."""
    for offset, following in pairwise([*sorted(section.objects), end]):
        behind = BEHIND_STREAM if section.stream and following == end else BEHIND_OBJECT
        table = end if section.stream or offset > section.start else section.start
        if not behind.fullmatch(content, section.ends[offset], min(following, table)):
            return "bytes between objects"
    if not section.stream and not BEHIND_TRAILER.fullmatch(content, section.end, end):
        return "bytes behind a trailer"
    return ""
