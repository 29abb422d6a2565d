"""Annotations: what lies over the page and is no part of it."""

from __future__ import annotations

import sheet
from hostile import stream

from corpus import MODIFIED, MODIFIED_PERHAPS_UNREAD, forgery, signing, told
from corpus.genuine import ANNOTATIONS, BACK, CATALOG, CLASS, NOTE, NOTE_LOOK, PAGE, half, sealed
from corpus.update import edited, grown

LOOK = stream(b"/Type /XObject /Subtype /Form /BBox [0 0 200 60] /Resources 10 0 R", b"BT /F1 12 Tf 2 2 Td (10) Tj ET")


def laid(pdf: bytes, entries: bytes, more: dict[int, bytes] | None = None) -> bytes:
    """One annotation more on the first page."""
    note = b"<< /Type /Annot /Rect [60 676 260 692] /F 4 /AP << /N 201 0 R >> %s >>" % entries
    listed = sheet.text_of(pdf, ANNOTATIONS).replace(b"]", b" 200 0 R ]")
    return sheet.appended(pdf, {ANNOTATIONS: listed, 200: note, 201: LOOK, **(more or {})})


@forgery(MODIFIED)
def text_over_the_marks(pdf: bytes) -> bytes:
    """The mark reads 10: a text lies over the 5, and was not there when both signed."""
    return laid(pdf, b"/Subtype /FreeText /Contents (TOAN 10) /DA (/F1 12 Tf)")


@signing(MODIFIED)
def text_over_the_marks_before_the_seal() -> bytes:
    """The same before the school's seal: the principal did not sign it."""
    return sealed(laid(half(), b"/Subtype /FreeText /Contents (TOAN 10) /DA (/F1 12 Tf)"))


@forgery(MODIFIED)
def rubber_stamp_of_the_ministry(pdf: bytes) -> bytes:
    """A stamp says that the ministry has compared the transcript: a picture of a stamp is no signature."""
    return laid(pdf, b"/Subtype /Stamp /Name /Approved /Contents (DA DOI CHIEU)")


@forgery(MODIFIED)
def white_square(pdf: bytes) -> bytes:
    """A white square hides the failed subject: hiding is changing."""
    return laid(pdf, b"/Subtype /Square /C [1 1 1] /IC [1 1 1]")


@forgery(MODIFIED)
def highlight_as_dark_as_ink(pdf: bytes) -> bytes:
    """A marker line, black: it is a tool for readers, and it covers what they should read."""
    return laid(pdf, b"/Subtype /Highlight /C [0 0 0] /QuadPoints [60 692 260 692 60 676 260 676]")


@forgery(MODIFIED)
def line_of_ink(pdf: bytes) -> bytes:
    """A stroke of the pen turns the 5 into an 8: ink is an annotation like any other."""
    return laid(pdf, b"/Subtype /Ink /InkList [ [100 680 104 690] ]")


@forgery(MODIFIED)
def redaction(pdf: bytes) -> bytes:
    """The line is marked to be taken out, and says what shall stand there: neither was signed."""
    return laid(pdf, b"/Subtype /Redact /OverlayText (TOAN 10) /RO 201 0 R")


@forgery(MODIFIED)
def button_that_shows_a_mark(pdf: bytes) -> bytes:
    """A button whose face is a mark: a widget without a field is an annotation in disguise."""
    return laid(pdf, b"/Subtype /Widget /FT /Btn /T (mark) /Ff 65536 /MK << /CA (10) >>")


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED", "SIGNATURE_BROKEN", "ROLE_MISSING")))
def widget_of_a_signature_that_is_none(pdf: bytes) -> bytes:
    """A field that looks like a signature of the department, and is in no form: it looks like one, and is none."""
    return laid(pdf, b"/Subtype /Widget /FT /Sig /T (department)")


@forgery(MODIFIED)
def attached_to_the_page(pdf: bytes) -> bytes:
    """A pin with a file: the clerk opens the file that the forger attached, and believes it signed."""
    file = stream(b"/Type /EmbeddedFile", b"TOAN 10")
    spec = b"<< /Type /Filespec /F (bang diem.txt) /UF (bang diem.txt) /EF << /F 203 0 R >> >>"
    return laid(pdf, b"/Subtype /FileAttachment /FS 202 0 R", {202: spec, 203: file})


@forgery(MODIFIED)
def link_to_a_gateway_of_the_forgers(pdf: bytes) -> bytes:
    """A link over the page leads to a page that says valid: nothing is added to a signed page, links neither."""
    return laid(pdf, b"/Subtype /Link /A << /S /URI /URI (https://kiemtra.example/valid) >>")


@forgery(MODIFIED)
def popup_that_is_open(pdf: bytes) -> bytes:
    """The note's window stands open over the marks: a window is drawn like everything else."""
    return laid(pdf, b"/Subtype /Popup /Open true /Parent 8 0 R")


@forgery(MODIFIED)
def look_of_a_note_redrawn(pdf: bytes) -> bytes:
    """The signed note has another face: its object is as it was, what it draws is not."""
    return sheet.appended(pdf, {NOTE_LOOK: LOOK})


@forgery(MODIFIED)
def look_of_a_note_exchanged(pdf: bytes) -> bytes:
    """The signed note refers to another face: the old one is still there, unseen."""
    text = sheet.text_of(pdf, NOTE).replace(b"18 0 R", b"201 0 R")
    return sheet.appended(pdf, {NOTE: text, 201: LOOK})


@forgery(MODIFIED)
def note_hidden(pdf: bytes) -> bytes:
    """A signed note gets the flag that hides it: what both saw, the clerk does not see."""
    return edited(pdf, NOTE, (b"/F 4", b"/F 2"))


@forgery(MODIFIED)
def note_moved(pdf: bytes) -> bytes:
    """The note slides over the marks: its place was signed as well."""
    return edited(pdf, NOTE, (b"60 500 260 520", b"60 676 260 692"))


@forgery(MODIFIED)
def notes_in_another_order(pdf: bytes) -> bytes:
    """The same annotations, drawn in another order: what was on top lies underneath now."""
    return sheet.appended(pdf, {ANNOTATIONS: b"[ 9 0 R 8 0 R 7 0 R 6 0 R 5 0 R ]"})


@forgery(MODIFIED)
def notes_taken_away(pdf: bytes) -> bytes:
    """The note that said "repeated the year" is gone: taking away is changing."""
    return edited(pdf, ANNOTATIONS, (b" 8 0 R", b""))


@forgery(MODIFIED)
def notes_on_the_back(pdf: bytes) -> bytes:
    """The second page had none, and has one now: every page was signed."""
    text = sheet.text_of(pdf, BACK).removesuffix(b">>") + b"/Annots [ 200 0 R ] >>"
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [60 676 260 692] /F 4 /AP << /N 201 0 R >> >>"
    return sheet.appended(pdf, {BACK: text, 200: note, 201: LOOK})


@forgery(MODIFIED_PERHAPS_UNREAD)
def notes_listed_elsewhere(pdf: bytes) -> bytes:
    """The page names another list of annotations: the signed list is untouched, and unused."""
    text = sheet.text_of(pdf, PAGE).replace(b"31 0 R", b"202 0 R")
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [60 676 260 692] /F 4 /AP << /N 201 0 R >> >>"
    return sheet.appended(pdf, {PAGE: text, 200: note, 201: LOOK, 202: b"[ 5 0 R 6 0 R 7 0 R 200 0 R ]"})


@forgery(MODIFIED)
def class_shown_otherwise(pdf: bytes) -> bytes:
    """The field's value is the signed one, its face is not: people read faces."""
    return edited(pdf, CLASS, (b"/AP << /N 19 0 R >>", b"/AP << /N 16 0 R >>"))


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("ACTIVE_CONTENT",)))
def action_when_the_page_is_seen(pdf: bytes) -> bytes:
    """The note does something as soon as it is seen: what a file does was signed like what it shows."""
    return grown(pdf, NOTE, b"/AA << /PV << /S /Hide /T (class) >> >>")


@forgery(MODIFIED)
def threads_through_the_pages(pdf: bytes) -> bytes:
    """An article thread leads the eye around the bad marks: the catalog takes validation data, and nothing else."""
    root = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/Threads [ 200 0 R ] >>"
    bead = b"<< /T 200 0 R /N 201 0 R /V 201 0 R /P 3 0 R /R [60 676 260 692] >>"
    return sheet.appended(pdf, {CATALOG: root, 200: b"<< /Type /Thread /F 201 0 R >>", 201: bead})
