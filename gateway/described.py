"""JSON bodies as OpenAPI describes them: they are read by `gateway/limits.py`, which the framework cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

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


def taking(form: type[msgspec.Struct], *, required: bool = True) -> type[Operation]:
    """The operation that takes this form as its JSON body."""
    (top,), parts = msgspec.json.schema_components([form], ref_template="{name}")
    body = RequestBody(content={"application/json": OpenAPIMediaType(schema=_schema(top, parts))}, required=required)

    @dataclass
    class Taking(Operation):
        """An operation with this body."""

        def __post_init__(self) -> None:
            """Add the request body."""
            self.request_body = body

    return Taking


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
