"""The QR code of a transcript: its claims signed, its symbol drawn, and stamped on the page before anybody signs.

The format is docs/qr.md; what may stand in a claim is asked of the engine, so that nothing is printed which it refuses.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pikepdf
import pypdfium2
import segno
import typst
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image, ImageDraw

from issuers.address import host_of
from issuers.kit import CROCKFORD, canonical
from verify.agreement import CLAIMS, derive
from verify.claims import EPOCH, GRADES, LEVELS, NUMBERS, Claims
from verify.envelope import KID_BYTES, Algorithm, to_be_signed
from verify.qr import pack
from verify.record import read

QrKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

MAX_VERSION = 14
"""Modules of 0.41 mm at 30 mm: the finest that an office printer and a phone's camera agree on."""

LEFT_OUT_FIRST = (GRADES, (7,), (6,))
"""What a code too large for its symbol leaves out, in this order (docs/qr.md, 2)."""

SIDE, QUIET = 30.0, 4
"""Millimetres without the quiet zone; modules of quiet zone on each side."""
CAPTION = 4.0
"""Millimetres below the symbol, for the number."""
EDGE = 10.0
"""Millimetres at the edge of the page that printers may not reach."""
STEP = 2.0
"""Millimetres between the places that are tried."""

POINTS = 72 / 25.4
"""Points in a millimetre."""
PIXELS = 2.0
"""Pixels in a millimetre where the page is searched for room: a hairline still darkens one."""
BLANK = 250
"""The darkest grey that counts as paper."""


class TooLarge(Exception):  # noqa: N818 - a statement about the claims
    """The symbol would exceed version 14; `leave_out` are the claims without which it does not."""

    def __init__(self, leave_out: tuple[int, ...]) -> None:
        super().__init__(leave_out)
        self.leave_out = leave_out


class NoRoom(Exception):  # noqa: N818 - a statement about the page
    """No page has a blank place large enough, or the place that was named is not blank or not on the page."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a page, counted from 0: the upper left corner in millimetres from the page's own."""

    page: int
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Code:
    """A signed QR code: what is printed, and what the register is told (`qr_sha256`).

    `omitted` are the optional claims that it lacks, left out by the caller or not expressible: without 6 to 11 a paper
    cannot be compared, and the code alone is QR_INCOMPLETE.
    """

    number: str
    version: int
    text: str
    claims: bytes
    envelope: bytes
    symbol: segno.QRCode
    omitted: tuple[int, ...]

    @property
    def qr_sha256(self) -> str:
        """What the register knows this code by."""
        return hashlib.sha256(self.claims).hexdigest()

    @property
    def caption(self) -> str:
        """The number in fours, for who must type it."""
        return "-".join(self.number[at : at + 4] for at in range(0, 16, 4))


def make(record: Mapping[str, Any], key: QrKey, public_url: str, *, leave_out: Collection[int] = ()) -> Code:
    """The code of a record, signed with a QR key.

    Raises TooLarge; ValueError for claims that may not be left out, a day of issue outside 1970 to 2149, a key or an
    address that the format lacks; verify.record.Inconsistent for what is no record.
    """
    full = derive(read(canonical(record)))
    claims = without(full, leave_out)
    code = _code(claims, key, public_url)
    if _version(code) <= MAX_VERSION:
        return code
    dropped = set(leave_out)
    for numbers in LEFT_OUT_FIRST:
        dropped |= set(numbers)
        if _version(_code(without(full, dropped), key, public_url)) <= MAX_VERSION:
            break
    raise TooLarge(tuple(sorted(dropped)))


def without(claims: Claims, leave_out: Collection[int]) -> Claims:
    """The claims without some of the optional ones; the grades go together. Raises ValueError for a required one."""
    numbers = set(leave_out)
    if numbers & set(GRADES):
        numbers |= set(GRADES)
    if not numbers <= {6, 7, *GRADES}:
        raise ValueError("a required claim cannot be left out")
    absent: dict[str, Any] = {CLAIMS[number]: None for number in numbers}
    return replace(claims, **absent)


def encode(claims: Claims) -> bytes:
    """The claims as canonical CBOR. Raises ValueError for a day of issue that the format cannot say."""
    days = claims.issued_on.toordinal() - EPOCH
    if not 0 <= days <= 0xFFFF:  # noqa: PLR2004 - docs/qr.md, claim 4
        raise ValueError("issued_on is outside 1970 to 2149")
    born = claims.date_of_birth
    values = {
        1: claims.issuer,
        2: _number(claims.number),
        3: claims.version,
        4: days,
        5: bytes.fromhex(claims.record_digest),
        6: claims.full_name,
        7: None if born is None else born.toordinal() - EPOCH,
        8: claims.first_year,
        9: None if claims.subjects is None else [NUMBERS.get(code, code) for code in claims.subjects],
        10: claims.marks,
        11: claims.results,
        12: LEVELS.index(claims.level) + 1,
    }
    said = {number: value for number, value in values.items() if value is not None}
    return _head(5, len(said)) + b"".join(_cbor(number) + _cbor(value) for number, value in said.items())


def seal(payload: bytes, key: QrKey) -> bytes:
    """The envelope around the claims, signed. Raises ValueError for another curve than P-256."""
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kid = hashlib.sha256(spki).digest()[:KID_BYTES]
    algorithm = Algorithm.EDDSA if isinstance(key, ed25519.Ed25519PrivateKey) else Algorithm.ES256
    protected = _cbor(b"\xa2\x01" + _cbor(int(algorithm)) + b"\x04" + _cbor(kid))
    signed = to_be_signed(protected, _cbor(payload))
    return b"\x84" + protected + b"\xa0" + _cbor(payload) + _cbor(_signature(key, signed))


def text_of(envelope: bytes, public_url: str) -> str:
    """The text of the symbol. Raises ValueError for an address that is more than scheme, host and port."""
    host = host_of(public_url)
    return f"{urlsplit(public_url).scheme.upper()}://{host}/V#{pack(envelope)}"


def draw(text: str) -> segno.QRCode:
    """The symbol: level M, the address alphanumeric, `#` a byte, the digits numeric, no ECI."""
    address, _, digits = text.partition("#")
    segments: Any = [(address, segno.consts.MODE_ALPHANUMERIC), ("#", segno.consts.MODE_BYTE)]
    segments.append((digits, segno.consts.MODE_NUMERIC))
    return segno.make(segments, error="m", micro=False, boost_error=False)


def picture(code: Code, *, scale: int = 8) -> bytes:
    """The symbol as PNG with its quiet zone, `scale` pixels a module."""
    out = BytesIO()
    code.symbol.save(out, kind="png", scale=scale, border=QUIET)
    return out.getvalue()


def stamp(pdf: bytes, code: Code, spot: Spot | None = None) -> bytes:
    """The PDF with the symbol and its caption on a page, where `spot` says or where the last free room is.

    Never on anything that is printed there. Raises NoRoom; ValueError for a PDF that is signed already: a symbol that
    comes later is a change after signing.
    """
    drawn = _drawn(code)
    with pikepdf.open(BytesIO(pdf)) as document, pikepdf.open(BytesIO(drawn)) as block:
        if any("/ByteRange" in one for one in document.objects if isinstance(one, pikepdf.Dictionary)):
            raise ValueError("signed already: stamp first, then sign")
        box = block.pages[0].mediabox
        width, height = float(box[2]) / POINTS, float(box[3]) / POINTS
        spot = _room(pdf, width, height, spot)
        page = document.pages[spot.page]
        left, _, _, top = (float(edge) for edge in page.cropbox)
        x, y = left + spot.left * POINTS, top - spot.top * POINTS
        page.add_overlay(block.pages[0], pikepdf.Rectangle(x, y - height * POINTS, x + width * POINTS, y))
        out = BytesIO()
        document.save(out, deterministic_id=True)
        return out.getvalue()


def _code(claims: Claims, key: QrKey, public_url: str) -> Code:
    payload = encode(claims)
    envelope = seal(payload, key)
    text = text_of(envelope, public_url)
    omitted = tuple(number for number in (6, 7, *GRADES) if getattr(claims, CLAIMS[number]) is None)
    return Code(claims.number, claims.version, text, payload, envelope, draw(text), omitted)


def _version(code: Code) -> int:
    return int(code.symbol.version)


def _number(number: str) -> bytes:
    bits = 0
    for character in number:
        bits = bits << 5 | CROCKFORD.index(character)
    return bits.to_bytes(10)


def _signature(key: QrKey, signed: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(signed)
    if not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("a QR key is on P-256 or Ed25519")  # noqa: TRY004 (the type is right, the curve is not)
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _head(major: int, number: int) -> bytes:
    """The shortest head (RFC 8949, 4.2.1); nothing here needs more than two bytes of number."""
    if number < 24:  # noqa: PLR2004 - in the initial byte itself
        return bytes([major << 5 | number])
    size = 1 if number <= 0xFF else 2  # noqa: PLR2004 - one byte, or two
    return bytes([major << 5 | 23 + size]) + number.to_bytes(size)


def _cbor(value: object) -> bytes:
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(_cbor(one) for one in value)
    if not isinstance(value, int):
        raise TypeError(type(value).__name__)
    return _head(0, value) if value >= 0 else _head(1, -1 - value)


def _drawn(code: Code) -> bytes:
    """Symbol and caption as a PDF page of their size: one path, so that no seams show between modules."""
    rows = [bytes(row) for row in code.symbol.matrix]
    modules = len(rows)
    side = SIDE * (modules + 2 * QUIET) / modules
    runs = (
        f"M{run.start() + QUIET} {y + QUIET}h{len(run[0])}v1h-{len(run[0])}z"
        for y, row in enumerate(rows)
        for run in re.finditer(rb"\x01+", row)
    )
    whole = modules + 2 * QUIET
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}">'
        f'<path fill="#fff" d="M0 0h{whole}v{whole}h-{whole}z"/><path fill="#000" d="{"".join(runs)}"/></svg>'
    )
    inputs = {"symbol": svg, "side": f"{side:.4f}", "caption": code.caption}
    compiler = typst.Compiler(Path(__file__).with_suffix(".typ"), ignore_system_fonts=True, sys_inputs=inputs)
    drawn = compiler.compile(format="pdf", pdf_tags=False)
    if not isinstance(drawn, bytes):
        raise TypeError("typst gives a PDF as one run of bytes")
    return drawn


def _room(pdf: bytes, width: float, height: float, spot: Spot | None) -> Spot:
    """The spot if it is blank, or the last blank one: lowest first, then rightmost."""
    with pypdfium2.PdfDocument(pdf) as document:
        numbers = range(len(document) - 1, -1, -1) if spot is None else [spot.page]
        for number in numbers:
            if number >= len(document):
                continue
            page = _paper(document[number])
            for left, top in _places(page, width, height) if spot is None else [(spot.left, spot.top)]:
                if _blank(page, left, top, width, height):
                    return Spot(number, left, top)
    raise NoRoom


def _places(page: Image.Image, width: float, height: float) -> Iterator[tuple[float, float]]:
    columns = int((page.width / PIXELS - 2 * EDGE - width) // STEP)
    rows = int((page.height / PIXELS - 2 * EDGE - height) // STEP)
    for row in range(rows, -1, -1):
        for column in range(columns, -1, -1):
            yield EDGE + column * STEP, EDGE + row * STEP


def _paper(page: Any) -> Image.Image:  # noqa: ANN401 - pypdfium2 ships no types
    """The page as printed, the rectangles of its fields blackened; a turned page has no room that could be named."""
    scale = PIXELS / POINTS
    image: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    if page.get_rotation():
        return Image.new("L", image.size, "black")
    left, _, _, top = page.get_cropbox()
    brush = ImageDraw.Draw(image)
    for annotation in range(pypdfium2.raw.FPDFPage_GetAnnotCount(page)):
        handle = pypdfium2.raw.FPDFPage_GetAnnot(page, annotation)
        rect = pypdfium2.raw.FS_RECTF()
        pypdfium2.raw.FPDFAnnot_GetRect(handle, rect)
        pypdfium2.raw.FPDFPage_CloseAnnot(handle)
        across, down = sorted((rect.left - left, rect.right - left)), sorted((top - rect.top, top - rect.bottom))
        brush.rectangle((across[0] * scale, down[0] * scale, across[1] * scale, down[1] * scale), fill=0)
    return image


def _blank(page: Image.Image, left: float, top: float, width: float, height: float) -> bool:
    box = [round(edge * PIXELS) for edge in (left, top, left + width, top + height)]
    if box[0] < 0 or box[1] < 0 or box[2] > page.width or box[3] > page.height:
        return False
    darkest, _ = page.crop((box[0], box[1], box[2], box[3])).getextrema()
    return isinstance(darkest, (int, float)) and darkest >= BLANK
