"""QR codes: judged alone on paper, compared with the record on a signed page. HB-1, section 5."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Any

import segno
import sheet
import world
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from world import DAY, LONG_AGO, NOW, SECOND, SIGNED, Paper, cast

from cases import Given, case, each, expect, given
from issuers import certification, symbol
from verify.claims import Claims, read_claims
from verify.qr import pack
from verify.report import Outcome, Reason, Report
from verify.trust import (
    Appointment,
    Capacity,
    Key,
    KeyState,
    Kind,
    Level,
    RegisteredCertificate,
    RegisteredVersion,
    Role,
    Use,
    Withdrawal,
    Witness,
)

URL = f"https://{world.HOST}"
ONLY = expect("valid", "QR_ONLY")
NOBODYS = expect("indeterminate", "UNKNOWN_KEY", "ROLE_MISSING", "QR_ONLY")
BROKEN = expect("invalid", "QR_BROKEN", "QR_ONLY")
REGISTERED = SIGNED + DAY
OTHER_NUMBER = "000G40R40M30E20A"


@cache
def pen(name: str = "seal") -> symbol.QrKey:
    """A QR key; one a name."""
    return ec.generate_private_key(ec.SECP256R1()) if name == "p256" else ed25519.Ed25519PrivateKey.generate()


def spki(key: symbol.QrKey) -> bytes:
    """What the registry keeps of it."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def held(key: symbol.QrKey, **changes: Any) -> Key:  # noqa: ANN401 - fields of Key
    """An active QR key without a certificate, and what differs."""
    bare = spki(key)
    made = Key(sha256(bare).hexdigest(), Use.QR, "Con dấu QR", KeyState.ACTIVE, admitted=True, spki=bare)
    return replace(made, **changes)


def office(key: symbol.QrKey, issuer: str = world.SCHOOL, **changes: Any) -> Appointment:  # noqa: ANN401 - fields
    """The key speaks as the QR seal of an issuer since long ago, and what differs."""
    one = sha256(spki(key)).hexdigest()
    made = Appointment(f"{issuer}/qr/{one[:8]}", one, issuer, Role.QR_SEAL, Capacity.SUBSTANTIVE, LONG_AGO)
    return replace(made, **changes)


@cache
def code(*leave_out: int, key: symbol.QrKey | None = None, url: str = URL) -> symbol.Code:
    """The code of the record in order."""
    return symbol.make(world.record(), key or pen(), url, leave_out=leave_out)


@cache
def claims() -> Claims:
    """What it says."""
    return read_claims(code().claims)


def said(key: symbol.QrKey | None = None, **changes: Any) -> str:  # noqa: ANN401 - fields of Claims
    """The text of a code that says something else."""
    return symbol.text_of(symbol.seal(symbol.encode(replace(claims(), **changes)), key or pen()), URL)


def witnessed(text: str = "", at: datetime = REGISTERED, **changes: Any) -> RegisteredVersion:  # noqa: ANN401
    """The register's entry, with the digest of a code's claims."""
    sealed = world.opened(text or code().text).codes[0].sealed
    digest = sealed.qr_sha256 if sealed else ""
    return world.registration(at=at, **({"qrs": (Witness(digest, at),)} | changes))


def alone(handed: bytes | str = "", **changes: Any) -> Given:  # noqa: ANN401 - fields of Trust
    """A code handed in alone, in a world in which everything is in order, and what differs."""
    key = changes.pop("key", held(pen()))
    usual = {
        "versions": (witnessed(),),
        "more_keys": (key, *changes.pop("keys", ())),
        "appointments": changes.pop("offices", (office(pen()),)),
    }
    return given(handed or code().text, at=changes.pop("at", NOW), **(usual | changes))


def shows_claims(report: Report) -> bool:
    """Whether the signed grades are shown."""
    return report.transcript is not None and dict(report.transcript.claims or {}) == claims().plain


def shows_none(report: Report) -> bool:
    """Whether nothing is shown that nobody signed."""
    return report.transcript is None or report.transcript.claims is None


def speaks_for(issuer: str | None) -> Callable[[Report], bool]:
    """Whether the one signature is shown as this issuer's."""
    return lambda report: [one.issuer for one in report.signatures] == [issuer]


# Paper.


def png(text: str | None, *more: str) -> Paper:
    """Codes side by side in a picture; without any, a blank one."""
    tiles = [Image.open(BytesIO(_drawn(one))).convert("L") for one in (text, *more) if one]
    page = Image.new(
        "L", (max([tile.width for tile in tiles] or [400]), sum(tile.height for tile in tiles) or 400), 255
    )
    top = 0
    for tile in tiles:
        page.paste(tile, (0, top))
        top += tile.height
    return _saved(page, "PNG")


def _drawn(text: str) -> bytes:
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=4, border=symbol.QUIET)
    return out.getvalue()


def _saved(page: Image.Image, kind: str) -> Paper:
    out = BytesIO()
    page.save(out, kind, **({"resolution": 200} if kind == "PDF" else {}))
    return Paper(out.getvalue())


def scanned(text: str | None) -> Paper:
    """The same as a scanned page."""
    return _saved(Image.open(BytesIO(png(text))), "PDF")


@cache
def printed(text_of_code: str, *, text: str = "SO DIEM", fields: tuple[str, ...] = ()) -> bytes:
    """A page with the code of a text on it, not signed yet."""
    made = replace(code(), text=text_of_code, symbol=segno.make(text_of_code, error="m", micro=False))
    return symbol.stamp(sheet.sheet(fields=fields, text=text), made)


@cache
def signed(text_of_code: str) -> Paper:
    """A signed transcript with a code on its page."""
    pdf = sheet.sign(printed(text_of_code, fields=("principal", "school_seal")), cast().principal, "principal")
    return Paper(sheet.sign(pdf, cast().seal, "school_seal"))


@each(
    "one sound signature of a `qr_seal` key of the issuer it names",
    "`QR_ONLY` (whenever a QR was judged alone)",
    rows={
        "text": (lambda: code().text, ONLY),
        "digits-alone": (lambda: code().text.partition("#")[2], ONLY),
        "picture": (lambda: png(code().text), ONLY),
        "scan": (lambda: scanned(code().text), ONLY),
        "another-algorithm": (lambda: code(key=pen("p256")).text, ONLY),
        "host-in-small-letters": (lambda: code().text.replace(world.HOST, world.HOST.lower()), ONLY),
        "twice-on-a-page": (lambda: png(code().text, code().text.partition("#")[2]), ONLY),
    },
    shows=dict.fromkeys(("text", "digits-alone", "picture", "scan"), shows_claims)
    | {"another-algorithm": speaks_for(world.SCHOOL)},
)
def a_code_alone(handed: Callable[[], bytes | str]) -> Given:
    """However it comes, it is judged by what it carries, and shows the signed grades."""
    return alone(handed(), keys=(held(pen("p256")),), offices=(office(pen()), office(pen("p256"))))


@case(
    "`QR_FOREIGN_HOST`, `APPEARANCE_ADDED`, `UNREGISTERED` (replacement",
    expected=expect("valid", "QR_ONLY", "QR_FOREIGN_HOST"),
)
def a_code_of_another_host() -> Given:
    """Warned of, judged on its payload, never asked."""
    return alone(code(url="https://hocba-gia.example").text)


# Whose key.


@each(
    "A sound envelope by an unknown key: `UNKNOWN_KEY`",
    "also a QR judged alone",
    rows={
        "unknown": ({"key": held(pen("other"))}, NOBODYS),
        "never-active": ({"key": held(pen(), admitted=False, state=KeyState.PROVEN)}, NOBODYS),
        "not-appointed": ({"offices": ()}, expect("indeterminate", "ROLE_MISSING", "QR_ONLY")),
        "a-documents-key": ({"key": held(pen(), use=Use.DOCUMENT)}, expect("indeterminate", "ROLE_MISSING", "QR_ONLY")),
        "another-role": (
            {"offices": (office(pen(), role=Role.SCHOOL_SEAL),)},
            expect("indeterminate", "ROLE_MISSING", "QR_ONLY"),
        ),
        "another-school": (
            {"offices": (office(pen(), world.OTHER),)},
            expect("invalid", "ISSUER_MISMATCH", "ROLE_MISSING", "QR_ONLY"),
        ),
    },
    shows=dict.fromkeys(("unknown", "not-appointed", "another-school"), shows_none)
    | {"another-role": speaks_for(world.SCHOOL), "never-active": speaks_for(None)},
)
def whose_key(changes: dict[str, Any]) -> Given:
    """Only the QR key of the school that the code names speaks for it."""
    return alone(**changes)


@case(
    "`UNKNOWN_ISSUER` (the record names a code that the registry lacks)",
    expected=expect("invalid", "ISSUER_MISMATCH", "UNKNOWN_ISSUER", "ROLE_MISSING", "NOT_REGISTERED", "QR_ONLY"),
)
def a_school_that_nobody_knows() -> Given:
    """Signed by a school's key in the name of another code."""
    return alone(said(issuer="00000000"))


@case(
    "a signature that fails: `SIGNATURE_BROKEN`",
    expected=expect("invalid", "SIGNATURE_BROKEN", "QR_ONLY"),
    shows=shows_none,
)
def a_signature_that_fails() -> Given:
    """The claims are whole and the school's; the signature under them is not."""
    return alone(forged())


@cache
def forged() -> str:
    """The code with the last byte of its signature changed."""
    envelope = bytearray(code().envelope)
    envelope[-1] ^= 1
    return symbol.text_of(bytes(envelope), URL)


@case("a signature that fails: `SIGNATURE_BROKEN`", expected=expect("invalid", "SIGNATURE_BROKEN", "QR_ONLY"))
def a_signature_that_fails_beside_a_sound_one() -> Given:
    """The same claims twice: the role takes the sound one, and the broken one breaks the paper."""
    return alone(png(code().text, forged()))


@case("a signature that fails: `SIGNATURE_BROKEN`", expected=ONLY)
def the_same_claims_under_two_keys() -> Given:
    """A stranger's envelope around the school's claims takes nothing from the school's own."""
    return alone(png(symbol.text_of(symbol.seal(code().claims, pen("other")), URL), code().text))


# What the format refuses: item by item in test_qr.py.

DIGITS = code().text.partition("#")[2]


@each(
    "anything else that `docs/qr.md` refuses: `QR_BROKEN`",
    "A code of ours that `docs/qr.md` refuses is `QR_BROKEN` beside a whole one, too",
    rows={
        "no-digits": (lambda: f"{URL}/V#", BROKEN),
        "letters": (lambda: f"{URL}/V#{DIGITS}x", BROKEN),
        "full-width-digits": (lambda: f"{URL}/V#１{DIGITS[1:]}", BROKEN),
        "an-underscore": (lambda: f"{URL}/V#1_{DIGITS[2:]}", BROKEN),
        "a-digit-less": (lambda: f"{URL}/V#{DIGITS[:-1]}", BROKEN),
        "four-kilobytes": (lambda: f"{URL}/V#{'1' * 4096}", BROKEN),
        "a-group-too-large": (lambda: f"{URL}/V#{'9' * 17}{DIGITS[17:]}", BROKEN),
        "no-envelope": (lambda: f"{URL}/V#{pack(b'x' * 200)}", BROKEN),
        "no-claims": (lambda: symbol.text_of(symbol.seal(b"\xa0", pen()), URL), BROKEN),
        "beside-a-whole-one": (lambda: png(code().text, f"{URL}/V#{DIGITS[:-1]}"), BROKEN),
    },
)
def a_broken_code(handed: Callable[[], bytes | str]) -> Given:
    """Nobody can say what it says, or whose it is."""
    return alone(handed())


# Time: the table of section 3, asked of the QR key; T_poe is the ledger entry of the claims.

BEFORE = {"versions": (witnessed(at=SIGNED),)}
REVOKED = {"state": KeyState.REVOKED, "revoked_at": REGISTERED}


@each(
    "under sections 2 and 3 with `qr_seal` as the required role",
    "or for a QR of its claims (`qr_sha256`)",
    rows={
        "revoked-after": ({"key": held(pen(), **REVOKED)} | BEFORE, ONLY),
        "revoked-a-second-after": (
            {"key": held(pen(), **REVOKED), "versions": (witnessed(at=REGISTERED - SECOND),)},
            ONLY,
        ),
        "revoked-then": ({"key": held(pen(), **REVOKED)}, expect("indeterminate", "KEY_REVOKED", "QR_ONLY")),
        "suspended-after": (
            {"key": held(pen(), state=KeyState.SUSPENDED, suspended_since=REGISTERED)} | BEFORE,
            ONLY,
        ),
        "suspended-then": (
            {"key": held(pen(), state=KeyState.SUSPENDED, suspended_since=REGISTERED)},
            expect("indeterminate", "KEY_SUSPENDED", "QR_ONLY"),
        ),
        "retired-after": ({"key": held(pen(), state=KeyState.RETIRED, retired_at=REGISTERED)} | BEFORE, ONLY),
        "retired-then": (
            {"key": held(pen(), state=KeyState.RETIRED, retired_at=REGISTERED)},
            expect("indeterminate", "NO_PROOF_OF_EXISTENCE", "QR_ONLY"),
        ),
        "appointed-later": (
            {"offices": (office(pen(), valid_from=REGISTERED + SECOND),)},
            expect("invalid", "NOT_AUTHORISED_AT_TIME", "QR_ONLY"),
        ),
        "appointment-ended": (
            {"offices": (office(pen(), valid_until=REGISTERED),)},
            expect("indeterminate", "NO_PROOF_OF_EXISTENCE", "QR_ONLY"),
        ),
        "school-suspended": (
            {"school": replace(world.school(), suspended_since=REGISTERED)},
            expect("indeterminate", "ISSUER_SUSPENDED", "QR_ONLY"),
        ),
        "another-code-registered-before": (
            {
                "key": held(pen(), **REVOKED),
                "versions": (witnessed(qrs=(Witness("0" * 64, SIGNED), *witnessed().qrs)),),
            },
            expect("indeterminate", "KEY_REVOKED", "QR_ONLY"),
        ),
        "the-earlier-of-two-entries": (
            {
                "key": held(pen(), **REVOKED),
                "versions": (
                    world.registration(qrs=tuple(Witness(code().qr_sha256, at) for at in (REGISTERED + DAY, SIGNED))),
                ),
            },
            ONLY,
        ),
        "another-schools-entry": (
            {"key": held(pen(), **REVOKED), "versions": (witnessed(), witnessed(at=SIGNED, issuer=world.OTHER))},
            expect("indeterminate", "KEY_REVOKED", "QR_ONLY"),
        ),
    },
)
def the_time_of_a_code(changes: dict[str, Any]) -> Given:
    """A code proves no time; the register's entry of its claims does."""
    return alone(**changes)


def certified(at: datetime = NOW, issuing: certification.Authority | None = None, **told: Any) -> Key:  # noqa: ANN401
    """The QR key with a certificate made at an instant; `told` is what the registry knows of that."""
    certificate = certification.certify(issuing or cast().authority, "Con dấu QR", "Trường thử", pen(), at)
    der = certificate.public_bytes(Encoding.DER)
    return held(pen(), certificates=(RegisteredCertificate(sha256(der).hexdigest(), der, **told),))


STRANGE = certification.authority("CA lạ khác", certification.p256_key(), NOW)


@each(
    "under sections 2 and 3 with `qr_seal` as the required role",
    rows={
        "in-order": (lambda: {"key": certified()}, ONLY),
        "expired-before": (
            lambda: {"key": certified(NOW - 4000 * DAY)},
            expect("indeterminate", "NO_PROOF_OF_EXISTENCE", "QR_ONLY"),
        ),
        "revoked-then": (
            lambda: {"key": certified(revoked_at=SIGNED)},
            expect("indeterminate", "KEY_REVOKED", "QR_ONLY"),
        ),
        "to-no-anchor": (
            lambda: {"key": certified(issuing=STRANGE)},
            expect("indeterminate", "UNKNOWN_KEY", "QR_ONLY"),
        ),
        "without-lists": (
            lambda: {"key": certified(), "revocation": "crl"},
            expect("indeterminate", "STALE_DATA", "QR_ONLY"),
        ),
    },
)
def a_qr_key_with_a_certificate(changes: Callable[[], dict[str, Any]]) -> Given:
    """Most have none; one that has is asked like any other, and no envelope names which."""
    issuing = tuple(one.public_bytes(Encoding.DER) for one in cast().authority.chain)
    return alone(intermediates=issuing, **changes())


# Scope, and what the claims say of the school.

OUTSIDE = expect("invalid", "NOT_AUTHORISED_AT_TIME", "QR_ONLY")
INCONSISTENT = expect("invalid", "RECORD_INCONSISTENT", "QR_ONLY")


def above(**scope: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Period
    """The department with a scope of its own."""
    return {"department": world.issuer(world.DEPARTMENT, Kind.DEPARTMENT, "Sở (mẫu)", world.MINISTRY, **scope)}


@each(
    "its claims standing in for the record (they name no province: territory is not asked)",
    rows={
        "level-of-the-department": (lambda: alone(**above(levels=frozenset({Level.PRIMARY}))), OUTSIDE),
        "level-of-the-appointment": (
            lambda: alone(offices=(office(pen(), levels=frozenset({Level.PRIMARY})),)),
            OUTSIDE,
        ),
        "role-of-the-department": (lambda: alone(**above(roles=frozenset({Role.PRINCIPAL}))), OUTSIDE),
        "territory-of-the-department": (lambda: alone(**above(territory=frozenset({"01"}))), ONLY),
        "a-level-that-is-not-the-schools": (lambda: other(level=Level.PRIMARY), INCONSISTENT),
        "issued-tomorrow": (lambda: other(issued_on=NOW.date() + 2 * DAY, at=NOW), INCONSISTENT),
        "issued-after-it-was-registered": (lambda: other(issued_on=REGISTERED.date() + DAY), INCONSISTENT),
        "issued-on-the-day-it-was-registered": (lambda: other(issued_on=REGISTERED.date()), ONLY),
        "a-department": (
            lambda: alone(
                said(issuer=world.DEPARTMENT),
                offices=(office(pen(), world.DEPARTMENT),),
                versions=(witnessed(said(issuer=world.DEPARTMENT), issuer=world.DEPARTMENT),),
            ),
            expect("indeterminate", "CANNOT_BE_JUDGED", "QR_ONLY"),
        ),
    },
)
def what_the_claims_say(build: Callable[[], Given]) -> Given:
    """Held against the registry as a record would be."""
    return build()


def other(at: datetime = REGISTERED, **changes: Any) -> Given:  # noqa: ANN401 - fields of Claims
    """Other claims, registered as they are."""
    text = said(**changes)
    entry = {name: value for name, value in changes.items() if name in {"level", "issued_on", "version"}}
    return alone(text, versions=(witnessed(text, at, **entry),))


@each(
    "with name, date of birth and grades among them, else `QR_INCOMPLETE`",
    rows={
        f"without-{'-'.join(map(str, left))}": (left, expect("indeterminate", "QR_INCOMPLETE", "QR_ONLY"))
        for left in ((6,), (7,), (8, 9, 10, 11), (6, 7, 8, 9, 10, 11))
    },
)
def claims_that_cannot_be_compared(left: Sequence[int]) -> Given:
    """Without name, birthday and grades a paper can say anything beside a sound code."""
    short = code(*left)
    return alone(short.text, versions=(witnessed(short.text),))


# The register, the second witness.

NOT_REGISTERED = expect("indeterminate", "NOT_REGISTERED", "QR_ONLY")
MISMATCH = expect("invalid", "QR_MISMATCH", "QR_ONLY")


@each(
    "no entry of its version with a `qr_sha256` is `NOT_REGISTERED`; entries, but none equal: `QR_MISMATCH`",
    "the register is its second witness",
    rows={
        "nothing": (lambda: {"versions": ()}, NOT_REGISTERED),
        "the-file-alone": (lambda: {"versions": (world.registration(),)}, NOT_REGISTERED),
        "an-older-version": (
            lambda: {"versions": (witnessed(version=2, qrs=()), witnessed(version=3, record_digest="1" * 64))},
            expect("indeterminate", "NOT_REGISTERED", "TRANSCRIPT_SUPERSEDED", "QR_ONLY"),
        ),
        "another-code": (lambda: {"versions": (witnessed(qrs=(Witness("1" * 64, SIGNED),)),)}, MISMATCH),
        "this-code-and-another": (
            lambda: {"versions": (witnessed(qrs=(Witness("1" * 64, SIGNED), Witness(code().qr_sha256, REGISTERED))),)},
            ONLY,
        ),
        "another-record": (
            lambda: {"versions": (witnessed(record_digest="1" * 64),)},
            expect("invalid", "REGISTER_MISMATCH", "QR_MISMATCH", "QR_ONLY"),
        ),
        "another-level": (lambda: {"versions": (witnessed(level=Level.PRIMARY),)}, MISMATCH),
        "a-newer-version": (
            lambda: {"versions": (witnessed(), witnessed(version=2, record_digest="1" * 64, qrs=()))},
            expect("superseded", "TRANSCRIPT_SUPERSEDED", "QR_ONLY"),
        ),
        "withdrawn": (
            lambda: {"withdrawals": (Withdrawal(world.SCHOOL, world.NUMBER, NOW, "issued_in_error"),)},
            expect("invalid", "TRANSCRIPT_WITHDRAWN", "QR_ONLY"),
        ),
        "another-schools": (lambda: {"versions": (witnessed(issuer=world.OTHER),)}, NOT_REGISTERED),
    },
)
def what_the_register_says(changes: Callable[[], dict[str, Any]]) -> Given:
    """One key could be stolen; the register must know the code as well."""
    return alone(**changes())


# Several codes, or none.


@each(
    "Two payloads of one number on a scan: `QR_MISMATCH`; different numbers: `CANNOT_BE_JUDGED` (split the file)",
    rows={
        "two-payloads": (lambda: png(code().text, said(full_name="Trần Thị Khác")), MISMATCH),
        "two-numbers": (
            lambda: png(code().text, said(number=OTHER_NUMBER)),
            expect("indeterminate", "CANNOT_BE_JUDGED", "QR_ONLY"),
        ),
        "a-strangers-payload": (lambda: png(code().text, said(pen("other"), full_name="Trần Thị Khác")), MISMATCH),
    },
)
def two_codes(handed: Callable[[], Paper]) -> Given:
    """Which of them is the paper's, nobody can say."""
    return alone(handed())


@each(
    "A picture without a readable QR of ours: `NO_QR_FOUND`",
    rows={
        "blank": (lambda: png(None), expect("indeterminate", "NO_QR_FOUND")),
        "a-foreign-code": (lambda: png("https://example.com/"), expect("indeterminate", "NO_QR_FOUND")),
        "a-blank-scan": (lambda: scanned(None), expect("indeterminate", "NO_QR_FOUND")),
        "a-foreign-code-beside-ours": (lambda: png("https://example.com/", code().text), ONLY),
    },
)
def a_picture(handed: Callable[[], Paper]) -> Given:
    """Take a sharper photo, or of the right code."""
    return alone(handed())


@each(
    "A PDF with visible text, a QR and no signature is at best `indeterminate` (`ROLE_MISSING`)",
    rows={
        "a-code": (lambda: printed(code().text), expect("indeterminate", "ROLE_MISSING", "QR_ONLY")),
        "a-broken-code": (lambda: printed(forged()), expect("invalid", "SIGNATURE_BROKEN", "ROLE_MISSING", "QR_ONLY")),
        "no-code": (lambda: sheet.sheet(fields=()), expect("invalid", "NO_SIGNATURE")),
    },
    shows={
        "a-code": lambda report: report.kind == "pdf" and report.transcript is not None and not report.transcript.record
    },
)
def a_text_without_a_signature(pdf: Callable[[], bytes]) -> Given:
    """What is written around the code, nobody has signed."""
    return alone(Paper(pdf()))


# On a signed page.


def key_is_a_finding(report: Report) -> bool:
    """Whether the state of the code's key is told, and told as nothing more."""
    return any(one.check == "qr" and one.outcome is Outcome.NOTED and "key" in one.facts for one in report.findings)


def page(text: str, **changes: Any) -> Given:  # noqa: ANN401 - fields of Trust
    """A signed transcript with this code on its page, in a world that also knows the QR key."""
    offices = (*world.Trust().appointments, office(pen()))
    usual = {"more_keys": (held(pen()),), "appointments": offices, "versions": (witnessed(),)}
    return given(signed(text), **(usual | changes))


@each(
    "In a signed PDF the QR is only compared with the record (`QR_MISMATCH`); its own key's state is a finding",
    "a QR's in a signed PDF too, but for `QR_MISMATCH`",
    rows={
        "the-same": (lambda: page(code().text), expect("valid")),
        "another-name": (lambda: page(said(full_name="Trần Thị Khác")), expect("invalid", "QR_MISMATCH")),
        "another-number": (lambda: page(said(number=OTHER_NUMBER)), expect("invalid", "QR_MISMATCH")),
        "an-unknown-key": (lambda: page(code(key=pen("other")).text), expect("valid")),
        "a-revoked-key": (lambda: page(code().text, more_keys=(held(pen(), **REVOKED),)), expect("valid")),
        "a-failing-signature": (lambda: page(forged()), expect("valid")),
        "a-broken-code": (lambda: page(f"{URL}/V#{DIGITS[:-1]}"), expect("valid")),
        "another-host": (lambda: page(code(url="https://hocba-gia.example").text), expect("valid")),
        "not-registered": (lambda: page(code().text, versions=(world.registration(),)), expect("valid")),
    },
    shows={"the-same": key_is_a_finding, "a-revoked-key": key_is_a_finding, "an-unknown-key": key_is_a_finding},
)
def a_code_on_a_signed_page(build: Callable[[], Given]) -> Given:
    """The signatures speak; the code may only not contradict what they signed."""
    return build()


def differing(report: Report) -> list[object]:
    """The claims that are told to differ."""
    return [one.facts["claims"] for one in report.findings if one.code == Reason.QR_MISMATCH]


def letter(text: str) -> Paper:
    """A signed page with a code, and without a record."""

    def bare(pdf: Any) -> None:  # noqa: ANN401 - pikepdf's
        del pdf.Root.AF, pdf.Root.Names

    made = replace(code(), text=text, symbol=segno.make(text, error="m", micro=False))
    pdf = symbol.stamp(sheet.sheet(bend=bare), made)
    pdf = sheet.sign(pdf, cast().principal, "principal")
    return Paper(sheet.sign(pdf, cast().seal, "school_seal"))


@each(
    "In a signed PDF the QR is only compared with the record (`QR_MISMATCH`)",
    "the register's issuer, level, date and version stand in",
    rows={
        "the-same": ((lambda: code().text, True), expect("valid")),
        "another-level": ((lambda: said(level=Level.PRIMARY), True), expect("invalid", "QR_MISMATCH")),
        "another-version": ((lambda: said(version=2), True), expect("invalid", "QR_MISMATCH")),
        "not-identified": ((lambda: said(version=2), False), expect("indeterminate", "NOT_IDENTIFIED")),
    },
    shows={
        "another-level": lambda report: differing(report) == [(12,)],
        "another-version": lambda report: differing(report) == [(2, 3)],
    },
)
def a_code_on_a_page_without_a_record(handed: tuple[Callable[[], str], bool]) -> Given:
    """Then what the register says of the file stands in for the record, as far as it knows."""
    text, registered = handed
    pdf = letter(text())
    versions = (world.registration(pdf, SIGNED),) if registered else ()
    return given(pdf, versions=versions)
