"""What a forger tries: no file that was not signed as it stands, by those whose place it is, is ever valid."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from random import Random

import pikepdf
import pytest
import sheet
import world
from cases import changes
from cases.attachment import replaced as changes_of_record
from envelopes import Recipe, enclose, enveloped
from pikepdf import Pdf
from placed import number_of, place
from world import NOW, SIGNED, Trust, appointment, cast, key

from issuers import certification, kit
from verify.case import open_signature
from verify.cms import SignedData
from verify.evidence import Unreadable
from verify.integrity import broken
from verify.pdf import open_pdf
from verify.policy import HB_1, Policy
from verify.procedure import judge
from verify.report import Reason, Verdict
from verify.trust import Issuer, Kind, Level, Role

SCHOOLS = 5


def verdict(pdf: bytes, trust: Trust | None = None) -> Verdict | str:
    """What comes of a file, read and judged anew; "unreadable" if it is refused unread."""
    try:
        evidence = open_pdf(pdf)
    except Unreadable:
        return "unreadable"
    registered = Trust(versions=(world.registration(),))
    return judge(evidence, (trust or registered).snapshot(), HB_1, NOW).verdict


@cache
def signed() -> bytes:
    """The transcript in order: signed by both, with no time-stamp."""
    return sheet.sign(sheet.sign(sheet.sheet(), cast().principal, "principal"), cast().seal, "school_seal")


def test_the_transcript_itself_is_valid() -> None:
    assert verdict(signed()) is Verdict.VALID


# Who signs for whom.


@cache
def signers(school: int) -> tuple[kit.Signer, kit.Signer]:
    """Principal and seal of one of many schools."""

    def signer(name: str) -> kit.Signer:
        made = certification.p256_key()
        issued = certification.certify(cast().authority, f"{name} {school}", "Trường thử", made, NOW)
        return kit.Signer(issued, made, cast().authority.chain, name=f"{name} {school}")

    return signer("Hiệu trưởng"), signer("Con dấu")


def code(school: int) -> str:
    return f"7900080{school}"


@cache
def country() -> Trust:
    """A registry of many schools, each with its principal and its seal."""
    levels = frozenset({Level.UPPER_SECONDARY})
    schools: list[Issuer] = []
    keys, appointments = [], [world.Trust().appointments[2]]
    for one in range(SCHOOLS):
        principal, seal = signers(one)
        schools.append(world.issuer(code(one), Kind.SCHOOL, world.NAME, world.DEPARTMENT, levels=levels))
        keys += [key(principal), key(seal)]
        appointments += [
            appointment(principal, Role.PRINCIPAL, code(one)),
            appointment(seal, Role.SCHOOL_SEAL, code(one)),
        ]
    return Trust(more_keys=tuple(keys), more_issuers=tuple(schools), appointments=tuple(appointments))


@pytest.mark.parametrize("signing", range(SCHOOLS))
@pytest.mark.parametrize("named", range(SCHOOLS))
def test_of_all_schools_and_all_signers_only_the_diagonal_is_valid(named: int, signing: int) -> None:
    record = world.record(issuer=world.record()["issuer"] | {"code": code(named)})
    principal, seal = signers(signing)
    pdf = sheet.sign(sheet.sign(sheet.sheet(kit.canonical(record)), principal, "principal"), seal, "school_seal")
    report = judge(open_pdf(pdf), country().snapshot(), HB_1, NOW)
    if named == signing:
        assert report.verdict is Verdict.VALID
    else:
        assert report.verdict is Verdict.INVALID
        assert Reason.ISSUER_MISMATCH in report.reasons


@pytest.mark.parametrize("other", range(1, SCHOOLS))
def test_the_seal_of_another_school_does_not_help_a_principal(other: int) -> None:
    record = world.record(issuer=world.record()["issuer"] | {"code": code(0)})
    pdf = sheet.sign(sheet.sheet(kit.canonical(record)), signers(0)[0], "principal")
    pdf = sheet.sign(pdf, signers(other)[1], "school_seal")
    assert verdict(pdf, country()) is Verdict.INVALID


@pytest.mark.parametrize("missing", ["principal", "school_seal"])
def test_a_missing_signature_is_never_valid(missing: str) -> None:
    there = {"principal": "school_seal", "school_seal": "principal"}[missing]
    signer = cast().seal if there == "school_seal" else cast().principal
    assert verdict(sheet.sign(sheet.sheet(), signer, there)) is Verdict.INDETERMINATE


def test_one_person_does_not_sign_for_both() -> None:
    pdf = sheet.sign(sheet.sign(sheet.sheet(), cast().principal, "principal"), cast().principal, "school_seal")
    assert verdict(pdf) is not Verdict.VALID


@pytest.mark.parametrize("who", ["stranger", "teacher"])
def test_a_strangers_certificate_of_the_same_name_is_never_valid(who: str) -> None:
    forger: kit.Signer = getattr(cast(), who)
    named = certification.certify(cast().authority, "Hiệu trưởng thử", "Trường thử", forger.key, NOW)
    for certificate in (forger.certificate, named):
        pdf = sheet.sign(sheet.sheet(), replace(forger, certificate=certificate), "principal")
        assert verdict(sheet.sign(pdf, cast().seal, "school_seal")) is not Verdict.VALID


def test_a_principals_certificate_over_a_forgers_key_is_never_valid() -> None:
    forged = replace(cast().principal, key=cast().stranger.key)
    pdf = enveloped(sheet.sheet(), forged, "principal", Recipe())
    assert verdict(sheet.sign(pdf, cast().seal, "school_seal")) is Verdict.INVALID


def test_a_signature_taken_from_another_transcript_is_never_valid() -> None:
    other = sheet.sign(sheet.sheet(text="SO DIEM 2"), cast().principal, "principal")
    with pikepdf.open(BytesIO(other)) as pdf:
        value = bytes(pdf.Root.AcroForm.Fields[0].V.Contents)
    moved = enclose(sheet.sheet(), "principal", lambda _: value.rstrip(b"\0"))
    assert verdict(sheet.sign(moved, cast().seal, "school_seal")) is Verdict.INVALID


# What is changed after signing.


@cache
def normal() -> bytes:
    """A transcript as the kit composes and signs it, with time-stamps."""
    return world.signed(SIGNED, SIGNED)


def overriding(**changes: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """One revision more, in which objects that hold a word are written anew."""

    def change(pdf: bytes) -> bytes:
        objects = {}
        for word, rewrite in changes.items():
            number = next(
                one for one in range(1, sheet.size_of(pdf)) if word.encode() in sheet.text_of(pdf, one, missing=b"")
            )
            objects[number] = rewrite(sheet.text_of(pdf, number))
        return sheet.appended(pdf, objects)

    return change


def entry(text: bytes) -> Callable[[bytes], bytes]:
    """An entry more at the end of a dictionary."""
    return lambda old: old.removesuffix(b">>") + text + b" >>"


def stream(text: bytes) -> Callable[[bytes], bytes]:
    """Another stream."""
    return lambda _: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)


def embedded(content: bytes) -> Callable[[bytes], bytes]:
    """Another embedded file."""
    head = b"<< /Type /EmbeddedFile /Subtype /application#2fjson /Length %d >>" % len(content)
    return lambda _: head + b"\nstream\n" + content + b"\nendstream"


ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    "text-of-the-page": overriding(Tf=stream(b"BT /F1 12 Tf 60 700 Td (DIEM 10) Tj ET")),
    "font-of-the-page": overriding(Helvetica=lambda old: old.replace(b"Helvetica", b"Symbol")),
    "page-turned": overriding(MediaBox=entry(b"/Rotate 180")),
    "page-cut": overriding(MediaBox=entry(b"/CropBox [ 0 0 10 10 ]")),
    "page-with-an-action": overriding(MediaBox=entry(b"/AA << /O << /S /URI /URI (x) >> >>")),
    "catalog-with-an-action": overriding(Catalog=entry(b"/OpenAction << /S /URI /URI (https://mau.example) >>")),
    "catalog-with-layers": overriding(Catalog=entry(b"/OCProperties << /OCGs [ ] /D << >> >>")),
    "catalog-with-another-record": overriding(Catalog=lambda old: old.replace(b"/AF", b"/FA")),
    "no-pages": overriding(Kids=lambda old: old.replace(b"/Count 1", b"/Count 0")),
    "form-that-redraws": overriding(SigFlags=entry(b"/NeedAppearances true")),
    "form-without-fields": overriding(SigFlags=lambda old: old.replace(b"/Fields", b"/Sdleif")),
    "field-hidden": overriding(**{"60 100 260": lambda old: old.replace(b"/F 132", b"/F 2")}),
    "field-moved": overriding(**{"60 100 260": lambda old: old.replace(b"260", b"160")}),
    "field-renamed": overriding(**{"60 100 260": lambda old: old.replace(b"(principal)", b"(headmaster)")}),
    "field-emptied": overriding(**{"60 100 260": lambda old: old.replace(b"/V ", b"/W ")}),
    "record-attached-anew": overriding(**{"/EmbeddedFile /": embedded(sheet.RECORD.replace(b"7.", b"9."))}),
    "appearance-of-a-signature": overriding(BBox=stream(b"BT (x) Tj ET")),
    "new-objects-that-wait": lambda pdf: sheet.appended(pdf, {sheet.size_of(pdf) + 5: b"<< /Waiting 1 >>"}),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("late", [True, False], ids=["after-both", "between"])
def test_what_is_changed_after_signing_is_never_valid(attack: str, *, late: bool) -> None:
    change = ATTACKS[attack]
    if late:
        assert verdict(change(signed())) is not Verdict.VALID
        return
    once = sheet.sign(sheet.sheet(), cast().principal, "principal")
    changed = change(once)
    assert changed.startswith(once)
    try:
        pdf = sheet.sign(changed, cast().seal, "school_seal")
    except Exception:  # noqa: BLE001 - pyHanko cannot sign what is left: then no reader finds a seal either
        pdf = changed
    assert verdict(pdf) is not Verdict.VALID


@pytest.mark.parametrize("change", [*changes.FORBIDDEN.values(), changes_of_record], ids=lambda one: one.__name__)
def test_an_update_of_a_normal_file_is_invalid(change: sheet.Change) -> None:
    assert verdict(sheet.updated(normal(), change)) is Verdict.INVALID


@pytest.mark.parametrize("name", changes.ALLOWED)
def test_an_update_that_shows_nothing_leaves_a_normal_file_valid(name: str) -> None:
    assert verdict(normal()) is Verdict.VALID
    changed = changes.ALLOWED[name](normal())
    assert verdict(changed) is Verdict.VALID
    assert verdict(sheet.stamp(changed, NOW)) is Verdict.VALID


def waiting_for(number: int) -> bytes:
    """A page that refers to objects which are not there yet, signed by both."""
    pdf = sheet.sheet()
    page = next(one for one in range(1, sheet.size_of(pdf)) if b"MediaBox" in sheet.text_of(pdf, one, missing=b""))
    text = sheet.text_of(pdf, page).replace(b"/Annots [", b"/Annots [ %d 0 R" % number, 1)
    pdf = sheet.appended(pdf, {page: text})
    return sheet.sign(sheet.sign(pdf, cast().principal, "principal"), cast().seal, "school_seal")


NOTE = b"<< /Type /Annot /Subtype /FreeText /Rect [ 60 690 260 710 ] /Contents (10) /DA (/F1 12 Tf) >>"


@pytest.mark.parametrize("number", [40, 400])
def test_a_reference_that_is_filled_after_signing_is_never_valid(number: int) -> None:
    pdf = waiting_for(number)
    assert verdict(sheet.appended(pdf, {number: NOTE})) is not Verdict.VALID
    assert verdict(sheet.updated(sheet.appended(pdf, {number: NOTE}), changes.information)) is not Verdict.VALID


# Ranges, and what is put around them.


@pytest.mark.parametrize("more", [1, 2, 100, 10_000, 2**31, 2**63])
def test_a_range_that_runs_past_the_end_is_never_valid(more: int) -> None:
    pdf = place(sheet.sheet(), "principal", cast().principal, numbers=lambda a, b, c: f"[ 0 {a} {b} {c + more} ]")
    assert verdict(sheet.sign(pdf, cast().seal, "school_seal")) is not Verdict.VALID
    last = sheet.sign(sheet.sheet(), cast().principal, "principal")
    last = place(last, "school_seal", cast().seal, numbers=lambda a, b, c: f"[ 0 {a} {b} {c + more} ]")
    for pdf in (last, last + b"x" * min(more, 10_000), sheet.updated(last, changes.contents)):
        assert verdict(pdf) is not Verdict.VALID


def test_a_signature_wrapped_in_other_content_is_never_valid() -> None:
    pdf = signed()
    begin = pdf.rindex(b"/Contents <") + len(b"/Contents ")
    end = pdf.index(b">", begin) + 1
    before, name, told = pdf[:begin].rpartition(b"/ByteRange")
    for inserted in (b" ", b"% hello\n", b"\nendobj\n" + pdf[:500], NOTE):
        assert verdict(pdf[:end] + inserted + pdf[end:]) is not Verdict.VALID
        numbers = b"[0 %d %d %d]" % (begin, end + len(inserted), len(pdf) - end)
        wrapped = before + name + b" " + numbers.ljust(told.index(b"]")) + told[told.index(b"]") + 1 :] + pdf[begin:end]
        assert verdict(wrapped + inserted + pdf[end:]) is not Verdict.VALID


def test_what_follows_the_last_signature_is_never_valid() -> None:
    pdf = signed()
    for more in (b"x", b"%PDF-1.7\n", pdf, sheet.sheet(text="DIEM 10"), b"1 0 obj\n<< >>\nendobj\n"):
        assert verdict(pdf + more) is not Verdict.VALID
        assert verdict(more + pdf) is not Verdict.VALID


def test_a_signature_in_two_fields_is_never_valid() -> None:
    pdf = sheet.sign(sheet.sheet(fields=("principal", "school_seal", "notary")), cast().principal, "principal")
    value = re.search(rb"/V (\d+ 0 R)", sheet.text_of(pdf, number_of(pdf, "principal")))
    assert value is not None
    for name in ("school_seal", "notary"):
        field = number_of(pdf, name)
        shared = sheet.appended(pdf, {field: entry(b"/V %s" % value[1])(sheet.text_of(pdf, field))})
        assert verdict(shared) is not Verdict.VALID


# Every byte.

ONE_ROLE = replace(HB_1, required_roles=(Role.PRINCIPAL,))


@cache
def tiny() -> bytes:
    """The smallest transcript: one subject, one signature, no reserve."""
    year = world.record()["years"][0]
    small = world.record(years=[year | {"subjects": year["subjects"][:1]}])

    def bend(pdf: Pdf) -> None:
        del pdf.pages[0].Contents, pdf.pages[0].Resources

    blank = sheet.sheet(kit.canonical(small), fields=("principal",), bend=bend)
    return place(blank, "principal", cast().principal)


def test_the_tiny_file_is_valid() -> None:
    assert len(tiny()) < 8000
    assert judge(open_pdf(tiny()), Trust().snapshot(), ONE_ROLE, NOW).verdict is Verdict.VALID


def harmless(pdf: bytes, policy: Policy) -> bool:
    """Whether a changed file is still valid; what is broken or disputed needs no verdict to be told."""
    try:
        evidence = open_pdf(pdf)
    except Unreadable:
        return False
    if any(one.code == "CANNOT_BE_JUDGED" for one in evidence.faults):
        return False
    if any(broken(open_signature(one)) for one in evidence.signatures):
        return False
    return judge(evidence, Trust().snapshot(), policy, NOW).verdict is Verdict.VALID


def flipped(pdf: bytes, index: int) -> bytes:
    """The file with the lowest bit of one byte turned."""
    return pdf[:index] + bytes([pdf[index] ^ 1]) + pdf[index + 1 :]


def hole(pdf: bytes, begin: int = 0) -> tuple[int, int, int]:
    """Where a hole begins, where its DER ends, and where the hole ends."""
    start = pdf.index(b"/Contents <", begin) + len(b"/Contents ")
    end = pdf.index(b">", start) + 1
    der = bytes.fromhex(pdf[start + 1 : end - 1].decode())
    return start, start + 1 + 2 * (4 + int.from_bytes(der[2:4], "big")), end


MOST_UNSIGNED = 40
"""Of some 1,600 bytes of CMS: framing that no signature covers."""


def test_no_byte_of_a_tiny_file_can_be_changed() -> None:
    pdf = tiny()
    begin, padding, end = hole(pdf)
    places = [*range(begin), *range(padding, end), *range(end, len(pdf))]
    assert [index for index in places if harmless(flipped(pdf, index), ONE_ROLE)] == []


def read_of(pdf: bytes) -> SignedData:
    """What is read of the one signature's CMS, but for the certificates that only help to build a path."""
    (opened,) = map(open_signature, open_pdf(pdf).signatures)
    assert opened.signed is not None
    return replace(opened.signed, certificates=opened.signed.certificates[:1])


def test_what_can_be_changed_in_a_tiny_signature_says_nothing() -> None:
    """Versions and the SET of digestAlgorithms are signed by nobody and read by nobody (docs/conformance.md)."""
    pdf = tiny()
    begin, padding, _ = hole(pdf)
    changed = [flipped(pdf, index) for index in range(begin + 2, padding, 2)]
    harmless_ones = [one for one in changed if harmless(one, ONE_ROLE)]
    assert 0 < len(harmless_ones) < MOST_UNSIGNED
    assert {read_of(one) == read_of(pdf) for one in harmless_ones} == {True}


@pytest.mark.parametrize("part", range(4))
def test_no_byte_of_a_normal_file_can_be_changed(part: int) -> None:
    pdf = normal()
    draw = Random(part)  # noqa: S311 - a sample
    first, _, after = hole(pdf)
    second, _, last = hole(pdf, after)
    covered = [*range(first), *range(after, second), *range(last, len(pdf))]
    for index in draw.sample(covered, 25):
        assert not harmless(flipped(pdf, index), HB_1), index
