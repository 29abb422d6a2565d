"""Random worlds, each as the oracle sees it and as the engine does.

A world is drawn as an `oracle.World`: instants at the edges of a few days, and one second off, so that edges collide.
`realise` makes evidence and a snapshot of it. The files are real: each order of signers is signed once a process
through the kit, and read by the reader; what varies without signing anew (a time-stamp, a broken byte, a field's
rectangle, the record, lists and responses) is varied in what the reader found. Lists are imported by the registry's own
projection, into tables in memory.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import Any, TypeVar

import envelopes
import oracle
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import strategies as st
from lists import Entry, Said, answer, crl, expired_since
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper

from issuers import certification, crl_projections, kit, pupils, revoked, store, tables
from issuers.event import Act, Event
from verify import trust
from verify.evidence import Attachment, Evidence, FieldChange, Revision
from verify.evidence import Signature as FoundSignature
from verify.pdf import open_pdf
from verify.statusdata import spki_sha256
from verify.trust import start_of_day

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

SECOND = timedelta(seconds=1)

BEGINNING = start_of_day(date(2020, 1, 1))
TODAY = start_of_day(date(2026, 11, 23))
DAYS = (
    TODAY,
    start_of_day(date(2026, 6, 2)),
    start_of_day(date(2026, 6, 1)),
    start_of_day(date(2026, 5, 31)),
    start_of_day(date(2026, 9, 1)),
    start_of_day(date(2025, 7, 1)),
    start_of_day(date(2023, 7, 1)),
    start_of_day(date(2027, 1, 1)),
)
INSTANTS = tuple(day + shift for day in DAYS for shift in (timedelta(0), SECOND, -SECOND))
DATES = (
    date(2026, 5, 31),
    date(2026, 6, 1),
    date(2026, 5, 30),
    date(2026, 6, 2),
    date(2025, 7, 1),
    date(2025, 6, 30),
    date(2026, 11, 23),
)

SCHOOL, OTHER, BEFORE, HERE, THERE, MINISTRY = "79000701", "79000702", "79000703", "SGD79", "SGD80", "MOET"
NAME = "Trường THPT Thử nghiệm (mẫu)"
NUMBER = "000G40R40M30E209"
PROVINCE = "79"
UPPER, LOWER = str(trust.Level.UPPER_SECONDARY), str(trust.Level.LOWER_SECONDARY)

# --- who signs ------------------------------------------------------------------------------------------------------

LIVES = {
    "long": (start_of_day(date(2023, 7, 1)), start_of_day(date(2029, 7, 1))),
    "short": (start_of_day(date(2025, 7, 1)), start_of_day(date(2026, 9, 1))),
}
"""When certificates begin and end."""

CERTIFICATES = {
    "head/long": "document",
    "head/short": "document",
    "head2/long": "document",
    "seal/long": "document",
    "seal/short": "document",
    "seal2/long": "document",
    "teacher/long": "document",
    "weak/long": "document",
    "stranger/long": "foreign",
    "tsa/long": "stamps",
    "tsa/short": "stamps",
    "tsa2/long": "stamps",
    "tsa3/long": "foreign",
}
"""Every certificate, named after its key, and the root above it."""

AUTHORITIES = ("ca/document", "ca/stamps")
"""The certificates of the authorities between, whose own lists are by "root/document" and "root/stamps"."""

SHAPES = (
    ("head/long", "seal/long"),
    ("head/short", "seal/long"),
    ("head/long", "seal/short"),
    ("seal/long", "head/long"),
    ("head/short", "seal/short"),
    ("teacher/long", "head/long", "seal/long"),
    ("head/long", "teacher/long", "seal/long"),
    ("head/long", "seal/long", "teacher/long"),
    ("head/long", "seal/long", "stranger/long"),
    ("stranger/long", "head/long", "seal/long"),
    ("head2/long", "head/long", "seal/long"),
    ("head/long", "head2/long", "seal/long"),
    ("head/short", "head/long", "seal/long"),
    ("head/long", "seal/long", "seal2/long"),
    ("seal2/long", "head/long", "seal/long"),
    ("head/long", "seal/long", "head/long", "seal/long"),
    ("stranger/long", "seal/long"),
    ("weak/long", "seal/long"),
    ("head/long", "seal/long", "weak/long"),
    ("head/long",),
    ("seal/long",),
    ("teacher/long",),
    ("stranger/long",),
    ("head/long", "seal/long", "stamp"),
    ("head/short", "seal/short", "stamp", "stamp"),
    ("head/long", "stamp", "seal/short"),
    ("stamp", "head/short", "seal/long"),
    ("stamp",),
    (),
)
"""Who signs, in the order of the file; a document time-stamp is anybody's."""


@cache
def authority(root: str) -> certification.Authority:
    return certification.authority(f"CA {root}", certification.p256_key(), TODAY.astimezone(UTC))


@cache
def private_key(name: str) -> kit.PrivateKey:
    return ec.generate_private_key(ec.SECP521R1() if name == "weak" else ec.SECP256R1())


@cache
def signer(certificate: str) -> kit.Signer:
    """The holder of a certificate."""
    name, life = certificate.split("/")
    above, key, (begins, ends) = authority(CERTIFICATES[certificate]), private_key(name), LIVES[life]
    usage = {"content_commitment", "digital_signature"}
    others = {"key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"}
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, certificate)]))
        .issuer_name(above.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins.astimezone(UTC))
        .not_valid_after(ends.astimezone(UTC))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                **dict.fromkeys(usage, True), **dict.fromkeys(others, False), encipher_only=False, decipher_only=False
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()), critical=False)
    )
    if name.startswith("tsa"):
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return kit.Signer(builder.sign(above.key, hashes.SHA256()), key, above.chain, name=name)


def issuing(name: str) -> certification.Authority:
    """An authority by its name in the oracle: "ca/document", and above it "root/document"."""
    kind, _, root = name.partition("/")
    return authority(root) if kind == "ca" else authority(root).above


@cache
def der(certificate: str) -> bytes:
    return signer(certificate).certificate.public_bytes(Encoding.DER)


@cache
def identity(key: str) -> str:
    """A key, as the registry names it."""
    public = private_key(key).public_key()
    return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


# --- what is signed -------------------------------------------------------------------------------------------------


@cache
def record(claims: oracle.Claims) -> bytes:
    """The record that makes these claims, canonical; its digest is not among them but follows."""
    issuer = {
        "code": claims.issuer,
        "name": claims.name or "",
        "department_code": claims.department or "",
        "province_code": claims.province or "",
    }
    made: dict[str, Any] = pupils.record(
        Random(7),  # noqa: S311 - sample names, no secret
        issuer,
        trust.Level(claims.level),
        number=claims.number,
        issued_on=claims.issued_on,
        last_year=2024,
        place_of_birth="Thành phố mẫu",
    )
    if claims.version > 1:
        made["version"] = claims.version
        made["supersedes"] = {"number": claims.number, "version": claims.version - 1, "record_digest": "ab" * 32}
        made["amendment"] = {
            "reason_code": "entry_error",
            "reason": "Nhập nhầm",
            "requested_by": "Giáo viên",
            "confirmed_by": "Hiệu trưởng",
            "reported_to": "Sở",
            "decision_no": "1/QĐ",
            "on": claims.issued_on.isoformat(),
        }
    return kit.canonical(made)


def digest(claims: oracle.Claims) -> str:
    return sha256(record(replace(claims, digest=""))).hexdigest()


@cache
def unsigned() -> bytes:
    claims = oracle.Claims(SCHOOL, NUMBER, 1, "", UPPER, DATES[0], NAME, HERE, PROVINCE)
    return kit.compose(json.loads(record(claims)), sample=True)


@cache
def signed(shape: tuple[str, ...]) -> bytes:
    """Signed once a process; the first principal and the first seal fill the fields that are there."""
    if not shape:
        return unsigned()
    if shape[-1] == "stamp":
        stamper = PdfTimeStamper(certification.TimeStampAuthority(signer("tsa/long"), DAYS[1]))
        stamped = stamper.timestamp_pdf(IncrementalPdfFileWriter(BytesIO(signed(shape[:-1]))), "sha256")
        return bytes(stamped.getvalue())
    last = f"signature {len(shape)}"
    for part, place in (("head", "principal"), ("seal", "school_seal")):
        first = next((one for one in shape if one.startswith(part)), None)
        if shape[-1] == first and shape.count(first) == 1:
            last = place
    return kit.sign(signed(shape[:-1]), signer(shape[-1]), last, at=DAYS[1])


@cache
def opened(shape: tuple[str, ...]) -> Evidence:
    return open_pdf(signed(shape))


@cache
def token(digest: bytes, certificate: str, gen_time: datetime) -> bytes:
    """A time-stamp over a SHA-256."""
    return envelopes.token(signer(certificate), digest, gen_time)


def over_this(value: bytes, stamp: oracle.Token, *, straight: bool = False) -> bytes:
    """What a token is over: a value, or (`straight`) what is a digest already."""
    if not stamp.sound:
        return bytes(32)
    return value if straight else sha256(value).digest()


@cache
def signed_after(certificate: str, digest: bytes, stamp: oracle.Token) -> bytes:
    """The CMS of a signature with a content time-stamp among what is signed."""

    def add(found: list[Any]) -> list[Any]:
        made = token(over_this(digest, stamp, straight=True), stamp.certificate, stamp.gen_time)
        return [*found, envelopes.attribute("content_time_stamp", cms.ContentInfo.load(made))]

    return envelopes.signed_data(signer(certificate), digest, envelopes.Recipe(attributes=add))


@cache
def container(plain: bytes, soundness: str, stamp: oracle.Token | None) -> bytes:
    """The CMS of a signature: its value broken if told so, a time-stamp among its unsigned attributes."""
    if soundness != "crypto" and stamp is None:
        return plain
    signed_data = cms.ContentInfo.load(plain)["content"]
    info = signed_data["signer_infos"][0].copy()
    value = info["signature"].native
    if soundness == "crypto":
        value = value[:-1] + bytes([value[-1] ^ 1])
        info["signature"] = value
    if stamp:
        over = token(over_this(value, stamp), stamp.certificate, stamp.gen_time)
        attribute = {"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(over)]}
        info["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute(attribute)])
    parts = {name: signed_data[name] for name in ("version", "digest_algorithms", "encap_content_info", "certificates")}
    info = cms.SignerInfo.load(info.dump())  # asn1crypto takes seconds for what was changed in its depths
    made: bytes = cms.ContentInfo(
        {"content_type": "signed_data", "content": cms.SignedData(parts | {"signer_infos": [info]})}
    ).dump()
    return made


def evidence(world: oracle.World) -> Evidence:
    """What the reader would find in the world's file."""
    base = opened(tuple("stamp" if one.stamp else one.certificate for one in world.signatures))
    attachment = Attachment(record(replace(world.claims, digest=""))) if world.recorded else Attachment()
    before = tuple(
        FieldChange(found.field, created=True, filled=False, visible=drawn.visible)
        for found, drawn in zip(base.signatures, world.signatures, strict=True)
        if not drawn.added
    )
    revisions = [replace(base.revisions[0], attachment=attachment, fields=before)]
    signatures: list[FoundSignature] = []
    for index, (found, drawn) in enumerate(zip(base.signatures, world.signatures, strict=True), start=1):
        assert found.revision == index
        nothing = {name: bytes(len(value)) for name, value in found.digests.items()}
        if drawn.stamp:
            assert drawn.token is not None
            over = over_this(found.digests["sha256"], drawn.token, straight=True)
            made = replace(found, cms=token(over, drawn.token.certificate, drawn.token.gen_time))
        else:
            plain = found.cms
            if drawn.content is not None:
                plain = signed_after(drawn.certificate, found.digests["sha256"], drawn.content)
            made = replace(
                found,
                cms=container(plain, drawn.soundness, drawn.token),
                digests=nothing if drawn.soundness == "hash" else found.digests,
                visible=drawn.visible,
                certifies=drawn.certifies,
            )
        signatures.append(made)
        filled = FieldChange(found.field, created=drawn.added, filled=True, visible=drawn.visible)
        refused = "the page has changed" if drawn.alters else ""
        revisions.append(replace(base.revisions[index], attachment=attachment, fields=(filled,), refused=refused))
    ends = dict(base.digests)
    if world.altered:
        revisions.append(Revision(base.size + 100, "ef" * 32, attachment, (), "the page has changed"))
        ends[base.size + 100] = "ef" * 32
    if world.described:
        revisions.append(Revision(base.size + 200, "fe" * 32, attachment, described=True))
        ends[base.size + 200] = "fe" * 32
    names = replace(
        base.names,
        keys=frozenset(
            identity(key)
            for signature in world.signatures
            for key in (signature.key, *(one.key for one in (signature.token, signature.content) if one))
            if key
        ),
        issuer=world.claims.issuer if world.recorded else None,
        number=world.claims.number if world.recorded else None,
        record_digest=world.claims.digest if world.recorded else None,
        files=frozenset(ends.values()),
    )
    return replace(
        base,
        names=names,
        signatures=tuple(signatures),
        revisions=tuple(revisions),
        digests=ends,
        crls=tuple(listing(one) for one in world.crls if not one.imported),
        ocsps=tuple(response(one) for one in world.responses),
    )


# --- what authorities say -------------------------------------------------------------------------------------------


def certified(name: str) -> x509.Certificate:
    """A certificate by its name in the oracle."""
    return authority(name.partition("/")[2]).certificate if name.startswith("ca/") else signer(name).certificate


@cache
def listing(one: oracle.Crl) -> bytes:
    """A CRL as it is published."""
    entries = [
        Entry(
            certified(entry.certificate),
            entry.at,
            x509.ReasonFlags.certificate_hold if entry.held else None,
            entry.invalidity_date,
        )
        for entry in one.entries
    ]
    extensions = (expired_since(one.expired_since),) if one.expired_since else ()
    return crl(issuing(one.by), one.this, one.following, *entries, extensions=extensions)


@cache
def response(one: oracle.Response) -> bytes:
    """An OCSP response."""
    by = "root/" + one.certificate.partition("/")[2] if one.certificate.startswith("ca/") else ""
    by = by or "ca/" + CERTIFICATES[one.certificate]
    said = Said(unknown=one.unknown)
    if one.entry:
        said = Said(one.entry.at, x509.ReasonFlags.certificate_hold if one.entry.held else None)
    about = kit.Signer(certified(one.certificate), private_key("head"))
    return answer(about, issuing(by), one.this, one.following, said)


@cache
def tables_in_memory() -> Any:  # noqa: ANN401 - an engine
    engine = store.connect("sqlite://")
    tables.metadata.create_all(engine)
    return engine


@cache
def imported(crls: tuple[oracle.Crl, ...]) -> tuple[tuple[trust.HeldCrl, ...], tuple[trust.RevokedCertificate, ...]]:
    """What the registry holds after importing these, one after the other."""
    latest: dict[str, datetime] = {}
    with tables_in_memory().connect() as connection:
        for number, one in enumerate(crls, start=1):
            content = listing(one)
            body = {
                "der": b64encode(content).decode(),
                "sha256": sha256(content).hexdigest(),
                "authority": spki_sha256(issuing(one.by).certificate.public_bytes(Encoding.DER)),
                "latest": one.by not in latest or one.this >= latest[one.by],
            }
            latest[one.by] = max(one.this, latest.get(one.by, one.this))
            event = Event(number, one.this, Act.CRL_IMPORTED, "host", "MOET", body, "", "")
            crl_projections.crl_imported(connection, event)
        serials = frozenset(certified(name).serial_number for name in (*CERTIFICATES, *AUTHORITIES))
        found = revoked.held_crls(connection), revoked.listed_for(connection, trust.Names(serials=serials), (), ())
        connection.rollback()
    return found


# --- what is known --------------------------------------------------------------------------------------------------


def levels(names: frozenset[str] | None) -> frozenset[trust.Level] | None:
    return None if names is None else frozenset(map(trust.Level, names))


def use(name: str) -> trust.Use:
    return trust.Use.TIMESTAMP if name.startswith("tsa") else trust.Use.DOCUMENT


def state(key: oracle.Key) -> trust.KeyState:
    """The state that the dates of a key's life come to."""
    if not key.admitted:
        return trust.KeyState.PROPOSED
    if key.revoked_at:
        return trust.KeyState.REVOKED
    if key.retired_at:
        return trust.KeyState.RETIRED
    return trust.KeyState.SUSPENDED if key.suspended_since else trust.KeyState.ACTIVE


def known_key(world: oracle.World, key: oracle.Key, listed: tuple[trust.RevokedCertificate, ...]) -> trust.Key:
    """A key as the registry holds it, with its certificates and what lists say of them."""
    authorities = tuple(issuing(name).certificate.public_bytes(Encoding.DER) for name in AUTHORITIES)
    certificates = tuple(
        revoked.with_entries(
            trust.RegisteredCertificate(
                sha256(der(one.name)).hexdigest(),
                der(one.name),
                revoked_at=one.revoked_at,
                reason="superseded" if one.revoked_at else None,
                invalid_since=one.invalid_since,
            ),
            listed,
            authorities,
        )
        for one in world.certificates
        if one.name.split("/")[0] == key.name
    )
    return trust.Key(
        identity(key.name),
        use(key.name),
        key.name,
        state(key),
        admitted=key.admitted,
        historical=key.historical,
        suspended_since=key.suspended_since,
        retired_at=key.retired_at,
        revoked_at=key.revoked_at,
        revocation_reason="keyCompromise" if key.revoked_at else None,
        invalid_since=key.invalid_since,
        proposed_invalid_since=key.proposed_invalid_since,
        certificates=certificates,
    )


def known_issuer(one: oracle.Issuer) -> trust.Issuer:
    periods = tuple(
        trust.Period(
            period.since,
            period.until,
            period.name,
            period.parent,
            levels(period.levels),
            None if period.roles is None else frozenset(map(trust.Role, period.roles)),
            period.territory,
        )
        for period in one.periods
    )
    return trust.Issuer(
        one.code,
        trust.Kind(one.kind),
        periods,
        one.valid_from,
        one.valid_until,
        suspended_since=one.suspended_since,
        registers_all_since=one.registers_all_since,
        successors=one.successors,
        predecessors=one.predecessors,
        succession_on=one.valid_until,
    )


def known_version(world: oracle.World, one: oracle.Version, files: tuple[str, ...]) -> trust.RegisteredVersion:
    return trust.RegisteredVersion(
        one.issuer,
        one.number,
        one.version,
        one.digest,
        trust.Level(world.claims.level),
        world.claims.issued_on,
        min((at for _, at in one.files), default=BEGINNING),
        pdfs=tuple(trust.Witness(files[held], at) for held, at in one.files),
    )


def snapshot(world: oracle.World, files: tuple[str, ...]) -> trust.TrustSnapshot:
    """The registry's slice; `files` are the digests of the file up to the end of each revision."""
    uses = {"document": trust.Use.DOCUMENT, "stamps": trust.Use.TIMESTAMP}
    trusted = world.roots | world.stamp_roots
    crls, listed = imported(tuple(one for one in world.crls if one.imported))
    return trust.TrustSnapshot(
        generation=1,
        ledger_head="0" * 64,
        issuers={one.code: known_issuer(one) for one in world.issuers},
        keys={identity(one.name): known_key(world, one, listed) for one in world.keys},
        appointments=tuple(
            trust.Appointment(
                f"{index}",
                identity(one.key),
                one.issuer,
                trust.Role(one.role),
                trust.Capacity.SUBSTANTIVE,
                one.valid_from,
                one.valid_until,
                levels(one.levels),
            )
            for index, one in enumerate(world.appointments)
        ),
        anchors=tuple(
            trust.Anchor(
                root,
                authority(root).root.public_bytes(Encoding.DER),
                uses[root],
                trust.CRL if root in world.strict else trust.REGISTRY,
                distrusted_at=None if root in trusted else BEGINNING,
            )
            for root in uses
        ),
        crls=crls,
        revoked=listed,
        versions=tuple(known_version(world, one, files) for one in world.versions),
        withdrawals=tuple(
            trust.Withdrawal(issuer, number, BEGINNING, "entry_error") for issuer, number in world.withdrawals
        ),
    )


def realise(world: oracle.World) -> tuple[Evidence, trust.TrustSnapshot, datetime]:
    """The world as the engine is told of it."""
    found = evidence(world)
    return found, snapshot(world, tuple(revision.sha256 for revision in found.revisions)), world.now


# --- drawing --------------------------------------------------------------------------------------------------------


def seldom(draw: Draw[Any], odds: int, usual: T, strategy: st.SearchStrategy[T]) -> T:
    """The usual, but once in so many times something else."""
    drawn: T = draw(strategy) if draw(st.integers(0, odds - 1)) == odds - 1 else usual
    return drawn


def draw_claims(draw: Draw[Any], odds: int) -> oracle.Claims:
    claims = oracle.Claims(
        issuer=seldom(draw, odds * 3, SCHOOL, st.sampled_from([OTHER, HERE, "79999999"])),
        number=NUMBER,
        version=seldom(draw, 4, 1, st.integers(2, 3)),
        digest="",
        level=seldom(draw, odds, UPPER, st.just(LOWER)),
        issued_on=seldom(draw, 4, DATES[0], st.sampled_from(DATES)),
        name=seldom(draw, odds * 3, NAME, st.just("Trường cũ (mẫu)")),
        department=seldom(draw, odds, HERE, st.just(THERE)),
        province=seldom(draw, odds, PROVINCE, st.just("80")),
    )
    return replace(claims, digest=digest(claims))


def draw_signatures(draw: Draw[Any], odds: int) -> tuple[oracle.Signature, ...]:
    found = []
    times = st.sampled_from(INSTANTS[:15])
    for index, certificate in enumerate(draw(st.sampled_from(SHAPES))):
        key = certificate.split("/")[0]
        usual_token = key == "stamp" or draw(st.booleans())
        by = seldom(draw, odds, "tsa/long", st.sampled_from(["tsa/short", "tsa2/long", "tsa3/long"]))
        made = None
        if usual_token:
            at = seldom(draw, 2, DAYS[1], times)
            made = oracle.Token(by.split("/")[0], by, at, sound=seldom(draw, odds, True, st.just(False)))  # noqa: FBT003
        if key == "stamp":
            found.append(oracle.Signature(stamp=True, visible=False, added=True, token=made))
            continue
        soundness = "weak" if key == "weak" else seldom(draw, odds, "sound", st.sampled_from(["hash", "crypto"]))
        found.append(
            oracle.Signature(
                key,
                certificate,
                soundness,
                visible=draw(st.booleans()),
                added=draw(st.booleans()),
                alters=seldom(draw, odds * 3, False, st.just(True)),  # noqa: FBT003
                token=made,
                content=None if key == "weak" else draw_content(draw, odds),
                certifies=seldom(draw, odds * 3, None, st.integers(1, 3)) if index == 0 else None,
            )
        )
    return tuple(found)


def draw_content(draw: Draw[Any], odds: int) -> oracle.Token | None:
    if not seldom(draw, odds // 2, False, st.just(True)):  # noqa: FBT003
        return None
    by = seldom(draw, 4, "tsa/long", st.sampled_from(["tsa/short", "tsa2/long", "tsa3/long"]))
    at = draw(st.sampled_from(INSTANTS[:15]))
    return oracle.Token(by.split("/")[0], by, at, sound=seldom(draw, odds, True, st.just(False)))  # noqa: FBT003


def draw_key(draw: Draw[Any], odds: int, name: str, past: st.SearchStrategy[datetime]) -> oracle.Key:
    """A key of any life: what happened to it lies in the past."""
    suspended = seldom(draw, odds, None, past)
    retired = seldom(draw, odds, None, past)
    revoked = seldom(draw, odds, None, past)
    historical = seldom(draw, odds * 4, False, st.just(True))  # noqa: FBT003
    if historical:
        retired = draw(past)
    return oracle.Key(
        name,
        admitted=historical or seldom(draw, odds * 4, True, st.just(False)),  # noqa: FBT003
        historical=historical,
        suspended_since=suspended,
        retired_at=retired,
        revoked_at=revoked,
        invalid_since=seldom(draw, 3, None, past) if revoked else None,
        proposed_invalid_since=seldom(draw, 3, None, past) if revoked else None,
    )


def draw_certificate(
    draw: Draw[Any], odds: int, name: str, past: st.SearchStrategy[datetime], *, known: bool
) -> oracle.Certificate:
    plain = plain_certificate(name)
    revoked = seldom(draw, odds * 2, None, past) if known else None
    return replace(plain, revoked_at=revoked, invalid_since=seldom(draw, 3, None, past) if revoked else None)


def plain_certificate(name: str) -> oracle.Certificate:
    """A certificate of which nothing is known."""
    if name in AUTHORITIES:
        root = name.partition("/")[2]
        own = authority(root).certificate
        return oracle.Certificate(name, own.not_valid_before_utc, own.not_valid_after_utc, root, f"root/{root}")
    begins, ends = LIVES[name.split("/")[1]]
    return oracle.Certificate(name, begins, ends, CERTIFICATES[name], f"ca/{CERTIFICATES[name]}")


def draw_entry(draw: Draw[Any], names: list[str], past: st.SearchStrategy[datetime]) -> oracle.Entry:
    held = seldom(draw, 3, False, st.just(True))  # noqa: FBT003
    invalid = None if held else seldom(draw, 4, None, past)
    return oracle.Entry(draw(st.sampled_from(names)), draw(past), held, invalid)


def draw_crl(
    draw: Draw[Any], by: str, names: list[str], now: datetime, past: st.SearchStrategy[datetime], *, told: bool
) -> oracle.Crl:
    """A list: most are of this week and name nobody; `told`, it is an odd one."""
    imported = draw(st.booleans())
    this, following = now - oracle.DAY, now + oracle.DAY
    if told:
        this = draw(past if imported else st.sampled_from(INSTANTS))
        following = draw(st.sampled_from([at for at in (*INSTANTS, now, now + SECOND, this + oracle.DAY) if at > this]))
    entries = {}
    if told:
        entries = {
            one.certificate: one for one in (draw_entry(draw, names, past) for _ in range(draw(st.integers(0, 2))))
        }
    since = seldom(draw, 4, None, st.sampled_from(INSTANTS))
    return oracle.Crl(by, this, following, tuple(entries.values()), since, imported=imported)


def draw_status(
    draw: Draw[Any], odds: int, now: datetime, past: st.SearchStrategy[datetime], used: frozenset[str]
) -> tuple[frozenset[str], tuple[oracle.Crl, ...], tuple[oracle.Response, ...]]:
    """Which anchors are in mode `crl`, and what authorities have said of the certificates that are `used`."""
    strict = seldom(draw, 4, frozenset[str](), st.sampled_from([{"document"}, {"stamps"}, {"document", "stamps"}]))
    crls: list[oracle.Crl] = []
    responses: list[oracle.Response] = []
    for root in ("document", "stamps"):
        leaves = sorted(one for one in used if CERTIFICATES[one] == root)
        for by, names in ((f"ca/{root}", leaves), (f"root/{root}", [f"ca/{root}"])):
            odd = seldom(draw, odds, 0, st.integers(1, 2)) if names else 0
            usual = seldom(draw, odds // 3, 1, st.just(0)) if root in strict else 0
            crls += [draw_crl(draw, by, names, now, past, told=number < odd) for number in range(odd + usual)]
            told = [name for name in names if seldom(draw, odds, False, st.just(True))]  # noqa: FBT003
            responses += [draw_response(draw, name, now, past) for name in told]
    return frozenset(strict), tuple(draw(st.permutations([*dict.fromkeys(crls)]))), tuple(responses)


def draw_response(draw: Draw[Any], name: str, now: datetime, past: st.SearchStrategy[datetime]) -> oracle.Response:
    this = draw(st.sampled_from([now - oracle.DAY, *INSTANTS]))
    following = draw(
        st.sampled_from([None, *(at for at in (*INSTANTS, now + oracle.DAY, this + oracle.DAY) if at > this)])
    )
    entry = replace(draw_entry(draw, [name], past), invalidity_date=None) if draw(st.booleans()) else None
    unknown = entry is None and seldom(draw, 4, False, st.just(True))  # noqa: FBT003
    return oracle.Response(name, this, following, entry, unknown=unknown)


def draw_interval(draw: Draw[Any], odds: int) -> tuple[datetime, datetime | None]:
    since = seldom(draw, odds, BEGINNING, st.sampled_from(INSTANTS))
    later: list[datetime | None] = [at for at in INSTANTS if at > since]
    until = seldom(draw, odds, None, st.sampled_from(later or [None]))
    return since, until


def draw_appointments(draw: Draw[Any], odds: int, known: frozenset[str]) -> tuple[oracle.Appointment, ...]:
    """Only a key that was trusted once is appointed: the registry approves both together."""
    found = []
    usual = (
        ("head", SCHOOL, "principal"),
        ("seal", SCHOOL, "school_seal"),
        ("head2", SCHOOL, "principal"),
        ("seal2", SCHOOL, "school_seal"),
        ("teacher", SCHOOL, "homeroom_teacher"),
        ("weak", SCHOOL, "principal"),
        ("tsa", MINISTRY, "time_stamp_authority"),
        ("tsa2", MINISTRY, "time_stamp_authority"),
        ("tsa3", MINISTRY, "time_stamp_authority"),
    )
    for key, issuer, role in usual:
        if key not in known:
            continue
        where = issuer if issuer == MINISTRY else seldom(draw, odds, issuer, st.sampled_from([OTHER, BEFORE, HERE]))
        if key in {"head2", "teacher", "seal2"} and draw(st.booleans()):
            continue
        if seldom(draw, odds, False, st.just(True)):  # noqa: FBT003
            continue
        levels_ = seldom(draw, odds, None, st.sampled_from([frozenset({UPPER}), frozenset({LOWER})]))
        since, until = draw_interval(draw, odds)
        found.append(oracle.Appointment(key, where, role, since, until, levels_))
        if seldom(draw, odds, False, st.just(True)):  # noqa: FBT003
            again = st.sampled_from([until, BEGINNING] if until else [BEGINNING])
            begins = draw(st.one_of(again, st.sampled_from(INSTANTS)))
            ends = draw(st.sampled_from([None, *(at for at in INSTANTS if at > begins)]))
            levels_ = seldom(draw, 3, levels_, st.sampled_from([None, frozenset({UPPER}), frozenset({LOWER})]))
            found.append(oracle.Appointment(key, where, role, begins, ends, levels_))
    if "head" in known and seldom(draw, odds, False, st.just(True)):  # noqa: FBT003
        found.append(oracle.Appointment("head", OTHER, "principal", *draw_interval(draw, odds)))
    if "head" in known and seldom(draw, odds, False, st.just(True)):  # noqa: FBT003
        found.append(oracle.Appointment("head", SCHOOL, "homeroom_teacher", *draw_interval(draw, odds)))
    return tuple(found)


def draw_issuer(
    draw: Draw[Any],
    odds: int,
    past: st.SearchStrategy[datetime],
    code: str,
    kind: str,
    name: str,
    parents: tuple[str | None, ...],
) -> oracle.Issuer:
    """An issuer of one period, or of two between which its parent, its name or its scope changes.

    Periods change at midnight: the policy speaks of a day's parent and of a day's name, and does not say which of two a
    day has.
    """
    since = seldom(draw, odds, BEGINNING, st.sampled_from(DAYS))
    later: list[datetime | None] = [at for at in DAYS if at > since]
    until = seldom(draw, odds, None, st.sampled_from(later or [None]))

    def period(begins: datetime, ends: datetime | None) -> oracle.Period:
        own = frozenset({UPPER}) if kind == "school" else None
        return oracle.Period(
            begins,
            ends,
            seldom(draw, odds * 2, name, st.just("Trường cũ (mẫu)")),
            seldom(draw, odds, parents[0], st.sampled_from(parents)),
            seldom(draw, odds, own, st.sampled_from([None, frozenset({UPPER, LOWER}), frozenset({LOWER})])),
            seldom(
                draw,
                odds,
                None,
                st.sampled_from([frozenset({"principal", "school_seal"}), frozenset({"school_seal"})]),
            ),
            seldom(draw, odds, None, st.sampled_from([frozenset({PROVINCE}), frozenset({"80"})])),
        )

    inner = [day for day in DAYS if day > since and (until is None or day < until)]
    change = seldom(draw, odds, None, st.sampled_from(inner)) if inner else None
    last = draw(st.sampled_from([None, until]))  # whether the end of an issuer closes its period is the registry's
    periods = (period(since, change), period(change, last)) if change else (period(since, last),)
    return oracle.Issuer(
        code,
        kind,
        periods,
        since,
        until,
        suspended_since=seldom(draw, odds, None, past),
        registers_all_since=seldom(draw, odds, None, past) if kind == "school" else None,
    )


def draw_issuers(draw: Draw[Any], odds: int, past: st.SearchStrategy[datetime]) -> tuple[oracle.Issuer, ...]:
    def one(code: str, kind: str, name: str, *parents: str | None) -> oracle.Issuer:
        return draw_issuer(draw, odds if code in {SCHOOL, HERE} else odds * 3, past, code, kind, name, parents)

    school = one(SCHOOL, "school", NAME, HERE, THERE, "nobody")
    before = one(BEFORE, "school", NAME, HERE)
    other = one(OTHER, "school", NAME, HERE)
    if seldom(draw, odds, False, st.just(True)):  # noqa: FBT003
        school, before = replace(school, predecessors=(BEFORE,)), replace(before, successors=(SCHOOL,))
        if draw(st.booleans()):  # a split
            before, other = replace(before, successors=(SCHOOL, OTHER)), replace(other, predecessors=(BEFORE,))
        elif draw(st.booleans()):  # one succession after another
            before, other = replace(before, predecessors=(OTHER,)), replace(other, successors=(BEFORE,))
    elif seldom(draw, odds, False, st.just(True)):  # noqa: FBT003
        school, before = replace(school, successors=(BEFORE,)), replace(before, predecessors=(SCHOOL,))
    return (
        school,
        before,
        other,
        one(HERE, "department", "Sở (mẫu)", MINISTRY, None),
        one(THERE, "department", "Sở (mẫu)", MINISTRY),
        one(MINISTRY, "ministry", "Bộ (mẫu)", None),
    )


def draw_versions(
    draw: Draw[Any], odds: int, past: st.SearchStrategy[datetime], claims: oracle.Claims, count: int
) -> tuple[oracle.Version, ...]:
    found = []
    for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
        version = seldom(draw, 3, claims.version, st.integers(1, 3))
        own = claims.digest if version == claims.version else "cd" * 32
        files = draw(st.lists(st.tuples(st.integers(0, count), past), max_size=2))
        found.append(
            oracle.Version(
                seldom(draw, odds, SCHOOL, st.sampled_from([OTHER, BEFORE, HERE])),
                seldom(draw, odds, claims.number, st.just("0" * 16)),
                version,
                seldom(draw, odds, own, st.just("cd" * 32)),
                tuple(files),
            )
        )
    return tuple(found)


@st.composite
def worlds(draw: Draw[Any]) -> oracle.World:
    """A world: most of it in order, some of it not."""
    odds = draw(st.sampled_from([60, 25, 10]))
    now = seldom(draw, 3, TODAY, st.sampled_from(INSTANTS))
    past = st.sampled_from([at for at in INSTANTS if at <= now] or [BEGINNING])
    claims = draw_claims(draw, odds)
    signatures = draw_signatures(draw, odds)
    tokens = [token for one in signatures for token in (one.token, one.content) if token]
    used = frozenset([one.certificate for one in signatures if one.certificate] + [one.certificate for one in tokens])
    keys = tuple(
        draw_key(draw, odds, name, past)
        for name in sorted({name.split("/")[0] for name in used} - {"stranger"})
        if not seldom(draw, odds * 3, False, st.just(True))  # noqa: FBT003
    )
    known = frozenset(key.name for key in keys if key.admitted)
    recorded = seldom(draw, odds, True, st.just(False))  # noqa: FBT003
    versions = draw_versions(draw, odds, past, claims, len(signatures))
    if not recorded:
        # The policy does not say which of several entries for one file stands in for its record.
        versions = tuple(replace(one, files=()) if index else one for index, one in enumerate(versions))
    strict, crls, responses = draw_status(draw, odds, now, past, used)
    return oracle.World(
        now=now,
        claims=claims,
        signatures=signatures,
        altered=seldom(draw, odds * 3, False, st.just(True)),  # noqa: FBT003
        described=seldom(draw, odds * 3, False, st.just(True)),  # noqa: FBT003
        strict=strict,
        crls=crls,
        responses=responses,
        keys=keys,
        certificates=(
            *[draw_certificate(draw, odds, name, past, known=name.split("/")[0] in known) for name in sorted(used)],
            *[plain_certificate(name) for name in (*CERTIFICATES, *AUTHORITIES) if name not in used],
        ),
        roots=seldom(draw, odds * 3, frozenset({"document"}), st.just(frozenset[str]())),
        stamp_roots=seldom(draw, odds * 3, frozenset({"stamps"}), st.just(frozenset[str]())),
        appointments=draw_appointments(draw, odds, known),
        issuers=draw_issuers(draw, odds, past),
        versions=versions,
        recorded=recorded,
        withdrawals=seldom(
            draw, odds, (), st.sampled_from([((SCHOOL, NUMBER),), ((BEFORE, NUMBER),), ((OTHER, NUMBER),)])
        ),
    )


# --- telling --------------------------------------------------------------------------------------------------------


def told(value: object) -> str:
    """A value for a reader: instants in Vietnam's time, sets sorted."""
    if isinstance(value, datetime):
        return value.astimezone(trust.VIETNAM).strftime("%Y-%m-%d %H:%M:%S").removesuffix(" 00:00:00")
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(told, value))) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(told, value)) + ")"
    if is_dataclass(value):
        shown = {one.name: getattr(value, one.name) for one in fields(value)}
        plain = {one.name: one.default for one in fields(value)}
        return ", ".join(f"{name}={told(one)}" for name, one in shown.items() if one != plain[name])
    return str(value)


def differing(value: Any, plain: Any) -> str:  # noqa: ANN401 - two of any one kind
    """What differs from the usual."""
    pairs = [(one.name, getattr(value, one.name), getattr(plain, one.name)) for one in fields(value)]
    return ", ".join(f"{name}={told(new)}" for name, new, old in pairs if new != old)


def describe(world: oracle.World) -> str:
    """A world, line by line, without what is as usual and without what the file does not name."""
    tokens = [token for one in world.signatures for token in (one.token, one.content) if token]
    named = {one.key for one in world.signatures if not one.stamp} | {one.key for one in tokens}
    certificates = {one.certificate for one in world.signatures} | {one.certificate for one in tokens}
    lines = [f"now {told(world.now)}"]
    if world.roots | world.stamp_roots != {"document", "stamps"}:
        lines.append(f"trusted roots: {told(world.roots | world.stamp_roots)}")
    lines += [f"revocation: crl under {told(world.strict)}"] * bool(world.strict)
    usual = oracle.Claims(SCHOOL, NUMBER, 1, world.claims.digest, UPPER, DATES[0], NAME, HERE, PROVINCE)
    lines.append(f"claims: {differing(world.claims, usual)}")
    lines += [f"signature: {told(one)}" for one in world.signatures]
    lines += ["a last revision changes the page"] * world.altered + ["without a record"] * (not world.recorded)
    lines += ["a last revision changes the document information"] * world.described
    lines += [f"list: {told(one)}" for one in world.crls] + [f"response: {told(one)}" for one in world.responses]
    lines += [f"unknown key: {name}" for name in sorted(named - {one.name for one in world.keys})]
    lines += [f"key: {told(one)}" for one in world.keys if one.name in named and one != oracle.Key(one.name)]
    for one in world.certificates:
        plain = plain_certificate(one.name)
        if one.name in certificates and one != plain:
            lines.append(f"certificate: {one.name} {differing(one, plain)}")
    lines += [f"appointment: {told(one)}" for one in world.appointments if one.key in named]
    for issuer in world.issuers:
        life = oracle.Issuer(issuer.code, issuer.kind, (), BEGINNING)
        parent = {SCHOOL: HERE, OTHER: HERE, BEFORE: HERE, MINISTRY: None}.get(issuer.code, MINISTRY)
        own = frozenset({UPPER}) if issuer.kind == "school" else None
        names = {"school": NAME, "department": "Sở (mẫu)", "ministry": "Bộ (mẫu)"}
        period = oracle.Period(BEGINNING, None, names[issuer.kind], parent, own)
        if issuer != replace(life, periods=(period,)):
            lines.append(f"issuer: {issuer.code} {differing(replace(issuer, periods=()), life)}")
            lines += [f"    period: {differing(one, period)}" for one in issuer.periods if one != period]
    lines += [f"version: {told(replace(one, digest=one.digest[:4]))}" for one in world.versions]
    lines += [f"withdrawal: {told(one)}" for one in world.withdrawals]
    return "\n".join(lines)
