"""From findings to one conclusion a signature, and from conclusions to one verdict: HB-1, section 2.

Only the worst and the best are computed here, and who takes which role; what each answer means is the law's table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verify.report import Conclusion, Finding, Indication, JudgedSignature, Outcome, Reason, Sub, Verdict

INDICATIONS = tuple(Indication)
SUBS = tuple(Sub)

INDETERMINATE_SUBS = (
    Sub.CUSTOM,
    Sub.NO_CERTIFICATE_CHAIN_FOUND,
    Sub.REVOKED_NO_POE,
    Sub.OUT_OF_BOUNDS_NO_POE,
    Sub.HB_NOT_APPOINTED_AT_TIME,
    Sub.TRY_LATER,
    Sub.HB_NOT_APPOINTED,
    Sub.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
)
"""Of several INDETERMINATE answers the one that is shown; a known key without an appointment here is a finding only."""

OF_OUTCOME = {
    Outcome.FAILED: Indication.TOTAL_FAILED,
    Outcome.INDETERMINATE: Indication.INDETERMINATE,
    Outcome.PASSED: Indication.TOTAL_PASSED,
    Outcome.NOTED: Indication.TOTAL_PASSED,
    Outcome.SWITCHED_OFF: Indication.TOTAL_PASSED,
}

REASONS = {
    Sub.HASH_FAILURE: Reason.SIGNATURE_BROKEN,
    Sub.SIG_CRYPTO_FAILURE: Reason.SIGNATURE_BROKEN,
    Sub.FORMAT_FAILURE: Reason.SIGNATURE_BROKEN,
    Sub.NO_CERTIFICATE_CHAIN_FOUND: Reason.UNKNOWN_KEY,
    Sub.HB_NOT_APPOINTED: Reason.NOT_AUTHORISED_AT_TIME,
    Sub.NOT_YET_VALID: Reason.NOT_AUTHORISED_AT_TIME,
    Sub.HB_NOT_APPOINTED_AT_TIME: Reason.NOT_AUTHORISED_AT_TIME,
    Sub.OUT_OF_BOUNDS_NO_POE: Reason.NO_PROOF_OF_EXISTENCE,
    Sub.REVOKED: Reason.KEY_REVOKED,
    Sub.REVOKED_NO_POE: Reason.KEY_REVOKED,
    Sub.CRYPTO_CONSTRAINTS_FAILURE: Reason.WEAK_ALGORITHM,
    Sub.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: Reason.WEAK_ALGORITHM,
    Sub.CUSTOM: Reason.CANNOT_BE_JUDGED,
}
"""The sentence "From signatures" of HB-1, 2; TRY_LATER depends on who answers it."""

TRY_LATER = {"issuer": Reason.ISSUER_SUSPENDED, "revocation": Reason.STALE_DATA}
"""Who says "try later": else it is the key."""

INVALID = frozenset(list(Reason)[: list(Reason).index(Reason.UNKNOWN_ISSUER)]) - {Reason.WEAK_ALGORITHM}
INDETERMINATE = frozenset(
    list(Reason)[list(Reason).index(Reason.UNKNOWN_ISSUER) : list(Reason).index(Reason.KEY_REVOKED)]
)
"""The first and second row of the table; KEY_REVOKED and NOT_AUTHORISED_AT_TIME count as their signature does;
so does WEAK_ALGORITHM, which is TOTAL-FAILED but under HB-1-legacy."""


def severity(findings: Iterable[Finding]) -> tuple[int, int]:
    """A key that sorts the worst first: (indication, sub-indication); nothing found sorts last."""
    return min((_rank(finding) for finding in findings), default=(len(INDICATIONS), len(SUBS)))


def conclude(findings: Sequence[Finding]) -> Conclusion:
    """One conclusion: the worst answer, with its sub-indication. Raises ValueError for no findings at all."""
    worst = min(findings, key=_rank, default=None)
    if worst is None:
        raise ValueError("nothing was checked")
    indication = OF_OUTCOME[worst.outcome]
    sub = None if indication is Indication.TOTAL_PASSED else Sub(worst.code)
    return Conclusion(indication, sub, tuple(findings))


def reasons_of(judged: JudgedSignature) -> set[Reason]:
    """Every reason that the findings of a taken signature give."""
    found = set()
    for finding in judged.conclusion.findings:
        if OF_OUTCOME[finding.outcome] is Indication.TOTAL_PASSED:
            continue
        sub = Sub(finding.code)
        found.add(TRY_LATER.get(finding.check, Reason.KEY_SUSPENDED) if sub is Sub.TRY_LATER else REASONS[sub])
    return found


def verdict(reasons: Iterable[Reason], taken: Sequence[JudgedSignature], required: int) -> Verdict:
    """The verdict, in the order of HB-1, 2: invalid, indeterminate, superseded, valid."""
    held = set(reasons)
    indications = {judged.conclusion.indication for judged in taken}
    if held & INVALID or Indication.TOTAL_FAILED in indications:
        return Verdict.INVALID
    if held & INDETERMINATE or Indication.INDETERMINATE in indications or len(taken) < max(required, 1):
        return Verdict.INDETERMINATE
    if Reason.TRANSCRIPT_SUPERSEDED in held:
        return Verdict.SUPERSEDED
    return Verdict.VALID


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons in the order of the table."""
    held = set(reasons)
    return tuple(reason for reason in Reason if reason in held)


def _rank(finding: Finding) -> tuple[int, int]:
    indication = OF_OUTCOME[finding.outcome]
    if indication is Indication.TOTAL_PASSED:
        return INDICATIONS.index(indication), len(SUBS)
    order = INDETERMINATE_SUBS if indication is Indication.INDETERMINATE else SUBS
    return INDICATIONS.index(indication), order.index(Sub(finding.code))
