"""What the events of proposals make of the rows; see `projections.py`."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert

from issuers.event import Act, Event
from issuers.pending import proposals
from issuers.rows import Projector, at, change


def _made(connection: Connection, event: Event) -> None:
    body = event.body
    connection.execute(
        insert(proposals).values(
            id=f"p{event.seq}",
            issuer=event.issuer,
            proposer=event.actor,
            proposed_at=event.at,
            expires_at=at(body["expires_at"]),
            state="open",
            **{column: body[column] for column in ("kind", "body", "body_sha256", "facts")},
        )
    )


def _decided(connection: Connection, event: Event) -> None:
    change(
        connection,
        proposals,
        {"id": event.body["proposal"], "state": "open"},  # decided once, for good
        state=event.kind.value.removeprefix("proposal_"),
        decided_at=event.at,
        decided_by=event.actor,
        made=event.body.get("made"),
    )


PROPOSAL_PROJECTIONS: Mapping[Act, Projector] = {
    Act.PROPOSAL_MADE: _made,
    Act.PROPOSAL_APPROVED: _decided,
    Act.PROPOSAL_REJECTED: _decided,
    Act.PROPOSAL_LAPSED: _decided,
}
