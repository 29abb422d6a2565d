"""Inputs bent along their structure, so that they get past the first check and into the rooms behind it.

A PDF whose cross-references still point where they did, an envelope whose lengths still add up, a code that is signed.
`Raw` is how a fuzzer bends bytes of which it knows nothing. Whatever cannot be taken apart is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

import cbor2
from hostile import document, object_, stream
from test_differential import KEYS, PARTS, Data, Update, bend, told
from test_symbol import ED25519, P256, PUBLIC_URL

from issuers import symbol
from verify.cbor import read_map
from verify.der import CONSTRUCTED, OCTET_STRING, SEQUENCE, SET, Malformed, elements
from verify.envelope import open_envelope
from verify.identifiers import DIGESTS, MGF1, PSS, SCHEMES
from verify.qr import Refused, read_text, unpack
from verify.syntax import Damaged, Ref

Raw = Callable[[bytes], bytes]
NOT_FOLLOWED = (Damaged, LookupError, AttributeError, TypeError, ValueError, OverflowError, RecursionError)
"""What a file that was bent before may answer whoever writes an update to it."""


def bend_pdf(content: bytes, random: Random, raw: Raw) -> bytes:
    """A token elsewhere, another envelope, an update more, all objects anew in one revision, or octets."""
    ways = (_in_place, _in_place, _spliced, _spliced, _enveloped, _updated, _updated, _anew, _octets)
    return random.choice(ways)(content, random, raw)


# PDF: tokens.

TOKEN = re.compile(
    rb"/[^\x00-\x20()<>\[\]{}/%]*|\d+ \d+ R\b|[+-]?[\d.]+|\([^()]{0,99}\)|<[0-9A-Fa-f]{0,64}>|<<|>>|\[|\]|[a-z]{1,12}"
)
NUMBERS = (b"0", b"-1", b"1", b"2147483648", b"9999999999", b"1e9", b"0.5", b"--1", b"+", b"65536")
ODD = (b"null", b"true", b"[", b"]", b"<<", b">>", b"()", b"<>", b"(", b"<", b"%", b"/", b"[]", b"<<>>", b"endobj")
PLACE = re.compile(
    rb"(?:(?<=startxref\n)|(?<=startxref\r\n)|(?<=/Prev )|(?<=/XRefStm ))\d{1,10}|(?<=\n)\d{10}(?= \d{5} n)"
)
"""Where a table, a trailer and an end say in digits that something stands."""
ENVELOPE = re.compile(rb"<((?:[0-9A-Fa-f]{2}){100,})>")
"""Of a signature's /Contents."""


def _token(content: bytes, random: Random, raw: Raw, old: bytes) -> bytes:
    """What a token may become: one of another place, a key, a number, something odd, itself bent or twice."""
    others = [match[0] for match in _tokens(content, random)]
    how = random.randrange(6)
    if how == 0 and others:
        return random.choice(others)
    if how == 1:
        return random.choice(KEYS).encode()
    if how == 2:
        return random.choice(NUMBERS)
    if how == 3:
        return random.choice(ODD)
    return old + b" " + old if how == 4 else raw(old)


def _tokens(content: bytes, random: Random) -> list[re.Match[bytes]]:
    """Some tokens that stand together, of anywhere."""
    begin = random.randrange(len(content) + 1)
    return [*TOKEN.finditer(content, begin, begin + 500)]


def _in_place(content: bytes, random: Random, raw: Raw) -> bytes:
    """A token becomes another of its length: every offset stays true, in streams and in object streams too."""
    found = _tokens(content, random)
    if not found:
        return raw(content)
    match = random.choice(found)
    new = _token(content, random, raw, match[0])[: len(match[0])].ljust(len(match[0]))
    return content[: match.start()] + new + content[match.end() :]


def _spliced(content: bytes, random: Random, raw: Raw) -> bytes:
    """A token becomes another of any length, and places behind it move, as far as they are written in digits."""
    found = _tokens(content, random)
    if not found:
        return raw(content)
    match = random.choice(found)
    new = b"" if random.random() < 0.2 else _token(content, random, raw, match[0])
    by = len(new) - len(match[0])

    def moved(place: re.Match[bytes]) -> bytes:
        told = int(place[0])
        return b"%0*d" % (len(place[0]), told + by if told >= match.end() else told)

    return PLACE.sub(moved, content[: match.start()] + new + content[match.end() :])


def _enveloped(content: bytes, random: Random, raw: Raw) -> bytes:
    """A signature's CMS bent, in the place that is kept for it."""
    found = [*ENVELOPE.finditer(content)]
    if not found:
        return raw(content)
    match = random.choice(found)
    room = len(match[1])
    made = bend_der(bytes.fromhex(match[1].decode()), random, raw).hex().encode()
    return content[: match.start(1)] + made[:room].ljust(room, b"0") + content[match.end(1) :]


def _octets(content: bytes, _: Random, raw: Raw) -> bytes:
    return raw(content)


# PDF: objects.


def _updated(content: bytes, random: Random, raw: Raw) -> bytes:
    """An update more, of those that signing tools write, bent in places."""
    try:
        made = Update(content, random)
        for part in random.sample(PARTS, random.choice((0, 1, 2))):
            part(made)
        for _ in range(random.choice((0, 1, 1, 2, 4))):
            bend(made)
        _inside(made, random, raw)
        return made.written()
    except NOT_FOLLOWED:
        return raw(content)


def _anew(content: bytes, random: Random, raw: Raw) -> bytes:
    """All objects in one revision, some bent, and what stands in streams; in a table, or in an object stream."""
    try:
        made = Update(content, random)
        for number in made.view.places:
            made.write(Ref(number, 0))
        for _ in range(random.choice((1, 2, 4))):
            bend(made)
        _inside(made, random, raw)
        bodies = {number: told(held) for number, held in made.objects.items()}
    except NOT_FOLLOWED:
        return raw(content)
    root = made.trailer["/Root"]
    if not isinstance(root, Ref):
        return raw(content)
    number = random.choice(sorted(bodies))
    bodies[number] = _spliced(bodies[number], random, raw)
    if random.random() < 0.6:
        return document(bodies).replace(b"/Root 1 0 R", b"/Root %d 0 R" % root.number)
    inner = {one: body for one, body in bodies.items() if not isinstance(made.objects[one], Data)}
    return packed({one: body for one, body in bodies.items() if one not in inner}, inner, root.number)


def _inside(made: Update, random: Random, raw: Raw) -> None:
    """What stands in streams, bent: validation data, and the record."""
    for held in made.objects.values():
        if isinstance(held, Data) and held.content[:1] in INSIDE and random.random() < 0.5:
            held.content = INSIDE[held.content[:1]](held.content, random, raw)


def packed(outer: dict[int, bytes], inner: dict[int, bytes], root: int) -> bytes:
    """A whole file whose plain objects stand in one object stream."""
    head, body = b"", b""
    for number, content in inner.items():
        head += b"%d %d " % (number, len(body))
        body += content + b" "
    own = max([0, *outer, *inner]) + 1
    entries = b"/Type /ObjStm /N %d /First %d" % (len(inner), len(head))
    out, rows = b"%PDF-1.7\n", {number: (2, own, nth) for nth, number in enumerate(inner)}
    for number, content in (outer | {own: stream(entries, head + body)}).items():
        rows[number] = (1, len(out), 0)
        out += object_(number, content)
    rows[own + 1] = (1, len(out), 0)
    table = b"".join(
        bytes([kind]) + first.to_bytes(4) + second.to_bytes(2)
        for kind, first, second in (rows.get(number, (0, 0, 0)) for number in range(own + 2))
    )
    entries = b"/Type /XRef /W [1 4 2] /Size %d /Root %d 0 R" % (own + 2, root)
    return out + object_(own + 1, stream(entries, table)) + b"startxref\n%d\n%%%%EOF\n" % len(out)


# ASN.1.

MAX_NODES_DEPTH = 24
TAGS = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x17, 0x18, 0x30, 0x31, 0x80, 0xA0, 0xA1, 0xA2, 0xA3)
VALUES = (b"", b"\0", b"\xff", b"\x7f" + b"\xff" * 8, b"\x80" + bytes(16), b"20260601000000Z", b"99991231235959-1400")
IDENTIFIERS = (*DIGESTS, *SCHEMES, MGF1, PSS)


@dataclass(slots=True)
class Node:
    """One element: its value, or what stands in it; `open`: written with an indefinite length."""

    tag: int
    value: bytes
    inner: list[Node]
    open: bool = False

    def told(self) -> bytes:
        """The element as bytes."""
        value = b"".join(one.told() for one in self.inner) if self.inner else self.value
        if self.open and self.tag & CONSTRUCTED:
            return bytes([self.tag, 0x80]) + value + b"\0\0"
        size = len(value)
        octets = size.to_bytes((size.bit_length() + 7) // 8)
        return bytes([self.tag]) + (bytes([size]) if size < 0x80 else bytes([0x80 | len(octets)]) + octets) + value

    def within(self) -> Iterator[Node]:
        """Itself and all below."""
        yield self
        for one in self.inner:
            yield from one.within()


def nodes(content: bytes, depth: int = 0) -> list[Node]:
    """The elements of bytes, with what stands in them; an octet string may hold elements too. Raises Malformed."""
    return [Node(one.tag, one.value, _inner(one.tag, one.value, depth)) for one in elements(content)]


def _inner(tag: int, value: bytes, depth: int) -> list[Node]:
    if depth > MAX_NODES_DEPTH or not (tag & CONSTRUCTED or (tag == OCTET_STRING and value[:1] in {b"\x30", b"\x31"})):
        return []
    try:
        return nodes(value, depth + 1)
    except Malformed:
        return []


def bend_der(content: bytes, random: Random, raw: Raw) -> bytes:
    """Some elements gone, twice, elsewhere, of another tag or value; lengths add up."""
    try:
        whole = nodes(content.rstrip(b"\0") if random.random() < 0.5 else content)
    except Malformed:
        return raw(content)
    if random.random() < 0.1:
        return raw(content)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if whole:
            _turn(Node(SEQUENCE, b"", whole), random, raw)
    return b"".join(one.told() for one in whole)


def _turn(whole: Node, random: Random, raw: Raw) -> None:  # noqa: C901 - a list of ways
    """One thing otherwise, somewhere below."""
    every = [*whole.within()]
    holder = random.choice([one for one in every if one.inner])
    place = random.randrange(len(holder.inner))
    one = holder.inner[place]
    how = random.choice(("drop", "twice", "swap", "copy", "tag", "value", "value", "raw", "raw", "open", "pieces"))
    if how == "drop":
        del holder.inner[place]
    elif how == "twice":
        holder.inner.insert(place, deepcopy(one))
    elif how == "swap":
        other = random.randrange(len(holder.inner))
        holder.inner[place], holder.inner[other] = holder.inner[other], one
    elif how == "copy":
        holder.inner[place] = deepcopy(random.choice(every))
    elif how == "tag":
        one.tag = random.choice(TAGS)
    elif how == "value":
        one.value, one.inner = random.choice((*VALUES, *IDENTIFIERS)), []
    elif how == "raw":
        one.value, one.inner = raw(one.told()[2:]), []
    elif how == "open":
        for each in random.choice(([one], [*one.within()])):
            each.open = True
    elif one.tag == OCTET_STRING:
        half = len(one.value) // 2
        pieces = [Node(OCTET_STRING, piece, []) for piece in (one.value[:half], one.value[half:])]
        holder.inner[place] = Node(OCTET_STRING | CONSTRUCTED, b"", pieces, open=True)
    elif one.tag in {SEQUENCE, SET}:
        random.shuffle(one.inner)


INSIDE: dict[bytes, Callable[[bytes, Random, Raw], bytes]] = {b"\x30": bend_der, b"{": _spliced}
"""What stands in streams, by its first octet: validation data, and the record."""


# QR codes.

CLAIMS = (*range(14), 255, 1 << 40)
PLAIN: tuple[Any, ...] = (0, 1, 65535, -36525, 1 << 63, "", "A", "TOAN", "x" * 101, "a\u0301", " ", b"", bytes(10))
LISTED: tuple[Any, ...] = ([], [1], [0], ["TOAN", 1], [200, 255], b"\xff" * 8, bytes(36), bytes(32), b"\x0a\1\1\1")


def bend_code(content: bytes, random: Random, raw: Raw) -> bytes:
    """A claim otherwise under a true signature, an envelope's octet, a digit, or the text."""
    try:
        envelope = unpack(read_text(content.decode())[1])
        if random.random() < 0.2:
            return symbol.text_of(raw(envelope)[:1024], PUBLIC_URL).encode()
        payload = _claims(open_envelope(envelope).payload, random, raw)
        return symbol.text_of(symbol.seal(payload[:900], random.choice((ED25519, P256))), PUBLIC_URL).encode()
    except (Refused, UnicodeDecodeError):
        return raw(content)


def _claims(payload: bytes, random: Random, raw: Raw) -> bytes:
    """Claims with some otherwise; where they are none, octets."""
    try:
        found = read_map(payload)
    except Refused:
        return raw(payload)
    if random.random() < 0.4:
        return raw(payload)
    for _ in range(random.choice((1, 1, 2))):
        key = random.choice(CLAIMS)
        if random.random() < 0.2:
            found.pop(key, None)
        else:
            found[key] = random.choice((*PLAIN, *LISTED, *found.values()))
    return cbor2.dumps(found, canonical=random.random() < 0.9)
