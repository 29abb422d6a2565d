"""What changed about an issuer, when, and by whose hand: as issuers' codes, never as persons (HB-1, 7).

Out of the ledger, and only what is here by name: an event's body may hold free text and tokens' hashes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from issuers.event import Act
from issuers.refusals import NotThere
from issuers.store import reading
from issuers.tables import issuers, ledger, officers

MAX_PAGE = 200
"""Events of one answer."""

SCOPE = ("levels", "roles", "territory")

PUBLIC: Mapping[Act, tuple[str, ...]] = {
    Act.REGISTRY_INITIALISED: ("code", "name"),
    Act.ISSUER_ENROLLED: (
        "code",
        "kind",
        "parent",
        "name",
        "levels",
        "roles",
        "territory",
        "valid_from",
        "valid_until",
    ),
    Act.ISSUER_CHANGED: ("code", "period", "valid_until", "registers_all", "contact"),
    Act.ISSUER_SUCCEEDED: ("code", "kind", "decision_no", "on", "successors", "period"),
    Act.ISSUER_SUSPENDED: ("code",),
    Act.ISSUER_SUSPENSION_LIFTED: ("code",),
    Act.OFFICER_ADDED: ("issuer", "role"),
    Act.OFFICER_WITHDRAWN: (),
    Act.ANCHOR_ADMITTED: ("sha256", "use", "revocation"),
    Act.ANCHOR_DISTRUSTED: ("anchor",),
    Act.KEY_ACTIVATED: ("key", "appointment"),
    Act.HISTORICAL_KEY_ADMITTED: ("key", "appointment"),
    Act.KEY_SUSPENDED: ("key",),
    Act.KEY_SUSPENSION_LIFTED: ("key",),
    Act.KEY_RETIRED: ("key",),
    Act.KEY_REVOKED: ("key", "reason", "invalid_since", "again"),
    Act.KEY_INVALIDITY_DECIDED: ("key", "accepted", "invalid_since"),
    Act.APPOINTMENT_MADE: ("key", "appointment"),
    Act.APPOINTMENT_ENDED: ("appointment", "until"),
    Act.CERTIFICATE_ADDED: ("key",),
    Act.CERTIFICATE_REVOKED: ("certificate", "reason", "invalid_since", "again"),
    Act.CERTIFICATE_INVALIDITY_DECIDED: ("certificate", "accepted", "invalid_since"),
}
"""Which events are public, and what of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change; `by` is the issuer whose officer did it or approved it, or `host`."""

    seq: int
    at: datetime
    kind: str
    by: str
    facts: Mapping[str, Any]
    hash: str


def of(engine: Engine, code: str, after: int = 0) -> tuple[list[Entry], int | None]:
    """The public changes of an issuer after one, oldest first, and where to go on; `NotThere` if it is not."""
    with reading(engine) as connection:
        if connection.execute(select(issuers.c.code).where(issuers.c.code == code)).first() is None:
            raise NotThere("issuer", code)
        wanted = (
            select(ledger)
            .where(ledger.c.issuer == code, ledger.c.seq > after, ledger.c.kind.in_([act.value for act in PUBLIC]))
            .order_by(ledger.c.seq)
            .limit(MAX_PAGE + 1)
        )
        rows = connection.execute(wanted).all()
        actors = {row.actor for row in rows}
        by = {row.id: row.issuer for row in connection.execute(select(officers).where(officers.c.id.in_(actors)))}
    entries = []
    for row in rows[:MAX_PAGE]:
        body = json.loads(row.body)
        facts = {name: body[name] for name in PUBLIC[Act(row.kind)] if name in body}
        entries.append(Entry(row.seq, row.at, row.kind, by.get(row.actor, row.actor), facts, row.hash))
    return entries, entries[-1].seq if len(rows) > MAX_PAGE else None
