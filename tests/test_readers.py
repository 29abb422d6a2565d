"""The readers: what they refuse unread, what they bound, and what they make of odd but readable files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import hostile
import pikepdf
import pytest
import sheet
import world
from corpus.update import update
from envelopes import Recipe, attribute, enclose, enveloped, signed_data
from pikepdf import Array, Dictionary, Name, Pdf
from placed import number_of, place, waiting
from world import SIGNED, cast

from verify import attachment, fields, pdf, revisions, structure
from verify.census import take_census
from verify.document import Document, View
from verify.evidence import Evidence, Unreadable
from verify.fields import Field, read_form, signature_of
from verify.pdf import open_pdf
from verify.structure import read_structure
from verify.syntax import MAX_DEPTH, Damaged, Ref


@cache
def signed() -> bytes:
    return sheet.sign(sheet.sign(sheet.sheet(), cast().principal, "principal"), cast().seal, "school_seal")


def last(content: bytes) -> View:
    return Document(content).last


def faults(content: bytes) -> list[dict[str, Any]]:
    return [dict(one.facts) for one in open_pdf(content).faults]


def faulty(evidence: Evidence, field: str) -> str:
    return next(one.fault for one in evidence.signatures if one.field == field)


# Refused unread.


def locked(user: str) -> bytes:
    with pikepdf.open(BytesIO(sheet.sheet())) as opened:
        out = BytesIO()
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user=user))
        return out.getvalue()


UNREADABLE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "nothing": (lambda: b"", "unsupported", ""),
    "a-picture": (lambda: b"\x89PNG\r\n\x1a\n", "unsupported", ""),
    "a-header-too-late": (lambda: b" " * 1024 + sheet.sheet(), "unsupported", ""),
    "a-header-alone": (lambda: b"%PDF-1.7\n", "unreadable", ""),
    "half-a-file": (lambda: sheet.sheet()[:3000], "unreadable", ""),
    "a-password": (lambda: locked(user="u"), "password", ""),
    "no-pages": (lambda: without_pages(), "no_pages", ""),  # noqa: PLW0108 - defined below
    "a-signature-that-is-an-array": (lambda: sheet.sheet(bend=array_for_a_signature), "unreadable", ""),
    "too-many-ranges": (lambda: sheet.sheet() + b"%/ByteRange\n" * 129, "limit", "signatures"),
    "too-many-ends": (lambda: sheet.sheet() + b"%%EOF\n" * 129, "limit", "revisions"),
}


def without_pages() -> bytes:
    with pikepdf.new() as empty:
        return sheet.written(empty)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_with_a_code(name: str) -> None:
    make, code, limit = UNREADABLE[name]
    with pytest.raises(Unreadable) as refused:
        open_pdf(make())
    assert (refused.value.code, refused.value.limit) == (code, limit)


def test_a_header_may_stand_a_little_later() -> None:
    assert open_pdf(b" \n" + sheet.sheet()).kind == "pdf"


def test_too_many_signatures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_SIGNATURES", 2)
    assert len(open_pdf(signed()).signatures) == 2
    monkeypatch.setattr(pdf, "MAX_SIGNATURES", 1)
    with pytest.raises(Unreadable) as refused:
        open_pdf(signed())
    assert (refused.value.code, refused.value.limit) == ("limit", "signatures")


def test_too_many_revisions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "MAX_REVISIONS", 2)
    with pytest.raises(Unreadable) as refused:
        open_pdf(signed())
    assert (refused.value.code, refused.value.limit) == ("limit", "revisions")


def test_a_worker_out_of_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pdf, "_read", full)
    with pytest.raises(MemoryError):
        open_pdf(signed())


# One reader fails.


@pytest.mark.parametrize(("bound", "least"), [("MAX_OBJECTS", 3), ("MAX_FIELDS", 1)])
def test_what_is_too_large_for_one_reader_cannot_be_judged(
    monkeypatch: pytest.MonkeyPatch, bound: str, least: int
) -> None:
    monkeypatch.setattr(structure, bound, least)
    assert {"limit", "damaged"} & {one["qpdf"] for one in faults(signed()) if "qpdf" in one}


def direct_value(opened: Pdf) -> None:
    opened.Root.AcroForm.Fields[0].V = Dictionary(Type=Name.Sig, Contents=b"0")


def array_for_a_signature(opened: Pdf) -> None:
    opened.Root.AcroForm.Fields[0].V = opened.make_indirect(Array([1, 2]))


def test_a_signature_that_is_no_object_of_its_own_cannot_be_judged() -> None:
    assert faults(sheet.sheet(bend=direct_value)) == [{"qpdf": "", "reader": "a signature that is no indirect object"}]


def test_a_signature_is_asked_of_filled_fields_alone() -> None:
    view = last(signed())
    with pytest.raises(Damaged):
        signature_of(view, Field("empty", Ref(1, 0), None, visible=False))
    with pytest.raises(Damaged):
        signature_of(view, Field("a catalog's form", Ref(1, 0), Ref(99, 0), visible=False))


# Values of PDF.


def test_a_value_is_found_behind_its_reference() -> None:
    view = last(sheet.sheet())
    assert view.value(view.root, "/Type") == "/Catalog"
    assert view.value(view.root["/AcroForm"], "/SigFlags") == 3
    assert view.value(view.root, "/Nothing") is None


def test_a_value_of_what_is_no_dictionary_is_refused() -> None:
    view = last(sheet.sheet())
    with pytest.raises(Damaged):
        view.value(1, "/Type")
    with pytest.raises(Damaged):
        view.entries(1)


def test_no_array_has_no_entries() -> None:
    view = last(sheet.sheet())
    assert view.entries(None) == []
    assert view.entries([1]) == [1]


# Fields.


def nested(depth: int) -> Callable[[Pdf], None]:
    """A field some levels below the form."""

    def bend(opened: Pdf) -> None:
        leaf = opened.Root.AcroForm.Fields[0]
        for level in range(depth):
            leaf = opened.make_indirect(Dictionary(T=f"level{level}", Kids=Array([leaf])))
        opened.Root.AcroForm.Fields[0] = leaf

    return bend


def test_fields_below_other_fields_are_found() -> None:
    content = sheet.sheet(bend=nested(2))
    name = "level1.level0.principal"
    content = sheet.sign(content, cast().principal, name)
    evidence = open_pdf(content)
    assert [(one.field, one.fault) for one in evidence.signatures] == [(name, "")]
    assert evidence.faults == ()


@pytest.mark.parametrize(
    ("above", "names", "only"),
    [
        (b"", ["above.below"], True),
        (b"/FT /Sig", ["above.below"], True),
        (b"/FT /Sig /V 7 0 R", ["above", "above.below"], True),
        (b"/FT /Tx", ["above.below"], True),
        (b"/FT /Tx /V (x)", ["above.below"], False),
    ],
)
def test_a_field_above_others_is_one_of_its_own_if_it_is_filled(above: bytes, names: list[str], *, only: bool) -> None:
    """Whether a form has signature fields alone decides what a later update may say of its texts."""
    nodes = {
        4: b"<< /Fields [5 0 R] >>",
        5: b"<< /T (above) /Kids [6 0 R] %s >>" % above,
        6: b"<< /T (below) /FT /Sig /Parent 5 0 R >>",
    }
    form = read_form(last(hostile.document(hostile.PAGE | nodes)))
    assert ([one.name for one in form.fields], form.signatures_only) == (names, only)


def test_fields_too_deep_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    content = sheet.sign(sheet.sheet(bend=nested(2)), cast().principal, "level1.level0.principal")
    monkeypatch.setattr(structure, "MAX_DEPTH", 1)
    assert {"readers": "signatures"} in faults(content)


def test_a_form_is_followed_so_far_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read_form(last(sheet.sheet(bend=nested(fields.MAX_DEPTH)))).fields) == 2
    with pytest.raises(Damaged, match="a form field"):
        read_form(last(sheet.sheet(bend=nested(fields.MAX_DEPTH + 1))))
    with pytest.raises(Damaged, match="too many"):
        read_form(last(hostile.diamond_of_fields(fields.MAX_DEPTH)))
    with pytest.raises(Damaged, match="a form field"):
        read_form(last(hostile.document(hostile.PAGE | {4: b"<< /Fields [<< /T (x) >>] >>"})))
    monkeypatch.setattr(fields, "MAX_FIELDS", 2)
    with pytest.raises(Damaged, match="too many"):
        read_form(last(sheet.sheet()))
    monkeypatch.setattr(fields, "MAX_FIELDS", 3)
    assert len(read_form(last(sheet.sheet())).fields) == 2


@pytest.mark.parametrize("count", [b"(1)", b"1.0", b"true", b"null"])
def test_a_page_tree_says_how_many_pages_there_are(count: bytes) -> None:
    tree = {2: b"<< /Type /Pages /Kids [3 0 R] /Count %s >>" % count}
    assert pdf._pages(last(hostile.document(hostile.PAGE))) == 1
    with pytest.raises(Damaged):
        pdf._pages(last(hostile.document(hostile.PAGE | tree)))


def test_what_is_seen_hangs_on_no_switch() -> None:
    def switched(opened: Pdf) -> None:
        opened.Root.OCProperties = Dictionary(OCGs=Array(), D=Dictionary())

    assert {"why": "optional content"} in faults(sheet.sheet(bend=switched))
    assert faults(sheet.sheet()) == []


def test_a_signature_in_no_field_is_told_beside_fields_that_are_empty() -> None:
    def stray(opened: Pdf) -> None:
        opened.Root.PieceInfo = opened.make_indirect(Dictionary(ByteRange=Array([0, 1, 2, 3])))

    assert {"readers": "stray signatures"} in faults(sheet.sheet(bend=stray))


def test_a_revision_after_a_signature_has_an_end_of_its_own() -> None:
    def unclear(content: bytes) -> list[str]:
        return [one.unclear for one in revisions.read_revisions(Document(content), {})]

    form = re.findall(rb"\n(\d+) 0 obj\s<<[^>]*/SigFlags", signed())[-1]
    again = {int(form): sheet.text_of(signed(), int(form))}
    root = int(re.findall(rb"/Root (\d+)", signed())[-1])
    once = sheet.appended(signed(), again, root=root)
    assert unclear(sheet.appended(once, again, root=root)) == [""] * 5
    without = once[: len(signed())] + once[len(signed()) :].replace(b"%%EOF", b"%%EOX")
    assert unclear(sheet.appended(without, again, root=root)) == ["", "", "", "a revision without an end of its own"]


def test_what_came_before_a_signature_is_not_compared() -> None:
    turned = {3: hostile.PAGE[3].removesuffix(b">>") + b"/Rotate 90 >>"}
    content = update(update(hostile.document(hostile.PAGE), turned), {4: b"<< /Fields [5 0 R] >>", 5: b"<< /T (a) >>"})
    found = revisions.read_revisions(Document(content), {})
    assert [(one.refused, one.described, one.unclear) for one in found] == [("", False, "")] * 3
    assert [one.sha256 for one in found] == [hashlib.sha256(content[: one.end]).hexdigest() for one in found]
    assert [one.sha256 for one in revisions.read_revisions(Document(content), {found[1].end: "known"})][1] == "known"


def rectangle(*corners: Any) -> Callable[[Pdf], None]:  # noqa: ANN401 - what may stand in a rectangle
    def bend(opened: Pdf) -> None:
        opened.Root.AcroForm.Fields[0].Rect = Array(corners)

    return bend


def widgets(opened: Pdf) -> None:
    """A field whose place is a child's."""
    field = opened.Root.AcroForm.Fields[0]
    widget = opened.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=field.Rect, Parent=field))
    del field.Rect, field.Subtype
    field.Kids = Array([widget])


VISIBLE: dict[str, tuple[Callable[[Pdf], None], bool]] = {
    "an-area": (rectangle(0, 0, 10, 10), True),
    "no-width": (rectangle(0, 0, 0, 10), True),  # what is squeezed into it is a line to some viewers
    "no-height": (rectangle(0, 10, 10, 10), True),
    "nothing": (rectangle(0, 0, 0, 0), False),
    "a-point-in-the-middle": (rectangle(10, 5, 10, 5), False),
    "a-point-in-two-spellings": (rectangle(Decimal("10.0"), 5, 10, Decimal("5.00")), False),
    "as-far-as-may-be": (rectangle(100_000, -100_000, 100_000, -100_000), False),
    "farther": (rectangle(100_001, 0, 100_001, 0), True),
    "farther-below": (rectangle(0, -100_001, 0, -100_001), True),
    "around-the-corner-of-the-page": (rectangle(-5, -5, 5, 5), True),
    "corners-the-other-way": (rectangle(10, 10, 0, 0), True),
    "names": (rectangle(Name.a, Name.b, Name.c, Name.d), True),
    "strings": (rectangle(b"0", b"0", b"0", b"0"), True),
    "truths": (rectangle(*[True] * 4), True),
    "two-numbers": (rectangle(0, 0), True),
    "five-numbers": (rectangle(0, 0, 0, 0, 0), True),
    "a-childs-place": (widgets, True),
}


@pytest.mark.parametrize("name", VISIBLE)
def test_a_field_is_visible_unless_its_place_is_a_point(name: str) -> None:
    bend, visible = VISIBLE[name]
    (first, *_) = read_form(last(sheet.sheet(bend=bend))).fields
    assert first.visible is visible


# Signature dictionaries.


def test_a_value_that_is_no_string_has_no_bytes() -> None:
    evidence = open_pdf(place(waiting(), contents=lambda digits: b"/Name%" + digits + b"\n"))
    assert faulty(evidence, "notary") == "gap of the byte range"


CLAIMS = {b"(hello)": None, b"/Name": None, b"(D:99999999999999Z)": None, b"(D:20260601030000Z)": SIGNED}


@pytest.mark.parametrize("text", CLAIMS)
def test_a_claimed_time_is_shown_if_it_is_one(text: bytes) -> None:
    evidence = open_pdf(place(waiting(), entries=b"/SubFilter /ETSI.CAdES.detached /M " + text))
    assert evidence.signatures[-1].claimed_at == CLAIMS[text]


@pytest.mark.parametrize("zone", [b"+07'00'", b"+07'00", b"+0700", b"-03'30'", b"Z00'00'", b"Z"])
def test_a_claimed_time_is_told_in_its_zone(zone: bytes) -> None:
    local = {b"+": b"D:20260601100000", b"-": b"D:20260531233000", b"Z": b"D:20260601030000"}[zone[:1]]
    assert fields.claimed_at(last(signed()), {"/M": local + zone}) == SIGNED


def test_a_claimed_time_without_an_offset_is_no_instant() -> None:
    evidence = open_pdf(place(waiting(), entries=b"/SubFilter /ETSI.CAdES.detached /M (D:20260601030000)"))
    claimed = evidence.signatures[-1].claimed_at
    assert claimed is None or claimed.tzinfo is not None


LEVELS = {"1": 1, "2": 2, "3": 3, "4": 1, "/Name": 1, "(1)": 1}


@pytest.mark.parametrize("told", LEVELS)
def test_a_certification_has_a_level_and_the_narrowest_in_doubt(told: str) -> None:
    reference = f"/Reference [ << /TransformMethod /DocMDP /TransformParams << /P {told} >> >> ]"
    evidence = open_pdf(place(waiting(), entries=b"/SubFilter /ETSI.CAdES.detached " + reference.encode()))
    assert evidence.signatures[-1].certifies == LEVELS[told]


@pytest.mark.parametrize(
    ("reference", "level"),
    [
        ("/Reference [ << /TransformMethod /DocMDP >> ]", 2),
        ("/Reference [ << /TransformMethod /FieldMDP >> ]", None),
        ("/Reference [ << /TransformMethod /FieldMDP >> << /TransformMethod /DocMDP >> ]", 2),
        ("/Reference [ ]", None),
    ],
)
def test_a_reference_of_another_kind_certifies_nothing(reference: str, level: int | None) -> None:
    evidence = open_pdf(place(waiting(), entries=b"/SubFilter /ETSI.CAdES.detached " + reference.encode()))
    assert evidence.signatures[-1].certifies == level


def test_a_token_that_is_none_names_nobody() -> None:
    recipe = Recipe(unsigned=[("signature_time_stamp_token", garbage_token())])
    evidence = open_pdf(enveloped(waiting(), cast().teacher, "notary", recipe))
    assert faulty(evidence, "notary") == ""
    assert len(evidence.names.keys) == 3


def test_a_token_made_before_signing_that_is_none_is_passed_over() -> None:
    garbage = attribute("content_time_stamp", garbage_token())
    evidence = open_pdf(
        enveloped(waiting(), cast().teacher, "notary", Recipe(attributes=lambda found: [*found, garbage]))
    )
    assert faulty(evidence, "notary") == ""
    assert evidence.signatures[-1].digests.keys() == {"sha256"}


def test_a_certificate_of_no_known_version_has_no_serial_number() -> None:
    odd = world.der(cast().seal).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x12", 1)
    evidence = open_pdf(enveloped(waiting(), cast().teacher, "notary", Recipe(certificates=(odd,))))
    assert faulty(evidence, "notary") == ""
    assert cast().teacher.certificate.serial_number in evidence.names.serials


def garbage_token() -> Any:  # noqa: ANN401 - ASN.1
    from asn1crypto import cms  # noqa: PLC0415

    return cms.ContentInfo.load(signed_data(cast().tsa, b"\0" * 32))


# The record's places.


def bomb(opened: Pdf) -> None:
    opened.Root.AF[0].EF.F.write(b" " * (attachment.MAX_CONTENT + 1))
    opened.Root.AF[0].EF.UF = opened.Root.AF[0].EF.F


def filtered(**entries_: Any) -> Callable[[Pdf], None]:  # noqa: ANN401 - of a stream's dictionary
    def bend(opened: Pdf) -> None:
        stream = opened.Root.AF[0].EF.F
        for name, one in entries_.items():
            stream[f"/{name}"] = one
        opened.Root.AF[0].EF.UF = stream

    return bend


def related(opened: Pdf) -> None:
    opened.Root.AF[0].RF = Dictionary(F=Array(["a", opened.Root.AF[0].EF.F]))


def for_another_system(opened: Pdf) -> None:
    opened.Root.AF[0].EF.Unix = opened.make_stream(b"{}")


def many(opened: Pdf) -> None:
    for index in range(attachment.MAX_NODES):
        sheet.attach(opened, b"x", name=f"{index}.txt")


def long_tree(opened: Pdf) -> None:
    node = opened.Root.Names.EmbeddedFiles
    for _ in range(attachment.MAX_NODES + 1):
        node = opened.make_indirect(Dictionary(Kids=Array([node])))
    opened.Root.Names.EmbeddedFiles = node


def half_a_pair(opened: Pdf) -> None:
    opened.Root.Names.EmbeddedFiles.Names.append("one-more.txt")


def namesake(opened: Pdf) -> None:
    sheet.attach(opened, b"x", name="x.txt")
    opened.Root.Names.EmbeddedFiles.Names[2] = "transcript.json"


def one_name(opened: Pdf) -> None:
    del opened.Root.AF[0].UF


def no_tree(opened: Pdf) -> None:
    del opened.Root.Names.EmbeddedFiles


UNREAD = "attachments cannot be read"
DIFFER = "/AF and the name tree differ"
RECORDS: dict[str, tuple[Callable[[Pdf], None], str]] = {
    "in-order": (lambda _: None, ""),
    "one-name": (one_name, ""),
    "related-files": (related, DIFFER),
    "for-another-system": (for_another_system, DIFFER),
    "an-external-file": (filtered(F="x"), UNREAD),
    "parameters": (filtered(DecodeParms=Dictionary(Columns=1)), UNREAD),
    "half-a-pair": (half_a_pair, UNREAD),
    "too-many-files": (many, UNREAD),
    "too-long-a-tree": (long_tree, UNREAD),
    "another-file-under-its-name": (namesake, "not exactly one in /AF and in the name tree"),
    "no-tree": (no_tree, "not exactly one in /AF and in the name tree"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_one_stream_in_one_plain_encoding(name: str) -> None:
    bend, fault = RECORDS[name]
    (first, *_) = open_pdf(sheet.sheet(bend=bend)).revisions
    assert first.attachment.fault == fault


@pytest.mark.parametrize(("count", "fault"), [(256, ""), (257, UNREAD)])
def test_so_many_files_are_looked_at(count: int, fault: str) -> None:
    def bend(opened: Pdf) -> None:
        for index in range(count - 1):
            sheet.attach(opened, b"x", name=f"{index}.txt", filed=False)

    (first, *_) = open_pdf(sheet.sheet(bend=bend)).revisions
    assert first.attachment.fault == fault


@pytest.mark.parametrize(("count", "fault"), [(255, ""), (256, UNREAD)])
def test_so_many_nodes_of_a_tree_are_followed(count: int, fault: str) -> None:
    def bend(opened: Pdf) -> None:
        node = opened.Root.Names.EmbeddedFiles
        for _ in range(count - 1):
            node = opened.make_indirect(Dictionary(Kids=Array([node])))
        opened.Root.Names.EmbeddedFiles = node

    (first, *_) = open_pdf(sheet.sheet(bend=bend)).revisions
    assert first.attachment.fault == fault


@pytest.mark.parametrize(("size", "fault"), [(512 * 1024, ""), (512 * 1024 + 1, UNREAD), (50_000_000, UNREAD)])
def test_a_compressed_record_is_bounded_while_it_grows(size: int, fault: str) -> None:
    def bend(opened: Pdf) -> None:
        stream = opened.make_stream(b" " * size, Type=Name.EmbeddedFile)
        opened.Root.AF[0].EF = Dictionary(F=stream, UF=stream)

    with pikepdf.open(BytesIO(sheet.sheet(bend=bend))) as opened:
        out = BytesIO()
        opened.save(out, compress_streams=True)
    (first, *_) = open_pdf(out.getvalue()).revisions
    assert first.attachment.fault == fault
    assert attachment.MAX_CONTENT == 512 * 1024


# What a reader sees.


def test_text_is_looked_for_on_every_page_until_some_is_found() -> None:
    def two_pages(opened: Pdf) -> None:
        opened.pages.append(opened.pages[0])
        opened.pages[0].Contents = opened.make_stream(b"")

    assert open_pdf(sheet.sheet(fields=(), bend=two_pages)).visible_text


@pytest.mark.parametrize(
    ("text", "visible"),
    [(b"BT /F1 12 Tf 60 700 Td (A) Tj ET", True), (b"BT 3 Tr /F1 12 Tf 60 700 Td (A) Tj ET", False), (b"", False)],
)
def test_text_that_is_not_drawn_is_not_seen(text: bytes, *, visible: bool) -> None:
    def bend(opened: Pdf) -> None:
        opened.pages[0].Contents = opened.make_stream(text)

    assert read_structure(sheet.sheet(fields=(), bend=bend)).visible_text is visible


STAMPS: dict[str, tuple[dict[str, Any], bool]] = {
    "by-its-type": ({"Type": Name.DocTimeStamp}, True),
    "by-its-encoding": ({"SubFilter": Name("/ETSI.RFC3161")}, True),
    "by-both": ({"Type": Name.DocTimeStamp, "SubFilter": Name("/ETSI.RFC3161")}, True),
    "a-signature": ({"Type": Name.Sig, "SubFilter": Name("/ETSI.CAdES.detached")}, False),
}


@pytest.mark.parametrize("name", STAMPS)
def test_text_is_looked_for_where_nothing_but_a_time_stamp_is_signed(name: str) -> None:
    told, visible = STAMPS[name]

    def bend(opened: Pdf) -> None:
        opened.Root.AcroForm.Fields[0].V = opened.make_indirect(Dictionary(Contents=b"0", **told))

    found = read_structure(sheet.sheet(fields=("principal",), bend=bend))
    assert (found.visible_text, len(found.signatures)) == (visible, 1)


def test_the_widget_of_a_field_is_no_field() -> None:
    def bend(opened: Pdf) -> None:
        field = opened.Root.AcroForm.Fields[0]
        field.V = opened.make_indirect(Dictionary(Contents=b"0"))
        field.Kids = Array([opened.make_indirect(Dictionary(Subtype=Name.Widget, Parent=field, V=field.V))])

    found = read_structure(sheet.sheet(fields=("principal",), bend=bend))
    assert [name for name, _ in found.signatures] == ["principal"]


def test_a_file_that_the_second_reader_cannot_read_has_no_pages() -> None:
    found = read_structure(b"%PDF-1.7")
    assert (found.failed, found.pages, found.signatures) == ("damaged", 0, ())


def deep_specification(opened: Pdf) -> None:
    inner: Any = Dictionary(EF=Dictionary(), F="transcript.json")
    for _ in range(MAX_DEPTH - 2):
        inner = Dictionary(A=inner)
    opened.Root.Deep = opened.make_indirect(inner)


def test_a_specification_buried_in_dictionaries_counts() -> None:
    assert take_census(last(sheet.sheet(bend=deep_specification))).records == 2


def shallow_specification(opened: Pdf) -> None:
    opened.Root.Deep = opened.make_indirect(Dictionary(A=Array([1, Dictionary(EF=Dictionary(), F="Transcript.json")])))


def test_a_specification_written_in_place_counts() -> None:
    assert take_census(last(sheet.sheet(bend=shallow_specification))).records == 2


def test_number_of_finds_fields_in_both_spellings() -> None:
    assert number_of(signed(), "school_seal") == number_of(sheet.sheet(), "school_seal")
    with pytest.raises(LookupError):
        number_of(signed(), "nobody")


def test_enclosed_garbage_has_no_digest() -> None:
    evidence = open_pdf(enclose(waiting(), "notary", lambda _: b"garbage"))
    assert evidence.signatures[-1].digests == {}
