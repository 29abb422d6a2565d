"""Shadow attacks: the forger writes the draft, both sign it in good faith, and what waited in it comes to light."""

from __future__ import annotations

from functools import cache

import sheet
from hostile import object_, stream

from corpus import EITHER, MODIFIED, MODIFIED_PERHAPS_UNREAD, REFUSED, UNJUDGED, among, forgery, signing
from corpus.genuine import (
    ANNOTATIONS,
    BETTER,
    CATALOG,
    CONTENT,
    FORM,
    IMAGE,
    MARK,
    NOTE,
    PAGE,
    RESOURCES,
    TEXT,
    objects,
    signed_by,
    unsigned,
)
from corpus.update import edited, update

FORGED = stream(b"", TEXT.replace(MARK, BETTER))
OVER = stream(b"", b"BT /F1 12 Tf 60 640 Td (TOAN 10) Tj ET")
NOTICE = b"<< /Type /Annot /Subtype /FreeText /Rect [60 676 260 692] /F 4 /Contents (10) /DA (/F1 12 Tf) >>"
FREE = b"0000000000 00001 f \n"

BOTH = ("principal", "school_seal")


# Hide: what covered the truth disappears.


@forgery(MODIFIED)
def cover_made_null(pdf: bytes) -> bytes:
    """A picture covered the better mark: it is null now, and what lay under it was never shown to the signers."""
    return sheet.appended(pdf, {IMAGE: b"null"})


@forgery(EITHER)
def cover_set_free(pdf: bytes) -> bytes:
    """The picture's number is given back to the free list: a reference to a free number is a reference to nothing."""
    return update(pdf, {}, rows={IMAGE: FREE})


@forgery(EITHER)
def note_set_free(pdf: bytes) -> bytes:
    """The note that covered something is freed: the list of annotations is the signed one, and shows less."""
    return update(pdf, {}, rows={NOTE: FREE})


@forgery(MODIFIED)
def cover_made_transparent(pdf: bytes) -> bytes:
    """The picture stays and lets through what lies below: a mask is part of a picture."""
    return edited(pdf, IMAGE, (b"/BitsPerComponent 8", b"/BitsPerComponent 8 /Mask [0 255]"))


# Replace and hide-and-replace: a second version is in the signed file already.


@cache
def second_tree() -> bytes:
    """A second tree of pages stands in the signed file; nothing leads to it."""
    tree = b"<< /Type /Pages /Kids [ 41 0 R 29 0 R ] /Count 2 /MediaBox [0 0 595 842] /Resources 10 0 R >>"
    page = b"<< /Type /Page /Parent 40 0 R /Contents 42 0 R /Annots 31 0 R >>"
    root = objects()[CATALOG].replace(b"/Pages 2 0 R", b"/Pages 40 0 R")
    return signed_by(*BOTH, pdf=unsigned({40: tree, 41: page, 42: FORGED, 43: root}))


@forgery(MODIFIED_PERHAPS_UNREAD, of=second_tree)
def catalog_leads_to_the_second_tree(pdf: bytes) -> bytes:
    """The catalog names other pages, which were in the file when it was signed: signed is what was shown."""
    return edited(pdf, CATALOG, (b"/Pages 2 0 R", b"/Pages 40 0 R"))


@forgery(EITHER, of=second_tree)
def trailer_leads_to_the_second_catalog(pdf: bytes) -> bytes:
    """The trailer names the second catalog: no object was touched, and every page is another."""
    return update(pdf, {}, trailer=b"/Root 43 0 R")


@forgery(MODIFIED_PERHAPS_UNREAD, of=second_tree)
def page_leads_to_the_second_content(pdf: bytes) -> bytes:
    """The page names the other content: it was signed, too, and it was never seen."""
    return edited(pdf, PAGE, (b"/Contents 11 0 R", b"/Contents 42 0 R"))


@signing(UNJUDGED)
def two_versions() -> bytes:
    """The page's content stands twice in the signed file, under one number: who searches it takes the other one."""
    made = unsigned({40: b"<< /Length 0000 >>"})
    hidden = object_(40, stream(b"", object_(CONTENT, FORGED)))
    grown = sheet.appended(made, {40: hidden.removeprefix(b"40 0 obj\n").removesuffix(b"\nendobj\n")})
    return signed_by(*BOTH, pdf=grown)


@signing(EITHER)
def table_leads_to_the_other_version() -> bytes:
    """An update that holds a table and no object: it leads to what stood in the signed bytes all the time."""
    pdf = two_versions()
    return update(pdf, {}, rows={CONTENT: b"%010d 00000 n \n" % pdf.rindex(b"11 0 obj")})


@cache
def second_form() -> bytes:
    """A second form stands in the signed file: its one field shows a better class."""
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (class) /V (12A9) /F 4 /Rect [60 560 260 580] /P 3 0 R >>"
    form = objects()[FORM].replace(b"9 0 R", b"41 0 R")
    return signed_by(*BOTH, pdf=unsigned({40: form, 41: field}))


@forgery(MODIFIED_PERHAPS_UNREAD, of=second_form)
def catalog_leads_to_the_second_form(pdf: bytes) -> bytes:
    """The catalog names the other form: forms are not exchanged after signing."""
    return edited(pdf, CATALOG, (b"/AcroForm 4 0 R", b"/AcroForm 40 0 R"))


@forgery(MODIFIED_PERHAPS_UNREAD, of=second_form)
def form_leads_to_the_second_field(pdf: bytes) -> bytes:
    """The form lists the other field of the same name: the list of fields grows by signatures, and never shrinks."""
    return edited(pdf, FORM, (b"9 0 R", b"41 0 R"))


# Waiting: the signed file names numbers that are not given out yet.


def waiting(number: int, old: bytes, new: bytes) -> bytes:
    """Signed by both, with a reference to an object that does not exist."""
    return signed_by(*BOTH, pdf=unsigned({number: objects()[number].replace(old, new)}))


@cache
def waiting_note() -> bytes:
    """The list of annotations names number 200."""
    return waiting(ANNOTATIONS, b" ]", b" 200 0 R ]")


@cache
def waiting_content() -> bytes:
    """The page's content is an array, and its second entry is number 200."""
    return waiting(PAGE, b"/Contents 11 0 R", b"/Contents [ 11 0 R 200 0 R ]")


@cache
def waiting_drawing() -> bytes:
    """The resources know a drawing of number 200, and the page draws it."""
    drawn = {CONTENT: stream(b"", TEXT + b" /Later Do")}
    known = {RESOURCES: objects()[RESOURCES].replace(b"/Dr 17 0 R", b"/Dr 17 0 R /Later 200 0 R")}
    return signed_by(*BOTH, pdf=unsigned(drawn | known))


@signing(EITHER)
def note_that_was_waited_for() -> bytes:
    """A new object, and the page that was signed shows it: new numbers may be used for nothing that is seen."""
    pdf = waiting_note()
    return sheet.appended(pdf, {200: NOTICE})


@signing(EITHER)
def content_that_was_waited_for() -> bytes:
    """The second half of the page comes after the signatures: it was nothing when they were made."""
    pdf = waiting_content()
    return sheet.appended(pdf, {200: OVER})


@signing(EITHER)
def drawing_that_was_waited_for() -> bytes:
    """A drawing that the page asked for arrives late: nobody has signed it."""
    pdf = waiting_drawing()
    look = stream(b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources 10 0 R", b"BT (TOAN 10) Tj ET")
    return sheet.appended(pdf, {200: look})


@signing(among("MODIFIED_AFTER_SIGNING", "CANNOT_BE_JUDGED", "UNKNOWN_KEY", REFUSED))
def content_waited_for_as_a_certificate() -> bytes:
    """The late content comes as a certificate of the security store: it is one object, and it is on the page."""
    pdf = waiting_content()
    root = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS << /Type /DSS /Certs [ 200 0 R ] >> >>"
    return sheet.appended(pdf, {CATALOG: root, 200: OVER})


@signing(EITHER)
def content_waited_for_as_the_security_store() -> bytes:
    """The late content is the security store itself, a stream that is a dictionary: it is drawn all the same."""
    pdf = waiting_content()
    root = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/DSS 200 0 R >>"
    return sheet.appended(pdf, {CATALOG: root, 200: OVER.replace(b"<<", b"<< /Type /DSS /Certs [ ]", 1)})


@signing(EITHER)
def content_waited_for_as_metadata() -> bytes:
    """The late content comes as metadata, which may change: but not what a page shows."""
    pdf = waiting_content()
    root = sheet.text_of(pdf, CATALOG).removesuffix(b">>") + b"/Metadata 200 0 R >>"
    rdf = b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><!--\nBT /F1 12 Tf (TOAN 10) Tj ET\n-->"
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>%s</rdf:RDF></x:xmpmeta>" % rdf
    return sheet.appended(pdf, {CATALOG: root, 200: stream(b"/Type /Metadata /Subtype /XML", xmp)})


@signing(EITHER)
def content_waited_for_as_information() -> bytes:
    """The late content comes as document information: it may change, and it is no content."""
    pdf = waiting_content()
    return update(pdf, {200: OVER}, trailer=b"/Root 1 0 R /Info 200 0 R")


@signing(EITHER)
def note_waited_for_as_a_signature_field() -> bytes:
    """The late annotation is an empty signature field, visible and drawn over the marks: it fills no role."""
    pdf = waiting_note()
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (more) /F 4 /Rect [60 676 260 692] /P 3 0 R >>"
    form = sheet.text_of(pdf, FORM).replace(b"9 0 R ]", b"9 0 R 200 0 R ]")
    return sheet.appended(pdf, {FORM: form, 200: field})


# Shared: one object is part of the page and of something that may change.


@cache
def shared_metadata() -> bytes:
    """The metadata is also the second half of the page's content."""
    xmp = stream(b"/Type /Metadata /Subtype /XML", XMP % b"")
    page = objects()[PAGE].replace(b"/Contents 11 0 R", b"/Contents [ 11 0 R 40 0 R ]")
    root = objects()[CATALOG].removesuffix(b">>") + b"/Metadata 40 0 R >>"
    return signed_by(*BOTH, pdf=unsigned({CATALOG: root, PAGE: page, 40: xmp}))


XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<!-- %s --></rdf:RDF></x:xmpmeta>"
)


@signing(EITHER)
def metadata_that_is_drawn() -> bytes:
    """Metadata may change: not where the page draws it; here already the seal's own revision brings it up to date."""
    pdf = shared_metadata()
    words = XMP % b"\nBT /F1 12 Tf 60 640 Td (TOAN 10) Tj ET\n"
    return sheet.appended(pdf, {40: stream(b"/Type /Metadata /Subtype /XML", words)})


@cache
def shared_lists() -> bytes:
    """The security store's list of CRLs is also the list of the page's contents."""
    page = objects()[PAGE].replace(b"/Contents 11 0 R", b"/Contents 40 0 R")
    root = objects()[CATALOG].removesuffix(b">>") + b"/DSS << /Type /DSS /CRLs 40 0 R >> >>"
    return signed_by(*BOTH, pdf=unsigned({CATALOG: root, PAGE: page, 40: b"[ 11 0 R ]"}))


@forgery(EITHER, of=shared_lists)
def revocation_list_that_is_drawn(pdf: bytes) -> bytes:
    """A CRL more in the list: which is a content more on the page."""
    return sheet.appended(pdf, {40: b"[ 11 0 R 200 0 R ]", 200: OVER})


@cache
def shared_record_of_validation() -> bytes:
    """An entry of the store's records of validation is the page's content."""
    store = b"<< /Type /DSS /VRI << /%s 11 0 R >> >>" % (b"AB" * 20)
    root = objects()[CATALOG].removesuffix(b">>") + b"/DSS 40 0 R >>"
    return signed_by(*BOTH, pdf=unsigned({CATALOG: root, 40: store}))


@forgery(EITHER, of=shared_record_of_validation)
def record_of_validation_that_is_drawn(pdf: bytes) -> bytes:
    """A record of validation is brought up to date: which is the page's content."""
    return sheet.appended(pdf, {CONTENT: FORGED.replace(b"<<", b"<< /Cert [ ] /TU (D:20260601000000Z)", 1)})


@cache
def shared_extensions() -> bytes:
    """The catalog's extensions are the drawing of the page's font."""
    root = objects()[CATALOG].removesuffix(b">>") + b"/Extensions 13 0 R >>"
    return signed_by(*BOTH, pdf=unsigned({CATALOG: root}))


@forgery(EITHER, of=shared_extensions)
def extensions_that_are_an_encoding(pdf: bytes) -> bytes:
    """Extensions grow with every tool: here they are the font's encoding, and a 5 is drawn as a 9."""
    return edited(pdf, 13, (b"/five", b"/nine"))


@cache
def shared_fields() -> bytes:
    """The form's list of fields is the page's list of annotations."""
    form = objects()[FORM].replace(b"[ 5 0 R 6 0 R 7 0 R 9 0 R ]", b"31 0 R")
    return signed_by(*BOTH, pdf=unsigned({FORM: form, ANNOTATIONS: b"[ 5 0 R 6 0 R 7 0 R 9 0 R ]"}))


@forgery(EITHER, of=shared_fields)
def field_that_is_a_note(pdf: bytes) -> bytes:
    """The list of fields grows by one that is no field: it is an annotation as well."""
    return sheet.appended(pdf, {ANNOTATIONS: b"[ 5 0 R 6 0 R 7 0 R 9 0 R 200 0 R ]", 200: NOTICE})


@cache
def shared_information() -> bytes:
    """The document information is also the map from characters to text."""
    made = unsigned()
    return signed_by(*BOTH, pdf=made.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 22 0 R", 1))


@forgery(EITHER, of=shared_information)
def information_that_is_a_state_of_graphics(pdf: bytes) -> bytes:
    """Document information may change: here it is what the page draws with."""
    return update(pdf, {22: b"<< /Type /ExtGState /ca 0 /CA 0 >>"}, trailer=b"/Root 1 0 R /Info 22 0 R")
