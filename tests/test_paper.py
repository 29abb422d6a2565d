"""Paper from end to end: every bit of a code, every pair of page and code, and codes handed to a running gateway."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
import segno
import sheet
import world
from cases import codes
from cryptography.hazmat.primitives.asymmetric import ed25519
from PIL import Image
from running import DAY, SCHOOL, Gateway, gateway, tiny
from world import NOW, Paper, cast

from issuers import keys, kit, register, store, symbol
from issuers.address import host_of
from issuers.admission import Candidate
from issuers.appointments import Office
from verify.code import read_code
from verify.documents import open_document, open_text
from verify.pdf import open_pdf
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Verdict
from verify.trust import Level, Role, Use


def verdict_of(given: Any) -> Verdict:  # noqa: ANN401 - a Given of the table
    return judge(world.opened(given.pdf), given.trust, given.policy, given.at).verdict


def test_no_bit_of_a_code_can_be_changed() -> None:
    envelope, trust = codes.code().envelope, codes.alone().trust
    for bit in range(8 * len(envelope)):
        changed = bytearray(envelope)
        changed[bit // 8] ^= 1 << bit % 8
        report = judge(open_text(symbol.text_of(bytes(changed), codes.URL), world.HOST), trust, HB_1, NOW)
        assert report.verdict is not Verdict.VALID, bit
        assert report.transcript is None or report.transcript.claims is None, bit


@pytest.mark.parametrize("url", ["ftp://x", "https://x/path", "https://u@x", f"https://{'x' * 41}"])
def test_a_host_that_no_code_can_name_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="public address"):
        host_of(url)


PUPILS = 20


def record_of(pupil: int) -> dict[str, Any]:
    """One of twenty records, each with marks of its own."""
    number = "".join(Random(pupil).choices(kit.CROCKFORD, k=16))  # noqa: S311 - samples
    name = f"Nguyễn Thị {chr(ord('A') + pupil)}"
    return world.record(number=number, pupil=world.record()["pupil"] | {"full_name": name})


def signed(record: dict[str, Any], text: str) -> Paper:
    """The record's transcript with this code on its page."""
    made = replace(codes.code(), text=text, symbol=symbol.draw(text))
    pdf = symbol.stamp(sheet.sheet(kit.canonical(record)), made)
    return Paper(sheet.sign(sheet.sign(pdf, cast().principal, "principal"), cast().seal, "school_seal"))


def test_of_twenty_pages_and_twenty_codes_only_the_pairs_agree() -> None:
    records = [record_of(pupil) for pupil in range(PUPILS)]
    texts = [symbol.make(record, codes.pen(), codes.URL).text for record in records]
    trust = world.Trust().snapshot()
    pages = [open_document(signed(record, text), world.HOST) for record, text in zip(records, texts, strict=True)]
    for row, page in enumerate(pages):
        assert [one.sealed for one in page.codes] == [read_code(texts[row]).sealed]  # what is printed is what is read
        for column, text in enumerate(texts):
            swapped = replace(page, codes=(read_code(text, world.HOST),))
            report = judge(swapped, trust, HB_1, NOW)
            expected = (Verdict.VALID if row == column else Verdict.INVALID, row != column)
            assert (report.verdict, "QR_MISMATCH" in report.reasons) == expected


def test_a_page_printed_with_anothers_code_is_found_out() -> None:
    text = symbol.make(record_of(1), codes.pen(), codes.URL).text
    report = judge(open_document(signed(record_of(0), text), world.HOST), world.Trust().snapshot(), HB_1, NOW)
    assert (report.verdict, report.reasons[0]) == (Verdict.INVALID, "QR_MISMATCH")


# Over HTTP.

KEY = ed25519.Ed25519PrivateKey.generate()


def record() -> dict[str, Any]:
    content = open_pdf(tiny().pdf).revisions[-1].attachment.content
    made: dict[str, Any] = json.loads(content or b"")
    return made


def registered(path: Path) -> bytes:
    """The tiny registry with a QR key and the transcript's code."""
    path.write_bytes(tiny().registry)
    engine = store.connect(f"sqlite:///{path}")
    made, at = symbol.make(record(), KEY, "http://127.0.0.1"), datetime.now(UTC) - timedelta(hours=1)
    item = register.Item(
        number=made.number,
        version=made.version,
        record_digest=kit.digests(record(), tiny().pdf).record_digest,
        level=Level(record()["level"]),
        issued_on=datetime.fromisoformat(record()["issued_on"]).date(),
        qr_sha256=made.qr_sha256,
    )
    with store.writing(engine) as connection:
        office = Office(SCHOOL, Role.QR_SEAL, at - 10 * DAY, decision_no="13/QĐ")
        candidate = Candidate(Use.QR, public_key=codes.spki(KEY))
        key = keys.propose(connection, candidate, office, holder="Mã QR (mẫu)", actor="o1", at=at)
        keys.prove(connection, key, actor="o1", at=at)
        keys.activate(connection, key, actor="o2", at=at)
        register.register(connection, SCHOOL, [item], actor="o1", at=at)
    engine.dispose()
    return path.read_bytes()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("paper")
    with gateway(folder, registry=registered(folder / "registry.sqlite3")) as running:
        yield running


def asked(served: Gateway, text: str) -> dict[str, Any]:
    with served.client() as client:
        answer = client.post("/v1/verifications", json={"qr": text})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def photo(text: str) -> bytes:
    """A code in a picture that a telephone might have taken."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=5, border=4)
    page = Image.new("RGB", (1200, 1600), "white")
    page.paste(Image.open(out), (100, 100))
    taken = BytesIO()
    page.rotate(4, fillcolor="gray").save(taken, "JPEG", quality=70)
    return taken.getvalue()


def test_a_scanned_text_is_judged_over_http(served: Gateway) -> None:
    text = symbol.make(record(), KEY, served.url).text
    told = asked(served, text)
    assert (told["verdict"], told["reasons"]) == ("valid", ["QR_ONLY"])
    assert told["input"] == {"kind": "qr", "sha256": sha256(text.encode()).hexdigest(), "bytes": len(text)}
    claims = told["transcript"]["claims"]
    assert (claims["full_name"], claims["number"]) == (record()["pupil"]["full_name"], record()["number"])
    assert [one["code"] for one in claims["years"][0]["subjects"]] == [
        one["code"] for one in record()["years"][0]["subjects"]
    ]
    assert "record" not in told["transcript"]
    assert [(one["role"], one["signed_at"]["proof"]) for one in told["signatures"]] == [("qr_seal", "register")]


def test_a_photo_is_judged_over_http(served: Gateway) -> None:
    told = served.verify(photo(symbol.make(record(), KEY, served.url).text), "anh.jpg").json()
    assert (told["verdict"], told["reasons"], told["input"]["kind"]) == ("valid", ["QR_ONLY"], "image")


def test_a_look_alike_host_is_warned_of_and_never_asked(served: Gateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.5)
        text = symbol.make(record(), KEY, f"http://127.0.0.1:{trap.getsockname()[1]}").text
        told = asked(served, text)
        assert (told["verdict"], told["reasons"]) == ("valid", ["QR_ONLY", "QR_FOREIGN_HOST"])
        assert served.verify(photo(text), "anh.jpg").json()["reasons"] == ["QR_ONLY", "QR_FOREIGN_HOST"]
        with pytest.raises(TimeoutError):
            trap.accept()


def test_nothing_of_the_pupil_is_logged_or_counted(served: Gateway) -> None:
    asked(served, symbol.make(record(), KEY, served.url).text)
    with served.client() as client:
        metrics = client.get("/metrics").text
    for told in (served.log, metrics):
        assert record()["pupil"]["full_name"] not in told
        assert record()["number"] not in told
