"""Fields that nobody sees, by what they say of their place, and that draw all over the page."""

from __future__ import annotations

import sheet
from hostile import stream

from corpus import EITHER, MODIFIED, forgery, told
from corpus.genuine import ANNOTATIONS, FORM, PAGE, objects, signed_by, unsigned
from corpus.update import edited, update

FONT = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
LOOK = b"/Type /XObject /Subtype /Form /Resources " + FONT
OVER = b"1 g -60 -200 595 842 re f 0 g BT /F1 12 Tf 0 500 Td (SO DIEM) Tj 0 -20 Td (TOAN 10.) Tj ET"


def unseen(pdf: bytes, place: bytes, bounds: bytes, strips: int = 0) -> bytes:
    """A field more, of which the first widget draws; the others lie across the page as strips without a height."""
    field, look = sheet.size_of(pdf), sheet.size_of(pdf) + 1
    places = [place, *(b"0 %d 595 %d" % (height, height) for height in range(0, strips * 5, 5))]
    widgets = {
        look + 1 + nth: b"<< /Type /Annot /Subtype /Widget /Parent %d 0 R /P 3 0 R /F 4 /Rect [%s] %s >>"
        % (field, one, b"" if nth else b"/AP << /N %d 0 R >>" % look)
        for nth, one in enumerate(places)
    }
    listed = b" ".join(b"%d 0 R" % number for number in widgets)
    more = {
        field: b"<< /FT /Sig /T (x) /Kids [ %s ] >>" % listed,
        look: stream(LOOK + b" " + bounds, OVER),
        FORM: sheet.text_of(pdf, FORM).replace(b"9 0 R ]", b"9 0 R %d 0 R ]" % field),
        ANNOTATIONS: sheet.text_of(pdf, ANNOTATIONS).replace(b"]", b"%s ]" % listed),
    }
    return update(pdf, more | widgets)


@forgery(MODIFIED)
def appearance_without_bounds(pdf: bytes) -> bytes:
    """A field that is a point draws another page: its appearance does not say how far it goes."""
    return unseen(pdf, b"60 200 60 200", b"")


@forgery(MODIFIED)
def appearance_without_bounds_between_strips(pdf: bytes) -> bytes:
    """The same, and strips of no height lie over all of the page, as if each of them had a place of its own."""
    return unseen(pdf, b"60 200 60 200", b"", strips=170)


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED",)))
def place_of_strings(pdf: bytes) -> bytes:
    """A corner of the field is a text that reads as a number: to one reader it is that number, to others nothing."""
    return unseen(pdf, b"(300) 660 300 760", b"/BBox [0 0 300 100]")


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED",)))
def place_of_truths(pdf: bytes) -> bytes:
    """A corner of the field is true, which is one, or nothing."""
    return unseen(pdf, b"1 500 true 700", b"/BBox [0 0 300 200]")


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED",)))
def place_beyond_all_numbers(pdf: bytes) -> bytes:
    """The corners are the same number of ten digits, once whole and once not: readers hold one of them."""
    return unseen(pdf, b"4294967396 500 4294967396.0 700", b"/BBox [0 0 4294967396 200]")


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED",)))
def field_of_lines(pdf: bytes) -> bytes:
    """Fields without a height are lines to some viewers; enough of them are a text."""
    return unseen(pdf, b"60 680 90 680", b"/BBox [0 0 300 100]", strips=3)


def turned() -> bytes:
    return signed_by("principal", "school_seal", pdf=unsigned({PAGE: objects()[PAGE].replace(b">>", b"/Rotate 90 >>")}))


@forgery(MODIFIED, of=turned)
def turned_by_a_fraction(pdf: bytes) -> bytes:
    """The page was turned by 90, and is turned by 90.0: who wants a whole number does not turn it."""
    return edited(pdf, PAGE, (b"/Rotate 90", b"/Rotate 90.0"))


NOTE = b"<< /Type /Annot /Subtype /Square /Rect [100 300 300 400] /F 2 /C [1 0 0] /BS << /W 20 >> >>"


def noted() -> bytes:
    page = objects()[PAGE].replace(b"/Annots 31 0 R", b"/Annots [ 5 0 R 6 0 R 7 0 R 8 0 R 9 0 R %s ]" % NOTE)
    return signed_by("principal", "school_seal", pdf=unsigned({PAGE: page}))


@forgery(EITHER, of=noted)
def hidden_by_a_fraction(pdf: bytes) -> bytes:
    """A note was hidden by the flag 2, and its flag is 2.0 now: it is seen."""
    return edited(pdf, PAGE, (b"/F 2", b"/F 2.0"))


@forgery(MODIFIED)
def font_of_the_form_for_another(pdf: bytes) -> bytes:
    """The form's resources name another font: a note without a face of its own is written in it."""
    courier = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"
    return edited(pdf, FORM, (b"/F1 12 0 R", b"/F1 " + courier))
