"""What /schema says of every call, and whether an answer keeps to it."""

from __future__ import annotations

import asyncio
import tempfile
from functools import cache
from typing import Any

import httpx
import schemathesis
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.schemas import OpenApiSchema

from gateway import app, settings
from issuers import store

Operation = APIOperation[Any, Any, Any, Any]


@cache
def document() -> dict[str, Any]:
    """What /schema answers; of an application that has no registry, for it says the same."""

    async def ask() -> httpx.Response:
        with tempfile.TemporaryDirectory() as folder:
            application = app.build(settings.read({"DATA_DIR": folder}), store.connect("sqlite://"), synthetic=False)
            transport = httpx.ASGITransport(application)  # type: ignore[arg-type] # two libraries' names for one protocol
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get("/schema/openapi.json")

    told: dict[str, Any] = asyncio.run(ask()).json()
    return told


@cache
def described() -> OpenApiSchema:
    """The same, to draw calls from; without the tokens, which who calls brings along."""
    paths = {
        path: {
            method: {word: said for word, said in call.items() if word != "security"} for method, call in calls.items()
        }
        for path, calls in document()["paths"].items()
    }
    return schemathesis.openapi.from_dict({**document(), "paths": paths})


@cache
def operations() -> dict[str, Operation]:
    """Every operation by its label, such as `POST /v1/lookups`."""
    found = {}
    for result in described().get_all_operations():
        assert isinstance(result, Ok), result  # a description that its reader understands
        found[result.ok().label] = result.ok()
    return found


def conforms(response: httpx.Response) -> None:
    """Raise AssertionError unless an answer is one that its operation may give, in status, media type and content."""
    request = response.request
    operation = described().find_operation_by_path(request.method, request.url.path)
    if operation is None:  # no call of ours
        assert response.status_code in {404, 405}
        return
    declared = operation.definition.raw["responses"]
    status = str(response.status_code)
    assert status in declared, f"{operation.label} answers {status}, and does not say so"
    media = response.headers["content-type"].partition(";")[0]
    assert media in declared[status]["content"], f"{operation.label} answers {status} as {media}"
    operation.validate_response(response)
