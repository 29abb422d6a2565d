"""Who takes which required role, and what it means that nobody does: HB-1, section 2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from verify.report import Finding, JudgedSignature, Outcome, Reason
from verify.subject import Subject
from verify.trust import Appointment, Key, Role, TrustSnapshot, Use
from verify.verdict import severity


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key it is: `key` None is a stranger's; `legible` is False where a malformed signature names nobody."""

    key: Key | None
    use: Use
    legible: bool = True

    def appointments(self, trust: TrustSnapshot) -> list[Appointment]:
        """The appointments of the key, if it is one for this use."""
        if self.key is None or self.key.use is not self.use:
            return []
        return [one for one in trust.appointments if one.key == self.key.id]


def role_here(signer: Signer, subject: Subject | None, trust: TrustSnapshot, required: Sequence[Role]) -> Role | None:
    """The one role that a signature is judged in at the record's issuer: a required one first; None if it has none."""
    roles = {one.role for one in signer.appointments(trust) if subject and one.issuer == subject.issuer}
    for role in required:
        if role in roles:
            return role
    return min(roles, default=None)


def take(judged: Sequence[JudgedSignature], required: Sequence[Role]) -> list[JudgedSignature]:
    """The same signatures, those marked as taken that are the best candidate of a required role.

    Best goes by indication, then by sub-indication; of two equal ones the earlier in the file.
    """
    taken = set()
    for role in required:
        candidates = [index for index, one in enumerate(judged) if one.counts and one.role == role]
        if candidates:
            taken.add(max(candidates, key=lambda index: (severity(judged[index].conclusion.findings), -index)))
    return [replace(one, taken=index in taken) for index, one in enumerate(judged)]


def missing(
    judged: Sequence[JudgedSignature],
    signers: Sequence[Signer],
    subject: Subject,
    trust: TrustSnapshot,
    required: Sequence[Role],
) -> list[Finding]:
    """What holds where a required role has no candidate: ROLE_MISSING, and whose key stands in its place."""
    filled_by = {one.role for one in judged if one.taken}
    lacking = [role for role in required if role not in filled_by]
    found = [Finding("roles", Outcome.INDETERMINATE, Reason.ROLE_MISSING, {"role": role.value}) for role in lacking]
    if not lacking:
        return [Finding("roles", Outcome.PASSED)]
    # A malformed signature says whose it is to nobody: it is broken, not a stranger's.
    if any(one.legible and one.key is None for one in signers):
        found.append(Finding("roles", Outcome.INDETERMINATE, Reason.UNKNOWN_KEY))
    untaken = [one for one, signature in zip(signers, judged, strict=True) if not signature.taken]
    elsewhere = sorted({one.issuer for one in _all(untaken, trust) if one.role in lacking} - {subject.issuer})
    if elsewhere:
        found.append(Finding("roles", Outcome.FAILED, Reason.ISSUER_MISMATCH, {"appointed_at": elsewhere}))
    return found


def _all(signers: Iterable[Signer], trust: TrustSnapshot) -> Iterable[Appointment]:
    for one in signers:
        yield from one.appointments(trust)
