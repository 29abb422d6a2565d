"""Fonts: the bytes of the page are the signed ones, and show or say something else."""

from __future__ import annotations

import sheet
from hostile import stream

from corpus import MODIFIED, forgery, signing
from corpus.genuine import (
    CID_FONT,
    DESCRIPTOR,
    ENCODING,
    FONT,
    GLYPH,
    GLYPHS,
    PROGRAM,
    RESOURCES,
    UNICODE,
    WIDE_FONT,
    WIDTHS,
    half,
    sealed,
)
from corpus.update import edited, grown


@forgery(MODIFIED)
def text_behind_the_glyphs(pdf: bytes) -> bytes:
    """Who copies or reads aloud gets a 10: the map from glyphs to text was signed as well."""
    mapped = b"/CIDInit /ProcSet findresource begin begincmap 1 beginbfchar <35> <00310030> endbfchar endcmap end"
    return sheet.appended(pdf, {UNICODE: stream(b"", mapped)})


@forgery(MODIFIED)
def text_behind_the_glyphs_taken_away(pdf: bytes) -> bytes:
    """No map at all: a machine reads what it guesses."""
    return edited(pdf, FONT, (b"/ToUnicode 14 0 R", b""))


@forgery(MODIFIED)
def glyphs_exchanged_by_the_encoding(pdf: bytes) -> bytes:
    """The code of a 5 draws a 9: the page's own bytes are untouched."""
    return edited(pdf, ENCODING, (b"/five", b"/nine"))


@signing(MODIFIED)
def glyphs_exchanged_before_the_seal() -> bytes:
    """The same between the signatures: the principal saw a 5."""
    return sealed(edited(half(), ENCODING, (b"/five", b"/nine")))


@forgery(MODIFIED)
def glyphs_moved_by_their_widths(pdf: bytes) -> bytes:
    """Digits of no width fall onto one another: "5.0" becomes a blot that reads as one likes."""
    return sheet.appended(pdf, {WIDTHS: b"[ %s]" % (b"0 " * 10)})


@forgery(MODIFIED)
def font_of_other_signs(pdf: bytes) -> bytes:
    """The font is Symbol now: the same codes, other signs."""
    return edited(pdf, FONT, (b"/Helvetica", b"/Symbol"))


@forgery(MODIFIED)
def font_exchanged_in_the_resources(pdf: bytes) -> bytes:
    """The name that the page uses stands for another font: no font was touched."""
    return edited(pdf, RESOURCES, (b"/F1 12 0 R", b"/F1 23 0 R"))


@forgery(MODIFIED)
def drawn_glyph(pdf: bytes) -> bytes:
    """A font of drawings, in which one was drawn anew: a glyph is content."""
    return sheet.appended(pdf, {GLYPH: stream(b"", b"9 0 d0 0 0 4 9 re f")})


@forgery(MODIFIED)
def drawn_glyphs_of_another_size(pdf: bytes) -> bytes:
    """The matrix of the font makes its signs invisible: the marks are there, a thousandth of a point tall."""
    return edited(pdf, GLYPHS, (b"[.1 0 0 .1 0 0]", b"[0 0 0 0 0 0]"))


@forgery(MODIFIED)
def glyphs_exchanged_by_their_numbers(pdf: bytes) -> bytes:
    """A map of glyph numbers takes the place of identity: the code of a 5 is the number of a 9."""
    return edited(pdf, CID_FONT, (b"/CIDToGIDMap /Identity", b"/CIDToGIDMap 200 0 R"))


@forgery(MODIFIED)
def font_program_exchanged(pdf: bytes) -> bytes:
    """The embedded font is another program: it draws what the forger likes for every code."""
    return sheet.appended(pdf, {PROGRAM: stream(b"/Length1 4", b"\x00\x02\x00\x00")})


@forgery(MODIFIED)
def font_program_taken_away(pdf: bytes) -> bytes:
    """Without its program a font is replaced by the viewer's own: each shows another."""
    return edited(pdf, DESCRIPTOR, (b"/FontFile2 28 0 R", b""))


@forgery(MODIFIED)
def descendant_exchanged(pdf: bytes) -> bytes:
    """The composite font descends from another: the chain of fonts is signed to its end."""
    other = sheet.text_of(pdf, CID_FONT)
    return sheet.appended(pdf, {WIDE_FONT: sheet.text_of(pdf, WIDE_FONT).replace(b"26 0 R", b"200 0 R"), 200: other})


@forgery(MODIFIED)
def writing_from_top_to_bottom(pdf: bytes) -> bytes:
    """The text runs another way: digits change their places."""
    return edited(pdf, WIDE_FONT, (b"/Identity-H", b"/Identity-V"))


@forgery(MODIFIED)
def encoding_in_the_font_itself(pdf: bytes) -> bytes:
    """The font has its own encoding, and the signed one is left alone: it is not used any more."""
    return edited(pdf, FONT, (b"/Encoding 13 0 R", b"/Encoding << /Differences [ 53 /nine ] >>"))


@forgery(MODIFIED)
def font_made_of_drawings(pdf: bytes) -> bytes:
    """The font becomes one of drawings: every letter of the page is drawn by the forger."""
    return grown(pdf, FONT, b"/CharProcs << /five 24 0 R >> /FontMatrix [.1 0 0 .1 0 0] /FontBBox [0 0 9 9]")
