"""The small look at a page: no code that the full one reads is missed by it, and pages of text are spared."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import date
from math import cos, pi, sin
from random import Random

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageChops
from running import tiny

from issuers import symbol
from verify import scan
from verify.claims import Claims
from verify.drawn import CLOSE_DPI, POINTS_PER_INCH, Drawing
from verify.glance import FAINT, MARGIN, SHARE, SQUARE, place_of_codes
from verify.profiles import KNOWN, WITHIN, without_plain_profiles
from verify.scan import scan_drawn
from verify.trust import Level

Colour = tuple[float, float, float]
BLACK, WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
SCALE = CLOSE_DPI / POINTS_PER_INCH
FEWEST = 343
"""Digits of the shortest sound code."""


def one_page(operators: str) -> bytes:
    """A PDF of one A4 page."""
    content = operators.encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
    )
    pdf, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(pdf)
    return pdf + b"xref\n0 5\n0000000000 65535 f \n" + rows + trailer


def drawn(matrix: tuple[bytearray, ...], module: float, angle: float, ink: Colour, paper: Colour, x: float) -> bytes:
    """A code of squares on coloured paper, `module` points each, turned about a corner near the page's middle."""
    said = [f"{paper[0]} {paper[1]} {paper[2]} rg 0 0 595 842 re f {ink[0]} {ink[1]} {ink[2]} rg"]
    said.append(f"{cos(angle):f} {sin(angle):f} {-sin(angle):f} {cos(angle):f} {x} 420 cm")
    for row, modules in enumerate(matrix):
        said += [
            f"{column * module:f} {row * module:f} {module:f} {module:f} re"
            for column, dark in enumerate(modules)
            if dark
        ]
    return one_page("\n".join([*said, "f"]))


def whole(drawing: Drawing) -> Iterator[Image.Image]:
    """Each page as a look at all of it has it."""
    for index in range(len(drawing)):
        yield drawing.close(index, (0, 0, *drawing.small(index).size))


def shades(draw: Random) -> tuple[Colour, Colour]:
    """Ink and paper: black on white, dark on light, pale on white, white on black, any two colours."""
    pale = (draw.uniform(0.5, 0.93),) * 3
    one, other = ((draw.random(), draw.random(), draw.random()) for _ in range(2))
    return draw.choice([(BLACK, WHITE), (BLACK, WHITE), (pale, WHITE), (WHITE, BLACK), (one, WHITE), (one, other)])


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_look_at_the_whole_page_reads_the_close_look_reads(seed: int) -> None:
    draw, read = Random(seed), 0  # noqa: S311 (a simulation, no secret)
    for _ in range(30):
        digits = "".join(draw.choices("0123456789", k=draw.choice([FEWEST, 400, 500, 700])))
        code = segno.make_qr(digits, error=draw.choice("lm"), boost_error=False)
        # Around the smallest modules that are read (1.4 pixels), and up to those of a poster.
        module = draw.choice([draw.uniform(1.2, 2), draw.uniform(1.2, 2), draw.uniform(2, 10)]) / SCALE
        angle = draw.choice([0, pi / 2, pi / 4, draw.uniform(0, 2 * pi)])
        pdf = drawn(code.matrix, module, angle, *shades(draw), draw.uniform(200, 400))
        with Drawing(pdf) as drawing:
            (full,) = whole(drawing)
            if scan._zxing(full):
                read += 1
                assert scan_drawn(drawing).ours == (digits,), (code.version, module, angle)
    assert read > 8  # it tries what is too small, too pale and half beside the page, too


def test_the_shortest_sound_code_has_45_modules_and_more() -> None:
    least = Claims("A", "0" * 16, 1, date(1970, 1, 1), "0" * 64, Level.PRIMARY)
    key = Ed25519PrivateKey.generate()
    digits = symbol.text_of(symbol.seal(symbol.encode(least), key), "https://a").rpartition("#")[2]
    assert len(digits) == FEWEST
    assert len(segno.make_qr(digits, error="l", boost_error=False).matrix) == 45


def test_pages_of_text_and_tables_are_spared_and_of_stamped_ones_all_but_a_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    close: list[Image.Image] = []

    def look(image: Image.Image) -> list[str]:
        close.append(image)
        return ["1" * FEWEST] if len(close) > 1 else []

    monkeypatch.setattr(scan, "_zxing", look)
    with Drawing(tiny().unsigned) as drawing:
        scan_drawn(drawing)
        assert close == []
    with Drawing(drawn(segno.make_qr("1" * FEWEST).matrix, 1.5, 0, BLACK, WHITE, 200)) as drawing:
        scan_drawn(drawing)
        (one, page), (all_of_it,) = close, whole(drawing)
        assert page.size == all_of_it.size, "nothing was read closely"
        assert one.width * one.height < page.width * page.height / 8
        close.append(one)
        scan_drawn(drawing)
        assert len(close) == 4


def square(*rows: str) -> Image.Image:
    """One square on white, its rows as written, of # and blanks."""
    ink = "".join(row.ljust(SQUARE)[:SQUARE] for row in rows).ljust(SQUARE * SQUARE)
    return Image.frombytes("L", (SQUARE, SQUARE), bytes(0 if one == "#" else 255 for one in ink))


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        (["########"] * 8, True),
        (["## #  # ", " ## #  #", "#  ## # ", "  ## # #", "#  # #  ", "# #  #  ", " #  # # ", "  #   ##"], True),
        (["##    ##"] * 8, False),  # rules, and nothing between
        (["########", "", *["########"] * 6], False),  # a gap between lines
        ([" " * place + "#" for place in range(8)], False),  # an eighth is less than a fourth
        ([], False),
    ],
)
def test_a_square_without_a_gap_is_a_reason_to_look(rows: list[str], *, shown: bool) -> None:
    for turned in (square(*rows), square(*rows).transpose(Image.Transpose.TRANSPOSE)):
        assert place_of_codes(turned) == ((0, 0, SQUARE, SQUARE) if shown else None)
        page = Image.new("L", (15 * SQUARE + 1, 14 * SQUARE + 5), "white")
        page.paste(turned, (8 * SQUARE, 6 * SQUARE))
        place = (8 * SQUARE - MARGIN, 6 * SQUARE - MARGIN, 9 * SQUARE + MARGIN, 7 * SQUARE + MARGIN)
        assert place_of_codes(page) == (place if shown else None)
        page.paste("white", (0, 0, *page.size))
        page.paste(turned, (13 * SQUARE, SQUARE))
        assert place_of_codes(page) == ((9 * SQUARE, 0, page.width, 6 * SQUARE) if shown else None)


def test_how_much_ink_and_how_dark() -> None:
    def page(ink: int, darkest: int) -> Image.Image:
        image = Image.new("L", (SQUARE, SQUARE), 255 - ink)
        image.putpixel((0, 0), 255 - darkest)
        return image

    assert place_of_codes(page(FAINT, FAINT))
    assert not place_of_codes(page(FAINT - 1, FAINT - 1))
    assert place_of_codes(page(51, 200))  # rows and columns have that of their palest
    assert not place_of_codes(page(200 // SHARE - 1, 200))
    for size in ((SQUARE - 1, 100), (100, SQUARE - 1)):  # too small to tell
        assert place_of_codes(Image.new("L", size, "white")) == (0, 0, *size)


def test_without_plain_profiles_every_pixel_is_the_same() -> None:
    content = tiny().unsigned
    drawn = without_plain_profiles(content)
    assert len(drawn) == len(content)
    assert drawn.count(b"stream\n\0\0") == len(KNOWN)
    with Drawing(content) as one, Drawing(drawn) as other:
        for before, after in zip(whole(one), whole(other), strict=True):
            assert ImageChops.difference(before, after).getbbox() is None


def profile() -> bytes:
    """One of the known, compressed, as it stands in a file."""
    content = tiny().unsigned
    number = re.findall(rb"/ICCBased (\d+) 0 R", content)[0]
    begin = content.index(b"stream\n", content.index(b"\n%b 0 obj" % number)) + len(b"stream\n")
    return content[begin : content.index(b"\nendstream", begin)]


def test_nothing_but_known_profiles_is_touched() -> None:
    data = profile()
    other = zlib.compress(zlib.decompress(data)[:-1] + b"x")
    longer = zlib.compress(zlib.decompress(data).ljust(481, b"\0"))
    for held, blanked in ((data, 2), (other, 0), (longer, 0), (b"\x78\x9cno profile", 0), (b"", 0)):
        file = b"%%PDF-1.7\n7 0 obj\n<</N 1>>\nstream\r\n%b\nendstream\n[/ICCBased 7 0 R]" % held
        drawn = without_plain_profiles(file)
        assert sum(one != two for one, two in zip(file, drawn, strict=True)) == blanked
        unnamed = file.replace(b"/ICCBased 7", b"/ICCBased 8")
        assert without_plain_profiles(unnamed) == unnamed
    far = b"\n7 0 obj\n%b\nstream\n%b\n[/ICCBased 7 0 R]"
    assert b"\0\0" in without_plain_profiles(far % (b"<<>>".ljust(WITHIN - 20), data))
    assert without_plain_profiles(far % (b"<<>>".ljust(WITHIN), data)) == far % (b"<<>>".ljust(WITHIN), data)


def test_every_place_of_an_object_is_looked_at_and_few_objects() -> None:
    data = profile()
    one = b"\n7 0 obj\n<<>>\nstream\n%b\nendstream" % data
    assert without_plain_profiles(one * 3 + b"[/ICCBased 7 0 R]").count(b"\0\0" + data[2:]) == 3
    many = b"".join(b"[/ICCBased %d 0 R]" % number for number in range(10, 30))
    assert without_plain_profiles(one + many + b"[/ICCBased 7 0 R]") == one + many + b"[/ICCBased 7 0 R]"
