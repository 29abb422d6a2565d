"""Streams whose data readers decode differently: the same octets hold two objects, and each reader finds its own."""

from __future__ import annotations

import zlib

import sheet
from hostile import object_, stream

from corpus import MODIFIED, UNJUDGED, forgery
from corpus.genuine import (
    ANNOTATIONS,
    BETTER,
    CATALOG,
    CONTENT,
    FORM,
    MARK,
    NOTE,
    PAGE,
    RECORD,
    TEXT,
    objects,
    signed_by,
    unsigned,
)
from corpus.update import edited, entry, packed, start_of, streamed, update

ROOM, FORGED = 210, stream(b"", TEXT.replace(MARK, BETTER))
OTHER_PAGE = objects()[PAGE].replace(b"/Contents 11 0 R", b"/Contents 200 0 R")
COLUMNS = 400
PREDICTED = b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns %d >>" % COLUMNS


def two_in_one(number: int, told: bytes, hidden: bytes, encoding: bytes) -> bytes:
    """An object stream of rows with a predictor's octet before each, which is white space to who does not undo it.

    Who undoes it finds `told`, who does not finds `hidden`: the places of the two are shifted by the octets before.
    """
    assert max(len(told), len(hidden)) <= COLUMNS
    first, rows = 40, 1000
    offset = rows * COLUMNS // 2
    data = bytearray((b"\0" + b" " * COLUMNS) * rows)
    header = b"%d %d" % (number, offset)
    data[1 : 1 + len(header)] = header
    at = (first + offset) // (COLUMNS + 1) * (COLUMNS + 1) + COLUMNS + 1  # a row's beginning behind the place
    data[at + 1 : at + 1 + len(hidden)] = hidden
    place = first + offset
    row, column = divmod(place, COLUMNS)
    row, column = (row + 1, 0) if column + len(told) > COLUMNS else (row, column)
    raw = row * (COLUMNS + 1) + 1 + column
    data[raw : raw + len(told)] = told
    packed_ = zlib.compress(bytes(data), 9)
    return stream(b"/Type /ObjStm /N 1 /First %d %s" % (first, encoding), packed_)


def page_twice(pdf: bytes, encoding: bytes) -> bytes:
    """The page stands in a stream of objects, as it was to one reader and forged to another."""
    held = {200: FORGED, ROOM: two_in_one(PAGE, objects()[PAGE], OTHER_PAGE, encoding)}
    return streamed(pdf, held, inside={PAGE: (ROOM, 0)})


@forgery(UNJUDGED)
def encoding_by_an_abbreviation(pdf: bytes) -> bytes:
    """The parameters are named as those of a picture within a page's content: some readers follow that everywhere."""
    return page_twice(pdf, b"/Filter /FlateDecode /DP << /Predictor 12 /Columns %d >>" % COLUMNS)


@forgery(UNJUDGED)
def encoding_of_a_list_by_a_dictionary(pdf: bytes) -> bytes:
    """There is a list of filters, and no list of parameters: to some readers they belong together."""
    return page_twice(pdf, b"/Filter [ /FlateDecode ] /DecodeParms << /Predictor 12 /Columns %d >>" % COLUMNS)


@forgery(UNJUDGED)
def encoding_by_a_list_of_one(pdf: bytes) -> bytes:
    """There is one filter, and a list of parameters."""
    return page_twice(pdf, b"/Filter /FlateDecode /DecodeParms [ << /Predictor 12 /Columns %d >> ]" % COLUMNS)


@forgery(UNJUDGED)
def encoding_by_a_fraction(pdf: bytes) -> bytes:
    """The predictor is 12.0, which is no predictor to who wants a whole number."""
    return page_twice(pdf, b"/Filter /FlateDecode /DecodeParms << /Predictor 12.0 /Columns %d >>" % COLUMNS)


def beside(pdf: bytes, entries: bytes, more: dict[int, bytes], inside: bytes = b"") -> bytes:
    """An update with a stream of cross-references, and an unseen field with an appearance that says more of itself."""
    field, look = 201, 202
    form = sheet.text_of(pdf, FORM).replace(b"9 0 R ]", b"9 0 R %d 0 R ]" % field)
    listed = sheet.text_of(pdf, ANNOTATIONS).replace(b"]", b"%d 0 R ]" % field)
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /P 3 0 R /F 4 /Rect [0 0 0 0] /AP << /N 202 0 R >> >>"
    drawn = stream(b"/Subtype /Form /BBox [0 0 0 0] " + entries, inside)
    return streamed(pdf, {FORM: form, ANNOTATIONS: listed, field: widget, look: drawn, **more})


@forgery(UNJUDGED)
def cross_references_beside_cross_references(pdf: bytes) -> bytes:
    """The newest stream of cross-references names another one beside itself, which is an appearance as well."""
    made = beside(pdf, b"/Type /XRef /Size 300 /W [1 4 2] /Index [3 1] /Root 1 0 R", {}, entry(1, 9, 0))
    place = made.rindex(b"202 0 obj")
    return made.replace(b"/Type /XRef /Size 204 ", b"/Type /XRef /XRefStm %d /Size 204 " % place)


@forgery(UNJUDGED)
def cross_references_that_somebody_finds(pdf: bytes) -> bytes:
    """An appearance says that it is cross-references, and of which catalog: who searches the file believes it."""
    return beside(pdf, b"/Type /XRef /Size 300 /W [1 4 2] /Index [3 1] /Root 203 0 R", {203: objects()[CATALOG]})


@forgery(UNJUDGED)
def stream_of_objects_by_reference(pdf: bytes) -> bytes:
    """What kind of stream it is stands in another object: it is one of objects, and nothing lists them."""
    crowd = packed({PAGE: OTHER_PAGE}).replace(b"/Type /ObjStm", b"/Type 204 0 R")
    return beside(pdf, b"/X 203 0 R /Y 204 0 R /Z 200 0 R", {200: FORGED, 203: crowd, 204: b"/ObjStm"})


@forgery(UNJUDGED)
def stream_with_an_end_within(pdf: bytes) -> bytes:
    """The data of a stream, by its length, hold the words that end one, and a catalog behind them."""
    return beside(pdf, b"", {}, b"x\nendstream\nendobj\n<< /Root 203 0 R /Size 900 >>\n")


@forgery(UNJUDGED)
def cross_references_before_an_object(pdf: bytes) -> bytes:
    """The stream of cross-references is not the last object of its update: who searches takes the last one for it."""
    start = len(pdf)
    catalog = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS << /Certs [ ] >> >>"
    told = b"/Type /XRef /Size 300 /Root 1 0 R /Prev %d /W [1 4 2] /Index [ 1 1 299 1 ]" % start_of(pdf)
    length = len(object_(299, stream(told, entry(1, 0, 0) * 2)))
    rows = entry(1, start + length, 0) + entry(1, start, 0)
    body = pdf + object_(299, stream(told, rows)) + object_(CATALOG, catalog)
    return body + b"startxref\n%d\n%%%%EOF\n" % start


@forgery(UNJUDGED)
def end_far_from_the_end(pdf: bytes) -> bytes:
    """White space parts the last word of the file from its end: who does not find it there searches the file."""
    return pdf + b"\n" * 1010


@forgery(UNJUDGED)
def object_before_its_place(pdf: bytes) -> bytes:
    """The first object of a stream stands behind a blank: who begins before it finds a comment, and the next object."""
    told, hidden = objects()[PAGE], OTHER_PAGE
    data = b"%d 9 " % PAGE + b" " * 8 + b"%" + told + b"\n" + hidden
    held = {200: FORGED, ROOM: stream(b"/Type /ObjStm /N 1 /First 4", data)}
    return streamed(pdf, held, inside={PAGE: (ROOM, 0)})


@forgery(UNJUDGED)
def object_behind_an_object(pdf: bytes) -> bytes:
    """In a stream of objects, something stands behind the page that nobody says is there."""
    data = b"%d 0 " % PAGE + objects()[PAGE] + b" " + OTHER_PAGE
    held = {200: FORGED, ROOM: stream(b"/Type /ObjStm /N 1 /First 4", data)}
    return streamed(pdf, held, inside={PAGE: (ROOM, 0)})


@forgery(UNJUDGED)
def column_too_wide(pdf: bytes) -> bytes:
    """The kind of an entry stands in five octets: one reader gives the cross-references up, and searches the file."""
    catalog = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS << /Certs [ ] >> >>"
    start = len(pdf) + len(object_(CATALOG, catalog))
    rows = b"".join(b"\0" * 4 + entry(1, place, 0) for place in (len(pdf), start))
    told = b"/Type /XRef /Size 300 /Root 1 0 R /Prev %d /W [5 4 2] /Index [ 1 1 299 1 ]" % start_of(pdf)
    return pdf + object_(CATALOG, catalog) + object_(299, stream(told, rows)) + b"startxref\n%d\n%%%%EOF\n" % start


@forgery(UNJUDGED)
def end_behind_a_null(pdf: bytes) -> bytes:
    """A null stands before the number of the last word, which is white space to all readers but one."""
    catalog = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS << /Certs [ ] >> >>"
    head, word, rest = update(pdf, {CATALOG: catalog}).rpartition(b"startxref\n")
    return head + word + b"\0" + rest


@forgery(UNJUDGED)
def another_document_in_the_trailer(pdf: bytes) -> bytes:
    """An office program opens the file that an entry of its own in the trailer names, if another one says the sum."""
    told = b"/Root 1 0 R /DocChecksum /00 /AdditionalStreams [ /application#2Fpdf %d 0 R ]" % RECORD
    catalog = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS << /Certs [ ] >> >>"
    return update(pdf, {CATALOG: catalog}, trailer=told)


FONT = (
    b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [ 53 /nine ] >> >> >>"
)


def coded() -> bytes:
    page = objects()[PAGE].replace(b">>", b"/Resources << %s >> >>" % FONT)
    content = stream(b"", b"BT /F1 12 Tf 60 700 Td (SO DIEM) Tj 0 -20 Td (TOAN 5.0) Tj ET")
    return signed_by("principal", "school_seal", pdf=unsigned({PAGE: page, CONTENT: content}))


@forgery(MODIFIED, of=coded)
def code_in_a_fraction(pdf: bytes) -> bytes:
    """A character's code among names is 53, and becomes 53.0, which is no code: another mark is drawn."""
    return edited(pdf, PAGE, (b"[ 53 /nine ]", b"[ 53.0 /nine ]"))


def printed() -> bytes:
    """A note that is seen in print alone, without a face of its own, where the form has signature fields alone."""
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [60 300 460 340] /F 36 /Contents (HOC SINH O LAI LOP) >>"
    form = objects()[FORM].replace(b" 9 0 R ]", b" ]")
    changed = {FORM: form, NOTE: note, ANNOTATIONS: b"[ 5 0 R 6 0 R 7 0 R 8 0 R ]", 9: b"null"}
    return signed_by("principal", "school_seal", pdf=unsigned(changed))


@forgery(MODIFIED, of=printed)
def note_that_is_printed_otherwise(pdf: bytes) -> bytes:
    """The form says in white how a note is written that is only printed."""
    return edited(pdf, FORM, (b"/DA (/F1 9 Tf)", b"/DA (/F1 .1 Tf 1 g)"))
