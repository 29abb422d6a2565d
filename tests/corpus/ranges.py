"""What a /ByteRange and a /Contents may look like: the school's seal, made with a range of the forger's choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import sheet
from hostile import stream
from placed import place
from world import cast

from corpus import BROKEN_ROLE, REFUSED, among, forgery, signing
from corpus.genuine import CONTENT, SEAL, SIZE, half, hole, signed_by, unsigned, value_of

ODD = among("SIGNATURE_BROKEN", "MODIFIED_AFTER_SIGNING", "ROLE_MISSING", "CANNOT_BE_JUDGED", REFUSED)
"""A dictionary that two readers may read differently: broken, or not to be judged."""

Numbers = Callable[[int, int, int], str]


def ranged(numbers: Numbers) -> bytes:
    """The seal over what a reader would hash that believes these numbers."""
    return place(half(), "school_seal", cast().seal, numbers=numbers)


def holed(contents: Callable[[bytes], bytes]) -> bytes:
    """The seal in a hole of this form."""
    return place(half(), "school_seal", cast().seal, contents=contents)


@signing(BROKEN_ROLE)
def range_past_the_end() -> bytes:
    """Whatever is appended later is covered already: a range ends where its revision ends, and not beyond."""
    return ranged(lambda a, b, c: f"[ 0 {a} {b} {c + 5000} ]")


@signing(BROKEN_ROLE)
def range_that_stops_before_the_end() -> bytes:
    """The end of the file is nobody's: a range that stops early leaves room."""
    return ranged(lambda a, b, c: f"[ 0 {a} {b} {c - 40} ]")


@signing(BROKEN_ROLE)
def range_that_skips_the_beginning() -> bytes:
    """The header may be any header: a range begins with the first byte."""
    return ranged(lambda a, b, c: f"[ 9 {a - 9} {b} {c} ]")


@signing(BROKEN_ROLE)
def range_with_a_wider_hole() -> bytes:
    """The hole is a little wider than the value: what stands beside it can be changed later."""
    return ranged(lambda a, b, c: f"[ 0 {a - 30} {b} {c} ]")


@signing(BROKEN_ROLE)
def range_with_a_hole_behind() -> bytes:
    """The hole goes on behind the value: room for another entry."""
    return ranged(lambda a, b, c: f"[ 0 {a} {b + 2} {c - 2} ]")


@signing(BROKEN_ROLE)
def range_with_two_holes() -> bytes:
    """Three parts, two holes: one is for the value, the other for the marks."""
    return ranged(lambda a, b, c: f"[ 0 2000 2100 {a - 2100} {b} {c} ]")


@signing(BROKEN_ROLE)
def range_of_one_part() -> bytes:
    """The first part alone is signed: the second is there for everybody."""
    return ranged(lambda a, _, __: f"[ 0 {a} ]")


@signing(BROKEN_ROLE)
def range_with_its_parts_exchanged() -> bytes:
    """Second part first: the same bytes in another order are another file."""
    return ranged(lambda a, b, c: f"[ {b} {c} 0 {a} ]")


@signing(BROKEN_ROLE)
def range_that_overlaps() -> bytes:
    """The second part begins inside the first: lengths add up to the file, and some bytes are not in it."""
    return ranged(lambda a, _, c: f"[ 0 {a} {a - 100} {c + 100} ]")


@signing(BROKEN_ROLE)
def range_of_huge_numbers() -> bytes:
    """Numbers beyond what a machine counts: they wrap around to what the forger wants."""
    return ranged(lambda a, b, c: f"[ 0 {a} {b} {2**64 + c} ]")


@signing(BROKEN_ROLE)
def range_of_a_negative_length() -> bytes:
    """A length below zero: from the end backwards, or nothing."""
    return ranged(lambda a, b, c: f"[ 0 {a} {b} -{c} ]")


@signing(BROKEN_ROLE)
def range_of_real_numbers() -> bytes:
    """Points in the numbers: one reader cuts them off, one rounds, one reads none."""
    return ranged(lambda a, b, c: f"[ 0. {a}. {b}. {c}. ]")


@signing(ODD)
def range_twice() -> bytes:
    """Two ranges in one dictionary: the first is checked, the second is believed, or the other way round."""
    entries = b"/SubFilter /ETSI.CAdES.detached /ByteRange [ 0 10 20 30 ]"
    return place(half(), "school_seal", cast().seal, entries=entries)


@signing(ODD)
def range_under_an_escaped_name() -> bytes:
    """The same key once more, one letter written as a number: names are equal when what they stand for is."""
    entries = b"/SubFilter /ETSI.CAdES.detached /Byte#52ange [ 0 10 20 30 ]"
    return place(half(), "school_seal", cast().seal, entries=entries)


@cache
def indirect() -> bytes:
    """Both have signed, and the seal's range is an object of its own, from before the principal signed."""
    told: tuple[int, ...] = (0, 0, 0)
    pdf = b""
    for _ in range(2):  # the numbers are known once the file was made, and are as long as before
        held = b"[ 0 %010d %010d %010d ]" % told
        base = signed_by("principal", pdf=unsigned({SIZE: held}))
        pdf = place(base, "school_seal", cast().seal, numbers=lambda a, b, c: f"{SIZE} 0 R % 0 {a} {b} {c}\n")
        told = tuple(map(int, re.findall(rb"% 0 (\d+) (\d+) (\d+)\n", pdf)[0]))
    return pdf


@signing(ODD)
def range_exchanged_behind_its_reference() -> bytes:
    """The range is an object of its own, and an update writes another: what is covered was settled at signing."""
    return sheet.appended(indirect(), {SIZE: b"[ 0 100 200 300 ]", CONTENT: stream(b"", b"BT (TOAN 10) Tj ET")})


@signing(ODD)
def range_that_grows_behind_its_reference() -> bytes:
    """The range is written anew so that it reaches the new end: the value was made over the old one."""
    pdf = indirect()
    (numbers,) = re.findall(rb"% 0 (\d+) (\d+) \d+\n", pdf)
    longer = sheet.appended(pdf, {SIZE: b"[ 0 %010d %010d 0000000000 ]" % tuple(map(int, numbers))})
    return longer.replace(b"0000000000 ]", b"%010d ]" % (len(longer) - int(numbers[1])))


@forgery(ODD)
def value_behind_a_reference(pdf: bytes) -> bytes:
    """The value becomes an object of its own: then what stands in the hole is not what is read."""
    number, (begin, end) = value_of(pdf, SEAL), hole(pdf)
    text = sheet.text_of(pdf, number).replace(pdf[begin:end], b"200 0 R")
    return sheet.appended(pdf, {number: text, 200: pdf[begin:end]})


@signing(ODD)
def value_twice() -> bytes:
    """Two values in one dictionary: one in the hole, one beside it."""
    return place(half(), "school_seal", cast().seal, entries=b"/SubFilter /ETSI.CAdES.detached /Contents <3000>")


@signing(ODD)
def value_under_an_escaped_name() -> bytes:
    """The value once more under its own name, written otherwise: which of the two is in the hole?"""
    return place(half(), "school_seal", cast().seal, entries=b"/SubFilter /ETSI.CAdES.detached /Con#74ents <3000>")


@signing(BROKEN_ROLE)
def value_in_round_brackets() -> bytes:
    """The value as a string of characters: what is escaped in it can be written in many ways."""
    return holed(lambda digits: b"(" + digits + b")")


@signing(BROKEN_ROLE)
def hole_with_a_comment() -> bytes:
    """A comment beside the value: it can become anything later, and the hash will not notice."""
    return holed(lambda digits: b"<" + digits + b">%          \n")


@signing(BROKEN_ROLE)
def hole_with_another_entry() -> bytes:
    """A second entry in the hole: it was there when it was signed, and can be another tomorrow."""
    return holed(lambda digits: b"<" + digits + b"> /Reason (            )")


@signing(ODD)
def value_that_is_no_hexadecimal() -> bytes:
    """Letters that are no digits among the digits: one reader skips them, one stops there."""
    return holed(lambda digits: b"<" + digits[:-4] + b"zzzz>")


@signing(ODD)
def revision_with_two_ends() -> bytes:
    """The end of the file is there twice, and both are signed: which of them is the end?"""
    return place(half(), "school_seal", cast().seal, tail=lambda whole: whole + b"startxref\n9\n%%EOF\n")


@signing(ODD)
def field_shared_with_the_principal() -> bytes:
    """The seal's field refers to the principal's signature: two fields are filled, and one has signed."""
    text = sheet.text_of(half(), 5)
    value = re.search(rb"/V \d+ 0 R", text)
    assert value is not None
    return sheet.appended(half(), {6: sheet.text_of(half(), 6).removesuffix(b">>") + value[0] + b" >>"})
