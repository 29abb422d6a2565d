"""What an update may write anew or add: each thing on the list, and what is not, asked of the rule alone."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sheet
import world
from corpus.update import entry, packed, start_of, streamed, update
from hostile import PAGE, document, object_, stream
from pyhanko.pdf_utils import generic as pyhanko_objects
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from verify.document import Document
from verify.fields import Form, read_form
from verify.references import MAX_TREE, same
from verify.revisions import read_revisions
from verify.syntax import Damaged, Ref, Stream
from verify.updates import described, refused

generic: Any = pyhanko_objects

Bend = Callable[[IncrementalPdfFileWriter], None]


def updated(pdf: bytes, *bends: Bend) -> bytes:
    """The file with one update a bend."""
    for bend in bends:
        writer: Any = IncrementalPdfFileWriter(BytesIO(pdf))
        bend(writer)
        out = BytesIO()
        writer.write(out)
        pdf = out.getvalue()
    return pdf


def asked(pdf: bytes) -> str:
    """What the rule says of the last revision."""
    old, new = Document(pdf).views[-2:]
    return refused(old, new, read_form(old), read_form(new))


def told(pdf: bytes) -> bool:
    """Whether the last revision writes document information or metadata."""
    return described(*Document(pdf).views[-2:])


def page(writer: IncrementalPdfFileWriter) -> Any:  # noqa: ANN401 - a PDF object
    return writer.root["/Pages"]["/Kids"][0]


def content(writer: IncrementalPdfFileWriter) -> None:
    stream = page(writer)["/Contents"]
    reference = page(writer).raw_get("/Contents").reference
    writer.objects[reference.generation, reference.idnum] = generic.StreamObject(stream_data=b"q Q " + stream.data)


def rotated(writer: IncrementalPdfFileWriter) -> None:
    page(writer)["/Rotate"] = generic.NumberObject(180)
    writer.update_container(page(writer))


def unreadable_page(writer: IncrementalPdfFileWriter) -> None:
    reference = writer.root["/Pages"]["/Kids"].raw_get(0).reference
    writer.objects[reference.generation, reference.idnum] = generic.NullObject()


def resized(writer: IncrementalPdfFileWriter) -> None:
    page(writer)["/MediaBox"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 100, 100)))
    writer.update_container(page(writer))


def noted(writer: IncrementalPdfFileWriter) -> None:
    note = generic.DictionaryObject({generic.pdf_name("/Subtype"): generic.pdf_name("/Text")})
    annotations = list(page(writer)["/Annots"].iterate()) if "/Annots" in page(writer) else []
    page(writer)["/Annots"] = generic.ArrayObject([*annotations, writer.add_object(note)])
    writer.update_container(page(writer))


def fielded(writer: IncrementalPdfFileWriter) -> None:
    sheet.append_field(writer, "more", (10, 10, 100, 100))


def reordered(writer: IncrementalPdfFileWriter) -> None:
    page(writer)["/Annots"] = generic.ArrayObject(reversed(list(page(writer)["/Annots"].iterate())))
    writer.update_container(page(writer))


def information(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("khác")}))


def enriched(writer: IncrementalPdfFileWriter) -> None:
    held = writer.trailer["/Info"]
    held["/Resources"] = generic.DictionaryObject()
    writer.update_container(held)


def nothing_old(writer: IncrementalPdfFileWriter) -> None:
    writer.add_object(generic.NumberObject(1))


def catalog(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/DSS"] = writer.add_object(
        generic.DictionaryObject({generic.pdf_name("/VRI"): generic.DictionaryObject()})
    )
    writer.update_container(writer.root)


def security_store(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/DSS"]["/Certs"] = generic.ArrayObject()
    writer.update_container(writer.root["/DSS"])


CASES: dict[str, tuple[tuple[Bend, ...], str]] = {
    "what-nobody-asked-for": ((nothing_old,), "an object that nothing refers to"),
    "the-catalog": ((catalog,), ""),
    "the-security-store": ((catalog, security_store), ""),
    "information": ((information,), ""),
    "information-once-more": ((information, information), ""),
    "a-field-more": ((fielded,), ""),
    "an-annotation-more": ((noted,), "a page"),
    "another-order-of-annotations": ((noted, noted, reordered), "a page"),
    "the-content-of-a-page": ((content,), "an object that was there before"),
    "a-page-turned": ((rotated,), "a page"),
    "a-page-resized": ((resized,), "a page"),
    "information-with-more-than-text": ((information, enriched), "document information"),
}


@pytest.mark.parametrize(("bends", "why"), CASES.values(), ids=CASES)
def test_the_list(bends: tuple[Bend, ...], why: str) -> None:
    assert asked(updated(world.unsigned(), *bends)) == why


def test_a_page_that_is_gone_cannot_be_compared() -> None:
    with pytest.raises(Damaged):
        asked(updated(world.unsigned(), unreadable_page))


CATALOG = PAGE[1]
DESCRIBING: dict[str, tuple[dict[int, bytes], bytes, bool]] = {
    "the-form": ({4: b"<< /Fields [] >>"}, b"", False),
    "information": ({5: b"<< /Title (x) >>"}, b"/Root 1 0 R /Info 5 0 R", True),
    "information-that-is-there": ({}, b"/Root 1 0 R /Info 4 0 R", True),
    "metadata": ({1: CATALOG[:-2] + b"/Metadata 5 0 R >>", 5: stream(b"", b"<x/>")}, b"", True),
    "a-catalog-alone": ({1: CATALOG}, b"", False),
}


@pytest.mark.parametrize("name", DESCRIBING)
def test_what_describes_the_document_is_told(name: str) -> None:
    objects, trailer, wanted = DESCRIBING[name]
    once = update(document(PAGE), objects, trailer=trailer)
    assert told(once) is wanted
    assert told(update(once, objects, trailer=trailer)) is (wanted and bool(objects))
    assert not told(update(once, {4: b"<< /Fields [] >>"})) or name == "information-that-is-there"


RESOURCES = b"/DR << /Font << /F 18 0 R /G 15 0 R >> /XObject << /X 15 0 R >> >>"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"/F 18 0 R", b"/F 18 0 R /H 18 0 R", ""),
        (b"/Font", b"/ProcSet [/PDF] /Font", ""),
        (b"/X 15 0 R", b"/X 18 0 R", ""),  # one widespread tool draws its signatures through it
        (b"/XObject << /X 15 0 R >>", b"", ""),
        (b"/F 18 0 R", b"", "the form"),
        (b"/F 18 0 R", b"/F 15 0 R", "the form"),
        (b"<< /F 18 0 R /G 15 0 R >>", b"<< >>", "the form"),
        (b"/Font << /F 18 0 R /G 15 0 R >>", b"", "the form"),
        (RESOURCES, b"", "the form"),
    ],
)
def test_fonts_of_the_form_stay_and_may_become_more(old: bytes, new: bytes, why: str) -> None:
    """A note without a face of its own is written in the fonts of the form."""
    form = more(4, RESOURCES)
    assert old in form
    assert asked(update(base(_4=form), {4: form.replace(old, new)}, trailer=TRAILER)) == why


def test_another_generation_of_a_number_is_a_replacement() -> None:
    again = {4: b"<< /Fields [] /SigFlags 1 >>"}
    assert asked(update(document(PAGE), again)) == ""
    old, new = Document(update(document(PAGE), again, generation=1)).views
    assert refused(old, new, Form(), Form()) == "another generation of an object"


def test_a_pages_parent_is_the_node_that_lists_it() -> None:
    def astray(writer: IncrementalPdfFileWriter) -> None:
        page(writer)["/Parent"] = writer.add_object(generic.DictionaryObject())
        writer.update_container(page(writer))

    with pytest.raises(Damaged):
        asked(updated(world.unsigned(), astray, information))


def test_a_page_tree_is_bounded() -> None:
    def deep(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/Pages"]["/Kids"] = generic.ArrayObject([generic.NumberObject(1)])
        writer.update_container(writer.root["/Pages"])

    with pytest.raises(Damaged):
        asked(updated(world.unsigned(), deep, information))


UNLIKE: dict[str, tuple[Any, Any]] = {
    "numbers": (1, 2),
    "true-and-one": (True, 1),
    "arrays": ([1], [2]),
    "lengths": ([1], [1, 1]),
    "array-and-number": ([1], 1),
    "values": ({"/A": 1}, {"/A": 2}),
    "keys": ({"/A": 1}, {}),
    "other-keys": ({"/A": 1}, {"/B": 1}),
    "dictionary-and-number": ({}, 1),
    "references": (Ref(1, 0), Ref(2, 0)),
    "generations": (Ref(1, 0), Ref(1, 1)),
    "reference-and-value": (Ref(1, 0), 1),
    "value-and-reference": (1, Ref(1, 0)),
    "reference-and-array": (Ref(1, 0), [1, 0]),
    "name-and-string": ("/A", b"/A"),
    "streams": (Stream({}, 1), Stream({}, 2)),
    "within": ({"/A": [{"/B": 1}]}, {"/A": [{"/B": 2}]}),
    "one-and-true": (1, True),
    "fractions": (612, 612.5),
    "a-fraction-out-of-a-box": (90, 90.0),
    "a-fraction-in-a-dictionary": ({"/Rotate": 90}, {"/Rotate": 90.0}),
    "a-fraction-in-a-dictionary-of-a-list": ([{"/F": 2}], [{"/F": 2.0}]),
    "a-fraction-and-true": (1.0, True),
}


@pytest.mark.parametrize(("old", "new"), UNLIKE.values(), ids=UNLIKE)
def test_what_is_unlike_is_not_the_same(old: object, new: object) -> None:
    assert not same(old, new)
    assert same(old, old)
    assert same(new, new)


def test_a_number_is_what_it_is_worth() -> None:
    assert same([612, 842.0], [612.0, 842])
    assert same({"/A": [[1]]}, {"/A": [[1.0]]})


# Every place that an update may write, by hand.


KEY = b"/" + b"A" * 40
SIGNED: dict[int, bytes] = {
    1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R /Metadata 8 0 R /DSS 9 0 R /Extensions 13 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 15 0 R /Annots 14 0 R >>",
    4: b"<< /Fields 16 0 R /SigFlags 3 >>",
    5: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (principal) /Rect [0 0 9 9] /V 7 0 R >>",
    6: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /Rect [0 0 9 9] /Lock 20 0 R >>",
    7: b"<< /Type /Sig /Contents <00> >>",
    8: stream(b"/Type /Metadata /Subtype /XML", b"<x/>"),
    9: b"<< /Type /DSS /Certs 10 0 R /CRLs [11 0 R] /VRI 12 0 R >>",
    10: b"[11 0 R]",
    11: stream(b"", b"certificate"),
    12: b"<< " + KEY + b" 17 0 R >>",
    13: b"<< /ESIC << /BaseVersion /1.7 /ExtensionLevel 1 >> >>",
    14: b"[5 0 R 6 0 R]",
    15: stream(b"", b"q Q"),
    16: b"[5 0 R 6 0 R 22 0 R]",
    17: b"<< /Cert [11 0 R] >>",
    18: b"<< /Title (x) >>",
    20: b"<< /Type /SigFieldLock /Action /All >>",
    21: b"<< /Type /Annot /Subtype /Widget /Parent 22 0 R /Rect [0 0 9 9] >>",
    22: b"<< /FT /Sig /T (notary) /Kids [21 0 R] >>",
}
"""A signed file in which everything that an update may write is an object of its own; 19 and 23 are free."""
TRAILER = b"/Root 1 0 R /Info 18 0 R"
NEW = 30
FIELD = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (more) /Rect [0 0 9 9] /P 3 0 R >>"
VALUE = b"<< /Type /Sig /Contents <00> /Reference [<< /Data 1 0 R >>] >>"
DATA = stream(b"", b"data")


def base(**swaps: bytes) -> bytes:
    """The signed file; `_5` stands for object 5."""
    objects = SIGNED | {int(name[1:]): body for name, body in swaps.items()}
    return update(document(objects), {}, trailer=TRAILER)


def but(number: int, *swaps: tuple[bytes, bytes]) -> bytes:
    """An object of the signed file with some of its bytes replaced."""
    body = SIGNED[number]
    for old, new in swaps:
        assert old in body
        body = body.replace(old, new)
    return body


def more(number: int, entries: bytes) -> bytes:
    """A dictionary of the signed file with entries more."""
    return SIGNED[number].removesuffix(b">>") + entries + b" >>"


def fields(*numbers: int) -> bytes:
    return b"[" + b" ".join(b"%d 0 R" % one for one in numbers) + b"]"


ADDED = {16: fields(5, 6, 22, NEW), NEW: FIELD}
"""A signature field more, on no page."""

WIDGET = b"<< /Subtype /Widget /F 132 /Rect [0 0 0 0] >>"
BLANK_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 100 100]"

OLD = "an object that was there before"
NOBODY = "an object that nothing refers to"
OTHER = "an object put to another use"
SHARED = "an object of another use"

WRITTEN: dict[str, tuple[dict[int, bytes], str]] = {
    "nothing": ({}, ""),
    # The catalog.
    "the-catalog-as-it-was": ({1: SIGNED[1]}, ""),
    "a-version": ({1: more(1, b"/Version /2.0")}, ""),
    "marks": ({1: more(1, b"/MarkInfo << /Marked true >>")}, ""),
    "marks-in-an-object": ({1: more(1, b"/MarkInfo 30 0 R"), NEW: b"<< /Marked true >>"}, ""),
    "marks-that-lead-on": ({1: more(1, b"/MarkInfo << /A 3 0 R >>")}, "the catalog"),
    "marks-in-an-object-that-lead-on": ({1: more(1, b"/MarkInfo 30 0 R"), NEW: b"[3 0 R]"}, "the catalog"),
    "marks-that-are-a-page": ({1: more(1, b"/MarkInfo 3 0 R")}, OTHER),
    "extensions": ({13: b"<< /ESIC << /BaseVersion /1.7 /ExtensionLevel 5 >> >>"}, ""),
    "extensions-in-place": ({1: but(1, (b"13 0 R", b"<< /A << /B 1 >> >>"))}, ""),
    "extensions-gone": ({1: but(1, (b"/Extensions 13 0 R", b""))}, ""),
    "another-page-tree": ({1: but(1, (b"/Pages 2 0 R", b"/Pages 30 0 R")), NEW: SIGNED[2]}, "the catalog"),
    "names": ({1: more(1, b"/Names << >>")}, "the catalog"),
    "an-action": ({1: more(1, b"/OpenAction [3 0 R /Fit]")}, "the catalog"),
    "attached-files": ({1: more(1, b"/AF []")}, "the catalog"),
    "a-language": ({1: more(1, b"/Lang (vi)")}, "the catalog"),
    "no-type": ({1: but(1, (b"/Type /Catalog", b""))}, "the catalog"),
    # The form.
    "the-form-as-it-was": ({4: SIGNED[4]}, ""),
    "flags": ({4: but(4, (b"3", b"1"))}, ""),
    "the-form-in-the-catalog": ({1: but(1, (b"4 0 R", SIGNED[4]))}, ""),
    "the-form-in-a-new-object": ({1: but(1, (b"4 0 R", b"30 0 R")), NEW: SIGNED[4]}, ""),
    "the-list-in-the-form": ({4: but(4, (b"16 0 R", SIGNED[16]))}, ""),
    "the-list-in-a-new-object": ({4: but(4, (b"16 0 R", b"30 0 R")), NEW: SIGNED[16]}, ""),
    "the-list-in-another-order": ({16: fields(6, 5, 22)}, "the fields of the form"),
    "a-field-twice": ({16: fields(5, 6, 22, 6)}, "the fields of the form"),
    "the-form-gone": ({1: but(1, (b"/AcroForm 4 0 R", b""))}, "the fields of the form"),
    "how-text-looks": ({4: more(4, b"/DA (/F 0 Tf) /Q 1 /DR << /Font << /F 30 0 R >> >>"), NEW: b"<< >>"}, ""),
    "a-font-more": ({4: more(4, b"/DR << /Font << /F 30 0 R >> /Other 1 >>"), NEW: b"<< >>"}, ""),
    "flags-in-an-object": ({4: but(4, (b"3", b"30 0 R")), NEW: b"3"}, NOBODY),
    "an-order-of-calculation": ({4: more(4, b"/CO [6 0 R]")}, "the form"),
    "appearances-asked-for": ({4: more(4, b"/NeedAppearances true")}, "the form"),
    "a-dynamic-form": ({4: more(4, b"/XFA 30 0 R"), NEW: DATA}, "the form"),
    "a-form-that-is-a-page": ({1: but(1, (b"4 0 R", b"3 0 R"))}, OTHER),
    # Fields.
    "a-field-more": (ADDED, ""),
    "a-field-more-with-no-resources": (ADDED | {NEW: FIELD[:-2] + b"/DR << >> >>"}, ""),
    "a-field-more-with-no-resources-apart": (ADDED | {NEW: FIELD[:-2] + b"/DR 31 0 R >>", 31: b"<< >>"}, ""),
    "a-field-more-with-resources": (ADDED | {NEW: FIELD[:-2] + b"/DR << /A 1 >> >>"}, "a signature field"),
    "a-field-more-on-a-page": (ADDED | {14: fields(5, 6, NEW)}, ""),
    "a-field-more-on-a-page-first": (ADDED | {14: fields(NEW, 5, 6)}, "a page"),
    "a-field-more-first": ({16: fields(NEW, 5, 6, 22), NEW: FIELD}, "the fields of the form"),
    "a-field-more-and-signed": (ADDED | {NEW: FIELD[:-2] + b"/V 31 0 R >>", 31: VALUE}, ""),
    "a-field-with-all-it-may-have": (
        ADDED
        | {
            NEW: FIELD[:-2] + b"/AP << /N 31 0 R >> /MK 32 0 R /BS 33 0 R /Lock 34 0 R /SV 35 0 R /F 4 /H /N >>",
            31: stream(b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 36 0 R", b"q Q"),
            **dict.fromkeys((32, 33, 34, 35, 36), b"<< >>"),
        },
        "",
    ),
    "a-field-of-widgets": (
        {
            16: fields(5, 6, 22, NEW),
            14: fields(5, 6, 31),
            NEW: b"<< /FT /Sig /T (more) /Kids 32 0 R >>",
            31: b"<< /Type /Annot /Subtype /Widget /Parent 30 0 R /Rect [0 0 9 9] >>",
            32: b"[31 0 R]",
        },
        "",
    ),
    "a-widget-of-another-field": (
        ADDED | {NEW: b"<< /FT /Sig /T (more) /Kids [31 0 R] >>", 31: b"<< /Subtype /Widget /Parent 6 0 R >>"},
        "a signature field",
    ),
    "a-widget-of-no-field": (
        ADDED | {NEW: b"<< /FT /Sig /T (more) /Kids [31 0 R] >>", 31: b"<< /Subtype /Widget >>"},
        "a signature field",
    ),
    "a-widget-that-was-there": (
        ADDED | {NEW: b"<< /FT /Sig /T (more) /Kids [21 0 R] >>"},
        "a field that was there before",
    ),
    "a-field-with-a-parent": (ADDED | {NEW: FIELD[:-2] + b"/Parent 3 0 R >>"}, "a signature field"),
    "a-field-that-acts": (ADDED | {NEW: FIELD[:-2] + b"/AA << >> >>"}, "a signature field"),
    "a-field-with-an-action": (ADDED | {NEW: FIELD[:-2] + b"/A << /S /URI >> >>"}, "a signature field"),
    "a-field-on-a-layer": (ADDED | {NEW: FIELD[:-2] + b"/OC << >> >>"}, "a signature field"),
    "a-field-that-was-there": ({16: fields(5, 6, 22, 18)}, "the fields of the form"),
    "a-field-of-text": (ADDED | {NEW: FIELD.replace(b"/Sig", b"/Tx")}, "the fields of the form"),
    "a-field-in-the-place-of-another": ({16: fields(5, NEW, 22), NEW: SIGNED[6]}, "the fields of the form"),
    "a-field-gone": ({16: fields(5, 22)}, "the fields of the form"),
    "a-field-signed": ({6: more(6, b"/V 30 0 R"), NEW: VALUE}, ""),
    "a-field-signed-and-seen": (
        {
            6: more(6, b"/V 30 0 R /AP << /N 31 0 R >> /AS /N /F 132 /DA (x) /Q 1 /Ff 1"),
            NEW: VALUE,
            31: stream(b"/BBox [0 0 9 9.5] /Resources << /XObject << /X 32 0 R >> >>", b""),
            32: stream(b"/Self 31 0 R", b""),
        },
        "",
    ),
    "a-field-signed-elsewhere": (
        {6: more(6, b"/V 30 0 R").replace(b"0 0 9 9", b"0 0 99 99"), NEW: VALUE},
        "a signature field",
    ),
    "a-field-signed-and-unlocked": (
        {6: more(6, b"/V 30 0 R").replace(b"/Lock 20 0 R", b""), NEW: VALUE},
        "a signature field",
    ),
    "a-field-signed-with-another-lock": ({6: more(6, b"/V 30 0 R"), 20: b"<< >>", NEW: VALUE}, OLD),
    "a-field-signed-as-another-annotation": (
        {6: more(6, b"/V 30 0 R").replace(b"/Type /Annot", b"/Type /Page"), NEW: VALUE},
        "a signature field",
    ),
    "a-field-signed-with-what-was-there": ({6: more(6, b"/V 7 0 R")}, "a signature that was there before"),
    "a-field-signed-with-what-anybody-wrote": ({6: more(6, b"/V 18 0 R")}, "a signature that was there before"),
    "a-field-written-again": ({6: SIGNED[6]}, ""),
    "a-field-with-flags": ({6: more(6, b"/Ff 1")}, ""),
    "a-field-seen-but-not-signed": ({6: more(6, b"/AP << /N 30 0 R >>"), NEW: DATA}, "a signature field"),
    "a-signed-field-written-again": ({5: SIGNED[5]}, ""),
    "a-signed-field-that-looks-otherwise": ({5: more(5, b"/AP << /N 30 0 R >>"), NEW: DATA}, "a signature field"),
    "a-signed-field-signed-again": ({5: but(5, (b"7 0 R", b"30 0 R")), NEW: VALUE}, "a signature field"),
    "a-signed-field-emptied": ({5: but(5, (b"/V 7 0 R", b""))}, "a signature field"),
    "a-signed-field-renamed": ({5: but(5, (b"principal", b"teacher"))}, "a field that was there before"),
    "a-signed-field-of-another-kind": ({5: but(5, (b"/FT /Sig", b"/FT /Tx"))}, "a field is gone"),
    "a-signature-written-again": ({7: SIGNED[7]}, ""),  # its byte range does not end there: `pdf.py`
    "a-field-of-widgets-signed": (
        {22: more(22, b"/V 30 0 R"), 21: more(21, b"/AP << /N 31 0 R >>"), NEW: VALUE, 31: stream(b"/BBox 32 0 R", b"")}
        | {32: b"[0 0 9 9]"},
        "",
    ),
    **{
        f"an-appearance-{name}": (
            {6: more(6, b"/V 30 0 R /AP << %s >>" % look), NEW: VALUE, 31: stream(box, b"")},
            "" if name == "of-states" else "an appearance without bounds",
        )
        for name, look, box in (
            ("of-states", b"/N << /On 31 0 R /Off 31 0 R >> /D 31 0 R", b"/BBox [0 0 9 9]"),
            ("without-bounds", b"/N 31 0 R", b""),
            ("without-bounds-when-pressed", b"/D 31 0 R", b""),
            ("without-bounds-in-a-state", b"/N << /On 31 0 R >>", b""),
            ("of-three-bounds", b"/N 31 0 R", b"/BBox [0 0 9]"),
            ("of-bounds-that-are-none", b"/N 31 0 R", b"/BBox [0 0 9 (9)]"),
            ("of-bounds-that-some-cannot-hold", b"/N 31 0 R", b"/BBox [0 0 9 4294967396]"),
            ("that-is-none", b"/N 9", b""),
        )
    },
    "an-appearance-in-a-new-field": (
        ADDED | {NEW: FIELD[:-2] + b"/AP << /N 31 0 R >> >>", 31: stream(b"", b"")},
        "an appearance without bounds",
    ),
    "a-widget-moved": ({22: more(22, b"/V 30 0 R"), 21: but(21, (b"9 9", b"99 99")), NEW: VALUE}, "a signature field"),
    "a-widget-more": (
        {22: but(22, (b"[21 0 R]", b"[21 0 R 30 0 R]")), NEW: b"<< /Parent 22 0 R /Subtype /Widget >>"},
        "a signature field",
    ),
    # Pages.
    "a-page-as-it-was": ({3: SIGNED[3]}, ""),
    "annotations-in-the-page": ({3: but(3, (b"14 0 R", SIGNED[14]))}, ""),
    "annotations-in-a-new-object": ({3: but(3, (b"14 0 R", b"30 0 R")), NEW: SIGNED[14]}, ""),
    "annotations-gone": ({3: but(3, (b"/Annots 14 0 R", b""))}, "a page"),
    "an-annotation-gone": ({14: fields(5)}, "a page"),
    "an-annotation-twice": ({14: fields(5, 6, 6)}, "a page"),
    "an-annotation-that-is-no-field": ({14: fields(5, 6, NEW), NEW: b"<< /Subtype /Stamp >>"}, "a page"),
    "a-field-that-was-on-no-page": ({14: fields(5, 6, 21)}, "a page"),
    "annotations-in-another-order": ({14: fields(6, 5)}, "a page"),
    "annotations-that-are-the-fields": ({3: but(3, (b"14 0 R", b"16 0 R"))}, OTHER),
    "another-content": ({3: but(3, (b"15 0 R", b"30 0 R")), NEW: DATA}, "a page"),
    "the-content": ({15: stream(b"", b"q Q Q")}, OLD),
    "the-content-as-it-was": ({15: SIGNED[15]}, ""),
    "the-content-with-a-space-more": ({15: stream(b"", b"q Q ")}, OLD),
    "the-content-of-another-kind": ({15: stream(b"/Type /Other", b"q Q")}, OLD),
    "the-content-that-is-none": ({15: b"<< /Length 3 >>"}, OLD),
    "a-page-turned": ({3: more(3, b"/Rotate 180")}, "a page"),
    "a-page-of-another-size": ({3: but(3, (b"595", b"596"))}, "a page"),
    "a-page-of-the-same-size-in-fractions": ({3: but(3, (b"595", b"595.0"))}, ""),
    "the-page-tree": ({2: SIGNED[2]}, ""),
    "the-page-tree-in-a-fraction": ({2: but(2, (b"/Count 1", b"/Count 1.0"))}, OLD),
    # The security store.
    "the-store-as-it-was": ({9: SIGNED[9], 10: SIGNED[10], 12: SIGNED[12]}, ""),
    "data-more": ({10: b"[11 0 R 30 0 R]", NEW: DATA}, ""),
    "data-less": ({10: b"[]"}, ""),
    "data-of-another-kind": ({9: more(9, b"/OCSPs [30 0 R]"), NEW: DATA}, ""),
    "data-of-another-kind-in-a-list": ({9: more(9, b"/OCSPs 31 0 R"), NEW: DATA, 31: b"[30 0 R]"}, ""),
    "data-with-a-length-behind-a-reference": (
        {10: b"[30 0 R]", NEW: b"<< /Length 31 0 R >>\nstream\nx\nendstream", 31: b"1"},
        "",
    ),
    "data-with-all-it-may-have": (
        {10: b"[30 0 R]", NEW: stream(b"/Type /A /Subtype /B /Filter [] /DecodeParms []", b"x")},
        "",
    ),
    "data-that-is-drawn": ({10: b"[30 0 R]", NEW: stream(b"/Resources << >>", b"")}, "a stream of data"),
    "data-that-is-no-stream": ({10: b"[30 0 R]", NEW: b"<< >>"}, "a stream of data"),
    "data-that-is-nothing": ({10: b"[30 0 R]"}, "a stream of data"),
    "data-in-place": ({10: b"[<< >>]"}, "a stream of data"),
    "data-that-was-there": ({10: b"[15 0 R]"}, ""),
    "data-written-anew": ({11: DATA}, OLD),
    "no-list-of-data": ({9: but(9, (b"/Certs 10 0 R", b""))}, ""),
    "a-list-that-is-a-page": ({9: but(9, (b"10 0 R", b"14 0 R"))}, OTHER),
    "another-key-in-the-store": ({9: more(9, b"/Secrets []")}, "the security store"),
    "the-store-gone": ({1: but(1, (b"/DSS 9 0 R", b""))}, "the security store"),
    "the-store-in-the-catalog": ({1: but(1, (b"9 0 R", SIGNED[9]))}, ""),
    "the-store-in-a-new-object": ({1: but(1, (b"9 0 R", b"30 0 R")), NEW: SIGNED[9]}, ""),
    "the-store-is-the-form": ({1: but(1, (b"9 0 R", b"4 0 R"))}, OTHER),
    "a-record-more": ({12: more(12, b"/" + b"b" * 40 + b" 30 0 R"), NEW: b"<< /Type /VRI /TU (D:2026) >>"}, ""),
    "a-record-with-all-it-may-have": (
        {
            12: more(12, b"/" + b"0" * 40 + b" << /Cert [11 0 R 30 0 R] /CRL 31 0 R /OCSP [] /TS 32 0 R >>"),
            NEW: DATA,
            31: b"[33 0 R]",
            32: DATA,
            33: DATA,
        },
        "",
    ),
    "a-record-of-no-signature": ({12: more(12, b"/Name << >>")}, "the security store"),
    "a-record-with-a-short-key": ({12: more(12, b"/" + b"B" * 39 + b" << >>")}, "the security store"),
    "a-record-with-another-key": ({12: more(12, b"/" + b"B" * 40 + b" << /A 1 >>")}, "the security store"),
    "a-record-whose-stamp-is-no-stream": (
        {12: more(12, b"/" + b"B" * 40 + b" << /TS 30 0 R >>"), NEW: b"1"},
        "a stream of data",
    ),
    "a-record-gone": ({12: b"<< >>"}, ""),
    "a-record-changed": ({12: b"<< " + KEY + b" << >> >>"}, ""),
    "a-record-written-anew": ({17: SIGNED[17]}, ""),
    "a-record-changed-where-it-stands": ({17: b"<< /Cert [11 0 R 30 0 R] /TU (now) >>", NEW: DATA}, ""),
    "a-record-changed-to-a-page-s-content": ({17: b"<< /Cert [15 0 R] >>"}, ""),
    "a-record-changed-to-what-is-no-data": ({17: b"<< /Cert [3 0 R] >>"}, "a stream of data"),
    "a-record-that-is-another-s": ({12: b"<< " + KEY + b" 18 0 R >>", 18: b"<< /Cert [] >>"}, SHARED),
    "a-record-with-another-entry": ({17: b"<< /Cert [] /More 1 >>"}, "the security store"),
    "a-record-s-list-that-is-a-page-s": ({17: b"<< /Cert 14 0 R >>"}, OTHER),
    "the-records-gone": ({9: but(9, (b"/VRI 12 0 R", b""))}, ""),
    "the-records-in-the-store": ({9: but(9, (b"12 0 R", SIGNED[12]))}, ""),
    # Metadata and information.
    "metadata": ({8: stream(b"/Type /Metadata /Subtype /XML", b"<y/>")}, ""),
    "metadata-in-a-new-object": ({1: but(1, (b"8 0 R", b"30 0 R")), NEW: DATA}, ""),
    "metadata-gone": ({1: but(1, (b"/Metadata 8 0 R", b""))}, ""),
    "metadata-that-is-drawn": ({8: stream(b"/Subtype /Form /BBox [0 0 9 9]", b"")}, "a stream of data"),
    "metadata-that-is-no-stream": ({8: b"<< >>"}, "a stream of data"),
    "metadata-that-is-a-content": ({1: but(1, (b"8 0 R", b"15 0 R"))}, OTHER),
    "metadata-in-place": ({1: but(1, (b"8 0 R", b"<< >>"))}, "a stream of data"),
    "information": ({18: b"<< /Title (y) /Trapped /True /A true >>"}, ""),
    "information-with-a-list": ({18: b"<< /Title [] >>"}, "document information"),
    "information-with-a-number": ({18: b"<< /Title 1 >>"}, "document information"),
    "information-that-leads-on": ({18: b"<< /Title 7 0 R >>"}, "document information"),
    # Anything else.
    "what-nothing-refers-to": ({NEW: b"<< >>"}, NOBODY),
    "a-font-without-anything": ({NEW: b"<< /Type /Font >>"}, ""),
    "a-font-that-is-one": ({NEW: b"<< /Type /Font /Subtype /Type1 >>"}, NOBODY),
    "a-font-without-anything-that-something-refers-to": (
        {4: but(4, (b"3", b"30 0 R")), NEW: b"<< /Type /Font >>"},
        NOBODY,
    ),
    "another-type-without-anything": ({NEW: b"<< /Type /Page >>"}, NOBODY),
    "a-form-without-anything": ({NEW: stream(BLANK_FORM, b"% DSBlank\n")}, ""),
    "a-form-that-draws": ({NEW: stream(BLANK_FORM, b"% DSBlank\n0 0 m")}, NOBODY),
    "a-form-that-leads-on": ({NEW: stream(BLANK_FORM + b" /Resources << /A 3 0 R >>", b"")}, NOBODY),
    "a-form-that-is-more": ({NEW: stream(BLANK_FORM + b" /OC << >>", b"")}, NOBODY),
    "blanks-that-are-no-form": ({NEW: stream(b"/Type /XObject /Subtype /Image", b"")}, NOBODY),
    "a-widget-left-behind": (
        {
            NEW: WIDGET[:-2] + b"/AP << /N 31 0 R >> >>",
            31: stream(BLANK_FORM + b" /Resources 32 0 R", b"q Q"),
            32: b"<< >>",
        },
        "",
    ),
    "a-widget-of-all-keys-left-behind": (
        {NEW: WIDGET[:-2] + b"/Type /Annot /P 3 0 R /AP << /N 31 0 R >> >>", 31: stream(BLANK_FORM, b"")},
        "",
    ),
    "a-form-of-all-keys-left-behind": (
        {NEW: stream(BLANK_FORM + b"/Matrix [1 0 0 1 0 0] /FormType 1 /Resources << >> /Filter []", b"")},
        "",
    ),
    "a-record-of-all-keys-left-behind": (
        {NEW: b"<< /Type /VRI /Cert [] /CRL [] /OCSP [11 0 R] /TU (now) /TS 31 0 R >>", 31: DATA},
        "",
    ),
    "a-widget-without-a-face-left-behind": ({NEW: WIDGET}, ""),
    "a-widget-without-bounds-left-behind": (
        {NEW: WIDGET[:-2] + b"/AP << /N 31 0 R >> >>", 31: stream(b"/Subtype /Form", b"")},
        "an appearance without bounds",
    ),
    "a-widget-with-an-action-left-behind": ({NEW: WIDGET[:-2] + b"/A << >> >>"}, NOBODY),
    "a-field-left-behind": ({NEW: WIDGET[:-2] + b"/FT /Sig /T (x) >>"}, NOBODY),
    "a-note-left-behind": ({NEW: WIDGET.replace(b"/Widget", b"/Square")}, NOBODY),
    "a-list-of-data-left-behind": ({NEW: b"[11 0 R 31 0 R]", 31: DATA}, ""),
    "a-list-of-a-page-left-behind": ({NEW: b"[3 0 R]"}, "a stream of data"),
    "a-list-of-numbers-left-behind": ({NEW: b"[11 0 R 1]"}, NOBODY),
    "a-record-left-behind": ({NEW: b"<< /Type /VRI /Cert [11 0 R] /CRL [31 0 R] /TU (now) >>", 31: DATA}, ""),
    "a-record-of-nothing-left-behind": ({NEW: b"<< /Type /VRI >>"}, NOBODY),
    "a-record-and-more-left-behind": ({NEW: b"<< /Cert [11 0 R] /Kids [] >>"}, NOBODY),
    "two-of-which-one-says-something": ({NEW: b"<< /Type /Font >>", 31: b"<< >>"}, NOBODY),
    "what-refers-to-itself": ({NEW: b"<< /A 31 0 R >>", 31: b"<< /B 30 0 R >>"}, NOBODY),
    "a-number-that-was-free": ({19: b"<< >>"}, NOBODY),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_is_on_the_list_or_refused(name: str) -> None:
    objects, why = WRITTEN[name]
    assert asked(update(base(), objects, trailer=TRAILER)) == why
    if not why and objects:  # and nothing else comes with it
        assert asked(update(base(), {19: b"<< >>", **objects}, trailer=TRAILER)) == NOBODY
        assert 15 in objects or asked(update(base(), {15: DATA, **objects}, trailer=TRAILER)) == OLD


INDIRECT = b"/Root 1 0 R /Info 30 0 R"

TRAILERS: dict[str, tuple[bytes, dict[int, bytes], str]] = {
    "as-it-was": (TRAILER, {}, ""),
    "without-information": (b"/Root 1 0 R", {}, ""),
    "new-information": (INDIRECT, {NEW: b"<< /Title (y) >>"}, ""),
    "new-information-that-is-a-stream": (INDIRECT, {NEW: DATA}, "Damaged"),
    "new-information-with-a-list": (INDIRECT, {NEW: b"<< /Title [] >>"}, "document information"),
    "information-that-was-there": (b"/Root 1 0 R /Info 7 0 R", {}, OTHER),
    "information-that-is-the-form": (b"/Root 1 0 R /Info 4 0 R", {4: b"<< /Title (x) >>"}, "the form"),
    "another-catalog": (b"/Root 30 0 R", {NEW: SIGNED[1]}, "another catalog"),
    "another-generation-of-the-catalog": (b"/Root 1 1 R", {}, "another catalog"),
    "a-catalog-in-the-trailer": (b"/Root << /Pages 2 0 R >>", {}, "another catalog"),
}


@pytest.mark.parametrize("name", TRAILERS)
def test_a_trailer_may_name_new_information_alone(name: str) -> None:
    trailer, objects, why = TRAILERS[name]
    old, new = Document(update(base(), objects, trailer=trailer)).views[-2:]
    form = read_form(old)
    if why == "Damaged":
        with pytest.raises(Damaged):
            refused(old, new, form, form)
    else:
        assert refused(old, new, form, form) == why


# What is part of something else as well.


HELD: dict[str, tuple[dict[str, bytes], dict[int, bytes], str]] = {
    "metadata-of-a-page-too": ({"_3": more(3, b"/Metadata 8 0 R")}, {8: DATA}, SHARED),
    "information-of-a-page-too": ({"_3": more(3, b"/PieceInfo 18 0 R")}, {18: b"<< >>"}, SHARED),
    "information-of-the-catalog-too": ({"_1": more(1, b"/PieceInfo 18 0 R")}, {18: b"<< >>"}, SHARED),
    "the-form-of-a-page-too": ({"_3": more(3, b"/Resources 4 0 R")}, {4: SIGNED[4]}, SHARED),
    "the-list-of-fields-of-a-page-too": ({"_3": more(3, b"/B 16 0 R")}, {16: SIGNED[16]}, SHARED),
    "annotations-of-two-pages": ({"_2": more(2, b"/Annots 14 0 R")}, {14: SIGNED[14]}, SHARED),
    "the-store-of-a-page-too": ({"_3": more(3, b"/Resources 9 0 R")}, {9: SIGNED[9]}, SHARED),
    "data-of-a-page-too": ({"_3": more(3, b"/B 10 0 R")}, {10: SIGNED[10]}, SHARED),
    "records-of-a-page-too": ({"_3": more(3, b"/B 12 0 R")}, {12: SIGNED[12]}, SHARED),
    "extensions-of-a-page-too": ({"_3": more(3, b"/Resources 13 0 R")}, {13: SIGNED[13]}, SHARED),
    "metadata-within-a-stream": ({"_15": stream(b"/Ref [<< /A 8 0 R >>]", b"q Q")}, {8: DATA}, SHARED),
    "metadata-of-nobody-else": ({"_3": more(3, b"/Metadata 18 0 R")}, {8: DATA}, ""),
    "a-number-that-was-waited-for": (
        {"_15": stream(b"/Ref 30 0 R", b"q Q")},
        {16: fields(5, 6, 22, NEW), NEW: FIELD},
        "an object that the signed revision already refers to",
    ),
    "a-number-that-was-waited-for-by-another-generation": (
        {"_15": stream(b"/Ref 30 7 R", b"q Q")},
        {16: fields(5, 6, 22, NEW), NEW: FIELD},
        "an object that the signed revision already refers to",
    ),
}


NESTED = {
    "_16": fields(5, 6, 22, 40),
    "_40": b"<< /T (above) /Kids [41 0 R] >>",
    "_41": b"<< /FT /Sig /T (below) /Parent 40 0 R >>",
}


def test_a_field_below_another_is_not_exchanged() -> None:
    other = {40: b"<< /T (above) /Kids [30 0 R] >>", NEW: b"<< /FT /Sig /T (below) /Parent 40 0 R >>"}
    assert asked(update(base(**NESTED), other, trailer=TRAILER)) == "another field of the same name"
    assert asked(update(base(**NESTED), {40: b"<< /T (above) /Kids [] >>"}, trailer=TRAILER)) == "a field is gone"
    assert asked(update(base(**NESTED), {41: NESTED["_41"][:-2] + b"/V 30 0 R >>", NEW: VALUE}, trailer=TRAILER)) == ""
    assert asked(update(base(**NESTED), {40: NESTED["_40"]}, trailer=TRAILER)) == ""


@pytest.mark.parametrize("name", HELD)
def test_what_is_part_of_something_else_as_well_stays(name: str) -> None:
    swaps, objects, why = HELD[name]
    assert asked(update(base(**swaps), objects, trailer=TRAILER)) == why


def test_what_a_trailer_waits_for_stays() -> None:
    wanted = "an object that the signed revision already refers to"
    for told, why in ((b"/ID [<00> 30 0 R]", wanted), (b"/More [30 0 R]", "")):  # the other means nothing to a reader
        waiting = update(document(SIGNED), {}, trailer=TRAILER + told)
        assert asked(update(waiting, ADDED, trailer=TRAILER)) == why


def test_a_stream_of_cross_references_is_a_trailer() -> None:
    """Its /Info is no use of the object by another."""
    signed = streamed(document(SIGNED), {}, entries=b"/Info 18 0 R")
    again = streamed(signed, {18: b"<< /Title (y) >>"}, entries=b"/Info 18 0 R")
    assert asked(again) == ""
    signed = streamed(document(SIGNED), {}, entries=b"/Info 18 0 R /More 18 0 R")
    assert asked(streamed(signed, {18: b"<< /Title (y) >>"}, entries=b"/Info 18 0 R")) == SHARED


# Numbers.


def test_a_freed_number_is_not_given_out_again() -> None:
    freed = update(base(), {}, rows={20: b"0000000000 00001 f \n"}, trailer=TRAILER)
    objects = {16: fields(5, 6, 22, 20), 20: FIELD}
    assert asked(update(freed, objects, trailer=TRAILER)) == "a field that was there before"
    assert asked(update(freed, {20: b"<< >>"}, trailer=TRAILER)) == OLD


def test_what_is_freed_is_gone() -> None:
    free = b"0000000000 00001 f \n"
    assert asked(update(base(), {}, rows={8: free}, trailer=TRAILER)) == "a stream of data"
    assert asked(update(base(), {}, rows={19: free}, trailer=TRAILER)) == ""


def test_an_object_stream_and_its_objects_may_be_new() -> None:
    packed_ = {NEW: FIELD, 16: fields(5, 6, 22, NEW)}
    inside = {NEW: (40, 0), 16: (40, 1)}
    assert asked(streamed(base(), {40: packed(packed_)}, inside=inside)) == ""
    assert asked(streamed(base(), {40: packed(packed_ | {3: b"<< >>"})}, inside=inside | {3: (40, 2)})) == "a page"
    assert asked(streamed(base(), {40: packed(packed_), 41: packed({50: b"1"})}, inside=inside)) == NOBODY
    first = streamed(base(), {40: packed(packed_)}, inside=inside)
    assert asked(streamed(first, {40: packed(packed_)}, inside=inside)) == ""
    assert asked(streamed(first, {40: packed(packed_, b"/Other 1")}, inside=inside)) == OLD


def left_behind(signed: bytes, *, told: bytes = b"", rows: bytes | None = None, index: bytes = b"30 2") -> bytes:
    """An update with a table, and a stream of cross-references as well that nothing leads to."""
    at = len(signed)
    rows = entry(1, at, 0) + entry(1, at + len(object_(NEW, b"<< /Type /Font >>")), 0) if rows is None else rows
    told = told or b"/Root 1 0 R /Info 18 0 R /Prev %d" % start_of(signed)
    section = stream(b"/Type /XRef /Size 32 /W [1 4 2] /Index [%s] %s" % (index, told), rows)
    return update(signed, {NEW: b"<< /Type /Font >>", 31: section}, trailer=TRAILER)


def test_cross_references_that_nobody_follows_may_say_what_is_so() -> None:
    """A widespread tool writes them beside its table; who searches the file finds nothing else by them."""
    signed = base()
    assert asked(left_behind(signed)) == ""
    assert asked(left_behind(signed, told=b"/Root 1 0 R")) == ""
    assert asked(left_behind(signed, rows=b"", index=b"")) == ""
    places = Document(left_behind(signed)).last.places
    whole = b"".join(entry(1, *places[number]) for number in sorted(places))
    numbers = b" ".join(b"%d 1" % number for number in sorted(places))
    assert asked(left_behind(signed, rows=whole, index=numbers)) == ""
    for lie in (
        {"told": b"/Root 2 0 R"},
        {"told": b"/Root 1 0 R /Info 1 0 R"},
        {"told": b"/Root 1 0 R /Prev 9"},
        {"rows": entry(1, 9, 0), "index": b"11 1"},
        {"rows": entry(0, 0, 0), "index": b"15 1"},
        {"rows": entry(1, len(signed), 0) * 2, "index": b"30 1 30 1"},
        {"rows": entry(1, 9, 0), "index": b"40 1"},
    ):
        assert asked(left_behind(signed, **lie)) == NOBODY
    packed_ = packed({31: b"<< /Type /XRef >>"})
    assert asked(streamed(signed, {40: packed_}, inside={31: (40, 0)})) == NOBODY


def test_what_only_a_search_would_find_is_told() -> None:
    def told_of(content: bytes) -> str:
        return read_revisions(Document(content), {})[-1].unclear

    signed = base()
    assert told_of(left_behind(signed)) == ""
    assert told_of(left_behind(signed, told=b"/Root 2 0 R")) == "cross-references that nobody follows"
    kind = {18: b"<< /Title (y) /Type 19 0 R >>", 19: b"/X"}
    assert told_of(update(signed, kind, trailer=TRAILER)) == "a type by reference"
    assert told_of(update(signed, {18: b"<< /Title (y) >>"}, trailer=TRAILER + b" /More 1")) == "an entry of a trailer"
    named = update(document(SIGNED), {}, trailer=TRAILER + b" /More 1 /DocChecksum /A")
    for entries, why in (
        (b" /More 2", ""),
        (b" /DocChecksum /A", ""),
        (b"", ""),
        (b" /DocChecksum /B", "an entry of a trailer"),
    ):
        assert told_of(update(named, {18: b"<< /Title (y) >>"}, trailer=TRAILER + entries)) == why


def test_an_object_may_move_into_an_object_stream_as_it_was() -> None:
    assert asked(streamed(base(), {40: packed({4: SIGNED[4]})}, inside={4: (40, 0)})) == ""
    assert asked(streamed(base(), {40: packed({2: SIGNED[2]})}, inside={2: (40, 0)})) == ""
    assert asked(streamed(base(), {40: packed({2: SIGNED[2][:-2] + b"/A 1 >>"})}, inside={2: (40, 0)})) == OLD


def test_a_form_without_fields_of_another_kind_may_say_how_text_looks() -> None:
    mixed = base(_16=fields(5, 6, 22, 23), _23=b"<< /FT /Tx /T (text) >>")
    looks = {4: more(4, b"/DA (/F 0 Tf)")}
    assert asked(update(base(), looks, trailer=TRAILER)) == ""
    assert asked(update(mixed, looks, trailer=TRAILER)) == "the form"


def test_a_widget_may_stand_in_its_field() -> None:
    within = base(_22=but(22, (b"[21 0 R]", b"[<< /Subtype /Widget /Rect [0 0 9 9] >>]")))
    signed = {22: sheet.text_of(within, 22)[:-2] + b"/V 30 0 R >>", NEW: VALUE}
    assert asked(update(within, signed, trailer=TRAILER)) == ""


def test_two_fields_of_one_name_cannot_be_compared() -> None:
    twice = base(_6=but(6, (b"seal", b"principal")))
    with pytest.raises(Damaged):
        asked(update(twice, {}, trailer=TRAILER))


def test_a_form_and_a_store_may_be_the_first() -> None:
    bare = document(PAGE | {1: b"<< /Type /Catalog /Pages 2 0 R >>"})
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 30 0 R /DSS << /Certs [32 0 R] /VRI << >> >> /Metadata 33 0 R >>",
        NEW: b"<< /Fields [31 0 R] /SigFlags 3 /DA (x) >>",
        31: FIELD,
        32: DATA,
        33: DATA,
    }
    assert asked(update(bare, objects)) == ""
    assert (
        asked(update(bare, objects | {3: SIGNED[3].replace(b"/Contents 15 0 R /Annots 14 0 R", b"/Annots [31 0 R]")}))
        == ""
    )


def test_a_page_tree_is_as_deep_as_may_be() -> None:
    def tree(levels: int) -> bytes:
        nodes = {
            100 + one: b"<< /Type /Pages /Kids [%d 0 R] /Parent %d 0 R /Count 1 >>"
            % (101 + one, 99 + one if one else 2)
            for one in range(levels)
        }
        page = {100 + levels: b"<< /Type /Page /Parent %d 0 R >>" % (99 + levels if levels else 2)}
        return document(SIGNED | {2: b"<< /Type /Pages /Kids [100 0 R] /Count 1 >>"} | nodes | page)

    deepest = MAX_TREE - 1
    assert asked(update(tree(deepest), {})) == ""
    with pytest.raises(Damaged):
        asked(update(tree(deepest + 1), {}))


def test_a_page_tree_that_loops_ends() -> None:
    loop = document(SIGNED | {2: b"<< /Kids [2 0 R] /Parent 2 0 R >>"})
    with pytest.raises(Damaged):
        asked(update(loop, {}))


@pytest.mark.parametrize("kind", [b"/Text", b"/FreeText", b"/Stamp", b"/Link"])
def test_a_new_signature_field_is_a_widget(kind: bytes) -> None:
    field = FIELD.replace(b"/Widget", kind)
    assert asked(update(base(), ADDED | {NEW: field, 14: fields(5, 6, NEW)}, trailer=TRAILER)) == "a signature field"
