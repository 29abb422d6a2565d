"""Whether a page may bear a QR code of ours: one small look, which spares most pages the large one.

A sound code of ours has at least 343 digits (docs/qr.md, 4 and 5), so 45 modules a side at least, and what is read at
one look a page is at least a centimetre wide (`tests/test_glance.py`). Somewhere in it lies a square of SQUARE pixels
without a row or column that is nearly blank, for half of a code's modules are dark, whichever way one cuts it. Text has
gaps between its lines, and ruled tables are blank between the rules. What seems to be no text is looked at in full:
nothing else is decided here, and neither colour, size, angle nor what the code is drawn with matters.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageChops

REDUCED = 0.24
"""How much smaller than the full look this one is: 36 dpi where that has 150."""

SQUARE = 6
"""Pixels: 4 mm. Any centimetre of a code holds one of these squares whole, wherever it begins; 4 mm of text, a gap."""

SHARE = 4
"""Ink in every row and column of a square, against its darkest pixel: a fourth. Codes that are read have two fifths and
more, pages of text and tables a fifth at most."""

FAINT = 12
"""Of 255: a square whose darkest pixel is paler is paper. A decoder wants twice as much."""


def may_bear_code(page: Image.Image) -> bool:
    """Whether a page, drawn small in mode L, is worth a full look."""
    width, height = (side // SQUARE * SQUARE for side in page.size)
    if not (width and height):
        return True
    ink = ImageChops.invert(page.crop((0, 0, width, height)))
    rows = _folded(ink.reduce((SQUARE, 1)), ImageChops.darker)
    columns = _folded(_turned(ink).reduce((SQUARE, 1)), ImageChops.darker)
    darkest = _folded(_turned(_folded(ink, ImageChops.lighter)), ImageChops.lighter)
    wanted = darkest.point(lambda most: most // SHARE if most >= FAINT else 255)
    return ImageChops.subtract(ImageChops.darker(_turned(rows), columns), wanted).getbbox() is not None


def _turned(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.TRANSPOSE)


def _folded(image: Image.Image, choose: Callable[[Image.Image, Image.Image], Image.Image]) -> Image.Image:
    """Every SQUARE rows as one, of each column the chosen pixel."""
    width, height = image.width, image.height // SQUARE
    abreast = Image.frombytes("L", (width * SQUARE, height), image.tobytes())
    chosen = abreast.crop((0, 0, width, height))
    for place in range(width, abreast.width, width):
        chosen = choose(chosen, abreast.crop((place, 0, place + width, height)))
    return chosen
