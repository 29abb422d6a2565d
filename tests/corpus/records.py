"""The attached record: swapped, doubled, hidden under another name, or wrapped in a filter."""

from __future__ import annotations

from typing import Any

import sheet
import world
from cases.attachment import alone, annotated, another, no_stream, two_names, two_streams
from cases.record import bent
from cases.record_text import AMENDMENT, SUPERSEDES
from hostile import stream

from corpus import MODIFIED, MODIFIED_PERHAPS_UNREAD, among, forgery, signing, told
from corpus.genuine import CATALOG, FILE, PAGE, RECORD, half, objects, sealed, signed_by, unsigned
from corpus.update import edited, grown
from issuers import kit

SWAPPED = told("MODIFIED_AFTER_SIGNING", perhaps=("RECORD_INCONSISTENT", "CANNOT_BE_JUDGED"))
"""A second record in the file contradicts the first one, whichever is the signed one."""
INCONSISTENT = told("RECORD_INCONSISTENT")
TAMPERED = told(
    "MODIFIED_AFTER_SIGNING",
    "RECORD_INCONSISTENT",
    perhaps=("REGISTER_MISMATCH", "SCORES_DISAGREE", "CANNOT_BE_JUDGED"),
)
BOTH = ("principal", "school_seal")

BETTER = sheet.RECORD.replace(b'"year":7', b'"year":9')
HEAD = b"/Type /EmbeddedFile /Subtype /application#2fjson"
SPEC = b"<< /Type /Filespec /F (transcript.json) /UF (transcript.json) /EF << /F 201 0 R /UF 201 0 R >> >>"


def attached(pdf: bytes, number: int, old: bytes, new: bytes) -> bytes:
    """A second record in the file, and an object that leads to it."""
    text = sheet.text_of(pdf, number)
    if old not in text:
        raise LookupError(old)
    return sheet.appended(pdf, {number: text.replace(old, new), 200: SPEC, 201: stream(HEAD, BETTER)})


@forgery(MODIFIED)
def record_saved_anew(pdf: bytes) -> bytes:
    """The record says 9 where it said 7: the page is signed and unchanged, and so was the record."""
    return sheet.appended(pdf, {RECORD: stream(HEAD, BETTER)})


@signing(TAMPERED)
def record_saved_anew_before_the_seal() -> bytes:
    """The record is exchanged between the signatures: it must be the same in the revision of each."""
    return sealed(sheet.appended(half(), {RECORD: stream(HEAD, BETTER)}))


@forgery(MODIFIED)
def record_behind_a_filter(pdf: bytes) -> bytes:
    """The same record, told to be read through a filter: what comes out is what counts."""
    return edited(pdf, RECORD, (b"/Type /EmbeddedFile", b"/Type /EmbeddedFile /Filter /ASCIIHexDecode"))


@forgery(MODIFIED_PERHAPS_UNREAD)
def record_in_a_file_elsewhere(pdf: bytes) -> bytes:
    """The stream's data lie in an external file: what is not in the file was not signed."""
    return edited(pdf, RECORD, (b"/Type /EmbeddedFile", b"/Type /EmbeddedFile /F (bang diem.json)"))


@forgery(MODIFIED)
def record_of_the_specification(pdf: bytes) -> bytes:
    """The file specification leads to another stream: the signed one is there, and nobody finds it."""
    return sheet.appended(pdf, {FILE: objects()[FILE].replace(b"21 0 R", b"201 0 R"), 201: stream(HEAD, BETTER)})


@forgery(SWAPPED)
def record_of_one_key_alone(pdf: bytes) -> bytes:
    """The specification leads to one record under /F and to another under /UF: for each reader its own."""
    text = objects()[FILE].replace(b"/UF 21 0 R", b"/UF 201 0 R")
    return sheet.appended(pdf, {FILE: text, 201: stream(HEAD, BETTER)})


@forgery(SWAPPED)
def record_associated_anew(pdf: bytes) -> bytes:
    """The catalog's list of associated files leads to another record: the name tree to the signed one."""
    return attached(pdf, CATALOG, b"/AF [ 20 0 R ]", b"/AF [ 200 0 R ]")


@forgery(SWAPPED)
def record_in_the_name_tree_anew(pdf: bytes) -> bytes:
    """The name tree leads to another record: the list of associated files to the signed one."""
    return attached(pdf, CATALOG, b") 20 0 R", b") 200 0 R")


@forgery(SWAPPED)
def record_in_both_places_anew(pdf: bytes) -> bytes:
    """Both places lead to another record: they agree, and neither is signed."""
    return attached(pdf, CATALOG, b" 20 0 R", b" 200 0 R")


@forgery(SWAPPED)
def second_record_behind_the_first(pdf: bytes) -> bytes:
    """A second record in the list: a transcript has exactly one."""
    return attached(pdf, CATALOG, b"/AF [ 20 0 R ]", b"/AF [ 20 0 R 200 0 R ]")


@forgery(SWAPPED)
def record_of_the_page(pdf: bytes) -> bytes:
    """The page has an associated file of its own, of the same name: a viewer lists it with the others."""
    text = sheet.text_of(pdf, PAGE).removesuffix(b">>") + b"/AF [ 200 0 R ] >>"
    return sheet.appended(pdf, {PAGE: text, 200: SPEC, 201: stream(HEAD, BETTER)})


@forgery(SWAPPED)
def collection_that_opens_the_other_record(pdf: bytes) -> bytes:
    """The file becomes a collection, and opens the forger's record instead of the page."""
    entry = b"/Collection << /Type /Collection /View /H /D (transcript.json) >>"
    return grown(pdf, CATALOG, entry, {200: SPEC, 201: stream(HEAD, BETTER)})


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("RECORD_INCONSISTENT", "NOT_IDENTIFIED", "CANNOT_BE_JUDGED")))
def record_taken_away(pdf: bytes) -> bytes:
    """No record any more: the page alone shall speak, without number and version."""
    return edited(pdf, CATALOG, (b"/AF [ 20 0 R ]", b""), (b") 20 0 R", b") null"))


@signing(among("MODIFIED_AFTER_SIGNING", "RECORD_INCONSISTENT", "CANNOT_BE_JUDGED"))
def record_under_a_key_that_waited() -> bytes:
    """The catalog's list names a number that is given out after signing: the record comes late."""
    root = objects()[CATALOG].replace(b"/AF [ 20 0 R ]", b"/AF [ 20 0 R 200 0 R ]")
    pdf = signed_by(*BOTH, pdf=unsigned({CATALOG: root}))
    return sheet.appended(pdf, {200: SPEC, 201: stream(HEAD, BETTER)})


# Drafts with two records: both signed what each saw.


@signing(INCONSISTENT)
def record_and_a_second_one() -> bytes:
    """Two records, both signed: version 1 for the school, version 2 for the clerk."""
    return bent(another(BETTER))


@signing(INCONSISTENT)
def record_and_one_in_capitals() -> bytes:
    """The second one is called TRANSCRIPT.JSON: a clerk reads names, not bytes."""
    return bent(another(BETTER, name="TRANSCRIPT.JSON"))


@signing(INCONSISTENT)
def record_and_one_with_an_unseen_letter() -> bytes:
    """The second one's name has a letter of no width: both look alike."""
    return bent(another(BETTER, name="transcript\u200b.json"))


@signing(INCONSISTENT)
def record_and_one_in_a_folder() -> bytes:
    """The second one stands in a folder, which a viewer strips off."""
    return bent(another(BETTER, name="../transcript.json"))


@signing(INCONSISTENT)
def record_and_one_on_the_page() -> bytes:
    """A pin on the page holds another record: the clerk clicks on it."""
    return bent(annotated)


@signing(INCONSISTENT)
def record_of_two_streams() -> bytes:
    """One specification, two streams: one for each of the keys under which readers look."""
    return bent(two_streams)


@signing(INCONSISTENT)
def record_of_two_names() -> bytes:
    """One specification, two names: under one of them it is a record, under the other something else."""
    return bent(two_names)


@signing(INCONSISTENT)
def record_without_a_stream() -> bytes:
    """A specification that leads nowhere: a record is there, and cannot be read."""
    return bent(no_stream)


@signing(INCONSISTENT)
def record_in_one_place_alone() -> bytes:
    """Only the name tree knows it: a reader that asks the catalog finds another, or none."""
    return bent(alone(listed=False, filed=True))


# The record itself.


def recorded(content: bytes) -> bytes:
    """Signed by both with these bytes as the record."""
    return signed_by(*BOTH, pdf=unsigned({RECORD: stream(HEAD, content)}))


def marked(**changes: Any) -> bytes:  # noqa: ANN401 - JSON values
    """Signed by both with a record that differs."""
    return recorded(kit.canonical(world.record(**changes)))


@signing(told("REGISTER_MISMATCH", perhaps=("SCORES_DISAGREE",)))
def better_record_under_the_same_number() -> bytes:
    """Both sign once more, with better marks and the same version: the register knows what was issued."""
    return recorded(BETTER)


@signing(told("NOT_REGISTERED"))
def version_that_was_never_issued() -> bytes:
    """A correction that the register has not heard of: a version above the newest is not registered."""
    return marked(version=2, supersedes=SUPERSEDES, amendment=AMENDMENT)


@signing(INCONSISTENT)
def record_with_a_key_twice() -> bytes:
    """The version stands there twice: one reader takes the first, one the last."""
    return recorded(sheet.RECORD.replace(b'"version":1', b'"version":1,"version":1'))


@signing(INCONSISTENT)
def record_with_a_name_turned_around() -> bytes:
    """A character that turns the line around: the name reads as another's."""
    return recorded(sheet.RECORD.replace(b'"full_name":"', b'"full_name":"\xe2\x80\xae'))


@signing(told("ISSUER_MISMATCH", perhaps=("ROLE_MISSING", "UNKNOWN_ISSUER", "RECORD_INCONSISTENT", "UNREGISTERED")))
def record_of_another_school() -> bytes:
    """Principal and seal sign a transcript of a school that is not theirs."""
    return marked(issuer=world.record()["issuer"] | {"code": world.OTHER})


@signing(told("RECORD_INCONSISTENT", perhaps=("REGISTER_MISMATCH",)))
def record_dated_tomorrow() -> bytes:
    """Issued on a day that has not come: for an office that somebody will hold."""
    return marked(issued_on="2026-12-24")
