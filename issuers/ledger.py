"""Every change of the registry, appended, chained, and projected into rows in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from issuers.event import GENESIS, Act, Event, link
from issuers.projections import PROJECTIONS
from issuers.store import WRITING
from issuers.tables import canonical, ledger, stamp


def append(
    connection: Connection, kind: Act, body: Mapping[str, Any], *, actor: str, issuer: str, at: datetime
) -> Event:
    """Write an event and what follows from it: the only way to change a projected table (P4, P5).

    `body` is plain JSON. The event's own `at` is what counts: never earlier than that of the event before it, so that a
    clock set back gives no transcript an earlier proof of existence (HB-1, 3), and stops no revocation either. Whoever
    writes a history writes it in its order.
    """
    if not connection.get_execution_options().get(WRITING):
        raise RuntimeError("the ledger is written inside store.writing() only")
    last = connection.execute(
        select(ledger.c.seq, ledger.c.at, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
    ).first()
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    at = max(at, last.at) if last else at
    text = canonical(body)
    digest = link(seq=seq, at=stamp(at), kind=kind.value, actor=actor, issuer=issuer, body=text, prev=prev)
    connection.execute(
        insert(ledger).values(
            seq=seq, at=at, kind=kind.value, actor=actor, issuer=issuer, body=text, prev=prev, hash=digest
        )
    )
    event = Event(seq, at, kind, actor, issuer, json.loads(text), prev, digest)
    PROJECTIONS[kind](connection, event)
    return event


def head(connection: Connection) -> tuple[int, str]:
    """The generation of the registry and its ledger head: the last event's number and hash; (0, GENESIS) if none."""
    last = connection.execute(select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, GENESIS)
