"""QR codes out of pictures and scanned pages: two decoders on a ladder of attempts, and never a guess.

A code is read as a text or not at all; what the text is worth is not asked here. There is no clock: every attempt is
bounded in pixels, and the worker that runs it in time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pypdfium2
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps

from verify.drawn import Drawing
from verify.evidence import Unreadable
from verify.glance import place_of_codes
from verify.picture import open_picture, scaled
from verify.qr import Refused, read_text

MAX_PAGES = 20
"""A transcript has three to ten pages; more is several transcripts in one file, to be split."""

MAX_CODES = 64
"""Different codes in one document: a sheet full of them is no transcript."""

MIN_DIGITS = 204
"""The shortest envelope has 84 bytes."""

PAGE_DPI, FINE_DPI = 200, 300
"""A code of 30 mm in version 14 has three pixels a module at 200 dpi; scanners deliver 300."""

MAX_PAGE_PIXELS = 10_000_000
"""A4 at 300 dpi is 8.7 million; a larger page is drawn smaller."""

MAX_WORK = 30_000_000
"""Pixels that all attempts beyond the first may look at, in one document: about half a second."""

QR = zxingcpp.barcode_formats_from_str("QRCode")
GLOBAL = zxingcpp.Binarizer.GlobalHistogram
POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class Scan:
    """The texts of all codes found, each once, in the order of finding.

    `ours` look like codes of transcripts (docs/qr.md, 1), sound or not; `foreign` are all others. A code that is spread
    over several symbols is not put together: each part is a text, and the parts of one of ours are broken ones.
    """

    ours: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rung: the picture at `scale`, prepared, put before one decoder; skipped if it would exceed `most` pixels.

    A picture too large for an attempt that does not enlarge is reduced to `most`.
    """

    decode: Callable[[Image.Image], list[str]]
    prepare: Callable[[Image.Image], Image.Image]
    scale: float = 1
    most: int = 4_000_000


@dataclass(slots=True)
class _Finds:
    """What was found so far, and how many pixels may still be looked at."""

    ours: dict[str, None] = field(default_factory=dict)
    foreign: dict[str, None] = field(default_factory=dict)
    work: int = MAX_WORK

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            (self.ours if is_ours(text) else self.foreign)[text] = None
            if len(self.ours) + len(self.foreign) > MAX_CODES:
                raise Unreadable("limit", "codes")


def is_ours(text: str) -> bool:
    """Whether a text looks like a transcript's code; it may be broken all the same.

    A few digits without an address are anybody's, a pupil's card or a parcel: no envelope fits into them.
    """
    try:
        host, digits = read_text(text)
    except Refused:
        return False
    return host is not None or len(digits) >= MIN_DIGITS


def scan_picture(content: bytes, *, any_code: bool = False) -> Scan:
    """All codes of a picture. Raises Unreadable: what `open_picture` raises, and the limit `codes`.

    The ladder ends with the first attempt that finds a code of ours; with `any_code` also with a foreign one.
    """
    finds = _Finds()
    _look(open_picture(content), finds)
    _climb(lambda: [open_picture(content)], finds, any_code=any_code)
    return Scan(tuple(finds.ours), tuple(finds.foreign))


def scan_pages(content: bytes) -> Scan:
    """All codes on the pages of a PDF that is paper, as a scanner delivers it.

    Every page is looked at, whatever was found before it. Raises Unreadable: `unreadable`, `password`, and the limits
    `pages` and `codes`.
    """
    finds = _Finds()
    with _opening(Drawing(content, faces=False)) as drawing:
        for page in _pages(drawing, PAGE_DPI):
            _look(page, finds)
        _climb(lambda: _pages(drawing, FINE_DPI), finds, any_code=False)
    return Scan(tuple(finds.ours), tuple(finds.foreign))


def scan_drawn(drawing: Drawing) -> Scan:
    """All codes that a program drew on the pages of a PDF, at one look a page.

    It is a close one where a small one shows that a code of ours may stand (`glance.py`), at all of the page if nothing
    is read there: decoders see more or less with what is around a code. Raises as `scan_pages` does.
    """
    finds = _Finds()
    with _opening(drawing):
        for index in range(len(drawing)):
            small = drawing.small(index)
            box = place_of_codes(small)
            if box is not None and not _look(drawing.close(index, box), finds):
                _look(drawing.close(index, (0, 0, *small.size)), finds)
    return Scan(tuple(finds.ours), tuple(finds.foreign))


@contextmanager
def _opening(drawing: Drawing) -> Iterator[Drawing]:
    """A file's pages, if they are not too many. What pdfium raises is Unreadable."""
    try:
        if len(drawing) > MAX_PAGES:
            raise Unreadable("limit", "pages")
        yield drawing
    except pypdfium2.PdfiumError as error:
        password = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Unreadable("password" if password else "unreadable") from None


def _pages(drawing: Drawing, dpi: int) -> Iterator[Image.Image]:
    for page in drawing.pdf:
        width, height = page.get_size()
        scale = min(dpi / POINTS_PER_INCH, (MAX_PAGE_PIXELS / (width * height)) ** 0.5)
        yield page.render(scale=scale, grayscale=True).to_pil()


def _look(image: Image.Image, finds: _Finds) -> bool:
    """The first attempt, on most pictures the only one: whether it finds anything."""
    texts = _zxing(image)
    finds.add(texts)
    return bool(texts)


def _climb(images: Callable[[], Iterable[Image.Image]], finds: _Finds, *, any_code: bool) -> None:
    """The further attempts, until one of them finds a code or the work is used up."""
    if finds.ours or (any_code and finds.foreign):
        return
    for image in images():
        for attempt in LADDER:
            view = _view(image, attempt)
            if view is None:
                continue
            finds.work -= view.width * view.height
            if finds.work < 0:
                return
            finds.add(attempt.decode(attempt.prepare(view)))
            if finds.ours or (any_code and finds.foreign):
                return


def _view(image: Image.Image, attempt: Attempt) -> Image.Image | None:
    """The picture as the attempt wants it, None if that is too large."""
    room = (attempt.most / (image.width * image.height)) ** 0.5
    if attempt.scale > max(room, 1):
        return None
    factor = min(attempt.scale, room)
    return image if factor == 1 else scaled(image, factor)


def _zxing(image: Image.Image, binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage) -> list[str]:
    found = zxingcpp.read_barcodes(image, formats=QR, text_mode=zxingcpp.TextMode.Plain, binarizer=binarizer)
    return [one.text for one in found if one.text]


def _zxing_global(image: Image.Image) -> list[str]:
    return _zxing(image, GLOBAL)


def _zbar(image: Image.Image) -> list[str]:
    """The second decoder, where its library is installed. It corrupts binary codes, so only texts are taken."""
    try:
        from pyzbar import pyzbar  # noqa: PLC0415 - its import needs libzbar0, which may be missing

        found = pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except (ImportError, ValueError, ZeroDivisionError):  # ValueError: a code spread over several symbols
        return []
    return [one.data.decode() for one in found if one.data and one.data.isascii()]


def _unchanged(image: Image.Image) -> Image.Image:
    return image


def _thresholded(image: Image.Image) -> Image.Image:
    """Black where a pixel is clearly darker than its surroundings: shadows and gradients go."""
    around = image.filter(ImageFilter.BoxBlur(max(image.size) // 20))
    return ImageChops.subtract(around, image).point(lambda value: 0 if value > 4 else 255)  # noqa: PLR2004 - noise


def _by(kernel: ImageFilter.Filter) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.filter(kernel)


LADDER = (
    Attempt(_zxing, _by(ImageFilter.UnsharpMask(2, 400, 0))),
    Attempt(_zxing, _by(ImageFilter.UnsharpMask(3, 400, 0)), scale=2),
    Attempt(_zxing, _unchanged, scale=2),
    Attempt(_zbar, _thresholded, most=2_000_000),
    Attempt(_zxing, ImageOps.equalize),
    Attempt(_zxing_global, _by(ImageFilter.GaussianBlur(1)), scale=2),
    Attempt(_zbar, _unchanged, scale=0.5, most=2_000_000),
    Attempt(_zbar, _by(ImageFilter.GaussianBlur(1)), most=2_000_000),
    Attempt(_zxing, _by(ImageFilter.MinFilter(3)), scale=3),
)
"""In the order of what each adds for its time, measured on photos and on printed pages (`bench/qr.py`)."""
