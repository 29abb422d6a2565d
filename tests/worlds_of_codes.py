"""Random worlds of QR codes, each as the second reading sees it and as the engine does.

No picture is drawn: the text of every code is really signed and really taken apart, and stands in the evidence as if a
scan had found it. The tree, the keys' lives and the instants are those of `tests/worlds.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from typing import Any

import oracle
import worlds
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import strategies as st
from oracle_codes import QR, Code, Entry, Payload, World
from worlds import (
    BEFORE,
    BEGINNING,
    DATES,
    DAYS,
    HERE,
    INSTANTS,
    LOWER,
    NUMBER,
    OTHER,
    SCHOOL,
    TODAY,
    UPPER,
    Draw,
    seldom,
)

from issuers import certification, symbol
from verify import trust
from verify.agreement import derive
from verify.claims import Claims
from verify.code import Code as FoundCode
from verify.code import read_code
from verify.documents import open_text
from verify.evidence import Evidence
from verify.record import read

HOST = "HB.EXAMPLE.VN"
ANOTHER = "000G40R40M30E20A"
DIGEST = "ab" * 32
BIRTHDAY = date(2001, 2, 3)
PARTS = ((6,), (7,), (8, 9, 10, 11), (6, 7, 8, 9, 10, 11))
"""The claims that may be left out, together where they go together."""

# --- what is signed -------------------------------------------------------------------------------------------------


@cache
def pen(name: str) -> symbol.QrKey:
    """A QR key, the same in every process; one of them on P-256."""
    seed = sha256(name.encode()).digest()
    if name == "ink2":
        return ec.derive_private_key(int.from_bytes(seed[:31]), ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed)


@cache
def spki(name: str) -> bytes:
    return pen(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def identity(name: str) -> str:
    return sha256(spki(name)).hexdigest()


@cache
def certificate(name: str) -> x509.Certificate:
    """The certificate "ink/document/0": of the first day, under the root of documents."""
    key, root, made = name.split("/")
    at = DAYS[int(made)].astimezone(UTC)
    return certification.certify(worlds.authority(root), name, "Trường thử", pen(key), at)


@cache
def recorded(claims: oracle.Claims) -> Claims:
    """What follows from the record that makes these claims."""
    return derive(read(worlds.record(replace(claims, digest=""))))


@cache
def said(payload: Payload, claims: oracle.Claims) -> bytes:
    """The claims of a code, which says of a pupil what a record does, or something else."""
    own = recorded(claims)
    pupil: dict[str, dict[str, Any]] = {
        "own": {},
        "name": {"full_name": "Trần Thị Khác"},
        "born": {"date_of_birth": BIRTHDAY},
        "mark": {"marks": bytes([(own.marks or b"\xff")[0] ^ 1]) + (own.marks or b"")[1:]},
    }
    changed = replace(
        own,
        issuer=payload.issuer,
        number=payload.number,
        version=payload.version,
        record_digest=payload.digest,
        level=trust.Level(payload.level),
        issued_on=payload.issued_on,
        **pupil[payload.pupil],
    )
    return symbol.encode(symbol.without(changed, payload.omitted))


PLAIN = oracle.Claims(SCHOOL, NUMBER, 1, "", UPPER, DATES[0], worlds.NAME, HERE, worlds.PROVINCE)
"""The record whose pupil all codes name that stand alone."""


@cache
def envelope(payload: Payload, key: str, claims: oracle.Claims) -> bytes:
    """The claims signed, once a process: two codes may carry one envelope."""
    return symbol.seal(said(payload, claims), pen(key))


@cache
def taken_apart(code: Code, claims: oracle.Claims) -> FoundCode:
    """A code as a reader finds it."""
    signed = envelope(code.payload, code.key, claims)
    if code.soundness == "failing":
        signed = signed[:-1] + bytes([signed[-1] ^ 1])
    text = symbol.text_of(signed, "https://hocba-gia.example" if code.foreign else f"https://{HOST}")
    return read_code(text[:-1] if code.soundness == "refused" else text, HOST)


@cache
def blank() -> Evidence:
    """The evidence of a text, to be made into another's."""
    made = symbol.text_of(symbol.seal(symbol.encode(recorded(PLAIN)), pen("ink")), f"https://{HOST}")
    return open_text(made, HOST)


def evidence(world: World) -> Evidence:
    """What a reader would find on the paper."""
    codes = tuple(taken_apart(one, PLAIN) for one in world.codes)
    names = trust.Names(kids=frozenset(one.sealed.kid for one in codes if one.sealed))
    base = replace(worlds.opened(()), visible_text=True) if world.kind == "pdf" else replace(blank(), kind=world.kind)
    return replace(base, codes=codes, names=names)


# --- what is known --------------------------------------------------------------------------------------------------


def known_key(world: World, key: oracle.Key) -> trust.Key:
    certificates = tuple(
        trust.RegisteredCertificate(
            sha256(certificate(one.name).public_bytes(Encoding.DER)).hexdigest(),
            certificate(one.name).public_bytes(Encoding.DER),
            revoked_at=one.revoked_at,
            reason="superseded" if one.revoked_at else None,
            invalid_since=one.invalid_since,
        )
        for one in world.registry.certificates
        if one.name.partition("/")[0] == key.name
    )
    return trust.Key(
        identity(key.name),
        trust.Use.DOCUMENT if key.name in world.documents else trust.Use.QR,
        key.name,
        worlds.state(key),
        admitted=key.admitted,
        historical=key.historical,
        suspended_since=key.suspended_since,
        retired_at=key.retired_at,
        revoked_at=key.revoked_at,
        revocation_reason="keyCompromise" if key.revoked_at else None,
        invalid_since=key.invalid_since,
        proposed_invalid_since=key.proposed_invalid_since,
        certificates=certificates,
        spki=spki(key.name),
    )


def known_entry(one: Entry, claims: oracle.Claims) -> trust.RegisteredVersion:
    return trust.RegisteredVersion(
        one.issuer,
        one.number,
        one.version,
        one.digest,
        trust.Level(one.level),
        DATES[0],
        min((at for _, at in one.codes), default=BEGINNING),
        qrs=tuple(trust.Witness(sha256(said(payload, claims)).hexdigest(), at) for payload, at in one.codes),
    )


def snapshot(world: World) -> trust.TrustSnapshot:
    """The registry's slice."""
    registry = world.registry
    document = worlds.authority("document")
    return trust.TrustSnapshot(
        generation=1,
        ledger_head="0" * 64,
        issuers={one.code: worlds.known_issuer(one) for one in registry.issuers},
        keys={identity(one.name): known_key(world, one) for one in registry.keys},
        appointments=tuple(known_appointment(index, one) for index, one in enumerate(registry.appointments)),
        anchors=(
            trust.Anchor(
                "document",
                document.root.public_bytes(Encoding.DER),
                trust.Use.DOCUMENT,
                trust.CRL if "document" in registry.strict else trust.REGISTRY,
                distrusted_at=None if "document" in registry.roots else BEGINNING,
            ),
        ),
        intermediates=(document.certificate.public_bytes(Encoding.DER),),
        versions=tuple(known_entry(one, PLAIN) for one in world.entries),
        withdrawals=tuple(
            trust.Withdrawal(issuer, number, BEGINNING, "entry_error") for issuer, number in registry.withdrawals
        ),
    )


def known_appointment(index: int, one: oracle.Appointment) -> trust.Appointment:
    return trust.Appointment(
        f"{index}",
        identity(one.key),
        one.issuer,
        trust.Role(one.role),
        trust.Capacity.SUBSTANTIVE,
        one.valid_from,
        one.valid_until,
        worlds.levels(one.levels),
    )


def realise(world: World) -> tuple[Evidence, trust.TrustSnapshot, datetime]:
    """The world as the engine is told of it."""
    return evidence(world), snapshot(world), world.registry.now


# --- on a signed page -----------------------------------------------------------------------------------------------


def on_record(page: oracle.World) -> Payload:
    """What a code on this page may say: what follows from the record, or from what stands in for it."""
    claims = (oracle.identify(page) or page).claims
    return Payload(claims.issuer, claims.number, claims.version, claims.digest, claims.level, claims.issued_on)


def realise_page(world: World) -> tuple[Evidence, trust.TrustSnapshot, datetime]:
    """A signed file with codes on its page."""
    found, known, now = worlds.realise(world.registry)
    codes = tuple(taken_apart(one, world.registry.claims) for one in world.codes)
    names = replace(found.names, kids=frozenset(one.sealed.kid for one in codes if one.sealed))
    keys = {identity(name): known_key(world, oracle.Key(name)) for name in ("ink", "ink2")}
    office = known_appointment(len(known.appointments), oracle.Appointment("ink", SCHOOL, QR, BEGINNING))
    known = replace(known, keys={**known.keys, **keys}, appointments=(*known.appointments, office))
    return replace(found, codes=codes, names=names, visible_text=True), known, now


# --- drawing --------------------------------------------------------------------------------------------------------

KEYS = ("ink", "ink2", "otherink", "documentink")
"""Keys that the registry may know; "stranger" it never does."""


def draw_payload(draw: Draw[Any], odds: int) -> Payload:
    return Payload(
        issuer=seldom(draw, odds, SCHOOL, st.sampled_from([OTHER, BEFORE, HERE, "79999999"])),
        number=NUMBER,
        version=seldom(draw, 4, 1, st.integers(2, 3)),
        digest=DIGEST,
        level=seldom(draw, odds, UPPER, st.just(LOWER)),
        issued_on=seldom(draw, 3, DATES[0], st.sampled_from(DATES)),
        omitted=seldom(draw, odds, (), st.sampled_from(PARTS)),
    )


def draw_change(draw: Draw[Any], payload: Payload) -> Payload:
    """Something else that a code or a register may say."""
    changes: list[dict[str, Any]] = [
        {"pupil": "name"},
        {"pupil": "born"},
        {"pupil": "mark"},
        {"number": ANOTHER},
        {"number": ANOTHER, "pupil": "born"},
        {"version": payload.version + 1},
        {"digest": "cd" * 32},
        {"level": LOWER if payload.level == UPPER else UPPER},
        {"issued_on": DATES[4] if payload.issued_on != DATES[4] else DATES[1]},
        {"issuer": OTHER if payload.issuer != OTHER else SCHOOL},
        {"omitted": PARTS[3] if payload.omitted != PARTS[3] else ()},
    ]
    return settled(replace(payload, **draw(st.sampled_from(changes))))


def settled(payload: Payload) -> Payload:
    """Without saying otherwise of a pupil what it leaves out."""
    left_out = {"name": 6, "born": 7, "mark": 10}.get(payload.pupil) in payload.omitted
    return replace(payload, pupil="own") if left_out else payload


def draw_code(draw: Draw[Any], odds: int, payload: Payload) -> Code:
    return Code(
        payload,
        seldom(draw, odds // 2, "ink", st.sampled_from(["ink2", "otherink", "documentink", "stranger"])),
        seldom(draw, odds, "sound", st.sampled_from(["failing", "refused"])),
        foreign=seldom(draw, odds, False, st.just(True)),  # noqa: FBT003
    )


def draw_codes(draw: Draw[Any], odds: int, payload: Payload, most: int) -> tuple[Code, ...]:
    """Codes, each once as readers keep them: most say the same."""
    count = seldom(draw, 12, min(most, draw(st.sampled_from([1, 1, 1, 2, 2, 3]))), st.just(0))
    found: list[Code] = []
    for index in range(count):
        changed = index > 0 and draw(st.integers(0, 2)) == 0
        code = draw_code(draw, odds if index == 0 else 4, draw_change(draw, payload) if changed else payload)
        if code not in found:
            found.append(code)
    return tuple(found)


def draw_appointments(draw: Draw[Any], odds: int, known: frozenset[str]) -> tuple[oracle.Appointment, ...]:
    """Only a key that was trusted once is appointed: the registry approves both together."""
    found = []
    usual = (("ink", SCHOOL), ("ink2", SCHOOL), ("otherink", OTHER), ("documentink", SCHOOL))
    for key, issuer in usual:
        if key not in known or seldom(draw, odds, False, st.just(True)):  # noqa: FBT003
            continue
        where = seldom(draw, odds, issuer, st.sampled_from([SCHOOL, OTHER, BEFORE, HERE]))
        role = seldom(draw, odds, QR, st.sampled_from(["school_seal", "principal", "time_stamp_authority"]))
        levels = seldom(draw, odds, None, st.sampled_from([frozenset({UPPER}), frozenset({LOWER})]))
        since, until = worlds.draw_interval(draw, odds)
        found.append(oracle.Appointment(key, where, role, since, until, levels))
        if seldom(draw, odds // 2, False, st.just(True)):  # noqa: FBT003
            begins = draw(st.sampled_from([*([until] if until else [BEGINNING]), *INSTANTS]))
            ends = draw(st.sampled_from([None, *(at for at in INSTANTS if at > begins)]))
            again = seldom(draw, 3, levels, st.sampled_from([None, frozenset({UPPER}), frozenset({LOWER})]))
            where = seldom(draw, 3, where, st.sampled_from([SCHOOL, OTHER]))
            found.append(oracle.Appointment(key, where, QR, begins, ends, again))
    return tuple(found)


def draw_entries(
    draw: Draw[Any], odds: int, now: datetime, past: st.SearchStrategy[datetime], payload: Payload
) -> tuple[Entry, ...]:
    found: list[Entry] = []
    soon = min(DAYS[1], now)
    for _ in range(draw(st.sampled_from([1, 1, 1, 1, 2, 2, 3, 0]))):
        version = seldom(draw, 2 if found else 5, payload.version, st.integers(1, 3))
        codes = []
        for _ in range(seldom(draw, 5, 1, st.sampled_from([0, 2]))):
            other = seldom(draw, odds // 2, False, st.just(True))  # noqa: FBT003
            codes.append((draw_change(draw, payload) if other else payload, seldom(draw, 2, soon, past)))
        found.append(
            Entry(
                seldom(draw, odds // 2, payload.issuer, st.sampled_from([SCHOOL, OTHER, BEFORE, HERE])),
                seldom(draw, odds, payload.number, st.just(ANOTHER)),
                version,
                seldom(draw, odds, payload.digest, st.just("cd" * 32)),
                seldom(draw, odds, payload.level, st.just(LOWER)),
                tuple(codes),
            )
        )
    return tuple(found)


def draw_certificates(
    draw: Draw[Any], odds: int, keys: tuple[oracle.Key, ...], past: st.SearchStrategy[datetime]
) -> tuple[oracle.Certificate, ...]:
    """Most keys are bare; some have a certificate, and a few have two."""
    found = []
    for key in keys:
        count = seldom(draw, odds // 2, 0, st.integers(1, 2)) if key.admitted else 0
        for made in draw(st.permutations([1, 5, 6]))[:count]:
            root = seldom(draw, 8, "document", st.just("foreign"))
            name = f"{key.name}/{root}/{made}"
            own = certificate(name)
            revoked = seldom(draw, 5, None, past)
            found.append(
                oracle.Certificate(
                    name,
                    own.not_valid_before_utc,
                    own.not_valid_after_utc,
                    root,
                    f"ca/{root}",
                    revoked,
                    seldom(draw, 3, None, past) if revoked else None,
                )
            )
    return (*found, worlds.plain_certificate("ca/document"))


@st.composite
def worlds_of_paper(draw: Draw[Any]) -> World:
    """Codes that stand alone: most of it in order, some of it not."""
    odds = draw(st.sampled_from([60, 25, 10]))
    now = seldom(draw, 3, TODAY, st.sampled_from(INSTANTS))
    past = st.sampled_from([at for at in INSTANTS if at <= now] or [BEGINNING])
    kind = draw(st.sampled_from(["qr", "image", "image", "scan", "scan", "pdf"]))
    payload = draw_payload(draw, odds)
    codes = draw_codes(draw, odds, payload, 1 if kind == "qr" else 3)
    if kind == "qr" and not codes:
        kind = "image"
    keys = tuple(
        worlds.draw_key(draw, odds // 3, name, past)
        for name in KEYS
        if not seldom(draw, odds, False, st.just(True))  # noqa: FBT003
    )
    known = frozenset(one.name for one in keys if one.admitted)
    claims = oracle.Claims(payload.issuer, NUMBER, 1, "", UPPER, DATES[0], None, None, None)
    registry = oracle.World(
        now=now,
        claims=claims,
        keys=keys,
        certificates=draw_certificates(draw, odds, keys, past),
        roots=seldom(draw, odds, frozenset({"document"}), st.just(frozenset[str]())),
        strict=seldom(draw, odds, frozenset[str](), st.just(frozenset({"document"}))),
        appointments=draw_appointments(draw, odds, known),
        issuers=worlds.draw_issuers(draw, odds, past),
        withdrawals=seldom(draw, odds, (), st.sampled_from([((one, NUMBER),) for one in (SCHOOL, BEFORE, OTHER)])),
    )
    return World(kind, codes, registry, draw_entries(draw, odds, now, past, payload), frozenset({"documentink"}))


def without_record(page: oracle.World) -> oracle.World:
    """The file without its record, as `worlds.worlds` draws it: the first entry alone may know it."""
    versions = tuple(replace(one, files=()) if index else one for index, one in enumerate(page.versions))
    bare = replace(page, recorded=False, versions=versions)
    if oracle.identify(bare) is None:
        bare = replace(bare, signatures=tuple(replace(one, certifies=None) for one in bare.signatures))
    return bare


@st.composite
def worlds_of_pages(draw: Draw[Any]) -> World:
    """Signed files with codes on a page."""
    page = draw(worlds.worlds().filter(lambda one: not all(each.stamp for each in one.signatures)))
    if seldom(draw, 5, False, st.just(True)):  # noqa: FBT003
        page = without_record(page)
    payload = replace(on_record(page), omitted=seldom(draw, 4, (), st.sampled_from(PARTS)))
    if seldom(draw, 3, False, st.just(True)):  # noqa: FBT003
        payload = draw_change(draw, payload)
    return World("pdf", draw_codes(draw, 6, payload, 3), page)


# --- telling --------------------------------------------------------------------------------------------------------


def describe(world: World, *, page: bool = False) -> str:
    """A world, line by line, without what is as usual."""
    plain = Payload(SCHOOL, NUMBER, 1, DIGEST, UPPER, DATES[0])
    lines = [f"kind {world.kind}"]
    for one in world.codes:
        lines.append(f"code: {one.key} {one.soundness}{' foreign' if one.foreign else ''}")
        lines.append(f"    says {worlds.differing(one.payload, plain)}")
    for entry in world.entries:
        lines.append(f"entry: {entry.issuer} {entry.number} v{entry.version} {entry.digest[:4]} {entry.level}")
        lines += [f"    {worlds.told(at)} {worlds.differing(each, plain)}" for each, at in entry.codes]
    if page:
        return "\n".join([*lines, worlds.describe(world.registry)])
    used = {one.key for one in world.codes}
    registry = replace(
        world.registry,
        keys=tuple(one for one in world.registry.keys if one.name in used),
        certificates=tuple(one for one in world.registry.certificates if one.name.partition("/")[0] in used),
        appointments=tuple(one for one in world.registry.appointments if one.key in used),
    )
    lines += [f"now {worlds.told(registry.now)}", f"trusted roots: {worlds.told(registry.roots)}"]
    lines += [f"revocation: crl under {worlds.told(registry.strict)}"] * bool(registry.strict)
    lines += [f"key: {worlds.told(one)}" for one in registry.keys]
    lines += [f"certificate: {worlds.told(one)}" for one in registry.certificates]
    lines += [f"appointment: {worlds.told(one)}" for one in registry.appointments]
    for issuer in registry.issuers:
        lines.append(f"issuer: {worlds.told(replace(issuer, periods=()))}")
        lines += [f"    period: {worlds.told(one)}" for one in issuer.periods]
    lines += [f"withdrawal: {worlds.told(one)}" for one in registry.withdrawals]
    return "\n".join(lines)
