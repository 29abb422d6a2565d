"""One upload, from the wire to the verdict: the shape of the answer, and what never becomes a verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from envelopes import Recipe, enveloped
from running import DEPARTMENT, NAME, PLACE, SCHOOL, Gateway, gateway, tiny

from issuers import keys, kit, store
from issuers.revocations import Reason
from verify.trust import Role

MEMBERS = {
    *("id", "verified_at", "policy", "registry", "synthetic", "input", "verdict", "reasons", "summary", "advice"),
    *("transcript", "signatures", "findings", "receipt"),
}
DIFFERS = {"id", "verified_at", "receipt"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("served")) as running:
        yield running


def test_a_valid_transcript_is_answered_in_the_shape_of_the_contract(served: Gateway) -> None:
    response = served.verify(tiny().pdf)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    told = response.json()
    assert set(told) == MEMBERS
    assert (told["verdict"], told["reasons"]) == ("valid", ["UNREGISTERED"])
    assert told["policy"] == "HB-1.0"
    assert told["synthetic"] is True
    assert told["input"] == {"kind": "pdf", "sha256": sha256(tiny().pdf).hexdigest(), "bytes": len(tiny().pdf)}
    assert set(told["registry"]) == {"generation", "ledger_head"}
    assert datetime.fromisoformat(told["verified_at"]).utcoffset() is not None
    assert told["summary"]["vi"] != told["summary"]["en"]
    transcript = told["transcript"]
    assert transcript["issuer"] == {"code": SCHOOL, "name": NAME, "contact": "vp@mau.example"}
    assert transcript["status"] == "unregistered"
    assert transcript["record"]["pupil"]["place_of_birth"] == PLACE
    assert "superseded_by" not in transcript
    principal, seal = told["signatures"]
    assert (principal["role"], seal["role"]) == ("principal", "school_seal")
    assert principal["issuer"] == {"code": SCHOOL, "name": NAME}
    assert (principal["key"], seal["key"]) == (tiny().principal, tiny().seal)
    assert set(principal["signed_at"]) == {"time", "proof", "claimed"}
    assert principal["indication"] == "TOTAL-PASSED"
    assert principal["sub_indication"] is None
    assert {"check", "outcome", "code", "facts"} == set(principal["findings"][0])


def test_the_exception_for_old_tools_is_on_by_setting_only(served: Gateway, tmp_path: Path) -> None:
    signers = tiny().signers
    pdf = enveloped(tiny().unsigned, signers[Role.PRINCIPAL], "principal", Recipe(hashed="sha1"), hashed="sha1")
    pdf = kit.sign(pdf, signers[Role.SCHOOL_SEAL], "school_seal", at=datetime.now(UTC))
    with gateway(tmp_path, POLICY="HB-1-legacy") as lenient:
        answers = [one.verify(pdf).json() for one in (served, lenient)]
        told = [(one["policy"], one["verdict"], one["reasons"]) for one in answers]
        weak = ["WEAK_ALGORITHM", "UNREGISTERED"]
        assert told == [("HB-1.0", "invalid", weak), ("HB-1.0-legacy", "indeterminate", weak)]
        assert answers[1]["signatures"][0]["sub_indication"] == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
        with lenient.client() as client:
            page = client.get("/about/policy").text
            assert page.index("Validation policy HB-1-legacy") < page.index("Validation policy HB-1<")
            shown = client.post("/", files={"file": ("x.pdf", pdf, "application/pdf")}).text
            assert "thuật toán cũ, chỉ được xem xét theo ngoại lệ" in shown
            again = [client.post("/v1/receipts", json={"receipt": one["receipt"]}).json() for one in answers]
    assert again[1]["since"]["policy"] == "HB-1.0-legacy"
    command = files_judged(tmp_path, pdf)
    assert command == "indeterminate"


def files_judged(folder: Path, pdf: bytes) -> str:
    """The verdict of the command line under the exception."""
    (folder / "old.pdf").write_bytes(pdf)
    environ = os.environ | {"DATA_DIR": str(folder / "data"), "POLICY": "HB-1-legacy"}
    said = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "verify", "--json", str(folder / "old.pdf")],
        env=environ,
        capture_output=True,
        check=False,
    )
    verdict: str = json.loads(said.stdout)["verdict"]
    return verdict


def test_the_same_bytes_give_the_same_report(served: Gateway) -> None:
    first, second = (served.verify(tiny().pdf).json() for _ in range(2))
    assert {name for name in MEMBERS if first[name] != second[name]} <= DIFFERS
    assert first["id"] != second["id"]


def test_an_altered_file_is_never_valid(served: Gateway) -> None:
    pdf = bytearray(tiny().pdf)
    place = pdf.index(b"/ByteRange") - 5000
    pdf[place] ^= 1
    told = served.verify(bytes(pdf)).json()
    assert told.get("verdict") != "valid"


def test_an_unsigned_file_is_invalid_and_shows_nobody(served: Gateway) -> None:
    told = served.verify(tiny().unsigned).json()
    assert (told["verdict"], told["reasons"]) == ("invalid", ["NO_SIGNATURE"])
    assert told["transcript"] is None


def test_neither_name_nor_media_type_of_the_upload_matters(served: Gateway) -> None:
    with served.client() as client:
        for name, kind in (("x", "text/plain"), ("../../học bạ.exe", "image/png"), ("a" * 200, "x/y")):
            response = client.post("/v1/verifications", files={"file": (name, tiny().pdf, kind)}, data={"lang": "vi"})
            assert response.json()["verdict"] == "valid"


def test_many_at_once_all_get_their_own_answer(served: Gateway) -> None:
    files = [tiny().pdf if number % 2 else tiny().unsigned for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda content: served.verify(content).json(), files))
    assert [answer["input"]["sha256"] for answer in answers] == [sha256(content).hexdigest() for content in files]
    assert [answer["verdict"] for answer in answers] == ["invalid", "valid"] * 12


def test_a_revocation_counts_from_the_next_request_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("revoked")
    with gateway(folder) as running:
        before = running.verify(tiny().pdf).json()
        engine = store.connect(f"sqlite:///{folder / 'data' / 'registry.sqlite3'}")
        with store.writing(engine) as connection:
            keys.revoke(connection, tiny().seal, Reason.KEY_COMPROMISE, actor="o1", at=datetime.now(UTC))
        engine.dispose()
        after = running.verify(tiny().pdf).json()
    assert (before["verdict"], after["verdict"]) == ("valid", "indeterminate")
    assert "KEY_REVOKED" in after["reasons"]
    assert after["registry"]["generation"] == before["registry"]["generation"] + 1


def test_health_metrics_and_openapi(served: Gateway) -> None:
    with served.client() as client:
        assert client.get("/health/live").json() == {"status": "ok"}
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "workers": "ok"})
        served.verify(tiny().pdf)
        counted = client.get("/metrics")
        assert counted.headers["content-type"].startswith("text/plain")
        assert 'verifications_total{verdict="valid"}' in counted.text
        schema = client.get("/schema").json()
        assert schema["openapi"].startswith("3.")
        form = schema["paths"]["/v1/verifications"]["post"]["requestBody"]["content"]["multipart/form-data"]
        assert form["schema"]["required"] == ["file"]
        answer = schema["paths"]["/v1/verifications"]["post"]["responses"]["200"]["content"]["application/json"]
        assert answer["schema"]["$ref"].endswith("Verification")


def test_nothing_of_a_pupil_is_counted_or_logged(served: Gateway) -> None:
    record = served.verify(tiny().pdf).json()["transcript"]["record"]
    with served.client() as client:
        told = client.get("/metrics").text + served.log + client.get("/schema").text
    for secret in (record["pupil"]["full_name"], PLACE, record["number"], sha256(tiny().pdf).hexdigest()):
        assert secret not in told
    assert DEPARTMENT not in served.log


def test_numbers_in_the_record_are_told_as_signed(served: Gateway) -> None:
    told = served.verify(tiny().pdf)
    marks = [
        mark
        for year in told.json()["transcript"]["record"]["years"]
        for subject in year["subjects"]
        for mark in (subject.get("semester_1"), subject.get("year"))
        if isinstance(mark, float)
    ]
    assert marks
    assert all(mark == round(mark, 1) for mark in marks)
    json.loads(told.content.decode("utf-8"))
