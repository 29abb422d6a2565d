"""What may change after the first signature that counts: HB-1, section 2."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import sheet
import world
from placed import place
from sheet import Change, generic
from world import SIGNED, cast, key

from cases import VALID, Given, case, each, expect, given
from cases.time_table import half, plain

MODIFIED = expect("invalid", "MODIFIED_AFTER_SIGNING")
HERE = (60, 300, 260, 360)


def information(writer: Any) -> None:  # noqa: ANN401 - untyped
    """A title in the document information."""
    writer.set_info(generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("Khac")}))


def metadata(pdf: bytes) -> bytes:
    """Other XMP, in a revision that holds nothing else."""
    syntax = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='%s'><!-- new --></rdf:RDF></x:xmpmeta>" % syntax
    number = sheet.size_of(pdf)
    root = sheet.text_of(pdf, 1)
    held = re.search(rb"/Metadata (\d+) 0 R", root)
    if held:
        number = int(held[1])
    else:
        root = root.removesuffix(b">>") + b"/Metadata %d 0 R >>" % number
    stream = b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(xmp), xmp)
    return sheet.appended(pdf, {1: root, number: stream})


def security_store(writer: Any) -> None:  # noqa: ANN401 - untyped
    """A document security store with one certificate."""
    root = generic.StreamObject(stream_data=world.der(cast().principal))
    writer.root["/DSS"] = writer.add_object(
        generic.DictionaryObject({generic.pdf_name("/Certs"): generic.ArrayObject([writer.add_object(root)])})
    )
    writer.update_root()


def annotation(writer: Any) -> None:  # noqa: ANN401 - untyped
    """A note on the page."""
    page = writer.root["/Pages"]["/Kids"][-1]
    note = {"/Type": "/Annot", "/Subtype": "/FreeText"}
    made = generic.DictionaryObject({generic.pdf_name(name): generic.pdf_name(value) for name, value in note.items()})
    made["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (60, 690, 260, 710)))
    made["/Contents"] = generic.pdf_string("10")
    page["/Annots"].append(writer.add_object(made))
    writer.update_container(page["/Annots"])


def contents(writer: Any) -> None:  # noqa: ANN401 - untyped
    """Another text on the page."""
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 12 Tf 60 700 Td (DIEM 10) Tj ET"))
    writer.update_container(page)


def moved_field(writer: Any) -> None:  # noqa: ANN401 - untyped
    """The principal's appearance in another place."""
    widget = writer.root["/AcroForm"]["/Fields"][0]
    widget["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (320, 690, 520, 750)))
    writer.update_container(widget)


def empty_field(writer: Any) -> None:  # noqa: ANN401 - untyped
    """A new field that nobody signs."""
    sheet.append_field(writer, "more", HERE)


def more_pages(writer: Any) -> None:  # noqa: ANN401 - untyped
    """A second page."""
    pages = writer.root["/Pages"]
    page = generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/Page")})
    page["/Parent"] = writer.root.raw_get("/Pages")
    page["/MediaBox"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = generic.NumberObject(2)
    writer.update_container(pages)


def orphan(writer: Any) -> None:  # noqa: ANN401 - untyped
    """An object that nothing refers to, yet."""
    writer.add_object(generic.DictionaryObject({generic.pdf_name("/Waiting"): generic.NumberObject(1)}))


ALLOWED: dict[str, Callable[[bytes], bytes]] = {
    "document-information": partial(sheet.updated, change=information),
    "metadata": metadata,
    "security-store": partial(sheet.updated, change=security_store),
}
FORBIDDEN = {
    "annotation": annotation,
    "page-content": contents,
    "moved-field": moved_field,
    "empty-field": empty_field,
    "page": more_pages,
    "orphan": orphan,
}


@each(
    "Document information and XMP may change",
    rows={name: (change, VALID) for name, change in ALLOWED.items()},
)
def an_allowed_update(change: Callable[[bytes], bytes]) -> Given:
    """Validation data and what no reader sees on the page, after the last signature."""
    return given(change(plain()))


@each(
    "After that first one, the only visible change allowed is the appearance of another signature",
    rows={
        f"{name}-{when}": ((change, early), MODIFIED)
        for name, change in FORBIDDEN.items()
        for when, early in (("between", True), ("after", False))
    },
)
def a_forbidden_update(handed: tuple[Change, bool]) -> Given:
    """Anything else, between the two signatures or after both."""
    change, early = handed
    if early:
        return given(sheet.sign(sheet.updated(half(), change), cast().seal, "school_seal"))
    return given(sheet.updated(plain(), change))


@each(
    "After that first one, the only visible change allowed is the appearance of another signature",
    rows={name: (change, MODIFIED) for name, change in FORBIDDEN.items() if name != "moved-field"},
)
def a_forbidden_change_in_the_revision_of_the_seal(change: Change) -> Given:
    """The seal's own revision brings it along: whoever sealed may have meant it, the principal did not."""
    return given(sheet.sign(half(), cast().seal, "school_seal", change=change))


MOVED: dict[str, tuple[Callable[[bytes], bytes], Any]] = {
    "where-it-was": (lambda text: text, VALID),
    "moved": (lambda text: text.replace(b"320 100 520 160", b"60 690 260 750"), MODIFIED),
    "larger": (lambda text: text.replace(b"320 100 520 160", b"0 0 595 842"), MODIFIED),
    "renamed": (
        lambda text: text.replace(b"(school_seal)", b"(seal)"),
        expect("invalid", "MODIFIED_AFTER_SIGNING", "APPEARANCE_ADDED"),
    ),
    "with-an-action": (lambda text: text.replace(b"/FT", b"/AA << /U << /S /URI /URI (x) >> >> /FT"), MODIFIED),
}


@each("the appearance of another signature that counts", rows=MOVED)
def a_field_changed_as_it_is_filled(refielded: Callable[[bytes], bytes]) -> Given:
    """The principal saw an empty field in one place; the seal fills it in another."""
    return given(place(half(), "school_seal", cast().seal, refielded=refielded))


@each(
    "the only visible change allowed is the appearance of another signature that counts",
    rows={"invisible": ("", VALID), "visible": ("notary", MODIFIED)},
)
def a_document_time_stamp_that_is_seen(name: str) -> Given:
    """A time-stamp fills no role: where it draws something, it hides something."""
    if not name:
        return given(sheet.stamp(plain(), SIGNED))
    writer_adds = partial(sheet.append_field, name=name, place=HERE)
    pdf = sheet.updated(sheet.sheet(), writer_adds)
    pdf = sheet.sign(sheet.sign(pdf, cast().principal, "principal"), cast().seal, "school_seal")
    return given(sheet.stamp(pdf, SIGNED, name))


@each(
    "change nothing if they stand before the first signature that counts",
    rows={name: (change, VALID) for name, change in FORBIDDEN.items()},
)
def an_update_before_the_first_that_counts(change: Change) -> Given:
    """A teacher signed a draft; what principal and seal signed is what was there then."""
    drafted = sheet.sign(sheet.sheet(), cast().teacher, "teacher", place=HERE)
    pdf = sheet.sign(sheet.updated(drafted, change), cast().principal, "principal")
    return given(sheet.sign(pdf, cast().seal, "school_seal"), more_keys=(key(cast().teacher),))


@each(
    "Document information and XMP may change",
    rows={name: (change, VALID) for name, change in ALLOWED.items()},
)
def an_allowed_update_between(change: Callable[[bytes], bytes]) -> Given:
    """The same between the signatures: the tools of some schools write a title when they open a file."""
    return given(sheet.sign(change(half()), cast().seal, "school_seal"))


@each(
    "change nothing if they stand before the first signature that counts",
    rows={name: (change, VALID) for name, change in {**FORBIDDEN, "title": information}.items()},
)
def a_change_in_the_revision_of_the_first_that_counts(change: Change) -> Given:
    """What the principal brought along is what the principal signed, whoever had signed a draft."""
    drafted = sheet.sign(sheet.sheet(), cast().teacher, "teacher", place=HERE)
    pdf = sheet.sign(drafted, cast().principal, "principal", change=change)
    return given(sheet.sign(pdf, cast().seal, "school_seal"), more_keys=(key(cast().teacher),))


@case("where its field was not there before", expected=VALID)
def a_first_that_counts_in_a_new_field() -> Given:
    """After a teacher's: nothing that counts had been signed, so that nothing is hidden that was."""
    drafted = sheet.sign(sheet.sheet(fields=("school_seal",)), cast().teacher, "teacher")
    pdf = sheet.sign(drafted, cast().principal, "principal", place=HERE)
    return given(sheet.sign(pdf, cast().seal, "school_seal"), more_keys=(key(cast().teacher),))


@case("or document time-stamp whose range covers it", expected=VALID)
def a_document_time_stamp_after_all() -> Given:
    """It brings a field of its own, invisible."""
    return given(sheet.stamp(plain(), SIGNED))


@each(
    "or are invisible (no appearance, empty rectangle)",
    rows={"known": ((key(cast().teacher),), VALID), "unknown": ((), VALID)},
)
def an_invisible_notary(keys: tuple[Any, ...]) -> Given:
    """A receiving office signs what it received; it shows nothing on the page."""
    return given(sheet.sign(plain(), cast().teacher, "notary"), more_keys=keys)


@each(
    "After that first one, the only visible change allowed is the appearance of another signature",
    rows={"known": ((key(cast().teacher),), MODIFIED), "unknown": ((), MODIFIED)},
)
def a_visible_notary(keys: tuple[Any, ...]) -> Given:
    """Whatever it looks like, it hides what was signed, or adds to it."""
    return given(sheet.sign(plain(), cast().teacher, "notary", place=HERE), more_keys=keys)


@case(
    "where its field was not there before, advice `APPEARANCE_ADDED`",
    expected=expect("valid", "APPEARANCE_ADDED"),
)
def a_seal_in_a_new_field() -> Given:
    """The principal signed a page without a place for the seal: the clerk compares the grades."""
    pdf = sheet.sign(sheet.sheet(fields=("principal",)), cast().principal, "principal")
    return given(sheet.sign(pdf, cast().seal, "school_seal", place=HERE))


@case("where its field was not there before", expected=VALID)
def a_seal_in_a_field_that_was_there() -> Given:
    """The principal saw where the seal would stand."""
    return given(plain())


@case("where its field was not there before", expected=VALID)
def an_invisible_seal_in_a_new_field() -> Given:
    """It covers nothing."""
    pdf = sheet.sign(sheet.sheet(fields=("principal",)), cast().principal, "principal")
    return given(sheet.sign(pdf, cast().seal, "school_seal"))


@case("where its field was not there before", expected=VALID)
def a_first_signature_in_a_new_field() -> Given:
    """The first that counts made its own field: it signed the page with it."""
    pdf = sheet.sign(sheet.sheet(fields=("school_seal",)), cast().principal, "principal", place=HERE)
    return given(sheet.sign(pdf, cast().seal, "school_seal"))


@case(
    "the appearance of another signature that counts",
    expected=expect("valid", "APPEARANCE_ADDED"),
)
def a_field_made_first_and_sealed_later() -> Given:
    """An empty field in one revision, the seal in it in the next: the field was not there before the principal."""
    pdf = sheet.sign(sheet.sheet(fields=("principal",)), cast().principal, "principal")
    pdf = sheet.updated(pdf, lambda writer: sheet.append_field(writer, "school_seal", HERE))
    return given(sheet.sign(pdf, cast().seal, "school_seal"))
