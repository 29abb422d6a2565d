"""What an issuer may speak for: its own scope within that of every superior up to the ministry (HB-1, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from issuers.refusals import Conflict, Refused, Why
from issuers.tables import issuer_periods, issuers
from verify.trust import Kind, Role

MAX_DEPTH = 8
"""Superiors above an issuer: the tree has two floors under the ministry; more is a loop in the rows."""

ROLES_OF = {
    Kind.MINISTRY: frozenset({Role.TIME_STAMP_AUTHORITY}),
    Kind.DEPARTMENT: frozenset({Role.DEPARTMENT_SEAL}),
    Kind.SCHOOL: frozenset(
        {Role.PRINCIPAL, Role.VICE_PRINCIPAL, Role.HOMEROOM_TEACHER, Role.SCHOOL_SEAL, Role.QR_SEAL}
    ),
}
"""Which roles a kind of issuer appoints to: time-stamp authorities belong to the ministry alone (HB-1, 3)."""

KINDS_UNDER = {Kind.MINISTRY: frozenset({Kind.DEPARTMENT, Kind.SCHOOL}), Kind.DEPARTMENT: frozenset({Kind.SCHOOL})}
"""Which kinds of issuer stand directly under a kind; schools of universities stand under the ministry itself."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Levels, roles and provinces; None leaves a matter to the superior."""

    levels: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    territory: frozenset[str] | None = None

    def narrowed(self, inner: Scope) -> Scope:
        """What is left of `inner` under this one: a scope can only narrow."""
        return Scope(
            _narrowed(self.levels, inner.levels),
            _narrowed(self.roles, inner.roles),
            _narrowed(self.territory, inner.territory),
        )

    def exceeded_by(self, inner: Scope) -> str:
        """The first matter in which `inner` asks for more than this, or ""; silence asks for nothing."""
        for matter in ("levels", "roles", "territory"):
            limit, asked = getattr(self, matter), getattr(inner, matter)
            if limit is not None and asked is not None and not asked <= limit:
                return matter
        return ""

    def wider_than(self, before: Scope) -> bool:
        """Whether a change from `before` to this asks for more; silence asks for all that the superior has."""
        return any(
            limit is not None and (asked is None or not asked <= limit)
            for limit, asked in (
                (before.levels, self.levels),
                (before.roles, self.roles),
                (before.territory, self.territory),
            )
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """An issuer as it stands now: its own scope, and `effective`, what its superiors leave of it.

    `superiors` are its parent, the parent's parent and so on up to the ministry; `suspended` says whether it or one of
    them is.
    """

    code: str
    kind: Kind
    name: str
    valid_from: datetime
    valid_until: datetime | None
    own: Scope
    effective: Scope
    superiors: tuple[str, ...]
    suspended: bool


def standing(connection: Connection, code: str, *, field: str = "issuer", at: datetime | None = None) -> Standing:
    """How an issuer stands at an instant, or now; `Refused` with UNKNOWN_ISSUER if the registry lacks it.

    A succession that is decided counts from its day on. Before its first day an issuer stands as it will then.
    """
    rows: list[Row[Any]] = []
    following: str | None = code
    moment = at or datetime.now(UTC)
    while following is not None and len(rows) < MAX_DEPTH:
        row = connection.execute(
            select(issuers, issuer_periods)
            .join(issuer_periods, issuer_periods.c.issuer == issuers.c.code)
            .where(issuers.c.code == following, or_(issuer_periods.c.until.is_(None), issuer_periods.c.until > moment))
            .order_by(issuer_periods.c.since, issuer_periods.c.seq)
        ).first()
        if row is None:
            raise Refused(Why.UNKNOWN_ISSUER, field, issuer=following)
        rows.append(row)
        following = row.parent
    own = [Scope(_set(row.levels), _set(row.roles), _set(row.territory)) for row in rows]
    effective = Scope()
    for scope in reversed(own):
        effective = effective.narrowed(scope)
    return Standing(
        code=code,
        kind=Kind(rows[0].kind),
        name=rows[0].name,
        valid_from=rows[0].valid_from,
        valid_until=rows[0].valid_until,
        own=own[0],
        effective=effective,
        superiors=tuple(row.code for row in rows[1:]),
        suspended=any(row.suspended_since is not None for row in rows),
    )


def in_force(issuer: Standing, at: datetime) -> None:
    """Raise `Conflict` if the issuer has ended."""
    if issuer.valid_until is not None and issuer.valid_until <= at:
        raise Conflict(Why.ISSUER_ENDED, "issuer", issuer=issuer.code)


def ordered(valid_from: datetime, valid_until: datetime | None) -> None:
    """Raise `Refused` if an interval [from, until) is empty or reversed."""
    if valid_until is not None and valid_until <= valid_from:
        raise Refused(Why.DATES_REVERSED, "valid_until")


def _narrowed(outer: frozenset[str] | None, inner: frozenset[str] | None) -> frozenset[str] | None:
    if outer is None or inner is None:
        return outer if inner is None else inner
    return outer & inner


def _set(stored: list[str] | None) -> frozenset[str] | None:
    return None if stored is None else frozenset(stored)
