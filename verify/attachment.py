"""The embedded `transcript.json` of one revision: exactly one, in /AF and in the name tree alike (HB-1, 4)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from verify.document import View
from verify.evidence import Attachment
from verify.syntax import Damaged, Ref, Stream, text

NAME = "transcript.json"
NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix", "/Desc")
"""Keys of a file specification under which some reader looks for its name."""
MAX_NODES = 256
"""Nodes of a name tree and entries of /AF looked at: a transcript has one of each; cycles end here."""
MAX_CONTENT = 512 * 1024
"""Decoded bytes: twice what `record.py` reads, so that a record that is too long is told from a bomb."""
INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of characters that a reader does not see in a name."""


def read_attachment(view: View) -> Attachment:
    """The record's bytes as of a revision, or why there is not exactly one; never raises for a malformed tree."""
    try:
        root = view.root
        listed = [one for one in _bounded(view, root.get("/AF")) if named(view, one)]
        tree = [one for name, one in _leaves(view, root) if named(view, one) or likeness(text(view.get(name)))]
        return _one(view, listed, tree)
    except Damaged:
        return Attachment(fault="attachments cannot be read")


def likeness(name: str) -> bool:
    """Whether a reader might take a file name for the record's: folders, case, width and invisible characters aside."""
    known = unicodedata.normalize("NFKC", name.partition("\0")[0])  # where some readers end a name
    plain = "".join(one for one in known if unicodedata.category(one) not in INVISIBLE)
    return re.split(r"[/\\]", plain)[-1].strip().casefold() == NAME


def named(view: View, specification: Any) -> bool:  # noqa: ANN401 - a PDF dictionary
    """Whether a file specification bears the record's name under any of its keys. Raises Damaged."""
    held = view.dictionary(specification)
    return any(likeness(text(view.get(held[key]))) for key in NAMES if key in held)


def _one(view: View, listed: list[Any], tree: list[Any]) -> Attachment:
    if not listed and not tree:
        return Attachment()
    if len(listed) != 1 or len(tree) != 1:
        return Attachment(fault="not exactly one in /AF and in the name tree")
    first = _content(view, view.dictionary(listed[0]))
    same = isinstance(listed[0], Ref) and listed[0] == tree[0]
    if first is None or (not same and first != _content(view, view.dictionary(tree[0]))):
        return Attachment(fault="/AF and the name tree differ")
    return Attachment(content=first)


def _content(view: View, held: Mapping[str, Any]) -> bytes | None:
    """The embedded bytes, if every way to read the file specification leads to the same."""
    embedded = view.dictionary(held.get("/EF"))
    if {text(view.get(held[key])) for key in ("/F", "/UF") if key in held} != {NAME} or "/RF" in held:
        return None
    if not set(embedded) <= {"/F", "/UF"}:
        return None  # names for other systems, which some reader may prefer
    streams = [*embedded.values()]
    contents = {_decoded(view, view.get(one)) for nth, one in enumerate(streams) if one not in streams[:nth]}
    return contents.pop() if len(contents) == 1 else None


def _decoded(view: View, stream: Any) -> bytes:  # noqa: ANN401 - a PDF stream
    """The bytes of an embedded file. Raises Damaged for a filter but Flate, an external file, or past a limit."""
    if not isinstance(stream, Stream) or {"/F", "/DecodeParms"} & stream.dictionary.keys():
        raise Damaged("encoding of an embedded file")
    content = view.decoded(stream)
    if len(content) > MAX_CONTENT:
        raise Damaged("size of an embedded file")
    return content


def _bounded(view: View, array: Any) -> list[Any]:  # noqa: ANN401 - any PDF object
    """The entries of an array. Raises Damaged past MAX_NODES: what is not looked at may be a second record."""
    found = view.entries(array)
    if len(found) > MAX_NODES:
        raise Damaged("too many entries")
    return found


def _leaves(view: View, root: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Names and file specifications of /Names /EmbeddedFiles."""
    names = view.get(root.get("/Names"))
    tree = view.value(names, "/EmbeddedFiles") if names is not None else None
    queue = [tree] if tree is not None else []
    for _ in range(MAX_NODES):
        if not queue:
            return
        node = view.dictionary(queue.pop())
        pairs = _bounded(view, node.get("/Names"))
        if len(pairs) % 2:
            raise Damaged("a name tree")
        yield from zip(pairs[::2], pairs[1::2], strict=True)
        queue += _bounded(view, node.get("/Kids"))
    raise Damaged("too many nodes")
