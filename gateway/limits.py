"""How much is taken, how fast, and how much at once.

An upload is read into memory, whole or not at all: never truncated, never spooled to a file (promise P6), which is why
the body is parsed here and not by the framework. Limits by client belong here too, once they are due.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Request
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from gateway.problems import Refused
from gateway.sandbox import Busy

READ_SECONDS = 120
"""The longest upload: 20 MiB at 1.4 Mbit/s."""

STALL_SECONDS = 15
"""The longest silence within one."""

FORM_BYTES = 64 << 10
"""What boundaries, headers and small text fields may add to a file."""

MOST_PARTS = 8
"""A browser's form has one file and hardly a field beside it."""

UPLOADS_IN_HAND = 24
"""How many of the largest uploads may lie in memory at once, in bytes: smaller ones are as many more."""


class Intake:
    """All uploads in hand, counted in bytes, so that many at once are refused before memory is short."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.room = most * UPLOADS_IN_HAND

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Room for one upload, given back when its request is answered."""
        place = Place(self)
        try:
            yield place
        finally:
            self.room += place.taken


class Place:
    """The room that one upload has taken so far."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.taken = 0

    def take(self, size: int) -> None:
        """Take room for more bytes; raises Busy if there is none."""
        if size > self.intake.room:
            raise Busy
        self.intake.room -= size
        self.taken += size

    async def read(self, request: Request[Any, Any, Any]) -> bytes:
        """The one file of a multipart form, field `file`.

        Raises Refused for what the form lacks, has twice, or has too much of; Busy. A body that announces more than
        fits is refused unread.
        """
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get("boundary", "")
        if kind != "multipart/form-data" or not boundary:
            raise Refused("not-multipart")
        if announced(request) > self.intake.most + FORM_BYTES:
            raise Refused("too-large", most_bytes=self.intake.most)
        form = Form(self.intake.most)
        try:
            parser = PushMultipartParser(boundary, max_segment_count=MOST_PARTS)
            async for chunk in body(request):
                self.take(len(chunk))
                form.add(parser.parse(chunk))
            parser.close()
        except MultipartError:
            raise Refused("malformed-multipart") from None
        return form.file()


class Form:
    """What has come of a form so far. Small text fields beside the file are passed over."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.segment: MultipartSegment | None = None
        self.chunks: list[bytes] | None = None
        self.size = 0
        self.beside = 0

    def add(self, events: Iterator[MultipartSegment | bytes | None]) -> None:
        """Take in what the parser found in one more chunk."""
        for event in events:
            if isinstance(event, MultipartSegment):
                self._begin(event)
            elif event is not None:
                self._content(event)

    def _begin(self, segment: MultipartSegment) -> None:
        self.segment = segment
        if segment.filename is None:
            if segment.name == "file":
                raise Refused("text-instead-of-file")
        elif self.chunks is not None:
            raise Refused("two-files")
        elif segment.name == "file" and segment.filename:
            self.chunks = []
        else:  # a file under another name, or a browser's empty choice
            raise Refused("no-file")

    def _content(self, content: bytes) -> None:
        if self.segment is not None and self.segment.filename and self.chunks is not None:
            self.size += len(content)
            if self.size > self.most:
                raise Refused("too-large", most_bytes=self.most)
            self.chunks.append(content)
        else:
            self.beside += len(content)
            if self.beside > FORM_BYTES:
                raise Refused("malformed-multipart")

    def file(self) -> bytes:
        """The file, whole."""
        if self.chunks is None:
            raise Refused("no-file")
        if not self.size:
            raise Refused("empty-file")
        return b"".join(self.chunks)


async def small(request: Request[Any, Any, Any], most: int = FORM_BYTES) -> bytes:
    """A body that must be small, as JSON is; raises Refused."""
    content = b""
    async for chunk in body(request):
        content += chunk
        if len(content) > most:
            raise Refused("too-large", most_bytes=most)
    return content


def announced(request: Request[Any, Any, Any]) -> int:
    """Content-Length, 0 if there is none: then only counting tells."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() else 0


async def body(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """The body as it comes, as long as it keeps coming; raises Refused if it is too slow or breaks off."""
    end = asyncio.get_running_loop().time() + READ_SECONDS
    more = True
    while more:
        try:
            async with asyncio.timeout_at(min(end, asyncio.get_running_loop().time() + STALL_SECONDS)):
                event = await request.receive()
        except TimeoutError:
            raise Refused("too-slow") from None
        if event["type"] != "http.request":
            raise Refused("malformed-multipart")
        more = event["more_body"]
        if event["body"]:
            yield event["body"]
