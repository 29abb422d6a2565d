"""Random calls of the whole API: whatever is sent, what comes back is what /schema says, and never a 500."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from conformity import conforms, document, operations
from founding import OTHER, SCHOOL, private
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from office import FAR, STRANGER, key, served, sign, token
from schemathesis import Case, GenerationMode, SerializationContext
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

QUIET = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # a call that failed is not tried again, smaller: the registry has changed since
    suppress_health_check=list(HealthCheck),
)

BALANCERS = "/health/"
"""What answers no client, and with no problem document."""

CALLS = sorted(label for label in operations() if BALANCERS not in label)

ASKED_WRONGLY = [
    label for label in CALLS if operations()[label].body or operations()[label].query or operations()[label].headers
]
"""Calls about which something can be said that /schema does not allow: any text may stand in a path."""


@schemathesis.serializer("application/pkix-crl", "application/x-pem-file")
def bare(_: SerializationContext, value: Any) -> bytes:  # noqa: ANN401 - whatever was drawn
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def served_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with served(tmp_path_factory.mktemp("office")) as client:
        yield client


@pytest.fixture(scope="module")
def known(served_office: httpx.Client) -> dict[str, list[str]]:
    """What there is, by the parameter that names it: of random names alone nothing is ever found."""
    told = post(served_office, "/v1/admin/keys", key("held")).json()
    signature = sign(private("held"), b64decode(told["challenge"]["bytes"]))
    proposal = post(served_office, f"/v1/admin/keys/{told['id']}/proof", {"signature": signature}).json()["proposal"]
    officer = {"issuer": SCHOOL, "name": "Cán bộ mẫu", "role": "reader", "token_sha256": "a" * 64}
    waiting = post(served_office, "/v1/admin/officers", officer).json()["proposal"]
    return {
        "code": [SCHOOL, OTHER, FAR, STRANGER],  # and not the ministry: one call would suspend whoever calls
        "key": [told["id"]],
        "proposal": [proposal["id"], waiting["id"]],
        "officer": [f"o{seq}" for seq in range(12, 21)],
        "anchor": ["t5"],
        "appointment": [f"a{seq}" for seq in range(20, 30)],
        "number": ["0" * 16],
    }


def post(client: httpx.Client, path: str, said: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    return client.post(path, json=said, headers={"authorization": f"Bearer {token('m1')}"})


@pytest.mark.parametrize("label", CALLS)
def test_whatever_is_asked_is_answered_as_described(
    served_office: httpx.Client, known: dict[str, list[str]], label: str
) -> None:
    ask(served_office, known, label, GenerationMode.POSITIVE)


@pytest.mark.parametrize("label", ASKED_WRONGLY)
def test_whatever_is_asked_wrongly_is_refused_as_described(
    served_office: httpx.Client, known: dict[str, list[str]], label: str
) -> None:
    ask(served_office, known, label, GenerationMode.NEGATIVE)


def ask(client: httpx.Client, known: dict[str, list[str]], label: str, mode: GenerationMode) -> None:
    """Draw calls of an operation, as /schema allows or as it does not, and send them with a token."""
    operation = operations()[label]
    names = {name: known[name] for name in known if "{" + name + "}" in operation.path}
    caller = {"Authorization": f"Bearer {token('m1' if label < 'POST' else 'm2')}"}

    @QUIET
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def call(case: Case[Any], data: st.DataObject) -> None:
        for name, ids in names.items():
            if data.draw(st.booleans(), label=f"a {name} that there is"):
                case.path_parameters[name] = data.draw(st.sampled_from(ids))
        response = case.call(base_url=str(client.base_url), headers=caller)
        assert response.status_code not in {401, 429}, "not asked at all"
        wrong = mode is GenerationMode.NEGATIVE and operation.body and response.status_code != 413
        case.validate_response(response, checks=[*ALWAYS, *([negative_data_rejection] if wrong else [])])

    call()


def test_what_is_not_as_described_is_told() -> None:
    """The watch of every other test can bark."""

    def answer(status: int, **said: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        made = httpx.Response(status, request=httpx.Request("GET", "http://test/v1/admin/officers"), **said)
        made.elapsed = timedelta(0)  # as a client would set it
        return made

    conforms(answer(200, json={"officers": []}))
    for wrong in (
        answer(200, json={"officers": [{"id": "o1"}]}),
        answer(200, json={}),
        answer(200, text="{}"),
        answer(500, json={}),
        answer(404, json={"type": "/problems/x"}, headers={"content-type": "application/problem+json"}),
    ):
        with pytest.raises((AssertionError, schemathesis.errors.FailureGroup)):
            conforms(wrong)


def test_every_admin_call_needs_a_token_and_says_so() -> None:
    for path, calls in document()["paths"].items():
        for call in calls.values():
            assert call.get("security") == ([{"token": []}] if path.startswith("/v1/admin/") else None), path
            assert "401" not in call["responses"] or "security" in call
    assert document()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
