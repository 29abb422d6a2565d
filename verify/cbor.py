"""The strict CBOR of a QR code's claims: one reading, or none (docs/qr.md, 5; RFC 8949, 4.2.1).

One map, filling the bytes, of integers, byte strings, texts and arrays of them: definite, shortest, keys ascending.
Libraries forgive duplicate keys, trailing bytes and longer numbers, so this reader is our own.
"""

from __future__ import annotations

from typing import Any

from verify.qr import Refused

UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP = range(6)
"""Major types; 6 are tags, 7 floats and simple values: neither is read."""

SIZES = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}
"""Additional information to the bytes that follow, and the least number that needs them."""


def read_map(data: bytes) -> dict[int, Any]:
    """The one map of integer keys. Raises Refused, item 5: `key` for one that is no ascending integer, else `cbor`."""
    try:
        major, count, at = _head(data, 0)
        if major != MAP:
            raise Refused(5, "cbor")
        found: dict[int, Any] = {}
        last = -1
        for _ in range(count):
            major, key, at = _head(data, at)
            if major != UNSIGNED or key <= last:
                raise Refused(5, "key")
            last = key
            found[key], at = _value(data, at, inside=False)
    except (IndexError, UnicodeDecodeError):
        raise Refused(5, "cbor") from None
    if at != len(data):
        raise Refused(5, "cbor")
    return found


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """(major type, argument, where the rest begins); an argument longer than need be is refused."""
    major, number = divmod(data[at], 32)
    at += 1
    if number in SIZES:
        size, least = SIZES[number]
        number = int.from_bytes(data[at : at + size])
        at += size
        if at > len(data) or number < least:
            raise Refused(5, "cbor")
    elif number > 27:  # noqa: PLR2004 - 28 to 30 are reserved, 31 is an indefinite length
        raise Refused(5, "cbor")
    return major, number, at


def _value(data: bytes, at: int, *, inside: bool) -> tuple[Any, int]:
    """One value and where the next begins; an array holds no array."""
    major, number, at = _head(data, at)
    if major == UNSIGNED:
        return number, at
    if major == NEGATIVE:
        return -1 - number, at
    if major in {BYTES, TEXT}:
        end = at + number
        if end > len(data):
            raise Refused(5, "cbor")
        return (data[at:end] if major == BYTES else data[at:end].decode()), end
    if major != ARRAY or inside:
        raise Refused(5, "cbor")
    found = []
    for _ in range(number):
        value, at = _value(data, at, inside=True)
        found.append(value)
    return found, at
