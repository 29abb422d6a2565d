"""The embedded `transcript.json` of one revision: exactly one, in /AF and in the name tree alike (HB-1, 4)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver

from verify.evidence import Attachment
from verify.objects import entries, value

NAME = "transcript.json"
MAX_NODES = 256
"""Nodes of a name tree and entries of /AF looked at: a transcript has one of each; cycles end here."""
MAX_STREAM = 512 * 1024
"""Encoded bytes of the record's stream; what it decodes to is bounded again by `record.py`."""


def read_attachment(resolver: HistoricalResolver) -> Attachment:
    """The record's bytes as of a revision, or why there is not exactly one; never raises for a malformed tree."""
    try:
        root = resolver.root
        listed = [one for one in islice(entries(value(root, "/AF")), MAX_NODES) if _named(one)]
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
    embedded = [value(value(spec, "/EF"), key) for key in ("/F", "/UF")]
    streams = [one for one in embedded if one is not None]
    if not streams or any(len(one.encoded_data) > MAX_STREAM for one in streams):
        return None
    contents = {bytes(one.data) for one in streams}
    return contents.pop() if len(contents) == 1 else None


def _named(spec: Any) -> bool:  # noqa: ANN401 - a PDF dictionary
    """Whether a file specification bears the record's name in any spelling that a reader might take for it."""
    return any(str(spec[key]).strip().casefold() == NAME for key in ("/F", "/UF", "/Desc") if key in spec)


def _leaves(root: Any) -> Iterator[Any]:  # noqa: ANN401 - the catalog
    """The file specifications of /Names /EmbeddedFiles."""
    names = value(root, "/Names")
    tree = value(names, "/EmbeddedFiles") if names is not None else None
    queue = [tree] if tree is not None else []
    for _ in range(MAX_NODES):
        if not queue:
            return
        node = queue.pop()
        yield from islice(entries(value(node, "/Names")), 1, 2 * MAX_NODES, 2)
        queue += islice(entries(value(node, "/Kids")), MAX_NODES)
    raise PdfReadError("too many nodes")
