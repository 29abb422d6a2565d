"""Succession: an issuer is merged, split, renamed or ended, from a day on (HB-1, 8).

A rename keeps the code. The others end the issuer and its appointments in the ordinary way, name who answers for its
transcripts from then on, and hand its children to other parents, which ends nothing of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from issuers import ledger
from issuers.event import Act
from issuers.refusals import Conflict, Refused, Why
from issuers.registry import MAX_TEXT, find, judge_end, judge_scope, judge_texts, pending, scope_body
from issuers.scope import KINDS_UNDER, Standing, in_force, standing
from issuers.tables import appointments, issuer_periods, issuers, stamp
from issuers.tables import successions as rows
from verify.trust import start_of_day


class Fate(StrEnum):
    """What becomes of an issuer."""

    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"
    END = "end"


SUCCESSORS = {Fate.MERGE: (1, 1), Fate.SPLIT: (2, 64), Fate.RENAME: (0, 0), Fate.END: (0, 64)}
"""How many successors each has, at least and at most; no school was ever split into more than a handful."""


@dataclass(frozen=True, slots=True)
class Succession:
    """What was decided of an issuer; it takes effect at the start of a day (+07:00).

    `children` is the new parent of each child, by code; `name` the new name, for a rename alone.
    """

    code: str
    fate: Fate
    decision_no: str
    effective_on: date
    successors: Sequence[str] = ()
    children: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None


def succeed(connection: Connection, decided: Succession, *, actor: str, at: datetime) -> None:
    """Enter a succession; it is judged as of now, and takes effect on its day.

    Refused: DECISION_MISSING, MALFORMED, EFFECT_IN_THE_PAST, DATES_REVERSED (a day not after its first),
    SUCCESSORS_NUMBER, SUCCESSION_NAMELESS, MINISTRY_STAYS (it can only be renamed), UNKNOWN_ISSUER,
    SUCCESSOR_NOT_OF_KIND, CHILD_WITHOUT_PARENT, CHILD_OF_ANOTHER, KIND_NOT_UNDER_PARENT, SCOPE_TOO_WIDE. Conflict:
    ISSUER_ENDED (it, a successor or a new parent, on that day), SUCCESSION_PENDING, ALREADY_SO (the name is its own).
    """
    row = find(connection, decided.code)
    before = standing(connection, decided.code, at=at)
    in_force(before, at)
    on = start_of_day(decided.effective_on)
    _judge_form(decided)
    if row.succession_on is not None or pending(connection, decided.code, at):
        raise Conflict(Why.SUCCESSION_PENDING, issuer=decided.code)
    if on < at:
        raise Refused(Why.EFFECT_IN_THE_PAST, "effective_on")
    if on <= row.valid_from:
        raise Refused(Why.DATES_REVERSED, "effective_on")
    _in_force_on(before, on, "effective_on")
    body = {
        "code": decided.code,
        "kind": decided.fate.value,
        "decision_no": decided.decision_no,
        "on": stamp(on),
        **(_renamed(decided, before) if decided.fate is Fate.RENAME else _ended(connection, decided, before, at)),
    }
    ledger.append(connection, Act.ISSUER_SUCCEEDED, body, actor=actor, issuer=decided.code, at=at)


def _judge_form(decided: Succession) -> None:
    if not decided.decision_no.strip():
        raise Refused(Why.DECISION_MISSING, "decision_no")
    if len(decided.decision_no) > MAX_TEXT or not decided.decision_no.isprintable():
        raise Refused(Why.MALFORMED, "decision_no")
    least, most = SUCCESSORS[decided.fate]
    named = len(set(decided.successors) - {decided.code})
    if named != len(decided.successors) or not least <= named <= most:
        raise Refused(Why.SUCCESSORS_NUMBER, "successors", kind=decided.fate.value)
    if (decided.name is None) is (decided.fate is Fate.RENAME):
        raise Refused(Why.SUCCESSION_NAMELESS, "name", kind=decided.fate.value)
    if decided.name is not None:
        judge_texts(name=decided.name)


def _renamed(decided: Succession, before: Standing) -> dict[str, Any]:
    for child in decided.children:  # its children stay its own
        raise Refused(Why.CHILD_OF_ANOTHER, f"children.{child}", issuer=child)
    if decided.name == before.name:
        raise Conflict(Why.ALREADY_SO, "name")
    return {"period": _period(before, decided.name, before.superiors[0] if before.superiors else None)}


def _ended(connection: Connection, decided: Succession, before: Standing, at: datetime) -> dict[str, Any]:
    if not before.superiors:
        raise Refused(Why.MINISTRY_STAYS, "kind", issuer=before.code)
    on = start_of_day(decided.effective_on)
    for place, code in enumerate(decided.successors):
        successor = standing(connection, code, field=f"successors[{place}]", at=at)
        if successor.kind is not before.kind:
            raise Refused(Why.SUCCESSOR_NOT_OF_KIND, f"successors[{place}]", kind=successor.kind.value)
        _in_force_on(successor, on, f"successors[{place}]")
    coming = select(rows.c.predecessor).join(issuers, issuers.c.code == rows.c.predecessor)
    if connection.execute(coming.where(rows.c.successor == before.code, issuers.c.succession_on > on)).first():
        raise Conflict(Why.SUCCESSION_PENDING, issuer=before.code)  # it is to inherit when it will be no more
    return {
        "successors": sorted(decided.successors) or [before.superiors[0]],  # the parent is heir
        "children": _handed(connection, decided, at),
        "appointments": [
            {"id": row.id, "until": stamp(max(row.valid_from, on))} for row in _lasting(connection, before.code, on)
        ],
    }


def _handed(connection: Connection, decided: Succession, at: datetime) -> dict[str, Any]:
    """The next period of each child: the same name and scope under another parent."""
    on = start_of_day(decided.effective_on)
    theirs = select(issuer_periods.c.issuer, issuer_periods.c.since, issuer_periods.c.until)
    theirs = theirs.join(issuers, issuers.c.code == issuer_periods.c.issuer).where(
        issuer_periods.c.parent == decided.code,
        or_(issuer_periods.c.until.is_(None), issuer_periods.c.until > on),
        or_(issuers.c.valid_until.is_(None), issuers.c.valid_until > on),
    )
    children = set()
    for row in connection.execute(theirs):
        if row.until is not None or row.since >= on:
            raise Conflict(Why.SUCCESSION_PENDING, "children", issuer=row.issuer)
        children.add(row.issuer)
    for code in sorted(children ^ set(decided.children)):
        why = Why.CHILD_WITHOUT_PARENT if code in children else Why.CHILD_OF_ANOTHER
        raise Refused(why, f"children.{code}", issuer=code)
    handed = {}
    for code, new in sorted(decided.children.items()):
        where = f"children.{code}"
        child, parent = standing(connection, code, at=at), standing(connection, new, field=where, at=at)
        if new == decided.code or child.kind not in KINDS_UNDER.get(parent.kind, ()):
            raise Refused(Why.KIND_NOT_UNDER_PARENT, where, kind=child.kind.value, parent=parent.kind.value)
        _in_force_on(parent, on, where)
        judge_scope(child.own, child.kind, parent)
        judge_end(child.valid_until, parent)
        handed[code] = _period(child, child.name, new)
    return handed


def _lasting(connection: Connection, code: str, on: datetime) -> Sequence[Row[Any]]:
    """The issuer's appointments that would last beyond a day."""
    last = appointments.c.valid_until
    lasting = select(appointments).where(appointments.c.issuer == code, or_(last.is_(None), last > on))
    return connection.execute(lasting.order_by(appointments.c.id)).all()


def _in_force_on(issuer: Standing, on: datetime, where: str) -> None:
    if issuer.valid_from > on or (issuer.valid_until is not None and issuer.valid_until <= on):
        raise Conflict(Why.ISSUER_ENDED, where, issuer=issuer.code)


def _period(issuer: Standing, name: str | None, parent: str | None) -> dict[str, Any]:
    return {"name": name, "parent": parent, **scope_body(issuer.own)}
