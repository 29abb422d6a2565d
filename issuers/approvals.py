"""Four eyes: proposals, and who may approve them (HB-1, 7).

`propose` judges a deed by doing it and taking it back; `approve` judges everything again, does it, and keeps it, in one
transaction with both ledger events. Proof against one person with two hands: the approver stands above the issuer whose
authority grows, is not the proposer, and was not brought in by him within a day, through others neither.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from issuers import keys, ledger, officers
from issuers.deeds import DEEDS, Body, Deed, Made, ProposalKind, pending_invalidity
from issuers.event import Act
from issuers.officers import Officer, OfficerRole
from issuers.refusals import Conflict, Forbidden, NotThere, Refused, Why
from issuers.scope import standing
from issuers.tables import canonical, challenges, proposals, stamp
from issuers.tables import keys as key_rows
from issuers.tables import ledger as events
from issuers.tables import officers as officer_rows
from verify.trust import KeyState

LIFE = timedelta(days=14)
"""A week of leave passes, and nobody approves what everybody has forgotten."""

NEWCOMER = timedelta(hours=24)
"""How long an officer may not approve what the one who brought him in proposes (HB-1, 7)."""

MAX_PAGE = 200
"""Proposals of one answer."""

CLOCK = "clock"
"""The actor of what happens because time has passed."""


class State(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as it is shown to who may see it."""

    id: str
    kind: ProposalKind
    issuer: str
    proposer: str
    body: Mapping[str, Any]
    body_sha256: str
    facts: Any
    proposed_at: datetime
    expires_at: datetime | None
    state: State
    decided_at: datetime | None
    decided_by: str | None
    made: Mapping[str, str] | None


def propose(connection: Connection, kind: ProposalKind, body: Body, *, actor: str, at: datetime) -> Proposal:
    """Propose a deed. Refused and conflict: whatever the deed's own writer says, as of now.

    Whether `actor` may ask for it is asked by the caller, who knows what he covers.
    """
    deed = DEEDS[kind]
    with connection.begin_nested() as trial:  # judged by doing it: the same rules now and at approval
        deed.carry_out(connection, body, actor, at)
        trial.rollback()
    return _make(connection, kind, deed, body, actor=actor, at=at)


def follow_revocation(connection: Connection, key: str, *, actor: str, at: datetime) -> list[Proposal]:
    """Propose what a revocation left to be decided: an earlier `invalid_since`, of a key or its certificates.

    A lower one replaces an earlier proposal, which lapses.
    """
    made = []
    for kind, body in pending_invalidity(connection, key):
        waiting = select(proposals).where(proposals.c.kind == kind.value, proposals.c.state == State.OPEN.value)
        name = "certificate" if "certificate" in body else "key"
        same = [row for row in connection.execute(waiting) if row.body[name] == body[name]]
        if any(row.body == body for row in same):
            continue
        for row in same:
            _decide(connection, row, Act.PROPOSAL_LAPSED, actor=actor, at=at)
        made.append(_make(connection, kind, DEEDS[kind], body, actor=actor, at=at))
    return made


def approve(
    connection: Connection, proposal: str, officer: Officer, *, body_sha256: str | None = None, at: datetime
) -> Made:
    """Do what was proposed, if everything still holds; ids of what it made.

    `body_sha256` is what the approver read, if he says so. `NotThere`: not in his tree. Forbidden: OWN_PROPOSAL,
    NOT_SUPERIOR, BROUGHT_IN. Conflict: PROPOSAL_DECIDED, PROPOSAL_EXPIRED, BODY_CHANGED, PROPOSER_GONE, FACTS_CHANGED,
    and whatever the deed's writer refuses by now.
    """
    row, deed = _decidable(connection, proposal, officer, at)
    if row.body_sha256 != _as_proposed(connection, row) or body_sha256 not in (None, row.body_sha256):
        raise Conflict(Why.BODY_CHANGED, proposal=proposal)
    proposer = officers.live(connection, row.proposer, at)
    # A proposer who was dismissed or suspended since proposes nothing any more; a revocation stands without him.
    if not deed.stands and (proposer is None or proposer.role is not OfficerRole.ADMIN or proposer.standing.suspended):
        raise Conflict(Why.PROPOSER_GONE, proposal=proposal)
    if canonical(deed.facts(connection, row.body)) != canonical(row.facts):
        raise Conflict(Why.FACTS_CHANGED, proposal=proposal)
    try:
        made = deed.carry_out(connection, row.body, officer.id, at)
    except Refused as refusal:  # it was good when proposed: the world has changed
        raise Conflict(refusal.why, refusal.field, **refusal.facts) from None
    _decide(connection, row, Act.PROPOSAL_APPROVED, made, actor=officer.id, at=at)
    return made


def reject(connection: Connection, proposal: str, officer: Officer, *, at: datetime) -> None:
    """Turn a proposal down; who may is as in `approve`, for a rejected `invalid_since` makes signatures good again."""
    row, deed = _decidable(connection, proposal, officer, at)
    if deed.turn_down:
        deed.turn_down(connection, row.body, officer.id, at)
    _decide(connection, row, Act.PROPOSAL_REJECTED, actor=officer.id, at=at)


def lapse(connection: Connection, at: datetime) -> None:
    """Let go what nobody decided in time: proposals, and keys whose challenge was never answered."""
    late = select(proposals).where(proposals.c.state == State.OPEN.value, proposals.c.expires_at <= at)
    for row in connection.execute(late).all():
        if row.kind in (ProposalKind.KEY, ProposalKind.HISTORICAL_KEY):
            _expire_key(connection, row.body["key"], at)
        _decide(connection, row, Act.PROPOSAL_LAPSED, actor=CLOCK, at=at)
    unanswered = (
        select(challenges.c.key)
        .join(key_rows, key_rows.c.id == challenges.c.key)
        .where(key_rows.c.state == KeyState.PROPOSED.value, challenges.c.proven_at.is_(None))
        .where(challenges.c.expires_at <= at)
    )
    for key in connection.scalars(unanswered).all():
        _expire_key(connection, key, at)


def find(connection: Connection, proposal: str, officer: Officer) -> Proposal:
    """A proposal in an officer's tree, or `NotThere`."""
    return _shown(_visible(connection, proposal, officer))


def listed(
    connection: Connection, officer: Officer, *, state: State | None = None, after: str | None = None
) -> list[Proposal]:
    """The proposals in an officer's tree, oldest first, MAX_PAGE at most; `after` is the last one seen."""
    wanted = select(proposals).order_by(proposals.c.proposed_at, proposals.c.id)
    if state is not None:
        wanted = wanted.where(proposals.c.state == state.value)
    if after is not None:
        last = _visible(connection, after, officer)
        wanted = wanted.where(tuple_(proposals.c.proposed_at, proposals.c.id) > (last.proposed_at, last.id))
    seen: dict[str, bool] = {}
    found: list[Proposal] = []
    for row in connection.execute(wanted):
        if row.issuer not in seen:
            seen[row.issuer] = officer.covers(standing(connection, row.issuer))
        if seen[row.issuer]:
            found.append(_shown(row))
            if len(found) == MAX_PAGE:
                break
    return found


def approvers(connection: Connection, kind: ProposalKind, body: Body) -> frozenset[str]:
    """The issuers whose officers may approve: ancestors of all whose authority grows; of the ministry, itself."""
    deed = DEEDS[kind]
    allowed: list[frozenset[str]] = []
    for code in deed.concerned(connection, body):
        found = standing(connection, code)
        above = (code, *found.superiors) if deed.under else found.superiors
        allowed.append(frozenset(above or (code,)))
    return frozenset.intersection(*allowed)


def _make(connection: Connection, kind: ProposalKind, deed: Deed, body: Body, *, actor: str, at: datetime) -> Proposal:
    concerned = deed.concerned(connection, body)
    text = canonical(body)
    said = {
        "kind": kind.value,
        "body": json.loads(text),
        "body_sha256": sha256(text.encode()).hexdigest(),
        "facts": deed.facts(connection, body),
        "expires_at": None if deed.stands else stamp(at + LIFE),
    }
    event = ledger.append(connection, Act.PROPOSAL_MADE, said, actor=actor, issuer=concerned[0], at=at)
    row = connection.execute(select(proposals).where(proposals.c.id == f"p{event.seq}")).one()
    return _shown(row)


def _decidable(connection: Connection, proposal: str, officer: Officer, at: datetime) -> tuple[Row[Any], Deed]:
    row = _visible(connection, proposal, officer)
    for why, stands_in_the_way in GUARDS.items():
        if stands_in_the_way(connection, row, officer, at):
            raise Forbidden(why, proposal=proposal)
    if row.state != State.OPEN:
        raise Conflict(Why.PROPOSAL_DECIDED, proposal=proposal, state=row.state)
    if row.expires_at is not None and row.expires_at <= at:
        raise Conflict(Why.PROPOSAL_EXPIRED, proposal=proposal)
    return row, DEEDS[ProposalKind(row.kind)]


def _own(_: Connection, row: Row[Any], officer: Officer, __: datetime) -> bool:
    return bool(row.proposer == officer.id)


def _not_above(connection: Connection, row: Row[Any], officer: Officer, _: datetime) -> bool:
    return officer.issuer not in approvers(connection, ProposalKind(row.kind), row.body)


def _hand(connection: Connection, row: Row[Any], officer: Officer, at: datetime) -> bool:
    return brought_in(connection, officer.id, row.proposer, at)


GUARDS: Mapping[Why, Callable[[Connection, Row[Any], Officer, datetime], bool]] = {
    Why.OWN_PROPOSAL: _own,
    Why.NOT_SUPERIOR: _not_above,
    Why.BROUGHT_IN: _hand,
}
"""What keeps an officer from deciding on a proposal that he sees; a test breaks each once."""


def brought_in(connection: Connection, officer: str, by: str, at: datetime) -> bool:
    """Whether an officer proposed another within a day, or somebody who did, and so on.

    One hand brings in a second, and that a third: the third is still the first one's.
    """
    made = select(proposals.c.proposer, proposals.c.made).where(
        proposals.c.kind == ProposalKind.OFFICER.value, proposals.c.state == State.APPROVED.value
    )
    seen = {officer}
    while True:
        added = connection.scalar(select(officer_rows.c.added_at).where(officer_rows.c.id == officer))
        if added is None or at - added >= NEWCOMER:
            return False
        by_whom = next(
            (
                row.proposer
                for row in connection.execute(made.where(proposals.c.decided_at >= added))
                if (row.made or {}).get("officer") == officer
            ),
            None,
        )
        if by_whom == by:
            return True
        if by_whom is None or by_whom in seen:
            return False
        seen.add(by_whom)
        officer = by_whom


def _as_proposed(connection: Connection, row: Row[Any]) -> str:
    """The hash of the body, taken anew from the ledger and the row; "" if they differ.

    The attack: a row, or its hash too, edited in the database between proposal and approval.
    """
    event = connection.scalar(select(events.c.body).where(events.c.seq == int(row.id[1:])))
    told = sha256(canonical(json.loads(event or "{}").get("body")).encode()).hexdigest()
    held = sha256(canonical(row.body).encode()).hexdigest()
    return told if compare_digest(told, held) else ""


def _visible(connection: Connection, proposal: str, officer: Officer) -> Row[Any]:
    row = connection.execute(select(proposals).where(proposals.c.id == proposal)).first()
    if row is None or not officer.covers(standing(connection, row.issuer)):
        raise NotThere("proposal", proposal)
    return row


def _decide(
    connection: Connection, row: Row[Any], kind: Act, made: Made | None = None, *, actor: str, at: datetime
) -> None:
    body = {"proposal": row.id} if made is None else {"proposal": row.id, "made": made}
    ledger.append(connection, kind, body, actor=actor, issuer=row.issuer, at=at)


def _expire_key(connection: Connection, key: str, at: datetime) -> None:
    if keys.find(connection, key).state in (KeyState.PROPOSED, KeyState.PROVEN):
        keys.expire(connection, key, actor=CLOCK, at=at)


def _shown(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        kind=ProposalKind(row.kind),
        issuer=row.issuer,
        proposer=row.proposer,
        body=row.body,
        body_sha256=row.body_sha256,
        facts=row.facts,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        state=State(row.state),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        made=row.made,
    )
