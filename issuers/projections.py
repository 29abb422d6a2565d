"""What each kind of event makes of the rows: one projector a kind, out of the event alone.

`ledger.append` calls them when an event is written, and `audit` calls them again on an empty database: the rows must
come out the same. So a projector reads no clock, no setting and no table, and nothing else writes these tables.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from issuers.crl_projections import crl_imported
from issuers.event import Act, Event
from issuers.key_projections import KEY_PROJECTIONS
from issuers.naming import folded
from issuers.proposal_projections import PROPOSAL_PROJECTIONS
from issuers.rows import Projector, at, change, day
from issuers.tables import (
    appointments,
    issuer_periods,
    issuer_suspensions,
    issuers,
    officers,
    registry,
    successions,
    transcript_witnesses,
    transcripts,
    trust_anchors,
    withdrawals,
)


def _initialised(connection: Connection, event: Event) -> None:
    _issuer(connection, event)
    connection.execute(insert(registry).values(id=1, ministry=event.body["code"], synthetic=event.body["synthetic"]))


def _issuer(connection: Connection, event: Event) -> None:
    body = event.body
    connection.execute(
        insert(issuers).values(
            code=body["code"],
            kind=body["kind"],
            contact=body["contact"],
            folded=folded(body["code"], body["name"]),
            valid_from=at(body["valid_from"]),
            valid_until=at(body["valid_until"]),
            registers_all_since=event.at if body["registers_all"] else None,
        )
    )
    connection.execute(
        insert(issuer_periods).values(
            issuer=body["code"],
            seq=event.seq,
            since=at(body["valid_from"]),
            **{column: body[column] for column in ("name", "parent", "levels", "roles", "territory")},
        )
    )


def _issuer_changed(connection: Connection, event: Event) -> None:
    body = event.body
    values: dict[str, Any] = {}
    if "contact" in body:
        values["contact"] = body["contact"]
    if "valid_until" in body:
        values["valid_until"] = at(body["valid_until"])
    if "registers_all" in body:
        values["registers_all_since"] = event.at if body["registers_all"] else None
    if "period" in body:
        values["folded"] = folded(body["code"], body["period"]["name"])
        _next_period(connection, event, body["code"], body["period"], event.at)
    if values:
        change(connection, issuers, {"code": body["code"]}, **values)


def _issuer_succeeded(connection: Connection, event: Event) -> None:
    body, on = event.body, at(event.body["on"])
    if body["kind"] == "rename":
        _next_period(connection, event, body["code"], body["period"], on)
        change(connection, issuers, {"code": body["code"]}, folded=folded(body["code"], body["period"]["name"]))
        return
    change(connection, issuers, {"code": body["code"]}, valid_until=on, succession_on=on)
    for code in body["successors"]:
        connection.execute(insert(successions).values(predecessor=body["code"], successor=code))
    for code, period in body["children"].items():
        _next_period(connection, event, code, period, on)
    for one in body["appointments"]:
        change(connection, appointments, {"id": one["id"]}, valid_until=at(one["until"]))


def _next_period(
    connection: Connection, event: Event, code: str, period: Mapping[str, Any], since: datetime | None
) -> None:
    change(connection, issuer_periods, {"issuer": code, "until": None}, until=since)
    connection.execute(insert(issuer_periods).values(issuer=code, seq=event.seq, since=since, **period))


def _issuer_suspended(connection: Connection, event: Event) -> None:
    change(connection, issuers, {"code": event.body["code"]}, suspended_since=event.at)
    connection.execute(insert(issuer_suspensions).values(issuer=event.body["code"], seq=event.seq, since=event.at))


def _issuer_lifted(connection: Connection, event: Event) -> None:
    change(connection, issuers, {"code": event.body["code"]}, suspended_since=None)
    change(connection, issuer_suspensions, {"issuer": event.body["code"], "until": None}, until=event.at)


def _officer_added(connection: Connection, event: Event) -> None:
    body = event.body
    connection.execute(
        insert(officers).values(
            id=f"o{event.seq}",
            issuer=body["issuer"],
            name=body["name"],
            role=body["role"],
            token_sha256=body["token_sha256"],
            valid_until=at(body["valid_until"]),
            added_at=event.at,
            added_by=event.actor,
        )
    )


def _officer_withdrawn(connection: Connection, event: Event) -> None:
    change(connection, officers, {"id": event.body["officer"]}, withdrawn_at=event.at)


def _anchor_admitted(connection: Connection, event: Event) -> None:
    body = event.body
    connection.execute(
        insert(trust_anchors).values(
            id=f"t{event.seq}",
            sha256=body["sha256"],
            der=b64decode(body["der"]),
            use=body["use"],
            revocation=body["revocation"],
            admitted_at=event.at,
        )
    )


def _anchor_distrusted(connection: Connection, event: Event) -> None:
    change(connection, trust_anchors, {"id": event.body["anchor"]}, distrusted_at=event.at)


def _transcripts_registered(connection: Connection, event: Event) -> None:
    versions, witnesses = event.body["versions"], event.body["witnesses"]
    if versions:
        connection.execute(
            insert(transcripts),
            [
                {
                    **{column: item[column] for column in ("number", "version", "record_digest", "level")},
                    "issuer": event.issuer,
                    "issued_on": day(item["issued_on"]),
                    "registered_at": event.at,
                    "amendment": item.get("amendment"),
                    "reason_code": item["amendment"]["reason_code"] if "amendment" in item else None,
                }
                for item in versions
            ],
        )
    if witnesses:
        connection.execute(insert(transcript_witnesses), [{**witness, "at": event.at} for witness in witnesses])


def _transcript_withdrawn(connection: Connection, event: Event) -> None:
    connection.execute(insert(withdrawals).values(issuer=event.issuer, at=event.at, **event.body))


PROJECTIONS: Mapping[Act, Projector] = {
    Act.REGISTRY_INITIALISED: _initialised,
    Act.ISSUER_ENROLLED: _issuer,
    Act.ISSUER_CHANGED: _issuer_changed,
    Act.ISSUER_SUCCEEDED: _issuer_succeeded,
    Act.ISSUER_SUSPENDED: _issuer_suspended,
    Act.ISSUER_SUSPENSION_LIFTED: _issuer_lifted,
    Act.OFFICER_ADDED: _officer_added,
    Act.OFFICER_WITHDRAWN: _officer_withdrawn,
    Act.ANCHOR_ADMITTED: _anchor_admitted,
    Act.ANCHOR_DISTRUSTED: _anchor_distrusted,
    Act.CRL_IMPORTED: crl_imported,
    Act.TRANSCRIPTS_REGISTERED: _transcripts_registered,
    Act.TRANSCRIPT_WITHDRAWN: _transcript_withdrawn,
    **KEY_PROJECTIONS,
    **PROPOSAL_PROJECTIONS,
}
