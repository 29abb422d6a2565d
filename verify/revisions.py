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
from verify.syntax import Damaged, Ref, Stream
from verify.updates import described, refused
from verify.xref import Packed, Standing, near

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
            try:
                unclear = unclear or _appended(view, old)
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


def _appended(view: View, before: View) -> str:
    """Why a revision after a signature is not in the strict form of `appended.py`. Raises Damaged."""
    if len(view.sections) != 1:
        return "a revision without an end of its own"
    (section,) = view.sections
    if section.sides is not None and not section.sides[1].places.keys() <= section.sides[0].places.keys():
        return "hybrid cross-references after a signature"
    size = section.trailer.get("/Size")
    if type(size) is not int or size <= max(view.given, default=0):
        return "a size that leaves something out"  # readers forget what is beyond it, or search the file
    standing = {
        near(view.document.content, place.offset): Ref(number, place.generation)
        for number, place in section.places.items()
        if isinstance(place, Standing)
    }
    if section.own is not None and section.own.number not in view.places:
        # One widespread tool frees the number of its stream in the stream, another leaves it out; there it stands.
        standing[section.start if section.sides is None else section.sides[1].start] = section.own
    ends: dict[int, int] = {}
    for offset in standing:
        _, held, end = view.standing(offset)
        ends[offset] = view.end_of(held) if isinstance(held, Stream) else end
        if isinstance(held, Stream) and held.dictionary.get("/Type") == "/ObjStm" and not _listed(view, offset):
            return "objects in a stream that are not listed"
    stream = section.own is not None and section.sides is None
    form = Appended(section.start, standing, ends, stream, section.end)
    return fault(view.document.content, before.end, view.end, form)


def _listed(view: View, offset: int) -> bool:
    """Whether an update lists what stands in an object stream of its own, and nothing else: who mends, finds it all."""
    (section,) = view.sections
    own, _, _ = view.standing(offset)
    packed = {number: place for number, place in section.places.items() if isinstance(place, Packed)}
    listed = {number: place.nth for number, place in packed.items() if place.stream == own.number}
    return listed == {number: nth for nth, (number, _) in enumerate(view.all_packed(offset))}


def _changed(before: Form, now: Form) -> Iterator[FieldChange]:
    known: dict[str, Field] = {one.name: one for one in before.fields}
    for field in now.fields:
        old = known.get(field.name)
        created = old is None
        filled = field.value is not None and (old is None or old.value is None)
        if created or filled:
            yield FieldChange(field.name, created, filled, field.visible, field.rectangles)
