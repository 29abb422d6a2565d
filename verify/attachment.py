"""The embedded `transcript.json` of one revision: exactly one, in /AF and in the name tree alike (HB-1, 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver

from verify.evidence import Attachment

NAME = "transcript.json"
MAX_NODES = 256
"""Nodes of a name tree and entries of /AF looked at: a transcript has one of each; cycles end here."""
MAX_STREAM = 512 * 1024
"""Encoded bytes of the record's stream; what it decodes to is bounded again by `record.py`."""


def read_attachment(resolver: HistoricalResolver) -> Attachment:
    """The record's bytes as of a revision, or why there is not exactly one; never raises for a malformed tree."""
    try:
        root = resolver.root
        listed = [one for one in _entries(root.get("/AF", ())) if _named(one)]
        tree = [one for one in _leaves(root) if _named(one)]
        return _one(listed, tree)
    except (PdfReadError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return Attachment(fault="attachments cannot be read")


def _one(listed: list[Any], tree: list[Any]) -> Attachment:
    if not listed and not tree:
        return Attachment()
    if len(listed) != 1 or len(tree) != 1:
        return Attachment(fault="not exactly one in /AF and in the name tree")
    first, second = _content(listed[0]), _content(tree[0])
    if first is None or first != second:
        return Attachment(fault="/AF and the name tree differ")
    return Attachment(content=first)


def _content(spec: Any) -> bytes | None:  # noqa: ANN401 - a PDF dictionary
    """The embedded bytes, if every way to read the file specification leads to the same."""
    if {str(spec[key]) for key in ("/F", "/UF") if key in spec} != {NAME}:
        return None
    streams = [spec["/EF"][key] for key in ("/F", "/UF") if key in spec["/EF"]]
    if not streams or any(len(one.encoded_data) > MAX_STREAM for one in streams):
        return None
    contents = {bytes(one.data) for one in streams}
    return contents.pop() if len(contents) == 1 else None


def _named(spec: Any) -> bool:  # noqa: ANN401 - a PDF dictionary
    """Whether a file specification bears the record's name in any spelling that a reader might take for it."""
    return any(str(spec[key]).strip().casefold() == NAME for key in ("/F", "/UF", "/Desc") if key in spec)


def _entries(array: Any) -> Iterator[Any]:  # noqa: ANN401 - a PDF array
    for one in list(array)[:MAX_NODES]:
        yield one.get_object()


def _leaves(root: Any) -> Iterator[Any]:  # noqa: ANN401 - the catalog
    """The file specifications of /Names /EmbeddedFiles."""
    queue = [root["/Names"]["/EmbeddedFiles"]] if "/EmbeddedFiles" in root.get("/Names", {}) else []
    for _ in range(MAX_NODES):
        if not queue:
            return
        node = queue.pop()
        names = list(node.get("/Names", ()))
        if len(names) > 2 * MAX_NODES:
            raise PdfReadError("too many names")
        yield from (one.get_object() for one in names[1::2])
        queue += [kid.get_object() for kid in node.get("/Kids", ())]
    if queue:
        raise PdfReadError("too many nodes")
