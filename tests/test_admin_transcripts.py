"""The register over HTTP: in bulk, all or nothing; corrections, withdrawals, and what the public may ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from founding import DEPARTMENT, OTHER, SCHOOL, digest
from office import Office, office

from issuers.audit import audit

PATH = "/v1/admin/transcripts"
UNKNOWN = "ZZZZZZZZZZZZZZZZ"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.engine.dispose()


def code(response: httpx.Response) -> str:
    return str(response.json()["type"]).removeprefix("/problems/")


def one(number: int = 1, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "number": f"{number:016d}",
        "version": 1,
        "record_digest": digest(str(number)),
        "level": "upper_secondary",
        "issued_on": "2026-05-31",
        **changes,
    }


AMENDMENT = {
    "reason_code": "entry_error",
    "reason": "Nhập nhầm điểm",
    "requested_by": "Phụ huynh",
    "confirmed_by": "Hiệu trưởng",
    "reported_to": DEPARTMENT,
    "decision_no": "5/QĐ",
    "on": "2026-06-10",
}


def correction(number: int = 1, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return one(number, version=2, record_digest=digest("v2"), amendment=AMENDMENT, **changes)


def send(desk: Office, *items: dict[str, Any], who: str = "s-registrar") -> httpx.Response:
    return desk.post(who, PATH, {"items": list(items)})


def test_registered_once_and_witnessed_later(desk: Office) -> None:
    assert [it["result"] for it in send(desk, one(1), one(2)).json()["results"]] == ["registered", "registered"]
    told = send(desk, one(1), one(2, pdf_sha256=digest("p"))).json()["results"]
    assert [it["result"] for it in told] == ["unchanged", "witnessed"]
    assert code(send(desk, one(1, record_digest=digest("x")))) == "item-differs"
    assert (
        send(desk, one(1), who="o1").json()["results"][0]["result"] == "unchanged"
    )  # HB-1, 9: the same changes nothing
    assert code(send(desk, correction(1), who="o1")) == "number-of-another"
    assert audit(desk.engine).disagreements == ()


def test_one_bad_item_among_ten_thousand_changes_nothing(desk: Office) -> None:
    items = [one(number) for number in range(10_000)]
    items[7_001]["pdf_sha256"] = "X"
    response = send(desk, *items)
    assert (response.status_code, response.json()["field"]) == (422, "items[7001].pdf_sha256")
    items[7_001] = one(7_001, level="x")
    assert send(desk, *items).json()["field"] == "items[7001].level"
    items[7_001] = one(7_001, surprise=1)
    assert send(desk, *items).json()["field"] == "items[7001].surprise"
    assert code(desk.post(None, "/v1/lookups", {"number": one(1)["number"]})) == "no-such-number"
    items[7_001] = one(7_001)
    assert len(send(desk, *items).json()["results"]) == 10_000
    assert code(send(desk, *items, one(10_000))) == "items-too-many"


def test_corrections(desk: Office) -> None:
    assert send(desk, one()).status_code == 200
    assert code(send(desk, one(version=2))) == "amendment-missing"
    assert code(send(desk, one(3, amendment=AMENDMENT))) == "amendment-unasked"
    elsewhere = AMENDMENT | {"reported_to": "SO-98"}
    assert send(desk, one(version=2, amendment=elsewhere)).json()["field"] == "items[0].amendment.reported_to"
    assert send(desk, correction()).status_code == 200
    for who, count in (("d1", 1), ("m-reader", 1), ("s-reader", 1), ("o1", 0), ("f1", 0)):
        told = desk.get(who, "/v1/admin/amendments").json()
        assert len(told["amendments"]) == count, who
    assert desk.get("d1", "/v1/admin/amendments").json()["amendments"][0]["amendment"] == AMENDMENT
    found = desk.post(None, "/v1/lookups", {"number": one()["number"]})
    assert found.json()["history"] == [
        {"version": 1, "on": "2026-05-31", "reason_code": None},
        {"version": 2, "on": "2026-05-31", "reason_code": "entry_error"},
    ]
    assert "Phụ huynh" not in found.text


def test_withdrawal_is_final(desk: Office) -> None:
    assert send(desk, one(), one(2)).status_code == 200
    path = f"{PATH}/{one()['number']}/withdrawal"
    said = {"reason_code": "fraud", "reason": "Giả mạo"}
    assert code(desk.post("s-reader", path, said)) == "role-insufficient"
    assert code(desk.post("o1", path, said)) == "not-yours"
    assert code(desk.post("f1", path, said)) == "not-yours"
    assert desk.post("s-registrar", f"{PATH}/{UNKNOWN}/withdrawal", said).status_code == 404
    assert desk.post("s-registrar", path, said | {"reason_code": "x"}).status_code == 422
    assert desk.post("s-registrar", path, said).json()["status"] == "withdrawn"
    assert code(desk.post("s-registrar", path, said)) == "withdrawn"
    assert code(send(desk, correction())) == "withdrawn"
    assert desk.post(None, "/v1/lookups", {"number": one()["number"]}).json()["status"] == "withdrawn"
    other = f"{PATH}/{one(2)['number']}/withdrawal"
    assert desk.post("d1", other, said).status_code == 200  # the superior, for the school


def test_a_superior_registers_for_a_school_that_it_names(desk: Office) -> None:
    assert code(send(desk, one(), who="d1")) == "role-not-for-kind"
    assert desk.post("d1", PATH, {"items": [one()], "issuer": SCHOOL}).status_code == 200
    assert code(desk.post("f1", PATH, {"items": [one(2)], "issuer": SCHOOL})) == "not-yours"
    assert code(desk.post("s1", PATH, {"items": [one(2)], "issuer": OTHER})) == "not-yours"


def test_a_suspended_school_registers_nothing(desk: Office) -> None:
    assert desk.post("d1", f"/v1/admin/issuers/{SCHOOL}/suspension").status_code == 200
    assert code(send(desk, one())) == "token-suspended"


def test_lookups(desk: Office) -> None:
    assert send(desk, one(pdf_sha256=digest("p"))).status_code == 200
    told = desk.post(None, "/v1/lookups", {"number": "0000-0000-0000-0001"}).json()
    assert (told["number"], told["version"], told["status"]) == (one()["number"], 1, "current")
    assert told["issuer"]["code"] == SCHOOL
    assert told.keys() == {"number", "version", "status", "issuer", "history"}
    assert desk.post(None, "/v1/lookups", {"number": "oooo oooo oooo oool"}).json() == told  # as it is misread


@pytest.mark.parametrize("number", [UNKNOWN, "", "x", "\x00" * 16, "é" * 16, "9" * 10_000, "' OR 1=1 --", "𝟎" * 16])
def test_unknown_numbers_are_answered_alike(desk: Office, number: str) -> None:
    response = desk.post(None, "/v1/lookups", {"number": number})
    same = desk.post(None, "/v1/lookups", {"number": "7" * 16})
    assert (response.status_code, response.content) == (404, same.content)


@pytest.mark.parametrize("asked", [{}, {"number": 5}, {"number": None}, {"number": "1", "more": 1}, []])
def test_lookups_that_are_none(desk: Office, asked: Any) -> None:  # noqa: ANN401 - JSON
    assert desk.post(None, "/v1/lookups", asked).status_code == 422
