"""What stands in any object of a file, reachable or not: active content, switches of what is seen, embedded records.

Readers reach objects by ways that nobody lists, so every object that the cross-references name is asked. The bytes are
searched first; what a search finds, or could hide behind an escaped name, is parsed, and its names are read there: what
stands in a string or in the data of a stream is no name. On the way, what readers could take for something else: an
object within another, a stream that is longer than it says, a reference to a generation that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verify.attachment import named
from verify.document import View, generation
from verify.references import references
from verify.syntax import REGULAR, Damaged, Stream
from verify.xref import ELSEWHERE, Standing

ACTIVE = {
    "/JavaScript": "javascript",
    "/JS": "javascript",
    "/XFA": "xfa",
    "/Launch": "launch",
    "/ImportData": "launch",
    "/SubmitForm": "launch",
    "/Rendition": "launch",
    "/RichMedia": "launch",
    "/RichMediaExecute": "launch",
    "/SetOCGState": "visibility",
    "/Hide": "visibility",
}
"""Names that only active content uses."""
EMBEDDED, OPTIONAL, SIGNATURE = "/EF", "/OCProperties", "/ByteRange"

SUSPECT = re.compile(
    rb"/(?:(?:"
    + b"|".join(name[1:].encode() for name in (*ACTIVE, EMBEDDED, OPTIONAL, SIGNATURE))
    + rb")(?!"
    + REGULAR
    + rb")|"
    + REGULAR
    + rb"*?#)"
)
"""A name that matters, or one with an escape, that may be any."""


@dataclass(frozen=True, slots=True)
class Census:
    """What was found.

    `active` are the kinds of active content; `records` how many objects embed a file under the record's name, wherever
    a reader may find them; `signatures` how many hold a byte range; `optional`: what is seen hangs on a switch;
    `elsewhere`: the data of a stream stand in another file, or are what an abbreviation says.
    """

    active: tuple[str, ...] = ()
    records: int = 0
    signatures: int = 0
    optional: bool = False
    elsewhere: bool = False


NOTHING = Census()


def take_census(view: View) -> Census:
    """Ask every object of a revision. Raises Damaged."""
    kinds: set[str] = set()
    records, signatures, optional, elsewhere = 0, 0, False, False
    for held, of_stream in _suspects(view):
        elsewhere = elsewhere or (of_stream and not ELSEWHERE.isdisjoint(held))
        found = set(_names(held))
        kinds |= {ACTIVE[name] for name in found & ACTIVE.keys()}
        optional = optional or OPTIONAL in found
        signatures += SIGNATURE in found
        records += EMBEDDED in found and any(named(view, one) for one in _embedding(held))
    return Census(tuple(sorted(kinds)), records, signatures, optional, elsewhere)


def _suspects(view: View) -> Iterator[tuple[Any, bool]]:
    """Every object in which a search finds anything, and whether it is a stream's dictionary.

    All are read, so that none may stand within another.
    """
    offsets = sorted({place.offset for place in view.places.values() if isinstance(place, Standing)})
    end = 0
    for offset in offsets:
        if offset < end:
            raise Damaged("an object within another")  # what is a name to the one may be a string to the other
        _, held, end = view.standing(offset)
        of_stream = isinstance(held, Stream)
        if of_stream:
            view.end_of(held)
            held = held.dictionary
        _told_apart(view, held)
        if (of_stream and not ELSEWHERE.isdisjoint(held)) or SUSPECT.search(view.document.content, offset, end):
            yield held, of_stream
    for offset in view.containers():
        for _, held in view.all_packed(offset):
            _told_apart(view, held)
            yield held, False


def _told_apart(view: View, held: Any) -> None:  # noqa: ANN401 - a PDF object
    """Raise Damaged for a reference to another generation: null to the standard, the object to some readers."""
    for one in references(held):
        if one.number in view.places and one.generation != generation(view.places[one.number]):
            raise Damaged("an object that is another")


def _names(held: Any) -> Iterator[str]:  # noqa: ANN401 - a PDF object
    """Every name in an object, keys too."""
    queue = [held]
    while queue:
        one = queue.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one
            queue.extend(one.values())
        elif isinstance(one, list):
            queue.extend(one)


def _embedding(held: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a PDF object
    """Every file specification that is an object or stands in it."""
    queue = [held]
    while queue:
        one = queue.pop()
        if isinstance(one, dict):
            if EMBEDDED in one:
                yield one
            queue.extend(one.values())
        elif isinstance(one, list):
            queue.extend(one)
