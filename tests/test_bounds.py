"""The bounds of the readers of a file: at each of them it is read, and one past it refused.

The numbers stand here as the engine's rooms promise them: a bound that moves is a decision, and says so here.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import pikepdf
import pytest
import sheet
import world
from corpus.update import packed, streamed, update
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from envelopes import Recipe, signed_data
from hostile import FILES, PAGE, SIGNED, document, object_, stream
from test_xref import HEAD, chained, ended, table
from world import cast

from verify.algorithms import key_weakness
from verify.appended import table_numbers
from verify.census import take_census
from verify.cms import parse
from verify.der import Malformed, first
from verify.document import Document
from verify.evidence import Unreadable
from verify.fields import read_form
from verify.pdf import open_pdf
from verify.references import pages
from verify.revisions import read_revisions
from verify.structure import read_structure
from verify.syntax import Damaged, Ref, read
from verify.xref import decoded, read_sections

FORM = {4: b"<< /Fields [] /SigFlags 1 >>"}


def refusal(ask: Any, *arguments: Any) -> str:  # noqa: ANN401 - any reader, and what it is given
    """Why a reader refuses something; "" if it does not."""
    try:
        ask(*arguments)
    except Unreadable as why:
        return why.limit or why.code
    except (Damaged, Malformed) as why:
        return str(why)
    return ""


# Objects.


def test_containers_stand_64_deep_in_one_another() -> None:
    for opening, closing in ((b"[", b"]"), (b"<</A ", b">>")):
        assert refusal(read, opening * 64 + b"1" + closing * 64, 0) == ""
        assert refusal(read, opening * 65 + b"1" + closing * 65, 0)


def test_a_number_has_40_signs() -> None:
    for number in (b"1" * 40, b"-" + b"1" * 39, b"." + b"1" * 39):
        assert refusal(read, number, 0) == ""
        assert refusal(read, number + b"1", 0) == "a number"


# Cross-references.


def test_a_file_has_128_sections() -> None:
    assert len(read_sections(chained(b"", *[b"/Prev @"] * 127))) == 128
    assert refusal(read_sections, chained(b"", *[b"/Prev @"] * 128)) == "a chain of cross-references"


ROWS = b"0 3\n0000000000 65535 f \n0000000017 00000 n \n0000000034 00003 n \n"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (b"0 50000\n", "a cross-reference table"),  # its first row is looked for, and is not there
        (b"0 50001\n", "too many objects"),
        (ROWS + b"3 49997\n", "a cross-reference table"),
        (ROWS + b"3 49998\n", "too many objects"),
    ],
)
def test_a_table_lists_50000_objects_and_no_row_of_a_longer_one_is_read(rows: bytes, why: str) -> None:
    assert refusal(read_sections, ended(table(rows))) == why


def emptied(count: int, parts: bytes, entries: bytes = b"") -> bytes:
    """A stream of cross-references that frees so many numbers."""
    data = zlib.compress(bytes(count))
    told = b"/Type /XRef /W [1 0 0] /Size 900000 /Index [%s] /Filter /FlateDecode %s" % (parts, entries)
    return object_(5, stream(told, data))


def test_a_stream_lists_50000_objects_in_all_its_parts() -> None:
    assert refusal(read_sections, ended(emptied(50_000, b"0 25000 300000 25000"))) == ""
    assert refusal(read_sections, ended(emptied(50_001, b"0 25000 300000 25001"))) == "a cross-reference stream"


def test_all_sections_together_list_50000_objects() -> None:
    def both(count: int) -> bytes:
        older = HEAD + emptied(count, b"0 %d" % count)
        return older + table(trailer=b"<< /Size 3 /Prev 9 >>") + b"startxref\n%d\n%%%%EOF" % len(older)

    assert refusal(read_sections, both(49_997)) == ""
    assert refusal(read_sections, both(49_998)) == "too many objects"


def test_a_stream_of_cross_references_has_16_megabytes() -> None:
    told = {"/Filter": "/FlateDecode"}
    assert len(decoded(told, zlib.compress(bytes(16 * 1024 * 1024), 1))) == 16 * 1024 * 1024
    assert refusal(decoded, told, zlib.compress(bytes(16 * 1024 * 1024 + 1), 1)) == "size of a stream"


def test_the_end_of_a_file_is_looked_for_in_1024_octets() -> None:
    end = len(b"startxref\n9\n%%EOF\n")
    assert refusal(read_sections, ended(table()) + b"\n" * (1024 - end)) == ""
    assert refusal(read_sections, ended(table()) + b"\n" * (1025 - end)) == "no end, or two"


def test_all_revisions_together_keep_a_million_places() -> None:
    """Here the first of 125 lists 8,000 objects, which the others keep, and the last may list one more."""

    def together(last: bytes) -> bytes:
        body = HEAD + b"xref\n1 8000\n" + b"0000000009 00000 n \n" * 8000
        start, trailer = len(HEAD), b"trailer\n<< /Size 9999 >>\n"
        for _ in range(124):
            body += trailer + b"startxref\n%d\n%%%%EOF\n" % start
            trailer, start = b"trailer\n<< /Size 9999 /Prev %d >>\n" % start, len(body)
            body += b"xref\n0 0\n"
        return body + last + trailer + b"startxref\n%d\n%%%%EOF\n" % start

    assert len(Document(together(b"")).views) == 125
    assert refusal(Document, together(b"9000 1\n0000000009 00000 n \n")) == "too many objects"


def test_two_megabytes_of_objects_are_read() -> None:
    """Of the data of streams far more; what lies beyond of a single object is not looked at."""

    def kept(*octets: int, data: int = 0) -> Document:
        held = {6 + nth: b"(" + bytes(count) + b")" for nth, count in enumerate(octets)}
        read_whole = Document(document(PAGE | held | {5: stream(b"", bytes(data))}))
        take_census(read_whole.last)
        return read_whole

    most = (2 << 20) - 1000
    assert len(kept(most, data=4 << 20).content) > 5 << 20
    assert refusal(kept, most + 1000) == "too much to read"
    assert refusal(kept, most // 2, most // 2) == ""
    assert refusal(kept, most // 2, most // 2 + 1000) == "too much to read"
    assert refusal(kept, 16 << 20) == "too much to read"
    unended = document(PAGE | {5: b"(" + bytes(4 << 20) + b")"}).replace(b"(" + bytes(7), b")endobj ")
    assert refusal(lambda: take_census(Document(unended).last)) == "no object"


def test_two_megabytes_in_streams_of_objects_are_read() -> None:
    for octets, why in (((2 << 20) - 2000, ""), (2 << 20, "too much to read")):
        container = stream(b"/Type /ObjStm /N 1 /First 5", b"10 0 " + b"1".ljust(octets))
        content = streamed(document(PAGE), {9: container}, inside={10: (9, 0)})
        assert refusal(lambda held=content: Document(held).last.get(Ref(10, 0))) == why


def test_a_revision_has_a_hundred_thousand_ends_of_objects() -> None:
    def crowded(count: int) -> str:
        signed = document(PAGE | SIGNED)
        words = stream(b"", b" obj" * count)
        told = read_revisions(Document(update(signed, {9: words})), {})
        return told[-1].unclear

    assert crowded(100_000 - 2) == ""
    assert crowded(100_000 - 1) == "too many objects"
    for count, why in ((1, ""), (100_000, "too many objects")):
        signed = document(PAGE | SIGNED | {8: stream(b"", b" obj" * count)})
        assert read_revisions(Document(update(signed, {9: b"null"})), {})[-1].unclear == why


# Object streams.


def test_an_object_stream_holds_2000_objects() -> None:
    def holding(count: int) -> Any:  # noqa: ANN401 - a PDF object
        container = packed(dict.fromkeys(range(10, 10 + count), b"1"))
        return Document(streamed(document(PAGE), {9: container}, inside={10: (9, 0)})).last.get(Ref(10, 0))

    assert holding(2000) == 1
    assert refusal(holding, 2001) == "an object stream"


@pytest.mark.parametrize("header", [b"%010d 0 ", b"10 %010d "])
def test_a_number_in_the_header_of_an_object_stream_has_ten_digits(header: bytes) -> None:
    def holding(header: bytes) -> Any:  # noqa: ANN401 - a PDF object
        container = stream(b"/Type /ObjStm /N 1 /First %d" % len(header), header + b"(ten)")
        return Document(streamed(document(PAGE), {9: container}, inside={10: (9, 0)})).last.get(Ref(10, 0))

    told = header % (10 if header.startswith(b"%") else 0)
    assert holding(told) == b"ten"
    assert refusal(holding, told.replace(b"0000", b"00000", 1)) == "an object stream"


# What stands in a document.


def fields(count: int) -> bytes:
    """A form of so many fields."""
    numbers = range(10, 10 + count)
    listed = b" ".join(b"%d 0 R" % one for one in numbers)
    each = {one: b"<< /FT /Sig /T (f%d) >>" % one for one in numbers}
    return document(PAGE | {4: b"<< /Fields [%s] >>" % listed} | each)


def test_a_form_has_fewer_than_512_fields() -> None:
    assert len(read_form(Document(fields(511)).last).fields) == 511
    assert refusal(read_form, Document(fields(512)).last) == "too many form fields"
    assert read_structure(fields(511)).failed == ""
    assert read_structure(fields(512)).failed == "damaged"


def below(depth: int) -> bytes:
    """A filled field so many levels below the form's."""
    levels = {10 + one: b"<< /T (a) /Kids [%d 0 R] >>" % (11 + one) for one in range(depth)}
    leaf = {10 + depth: b"<< /FT /Sig /T (b) /V 5 0 R >>", 5: b"<< /Type /Sig /Contents <00> >>"}
    return document(PAGE | {4: b"<< /Fields [10 0 R] >>"} | levels | leaf)


def test_a_form_is_16_levels_deep() -> None:
    assert len(read_form(Document(below(16)).last).fields) == 1
    assert refusal(read_form, Document(below(17)).last) == "a form field"
    assert len(read_structure(below(16)).signatures) == 1
    assert read_structure(below(17)).signatures == ()


def tree(count: int) -> bytes:
    """A page tree of so many nodes."""
    kids = range(10, 9 + count)
    listed = b" ".join(b"%d 0 R" % one for one in kids)
    nodes = {2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))}
    return document(PAGE | nodes | dict.fromkeys(kids, b"<< /Type /Page /Parent 2 0 R >>"))


def test_a_page_tree_has_fewer_than_2000_nodes() -> None:
    assert len(list(pages(Document(tree(1999)).last))) == 1998
    assert refusal(lambda: list(pages(Document(tree(2000)).last))) == "too many pages"


def test_a_page_tree_is_32_levels_deep() -> None:
    def branch(levels: int) -> list[Any]:
        nodes = {
            10 + one: b"<< /Kids [%d 0 R] /Parent %d 0 R >>" % (11 + one, 9 + one if one else 2)
            for one in range(levels - 1)
        }
        leaf = {9 + levels: b"<< /Type /Page /Parent %d 0 R >>" % (8 + levels)}
        return list(pages(Document(document(PAGE | {2: b"<< /Kids [10 0 R] >>"} | nodes | leaf)).last))

    assert len(branch(32)) == 1
    assert refusal(branch, 33) == "page tree"


def revisions(count: int) -> Document:
    content = document(PAGE)
    for _ in range(count - 1):
        content = update(content, FORM)
    return Document(content)


def test_a_file_has_64_revisions() -> None:
    assert len(read_revisions(revisions(64), {})) == 64
    assert refusal(read_revisions, revisions(65), {}) == "revisions"


# The raw bytes.


@pytest.mark.parametrize(
    ("before", "said", "why"),
    [
        (1019, b"", ""),
        (1020, b"", "unsupported"),
        (0, b"/ByteRange " * 128, ""),
        (0, b"/ByteRange " * 129, "signatures"),
        (0, b"%%EOF\n" * 127, ""),
        (0, b"%%EOF\n" * 128, "revisions"),
    ],
)
def test_what_is_refused_unread(before: int, said: bytes, why: str) -> None:
    """A header beyond the first KiB, and more ranges or ends than any transcript has."""
    assert refusal(open_pdf, b"\n" * before + document(PAGE | {5: stream(b"", said)})) == why


def test_a_table_after_a_signature_has_4096_parts() -> None:
    assert table_numbers(b"xref\n" + b"0 0\n" * 4096 + b"trailer", 0) == []
    assert table_numbers(b"xref\n" + b"0 0\n" * 4097 + b"trailer", 0) is None


def test_a_table_after_a_signature_may_be_all_there_is() -> None:
    """The rows that it claims are counted against the octets that are left, and just fit."""
    rows = b"".join(b"%010d 00000 n \n" % number for number in range(99))
    assert table_numbers(b"xref\n7 99\n" + rows + b"trailer", 0) == list(range(7, 106))


# CMS.


def test_indefinite_lengths_stand_33_deep_in_one_another() -> None:
    def nested(depth: int) -> bytes:
        return b"\x30\x80" * depth + b"\0\0" * depth

    assert refusal(first, nested(33)) == ""
    assert refusal(first, nested(34)) == "asn1"


def test_a_signature_carries_32_certificates() -> None:
    def carrying(count: int) -> bytes:
        own = len(cast().principal.chain[:-1]) + 1
        more = Recipe(certificates=(world.der(cast().seal),) * (count - own))
        return signed_data(cast().principal, bytes(32), more)

    assert len(parse(carrying(32)).certificates) == 32
    assert refusal(parse, carrying(33)) == "too many certificates"


@pytest.mark.parametrize(("bits", "weak"), [(2047, "rsa 2047"), (2048, "")])
def test_a_key_of_rsa_has_2048_bits(bits: int, weak: str) -> None:
    key = rsa.RSAPublicNumbers(65537, 2 ** (bits - 1) + 1).public_key()
    assert key_weakness(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)) == weak


# The second opinion.


@pytest.mark.parametrize(("size", "failed"), [(b"50000", ""), (b"50001", "limit")])
def test_the_second_reader_is_asked_of_files_with_50000_objects(size: bytes, failed: str) -> None:
    assert read_structure(document(PAGE).replace(b"/Size 5", b"/Size " + size)).failed == failed


def shown(blank: int) -> bytes:
    """A file whose text stands behind so many pages without any."""
    with pikepdf.open(BytesIO(sheet.sheet(fields=()))) as opened:
        for _ in range(blank):
            opened.add_blank_page(page_size=(10, 10))
        first_page = opened.pages[0]
        del opened.pages[0]
        opened.pages.append(first_page)
        return sheet.written(opened)


@pytest.mark.parametrize(("blank", "visible"), [(19, True), (20, False)])
def test_text_is_looked_for_on_20_pages(blank: int, *, visible: bool) -> None:
    assert read_structure(shown(blank)).visible_text is visible


# Files that are made to harm.


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("endless_table", "objects"),
        ("bomb", "objects"),
        ("diamond_of_fields", "depth"),
        ("shared_signature", "fields"),
        ("bomb_of_objects", "streams"),
    ],
)
def test_a_limit_names_itself(name: str, limit: str) -> None:
    with pytest.raises(Unreadable) as refused:
        open_pdf(FILES[name]())
    assert (refused.value.code, refused.value.limit) == ("limit", limit)


def test_what_nobody_signed_may_pass_a_limit_of_the_strict_reader() -> None:
    """A scanner's file is read by what shows it."""
    content = document(PAGE | {5: b"(" + bytes(3 << 20) + b")"})
    assert open_pdf(content).faults == ()
    with pytest.raises(Unreadable, match="limit"):
        open_pdf(document(PAGE | SIGNED | {7: b"(" + bytes(3 << 20) + b")"}))
