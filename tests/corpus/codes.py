"""QR codes: another pupil's on a signed page, a stranger's on paper, a true one on a page that nobody signed."""

from __future__ import annotations

from functools import cache
from typing import Any

import sheet
import world
from cases.codes import OTHER_NUMBER, code, forged, held, office, pen, png, printed, said, witnessed
from cases.codes import signed as signed_with

from corpus import forgery, signing, told
from issuers import symbol

NAME = "Trần Thị Khác"
MISMATCH = told("QR_MISMATCH", perhaps=("QR_ONLY",))
KNOWN: dict[str, Any] = {
    "more_keys": (held(pen()),),
    "appointments": (*world.Trust().appointments, office(pen())),
    "versions": (witnessed(),),
}
"""The registry knows the school's QR key, and the register the code."""


@cache
def coded() -> bytes:
    """A signed transcript with its code on the page."""
    return signed_with(code().text)


@signing(MISMATCH, of=coded, trust=KNOWN)
def code_of_another_pupil_on_a_signed_page() -> bytes:
    """The page was signed with a code that names another: who scans reads one name, who reads sees the other."""
    return signed_with(said(full_name=NAME))


@signing(MISMATCH, of=coded, trust=KNOWN)
def code_of_another_number_on_a_signed_page() -> bytes:
    """The code leads to another transcript, which is in order: the page is not that one."""
    return signed_with(said(number=OTHER_NUMBER))


@signing(MISMATCH, of=coded, trust=KNOWN)
def strangers_code_on_a_signed_page() -> bytes:
    """A stranger's code with another name: whoever sealed it, it contradicts what the page's record says."""
    return signed_with(said(pen("other"), full_name=NAME))


@signing(told("ROLE_MISSING", perhaps=("QR_ONLY",)), of=coded, trust=KNOWN)
def true_code_on_an_unsigned_page() -> bytes:
    """A true code, cut out and put on a page with better marks: the code is sealed, the page is signed by nobody."""
    return printed(code().text)


@signing(told("SIGNATURE_BROKEN", "ROLE_MISSING", perhaps=("QR_ONLY",)), of=coded, trust=KNOWN)
def broken_code_on_an_unsigned_page() -> bytes:
    """A code whose seal does not hold: it looks like any other."""
    return printed(forged())


@signing(told("SIGNATURE_BROKEN", perhaps=("QR_ONLY", "ROLE_MISSING")), of=coded, trust=KNOWN)
def broken_code_on_a_picture() -> bytes:
    """A photograph of paper whose code was changed by one byte."""
    return png(forged())


@signing(told("UNKNOWN_KEY", perhaps=("QR_ONLY", "ROLE_MISSING", "QR_MISMATCH")), of=coded, trust=KNOWN)
def strangers_code_on_a_picture() -> bytes:
    """The school's own claims under a stranger's seal: claims can be copied, a key cannot."""
    return png(symbol.text_of(symbol.seal(code().claims, pen("other")), code().text.partition("/V#")[0]))


@signing(MISMATCH, of=coded, trust=KNOWN)
def code_that_was_never_registered() -> bytes:
    """The school's QR key, stolen, seals another name under the same number: the register is the second witness."""
    return png(said(full_name=NAME))


@signing(MISMATCH, of=coded, trust=KNOWN)
def two_codes_on_one_paper() -> bytes:
    """The true code and another of the same number, side by side: the clerk scans the one that the forger points at."""
    return png(code().text, said(full_name=NAME))


@forgery(told("MODIFIED_AFTER_SIGNING", perhaps=("CANNOT_BE_JUDGED",)), of=coded, trust=KNOWN)
def code_taken_from_the_signed_page(pdf: bytes) -> bytes:
    """The page is emptied after signing, code and all: then nothing contradicts, and nothing is signed."""
    numbers = range(1, sheet.size_of(pdf))
    page = next(one for one in numbers if b"/MediaBox" in sheet.text_of(pdf, one, missing=b""))
    return sheet.appended(pdf, {page: sheet.text_of(pdf, page).replace(b"/Contents", b"/Stnetnoc")})
