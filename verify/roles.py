"""Who takes which required role, and what it means that nobody does: HB-1, section 2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from verify.case import Opened, Subject, known_key
from verify.policy import Policy
from verify.report import Finding, JudgedSignature, Outcome, Reason
from verify.trust import Appointment, Role, TrustSnapshot, Use
from verify.verdict import severity


def role_here(opened: Opened, subject: Subject | None, trust: TrustSnapshot, policy: Policy) -> Role | None:
    """The one role that a signature is judged in at the record's issuer: a required one first; None if it has none."""
    roles = {one.role for one in _appointments(opened, trust) if subject and one.issuer == subject.issuer}
    for required in policy.required_roles:
        if required in roles:
            return required
    return min(roles, default=None)


def take(judged: Sequence[JudgedSignature], policy: Policy) -> list[JudgedSignature]:
    """The same signatures, those marked as taken that are the best candidate of a required role.

    Best goes by indication, then by sub-indication; of two equal ones the earlier in the file.
    """
    taken = set()
    for role in policy.required_roles:
        candidates = [index for index, one in enumerate(judged) if one.counts and one.role == role]
        if candidates:
            taken.add(max(candidates, key=lambda index: (severity(judged[index].conclusion.findings), -index)))
    return [replace(one, taken=index in taken) for index, one in enumerate(judged)]


def missing(
    judged: Sequence[JudgedSignature],
    opened: Sequence[Opened],
    subject: Subject,
    trust: TrustSnapshot,
    policy: Policy,
) -> list[Finding]:
    """What holds where a required role has no candidate: ROLE_MISSING, and whose key stands in its place."""
    filled_by = {one.role for one in judged if one.taken}
    lacking = [role for role in policy.required_roles if role not in filled_by]
    found = [Finding("roles", Outcome.INDETERMINATE, Reason.ROLE_MISSING, {"role": role.value}) for role in lacking]
    if not lacking:
        return [Finding("roles", Outcome.PASSED)]
    # A malformed signature says whose it is to nobody: it is broken, not a stranger's.
    if any(one.signed is not None and known_key(one, trust) is None for one in opened):
        found.append(Finding("roles", Outcome.INDETERMINATE, Reason.UNKNOWN_KEY))
    untaken = [one for one, signature in zip(opened, judged, strict=True) if not signature.taken]
    elsewhere = sorted({one.issuer for one in _all(untaken, trust) if one.role in lacking} - {subject.issuer})
    if elsewhere:
        found.append(Finding("roles", Outcome.FAILED, Reason.ISSUER_MISMATCH, {"appointed_at": elsewhere}))
    return found


def _all(opened: Iterable[Opened], trust: TrustSnapshot) -> Iterable[Appointment]:
    for one in opened:
        yield from _appointments(one, trust)


def _appointments(opened: Opened, trust: TrustSnapshot) -> list[Appointment]:
    """The appointments of the key that signed, if it is one that signs documents."""
    key = known_key(opened, trust)
    if key is None or key.use is not Use.DOCUMENT:
        return []
    return [one for one in trust.appointments if one.key == key.id]
