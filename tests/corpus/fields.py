"""The form and its fields: what may be filled after signing is a signature, and nothing else."""

from __future__ import annotations

import re

import sheet
from hostile import stream

from corpus import ANY_FAULT, EITHER, MODIFIED, MODIFIED_PERHAPS_UNREAD, among, forgery, signing, told
from corpus.genuine import CLASS, CLASS_LOOK, FORM, NOTARY, PRINCIPAL, SEAL, half, sealed, value_of
from corpus.update import edited, grown

RENAMED = told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED", "APPEARANCE_ADDED", "ROLE_MISSING"))
"""The same signature under another name may look like a new one."""


@forgery(MODIFIED)
def value_of_a_text_field(pdf: bytes) -> bytes:
    """The class reads 12A9: filling in a form is what forms are for, but not after signing."""
    return edited(pdf, CLASS, (b"/V (12A1)", b"/V (12A9)"))


@forgery(MODIFIED)
def look_of_a_text_field(pdf: bytes) -> bytes:
    """The value says 12A1 and the face 12A9: the face was signed as well."""
    return edited(pdf, CLASS_LOOK, (b"12A1", b"12A9"))


@signing(MODIFIED)
def text_field_before_the_seal() -> bytes:
    """The form is filled between the two signatures: the principal signed it with another value."""
    return sealed(edited(half(), CLASS, (b"/V (12A1)", b"/V (12A9)")))


@forgery(MODIFIED)
def text_field_made_writable(pdf: bytes) -> bytes:
    """The field loses its protection: the next one who opens the file can write into it."""
    return edited(pdf, CLASS, (b"/Ff 1", b"/Ff 0"))


@forgery(MODIFIED)
def form_that_draws_itself_anew(pdf: bytes) -> bytes:
    """A viewer is asked to draw all fields itself: by fonts and values that others may have changed."""
    return grown(pdf, FORM, b"/NeedAppearances true")


@forgery(MODIFIED)
def default_font_of_the_form(pdf: bytes) -> bytes:
    """The form's font is another one: fields that are drawn anew show other characters."""
    return edited(pdf, FORM, (b"/F1 12 0 R", b"/F1 23 0 R"))


@forgery(MODIFIED)
def fields_that_are_calculated(pdf: bytes) -> bytes:
    """An order of calculation: what a field shows is to be reckoned when the file is opened."""
    return grown(pdf, FORM, b"/CO [ 9 0 R ]")


@forgery(told("MODIFIED_AFTER_SIGNING", "ACTIVE_CONTENT", perhaps=("CANNOT_BE_JUDGED",)))
def form_of_another_kind(pdf: bytes) -> bytes:
    """A form in XML takes the place of the page in some viewers: it was not there when both signed."""
    return grown(pdf, FORM, b"/XFA 200 0 R", {200: stream(b"", b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")})


@forgery(RENAMED)
def seal_renamed(pdf: bytes) -> bytes:
    """The school's seal becomes the seal of the department: a field's name is under the principal's signature."""
    return sheet.appended(pdf, {SEAL: re.sub(rb"/T \(.*?\)", b"/T (department)", sheet.text_of(pdf, SEAL))})


@forgery(RENAMED)
def seal_moved(pdf: bytes) -> bytes:
    """The seal lies over the marks now: its place is what the signers saw."""
    return edited(pdf, SEAL, (b"320 100 520 160", b"60 660 260 720"))


@forgery(RENAMED)
def seal_grown(pdf: bytes) -> bytes:
    """The seal is as large as the page: whatever it shows, the page is not seen."""
    return edited(pdf, SEAL, (b"320 100 520 160", b"0 0 595 842"))


@forgery(MODIFIED)
def face_of_the_seal(pdf: bytes) -> bytes:
    """The seal shows better marks: the appearance of a signature is part of what it signed."""
    text = re.sub(rb"/AP <<.*?>>", b"/AP << /N 200 0 R >>", sheet.text_of(pdf, SEAL), flags=re.DOTALL)
    look = stream(b"/Type /XObject /Subtype /Form /BBox [0 0 200 60] /Resources 10 0 R", b"BT (TOAN 10) Tj ET")
    return sheet.appended(pdf, {SEAL: text, 200: look})


@forgery(MODIFIED)
def seal_hidden(pdf: bytes) -> bytes:
    """The field is hidden and the signature stays: the clerk shall not see who signed."""
    return edited(pdf, SEAL, (b"/F 132", b"/F 2"))


@forgery(among("MODIFIED_AFTER_SIGNING", "ROLE_MISSING", "CANNOT_BE_JUDGED"))
def seal_taken_out_of_the_form(pdf: bytes) -> bytes:
    """The form no longer lists the seal: the signature is in the file, and in no form."""
    return edited(pdf, FORM, (b" 6 0 R", b""))


@forgery(among("MODIFIED_AFTER_SIGNING", "NO_SIGNATURE", "ROLE_MISSING", "CANNOT_BE_JUDGED"))
def form_taken_away(pdf: bytes) -> bytes:
    """An empty form: the file is unsigned, says the forger, and the marks are just a draft."""
    return edited(pdf, FORM, (b"/Fields [ 5 0 R 6 0 R 7 0 R 9 0 R ]", b"/Fields [ ]"))


@forgery(MODIFIED_PERHAPS_UNREAD)
def signature_of_the_principal_for_the_notary(pdf: bytes) -> bytes:
    """A third field shows the principal's signature once more: one signature fills one field."""
    return grown(pdf, NOTARY, b"/V %d 0 R" % value_of(pdf, PRINCIPAL))


@forgery(among("MODIFIED_AFTER_SIGNING", "SIGNATURE_BROKEN", "CANNOT_BE_JUDGED"))
def signatures_exchanged(pdf: bytes) -> bytes:
    """Each field refers to the other's signature: the one who signed first seems to have signed last."""
    one, two = value_of(pdf, PRINCIPAL), value_of(pdf, SEAL)
    held = {
        PRINCIPAL: sheet.text_of(pdf, PRINCIPAL).replace(b"/V %d 0 R" % one, b"/V %d 0 R" % two),
        SEAL: sheet.text_of(pdf, SEAL).replace(b"/V %d 0 R" % two, b"/V %d 0 R" % one),
    }
    return sheet.appended(pdf, held)


@forgery(ANY_FAULT)
def signature_with_another_reason(pdf: bytes) -> bytes:
    """The dictionary of the seal says why it was set, in the forger's words: it is under its own hash."""
    return grown(pdf, value_of(pdf, SEAL), b"/Reason (Thay the ban truoc)")


@forgery(EITHER)
def second_field_of_the_same_name(pdf: bytes) -> bytes:
    """Another field "school_seal", drawn elsewhere: which of the two is signed?"""
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (school_seal) /F 132 /Rect [60 660 260 720] /P 3 0 R >>"
    text = sheet.text_of(pdf, FORM).replace(b"9 0 R ]", b"9 0 R 200 0 R ]")
    return sheet.appended(pdf, {FORM: text, 200: field})


@forgery(RENAMED)
def widget_more_for_the_seal(pdf: bytes) -> bytes:
    """The seal has a second face, over the marks: one field, two places."""
    child = b"<< /Type /Annot /Subtype /Widget /Parent 6 0 R /F 132 /Rect [60 660 260 720] /P 3 0 R >>"
    return grown(pdf, SEAL, b"/Kids [ 200 0 R ]", {200: child})


@forgery(MODIFIED)
def empty_field_for_later(pdf: bytes) -> bytes:
    """An empty, visible field more, behind both signatures: it will be filled with something."""
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (later) /F 132 /Rect [60 660 260 720] /P 3 0 R >>"
    text = sheet.text_of(pdf, FORM).replace(b"9 0 R ]", b"9 0 R 200 0 R ]")
    return sheet.appended(pdf, {FORM: text, 200: field})
