"""A second reading of HB-1, section 5: how a QR code is judged alone, and what it may say on a signed page.

Like `tests/oracle.py`, whose time table, tree and register it asks, it is brute force, written from the policy, from
docs/qr.md and from decision 5, and shares no code with the engine but the codes of `verify/report.py`. A code here is
what it says, whose key signed it, and whether its signature holds, by decree.

Left out, and not drawn by `tests/worlds_of_codes.py`: how a code is found in a picture and taken apart, lists of
revoked certificates, an algorithm that does not fit the key, a code on a PDF that bears a document time-stamp alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import oracle
from oracle import Answer, Asked, Judged, Judgement

from verify.report import Indication, Reason, Sub, Verdict

QR = "qr_seal"

COMPARED = (6, 7, 8, 9, 10, 11)
"""[...] with name, date of birth and grades among them."""


@dataclass(frozen=True)
class Payload:
    """The claims of a code. `pupil` names what it says of the pupil; `omitted` are the numbers of claims left out."""

    issuer: str
    number: str
    version: int
    digest: str
    level: str
    issued_on: date
    pupil: str = "own"
    omitted: tuple[int, ...] = ()


@dataclass(frozen=True)
class Code:
    """A code of ours. `soundness` is sound, failing (its signature does) or refused (by docs/qr.md, 3 to 5)."""

    payload: Payload
    key: str
    soundness: str = "sound"
    foreign: bool = False

    @property
    def whole(self) -> bool:
        return self.soundness != "refused"


@dataclass(frozen=True)
class Entry:
    """A registered version; `codes` are the payloads whose `qr_sha256` it knows, and since when."""

    issuer: str
    number: str
    version: int
    digest: str
    level: str
    codes: tuple[tuple[Payload, datetime], ...] = ()


@dataclass(frozen=True)
class World:
    """What was handed in, and the registry; on a signed page, `registry` is the world of that page.

    `kind` is qr (a text), image, scan, or pdf (visible text and no signature). `documents` are keys admitted to sign
    documents, all others sign QR codes; a key's certificates are those named after it, and most have none.
    """

    kind: str
    codes: tuple[Code, ...]
    registry: oracle.World
    entries: tuple[Entry, ...] = ()
    documents: frozenset[str] = field(default_factory=frozenset)


def named(world: World, payload: Payload) -> oracle.World:
    """[...] its claims standing in for the record (they name no province: territory is not asked)."""
    claims = oracle.Claims(
        payload.issuer,
        payload.number,
        payload.version,
        payload.digest,
        payload.level,
        payload.issued_on,
        name=None,
        department=None,
        province=None,
    )
    versions = tuple(oracle.Version(one.issuer, one.number, one.version, one.digest) for one in world.entries)
    return replace(world.registry, claims=claims, versions=versions, recorded=False)


def read(world: World, payload: Payload) -> list[Entry]:
    """[...] only entries of the record's issuer, its predecessors and successors are read."""
    kin = oracle.kin(named(world, payload))
    return [one for one in world.entries if one.issuer in kin]


def proof_of_existence(world: World, payload: Payload) -> datetime | None:
    """(b) the ledger entry that registered [...] for a QR of its claims (`qr_sha256`). The earliest."""
    return oracle.earliest(*(at for one in read(world, payload) for said, at in one.codes if said == payload))


# --- one code -------------------------------------------------------------------------------------------------------


def judge_code(world: World, code: Code) -> Judged:
    """[...] one sound signature of a `qr_seal` key of the issuer it names, under sections 2 and 3.

    "cryptography, certificate, key, appointment, and every hop up the tree are asked; the **worst** answer is the
    signature's; among several appointments of its key for this issuer, the **best**."
    """
    registry = named(world, code.payload)
    poe = proof_of_existence(world, code.payload)
    key = registry.key(code.key)
    if key is None or not key.admitted:
        # `UNKNOWN_KEY` ([...] not in the registry, or was never active nor admitted as historical [...]). Read as: the
        # one is as unknown as the other, and whether a signature under it holds, nobody asks
        return oracle.concluded([oracle.NOT_APPOINTED_HERE], None, poe)
    # One signature is a candidate for one role, the required one first
    here = [
        one for one in offices(world, code.key) if one.issuer == code.payload.issuer and registry.issuer(one.issuer)
    ]
    role = QR if QR in [one.role for one in here] else None
    if role is not None:
        here = [one for one in here if one.role == role]
    if not here:
        return oracle.concluded([*answers_of_key(world, code, key, poe), oracle.NOT_APPOINTED_HERE], None, poe)
    ways = []
    for appointment in here:
        found = answers_of_key(world, code, key, poe)
        since, until = oracle.touching(appointment, registry)
        # from = the later of the certificate's notBefore and the appointment's `valid_from`
        begins = max([since, *(one.not_before for one in certificates(world, code.key))])
        found += oracle.answers_of_table(Asked(begins, until), poe, registry.now)
        if appointment.role in oracle.PERSONS and oracle.issued_outside(registry, since, until):
            found.append(oracle.ENDED)
        if not oracle.allows(appointment, registry):
            found.append(oracle.OUT_OF_SCOPE)
        found += oracle.answers_of_tree(registry, appointment.role, poe)
        ways.append(oracle.concluded(found, role, poe))
    return max(ways, key=goodness)


def offices(world: World, key: str) -> list[oracle.Appointment]:
    """A key is a person's, a seal's, a QR's or a time-stamp authority's, never two of these.

    Read as: a code by a key that was admitted to sign documents speaks for nobody.
    """
    return [one for one in world.registry.appointments if one.key == key and key not in world.documents]


def goodness(way: Judged) -> list[tuple[int, int]]:
    """*Best* and *worst* go by indication, then by the list of sub-indications; then by what else is said."""
    return [*sorted({oracle.rank(one.indication, one.sub) for one in way.answers}), oracle.NOTHING]


def certificates(world: World, key: str) -> list[oracle.Certificate]:
    return [one for one in world.registry.certificates if one.name.partition("/")[0] == key]


def answers_of_key(world: World, code: Code, key: oracle.Key, poe: datetime | None) -> list[Answer]:
    """Cryptography, certificate, key: "QR keys may be bare".

    "Without a signing-certificate(-v2) attribute the worst of the key's certificates is judged." Read as: each is
    asked, and the worst of all answers is the worst certificate's.
    """
    now = world.registry.now
    found = [oracle.BROKEN["crypto"]] if code.soundness == "failing" else []
    for one in certificates(world, code.key):
        found += answers_of_certificate(world, key, one, poe)
    asked = Asked(None, key.retired_at, oracle.stop_of_key(key), key.suspended_since, doubt=key.proposed_invalid_since)
    return found + oracle.answers_of_table(asked, poe, now)


def answers_of_certificate(
    world: World, key: oracle.Key, certificate: oracle.Certificate, poe: datetime | None
) -> list[Answer]:
    registry, found = world.registry, []
    if certificate.root not in registry.roots:
        found.append(oracle.NO_CHAIN)
    elif oracle.stale(registry, key, certificate, poe):
        found.append(oracle.STALE)
    for one in oracle.path(registry, certificate):
        stop, held = oracle.end_of_certificate(registry, one)
        found += oracle.answers_of_table(Asked(one.not_before, one.not_after, stop, held), poe, registry.now)
    return found


# --- the paper ------------------------------------------------------------------------------------------------------


def reasons_of_codes(world: World) -> set[Reason]:
    """What is said of the codes before anybody asks what they say."""
    found = {Reason.QR_ONLY}  # whenever a QR was judged alone
    whole = {one.payload for one in world.codes if one.whole}
    # A code of ours that `docs/qr.md` refuses is `QR_BROKEN` beside a whole one, too
    if not all(one.whole for one in world.codes):
        found.add(Reason.QR_BROKEN)
    if any(one.foreign for one in world.codes):
        found.add(Reason.QR_FOREIGN_HOST)
    # Two payloads of one number on a scan: `QR_MISMATCH`; different numbers: `CANNOT_BE_JUDGED` (split the file)
    numbers = {one.number for one in whole}
    if len(numbers) > 1:
        found.add(Reason.CANNOT_BE_JUDGED)
    if len(numbers) < len(whole):
        found.add(Reason.QR_MISMATCH)
    # A PDF with visible text, a QR and no signature is at best `indeterminate` (`ROLE_MISSING`)
    if world.kind == "pdf":
        found.add(Reason.ROLE_MISSING)
    return found


def reasons_of_role(world: World, payload: Payload, codes: list[Code], judged: list[Judged]) -> set[Reason]:
    """Decision 5, 1: taken, missing and mismatched as the roles of a signed PDF are."""
    found: set[Reason] = set()
    taken = take(judged)
    if taken is not None:
        return {one.why for one in judged[taken].answers if one.why is not None}
    found.add(Reason.ROLE_MISSING)
    for one in codes:
        key = world.registry.key(one.key)
        if key is None or not key.admitted:
            found.add(Reason.UNKNOWN_KEY)
        if any(other.role == QR and other.issuer != payload.issuer for other in offices(world, one.key)):
            found.add(Reason.ISSUER_MISMATCH)
    return found


def take(judged: list[Judged]) -> int | None:
    """Two envelopes around the same claims are judged like two signatures: the role takes its best candidate."""
    candidates = [index for index, one in enumerate(judged) if one.role == QR]
    return max(
        candidates, key=lambda index: (oracle.rank(judged[index].indication, judged[index].sub), -index), default=None
    )


def reasons_of_register(world: World, payload: Payload) -> set[Reason]:
    """[...] the register is its second witness, and what section 9 says of every transcript."""
    found = oracle.reasons_of_register(replace(named(world, payload), recorded=True), (), {})
    entries = [one for one in read(world, payload) if (one.number, one.version) == (payload.number, payload.version)]
    # no entry of its version with a `qr_sha256` is `NOT_REGISTERED`; entries, but none equal: `QR_MISMATCH`
    known = [said for one in entries for said, _ in one.codes]
    if not known:
        found.add(Reason.NOT_REGISTERED)
    elif payload not in known:
        found.add(Reason.QR_MISMATCH)
    # docs/qr.md, 6: with the register `1`, `5`, `12` are compared for that number and version; a difference is
    # `QR_MISMATCH`
    if any((one.issuer, one.digest, one.level) != (payload.issuer, payload.digest, payload.level) for one in entries):
        found.add(Reason.QR_MISMATCH)
    # Decision 5, 5: `UNREGISTERED` is not said beside `NOT_REGISTERED`
    return found - ({Reason.UNREGISTERED} if Reason.NOT_REGISTERED in found else set())


def judge(world: World) -> Judgement:
    """Section 5, of what is not signed but by its codes."""
    if not world.codes:
        # "`NO_SIGNATURE` (a PDF with visible text and neither signature nor QR)"; "A picture without a readable QR of
        # ours: `NO_QR_FOUND`"
        if world.kind == "pdf":
            return Judgement(Verdict.INVALID, (Reason.NO_SIGNATURE,), ())
        return Judgement(Verdict.INDETERMINATE, (Reason.NO_QR_FOUND,), ())
    found = reasons_of_codes(world)
    # Read as: one envelope under two addresses is one signature
    codes = list(dict.fromkeys(replace(one, foreign=False) for one in world.codes if one.whole))
    payloads = {one.payload for one in codes}
    alone = len(payloads) == 1
    # Read as: where two payloads leave open what the paper says, no signature under either is told of; that one of them
    # fails is still so
    judged = [judge_code(world, one) for one in codes]
    # `SIGNATURE_BROKEN` (any signature [...] in the file [...])
    if any(one.sub is Sub.SIG_CRYPTO_FAILURE for one in judged):
        found.add(Reason.SIGNATURE_BROKEN)
    indications = []
    if alone:
        payload = payloads.pop()
        registry = named(world, payload)
        taken = take(judged)
        indications = [] if taken is None else [judged[taken].indication]
        found |= reasons_of_role(world, payload, codes, judged)
        found |= oracle.reasons_of_record(registry)
        found |= oracle.reasons_of_dates(registry, tuple(judged), {} if taken is None else {QR: taken})
        found |= reasons_of_register(world, payload)
        # [...] with name, date of birth and grades among them, else `QR_INCOMPLETE`
        if set(payload.omitted) & set(COMPARED):
            found.add(Reason.QR_INCOMPLETE)
    return decided(found, indications, tuple(judged) if alone else ())


def decided(found: set[Reason], indications: list[Indication], judged: tuple[Judged, ...]) -> Judgement:
    """Section 2: then, in this order."""
    if found & set(oracle.INVALID) or Indication.TOTAL_FAILED in indications:
        verdict = Verdict.INVALID
    elif found & set(oracle.INDETERMINATE) or Indication.INDETERMINATE in indications:
        verdict = Verdict.INDETERMINATE
    elif Reason.TRANSCRIPT_SUPERSEDED in found:
        verdict = Verdict.SUPERSEDED
    else:
        verdict = Verdict.VALID
    taken = take(list(judged)) if indications else None
    roles = {} if taken is None else {QR: taken}
    return Judgement(verdict, tuple(sorted(found, key=oracle.REASONS.index)), judged, roles)


# --- on a signed page -----------------------------------------------------------------------------------------------


def judge_page(world: World, record: Payload) -> Judgement:
    """In a signed PDF the QR is only compared with the record (`QR_MISMATCH`); its own key's state is a finding.

    `record` is what follows from the record. "Codes of signatures that no required role took are findings, never
    reasons [...]; a QR's in a signed PDF too, but for `QR_MISMATCH`." Read as: whoever signed the code, and whether or
    not its signature holds.
    """
    page = oracle.judge(world.registry)
    if all(agrees(world.registry, one.payload, record) for one in world.codes if one.whole):
        return page
    reasons = tuple(sorted({*page.reasons, Reason.QR_MISMATCH}, key=oracle.REASONS.index))
    return replace(page, verdict=Verdict.INVALID, reasons=reasons)


def agrees(page: oracle.World, said: Payload, record: Payload) -> bool:
    """docs/qr.md, 6: given its keys, every claim follows from the record. With the PDF all are recomputed.

    "with the register `1`, `5`, `12` are compared for that number and version". Read as: so they are where the register
    stands in for the record, and that number and version must be the file's.
    """
    if page.recorded:
        return replace(said, omitted=()) == record
    known = oracle.identify(page)
    if known is None:
        return True
    claims, kin = known.claims, oracle.kin(known)
    return (said.number, said.version) == (claims.number, claims.version) and all(
        (said.issuer, said.digest, said.level) == (one.issuer, one.digest, claims.level)
        for one in page.versions
        if one.issuer in kin and (one.number, one.version) == (said.number, said.version)
    )
