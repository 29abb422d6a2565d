"""The QR code's text, envelope and claims: what is read, what is refused, what a signature holds, what agrees."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from suites import suite
from world import record, registration

from issuers.kit import canonical
from verify import claims as rooms
from verify.agreement import CLAIMS, derive, disagreements, register_disagreements
from verify.cbor import read_map
from verify.claims import NUMBERED, NUMBERS, Claims, read_claims
from verify.cms import key_id
from verify.envelope import Algorithm, Sealed, open_envelope
from verify.qr import Refused, pack, read_text, unpack
from verify.record import Record, read
from verify.trust import Level

ROOT = Path(__file__).parents[1]
VECTORS = ROOT / "tests" / "vectors" / "qr"
DOCS = (ROOT / "docs" / "qr.md").read_text()


def vector(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text())
    return loaded


SOUND = {path.stem: vector(path.stem) for path in sorted(VECTORS.glob("*.json")) if path.stem != "refused"}
REFUSED: list[dict[str, Any]] = vector("refused")["cases"]
FULL = SOUND["ed25519"]
SPKI = bytes.fromhex(FULL["public_key"])
ENVELOPE = bytes.fromhex(FULL["cose"])
PAYLOAD = bytes.fromhex(FULL["cbor"])

every_vector = pytest.mark.parametrize("one", SOUND.values(), ids=SOUND)


@every_vector
def test_a_vector_is_read_from_text_to_signature(one: dict[str, Any]) -> None:
    host, digits = read_text(one["text"])
    assert host == one["public_url"].partition("://")[2].upper()
    assert digits == one["digits"]
    assert pack(unpack(digits)) == digits
    assert unpack(digits).hex() == one["cose"]
    sealed = open_envelope(unpack(digits))
    assert sealed.payload.hex() == one["cbor"]
    assert sealed.signed.hex() == one["signed"]
    assert sealed.kid == one["kid"] == key_id(bytes.fromhex(one["public_key"]))[:16]
    assert sealed.algorithm.name == one["algorithm"]
    assert sealed.qr_sha256 == one["qr_sha256"]
    assert sealed.signed_by(bytes.fromhex(one["public_key"]))
    told = {int(key): value for key, value in one["claims"].items()}
    read_claims(sealed.payload)
    assert {k: v.hex() if isinstance(v, bytes) else v for k, v in read_map(sealed.payload).items()} == told


def test_the_vector_of_the_format_is_the_first_of_ours() -> None:
    (cbor,) = re.findall(r"CBOR `([0-9a-f]{100,})`", DOCS)
    (digits,) = re.findall(r"Digits `([0-9]+)`", DOCS)
    head, tail = re.findall(r"COSE `([0-9a-f]+)` CBOR `5840 ([0-9a-f]{128})`", DOCS)[0]
    assert (FULL["cbor"], FULL["digits"]) == (cbor, digits)
    assert FULL["cose"] == f"{head}{cbor}5840{tail}"
    assert f"kid `{FULL['kid']}`" in DOCS


def test_the_vector_says_what_the_format_says_of_it() -> None:
    claims = read_claims(PAYLOAD)
    assert claims == Claims(
        issuer="01000701",
        number="000G40R40M30E209",
        version=2,
        issued_on=date(2026, 5, 31),
        record_digest=bytes(range(32)).hex(),
        level=Level.UPPER_SECONDARY,
        full_name="Nguyễn Thị Ánh",
        date_of_birth=date(2008, 9, 5),
        first_year=2024,
        subjects=("TOAN", "TD", "CD-LY"),
        marks=bytes.fromhex("5365ff5a664b"),
        results=bytes.fromhex("0a0101010b020100"),
    )
    assert claims.complete
    assert claims.subject.record_digest == claims.record_digest
    assert (claims.subject.issuer, claims.subject.number, claims.subject.version) == ("01000701", claims.number, 2)
    assert claims.plain["years"] == [
        {
            "school_year": "2024-2025",
            "grade": 10,
            "learning_result": "good",
            "training_result": "good",
            "decision": "promoted",
            "subjects": [{"code": "TOAN", "year": 8.3}, {"code": "TD", "year": "pass"}],
        },
        {
            "school_year": "2025-2026",
            "grade": 11,
            "learning_result": "fair",
            "training_result": "good",
            "subjects": [
                {"code": "TOAN", "year": 9.0},
                {"code": "TD", "year": "not_pass"},
                {"code": "CD-LY", "year": 7.5},
            ],
        },
    ]


def test_required_claims_alone_are_read_and_are_not_enough_to_compare() -> None:
    claims = read_claims(bytes.fromhex(SOUND["required"]["cbor"]))
    assert not claims.complete
    assert set(claims.plain) == {"issuer", "number", "version", "issued_on", "record_digest", "level"}


def test_a_year_that_the_record_lacks_is_not_shown_and_a_later_number_has_no_name_yet() -> None:
    claims = read_claims(bytes.fromhex(SOUND["odd"]["cbor"]))
    assert claims.date_of_birth == date(1969, 12, 31)
    assert [year["school_year"] for year in claims.plain["years"]] == ["1990-1991", "1992-1993"]
    assert claims.plain["years"][0]["subjects"] == [{"code": "#200", "year": 0.0}, {"code": "LOP-1.A", "year": "T"}]
    assert claims.plain["years"][1]["subjects"] == [{"code": "#200", "year": "H"}, {"code": "LOP-1.A", "year": "C"}]


def take(case: dict[str, Any]) -> None:
    """Read whatever the case is about."""
    if "text" in case:
        unpack(read_text(case["text"])[1])
    elif "cose" in case:
        open_envelope(bytes.fromhex(case["cose"]))
    else:
        read_claims(bytes.fromhex(case["cbor"]))


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_refused(case: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        take(case)
    assert (refused.value.item, refused.value.code) == (case["item"], case["code"])


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("HTTPS://HB.EXAMPLE.VN/V#123", "HB.EXAMPLE.VN"),
        ("https://hb.example.vn/V#123", "HB.EXAMPLE.VN"),
        (" \t\r\nhTtP://127.0.0.1:8000/V#123\n", "127.0.0.1:8000"),
        ("123", None),
        (" 123 ", None),
        ("HTTPS://XN--HC-YJA.VN/V#123", "XN--HC-YJA.VN"),
    ],
)
def test_a_text_is_ours_by_its_address_in_any_case_or_by_digits_alone(text: str, host: str | None) -> None:
    assert read_text(text) == (host, "123")


def test_a_long_s_is_no_s() -> None:
    with pytest.raises(Refused):
        read_text("HTTP\u017f://HB.EXAMPLE.VN/V#123")


@given(st.binary(min_size=1, max_size=1024))
def test_bytes_survive_digits(data: bytes) -> None:
    assert unpack(pack(data)) == data
    assert len(pack(bytes(1024))) == 2487


def test_each_length_of_a_group_has_its_digits() -> None:
    widths = {1: 3, 2: 5, 3: 8, 4: 10, 5: 13, 6: 15, 7: 17}
    for size, width in widths.items():
        for data in (bytes(size), b"\xff" * size, b"\xff" * 7 + bytes(size), bytes(range(1, 1 + size))):
            assert len(pack(data)) == width + 17 * (len(data) > 7)
            assert unpack(pack(data)) == data
    for width in {*range(1, 17)} - {*widths.values()}:
        with pytest.raises(Refused):
            unpack("0" * width)


def test_a_kilobyte_is_read_and_no_more() -> None:
    assert unpack(pack(bytes(1024))) == bytes(1024)
    with pytest.raises(Refused):
        unpack(pack(bytes(1025)))


@given(st.text() | st.from_regex(r"(HTTPS://A/V#)?[0-9]{1,100}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Refused):
        read_claims(open_envelope(unpack(read_text(text)[1])).payload)


values = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=30) | st.floats() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 30) | st.text(max_size=2), inner),
    max_leaves=4,
)


def plain(value: object) -> bool:
    """Whether a value, as a library reads it, is one that a claim may have."""
    kinds = (int, bytes, str)
    if isinstance(value, list):
        return all(isinstance(one, kinds) and not isinstance(one, bool) for one in value)
    return isinstance(value, kinds) and not isinstance(value, bool)


@given(st.dictionaries(st.integers(0, 2**64 - 1), values, max_size=5))
def test_two_readers_of_cbor_agree_on_maps(made: dict[int, Any]) -> None:
    data = cbor2.dumps(dict(sorted(made.items())))
    if all(map(plain, made.values())):
        assert read_map(data) == made
    else:
        with pytest.raises(Refused):
            read_map(data)


@given(st.binary(max_size=60) | st.tuples(st.integers(0, len(PAYLOAD) - 1), st.binary(max_size=4)))
def test_what_our_reader_takes_is_canonical_to_the_other(draw: bytes | tuple[int, bytes]) -> None:
    if isinstance(draw, bytes):
        data = draw
    else:
        place, piece = draw
        data = PAYLOAD[:place] + piece + PAYLOAD[place + len(piece) :]
    try:
        found = read_map(data)
    except Refused:
        return
    assert cbor2.loads(data) == found
    assert cbor2.dumps(found, canonical=True) == data


@pytest.mark.parametrize("size", [1, 23, 24, 255, 256, 900])
def test_a_payload_of_any_length_has_one_head(size: int) -> None:
    payload = bytes(size)
    sealed = open_envelope(ENVELOPE[:16] + cbor2.dumps(payload) + ENVELOPE[-66:])
    assert sealed.payload == payload
    assert cbor2.loads(sealed.signed) == ["Signature1", ENVELOPE[2:15], b"", payload]


def test_every_bit_counts() -> None:
    """Any bit of the envelope flipped once: refused, another kid or algorithm, or a signature that fails."""
    kid = open_envelope(ENVELOPE).kid
    for bit in range(len(ENVELOPE) * 8):
        flipped = bytearray(ENVELOPE)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            sealed = open_envelope(bytes(flipped))
        except Refused:
            continue
        assert not sealed.signed_by(SPKI), bit
        assert (sealed.kid != kid) == (7 * 8 <= bit < 15 * 8)


@every_vector
def test_every_byte_of_the_claims_counts(one: dict[str, Any]) -> None:
    envelope = bytes.fromhex(one["cose"])
    begin = envelope.index(bytes.fromhex(one["cbor"]))
    for place in range(begin, len(envelope) - 66):
        flipped = bytearray(envelope)
        flipped[place] ^= 0xFF
        assert not open_envelope(bytes(flipped)).signed_by(bytes.fromhex(one["public_key"]))


def spki(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_key_must_fit_the_algorithm() -> None:
    sealed = open_envelope(ENVELOPE)
    p256 = open_envelope(bytes.fromhex(SOUND["es256"]["cose"]))
    own = bytes.fromhex(SOUND["es256"]["public_key"])
    others = [
        spki(ed25519.Ed25519PrivateKey.generate()),
        spki(ec.generate_private_key(ec.SECP256R1())),
        spki(ec.generate_private_key(ec.SECP384R1())),
        spki(rsa.generate_private_key(65537, 2048)),
        b"",
        b"0",
    ]
    for key in others:
        assert not sealed.signed_by(key)
        assert not p256.signed_by(key)
    assert p256.signed_by(own)
    assert not sealed.signed_by(own)
    assert not p256.signed_by(SPKI)
    assert not replace(p256, algorithm=Algorithm.EDDSA).signed_by(own)
    assert not replace(p256, signature=p256.signature + b"\0").signed_by(own)
    assert not replace(p256, signature=bytes(64)).signed_by(own)


def test_another_curve_of_the_same_size_has_not_signed() -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    p256 = open_envelope(bytes.fromhex(SOUND["es256"]["cose"]))
    r, s = decode_dss_signature(key.sign(p256.signed, ec.ECDSA(hashes.SHA256())))
    assert not replace(p256, signature=r.to_bytes(32) + s.to_bytes(32)).signed_by(spki(key))


def test_s_may_be_high_or_low() -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    p256 = open_envelope(bytes.fromhex(SOUND["es256"]["cose"]))
    mirrored = order - int.from_bytes(p256.signature[32:])
    assert replace(p256, signature=p256.signature[:32] + mirrored.to_bytes(32)).signed_by(
        bytes.fromhex(SOUND["es256"]["public_key"])
    )


def wycheproof(name: str) -> list[tuple[bytes, dict[str, Any]]]:
    loaded = json.loads((suite("wycheproof") / name).read_text())
    return [(bytes.fromhex(group["publicKeyDer"]), test) for group in loaded["testGroups"] for test in group["tests"]]


def test_wycheproof_ed25519() -> None:
    for key, test in wycheproof("ed25519_test.json"):
        message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
        sealed = Sealed("", Algorithm.EDDSA, b"", message, signature)
        assert sealed.signed_by(key) == (test["result"] == "valid"), test["tcId"]


def test_wycheproof_ecdsa_p256() -> None:
    """The vectors are in DER: what cannot be said as r and s of 32 bytes each is refused before any arithmetic."""
    said = 0
    for key, test in wycheproof("ecdsa_secp256r1_sha256_test.json"):
        try:
            r, s = decode_dss_signature(bytes.fromhex(test["sig"]))
            signature = r.to_bytes(32) + s.to_bytes(32)
        except (ValueError, OverflowError):
            assert test["result"] == "invalid"
            continue
        said += 1
        sealed = Sealed("", Algorithm.ES256, b"", bytes.fromhex(test["msg"]), signature)
        assert sealed.signed_by(key) == (test["result"] == "valid"), test["tcId"]
    assert said > 200


def test_cose_sign1_examples_do_not_fit_the_profile() -> None:
    files = sorted((suite("cose") / "sign1-tests").glob("*.json"))
    assert len(files) == 9
    for file in files:
        message = bytes.fromhex(json.loads(file.read_text())["output"]["cbor"])
        for data in (message, message.removeprefix(b"\xd2")):
            with pytest.raises(Refused) as refused:
                open_envelope(data)
            assert refused.value.item == 4


def read_record(**changes: Any) -> Record:  # noqa: ANN401 - JSON values
    return read(canonical(record(**changes)))


def test_claims_follow_from_the_record() -> None:
    whole = read_record()
    claims = derive(whole)
    assert claims.complete
    assert disagreements(claims, whole) == ()
    assert claims.results is not None
    assert claims.marks is not None
    assert claims.subjects is not None
    assert len(claims.marks) * 4 == len(claims.results) * len(claims.subjects)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (1, "79000702"),
        (2, "000G40R40M30E20A"),
        (3, 2),
        (4, date(2026, 5, 30)),
        (5, "00" * 32),
        (6, "Ai đó"),
        (7, date(2000, 1, 1)),
        (8, 2001),
        (9, ("TOAN",)),
        (10, b"\x64"),
        (11, b"\x0a\x01\x01\x01"),
        (12, Level.PRIMARY),
    ],
)
def test_each_claim_that_differs_is_named(number: int, value: object) -> None:
    whole = read_record()
    changed: dict[str, Any] = {CLAIMS[number]: value}
    assert disagreements(replace(derive(whole), **changed), whole) == (number,)


def test_a_claim_that_is_absent_says_nothing() -> None:
    whole = read_record()
    absent: dict[str, Any] = {CLAIMS[number]: None for number in (6, 7, 8, 9, 10, 11)}
    assert disagreements(replace(derive(whole), **absent), whole) == ()


def test_the_register_knows_three_claims() -> None:
    claims = derive(read_record())
    entry = registration()
    assert register_disagreements(claims, entry) == ()
    other = registration(issuer="X", record_digest="00" * 32, level=Level.PRIMARY)
    assert register_disagreements(claims, other) == (1, 5, 12)


def year(school_year: str, *subjects: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    return {"school_year": school_year, "grade": 10, "class": "10A1", "subjects": list(subjects), **more}


def scored(code: str, **marks: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    return {"code": code, "name": code, "assessed_by": "score", **marks}


def test_grades_of_years_that_do_not_run_on() -> None:
    """Subjects stand in the order of first appearance, years in that of time; what is missing is missing."""
    later = year("2025-2026", scored("LI", year=10), scored("TOAN"), learning_result="not_pass", decision="retained")
    earlier = year("2023-2024", scored("TOAN", year=0.5), scored("MOI", year=7.9), training_result="fair")
    claims = derive(read_record(years=[later, earlier]))
    assert claims.first_year == 2023
    assert claims.subjects == ("LI", "TOAN", "MOI")
    assert claims.marks == bytes([255, 5, 79, 255, 255, 255, 100, 255, 255])
    assert claims.results == bytes([10, 0, 2, 0, 0, 0, 0, 0, 10, 4, 0, 3])


@pytest.mark.parametrize(
    "years",
    [
        [year("2023-2024", scored("TOAN")), year("2023-2024", scored("LI"))],
        [year("2023-2024", scored("TOAN"), scored("TOAN"))],
        [year("2014-2015", scored("TOAN")), year("2023-2024", scored("TOAN"))],
        [year("1989-1990", scored("TOAN"))],
        [year("2201-2202", scored("TOAN"))],
        [year("2023-2024")],
        [year("2023-2024", *(scored(f"S{number}") for number in range(25)))],
        [year("2023-2024", scored("toán"))],
    ],
    ids=["a year twice", "a subject twice", "ten years", "early", "late", "no subject", "many subjects", "a code"],
)
def test_grades_that_the_format_cannot_say_are_left_out(years: list[dict[str, Any]]) -> None:
    claims = derive(read_record(years=years))
    assert (claims.first_year, claims.subjects, claims.marks, claims.results) == (None, None, None, None)
    assert not claims.complete


def test_grades_of_nine_years_and_of_the_first_and_last_year_are_said() -> None:
    for first in (1990, 2192):
        years = [year(f"{first + n}-{first + n + 1}", scored("TOAN", year=n)) for n in range(9)]
        claims = derive(read_record(years=years))
        assert (claims.first_year, claims.marks) == (first, bytes(range(0, 90, 10)))
    assert derive(read_record(years=[year("2200-2201", scored("TOAN"))])).first_year == 2200


def test_a_name_and_a_birthday_that_the_format_cannot_say_are_left_out() -> None:
    pupil = record()["pupil"] | {"full_name": "Hai  khoảng trắng", "date_of_birth": "1869-01-01"}
    claims = derive(read_record(pupil=pupil))
    assert claims.full_name is None
    assert claims.date_of_birth is None
    told = replace(claims, full_name="Hai khoảng trắng")
    assert disagreements(told, read_record(pupil=pupil)) == (6,)


def test_docs_number_the_subjects_as_the_code_does() -> None:
    rows = re.findall(r"^\| (\d+) \| `([A-Z0-9.-]+)` \| .+ \|$", DOCS, re.MULTILINE)
    assert [(int(number), code) for number, code in rows] == [(n, code) for n, code in enumerate(NUMBERED) if code]
    assert len(NUMBERS) == len(NUMBERED) - 1
    assert set(rooms.MARKS.values()) == {101, 102, 103, 104, 105}


def test_docs_count_the_vectors() -> None:
    assert set(re.findall(r"`tests/vectors/qr/([a-z0-9]+)\.json`", DOCS)) == {*SOUND, "refused"}
