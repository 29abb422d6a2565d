"""The structure of a tagged document, and what an update may add to it: elements of its own new signature fields.

ISO 32000-2, 14.7 and 14.8; `docs/policy/revisions.md`, 13. The structure says how a page is read aloud; it draws
nothing. A tool that signs a tagged document adds an element for each new field, at the end of its parent's list, and
makes the tree anew by which objects find their elements. What is not of this form stays uncleared, and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from verify.document import View, generation
from verify.references import same
from verify.syntax import Damaged, Ref

MADE_ANEW = frozenset({"/ParentTree", "/ParentTreeNextKey"})
"""Keys of the root that an update may write."""
ELEMENT = frozenset({"/Type", "/S", "/P", "/Pg", "/K", "/NS"})
"""Keys of a new element: none that says what is to be read in its place."""
OBJECT = frozenset({"/Type", "/Obj", "/Pg"})
"""Keys of a reference to an object."""
NODE = frozenset({"/Nums", "/Kids", "/Limits"})
MAX_NODES = 256
"""Nodes of the tree: a transcript's has one, with an entry for each page and field."""


def grown(old: View, new: View, written: AbstractSet[int], widgets: AbstractSet[Ref]) -> set[int]:
    """The numbers that an update writes to put its new widgets into the structure, nothing if it does more.

    Raises Damaged.
    """
    root = old.root.get("/StructTreeRoot")
    if not isinstance(root, Ref) or root.number not in written:
        return set()
    was, now = old.dictionary(root), new.dictionary(root)
    parents = [one for one in _standing(old, written) if _is_element(old.get(one))]
    children = [_children(old.dictionary(one), new.dictionary(one)) for one in parents]
    added = {child: parent for parent, some in zip(parents, children, strict=True) for child in some or ()}
    tree = _made_anew(old, new, was.get("/ParentTree"), now.get("/ParentTree"), added.keys())
    if (
        tree is None
        or None in children
        or type(now.get("/ParentTreeNextKey", 0)) is not int
        or not _alike(was, now, MADE_ANEW)
        or not all(_is_of(new, child, parent, widgets) for child, parent in added.items())
    ):
        return set()
    fresh = {one.number for one in (*added, *tree)} & written - old.given
    return {root.number, *(one.number for one in parents)} | fresh


def _standing(old: View, written: AbstractSet[int]) -> list[Ref]:
    return [Ref(number, generation(old.places[number])) for number in sorted(written & old.places.keys())]


def _is_element(held: Any) -> bool:  # noqa: ANN401 - a PDF object
    return isinstance(held, dict) and held.get("/Type") == "/StructElem"


def _alike(old: Mapping[str, Any], new: Mapping[str, Any], free: AbstractSet[str]) -> bool:
    keys = (old.keys() | new.keys()) - free
    return all(key in old and key in new and same(old[key], new[key]) for key in keys)


def _children(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Ref] | None:
    """The elements that an element gains at its end; None if it changes in another way."""
    before, after = _listed(old.get("/K")), _listed(new.get("/K"))
    more = after[len(before) :]
    if not _alike(old, new, {"/K"}) or not same(after[: len(before)], before):
        return None
    return more if all(isinstance(one, Ref) for one in more) else None


def _listed(held: Any) -> list[Any]:  # noqa: ANN401 - a PDF object
    """One child or several, or none (14.7.2)."""
    return held if isinstance(held, list) else [] if held is None else [held]


def _is_of(view: View, child: Ref, parent: Ref, widgets: AbstractSet[Ref]) -> bool:
    """Whether a new element hangs at its parent, and is one of new widgets and of nothing else."""
    held = view.get(child)
    if not _is_element(held) or not held.keys() <= ELEMENT or held.get("/P") != parent:
        return False
    objects = _listed(held.get("/K"))
    return bool(objects) and all(
        isinstance(one, dict) and one.keys() <= OBJECT and one.get("/Type") == "/OBJR" and one.get("/Obj") in widgets
        for one in objects
    )


def _made_anew(old: View, new: View, was: Any, now: Any, added: AbstractSet[Ref]) -> list[Ref] | None:  # noqa: ANN401
    """The objects of a tree that says what the old one said and where the added elements are; None if it does not."""
    before, _ = _entries(old, was)
    after, parts = _entries(new, now)
    for key, held in after.items():
        known, found = old.get(before.get(key)), new.get(held)
        is_so = same(before[key], held) or same(known, found) if key in before else _are_added(held, found, added)
        if not is_so:
            return None
        parts += [held] if isinstance(held, Ref) else []
    return parts if before.keys() <= after.keys() else None


def _are_added(held: Any, found: Any, added: AbstractSet[Ref]) -> bool:  # noqa: ANN401 - PDF objects
    listed = found if isinstance(found, list) else [held]
    return all(isinstance(one, Ref) and one in added for one in listed)


def _entries(view: View, tree: Any) -> tuple[dict[int, Any], list[Ref]]:  # noqa: ANN401 - a PDF object
    """What a number tree holds, and the objects that are its nodes (7.9.7). Raises Damaged."""
    queue, found, nodes = _listed(tree), dict[int, Any](), list[Ref]()
    for _ in range(MAX_NODES + 1):
        if not queue:
            return found, nodes
        one = queue.pop()
        node = view.dictionary(one)
        pairs = view.entries(node.get("/Nums"))
        numbers, held = pairs[::2], pairs[1::2]
        again = len(numbers) != len(held) or any(type(key) is not int or key in found for key in numbers)
        if again or len(set(numbers)) != len(numbers) or not node.keys() <= NODE:
            raise Damaged("a number tree")
        nodes += [part for part in (one, node.get("/Nums"), node.get("/Kids")) if isinstance(part, Ref)]
        found |= dict(zip(numbers, held, strict=True))
        queue += view.entries(node.get("/Kids"))
    raise Damaged("a number tree")
