"""The edges of a file: what stands before the header, behind the end, and what else the bytes could be."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pikepdf
from hostile import object_

from corpus import ANY_FAULT, REFUSED, UNREAD, among, forgery, told
from corpus.genuine import BETTER, CONTENT, MARK
from corpus.incremental import FORGED
from corpus.update import update

SHIFTED = among(
    "SIGNATURE_BROKEN", "CANNOT_BE_JUDGED", "MODIFIED_AFTER_SIGNING", "ROLE_MISSING", "NO_QR_FOUND", REFUSED
)
"""No offset is where it was: every range covers other bytes."""
LOCKED = among(
    "CANNOT_BE_JUDGED", "SIGNATURE_BROKEN", "MODIFIED_AFTER_SIGNING", "NO_SIGNATURE", "ROLE_MISSING", REFUSED
)
"""Behind a password nobody knows what the clerk's viewer would show."""


# Behind the end.


@forgery(UNREAD)
def byte_behind_the_end(pdf: bytes) -> bytes:
    """One letter behind the last end mark: it is nobody's."""
    return pdf.rstrip(b"\n") + b"\nx"


@forgery(UNREAD)
def comment_behind_the_end(pdf: bytes) -> bytes:
    """A comment behind the end: what is a comment today is an object tomorrow."""
    return pdf + b"% 11 0 obj\n"


@forgery(UNREAD)
def end_behind_the_end(pdf: bytes) -> bytes:
    """A second end mark: the last kilobyte is where readers begin, and it has two ends."""
    return pdf + b"%%EOF\n"


@forgery(
    among("CANNOT_BE_JUDGED", "MODIFIED_AFTER_SIGNING", "SIGNATURE_BROKEN", "ROLE_MISSING", "NO_SIGNATURE", REFUSED)
)
def start_behind_the_end(pdf: bytes) -> bytes:
    """Another startxref, which leads to the principal's table: there the seal is not known."""
    return pdf + b"startxref\n17\n%%EOF\n"


@forgery(UNREAD)
def archive_behind_the_end(pdf: bytes) -> bytes:
    """An archive behind the end: for another program the file is an archive."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("bang diem.txt"), "TOAN 10")
    return pdf + out.getvalue()


@forgery(among("CANNOT_BE_JUDGED", "SIGNATURE_BROKEN", "ROLE_MISSING", "MODIFIED_AFTER_SIGNING", REFUSED))
def end_cut_off(pdf: bytes) -> bytes:
    """The last twenty bytes are missing: a reader that mends shows the file all the same."""
    return pdf[:-20]


@forgery(among("ROLE_MISSING", "MODIFIED_AFTER_SIGNING", "CANNOT_BE_JUDGED", REFUSED))
def seal_cut_off(pdf: bytes) -> bytes:
    """Cut back to the principal's revision, with a change behind it: what is cut off cannot contradict."""
    end = pdf.index(b"%%EOF", pdf.index(b"/ByteRange")) + 6
    return update(pdf[:end], {CONTENT: FORGED})


# Before the beginning.


@forgery(SHIFTED)
def bytes_before_the_header(pdf: bytes) -> bytes:
    """A few bytes in front, as mail programs put them: readers shift all places, or do not."""
    return b"From the school\n" + pdf


@forgery(SHIFTED)
def forged_file_before_the_header(pdf: bytes) -> bytes:
    """An object with better marks in front of the header: a reader that searches from the front finds it first."""
    return object_(CONTENT, FORGED) + pdf


@forgery(SHIFTED)
def header_beyond_the_first_kilobyte(pdf: bytes) -> bytes:
    """So much in front that the header is no longer where readers look."""
    return b"%" + b" " * 2000 + b"\n" + pdf


@forgery(SHIFTED)
def picture_in_front(pdf: bytes) -> bytes:
    """The file begins as a picture: for one program it is a photograph, for another a transcript."""
    return b"GIF89a\x01\x00\x01\x00\x00\x00\x00;" + pdf


@forgery(SHIFTED)
def markup_in_front(pdf: bytes) -> bytes:
    """The file begins as a web page, which shows the word valid in a browser."""
    return b"<html><body>HOP LE</body></html><!--\n" + pdf


@forgery(told("SIGNATURE_BROKEN", perhaps=("CANNOT_BE_JUDGED", REFUSED)))
def header_of_another_version(pdf: bytes) -> bytes:
    """The header names another version: the first nine bytes are signed like all others."""
    return pdf.replace(b"%PDF-1.7", b"%PDF-2.0", 1)


@forgery(told("SIGNATURE_BROKEN", perhaps=("CANNOT_BE_JUDGED", REFUSED)))
def marks_of_the_first_revision(pdf: bytes) -> bytes:
    """Only bytes of the draft are changed, from before anybody signed: the range begins with them."""
    return pdf.replace(MARK, BETTER, 1)


@forgery(ANY_FAULT)
def line_ends_rewritten(pdf: bytes) -> bytes:
    """Line feeds become pairs, as some programs do when they send a file: no offset holds, and no hash."""
    return pdf.replace(b"endobj\n", b"endobj\r\n")


# Locked.


def locked(pdf: bytes, user: str = "") -> bytes:
    """Encrypted by somebody who does not sign."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user=user), static_id=False)
    return out.getvalue()


@forgery(LOCKED)
def locked_with_an_empty_password(pdf: bytes) -> bytes:
    """Encrypted with no password at all: every viewer opens it, and every string in it is another."""
    return locked(pdf)


@forgery(LOCKED)
def locked_with_a_password(pdf: bytes) -> bytes:
    """Encrypted with a password that the forger sends along: what is shown is behind it."""
    return locked(pdf, "1234")


@forgery(LOCKED)
def locked_by_an_update(pdf: bytes) -> bytes:
    """An update says that the file is encrypted: what was plain is to be deciphered, and becomes something else."""
    entry = b"<< /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >>" % (b"o" * 32, b"u" * 32)
    return update(pdf, {200: entry}, trailer=b"/Root 1 0 R /Encrypt 200 0 R /ID [ <00> <00> ]")


@forgery(LOCKED)
def locked_by_nothing(pdf: bytes) -> bytes:
    """An update says that the file is encrypted by nothing: null, which some take for a lock."""
    return update(pdf, {CONTENT: FORGED}, trailer=b"/Root 1 0 R /Encrypt null")


@forgery(LOCKED)
def locked_with_a_filter_of_the_forgers(pdf: bytes) -> bytes:
    """The lock is one that only the forger's viewer has a key for."""
    return update(pdf, {200: b"<< /Filter /Forger >>"}, trailer=b"/Root 1 0 R /Encrypt 200 0 R")
