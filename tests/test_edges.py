"""The edges of the engine's rooms: a value on each side of every bound that no other test stands at."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any

import cbor2
import pikepdf
import pytest
import world
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from test_qr import PAYLOAD
from test_scan import png

from issuers import kit
from verify import picture, scan
from verify.attachment import likeness
from verify.byterange import range_digests, signed_range
from verify.cbor import read_map
from verify.claims import Claims, read_claims
from verify.drawn import Drawing
from verify.evidence import Unreadable
from verify.qr import Refused
from verify.record import Inconsistent, read
from verify.trust import Level

# Byte ranges.

END = b"startxref\n1\n%%EOF\n"
FILE = b"%<0a>" + END


def tail(size: int) -> bytes:
    """The end of a revision in so many bytes."""
    return END.replace(b"\n1", b"\n1".rjust(2 + size - len(END)))


def test_a_byte_range_covers_all_but_its_hole() -> None:
    assert signed_range([0, 1, 5, len(END)], b"\x0a", FILE) == ("", 1, len(FILE))
    assert signed_range([0, 1, 5, len(END)], b"\x0a", FILE + b"more") == ("", 1, len(FILE))


def test_a_digest_is_made_by_each_known_function_that_is_named() -> None:
    found = range_digests(FILE + b">more", 1, len(FILE), ["sha256", "sha3_999"])
    assert found == {"sha256": hashlib.sha256(b"%" + END).digest()}


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([], ("byte range", 0, 0)),
        ([0, 1, 5], ("byte range", 0, 0)),
        ([0, 1, 5, 18, 0], ("byte range", 0, 0)),
        ([1, 1, 5, 18], ("byte range", 1, 23)),
        ([0, 0, 5, 18], ("byte range", 0, 23)),
        ([0, 5, 5, 18], ("byte range", 5, 23)),
        ([0, 6, 5, 18], ("byte range", 6, 23)),
        ([0, 1, 5, -1], ("byte range", 1, 4)),
        ([0, 1, 5, 19], ("byte range", 1, 24)),
        ([0, 1, 5, 0], ("byte range does not end with a revision", 1, 5)),
        ([0, 1, 6, 17], ("gap of the byte range", 1, 23)),
        ([0, 1, 5, 15], ("byte range does not end with a revision", 1, 20)),
    ],
)
def test_a_byte_range_with_another_hole_or_end_is_refused(numbers: list[int], told: tuple[str, int, int]) -> None:
    assert signed_range(numbers, b"\x0a", FILE) == told


@pytest.mark.parametrize(("size", "fault"), [(64, ""), (65, "byte range does not end with a revision")])
def test_the_end_of_a_revision_is_looked_for_in_64_bytes(size: int, fault: str) -> None:
    content = b"%<0a>" + tail(size)
    assert signed_range([0, 1, 5, size], b"\x0a", content) == (fault, 1, len(content))


def test_the_end_of_a_revision_is_not_looked_for_in_the_hole() -> None:
    inside = b"<" + b"0a" * 30 + b">"
    content = b"%" + inside + END[9:]
    assert signed_range([0, 1, 63, 9], b"\x0a" * 30, content)[0] == "byte range does not end with a revision"


@pytest.mark.parametrize(("size", "fault"), [(512 * 1024, ""), (512 * 1024 + 1, "gap of the byte range")])
def test_a_hole_has_at_most_half_a_million_bytes(size: int, fault: str) -> None:
    hole = b"<0a".ljust(size - 1) + b">"
    assert signed_range([0, 1, 1 + size, len(END)], b"\x0a", b"%" + hole + END)[0] == fault


@pytest.mark.parametrize("hole", [b"<0>", b"<0a0>", b"<0b>", b"<0g>", b"0a", b"<0a", b"<0a><", b"(0a)"])
def test_a_hole_is_one_token_that_says_the_contents(hole: bytes) -> None:
    content = b"%" + hole + END
    assert signed_range([0, 1, 1 + len(hole), len(END)], b"\x0a", content)[0] == "gap of the byte range"


# Numbers and claims of a QR code.


@pytest.mark.parametrize("size", [0, 1, 2, 4, 8])
def test_a_number_has_the_shortest_head_that_holds_it(size: int) -> None:
    """Each length from its first number to its last, and in no longer one."""
    below = {0: 0, 1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}
    last = 23 if size == 0 else (1 << 8 * size) - 1
    for number in (below[size], last):
        assert read_map(cbor2.dumps({number: number})) == {number: number}
        assert read_map(cbor2.dumps({0: -1 - number})) == {0: -1 - number}
    for longer in (one for one in below if one > size):
        head = bytes([{1: 24, 2: 25, 4: 26, 8: 27}[longer]]) + last.to_bytes(longer)
        with pytest.raises(Refused) as refused:
            read_map(b"\xa1\x00" + head)
        assert (refused.value.item, refused.value.code) == (5, "cbor")


def claims_with(**changes: Any) -> Claims:  # noqa: ANN401 - values of claims
    """The claims of the format's vector, and what differs."""
    found = cbor2.loads(PAYLOAD) | {int(name.removeprefix("c")): value for name, value in changes.items()}
    return read_claims(cbor2.dumps(found, canonical=True))


@pytest.mark.parametrize(
    ("field", "told", "changes"),
    [
        ("issuer", "A", {"c1": "A"}),
        ("issuer", "Z.-0" * 5, {"c1": "Z.-0" * 5}),
        ("number", "0" * 16, {"c2": bytes(10)}),
        ("number", "Z" * 16, {"c2": b"\xff" * 10}),
        ("version", 1, {"c3": 1}),
        ("version", 65535, {"c3": 65535}),
        ("issued_on", date(1970, 1, 1), {"c4": 0}),
        ("issued_on", date(2149, 6, 6), {"c4": 65535}),
        ("full_name", "A", {"c6": "A"}),
        ("full_name", "A" * 100, {"c6": "A" * 100}),
        ("full_name", "Á" * 50, {"c6": "Á" * 50}),
        ("full_name", "A \u0378", {"c6": "A \u0378"}),  # no character yet, but one in a newer table, perhaps
        ("date_of_birth", date(1870, 1, 1), {"c7": -36524}),
        ("date_of_birth", date(2149, 6, 6), {"c7": 65535}),
        ("first_year", 1990, {"c8": 1990}),
        ("first_year", 2200, {"c8": 2200}),
        ("subjects", ("#0", "#255"), {"c9": [0, 255], "c10": bytes(4)}),
        ("subjects", ("NN2", "#35"), {"c9": [34, 35], "c10": bytes(4)}),
        ("subjects", tuple(f"S{n}" for n in range(24)), {"c9": [f"S{n}" for n in range(24)], "c10": bytes(48)}),
        ("marks", b"\x64\x69\xff", {"c9": [1, 2, 3], "c10": b"\x64\x69\xff", "c11": b"\x0c\x04\x04\x03"}),
        ("results", b"\x01\0\0\0" * 9, {"c9": [1], "c10": bytes(9), "c11": b"\x01\0\0\0" * 9}),
        ("level", Level.PRIMARY, {"c12": 1}),
        ("level", Level.CONTINUING, {"c12": 4}),
    ],
)
def test_claims_at_their_bounds_are_read(field: str, told: object, changes: dict[str, Any]) -> None:
    """What is one further is refused: `tests/vectors/qr/refused.json`."""
    assert getattr(claims_with(**changes), field) == told


# Names of files.


@pytest.mark.parametrize(
    "name",
    [
        "transcript.json",
        "Transcript.JSON",
        "a/b/transcript.json",
        "C:\\a\\transcript.json",
        " transcript.json ",
        "trans\u200bcript.json",
        "trans\u00a0cript.json",
        "trans\u2028cript.json",
        "trans\tcript.json",
        "\uff54ranscript.json",
        "transcript.json\0.txt",
    ],
)
def test_what_a_reader_might_take_for_the_records_name(name: str) -> None:
    assert likeness(name)


@pytest.mark.parametrize(
    "name", ["", "transcript", "transcript.json.txt", "my-transcript.json", "transcript.json/a", "a\0transcript.json"]
)
def test_what_nobody_takes_for_the_records_name(name: str) -> None:
    assert not likeness(name)


# The record.


def fault_of(content: bytes) -> str:
    """Why bytes are no record; "" if they are."""
    try:
        read(content)
    except Inconsistent as why:
        return why.fact
    return ""


@pytest.mark.parametrize(("size", "fault"), [(256 * 1024, ""), (256 * 1024 + 1, "json")])
def test_a_record_has_at_most_a_quarter_of_a_million_bytes(size: int, fault: str) -> None:
    assert fault_of(kit.canonical(world.record()).ljust(size)) == fault


@pytest.mark.parametrize(("size", "fault"), [(0, "$.language"), (1, ""), (1000, ""), (1001, "$.language")])
def test_a_text_in_a_record_has_one_to_a_thousand_characters(size: int, fault: str) -> None:
    assert fault_of(kit.canonical(world.record(language="v" * size))) == fault


@pytest.mark.parametrize("plane", range(17))
def test_noncharacters_stand_in_no_record(plane: int) -> None:
    for last, fault in ((0xFFFD, ""), (0xFFFE, "json"), (0xFFFF, "json")):
        name = chr(plane << 16 | last)
        assert fault_of(kit.canonical(world.record(language=name))) == fault


# Pictures and pages.


@pytest.mark.parametrize(
    ("width", "height", "code"), [(10_000, 5_000, "unreadable"), (7, 7_142_857, "unreadable"), (3, 16_666_667, "limit")]
)
def test_a_picture_has_at_most_fifty_million_pixels(width: int, height: int, code: str) -> None:
    """One that is small enough is unpacked, and found to be empty."""
    with pytest.raises(Unreadable) as refused:
        picture.open_picture(png(width, height, b""))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("width", "searched"), [(12_000_000, 12_000_000), (12_000_001, 12_000_000), (9_000_000, 9_000_000)]
)
def test_twelve_million_pixels_are_searched(width: int, searched: int) -> None:
    assert picture._bounded(Image.new("L", (width, 1))).size == (searched, 1)


def test_a_picture_keeps_a_pixel_however_far_it_is_reduced() -> None:
    assert picture.scaled(Image.new("L", (10, 10)), 0.01).size == (1, 1)
    assert picture.scaled(Image.new("L", (10, 20)), 0.5).size == (5, 10)


def test_a_picture_is_averaged_where_it_is_reduced_and_smoothed_where_it_is_enlarged() -> None:
    row = Image.frombytes("L", (6, 1), bytes([0, 0, 0, 255, 0, 0]))
    assert [*picture.scaled(row, 0.5).tobytes()] == [0, 128, 0]
    assert len({*picture.scaled(row, 2).tobytes()}) > 2


def test_another_picture_of_that_container_is_not_that_format() -> None:
    assert picture.format_of(b"\0\0\0\x18ftypheic") == "HEIC"
    assert picture.format_of(b"\0\0\0\x18ftypavif") is None
    assert picture.format_of(b"\0\0\0\x18mdatheic") is None


@pytest.mark.parametrize(("darkest", "brightest"), [(0, 65535), (7, 4087), (1000, 1001)])
def test_the_darkest_becomes_black_and_the_brightest_white(darkest: int, brightest: int) -> None:
    image = Image.new("I", (3, 1), darkest)
    image.putpixel((2, 0), brightest)
    assert [*picture._grey(image).tobytes()] == [0, 0, 255]
    assert [*picture._grey(Image.new("I", (2, 1), darkest)).tobytes()] == [0, 0]


def test_what_lies_between_black_and_white_stays_there() -> None:
    image = Image.new("I", (3, 1), 100)
    image.putpixel((1, 0), 100 + 509)
    image.putpixel((2, 0), 100 + 510)
    assert [*picture._grey(image).tobytes()] == [0, 254, 255]


@pytest.mark.parametrize(("digits", "ours"), [(203, False), (204, True)])
def test_digits_alone_are_ours_if_an_envelope_fits(digits: int, ours: bool) -> None:  # noqa: FBT001 - a column
    assert scan.is_ours("1" * digits) is ours
    assert scan.is_ours("HTTPS://A/V#1")


def test_a_document_has_at_most_64_codes() -> None:
    finds = scan._Finds()
    finds.add(["1" * 204, *map(str, range(63))])
    finds.add(map(str, range(63)))
    assert (len(finds.ours), len(finds.foreign)) == (1, 63)
    with pytest.raises(Unreadable) as refused:
        finds.add(["63"])
    assert (refused.value.code, refused.value.limit) == ("limit", "codes")


@pytest.mark.parametrize(("count", "limit"), [(20, ""), (21, "pages")])
def test_twenty_pages_are_looked_at(count: int, limit: str) -> None:
    with pikepdf.new() as pdf:
        for _ in range(count):
            pdf.add_blank_page(page_size=(10, 10))
        out = BytesIO()
        pdf.save(out)
    found = ""
    try:
        scan.scan_pages(out.getvalue())
    except Unreadable as why:
        found = why.limit
    assert found == limit


def test_a_page_is_drawn_as_finely_as_asked_and_no_larger_than_may_be() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(72, 144))
        pdf.add_blank_page(page_size=(7200, 7200))
        out = BytesIO()
        pdf.save(out)
    with Drawing(out.getvalue()) as drawing:
        small, large = scan._pages(drawing, 100)
        assert [drawing.small(index).width for index in range(2)] == pytest.approx([48, 3162 * 0.32], abs=1)
    assert small.size == (100, 200)
    assert large.width == large.height == pytest.approx(10_000_000**0.5, abs=1)


@pytest.mark.parametrize(
    ("size", "scale", "most", "seen"),
    [
        ((100, 100), 1, 10_000, (100, 100)),
        ((100, 100), 2, 40_000, (200, 200)),
        ((100, 100), 2, 39_999, None),
        ((200, 200), 2, 40_000, None),
        ((200, 200), 1, 10_000, (100, 100)),
        ((200, 200), 0.5, 40_000, (100, 100)),
        ((200, 200), 0.5, 2_500, (50, 50)),
    ],
)
def test_an_attempt_sees_no_more_than_it_may(
    size: tuple[int, int], scale: float, most: int, seen: tuple[int, int] | None
) -> None:
    attempt = scan.Attempt(scan._zxing, scan._unchanged, scale, most)
    view = scan._view(Image.new("L", size), attempt)
    assert (view.size if view else None) == seen


@given(
    marks=st.lists(st.integers(0, 100), min_size=1, max_size=8), name=st.text("Ấẵ đỗ\U0001f600xyz'\"\\/", min_size=1)
)
def test_the_digest_of_a_record_is_that_of_its_canonical_form(marks: list[int], name: str) -> None:
    record = world.record(language=name)
    subjects = record["years"][0]["subjects"]
    scored = next(one for one in subjects if one["assessed_by"] == "score")
    record["years"][0]["subjects"] = [{**scored, "semester_1": mark / 10} for mark in marks]
    content = kit.canonical(record)
    assert read(content).digest == sha256(content).hexdigest()
    assert read(json.dumps(record, indent=1).encode()).digest == sha256(content).hexdigest()
