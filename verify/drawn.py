"""What pdfium makes of a file: the third opinion on what it is, and the first on what a clerk sees.

Our reader (`document.py`) and qpdf (`structure.py`) go by the cross-references. pdfium, which is in most browsers,
mends and guesses as browsers do: if it counts other pages or finds a signature that we do not, a clerk may be shown
something else than what was judged. And pages of two revisions are drawn and compared: the revision rule
(`updates.py`) says that an update changed nothing that is seen; here somebody looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ctypes import byref, c_int, create_string_buffer
from dataclasses import dataclass
from typing import Any

import pypdfium2
from PIL import Image, ImageChops, ImageDraw
from pypdfium2 import raw

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""

MAX_PAGES = 20
"""Pages that are drawn: a transcript has three to ten."""
MAX_SIGNATURES = 512
"""Signature fields that are asked for, as many as our reader walks."""
DPI, POINTS_PER_INCH = 50, 72
"""A grade in eight points is five pixels high: another digit is another picture."""
MAX_PIXELS = 2_000_000
"""Of one page: a wall map would fill the worker's memory."""
EDGE = 2
"""Pixels around a rectangle that belong to it: lines have a width, and their edges are smoothed."""
NEAR = 0.05
"""Points by which two ways to write the same rectangle may differ."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file as pdfium reads it: pages, and SHA-256 of /Contents of each filled signature at the top of the form."""

    pages: int = 0
    signatures: tuple[str, ...] = ()
    failed: bool = False


def read_drawn(content: bytes) -> Drawn:
    """What pdfium says the file is. Never raises for a malformed file."""
    try:
        with _opened(content, faces=False) as pdf:
            count = raw.FPDF_GetSignatureCount(pdf)
            if not 0 <= count <= MAX_SIGNATURES:
                return Drawn(failed=True)
            found = (_contents(raw.FPDF_GetSignatureObject(pdf, index)) for index in range(count))
            return Drawn(len(pdf), tuple(hashlib.sha256(one).hexdigest() for one in found if one))
    except pypdfium2.PdfiumError:
        return Drawn(failed=True)


def pages_unlike(before: bytes, after: bytes, spared: Iterable[Rectangle]) -> tuple[int, ...]:
    """The pages, counted from one, that two revisions show differently outside of the spared widgets of the later one.

    A page that only one of them has, or that cannot be drawn, is unlike.
    """
    rectangles = tuple(spared)
    try:
        with _opened(before) as old, _opened(after) as new:
            most = min(max(len(old), len(new)), MAX_PAGES)
            shared = min(len(old), len(new), most)
            unlike = [index for index in range(shared) if not _alike(old[index], new[index], rectangles)]
            return tuple(index + 1 for index in (*unlike, *range(shared, most)))
    except pypdfium2.PdfiumError:
        return (1,)


@contextmanager
def _opened(content: bytes, *, faces: bool = True) -> Iterator[Any]:
    """A file in pdfium; `faces`: with what signatures show of themselves."""
    pdf = pypdfium2.PdfDocument(content)
    try:
        if faces and pdf.get_formtype() == raw.FORMTYPE_ACRO_FORM:
            pdf.init_forms()  # without it widgets are not drawn
        yield pdf
    finally:
        pdf.close()


def _contents(signature: Any) -> bytes:  # noqa: ANN401 - a handle of pdfium
    """/Contents of a signature; nothing for a field that is not signed."""
    size = raw.FPDFSignatureObj_GetContents(signature, None, 0)
    buffer = create_string_buffer(size)
    raw.FPDFSignatureObj_GetContents(signature, buffer, size)
    return buffer.raw


def _alike(old: Any, new: Any, spared: tuple[Rectangle, ...]) -> bool:  # noqa: ANN401 - pages of pdfium
    before, after = _bitmap(old), _bitmap(new)
    if (before.width, before.height) != (after.width, after.height):
        return False
    if bytes(before.buffer) == bytes(after.buffer):
        return True
    pictures: tuple[Image.Image, ...] = (before.to_pil(), after.to_pil())
    for area in _areas(new, pictures[1].size, spared):
        for picture in pictures:
            ImageDraw.Draw(picture).rectangle(area, fill=0)
    return ImageChops.difference(*pictures).getbbox() is None


def _bitmap(page: Any) -> Any:  # noqa: ANN401 - of pdfium
    """A page in grey: what differs in hue alone says the same."""
    width, height = page.get_size()
    scale = min(DPI / POINTS_PER_INCH, (MAX_PIXELS / (width * height)) ** 0.5)
    return page.render(scale=scale, grayscale=True)


def _areas(page: Any, size: tuple[int, int], spared: tuple[Rectangle, ...]) -> Iterator[tuple[int, int, int, int]]:  # noqa: ANN401
    """Where on the picture of a page its spared widgets stand: left, top, right, bottom in pixels."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        held = raw.FS_RECTF()
        is_widget = raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET
        if is_widget and raw.FPDFAnnot_GetRect(annotation, held) and _is_one_of(held, spared):
            corners = [_pixel(page, size, x, y) for x, y in ((held.left, held.bottom), (held.right, held.top))]
            (left, right), (top, bottom) = (sorted(one) for one in zip(*corners, strict=True))
            yield left - EDGE, top - EDGE, right + EDGE, bottom + EDGE
        raw.FPDFPage_CloseAnnot(annotation)


def _is_one_of(held: Any, spared: tuple[Rectangle, ...]) -> bool:  # noqa: ANN401 - a rectangle of pdfium
    sides = _sorted((held.left, held.bottom, held.right, held.top))
    return any(all(abs(one - other) < NEAR for one, other in zip(sides, _sorted(each), strict=True)) for each in spared)


def _sorted(rectangle: Rectangle) -> tuple[float, ...]:
    """Across first, then upwards: any two opposite corners may be given."""
    return (*sorted(rectangle[::2]), *sorted(rectangle[1::2]))


def _pixel(page: Any, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:  # noqa: ANN401
    across, down = c_int(), c_int()
    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, byref(across), byref(down))
    return across.value, down.value
