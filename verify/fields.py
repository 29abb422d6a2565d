"""Signature fields of a revision, and the signatures in them (ISO 32000-2, 12.7.5.5 and 12.8.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verify.document import View
from verify.references import pages
from verify.syntax import Damaged, Excessive, Ref, text

MAX_FIELDS = 512
"""Fields of a form: a transcript's has one for each signature."""
MAX_DEPTH = 16

NO_CHANGES, DEFAULT_LEVEL, LEVELS = 1, 2, frozenset({1, 2, 3})
"""DocMDP levels (ISO 32000-2, 12.8.2.2)."""

MAX_COORDINATE = 100_000
"""Points, 35 metres: some readers cannot hold a number of ten digits, and see a field in another place."""
WRITTEN = frozenset({"/FreeText", "/Widget"})
"""Annotations whose text viewers write themselves, where no appearance says how it looks."""
DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z(?:00'?00'?)?|([+-])(\d\d)'?(\d\d)'?)")
"""A date that says its zone (7.9.4): without one it is no instant."""


SIDES = ("left", "bottom", "right", "top")
Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top, in points; or any two other opposite corners."""


@dataclass(frozen=True, slots=True)
class Field:
    """A signature field: its full name, its object, its signature's, whether it is seen on a page, and where."""

    name: str
    number: Ref
    value: Ref | None
    visible: bool
    rectangles: tuple[Rectangle, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a revision: its signature fields, and whether it has no others."""

    fields: tuple[Field, ...] = ()
    signatures_only: bool = True


def read_form(view: View) -> Form:
    """All signature fields, filled or not. Raises Damaged for a form that cannot be followed."""
    form = view.value(view.root, "/AcroForm")
    if form is None:
        return Form()
    kinds: set[object] = set()
    found = tuple(_walk(view, view.entries(view.dictionary(form).get("/Fields")), kinds))
    return Form(found, kinds <= {"/Sig"})


def _walk(view: View, listed: list[Any], kinds: set[object]) -> Iterator[Field]:
    queue: list[tuple[Any, str, Any, int]] = [(one, "", None, 0) for one in reversed(listed)]
    for _ in range(MAX_FIELDS):
        if not queue:
            return
        reference, prefix, kind, depth = queue.pop()
        if not isinstance(reference, Ref):
            raise Damaged("a form field")
        if depth > MAX_DEPTH:
            raise Excessive("a form field", "depth")
        field = view.dictionary(reference)
        kind = view.value(field, "/FT") or kind
        if not isinstance(kind, (str, type(None))):
            raise Damaged("a form field")
        name = ".".join(part for part in (prefix, text(view.value(field, "/T"))) if part)
        below = [one for one in view.entries(field.get("/Kids")) if "/T" in view.dictionary(one)]
        queue += [(one, name, kind, depth + 1) for one in reversed(below)]
        if not below or "/V" in field:
            kinds.add(kind)
        if kind == "/Sig" and (not below or "/V" in field):
            yield _field(view, name, reference, field)
    raise Excessive("too many form fields", "fields")


def _field(view: View, name: str, number: Ref, field: Mapping[str, Any]) -> Field:
    value = field.get("/V")
    if value is not None and not isinstance(value, Ref):
        raise Damaged("a signature that is no indirect object")
    found = [*_rectangles(view, field)]
    seen = any(one is None or one[:2] != one[2:] for one in found)
    return Field(name, number, value, seen, tuple(one for one in found if one is not None))


def _rectangles(view: View, field: Mapping[str, Any]) -> Iterator[Rectangle | None]:
    """The rectangle of each widget of the field; None for what cannot be read, which counts as seen."""
    widgets = [field, *(view.dictionary(one) for one in view.entries(field.get("/Kids")))]
    for one in widgets:
        if "/Rect" in one:
            yield rectangle(view, one["/Rect"])
        elif one is not field or "/Subtype" in one:  # a widget somewhere
            yield None


def rectangle(view: View, held: Any) -> Rectangle | None:  # noqa: ANN401 - a PDF array
    """Four numbers of a size that every reader holds; None for anything else. Raises Damaged for what is no array."""
    corners = [view.get(corner) for corner in view.entries(held)]
    if len(corners) != len(SIDES) or not all(
        type(one) in {int, float} and abs(one) <= MAX_COORDINATE for one in corners
    ):
        return None  # readers make numbers of other things, or none
    left, bottom, right, top = map(float, corners)
    return left, bottom, right, top


def looks_matter(view: View, form: Form) -> bool:
    """Whether a form says how a text looks: of other fields, or of notes without a face, if only in print."""
    if not form.signatures_only:
        return True
    known = {one.number for one in form.fields}
    widgets = [*known, *(kid for one in known for kid in view.entries(view.dictionary(one).get("/Kids")))]
    listed = [one for _, page in pages(view) for one in view.entries(page.get("/Annots"))]
    notes = [view.get(one) for one in listed if one not in widgets]
    return any(isinstance(one, dict) and one.get("/Subtype") in WRITTEN and "/AP" not in one for one in notes)


def signature_of(view: View, field: Field) -> dict[str, Any]:
    """The signature dictionary of a filled field. Raises Damaged if it is none."""
    found = view.get(field.value)
    if not isinstance(found, dict):
        raise Damaged("a signature that is no dictionary")
    return found


def byte_range(view: View, signature: Mapping[str, Any]) -> tuple[int, ...]:
    """The integers of /ByteRange; nothing if it holds anything else."""
    numbers = view.value(signature, "/ByteRange")
    numbers = [view.get(one) for one in numbers] if isinstance(numbers, list) else []
    return tuple(numbers) if all(type(one) is int for one in numbers) else ()


def contents(signature: Mapping[str, Any]) -> bytes:
    """/Contents: the CMS; a direct string, for it stands in the gap of the byte range."""
    found = signature.get("/Contents")
    return found if isinstance(found, bytes) else b""


def claimed_at(view: View, signature: Mapping[str, Any]) -> datetime | None:
    """The time that the signer claims under /M, if it is an instant."""
    match = DATE.fullmatch(text(view.value(signature, "/M")))
    if match is None:
        return None
    zone = f"{match[7]}{match[8]}{match[9]}" if match[7] else "+0000"
    try:
        return datetime.strptime("".join(match.groups()[:6]) + zone, "%Y%m%d%H%M%S%z")
    except ValueError:
        return None


def certifies(view: View, signature: Mapping[str, Any]) -> int | None:
    """The DocMDP level of a certification signature; an unreadable one counts as the narrowest."""
    for reference in view.entries(signature.get("/Reference")):
        if view.value(reference, "/TransformMethod") == "/DocMDP":
            parameters = view.value(reference, "/TransformParams")
            level = view.value(parameters, "/P") if parameters is not None else None
            if level is None:
                return DEFAULT_LEVEL
            return level if type(level) is int and level in LEVELS else NO_CHANGES
    return None
