"""Where on a page a QR code of ours may stand: one small look, which spares most of the large one.

A sound code of ours has at least 343 digits (docs/qr.md, 4 and 5), so 45 modules a side at least, and what is read at
one look a page is at least a centimetre wide (`tests/test_glance.py`). Any centimetre of it holds a square of SQUARE
pixels without a row or column that is nearly blank, for half of a code's modules are dark, whichever way one cuts it.
Text has gaps between its lines, and ruled tables are blank between the rules. What seems to be no text is looked at
closely, with a margin in which the rest of its code has room: nothing else is decided here, and neither colour, size,
angle nor what the code is drawn with matters.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageChops

from verify.drawn import Box

SQUARE = 8
"""Pixels of a small picture (`drawn.py`), a power of two: 4 mm. Any centimetre of a code holds one of these squares
whole, wherever it begins; 4 mm of text, a gap."""

MARGIN = 4 * SQUARE
"""Around all such squares: the rest of the last centimetre of a code, and the blank around it."""

SHARE = 4
"""Ink in every row and column of a square, against its darkest pixel: a fourth. Codes that are read have two fifths and
more, pages of text and tables a fifth at most."""

FAINT = 12
"""Of 255: a square whose darkest pixel is paler is paper. A decoder wants twice as much."""


def place_of_codes(page: Image.Image) -> Box | None:
    """The part of a page, drawn small in mode L, that is worth a close look; None if no part is."""
    width, height = (side // SQUARE * SQUARE for side in page.size)
    if not (width and height):
        return (0, 0, *page.size)
    ink = ImageChops.invert(page.crop((0, 0, width, height)))
    rows = _folded(ink.reduce((SQUARE, 1)), ImageChops.darker)
    columns = _folded(_turned(ink).reduce((SQUARE, 1)), ImageChops.darker)
    darkest = _folded(_turned(_folded(ink, ImageChops.lighter)), ImageChops.lighter)
    wanted = darkest.point(lambda most: most // SHARE if most >= FAINT else 255)
    dense = ImageChops.subtract(ImageChops.darker(_turned(rows), columns), wanted)
    if (found := _turned(dense).getbbox()) is None:
        return None
    left, top, right, bottom = (side * SQUARE for side in found)
    return (
        max(left - MARGIN, 0),
        max(top - MARGIN, 0),
        min(right + MARGIN, page.width),
        min(bottom + MARGIN, page.height),
    )


def _turned(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.TRANSPOSE)


def _folded(image: Image.Image, choose: Callable[[Image.Image, Image.Image], Image.Image]) -> Image.Image:
    """Every SQUARE rows as one, of each column the chosen pixel."""
    width, height = image.width * SQUARE, image.height // SQUARE
    abreast = Image.frombytes("L", (width, height), image.tobytes())
    while width > image.width:
        width //= 2
        abreast = choose(abreast.crop((0, 0, width, height)), abreast.crop((width, 0, 2 * width, height)))
    return abreast
