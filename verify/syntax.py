"""PDF objects out of bytes (ISO 32000-2, 7.2 and 7.3), read strictly.

What two readers could read differently is refused. A name is a `str` with its slash and with escapes undone, a string
`bytes`, a reference `Ref`, an array `list`, a dictionary `dict`, a stream `Stream`; numbers, booleans and null are
Python's. An entry that is null is no entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

MAX_DEPTH = 64
"""Containers within one another: a page has about five levels."""
MAX_NUMBER = 40
"""Signs of a number: nobody needs more than 20, and readers cut off or round what is longer."""


class Damaged(Exception):  # noqa: N818 - a statement about the input
    """The bytes are not what ISO 32000-2 wants in this place, or more than one reading of them. Carries a few words."""


class Excessive(Damaged):
    """More of something than any transcript has. `limit` names it."""

    def __init__(self, words: str, limit: str) -> None:
        """What is too much, in the words of the reader and in those of the limit."""
        super().__init__(words)
        self.limit = limit


class Ref(NamedTuple):
    """A reference to an indirect object."""

    number: int
    generation: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream: its dictionary, and where its encoded bytes begin in what was read."""

    dictionary: dict[str, Any]
    begin: int


REGULAR = rb"[^\x00\t\n\x0b\x0c\r ()<>\[\]{}/%]"
"""What a name may hold; a vertical tab is regular to the standard, and white space to some readers."""
WHITE = rb"[\x00\t\n\x0c\r ]"
SPACE = WHITE + rb"*+(?:%[^\r\n]*+" + WHITE + rb"*+)*+"
"""White space and comments; possessive, so that no input makes it slow."""

NAME, REF, NUMBER, WORD, STRING, HEX, DICTIONARY, ARRAY, NESTED, CLOSE, END_OF_ARRAY = (
    1,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
)
"""Groups of a token: what it is. The one before REF is the number referred to."""
TOKEN_PATTERN = (
    SPACE
    + rb"(?:/("
    + REGULAR
    + rb"*+)|(\d{1,10})"
    + WHITE
    + rb"++(\d{1,5})"
    + WHITE
    + rb"++R(?!"
    + REGULAR
    + rb")|([+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?!"
    + REGULAR
    + rb"))|(true|false|null)(?!"
    + REGULAR
    + rb")|\(((?:[^()\\]++|\\[\s\S])*+)\)|<([0-9A-Fa-f\x00\t\n\x0c\r ]*+)>|(<<)|(\[)|(\()|(>>)|(\]))"
)
TOKEN = re.compile(TOKEN_PATTERN)
ENTRY = re.compile(SPACE + rb"/(" + REGULAR + rb"*+)" + TOKEN_PATTERN)
"""A key of a dictionary and the token behind it, whose groups count from the key's."""
WIDTHS = re.compile(rb"(?:[\t\n\r ]*+[+-]?[0-9]++(?:\.[0-9]*+)?(?=[\t\n\r \]]))*+[\t\n\r ]*+\]")
"""An array of plain numbers: the widths of a font are half of what there is to read in a transcript."""
ESCAPED = re.compile(rb"#(?!00)([0-9A-Fa-f]{2})")
PARENTHESIS = re.compile(rb"(?:[^()\\]++|\\[\s\S])*+([()])")
ESCAPE = re.compile(rb"\\(?:[0-7]{1,3}|\r\n|[\s\S])|\r\n?")
HEADER = re.compile(rb"(\d{1,10})" + WHITE + rb"++(\d{1,5})" + WHITE + rb"++obj(?!" + REGULAR + rb")")
END = re.compile(SPACE + rb"(?<!" + REGULAR + rb")endobj(?!" + REGULAR + rb")")
STREAM = re.compile(SPACE + rb"stream(?:\r\n|\n)")

WORDS = {b"true": True, b"false": False, b"null": None}
ESCAPES = (
    {b"\\%c" % sign: bytes([sign]) for sign in range(256)}
    | {b"\\%0*o" % (width, code): bytes([code & 0xFF]) for width in (1, 2, 3) for code in range(8**width)}
    | {b"\\n": b"\n", b"\\r": b"\r", b"\\t": b"\t", b"\\b": b"\b", b"\\f": b"\f"}
    | dict.fromkeys((b"\\\n", b"\\\r", b"\\\r\n"), b"")
    | dict.fromkeys((b"\r", b"\r\n"), b"\n")
)
"""What stands in a literal string for something else (7.3.4.2); an end of line is one line feed."""
MARKS = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le", b"\xef\xbb\xbf": "utf-8"}


def read_object(content: bytes | memoryview, at: int) -> tuple[Ref, Any, int]:
    """The indirect object that stands at an offset: its number, itself, and where its value ends. Raises Damaged."""
    header = HEADER.match(content, at)
    if header is None:
        raise Damaged("no object where one is listed")
    found, end = read(content, header.end())
    if isinstance(found, dict) and (stream := STREAM.match(content, end)):
        return Ref(int(header[1]), int(header[2])), Stream(found, stream.end()), end
    if not END.match(content, end):
        raise Damaged("an object without an end")
    return Ref(int(header[1]), int(header[2])), found, end


def read(content: bytes | memoryview, at: int, depth: int = 0) -> tuple[Any, int]:
    """The object that stands at an offset, and where it ends. Raises Damaged."""
    token = TOKEN.match(content, at)
    if token is None:
        raise Damaged("no object")
    return _value(content, token, 0, depth)


@lru_cache(maxsize=4096)  # names are few, and the same in every file of a producer
def name(token: bytes) -> str:
    """A name as it is compared, from what stands behind its slash: escapes undone (7.3.5). Raises Damaged."""
    if b"#" in token:
        # Readers differ in what they make of a # without two digits, and end a name at a null.
        if len(ESCAPED.findall(token)) != token.count(b"#"):
            raise Damaged("a name")
        token = ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), token)
    return "/" + token.decode("latin-1")


def text(held: object) -> str:
    """A text string (7.9.2.2); a name as it stands; "" for what is neither. What cannot be decoded is replaced."""
    if isinstance(held, str):
        return held
    if not isinstance(held, bytes):
        return ""
    for mark, encoding in MARKS.items():
        if held.startswith(mark):
            return held[len(mark) :].decode(encoding, "replace")
    return held.decode("latin-1")  # PDFDocEncoding, but for signs that no name here needs


def _value(content: bytes | memoryview, token: re.Match[bytes], key: int, depth: int) -> tuple[Any, int]:
    """What a token is or begins, and where that ends; `key`: how many groups stand before the token's own."""
    if depth > MAX_DEPTH:
        raise Excessive("too deep", "depth")
    kind = (token.lastindex or 0) - key
    if kind == NAME:
        return name(token[key + NAME]), token.end()
    if kind == REF:
        return Ref(int(token[key + REF - 1]), int(token[key + REF])), token.end()
    if kind in SCALARS:
        return SCALARS[kind](token[key + kind]), token.end()
    if kind in CONTAINERS:
        return CONTAINERS[kind](content, token.end(), depth)
    raise Damaged("no object")


def _dictionary(content: bytes | memoryview, at: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    empty = set()
    while entry := ENTRY.match(content, at):
        key = name(entry[1])
        held, at = _value(content, entry, 1, depth + 1)
        if key in found or key in empty:
            raise Damaged("a key twice")  # readers take the first, or the last
        if held is None:
            empty.add(key)
        else:
            found[key] = held
    token = TOKEN.match(content, at)
    if token is None or token.lastindex != CLOSE:
        raise Damaged("a dictionary")
    return found, token.end()


def _array(content: bytes | memoryview, at: int, depth: int) -> tuple[list[Any], int]:
    if depth < MAX_DEPTH and (plain := WIDTHS.match(content, at)):
        return [float(one) if b"." in one else int(one) for one in plain[0][:-1].split()], plain.end()
    found: list[Any] = []
    while token := TOKEN.match(content, at):
        if token.lastindex == END_OF_ARRAY:
            return found, token.end()
        held, at = _value(content, token, 0, depth + 1)
        found.append(held)
    raise Damaged("no object")


def _hexadecimal(digits: bytes) -> bytes:
    digits = b"".join(digits.replace(b"\0", b" ").split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _nested(content: bytes | memoryview, at: int, _: int) -> tuple[bytes, int]:
    """A literal string with parentheses in it, from behind its first one."""
    begin, within = at, 1
    while within:
        sign = PARENTHESIS.match(content, at)
        if sign is None:
            raise Damaged("a string without an end")
        at = sign.end()
        within += 1 if sign[1] == b"(" else -1
    return _literal(bytes(content[begin : at - 1])), at


def _literal(written: bytes) -> bytes:
    return ESCAPE.sub(lambda match: ESCAPES[match[0]], written) if b"\\" in written or b"\r" in written else written


def _number(written: bytes) -> int | float:
    if len(written) > MAX_NUMBER:
        raise Damaged("a number")
    return float(written) if b"." in written else int(written)


SCALARS: dict[int, Callable[[bytes], Any]] = {
    NUMBER: _number,
    WORD: WORDS.__getitem__,
    STRING: _literal,
    HEX: _hexadecimal,
}
CONTAINERS: dict[int, Callable[[bytes | memoryview, int, int], tuple[Any, int]]] = {
    DICTIONARY: _dictionary,
    ARRAY: _array,
    NESTED: _nested,
}
