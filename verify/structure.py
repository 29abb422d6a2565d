"""What qpdf says the file is: pages and signature fields; and whether a reader sees text on it.

The second opinion beside our own reader's: where the two disagree, nobody knows what a clerk's viewer would show.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import settings
from pypdfium2 import raw

from verify.xref import MAX_DECODED, MAX_OBJECTS

MAX_FIELDS = 512
MAX_DEPTH = 16
MAX_TEXT_PAGES = 20
"""Pages searched for visible text: one visible word decides, and a transcript has three to ten pages."""
settings.set_qpdf_limits(
    flate_max_memory=MAX_DECODED,
    png_max_memory=MAX_DECODED,
    tiff_max_memory=MAX_DECODED,
    run_length_max_memory=MAX_DECODED,
    dct_max_memory=MAX_DECODED,
)
# For all of the process, and before it opens anything: streams of cross-references are bombs as well as any others.
INVISIBLE = 3
"""Text rendering mode of an OCR layer: it is no text that a reader sees (HB-1, 5)."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A file as qpdf reads it; `failed` says why it could not (`password`, `damaged`, `limit`).

    `signatures` are (field name, SHA-256 of /Contents) of every filled signature field; `visible_text` is only asked of
    a file without signatures.
    """

    pages: int = 0
    signatures: tuple[tuple[str, str], ...] = ()
    visible_text: bool = False
    failed: str = ""


def read_structure(content: bytes) -> Structure:
    """Read the structure without repairing anything. Never raises for a malformed file."""
    try:
        # Bytes in memory: no file is opened.
        with pikepdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            if int(pdf.trailer["/Size"]) > MAX_OBJECTS:
                return Structure(failed="limit")
            filled = _signatures(pdf)
            signatures = tuple((name, digest) for name, digest, _ in filled)
            return Structure(
                pages=len(pdf.pages),
                signatures=signatures,
                visible_text=all(stamp for *_, stamp in filled) and len(pdf.pages) > 0 and _visible_text(content),
            )
    except pikepdf.PasswordError:
        return Structure(failed="password")
    except (
        pikepdf.PdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        RuntimeError,
    ):
        return Structure(failed="damaged")


def _signatures(pdf: pikepdf.Pdf) -> list[tuple[str, str, bool]]:
    """Filled signature fields of the form: full name, SHA-256 of /Contents, whether a document time-stamp."""
    form: Any = pdf.Root.get("/AcroForm")
    listed = form.get("/Fields", []) if form is not None else []
    queue: list[tuple[Any, str, Any, int]] = [(one, "", None, 0) for one in listed]
    found: list[tuple[str, str, bool]] = []
    for _ in range(MAX_FIELDS):
        if not queue:
            return found
        field, prefix, inherited, depth = queue.pop()
        kind = field.get("/FT", inherited)
        name = ".".join(part for part in (prefix, str(field.get("/T", ""))) if part)
        if depth < MAX_DEPTH:
            queue += [(kid, name, kind, depth + 1) for kid in field.get("/Kids", []) if "/T" in kid]
        if kind == "/Sig" and "/V" in field:
            value = field["/V"]
            contents = bytes(value["/Contents"]) if "/Contents" in value else b""
            stamp = value.get("/Type") == "/DocTimeStamp" or value.get("/SubFilter") == "/ETSI.RFC3161"
            found.append((name, hashlib.sha256(contents).hexdigest(), stamp))
    raise ValueError("too many fields")


def _visible_text(content: bytes) -> bool:
    """Whether any text object of the first pages is drawn: not in the rendering mode of an OCR layer."""
    document = pypdfium2.PdfDocument(content)
    try:
        for index in range(min(len(document), MAX_TEXT_PAGES)):
            page = document[index]
            for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=MAX_DEPTH):
                if raw.FPDFTextObj_GetTextRenderMode(item.raw) != INVISIBLE:
                    return True
        return False
    finally:
        document.close()
