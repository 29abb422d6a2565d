"""The maker of QR codes: through real symbols and back, too much for a symbol, and the stamp on the page."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from world import cast, record

from issuers import kit, pupils, symbol
from issuers.symbol import NoRoom, Spot, TooLarge
from verify.agreement import derive, disagreements
from verify.claims import MARKS, NUMBERED, Claims, read_claims
from verify.drawn import Drawing
from verify.envelope import open_envelope
from verify.pdf import open_pdf
from verify.qr import read_text, unpack
from verify.record import read
from verify.scan import Scan, scan_drawn, scan_picture
from verify.trust import Level

PUBLIC_URL = "https://hb.example.vn"
VECTORS = Path(__file__).parent / "vectors" / "qr"
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
P256 = ec.derive_private_key(int.from_bytes(b"\x02" * 32), ec.SECP256R1())
ROUND_TRIPS = int(os.environ.get("QR_ROUND_TRIPS", "40"))
"""Random payloads that go through a real symbol; set it to 1000 for the full number."""


def spki(key: symbol.QrKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def drawn(draw: Random) -> Claims:
    """Random claims that fit version 14."""
    years, width = draw.randint(1, 5), draw.randint(1, 10)
    codes = draw.sample([*NUMBERED[1:], "CD-LY", "X.1"], width)
    marks = [*range(101), *MARKS.values(), 255]
    full = Claims(
        issuer="".join(draw.choices("ABZ019.-", k=draw.randint(1, 20))),
        number="".join(draw.choices(kit.CROCKFORD, k=16)),
        version=draw.randint(1, 65535),
        issued_on=date.fromordinal(date(1970, 1, 1).toordinal() + draw.randint(0, 65535)),
        record_digest=draw.randbytes(32).hex(),
        level=draw.choice(list(Level)),
        full_name=pupils.name(draw, draw.choice(("female", "male"))),
        date_of_birth=date.fromordinal(date(1970, 1, 1).toordinal() + draw.randint(-36524, 20000)),
        first_year=draw.randint(1990, 2200),
        subjects=tuple(codes),
        marks=bytes(draw.choices(marks, k=years * width)),
        results=b"".join(
            bytes((draw.randint(1, 12), draw.randint(0, 4), draw.randint(0, 4), draw.randint(0, 3)))
            for _ in range(years)
        ),
    )
    absent = [number for number in (6, 7, 8) if draw.random() < 0.2]
    return symbol.without(full, absent)


def test_claims_survive_symbol_and_picture() -> None:
    for seed in range(ROUND_TRIPS):
        draw = Random(seed)  # noqa: S311 - samples, no secret
        claims, key = drawn(draw), draw.choice((ED25519, P256))
        text = symbol.text_of(symbol.seal(symbol.encode(claims), key), PUBLIC_URL)
        code = symbol.draw(text)
        assert int(code.version) <= symbol.MAX_VERSION
        out = BytesIO()
        code.save(out, kind="png", scale=3, border=symbol.QUIET)
        (found,) = scan_picture(out.getvalue()).ours
        assert found == text
        sealed = open_envelope(unpack(read_text(found)[1]))
        assert sealed.signed_by(spki(key))
        assert read_claims(sealed.payload) == claims


@given(st.integers())
def test_claims_survive_their_encoding(seed: int) -> None:
    claims = drawn(Random(seed))  # noqa: S311 - samples, no secret
    assert read_claims(symbol.encode(claims)) == claims


@pytest.mark.parametrize("name", ["ed25519", "required", "largest"])
def test_the_maker_makes_the_vectors(name: str) -> None:
    one = json.loads((VECTORS / f"{name}.json").read_text())
    claims = read_claims(bytes.fromhex(one["cbor"]))
    assert symbol.encode(claims).hex() == one["cbor"]
    envelope = symbol.seal(symbol.encode(claims), ED25519)
    assert envelope.hex() == one["cose"]
    assert symbol.text_of(envelope, one["public_url"]) == one["text"]
    code = symbol.draw(one["text"])
    assert (code.version, code.error) == (one["symbol_version"], "M")


def test_claims_of_235_bytes_fit_version_14_under_the_longest_host() -> None:
    largest = json.loads((VECTORS / "largest.json").read_text())
    assert len(largest["cbor"]) == 2 * 235
    assert len(largest["public_url"].partition("://")[2]) == 40
    assert largest["symbol_version"] == 14
    longer = symbol.seal(bytes.fromhex(largest["cbor"]) + b"\0", ED25519)
    assert symbol.draw(symbol.text_of(longer, largest["public_url"])).version == 15


def years(count: int, subjects: int) -> list[dict[str, Any]]:
    marks = [{"code": f"SUBJECT-{n}", "name": "x", "assessed_by": "score", "year": n % 10} for n in range(subjects)]
    return [
        {"school_year": f"{2000 + n}-{2001 + n}", "grade": n + 1, "class": "x", "subjects": marks} for n in range(count)
    ]


def test_what_is_too_large_names_what_to_leave_out() -> None:
    whole = record(years=years(9, 24))
    with pytest.raises(TooLarge) as refused:
        symbol.make(whole, ED25519, PUBLIC_URL)
    assert refused.value.leave_out == (8, 9, 10, 11)
    code = symbol.make(whole, ED25519, PUBLIC_URL, leave_out=refused.value.leave_out)
    assert code.omitted == (8, 9, 10, 11)
    assert disagreements(read_claims(code.claims), read(kit.canonical(whole))) == ()


def test_leaving_out_goes_on_until_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    code = symbol.make(record(), ED25519, PUBLIC_URL)
    for numbers in ((8, 9, 10, 11), (7, 8, 9, 10, 11), (6, 7, 8, 9, 10, 11)):
        smaller = symbol.make(record(), ED25519, PUBLIC_URL, leave_out=numbers)
        if int(smaller.symbol.version) < int(code.symbol.version):
            monkeypatch.setattr(symbol, "MAX_VERSION", int(smaller.symbol.version))
            with pytest.raises(TooLarge) as refused:
                symbol.make(record(), ED25519, PUBLIC_URL)
            assert refused.value.leave_out == numbers
            code = smaller
    monkeypatch.setattr(symbol, "MAX_VERSION", 1)
    with pytest.raises(TooLarge) as refused:
        symbol.make(record(), ED25519, PUBLIC_URL)
    assert refused.value.leave_out == (6, 7, 8, 9, 10, 11)


def test_a_code_says_what_the_record_says() -> None:
    code = symbol.make(record(), P256, PUBLIC_URL)
    sealed = open_envelope(unpack(read_text(code.text)[1]))
    assert sealed.qr_sha256 == code.qr_sha256
    assert read_claims(sealed.payload) == derive(read(kit.canonical(record())))
    assert code.omitted == ()
    assert code.caption == "000G-40R4-0M30-E209"
    assert scan_picture(symbol.picture(code)).ours == (code.text,)


def test_a_code_says_what_it_lacks() -> None:
    pupil = record()["pupil"] | {"full_name": "Hai  khoảng trắng"}
    assert symbol.make(record(pupil=pupil), ED25519, PUBLIC_URL).omitted == (6,)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 12, 13])
def test_a_required_claim_cannot_be_left_out(number: int) -> None:
    with pytest.raises(ValueError, match="required"):
        symbol.make(record(), ED25519, PUBLIC_URL, leave_out=[number])


def test_a_day_of_issue_must_be_sayable() -> None:
    with pytest.raises(ValueError, match="issued_on"):
        symbol.make(record(issued_on="1969-12-31"), ED25519, PUBLIC_URL)


def test_another_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="P-256"):
        symbol.make(record(), ec.generate_private_key(ec.SECP384R1()), PUBLIC_URL)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://hb.example.vn", "HTTPS://HB.EXAMPLE.VN"),
        ("https://hb.example.vn/", "HTTPS://HB.EXAMPLE.VN"),
        ("http://127.0.0.1:8000", "HTTP://127.0.0.1:8000"),
        ("https://họcbạ.vn", "HTTPS://XN--HCB-UGZ2J.VN"),
    ],
)
def test_the_address_is_the_public_one_in_capitals(url: str, address: str) -> None:
    assert symbol.text_of(b"\0", url) == f"{address}/V#000"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hb.example.vn",
        "https://",
        "https://hb.example.vn/path",
        "https://hb.example.vn?q",
        "https://me@hb.example.vn",
        "https://" + "a" * 31 + ".example.vn",
        "https://h_b.vn",
    ],
)
def test_an_address_that_the_format_lacks_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="public address"):
        symbol.text_of(b"\0", url)


@cache
def code() -> symbol.Code:
    return symbol.make(record(), ED25519, PUBLIC_URL)


@cache
def unsigned() -> bytes:
    return kit.compose(record(), sample=True)


def rendered(pdf: bytes) -> list[bytes]:
    """Every page as pixels."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=1, grayscale=True).to_pil().tobytes() for page in document]


def scanned(pdf: bytes) -> Scan:
    """What one look at each page finds."""
    with Drawing(pdf) as drawing:
        return scan_drawn(drawing)


def test_the_stamp_is_read_from_the_page_and_nothing_else_changes() -> None:
    stamped = symbol.stamp(unsigned(), code())
    assert scanned(stamped).ours == (code().text,)
    changed = [
        (before, after)
        for page_before, page_after in zip(rendered(unsigned()), rendered(stamped), strict=True)
        for before, after in zip(page_before, page_after, strict=True)
        if before != after
    ]
    assert changed
    assert {before for before, _ in changed} == {255}
    with pypdfium2.PdfDocument(stamped) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    assert text.count(code().caption) == 4  # the title, two footers, and the caption


def test_the_symbol_is_thirty_millimetres_wide() -> None:
    with pikepdf.open(BytesIO(symbol._drawn(code()))) as block:
        width = float(block.pages[0].mediabox[2]) / symbol.POINTS
    modules = len(list(code().symbol.matrix))
    assert width * modules / (modules + 8) == pytest.approx(30, abs=0.01)


def test_a_stamped_transcript_is_signed_like_any_other() -> None:
    pdf = kit.sign(symbol.stamp(unsigned(), code()), cast().principal, "principal")
    evidence = open_pdf(pdf)
    assert [one.fault for one in evidence.signatures] == [""]
    assert not evidence.faults
    assert evidence.revisions[-1].attachment.content == kit.canonical(record())
    with pytest.raises(ValueError, match="signed already"):
        symbol.stamp(pdf, code())


def test_a_stamp_stands_where_it_is_put_unless_something_is_there() -> None:
    stamped = symbol.stamp(unsigned(), code(), Spot(1, 20, 200))
    assert scanned(stamped).ours == (code().text,)
    for spot in (Spot(0, 20, 100), Spot(1, 190, 200), Spot(1, -1, 200), Spot(9, 20, 200)):
        with pytest.raises(NoRoom):
            symbol.stamp(unsigned(), code(), spot)


def blank(*sizes: tuple[float, float], **entries: Any) -> bytes:  # noqa: ANN401 - entries of a page
    with pikepdf.new() as pdf:
        for size in sizes:
            page = pdf.add_blank_page(page_size=size)
            for name, value in entries.items():
                page.obj[f"/{name}"] = value
        out = BytesIO()
        pdf.save(out)
        return out.getvalue()


def test_a_page_without_room_is_passed_over() -> None:
    stamped = symbol.stamp(blank((595, 842), (120, 120)), code())
    assert [not page.strip(b"\xff") for page in rendered(stamped)] == [False, True]
    with pytest.raises(NoRoom):
        symbol.stamp(blank((120, 120)), code())
    with pytest.raises(NoRoom):
        symbol.stamp(blank((595, 842), Rotate=90), code())


def test_a_cropped_page_is_stamped_within_what_is_seen() -> None:
    cropped = blank((842, 842), CropBox=pikepdf.Array([100, 50, 600, 700]))
    assert scanned(symbol.stamp(cropped, code())).ours == (code().text,)


def test_a_field_is_no_free_room() -> None:
    """A field that is empty looks like paper; a signature will stand there."""
    with pikepdf.open(BytesIO(blank((595, 842)))) as pdf:
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T="later",
            Rect=pikepdf.Array([0, 0, 595, 600]),
        )
        fields = pikepdf.Array([pdf.make_indirect(field)])
        pdf.pages[0].obj["/Annots"] = fields
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=fields)
        out = BytesIO()
        pdf.save(out)
    with pytest.raises(NoRoom):
        symbol.stamp(out.getvalue(), code(), Spot(0, 20, 200))
    symbol.stamp(out.getvalue(), code(), Spot(0, 20, 20))


def test_a_number_in_claims_is_that_of_the_record() -> None:
    other = replace(derive(read(kit.canonical(record()))), number="ZZZZZZZZZZZZZZZZ")
    assert read_claims(symbol.encode(other)).number == "ZZZZZZZZZZZZZZZZ"
