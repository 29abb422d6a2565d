"""Who refers to what in a revision, which objects it writes itself, and what is written alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verify.document import View, generation
from verify.syntax import Damaged, Excessive, Ref, Stream

MAX_PAGES = 2000
MAX_TREE = 32
"""Levels of a page tree."""
FOLLOWED = ("/Root", "/Info", "/Encrypt", "/ID")
"""Entries of a trailer that refer to objects (7.5.5)."""


def written(view: View) -> dict[int, Any]:
    """The objects that the update itself lists, and where they stand."""
    return {number: place for section in view.sections for number, place in section.places.items()}


def holders(view: View) -> dict[int, list[int | None]]:
    """Who refers to each number in a revision, once for each place: numbers of objects, None for all trailers."""
    found: dict[int, list[int | None]] = {}
    own = {section.own.number for section in view.history() if section.own is not None}
    for number in view.places:
        held = view.get(Ref(number, generation(view.places[number])))
        held = held.dictionary if isinstance(held, Stream) else held
        if number in own and isinstance(held, dict):  # a stream of cross-references is the trailer as well
            held = {key: one for key, one in held.items() if key not in {"/Root", "/Info"}}
        for one in references(held):
            found.setdefault(one.number, []).append(number)
    told = [section.trailer.get(key) for section in view.history() for key in FOLLOWED]
    for one in set(references(told)):
        found.setdefault(one.number, []).append(None)
    return found


def references(held: Any) -> list[Ref]:  # noqa: ANN401 - a PDF object
    """Every reference in an object, none followed."""
    queue, found = [held], []
    for one in queue:  # it grows on the way
        kind = type(one)
        if kind is Ref:
            found.append(one)
        elif kind is dict:
            queue.extend(one.values())
        elif kind is list:
            queue.extend(one)
    return found


def same(old: Any, new: Any, *, listed: bool = False) -> bool:  # noqa: ANN401 - PDF objects
    """Whether two PDF objects are written alike, references not followed; `listed`: among numbers, 612 is 612.0."""
    if type(old) is not type(new):
        return listed and {type(old), type(new)} == {int, float} and bool(old == new)
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list):
        box = all(type(one) in {int, float} for one in (*old, *new))  # where names stand, too, a number may be a code
        return len(old) == len(new) and all(same(*both, listed=box) for both in zip(old, new, strict=True))
    return bool(old == new)


def pages(view: View) -> Iterator[tuple[Ref, dict[str, Any]]]:
    """Every page by its number. Raises Damaged if a node's /Parent is not the node that lists it.

    Readers inherit resources and rotation from /Parent: one that leads elsewhere makes any object part of a page.
    """
    queue: list[tuple[Any, Ref | None, int]] = [(view.root.get("/Pages"), None, 0)]
    for _ in range(MAX_PAGES):
        if not queue:
            return
        number, parent, depth = queue.pop()
        if not isinstance(number, Ref):
            raise Damaged("page tree")
        if depth > MAX_TREE:
            raise Excessive("page tree", "depth")
        node = view.dictionary(number)
        if node.get("/Parent") != parent:
            raise Damaged("a page's parent")
        if "/Kids" not in node:
            yield number, node
        queue += [(kid, number, depth + 1) for kid in view.entries(node.get("/Kids"))]
    raise Excessive("too many pages", "pages")
