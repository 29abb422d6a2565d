"""Small forms: fields out of a urlencoded or a multipart body, read in memory."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from gateway import limits
from gateway.problems import Refused

MOST_FIELDS = 8
"""Our small forms have one or two."""


async def fields(request: Request[Any, Any, Any], most: int) -> dict[str, bytes]:
    """The fields of a form by name, files among them; of two under one name the first that holds anything.

    Raises Refused for what is no form, and for a body of more than `most` bytes.
    """
    content = await limits.small(request, most)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    try:
        if kind == "multipart/form-data":
            found = _parts(content, options.get("boundary", ""))
        else:
            text = content.decode("ascii", "replace")
            found = [(name, value.encode()) for name, value in parse_qsl(text, max_num_fields=MOST_FIELDS)]
    except (MultipartError, ValueError):
        raise Refused("malformed-request") from None
    by_name: dict[str, bytes] = {}
    for name, value in found:
        by_name[name] = by_name.get(name) or value
    return by_name


def _parts(content: bytes, boundary: str) -> list[tuple[str, bytes]]:
    parser = PushMultipartParser(boundary, max_segment_count=MOST_FIELDS)
    found: list[tuple[str, bytes]] = []
    for event in [*parser.parse(content)]:
        if isinstance(event, MultipartSegment):
            found.append((event.name, b""))
        elif event is not None:
            name, value = found[-1]
            found[-1] = (name, value + event)
    parser.close()
    return found
