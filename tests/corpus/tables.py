"""Cross-reference streams and object streams: where an object stands, and which of several is meant."""

from __future__ import annotations

import sheet
from hostile import object_, stream

from corpus import ANY_FAULT, EITHER, MODIFIED, MODIFIED_PERHAPS_UNREAD, forgery, signing
from corpus.genuine import BETTER, CONTENT, FONT, MARK, PAGE, PAGES, SEAL, SIZE, TEXT, half, objects, sealed
from corpus.update import entry, packed, start_of, streamed, update

FORGED = stream(b"", TEXT.replace(MARK, BETTER))
OTHER_PAGE = objects()[PAGE].replace(b"/Contents 11 0 R", b"/Contents 200 0 R")
ROOM = 210


@forgery(MODIFIED)
def page_inside_an_object_stream(pdf: bytes) -> bytes:
    """The page stands in a stream of objects now: packed or not, it is another page."""
    return streamed(pdf, {200: FORGED, ROOM: packed({PAGE: OTHER_PAGE})}, inside={PAGE: (ROOM, 0)})


@signing(MODIFIED)
def page_inside_an_object_stream_before_the_seal() -> bytes:
    """The same between the signatures: the seal's own revision follows it."""
    return sealed(streamed(half(), {200: FORGED, ROOM: packed({PAGE: OTHER_PAGE})}, inside={PAGE: (ROOM, 0)}))


@forgery(EITHER)
def page_twice_in_an_object_stream(pdf: bytes) -> bytes:
    """The page stands twice in one stream: a reader goes by place, another by number."""
    twice = packed({PAGE: objects()[PAGE], 201: OTHER_PAGE}).replace(b"201 ", b"3 %s" % b"  ", 1)
    return streamed(pdf, {200: FORGED, ROOM: twice}, inside={PAGE: (ROOM, 0)})


@forgery(EITHER)
def page_in_a_stream_that_says_another_number(pdf: bytes) -> bytes:
    """The table says that the page stands there, the stream says that it is another object."""
    return streamed(pdf, {200: FORGED, ROOM: packed({209: OTHER_PAGE})}, inside={PAGE: (ROOM, 0)})


@forgery(EITHER)
def page_at_another_place_of_the_stream(pdf: bytes) -> bytes:
    """The table gives one place in the stream, the number stands at another: two readers, two pages."""
    held = packed({209: objects()[PAGE], PAGE: OTHER_PAGE})
    return streamed(pdf, {200: FORGED, ROOM: held}, inside={PAGE: (ROOM, 0), 209: (ROOM, 0)})


@forgery(EITHER)
def objects_in_a_stream_that_nobody_lists(pdf: bytes) -> bytes:
    """The stream holds a page, and the table is silent about it: who reads streams whole finds it."""
    return streamed(pdf, {200: FORGED, ROOM: packed({PAGE: OTHER_PAGE})})


@forgery(EITHER)
def stream_that_extends_another(pdf: bytes) -> bytes:
    """The stream extends another, which holds the page: the law of the format is vague, readers differ."""
    held = {200: FORGED, ROOM: packed({PAGE: OTHER_PAGE}), 211: packed({209: b"null"}, b"/Extends 210 0 R")}
    return streamed(pdf, held, inside={209: (211, 0)})


@forgery(EITHER)
def stream_that_counts_more_than_it_holds(pdf: bytes) -> bytes:
    """Two objects are counted, and one is there: the second is what follows."""
    held = packed({PAGE: OTHER_PAGE}).replace(b"/N 1", b"/N 2")
    return streamed(pdf, {200: FORGED, ROOM: held}, inside={PAGE: (ROOM, 0)})


@forgery(EITHER)
def stream_inside_a_stream(pdf: bytes) -> bytes:
    """The stream of objects says that it stands in itself: a reader goes round, or gives up."""
    return streamed(pdf, {200: FORGED}, inside={PAGE: (ROOM, 0), ROOM: (ROOM, 1)})


@forgery(EITHER)
def number_twice_in_the_index(pdf: bytes) -> bytes:
    """The page has two entries in one table: the first or the last is meant."""
    made = sheet.appended(pdf, {PAGE: objects()[PAGE]})
    old, new = made.rindex(b"3 0 obj"), len(pdf)
    text = object_(PAGE, OTHER_PAGE)
    whole = pdf + text + object_(200, FORGED)
    own = 212
    rows = entry(1, min(old, new), 0) + entry(1, new, 0) + entry(1, new + len(text), 0) + entry(1, len(whole), 0)
    told = b"/Type /XRef /Size 213 /Root 1 0 R /Prev %d /W [ 1 4 2 ] /Index [ 3 1 3 1 200 1 %d 1 ]" % (
        start_of(pdf),
        own,
    )
    return whole + object_(own, stream(told, rows)) + b"startxref\n%d\n%%%%EOF\n" % len(whole)


@forgery(EITHER)
def entry_of_an_unknown_kind(pdf: bytes) -> bytes:
    """An entry of kind 3: readers are told to take it for null, and some take it for an object."""
    return streamed(pdf, {}, rows={CONTENT: entry(3, 15, 0)})


@forgery(EITHER)
def entry_that_frees_the_seal(pdf: bytes) -> bytes:
    """The seal's field is free: the form lists it, and it is nothing."""
    return streamed(pdf, {}, rows={SEAL: entry(0, 0, 1)})


@forgery(EITHER)
def widths_that_are_none(pdf: bytes) -> bytes:
    """Entries of no width: as many as one likes, without a byte."""
    return streamed(pdf, {CONTENT: FORGED}, widths=b"0 0 0")


@forgery(EITHER)
def widths_that_leave_the_kind_out(pdf: bytes) -> bytes:
    """No byte for the kind, which is then 1: a reader that does not know the rule reads something else."""
    return streamed(pdf, {CONTENT: FORGED}, widths=b"0 5 2")


@forgery(EITHER)
def index_that_does_not_fit(pdf: bytes) -> bytes:
    """More entries are announced than are there: the missing ones are guessed."""
    return streamed(pdf, {CONTENT: FORGED}, index=b"11 9")


@forgery(EITHER)
def references_behind_a_filter_of_the_forgers(pdf: bytes) -> bytes:
    """The table is to be read through a filter that only some readers have."""
    return streamed(pdf, {CONTENT: FORGED}, entries=b"/Filter /Crypt")


@forgery(EITHER)
def entry_into_the_middle_of_a_signature(pdf: bytes) -> bytes:
    """The table says that the page's content begins within the seal's value: bytes are what one takes them for."""
    return update(pdf, {}, rows={CONTENT: b"%010d 00000 n \n" % (pdf.rindex(b"/Contents <") + 40)})


@forgery(EITHER)
def entry_that_shares_a_place(pdf: bytes) -> bytes:
    """The content's entry leads to where the second page's stands: under another number."""
    return update(pdf, {}, rows={CONTENT: b"%010d 00000 n \n" % pdf.index(b"30 0 obj")})


@forgery(EITHER)
def object_under_another_number(pdf: bytes) -> bytes:
    """The table says 11, and what stands there says 12: one of them is believed."""
    made = sheet.appended(pdf, {CONTENT: FORGED})
    place = made.rindex(b"11 0 obj")
    return made[:place] + b"12 0 obj" + made[place + 8 :]


@forgery(MODIFIED_PERHAPS_UNREAD)
def all_objects_written_anew(pdf: bytes) -> bytes:
    """Every object of the file is written anew, all but one as it was."""
    held = {number: sheet.text_of(pdf, number) for number in range(1, SIZE)}
    return sheet.appended(pdf, held | {CONTENT: FORGED})


@forgery(EITHER)
def object_twice_in_one_revision(pdf: bytes) -> bytes:
    """The content stands twice in the update, and the table knows one: a reader that mends takes the other."""
    made = sheet.appended(pdf, {FONT: objects()[FONT]})
    place = made.rindex(b"12 0 obj")
    hidden = object_(CONTENT, FORGED)
    begin = made.index(b"xref", place)
    moved = made[:place] + hidden + made[place:]
    moved = moved.replace(b"%010d 00000 n" % place, b"%010d 00000 n" % (place + len(hidden)))
    return moved[: moved.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (begin + len(hidden))


@forgery(ANY_FAULT)
def old_references_rewritten(pdf: bytes) -> bytes:
    """The old table itself leads elsewhere: it is under the hash like all the rest."""
    row = b"%010d 00000 n" % pdf.index(b"11 0 obj")
    return pdf.replace(row, b"%010d 00000 n" % pdf.index(b"30 0 obj"), 1)


@forgery(MODIFIED_PERHAPS_UNREAD)
def tree_inside_an_object_stream(pdf: bytes) -> bytes:
    """The tree of pages is packed, and turns every page."""
    tree = objects()[PAGES].replace(b"/Count", b"/Rotate 180 /Count")
    return streamed(pdf, {ROOM: packed({PAGES: tree})}, inside={PAGES: (ROOM, 0)})
