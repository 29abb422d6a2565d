"""A second reading of HB-1: brute force, sentence by sentence, written from the policy's text alone.

It shares no code with the engine but the codes of `verify/report.py`. Its input is an abstract world, in which a
signature is sound or broken by decree and a certificate hangs under a root by name; what it says of that world is what
the engine must say of the files and the registry that realise it (`tests/worlds.py`). Each function quotes what it
transcribes. Where the text leaves a choice, "Read as:" says which was taken.

Left out, and not drawn by `tests/worlds.py`: the QR, signatures that do not name their certificate.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

from verify.report import Indication, Reason, Sub, Verdict

DAY = timedelta(days=1)
HANOI = timezone(timedelta(hours=7))

REQUIRED = ("principal", "school_seal")
"""One signature in role `principal` [...] and one in role `school_seal`."""

PERSONS = ("principal", "vice_principal", "homeroom_teacher")

INDICATIONS = (Indication.TOTAL_FAILED, Indication.INDETERMINATE, Indication.TOTAL_PASSED)
SUBS = tuple(Sub)
REASONS = tuple(Reason)


@dataclass(frozen=True)
class Certificate:
    """A certificate, which authority issued it under which root, and what officers said of it."""

    name: str
    not_before: datetime
    not_after: datetime
    root: str
    by: str
    revoked_at: datetime | None = None
    invalid_since: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """A certificate on a list; `held`: it is a certificateHold."""

    certificate: str
    at: datetime
    held: bool = False
    invalidity_date: datetime | None = None


@dataclass(frozen=True)
class Crl:
    """A list by an authority. `imported`: the registry holds it, in the order of the world; else the file does."""

    by: str
    this: datetime
    following: datetime
    entries: tuple[Entry, ...] = ()
    expired_since: datetime | None = None
    imported: bool = False


@dataclass(frozen=True)
class Response:
    """An OCSP response in the file. Without an entry, all is well; `unknown`: the responder does not know."""

    certificate: str
    this: datetime
    following: datetime | None
    entry: Entry | None = None
    unknown: bool = False


@dataclass(frozen=True)
class Key:
    """A key that the registry knows, and its life."""

    name: str
    admitted: bool = True
    historical: bool = False
    suspended_since: datetime | None = None
    retired_at: datetime | None = None
    revoked_at: datetime | None = None
    invalid_since: datetime | None = None
    proposed_invalid_since: datetime | None = None


@dataclass(frozen=True)
class Appointment:
    """A key speaks in a role for an issuer."""

    key: str
    issuer: str
    role: str
    valid_from: datetime
    valid_until: datetime | None = None
    levels: frozenset[str] | None = None


@dataclass(frozen=True)
class Period:
    """What an issuer was called, whose child it was, and what it might do, from a day to a day."""

    since: datetime
    until: datetime | None
    name: str
    parent: str | None
    levels: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    territory: frozenset[str] | None = None


@dataclass(frozen=True)
class Issuer:
    """A ministry, department or school."""

    code: str
    kind: str
    periods: tuple[Period, ...]
    valid_from: datetime
    valid_until: datetime | None = None
    suspended_since: datetime | None = None
    registers_all_since: datetime | None = None
    predecessors: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Token:
    """A time-stamp over a signature, or before one; one that is not sound is over something else."""

    key: str
    certificate: str
    gen_time: datetime
    sound: bool = True


@dataclass(frozen=True)
class Signature:
    """A signature of the file, with the revision that brought it; it covers all that stands before it.

    `soundness` is sound, hash, crypto or weak; `added`: its field was not there before; `alters`: its revision changes
    the visible page besides; `certifies`: a certification signature, and its DocMDP level. `content`: a content
    time-stamp. A `stamp` is a document time-stamp: its token over the file, and nobody's signature.
    """

    key: str = ""
    certificate: str = ""
    soundness: str = "sound"
    visible: bool = True
    added: bool = False
    alters: bool = False
    token: Token | None = None
    content: Token | None = None
    certifies: int | None = None
    stamp: bool = False


@dataclass(frozen=True)
class Version:
    """A registered version; `files` are (how many signatures the registered file holds, when it was registered)."""

    issuer: str
    number: str
    version: int
    digest: str
    files: tuple[tuple[int, datetime], ...] = ()


@dataclass(frozen=True)
class Claims:
    """What the record says. Without a record, name, department and province are None."""

    issuer: str
    number: str
    version: int
    digest: str
    level: str
    issued_on: date
    name: str | None
    department: str | None
    province: str | None


@dataclass(frozen=True)
class World:
    """A file, the registry, and the clock.

    `altered` says that a last revision changes the page and signs nothing, `described` that one changes the document
    information; `recorded` that the file has a record. `strict` are the roots imported with `revocation: crl`.
    """

    now: datetime
    claims: Claims
    signatures: tuple[Signature, ...] = ()
    altered: bool = False
    described: bool = False
    recorded: bool = True
    keys: tuple[Key, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    roots: frozenset[str] = frozenset()
    stamp_roots: frozenset[str] = frozenset()
    strict: frozenset[str] = frozenset()
    crls: tuple[Crl, ...] = ()
    responses: tuple[Response, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    issuers: tuple[Issuer, ...] = ()
    versions: tuple[Version, ...] = ()
    withdrawals: tuple[tuple[str, str], ...] = ()

    def key(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.name == name), None)

    def certificate(self, name: str) -> Certificate:
        return next(certificate for certificate in self.certificates if certificate.name == name)

    def issuer(self, code: str | None) -> Issuer | None:
        return next((issuer for issuer in self.issuers if issuer.code == code), None)


@dataclass(frozen=True)
class Answer:
    """What one question about a signature came to; `why` is the reason code it is reported under, if it has one."""

    indication: Indication
    sub: Sub
    why: Reason | None


@dataclass(frozen=True)
class Judged:
    """What is said of one signature. `role` is the one it is a candidate for."""

    indication: Indication
    sub: Sub | None
    answers: tuple[Answer, ...] = ()
    role: str | None = None
    poe: datetime | None = None


@dataclass(frozen=True)
class Judgement:
    """What is said of the transcript."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    signatures: tuple[Judged, ...]
    taken: dict[str, int] = field(default_factory=dict)


# --- the answers and their codes ------------------------------------------------------------------------------------

FAILED = Indication.TOTAL_FAILED
OPEN = Indication.INDETERMINATE

BROKEN = {
    "hash": Answer(FAILED, Sub.HASH_FAILURE, Reason.SIGNATURE_BROKEN),
    "crypto": Answer(FAILED, Sub.SIG_CRYPTO_FAILURE, Reason.SIGNATURE_BROKEN),
    "weak": Answer(FAILED, Sub.CRYPTO_CONSTRAINTS_FAILURE, Reason.WEAK_ALGORITHM),
}
"""HASH_FAILURE, SIG_CRYPTO_FAILURE [...] -> `SIGNATURE_BROKEN`; CRYPTO_CONSTRAINTS_FAILURE (TOTAL-FAILED here [...]) ->
`WEAK_ALGORITHM`."""

NO_CHAIN = Answer(OPEN, Sub.NO_CERTIFICATE_CHAIN_FOUND, Reason.UNKNOWN_KEY)
"""NO_CERTIFICATE_CHAIN_FOUND (a distrusted anchor too) -> `UNKNOWN_KEY`."""

OUT_OF_SCOPE = Answer(FAILED, Sub.HB_NOT_APPOINTED, Reason.NOT_AUTHORISED_AT_TIME)
"""HB_NOT_APPOINTED (TOTAL-FAILED: level, role or territory outside the scope of the appointment or of a hop [...])."""

NOT_APPOINTED_HERE = Answer(OPEN, Sub.HB_NOT_APPOINTED, None)
"""[...] a known key without an appointment here: INDETERMINATE, a finding only. Read as: an unknown one, too."""

NOT_YET = Answer(FAILED, Sub.NOT_YET_VALID, Reason.NOT_AUTHORISED_AT_TIME)
NO_LINK = Answer(OPEN, Sub.HB_NOT_APPOINTED_AT_TIME, Reason.NOT_AUTHORISED_AT_TIME)
"""HB_NOT_APPOINTED_AT_TIME (INDETERMINATE: a parent link asked for in section 3 does not hold)."""
ENDED = Answer(OPEN, Sub.OUT_OF_BOUNDS_NO_POE, Reason.NO_PROOF_OF_EXISTENCE)
REVOKED = Answer(OPEN, Sub.REVOKED_NO_POE, Reason.KEY_REVOKED)
MADE_AFTER = Answer(FAILED, Sub.REVOKED, Reason.KEY_REVOKED)
STALE = Answer(OPEN, Sub.TRY_LATER, Reason.STALE_DATA)
KEY_SUSPENDED = Answer(OPEN, Sub.TRY_LATER, Reason.KEY_SUSPENDED)
ISSUER_SUSPENDED = Answer(OPEN, Sub.TRY_LATER, Reason.ISSUER_SUSPENDED)


def rank(indication: Indication, sub: Sub | None) -> tuple[int, int]:
    """*Best* and *worst* go by indication, then by the list of sub-indications below (its first is the worst).

    Read as: an INDETERMINATE that the list leaves out, HB_NOT_APPOINTED, comes after those in it.
    """
    if (indication, sub) == (OPEN, Sub.HB_NOT_APPOINTED):
        return INDICATIONS.index(OPEN), len(SUBS)
    return INDICATIONS.index(indication), len(SUBS) if sub is None else SUBS.index(sub)


NOTHING = rank(Indication.TOTAL_PASSED, None)


# --- intervals ------------------------------------------------------------------------------------------------------


def earliest(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=HANOI)


def day_of(instant: datetime) -> date:
    return instant.astimezone(HANOI).date()


def allows(appointment: Appointment, world: World) -> bool:
    return appointment.levels is None or world.claims.level in appointment.levels


def touching(appointment: Appointment, world: World) -> tuple[datetime, datetime | None]:
    """Appointments of one key, issuer and role that touch are one interval.

    Read as: of those that allow the record's level; else a wider scope of another time would leak into this one.
    """
    since, until = appointment.valid_from, appointment.valid_until
    same = [
        other
        for other in world.appointments
        if (other.key, other.issuer, other.role) == (appointment.key, appointment.issuer, appointment.role)
        and allows(other, world) == allows(appointment, world)
    ]
    for _ in same:  # as often as there could be links in a row of them
        for other in same:
            begins_in_time = until is None or other.valid_from <= until
            ends_in_time = other.valid_until is None or other.valid_until >= since
            if begins_in_time and ends_in_time:
                since = min(since, other.valid_from)
                until = None if until is None or other.valid_until is None else max(until, other.valid_until)
    return since, until


# --- the table of section 3 -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One row's subject: [since, end), the C of a revocation, the start of a suspension, how the latter is reported.

    `doubt` is an earlier `invalid_since` that is proposed.
    """

    since: datetime | None
    end: datetime | None
    stop: datetime | None = None
    suspended: datetime | None = None
    suspension: Answer = KEY_SUSPENDED
    doubt: datetime | None = None


def answers_of_table(
    asked: Asked, poe: datetime | None, now: datetime, content: datetime | None = None
) -> list[Answer]:
    """The table, row by row; `content` is the signature's trusted content time-stamp."""
    # "T_poe < from": TOTAL-FAILED / NOT_YET_VALID, and below it: same, same, same. "NOT_YET_VALID (also without T_poe,
    # if not yet in force)"
    if asked.since is not None and (now if poe is None else poe) < asked.since:
        return [NOT_YET]
    found = []
    # | ended in the ordinary way | same | passes | INDETERMINATE / OUT_OF_BOUNDS_NO_POE |
    if asked.end is not None and now >= asked.end and (poe is None or poe >= asked.end):
        found.append(ENDED)
    # | revoked, whatever the reason | same | passes (T_poe < C) | INDETERMINATE / REVOKED_NO_POE |
    # What both ended and was revoked answers in both rows [...]; in the row "revoked" the end is C alone. TOTAL-FAILED
    # / REVOKED only where a *content* time-stamp (made before signing) is at or after C, there whatever T_poe. While an
    # earlier `invalid_since` is proposed, T_poe in [invalid_since, C) is REVOKED_NO_POE.
    if asked.stop is not None and content is not None and content >= asked.stop:
        found.append(MADE_AFTER)
    elif asked.stop is not None and (poe is None or poe >= min(asked.stop, asked.doubt or asked.stop)):
        found.append(REVOKED)
    # | suspended now | same | passes if T_poe < start of the suspension, else [...] TRY_LATER | [...] TRY_LATER |
    # "Retirement or expiry ends no suspension", but revocation does, being final: what ran into it is in C
    if asked.stop is None and asked.suspended is not None and (poe is None or poe >= asked.suspended):
        found.append(asked.suspension)
    return found


def stop_of_key(key: Key) -> datetime | None:
    """C = min(revocation date, [...] the registry's `invalid_since`, start of a suspension that ran into [it])."""
    if key.revoked_at is None:
        return None
    return earliest(key.revoked_at, key.invalid_since, key.suspended_since)


# --- revocation data ------------------------------------------------------------------------------------------------


def path(world: World, certificate: Certificate) -> list[Certificate]:
    """The certificate, and those above it but for the anchor's own."""
    found = [certificate]
    while above := [one for one in world.certificates if one.name == found[-1].by]:
        found += above
    return found


def entries_of_registry(world: World, certificate: Certificate) -> tuple[datetime | None, datetime | None]:
    """What imported lists say: the C of a revocation, and since when it is on hold.

    "A revocation once imported into the registry sticks; older CRLs are accepted there, kept, and only add (a
    certificateHold follows the CRL with the latest thisUpdate)." "[...] start of a suspension that ran into the
    revocation". Read as: a hold that stands as the revocation is imported ran into it.
    """
    stop = held = latest = None
    for crl in world.crls:
        if not crl.imported or crl.by != certificate.by:
            continue
        here = [one for one in crl.entries if one.certificate == certificate.name]
        for one in here:
            if not one.held:
                stop = earliest(stop, one.at, one.invalidity_date, held)
                held = None
        if latest is None or crl.this >= latest:
            latest = crl.this
            held = earliest(*(one.at for one in here if one.held)) if stop is None else None
    return stop, held


def entries_of_file(world: World, certificate: Certificate) -> tuple[datetime | None, datetime | None]:
    """Data inside a file may add a revocation for that report alone, never remove one.

    "[...] or a hold, which follows the latest thisUpdate among the file's". Read as: what is dated ahead of now ends no
    hold, and a responder that does not know has not responded.
    """
    told = [(crl.this, crl.entries) for crl in world.crls if not crl.imported and crl.by == certificate.by]
    told += [
        (response.this, (response.entry,) if response.entry else ())
        for response in world.responses
        if response.certificate == certificate.name and not response.unknown
    ]
    stop = held = None
    for this, entries in told:
        for one in entries:
            if one.certificate == certificate.name and not one.held:
                stop = earliest(stop, one.at, one.invalidity_date)
            if one.certificate == certificate.name and one.held:
                later = [other for at, other in told if this < at <= world.now]
                if all(certificate.name in [each.certificate for each in other] for other in later):
                    held = earliest(held, one.at)
    return stop, held


def end_of_certificate(
    world: World, certificate: Certificate, *, believed: bool = True
) -> tuple[datetime | None, datetime | None]:
    """C = min(revocation date, X.509 invalidityDate, the registry's `invalid_since`, start of a suspension [...]).

    And the start of a suspension: "certificateHold is a suspension." `believed`: what the file says of it counts.
    """
    listed, held = entries_of_registry(world, certificate)
    told, put = entries_of_file(world, certificate) if believed else (None, None)
    held = earliest(held, put)
    if listed is None and told is None and certificate.revoked_at is None:
        return None, held
    by_name = certificate.invalid_since if certificate.revoked_at is not None else None
    return earliest(listed, told, certificate.revoked_at, by_name, held), None


def fresh(world: World, certificate: Certificate, poe: datetime | None) -> bool:
    """[...] each certificate needs a CRL or OCSP response of its issuer, that has nextUpdate ahead of now or thisUpdate

    at or after T_poe, and in both cases was issued while the certificate was valid or carries expiredCertsOnCRL.
    Read as: expiredCertsOnCRL counts from its date on; what is dated ahead of now has not been said yet; a responder
    that does not know has not responded.
    """
    said = [
        (one.this, one.following, one.expired_since is not None and one.expired_since <= certificate.not_after)
        for one in world.crls
        if one.by == certificate.by
    ] + [
        (one.this, one.following, False)
        for one in world.responses
        if one.certificate == certificate.name and not one.unknown
    ]
    return any(
        this <= world.now
        and ((following is not None and following > world.now) or (poe is not None and this >= poe))
        and (certificate.not_before <= this < certificate.not_after or kept)
        for this, following, kept in said
    )


def stale(world: World, key: Key | None, certificate: Certificate, poe: datetime | None) -> bool:
    """With `crl`, each certificate needs a CRL or OCSP response; else TRY_LATER, `STALE_DATA`.

    "Historical keys are in mode `registry`."
    """
    if certificate.root not in world.strict or (key is not None and key.historical):
        return False
    return not all(fresh(world, one, poe) for one in path(world, certificate))


def issued_outside(world: World, since: datetime, end: datetime | None) -> bool:
    """`issued_on` [...] counts against [...]: if that whole day (+07:00) lies outside the interval."""
    begins = midnight(world.claims.issued_on)
    return begins + DAY <= since or (end is not None and begins >= end)


# --- time -----------------------------------------------------------------------------------------------------------


def proofs_after(world: World, index: int, *, registered_only: bool = False) -> list[datetime]:
    """Proofs that signature `index`, and all it carries, existed, but for its own token.

    "(a) an RFC 3161 token [...] over a later sound signature [...] whose range covers it"; "(b) the ledger entry that
    registered the SHA-256 of the file up to the end of a revision that contains the signature (`pdf_sha256`)".
    Read as: a token over a broken signature proves nothing, not even of itself; a weak algorithm makes a signature no
    less sound in this sense, the token being what is believed. Section 9's "only entries of the record's issuer, its
    predecessors and successors are read" holds here, too.
    """
    proofs = []
    for later in range(index + 1, 0 if registered_only else len(world.signatures)):
        token = world.signatures[later].token
        if token is not None and trusted(world, later):
            proofs.append(token.gen_time)
    for version in world.versions:
        if version.issuer in kin(world):
            proofs += [at for held, at in version.files if held > index]
    return proofs


def trusted(world: World, index: int) -> bool:
    """Whether the token over signature `index` counts.

    "A token counts if its genTime lies in that key's interval, not after now, and the key was never revoked nor is
    suspended; else *other* evidence must show that the token existed before C (a suspension counts as C while it
    lasts). Ordinary expiry does no harm." "Time-stamp authorities belong to the ministry alone."
    Read as: what is said of the key holds of its certificate; a proposed `invalid_since` counts against (section 6);
    the ministry's own end is no end of its key's interval.
    """
    signature = world.signatures[index]
    if signature.token is None or signature.soundness not in ("sound", "weak"):
        return False
    return counts(world, signature.token, proofs_after(world, index))


def counts(world: World, token: Token, others: list[datetime]) -> bool:
    """Whether a token counts; `others`: the other proofs that it existed."""
    key, certificate = world.key(token.key), world.certificate(token.certificate)
    if not token.sound or token.gen_time > world.now:
        return False
    if key is None or not key.admitted or certificate.root not in world.stamp_roots:
        return False
    if not any(
        max(certificate.not_before, since) <= token.gen_time
        and all(token.gen_time < end for end in (certificate.not_after, key.retired_at, until) if end is not None)
        for appointment in world.appointments
        for since, until in [touching(appointment, world)]
        for ministry in [world.issuer(appointment.issuer)]
        if appointment.key == token.key
        and appointment.role == "time_stamp_authority"
        and ministry is not None
        and ministry.kind == "ministry"
    ):
        return False
    doubt = key.proposed_invalid_since if key.revoked_at is not None else None
    ends = [end for one in path(world, certificate) for end in end_of_certificate(world, one)]
    stop = earliest(stop_of_key(key), doubt, key.suspended_since, *ends)
    return stop is None or any(proof < stop for proof in others)


def stale_proof(world: World, index: int) -> bool:
    """Whether T_poe rests on stale time-stamp authorities alone: they prove a time all the same (decision 2, item 18).

    Their own status data is asked for as of the token's time.
    """
    poe, fresh_ones = proof_of_existence(world, index), proofs_after(world, index, registered_only=True)
    tokens = [(later, world.signatures[later].token) for later in range(index, len(world.signatures))]
    first = [
        stale(world, world.key(token.key), world.certificate(token.certificate), token.gen_time)
        for later, token in tokens
        if token is not None and token.gen_time == poe and trusted(world, later)
    ]
    return bool(first) and all(first) and poe not in fresh_ones


def content_of(world: World, index: int) -> datetime | None:
    """A *content* time-stamp (made before signing), if its token counts. Read as: it existed when the signature did."""
    signature = world.signatures[index]
    if signature.content is None or signature.soundness not in ("sound", "weak"):
        return None
    poe = proof_of_existence(world, index)
    return signature.content.gen_time if counts(world, signature.content, [poe] if poe is not None else []) else None


def proof_of_existence(world: World, index: int) -> datetime | None:
    """T_poe of a signature = the earliest *trusted* proof that **this signature** existed."""
    proofs = proofs_after(world, index)
    token = world.signatures[index].token
    if token is not None and trusted(world, index):
        proofs.append(token.gen_time)
    return earliest(*proofs)


# --- the tree -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hop:
    issuer: Issuer
    period: Period


def hops(world: World, on: date) -> tuple[list[Hop], bool]:
    """Every hop (school under department under ministry) on a day, and whether each link holds up to the ministry.

    Read as: a link that names nobody, or leads round in a circle, holds not; outside an issuer's own life its link and
    its scope are those of the nearest day, and that it did not live then is for the table to say.
    """
    found: list[Hop] = []
    code: str | None = world.claims.issuer
    while True:
        issuer = world.issuer(code)
        if issuer is None or issuer in [hop.issuer for hop in found]:
            return found, False
        period = nearest(issuer, on)
        found.append(Hop(issuer, period))
        if issuer.kind == "ministry":
            return found, True
        if period.parent is None:
            return found, False
        code = period.parent


def period_on(issuer: Issuer, on: date) -> Period | None:
    at = midnight(on)
    return next((one for one in issuer.periods if one.since <= at and (one.until is None or at < one.until)), None)


def nearest(issuer: Issuer, on: date) -> Period:
    period = period_on(issuer, on)
    if period is not None:
        return period
    return issuer.periods[0] if midnight(on) < issuer.periods[0].since else issuer.periods[-1]


def answers_of_tree(world: World, role: str, poe: datetime | None) -> list[Answer]:
    """The table holds for every hop [...], with scope (levels, roles, territory [...], interval) that can only narrow.

    "Parent links are those of T_poe's day; without T_poe, both those of `issued_on` and those of now must hold."
    """
    days = [day_of(poe)] if poe is not None else [world.claims.issued_on, day_of(world.now)]
    found = []
    for on in days:
        chain, whole = hops(world, on)
        if not whole:
            found.append(NO_LINK)
        for hop in chain:
            issuer = hop.issuer
            asked = Asked(issuer.valid_from, issuer.valid_until, None, issuer.suspended_since, ISSUER_SUSPENDED)
            found += answers_of_table(asked, poe, world.now)
            if issued_outside(world, issuer.valid_from, issuer.valid_until):
                found.append(ENDED)  # judge as the last column of "ended"
            if not in_scope(world, role, hop):
                found.append(OUT_OF_SCOPE)
    return found


def in_scope(world: World, role: str, hop: Hop) -> bool:
    """[...] levels, roles, territory: province codes, among which the record's `province_code` must be.

    Section 4: "a level not among the issuer's own (beyond an appointment's or a superior's scope it is
    HB_NOT_APPOINTED)". Read as: the record's issuer's own levels are the record's affair, and not asked here; where no
    record names a province, none is asked.
    """
    claims, period = world.claims, hop.period
    own = hop.issuer.code == claims.issuer
    return (
        (own or period.levels is None or claims.level in period.levels)
        and (period.roles is None or role in period.roles)
        and (period.territory is None or claims.province is None or claims.province in period.territory)
    )


# --- one signature --------------------------------------------------------------------------------------------------


def judge_signature(world: World, index: int, *, identified: bool = True) -> Judged:
    """Each signature is judged first: cryptography, certificate, key, appointment, and every hop up the tree are asked.

    "the **worst** answer is the signature's; among several appointments of its key for this issuer, the **best**."
    "One signature is a candidate for one role, the required one first". Read as: the best among those in that role; of
    two equally bad ones, by what else is said of them. "`NOT_IDENTIFIED` [...]: authority is not asked."
    """
    signature = world.signatures[index]
    if signature.stamp:
        return Judged(Indication.TOTAL_PASSED, None)  # reported as somebody's proof, not as a signature
    poe = proof_of_existence(world, index)
    key = world.key(signature.key)
    issuer = world.issuer(world.claims.issuer)
    here = [
        one
        for one in world.appointments
        if one.key == signature.key and one.issuer == world.claims.issuer
        if identified and issuer and key and key.admitted
    ]
    role = next((role for role in REQUIRED if role in [one.role for one in here]), None)
    if role is not None:
        here = [one for one in here if one.role == role]
    certificate = world.certificate(signature.certificate)
    if not here:
        found = answers_of_key(world, index, poe)
        found.append(NOT_APPOINTED_HERE)
        return concluded(found, role, poe)
    ways = []
    for appointment in here:
        appointed, until = touching(appointment, world)
        since = max(
            certificate.not_before, appointed
        )  # the later of the certificate's notBefore and [...] `valid_from`
        found = answers_of_key(world, index, poe)
        found += answers_of_table(Asked(since, until), poe, world.now)
        if appointment.role in PERSONS and issued_outside(world, appointed, until):
            found.append(ENDED)  # Read as: certificates are not asked, so the appointment's own `valid_from`
        if not allows(appointment, world):
            found.append(OUT_OF_SCOPE)
        found += answers_of_tree(world, appointment.role, poe)
        ways.append(concluded(found, role, poe))
    return max(ways, key=lambda way: [*sorted({rank(one.indication, one.sub) for one in way.answers}), NOTHING])


def answers_of_key(world: World, index: int, poe: datetime | None) -> list[Answer]:
    """Cryptography, certificate, key.

    Read as: what the registry does not know of a key it cannot hold against it: the key has no appointment, no more. A
    `from` is asked where it is written: the certificate's notBefore here, the later of the two with the appointment.
    """
    signature, now, content = world.signatures[index], world.now, content_of(world, index)
    found = [BROKEN[signature.soundness]] if signature.soundness in BROKEN else []
    certificate, key = world.certificate(signature.certificate), world.key(signature.key)
    if certificate.root not in world.roots:
        found.append(NO_CHAIN)
    elif stale(world, key, certificate, poe) or stale_proof(world, index):
        found.append(STALE)
    # Read as: without a chain nobody stands above the certificate, whose word in the file could be believed
    chain = path(world, certificate) if certificate.root in world.roots else [certificate]
    for one in chain:
        stop, held = end_of_certificate(world, one, believed=certificate.root in world.roots)
        found += answers_of_table(Asked(one.not_before, one.not_after, stop, held), poe, now, content)
    if key is not None and key.admitted:
        asked = Asked(
            None,
            key.retired_at,
            stop_of_key(key),
            key.suspended_since,
            doubt=key.proposed_invalid_since,
        )
        found += answers_of_table(asked, poe, now, content)
    return found


def concluded(found: list[Answer], role: str | None, poe: datetime | None) -> Judged:
    """[...] the **worst** answer is the signature's."""
    if not found:
        return Judged(Indication.TOTAL_PASSED, None, (), role, poe)
    worst = min(found, key=lambda answer: rank(answer.indication, answer.sub))
    return Judged(worst.indication, worst.sub, tuple(found), role, poe)


# --- the transcript -------------------------------------------------------------------------------------------------


def take(signatures: tuple[Judged, ...]) -> dict[str, int]:
    """[...] each required role *takes* its best candidate, whatever its indication.

    "of two equal signatures the earlier in the file is better."
    """
    taken = {}
    for role in REQUIRED:
        candidates = [index for index, judged in enumerate(signatures) if judged.role == role]
        if candidates:
            best = max(rank(signatures[index].indication, signatures[index].sub) for index in candidates)
            taken[role] = next(
                index for index in candidates if rank(signatures[index].indication, signatures[index].sub) == best
            )
    return taken


def reasons_of_changes(world: World, signatures: tuple[Judged, ...]) -> set[Reason]:
    """After that first one, the only visible change allowed is the appearance of another signature that counts [...].

    A signature *counts* if its key holds, held or will hold an appointment in a required role for the record's issuer:
    if it is a candidate for one. "[...] another signature that counts, and that is TOTAL-PASSED or the first in the
    file for its role; where its field was not there before, advice `APPEARANCE_ADDED`".
    """
    found: set[Reason] = set()
    counting = [index for index, judged in enumerate(signatures) if judged.role is not None]
    if not counting:
        return found
    for index in range(counting[0] + 1, len(world.signatures)):
        signature, judged = world.signatures[index], signatures[index]
        first = judged.role not in [one.role for one in signatures[:index]]
        allowed = index in counting and (first or judged.indication is Indication.TOTAL_PASSED)
        if signature.alters or (signature.visible and not allowed):
            found.add(Reason.MODIFIED_AFTER_SIGNING)
        if signature.visible and allowed and signature.added:
            found.add(Reason.APPEARANCE_ADDED)
    if world.altered:
        found.add(Reason.MODIFIED_AFTER_SIGNING)
    return found


def reasons_of_locks(world: World) -> set[Reason]:
    """A certification signature's DocMDP is honoured where it is narrower.

    Read as: whoever certified. Levels 2 and 3 allow further signatures, and no change of the page; level 1 allows
    document time-stamps alone, and not even another document information (ISO 32000-2, 12.8.2.2.2).
    """
    for index, signature in enumerate(world.signatures):
        later = world.signatures[index + 1 :]
        if signature.certifies and (world.altered or any(one.alters for one in later)):
            return {Reason.MODIFIED_AFTER_SIGNING}
        if signature.certifies == 1 and (world.described or not all(one.stamp for one in later)):
            return {Reason.MODIFIED_AFTER_SIGNING}
    return set()


def reasons_of_broken(world: World) -> set[Reason]:
    """`SIGNATURE_BROKEN` (any signature or document time-stamp in the file; malformed ones too)."""
    for one in world.signatures:
        if one.soundness in ("hash", "crypto") or (one.stamp and one.token is not None and not one.token.sound):
            return {Reason.SIGNATURE_BROKEN}
    return set()


def reasons_of_roles(world: World, signatures: tuple[Judged, ...], taken: dict[str, int]) -> set[Reason]:
    """`ROLE_MISSING` (a required role has no candidate; stands beside `ISSUER_MISMATCH` and `UNKNOWN_KEY`)."""
    found: set[Reason] = set()
    missing = [role for role in REQUIRED if role not in taken]
    if missing:
        found.add(Reason.ROLE_MISSING)
        # `UNKNOWN_KEY` (a required role has no candidate, and a key that has signed is not in the registry, or was
        # never active nor admitted as historical [...])
        for signature in world.signatures:
            key = world.key(signature.key)
            if not signature.stamp and (key is None or not key.admitted):
                found.add(Reason.UNKNOWN_KEY)
    # `ISSUER_MISMATCH` (a required role has no candidate, and a signature that no role took is by a key appointed to
    # that role at another issuer)
    for role in missing:
        for index, signature in enumerate(world.signatures):
            if index not in taken.values() and any(
                one.key == signature.key and one.role == role and one.issuer != world.claims.issuer
                for one in world.appointments
            ):
                found.add(Reason.ISSUER_MISMATCH)
    # Reports carry every reason code that holds [...] Codes of signatures that no required role took are findings
    for index in taken.values():
        found |= {answer.why for answer in signatures[index].answers if answer.why is not None}
    return found


def reasons_of_dates(world: World, signatures: tuple[Judged, ...], taken: dict[str, int]) -> set[Reason]:
    """`issued_on` in the future or after the day of the latest T_poe of the required signatures [...].

    Read as: the latest of those that have one; without a record, the register's date.
    """
    poes = [signatures[index].poe for index in taken.values()]
    known = [poe for poe in poes if poe is not None]
    if world.claims.issued_on > day_of(min([world.now, *([max(known)] if known else [])])):
        return {Reason.RECORD_INCONSISTENT}
    return set()


def reasons_of_record(world: World) -> set[Reason]:
    """Section 4, and the last sentences of section 2's prose."""
    claims, issuer = world.claims, world.issuer(world.claims.issuer)
    found: set[Reason] = set()
    # an unknown code is `UNKNOWN_ISSUER`
    if issuer is None:
        return found | {Reason.UNKNOWN_ISSUER}
    # Only schools issue transcripts; a record of another kind of issuer is `CANNOT_BE_JUDGED`. Read as: and is not
    # compared with what the registry says of that issuer
    if issuer.kind != "school":
        return found | {Reason.CANNOT_BE_JUDGED}
    # Name or department differing from the registry of `issued_on`. Read as: of the nearest day on which it lived
    period = nearest(issuer, claims.issued_on)
    if world.recorded and (period.name, period.parent) != (claims.name, claims.department):
        found.add(Reason.RECORD_INCONSISTENT)
    # a level not among the issuer's own. Read as: of that day
    if period.levels is not None and claims.level not in period.levels:
        found.add(Reason.RECORD_INCONSISTENT)
    # A record naming an ended issuer with `issued_on` at or after that day is `RECORD_INCONSISTENT`
    if issuer.valid_until is not None and claims.issued_on >= day_of(issuer.valid_until):
        found.add(Reason.RECORD_INCONSISTENT)
    return found


def kin(world: World) -> set[str]:
    """[...] only entries of the record's issuer, its predecessors and successors are read."""
    found = {world.claims.issuer}
    for direction in ("predecessors", "successors"):
        line = [world.claims.issuer]
        while line:
            issuer = world.issuer(line.pop())
            for code in getattr(issuer, direction) if issuer is not None else ():
                if code not in found:
                    found.add(code)
                    line.append(code)
    return found


def reasons_of_register(world: World, signatures: tuple[Judged, ...], taken: dict[str, int]) -> set[Reason]:
    """Section 9."""
    claims, read = world.claims, kin(world)
    found: set[Reason] = set()
    # Withdrawal is final, covers all versions, and outranks superseded
    if any(issuer in read and number == claims.number for issuer, number in world.withdrawals):
        found.add(Reason.TRANSCRIPT_WITHDRAWN)
    entries = [one for one in world.versions if one.issuer in read and one.number == claims.number]
    # Same version with another digest: `REGISTER_MISMATCH`
    if world.recorded and any(one.version == claims.version and one.digest != claims.digest for one in entries):
        found.add(Reason.REGISTER_MISMATCH)
    if entries:
        newest = max(one.version for one in entries)
        # A version below the newest registered one is superseded, registered itself or not
        if claims.version < newest:
            found.add(Reason.TRANSCRIPT_SUPERSEDED)
        # `NOT_REGISTERED`: a version above the newest registered one
        if claims.version > newest:
            found.add(Reason.NOT_REGISTERED)
        return found
    # a version above 1 of an unknown number
    if claims.version > 1:
        return found | {Reason.NOT_REGISTERED}
    # a number unknown to an issuer that registers all, unless the T_poe of every required signature lies before the
    # day that was set. Read as: of every signature that a role took, and there is one
    issuer = world.issuer(claims.issuer)
    day = issuer.registers_all_since if issuer is not None else None
    poes = [signatures[index].poe for index in taken.values()]
    if day is not None and (not poes or any(poe is None or poe >= day for poe in poes)):
        return found | {Reason.NOT_REGISTERED}
    # Otherwise unregistered: advice
    return found | {Reason.UNREGISTERED}


INVALID = REASONS[: REASONS.index(Reason.RECORD_INCONSISTENT) + 1]
INDETERMINATE = REASONS[REASONS.index(Reason.UNKNOWN_ISSUER) : REASONS.index(Reason.CANNOT_BE_JUDGED) + 1]
"""The first two rows of the table of section 2."""


def identify(world: World) -> World | None:
    """Without a record but with a registered `pdf_sha256`, the register's issuer, level, date and version stand in.

    Read as: that of any revision.
    """
    if world.recorded:
        return world
    for one in world.versions:
        if one.files:
            claims = Claims(
                one.issuer, one.number, one.version, one.digest, world.claims.level, world.claims.issued_on, *[None] * 3
            )
            return replace(world, claims=claims)
    return None


def judge(world: World) -> Judgement:
    """Section 2."""
    if all(one.stamp for one in world.signatures):
        # `NO_SIGNATURE` (a PDF with visible text and neither signature nor QR). Read as: and no record is read from it
        found = {Reason.NO_SIGNATURE} | reasons_of_broken(world)
        nobody = tuple(Judged(Indication.TOTAL_PASSED, None) for _ in world.signatures)
        return Judgement(Verdict.INVALID, tuple(sorted(found, key=REASONS.index)), nobody)
    known = identify(world)
    if known is None:
        # `NOT_IDENTIFIED`: neither a record nor a registered digest [...] authority is not asked
        signatures = tuple(judge_signature(world, index, identified=False) for index in range(len(world.signatures)))
        taken: dict[str, int] = {}
        found = {Reason.NOT_IDENTIFIED} | reasons_of_broken(world) | reasons_of_locks(world)
    else:
        world = known
        signatures = tuple(judge_signature(world, index) for index in range(len(world.signatures)))
        taken = take(signatures)
        found = (
            reasons_of_broken(world)
            | reasons_of_locks(world)
            | reasons_of_roles(world, signatures, taken)
            | reasons_of_changes(world, signatures)
            | reasons_of_dates(world, signatures, taken)
            | reasons_of_record(world)
            | reasons_of_register(world, signatures, taken)
        )
    indications = [signatures[index].indication for index in taken.values()]
    # 1. `invalid`: a document-level fault of the table below, or a required role that took a TOTAL-FAILED signature
    if found & set(INVALID) or Indication.TOTAL_FAILED in indications:
        verdict = Verdict.INVALID
    # 2. `indeterminate`: a required role without a candidate (`ROLE_MISSING`), or that took an INDETERMINATE signature,
    # or an indeterminate fault of the table
    elif found & set(INDETERMINATE) or Indication.INDETERMINATE in indications:
        verdict = Verdict.INDETERMINATE
    # 3. `superseded`: the register knows a newer version
    elif Reason.TRANSCRIPT_SUPERSEDED in found:
        verdict = Verdict.SUPERSEDED
    # 4. `valid`
    else:
        verdict = Verdict.VALID
    # `reasons` stands in the order of this table
    return Judgement(verdict, tuple(sorted(found, key=REASONS.index)), signatures, taken)
