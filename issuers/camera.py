"""What becomes of a page outside the computer: photographed by a telephone, or scanned into a PDF of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pypdfium2
from PIL import Image, ImageFilter

PHOTO_DPI, SCAN_DPI = 170, 200
"""A telephone's picture of a whole page, and what office scanners deliver."""

POINTS_PER_INCH = 72

DESK, PAPER = 96, 244
"""Grey of what the page lies on, and of paper in the light of a room."""

TURN, BLUR = 2.5, 0.6
"""Degrees by which nobody holds a telephone straight, pixels by which nobody holds it still."""

QUALITY = 80


def photo(pdf: bytes) -> bytes:
    """The last page, photographed: a JPEG, askew on a desk, a little dark and not quite sharp."""
    page = list(_pages(pdf, PHOTO_DPI))[-1].point(lambda value: value * PAPER // 255)
    scene = Image.new("L", (page.width + 200, page.height + 200), DESK)
    scene.paste(page, (100, 100))
    turned = scene.rotate(TURN, Image.Resampling.BICUBIC, expand=True, fillcolor=DESK)
    return _jpeg(turned.filter(ImageFilter.GaussianBlur(BLUR)))


def nothing() -> bytes:
    """A photograph of a blank sheet."""
    return _jpeg(Image.new("L", (1200, 1600), PAPER))


def scan(pdf: bytes) -> bytes:
    """The pages scanned: a PDF of pictures, without a text."""
    first, *rest = _pages(pdf, SCAN_DPI)
    out = BytesIO()
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=SCAN_DPI, quality=QUALITY)
    return out.getvalue()


def _pages(pdf: bytes, dpi: int) -> Iterator[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        for page in document:
            yield page.render(scale=dpi / POINTS_PER_INCH, grayscale=True).to_pil()


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
