"""Paper: a scan, a picture or a scanned text, judged by its QR code alone. HB-1, section 5; docs/qr.md, 4 to 6.

The paper itself proves nothing: what is judged are the claims that the code carries under the school's signature, and
the report shows them to be compared. A code rests on one key, so the register is its second witness. In a signed PDF a
code is only compared with the record that was signed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from verify import record as records
from verify.agreement import disagreements, register_disagreements
from verify.case import CodeCase, Proof, known_key
from verify.checks import CODE_CHECKS
from verify.claims import Claims
from verify.code import Code
from verify.envelope import Sealed
from verify.evidence import Evidence
from verify.integrity import sealed_by
from verify.path import Path, Paths
from verify.policy import Policy
from verify.report import Finding, JudgedSignature, Outcome, Reason
from verify.revocation import StatusData
from verify.roles import Signer, missing, role_here, take
from verify.standing import entries, family, standing
from verify.story import Story
from verify.subject import Subject
from verify.trust import Key, RegisteredVersion, TrustSnapshot, Use
from verify.verdict import conclude

FIELD = "qr"
"""Stands where a signature in a PDF has the name of its field."""


def judge_paper(story: Story, evidence: Evidence, trust: TrustSnapshot, policy: Policy, at: datetime) -> None:
    """Judge a document without a signature of its own by its QR code; what is found is added to the story."""
    if not evidence.codes:
        story.findings += _without_code(evidence)
        return
    story.required = policy.code_roles
    story.findings.append(Finding("qr", Outcome.NOTED, Reason.QR_ONLY))
    if evidence.visible_text:
        # A PDF that shows a text should be signed: no code stands for what is written around it.
        story.findings += [
            Finding("roles", Outcome.INDETERMINATE, Reason.ROLE_MISSING, {"role": role.value})
            for role in policy.required_roles
        ]
    story.findings += _seen(evidence.codes)
    read = {one.sealed: one.claims for one in evidence.codes if one.sealed and one.claims}
    story.findings += _unsound(read, trust)
    story.findings += _several(read)
    if len({sealed.payload for sealed in read}) == 1:
        _judge(story, list(read), next(iter(read.values())), trust, policy, at)


def compare(story: Story, evidence: Evidence, trust: TrustSnapshot, policy: Policy, at: datetime) -> list[Finding]:
    """What the codes on the pages of a signed PDF say against its record; of their own keys only a finding."""
    if evidence.unscanned:
        return [Finding("qr", Outcome.NOTED, facts={"unscanned": evidence.unscanned})]
    found = []
    for one in evidence.codes:
        if one.sealed is None or one.claims is None:
            found.append(Finding("qr", Outcome.NOTED, facts={"refused": one.refused}))
            continue
        differing = _against(one.claims, story, trust)
        if differing:
            found.append(Finding("qr", Outcome.FAILED, Reason.QR_MISMATCH, {"claims": differing}))
        judged = _ask(one.sealed, one.claims.subject, trust, policy, at)
        state = {"indication": judged.conclusion.indication.value, "sub_indication": judged.conclusion.sub}
        found.append(Finding("qr", Outcome.NOTED, facts={"key": judged.key, **state}))
    return found or [Finding("qr", Outcome.NOTED, facts={"codes": 0})]


def _without_code(evidence: Evidence) -> Iterator[Finding]:
    if evidence.visible_text:
        yield Finding("document", Outcome.FAILED, Reason.NO_SIGNATURE)
    elif not any(one.code == Reason.CANNOT_BE_JUDGED for one in evidence.faults):
        yield Finding("document", Outcome.INDETERMINATE, Reason.NO_QR_FOUND, {"foreign": evidence.foreign_codes})


def _seen(codes: Sequence[Code]) -> Iterator[Finding]:
    """What is wrong with the codes themselves, before anybody's authority is asked."""
    for one in codes:
        if one.refused:
            item, code = one.refused
            yield Finding("qr", Outcome.FAILED, Reason.QR_BROKEN, {"item": item, "code": code})
    if any(one.foreign_host for one in codes):
        yield Finding("qr", Outcome.NOTED, Reason.QR_FOREIGN_HOST)


def _unsound(read: Iterable[Sealed], trust: TrustSnapshot) -> Iterator[Finding]:
    """A signature that fails breaks the paper, whatever else is on it."""
    for sealed in read:
        key = _key(sealed, trust)
        if key is not None and sealed_by(sealed, key) is not None:
            yield Finding("qr", Outcome.FAILED, Reason.SIGNATURE_BROKEN, {"key": key.id})


def _several(read: Mapping[Sealed, Claims]) -> Iterator[Finding]:
    """Two payloads of one number contradict each other; of two numbers nobody knows which is asked about."""
    payloads: dict[str, set[bytes]] = defaultdict(set)
    for sealed, claims in read.items():
        payloads[claims.number].add(sealed.payload)
    most = max(map(len, payloads.values()), default=0)
    if most > 1:
        yield Finding("qr", Outcome.FAILED, Reason.QR_MISMATCH, {"payloads": most})
    if len(payloads) > 1:
        yield Finding("qr", Outcome.INDETERMINATE, Reason.CANNOT_BE_JUDGED, {"numbers": len(payloads)})


def _judge(
    story: Story, sealed: Sequence[Sealed], claims: Claims, trust: TrustSnapshot, policy: Policy, at: datetime
) -> None:
    """One payload, under one envelope or more, as a document under signatures is judged (HB-1, 2 and 3)."""
    subject = claims.subject
    story.claims, story.subject = claims, subject
    story.findings += records.stand_in_against_registry(subject, trust, at)
    judged = [_ask(one, subject, trust, policy, at) for one in sealed]
    story.judged = take(judged, policy.code_roles)
    signers = [Signer(_key(one, trust), Use.QR) for one in sealed]
    story.findings += missing(story.judged, signers, subject, trust, policy.code_roles)
    if not claims.complete:
        story.findings.append(Finding("qr", Outcome.INDETERMINATE, Reason.QR_INCOMPLETE))
    story.findings += _register(claims, sealed[0].qr_sha256, trust)
    proven = [one.proven_at for one in story.taken]
    if records.issued_after(subject.issued_on, max((one for one in proven if one), default=None)):
        facts = {"field": "issued_on after the signatures"}
        story.findings.append(Finding("record", Outcome.FAILED, Reason.RECORD_INCONSISTENT, facts))
    told = {one.code for one in story.findings}
    story.findings += [
        # What was to be registered and is not is no advice any more.
        one
        for one in standing(subject, trust, proven)
        if one.code not in told and not (one.code is Reason.UNREGISTERED and Reason.NOT_REGISTERED in told)
    ]


def _ask(sealed: Sealed, subject: Subject, trust: TrustSnapshot, policy: Policy, at: datetime) -> JudgedSignature:
    """One envelope: its key is asked what a signature's is."""
    key = _key(sealed, trust)
    role = role_here(Signer(key, Use.QR), subject, trust, policy.code_roles)
    registered = tuple(one.der for one in key.certificates) if key else ()
    found = _paths(registered, trust)
    chains = [der for one in found if one for der in one.certificates]
    proof = _proof(sealed, subject, trust)
    case = CodeCase(
        key=key,
        subject=subject,
        role=role,
        proof=proof,
        paths=found,
        certificates=tuple(dict.fromkeys((*registered, *chains))),
        status=StatusData(trust),
        trust=trust,
        policy=policy,
        at=at,
        sealed=sealed,
    )
    return JudgedSignature(
        field=FIELD,
        role=role.value if role else None,
        capacity=None,
        counts=role in policy.code_roles,
        taken=False,
        signer=key.holder if key else None,
        issuer=subject.issuer if role else None,
        key=key.id if key else None,
        proven_at=proof.time,
        proof=proof.kind,
        claimed_at=None,
        conclusion=conclude([finding for check in CODE_CHECKS for finding in check.ask(case)]),
    )


def _paths(registered: Sequence[bytes], trust: TrustSnapshot) -> tuple[Path | None, ...]:
    """The path of each certificate of a QR key; most keys have none."""
    paths = Paths(trust.anchors, trust.intermediates) if registered else None
    return tuple(paths.find((der,), Use.DOCUMENT) for der in registered) if paths else ()


def _key(sealed: Sealed, trust: TrustSnapshot) -> Key | None:
    """The registered and once trusted key that the envelope names; a registry admits no two of one kid."""
    return next((known_key(one, trust) for one in trust.keys if one.startswith(sealed.kid)), None)


def _proof(sealed: Sealed, subject: Subject, trust: TrustSnapshot) -> Proof:
    """T_poe: the ledger entry that registered the SHA-256 of the claims (HB-1, 3b)."""
    kin = family(subject.issuer, trust)
    times = [
        one.at
        for version in trust.versions
        if version.issuer in kin
        for one in version.qrs
        if one.sha256 == sealed.qr_sha256
    ]
    return Proof(min(times), "register") if times else Proof()


def _entries(claims: Claims, trust: TrustSnapshot) -> list[RegisteredVersion]:
    """The register's entries of that number and version."""
    return [one for one in entries(claims.subject, trust) if one.version == claims.version]


def _register(claims: Claims, qr_sha256: str, trust: TrustSnapshot) -> Iterator[Finding]:
    """The register is the second witness of a code that stands alone (HB-1, 5; docs/qr.md, 6)."""
    same = _entries(claims, trust)
    witnesses = {one.sha256 for entry in same for one in entry.qrs}
    if not witnesses:
        yield Finding("register", Outcome.INDETERMINATE, Reason.NOT_REGISTERED, {"qr_sha256": None})
    elif qr_sha256 not in witnesses:
        yield Finding("register", Outcome.FAILED, Reason.QR_MISMATCH, {"registered": len(witnesses)})
    for entry in same:
        differing = register_disagreements(claims, entry)
        if differing:
            yield Finding("register", Outcome.FAILED, Reason.QR_MISMATCH, {"claims": differing})


def _against(claims: Claims, story: Story, trust: TrustSnapshot) -> tuple[int, ...]:
    """The claims that do not follow from the record; without one, from what the register says of the file."""
    if story.record is not None:
        return disagreements(claims, story.record)
    if story.subject is None:
        return ()
    if (claims.number, claims.version) != (story.subject.number, story.subject.version):
        return (2, 3)
    return tuple(sorted({one for entry in _entries(claims, trust) for one in register_disagreements(claims, entry)}))
