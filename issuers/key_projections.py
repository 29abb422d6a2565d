"""What the events of keys, their certificates and appointments make of the rows; see `projections.py`."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from sqlalchemy import Connection, insert
from sqlalchemy.dialects import postgresql, sqlite

from issuers.event import Act, Event
from issuers.listing import serial
from issuers.rows import Projector, at, change
from issuers.tables import appointments, intermediates, key_certificates, key_states, keys
from verify.trust import KeyState


def _key_proposed(connection: Connection, event: Event) -> None:
    body = event.body
    values = {
        "issuer": body["proposal"]["issuer"],
        "holder": body["holder"],
        "use": body["use"],
        "historical": body["historical"],
        "proposal": body["proposal"],
        "proposed_at": event.at,
    }
    if body["again"]:  # rejected or expired before: the same key, asked for anew (HB-1, 6)
        _state(connection, event, KeyState.PROPOSED, **values)
    else:
        spki = b64decode(body["spki"])
        connection.execute(insert(keys).values(id=body["key"], spki=spki, state=KeyState.PROPOSED.value, **values))
        _enter_state(connection, event, KeyState.PROPOSED)
    _certificate(connection, event)


def _key_proven(connection: Connection, event: Event) -> None:
    _state(connection, event, KeyState.PROVEN)
    _certificate(connection, event)


def _key_activated(connection: Connection, event: Event) -> None:
    _state(connection, event, KeyState.ACTIVE, admitted_at=event.at, proposal=None)
    _appointment(connection, event)


def _historical_admitted(connection: Connection, event: Event) -> None:
    _state(connection, event, KeyState.RETIRED, admitted_at=event.at, retired_at=event.at, proposal=None)
    _appointment(connection, event)


def _key_rejected(connection: Connection, event: Event) -> None:
    _state(connection, event, KeyState.REJECTED, proposal=None)


def _key_expired(connection: Connection, event: Event) -> None:
    _state(connection, event, KeyState.EXPIRED, proposal=None)


def _key_suspended(connection: Connection, event: Event) -> None:
    _state(connection, event, KeyState.SUSPENDED, suspended_since=event.at)


def _key_lifted(connection: Connection, event: Event) -> None:
    _state(connection, event, KeyState.ACTIVE, suspended_since=None)


def _key_retired(connection: Connection, event: Event) -> None:
    _state(connection, event, KeyState.RETIRED, retired_at=event.at)  # ends no suspension: it stays (HB-1, 3)


def _key_revoked(connection: Connection, event: Event) -> None:
    values = _revocation(event)
    values["revocation_reason"] = values.pop("reason")
    if event.body["again"]:
        change(connection, keys, {"id": event.body["key"]}, **values)
    else:
        _state(connection, event, KeyState.REVOKED, **values)


def _key_invalidity(connection: Connection, event: Event) -> None:
    change(connection, keys, {"id": event.body["key"]}, **_decided(event))


def _appointment(connection: Connection, event: Event) -> None:
    office = event.body["appointment"]
    connection.execute(
        insert(appointments).values(
            id=f"a{event.seq}",
            key=event.body["key"],
            valid_from=at(office["valid_from"]),
            valid_until=at(office["valid_until"]),
            **{column: office[column] for column in ("issuer", "role", "capacity", "decision_no", "levels")},
        )
    )


def _appointment_ended(connection: Connection, event: Event) -> None:
    body = event.body
    change(connection, appointments, {"id": body["appointment"]}, valid_until=at(body["until"]))


def _certificate(connection: Connection, event: Event) -> None:
    body = event.body["certificate"]
    if body is None:  # a bare key
        return
    chain = [{"sha256": one["sha256"], "der": b64decode(one["der"])} for one in body["chain"]]
    if chain:
        # Several certificates share an intermediate: the first to bring it enters it.
        dialect = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name]
        connection.execute(dialect.insert(intermediates).on_conflict_do_nothing(), chain)
    der = b64decode(body["der"])
    connection.execute(
        insert(key_certificates).values(
            sha256=body["sha256"],
            key=event.body["key"],
            serial=serial(x509.load_der_x509_certificate(der).serial_number),
            der=der,
            chain=[one["sha256"] for one in chain],
            added_at=event.at,
        )
    )


def _certificate_revoked(connection: Connection, event: Event) -> None:
    change(connection, key_certificates, {"sha256": event.body["certificate"]}, **_revocation(event))


def _certificate_invalidity(connection: Connection, event: Event) -> None:
    change(connection, key_certificates, {"sha256": event.body["certificate"]}, **_decided(event))


def _state(connection: Connection, event: Event, state: KeyState, **values: Any) -> None:  # noqa: ANN401 - columns
    change(connection, keys, {"id": event.body["key"]}, state=state.value, **values)
    _enter_state(connection, event, state)


def _enter_state(connection: Connection, event: Event, state: KeyState) -> None:
    connection.execute(
        insert(key_states).values(key=event.body["key"], seq=event.seq, since=event.at, state=state.value)
    )


def _revocation(event: Event) -> dict[str, Any]:
    """Revoking again moves no date (HB-1, 6); an earlier `invalid_since` is a proposal until it is decided."""
    values: dict[str, Any] = {"reason": event.body["reason"]}
    if not event.body["again"]:
        values["revoked_at"] = event.at
    if event.body["invalid_since"] is not None:
        values["proposed_invalid_since"] = at(event.body["invalid_since"])
    return values


def _decided(event: Event) -> dict[str, Any]:
    accepted = {"invalid_since": at(event.body["invalid_since"])} if event.body["accepted"] else {}
    return {"proposed_invalid_since": None, **accepted}


KEY_PROJECTIONS: Mapping[Act, Projector] = {
    Act.KEY_PROPOSED: _key_proposed,
    Act.KEY_PROVEN: _key_proven,
    Act.KEY_ACTIVATED: _key_activated,
    Act.HISTORICAL_KEY_ADMITTED: _historical_admitted,
    Act.KEY_REJECTED: _key_rejected,
    Act.KEY_EXPIRED: _key_expired,
    Act.KEY_SUSPENDED: _key_suspended,
    Act.KEY_SUSPENSION_LIFTED: _key_lifted,
    Act.KEY_RETIRED: _key_retired,
    Act.KEY_REVOKED: _key_revoked,
    Act.KEY_INVALIDITY_DECIDED: _key_invalidity,
    Act.APPOINTMENT_MADE: _appointment,
    Act.APPOINTMENT_ENDED: _appointment_ended,
    Act.CERTIFICATE_ADDED: _certificate,
    Act.CERTIFICATE_REVOKED: _certificate_revoked,
    Act.CERTIFICATE_INVALIDITY_DECIDED: _certificate_invalidity,
}
