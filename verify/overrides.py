"""Which objects that were there before may be written anew after a signature: a list of ours, whatever a rule cleared.

The reader's rules explain changes path by path; what they explain too generously, or do not follow (a page's parent),
this list stops. An object of an older revision may be replaced only if it is the catalog, the form and its list of
fields, a signature field that was just filled, a page or its list of annotations that only grew, the security store,
the document information or the metadata (HB-1, 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver

from verify.objects import value

MAX_PAGES = 2000
MAX_DEPTH = 32

Number = tuple[int, int]


def replaced(old: HistoricalResolver, new: HistoricalResolver, filled: Mapping[str, Number]) -> str:
    """Why a revision replaces more than it may, in a few words; "" if it does not.

    `filled` are the signature fields that it filled, by name, with the number of each. Raises PdfReadError for a tree
    that cannot be followed.
    """
    known = _numbers(old)
    written = {(ref.idnum, ref.generation) for ref in new.explicit_refs_in_revision()}
    changed = {(number, generation) for number, generation in written if number in known}
    if any(known[number] != generation for number, generation in changed):
        return "another generation of an object"  # readers that go by the number alone would take it
    allowed = {*_roots(old), *filled.values()}
    pages = dict(_pages(old))
    for number, page in pages.items():
        listed = page.raw_get("/Annots") if "/Annots" in page else None
        annotations = _number(listed)
        touched = {one for one in (number, annotations) if one in changed and one is not None}
        if touched:
            now = new(generic.Reference(*number, pdf=new))
            if not _only_grew(page, now):
                return "a page"
            allowed |= touched
    if changed - allowed:
        return "an object that was there before"
    rewritten = _information(old) in changed
    return "document information" if rewritten and not _plain_information(new) else ""


def _roots(old: HistoricalResolver) -> Iterator[Number]:
    """The numbers of what a signing tool rewrites; a direct value has none and is part of what holds it."""
    root = old.root
    held = [old.trailer_view.raw_get("/Root")]
    held += [root.raw_get(name) for name in ("/AcroForm", "/DSS", "/Metadata", "/Extensions") if name in root]
    form = value(root, "/AcroForm")
    if form is not None and "/Fields" in form:
        held.append(form.raw_get("/Fields"))
    store = value(root, "/DSS")
    if store is not None:
        held += [store.raw_get(name) for name in store]
        records = value(store, "/VRI")
        held += [records.raw_get(name) for name in records] if records is not None else []
    for number in (_information(old), *map(_number, held)):
        if number is not None:
            yield number


def _information(old: HistoricalResolver) -> Number | None:
    return _number(old.trailer_view.raw_get("/Info")) if "/Info" in old.trailer_view else None


def _numbers(old: HistoricalResolver) -> dict[int, int]:
    """Every object number given out up to a revision, with its latest generation, whatever /Size claims."""
    found: dict[int, int] = {}
    for index in range(old.revision + 1):
        data = old.reader.xrefs.get_xref_data(index)
        found |= {number: generation for number, (generation, _) in data.standard_xrefs.items()}
        found |= dict.fromkeys(data.xrefs_in_objstm, 0)
    return found


def _number(held: Any) -> Number | None:  # noqa: ANN401 - any PDF object
    return (held.idnum, held.generation) if isinstance(held, generic.IndirectObject) else None


def _pages(old: HistoricalResolver) -> Iterator[tuple[Number, Any]]:
    """Every page by its number. Raises PdfReadError if a node's /Parent is not the node that lists it.

    Readers inherit resources and rotation from /Parent: one that leads elsewhere makes any object part of a page.
    """
    queue: list[tuple[Any, Number | None, int]] = [(old.root.raw_get("/Pages"), None, 0)]
    for _ in range(MAX_PAGES):
        if not queue:
            return
        reference, parent, depth = queue.pop()
        number = _number(reference)
        node = reference.get_object()
        if number is None or depth > MAX_DEPTH or not isinstance(node, generic.DictionaryObject):
            raise PdfReadError("page tree")
        if (_number(node.raw_get("/Parent")) if "/Parent" in node else None) != parent:
            raise PdfReadError("a page's parent")
        kids = value(node, "/Kids")
        if kids is None:
            yield number, node
        else:
            queue += [(kid, number, depth + 1) for kid in kids.iterate()]
    raise PdfReadError("too many pages")


def _only_grew(old: Any, new: Any) -> bool:  # noqa: ANN401 - pages
    """Whether a page differs only in annotations added at the end: their order is the order of drawing."""
    if not isinstance(new, generic.DictionaryObject) or {*old, "/Annots"} != {*new, "/Annots"}:
        return False
    if not all(same(old.raw_get(name), new.raw_get(name)) for name in old if name != "/Annots"):
        return False
    before, after = list(_references(old)), list(_references(new))
    return after[: len(before)] == before


def _references(page: Any) -> Iterator[Number | None]:  # noqa: ANN401 - a page
    annotations = value(page, "/Annots")
    if annotations is not None:
        yield from (_number(one) for one in annotations.iterate())


def _plain_information(new: HistoricalResolver) -> bool:
    """Whether the document information holds only texts and names: with more, it could be part of a page as well."""
    information = value(new.trailer_view, "/Info")
    plain = (generic.TextStringObject, generic.ByteStringObject, generic.NameObject, generic.BooleanObject)
    if information is None:
        return True
    return all(isinstance(information.raw_get(name), plain) for name in information)


def same(old: Any, new: Any) -> bool:  # noqa: ANN401 - any PDF objects
    """Whether two PDF objects are written alike, references not followed."""
    if isinstance(old, generic.IndirectObject) or isinstance(new, generic.IndirectObject):
        return _number(old) is not None and _number(old) == _number(new)
    if isinstance(old, generic.DictionaryObject):
        alike = isinstance(new, generic.DictionaryObject) and {*old} == {*new}
        return alike and all(same(old.raw_get(name), new.raw_get(name)) for name in old)
    if isinstance(old, generic.ArrayObject):
        alike = isinstance(new, generic.ArrayObject) and len(old) == len(new)
        return alike and all(same(one, other) for one, other in zip(old.iterate(), new.iterate(), strict=True))
    return type(old) is type(new) and bool(old == new)
