"""The revision rule: what may change after a signature, object by object (HB-1, 2; `docs/policy/revisions.md`).

An update may fill or add signature fields, add them to pages, add validation data, and write document information and
metadata. So it may write these objects anew, each only as far as is listed here, and may add what these refer to.
Everything else that it writes is refused: a change of any other object, an object that nothing asked for, one that the
signed revision already referred to. Written alike is the measure; no object's meaning is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from verify.document import View, generation
from verify.fields import Field, Form, looks_matter, rectangle
from verify.leftovers import RECORDS, VALIDATION, as_it_was, is_part_of_a_store, is_widget, says_nothing
from verify.references import holders, pages, references, same, written
from verify.syntax import Damaged, Ref, Stream
from verify.tags import grown
from verify.xref import Packed

FREE_IN_CATALOG = frozenset({"/AcroForm", "/DSS", "/Extensions", "/MarkInfo", "/Metadata", "/Version"})
FREE_IN_FORM = frozenset({"/Fields", "/SigFlags"})
DEFAULTS = frozenset({"/DR", "/DA", "/Q"})
"""How text fields look: free only in a form that has none."""
FILLED = frozenset({"/V", "/AP", "/AS", "/F", "/DA", "/Q", "/Ff", "/Type"})
"""Keys of a signature field that signing it may write."""
TOUCHED = frozenset({"/Ff", "/Type"})
"""Keys that a widespread tool writes again in fields that were signed before."""
WIDGET = frozenset(
    {"/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/Ff", "/F", "/V", "/Kids", "/Parent", "/P", "/Rect", "/AP", "/AS"}
    | {"/MK", "/BS", "/Border", "/H", "/DA", "/DR", "/Q", "/M", "/NM", "/Lock", "/SV", "/StructParent", "/Contents"}
)
"""Keys of a new signature field and its widgets: nothing that acts."""
STORES = frozenset({"/Certs", "/CRLs", "/OCSPs"})
RECORD = re.compile(r"/[0-9A-Fa-f]{40}")
"""A key of /VRI: SHA-1 of a signature in hex (ETSI EN 319 142-1, 5.4.2.3)."""
DATA = frozenset({"/Length", "/Filter", "/DecodeParms", "/Type", "/Subtype"})
"""Keys of a stream that is data, and is drawn by nobody."""


class Refused(Exception):  # noqa: N818 - a statement about the input
    """The update writes more than it may. Carries a few words."""


def described(old: View, new: View) -> bool:
    """Whether an update writes document information or metadata."""
    numbers = written(new)
    told = [new.information, new.root.get("/Metadata")]
    before = [old.information, old.root.get("/Metadata")]
    return told != before or any(isinstance(one, Ref) and one.number in numbers for one in told)


def refused(old: View, new: View, before: Form, after: Form) -> str:
    """Why an update writes more than it may, in a few words; "" if it does not. Raises Damaged."""
    try:
        _Update(old, new, before, after).clear()
    except Refused as why:
        return str(why)
    return ""


class _Update:
    """One update: what it writes, and what of that is cleared so far."""

    def __init__(self, old: View, new: View, before: Form, after: Form) -> None:
        self.old, self.new, self.before, self.after = old, new, before, after
        self.written = written(new)
        self.holders = holders(old)
        self.cleared: set[int] = set()

    def clear(self) -> None:
        """Clear what is listed. Raises Refused if anything is left."""
        own = {section.own.number for section in self.new.sections if section.own is not None}
        added = (self.written.keys() | own) - self.old.given
        if added & self.holders.keys():
            raise Refused("an object that the signed revision already refers to")
        for number in self.written.keys() & self.old.places.keys():
            if generation(self.new.places[number]) != generation(self.old.places[number]):
                raise Refused("another generation of an object")  # readers that go by the number alone would take it
        self._containers()
        self._catalog()
        self._information()
        self._fields()
        widgets = self._new_widgets()
        self._grown_pages(widgets)
        self.cleared |= grown(self.old, self.new, self.written.keys(), widgets)
        if left := self._left():
            known = left & self.old.given
            raise Refused("an object that was there before" if known else "an object that nothing refers to")

    def _left(self) -> set[int]:
        """What is not cleared, without what changes nothing: objects as they were, and what tools leave behind."""
        left = {one for one in self.written.keys() - self.cleared if not as_it_was(self.old, self.new, one)}
        unused = left - self.old.given - holders(self.new).keys() if left else set()
        for number in sorted(unused):
            found = self.new.get(Ref(number, generation(self.new.places[number])))
            if says_nothing(self.new, number, found):
                self.cleared.add(number)
            elif is_widget(found):
                self._bounded(found.get("/AP"))
                self.cleared.add(number)
            elif is_part_of_a_store(found):
                for one in references(found):
                    self._stream(one)
                self.cleared.add(number)
        return left - self.cleared

    # The parts of a file that a signing tool writes.

    def _containers(self) -> None:
        """New object streams and the cross-reference stream: they hold objects, and are none of the document's."""
        packed = {place.stream for place in self.written.values() if isinstance(place, Packed)}
        own = {section.own.number for section in self.new.sections if section.own is not None}
        self.cleared |= (packed | own) - self.old.given

    def _catalog(self) -> None:
        root = self.new.trailer.get("/Root")
        if root != self.old.trailer.get("/Root") or not isinstance(root, Ref):
            raise Refused("another catalog")
        was, now = self.old.root, self.new.root
        _alike(was, now, FREE_IN_CATALOG, "the catalog")
        self.cleared.add(root.number)
        self._form(was.get("/AcroForm"), now.get("/AcroForm"), root.number)
        self._store(was.get("/DSS"), now.get("/DSS"), root.number)
        self._metadata(was.get("/Metadata"), now.get("/Metadata"), root.number)
        for key in ("/Extensions", "/MarkInfo", "/Version"):
            self._moved(was.get(key), now.get(key), root.number)
            self._plain(now.get(key))

    def _form(self, was: Any, now: Any, holder: int) -> None:  # noqa: ANN401 - PDF objects
        self._moved(was, now, holder)
        old_form = self.old.dictionary(was) if was is not None else {}
        new_form = self.new.dictionary(now) if now is not None else {}
        free = FREE_IN_FORM if looks_matter(self.old, self.before) else FREE_IN_FORM | DEFAULTS
        _alike(old_form, new_form, free, "the form")
        for key in DEFAULTS & free:
            self._resources(new_form.get(key))
        self._fonts(old_form.get("/DR"), new_form.get("/DR"))
        old_fields, new_fields = old_form.get("/Fields"), new_form.get("/Fields")
        self._moved(old_fields, new_fields, now.number if isinstance(now, Ref) else holder)
        listed, known = self.new.entries(new_fields), self.old.entries(old_fields)
        new_names = {one.number for one in self.after.fields} - {one.number for one in self.before.fields}
        if listed[: len(known)] != known or not new_names.issuperset(listed[len(known) :]):
            raise Refused("the fields of the form")

    def _fonts(self, was: Any, now: Any) -> None:  # noqa: ANN401 - PDF objects
        """The fonts of the form stay what they were: notes of other kinds may be written in them."""
        fonts = self.old.value(was, "/Font") if was is not None else None
        if fonts is not None:
            more = self.new.value(now, "/Font") if now is not None else None
            _alike(self.old.dictionary(fonts), self.new.dictionary(more or {}), None, "the form")

    def _store(self, was: Any, now: Any, holder: int) -> None:  # noqa: ANN401 - PDF objects
        """The document security store: certificates, lists and responses may come and go, the structure stays."""
        if was is None and now is None:
            return
        if now is None:
            raise Refused("the security store")
        self._moved(was, now, holder)
        old_store = self.old.dictionary(was) if was is not None else {}
        new_store = self.new.dictionary(now)
        inside = now.number if isinstance(now, Ref) else holder
        if not new_store.keys() <= STORES | {"/Type", "/VRI"}:
            raise Refused("the security store")
        for key in STORES:
            self._data(old_store.get(key), new_store.get(key), inside)
        records, known = new_store.get("/VRI"), old_store.get("/VRI")
        self._moved(known, records, inside)
        holder = records.number if isinstance(records, Ref) else inside
        old_records = self.old.dictionary(known) if known is not None else {}
        for key, record in (self.new.dictionary(records) if records is not None else {}).items():
            was = old_records.get(key)
            if same(was, record) and not (isinstance(record, Ref) and record.number in self.written):
                continue
            self._moved(was, record, holder)
            before = self.old.dictionary(was) if was is not None else {}
            held = self.new.dictionary(record)
            if not RECORD.fullmatch(key) or not held.keys() <= VALIDATION:
                raise Refused("the security store")
            for name in RECORDS:
                self._data(before.get(name), held.get(name), record.number if isinstance(record, Ref) else holder)
            self._stream(held.get("/TS"))

    def _data(self, was: Any, now: Any, holder: int) -> None:  # noqa: ANN401 - PDF objects
        """An array of data streams: certificates, lists or responses."""
        self._moved(was, now, holder)
        for one in self.new.entries(now):
            self._stream(one)

    def _metadata(self, was: Any, now: Any, holder: int) -> None:  # noqa: ANN401 - PDF objects
        if was is not None and now is None:
            return
        self._moved(was, now, holder)
        self._stream(now)

    def _information(self) -> None:
        """Document information: texts and names only, and part of nothing else."""
        was, now = self.old.information, self.new.information
        self._moved(was, now, None)
        if isinstance(now, Ref) and now.number in self.written:
            held = self.new.dictionary(now).values()
            if not all(type(one) in {bytes, str, bool} for one in held):
                raise Refused("document information")

    def _fields(self) -> None:
        known = {one.name: one for one in self.before.fields}
        if len(known) != len(self.before.fields):
            raise Damaged("two fields of one name")
        for field in self.after.fields:
            was = known.pop(field.name, None)
            if was is None:
                self._new_field(field)
            elif was.number != field.number:
                raise Refused("another field of the same name")
            else:
                self._old_field(was, field)
        if known:
            raise Refused("a field is gone")

    def _new_field(self, field: Field) -> None:
        self._widget(field.number, None)
        held = self.new.dictionary(field.number)
        self._new(held.get("/Kids"))
        for kid in self.new.entries(held.get("/Kids")):
            self._widget(kid, field.number)
        self._value(field)

    def _old_field(self, was: Field, field: Field) -> None:
        filled = was.value is None and field.value is not None
        # The kids of a field that is one are its widgets, and may be given the appearance of the signature.
        kids = self.old.entries(self.old.dictionary(field.number).get("/Kids"))
        for number in [field.number, *(kid for kid in kids if isinstance(kid, Ref))]:
            if number.number in self.written:
                new = self.new.dictionary(number)
                _alike(self.old.dictionary(number), new, FILLED if filled else TOUCHED, "a signature field")
                if new.get("/Type", "/Annot") != "/Annot":
                    raise Refused("a signature field")
                self._bounded(new.get("/AP"))
                self.cleared.add(number.number)
        if filled:
            self._value(field)

    def _value(self, field: Field) -> None:
        """The signature: a new object, and what it refers to."""
        if field.value is None:
            return
        if field.value.number in self.old.given:
            raise Refused("a signature that was there before")
        self._resources(field.value)

    def _widget(self, held: Any, parent: Ref | None) -> None:  # noqa: ANN401 - a PDF object
        if not isinstance(held, Ref) or held.number in self.old.given:
            raise Refused("a field that was there before")
        widget = self.new.dictionary(self._new(held))
        kind = (widget.get("/Type", "/Annot"), widget.get("/Subtype", "/Widget"))
        if not widget.keys() <= WIDGET or widget.get("/Parent") != parent or kind != ("/Annot", "/Widget"):
            raise Refused("a signature field")
        if self.new.get(self._new(widget.get("/DR"))):
            raise Refused("a signature field")  # one widespread tool writes it, without anything in it
        self._bounded(widget.get("/AP"))
        for key in ("/Lock", "/SV", "/MK", "/BS", "/Rect", "/Border"):
            self._resources(widget.get(key))

    def _bounded(self, held: Any) -> None:  # noqa: ANN401 - a PDF object
        """An appearance: each of its states is a form with bounds, without which a viewer draws all over the page."""
        self._resources(held)
        looks = [self.new.get(one) for one in (self.new.dictionary(held).values() if held is not None else ())]
        for look in looks:
            for one in look.values() if isinstance(look, dict) else [look]:
                form = self.new.get(one)
                if not isinstance(form, Stream) or rectangle(self.new, form.dictionary.get("/BBox")) is None:
                    raise Refused("an appearance without bounds")

    def _new_widgets(self) -> set[Ref]:
        """New signature fields, and their widgets."""
        fields = {one.number for one in self.after.fields} - {one.number for one in self.before.fields}
        return fields | {kid for one in fields for kid in self.new.entries(self.new.dictionary(one).get("/Kids"))}

    def _grown_pages(self, widgets: set[Ref]) -> None:
        """Pages may gain the widgets of new signature fields, at the end: their order is the order of drawing."""
        for number, page in pages(self.old):
            now = self.new.dictionary(number)
            listed, before = now.get("/Annots"), page.get("/Annots")
            if (
                not {number.number, *(one.number for one in (listed, before) if isinstance(one, Ref))}
                & self.written.keys()
            ):
                continue
            _alike(page, now, {"/Annots"}, "a page")
            self._moved(before, listed, number.number)
            after, first = self.new.entries(listed), self.old.entries(before)
            more = after[len(first) :]
            if not same(after[: len(first)], first) or not all(isinstance(one, Ref) and one in widgets for one in more):
                raise Refused("a page")
            self.cleared.add(number.number)

    # What is cleared on the way.

    def _moved(self, was: Any, now: Any, holder: int | None) -> None:  # noqa: ANN401 - PDF objects
        """What stands in a place of its own: written anew where it stood, or under a new number.

        Written anew, it must have been part of nothing else: else it could be a page's content as well.
        """
        if not isinstance(now, Ref) or now.number not in self.written:
            if isinstance(now, Ref) and now != was:
                raise Refused("an object put to another use")
            return
        if now.number in self.old.given and (now != was or self.holders.get(now.number) != [holder]):
            raise Refused("an object of another use")
        self.cleared.add(now.number)

    def _new(self, held: Any) -> Any:  # noqa: ANN401 - a PDF object
        """Clear an object if it is new; it may also stand in place, or be an old one that nobody wrote."""
        if isinstance(held, Ref) and held.number in self.written and held.number not in self.old.given:
            self.cleared.add(held.number)
        return held

    def _plain(self, held: Any) -> None:  # noqa: ANN401 - a PDF object
        """A value without any reference of its own."""
        found = self.new.get(self._new(held))
        if isinstance(found, Stream) or references(found):
            raise Refused("the catalog")

    def _stream(self, held: Any) -> None:  # noqa: ANN401 - a PDF object
        """A stream of data, new or untouched."""
        if held is None:
            return
        found = self.new.get(self._new(held))
        if not isinstance(held, Ref) or not isinstance(found, Stream) or not found.dictionary.keys() <= DATA:
            raise Refused("a stream of data")
        self._resources(found.dictionary.get("/Length"))

    def _resources(self, held: Any) -> None:  # noqa: ANN401 - a PDF object
        """New objects, and the new objects that they refer to."""
        queue = [held]
        while queue:
            for one in references(queue.pop()):
                if one.number in self.written and one.number not in self.old.given | self.cleared:
                    self.cleared.add(one.number)
                    found = self.new.get(one)
                    queue.append(found.dictionary if isinstance(found, Stream) else found)


def _alike(old: Mapping[str, Any], new: Mapping[str, Any], free: frozenset[str] | set[str] | None, what: str) -> None:
    """Raise Refused unless two dictionaries are written alike, but for free keys; None: but for added ones."""
    keys = old.keys() if free is None else (old.keys() | new.keys()) - free
    if not all(key in old and key in new and same(old[key], new[key]) for key in keys):
        raise Refused(what)
