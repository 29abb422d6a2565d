"""What an update may write anew or add: each thing on the list, and what is not, asked of the rule alone."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sheet
import world
from corpus.update import update
from hostile import PAGE, document, stream
from pyhanko.pdf_utils import generic as pyhanko_objects
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from verify.document import Document
from verify.fields import Form, read_form
from verify.syntax import Damaged, Ref, Stream
from verify.updates import described, refused, same

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
    "kinds": (1, 1.0),
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
}


@pytest.mark.parametrize(("old", "new"), UNLIKE.values(), ids=UNLIKE)
def test_what_is_unlike_is_not_the_same(old: object, new: object) -> None:
    assert not same(old, new)
    assert same(old, old)
    assert same(new, new)
