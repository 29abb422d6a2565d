"""The genuine files that are forged: a transcript of two pages written by hand, so that every object has a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import sheet
from hostile import document, stream
from placed import place
from world import SIGNED, cast

from issuers import kit

CATALOG, PAGES, PAGE, FORM = 1, 2, 3, 4
PRINCIPAL, SEAL, NOTARY, NOTE, CLASS = 5, 6, 7, 8, 9
RESOURCES, CONTENT, FONT, ENCODING, UNICODE, WIDTHS = 10, 11, 12, 13, 14, 15
IMAGE, DRAWING, NOTE_LOOK, CLASS_LOOK = 16, 17, 18, 19
FILE, RECORD, GRAPHICS, GLYPHS, GLYPH = 20, 21, 22, 23, 24
WIDE_FONT, CID_FONT, DESCRIPTOR, PROGRAM = 25, 26, 27, 28
BACK, BACK_CONTENT, ANNOTATIONS = 29, 30, 31
SIZE = 32
"""Object numbers; `BACK` is the second page, `CLASS` a text field, `GLYPHS` a font of drawn characters."""

MARK = b"(TOAN 5.0)"
"""What the page says of the pupil's mathematics, and what a forger would rather have it say."""
BETTER = b"(TOAN 10.)"
"""Of the same length."""

TEXT = b"BT /F1 12 Tf 60 700 Td (SO DIEM) Tj 0 -20 Td %s Tj ET q /Dr Do Q q 9 0 0 9 60 620 cm /Im Do Q" % MARK

MAP = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange endcmap end"


def objects() -> dict[int, bytes]:
    """Every object of the unsigned transcript, by number."""
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 200 60] /Resources 10 0 R"
    look = stream(form, b"BT /F1 9 Tf 2 2 Td (12A1) Tj ET")
    image = b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    leaves = b"<< /EmbeddedFiles << /Names [ (transcript.json) 20 0 R ] >> >>"
    return {
        CATALOG: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R /AF [ 20 0 R ] /Names %s >>" % leaves,
        PAGES: b"<< /Type /Pages /Kids [ 3 0 R 29 0 R ] /Count 2 /MediaBox [0 0 595 842] /Resources 10 0 R >>",
        PAGE: b"<< /Type /Page /Parent 2 0 R /Contents 11 0 R /Annots 31 0 R >>",
        FORM: b"<< /Fields [ 5 0 R 6 0 R 7 0 R 9 0 R ] /SigFlags 3 /DA (/F1 9 Tf) /DR << /Font << /F1 12 0 R >> >> >>",
        PRINCIPAL: widget(b"principal", b"60 100 260 160"),
        SEAL: widget(b"school_seal", b"320 100 520 160"),
        NOTARY: widget(b"notary", b"0 0 0 0"),
        NOTE: b"<< /Type /Annot /Subtype /FreeText /Rect [60 500 260 520] /F 4 /Contents (Lop 12A1) /DA (/F1 9 Tf)"
        b" /AP << /N 18 0 R >> >>",
        CLASS: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (class) /V (12A1) /Ff 1 /F 4 /Rect [60 560 260 580]"
        b" /P 3 0 R /DA (/F1 9 Tf) /AP << /N 19 0 R >> >>",
        RESOURCES: b"<< /Font << /F1 12 0 R /F2 23 0 R /F3 25 0 R >> /XObject << /Im 16 0 R /Dr 17 0 R >>"
        b" /ExtGState << /G 22 0 R >> >>",
        CONTENT: stream(b"", TEXT),
        FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding 13 0 R /ToUnicode 14 0 R /FirstChar 48"
        b" /LastChar 57 /Widths 15 0 R >>",
        ENCODING: b"<< /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [ 53 /five ] >>",
        UNICODE: stream(b"", MAP),
        WIDTHS: b"[ %s]" % (b"556 " * 10),
        IMAGE: stream(image, b"\x80"),
        DRAWING: stream(form, b"BT /F1 12 Tf 60 9 Td (XEP LOAI: TRUNG BINH) Tj ET"),
        NOTE_LOOK: look,
        CLASS_LOOK: look,
        FILE: b"<< /Type /Filespec /F (transcript.json) /UF (transcript.json) /AFRelationship /Data"
        b" /EF << /F 21 0 R /UF 21 0 R >> >>",
        RECORD: stream(b"/Type /EmbeddedFile /Subtype /application#2fjson", sheet.RECORD),
        GRAPHICS: b"<< /Type /ExtGState /ca 1 /CA 1 >>",
        GLYPHS: b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 53"
        b" /LastChar 53 /Widths [ 9 ] /Encoding << /Differences [ 53 /five ] >> /CharProcs << /five 24 0 R >> >>",
        GLYPH: stream(b"", b"9 0 d0 0 0 9 9 re f"),
        WIDE_FONT: b"<< /Type /Font /Subtype /Type0 /BaseFont /Arial /Encoding /Identity-H /DescendantFonts [ 26 0 R ]"
        b" /ToUnicode 14 0 R >>",
        CID_FONT: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Arial /CIDToGIDMap /Identity "
        b" /FontDescriptor 27 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        DESCRIPTOR: b"<< /Type /FontDescriptor /FontName /Arial /Flags 4 /FontBBox [0 0 9 9] /ItalicAngle 0 /Ascent 9"
        b" /Descent 0 /CapHeight 9 /StemV 1 /FontFile2 28 0 R >>",
        PROGRAM: stream(b"/Length1 4", b"\x00\x01\x00\x00"),
        BACK: b"<< /Type /Page /Parent 2 0 R /Contents 30 0 R >>",
        BACK_CONTENT: stream(b"", b"BT /F1 12 Tf 60 700 Td (VAN 6.0) Tj ET"),
        ANNOTATIONS: b"[ 5 0 R 6 0 R 7 0 R 8 0 R 9 0 R ]",
    }


def widget(name: bytes, place: bytes) -> bytes:
    """An empty signature field."""
    return b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F 132 /Rect [ %s ] /P 3 0 R >>" % (name, place)


def unsigned(changes: Mapping[int, bytes] | None = None) -> bytes:
    """The transcript before anybody signs, and what differs."""
    return document(objects() | dict(changes or {}))


def signed_by(*names: str, pdf: bytes | None = None) -> bytes:
    """Signed by these of `principal`, `school_seal` and `notary`, in this order, by hand."""
    made = unsigned() if pdf is None else pdf
    for name in names:
        made = place(made, name, signer(name))
    return made


def signer(name: str) -> kit.Signer:
    """Whose field it is."""
    return {"principal": cast().principal, "school_seal": cast().seal, "notary": cast().teacher}[name]


@cache
def genuine() -> bytes:
    """Signed by principal and seal, as a signing tool does it: each field has a face."""
    return sheet.sign(half(), cast().seal, "school_seal")


@cache
def half() -> bytes:
    """Signed by the principal; the seal is still to come."""
    return sheet.sign(unsigned(), cast().principal, "principal")


@cache
def stamped() -> bytes:
    """Both signatures carry time-stamps of the ministry's authority."""
    made = sheet.sign(unsigned(), cast().principal, "principal", SIGNED)
    return sheet.sign(made, cast().seal, "school_seal", SIGNED)


def sealed(pdf: bytes) -> bytes:
    """The school's seal on what has become of the principal's file."""
    return signed_by("school_seal", pdf=pdf)


def value_of(pdf: bytes, field: int) -> int:
    """The number of a field's signature."""
    found = re.findall(rb"/V (\d+) 0 R", sheet.text_of(pdf, field))
    return int(found[-1])


def hole(pdf: bytes, last: bool = True) -> tuple[int, int]:  # noqa: FBT001, FBT002 - the last signature or the first
    """Where the value of a signature begins and ends, with its angle brackets."""
    begin = (pdf.rindex if last else pdf.index)(b"/Contents <") + len(b"/Contents ")
    return begin, pdf.index(b">", begin) + 1
