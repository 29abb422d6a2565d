"""A signature placed by hand: the bytes around it, and what it says of them, are the case's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache

import sheet
from envelopes import signed_data
from world import cast

from issuers import kit

RESERVED = 1500
"""Bytes kept free for the DER."""

Numbers = tuple[int, ...]


@cache
def waiting() -> bytes:
    """Signed by principal and seal, with an invisible field for a notary that is still empty."""
    pdf = sheet.sheet(fields=("principal", "school_seal", "notary"))
    return sheet.sign(sheet.sign(pdf, cast().principal, "principal"), cast().seal, "school_seal")


def number_of(pdf: bytes, name: str) -> int:
    """The object number of a field."""
    spellings = {
        b"/T (%s)" % one.encode() for one in (name, name.replace("_", "\\137"))
    }  # as qpdf and pyHanko write it
    for number in range(1, sheet.size_of(pdf)):
        text = sheet.text_of(pdf, number, missing=b"")
        if any(one in text for one in spellings):
            return number
    raise LookupError(name)


def place(
    pdf: bytes,
    name: str = "notary",
    signer: kit.Signer | None = None,
    *,
    numbers: Callable[[int, int, int], str] = "[ 0 {} {} {} ]".format,
    contents: Callable[[bytes], bytes] = lambda digits: b"<" + digits + b">",
    entries: bytes = b"/SubFilter /ETSI.CAdES.detached",
    tail: Callable[[bytes], bytes] = lambda whole: whole,
    refielded: Callable[[bytes], bytes] = lambda text: text,
) -> bytes:
    """One signature more in an empty field.

    `numbers` writes the ByteRange from where the hole begins, where it ends, and how many bytes follow; what is hashed
    is what a reader that only adds up lengths would hash. `contents` writes the hole, `entries` the rest of the
    dictionary, `tail` changes the end of the file before anything is hashed, `refielded` the field as it is filled.
    """
    field, number = number_of(pdf, name), sheet.size_of(pdf)
    hole = contents(b"0" * (2 * RESERVED))
    dictionary = b"<< /Type /Sig /Filter /Adobe.PPKLite %s /ByteRange %s /Contents %s >>" % (entries, b"@" * 60, hole)
    filled = refielded(sheet.text_of(pdf, field)).removesuffix(b">>") + b"/V %d 0 R >>" % number
    whole = tail(sheet.appended(pdf, {field: filled, number: dictionary}))
    begin = whole.rindex(hole)
    end = begin + len(hole)
    told = numbers(begin, end, len(whole) - end).encode()
    whole = whole.replace(b"@" * 60, told.ljust(60))
    ranges = [max(0, int(one)) for one in re.findall(rb"-?\d+", told)]
    covered = b"".join(whole[start : start + length] for start, length in zip(ranges[::2], ranges[1::2], strict=False))
    der = signed_data(signer or cast().teacher, hashlib.sha256(covered).digest())
    return whole[:begin] + contents(der.hex().encode().ljust(2 * RESERVED, b"0")) + whole[end:]
