"""What an update may write anew: each thing on the list, and what is not, asked of the list alone."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import world
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from verify.overrides import replaced, same

Bend = Callable[[IncrementalPdfFileWriter], None]


def updated(pdf: bytes, *bends: Bend) -> bytes:
    """The file with one update a bend."""
    for bend in bends:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        bend(writer)
        out = BytesIO()
        writer.write(out)
        pdf = out.getvalue()
    return pdf


def asked(pdf: bytes) -> str:
    """What the list says of the last revision."""
    reader = PdfFileReader(BytesIO(pdf))
    last = reader.xrefs.total_revisions - 1
    return replaced(reader.get_historical_resolver(last - 1), reader.get_historical_resolver(last), {})


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
    writer.update_root()


def security_store(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/DSS"]["/Certs"] = generic.ArrayObject()
    writer.update_container(writer.root["/DSS"])


CASES: dict[str, tuple[tuple[Bend, ...], str]] = {
    "nothing-old": ((nothing_old,), ""),
    "the-catalog": ((catalog,), ""),
    "the-security-store": ((catalog, security_store), ""),
    "information": ((information,), ""),
    "information-once-more": ((information, information), ""),
    "an-annotation-more": ((noted,), ""),
    "another-order-of-annotations": ((noted, noted, reordered), "a page"),
    "the-content-of-a-page": ((content,), "an object that was there before"),
    "a-page-turned": ((rotated,), "a page"),
    "a-page-resized": ((resized,), "a page"),
    "a-page-gone": ((unreadable_page,), "a page"),
    "information-with-more-than-text": ((information, enriched), "document information"),
}


@pytest.mark.parametrize(("bends", "why"), CASES.values(), ids=CASES)
def test_the_list(bends: tuple[Bend, ...], why: str) -> None:
    assert asked(updated(world.unsigned(), *bends)) == why


def test_another_generation_of_a_number_is_a_replacement() -> None:
    base = updated(world.unsigned(), nothing_old)
    reader = PdfFileReader(BytesIO(base))
    data = reader.xrefs.get_xref_data(1)
    number = next(iter(reader.xrefs.get_xref_data(0).standard_xrefs))
    data.explicit_refs_in_revision.add((number, 1))
    old, new = (reader.get_historical_resolver(index) for index in (0, 1))
    assert replaced(old, new, {}) == "another generation of an object"


def test_a_pages_parent_is_the_node_that_lists_it() -> None:
    def astray(writer: IncrementalPdfFileWriter) -> None:
        page(writer)["/Parent"] = writer.add_object(generic.DictionaryObject())
        writer.update_container(page(writer))

    with pytest.raises(PdfReadError):
        asked(updated(world.unsigned(), astray, information))


def test_a_page_tree_is_bounded() -> None:
    def deep(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/Pages"]["/Kids"] = generic.ArrayObject([generic.NumberObject(1)])
        writer.update_container(writer.root["/Pages"])

    with pytest.raises(PdfReadError):
        asked(updated(world.unsigned(), deep, information))


ONE, TWO = generic.NumberObject(1), generic.NumberObject(2)
NAME = generic.pdf_name("/A")
UNLIKE = {
    "numbers": (ONE, TWO),
    "kinds": (ONE, generic.FloatObject("1.0")),
    "arrays": (generic.ArrayObject([ONE]), generic.ArrayObject([TWO])),
    "lengths": (generic.ArrayObject([ONE]), generic.ArrayObject([ONE, ONE])),
    "array-and-number": (generic.ArrayObject([ONE]), ONE),
    "keys": (generic.DictionaryObject({NAME: ONE}), generic.DictionaryObject()),
    "dictionary-and-number": (generic.DictionaryObject(), ONE),
    "references": (generic.IndirectObject(1, 0, None), generic.IndirectObject(2, 0, None)),
    "reference-and-value": (generic.IndirectObject(1, 0, None), ONE),
    "value-and-reference": (ONE, generic.IndirectObject(1, 0, None)),
}


@pytest.mark.parametrize(("old", "new"), UNLIKE.values(), ids=UNLIKE)
def test_what_is_unlike_is_not_the_same(old: generic.PdfObject, new: generic.PdfObject) -> None:
    assert not same(old, new)
    assert same(old, old)
