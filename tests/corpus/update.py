"""Revisions written by hand: in the ordinary form, and wrong in just the place that a forger wants."""

from __future__ import annotations

from collections.abc import Mapping

import sheet
from hostile import object_, stream


def start_of(pdf: bytes) -> int:
    """Where the last cross-reference section begins."""
    return int(pdf.rsplit(b"startxref", 1)[1].split()[0])


def edited(pdf: bytes, number: int, *swaps: tuple[bytes, bytes]) -> bytes:
    """One revision more, in which an object is written anew with some of its bytes replaced."""
    text = sheet.text_of(pdf, number)
    for old, new in swaps:
        if old not in text:
            raise LookupError(old)
        text = text.replace(old, new)
    return sheet.appended(pdf, {number: text})


def grown(pdf: bytes, number: int, entry: bytes, more: Mapping[int, bytes] | None = None) -> bytes:
    """One revision more, in which a dictionary has an entry more, and perhaps more objects."""
    text = sheet.text_of(pdf, number).removesuffix(b">>") + entry + b" >>"
    return sheet.appended(pdf, {number: text, **(more or {})})


def update(
    pdf: bytes,
    objects: Mapping[int, bytes],
    *,
    trailer: bytes = b"",
    prev: bytes | None = None,
    size: bytes = b"",
    rows: Mapping[int, bytes] | None = None,
    generation: int = 0,
    start: int | None = None,
) -> bytes:
    """One revision more with a table: `rows` are entries of it that say what they like, whatever stands there.

    `trailer` are its entries but for /Size and /Prev (the catalog's, if it is empty), `generation` that of every
    object, `start` where startxref points.
    """
    body = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    listed: dict[int, bytes] = {}
    for number, content in objects.items():
        listed[number] = b"%010d %05d n \n" % (len(body), generation)
        body += b"%d %d obj\n%s\nendobj\n" % (number, generation, content)
    table = b"xref\n"
    for number, row in sorted((listed | dict(rows or {})).items()):
        table += b"%d 1\n%s" % (number, row)
    prev = b"%d" % start_of(pdf) if prev is None else prev
    size = size or b"%d" % max([sheet.size_of(pdf), *(number + 1 for number in listed)])
    told = (trailer or b"/Root 1 0 R") + b" /Size %s" % size + (b" /Prev %s" % prev if prev else b"")
    start = len(body) if start is None else start
    return body + table + b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (told, start)


def entry(kind: int, first: int, second: int) -> bytes:
    """An entry of a cross-reference stream of widths 1, 4, 2."""
    return bytes([kind]) + first.to_bytes(4, "big") + second.to_bytes(2, "big")


def packed(objects: Mapping[int, bytes], entries: bytes = b"") -> bytes:
    """An object stream."""
    header, body = b"", b""
    for number, content in objects.items():
        header += b"%d %d " % (number, len(body))
        body += content + b" "
    return stream(b"/Type /ObjStm /N %d /First %d %s" % (len(objects), len(header), entries), header + body)


def streamed(
    pdf: bytes,
    objects: Mapping[int, bytes],
    *,
    inside: Mapping[int, tuple[int, int]] | None = None,
    rows: Mapping[int, bytes] | None = None,
    index: bytes = b"",
    widths: bytes = b"1 4 2",
    entries: bytes = b"",
) -> bytes:
    """One revision more with a cross-reference stream; `inside` tells which objects stand in which object stream."""
    body = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    listed = {number: entry(2, *place) for number, place in (inside or {}).items()}
    for number, content in objects.items():
        listed[number] = entry(1, len(body), 0)
        body += object_(number, content)
    own = max([sheet.size_of(pdf), *(number + 1 for number in listed)])
    listed |= {own: entry(1, len(body), 0)} | dict(rows or {})
    ordered = sorted(listed.items())
    index = index or b" ".join(b"%d 1" % number for number, _ in ordered)
    told = b"/Type /XRef /Size %d /Root 1 0 R /Prev %d /W [ %s ] /Index [ %s ] %s"
    head = told % (own + 1, start_of(pdf), widths, index, entries)
    written = object_(own, stream(head, b"".join(row for _, row in ordered)))
    return body + written + b"startxref\n%d\n%%%%EOF\n" % len(body)
