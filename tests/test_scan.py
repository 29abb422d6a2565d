"""QR codes out of pictures and pages: every format and every bad picture, with the second decoder and without."""

from __future__ import annotations

import json
import struct
import sys
import types
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps
from suites import suite

from verify import picture, scan
from verify.drawn import Drawing
from verify.evidence import Unreadable
from verify.scan import Scan, scan_drawn, scan_pages, scan_picture

TEXT: str = json.loads((Path(__file__).parent / "vectors" / "qr" / "ed25519.json").read_text())["text"]
OURS = Scan(ours=(TEXT,))
FOREIGN = "https://example.com/"


def symbol(text: str = TEXT, scale: int = 4) -> Image.Image:
    """A code with its quiet zone, mode L."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=scale, border=4)
    return Image.open(out).convert("L")


def sheet(*codes: Image.Image, columns: int = 4) -> Image.Image:
    """Codes side by side on a white page."""
    side = max(code.width for code in codes)
    rows = -(-len(codes) // columns)
    page = Image.new("L", (columns * side, rows * side), "white")
    for place, code in enumerate(codes):
        page.paste(code, (place % columns * side, place // columns * side))
    return page


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401 - Pillow's options
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pages(*images: Image.Image, dpi: int = 200) -> bytes:
    """A scan: one picture a page."""
    return saved(images[0], "PDF", save_all=True, append_images=images[1:], resolution=dpi)


@pytest.fixture(params=["libzbar", "no libzbar"])
def _decoders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the second decoder, where it is installed, and without."""
    if request.param == "libzbar":
        pytest.importorskip("pyzbar.pyzbar", reason="libzbar0 is not installed", exc_type=ImportError)
    else:
        monkeypatch.setitem(sys.modules, "pyzbar", None)


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PNG", "L", {}),
        ("PNG", "1", {}),
        ("PNG", "P", {}),
        ("PNG", "LA", {}),
        ("PNG", "RGBA", {}),
        ("JPEG", "L", {}),
        ("JPEG", "RGB", {"quality": 40}),
        ("JPEG", "CMYK", {}),
        ("WEBP", "RGB", {"quality": 50}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "CMYK", {}),
        ("TIFF", "F", {}),
        ("TIFF", "I", {}),
    ],
)
def test_a_code_is_read_from_each_format(kind: str, mode: str, options: dict[str, Any]) -> None:
    assert scan_picture(saved(symbol().convert(mode), kind, **options)) == OURS


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_stretched(kind: str) -> None:
    """A scanner's 12 bits in 16: all of it is dark to who looks at the upper byte alone."""
    deep = symbol().convert("I").point(lambda value: value * 16 + 7).convert("I;16")
    assert scan_picture(saved(deep, kind)) == OURS


def test_black_on_transparent_is_black_on_white() -> None:
    code = symbol()
    clear = Image.new("RGBA", code.size, (0, 0, 0, 0))
    clear.putalpha(ImageOps.invert(code))
    assert scan_picture(saved(clear)) == OURS
    palette = code.convert("1").convert("P")
    assert scan_picture(saved(palette, transparency=255)) == OURS


@pytest.mark.parametrize("orientation", range(9))
def test_a_turned_photo_is_set_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = Image.new("L", (40, 20), "white")
    turned.paste(0, (0, 0, 10, 15))
    content = saved(turned, "PNG", exif=exif)
    with Image.open(BytesIO(content)) as image:
        wanted = ImageOps.exif_transpose(image).convert("L")
    upright = picture.open_picture(content)
    assert (upright.size, upright.tobytes()) == (wanted.size, wanted.tobytes())
    assert (upright.tobytes() == turned.tobytes()) == (orientation in {0, 1})


def test_only_the_first_frame_is_looked_at() -> None:
    blank, code = Image.new("L", symbol().size, "white"), symbol()
    for kind in ("PNG", "WEBP", "TIFF"):
        assert scan_picture(saved(code, kind, save_all=True, append_images=[blank])) == OURS
        assert scan_picture(saved(blank, kind, save_all=True, append_images=[code])) == Scan()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, packed: bytes) -> bytes:
    """A PNG of 1-bit grey, of any declared size."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (8_000, 8_000), (12_000, 9_000)])
def test_a_picture_is_refused_for_its_size_before_it_is_unpacked(width: int, height: int) -> None:
    bomb = png(width, height, zlib.compress(bytes(width // 8 + 1) * min(height, 1_000), 9))
    assert len(bomb) < 200_000
    with pytest.raises(Unreadable) as refused:
        scan_picture(bomb)
    assert (refused.value.code, refused.value.limit) == ("limit", "pixels")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unsupported"),
        (b"GIF89a" + bytes(20), "unsupported"),
        (b"%PDF-1.7", "unsupported"),
        (b"RIFF\0\0\0\0WAVE", "unsupported"),
        (b"\0\0\0\x18ftypavif", "unsupported"),
        (b"\x89PNG\r\n\x1a\n", "unreadable"),
        (b"\xff\xd8\xff\xe0", "unreadable"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "unreadable"),
        (b"II*\0\x08\0\0\0", "unreadable"),
        (png(0, 0, b""), "unreadable"),
        (png(64, 64, b""), "unreadable"),
        (saved(symbol())[:-100], "unreadable"),
        (saved(symbol(), "JPEG")[:-1000], "unreadable"),
        (saved(symbol(), "WEBP")[:-100], "unreadable"),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else value,
)
def test_what_is_no_picture_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        scan_picture(content)
    assert refused.value.code == code


def test_heic_needs_a_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"\0\0\0\x18ftypheic" + bytes(100)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(Unreadable) as refused:
        scan_picture(content)
    assert (refused.value.code, refused.value.limit) == ("unsupported", "heic")
    plugin: Any = types.ModuleType("pillow_heif")
    plugin.register_heif_opener = lambda: Image.register_open("HEIF", lambda stream, _: Image.open(stream))
    monkeypatch.setitem(sys.modules, "pillow_heif", plugin)
    with pytest.raises(Unreadable) as refused:
        scan_picture(content)
    assert refused.value.code == "unreadable"


def test_no_memory_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(_: object) -> Image.Image:
        raise MemoryError

    monkeypatch.setattr(picture, "_upright", exhausted)
    with pytest.raises(MemoryError):
        scan_picture(saved(symbol()))


@given(st.binary(max_size=64), st.sampled_from([*picture.SIGNATURES, b"RIFF\0\0\0\0WEBP"]))
def test_no_bytes_break_the_reader(tail: bytes, head: bytes) -> None:
    with pytest.raises(Unreadable):
        scan_picture(head + tail)


@pytest.mark.usefixtures("_decoders")
@pytest.mark.parametrize("size", [(1, 1), (2000, 1), (300, 400)])
def test_a_blank_picture_holds_no_code(size: tuple[int, int]) -> None:
    for shade in ("white", "black", "grey"):
        assert scan_picture(saved(Image.new("L", size, shade))) == Scan()


@pytest.mark.usefixtures("_decoders")
def test_a_code_of_nothing_is_no_code() -> None:
    assert scan_picture(saved(symbol(""))) == Scan()


@pytest.mark.usefixtures("_decoders")
def test_noise_holds_no_code() -> None:
    assert scan_picture(saved(Image.effect_noise((1500, 2000), 100))) == Scan()


def test_a_large_picture_is_reduced_before_it_is_searched() -> None:
    page = Image.new("L", (6000, 8000), "white")
    page.paste(symbol(scale=8), (3000, 5000))
    opened = picture.open_picture(saved(page, "JPEG"))
    assert opened.width * opened.height <= picture.SEARCHED_PIXELS * 1.01
    assert scan_picture(saved(page, "JPEG")) == OURS


def test_foreign_codes_are_told_apart_and_each_once() -> None:
    page = sheet(symbol(), symbol(FOREIGN), symbol(FOREIGN), symbol())
    assert scan_picture(saved(page)) == Scan((TEXT,), (FOREIGN,))


@pytest.mark.usefixtures("_decoders")
def test_a_foreign_code_does_not_end_the_search_for_ours() -> None:
    assert scan_picture(saved(symbol(FOREIGN))) == Scan(foreign=(FOREIGN,))
    assert scan_picture(saved(symbol(FOREIGN)), any_code=True) == Scan(foreign=(FOREIGN,))


def test_a_foreign_code_ends_the_search_for_any_code_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []

    def look(image: Image.Image) -> list[str]:
        looked.append(image)
        return []

    monkeypatch.setattr(scan, "LADDER", (scan.Attempt(look, scan._unchanged),))
    scan_picture(saved(symbol(FOREIGN)), any_code=True)
    assert len(looked) == 0
    scan_picture(saved(symbol(FOREIGN)))
    assert len(looked) == 1


def test_a_sheet_full_of_codes_is_refused() -> None:
    page = sheet(*(symbol(f"https://example.com/{number}", 3) for number in range(100)), columns=10)
    with pytest.raises(Unreadable) as refused:
        scan_picture(saved(page))
    assert (refused.value.code, refused.value.limit) == ("limit", "codes")


def test_ten_thousand_codes_on_a_page_are_refused_or_too_small() -> None:
    tiny = symbol("1", 1)
    page = Image.new("L", (100 * tiny.width, 100 * tiny.height), "white")
    for place in range(10_000):
        page.paste(tiny, (place % 100 * tiny.width, place // 100 * tiny.height))
    assert scan_picture(saved(page)) == Scan((), ("1",))


def test_a_few_digits_are_anybodys() -> None:
    assert scan_picture(saved(symbol("0123456789"))) == Scan(foreign=("0123456789",))
    digits = TEXT.partition("#")[2]
    assert scan_picture(saved(symbol(digits))) == Scan(ours=(digits,))


@pytest.mark.usefixtures("_decoders")
def test_parts_of_a_spread_code_are_not_put_together() -> None:
    parts = segno.make_sequence(TEXT, error="m", symbol_count=3)
    images = []
    for part in parts:
        out = BytesIO()
        part.save(out, kind="png", scale=4, border=4)
        images.append(Image.open(out).convert("L"))
    found = scan_picture(saved(sheet(*images)))
    assert TEXT not in found.ours
    assert "".join(sorted((*found.ours, *found.foreign), key=TEXT.index)) == TEXT


@pytest.mark.usefixtures("_decoders")
@pytest.mark.parametrize("text", ["\x00\x01\xff", "Học bạ", "a" * 500])
def test_binary_codes_are_foreign(text: str) -> None:
    assert scan_picture(saved(symbol(text))).ours == ()


def test_the_ladder_reads_what_the_first_attempt_does_not() -> None:
    faint = symbol(scale=3).filter(ImageFilter.GaussianBlur(1.6))
    first = scan._Finds()
    scan._look(faint, first)
    assert not first.ours
    assert scan_picture(saved(faint)) == OURS


def test_the_ladder_ends_when_its_work_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(scan, "MAX_WORK", 100_000)

    def count(image: Image.Image) -> list[str]:
        looked.append(image.width * image.height)
        return []

    ladder = tuple(scan.Attempt(count, one.prepare, one.scale, one.most) for one in scan.LADDER)
    monkeypatch.setattr(scan, "LADDER", ladder)
    finds = scan._Finds(work=100_000)
    scan._climb(lambda: [Image.new("L", (200, 200))], finds, any_code=False)
    assert 0 < sum(looked) <= 100_000
    assert len(looked) < len(scan.LADDER)


def test_a_large_picture_is_not_enlarged() -> None:
    twice = next(one for one in scan.LADDER if one.scale == 2)
    assert scan._view(Image.new("L", (1500, 1500)), twice) is None
    small = scan._view(Image.new("L", (500, 500)), twice)
    assert small is not None
    assert small.size == (1000, 1000)
    plain = next(one for one in scan.LADDER if one.scale == 1)
    reduced = scan._view(Image.new("L", (4000, 4000)), plain)
    assert reduced is not None
    assert reduced.width * reduced.height <= plain.most


def test_every_page_of_a_scan_is_looked_at() -> None:
    blank = Image.new("L", (1654, 2339), "white")
    first, last = blank.copy(), blank.copy()
    first.paste(symbol(FOREIGN), (200, 200))
    last.paste(symbol(), (900, 1600))
    assert scan_pages(pages(first, blank, last)) == Scan((TEXT,), (FOREIGN,))


def test_a_scan_without_a_code_climbs_the_ladder_unless_told_not_to() -> None:
    page = Image.new("L", (1000, 1400), "white")
    page.paste(symbol(scale=3).filter(ImageFilter.GaussianBlur(1.6)), (300, 300))
    with Drawing(pages(page, dpi=200)) as drawing:
        assert scan_drawn(drawing) == Scan()
    assert scan_pages(pages(page, dpi=200)) == OURS


def test_a_page_of_any_size_is_drawn_within_bounds() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14_400, 14_400))
        pdf.add_blank_page(page_size=(3, 3))
        out = BytesIO()
        pdf.save(out)
    assert scan_pages(out.getvalue()) == Scan()


def test_too_many_pages_are_refused() -> None:
    with pikepdf.new() as pdf:
        for _ in range(scan.MAX_PAGES + 1):
            pdf.add_blank_page()
        out = BytesIO()
        pdf.save(out)
    for look in (scan_pages, lambda one: scan_drawn(Drawing(one))):
        with pytest.raises(Unreadable) as refused:
            look(out.getvalue())
        assert (refused.value.code, refused.value.limit) == ("limit", "pages")


def test_what_is_no_pdf_is_refused() -> None:
    with pikepdf.new() as pdf:
        empty, locked = BytesIO(), BytesIO()
        pdf.save(empty)
        pdf.add_blank_page()
        pdf.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    for content, code in ((b"%PDF-", "unreadable"), (empty.getvalue(), "unreadable"), (locked.getvalue(), "password")):
        for look in (scan_pages, lambda one: scan_drawn(Drawing(one))):
            with pytest.raises(Unreadable) as refused:
                look(content)
            assert refused.value.code == code


def test_a_page_that_cannot_be_drawn_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise pypdfium2.PdfiumError("no bitmap")

    monkeypatch.setattr(pypdfium2.PdfPage, "render", broken)
    with pytest.raises(Unreadable) as refused:
        scan_pages(pages(symbol()))
    assert refused.value.code == "unreadable"


def expected(photo: Path) -> str:
    """What stands on a photo; the four of one spread code share a file."""
    own = photo.with_suffix(".txt")
    return (own if own.exists() else photo.with_name("01.txt")).read_text(encoding="utf-8", errors="replace")


@pytest.mark.usefixtures("_decoders")
def test_photos() -> None:
    photos = [path for path in sorted(suite("qr-photos").rglob("*.*")) if path.suffix != ".txt"]
    assert len(photos) == 141
    read = 0
    for photo in photos:
        found = scan_picture(photo.read_bytes(), any_code=True)
        wanted = expected(photo).strip()
        part = not photo.with_suffix(".txt").exists()
        texts = [text.strip().replace("\r\n", "\n") for text in (*found.ours, *found.foreign)]
        read += any(text in wanted if part else text == wanted.replace("\r\n", "\n") for text in texts)
    assert read / len(photos) >= 0.94
