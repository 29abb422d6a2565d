"""The structure of a tagged document: what a signing tool adds to it, and each way of adding something else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from corpus.update import update
from hostile import PAGE, document

from verify.document import Document
from verify.fields import read_form
from verify.syntax import Damaged
from verify.tags import MAX_NODES
from verify.updates import refused

OLD, NOBODY = "an object that was there before", "an object that nothing refers to"
ROOT, ALL, TEXT, SEAL, TREE, FIRST = 10, 11, 12, 13, 14, 15
TAGGED = PAGE | {
    1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R /StructTreeRoot 10 0 R >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /StructParents 0 /Annots [5 0 R] >>",
    4: b"<< /Fields [5 0 R] /SigFlags 3 >>",
    5: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (principal) /Rect [0 0 9 9] /V 7 0 R /StructParent 1 >>",
    7: b"<< /Type /Sig /Contents <00> >>",
    ROOT: b"<< /Type /StructTreeRoot /K [11 0 R] /ParentTree 14 0 R /ParentTreeNextKey 2 >>",
    ALL: b"<< /Type /StructElem /S /Document /P 10 0 R /K [12 0 R 13 0 R] >>",
    TEXT: b"<< /Type /StructElem /S /P /P 11 0 R /Pg 3 0 R /K 0 >>",
    SEAL: b"<< /Type /StructElem /S /Form /P 11 0 R /Pg 3 0 R /K << /Type /OBJR /Obj 5 0 R >> >>",
    TREE: b"<< /Nums [0 15 0 R 1 13 0 R] >>",
    FIRST: b"[12 0 R]",
}
"""Signed once, in a field that has its element."""
WIDGET, ELEMENT, AGAIN, TREES = 30, 31, 32, 33
SIGNED: dict[int, bytes] = {
    3: TAGGED[3].replace(b"[5 0 R]", b"[5 0 R 30 0 R]"),
    4: b"<< /Fields [5 0 R 30 0 R] /SigFlags 3 >>",
    WIDGET: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /Rect [0 0 9 9] /StructParent 2 >>",
    ROOT: TAGGED[ROOT].replace(b"14 0 R", b"33 0 R").replace(b"/ParentTreeNextKey 2", b"/ParentTreeNextKey 3"),
    ALL: TAGGED[ALL].replace(b"13 0 R]", b"13 0 R 31 0 R]"),
    ELEMENT: b"<< /Type /StructElem /S /Form /P 11 0 R /Pg 3 0 R /K << /Type /OBJR /Obj 30 0 R >> >>",
    AGAIN: TAGGED[FIRST],
    TREES: b"<< /Nums [0 32 0 R 1 13 0 R 2 31 0 R] >>",
}
"""A field more, and its element."""


def asked(changes: Mapping[int, bytes], base: Mapping[int, bytes] = TAGGED) -> str:
    """What the rule says of the update."""
    old, new = Document(update(document(base), changes)).views
    return refused(old, new, read_form(old), read_form(new))


def but(number: int, old: bytes, new: bytes) -> dict[int, bytes]:
    """The update with one of its objects written otherwise."""
    assert old in SIGNED[number]
    return SIGNED | {number: SIGNED[number].replace(old, new)}


def without(*numbers: int) -> dict[int, bytes]:
    return {number: body for number, body in SIGNED.items() if number not in numbers}


GROWN: dict[str, dict[int, bytes]] = {
    "as-tools-do": SIGNED,
    "the-list-in-the-tree": but(TREES, b"32 0 R", b"[12 0 R]") | {AGAIN: b"[]"},
    "the-same-list": but(TREES, b"32 0 R", b"15 0 R") | {AGAIN: b"[]"},
    "the-element-in-a-list-of-the-tree": but(TREES, b"2 31 0 R", b"2 [31 0 R]"),
    "a-tree-of-two-nodes": but(TREES, b"/Nums [0 32 0 R 1 13 0 R 2 31 0 R]", b"/Kids [34 0 R 35 0 R]")
    | {
        34: b"<< /Limits [0 1] /Nums [0 32 0 R 1 13 0 R] >>",
        35: b"<< /Limits [2 2] /Nums 36 0 R >>",
        36: b"[2 31 0 R]",
    },
    "a-list-of-objects": but(ELEMENT, b"<< /Type /OBJR /Obj 30 0 R >>", b"[<< /Type /OBJR /Obj 30 0 R /Pg 3 0 R >>]"),
    "a-space-of-names": but(ELEMENT, b"/Pg 3 0 R", b"/NS 11 0 R"),
    "no-next-key": but(ROOT, b"/ParentTreeNextKey 3", b""),
}


@pytest.mark.parametrize("name", GROWN)
def test_a_new_field_gets_an_element(name: str) -> None:
    assert asked(GROWN[name]) == ""


OTHER: dict[str, dict[int, bytes]] = {
    "roles-of-elements": but(ROOT, b"/K [11 0 R]", b"/K [11 0 R] /RoleMap << /P /H1 >>"),
    "another-child-of-the-root": but(ROOT, b"/K [11 0 R]", b"/K [11 0 R 31 0 R]"),
    "a-next-key-that-is-no-number": but(ROOT, b"/ParentTreeNextKey 3", b"/ParentTreeNextKey /Three"),
    "a-title-of-an-element": but(ALL, b"/S /Document", b"/S /Document /T (x)"),
    "other-words-of-an-element": but(ALL, b"/S /Document", b"/S /Document /ActualText (10)"),
    "an-element-of-another-kind": but(ALL, b"/Document", b"/Part"),
    "another-order": but(ALL, b"12 0 R 13 0 R", b"13 0 R 12 0 R"),
    "an-element-gone": but(ALL, b"12 0 R ", b""),
    "more-than-elements": but(ALL, b"31 0 R]", b"31 0 R 7]"),
    "an-old-element-again": but(ALL, b"31 0 R]", b"31 0 R 12 0 R]"),
    "words-of-the-new-element": but(ELEMENT, b"/S /Form", b"/S /Form /ActualText (10)"),
    "a-new-element-of-another-parent": but(ELEMENT, b"/P 11 0 R", b"/P 12 0 R"),
    "a-new-element-of-text": but(ELEMENT, b"<< /Type /OBJR /Obj 30 0 R >>", b"0"),
    "a-new-element-of-nothing": but(ELEMENT, b"/K << /Type /OBJR /Obj 30 0 R >>", b""),
    "a-new-element-of-an-old-field": but(ELEMENT, b"/Obj 30 0 R", b"/Obj 5 0 R"),
    "a-new-element-of-two": but(ELEMENT, b"/Obj 30 0 R >>", b"/Obj 30 0 R /More 1 >>"),
    "a-new-element-that-is-none": but(ELEMENT, b"/StructElem", b"/Other"),
    "another-place-in-the-tree": but(TREES, b"1 13 0 R", b"1 12 0 R"),
    "a-place-less-in-the-tree": but(TREES, b"1 13 0 R ", b""),
    "a-place-more-in-the-tree": but(TREES, b"2 31 0 R", b"2 31 0 R 3 12 0 R"),
    "another-list-in-the-tree": SIGNED | {AGAIN: b"[13 0 R]"},
    "the-old-list-written-anew": SIGNED | {FIRST: b"[13 0 R]"},
    "the-tree-where-it-was": but(ROOT, b"33 0 R", b"14 0 R") | {TREE: b"<< /Nums [0 15 0 R 1 13 0 R 2 31 0 R] >>"},
    "an-element-more-of-nobody": SIGNED | {40: b"<< /Type /StructElem /S /P /P 11 0 R >>"},
    "the-text-s-element": SIGNED | {TEXT: TAGGED[TEXT].replace(b"/K 0", b"/K 1")},
    "without-the-root": without(ROOT, TREES, AGAIN),
    "without-the-field": without(3, 4, WIDGET),
}


@pytest.mark.parametrize("name", OTHER)
def test_nothing_else_of_the_structure_changes(name: str) -> None:
    assert asked(OTHER[name]) in {OLD, NOBODY}


def test_the_structure_as_it_was_is_no_change() -> None:
    assert asked({ROOT: TAGGED[ROOT], ALL: TAGGED[ALL], TREE: TAGGED[TREE]}) == ""


def test_a_document_without_elements_may_be_tagged_no_further() -> None:
    bare = TAGGED | {ROOT: b"<< /Type /StructTreeRoot >>"}
    assert asked({ROOT: b"<< /Type /StructTreeRoot /ParentTreeNextKey 1 >>"}, bare) == ""
    assert asked({ROOT: b"<< /Type /StructTreeRoot /K [] >>"}, bare) == OLD


@pytest.mark.parametrize(
    "tree",
    [
        b"<< /Nums [0] >>",
        b"<< /Nums [(0) 32 0 R] >>",
        b"<< /Nums [0 32 0 R 0 32 0 R] >>",
        b"<< /Nums [0 32 0 R] /Names [] >>",
        b"<< /Kids [33 0 R] >>",
        b"[]",
        b"<< /Kids [34 0 R 34 0 R] >>",
    ],
)
def test_a_tree_that_is_none_cannot_be_judged(tree: bytes) -> None:
    with pytest.raises(Damaged):
        asked(SIGNED | {TREES: tree, 34: b"<< /Nums [0 32 0 R] >>"})


@pytest.mark.parametrize("count", [MAX_NODES - 1, MAX_NODES])
def test_a_tree_is_bounded(count: int) -> None:
    nodes = {100 + nth: b"<< /Nums [%d 31 0 R] >>" % (10 + nth) for nth in range(count)}
    kids = b" ".join(b"%d 0 R" % number for number in nodes)
    tree = SIGNED | {TREES: b"<< /Nums [0 32 0 R 1 13 0 R] /Kids [%s] >>" % kids} | nodes
    if count < MAX_NODES:
        assert asked(tree) == ""
    else:
        with pytest.raises(Damaged):
            asked(tree)
