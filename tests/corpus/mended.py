"""What readers find that give the cross-references up and search the file: nothing there may look like an object."""

from __future__ import annotations

import sheet
from hostile import object_, stream

from corpus import EITHER, MODIFIED, UNJUDGED, forgery, signing
from corpus.genuine import (
    ANNOTATIONS,
    BETTER,
    CATALOG,
    CONTENT,
    FONT,
    FORM,
    MARK,
    PAGE,
    SIZE,
    TEXT,
    half,
    objects,
    sealed,
    signed_by,
    unsigned,
)
from corpus.update import entry, packed, start_of, update

FORGED = stream(b"", TEXT.replace(MARK, BETTER))
LOST = b"9999999 0\n"
"""A subsection of no numbers, where no number may be: readers give the table up."""


def stored(pdf: bytes, more: dict[int, bytes] | None = None, rows: bytes = b"", size: bytes = b"") -> bytes:
    """A security store with nothing in it, which anybody may add; `rows` stand before the trailer."""
    catalog = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS << /Certs [ ] >> >>"
    written = update(pdf, {CATALOG: catalog, **(more or {})}, size=size)
    return before(written, b"trailer", rows)


def before(pdf: bytes, word: bytes, more: bytes) -> bytes:
    """Something more before the last time that a word stands in a file."""
    head, found, rest = pdf.rpartition(word)
    return head + more + found + rest


def hidden(header: bytes, body: bytes = FORGED) -> bytes:
    """An object that no cross-reference lists."""
    return header + b"\n" + body + b"\nendobj\n"


@forgery(UNJUDGED)
def object_behind_the_trailer(pdf: bytes) -> bytes:
    """The page's content stands once more between the trailer and the end, under a number of six noughts."""
    return before(stored(pdf, size=b"2"), b"startxref", hidden(b"11 000000 obj"))


@forgery(UNJUDGED)
def object_behind_the_trailer_of_a_lost_table(pdf: bytes) -> bytes:
    """The same, and the table has a subsection of nothing."""
    return before(stored(pdf, rows=LOST), b"startxref", hidden(b"11 000000 obj"))


@forgery(UNJUDGED)
def object_with_a_comment_in_its_header(pdf: bytes) -> bytes:
    """The page's content stands in a string of the store, and a comment before the word by which it is known."""
    text = b"<< /Title (%s) >>" % hidden(b"11 0 %x\nobj", b"<< >>")
    return before(update(pdf, {SIZE + 60: text}, trailer=b"/Root 1 0 R /Info %d 0 R" % (SIZE + 60)), b"trailer", LOST)


@forgery(UNJUDGED)
def object_in_a_string(pdf: bytes) -> bytes:
    """The same without anything that makes a reader search: it is enough that it could."""
    text = b"<< /Title (%s) >>" % hidden(b"00000000000011 0 obj", b"<< >>")
    return update(pdf, {SIZE + 60: text}, trailer=b"/Root 1 0 R /Info %d 0 R" % (SIZE + 60))


@forgery(UNJUDGED)
def object_behind_the_end_of_a_stream(pdf: bytes) -> bytes:
    """A certificate of the store is followed by the page's content, before the word that ends both."""
    number = SIZE + 60
    certificate = stream(b"", b"x") + b"\nendobj\n" + b"11 000000 obj\n" + FORGED
    catalog = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS << /Certs [ %d 0 R ] >> >>" % number
    return update(pdf, {CATALOG: catalog, number: certificate})


@forgery(UNJUDGED)
def table_of_nothing(pdf: bytes) -> bytes:
    """A subsection of nothing alone: readers search the file, and find what each of them finds."""
    return stored(pdf, rows=LOST)


@forgery(UNJUDGED)
def size_that_forgets(pdf: bytes) -> bytes:
    """The newest trailer says that the file has two objects: readers forget the others, or search the file."""
    return stored(pdf, size=b"2")


@forgery(UNJUDGED)
def second_trailer(pdf: bytes) -> bytes:
    """A trailer of another catalog follows the real one; its pages hang on a field that nobody sees."""
    first = sheet.size_of(pdf)
    field, look, catalog, pages, page, content = range(first, first + 6)
    more = {
        field: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /P 3 0 R /F 4 /Rect [0 0 0 0] /AP << /N %d 0 R >> >>"
        % look,
        look: stream(b"/Type /XObject /Subtype /Form /BBox [0 0 0 0] /X %d 0 R" % catalog, b""),
        catalog: objects()[CATALOG].replace(b"/Pages 2 0 R", b"/Pages %d 0 R" % pages),
        pages: b"<< /Type /Pages /Kids [ %d 0 R ] /Count 1 /MediaBox [0 0 595 842] /Resources 10 0 R >>" % page,
        page: b"<< /Type /Page /Parent %d 0 R /Contents %d 0 R >>" % (pages, content),
        content: FORGED,
        FORM: sheet.text_of(pdf, FORM).replace(b"9 0 R ]", b"9 0 R %d 0 R ]" % field),
        ANNOTATIONS: sheet.text_of(pdf, ANNOTATIONS).replace(b"]", b"%d 0 R ]" % field),
    }
    told = b"trailer\n<< /Root %d 0 R /Size %d >>\n" % (catalog, content + 1)
    return before(update(pdf, more), b"startxref", told)


@forgery(EITHER)
def font_in_a_stream_of_objects(pdf: bytes) -> bytes:
    """A stream of objects that an unseen field refers to holds the page's font, and no cross-reference lists it."""
    field, look, crowd = range(sheet.size_of(pdf), sheet.size_of(pdf) + 3)
    courier = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"
    more = {
        field: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /P 3 0 R /F 4 /Rect [0 0 0 0] /AP << /N %d 0 R >> >>"
        % look,
        look: stream(b"/Type /XObject /Subtype /Form /BBox [0 0 0 0] /X %d 0 R" % crowd, b""),
        crowd: packed({FONT: courier}),
        FORM: sheet.text_of(pdf, FORM).replace(b"9 0 R ]", b"9 0 R %d 0 R ]" % field),
        ANNOTATIONS: sheet.text_of(pdf, ANNOTATIONS).replace(b"]", b"%d 0 R ]" % field),
    }
    return update(pdf, more)


WAITING = objects()[PAGE].replace(b"/Contents 11 0 R", b"/Contents [ 11 0 R 77 0 R ]")


def waiting(pdf: bytes, *, listed: bool) -> bytes:
    """An update whose stream of cross-references is object 77; what it says of freed numbers is drawing as well."""
    catalog = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS << /Certs [ ] >> >>"
    body = pdf + object_(CATALOG, catalog)
    strokes = [b"q 30 w", b" 50 50", b"   m  ", b"500 99", b" l S Q"]
    rows = [entry(1, len(pdf), 0), *([entry(1, len(body), 0)] if listed else []), *(b"\0" + one for one in strokes)]
    told = b"/Type /XRef /Size 300 /Root 1 0 R /Prev %d /W [1 4 2] /Index [ 1 1 %s 200 %d ]"
    head = told % (start_of(pdf), b"77 1" if listed else b"", len(strokes))
    return body + object_(77, stream(head, b"".join(rows))) + b"startxref\n%d\n%%%%EOF\n" % len(body)


def both_waiting() -> bytes:
    return signed_by("principal", "school_seal", pdf=unsigned({PAGE: WAITING}))


@forgery(MODIFIED, of=both_waiting)
def cross_references_that_are_drawn(pdf: bytes) -> bytes:
    """The signed page waits for an object 77, and the cross-references of an update are it."""
    return waiting(pdf, listed=True)


@forgery(MODIFIED, of=both_waiting)
def cross_references_that_are_drawn_and_leave_themselves_out(pdf: bytes) -> bytes:
    """The same, but that the stream does not list its own number: to some readers it is there all the same."""
    return waiting(pdf, listed=False)


@signing(EITHER)
def object_behind_the_trailer_before_the_seal() -> bytes:
    """The hidden content lies between the signatures: the seal covers it, the principal never saw it."""
    return sealed(before(stored(half()), b"startxref", hidden(b"%d 000000 obj" % CONTENT)))
