"""What an update writes and nothing asked for, and that changes nothing: signing tools leave it behind.

`docs/policy/revisions.md`, 11 and 12. That it is new and that nothing refers to it is asked by `updates.py`.
"""

from __future__ import annotations

import re
from typing import Any

from verify.document import View, generation
from verify.references import references, same
from verify.syntax import SPACE, Ref, Stream
from verify.xref import SAID_TWICE, stream_section

RECORDS = frozenset({"/Cert", "/CRL", "/OCSP"})
VALIDATION = RECORDS | {"/Type", "/TU", "/TS"}
"""Keys of a record of /VRI (ETSI EN 319 142-1, 5.4.2.3)."""
FORM = frozenset({"/Type", "/Subtype", "/BBox", "/Matrix", "/FormType", "/Resources", "/Length", "/Filter"})
"""Keys of a form that is left behind."""
WIDGET = frozenset({"/Type", "/Subtype", "/Rect", "/F", "/AP", "/P"})
"""Keys of a widget that is left behind."""
BLANK = re.compile(SPACE)


def as_it_was(old: View, new: View, number: int) -> bool:
    """Whether an object is written again as it was, with the same octets if it is a stream. Raises Damaged."""
    if number not in old.places or generation(old.places[number]) != generation(new.places[number]):
        return False
    held = Ref(number, generation(new.places[number]))
    was, now = old.get(held), new.get(held)
    if isinstance(was, Stream) and isinstance(now, Stream):
        return same(was.dictionary, now.dictionary) and old.encoded(was) == new.encoded(now)
    return same(was, now)


def says_nothing(view: View, number: int, held: Any) -> bool:  # noqa: ANN401 - a PDF object
    """Whether an object is a font without anything, a form that draws nothing, or cross-references that are so."""
    if not isinstance(held, Stream):
        return bool(held == {"/Type": "/Font"})
    if held.dictionary.get("/Type") == "/XRef":
        offset, _ = view.places[number]  # of no object stream: a stream stands in none
        return is_so(view, offset)
    plain = held.dictionary.get("/Subtype") == "/Form" and held.dictionary.keys() <= FORM
    return plain and not references(held.dictionary) and BLANK.fullmatch(view.decoded(held)) is not None


def is_widget(held: Any) -> bool:  # noqa: ANN401 - a PDF object
    """Whether an object is a widget of no field; its appearance, if it has one, is not asked here."""
    return isinstance(held, dict) and held.get("/Subtype") == "/Widget" and held.keys() <= WIDGET


def is_part_of_a_store(held: Any) -> bool:  # noqa: ANN401 - a PDF object
    """Whether an object is a list of references, or a record of them; that these are data is not asked here."""
    if isinstance(held, list):
        return all(isinstance(one, Ref) for one in held)
    return isinstance(held, dict) and bool(held.keys() & RECORDS) and held.keys() <= VALIDATION


def is_so(view: View, offset: int) -> bool:
    """Whether a stream of cross-references, which nobody follows, says nothing that the revision does not say."""
    told = stream_section(view.document.content, offset)
    if told.unclear or any(told.trailer[key] != view.trailer.get(key) for key in SAID_TWICE if key in told.trailer):
        return False
    return told.places.items() <= view.places.items() and told.freed.isdisjoint(view.places)
