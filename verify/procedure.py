"""The validation procedure: read `judge` first.

It is the whole law in seven numbered steps, in the order of EN 319 102-1; `docs/how-it-works.md` tells the same story
under the same numbers, held by a test. It reads no clock and does no I/O. Step for step says what is asked and by whom;
what is deliberately not asked is listed in the report as switched off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from verify import record as records
from verify.authority import capacity
from verify.case import Opened, SignatureCase, known_key, open_signature
from verify.changes import changes
from verify.checks import CHECKS
from verify.evidence import Attachment, Evidence
from verify.existence import Believer, prove
from verify.integrity import broken
from verify.paper import compare, judge_paper
from verify.path import Path, Paths, legible
from verify.policy import BARE, Policy
from verify.report import Finding, Indication, JudgedSignature, Outcome, Reason, Report, Transcript
from verify.revocation import StatusData
from verify.roles import Signer, missing, role_here, take
from verify.standing import entries, family, standing
from verify.story import Story
from verify.subject import Subject
from verify.trust import Key, TrustSnapshot, Use
from verify.verdict import INVALID, conclude, in_order, reasons_of, verdict


def judge(evidence: Evidence, trust: TrustSnapshot, policy: Policy, at: datetime) -> Report:
    """Judge one document by one policy, on what the caller believes, at one instant (aware).

    Returns a Report, whatever happens: an unexpected error is CANNOT_BE_JUDGED, never "valid" (promise P3).
    """
    try:
        return _judge(evidence, trust, policy, at)
    except Exception as error:  # noqa: BLE001 - P3: what nobody foresaw is answered, and the answer is no "yes"
        facts = {"error": type(error).__name__}
        fault = Finding("procedure", Outcome.INDETERMINATE, Reason.CANNOT_BE_JUDGED, facts)
        return _report(evidence, trust, policy, at, Story(policy.required_roles, [fault]))


def _judge(evidence: Evidence, trust: TrustSnapshot, policy: Policy, at: datetime) -> Report:
    story = Story(policy.required_roles)

    # 1. Format checking (5.2.2): what the readers saw in the file, and every signature in it, sound or not.
    opened = [open_signature(one, bare=policy.tolerates(BARE, at)) for one in evidence.signatures]
    story.findings += _faults(evidence, opened, policy)
    signed = [one for one in opened if not one.signature.timestamp]

    # Nothing is signed here: then it is paper, and judged by its QR code (HB-1, 5).
    if not signed:
        judge_paper(story, evidence, trust, policy, at)
        return _report(evidence, trust, policy, at, story)

    # 2. Identification (HB-1, 4): which transcript is this, by its record or by its registered digest?
    story.findings += _identify(story, evidence, trust, at)

    # 3. Proof of existence (5.4, 5.6.2.3): since when did each signature exist?
    paths = Paths(trust.anchors, (*trust.intermediates, *evidence.certificates))
    kin = family(story.subject.issuer, trust) if story.subject else frozenset()
    status = _status(evidence, opened, trust)
    proofs = dict(zip(map(id, opened), prove(opened, evidence, kin, Believer(trust, paths, status, at)), strict=True))

    # 4. Every check of the table is asked about every signature (5.3 to 5.6).
    for one in signed:
        signer = _signer(one, trust)
        path = paths.find(one.signed.certificates, Use.DOCUMENT) if one.signed else None
        case = SignatureCase(
            opened=one,
            key=signer.key,
            subject=story.subject,
            role=role_here(signer, story.subject, trust, policy.required_roles),
            proof=proofs[id(one)],
            paths=(path,),
            certificates=_certificates(one, path, signer.key),
            status=status,
            trust=trust,
            policy=policy,
            at=at,
        )
        story.judged.append(_ask(case))

    # 5. Required roles take their best candidates (HB-1, 2).
    if story.subject is not None:
        story.judged = take(story.judged, policy.required_roles)
        signers = [_signer(one, trust) for one in signed]
        story.findings += missing(story.judged, signers, story.subject, trust, policy.required_roles)

    # 6. The document as a whole: what changed after signing, the record in each required revision, the register, and
    # what the QR codes on its pages say of the same.
    story.findings += changes(evidence, story.judged)
    if story.subject is not None:
        story.findings += _record_in_time(story, story.subject, evidence)
        story.findings += standing(story.subject, trust, [one.proven_at for one in story.taken])
    story.findings += compare(story, evidence, trust, policy, at)

    # 7. One verdict (HB-1, 2).
    return _report(evidence, trust, policy, at, story)


def _faults(evidence: Evidence, opened: Sequence[Opened], policy: Policy) -> list[Finding]:
    """Step 1: document-level faults that need no registry."""
    found = []
    for seen in evidence.faults:
        outcome = Outcome.FAILED if seen.code in INVALID else Outcome.INDETERMINATE
        found.append(Finding("document", outcome, Reason(seen.code), seen.facts))
    for one in opened:
        fault = None if one.signature.unknown else broken(one)
        if fault is not None:
            facts = {"field": one.signature.field, "sub_indication": fault.value}
            found.append(Finding("document", Outcome.FAILED, Reason.SIGNATURE_BROKEN, facts))
        elif one.signature.unknown:
            facts = {"sub_filter": one.signature.sub_filter}
            found.append(Finding("document", Outcome.INDETERMINATE, Reason.CANNOT_BE_JUDGED, facts))
    found += [Finding(name, Outcome.SWITCHED_OFF) for name in sorted(policy.switched_off)]
    return found


def _identify(story: Story, evidence: Evidence, trust: TrustSnapshot, at: datetime) -> list[Finding]:
    """Step 2: the record of the last signed revision; without one, the register's entry for a digest of this file."""
    revisions = sorted({one.revision for one in evidence.signatures if not one.timestamp})
    attachment = evidence.revisions[revisions[-1]].attachment
    removed = attachment.content is None and any(evidence.revisions[one].attachment.content for one in revisions)
    if attachment.fault or removed:
        facts = {"attachment": attachment.fault or "removed after a signature"}
        return [Finding("record", Outcome.FAILED, Reason.RECORD_INCONSISTENT, facts)]
    if attachment.content is not None:
        try:
            story.record = attachment.record or records.read(attachment.content)
        except records.Inconsistent as why:
            outcome = Outcome.FAILED if why.reason is Reason.RECORD_INCONSISTENT else Outcome.INDETERMINATE
            return [Finding("record", outcome, why.reason, {"place": why.fact})]
        story.subject = story.record.subject
        return records.against_registry(story.record, trust, at)
    digests = set(evidence.digests.values())
    registered = [one for one in trust.versions if any(witness.sha256 in digests for witness in one.pdfs)]
    if len({(one.issuer, one.number, one.version) for one in registered}) > 1:
        return [Finding("record", Outcome.INDETERMINATE, Reason.CANNOT_BE_JUDGED, {"entries": len(registered)})]
    for one in registered:
        story.subject = Subject(one.issuer, one.level, one.issued_on, one.number, one.version)
        said = records.stand_in_against_registry(story.subject, trust, at)
        return [Finding("record", Outcome.NOTED, facts={"by": "register"}), *said]
    return [Finding("record", Outcome.INDETERMINATE, Reason.NOT_IDENTIFIED)]


def _signer(opened: Opened, trust: TrustSnapshot) -> Signer:
    """Whose key a signature is by; a malformed one names nobody."""
    legible = opened.signed is not None
    return Signer(known_key(opened.signed.key_id if opened.signed else None, trust), Use.DOCUMENT, legible)


def _certificates(opened: Opened, path: Path | None, key: Key | None) -> tuple[bytes, ...]:
    """Every certificate of the path; without a signing-certificate attribute all of the key's besides (HB-1, 3)."""
    if opened.signed is None:
        return ()
    chain = path.certificates if path else legible(opened.signed.certificates[:1])
    registered = [one.der for one in key.certificates] if key and opened.signed.named_certificate is None else []
    return tuple(dict.fromkeys((*chain, *registered)))


def _status(evidence: Evidence, opened: Sequence[Opened], trust: TrustSnapshot) -> StatusData:
    """Step 3: what the file carries of CRLs and OCSP responses, in its security store and in its signatures."""
    signed = [one.signed for one in opened if one.signed is not None]
    crls = [*evidence.crls, *(der for one in signed for der in one.crls)]
    ocsps = [*evidence.ocsps, *(der for one in signed for der in one.ocsps)]
    return StatusData(trust, tuple(dict.fromkeys(crls)), tuple(dict.fromkeys(ocsps)))


def _ask(case: SignatureCase) -> JudgedSignature:
    """Step 4: one signature."""
    findings = [finding for check in CHECKS for finding in check.ask(case)]
    key, signed = case.key, case.signed
    return JudgedSignature(
        field=case.signature.field,
        role=case.role.value if case.role else None,
        capacity=capacity(case),
        counts=case.role in case.policy.required_roles,
        taken=False,
        signer=key.holder if key else None,
        issuer=case.subject.issuer if case.subject and case.role else None,
        key=signed.key_id if signed else None,
        proven_at=case.proof.time,
        proof=case.proof.kind,
        claimed_at=(signed.claimed_at if signed else None) or case.signature.claimed_at,
        conclusion=conclude(findings),
    )


def _record_in_time(story: Story, subject: Subject, evidence: Evidence) -> list[Finding]:
    """Step 6: the same record in the revision of every required signature, and not dated after all of them."""
    placed = {one.field: one.revision for one in evidence.signatures}
    taken = story.taken
    found = []
    if len({evidence.revisions[placed[one.field]].attachment for one in taken} | {_signed_last(evidence)}) > 1:
        found.append("differs between signed revisions")
    latest = max((one.proven_at for one in taken if one.proven_at), default=None)
    if records.issued_after(subject.issued_on, latest):
        found.append("issued_on after the signatures")
    findings = [Finding("record", Outcome.FAILED, Reason.RECORD_INCONSISTENT, {"field": one}) for one in found]
    if story.record and records.scores_disagree(story.record.content):
        findings.append(Finding("record", Outcome.NOTED, Reason.SCORES_DISAGREE))
    return findings or [Finding("record", Outcome.PASSED)]


def _signed_last(evidence: Evidence) -> Attachment:
    return evidence.revisions[max(one.revision for one in evidence.signatures if not one.timestamp)].attachment


def _report(evidence: Evidence, trust: TrustSnapshot, policy: Policy, at: datetime, story: Story) -> Report:
    """Step 7."""
    taken = story.taken
    reasons = {Reason(finding.code) for finding in story.findings if finding.code}
    for one in taken:
        reasons |= reasons_of(one)
    said = verdict(reasons, taken, len(story.required))
    return Report(
        verdict=said,
        reasons=in_order(reasons),
        signatures=tuple(story.judged),
        findings=tuple(story.findings),
        transcript=_transcript(story, trust),
        policy=policy.name,
        at=at,
        generation=trust.generation,
        ledger_head=trust.ledger_head,
        kind=evidence.kind,
        sha256=evidence.sha256,
        size=evidence.size,
        synthetic=trust.synthetic,
    )


def _transcript(story: Story, trust: TrustSnapshot) -> Transcript | None:
    """What is known of it; its record or claims only where a required signature that holds stands for them."""
    subject = story.subject
    if subject is None:
        return None
    known = entries(subject, trust)
    newest = max((one.version for one in known), default=0)
    codes = {finding.code for finding in story.findings}
    status = "current" if known else "unregistered"
    if subject.version < newest:
        status = "superseded"
    if Reason.TRANSCRIPT_WITHDRAWN in codes:
        status = "withdrawn"
    issuer = trust.issuers.get(subject.issuer)
    vouched = any(one.conclusion.indication is not Indication.TOTAL_FAILED for one in story.taken)
    return Transcript(
        number=subject.number,
        version=subject.version,
        status=status,
        issuer=subject.issuer,
        issuer_name=issuer.latest.name if issuer else None,
        contact=issuer.contact if issuer else "",
        superseded_by=newest if subject.version < newest else None,
        history=tuple((one.version, one.issued_on.isoformat(), one.reason_code) for one in known),
        record=story.record.plain if story.record and vouched else None,
        claims=story.claims.plain if story.claims and vouched else None,
    )
