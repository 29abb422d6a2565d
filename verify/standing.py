"""What the register of transcripts says of this one: known, replaced, withdrawn, contradicted? HB-1, section 9."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from verify.report import Finding, Outcome, Reason
from verify.subject import Subject
from verify.trust import RegisteredVersion, TrustSnapshot


def family(code: str, trust: TrustSnapshot) -> frozenset[str]:
    """An issuer, its predecessors and its successors, however far: those whose entries are read."""
    return frozenset({code, *_line(code, trust, "predecessors"), *_line(code, trust, "successors")})


def _line(code: str, trust: TrustSnapshot, direction: str) -> set[str]:
    """All that come before, or all that come after: never up and down again, which would lead to a sibling."""
    found: set[str] = set()
    ahead = [code]
    while ahead:
        issuer = trust.issuers.get(ahead.pop())
        kin = set(getattr(issuer, direction)) - found if issuer is not None else set()
        found |= kin
        ahead += kin
    return found


def entries(subject: Subject, trust: TrustSnapshot) -> list[RegisteredVersion]:
    """The registered versions of this number by the issuer's family, oldest first."""
    kin = family(subject.issuer, trust)
    found = [one for one in trust.versions if one.number == subject.number and one.issuer in kin]
    return sorted(found, key=lambda one: one.version)


def standing(subject: Subject, trust: TrustSnapshot, proven: Iterable[datetime | None]) -> list[Finding]:
    """Every code that the register gives; `proven` are the T_poe of the required signatures."""
    kin = family(subject.issuer, trust)
    known = entries(subject, trust)
    newest = max((one.version for one in known), default=0)
    found = []
    if any(one.number == subject.number and one.issuer in kin for one in trust.withdrawals):
        found.append(Finding("register", Outcome.FAILED, Reason.TRANSCRIPT_WITHDRAWN))
    if any(one.version == subject.version and subject.record_digest not in {None, one.record_digest} for one in known):
        found.append(Finding("register", Outcome.FAILED, Reason.REGISTER_MISMATCH))
    if subject.version > max(newest, 1) or (not known and _registers_all(subject, trust, proven)):
        facts = {"version": subject.version, "newest": newest}
        found.append(Finding("register", Outcome.INDETERMINATE, Reason.NOT_REGISTERED, facts))
    elif not known:
        found.append(Finding("register", Outcome.NOTED, Reason.UNREGISTERED))
    if subject.version < newest:
        facts = {"version": subject.version, "newest": newest}
        found.append(Finding("register", Outcome.NOTED, Reason.TRANSCRIPT_SUPERSEDED, facts))
    return found or [Finding("register", Outcome.PASSED)]


def _registers_all(subject: Subject, trust: TrustSnapshot, proven: Iterable[datetime | None]) -> bool:
    """Whether the issuer registers all, and not every required signature is proven to be older than that rule."""
    issuer = trust.issuers.get(subject.issuer)
    if issuer is None or issuer.registers_all_since is None:
        return False
    since = issuer.registers_all_since
    times = list(proven)
    return not (times and all(time is not None and time < since for time in times))
