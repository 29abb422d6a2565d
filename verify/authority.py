"""Had this key the authority to sign for that issuer, in that role, then? HB-1, sections 2, 3 and 6.

The key, its certificates, its appointment and every hop up the tree are asked one by one by the table of `validity.py`;
each hop can only narrow what it hands down. Among several appointments the best counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verify.case import Case
from verify.path import validity_of
from verify.report import Finding, Outcome, Sub
from verify.subject import Subject
from verify.trust import (
    CRL,
    PERSONS_ROLES,
    REGISTRY,
    Appointment,
    Issuer,
    Key,
    Kind,
    Period,
    RegisteredCertificate,
    Role,
    start_of_day,
)
from verify.validity import Life, answers, day_outside, earliest
from verify.verdict import severity

FAILING = frozenset({Sub.NOT_YET_VALID, Sub.REVOKED})
"""The answers of the time table that are TOTAL-FAILED; the others are INDETERMINATE."""

MAX_HOPS = 8
"""Issuers between a school and the ministry: there is one; the bound ends a loop in the tree."""


def path(case: Case) -> tuple[Finding, ...]:
    """The signer's certificate leads to an anchor of the registry; a QR key may have none (HB-1, 6)."""
    found = [one for one in case.paths if one is not None]
    if len(found) < len(case.paths):
        return (Finding("path", Outcome.INDETERMINATE, Sub.NO_CERTIFICATE_CHAIN_FOUND),)
    facts = {"anchor": found[0].anchor.id} if found else {"anchor": None}
    return (Finding("path", Outcome.PASSED, facts=facts),)


def existence(case: Case) -> tuple[Finding, ...]:
    """What T_poe is, and whose word that is; the table of HB-1 section 3 asks it of everything that follows."""
    proof = case.proof
    return (Finding("existence", Outcome.NOTED, facts={"proof": proof.kind, "time": _text(proof.time)}),)


def certificate(case: Case) -> tuple[Finding, ...]:
    """Every certificate that was asked for, in the time table."""
    registered = {one.der: one for one in case.key.certificates} if case.key else {}
    found = []
    for der in case.certificates:
        since, until = validity_of(der)
        revoked, held = _told(registered.get(der))
        for one in (one for one in case.paths if one is not None and der in one.certificates):
            status = case.status.of(one, one.certificates.index(der), case.proof.time, case.at)
            revoked, held = earliest(revoked, status.revoked), earliest(held, status.held)
        # A hold that ran into a revocation counts from its start (C of HB-1, 3).
        ended, suspended = (earliest(revoked, held), None) if revoked else (None, held)
        disputed = registered[der].proposed_invalid_since if der in registered else None
        life = Life(since, until, ended, disputed, suspended)
        found += _asked("certificate", life, case, {})
    return tuple(found) or (Finding("certificate", Outcome.PASSED),)


def revocation(case: Case) -> tuple[Finding, ...]:
    """Status data of the certificates: by the anchor's mode, `registry` (switched off, and listed) or `crl`."""
    paths = [one for one in case.paths if one is not None]
    if not paths:
        return (Finding("revocation", Outcome.NOTED, facts={"path": None}),)
    if case.proof.stale:
        return (Finding("revocation", Outcome.INDETERMINATE, Sub.TRY_LATER, {"of": "time-stamp authority"}),)
    asked = [one for one in paths if one.anchor.revocation != REGISTRY]
    if not asked or (case.key is not None and case.key.historical):
        return (Finding("revocation", Outcome.SWITCHED_OFF, facts={"mode": REGISTRY}),)
    statuses = (
        case.status.of(one, index, case.proof.time, case.at) for one in asked for index in range(len(one.certificates))
    )
    if all(status.fresh for status in statuses):
        return (Finding("revocation", Outcome.PASSED, facts={"mode": CRL}),)
    return (Finding("revocation", Outcome.INDETERMINATE, Sub.TRY_LATER, {"mode": CRL}),)


def key(case: Case) -> tuple[Finding, ...]:
    """The registry knows the key, and its life in the time table."""
    known = case.key
    if known is None:
        return (Finding("key", Outcome.INDETERMINATE, Sub.HB_NOT_APPOINTED, {"known": False}),)
    return tuple(_asked("key", _life(known), case, {"key": known.id})) or (
        Finding("key", Outcome.PASSED, facts={"key": known.id}),
    )


def appointment(case: Case) -> tuple[Finding, ...]:
    """The best of the key's appointments for this issuer in this role, each with every hop up the tree."""
    known, subject = case.key, case.subject
    if known is None or subject is None or case.role is None:
        elsewhere = sorted({one.issuer for one in case.trust.appointments if known and one.key == known.id})
        return (Finding("appointment", Outcome.INDETERMINATE, Sub.HB_NOT_APPOINTED, {"appointed_at": elsewhere}),)
    judged = [
        (one, (*_appointed(one, case, subject), *_hops(one.role, case, subject)))
        for one in _merged(_held(known.id, case.role, case), subject)
    ]
    best, findings = max(judged, key=lambda pair: severity(pair[1]))
    return findings or (
        Finding("appointment", Outcome.PASSED, facts={"appointment": best.id, "capacity": best.capacity.value}),
    )


def capacity(case: Case) -> str | None:
    """How the signer held the role at T_poe: of the appointment that held then, else of the latest."""
    if case.key is None or case.role is None or case.subject is None:
        return None
    held = sorted(_held(case.key.id, case.role, case), key=lambda one: one.valid_from)
    when = case.proof.time or case.at
    then = [one for one in held if one.valid_from <= when and (one.valid_until is None or when < one.valid_until)]
    return (then or held)[-1].capacity.value


def _held(key_id: str, role: Role, case: Case) -> list[Appointment]:
    issuer = case.subject.issuer if case.subject else None
    return [one for one in case.trust.appointments if (one.key, one.issuer, one.role) == (key_id, issuer, role)]


def _told(known: RegisteredCertificate | None) -> tuple[datetime | None, datetime | None]:
    """(C, start of a hold) of a certificate, as far as the registry was told of it by name."""
    if known is None or known.revoked_at is None:
        return None, known.held_since if known else None
    return earliest(known.revoked_at, known.invalidity_date, known.invalid_since), known.held_since


def _life(known: Key) -> Life:
    revoked = None
    if known.revoked_at is not None:
        # C of HB-1, 3: a suspension that ran into the revocation counts from its start.
        revoked = earliest(known.revoked_at, known.invalid_since, known.suspended_since)
    return Life(
        until=known.retired_at,
        revoked=revoked,
        disputed=known.proposed_invalid_since,
        suspended=known.suspended_since if revoked is None else None,
    )


def _merged(held: Iterable[Appointment], subject: Subject) -> list[Appointment]:
    """Appointments that touch are one interval (HB-1, 3); one whose levels leave this transcript out stays apart."""
    merged: list[Appointment] = []
    for one in sorted(held, key=lambda each: (not _speaks_for(each, subject), each.valid_from)):
        last = merged[-1] if merged else None
        if (
            last is not None
            and _speaks_for(one, subject) == _speaks_for(last, subject)
            and (last.valid_until is None or one.valid_from <= last.valid_until)
        ):
            ends = [each.valid_until for each in (last, one) if each.valid_until is not None]
            merged[-1] = replace(one, valid_from=last.valid_from, valid_until=max(ends) if len(ends) > 1 else None)
        else:
            merged.append(one)
    return merged


def _speaks_for(one: Appointment, subject: Subject) -> bool:
    return one.levels is None or subject.level in one.levels


def _appointed(one: Appointment, case: Case, subject: Subject) -> Iterator[Finding]:
    facts = {"appointment": one.id, "issuer": one.issuer, "role": one.role.value}
    if not _speaks_for(one, subject):
        scope = facts | {"outside": "level"}
        yield Finding("appointment", Outcome.FAILED, Sub.HB_NOT_APPOINTED, scope)
    yield from _asked("appointment", Life(one.valid_from, one.valid_until), case, facts)
    if one.role in PERSONS_ROLES and day_outside(subject.issued_on, one.valid_from, one.valid_until):
        day = facts | {"issued_on": subject.issued_on.isoformat()}
        yield Finding("appointment", Outcome.INDETERMINATE, Sub.OUT_OF_BOUNDS_NO_POE, day)


@dataclass(frozen=True, slots=True)
class _Hop:
    """An issuer on the way up, in the period that was asked for; `own` marks the first, the record's issuer."""

    issuer: Issuer
    period: Period
    own: bool


def _hops(role: Role, case: Case, subject: Subject) -> Iterator[Finding]:
    """Every hop, at T_poe; without T_poe on the day of issue and now, which must both hold."""
    moments = [case.proof.time] if case.proof.time else [_day_of_issue(subject), case.at]
    seen: set[tuple[str, str]] = set()
    for moment in moments:
        hops = list(_climb(subject.issuer, moment, case))
        if not hops or hops[-1].issuer.kind is not Kind.MINISTRY:
            facts = {"issuer": hops[-1].issuer.code if hops else subject.issuer, "asked": _text(moment)}
            yield Finding("issuer", Outcome.INDETERMINATE, Sub.HB_NOT_APPOINTED_AT_TIME, facts)
        for hop in hops:
            for finding in (*_in_force(hop, case, subject), *_in_scope(hop, role, subject)):
                told = (finding.code, hop.issuer.code)
                if told not in seen:
                    seen.add(told)
                    yield finding


def _day_of_issue(subject: Subject) -> datetime:
    """The last instant of the day of issue: a link made that morning holds for what was issued that day."""
    return start_of_day(subject.issued_on) + timedelta(days=1, microseconds=-1)


def _climb(code: str, moment: datetime, case: Case) -> Iterator[_Hop]:
    """The issuers from `code` up by the parent links of a moment, as far as they lead.

    A moment before an issuer began or after it ended is asked of its first or last link: that it was not in force then
    is the table's answer, not the tree's.
    """
    own = True
    for _ in range(MAX_HOPS):
        issuer = case.trust.issuers.get(code)
        if issuer is None:
            return
        when = max(moment, issuer.valid_from)
        if issuer.valid_until is not None and when >= issuer.valid_until:
            when = issuer.valid_until - timedelta(microseconds=1)
        period = issuer.during(when)
        if period is None:
            return
        yield _Hop(issuer, period, own)
        if period.parent is None:
            return
        code, own = period.parent, False


def _in_force(hop: _Hop, case: Case, subject: Subject) -> Iterator[Finding]:
    issuer = hop.issuer
    life = Life(issuer.valid_from, issuer.valid_until, suspended=issuer.suspended_since)
    facts = {"issuer": issuer.code}
    yield from _asked("issuer", life, case, facts)
    if day_outside(subject.issued_on, issuer.valid_from, issuer.valid_until):
        day = facts | {"issued_on": subject.issued_on.isoformat()}
        yield Finding("issuer", Outcome.INDETERMINATE, Sub.OUT_OF_BOUNDS_NO_POE, day)


def _in_scope(hop: _Hop, role: Role, subject: Subject) -> Iterator[Finding]:
    """Level, role and territory; a level that is not the record's own issuer's is `record.py`'s to refuse (HB-1, 4)."""
    period = hop.period
    beyond = []
    if not hop.own and period.levels is not None and subject.level not in period.levels:
        beyond.append("level")
    if period.roles is not None and role not in period.roles:
        beyond.append("role")
    if period.territory is not None and subject.province is not None and subject.province not in period.territory:
        beyond.append("territory")
    for outside in beyond:
        facts = {"issuer": hop.issuer.code, "outside": outside}
        yield Finding("issuer", Outcome.FAILED, Sub.HB_NOT_APPOINTED, facts)


def _asked(check: str, life: Life, case: Case, facts: dict[str, str]) -> list[Finding]:
    return [
        Finding(check, Outcome.FAILED if sub in FAILING else Outcome.INDETERMINATE, sub, facts)
        for sub in answers(life, case.proof.time, case.at, case.proof.after)
    ]


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
