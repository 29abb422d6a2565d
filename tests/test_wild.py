"""PDFs as they are met: how word processors, editors and signing tools write them, and what is answered of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
import pytest
import sheet
import world
from corpus.genuine import (
    CATALOG,
    CONTENT,
    ENCODING,
    FONT,
    NOTARY,
    NOTE,
    NOTE_LOOK,
    PAGE,
    RESOURCES,
    SIZE,
    TEXT,
    genuine,
    half,
    objects,
    signed_by,
    stamped,
    unsigned,
)
from corpus.update import entry, packed, start_of, streamed, update
from hostile import object_, stream
from pikepdf import Array, Dictionary, Pdf
from placed import place
from world import cast

from verify.pdf import open_pdf
from verify.report import Verdict

BOTH = ("principal", "school_seal")
VALID = (Verdict.VALID, ())
FREE = b"0000000000 00001 f \n"


def answer(pdf: bytes) -> tuple[Verdict, tuple[str, ...]]:
    """What comes of a file in a registry in which everything is in order."""
    report = world.judged(pdf, world.Trust(versions=(world.registration(),)))
    return report.verdict, report.reasons


def why(pdf: bytes) -> list[dict[str, Any]]:
    """Why a file cannot be judged."""
    return [dict(one.facts) for one in open_pdf(pdf).faults if one.code == "CANNOT_BE_JUDGED"]


# Word processors: hybrid files.

HIDDEN = (RESOURCES, FONT, ENCODING)
"""Objects that stand in an object stream, of which a table cannot tell."""
OWN, HOLDER = SIZE + 1, SIZE
ROOT = b"/Root 1 0 R /Size %d" % (SIZE + 2)


def row(kind: int, place: int, last: int) -> bytes:
    return bytes([kind]) + place.to_bytes(4, "big") + last.to_bytes(2, "big")


def hybrid(hidden: Mapping[int, bytes] | None = None) -> bytes:
    """A draft in two sections: a table without the hidden objects, then nothing but the stream that knows them all.

    `hidden` are rows of the stream that say otherwise.
    """
    held = objects()
    packed_ = packed({number: held[number] for number in HIDDEN})
    standing = {number: body for number, body in held.items() if number not in HIDDEN} | {HOLDER: packed_}
    out, offsets = b"%PDF-1.7\n", dict[int, int]()
    for number, body in standing.items():
        offsets[number] = len(out)
        out += object_(number, body)
    offsets[OWN] = len(out)
    rows = {number: row(1, offset, 0) for number, offset in offsets.items()}
    rows |= {number: row(2, HOLDER, nth) for nth, number in enumerate(HIDDEN)} | {0: row(0, 0, 65535)}
    rows |= hidden or {}
    told = b"/Type /XRef /W [1 4 2] /Index [%s] " % b" ".join(b"%d 1" % number for number in sorted(rows))
    out += object_(OWN, stream(told + ROOT, b"".join(one for _, one in sorted(rows.items()))))
    table = b"".join(
        b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
        for number in range(SIZE + 2)
    )
    first = len(out)
    out += b"xref\n0 %d\n%strailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (SIZE + 2, table, ROOT, first)
    trailer = b"trailer\n<< %s /Prev %d /XRefStm %d >>\n" % (ROOT, first, offsets[OWN])
    return out + b"xref\n0 0\n%sstartxref\n%d\n%%%%EOF\n" % (trailer, len(out))


def test_a_hybrid_file_is_read_where_both_sides_find_the_same() -> None:
    pdf = signed_by(*BOTH, pdf=hybrid())
    assert answer(pdf) == VALID
    assert len(open_pdf(pdf).revisions) == 4


def other_root() -> bytes:
    return hybrid().replace(b"/Root 1 0 R", b"/Root 2 0 R", 1)


DIFFERENT: dict[str, tuple[Callable[[], bytes], str]] = {
    "an-object-elsewhere": (
        lambda: hybrid({CONTENT: row(1, hybrid().index(b"30 0 obj"), 0)}),
        "hybrid cross-references that differ",
    ),
    "an-object-packed-besides": (
        lambda: hybrid({CONTENT: row(2, HOLDER, 0)}),
        "hybrid cross-references that differ",
    ),
    "an-object-freed": (lambda: hybrid({NOTE: row(0, 0, 1)}), "hybrid cross-references that differ"),
    "another-catalog": (other_root, "hybrid cross-references with two trailers"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_hybrid_file_in_which_readers_find_two_is_told(name: str) -> None:
    make, word = DIFFERENT[name]
    (told, *_) = why(signed_by(*BOTH, pdf=make()))
    assert word in told.get("why", told.get("reader", ""))


def repeated(
    pdf: bytes, bodies: Mapping[int, bytes], hide: frozenset[int] = frozenset(), trailer: bytes = b""
) -> bytes:
    """An update whose table is repeated by a stream beside it; of the hidden numbers the stream alone tells."""
    number = max([sheet.size_of(pdf), *(one + 1 for one in bodies)])
    body, offsets = pdf, dict[int, int]()
    for one, text in bodies.items():
        offsets[one] = len(body)
        body += object_(one, text)
    place = len(body)
    rows = b"".join(row(1, offset, 0) for _, offset in sorted(offsets.items()))
    index = b" ".join(b"%d 1" % one for one in sorted(offsets))
    told = b"/Root 1 0 R /Size %d /Prev %d %s" % (number + 1, start_of(pdf), trailer)
    body += object_(number, stream(b"/Type /XRef /W [1 4 2] /Index [%s] %s" % (index, told), rows))
    table = b"".join(
        b"%d 1\n%010d 00000 n \n" % (one, offset)
        for one, offset in sorted((offsets | {number: place}).items())
        if one not in hide
    )
    end = b"trailer\n<< %s /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (told, place, len(body))
    return body + b"xref\n" + table + end


INFORMATION = sheet.size_of(genuine())
TITLE = {INFORMATION: b"<< /Title (Hoc ba) >>"}
INFO = b"/Info %d 0 R" % INFORMATION


def test_after_a_signature_the_stream_beside_a_table_may_repeat_it() -> None:
    told = repeated(genuine(), TITLE, trailer=INFO)
    assert answer(told) == VALID
    assert open_pdf(told).revisions[-1].described
    hidden = repeated(genuine(), TITLE, frozenset(TITLE), trailer=INFO)
    assert why(hidden) == [{"revision": 3, "why": "hybrid cross-references after a signature"}]


# Editors: many revisions, freed numbers, object streams, linearized files.


def test_any_number_of_updates_may_come_before_the_first_signature() -> None:
    """Among them some that give the number of an older stream of cross-references to something else."""
    pdf = unsigned()
    for turn in range(12):
        pdf = update(pdf, {CONTENT: stream(b"", TEXT.replace(b"SO DIEM", b"BAN %d" % turn)), SIZE + turn: b"(note)"})
        pdf = streamed(pdf, {NOTARY: objects()[NOTARY]})
    pdf = signed_by(*BOTH, pdf=update(pdf, {CONTENT: objects()[CONTENT]}))
    assert answer(pdf) == VALID
    assert len(open_pdf(pdf).revisions) == 28


def test_what_a_search_finds_in_the_signed_part_is_what_is_listed() -> None:
    """An older page stands plainly where a packed one replaced it: who searches the file shows the draft."""
    room = {SIZE: packed({PAGE: objects()[PAGE]})}
    pdf = signed_by("principal", pdf=streamed(unsigned(), room, inside={PAGE: (SIZE, 0)}))
    assert open_pdf(pdf).faults == (), "nothing follows the signature"
    told = {"revision": 3, "why": "an object behind the one that is listed"}
    assert told in why(signed_by("school_seal", pdf=pdf))
    behind = unsigned() + b"3 0 obj\n<< >>\nendobj\n"
    lost = signed_by("principal", pdf=update(behind, {NOTARY: objects()[NOTARY]}, prev=b"%d" % start_of(unsigned())))
    assert told in why(signed_by("school_seal", pdf=lost))


def test_a_number_freed_before_the_first_signature_is_gone_if_nothing_refers_to_it() -> None:
    base = update(unsigned(), {SIZE: b"(note)"})
    freed = update(base, {}, rows={SIZE: FREE})
    assert answer(signed_by(*BOTH, pdf=freed)) == VALID
    waiting = update(freed, {NOTARY: objects()[NOTARY].replace(b"/F 132", b"/F 132 /TU %d 0 R" % SIZE)})
    assert {"revision": 3, "why": "freed objects"} in why(signed_by(*BOTH, pdf=waiting))


def test_what_is_freed_and_cannot_be_followed_is_told() -> None:
    """An older revision that is damaged in a part that the newest no longer has."""
    base = update(unsigned(), {SIZE: b"(note)", SIZE + 1: b"<< /A 3 0 R >>"})
    freed = update(base, {}, rows={SIZE: FREE})
    damaged = update(freed, {SIZE + 2: b"(x)"}, rows={SIZE + 2: b"%010d 00000 n \n" % freed.index(b"3 0 obj")})
    mended = update(damaged, {SIZE + 2: b"(x)"})
    assert {"revision": 3, "why": "freed objects"} in why(signed_by(*BOTH, pdf=mended))


def resaved(**options: Any) -> bytes:  # noqa: ANN401 - pikepdf's
    with pikepdf.open(BytesIO(sheet.sheet())) as opened:
        return sheet.written(opened, **options)


SAVED: dict[str, dict[str, Any]] = {
    "as-it-was": {},
    "linearized": {"linearize": True},
    "packed": {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
    "packed-and-linearized": {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "linearize": True},
}


@pytest.mark.parametrize("name", SAVED)
def test_a_file_may_be_packed_and_linearized_before_it_is_signed(name: str) -> None:
    pdf = sheet.sign(resaved(**SAVED[name]), cast().principal, "principal")
    assert answer(sheet.sign(pdf, cast().seal, "school_seal")) == VALID


def returns(pdf: bytes) -> bytes:
    """The same with carriage returns for ends of line, but where the standard wants a line feed: behind `stream`."""
    lines = pdf.replace(b"\nstream\n", b"\rstream\r\n").replace(b"\n", b"\r").replace(b"stream\r\r", b"stream\r\n")
    table = lines.rindex(b"xref\r0")
    for number in range(1, SIZE):
        old = re.search(rb"(?<!\d)%d 0 obj" % number, pdf)
        new = re.search(rb"(?<!\d)%d 0 obj" % number, lines)
        assert old
        assert new
        lines = lines.replace(b"%010d 00000 n" % old.start(), b"%010d 00000 n" % (new.start() + 10**9), 1)
    lines = re.sub(rb"1(\d{9}) 00000 n", rb"0\1 00000 n", lines)
    return re.sub(rb"startxref\r\d+", b"startxref\r%d" % table, lines)


def test_lines_may_end_with_a_return_alone() -> None:
    pdf = returns(unsigned())
    assert b"\n" not in pdf.replace(b"stream\r\n", b"")
    pdf = sheet.sign(pdf, cast().principal, "principal")
    assert answer(sheet.sign(pdf, cast().seal, "school_seal")) == VALID


def test_a_header_behind_other_octets_is_told() -> None:
    """Some readers count places from the header, others from the first octet."""
    assert why(b"\n" + genuine()) == [{"qpdf": "", "reader": "a header that is not the beginning"}]


# Signing tools: how they close an update.


def described() -> bytes:
    """An update after both signatures that writes document information, with a stream of cross-references."""
    return streamed(genuine(), TITLE, entries=INFO)


def own(pdf: bytes) -> tuple[int, bytes]:
    """Number and row of the last stream of cross-references."""
    place = start_of(pdf)
    return int(pdf[place:].split()[0]), entry(1, place, 0)


def freeing(pdf: bytes) -> bytes:
    """The stream's own number is free in it."""
    return pdf.replace(own(pdf)[1], entry(0, 0, 0))


def leaving_out(pdf: bytes) -> bytes:
    """The stream's own number is not in it."""
    number, its_row = own(pdf)
    pdf = pdf.replace(b" %d 1 ]" % number, b" ]").replace(its_row, b"")
    return re.sub(
        rb"/Length \d+ >>\nstream\n(?=\x01.{6}\nendstream\nendobj\nstartxref)", b"/Length 7 >>\nstream\n", pdf
    )


def named(pdf: bytes) -> bytes:
    """The tool's name stands behind the stream."""
    return pdf[::-1].replace(b"startxref"[::-1], b"%SomeTool-5.5.13\nstartxref"[::-1], 1)[::-1]


def off_by_one(pdf: bytes) -> bytes:
    """The place of the stream is that of the end of line before it."""
    return pdf.replace(b"startxref\n%d" % start_of(pdf), b"startxref\n%d" % (start_of(pdf) - 1))


def objects_off_by_one(pdf: bytes) -> bytes:
    """The place of an object is that of the end of line before it."""
    place = pdf.rindex(b"\n%d 0 obj" % INFORMATION)
    return pdf.replace(entry(1, place + 1, 0), entry(1, place, 0))


CLOSED = {made.__name__: made for made in (freeing, leaving_out, named, off_by_one, objects_off_by_one)}


@pytest.mark.parametrize("name", CLOSED)
def test_an_update_after_a_signature_may_be_closed_as_tools_do_it(name: str) -> None:
    pdf = CLOSED[name](described())
    assert pdf != described()
    assert answer(pdf) == answer(described()) == VALID


def test_an_update_after_a_signature_may_free_what_nothing_refers_to() -> None:
    base = signed_by(*BOTH, pdf=update(unsigned(), {SIZE: b"(note)"}))
    assert answer(update(base, {}, rows={SIZE: FREE})) == VALID
    assert {"revision": 3, "why": "freed objects"} in why(update(genuine(), {}, rows={NOTE_LOOK: FREE}))
    assert {"revision": 3, "why": "freed objects"} in why(streamed(genuine(), {}, rows={NOTE_LOOK: entry(0, 0, 1)}))


def test_a_stream_that_takes_the_number_of_another_object_is_told() -> None:
    pdf = described()
    number, _ = own(pdf)
    place = start_of(pdf)
    taken = pdf[:place] + pdf[place:].replace(b"%d 0 obj" % number, b"%d 0 obj" % CONTENT, 1)
    taken = taken.replace(own(pdf)[1], entry(0, 0, 0))
    assert {"revision": 3, "why": "objects that are not where the cross-references say"} in why(taken)


# Where a signature hangs, and how its octets stand.


def bent(change: Callable[[Pdf], None]) -> bytes:
    """Signed by both after a change of the draft, by an ordinary tool."""
    pdf = sheet.sign(sheet.sheet(bend=change), cast().principal, "principal")
    return sheet.sign(pdf, cast().seal, "school_seal")


def in_the_form_alone(pdf: Pdf) -> None:
    pdf.pages[0].Annots = Array()


def without_annotations(pdf: Pdf) -> None:
    del pdf.pages[0].Annots
    for one in pdf.Root.AcroForm.Fields:
        del one.P, one.Subtype, one.Type


def widgets_apart(pdf: Pdf) -> None:
    """Each field is one object, its widget another."""
    for index, one in enumerate(pdf.Root.AcroForm.Fields):
        keys = ("/Rect", "/P", "/F", "/Type", "/Subtype")
        widget = pdf.make_indirect(Dictionary({key: one[key] for key in keys} | {"/Parent": one}))
        for key in keys:
            del one[key]
        one.Kids = Array([widget])
        pdf.pages[0].Annots[index] = widget


HUNG: dict[str, Callable[[Pdf], None]] = {
    "in-the-form-alone": in_the_form_alone,
    "on-no-page-at-all": without_annotations,
    "apart-from-its-widget": widgets_apart,
}


@pytest.mark.parametrize("name", HUNG)
def test_a_field_is_one_of_the_form_wherever_it_is_seen(name: str) -> None:
    pdf = bent(HUNG[name])
    assert [one.field for one in open_pdf(pdf).signatures] == [*BOTH]
    assert answer(pdf) == VALID


@pytest.mark.parametrize("form", [b"/Fields [ 5 0 R 7 0 R 9 0 R ]", b"/Fields [ ]"])
def test_a_signature_on_a_page_alone_is_told(form: bytes) -> None:
    """Some viewers list it, others do not."""
    text = unsigned().replace(b"/Fields [ 5 0 R 6 0 R 7 0 R 9 0 R ]", form.ljust(35))
    pdf = signed_by(*BOTH, pdf=text)
    assert {"readers": "stray signatures"} in why(pdf)
    assert answer(pdf)[0] is not Verdict.VALID


def test_a_signature_on_a_page_of_a_file_without_a_form_is_told() -> None:
    text = unsigned({CATALOG: objects()[CATALOG].replace(b"/AcroForm 4 0 R", b"")})
    assert why(signed_by(*BOTH, pdf=text)) == [{"readers": "stray signatures"}]


PADDED: dict[str, tuple[Callable[[bytes], bytes], Verdict]] = {
    "zeros": (lambda digits: b"<" + digits + b"0" * 20_000 + b">", Verdict.VALID),
    "half-an-octet": (lambda digits: b"<" + digits + b"0>", Verdict.INVALID),
    "capitals": (lambda digits: b"<" + digits.upper() + b">", Verdict.VALID),
    "something-else": (lambda digits: b"<" + digits + b"01>", Verdict.INVALID),
}


@pytest.mark.parametrize("name", PADDED)
def test_the_octets_of_a_signature_are_filled_up_with_zeros(name: str) -> None:
    write, verdict = PADDED[name]
    assert answer(place_seal(half(), write))[0] is verdict


def place_seal(pdf: bytes, contents: Callable[[bytes], bytes]) -> bytes:
    return place(pdf, "school_seal", cast().seal, contents=contents)


@cache
def long_term() -> bytes:
    """Both signed with time-stamps, and all that is needed later stored: three updates of three kinds."""
    return sheet.stored(sheet.stamp(stamped(), world.SIGNED + world.DAY), Certs=[world.der(cast().principal)])


def test_validation_data_may_follow() -> None:
    assert answer(long_term())[0] is Verdict.VALID
