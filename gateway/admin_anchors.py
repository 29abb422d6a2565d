"""Trust anchors and their CRLs over the admin API: the ministry's alone."""

from __future__ import annotations

from base64 import b64encode
from enum import StrEnum
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath

from gateway import access, admin, limits
from gateway.admin import Call, Nothing
from gateway.admin_answers import AnchorDistrusted, CrlImported, Proposed
from gateway.described import taking
from gateway.idempotency import Answer
from gateway.questions import Pem
from issuers import admission, anchors, crls, registry
from issuers.anchors import Revocation
from issuers.deeds import ProposalKind
from issuers.refusals import Forbidden, Why

MAX_CRL = 16 << 20
"""Bytes: a list of 200,000 revoked certificates has about 8 MB."""


class AnchorUse(StrEnum):
    """What an anchor's certificates sign."""

    DOCUMENT = "document"
    TIMESTAMP = "timestamp"


class NewAnchor(msgspec.Struct, forbid_unknown_fields=True):
    """A CA certificate to believe for one use, and where the revocation of its certificates is learned."""

    certificate: Pem
    use: AnchorUse
    revocation: Revocation


@post("/v1/admin/trust-anchors", status_code=202, operation_class=taking(NewAnchor), tags=["admin"])
async def create(request: Request[Any, Any, Any]) -> Response[Proposed]:
    """Propose a trust anchor."""

    def deed(call: Call, asked: NewAnchor) -> Answer:
        _ministry(call)
        found = admission.authority(asked.certificate.encode())
        body = {
            "certificate": b64encode(found.der).decode(),
            "sha256": found.sha256,
            "subject": found.parsed.subject.rfc4514_string(),
            "use": asked.use.value,
            "revocation": asked.revocation.value,
        }
        return admin.propose(call, ProposalKind.ANCHOR, body)

    return await admin.change(request, NewAnchor, deed)


@post(
    "/v1/admin/trust-anchors/{anchor:str}/distrust",
    status_code=200,
    operation_class=taking(Nothing, required=False),
    tags=["admin"],
)
async def distrust(request: Request[Any, Any, Any], anchor: FromPath[str]) -> Response[AnchorDistrusted]:
    """Distrust an anchor from now on, at once."""

    def deed(call: Call, _: Nothing) -> Answer:
        _ministry(call)
        anchors.distrust(call.connection, anchor, actor=call.officer.id, at=call.at)
        return Answer(200, AnchorDistrusted(anchor, admin.moment(call.at)))

    return await admin.change(request, Nothing, deed)


@post(
    "/v1/admin/trust-anchors/{anchor:str}/crls",
    status_code=200,
    operation_class=taking(content=("application/pkix-crl", "application/x-pem-file")),
    request_max_body_size=None,
    tags=["admin"],
)
async def import_crl(request: Request[Any, Any, Any], anchor: FromPath[str]) -> Response[CrlImported]:
    """Import a CRL, DER or PEM as the body; what it revokes sticks."""
    await admin.admit(request, access.ADMINS)
    content = await limits.small(request, MAX_CRL)

    def deed(call: Call) -> Answer:
        _ministry(call)
        made = crls.import_crl(call.connection, anchor, content, actor=call.officer.id, at=call.at)
        return Answer(200, CrlImported(anchor, made))

    return await admin.settle(request, content, deed)


def _ministry(call: Call) -> None:
    if call.officer.issuer != registry.ministry(call.connection):
        raise Forbidden(Why.NOT_YOURS)
