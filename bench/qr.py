"""QR codes: time to judge a text against its bare signature, photos read, and a simulation of print and scan.

`python -m bench.qr`. The text is judged without picture and registry: digits, envelope, claims, signature, each round
interleaved with the bare verification of the same signature by the same loaded key. Photos need CONFORMANCE_SUITES;
they are read with the second decoder and without it. The simulation prints a page with a symbol of 30 mm, and scans or
photographs it: read rates by version of the symbol.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image, ImageFilter

from issuers import symbol
from verify.claims import NUMBERED, Claims, read_claims
from verify.envelope import open_envelope
from verify.qr import read_text, unpack
from verify.scan import scan_picture
from verify.trust import Level

ROUNDS = 1000
"""Enough for a median that two runs agree on to a few per cent."""
MOST = 3.0
"""What judging may cost, in bare verifications."""
SAMPLES = 8
"""Pages for each version and way of scanning."""
FINE = 12
"""Pixels a module before the paper's own resolution: averaged, so that edges fall where they fall."""
MILLIMETRES = 25.4
PAGE = (210, 297)
SIZES = {11: (2, 4), 12: (2, 12), 13: (3, 16), 14: (5, 16)}
"""Version of the symbol to the years and subjects that fill it."""


@dataclass(frozen=True)
class Way:
    """A way of taking a page in: resolution, turn in degrees, blur in pixels, JPEG quality, noise, contrast."""

    name: str
    dpi: float
    turn: float = 0
    blur: float = 0
    quality: int = 75
    noise: float = 4
    contrast: float = 1


WAYS = (
    Way("scan 300 dpi", 300, turn=1, blur=0.7),
    Way("scan 200 dpi", 200, turn=1, blur=0.7),
    Way("scan 200 dpi, turned 7 degrees, JPEG 40", 200, turn=7, blur=0.7, quality=40),
    Way("scan 150 dpi", 150, turn=1, blur=0.5),
    Way("scan 150 dpi, JPEG 40", 150, turn=1, blur=0.6, quality=40),
    Way("photo of 12 megapixels, sharp", 345, turn=4, blur=1, noise=8, contrast=0.7),
    Way("photo of 12 megapixels, out of focus", 345, turn=4, blur=2.5, noise=8, contrast=0.6),
    Way("photo of 3 megapixels", 172, turn=4, blur=0.8, noise=8, contrast=0.7),
)


def main() -> None:
    """Print three tables."""
    judging()
    photos()
    paper()


def judging() -> None:
    """The price of reading around the arithmetic."""
    keys: dict[str, symbol.QrKey] = {
        "Ed25519": ed25519.Ed25519PrivateKey.generate(),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    print(f"{'judging a text':20} {'bare':>8} {'judged':>8} {'times':>6}")
    for name, key in keys.items():
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        text = symbol.text_of(symbol.seal(symbol.encode(claims(3, 12, Random(1))), key), "https://hb.example.vn")  # noqa: S311
        bare, judged = interleaved(verification(text, key), partial(judge, text, spki))
        print(f"{name:20} {bare:7.1f}u {judged:7.1f}u {judged / bare:6.2f}")
        assert judged <= MOST * bare, f"more than {MOST} times the bare verification"
    print(f"microseconds, medians of {ROUNDS} interleaved rounds, Python {sys.version.split()[0]}\n")


def judge(text: str, spki: bytes) -> None:
    """From a scanned text to claims whose signature holds."""
    _, digits = read_text(text)
    sealed = open_envelope(unpack(digits))
    read_claims(sealed.payload)
    assert sealed.signed_by(spki)


def verification(text: str, key: symbol.QrKey) -> Callable[[], None]:
    """The bare verification: a loaded key, a signature in the form that it wants, the bytes."""
    sealed = open_envelope(unpack(read_text(text)[1]))
    public = key.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return lambda: public.verify(sealed.signature, sealed.signed)
    r, s = (int.from_bytes(half) for half in (sealed.signature[:32], sealed.signature[32:]))
    encoded, algorithm = encode_dss_signature(r, s), ec.ECDSA(hashes.SHA256())
    return lambda: public.verify(encoded, sealed.signed, algorithm)


def interleaved(*ways: Callable[[], None]) -> list[float]:
    """The median microseconds of each way, measured in turn."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, taken in zip(ways, times, strict=True):
            begin = time.perf_counter()
            way()
            taken.append((time.perf_counter() - begin) * 1e6)
    return [statistics.median(taken) for taken in times]


def photos() -> None:
    """How many photos of the public suite are read, and how long each takes."""
    root = os.environ.get("CONFORMANCE_SUITES")
    if root is None:
        print("photos: CONFORMANCE_SUITES is not set\n")
        return
    files = [path for path in sorted((Path(root) / "qr-photos").rglob("*.*")) if path.suffix != ".txt"]
    for name in ("with libzbar", "without libzbar"):
        if name.startswith("without"):
            sys.modules["pyzbar"] = None  # type: ignore[assignment] # what Python takes for "cannot be imported"
        read, begin = 0, time.perf_counter()
        for file in files:
            found = scan_picture(file.read_bytes(), any_code=True)
            read += any(says(file, text) for text in (*found.ours, *found.foreign))
        spent = (time.perf_counter() - begin) / len(files) * 1e3
        print(f"photos, {name:16} {read} of {len(files)} = {read / len(files):.1%}, {spent:.1f} ms each")
    del sys.modules["pyzbar"]
    print()


def says(photo: Path, text: str) -> bool:
    """Whether a text is the photo's; a part of a code that is spread over four photos stands in one file."""
    own = photo.with_suffix(".txt")
    wanted = (own if own.exists() else photo.with_name("01.txt")).read_text(errors="replace").strip()
    text = text.strip().replace("\r\n", "\n")
    return text == wanted if own.exists() else text in wanted


def paper() -> None:
    """Read rates of printed symbols."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    print(f"{'print and scan, version':40}" + "".join(f"{version:>7}" for version in SIZES) + "   ms each")
    for way in WAYS:
        rates, spent = [], []
        for version, (years, subjects) in SIZES.items():
            read = 0
            for text, taken in taken_in(way, version, years, subjects, key):
                begin = time.perf_counter()
                read += scan_picture(taken).ours == (text,)
                spent.append((time.perf_counter() - begin) * 1e3)
            rates.append(f"{read / SAMPLES:7.0%}")
        print(f"{way.name:40}" + "".join(rates) + f"   {statistics.mean(spent):7.1f}")


def taken_in(way: Way, version: int, years: int, subjects: int, key: symbol.QrKey) -> Iterator[tuple[str, bytes]]:
    """Pages with a symbol, as they come in: text and JPEG."""
    for sample in range(SAMPLES):
        draw = Random(f"{way.name} {version} {sample}")  # noqa: S311 - a simulation, no secret
        made = symbol.text_of(symbol.seal(symbol.encode(claims(years, subjects, draw)), key), "https://hb.example.vn")
        drawn = symbol.draw(made)
        assert drawn.version == version, (drawn.version, version)
        yield made, photographed(page(drawn.matrix, way.dpi, draw), way, draw)


def claims(years: int, subjects: int, draw: Random) -> Claims:
    """Full claims of some size."""
    made = Claims("79000701", "000G40R40M30E209", 1, date(2026, 5, 31), draw.randbytes(32).hex(), Level.UPPER_SECONDARY)
    return replace(
        made,
        full_name="Nguyễn Thị Ánh Tuyết",
        date_of_birth=date(2008, 9, 5),
        first_year=2023,
        subjects=NUMBERED[1 : subjects + 1],
        marks=bytes(draw.randrange(101) for _ in range(years * subjects)),
        results=bytes((10, 1, 1, 1)) * years,
    )


def page(matrix: tuple[bytearray, ...], dpi: float, draw: Random) -> Image.Image:
    """A page as printed, at the resolution it is taken at: the symbol of 30 mm somewhere below lines of text."""
    scale = dpi / MILLIMETRES
    paper = Image.new("L", (round(PAGE[0] * scale), round(PAGE[1] * scale)), "white")
    for line in range(20, 200, 6):
        for word in range(20, 180, 12):
            width = draw.uniform(4, 10)
            left, top = round(word * scale), round(line * scale)
            paper.paste(60, (left, top, left + round(width * scale), top + round(2 * scale)))
    modules = len(matrix)
    inked = b"".join(bytes(0 if one else 255 for one in row) for row in matrix)
    side = round(symbol.SIDE * scale)
    fine = Image.frombytes("L", (modules, modules), inked).resize((modules * FINE,) * 2, Image.Resampling.NEAREST)
    place = round(draw.uniform(30, 140) * scale), round(draw.uniform(210, 250) * scale)
    paper.paste(fine.resize((side, side), Image.Resampling.BOX), place)
    return paper


def photographed(paper: Image.Image, way: Way, draw: Random) -> bytes:
    """The page turned, blurred, dimmed, grained and compressed."""
    taken = paper.rotate(draw.uniform(-way.turn, way.turn), Image.Resampling.BILINEAR, fillcolor=255)
    taken = taken.filter(ImageFilter.GaussianBlur(way.blur)) if way.blur else taken
    low = 128 - 110 * way.contrast
    taken = taken.point(lambda value: low + value * way.contrast * 0.86)
    taken = Image.blend(taken, grain(taken.size, way.noise), 0.15)
    out = BytesIO()
    taken.save(out, "JPEG", quality=way.quality)
    return out.getvalue()


@cache
def grain(size: tuple[int, int], noise: float) -> Image.Image:
    """The noise of a sensor: one picture of it for each way, since drawing it takes longer than all the rest."""
    return Image.effect_noise(size, noise * 8)


if __name__ == "__main__":
    main()
