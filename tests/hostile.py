"""Files that hang or swell a reader, one of each class that was ever measured; small to send, dear to read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping

MANY = 300_000_000
"""Entries that a cross-reference stream claims to have."""
BOMB_BYTES = 200 << 20


def object_(number: int, body: bytes) -> bytes:
    """An indirect object."""
    return b"%d 0 obj\n%s\nendobj\n" % (number, body)


def stream(entries: bytes, data: bytes) -> bytes:
    """A stream."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def document(objects: Mapping[int, bytes]) -> bytes:
    """A whole file with a table; object 1 is its catalog."""
    out, offsets = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += object_(number, body)
    size = max(objects) + 1
    table = b"".join(
        b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
        for number in range(size)
    )
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n" % size + table + trailer


PAGE = {
    1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    4: b"<< /Fields [] /SigFlags 3 >>",
}


SIGNED = {
    4: b"<< /Fields [5 0 R] /SigFlags 3 >>",
    5: b"<< /T (s) /FT /Sig /V 6 0 R /Rect [0 0 0 0] >>",
    6: b"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> >>",
}
"""A signature to all appearances."""


def endless_table() -> bytes:
    """A cross-reference stream whose entries have no width, and that claims hundreds of millions of them."""
    base = document(PAGE)
    entries = b"/Type /XRef /W [0 0 0] /Index [0 %d] /Size %d /Root 1 0 R" % (MANY, MANY)
    return base + object_(9, stream(entries, b"")) + b"startxref\n%d\n%%%%EOF\n" % len(base)


def bomb() -> bytes:
    """A cross-reference stream that inflates a thousandfold."""
    base = document(PAGE)
    entries = b"/Type /XRef /W [1 2 1] /Index [0 %d] /Size %d /Root 1 0 R /Filter /FlateDecode" % (MANY, MANY)
    data = zlib.compress(bytes(BOMB_BYTES), 9)
    return base + object_(9, stream(entries, data)) + b"startxref\n%d\n%%%%EOF\n" % len(base)


def diamond_of_fields(depth: int = 40) -> bytes:
    """Form fields whose two kids are the same next field: two to the depth of them for a reader that walks."""
    fields = {
        10 + index: b"<< /T (f%d) /FT /Tx /Kids [%d 0 R %d 0 R] >>" % (index, 11 + index, 11 + index)
        for index in range(depth)
    }
    fields[10 + depth] = b"<< /T (last) /FT /Tx >>"
    return document(PAGE | {4: b"<< /Fields [10 0 R] >>"} | fields)


def diamond_of_objects(depth: int = 40) -> bytes:
    """The same of any objects, under the catalog, with an update on top and what looks like a signature."""
    graph = {10 + index: b"<< /A %d 0 R /B %d 0 R >>" % (11 + index, 11 + index) for index in range(depth)}
    graph[10 + depth] = b"<< >>"
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R /PieceInfo 10 0 R >>"
    base = document(PAGE | SIGNED | graph | {1: catalog})
    start = int(re.findall(rb"startxref\s+(\d+)", base)[-1])
    size = 11 + depth
    update = object_(10, b"<< /A 11 0 R >>")
    table = b"xref\n10 1\n%010d 00000 n \n" % len(base)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return base + update + table + trailer % (size, start, len(base) + len(update))


def crowded_stream(count: int = 5000) -> bytes:
    """Thousands of objects in one object stream."""
    header = b" ".join(b"%d 0" % (10 + index) for index in range(count)) + b" "
    packed = stream(b"/Type /ObjStm /N %d /First %d" % (count, len(header)), header + b"null")
    out, offsets = b"%PDF-1.7\n", {}
    for number, body in (PAGE | {9: packed}).items():
        offsets[number] = len(out)
        out += object_(number, body)
    rows = b""
    for number in range(10 + count):
        if number >= 10:
            rows += b"\x02" + (9).to_bytes(4, "big") + (number - 10).to_bytes(2, "big")
        else:
            rows += (b"\x01" if number in offsets else b"\x00") + offsets.get(number, 0).to_bytes(4, "big") + b"\0\0"
    entries = b"/Type /XRef /W [1 4 2] /Size %d /Root 1 0 R" % (10 + count)
    return out + object_(10 + count, stream(entries, rows)) + b"startxref\n%d\n%%%%EOF\n" % len(out)


def thousands_of_ranges(count: int = 5000) -> bytes:
    """A signature whose /ByteRange has thousands of pairs."""
    ranges = b" ".join(b"%d 1" % (2 * index) for index in range(count))
    return document(PAGE | SIGNED | {6: SIGNED[6].replace(b"0 1 2 3", ranges)})


def shared_signature(count: int = 800) -> bytes:
    """Hundreds of fields that share one signature."""
    listed = b" ".join(b"%d 0 R" % (10 + index) for index in range(count))
    fields = {10 + index: b"<< /T (s%d) /FT /Sig /V 6 0 R /Rect [0 0 0 0] >>" % index for index in range(count)}
    return document(PAGE | SIGNED | {4: b"<< /Fields [%s] /SigFlags 3 >>" % listed} | fields)


def bomb_of_objects() -> bytes:
    """An object stream that inflates a thousandfold, in a file that has a signature to all appearances."""
    packed = b"<< /Type /ObjStm /N 2 /First 10 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    data = zlib.compress(b"10 0 11 5 " + b"null " * (BOMB_BYTES // 5), 9)
    out, rows = b"%PDF-1.7\n", b""
    offsets = {}
    for number, body in (PAGE | SIGNED | {9: packed % (len(data), data)}).items():
        offsets[number] = len(out)
        out += object_(number, body)
    for number in range(12):
        place = (2, 9, number - 10) if number >= 10 else (int(number in offsets), offsets.get(number, 0), 0)
        rows += place[0].to_bytes() + place[1].to_bytes(4) + place[2].to_bytes(2)
    entries = b"/Type /XRef /W [1 4 2] /Size 13 /Index [0 12] /Root 1 0 R"
    return out + object_(12, stream(entries, rows)) + b"startxref\n%d\n%%%%EOF\n" % len(out)


def many_objects(count: int = 150_000) -> bytes:
    """More objects than any transcript has, each of them nothing."""
    return document(PAGE | SIGNED | dict.fromkeys(range(10, 10 + count), b"null"))


def many_references(count: int = 2_000_000) -> bytes:
    """One array of millions of references."""
    return document(PAGE | SIGNED | {7: b"[" + b"3 0 R " * count + b"]"})


def long_string(count: int = 4_000_000) -> bytes:
    """One string of millions of escapes."""
    return document(PAGE | SIGNED | {7: b"(" + b"\\101" * count + b")"})


def nested_string(count: int = 4_000_000) -> bytes:
    """One string of millions of parentheses within one another."""
    return document(PAGE | SIGNED | {7: b"(" * count + b")" * count})


def drawn(content: bytes, resources: bytes, more: Mapping[int, bytes]) -> bytes:
    """A page with content, in a file that has a signature to all appearances."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 7 0 R /Resources << %s >> >>" % resources
    return document(PAGE | SIGNED | {3: page, 7: content, **more})


def diamond_of_forms(depth: int = 30) -> bytes:
    """A page whose drawing draws another twice, which draws another twice, and so on."""
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 500 500]"
    forms = {
        20 + nth: stream(form + b" /Resources << /XObject << /X %d 0 R >> >>" % (21 + nth), b"/X Do /X Do")
        for nth in range(depth)
    }
    last = {20 + depth: stream(form, b"0 0 10 10 re f")}
    return drawn(stream(b"", b"/X Do"), b"/XObject << /X 20 0 R >>", forms | last)


def curves(count: int = 300_000) -> bytes:
    """Hundreds of thousands of strokes from one corner of the page to the other."""
    data = zlib.compress(b"0 0 m 500 800 l S 0 0 m 10 300 400 20 500 1 c S\n" * count, 9)
    content = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
    return drawn(content, b"", {})


def white_space(size: int = 18 << 20) -> bytes:
    """A file of the largest size whose tail is white space."""
    return document(PAGE) + b" " * size


FILES: dict[str, Callable[[], bytes]] = {
    made.__name__: made
    for made in (
        endless_table,
        bomb,
        diamond_of_fields,
        diamond_of_objects,
        crowded_stream,
        thousands_of_ranges,
        shared_signature,
        bomb_of_objects,
        many_objects,
        many_references,
        long_string,
        nested_string,
        white_space,
    )
}
DRAWN: dict[str, Callable[[], bytes]] = {made.__name__: made for made in (diamond_of_forms, curves)}
"""What takes long to draw: only the limits of a worker end it."""
