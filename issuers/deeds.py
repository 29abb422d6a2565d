"""What a proposal does once it is approved: one deed a kind, with whose authority grows and what must not change.

A deed is judged by carrying it out: when proposed, and taken back; when approved, and kept. So there is one set of
rules, the writers', and nothing that could be approved differs from what was proposed.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from issuers import anchors, appointments, certificates, keys, officers, registry, successions
from issuers.appointments import Office
from issuers.officers import OfficerRole
from issuers.registry import Change, Enrolment
from issuers.scope import Standing, standing
from issuers.successions import Fate, Succession
from issuers.tables import appointments as appointment_rows
from issuers.tables import issuers as issuer_rows
from issuers.tables import key_certificates, stamp
from issuers.tables import keys as key_rows
from verify.trust import KeyState, Use

Body = Mapping[str, Any]
Made = dict[str, str]


class ProposalKind(StrEnum):
    """What needs four eyes (HB-1, 7)."""

    ISSUER = "issuer"
    ISSUER_CHANGE = "issuer_change"
    ISSUER_SUSPENSION_LIFTING = "issuer_suspension_lifting"
    SUCCESSION = "succession"
    OFFICER = "officer"
    KEY = "key"
    HISTORICAL_KEY = "historical_key"
    KEY_SUSPENSION_LIFTING = "key_suspension_lifting"
    KEY_INVALID_SINCE = "key_invalid_since"
    CERTIFICATE_INVALID_SINCE = "certificate_invalid_since"
    APPOINTMENT = "appointment"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True)
class Deed:
    """One kind of proposal.

    `concerned` are the issuers whose authority grows, as codes that exist; `under`: they are the parents of one
    that is still to be. `facts` is what the proposer saw and the approver must find unchanged. `turn_down` is what a
    rejection does, or a lapse. What `stands` never lapses: an `invalid_since` counts against signatures until it is
    decided (HB-1, 6), and waiting must not clear it.
    """

    carry_out: Callable[[Connection, Body, str, datetime], Made]
    concerned: Callable[[Connection, Body], tuple[str, ...]]
    facts: Callable[[Connection, Body], Any] = lambda _connection, _body: {}
    turn_down: Callable[[Connection, Body, str, datetime], None] | None = None
    under: bool = False
    stands: bool = False


def _issuer(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    registry.enrol(connection, msgspec.convert(body, Enrolment), actor=actor, at=at)
    return {"issuer": body["code"]}


def _change(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    registry.change(connection, body["code"], msgspec.convert(body["change"], Change), actor=actor, at=at)
    return {"issuer": body["code"]}


def _issuer_lift(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    registry.lift(connection, body["code"], actor=actor, at=at)
    return {"issuer": body["code"]}


def _succession(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    successions.succeed(connection, msgspec.convert(body, Succession), actor=actor, at=at)
    return {"issuer": body["code"]}


def _officer(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    role, until = OfficerRole(body["role"]), body.get("valid_until")
    made = officers.add(
        connection,
        body["issuer"],
        body["name"],
        role,
        body["token_sha256"],
        actor=actor,
        at=at,
        valid_until=None if until is None else datetime.fromisoformat(until),
    )
    return {"officer": made}


def _key(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    return {"key": body["key"], "appointment": keys.activate(connection, body["key"], actor=actor, at=at)}


def _historical(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    return {"key": body["key"], "appointment": keys.admit_historical(connection, body["key"], actor=actor, at=at)}


def _key_down(connection: Connection, body: Body, actor: str, at: datetime) -> None:
    if keys.find(connection, body["key"]).state in (KeyState.PROPOSED, KeyState.PROVEN):
        keys.reject(connection, body["key"], actor=actor, at=at)


def _key_lift(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    keys.lift(connection, body["key"], actor=actor, at=at)
    return {"key": body["key"]}


def _key_since(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    keys.decide_invalid_since(connection, body["key"], accepted=True, actor=actor, at=at)
    return {"key": body["key"]}


def _key_since_down(connection: Connection, body: Body, actor: str, at: datetime) -> None:
    keys.decide_invalid_since(connection, body["key"], accepted=False, actor=actor, at=at)


def _certificate_since(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    certificates.decide_invalid_since(connection, body["certificate"], accepted=True, actor=actor, at=at)
    return {"certificate": body["certificate"]}


def _certificate_since_down(connection: Connection, body: Body, actor: str, at: datetime) -> None:
    certificates.decide_invalid_since(connection, body["certificate"], accepted=False, actor=actor, at=at)


def _appointment(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    office = msgspec.convert(body["office"], Office)
    return {"appointment": appointments.appoint(connection, body["key"], office, actor=actor, at=at)}


def _anchor(connection: Connection, body: Body, actor: str, at: datetime) -> Made:
    mode = anchors.Revocation(body["revocation"])
    made = anchors.admit(connection, b64decode(body["certificate"]), Use(body["use"]), mode, actor=actor, at=at)
    return {"anchor": made}


def _of(field: str) -> Callable[[Connection, Body], tuple[str, ...]]:
    return lambda _, body: (body[field],)


def _heirs(connection: Connection, body: Body) -> tuple[str, ...]:
    """The issuer itself, its successors (its parent, if it simply ends), and the new parents of its children."""
    heirs = list(body.get("successors", ()))
    if not heirs and body["fate"] == Fate.END:
        heirs = list(standing(connection, body["code"]).superiors[:1])
    return (body["code"], *heirs, *body.get("children", {}).values())


def _heirs_facts(connection: Connection, body: Body) -> Any:  # noqa: ANN401 - JSON
    return [
        _shown(standing(connection, code)) for code in sorted({*_heirs(connection, body), *body.get("children", ())})
    ]


def _keys_issuer(connection: Connection, body: Body) -> tuple[str, ...]:
    return (keys.find(connection, body["key"]).issuer,)


def _ministry(connection: Connection, _: Body) -> tuple[str, ...]:
    return (registry.ministry(connection),)


def _standing_of(field: str) -> Callable[[Connection, Body], Any]:
    return lambda connection, body: _shown(standing(connection, body[field]))


def _issuer_facts(connection: Connection, body: Body) -> Any:  # noqa: ANN401 - JSON
    found = connection.execute(select(issuer_rows).where(issuer_rows.c.code == body["code"])).one()
    return {
        **_shown(standing(connection, body["code"])),
        "suspended_since": _stamp(found.suspended_since),
        "registers_all_since": _stamp(found.registers_all_since),
        "valid_until": _stamp(found.valid_until),
    }


def _key_facts(connection: Connection, body: Body) -> Any:  # noqa: ANN401 - JSON
    row = keys.find(connection, body["key"])
    brought = select(key_certificates.c.sha256, key_certificates.c.revoked_at).where(key_certificates.c.key == row.id)
    held = select(appointment_rows.c.id, appointment_rows.c.valid_until).where(appointment_rows.c.key == row.id)
    return {
        "state": row.state,
        "issuer": row.issuer,
        "suspended_since": _stamp(row.suspended_since),
        "proposed_invalid_since": _stamp(row.proposed_invalid_since),
        "office": row.proposal,
        "certificates": sorted([one.sha256, _stamp(one.revoked_at)] for one in connection.execute(brought)),
        "appointments": sorted([one.id, _stamp(one.valid_until)] for one in connection.execute(held)),
    }


def _certificate_facts(connection: Connection, body: Body) -> Any:  # noqa: ANN401 - JSON
    proposed = select(key_certificates.c.proposed_invalid_since)
    since = connection.scalar(proposed.where(key_certificates.c.sha256 == body["certificate"]))
    return {"proposed_invalid_since": _stamp(since)}


def _office_facts(connection: Connection, body: Body) -> Any:  # noqa: ANN401 - JSON
    return {"key": _key_facts(connection, body), "issuer": _shown(standing(connection, body["office"]["issuer"]))}


def _shown(issuer: Standing) -> dict[str, Any]:
    scope = {
        matter: None if getattr(issuer.own, matter) is None else sorted(getattr(issuer.own, matter))
        for matter in ("levels", "roles", "territory")
    }
    return {"issuer": issuer.code, "name": issuer.name, "superiors": list(issuer.superiors), **scope}


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def pending_invalidity(connection: Connection, key: str) -> list[tuple[ProposalKind, dict[str, str]]]:
    """What revocations of a key and its certificates propose and nobody has decided."""
    found: list[tuple[ProposalKind, dict[str, str]]] = []
    since = connection.scalar(select(key_rows.c.proposed_invalid_since).where(key_rows.c.id == key))
    if since is not None:
        found.append((ProposalKind.KEY_INVALID_SINCE, {"key": key, "invalid_since": stamp(since)}))
    rows = select(key_certificates.c.sha256, key_certificates.c.proposed_invalid_since).where(
        key_certificates.c.key == key, key_certificates.c.proposed_invalid_since.is_not(None)
    )
    for row in connection.execute(rows.order_by(key_certificates.c.sha256)):
        body = {"key": key, "certificate": row.sha256, "invalid_since": stamp(row.proposed_invalid_since)}
        found.append((ProposalKind.CERTIFICATE_INVALID_SINCE, body))
    return found


DEEDS: Mapping[ProposalKind, Deed] = {
    ProposalKind.ISSUER: Deed(_issuer, _of("parent"), _standing_of("parent"), under=True),
    ProposalKind.ISSUER_CHANGE: Deed(_change, _of("code"), _issuer_facts),
    ProposalKind.ISSUER_SUSPENSION_LIFTING: Deed(_issuer_lift, _of("code"), _issuer_facts),
    ProposalKind.SUCCESSION: Deed(_succession, _heirs, _heirs_facts),
    ProposalKind.OFFICER: Deed(_officer, _of("issuer"), _standing_of("issuer")),
    ProposalKind.KEY: Deed(_key, _keys_issuer, _key_facts, _key_down),
    ProposalKind.HISTORICAL_KEY: Deed(_historical, _keys_issuer, _key_facts, _key_down),
    ProposalKind.KEY_SUSPENSION_LIFTING: Deed(_key_lift, _keys_issuer, _key_facts),
    ProposalKind.KEY_INVALID_SINCE: Deed(_key_since, _keys_issuer, _key_facts, _key_since_down, stands=True),
    ProposalKind.CERTIFICATE_INVALID_SINCE: Deed(
        _certificate_since, _keys_issuer, _certificate_facts, _certificate_since_down, stands=True
    ),
    ProposalKind.APPOINTMENT: Deed(_appointment, lambda _, body: (body["office"]["issuer"],), _office_facts),
    ProposalKind.ANCHOR: Deed(_anchor, _ministry),
}
"""Every kind of proposal. What is not here needs one officer alone, or is not to be had."""
