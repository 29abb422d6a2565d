"""Signatures without what makes them one: the marks are changed, and the signature is made impossible to check."""

from __future__ import annotations

import re

import sheet

from corpus import REFUSED, among, forgery
from corpus.genuine import BETTER, MARK, PRINCIPAL, SEAL, hole, value_of

HOLLOW = among("NO_SIGNATURE", "SIGNATURE_BROKEN", "ROLE_MISSING", "CANNOT_BE_JUDGED", REFUSED)
"""What cannot be checked counts as broken, as missing or as unreadable; never as if it had been checked."""


def bent(pdf: bytes, *swaps: tuple[bytes, bytes]) -> bytes:
    """Better marks, and each signature dictionary with bytes replaced by as many others."""
    for old, new in ((MARK, BETTER), *swaps):
        if old not in pdf or len(new) > len(old):
            raise LookupError(old)
        pdf = pdf.replace(old, new.ljust(len(old)))
    return pdf


def ranges(pdf: bytes, new: bytes) -> bytes:
    """Another range in each signature dictionary."""
    return re.sub(rb"/ByteRange ?\[[^]]*\]", lambda found: new.ljust(len(found[0])), bent(pdf))


def values(pdf: bytes, new: bytes) -> bytes:
    """Another value in each signature dictionary."""
    pdf = bent(pdf)
    for last in (False, True):
        begin, end = hole(pdf, last)
        if pdf[begin:end].startswith(b"<30"):
            pdf = pdf[:begin] + new.ljust(end - begin) + pdf[end:]
    return pdf


@forgery(HOLLOW)
def no_value(pdf: bytes) -> bytes:
    """There is a field, a name and a date: without /Contents there is nothing that could be false."""
    return bent(pdf, (b"/Contents <30", b"/Kontents <30"))


@forgery(HOLLOW)
def empty_value(pdf: bytes) -> bytes:
    """The value is an empty string: nothing was checked, and that is no pass."""
    return values(pdf, b"<>")


@forgery(HOLLOW)
def null_value(pdf: bytes) -> bytes:
    """The value is null: an entry that is null is an entry that is missing."""
    return values(pdf, b"null")


@forgery(HOLLOW)
def value_of_zeros(pdf: bytes) -> bytes:
    """The value is one zero byte: no envelope, no signer, no hash."""
    return values(pdf, b"<00>")


@forgery(HOLLOW)
def no_range(pdf: bytes) -> bytes:
    """There is a value and no /ByteRange: a signature over nothing is a signature of nothing."""
    return bent(pdf, (b"/ByteRange", b"/KyteRange"))


@forgery(HOLLOW)
def null_range(pdf: bytes) -> bytes:
    """The range is null: an entry that is null covers nothing."""
    return ranges(pdf, b"/ByteRange null")


@forgery(HOLLOW)
def empty_range(pdf: bytes) -> bytes:
    """The range is an empty array: it covers nothing."""
    return ranges(pdf, b"/ByteRange []")


@forgery(HOLLOW)
def range_of_nothing(pdf: bytes) -> bytes:
    """Four zeros: the hash of no bytes is the same for every file."""
    return ranges(pdf, b"/ByteRange [0 0 0 0]")


@forgery(HOLLOW)
def range_of_negative_numbers(pdf: bytes) -> bytes:
    """Four numbers below zero: they count from the end, overflow, or mean nothing."""
    return ranges(pdf, b"/ByteRange [-1 -1 -1 -1]")


@forgery(HOLLOW)
def neither_value_nor_range(pdf: bytes) -> bytes:
    """Only the field is filled: that somebody signed is said by the signature, not by the field."""
    return bent(pdf, (b"/Contents <30", b"/Kontents <30"), (b"/ByteRange", b"/KyteRange"))


@forgery(HOLLOW)
def signature_of_no_kind(pdf: bytes) -> bytes:
    """No /SubFilter says how to check it: a kind that is not known is not judged."""
    return bent(pdf, (b"/ETSI.CAdES.detached", b"/None"))


@forgery(HOLLOW)
def signature_of_another_filter(pdf: bytes) -> bytes:
    """A handler of the forger's own is to be asked: what is judged is judged here."""
    return bent(pdf, (b"/SubFilter", b"/KubFilter"))


@forgery(among("MODIFIED_AFTER_SIGNING", "SIGNATURE_BROKEN", "NO_SIGNATURE", "ROLE_MISSING", "CANNOT_BE_JUDGED"))
def fields_emptied_by_an_update(pdf: bytes) -> bytes:
    """Both fields are empty again, as if nobody had ever signed: that, too, is a change."""
    emptied = {number: re.sub(rb"/V \d+ 0 R", b"", sheet.text_of(pdf, number)) for number in (PRINCIPAL, SEAL)}
    return sheet.appended(pdf, emptied)


@forgery(among("SIGNATURE_BROKEN", "MODIFIED_AFTER_SIGNING", "ROLE_MISSING", "CANNOT_BE_JUDGED", REFUSED))
def value_replaced_by_null_in_an_update(pdf: bytes) -> bytes:
    """The seal's dictionary is null from now on: the field is filled with nothing."""
    return sheet.appended(pdf, {value_of(pdf, SEAL): b"null"})
