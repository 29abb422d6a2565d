"""Twins: a key twice in one dictionary, or once more with a letter written as a number."""

from __future__ import annotations

import re

import sheet
from cases.record import both
from hostile import object_, stream

from corpus import EITHER, MODIFIED_PERHAPS_UNREAD, UNREAD, forgery, signing
from corpus.genuine import (
    BETTER,
    CATALOG,
    CONTENT,
    FILE,
    FORM,
    MARK,
    PAGE,
    PAGES,
    RESOURCES,
    TEXT,
    objects,
    unsigned,
)
from corpus.update import grown

FORGED = stream(b"", TEXT.replace(MARK, BETTER))


def twin(number: int, entry: bytes, more: dict[int, bytes] | None = None) -> bytes:
    """Signed by both, with an entry more in front of a dictionary's own."""
    text = objects()[number].replace(b"<<", b"<< " + entry, 1)
    return both(unsigned({number: text} | (more or {})))


# The draft has twins: the signers' viewer took the one, the clerk's takes the other.


@signing(UNREAD)
def content_twice() -> bytes:
    """The page has two contents under one key: the signers saw one, the clerk sees the other."""
    return twin(PAGE, b"/Contents 40 0 R", {40: FORGED})


@signing(UNREAD)
def content_and_its_escaped_twin() -> bytes:
    """The second content stands under the same name, one letter written as a number: both names are one."""
    return twin(PAGE, b"/Con#74ents 40 0 R", {40: FORGED})


@signing(UNREAD)
def pages_twice() -> bytes:
    """The catalog leads to two trees of pages: each reader follows its own."""
    tree = b"<< /Type /Pages /Kids [ 41 0 R 29 0 R ] /Count 2 /MediaBox [0 0 595 842] /Resources 10 0 R >>"
    page = b"<< /Type /Page /Parent 40 0 R /Contents 42 0 R /Annots 31 0 R >>"
    return twin(CATALOG, b"/Pages 40 0 R", {40: tree, 41: page, 42: FORGED})


@signing(UNREAD)
def pages_and_their_escaped_twin() -> bytes:
    """The same, and one of the two is written /P#61ges."""
    tree = b"<< /Type /Pages /Kids [ 41 0 R 29 0 R ] /Count 2 /MediaBox [0 0 595 842] /Resources 10 0 R >>"
    page = b"<< /Type /Page /Parent 40 0 R /Contents 42 0 R /Annots 31 0 R >>"
    return twin(CATALOG, b"/P#61ges 40 0 R", {40: tree, 41: page, 42: FORGED})


@signing(UNREAD)
def kids_twice() -> bytes:
    """The tree lists its pages twice, in two orders."""
    return twin(PAGES, b"/Kids [ 29 0 R 3 0 R ]")


@signing(UNREAD)
def font_twice() -> bytes:
    """The resources know two fonts of one name: a 5 is a 5 in the one and a 9 in the other."""
    return twin(RESOURCES, b"/Font << /F1 23 0 R >>")


@signing(UNREAD)
def form_twice() -> bytes:
    """The catalog has two forms: one with two signatures, one with none."""
    return twin(CATALOG, b"/AcroForm << /Fields [ ] >>")


@signing(UNREAD)
def fields_twice() -> bytes:
    """The form has two lists of fields: one that is signed and one that is empty."""
    return twin(FORM, b"/Fields [ 9 0 R ]")


@signing(UNREAD)
def record_twice_under_one_key() -> bytes:
    """The specification leads to two streams under one key: the register knows one of them."""
    return twin(FILE, b"/EF << /F 11 0 R /UF 11 0 R >>")


@signing(UNREAD)
def length_twice() -> bytes:
    """The content has two lengths: it ends here, or there."""
    text = FORGED.replace(b"/Length", b"/Length 10 /Length", 1)
    return both(unsigned({CONTENT: text}))


@signing(UNREAD)
def record_named_by_an_escaped_letter() -> bytes:
    """The list of associated files stands there twice, once as /A#46."""
    return twin(CATALOG, b"/A#46 [ ]")


@signing(UNREAD)
def trailer_with_two_catalogs() -> bytes:
    """The trailer names two catalogs under one key."""
    root = objects()[CATALOG].replace(b"/Pages 2 0 R", b"/Pages 41 0 R")
    tree = b"<< /Type /Pages /Kids [ 42 0 R ] /Count 1 /MediaBox [0 0 595 842] /Resources 10 0 R >>"
    page = b"<< /Type /Page /Parent 41 0 R /Contents 43 0 R >>"
    made = unsigned({40: root, 41: tree, 42: page, 43: FORGED})
    return both(made.replace(b"/Root 1 0 R", b"/Root 40 0 R /Root 1 0 R"))


# The update brings the twin.


@forgery(EITHER)
def update_with_an_escaped_twin(pdf: bytes) -> bytes:
    """The page has a second content under an escaped name: a comparison of spellings sees a new, unknown key."""
    return grown(pdf, PAGE, b"/Con#74ents 200 0 R", {200: FORGED})


@forgery(EITHER)
def update_with_an_escaped_key(pdf: bytes) -> bytes:
    """The store's key is written with numbers, and so is a tree of pages beside it."""
    return grown(pdf, CATALOG, b"/D#53S << /Type /DSS >> /P#61ges 29 0 R")


@forgery(EITHER)
def update_with_a_key_twice(pdf: bytes) -> bytes:
    """The catalog is written anew for a store, and has two trees of pages since."""
    return grown(pdf, CATALOG, b"/DSS << /Type /DSS /Certs [ ] >> /Pages 29 0 R")


@forgery(EITHER)
def update_with_half_an_escape(pdf: bytes) -> bytes:
    """A name that ends in a number sign: one reader takes the sign, one drops it, one refuses."""
    return grown(pdf, PAGE, b"/Contents# 200 0 R", {200: FORGED})


@forgery(EITHER)
def update_with_a_zero_in_a_name(pdf: bytes) -> bytes:
    """A name with a zero byte in it: where names end there, it is /Contents."""
    return grown(pdf, PAGE, b"/Contents#00 200 0 R", {200: FORGED})


@forgery(MODIFIED_PERHAPS_UNREAD)
def update_under_an_escaped_reference(pdf: bytes) -> bytes:
    """All names of the page are spelled with numbers, and one leads elsewhere."""
    text = sheet.text_of(pdf, PAGE).replace(b"11 0 R", b"200 0 R")
    spelled = re.sub(rb"/(Contents|Annots|Parent)", lambda found: b"/#%02x%s" % (found[1][0], found[1][1:]), text)
    return sheet.appended(pdf, {PAGE: spelled, 200: FORGED})


@forgery(EITHER)
def update_of_two_trailers(pdf: bytes) -> bytes:
    """Two trailers behind one table: one names the old catalog, one a new one."""
    made = sheet.appended(pdf, {200: b"<< /Type /Catalog /Pages 29 0 R >>"})
    place = made.rindex(b"startxref")
    return made[:place] + b"trailer\n<< /Root 200 0 R /Size 201 >>\n" + made[place:]


@forgery(EITHER)
def update_whose_object_ends_twice(pdf: bytes) -> bytes:
    """Between the end of one object and the next stands a third, which no table knows."""
    made = sheet.appended(pdf, {PAGE: objects()[PAGE], PAGES: objects()[PAGES]})
    text = b"endobj\n" + object_(CONTENT, FORGED)
    place = made.rindex(b"endobj\n3 0 obj")
    shifted = made[:place] + text + made[place + 7 :]
    old = made.rindex(b"3 0 obj")
    start = made.rindex(b"xref\n2 1")
    more = len(text) - 7
    shifted = shifted.replace(b"%010d 00000 n" % old, b"%010d 00000 n" % (old + more))
    return shifted[: shifted.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (start + more)
