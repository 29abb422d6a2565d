"""The life of a key: propose, prove, activate, suspend, retire, revoke (HB-1, 6)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from issuers import ledger
from issuers.admission import Candidate, Entrant, admit
from issuers.appointments import Office, judge_office, judge_sharing
from issuers.event import Act
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.registry import MAX_TEXT
from issuers.revocations import Reason, Revocation, revoked
from issuers.scope import standing
from issuers.tables import instant, key_certificates, keys, stamp
from verify.trust import PERSONS_ROLES, Capacity, KeyState, Level, Role, Use

KID_CHARACTERS = 16
"""A QR names its key by 8 bytes of the key's id: no two QR keys may share them."""


class Step(StrEnum):
    """What moves a key from one state to another."""

    PROPOSE = "propose"
    PROVE = "prove"
    ACTIVATE = "activate"
    ADMIT_HISTORICAL = "admit_historical"
    REJECT = "reject"
    EXPIRE = "expire"
    SUSPEND = "suspend"
    LIFT = "lift"
    RETIRE = "retire"
    REVOKE = "revoke"


TRANSITIONS: Mapping[Step, Mapping[KeyState | None, KeyState]] = {
    Step.PROPOSE: dict.fromkeys((None, KeyState.REJECTED, KeyState.EXPIRED), KeyState.PROPOSED),
    Step.PROVE: {KeyState.PROPOSED: KeyState.PROVEN},
    Step.ACTIVATE: {KeyState.PROVEN: KeyState.ACTIVE},
    Step.ADMIT_HISTORICAL: {KeyState.PROPOSED: KeyState.RETIRED},
    Step.REJECT: dict.fromkeys((KeyState.PROPOSED, KeyState.PROVEN), KeyState.REJECTED),
    Step.EXPIRE: dict.fromkeys((KeyState.PROPOSED, KeyState.PROVEN), KeyState.EXPIRED),
    Step.SUSPEND: {KeyState.ACTIVE: KeyState.SUSPENDED},
    Step.LIFT: {KeyState.SUSPENDED: KeyState.ACTIVE},
    Step.RETIRE: dict.fromkeys((KeyState.ACTIVE, KeyState.SUSPENDED), KeyState.RETIRED),
    Step.REVOKE: dict.fromkeys(
        (KeyState.ACTIVE, KeyState.SUSPENDED, KeyState.RETIRED, KeyState.REVOKED), KeyState.REVOKED
    ),
}
"""From which states a step leads where; what is not here is a conflict. Revoking a revoked key may only tighten it."""


def propose(
    connection: Connection,
    candidate: Candidate,
    office: Office,
    *,
    holder: str = "",
    historical: bool = False,
    actor: str,
    at: datetime,
) -> str:
    """Propose a key for an office; the key's id. `holder` is the person's name; without one, the issuer's.

    A historical key brings its certificate, a decision number and an interval wholly past. Refused: HOLDER_MISSING,
    DECISION_MISSING, CERTIFICATE_MISSING, and all of `judge_office` and `admit`. Conflict: KEY_KNOWN (in any state but
    rejected and expired), KEY_COMPROMISED, KID_TAKEN, and all of `judge_sharing`.
    """
    if not holder and office.role in PERSONS_ROLES:
        raise Refused(Why.HOLDER_MISSING, "holder")
    if len(holder) > MAX_TEXT or not holder.isprintable():
        raise Refused(Why.MALFORMED, "holder")
    judge_office(connection, office, candidate.use, at=at, past=historical)
    past = None
    if historical:
        if not office.decision_no:
            raise Refused(Why.DECISION_MISSING, "decision_no")
        if candidate.certificate is None or office.valid_until is None:
            raise Refused(Why.CERTIFICATE_MISSING, "certificate")
        past = (office.valid_from, office.valid_until)
    entrant = admit(connection, candidate, at=at, past=past)
    known = _known(connection, entrant)
    judge_sharing(connection, entrant.key, office)
    if candidate.use is Use.QR:
        _judge_kid(connection, entrant.key)
    body = {
        "key": entrant.key,
        "spki": b64encode(entrant.spki).decode(),
        "use": candidate.use.value,
        "holder": holder or standing(connection, office.issuer, at=at).name,
        "historical": historical,
        "proposal": office.body(),
        "certificate": _unless_known(connection, entrant),
        "again": known is not None,
    }
    ledger.append(connection, Act.KEY_PROPOSED, body, actor=actor, issuer=office.issuer, at=at)
    return entrant.key


def prove(connection: Connection, key: str, *, candidate: Candidate | None = None, actor: str, at: datetime) -> None:
    """Record that the proposer holds the private key; the proof itself is judged before this is called.

    `candidate` is the certificate that came with the proof. Refused: CERTIFICATE_OF_ANOTHER_KEY and all of `admit`.
    Conflict: KEY_STATE.
    """
    row = _step(connection, key, Step.PROVE)
    if row.historical:
        raise Conflict(Why.KEY_STATE, key=key, state=row.state, step=Step.PROVE.value)
    body: dict[str, Any] = {"key": key, "certificate": None}
    if candidate is not None:
        entrant = admit(connection, candidate, at=at)
        if entrant.key != key:
            raise Refused(Why.CERTIFICATE_OF_ANOTHER_KEY, "certificate")
        body["certificate"] = _unless_known(connection, entrant)
    ledger.append(connection, Act.KEY_PROVEN, body, actor=actor, issuer=row.issuer, at=at)


def activate(connection: Connection, key: str, *, actor: str, at: datetime) -> str:
    """Activate a proven key: it is appointed to the office it was proposed for; the appointment's id.

    Everything is judged again, as of now. Refused: CERTIFICATE_MISSING and what `propose` refuses. Conflict: KEY_STATE
    and what conflicts in `propose`.
    """
    row = _step(connection, key, Step.ACTIVATE)
    office = _proposal(row)
    judge_office(connection, office, Use(row.use), at=at, past=False)
    judge_sharing(connection, key, office)
    _judge_certificates(connection, row, at=at, past=None)
    body = {"key": key, "appointment": office.body()}
    event = ledger.append(connection, Act.KEY_ACTIVATED, body, actor=actor, issuer=office.issuer, at=at)
    return f"a{event.seq}"


def admit_historical(connection: Connection, key: str, *, actor: str, at: datetime) -> str:
    """Admit a key proposed as historical: retired from the start; the appointment's id. As `activate` otherwise."""
    row = _step(connection, key, Step.ADMIT_HISTORICAL)
    office = _proposal(row)
    if not row.historical or office.valid_until is None:
        raise Conflict(Why.KEY_STATE, key=key, state=row.state, step=Step.ADMIT_HISTORICAL.value)
    judge_office(connection, office, Use(row.use), at=at, past=True)
    judge_sharing(connection, key, office)
    _judge_certificates(connection, row, at=at, past=(office.valid_from, office.valid_until))
    body = {"key": key, "appointment": office.body()}
    event = ledger.append(connection, Act.HISTORICAL_KEY_ADMITTED, body, actor=actor, issuer=office.issuer, at=at)
    return f"a{event.seq}"


def reject(connection: Connection, key: str, *, actor: str, at: datetime) -> None:
    """Turn a proposed or proven key down; it may be proposed anew. Conflict: KEY_STATE."""
    _simple(connection, key, Step.REJECT, Act.KEY_REJECTED, actor=actor, at=at)


def expire(connection: Connection, key: str, *, actor: str, at: datetime) -> None:
    """Let a proposed or proven key that nobody decided on lapse. Conflict: KEY_STATE."""
    _simple(connection, key, Step.EXPIRE, Act.KEY_EXPIRED, actor=actor, at=at)


def suspend(connection: Connection, key: str, *, actor: str, at: datetime) -> None:
    """Suspend an active key from now on. Conflict: KEY_STATE."""
    _simple(connection, key, Step.SUSPEND, Act.KEY_SUSPENDED, actor=actor, at=at)


def lift(connection: Connection, key: str, *, actor: str, at: datetime) -> None:
    """Lift a key's suspension, which then leaves no mark. Conflict: KEY_STATE."""
    _simple(connection, key, Step.LIFT, Act.KEY_SUSPENSION_LIFTED, actor=actor, at=at)


def retire(connection: Connection, key: str, *, actor: str, at: datetime) -> None:
    """Retire a key, in the ordinary way; a suspension stays and is not lifted any more. Conflict: KEY_STATE."""
    _simple(connection, key, Step.RETIRE, Act.KEY_RETIRED, actor=actor, at=at)


def revoke(
    connection: Connection, key: str, reason: Reason, *, invalid_since: datetime | None = None, actor: str, at: datetime
) -> None:
    """Revoke a key, for good and from now on, or tighten its revocation.

    An earlier `invalid_since` is a proposal until `decide_invalid_since`, and counts against signatures meanwhile.
    Refused: INVALID_SINCE_LATE, REASON_NOT_FOR_THIS. Conflict: KEY_STATE, REVOCATION_STANDS (revoking again may only
    set or lower `invalid_since`, or move the reason to keyCompromise).
    """
    row = _step(connection, key, Step.REVOKE)
    before = Revocation(row.revoked_at, row.revocation_reason, row.invalid_since, row.proposed_invalid_since)
    body = {"key": key, **revoked(before, reason, invalid_since, at=at)}
    ledger.append(connection, Act.KEY_REVOKED, body, actor=actor, issuer=row.issuer, at=at)


def decide_invalid_since(connection: Connection, key: str, *, accepted: bool, actor: str, at: datetime) -> None:
    """Accept or reject the earlier `invalid_since` that a revocation proposed. Conflict: NOTHING_PROPOSED."""
    row = find(connection, key)
    if row.proposed_invalid_since is None:
        raise Conflict(Why.NOTHING_PROPOSED, key=key)
    body = {"key": key, "accepted": accepted, "invalid_since": stamp(row.proposed_invalid_since)}
    ledger.append(connection, Act.KEY_INVALIDITY_DECIDED, body, actor=actor, issuer=row.issuer, at=at)


def find(connection: Connection, key: str) -> Row[Any]:
    """A key's row, or `NotThere`."""
    row = connection.execute(select(keys).where(keys.c.id == key)).first()
    if row is None:
        raise NotThere("key", key)
    return row


def _step(connection: Connection, key: str, step: Step) -> Row[Any]:
    row = find(connection, key)
    if KeyState(row.state) not in TRANSITIONS[step]:
        raise Conflict(Why.KEY_STATE, key=key, state=row.state, step=step.value)
    return row


def _simple(connection: Connection, key: str, step: Step, kind: Act, *, actor: str, at: datetime) -> None:
    row = _step(connection, key, step)
    ledger.append(connection, kind, {"key": key}, actor=actor, issuer=row.issuer, at=at)


def _known(connection: Connection, entrant: Entrant) -> Row[Any] | None:
    """The row of a key that may be proposed anew, None for a new one."""
    compromised = select(key_certificates.c.sha256).where(
        key_certificates.c.key == entrant.key, key_certificates.c.reason == Reason.KEY_COMPROMISE.value
    )
    row = connection.execute(select(keys).where(keys.c.id == entrant.key)).first()
    if row is None:
        return None
    if row.revocation_reason == Reason.KEY_COMPROMISE or connection.execute(compromised).first():
        raise Conflict(Why.KEY_COMPROMISED, key=entrant.key)
    if KeyState(row.state) not in TRANSITIONS[Step.PROPOSE]:
        raise Conflict(Why.KEY_KNOWN, key=entrant.key, state=row.state)
    return row


def _judge_kid(connection: Connection, key: str) -> None:
    kid = key[:KID_CHARACTERS]
    # A range rather than LIKE, so that the index on the id serves it on both databases.
    alike = keys.c.id >= kid, keys.c.id < kid + "g"
    same = select(keys.c.id).where(keys.c.use == Use.QR.value, *alike, keys.c.id != key)
    if connection.execute(same).first():
        raise Conflict(Why.KID_TAKEN, key=key)


def _unless_known(connection: Connection, entrant: Entrant) -> Mapping[str, Any] | None:
    if entrant.certificate is None:
        return None
    same = select(key_certificates.c.sha256).where(key_certificates.c.sha256 == entrant.certificate["sha256"])
    return None if connection.execute(same).first() else entrant.certificate


def _proposal(row: Row[Any]) -> Office:
    asked = row.proposal
    return Office(
        issuer=asked["issuer"],
        role=Role(asked["role"]),
        valid_from=instant(asked["valid_from"]),
        valid_until=None if asked["valid_until"] is None else instant(asked["valid_until"]),
        capacity=Capacity(asked["capacity"]),
        decision_no=asked["decision_no"],
        levels=None if asked["levels"] is None else frozenset(map(Level, asked["levels"])),
    )


def _judge_certificates(
    connection: Connection, row: Row[Any], *, at: datetime, past: tuple[datetime, datetime] | None
) -> None:
    """Judge a key's certificates again: anchors may have gone since, days have passed; one good one is enough."""
    if row.use == Use.QR:
        return
    rows = connection.execute(select(key_certificates.c.der).where(key_certificates.c.key == row.id)).all()
    refusal = Refused(Why.CERTIFICATE_MISSING, "certificate")
    for certificate in rows:
        try:
            admit(connection, Candidate(Use(row.use), certificate.der), at=at, past=past)
        except Refused as found:
            refusal = found
        else:
            return
    raise refusal
