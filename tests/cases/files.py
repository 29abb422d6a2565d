"""What the file is: ranges, readers that must agree, and files that are not signed at all. HB-1, section 2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sheet
import world
from pikepdf import Array, Dictionary, Name, Pdf
from placed import number_of, place, waiting
from world import SIGNED, cast, key, opened

from cases import VALID, Given, case, each, expect, given
from cases.time_table import half, plain
from verify.checks import CHECKS
from verify.policy import HB_1
from verify.procedure import judge
from verify.report import Outcome, Report

BROKEN = expect("invalid", "SIGNATURE_BROKEN", notary="TOTAL-FAILED/FORMAT_FAILURE")
UNJUDGED = expect("indeterminate", "CANNOT_BE_JUDGED")
BOTH = expect("invalid", "SIGNATURE_BROKEN", "CANNOT_BE_JUDGED", notary="TOTAL-FAILED/FORMAT_FAILURE")
"""A broken signature, and a file that one of two parsers stumbles over."""
KNOWN: dict[str, Any] = {"more_keys": (key(cast().teacher),)}


def written(pattern: str) -> Callable[[int, int, int], str]:
    """A ByteRange written by a pattern over: where the hole begins, where it ends, how many bytes follow."""

    def numbers(begin: int, end: int, rest: int) -> str:
        told = {"a": begin, "b": end, "c": rest}
        return "[ " + " ".join(str(eval(one, {}, told)) for one in pattern.split()) + " ]"  # noqa: S307 - our own text

    return numbers


@each(
    "`SIGNATURE_BROKEN` (any signature or document time-stamp in the file; malformed ones too)",
    rows={
        "in-order": ("0 a b c", VALID),
        "past-the-end-by-one": ("0 a b c+1", BROKEN),
        "far-past-the-end": ("0 a b c+10000", BROKEN),
        "ends-a-byte-early": ("0 a b c-1", BROKEN),
        "ends-in-the-middle": ("0 a b c//2", BROKEN),
        "ends-at-the-hole": ("0 a b 0", BROKEN),
        "begins-at-one": ("1 a-1 b c", BROKEN),
        "hole-begins-a-byte-early": ("0 a-1 b c", BROKEN),
        "hole-begins-a-byte-late": ("0 a+1 b c", BROKEN),
        "hole-ends-a-byte-early": ("0 a b-1 c+1", BROKEN),
        "hole-ends-a-byte-late": ("0 a b+1 c-1", BROKEN),
        "no-hole": ("0 a a c+b-a", BROKEN),
        "nothing-before-the-hole": ("0 0 b c", BROKEN),
        "ranges-that-overlap": ("0 b a b+c-a", BROKEN),
        "ranges-in-the-wrong-order": ("b c 0 a", BROKEN),
        "two-numbers": ("0 a", BROKEN),
        "three-numbers": ("0 a b", BROKEN),
        "six-numbers": ("0 a b c 0 0", BROKEN),
        "no-numbers": ("", BROKEN),
        "a-negative-number": ("0 a b -1", BROKEN),
        "enormous-numbers": ("0 a b 10**20", BOTH),
    },
)
def a_byte_range(pattern: str) -> Given:
    """The range is exactly [0 a b c], reaches the end of its revision, and leaves out exactly the signature's value."""
    return given(place(waiting(), numbers=written(pattern)), **KNOWN)


@each(
    "malformed ones too",
    rows={
        "reals": (lambda a, b, c: f"[ 0.0 {a}.0 {b}.0 {c}.0 ]", BROKEN),
        "text": (lambda a, b, c: f"(0 {a} {b} {c})", BROKEN),
        "names": (lambda a, b, c: f"[ /0 /{a} /{b} /{c} ]", BROKEN),
        "a-number": (lambda _, __, ___: "0", BROKEN),
        "nothing": (lambda _, __, ___: "null", BROKEN),
    },
)
def a_byte_range_of_something_else(numbers: Callable[[int, int, int], str]) -> Given:
    """What is no array of integers is no range."""
    return given(place(waiting(), numbers=numbers), **KNOWN)


@each(
    "malformed ones too",
    rows={
        "in-order": (lambda digits: b"<" + digits + b">", VALID),
        "capitals": (lambda digits: b"<" + digits.upper() + b">", VALID),
        "spaces-inside": (lambda digits: b"< " + digits[:10] + b"\n" + digits[10:] + b" >", VALID),
        "a-space-after-it": (lambda digits: b"<" + digits + b"> ", BROKEN),
        "a-space-before-it": (lambda digits: b" <" + digits + b">", BROKEN),
        "a-comment-after-it": (lambda digits: b"<" + digits + b">%x\n", BROKEN),
        "two-of-them": (lambda digits: b"<" + digits + b"> /Other <00>", BROKEN),
        "padding-that-is-not-zero": (lambda digits: b"<" + digits[:-2] + b"01>", BROKEN),
        "padding-that-hides-something": (lambda digits: b"<" + digits[:-8] + b"deadbeef>", BROKEN),
    },
)
def the_hole(contents: Callable[[bytes], bytes]) -> Given:
    """What is left out of the range is one string of hexadecimal digits, equal to the value, and nothing beside it."""
    return given(place(waiting(), contents=contents), **KNOWN)


@each(
    "malformed ones too",
    rows={
        "in-order": (lambda whole: whole, VALID),
        "no-line-feed-at-the-end": (lambda whole: whole.rstrip(b"\n"), VALID),
        "a-comment-at-the-end": (lambda whole: whole + b"% more\n", BOTH),
        "a-space-at-the-end": (lambda whole: whole + b" ", BROKEN),
        "a-second-end": (lambda whole: whole + b"%%EOF\n", UNJUDGED),
    },
)
def the_end_of_a_revision(tail: Callable[[bytes], bytes]) -> Given:
    """A signature covers a whole revision, up to its end and not beyond."""
    return given(place(waiting(), tail=tail), **KNOWN)


@each(
    "After that first one, the only visible change allowed",
    rows={
        "a-comment": (b"% more\n", expect("indeterminate", "CANNOT_BE_JUDGED")),
        "a-line-feed": (b"\n", VALID),
    },
)
def something_after_the_last_revision(more: bytes) -> Given:
    """Bytes after the last signature that belong to no revision: readers may or may not look at them."""
    return given(plain() + more)


# Readers that must agree.


def stray(pdf: Pdf) -> None:
    pdf.Root.Stray = pdf.make_indirect(
        Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1, 2, 3]), Contents=b"0")
    )


def a_name_twice(pdf: Pdf) -> None:
    widget = pdf.make_indirect(sheet.field("principal", (60, 300, 260, 360), pdf.pages[0]))
    pdf.Root.AcroForm.Fields.append(widget)
    pdf.pages[0].Annots.append(widget)


@each(
    "`CANNOT_BE_JUDGED` (one of two parsers cannot open it or they disagree",
    rows={
        "a-signature-outside-the-form": (stray, UNJUDGED),
        "two-fields-of-one-name": (a_name_twice, UNJUDGED),
    },
)
def readers_that_disagree(bend: Callable[[Pdf], None]) -> Given:
    """Nobody knows what the clerk's viewer would show."""
    pdf = sheet.sign(sheet.sheet(bend=bend), cast().principal, "principal")
    return given(sheet.sign(pdf, cast().seal, "school_seal"))


def hybrid() -> bytes:
    """A table of cross-references with a stream beside it: half of the tools look at one, half at the other."""
    pdf = sheet.sheet()
    number = sheet.size_of(pdf)
    stream = b"<< /Type /XRef /Size %d /W [ 1 2 1 ] /Index [ 0 0 ] /Length 0 >>\nstream\n\nendstream" % (number + 1)
    made = sheet.appended(pdf, {number: stream})
    place_of_it = made.index(b"%d 0 obj" % number)
    return made.replace(b"/Prev ", b"/XRefStm %d /Prev " % place_of_it, 1)


@case("one of two parsers cannot open it", expected=UNJUDGED)
def a_hybrid_file() -> Given:
    """What newer readers see there, older ones do not."""
    return given(hybrid())


def shared(pdf: bytes) -> bytes:
    """The notary's field refers to the principal's signature."""
    field = number_of(pdf, "notary")
    principal = sheet.text_of(pdf, number_of(pdf, "principal"))
    reference = principal.split(b"/V ")[1].split(b"R")[0] + b"R"
    return sheet.appended(pdf, {field: sheet.text_of(pdf, field).removesuffix(b">>") + b"/V %s >>" % reference})


@case("or they disagree", expected=expect("invalid", "MODIFIED_AFTER_SIGNING", "CANNOT_BE_JUDGED"))
def a_signature_shared_by_two_fields() -> Given:
    """One signature seems to be two; and after the last of them the file was changed."""
    return given(shared(waiting()))


# Not signed.


@case(
    "`NO_SIGNATURE` (a PDF with visible text and neither signature nor QR)", expected=expect("invalid", "NO_SIGNATURE")
)
def an_unsigned_transcript() -> Given:
    """A printout of a screen: anybody can make one."""
    return given(world.unsigned())


@case(
    "`NO_SIGNATURE` (a PDF with visible text and neither signature nor QR)",
    expected=expect("invalid", "NO_SIGNATURE"),
)
def an_unsigned_transcript_with_a_time_stamp() -> Given:
    """Somebody had a clock look at it; nobody signed."""
    return given(sheet.stamp(sheet.sheet(), SIGNED))


@case(
    "`NO_SIGNATURE` (a PDF with visible text and neither signature nor QR)", expected=expect("invalid", "NO_SIGNATURE")
)
def empty_signature_fields() -> Given:
    """Places for signatures are no signatures."""
    return given(sheet.sheet())


# What a report always says.


@case("An unexpected error is `CANNOT_BE_JUDGED`", expected=UNJUDGED)
def an_unexpected_error() -> Given:
    """Whatever goes wrong inside: never valid, and never an exception."""
    made = given(plain())
    nothing: Any = None
    return replace(made, trust=replace(made.trust, keys=nothing))


@case("Nothing checked is a failure", expected=expect("indeterminate"))
def a_policy_that_asks_for_nothing() -> Given:
    """No role required, hence none filled: that is not enough to be valid."""
    return given(plain(), policy=replace(HB_1, required_roles=()))


@each(
    "Nothing checked is a failure",
    rows={
        "principal": (0, expect("valid", principal="TOTAL-PASSED")),
        "seal": (1, expect("indeterminate", "ROLE_MISSING")),
    },
)
def a_policy_that_asks_for_one_role(index: int) -> Given:
    """Another policy, another answer: the roles are the policy's."""
    principal, _, tsa = world.Trust().appointments
    roles = (HB_1.required_roles[index],)
    return given(half(), policy=replace(HB_1, required_roles=roles), appointments=(principal, tsa))


def switched_off(report: Report) -> bool:
    """Whether the report lists both checks that are switched off: for the document, and for each signature."""
    document = {one.check for one in report.findings if one.outcome is Outcome.SWITCHED_OFF}
    each_signature = [
        {one.check for one in signature.conclusion.findings if one.outcome is Outcome.SWITCHED_OFF}
        for signature in report.signatures
    ]
    return document == {"example"} and each_signature == [{"revocation"}, {"revocation"}]


@case(
    "A check switched off by policy is listed in the report",
    "`registry`: listed as a check switched off",
    expected=VALID,
    shows=switched_off,
)
def checks_switched_off() -> Given:
    """What was not asked is said."""
    return given(plain(), policy=replace(HB_1, switched_off=frozenset({"example"})))


def the_same_again(report: Report) -> bool:
    """Whether the same bytes, registry, policy and time give the same report."""
    made = given(plain(), poe=SIGNED)
    return judge(opened(made.pdf), made.trust, made.policy, made.at) == report


@case("Same bytes, registry generation, policy and time: same report", expected=VALID, shows=the_same_again)
def the_same_report() -> Given:
    """A report is a function of what was handed in."""
    return given(plain(), poe=SIGNED)


ASKED = {check.name for check in CHECKS}


def asked_of_each(report: Report) -> bool:
    """Whether every check of the table has found something about every signature."""
    return all({one.check for one in signature.conclusion.findings} >= ASKED for signature in report.signatures)


@case(
    "Each signature is judged first: cryptography, certificate, key, appointment, and every hop up the tree are asked",
    expected=VALID,
    shows=asked_of_each,
)
def every_check_is_asked() -> Given:
    """Of each signature, every question of the table."""
    return given(plain())


def claimed_not_proven(report: Report) -> bool:
    """Whether both signatures show the time they claim, and none that is proved."""
    return [(one.claimed_at, one.proven_at) for one in report.signatures] == [(SIGNED, None)] * 2


@case("The signer's claimed time is shown, never trusted", expected=VALID, shows=claimed_not_proven)
def a_claimed_time_is_shown() -> Given:
    """Beside what is proved: nothing."""
    return given(world.signed())
