"""Appointments and certificates of keys over the admin API."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from sqlalchemy import select

from gateway import access, admin, admin_keys
from gateway.admin import Call
from gateway.admin_answers import AppointmentEnded, CertificateAdded, KeyLife, Proposed
from gateway.admin_keys import NewRevocation
from gateway.described import taking
from gateway.idempotency import Answer
from gateway.questions import Code, Moment, Pem
from issuers import appointments, certificates, keys
from issuers.deeds import ProposalKind
from issuers.refusals import NotThere
from issuers.scope import standing
from issuers.tables import appointments as appointment_rows
from issuers.tables import key_certificates
from verify.trust import Capacity, Level, Role


class NewAppointment(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A further office for a key; without an issuer, of the one that proposed the key."""

    role: Role
    valid_from: Moment
    valid_until: Moment | None = None
    issuer: Code | None = None
    capacity: Capacity = Capacity.SUBSTANTIVE
    decision_no: str = ""
    levels: list[Level] | None = None


class End(msgspec.Struct, forbid_unknown_fields=True):
    """When an appointment ends."""

    until: Moment


class NewCertificate(msgspec.Struct, forbid_unknown_fields=True):
    """A certificate, PEM, its chain behind it."""

    certificate: Pem


@post("/v1/admin/keys/{key:str}/appointments", status_code=202, operation_class=taking(NewAppointment), tags=["admin"])
async def create(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[Proposed]:
    """Propose a further appointment of a key."""

    def deed(call: Call, asked: NewAppointment) -> Answer:
        row = keys.find(call.connection, key)
        office = msgspec.to_builtins(asked) | {"issuer": asked.issuer or row.issuer}
        if row.admitted_at is None and not call.officer.covers(standing(call.connection, row.issuer)):
            raise NotThere("key", key)
        access.over(call.connection, call.officer, office["issuer"])
        return admin.propose(call, ProposalKind.APPOINTMENT, {"key": key, "office": office})

    return await admin.change(request, NewAppointment, deed)


@post("/v1/admin/appointments/{appointment:str}/end", status_code=200, operation_class=taking(End), tags=["admin"])
async def end(request: Request[Any, Any, Any], appointment: FromPath[str]) -> Response[AppointmentEnded]:
    """End an appointment, at once."""

    def deed(call: Call, asked: End) -> Answer:
        wanted = select(appointment_rows.c.issuer).where(appointment_rows.c.id == appointment)
        issuer = call.connection.scalar(wanted)
        if issuer is None:
            raise NotThere("appointment", appointment)
        access.over(call.connection, call.officer, issuer)
        appointments.end(call.connection, appointment, asked.until, actor=call.officer.id, at=call.at)
        return Answer(200, AppointmentEnded(appointment, admin.moment(asked.until)))

    return await admin.change(request, End, deed)


@post("/v1/admin/keys/{key:str}/certificates", status_code=200, operation_class=taking(NewCertificate), tags=["admin"])
async def certify(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[CertificateAdded]:
    """Add a certificate to a key: its renewal, at once."""

    def deed(call: Call, asked: NewCertificate) -> Answer:
        admin_keys.of_tree(call, key)
        pem = asked.certificate.encode()
        made = certificates.add(call.connection, key, pem, actor=call.officer.id, at=call.at)
        return Answer(200, CertificateAdded(key, made))

    return await admin.change(request, NewCertificate, deed)


@post(
    "/v1/admin/keys/{key:str}/certificates/{sha256:str}/revocation",
    status_code=200,
    operation_class=taking(NewRevocation),
    tags=["admin"],
)
async def revoke(request: Request[Any, Any, Any], key: FromPath[str], sha256: FromPath[str]) -> Response[KeyLife]:
    """Revoke a certificate, at once; the key goes with it for keyCompromise alone."""

    def deed(call: Call, asked: NewRevocation) -> Answer:
        admin_keys.of_tree(call, key)
        its = key_certificates.c.key == key, key_certificates.c.sha256 == sha256
        if call.connection.execute(select(key_certificates.c.sha256).where(*its)).first() is None:
            raise NotThere("certificate", sha256)
        actor, at = call.officer.id, call.at
        certificates.revoke(
            call.connection, sha256, asked.reason, invalid_since=asked.invalid_since, actor=actor, at=at
        )
        return admin_keys.revoked(call, key, certificate=sha256)

    return await admin.change(request, NewRevocation, deed, even_suspended=True)
