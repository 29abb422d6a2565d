"""The public directory over HTTP: who may issue, who signs for them, as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from running import DEPARTMENT, MINISTRY, NAME, SCHOOL, Gateway, gateway, tiny


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("served")) as running:
        yield running


def codes(served: Gateway, **asked: str) -> list[str]:
    with served.client() as client:
        response = client.get("/v1/issuers", params=asked)
        assert response.status_code == 200
        return [one["code"] for one in response.json()["issuers"]]


def test_issuers_are_listed_and_found(served: Gateway) -> None:
    assert codes(served) == [SCHOOL, MINISTRY, DEPARTMENT]
    assert codes(served, kind="school") == [SCHOOL]
    assert codes(served, parent=MINISTRY) == [DEPARTMENT]
    assert codes(served, q="thu nghiem") == [SCHOOL]
    assert codes(served, q="THỬ NGHIỆM", kind="department") == []
    assert codes(served, cursor=SCHOOL) == [MINISTRY, DEPARTMENT]


def test_an_issuer_is_shown_with_its_keys(served: Gateway) -> None:
    with served.client() as client:
        told = client.get(f"/v1/issuers/{SCHOOL}").json()
    assert (told["code"], told["name"], told["kind"], told["parent"]) == (SCHOOL, NAME, "school", DEPARTMENT)
    assert told["contact"] == "vp@mau.example"
    assert datetime.fromisoformat(told["as_of"]).utcoffset() is not None
    assert {(one["role"], one["key"]["id"], one["key"]["state"]) for one in told["appointments"]} == {
        ("principal", tiny().principal, "active"),
        ("school_seal", tiny().seal, "active"),
    }
    assert all(one["key"]["certificates"] for one in told["appointments"])


def test_an_issuer_is_shown_as_of_a_day(served: Gateway) -> None:
    with served.client() as client:
        told = client.get(f"/v1/issuers/{SCHOOL}", params={"on": "2021-05-31"}).json()
        assert datetime.fromisoformat(told["as_of"]) == datetime.fromisoformat("2021-05-31T00:00:00+07:00")
        assert {one["key"]["state"] for one in told["appointments"]} == {None}  # not in the registry by then
        assert client.get(f"/v1/issuers/{SCHOOL}", params={"on": "1999-01-01"}).status_code == 404
        assert client.get(f"/v1/issuers/{SCHOOL.lower()}x").status_code == 404
        for on in ("31/05/2021", "2021-13-01", "0000-00-00", "9" * 50):
            assert client.get(f"/v1/issuers/{SCHOOL}", params={"on": on}).status_code == 400
        for wrong in ({"parent": "a b"}, {"cursor": "'; --"}, {"q": "x" * 101}, {"kind": "bank"}):
            assert client.get("/v1/issuers", params=wrong).status_code == 400
        assert client.get("/v1/issuers/" + "A" * 200).status_code in {400, 404}
        assert client.get("/v1/issuers", params={"q": "%_\x00"}).status_code in {200, 400}
