"""Who answers for an issuer that is no more: its successors, theirs in turn, or a superior that inherits (HB-1, 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from issuers.tables import issuers, successions
from verify.trust import Issuer, TrustSnapshot


def known(code: str | None, trust: TrustSnapshot, at: datetime) -> list[Issuer]:
    """The heirs of an issuer at an instant, as a snapshot has them; none of one that has not been succeeded."""

    def following(one: str) -> Iterable[str]:
        issuer = trust.issuers.get(one)
        done = issuer is not None and issuer.succession_on is not None and issuer.succession_on <= at
        return issuer.successors if issuer is not None and done else ()

    return [trust.issuers[one] for one in _last(code or "", following) if one in trust.issuers]


def registered(connection: Connection, code: str) -> list[str]:
    """The codes of the heirs of an issuer as of now, out of the registry."""
    now = datetime.now(UTC)

    def following(one: str) -> Iterable[str]:
        asked = select(successions.c.successor).join(issuers, issuers.c.code == successions.c.predecessor)
        return connection.scalars(
            asked.where(successions.c.predecessor == one, issuers.c.succession_on <= now).order_by(
                successions.c.successor
            )
        ).all()

    return _last(code, following)


def _last(code: str, following: Callable[[str], Iterable[str]]) -> list[str]:
    """Those at the end of every line from here; a line of none is no succession."""
    found: dict[str, None] = {}
    seen, ahead = {code}, [*following(code)]
    while ahead:
        one = ahead.pop(0)
        if one in seen:
            continue
        seen.add(one)
        further = [*following(one)]
        ahead += further
        if not further:
            found[one] = None
    return [*found]
