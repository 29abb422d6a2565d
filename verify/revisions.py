"""The revisions of a PDF, and what each changed against the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from verify.appended import Section as Appended
from verify.appended import fault
from verify.attachment import read_attachment
from verify.document import Document, View, generation
from verify.evidence import FieldChange, Revision, Unreadable
from verify.fields import Field, Form, read_form
from verify.references import holders, written
from verify.syntax import Damaged
from verify.updates import described, refused
from verify.xref import Standing, near

MAX_REVISIONS = 64
"""Revisions compared: a transcript has two to ten; each comparison reads the whole document."""


def read_revisions(document: Document, digests: Mapping[int, str]) -> tuple[Revision, ...]:
    """Every revision, oldest first; `digests` as in `Evidence`. Raises Damaged; Unreadable past a limit."""
    if len(document.views) > MAX_REVISIONS:
        raise Unreadable("limit", "revisions")
    found: list[Revision] = []
    before, old = Form(), None
    for view in document.views:
        now = read_form(view)
        why, told, unclear = "", False, _unclear(old, view)
        if old is not None and any(one.value for one in before.fields):
            # Only what follows a signature is compared: nothing protects what came before.
            unclear = unclear or _appended(view, old.end)
            try:
                why, told = refused(old, view, before, now), described(old, view)
            except Damaged:
                unclear = unclear or "not comparable"
        found.append(
            Revision(
                end=view.end,
                sha256=digests.get(view.end) or hashlib.sha256(document.content[: view.end]).hexdigest(),
                attachment=read_attachment(view),
                fields=tuple(_changed(before, now)),
                refused=why,
                described=told,
                unclear=unclear,
            )
        )
        before, old = now, view
    return tuple(found)


def _unclear(old: View | None, view: View) -> str:
    """Why two readers may read the cross-references of a revision differently."""
    for section in view.sections:
        if section.unclear:
            return section.unclear
    if _misses(view):
        return "freed objects"
    again = written(view).keys() & old.places.keys() if old is not None else ()
    if old is not None and any(generation(old.places[one]) != generation(view.places[one]) for one in again):
        return "another generation of an object"  # that nobody freed: some readers find neither
    return ""


def _misses(view: View) -> bool:
    """Whether something refers to a number that was freed: to some readers the old object is still there."""
    gone = view.given - view.places.keys()
    try:
        return bool(gone and gone & holders(view).keys())
    except Damaged:
        return True


def _appended(view: View, begin: int) -> str:
    """Why a revision after a signature is not in the strict form of `appended.py`."""
    if len(view.sections) != 1:
        return "a revision without an end of its own"
    (section,) = view.sections
    if section.sides is not None and not section.sides[1].places.keys() <= section.sides[0].places.keys():
        return "hybrid cross-references after a signature"
    content = view.document.content
    standing = {
        near(content, place.offset): (number, place.generation)
        for number, place in section.places.items()
        if isinstance(place, Standing)
    }
    stream = section.own is not None and section.sides is None
    if section.own is not None and section.own.number not in view.places:
        # One widespread tool frees the number of its stream in the stream, another leaves it out; there it stands.
        standing[section.start if section.sides is None else section.sides[1].start] = section.own
    return fault(content, begin, view.end, Appended(section.start, standing, stream))


def _changed(before: Form, now: Form) -> Iterator[FieldChange]:
    known: dict[str, Field] = {one.name: one for one in before.fields}
    for field in now.fields:
        old = known.get(field.name)
        created = old is None
        filled = field.value is not None and (old is None or old.value is None)
        if created or filled:
            yield FieldChange(field.name, created, filled, field.visible, field.rectangles)
