"""The strict form of what is appended after a signature, on raw bytes.

Readers differ in how they mend a file: one takes the last object of a number that it finds, one the first, one falls
back to an older trailer. So nothing appended may need mending: a revision is a run of objects, each at the offset its
cross-reference section gives, that section in the exact form of ISO 32000-2, 7.5.4 or 7.5.8, one trailer, and nothing
else but the name of the tool that wrote it; after the last revision only white space. What is not of this form is
CANNOT_BE_JUDGED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_SUBSECTIONS = 4096
"""Subsections of one cross-reference table: a signature adds fewer than ten."""

OBJECT = re.compile(rb"[\x00\t\n\x0c\r ]obj(?![A-Za-z])")
SECTION = re.compile(rb"xref[ ]?(?:\r\n|\n|\r)")
SUBSECTION = re.compile(rb"(\d{1,10}) (\d{1,10})[ ]?(?:\r\n|\n|\r)")
ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
ENTRY_LENGTH = 20
TRAILER = re.compile(rb"[\x00\t\n\x0c\r ]*trailer(?![A-Za-z])")
NAMED = re.compile(rb"%[A-Za-z0-9 ._-]{1,80}[\r\n]+\Z")
"""A comment in which a widespread tool names itself, between its stream of cross-references and `startxref`."""
WHITE, DIGITS = b"\x00\t\n\x0c\r ", b"0123456789"
MAX_DIGITS, MAX_GENERATION_DIGITS = 10, 5
CHUNK = 1024
"""Octets looked at at once, backwards: megabytes of white space are a way to make a file slow."""


@dataclass(frozen=True, slots=True)
class Section:
    """A cross-reference section of one revision, as the reader found it.

    `start` is where it begins, `objects` the (number, generation) at each offset it lists, `stream` whether it is a
    stream.
    """

    start: int
    objects: dict[int, tuple[int, int]]
    stream: bool


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
    if not section.stream and not _unambiguous(table_numbers(content, section.start)):
        return "form of a cross-reference table"
    standing = dict(_standing(content, begin, end))
    if standing != section.objects:
        return "objects that are not where the cross-references say"
    first = min(standing, default=section.start)
    if content[begin : min(first, section.start)].strip(WHITE):
        return "bytes before a revision"
    if content.count(b"startxref", begin, end) != 1 or content.count(b"%%EOF", begin, end) != 1:
        return "more than one end in a revision"
    return _between(content, standing, section, end)


def _unambiguous(numbers: Sequence[int] | None) -> bool:
    return numbers is not None and len(set(numbers)) == len(numbers)


def _standing(content: bytes, begin: int, end: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Offset, number and generation of each object header, looked for from its last word: digits are everywhere."""
    for match in OBJECT.finditer(content, begin, end):
        behind = _back(content, begin, match.end() - len(b"obj"), WHITE)
        generation = _back(content, begin, behind, DIGITS)
        between = _back(content, begin, generation, WHITE)
        number = _back(content, begin, between, DIGITS)
        if (
            0 < behind - generation <= MAX_GENERATION_DIGITS
            and 0 < between - number <= MAX_DIGITS
            and between < generation
        ):
            yield number, (int(content[number:between]), int(content[generation:behind]))


def _back(content: bytes, begin: int, at: int, signs: bytes) -> int:
    """Where the run of such signs begins that ends at an offset."""
    while at > begin:
        chunk = content[max(begin, at - CHUNK) : at]
        others = len(chunk.rstrip(signs))
        at -= len(chunk) - others
        if others:
            break
    return at


def _between(content: bytes, standing: dict[int, tuple[int, int]], section: Section, end: int) -> str:
    """Each object runs up to the next one, or to the section: nothing but it stands there."""
    offsets = sorted(standing)
    for offset, following in _spans(offsets, section, end):
        text = content[offset:following]
        if section.stream and offset == offsets[-1]:
            text = NAMED.sub(b"", text[: text.rfind(b"startxref")])
        if not text.rstrip(WHITE).endswith(b"endobj"):
            return "bytes between objects"
    return ""


def _spans(offsets: list[int], section: Section, end: int) -> Iterator[tuple[int, int]]:
    for index, offset in enumerate(offsets):
        following = offsets[index + 1] if index + 1 < len(offsets) else end
        yield offset, min(following, section.start) if not section.stream and offset < section.start else following
