"""What may be handed in, and what becomes of it: PDFs, pictures, scans, texts."""

from __future__ import annotations

from typing import Any

import pytest
import sheet
import world
from cases import codes
from world import NOW, cast

from verify import documents
from verify.cms import key_id
from verify.code import read_code
from verify.documents import open_document, open_text
from verify.evidence import Unreadable
from verify.policy import HB_1
from verify.procedure import judge
from verify.qr import Refused
from verify.report import Verdict
from verify.trust import Names


def test_a_code_that_stands_alone_names_its_issuer_and_number() -> None:
    claims = codes.claims()
    names = Names(
        kids=frozenset({key_id(codes.spki(codes.pen()))[:16]}),
        issuer=claims.issuer,
        number=claims.number,
        record_digest=claims.record_digest,
    )
    text, foreign = codes.code().text, "https://example.com/"
    read = (read_code(text, world.HOST),)
    of_text, of_picture, of_scan, of_page = (
        open_text(text, world.HOST),
        open_document(codes.png(text, foreign, f"{foreign}2"), world.HOST),
        open_document(codes.scanned(text), world.HOST),
        open_document(codes.printed(text), world.HOST),
    )
    evidences = (of_text, of_picture, of_scan, of_page)
    assert [one.kind for one in evidences] == ["qr", "image", "scan", "pdf"]
    assert [one.foreign_codes for one in evidences] == [0, 2, 0, 0]
    assert [one.codes for one in evidences] == [read] * 4
    assert [(one.names.kids, one.names.issuer, one.names.number) for one in evidences] == [
        (names.kids, names.issuer, names.number)
    ] * 4
    assert of_text.names == of_picture.names == names


def test_codes_of_two_numbers_name_neither() -> None:
    other = codes.said(number=codes.OTHER_NUMBER)
    names = open_document(codes.png(codes.code().text, other), world.HOST).names
    assert (names.issuer, names.number, len(names.kids)) == (None, None, 1)


def test_a_text_that_is_no_code_of_ours_is_no_document() -> None:
    with pytest.raises(Refused):
        open_text("https://example.com/", world.HOST)


def test_without_a_host_of_its_own_nothing_is_foreign() -> None:
    assert not read_code(codes.code().text).foreign_host
    assert read_code(codes.code().text, "OTHER.EXAMPLE").foreign_host
    assert not read_code(codes.code().text.partition("#")[2], "OTHER.EXAMPLE").foreign_host


def long(pdf: Any) -> None:  # noqa: ANN401 - pikepdf's
    """More pages than are looked at."""
    for _ in range(20):
        pdf.add_blank_page(page_size=(100, 100))


def test_a_long_transcript_is_judged_without_a_look_at_its_pages() -> None:
    pdf = sheet.sign(sheet.sheet(bend=long), cast().principal, "principal")
    evidence = open_document(sheet.sign(pdf, cast().seal, "school_seal"), world.HOST)
    report = judge(evidence, world.Trust(versions=(world.registration(),)).snapshot(), HB_1, NOW)
    assert (report.verdict, evidence.unscanned) == (Verdict.VALID, "pages")
    assert [dict(one.facts) for one in report.findings if one.check == "qr"] == [{"unscanned": "pages"}]


def test_a_long_text_is_still_unsigned() -> None:
    report = judge(open_document(sheet.sheet(fields=(), bend=long)), world.Trust().snapshot(), HB_1, NOW)
    assert report.reasons == ("NO_SIGNATURE",)


def test_a_long_scan_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        open_document(sheet.sheet(fields=(), bend=long, text=""))
    assert refused.value.limit == "pages"


def test_what_a_reader_cannot_open_is_no_paper() -> None:
    scan = codes.scanned(codes.code().text).replace(b"%%EOF", b"% /ByteRange\n%%EOF")
    evidence = open_document(scan, world.HOST)
    assert (evidence.kind, evidence.codes) == ("pdf", ())
    report = judge(evidence, codes.alone().trust, HB_1, NOW)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, ("CANNOT_BE_JUDGED",))


def test_a_document_is_forgotten_but_for_paths() -> None:
    open_document(sheet.sign(sheet.sheet(), cast().principal, "principal"), world.HOST)
    assert any(one.cache_info().currsize for one in documents.KEPT)
    documents.forget()
    assert not any(one.cache_info().currsize for one in documents.KEPT)
