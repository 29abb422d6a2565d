"""Updates after the last signature, as plainly as a tool would save them, and in each way of half saving them."""

from __future__ import annotations

import sheet
from hostile import object_, stream

from corpus import ANY_FAULT, EITHER, MODIFIED, UNJUDGED, UNREAD, forgery, signing
from corpus.genuine import (
    BACK,
    BACK_CONTENT,
    BETTER,
    CATALOG,
    CONTENT,
    DRAWING,
    MARK,
    PAGE,
    PAGES,
    SIZE,
    TEXT,
    half,
    sealed,
    value_of,
)
from corpus.update import edited, streamed, update

FORGED = stream(b"", TEXT.replace(MARK, BETTER))


@forgery(MODIFIED)
def page_saved_anew(pdf: bytes) -> bytes:
    """The pupil has 10 in mathematics: the page was drawn anew after both had signed it."""
    return sheet.appended(pdf, {CONTENT: FORGED})


@forgery(MODIFIED)
def page_points_to_new_content(pdf: bytes) -> bytes:
    """The old content stays as it was signed: it is another content that the page shows now."""
    text = sheet.text_of(pdf, PAGE).replace(b"/Contents 11 0 R", b"/Contents 200 0 R")
    return sheet.appended(pdf, {PAGE: text, 200: FORGED})


@signing(MODIFIED)
def page_saved_anew_before_the_seal() -> bytes:
    """Both signed the better marks: the principal signed others, and the seal does not speak for a principal."""
    return sealed(sheet.appended(half(), {CONTENT: FORGED}))


@signing(MODIFIED)
def page_drawn_over_before_the_seal() -> bytes:
    """One drawing more behind the old ones: an array of contents that grew is another page."""
    return sealed(edited(sheet.appended(half(), {200: FORGED}), PAGE, (b"11 0 R", b"[ 11 0 R 200 0 R ]")))


@forgery(MODIFIED)
def form_drawing_saved_anew(pdf: bytes) -> bytes:
    """The conduct reads GIOI: the page's own object was not touched, but what it draws was."""
    return edited(pdf, DRAWING, (b"TRUNG BINH", b"GIOI      "))


@forgery(MODIFIED)
def update_with_a_stream_of_references(pdf: bytes) -> bytes:
    """The same change under a cross-reference stream: the form of an update does not matter, only what it holds."""
    return streamed(pdf, {CONTENT: FORGED})


@forgery(MODIFIED)
def two_updates_of_which_the_last_is_harmless(pdf: bytes) -> bytes:
    """The last revision adds nothing but a title: every revision after the signatures is asked, not the last alone."""
    changed = sheet.appended(pdf, {CONTENT: FORGED})
    return update(changed, {200: b"<< /Title (Hoc ba) >>"}, trailer=b"/Root 1 0 R /Info 200 0 R")


@forgery(MODIFIED)
def update_and_update_back(pdf: bytes) -> bytes:
    """Changed, then changed back: what lies between was nobody's to write, and one reader may stop there."""
    changed = sheet.appended(pdf, {CONTENT: FORGED})
    return sheet.appended(changed, {CONTENT: sheet.text_of(pdf, CONTENT)})


@forgery(UNJUDGED)
def objects_appended_without_references(pdf: bytes) -> bytes:
    """New objects stand behind the end, and no table names them: a reader that rebuilds tables would find them."""
    return pdf + object_(CONTENT, FORGED)


@forgery(UNREAD)
def objects_appended_with_an_end_of_their_own(pdf: bytes) -> bytes:
    """An end mark makes it look saved: without a table of its own a revision is none."""
    return pdf + object_(CONTENT, FORGED) + b"startxref\n0\n%%EOF\n"


@forgery(EITHER)
def table_without_a_trailer(pdf: bytes) -> bytes:
    """A table and no trailer: whoever mends it shows the new page, whoever does not the old one."""
    whole = sheet.appended(pdf, {CONTENT: FORGED})
    return whole[: whole.rindex(b"trailer")] + whole[whole.rindex(b"startxref") :]


@forgery(EITHER)
def trailer_that_ends_too_early(pdf: bytes) -> bytes:
    """Saving stopped in the middle of the trailer: readers differ about which revision is the last."""
    whole = sheet.appended(pdf, {CONTENT: FORGED})
    return whole[: whole.rindex(b"/Size")]


@forgery(ANY_FAULT)
def update_that_repeats_the_signature(pdf: bytes) -> bytes:
    """The update carries the signature along, so that it seems to come last: it covers what it covered before."""
    number = value_of(pdf, 6)
    text = sheet.text_of(pdf, number)
    return sheet.appended(pdf, {CONTENT: FORGED, number: text})


@forgery(MODIFIED)
def second_page_saved_anew(pdf: bytes) -> bytes:
    """Nobody looks at the back: it was signed like the front."""
    return edited(pdf, BACK_CONTENT, (b"VAN 6.0", b"VAN 9.5"))


@forgery(MODIFIED)
def page_exchanged(pdf: bytes) -> bytes:
    """The tree lists another page in place of the signed one: the old one is there, and nobody sees it."""
    page = b"<< /Type /Page /Parent 2 0 R /Contents 200 0 R /Annots 31 0 R >>"
    kids = sheet.text_of(pdf, PAGES).replace(b"3 0 R", b"201 0 R")
    return sheet.appended(pdf, {PAGES: kids, 200: FORGED, 201: page})


@forgery(MODIFIED)
def catalog_with_another_tree(pdf: bytes) -> bytes:
    """The catalog leads to other pages: every signed page is untouched, and none of them is shown."""
    root = sheet.text_of(pdf, CATALOG).replace(b"/Pages 2 0 R", b"/Pages 202 0 R")
    page = b"<< /Type /Page /Parent 202 0 R /Contents 200 0 R /Annots 31 0 R >>"
    tree = b"<< /Type /Pages /Kids [ 201 0 R 29 0 R ] /Count 2 /MediaBox [0 0 595 842] /Resources 10 0 R >>"
    return sheet.appended(pdf, {CATALOG: root, 200: FORGED, 201: page, 202: tree})


@forgery(MODIFIED)
def object_left_for_later(pdf: bytes) -> bytes:
    """Nothing refers to the new object: a page already signed might name a number not given out yet."""
    return sheet.appended(pdf, {SIZE + 300: FORGED})


@forgery(MODIFIED)
def back_page_removed(pdf: bytes) -> bytes:
    """The school leaves out the bad year: a page taken away is a change, too."""
    kids = sheet.text_of(pdf, PAGES).replace(b" 29 0 R", b"").replace(b"/Count 2", b"/Count 1")
    return sheet.appended(pdf, {PAGES: kids, BACK: sheet.text_of(pdf, BACK)})
