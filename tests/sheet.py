"""One-page transcripts made by hand: small enough to flip every byte, open to be bent in every way a case wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from pyhanko.pdf_utils import generic as pyhanko_objects
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from world import record, stamper

from issuers import kit

Change = Callable[[Any], None]
"""What an update does with a writer of pyHanko's, of which half the methods have no types."""
generic: Any = pyhanko_objects

RESERVED = 2 * 8192
"""Hex digits kept free for a signature: without a number, pyHanko signs twice to find out."""

RECORD = kit.canonical(record())
PLACES = {"principal": (60, 100, 260, 160), "school_seal": (320, 100, 520, 160), "notary": (0, 0, 0, 0)}


def sheet(
    *attached: bytes,
    fields: Sequence[str] = ("principal", "school_seal"),
    bend: Callable[[Pdf], None] | None = None,
    text: str = "SO DIEM",
) -> bytes:
    """One page with a line of text, the record (or what is given) attached, empty signature fields, then bent."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)))
    page.Contents = pdf.make_stream(f"BT /F1 12 Tf 60 700 Td ({text}) Tj ET".encode() if text else b"")
    form = Dictionary(Fields=Array(), SigFlags=3)
    page.Annots = Array()
    for name in fields:
        widget = pdf.make_indirect(field(name, PLACES[name], page))
        form.Fields.append(widget)
        page.Annots.append(widget)
    pdf.Root.AcroForm = pdf.make_indirect(form)
    for content in attached or (RECORD,):
        attach(pdf, content)
    if bend is not None:
        bend(pdf)
    return written(pdf)


def field(name: str, place: Sequence[float], page: Any) -> Dictionary:  # noqa: ANN401 - a page
    """An empty signature field with a widget."""
    made = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=name, F=132, Rect=Array(list(place)))
    made.P = page.obj
    return made


def attach(pdf: Pdf, content: bytes, *, listed: bool = True, filed: bool = True, name: str = "transcript.json") -> None:
    """Embed a file: in /AF (`listed`) and in the name tree (`filed`)."""
    stream = pdf.make_stream(content, Type=Name.EmbeddedFile, Subtype=Name("/application/json"))
    spec = pdf.make_indirect(
        Dictionary(Type=Name.Filespec, F=name, UF=name, EF=Dictionary(F=stream, UF=stream), AFRelationship=Name.Data)
    )
    root = pdf.Root
    if listed:
        root.AF = Array([*root.get("/AF", ()), spec])
    if filed:
        names = root.get("/Names", Dictionary()).get("/EmbeddedFiles", Dictionary()).get("/Names", ())
        root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([*names, name, spec])))


def written(pdf: Pdf, **options: Any) -> bytes:  # noqa: ANN401 - pikepdf's
    """The file as qpdf writes it, the same at every run."""
    out = BytesIO()
    pdf.save(out, static_id=True, compress_streams=False, **options)
    return out.getvalue()


def sign(
    pdf: bytes,
    signer: kit.Signer,
    name: str,
    at: datetime | None = None,
    *,
    sub_filter: SigSeedSubFilter = SigSeedSubFilter.PADES,
    certifies: MDPPerm | None = None,
    place: tuple[int, int, int, int] | None = None,
    change: Change | None = None,
) -> bytes:
    """One signature more, time-stamped `at` an instant or not at all.

    `place` makes a field that was not there; `change` changes something else in the same revision.
    """
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    if change is not None:
        change(writer)
    meta = PdfSignatureMetadata(
        field_name=name,
        subfilter=sub_filter,
        md_algorithm="sha256",
        certify=certifies is not None,
        docmdp_permissions=certifies or MDPPerm.FILL_FORMS,
    )
    spec = SigFieldSpec(name, on_page=0, box=place) if place else None
    pen = PdfSigner(meta, kit.CmsSigner(signer), timestamper=stamper(at), new_field_spec=spec)
    with patch.object(PdfSigner, "_enforce_certification_constraints"):  # it refuses what cases must judge
        signed: BytesIO = pen.sign_pdf(writer, bytes_reserved=RESERVED)
    return signed.getvalue()


def stamp(pdf: bytes, at: datetime, name: str | None = None, *, change: Change | None = None) -> bytes:
    """One document time-stamp more, in an invisible field of its own or in one that is there.

    `change` changes something else in the same revision.
    """
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    if change is not None:
        change(writer)
    timestamper = stamper(at)
    assert timestamper is not None
    stamped: BytesIO = PdfTimeStamper(timestamper, field_name=name).timestamp_pdf(
        writer, "sha256", bytes_reserved=RESERVED
    )
    return stamped.getvalue()


def updated(pdf: bytes, change: Change) -> bytes:
    """One revision more, that signs nothing."""
    writer: Any = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def append_field(writer: IncrementalPdfFileWriter, name: str, place: tuple[int, int, int, int]) -> None:
    """An empty, visible signature field more."""
    append_signature_field(writer, SigFieldSpec(name, on_page=0, box=place))


def appended(pdf: bytes, objects: Mapping[int, bytes], *, root: int = 1, size: int = 0) -> bytes:
    """One revision more, written by hand: these objects, a cross-reference table and a trailer, and nothing else."""
    body = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    table = b"xref\n"
    for number, content in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    before = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    size = size or max(size_of(pdf), *(number + 1 for number in objects))
    trailer = b"trailer\n<< /Root %d 0 R /Size %d /Prev %d >>\n" % (root, size, before)
    return body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(body)


def size_of(pdf: bytes) -> int:
    """One more than the highest object number."""
    return int(re.findall(rb"/Size (\d+)", pdf)[-1])


def text_of(pdf: bytes, number: int, missing: bytes | None = None) -> bytes:
    """The newest version of an object, as it stands in the file."""
    found = re.findall(rb"(?:^|\n)%d 0 obj\s(.*?)\sendobj" % number, pdf, re.DOTALL)
    if not found and missing is not None:
        return missing
    text: bytes = found[-1]
    return text


def stored(pdf: bytes, **kinds: Sequence[bytes]) -> bytes:
    """A document security store (`Certs`, `CRLs`, `OCSPs`) in a revision of its own, and no word about its time."""
    number = size_of(pdf)
    root = text_of(pdf, 1).removesuffix(b">>") + b"/DSS %d 0 R >>" % number
    objects = {1: root}
    told = b""
    for kind, ders in kinds.items():
        references = b""
        for der in ders:
            place = number + len(objects)
            objects[place] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(der), der)
            references += b"%d 0 R " % place
        told += b"/%s [ %s ] " % (kind.encode(), references)
    return appended(pdf, objects | {number: b"<< /Type /DSS %s >>" % told})
