"""Enrol, change, suspend: the issuers, from the ministry down.

The writers of trust are this module for issuers, and beside it `officers.py`, `anchors.py`, `keys.py`,
`certificates.py` and `appointments.py`, one noun each. All take a connection of `store.writing`, who acts and when,
judge the request by what the registry holds now, and write a ledger event. Who may ask, and whose second pair of eyes
is needed (HB-1, 7), is asked before them; approvals call the same functions, so all is judged again at approval.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import Connection, Row, select

from issuers import ledger
from issuers.event import Act
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.scope import KINDS_UNDER, ROLES_OF, Scope, Standing, in_force, ordered, standing
from issuers.tables import issuer_periods, issuers, registry, stamp
from verify.trust import Kind, Level, Role

CODE = re.compile(r"[A-Z0-9.-]{1,20}")
PROVINCE = re.compile(r"[A-Z0-9]{1,10}")
MAX_TEXT = 500
"""Characters of a name, a contact or a reason: they are shown on one page."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An issuer that is to be enrolled; what is None of its scope is its parent's."""

    code: str
    kind: Kind
    parent: str
    name: str
    valid_from: datetime
    valid_until: datetime | None = None
    levels: frozenset[Level] | None = None
    roles: frozenset[Role] | None = None
    territory: frozenset[str] | None = None
    contact: str = ""
    registers_all: bool = False


class Change(TypedDict, total=False):
    """What may change in an issuer's life without a succession; a matter left out stays as it is."""

    contact: str
    levels: frozenset[Level] | None
    roles: frozenset[Role] | None
    territory: frozenset[str] | None
    registers_all: bool
    valid_until: datetime | None


def initialise(
    connection: Connection,
    code: str,
    name: str,
    *,
    actor: str,
    at: datetime,
    valid_from: datetime | None = None,
    synthetic: bool = False,
) -> None:
    """Make the registry's ministry, once; `synthetic` marks a sample world for ever.

    Without `valid_from` the ministry speaks from now on. Refused: MALFORMED; conflict: REGISTRY_EXISTS.
    """
    judge_texts(code=code, name=name)
    if connection.execute(select(registry.c.id)).first():
        raise Conflict(Why.REGISTRY_EXISTS)
    body = {
        "code": code,
        "kind": Kind.MINISTRY.value,
        "parent": None,
        "name": name,
        "contact": "",
        "levels": None,
        "roles": None,
        "territory": None,
        "registers_all": False,
        "valid_from": stamp(valid_from or at),
        "valid_until": None,
        "synthetic": synthetic,
    }
    ledger.append(connection, Act.REGISTRY_INITIALISED, body, actor=actor, issuer=code, at=at)


def enrol(connection: Connection, new: Enrolment, *, actor: str, at: datetime) -> None:
    """Enrol a department or a school under its parent.

    Refused: MALFORMED, DATES_REVERSED, UNKNOWN_ISSUER (the parent), KIND_NOT_UNDER_PARENT, ROLE_NOT_FOR_KIND,
    SCOPE_TOO_WIDE (levels, roles, territory or dates beyond the parent's). Conflict: ISSUER_EXISTS, ISSUER_ENDED.
    """
    judge_texts(code=new.code, name=new.name, contact=new.contact)
    ordered(new.valid_from, new.valid_until)
    parent = standing(connection, new.parent, field="parent", at=at)
    in_force(parent, at)
    if new.kind not in KINDS_UNDER.get(parent.kind, ()):
        raise Refused(Why.KIND_NOT_UNDER_PARENT, "kind", kind=new.kind.value, parent=parent.kind.value)
    scope = Scope(new.levels, new.roles, new.territory)
    judge_scope(scope, new.kind, parent)
    if new.valid_from < parent.valid_from:
        raise Refused(Why.SCOPE_TOO_WIDE, "valid_from", limit=stamp(parent.valid_from))
    judge_end(new.valid_until, parent)
    if connection.execute(select(issuers.c.code).where(issuers.c.code == new.code)).first():
        raise Conflict(Why.ISSUER_EXISTS, "code", issuer=new.code)
    body = {
        "code": new.code,
        "kind": new.kind.value,
        "parent": new.parent,
        "name": new.name,
        "contact": new.contact,
        **scope_body(scope),
        "registers_all": new.registers_all,
        "valid_from": stamp(new.valid_from),
        "valid_until": None if new.valid_until is None else stamp(new.valid_until),
    }
    ledger.append(connection, Act.ISSUER_ENROLLED, body, actor=actor, issuer=new.code, at=at)


def widens(connection: Connection, code: str, change: Change) -> bool:
    """Whether a change lets the issuer speak for more, or longer, or leaves off registering: four eyes (HB-1, 7)."""
    row = find(connection, code)
    before = standing(connection, code)
    until = change.get("valid_until", row.valid_until)
    longer = row.valid_until is not None and (until is None or until > row.valid_until)
    silent = row.registers_all_since is not None and not change.get("registers_all", True)
    return longer or silent or _scope_after(before, change).wider_than(before.own)


def change(connection: Connection, code: str, change: Change, *, actor: str, at: datetime) -> None:
    """Change an issuer from now on: a new scope begins a new period, what was signed before keeps the old one.

    Refused: MALFORMED, DATES_REVERSED, ROLE_NOT_FOR_KIND, SCOPE_TOO_WIDE. Conflict: ALREADY_SO (nothing would change),
    ISSUER_ENDED, SUCCESSION_PENDING (its end, its name or its parent is decided already, and the day not yet come).
    """
    row = find(connection, code)
    before = standing(connection, code, at=at)
    in_force(before, at)
    body: dict[str, Any] = {}
    if "contact" in change and change["contact"] != row.contact:
        judge_texts(contact=change["contact"])
        body["contact"] = change["contact"]
    if "registers_all" in change and change["registers_all"] is not (row.registers_all_since is not None):
        body["registers_all"] = change["registers_all"]
    parent = standing(connection, before.superiors[0], at=at) if before.superiors else None
    if "valid_until" in change and change["valid_until"] != row.valid_until:
        until = change["valid_until"]
        ordered(row.valid_from, until)
        judge_end(until, parent)
        body["valid_until"] = None if until is None else stamp(until)
    after = _scope_after(before, change)
    if after != before.own:
        judge_scope(after, before.kind, parent)
        body["period"] = {"name": before.name, "parent": parent.code if parent else None, **scope_body(after)}
    if not body:
        raise Conflict(Why.ALREADY_SO)
    if "valid_until" in body and row.succession_on is not None:
        raise Conflict(Why.SUCCESSION_PENDING, "valid_until", issuer=code)
    if "period" in body and pending(connection, code, at):
        raise Conflict(Why.SUCCESSION_PENDING, issuer=code)
    ledger.append(connection, Act.ISSUER_CHANGED, {"code": code, **body}, actor=actor, issuer=code, at=at)


def suspend(connection: Connection, code: str, *, actor: str, at: datetime) -> None:
    """Suspend an issuer, and with it all under it. Conflict: ALREADY_SO."""
    if find(connection, code).suspended_since is not None:
        raise Conflict(Why.ALREADY_SO)
    ledger.append(connection, Act.ISSUER_SUSPENDED, {"code": code}, actor=actor, issuer=code, at=at)


def lift(connection: Connection, code: str, *, actor: str, at: datetime) -> None:
    """Lift an issuer's suspension, which then leaves no mark on signatures. Conflict: ALREADY_SO."""
    if find(connection, code).suspended_since is None:
        raise Conflict(Why.ALREADY_SO)
    ledger.append(connection, Act.ISSUER_SUSPENSION_LIFTED, {"code": code}, actor=actor, issuer=code, at=at)


def ministry(connection: Connection) -> str:
    """The code of the registry's ministry; `NotThere` before `initialise`."""
    row = connection.execute(select(registry.c.ministry)).first()
    if row is None:
        raise NotThere("ministry", "")
    return str(row.ministry)


def pending(connection: Connection, code: str, at: datetime) -> bool:
    """Whether a next period of an issuer is decided, and has not yet begun."""
    holding = issuer_periods.c.issuer == code, issuer_periods.c.until > at
    return connection.execute(select(issuer_periods.c.issuer).where(*holding)).first() is not None


def find(connection: Connection, code: str) -> Row[Any]:
    """An issuer's row, or `NotThere`."""
    row = connection.execute(select(issuers).where(issuers.c.code == code)).first()
    if row is None:
        raise NotThere("issuer", code)
    return row


def judge_texts(**fields: str) -> None:
    """Refuse a code, a name or a contact that cannot be one: MALFORMED."""
    for field, value in fields.items():
        good = CODE.fullmatch(value) if field == "code" else len(value) <= MAX_TEXT and value.isprintable()
        if not good or (field == "name" and not value.strip()):
            raise Refused(Why.MALFORMED, field)


def judge_scope(scope: Scope, kind: Kind, parent: Standing | None) -> None:
    """Refuse a scope that this kind of issuer cannot have under this parent."""
    if scope.territory is not None and not all(PROVINCE.fullmatch(code) for code in scope.territory):
        raise Refused(Why.MALFORMED, "territory")
    for matter in ("levels", "roles", "territory"):
        if getattr(scope, matter) is not None and not getattr(scope, matter):
            raise Refused(Why.MALFORMED, matter)  # an issuer that may speak for nothing is a slip: it can be suspended
    if kind is Kind.SCHOOL and scope.roles is not None and not scope.roles <= ROLES_OF[kind]:
        raise Refused(Why.ROLE_NOT_FOR_KIND, "roles", kind=kind.value)
    exceeded = parent.effective.exceeded_by(scope) if parent else ""
    if parent and exceeded:
        raise Refused(Why.SCOPE_TOO_WIDE, exceeded, parent=parent.code)


def judge_end(until: datetime | None, parent: Standing | None) -> None:
    """What has no end of its own ends with its parent; what has one may not outlast it."""
    if parent and parent.valid_until and until and until > parent.valid_until:
        raise Refused(Why.SCOPE_TOO_WIDE, "valid_until", limit=stamp(parent.valid_until))


def _scope_after(before: Standing, change: Change) -> Scope:
    return Scope(
        change.get("levels", before.own.levels),
        change.get("roles", before.own.roles),
        change.get("territory", before.own.territory),
    )


def scope_body(scope: Scope) -> dict[str, list[str] | None]:
    """A scope as an event's body and a period keep it."""
    return {
        matter: None if getattr(scope, matter) is None else sorted(getattr(scope, matter))
        for matter in ("levels", "roles", "territory")
    }
