"""A report as the JSON of the contract, the same over HTTP and on the command line.

Only `id`, `verified_at` and `receipt` differ between two answers about the same bytes, registry and policy.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from gateway import grounds, heirs, particulars, replacement, wording
from gateway.grounds import Grounds
from gateway.receipts import instant
from gateway.vocabulary import Text
from verify.report import Finding, JudgedSignature, Report, Transcript
from verify.standing import family
from verify.trust import TrustSnapshot


class Both(Struct, frozen=True):
    """A text in both languages."""

    vi: str
    en: str


class Advice(Both, frozen=True):
    """What to do next, as one text, and step by step."""

    steps: list[Both]


class RegistryState(Struct, frozen=True):
    """The state of the registry that was asked."""

    generation: int
    ledger_head: str


class Input(Struct, frozen=True):
    """What was handed in."""

    kind: str
    sha256: str
    bytes: int


class IssuerNamed(Struct, frozen=True):
    """An issuer by code, with the name that the registry gives it."""

    code: str | None
    name: str | None


class IssuerReached(Struct, frozen=True):
    """The issuer of a transcript, and how to reach it."""

    code: str | None
    name: str | None
    contact: str


class VersionOn(Struct, frozen=True):
    """One registered version."""

    version: int
    on: str
    reason_code: str | None


class WithdrawnShown(Struct, frozen=True):
    """When a transcript was withdrawn, why, and by which issuer."""

    at: str
    reason_code: str
    issuer: IssuerNamed


class TranscriptShown(Struct, frozen=True):
    """What is known of the transcript.

    `record` is the signed record, `claims` those of a QR code that was judged alone, if a signature stands for them;
    `superior` is the issuer above its own, `successors` those who answer for it where it is no more.
    """

    number: str | None
    version: int | None
    status: str
    issuer: IssuerReached
    history: list[VersionOn]
    superior: IssuerReached | None
    superseded_by: int | UnsetType = UNSET
    record: dict[str, Any] | UnsetType = UNSET
    claims: dict[str, Any] | UnsetType = UNSET
    withdrawn: WithdrawnShown | UnsetType = UNSET
    successors: list[IssuerReached] = []


class FindingShown(Struct, frozen=True):
    """What one check found."""

    check: str
    outcome: str
    code: str
    facts: dict[str, Any]


class SignedAt(Struct, frozen=True):
    """When a signature is proven to have existed, by what, and what the file itself claims."""

    time: str | None
    proof: str
    claimed: str | None


class SignatureShown(Struct, frozen=True):
    """One signature, with its conclusion."""

    role: str | None
    capacity: str | None
    counts: bool
    signer: str | None
    issuer: IssuerNamed
    key: str | None
    signed_at: SignedAt
    indication: str
    sub_indication: str | None
    grounds: Grounds | None
    findings: list[FindingShown]


class Verification(Struct, frozen=True):
    """The answer to one verification."""

    id: str
    verified_at: str
    policy: str
    registry: RegistryState
    synthetic: bool
    input: Input
    verdict: str
    reasons: list[str]
    summary: Both
    advice: Advice
    transcript: TranscriptShown | None
    signatures: list[SignatureShown]
    findings: list[FindingShown]
    receipt: str | None


def show(report: Report, trust: TrustSnapshot, receipt: str | None = None) -> Verification:
    """The answer about a report; `trust` is the snapshot that it was made with."""
    at = instant(report.at)
    transcript = _transcript(report, trust)
    signatures = [_signature(signature, trust) for signature in report.signatures]
    findings = [_finding(finding) for finding in report.findings]
    told = particulars.of(signatures, findings, transcript, at)
    return Verification(
        id=str(uuid.uuid4()),
        verified_at=at,
        policy=report.policy,
        registry=RegistryState(report.generation, report.ledger_head),
        synthetic=report.synthetic,
        input=Input(report.kind, report.sha256, report.size),
        verdict=report.verdict.value,
        reasons=[reason.value for reason in report.reasons],
        summary=both(replacement.added(wording.summary(report, told), report)),
        advice=advised(wording.steps(report, told)),
        transcript=transcript,
        signatures=signatures,
        findings=findings,
        receipt=receipt,
    )


def both(text: Text) -> Both:
    """A text in both languages, as JSON has it."""
    return Both(text.vi, text.en)


def advised(steps: Sequence[Text]) -> Advice:
    """Steps in both languages, as JSON has them."""
    whole = wording.joined(steps)
    return Advice(whole.vi, whole.en, [both(step) for step in steps])


def _transcript(report: Report, trust: TrustSnapshot) -> TranscriptShown | None:
    transcript = report.transcript
    if transcript is None:
        return None
    above = grounds.superior(transcript.issuer, trust)
    return TranscriptShown(
        number=transcript.number,
        version=transcript.version,
        status=transcript.status,
        issuer=IssuerReached(transcript.issuer, transcript.issuer_name, transcript.contact),
        history=[VersionOn(*entry) for entry in transcript.history],
        superior=None if above is None else IssuerReached(above.code, above.latest.name, above.contact),
        superseded_by=UNSET if transcript.superseded_by is None else transcript.superseded_by,
        record=UNSET if transcript.record is None else dict(transcript.record),
        claims=UNSET if transcript.claims is None else dict(transcript.claims),
        withdrawn=_withdrawn(transcript, trust),
        successors=[
            IssuerReached(heir.code, heir.latest.name, heir.contact)
            for heir in heirs.known(transcript.issuer, trust, report.at)
        ],
    )


def _withdrawn(transcript: Transcript, trust: TrustSnapshot) -> WithdrawnShown | UnsetType:
    """The withdrawal that the verdict rests on."""
    if transcript.status != "withdrawn" or transcript.issuer is None:
        return UNSET
    kin = family(transcript.issuer, trust)
    one = next(one for one in trust.withdrawals if one.number == transcript.number and one.issuer in kin)
    by = trust.issuers.get(one.issuer)
    return WithdrawnShown(instant(one.at), one.reason_code, IssuerNamed(one.issuer, by.latest.name if by else None))


def _signature(signature: JudgedSignature, trust: TrustSnapshot) -> SignatureShown:
    issuer = trust.issuers.get(signature.issuer or "")
    sub = signature.conclusion.sub
    return SignatureShown(
        role=signature.role,
        capacity=signature.capacity,
        counts=signature.counts,
        signer=signature.signer,
        issuer=IssuerNamed(signature.issuer, issuer.latest.name if issuer else None),
        key=signature.key,
        signed_at=SignedAt(_instant(signature.proven_at), signature.proof, _instant(signature.claimed_at)),
        indication=signature.conclusion.indication.value,
        sub_indication=sub.value if sub else None,
        grounds=grounds.of(signature, trust),
        findings=[_finding(finding) for finding in signature.conclusion.findings],
    )


def _finding(finding: Finding) -> FindingShown:
    return FindingShown(finding.check, finding.outcome.value, str(finding.code), _plain(finding.facts))


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _instant(fact) if isinstance(fact, datetime) else fact for name, fact in facts.items()}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
