"""The issuer's kit: what it composes can be read by anybody, what it signs can be verified by others' tools."""

from __future__ import annotations

import copy
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import Any

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from issuers import certification, kit, pupils
from verify.trust import Level

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
ISSUER = {
    "code": "97000701",
    "name": "Trường THPT Sông Mây (mẫu)",
    "department_code": "SO-97",
    "province_code": "97",
}
KEYS: dict[str, Callable[[], kit.PrivateKey]] = {
    "rsa": certification.rsa_key,
    "p256": certification.p256_key,
    "ed25519": certification.ed25519_key,
}


@pytest.fixture(scope="module")
def authority() -> certification.Authority:
    return certification.authority("CA Chính phủ (mẫu)", certification.p256_key(), NOW)


@pytest.fixture(scope="module")
def clock(authority: certification.Authority) -> certification.TimeStampAuthority:
    key = certification.rsa_key()
    certificate = certification.certify(authority, "Dấu thời gian (mẫu)", "Bộ (mẫu)", key, NOW, time_stamps=True)
    return certification.TimeStampAuthority(kit.Signer(certificate, key, authority.chain), NOW)


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return pupils.record(
        Random(7),  # noqa: S311 (it invents names and marks)
        ISSUER,
        Level.UPPER_SECONDARY,
        number="000G40R40M30E209",
        issued_on=date(2026, 5, 31),
        last_year=2025,
        place_of_birth="Tỉnh Mây Ngàn (mẫu)",
    )


@pytest.fixture(scope="module")
def unsigned(record: dict[str, Any]) -> bytes:
    return kit.compose(record, department="Sở Giáo dục và Đào tạo tỉnh Mây Ngàn (mẫu)")


def signer(authority: certification.Authority, kind: str = "p256", *, seal: bool = False) -> kit.Signer:
    key = KEYS[kind]()
    name = "Trường THPT Sông Mây (mẫu)" if seal else "Đỗ Thị Ánh Nguyệt"
    certificate = certification.certify(authority, name, ISSUER["name"], key, NOW)
    return kit.Signer(certificate, key, authority.chain, name=name, title="" if seal else "Hiệu trưởng", seal=seal)


def text_of(pdf: bytes) -> str:
    """What is visible, appearances of signatures included."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    for page in document:
        page.flatten()
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def validate(pdf: bytes, authority: certification.Authority) -> list[Any]:
    root = translate_pyca_cryptography_cert_to_asn1(authority.root)
    context = ValidationContext(trust_roots=[root], moment=NOW, allow_fetching=False)
    return [
        validate_pdf_signature(embedded, context, context)
        for embedded in PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    ]


def test_a_number_is_16_characters_that_paper_does_not_garble() -> None:
    numbers = {kit.number() for _ in range(100)}
    assert len(numbers) == 100
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{16}", number) for number in numbers)


def test_a_number_counts_from_its_highest_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda _: int.from_bytes(bytes(range(10))))
    assert kit.number() == "000G40R40M30E209"  # the vector of the QR format


def test_the_record_is_written_as_rfc_8785_says() -> None:
    assert kit.canonical({"b": 8.0, "a": "Ấ", "c": 8.3}) == '{"a":"Ấ","b":8,"c":8.3}'.encode()


def test_the_digests_are_of_the_embedded_record_and_of_the_file(record: dict[str, Any], unsigned: bytes) -> None:
    with pikepdf.open(BytesIO(unsigned)) as pdf:
        embedded = pdf.attachments["transcript.json"].get_file().read_bytes()
    assert kit.digests(record, unsigned) == kit.Digests(sha256(embedded).hexdigest(), sha256(unsigned).hexdigest())


def test_one_record_is_embedded_as_associated_data_in_both_places(record: dict[str, Any], unsigned: bytes) -> None:
    with pikepdf.open(BytesIO(unsigned)) as pdf:
        (associated,) = pdf.Root.AF
        name, filed = pdf.Root.Names.EmbeddedFiles.Names
        assert str(name) == "transcript.json"
        assert associated.objgen == filed.objgen
        assert associated.AFRelationship == "/Data"
        assert associated.EF.F.read_bytes() == kit.canonical(record)
        assert associated.EF.F.Subtype == "/application/json"


def test_a_composed_pdf_is_one_clean_revision_with_two_empty_fields(unsigned: bytes) -> None:
    with pikepdf.open(BytesIO(unsigned)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert pdf.get_warnings() == []
        assert [str(field.T) for field in pdf.Root.AcroForm.Fields] == ["principal", "school_seal"]
        assert all("/V" not in field for field in pdf.Root.AcroForm.Fields)
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "U")
    reader = PdfFileReader(BytesIO(unsigned), strict=True)
    assert reader.total_revisions == 1
    assert not reader.xrefs.hybrid_xrefs_present


def test_every_font_is_embedded(unsigned: bytes, authority: certification.Authority) -> None:
    signed = kit.sign(unsigned, signer(authority), "principal")
    with pikepdf.open(BytesIO(signed)) as pdf:
        descriptors = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/FontName" in each]
        assert len(descriptors) >= 4
        assert all("/FontFile3" in each or "/FontFile2" in each for each in descriptors)


def test_the_page_shows_what_the_record_says(record: dict[str, Any], unsigned: bytes) -> None:
    text = text_of(unsigned)
    pupil, first = record["pupil"], record["years"][0]["subjects"][0]
    year, month, day = pupil["date_of_birth"].split("-")
    for shown in (
        pupil["full_name"],
        pupil["personal_id"],
        f"{day}/{month}/{year}",
        "000G-40R4-0M30-E209",
        "HỌC BẠ TRUNG HỌC PHỔ THÔNG",
        "SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH MÂY NGÀN (MẪU)",
        f"{first['year']:.1f}".replace(".", ","),
        "2023 – 2024",
        "HIỆU TRƯỞNG",
        "CON DẤU CỦA NHÀ TRƯỜNG",
        "Ngày 31 tháng 05 năm 2026",
    ):
        assert shown in text
    assert "MẪU – KHÔNG CÓ GIÁ TRỊ" not in text


def test_a_sample_says_so_on_every_page(record: dict[str, Any]) -> None:
    sample = kit.compose(record, sample=True)
    with pikepdf.open(BytesIO(sample)) as pdf:
        pages = len(pdf.pages)
    assert text_of(sample).count("DỮ LIỆU MẪU – KHÔNG CÓ GIÁ TRỊ / SYNTHETIC SAMPLE") == pages > 1


def test_a_correction_is_printed(record: dict[str, Any]) -> None:
    corrected = copy.deepcopy(record)
    change = {"subject": "TOAN", "field": "year", "old": 7, "new": 8, "on": "2026-06-20", "reason": "cộng nhầm"}
    corrected["version"] = 2
    corrected["years"][2]["corrections"].append(change)
    corrected["supersedes"] = {"number": record["number"], "version": 1, "record_digest": "00" * 32}
    corrected["amendment"] = {
        "reason_code": "entry_error",
        "reason": "cộng nhầm điểm",
        "requested_by": "gia đình",
        "confirmed_by": "hiệu trưởng",
        "reported_to": "SO-97",
        "decision_no": "15/QĐ",
        "on": "2026-06-20",
    }
    text = text_of(kit.compose(corrected))
    assert "Toán, cả năm, từ 7,0 thành 8,0; lí do: cộng nhầm." in text
    assert "Thay thế phiên bản 1" in text
    assert "Quyết định số 15/QĐ" in text


def test_a_record_with_little_in_it_can_be_printed(record: dict[str, Any]) -> None:
    bare = copy.deepcopy(record)
    bare["pupil"] = {key: bare["pupil"][key] for key in ("full_name", "date_of_birth", "sex")}
    bare["years"] = bare["years"][:1]
    for key in ("learning_result", "training_result", "decision"):
        del bare["years"][0][key]
    assert bare["pupil"]["full_name"] in text_of(kit.compose(bare))


def test_text_in_a_record_is_text_and_never_markup(record: dict[str, Any]) -> None:
    sly = copy.deepcopy(record)
    sly["pupil"]["place_of_birth"] = '#read("/etc/hostname") *đậm* $x$'
    assert '#read("/etc/hostname") *đậm* $x$' in text_of(kit.compose(sly))


@pytest.mark.parametrize("level", list(pupils.GRADES))
def test_every_level_has_its_look(level: Level) -> None:
    draw = Random(1)  # noqa: S311 (as above)
    record = pupils.record(
        draw, ISSUER, level, number=kit.number(), issued_on=date(2026, 5, 31), last_year=2025, place_of_birth=""
    )
    titles = {"primary": "TIỂU HỌC", "lower_secondary": "TRUNG HỌC CƠ SỞ", "upper_secondary": "TRUNG HỌC PHỔ THÔNG"}
    assert f"HỌC BẠ {titles[level]}" in text_of(kit.compose(record))


@pytest.mark.parametrize("kind", KEYS)
def test_others_verify_what_the_kit_signs(unsigned: bytes, authority: certification.Authority, kind: str) -> None:
    once = kit.sign(unsigned, signer(authority, kind), "principal", at=NOW)
    twice = kit.sign(once, signer(authority, kind, seal=True), "school_seal", at=NOW)
    assert twice.startswith(once)
    assert once.startswith(unsigned)
    statuses = validate(twice, authority)
    assert [status.bottom_line for status in statuses] == [True, True]
    assert [status.timestamp_validity for status in statuses] == [None, None]


def test_a_signature_binds_its_certificate_and_brings_the_chain_without_the_root(
    unsigned: bytes, authority: certification.Authority
) -> None:
    signed = kit.sign(unsigned, signer(authority), "principal", at=NOW)
    (embedded,) = PdfFileReader(BytesIO(signed)).embedded_regular_signatures
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    attributes = {each["type"].native for each in embedded.signer_info["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}  # signing-time: PAdES forbids it
    assert len(embedded.signed_data["certificates"]) == 2
    assert embedded.self_reported_timestamp == NOW


def test_a_time_stamp_makes_it_b_t(
    unsigned: bytes, authority: certification.Authority, clock: certification.TimeStampAuthority
) -> None:
    then = NOW - timedelta(days=400)
    signed = kit.sign(unsigned, signer(authority), "principal", timestamper=clock.dated(then), at=then)
    (status,) = validate(signed, authority)
    assert status.bottom_line
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == then


def test_a_signature_shows_who_signed_as_what_and_when(unsigned: bytes, authority: certification.Authority) -> None:
    person = replace(signer(authority), organisation=ISSUER["name"])
    text = text_of(kit.sign(unsigned, person, "principal", at=NOW))
    for shown in ("Người ký: Đỗ Thị Ánh Nguyệt", "Chức vụ: Hiệu trưởng", "Thời gian ký: 01/07/2026 15:00:00 +07:00"):
        assert shown in text
    assert "Cơ quan, tổ chức ký:" in text_of(kit.sign(unsigned, signer(authority, seal=True), "school_seal"))


def test_a_field_of_its_own_stays_invisible(unsigned: bytes, authority: certification.Authority) -> None:
    signed = kit.sign(unsigned, signer(authority), "receiving_office")
    assert text_of(signed) == text_of(unsigned)


def test_a_filled_field_is_not_filled_again(unsigned: bytes, authority: certification.Authority) -> None:
    signed = kit.sign(unsigned, signer(authority), "principal")
    with pytest.raises(SigningError):
        kit.sign(signed, signer(authority), "principal")


def test_a_signer_is_read_from_pem(unsigned: bytes, authority: certification.Authority) -> None:
    made = signer(authority)
    pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (made.certificate, *made.chain))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    key = made.key.private_bytes(*form, serialization.BestAvailableEncryption(b"secret"))
    read = kit.signer_of(pem, key, password=b"secret")
    assert (read.name, read.chain) == (made.name, made.chain)
    assert validate(kit.sign(unsigned, read, "principal"), authority)[0].bottom_line


def test_a_signer_with_a_key_of_another_kind_is_refused(authority: certification.Authority) -> None:
    pem = signer(authority).certificate.public_bytes(serialization.Encoding.PEM)
    key = dsa.generate_private_key(2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="signed with"):
        kit.signer_of(pem, key)
