"""The embedded `transcript.json` of one revision: exactly one, in /AF and in the name tree alike (HB-1, 4)."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver

from verify.evidence import Attachment
from verify.objects import entries, value

NAME = "transcript.json"
MAX_NODES = 256
"""Nodes of a name tree and entries of /AF looked at: a transcript has one of each; cycles end here."""
MAX_CONTENT = 512 * 1024
"""Decoded bytes: twice what `record.py` reads, so that a record that is too long is told from a bomb."""
INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of characters that a reader does not see in a name."""


def read_attachment(resolver: HistoricalResolver) -> Attachment:
    """The record's bytes as of a revision, or why there is not exactly one; never raises for a malformed tree."""
    try:
        root = resolver.root
        listed = [one for one in _bounded(value(root, "/AF")) if _named(one)]
        tree = [spec for name, spec in _leaves(root) if _named(spec) or likeness(str(name))]
        return _one(listed, tree)
    except (PdfReadError, ValueError, TypeError, AttributeError, KeyError, RecursionError, zlib.error):
        return Attachment(fault="attachments cannot be read")


def likeness(name: str) -> bool:
    """Whether a reader might take a file name for the record's: folders, case, width and invisible characters aside."""
    known = unicodedata.normalize("NFKC", name.partition("\0")[0])  # where some readers end a name
    plain = "".join(one for one in known if unicodedata.category(one) not in INVISIBLE)
    return re.split(r"[/\\]", plain)[-1].strip().casefold() == NAME


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
    embedded = value(spec, "/EF")
    if {str(spec[key]) for key in ("/F", "/UF") if key in spec} != {NAME} or "/RF" in spec:
        return None
    if not set(embedded) <= {"/F", "/UF"}:
        return None  # names for other systems, which some reader may prefer
    contents = {_decoded(embedded[key]) for key in embedded}
    return contents.pop() if len(contents) == 1 else None


def _decoded(stream: Any) -> bytes:  # noqa: ANN401 - a PDF stream
    """The bytes of an embedded file. Raises PdfReadError for a filter but Flate, an external file, or past a limit."""
    filters = value(stream, "/Filter")
    names = list(entries(filters)) if isinstance(filters, generic.ArrayObject) else [filters]
    encoded = bytes(stream.encoded_data)
    if "/F" in stream or "/DecodeParms" in stream or names not in ([None], [], ["/FlateDecode"]):
        raise PdfReadError("encoding of an embedded file")
    if names != ["/FlateDecode"]:
        return encoded
    # Bounded while it grows: a flate bomb would fill the worker's memory.
    content = zlib.decompressobj().decompress(encoded, MAX_CONTENT + 1)
    if len(content) > MAX_CONTENT:
        raise PdfReadError("size of an embedded file")
    return content


def _named(spec: Any) -> bool:  # noqa: ANN401 - a PDF dictionary
    """Whether a file specification bears the record's name under any of its keys."""
    keys = ("/F", "/UF", "/DOS", "/Mac", "/Unix", "/Desc")
    return any(likeness(str(spec[key])) for key in keys if key in spec)


def _bounded(array: Any) -> Iterator[Any]:  # noqa: ANN401 - any PDF object
    """The entries of an array. Raises PdfReadError past MAX_NODES: what is not looked at may be a second record."""
    for index, one in enumerate(entries(array)):
        if index >= MAX_NODES:
            raise PdfReadError("too many entries")
        yield one


def _leaves(root: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - the catalog
    """Names and file specifications of /Names /EmbeddedFiles."""
    names = value(root, "/Names")
    tree = value(names, "/EmbeddedFiles") if names is not None else None
    queue = [tree] if tree is not None else []
    for _ in range(MAX_NODES):
        if not queue:
            return
        node = queue.pop()
        pairs = list(_bounded(value(node, "/Names")))
        yield from zip(pairs[::2], pairs[1::2], strict=True)
        queue += _bounded(value(node, "/Kids"))
    raise PdfReadError("too many nodes")
