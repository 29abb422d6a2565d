"""What the framework cannot see, as OpenAPI describes it: bodies, which `gateway/limits.py` reads, and refusals.

`taking` tells of the body of a call; `Described` adds to every call what it may be refused with, the token, and the
Idempotency-Key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from gateway import idempotency

TYPES = {one.value: one for one in OpenAPIType}
FORMATS = {one.value: one for one in OpenAPIFormat}
PLAIN = {
    "pattern": "pattern",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minimum": "minimum",
    "maximum": "maximum",
    "minItems": "min_items",
    "maxItems": "max_items",
    "description": "description",
}
"""Words of JSON Schema, and what the framework calls them."""


BY_FRAMEWORK = "400"
"""What the framework would describe as its own refusal, which nobody ever receives."""

PUBLIC, ADMIN = (400, 404, 503), (401, 429)
CHANGING, ADMIN_CHANGING = (408, 413, 422, 429), (403, 409)
UPLOAD = (415,)
"""Statuses of refusals: of any call, any admin call, calls with a body, admin calls with one, calls with a file."""

WAITING = (429, 503)
"""Those that say when to come again."""

HEADER: dict[str, Any] = {"schema": {"type": "string"}, "required": True}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "A call that is made twice under one key is done once, and answered alike.",
    "schema": {"type": "string", "pattern": "^[ -~]+$", "minLength": 1, "maxLength": idempotency.LONGEST},
}

TOKENS: dict[str, Any] = {"token": {"type": "http", "scheme": "bearer", "description": "An officer's token."}}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A problem document (RFC 9457), in Vietnamese and English, with the facts of its kind beside them.",
    "properties": {
        "type": {"type": "string", "pattern": "^/problems/[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "title_en": {"type": "string"},
        "detail_en": {"type": "string"},
        "field": {"type": "string", "description": "The field at fault, of a list with its row: items[17].level."},
    },
    "required": ["type", "title", "status", "detail", "title_en", "detail_en"],
    "additionalProperties": {"type": ["string", "integer", "null"]},
}


def taking(
    form: type[msgspec.Struct] | None = None,
    *,
    required: bool = True,
    file: str | None = None,
    content: tuple[str, ...] = (),
) -> type[Operation]:
    """The operation that takes this form as its JSON body, a form with this `file`, or bare bytes of a `content` type.

    Each that is named is one way to call it.
    """
    media: dict[str, OpenAPIMediaType] = {}
    if form is not None:
        (top,), parts = msgspec.json.schema_components([form], ref_template="{name}")
        media["application/json"] = OpenAPIMediaType(schema=_schema(top, parts))
    if file is not None:
        upload = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description=file)
        multipart = Schema(type=OpenAPIType.OBJECT, properties={"file": upload}, required=["file"])
        media["multipart/form-data"] = OpenAPIMediaType(schema=multipart)
    for kind in content:
        media[kind] = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
    body = RequestBody(content=media, required=required)

    @dataclass
    class Taking(Operation):
        """An operation with this body."""

        def __post_init__(self) -> None:
            """Add the request body."""
            self.request_body = body

    return Taking


class Described(JsonRenderPlugin):
    """The document at /schema: what the framework found, and what it could not."""

    whole: dict[str, Any] | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document, completed once."""
        if self.whole is None:
            self.whole = complete(openapi_schema)
        return super().render(request, self.whole)


def complete(found: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document with the refusals of every call, the token of those that need one, and Idempotency-Key."""
    paths = {
        path: {method: _whole(method, path, said) for method, said in calls.items()}
        for path, calls in found["paths"].items()
    }
    parts = found["components"]
    schemas = {**parts.get("schemas", {}), "Problem": PROBLEM}
    return {**found, "paths": paths, "components": {**parts, "schemas": schemas, "securitySchemes": TOKENS}}


def _whole(method: str, path: str, said: dict[str, Any]) -> dict[str, Any]:
    if path.startswith("/health/"):  # it answers no client but a balancer, and with no problem document
        return said
    admin = path.startswith("/v1/admin/")
    changes = method != "get"
    known = {status: answer for status, answer in said["responses"].items() if status != BY_FRAMEWORK}
    upload = "multipart/form-data" in said.get("requestBody", {}).get("content", {})
    refusals = {*PUBLIC, *(ADMIN if admin else ()), *(CHANGING if changes else ()), *(UPLOAD if upload else ())}
    refusals |= {*ADMIN_CHANGING} if admin and changes else set()
    whole = {**said, "responses": known | {str(status): _refusal(status) for status in sorted(refusals)}}
    if admin:
        whole["security"] = [{"token": []}]
        if method == "post":
            whole["parameters"] = [*said.get("parameters", []), IDEMPOTENCY_KEY]
    return whole


def _refusal(status: int) -> dict[str, Any]:
    headers = {"WWW-Authenticate": HEADER} if status == HTTPStatus.UNAUTHORIZED else {}
    if status in WAITING:
        headers = {"Retry-After": HEADER}
    told: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return told | ({"headers": headers} if headers else {})


def _schema(node: Mapping[str, Any], parts: Mapping[str, Any]) -> Schema:
    if "$ref" in node:
        return _schema(parts[node["$ref"]], parts)
    said: dict[str, Any] = {ours: node[word] for word, ours in PLAIN.items() if word in node}
    if "type" in node:
        said["type"] = TYPES[node["type"]]
    if node.get("format") in FORMATS:
        said["format"] = FORMATS[node["format"]]
    if "enum" in node:
        said["enum"] = node["enum"]
    if "anyOf" in node:
        said["any_of"] = [_schema(one, parts) for one in node["anyOf"]]
    if "items" in node:
        said["items"] = _schema(node["items"], parts)
    if "properties" in node:
        said["properties"] = {name: _schema(one, parts) for name, one in node["properties"].items()}
        said["required"] = node.get("required", [])
    extra = node.get("additionalProperties")
    if extra is not None:
        said["additional_properties"] = extra if isinstance(extra, bool) else _schema(extra, parts)
    return Schema(**said)
