"""Signature wrapping: the signed bytes are all there, and what is shown stands between them or around them."""

from __future__ import annotations

import re

import sheet
from envelopes import enclose
from hostile import document, object_, stream

from corpus import ANY_FAULT, BROKEN_PERHAPS_UNREAD, BROKEN_ROLE, forgery, signing
from corpus.genuine import (
    BETTER,
    CATALOG,
    CONTENT,
    MARK,
    SEAL,
    TEXT,
    half,
    hole,
    objects,
    sealed,
    signed_by,
    unsigned,
    value_of,
)
from corpus.update import start_of, update

FORGED = stream(b"", TEXT.replace(MARK, BETTER))
WRAPPED = ANY_FAULT
"""The range has a hole that is more than one string; whether a reader gets as far as to see it is open."""


def ranged(text: bytes, *numbers: int) -> bytes:
    """A signature dictionary with another range."""
    return re.sub(rb"/ByteRange ?\[[^]]*\]", b"/ByteRange [ %d %d %d %d ]" % numbers, text)


def moved(pdf: bytes, *, copy: bool) -> bytes:
    """The second part is moved down; where its table stood stands another, which leads to the page and to a copy."""
    (begin, end), start = hole(pdf), start_of(pdf)
    number = value_of(pdf, SEAL)

    def gap(resume: int) -> bytes:
        held = {CONTENT: FORGED}
        if copy:
            held[number] = ranged(sheet.text_of(pdf, number), 0, begin, resume, len(pdf) - end)
        blank = b" " * (start - end - 1) + b"\n"
        head = b"trailer\n<< /Root 1 0 R /Size %d /Prev %d >>\n" % (sheet.size_of(pdf), start_of(half()))
        at = start + len(b"xref\n") + sum(len(b"%d 1\n" % one) + 20 for one in held) + len(head)
        table, body = b"xref\n", b""
        for one, text in sorted(held.items()):
            table += b"%d 1\n%010d 00000 n \n" % (one, at + len(body))
            body += object_(one, text)
        return blank + table + head + body

    resume = end + len(gap(10**6))
    for _ in range(3):  # the numbers have as many digits as they have: where they settle, the file is whole
        resume = end + len(gap(resume))
    return pdf[:end] + gap(resume) + pdf[end:]


@forgery(WRAPPED)
def second_part_moved(pdf: bytes) -> bytes:
    """The seal covers the same two parts: a copy of its dictionary says where the second one stands now."""
    return moved(pdf, copy=True)


@forgery(WRAPPED)
def second_part_moved_under_the_old_range(pdf: bytes) -> bytes:
    """The second part is moved and the range is left: it covers other bytes than were signed."""
    return moved(pdf, copy=False)


@forgery(ANY_FAULT)
def first_part_moved(pdf: bytes) -> bytes:
    """The whole signed file stands inside another, and the range begins where it begins: a range begins at 0."""
    number, (begin, end) = value_of(pdf, SEAL), hole(pdf)
    head = b"%PDF-1.7\n" + b"40 0 obj\n<< /Length 00000000 >>\nstream\n"
    shift = len(head)
    text = ranged(sheet.text_of(pdf, number), shift, shift + begin, shift + end, len(pdf) - end)
    body = head.replace(b"00000000", b"%08d" % len(pdf)) + pdf + b"\nendstream\nendobj\n"
    field = sheet.text_of(pdf, SEAL)
    whole = objects() | {CONTENT: FORGED, SEAL: field, number: text}
    table = b"xref\n"
    for one, written in sorted(whole.items()):
        table += b"%d 1\n%010d 00000 n \n" % (one, len(body))
        body += object_(one, written)
    trailer = b"trailer\n<< /Root 1 0 R /Size %d >>\n" % (number + 1)
    return body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(body)


def padded(pdf: bytes, hidden: bytes) -> bytes:
    """The zero padding of the last signature's value, used for something else; no byte of the range is touched."""
    begin, end = hole(pdf)
    value = pdf[begin:end]
    der = 2 * (4 + int(value[5:9], 16)) + 1
    return pdf[: begin + der] + (b">" + hidden + b" /Pad ").ljust(end - begin - der - 2) + b"<>" + pdf[end:]


@forgery(WRAPPED)
def objects_in_the_padding(pdf: bytes) -> bytes:
    """Objects stand in the zeros that fill up a signature: the hole is one string, and nothing beside it."""
    return padded(pdf, b" >> endobj\n" + object_(CONTENT, FORGED))


@forgery(WRAPPED)
def padding_made_part_of_the_page(pdf: bytes) -> bytes:
    """A later table leads into the padding: the object was in the file when it was signed, and was not signed."""
    hidden = padded(pdf, b" >> endobj\n" + object_(CONTENT, FORGED))
    place = hidden.rindex(b"11 0 obj")
    return update(hidden, {}, rows={CONTENT: b"%010d 00000 n \n" % place})


@forgery(WRAPPED)
def entries_in_the_padding(pdf: bytes) -> bytes:
    """The dictionary goes on inside the hole: what it says there, nobody has signed."""
    return padded(pdf, b" /Reason (Da doi chieu) /Name (Bo Giao duc)")


@forgery(BROKEN_ROLE)
def padding_that_is_not_zero(pdf: bytes) -> bytes:
    """Bytes behind the value are part of nothing: they are zero, or they are a message."""
    _, end = hole(pdf)
    return pdf[: end - 9] + b"deadbeef" + pdf[end - 1 :]


@forgery(BROKEN_PERHAPS_UNREAD)
def signature_of_another_transcript(pdf: bytes) -> bytes:
    """A true seal, cut out of another pupil's file: its value speaks for the bytes it was made over."""
    begin, end = hole(pdf)
    value = bytes.fromhex(pdf[begin + 1 : end - 1].decode()).rstrip(b"\0")
    return enclose(signed_by("principal", pdf=unsigned({CONTENT: FORGED})), "school_seal", lambda _: value)


@forgery(BROKEN_ROLE)
def principals_value_for_the_seal(pdf: bytes) -> bytes:
    """The principal's own value a second time, in the seal's field: it covers less, and it is no seal."""
    begin, end = hole(pdf, last=False)
    value = bytes.fromhex(pdf[begin + 1 : end - 1].decode()).rstrip(b"\0")
    return enclose(half(), "school_seal", lambda _: value)


@forgery(BROKEN_PERHAPS_UNREAD)
def marks_changed_under_both_signatures(pdf: bytes) -> bytes:
    """No more than two digits are other ones: every byte of the range is under the hash."""
    return pdf.replace(MARK, BETTER)


@forgery(ANY_FAULT)
def forged_page_with_both_values_copied(pdf: bytes) -> bytes:
    """Another file with the same fields and the same two signatures, copied with their ranges: they cover others."""
    kept = {number: sheet.text_of(pdf, number) for number in (5, 6)}
    kept |= {number: sheet.text_of(pdf, number) for number in (value_of(pdf, 5), value_of(pdf, 6))}
    return document(objects() | kept | {CONTENT: FORGED})


@forgery(ANY_FAULT)
def second_part_twice(pdf: bytes) -> bytes:
    """The tail of the file stands there twice: the second one belongs to no revision."""
    _, end = hole(pdf)
    return pdf + pdf[end:]


@signing(BROKEN_ROLE)
def seal_over_less_than_its_revision() -> bytes:
    """A true seal over the file up to its own value, with another tail behind: a range reaches its revision's end."""
    whole = sealed(half())
    number = value_of(whole, SEAL)
    text = ranged(sheet.text_of(whole, number), 0, hole(whole)[0], hole(whole)[1], 20)
    return sheet.appended(half(), {number: text, SEAL: sheet.text_of(whole, SEAL), CATALOG: objects()[CATALOG]})
