"""Trust anchors: the certification authorities that the ministry believes, each for one use."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from issuers import ledger
from issuers.admission import authority
from issuers.event import Act
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.registry import ministry
from issuers.tables import trust_anchors
from verify.trust import Use


class Revocation(StrEnum):
    """Where the revocation of an anchor's certificates is learned: from its CRLs, or from the registry alone."""

    CRL = "crl"
    REGISTRY = "registry"


def admit(
    connection: Connection, certificate: bytes, use: Use, revocation: Revocation, *, actor: str, at: datetime
) -> str:
    """Admit a CA certificate (PEM or DER) as anchor for documents or time-stamps; the id.

    Refused: CERTIFICATE_UNREADABLE, CERTIFICATE_NOT_A_CA, KEY_WEAK and its like, USE_NOT_FOR_ROLE (QR keys have no
    anchors). Conflict: ALREADY_SO (it is trusted for this use).
    """
    if use is Use.QR:
        raise Refused(Why.USE_NOT_FOR_ROLE, "use", use=use.value)
    found = authority(certificate)
    known = select(trust_anchors.c.id).where(
        trust_anchors.c.sha256 == found.sha256,
        trust_anchors.c.use == use.value,
        trust_anchors.c.distrusted_at.is_(None),
    )
    if connection.execute(known).first():
        raise Conflict(Why.ALREADY_SO, "certificate")
    body = {
        "sha256": found.sha256,
        "der": b64encode(found.der).decode(),
        "use": use.value,
        "revocation": revocation.value,
    }
    event = ledger.append(connection, Act.ANCHOR_ADMITTED, body, actor=actor, issuer=ministry(connection), at=at)
    return f"t{event.seq}"


def distrust(connection: Connection, anchor: str, *, actor: str, at: datetime) -> None:
    """Distrust an anchor from now on: it stays listed and anchors nothing. Conflict: ALREADY_SO."""
    row = connection.execute(select(trust_anchors).where(trust_anchors.c.id == anchor)).first()
    if row is None:
        raise NotThere("anchor", anchor)
    if row.distrusted_at is not None:
        raise Conflict(Why.ALREADY_SO)
    ledger.append(
        connection, Act.ANCHOR_DISTRUSTED, {"anchor": anchor}, actor=actor, issuer=ministry(connection), at=at
    )
