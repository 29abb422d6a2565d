"""What qpdf says the file is: pages, signature fields, active content; and whether a reader sees text on it.

The second opinion beside pyHanko's: where the two disagree, nobody knows what a clerk's viewer would show.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

from verify.attachment import likeness

MAX_OBJECTS = 200_000
"""Objects in a file of MAX_UPLOAD_BYTES that is a transcript: a few hundred."""
MAX_FIELDS = 512
MAX_DEPTH = 16
MAX_TEXT_PAGES = 20
"""Pages searched for visible text: one visible word decides, and a transcript has three to ten pages."""
NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix", "/Desc")
"""Keys of a file specification under which some reader looks for its name."""
INVISIBLE = 3
"""Text rendering mode of an OCR layer: it is no text that a reader sees (HB-1, 5)."""

ACTIVE = {
    "javascript": re.compile(rb"/(JavaScript|JS)(?![A-Za-z0-9])"),
    "xfa": re.compile(rb"/XFA(?![A-Za-z0-9])"),
    "launch": re.compile(rb"/(Launch|ImportData|SubmitForm|Rendition|RichMedia|RichMediaExecute)(?![A-Za-z0-9])"),
    "visibility": re.compile(rb"/(SetOCGState|Hide)(?![A-Za-z0-9])"),
}
"""Names that only active content uses: searched in each object as qpdf writes it, escapes undone, outside strings."""
STRING = re.compile(rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<[0-9A-Fa-f\s]*>", re.DOTALL)
EMBEDDED = re.compile(rb"/EF(?![A-Za-z0-9])")
OPTIONAL = re.compile(rb"/OCProperties(?![A-Za-z0-9])")
SIGNATURE = re.compile(rb"/ByteRange(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Structure:
    """A file as qpdf reads it; `failed` says why it could not (`password`, `damaged`, `encrypted`, `limit`).

    `signatures` are (field name, SHA-256 of /Contents) of every filled signature field; `stray` that a signature
    stands outside the form; `active` the kinds of active content; `records` how many objects embed a file
    under the record's name, wherever a reader may find them; `optional` that
    it has optional content, so that what is seen hangs on a switch.
    """

    pages: int = 0
    signatures: tuple[tuple[str, str], ...] = ()
    records: int = 0
    optional: bool = False
    stray: bool = False
    active: tuple[str, ...] = ()
    visible_text: bool = False
    failed: str = ""


def read_structure(content: bytes) -> Structure:
    """Read the structure without repairing anything. Never raises for a malformed file."""
    try:
        # Bytes in memory: no file is opened.
        with pikepdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                return Structure(failed="encrypted")
            if len(pdf.objects) > MAX_OBJECTS:
                return Structure(failed="limit")
            filled = _signatures(pdf)
            signatures = tuple((name, digest) for name, digest, _ in filled)
            scan = _scan(pdf)
            return Structure(
                pages=len(pdf.pages),
                signatures=signatures,
                records=scan.records,
                optional=scan.optional,
                stray=scan.signatures > len({contents for _, contents in signatures}),
                active=scan.active,
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


@dataclass(frozen=True, slots=True)
class _Scan:
    """What stands in any object of the file, reachable or not."""

    active: tuple[str, ...]
    signatures: int
    records: int
    optional: bool


def _scan(pdf: pikepdf.Pdf) -> _Scan:
    """Search every object for the names that matter, outside strings and with name escapes undone."""
    kinds, signatures, records, optional = set(), 0, 0, False
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream):
            text = one.stream_dict.unparse(resolved=True)
        elif isinstance(one, (pikepdf.Dictionary, pikepdf.Array)):
            text = one.unparse(resolved=True)
        else:
            continue
        bare = STRING.sub(b"()", text)
        signatures += SIGNATURE.search(bare) is not None
        records += EMBEDDED.search(bare) is not None and _embeds(one, 0)
        optional = optional or OPTIONAL.search(bare) is not None
        kinds |= {kind for kind, pattern in ACTIVE.items() if pattern.search(bare)}
    return _Scan(tuple(sorted(kinds)), signatures, records, optional)


def _embeds(held: Any, depth: int) -> bool:  # noqa: ANN401 - a PDF object
    """Whether an object is or directly holds a file specification that a reader might take for the record's."""
    if depth > MAX_DEPTH or not isinstance(held, (pikepdf.Dictionary, pikepdf.Array)):
        return False
    if isinstance(held, pikepdf.Array):
        return any(_embeds(one, depth + 1) for one in _direct(held))
    if "/EF" in held and any(likeness(str(held[key])) for key in NAMES if key in held):
        return True
    return any(_embeds(one, depth + 1) for one in _direct(held.values()))


def _direct(held: Iterable[Any]) -> Iterator[Any]:
    """The containers among these that are written in place: referenced ones are objects of their own."""
    return (one for one in held if isinstance(one, (pikepdf.Dictionary, pikepdf.Array)) and not one.is_indirect)


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
