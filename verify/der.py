"""ASN.1 as CMS writes it: tag, length, value, and the few types that a signature needs (X.690).

DER; where a signing tool wrote indefinite lengths (BER), the same in definite ones. Values are bytes: what is compared
or hashed is what was written. What is not as expected raises Malformed, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

INTEGER, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
CONSTRUCTED, CONTEXT = 0x20, 0x80
EXPLICIT = CONTEXT | CONSTRUCTED
"""Tags [0] to [30] of a type written around another, or of a constructed type in its place."""

LONG_TAG, LONG_LENGTH = 0x1F, 0x80
MAX_LENGTH_OCTETS = 4
MAX_DEPTH = 32
"""Of indefinite lengths within one another: CMS has about ten levels."""
CENTURY = 50
"""UTCTime: years from 50 on are of the last century (RFC 5280, 4.1.2.5.1)."""

TIMES = {
    UTC_TIME: re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?()(Z|[+-]\d{4})"),
    GENERALIZED_TIME: re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d{1,6})\d*)?(Z|[+-]\d{4})"),
}


class Malformed(Exception):  # noqa: N818 - a statement about the input
    """The bytes are not what the standard wants in this place. The argument is a stable word."""


class Element(NamedTuple):
    """One element: its tag octet, all its bytes, and its value's."""

    tag: int
    raw: bytes
    value: bytes

    def of(self, tag: int) -> Element:
        """Itself. Raises Malformed if its tag is another."""
        if self.tag != tag:
            raise Malformed("asn1")
        return self

    def inner(self) -> list[Element]:
        """The elements of a constructed value. Raises Malformed."""
        return elements(self.value)


def elements(content: bytes) -> list[Element]:
    """All elements that stand one after the other. Raises Malformed: cut short, or of indefinite length."""
    found, at = [], 0
    while at < len(content):
        tag, begin, end = _head(content, at)
        found.append(Element(tag, content[at:end], content[begin:end]))
        at = end
    return found


def single(content: bytes) -> Element:
    """The one element that these bytes are. Raises Malformed."""
    found = elements(content)
    if len(found) != 1:
        raise Malformed("asn1")
    return found[0]


def first(content: bytes) -> tuple[bytes, bytes]:
    """The first element, with definite lengths, and what follows it. Raises Malformed."""
    made, end = _definite(content, 0, 0)
    return made, content[end:]


def optional(found: Sequence[Element], *tags: int) -> list[Element | None]:
    """Of each tag the element that has it, None without. Raises Malformed: one twice, out of this order, or another.

    Readers take the first of two, or the last, and pass over what they do not know.
    """
    held = {one.tag: one for one in found}
    if [one.tag for one in found] != [tag for tag in tags if tag in held]:
        raise Malformed("asn1")
    return [held.get(tag) for tag in tags]


def integer(element: Element) -> int:
    """The value of an INTEGER. Raises Malformed."""
    if not element.of(INTEGER).value:
        raise Malformed("asn1")
    return int.from_bytes(element.value, signed=True)


def encoded(dotted: str) -> bytes:
    """The value of an OBJECT IDENTIFIER."""
    top, second, *others = map(int, dotted.split("."))
    out = bytearray()
    for arc in (40 * top + second, *others):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(arc & 0x7F | 0x80)
        out += bytes(reversed(octets))
    return bytes(out)


def instant(element: Element) -> datetime:
    """A UTCTime or GeneralizedTime that says its zone. Raises Malformed."""
    match = TIMES[element.tag].fullmatch(element.value) if element.tag in TIMES else None
    if match is None:
        raise Malformed("time")
    year, month, day, hour, minute = map(int, match.groups()[:5])
    if element.tag == UTC_TIME:
        year += 2000 if year < CENTURY else 1900
    zone = match[8].decode()
    fraction = int((match[7] or b"0").ljust(6, b"0"))
    try:
        offset = UTC if zone == "Z" else datetime.strptime(zone, "%z").tzinfo
        return datetime(year, month, day, hour, minute, int(match[6] or 0), fraction, offset)
    except ValueError:
        raise Malformed("time") from None


def _head(content: bytes, at: int) -> tuple[int, int, int]:
    """(tag, where the value begins, where it ends) of an element of definite length."""
    if at + 2 > len(content) or content[at] & LONG_TAG == LONG_TAG:
        raise Malformed("asn1")
    length, begin = content[at + 1], at + 2
    if length & LONG_LENGTH:
        octets = length & ~LONG_LENGTH
        if not 0 < octets <= MAX_LENGTH_OCTETS:
            raise Malformed("asn1")
        begin += octets
        length = int.from_bytes(content[at + 2 : begin])
    if begin + length > len(content):
        raise Malformed("asn1")
    return content[at], begin, begin + length


def _definite(content: bytes, at: int, depth: int) -> tuple[bytes, int]:
    """The element at a place with definite lengths throughout, and where it ends as it stands."""
    if content[at + 1 : at + 2] != bytes([LONG_LENGTH]):
        _, _, end = _head(content, at)
        return content[at:end], end
    tag, parts, at = content[at], [], at + 2
    if depth > MAX_DEPTH or not tag & CONSTRUCTED:
        raise Malformed("asn1")
    while content[at : at + 2] != b"\0\0":
        part, at = _definite(content, at, depth + 1)
        parts.append(part)
    if tag == OCTET_STRING | CONSTRUCTED:  # a string in pieces: the pieces are the string
        tag, parts = OCTET_STRING, [single(part).of(OCTET_STRING).value for part in parts]
    value = b"".join(parts)
    return bytes([tag]) + _length(len(value)) + value, at + 2


def _length(number: int) -> bytes:
    """A length in as few octets as there can be: what was signed is the DER (RFC 5652, 5.4)."""
    if number < LONG_LENGTH:
        return bytes([number])
    octets = number.to_bytes((number.bit_length() + 7) // 8)
    return bytes([LONG_LENGTH | len(octets)]) + octets
