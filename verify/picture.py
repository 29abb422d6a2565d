"""One picture, made by anybody, as one greyscale image of bounded size that a decoder may look at.

Four formats, first frame only. A picture is made to harm us until shown otherwise: its size is judged before a pixel is
unpacked, and whatever the library raises is one refusal.
"""

from __future__ import annotations

import importlib
import warnings
from io import BytesIO

from PIL import Image

from verify.evidence import Unreadable

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF")
"""What a phone or a scanner makes, and no more: every further format is a further parser to attack."""

MAX_PIXELS = 50_000_000
"""As the file declares: the largest common phone photo, and an A4 page at 600 dpi (35 million)."""

SEARCHED_PIXELS = 12_000_000
"""What is searched; larger pictures are reduced to it. A code of 30 mm on a page photographed whole still has five
pixels a module then."""

HEADER = 12
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

ORIENTATION = 0x0112
TRANSPOSED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""Exif orientation to what undoes it."""


def format_of(content: bytes) -> str | None:
    """`PNG`, `JPEG`, `WEBP`, `TIFF` or `HEIC` by the first bytes; None for anything else."""
    header = content[:HEADER]
    if header[:4] == b"RIFF" and header[8:] == b"WEBP":
        return "WEBP"
    if header[4:8] == b"ftyp" and header[8:] in HEIC_BRANDS:
        return "HEIC"
    return next((name for magic, name in SIGNATURES.items() if header.startswith(magic)), None)


def open_picture(content: bytes) -> Image.Image:
    """The picture in mode L: upright, on white, at most SEARCHED_PIXELS.

    Raises Unreadable: `unsupported` (HEIC without pillow-heif is told by `heic`), `limit`, `unreadable`.
    """
    name = format_of(content)
    if name is None:
        raise Unreadable("unsupported")
    allowed = _heif() if name == "HEIC" else (name,)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata, which is not looked at
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Bytes in memory: no file is opened.
            with Image.open(BytesIO(content), formats=allowed) as image:
                if image.width * image.height <= MAX_PIXELS:
                    return _bounded(_upright(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Unreadable("limit", "pixels") from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow's readers raise a dozen kinds on malformed files, and the file is at fault
        raise Unreadable("unreadable") from None
    raise Unreadable("limit", "pixels")


def _heif() -> tuple[str, ...]:
    """The format that pillow-heif registers, where somebody installed it."""
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError:
        raise Unreadable("unsupported", "heic") from None
    return ("HEIF",)


def _upright(image: Image.Image) -> Image.Image:
    orientation = image.getexif().get(ORIENTATION)
    image.draft("L", image.size)  # a JPEG needs no colours, and takes a third of the memory without
    transposed = TRANSPOSED.get(orientation) if isinstance(orientation, int) else None
    grey = _grey(image)
    return grey if transposed is None else grey.transpose(transposed)


def _grey(image: Image.Image) -> Image.Image:
    """Mode L. Black on transparent is black on white; more than 8 bits are stretched from darkest to brightest."""
    if image.mode.startswith(("I", "F")):
        wide = _bounded(image.convert("F"))
        low, high = (float(one) for one in wide.getextrema() if isinstance(one, (int, float)))
        scale = 255 / ((high - low) or 1)
        return wide.point(lambda value: value * scale - low * scale).convert("L")
    if image.has_transparency_data:
        coloured = _bounded(image.convert("RGBA"))
        flat = Image.new("RGBA", coloured.size, "white")
        flat.alpha_composite(coloured)
        return flat.convert("L")
    return image.convert("L")


def _bounded(image: Image.Image) -> Image.Image:
    factor = (SEARCHED_PIXELS / (image.width * image.height)) ** 0.5
    return image if factor >= 1 else scaled(image, factor)


def scaled(image: Image.Image, factor: float) -> Image.Image:
    """The image at `factor` times its width and height."""
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    resampling = Image.Resampling.BOX if factor < 1 else Image.Resampling.BICUBIC
    return image.resize(size, resampling)
