"""The tree of pages and what a page inherits: which page is shown, how large, which way up."""

from __future__ import annotations

import sheet
from hostile import stream

from corpus import EITHER, MODIFIED, MODIFIED_PERHAPS_UNREAD, UNREAD, forgery, signing
from corpus.genuine import (
    BACK,
    BETTER,
    CATALOG,
    CONTENT,
    MARK,
    PAGE,
    PAGES,
    TEXT,
    half,
    objects,
    sealed,
    signed_by,
    unsigned,
)
from corpus.update import edited, grown

FORGED = stream(b"", TEXT.replace(MARK, BETTER))
TREE = b"/Type /Pages /MediaBox [0 0 595 842] /Resources 10 0 R"
BOTH = ("principal", "school_seal")


@forgery(MODIFIED)
def inherited_box_made_smaller(pdf: bytes) -> bytes:
    """Every page ends above the failed subject: a size that is inherited is the page's own."""
    return edited(pdf, PAGES, (b"0 0 595 842", b"0 690 595 842"))


@forgery(MODIFIED)
def page_cut(pdf: bytes) -> bytes:
    """A crop box leaves the good marks and cuts off the bad: what is not shown was signed as well."""
    return grown(pdf, PAGE, b"/CropBox [0 690 595 842]")


@forgery(MODIFIED)
def page_upside_down(pdf: bytes) -> bytes:
    """The tree turns every page: a 6 is a 9 the other way up."""
    return grown(pdf, PAGES, b"/Rotate 180")


@forgery(MODIFIED)
def page_in_another_unit(pdf: bytes) -> bytes:
    """The unit of length makes the page as small as a stamp: nobody can read what nobody shall."""
    return grown(pdf, PAGE, b"/UserUnit 0.01")


@forgery(MODIFIED)
def resources_of_the_page_itself(pdf: bytes) -> bytes:
    """The page had inherited its resources, and has its own now: the same names stand for other things."""
    return grown(pdf, PAGE, b"/Resources << /Font << /F1 23 0 R >> /XObject << /Dr 18 0 R /Im 16 0 R >> >>")


@forgery(MODIFIED_PERHAPS_UNREAD)
def page_under_another_parent(pdf: bytes) -> bytes:
    """The page names another parent, and inherits from it: no list of pages was touched."""
    parent = b"<< %s /Kids [ ] /Count 0 /Rotate 180 >>" % TREE
    return sheet.appended(pdf, {PAGE: sheet.text_of(pdf, PAGE).replace(b"2 0 R", b"200 0 R", 1), 200: parent})


@forgery(MODIFIED_PERHAPS_UNREAD)
def level_between_tree_and_page(pdf: bytes) -> bytes:
    """A node between the tree and the page, with resources of its own: inheritance comes from the nearest."""
    node = b"<< /Type /Pages /Parent 2 0 R /Kids [ 3 0 R ] /Count 1 /Resources << /Font << /F1 23 0 R >> >> >>"
    page = sheet.text_of(pdf, PAGE).replace(b"/Parent 2 0 R", b"/Parent 200 0 R")
    tree = sheet.text_of(pdf, PAGES).replace(b"[ 3 0 R", b"[ 200 0 R")
    return sheet.appended(pdf, {PAGE: page, PAGES: tree, 200: node})


@forgery(MODIFIED)
def pages_in_another_order(pdf: bytes) -> bytes:
    """The last year comes first: the order of pages is what was signed."""
    return edited(pdf, PAGES, (b"[ 3 0 R 29 0 R ]", b"[ 29 0 R 3 0 R ]"))


@forgery(MODIFIED_PERHAPS_UNREAD)
def page_shown_twice(pdf: bytes) -> bytes:
    """The good page stands in place of the bad one: one page, listed twice."""
    return edited(pdf, PAGES, (b"[ 3 0 R 29 0 R ]", b"[ 3 0 R 3 0 R ]"))


@forgery(MODIFIED_PERHAPS_UNREAD)
def fewer_pages_counted(pdf: bytes) -> bytes:
    """The tree counts one page and lists two: a viewer that counts shows one, a viewer that lists shows two."""
    return edited(pdf, PAGES, (b"/Count 2", b"/Count 1"))


@forgery(MODIFIED)
def page_more(pdf: bytes) -> bytes:
    """A page more, with a year that the pupil never attended: pages are not added."""
    page = b"<< /Type /Page /Parent 2 0 R /Contents 201 0 R >>"
    tree = sheet.text_of(pdf, PAGES).replace(b"29 0 R ]", b"29 0 R 200 0 R ]").replace(b"/Count 2", b"/Count 3")
    return sheet.appended(pdf, {PAGES: tree, 200: page, 201: FORGED})


@signing(MODIFIED)
def page_more_before_the_seal() -> bytes:
    """A page is added between the two signatures: the principal signed two, and answers for two."""
    return sealed(page_more(half()))


@forgery(MODIFIED)
def contents_that_grew(pdf: bytes) -> bytes:
    """The page has a second content behind its first: it is drawn over it."""
    text = sheet.text_of(pdf, PAGE).replace(b"/Contents 11 0 R", b"/Contents [ 11 0 R 200 0 R ]")
    return sheet.appended(pdf, {PAGE: text, 200: stream(b"", b"1 g 60 640 200 30 re f")})


@forgery(MODIFIED_PERHAPS_UNREAD)
def page_made_a_template(pdf: bytes) -> bytes:
    """The page is a template now, and templates are not shown: what was signed is to be seen."""
    return edited(pdf, PAGE, (b"/Type /Page ", b"/Type /Template "))


@forgery(MODIFIED)
def page_that_turns_by_itself(pdf: bytes) -> bytes:
    """After a second the next page is shown: a presentation of what nobody shall read."""
    return grown(pdf, PAGE, b"/Dur 1 /Trans << /S /Replace >>")


@forgery(MODIFIED)
def labels_of_pages(pdf: bytes) -> bytes:
    """The pages are called after another school: labels are shown beside pages, and belong to the catalog."""
    return grown(pdf, CATALOG, b"/PageLabels << /Nums [ 0 << /P (THPT Chuyen ) /S /D >> ] >>")


@forgery(MODIFIED)
def preferences_of_the_viewer(pdf: bytes) -> bytes:
    """The title bar shows a title of the forger's, and no tools: how a file is shown was signed with it."""
    return grown(pdf, CATALOG, b"/ViewerPreferences << /DisplayDocTitle true /HideToolbar true >>")


@forgery(MODIFIED)
def picture_of_the_page(pdf: bytes) -> bytes:
    """A thumbnail of a better page: the clerk who looks at the small pictures sees it."""
    image = b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    return grown(pdf, PAGE, b"/Thumb 200 0 R", {200: stream(image, b"\xff")})


# The draft itself is such that viewers show different pages.


@signing(UNREAD)
def tree_that_counts_fewer_than_it_lists() -> bytes:
    """Signed as it stands, and each signer saw other pages: a count that is not the number of pages is no file."""
    return signed_by(*BOTH, pdf=unsigned({PAGES: objects()[PAGES].replace(b"/Count 2", b"/Count 1")}))


@signing(UNREAD)
def tree_in_a_circle() -> bytes:
    """A node is its own grandchild: how many pages there are depends on when a reader stops."""
    node = b"<< /Type /Pages /Parent 2 0 R /Kids [ 2 0 R ] /Count 1 >>"
    tree = objects()[PAGES].replace(b"29 0 R", b"40 0 R")
    return signed_by(*BOTH, pdf=unsigned({PAGES: tree, 40: node}))


@signing(UNREAD)
def page_of_two_parents() -> bytes:
    """The page is listed by one node and names another: readers inherit from the one or the other."""
    page = objects()[PAGE].replace(b"/Parent 2 0 R", b"/Parent 40 0 R")
    return signed_by(*BOTH, pdf=unsigned({PAGE: page, 40: b"<< %s /Kids [ 3 0 R ] /Count 1 /Rotate 180 >>" % TREE}))


@signing(EITHER)
def page_of_two_parents_and_an_update() -> bytes:
    """The other parent is written anew after signing: it is no page, and the page inherits from it."""
    return edited(page_of_two_parents(), 40, (b"/Rotate 180", b"/Rotate 90"))


@forgery(MODIFIED_PERHAPS_UNREAD)
def back_made_the_front(pdf: bytes) -> bytes:
    """The second page's number holds the forged first page: a number is signed with what stands under it."""
    page = sheet.text_of(pdf, BACK).replace(b"30 0 R", b"200 0 R")
    return sheet.appended(pdf, {BACK: page, 200: FORGED})


@forgery(MODIFIED)
def content_emptied(pdf: bytes) -> bytes:
    """The page is blank: then the attached record is all there is, and it was signed together with the page."""
    return sheet.appended(pdf, {CONTENT: stream(b"", b"")})
