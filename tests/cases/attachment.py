"""Where the record stands in the file: exactly one, in both places, in every signed revision. HB-1, section 4."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import sheet
import world
from pikepdf import Array, Dictionary, Name, Pdf
from sheet import generic
from world import cast

from cases import VALID, Given, case, each, expect, given
from cases.record import INCONSISTENT, NOT_IDENTIFIED, bent
from cases.time_table import half, plain
from issuers import kit


def alone(*, listed: bool, filed: bool, name: str = "transcript.json") -> Callable[[Pdf], None]:
    """The one attachment in these places."""

    def bend(pdf: Pdf) -> None:
        del pdf.Root.AF, pdf.Root.Names
        sheet.attach(pdf, sheet.RECORD, listed=listed, filed=filed, name=name)

    return bend


def another(content: bytes, **places: Any) -> Callable[[Pdf], None]:  # noqa: ANN401 - of `attach`
    """A second attachment."""
    return lambda pdf: sheet.attach(pdf, content, **places)


def two_streams(pdf: Pdf) -> None:
    pdf.Root.AF[0].EF.UF = pdf.make_stream(sheet.RECORD.replace(b'"version":1', b'"version":2'))


def two_names(pdf: Pdf) -> None:
    pdf.Root.AF[0].UF = "diploma.json"


def no_stream(pdf: Pdf) -> None:
    pdf.Root.AF[0].EF = Dictionary()


def annotated(pdf: Pdf) -> None:
    """A second record as an annotation on the page, where a reader clicks."""
    stream = pdf.make_stream(sheet.RECORD.replace(b'"version":1', b'"version":2'))
    spec = Dictionary(Type=Name.Filespec, F="transcript.json", UF="transcript.json", EF=Dictionary(F=stream, UF=stream))
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([60, 720, 80, 740]), FS=spec)
    pdf.pages[0].Annots.append(pdf.make_indirect(note))


OTHER = sheet.RECORD.replace(b'"version":1', b'"version":2')


@each(
    "Exactly one `transcript.json`, in /AF and in the name tree alike",
    "two records",
    rows={
        "in-both": (alone(listed=True, filed=True), VALID),
        "in-af-alone": (alone(listed=True, filed=False), INCONSISTENT),
        "in-the-name-tree-alone": (alone(listed=False, filed=True), INCONSISTENT),
        "in-neither": (alone(listed=False, filed=False), NOT_IDENTIFIED),
        "under-another-name": (alone(listed=True, filed=True, name="diploma.json"), NOT_IDENTIFIED),
        "in-capitals": (alone(listed=True, filed=True, name="Transcript.JSON"), INCONSISTENT),
        "twice-the-same": (another(sheet.RECORD), INCONSISTENT),
        "twice-and-different": (another(OTHER), INCONSISTENT),
        "a-second-in-af": (another(OTHER, filed=False), INCONSISTENT),
        "a-second-in-the-name-tree": (another(OTHER, listed=False), INCONSISTENT),
        "a-second-in-capitals": (another(OTHER, name="TRANSCRIPT.JSON"), INCONSISTENT),
        "beside-something-else": (another(b"hello", name="photo.txt"), VALID),
        "two-streams-in-one": (two_streams, INCONSISTENT),
        "two-names-in-one": (two_names, INCONSISTENT),
        "without-a-stream": (no_stream, INCONSISTENT),
        "and-an-annotation": (annotated, INCONSISTENT),
    },
)
def an_attachment(bend: Callable[[Pdf], None]) -> Given:
    """Two readers must find the same record, wherever they look."""
    return given(bent(bend))


@case("in /AF and in the name tree alike", expected=INCONSISTENT)
def different_records_in_the_two_places() -> Given:
    """One place says version 1, the other version 2."""

    def bend(pdf: Pdf) -> None:
        del pdf.Root.AF, pdf.Root.Names
        sheet.attach(pdf, sheet.RECORD, filed=False)
        sheet.attach(pdf, OTHER, listed=False)

    return given(bent(bend))


def indirect_af(pdf: Pdf) -> None:
    pdf.Root.AF = pdf.make_indirect(pdf.Root.AF)


def indirect_names(pdf: Pdf) -> None:
    pdf.Root.Names = pdf.make_indirect(pdf.Root.Names)


def indirect_tree(pdf: Pdf) -> None:
    pdf.Root.Names.EmbeddedFiles = pdf.make_indirect(pdf.Root.Names.EmbeddedFiles)


def tree_of_kids(pdf: Pdf) -> None:
    leaf = pdf.make_indirect(Dictionary(Names=pdf.Root.Names.EmbeddedFiles.Names, Limits=Array(["a", "z"])))
    pdf.Root.Names.EmbeddedFiles = Dictionary(Kids=Array([leaf]))


def indirect_leaves(pdf: Pdf) -> None:
    pdf.Root.Names.EmbeddedFiles.Names = pdf.make_indirect(pdf.Root.Names.EmbeddedFiles.Names)


def indirect_kids(pdf: Pdf) -> None:
    tree_of_kids(pdf)
    pdf.Root.Names.EmbeddedFiles.Kids = pdf.make_indirect(pdf.Root.Names.EmbeddedFiles.Kids)


def direct_specification(pdf: Pdf) -> None:
    spec = pdf.Root.AF[0]
    pdf.Root.AF = Array([copy(spec)])
    pdf.Root.Names.EmbeddedFiles.Names = Array(["transcript.json", copy(spec)])


def indirect_inside(pdf: Pdf) -> None:
    spec = pdf.Root.AF[0]
    spec.EF = pdf.make_indirect(spec.EF)
    spec.F = pdf.make_indirect(spec.F)


@each(
    "Exactly one `transcript.json`, in /AF and in the name tree alike",
    rows={
        "indirect-af": (indirect_af, VALID),
        "indirect-names": (indirect_names, VALID),
        "indirect-tree": (indirect_tree, VALID),
        "indirect-leaves": (indirect_leaves, VALID),
        "kids": (tree_of_kids, VALID),
        "indirect-kids": (indirect_kids, VALID),
        "direct-specification": (direct_specification, VALID),
        "indirect-inside": (indirect_inside, VALID),
    },
)
def an_attachment_written_by_another_tool(bend: Callable[[Pdf], None]) -> Given:
    """The same one record, with the references where other writers put them."""
    return given(bent(bend))


# Present and identical in the revision of every required signature.


def replaced(writer: Any) -> None:  # noqa: ANN401 - untyped
    """Another record in the same place."""
    spec = writer.root["/AF"][0]
    stream = generic.StreamObject(stream_data=OTHER)
    stream["/Type"] = generic.pdf_name("/EmbeddedFile")
    reference = writer.add_object(stream)
    spec["/EF"]["/F"] = spec["/EF"]["/UF"] = reference
    writer.update_container(spec)


def removed(writer: Any) -> None:  # noqa: ANN401 - untyped
    """No record any more."""
    del writer.root["/AF"], writer.root["/Names"]
    writer.update_root()


TAMPERED = expect("invalid", "MODIFIED_AFTER_SIGNING", "RECORD_INCONSISTENT")


@case("present and identical in the revision of every required signature", expected=TAMPERED)
def a_record_replaced_before_the_seal() -> Given:
    """The principal signed one record, the school sealed another; the register knows the second."""
    pdf = sheet.sign(sheet.updated(half(), replaced), cast().seal, "school_seal")
    digest = kit.digests(world.record(version=2), pdf).record_digest
    return given(pdf, versions=(world.registration(version=2, record_digest=digest),))


@case(
    "present and identical in the revision of every required signature",
    expected=INCONSISTENT,
)
def a_record_removed_before_the_seal() -> Given:
    """The principal signed a record, the school sealed a page without one."""
    return given(sheet.sign(sheet.updated(half(), removed), cast().seal, "school_seal"))


@case("present and identical in the revision of every required signature", expected=TAMPERED)
def a_record_added_before_the_seal() -> Given:
    """The principal signed a page without a record; it was attached before the seal."""

    def bend(pdf: Pdf) -> None:
        del pdf.Root.AF, pdf.Root.Names

    def add(writer: Any) -> None:  # noqa: ANN401 - untyped
        stream = generic.StreamObject(stream_data=sheet.RECORD)
        stream["/Type"] = generic.pdf_name("/EmbeddedFile")
        data = writer.add_object(stream)
        spec = generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/Filespec")})
        spec["/F"] = spec["/UF"] = generic.pdf_string("transcript.json")
        spec["/EF"] = generic.DictionaryObject({generic.pdf_name("/F"): data, generic.pdf_name("/UF"): data})
        reference = writer.add_object(spec)
        leaves = generic.ArrayObject([generic.pdf_string("transcript.json"), reference])
        tree = generic.DictionaryObject({generic.pdf_name("/Names"): leaves})
        writer.root["/AF"] = generic.ArrayObject([reference])
        writer.root["/Names"] = generic.DictionaryObject({generic.pdf_name("/EmbeddedFiles"): tree})
        writer.update_root()

    signed = sheet.sign(sheet.sheet(bend=bend), cast().principal, "principal")
    return given(sheet.sign(sheet.updated(signed, add), cast().seal, "school_seal"))


@case("the only visible change allowed", expected=expect("invalid", "MODIFIED_AFTER_SIGNING"))
def a_record_replaced_after_all() -> Given:
    """After the last signature: the record judged is the signed one, and the change is refused."""
    return given(sheet.updated(plain(), replaced))


@case(
    "present and identical in the revision of every required signature",
    expected=expect("invalid", "MODIFIED_AFTER_SIGNING"),
    shows=lambda report: report.transcript is not None and report.transcript.version == 1,
)
def a_record_replaced_with_a_document_time_stamp() -> Given:
    """A time-stamp signs no record: what it brings along is a change, and the record is the one of the signatures."""
    return given(sheet.stamp(plain(), world.SIGNED, change=replaced))
