"""Numbers that are too large, too small or none; nulls; and values of another kind than a reader expects.

Each draft is signed by both as it stands, or each update says something that readers take differently: the engine
answers, whatever it is, and the answer is never that all is well.
"""

from __future__ import annotations

import sheet
from cases.record import both
from hostile import stream

from corpus import ANY_FAULT, EITHER, MODIFIED_PERHAPS_UNREAD, REFUSED, among, forgery, signing
from corpus.genuine import (
    ANNOTATIONS,
    CATALOG,
    CONTENT,
    FORM,
    PAGE,
    PAGES,
    RECORD,
    SEAL,
    TEXT,
    objects,
    unsigned,
    value_of,
)
from corpus.update import edited, grown, update

UNCLEAR = among(
    "CANNOT_BE_JUDGED", "RECORD_INCONSISTENT", "NOT_IDENTIFIED", "SIGNATURE_BROKEN", "ROLE_MISSING", REFUSED
)
"""Readers take it for different things: none need open it."""
GONE = among("MODIFIED_AFTER_SIGNING", "CANNOT_BE_JUDGED", "NO_SIGNATURE", "ROLE_MISSING", "SIGNATURE_BROKEN", REFUSED)
"""Something that was signed is not there any more; for some readers nobody has signed."""

BETTER = stream(b"", TEXT.replace(b"5.0", b"10."))


# Numbers.


@forgery(EITHER)
def object_of_a_huge_number(pdf: bytes) -> bytes:
    """An object beyond every table: a reader makes room for all the numbers before it."""
    return sheet.appended(pdf, {2_000_000_000: b"<< >>"})


@forgery(EITHER)
def size_beyond_all_objects(pdf: bytes) -> bytes:
    """The trailer says that there are billions of objects: the missing ones are free, or zero, or in the way."""
    return update(pdf, {CONTENT: BETTER}, size=b"9999999999")


@forgery(EITHER)
def size_below_the_objects(pdf: bytes) -> bytes:
    """The trailer says that there are five objects: what lies beyond is nothing for some, and there for others."""
    return update(pdf, {CONTENT: BETTER}, size=b"5")


@forgery(EITHER)
def size_below_zero(pdf: bytes) -> bytes:
    """The trailer says that there are fewer than no objects: a reader that counts stops before it begins."""
    return update(pdf, {CONTENT: BETTER}, size=b"-1")


@forgery(EITHER)
def object_of_number_zero(pdf: bytes) -> bytes:
    """Number zero is the head of the free list: here it is the page's content."""
    text = sheet.text_of(pdf, PAGE).replace(b"11 0 R", b"0 0 R")
    return sheet.appended(pdf, {0: BETTER, PAGE: text})


@forgery(EITHER)
def object_of_a_negative_number(pdf: bytes) -> bytes:
    """The page refers to an object below zero, counted from the end by some."""
    text = sheet.text_of(pdf, PAGE).replace(b"11 0 R", b"-1 0 R")
    return sheet.appended(pdf, {PAGE: text})


@forgery(EITHER)
def content_of_a_negative_length(pdf: bytes) -> bytes:
    """The content's length is below zero: it ends where a reader looks for its end."""
    return sheet.appended(pdf, {CONTENT: b"<< /Length -5 >>\nstream\n%s\nendstream" % TEXT})


@forgery(EITHER)
def content_longer_than_the_file(pdf: bytes) -> bytes:
    """The content is said to be longer than the file: the rest is found, or made up."""
    return sheet.appended(pdf, {CONTENT: b"<< /Length 99999999 >>\nstream\n%s\nendstream" % TEXT})


@forgery(EITHER)
def content_whose_length_is_itself(pdf: bytes) -> bytes:
    """The content's length is the content: a reader goes round."""
    return sheet.appended(pdf, {CONTENT: b"<< /Length 11 0 R >>\nstream\n%s\nendstream" % TEXT})


@signing(UNCLEAR)
def content_shorter_than_it_is() -> bytes:
    """The draft's content says that it is shorter than it is: some viewers show half of the marks."""
    return both(unsigned({CONTENT: b"<< /Length 40 >>\nstream\n%s\nendstream" % TEXT}))


@signing(UNCLEAR)
def record_shorter_than_it_is() -> bytes:
    """The record's length ends within the record: what lies behind is read by some."""
    text = sheet.RECORD + b'{"version":9}'
    told = b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream" % (len(sheet.RECORD), text)
    return both(unsigned({RECORD: told}))


@signing(UNCLEAR)
def pages_counted_below_zero() -> bytes:
    """The tree counts minus two pages: in some viewers that is a closed list, in others nothing."""
    return both(unsigned({PAGES: objects()[PAGES].replace(b"/Count 2", b"/Count -2")}))


@signing(UNCLEAR)
def pages_counted_without_end() -> bytes:
    """The tree counts billions of pages, and lists two: a reader that wraps around counts two."""
    return both(unsigned({PAGES: objects()[PAGES].replace(b"/Count 2", b"/Count 4294967298")}))


@signing(UNCLEAR)
def pages_counted_in_halves() -> bytes:
    """The tree counts two and a half pages: rounded up or down."""
    return both(unsigned({PAGES: objects()[PAGES].replace(b"/Count 2", b"/Count 2.5")}))


# Nulls.


@forgery(MODIFIED_PERHAPS_UNREAD)
def content_made_null(pdf: bytes) -> bytes:
    """The page's content is null: a page without content is a page that nobody signed."""
    return sheet.appended(pdf, {CONTENT: b"null"})


@forgery(EITHER)
def page_made_null(pdf: bytes) -> bytes:
    """The page is null: the tree lists two and shows one."""
    return sheet.appended(pdf, {PAGE: b"null"})


@forgery(GONE)
def form_made_null(pdf: bytes) -> bytes:
    """The form is null: no fields, no signatures."""
    return sheet.appended(pdf, {FORM: b"null"})


@forgery(GONE)
def seal_made_null(pdf: bytes) -> bytes:
    """The seal's field is null, and the form lists it still."""
    return sheet.appended(pdf, {SEAL: b"null"})


@forgery(GONE)
def value_of_the_field_made_null(pdf: bytes) -> bytes:
    """The seal's field refers to null: filled, and with nothing."""
    number = value_of(pdf, SEAL)
    return sheet.appended(pdf, {SEAL: sheet.text_of(pdf, SEAL).replace(b"/V %d 0 R" % number, b"/V null")})


@forgery(GONE)
def catalog_made_null(pdf: bytes) -> bytes:
    """The catalog is null: everything hangs on it."""
    return sheet.appended(pdf, {CATALOG: b"null"})


@forgery(EITHER)
def tree_made_null(pdf: bytes) -> bytes:
    """The tree of pages is null: a file without pages, with two signatures."""
    return sheet.appended(pdf, {PAGES: b"null"})


@forgery(MODIFIED_PERHAPS_UNREAD)
def annotations_made_null(pdf: bytes) -> bytes:
    """The list of annotations is null: nothing covers, nothing warns."""
    return sheet.appended(pdf, {ANNOTATIONS: b"null"})


@forgery(GONE)
def entry_made_null(pdf: bytes) -> bytes:
    """The catalog's form is null: an entry that is null is one that is missing, and this one was signed."""
    return edited(pdf, CATALOG, (b"/AcroForm 4 0 R", b"/AcroForm null"))


# Values of another kind.


@forgery(EITHER)
def store_that_is_a_number(pdf: bytes) -> bytes:
    """The security store is a number: it was to be a dictionary, and whatever it is, there is an answer."""
    return grown(pdf, CATALOG, b"/DSS 7")


@forgery(EITHER)
def store_that_is_a_stream(pdf: bytes) -> bytes:
    """The security store is a stream, which has a dictionary, and is none."""
    return grown(pdf, CATALOG, b"/DSS 200 0 R", {200: stream(b"/Type /DSS /Certs [ ]", b"")})


@forgery(EITHER)
def store_of_numbers(pdf: bytes) -> bytes:
    """The store's certificates are numbers and names: validation data that are none validate nothing."""
    return grown(pdf, CATALOG, b"/DSS << /Type /DSS /Certs [ 1 /A (x) null << >> ] /CRLs 5 /OCSPs /None /VRI [ ] >>")


@forgery(GONE)
def fields_that_are_a_dictionary(pdf: bytes) -> bytes:
    """The form's list of fields is a dictionary: some find two fields in it, some find none."""
    return sheet.appended(pdf, {FORM: b"<< /Fields << /A 5 0 R /B 6 0 R >> /SigFlags 3 >>"})


@forgery(GONE)
def field_that_is_a_stream(pdf: bytes) -> bytes:
    """The seal's field is a stream with the entries of a field: a stream has a dictionary, and is none."""
    return sheet.appended(pdf, {SEAL: stream(sheet.text_of(pdf, SEAL)[2:-2], b"")})


@forgery(GONE)
def catalog_that_is_a_stream(pdf: bytes) -> bytes:
    """The catalog is a stream with the entries of a catalog: every viewer opens it, none should."""
    return sheet.appended(pdf, {CATALOG: stream(sheet.text_of(pdf, CATALOG)[2:-2], b"")})


@forgery(ANY_FAULT)
def signature_that_is_a_stream(pdf: bytes) -> bytes:
    """The seal's signature is a stream with the entries of a signature: it is not what was sealed."""
    number = value_of(pdf, SEAL)
    return sheet.appended(pdf, {number: stream(sheet.text_of(pdf, number)[2:-2], b"")})


@signing(UNCLEAR)
def names_that_are_a_stream() -> bytes:
    """The draft's names are a stream: the attached record is found by some."""
    root = objects()[CATALOG]
    place = root.index(b"/Names << /Emb")
    held = stream(b"/EmbeddedFiles << /Names [ (transcript.json) 20 0 R ] >>", b"")
    return both(unsigned({CATALOG: root[:place] + b"/Names 40 0 R >>", 40: held}))


@signing(UNCLEAR)
def specification_that_is_a_stream() -> bytes:
    """The draft's file specification is a stream: it is its own file, and leads to another."""
    return both(unsigned({20: stream(objects()[20][2:-2], b"{}")}))


@signing(UNCLEAR)
def page_that_is_a_stream() -> bytes:
    """The draft's page is a stream with the entries of a page: it is listed, and it is content."""
    return both(unsigned({PAGE: stream(objects()[PAGE][2:-2], TEXT)}))


@signing(UNCLEAR)
def references_to_themselves() -> bytes:
    """The draft's list of annotations is a reference that leads to itself."""
    return both(unsigned({ANNOTATIONS: b"31 0 R"}))


@signing(UNCLEAR)
def kids_that_are_a_number() -> bytes:
    """The draft's tree lists a number in place of its pages."""
    return both(unsigned({PAGES: objects()[PAGES].replace(b"[ 3 0 R 29 0 R ]", b"2")}))
