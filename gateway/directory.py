"""The public directory: who may issue, and who signs for them, as of a day."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Annotated, Any

from litestar import Request, get
from litestar.params import FromQuery, PathParameter, QueryParameter
from msgspec import Struct

from gateway.problems import Refused
from gateway.verifications import Service
from issuers import catalogue
from issuers.catalogue import Listed, ShownAppointment, ShownKey
from issuers.refusals import NotThere
from verify.trust import VIETNAM, Capacity, KeyState, Kind, Level, Role, Use

PAGE = 50
"""Issuers on a page of the answer."""

LONGEST = 100
"""Characters to search for: longer than any name's telling part."""

CODE = r"^[A-Z0-9.-]{1,20}$"


class IssuerListed(Struct, frozen=True, kw_only=True):
    """An issuer as a list shows it. What is null of its scope is its parent's."""

    code: str
    kind: Kind
    name: str
    parent: str | None
    levels: list[Level] | None
    roles: list[Role] | None
    territory: list[str] | None
    contact: str
    valid_from: datetime
    valid_until: datetime | None
    suspended_since: datetime | None


class CertificateShown(Struct, frozen=True):
    """A certificate of a key; the common name alone of its subject."""

    sha256: str
    subject: str
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None


class KeyShown(Struct, frozen=True, kw_only=True):
    """A public key and its life up to the day asked for; `id` is the SHA-256 of its SubjectPublicKeyInfo."""

    id: str
    use: Use
    state: KeyState | None
    historical: bool
    admitted_at: datetime
    suspended_since: datetime | None
    retired_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str | None
    invalid_since: datetime | None
    certificates: list[CertificateShown]


class AppointmentShown(Struct, frozen=True, kw_only=True):
    """A key speaks in a role, by decision, from a day to a day."""

    id: str
    role: Role
    capacity: Capacity
    holder: str
    key: KeyShown
    levels: list[Level] | None
    decision_no: str
    valid_from: datetime
    valid_until: datetime | None


class IssuerShown(IssuerListed, frozen=True, kw_only=True):
    """An issuer in full, as of an instant."""

    as_of: datetime
    appointments: list[AppointmentShown]


class IssuerPage(Struct, frozen=True):
    """A page of issuers; `cursor` asks for the next one, null after the last."""

    issuers: list[IssuerListed]
    cursor: str | None


@get("/v1/issuers", tags=["issuers"])
async def search(
    request: Request[Any, Any, Any],
    *,
    q: Annotated[str, QueryParameter(max_length=LONGEST)] = "",
    kind: FromQuery[Kind | None] = None,
    parent: Annotated[str | None, QueryParameter(pattern=CODE)] = None,
    cursor: Annotated[str | None, QueryParameter(pattern=CODE)] = None,
) -> IssuerPage:
    """Issuers whose code or name contains `q`, by kind and superior, in the order of their codes."""
    service: Service = request.app.state.service
    found = await asyncio.to_thread(catalogue.issuers, service.engine, q, kind, parent, cursor, PAGE)
    return IssuerPage([IssuerListed(**_listed(one)) for one in found.issuers], found.cursor)


@get("/v1/issuers/{code:str}", tags=["issuers"])
async def look_up(
    request: Request[Any, Any, Any],
    *,
    code: Annotated[str, PathParameter(max_length=LONGEST)],
    on: FromQuery[date | None] = None,
) -> IssuerShown:
    """One issuer: contact, appointments, public keys with states and dates, now or as of 00:00 +07:00 on a day."""
    service: Service = request.app.state.service
    try:
        shown = await asyncio.to_thread(catalogue.issuer, service.engine, code, on)
    except NotThere:
        raise Refused("no-such-issuer") from None
    return IssuerShown(
        **_listed(shown.issuer),
        as_of=shown.as_of.astimezone(VIETNAM),
        appointments=[_appointment(one) for one in shown.appointments],
    )


def _listed(one: Listed) -> dict[str, Any]:
    return {
        "code": one.code,
        "kind": one.kind,
        "name": one.name,
        "parent": one.parent,
        "levels": _ordered(one.levels),
        "roles": _ordered(one.roles),
        "territory": _ordered(one.territory),
        "contact": one.contact,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "suspended_since": one.suspended_since,
    }


def _appointment(one: ShownAppointment) -> AppointmentShown:
    return AppointmentShown(
        id=one.id,
        role=one.role,
        capacity=one.capacity,
        holder=one.holder,
        key=_key(one.key),
        levels=_ordered(one.levels),
        decision_no=one.decision_no,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
    )


def _key(one: ShownKey) -> KeyShown:
    return KeyShown(
        id=one.id,
        use=one.use,
        state=one.state,
        historical=one.historical,
        admitted_at=one.admitted_at,
        suspended_since=one.suspended_since,
        retired_at=one.retired_at,
        revoked_at=one.revoked_at,
        revocation_reason=one.revocation_reason,
        invalid_since=one.invalid_since,
        certificates=[
            CertificateShown(held.sha256, held.subject, held.valid_from, held.valid_until, held.revoked_at)
            for held in one.certificates
        ],
    )


def _ordered(values: frozenset[Any] | None) -> list[Any] | None:
    return None if values is None else sorted(values)
