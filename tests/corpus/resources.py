"""Resources: pictures, drawings and states that a page uses by name."""

from __future__ import annotations

import sheet
from hostile import stream

from corpus import MODIFIED, MODIFIED_PERHAPS_UNREAD, forgery, signing
from corpus.genuine import DRAWING, GRAPHICS, IMAGE, NOTE_LOOK, PAGES, RESOURCES, half, sealed
from corpus.update import edited, grown

PIXEL = b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"


@forgery(MODIFIED)
def picture_exchanged(pdf: bytes) -> bytes:
    """Another photograph: the picture's number is the same, the face is not."""
    return sheet.appended(pdf, {IMAGE: stream(PIXEL, b"\x00")})


@signing(MODIFIED)
def picture_exchanged_before_the_seal() -> bytes:
    """The photograph is exchanged between the signatures: the principal signed another pupil's."""
    return sealed(sheet.appended(half(), {IMAGE: stream(PIXEL, b"\x00")}))


@forgery(MODIFIED)
def picture_shown_negative(pdf: bytes) -> bytes:
    """Black is white and white is black: how a picture is decoded is part of it."""
    return edited(pdf, IMAGE, (b"/BitsPerComponent 8", b"/BitsPerComponent 8 /Decode [1 0]"))


@forgery(MODIFIED)
def picture_with_an_alternative(pdf: bytes) -> bytes:
    """In print another picture is used: both would have to be signed."""
    entry = b"/Alternates [ << /Image 200 0 R /DefaultForPrinting true >> ]"
    text = sheet.text_of(pdf, IMAGE).replace(b"/Type", entry + b" /Type", 1)
    return sheet.appended(pdf, {IMAGE: text, 200: stream(PIXEL, b"\xff")})


@forgery(MODIFIED_PERHAPS_UNREAD)
def picture_from_another_file(pdf: bytes) -> bytes:
    """The picture's data lie in a file elsewhere: what is not here was not signed."""
    text = sheet.text_of(pdf, IMAGE).replace(b"/Type", b"/F (http://mau.example/anh) /FFilter [ ] /Type", 1)
    return sheet.appended(pdf, {IMAGE: text})


@forgery(MODIFIED)
def drawing_behind_the_same_name(pdf: bytes) -> bytes:
    """The page's drawing is another one: a name in the resources is as good as the thing it names."""
    return edited(pdf, RESOURCES, (b"/Dr 17 0 R", b"/Dr 18 0 R"))


@forgery(MODIFIED)
def drawing_outside_its_box(pdf: bytes) -> bytes:
    """The drawing's box is empty: it is drawn, and nothing of it is seen."""
    return edited(pdf, DRAWING, (b"/BBox [0 0 200 60]", b"/BBox [0 0 0 0]"))


@forgery(MODIFIED)
def drawing_moved_by_its_matrix(pdf: bytes) -> bytes:
    """The drawing lands somewhere else: on the line of another subject."""
    return edited(pdf, DRAWING, (b"/BBox", b"/Matrix [1 0 0 1 0 -300] /BBox"))


@forgery(MODIFIED)
def drawing_with_resources_of_its_own(pdf: bytes) -> bytes:
    """Inside the drawing the font's name stands for another font."""
    return edited(pdf, DRAWING, (b"/Resources 10 0 R", b"/Resources << /Font << /F1 23 0 R >> >>"))


@forgery(MODIFIED)
def drawing_in_another_file(pdf: bytes) -> bytes:
    """The drawing refers to a page of another file: the viewer fetches what nobody signed."""
    return edited(pdf, DRAWING, (b"/BBox", b"/Ref << /F (khac.pdf) /Page 0 >> /BBox"))


@forgery(MODIFIED)
def state_that_is_transparent(pdf: bytes) -> bytes:
    """What is drawn in this state is not seen: opacity nought."""
    return sheet.appended(pdf, {GRAPHICS: b"<< /Type /ExtGState /ca 0 /CA 0 >>"})


@forgery(MODIFIED)
def state_that_masks(pdf: bytes) -> bytes:
    """A soft mask lies over everything that is drawn: it shows what it lets through."""
    return grown(pdf, GRAPHICS, b"/SMask << /S /Luminosity /G 17 0 R >>")


@forgery(MODIFIED)
def resources_of_the_tree(pdf: bytes) -> bytes:
    """The tree's resources are other ones: every page inherits them."""
    tree = sheet.text_of(pdf, PAGES).replace(b"/Resources 10 0 R", b"/Resources 200 0 R")
    return sheet.appended(pdf, {PAGES: tree, 200: sheet.text_of(pdf, RESOURCES).replace(b"/F1 12", b"/F1 23")})


@forgery(MODIFIED)
def colours_by_default(pdf: bytes) -> bytes:
    """A default colour space turns every grey to white: no colour on the page was touched."""
    return grown(pdf, RESOURCES, b"/ColorSpace << /DefaultGray [ /Indexed /DeviceRGB 0 <FFFFFF> ] >>")


@forgery(MODIFIED)
def look_shared_by_two(pdf: bytes) -> bytes:
    """One appearance is drawn by a note and by a field: both are signed, and so is it."""
    return edited(pdf, NOTE_LOOK, (b"12A1", b"12A9"))
