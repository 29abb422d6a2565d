"""What pdfium makes of a file: the third opinion on what it is, and the first on what a clerk sees.

Our reader (`document.py`) and qpdf (`structure.py`) go by the cross-references. pdfium, which is in most browsers,
mends and guesses as browsers do: if it counts other pages or finds a signature that we do not, a clerk may be shown
something else than what was judged. And pages of two revisions are drawn and compared: the revision rule
(`updates.py`) says that an update changed nothing that is seen; here somebody looks. The same small pictures show where
a QR code may stand (`scan.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from ctypes import byref, c_int, create_string_buffer
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import pypdfium2
from PIL import Image, ImageChops, ImageDraw
from pypdfium2 import raw

from verify.appended import WHITE

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""
Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels of a small picture."""

MAX_PAGES = 60
"""Pages that are compared, at 12 ms a pair: a transcript has three to ten."""
MAX_SIGNATURES = 512
"""Signature fields that are asked for, as many as our reader walks."""
CLOSE_DPI, POINTS_PER_INCH = 150, 72
"""A code of 30 mm in version 14 has two pixels a module: drawn by a program it is sharp, and they are enough."""
MAX_PIXELS = 10_000_000
"""Of a whole page seen closely; A4 has 2.2 million. A wall map would fill the worker's memory, and is drawn smaller."""
REDUCED = 0.32
"""How much smaller than that a small picture is: 48 dpi. A grade in eight points is five pixels high: another digit is
another picture."""
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


class Drawing:
    """A file in pdfium, to be looked at: each page is drawn small once, in grey, for what differs in hue says the same.

    Opened when something is asked of it. Raises pypdfium2.PdfiumError if it cannot be opened or a page cannot be drawn.
    """

    def __init__(self, content: bytes, *, faces: bool = True) -> None:
        """`faces`: with what signatures show of themselves."""
        self.content = content
        self._faces = faces
        self._small: dict[int, Image.Image] = {}
        self._earlier: dict[int, Drawing] = {}

    def __enter__(self) -> Self:
        """Nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give back what pdfium holds, of what it was earlier, too."""
        for one in (self, *self._earlier.values()):
            if "pdf" in one.__dict__:
                one.pdf.close()

    def __len__(self) -> int:
        """The number of pages."""
        return len(self.pdf)

    @cached_property
    def pdf(self) -> Any:  # noqa: ANN401 - pypdfium2 ships no types
        """The document."""
        pdf = pypdfium2.PdfDocument(self.content)
        if self._faces and pdf.get_formtype() == raw.FORMTYPE_ACRO_FORM:
            pdf.init_forms()  # without it widgets are not drawn
        return pdf

    def until(self, end: int) -> Drawing:
        """The file as it was when it ended there: itself, if nothing was added but white space."""
        if not self.content[end:].strip(WHITE):
            return self
        return self._earlier.setdefault(end, Drawing(self.content[:end]))

    def small(self, index: int) -> Image.Image:
        """A page in mode L, at REDUCED."""
        if index not in self._small:
            page = self.pdf[index]
            self._small[index] = page.render(scale=_scale(page) * REDUCED, grayscale=True).to_pil()
        return self._small[index]

    def close(self, index: int, box: Box) -> Image.Image:
        """What stands in a box of the small picture, seen closely."""
        page = self.pdf[index]
        scale = _scale(page)
        width, height = page.get_size()
        left, top, right, bottom = (side / (scale * REDUCED) for side in box)
        crop = (left, max(height - bottom, 0), max(width - right, 0), top)
        image: Image.Image = page.render(scale=scale, crop=crop, grayscale=True).to_pil()
        return image


def read_drawn(content: bytes) -> Drawn:
    """What pdfium says the file is. Never raises for a malformed file."""
    try:
        with Drawing(content, faces=False) as drawing:
            count = raw.FPDF_GetSignatureCount(drawing.pdf)
            if not 0 <= count <= MAX_SIGNATURES:
                return Drawn(failed=True)
            found = (_contents(raw.FPDF_GetSignatureObject(drawing.pdf, index)) for index in range(count))
            return Drawn(len(drawing), tuple(hashlib.sha256(one).hexdigest() for one in found if one))
    except pypdfium2.PdfiumError:
        return Drawn(failed=True)


def pages_unlike(before: Drawing, after: Drawing, spared: Iterable[Rectangle]) -> tuple[int, ...]:
    """The pages, counted from one, that two revisions show differently outside of the spared widgets of the later one.

    A page that only one of them has, or that cannot be drawn, is unlike; so is the first one behind MAX_PAGES.
    """
    rectangles = tuple(one for one in spared if one[0] != one[2] and one[1] != one[3])
    try:
        shared, most = min(len(before), len(after), MAX_PAGES), min(max(len(before), len(after)), MAX_PAGES + 1)
        unlike = [index for index in range(shared) if not _alike(before, after, index, rectangles)]
        return tuple(index + 1 for index in (*unlike, *range(shared, most)))
    except pypdfium2.PdfiumError:
        return (1,)


def _scale(page: Any) -> float:  # noqa: ANN401 - as above
    """Pixels a point of a page that is seen closely."""
    width, height = page.get_size()
    scale: float = min(CLOSE_DPI / POINTS_PER_INCH, (MAX_PIXELS / (width * height)) ** 0.5)
    return scale


def _contents(signature: Any) -> bytes:  # noqa: ANN401 - a handle of pdfium
    """/Contents of a signature; nothing for a field that is not signed."""
    size = raw.FPDFSignatureObj_GetContents(signature, None, 0)
    buffer = create_string_buffer(size)
    raw.FPDFSignatureObj_GetContents(signature, buffer, size)
    return buffer.raw


def _alike(before: Drawing, after: Drawing, index: int, spared: tuple[Rectangle, ...]) -> bool:
    pictures = before.small(index), after.small(index)
    if pictures[0].size != pictures[1].size:
        return False
    if pictures[0].tobytes() == pictures[1].tobytes():
        return True
    copies = tuple(one.copy() for one in pictures)
    for area in _areas(after.pdf[index], copies[1].size, spared):
        for copy in copies:
            ImageDraw.Draw(copy).rectangle(area, fill=0)
    return ImageChops.difference(*copies).getbbox() is None


def _areas(page: Any, size: tuple[int, int], spared: tuple[Rectangle, ...]) -> Iterator[Box]:  # noqa: ANN401
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
