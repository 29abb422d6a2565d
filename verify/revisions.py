"""The revisions of a PDF, and what each changed against the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from verify.appended import MAX_WORDS, fault, found
from verify.appended import Section as Appended
from verify.attachment import read_attachment
from verify.document import Document, View, generation
from verify.evidence import FieldChange, Revision, Unreadable
from verify.fields import Field, Form, read_form
from verify.leftovers import is_so
from verify.references import holders, same, written
from verify.syntax import Damaged, Ref, Stream
from verify.updates import described, refused
from verify.xref import Packed, Standing, near

TRAILER = frozenset({"/Size", "/Prev", "/Root", "/Encrypt", "/Info", "/ID", "/XRefStm"}) | {
    *("/Type", "/Index", "/W", "/Length", "/Filter", "/DecodeParms")
}
"""Entries of a trailer, and of a stream of cross-references (ISO 32000-2, 7.5.5 and 7.5.8)."""
CHECKSUM = "/DocChecksum"
"""Where it is true, a widespread office program opens another file, which stands in this one, in its place."""
MAX_REVISIONS = 64
"""Revisions compared: a transcript has two to ten; each comparison reads the whole document."""


def read_revisions(document: Document, digests: Mapping[int, str]) -> tuple[Revision, ...]:
    """Every revision, oldest first; `digests` as in `Evidence`. Raises Damaged; Unreadable past a limit."""
    if len(document.views) > MAX_REVISIONS:
        raise Unreadable("limit", "revisions")
    told: list[Revision] = []
    before, old, searched = Form(), None, None
    for view in document.views:
        now = read_form(view)
        why, describes, unclear = "", False, _unclear(old, view)
        if old is not None and any(one.value for one in before.fields):
            # Only what follows a signature is compared: nothing protects what came before.
            searched = _searched(old) if searched is None else searched
            try:
                unclear = unclear or _appended(view, old) or searched
                why, describes = refused(old, view, before, now), described(old, view)
            except Damaged:
                unclear = unclear or "not comparable"
        told.append(
            Revision(
                end=view.end,
                sha256=digests.get(view.end) or hashlib.sha256(document.content[: view.end]).hexdigest(),
                attachment=read_attachment(view),
                fields=tuple(_changed(before, now)),
                refused=why,
                described=describes,
                unclear=unclear,
            )
        )
        before, old = now, view
    return tuple(told)


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
    own = {} if section.own is None else {(section.sides or (section,))[-1].start: section.own}
    standing = {
        near(view.document.content, place.offset): Ref(number, place.generation)
        for number, place in section.places.items()
        if isinstance(place, Standing)
    }
    # One widespread tool frees the number of its stream in the stream, another leaves it out; there it stands.
    standing |= {offset: number for offset, number in own.items() if number.number not in view.places}
    held = {offset: view.standing(offset) for offset in standing}
    told = (_trailer(view, before.trailer), *map(partial(_held, view, own), held))
    if why := next(filter(None, told), ""):
        return why
    ends = {offset: view.end_of(one) if isinstance(one, Stream) else end for offset, (_, one, end) in held.items()}
    streams = sum(isinstance(one, Stream) for _, one, _ in held.values())
    form = Appended(section.start, standing, ends, streams, bool(own) and section.sides is None, section.end)
    return fault(view.document.content, before.end, view.end, form)


def _searched(signed: View) -> str:
    """Why an update would be told apart by who searches the file: what was signed holds an older object than it lists.

    Readers differ in what makes them search, and nobody knows it of all. Where nothing follows a signature it is no
    matter: nobody has had a hand in the file since.
    """
    content = signed.document.content
    if content.count(b"obj", 0, signed.end) > MAX_WORDS:
        return "too many objects"
    last = found(content, signed.end)
    for number, place in signed.places.items():
        there = near(content, place.offset) if isinstance(place, Standing) else None
        if number in last and last[number] != there:
            return "an object behind the one that is listed"
    return ""


def _trailer(view: View, before: Mapping[str, Any]) -> str:
    """Why the trailer of an update is none that all readers understand alike."""
    size = view.trailer.get("/Size")
    if type(size) is not int or size <= max(view.given, default=0):
        return "a size that leaves something out"  # readers forget what is beyond it, or search the file
    more = view.trailer.keys() - TRAILER
    checksum = same(before.get(CHECKSUM), view.trailer.get(CHECKSUM, before.get(CHECKSUM)))
    return "" if more <= before.keys() and checksum else "an entry of a trailer"


def _held(view: View, own: Mapping[int, Ref], offset: int) -> str:
    """Why an object of an update is one that somebody finds who searches the file, and nobody else."""
    _, held, _ = view.standing(offset)
    told = held.dictionary if isinstance(held, Stream) else held
    kind = told.get("/Type") if isinstance(told, dict) else None
    if isinstance(kind, Ref):
        return "a type by reference"
    if kind == "/XRef" and offset not in own and not is_so(view, offset):
        return "cross-references that nobody follows"
    return "objects in a stream that are not listed" if kind == "/ObjStm" and not _listed(view, offset) else ""


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
