"""Certificates of registered keys: renewal, and their revocation, which touches the key only for compromise."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from issuers import keys as key_life
from issuers import ledger
from issuers.admission import certified, read
from issuers.event import Act
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.revocations import Reason, Revocation, revoked
from issuers.tables import key_certificates, stamp
from verify.trust import KeyState, Use

RENEWABLE = frozenset({KeyState.PROPOSED, KeyState.PROVEN, KeyState.ACTIVE, KeyState.SUSPENDED, KeyState.RETIRED})


def add(
    connection: Connection, key: str, certificate: bytes, chain: tuple[bytes, ...] = (), *, actor: str, at: datetime
) -> str:
    """Add a certificate to a known key: its renewal, or an older one that it signed under; the SHA-256.

    Refused: CERTIFICATE_OF_ANOTHER_KEY, and all of `admission.certified`, as of now, or of the nearest moment at which
    the certificate was or will be in force. Conflict: KEY_STATE, ALREADY_SO.
    """
    row = key_life.find(connection, key)
    if row.state not in RENEWABLE:
        raise Conflict(Why.KEY_STATE, key=key, state=row.state)
    signer, *helpers = read(certificate, *chain)
    if signer.key != key:
        raise Refused(Why.CERTIFICATE_OF_ANOTHER_KEY, "certificate")
    if connection.execute(select(key_certificates.c.sha256).where(key_certificates.c.sha256 == signer.sha256)).first():
        raise Conflict(Why.ALREADY_SO, "certificate")
    moment = signer.since if not signer.since <= at < signer.until else at
    body = {"key": key, "certificate": certified(connection, signer, helpers, Use(row.use), moment)}
    ledger.append(connection, Act.CERTIFICATE_ADDED, body, actor=actor, issuer=row.issuer, at=at)
    return signer.sha256


def revoke(
    connection: Connection,
    sha256: str,
    reason: Reason,
    *,
    invalid_since: datetime | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Revoke a certificate from now on, or tighten its revocation, as `keys.revoke` does a key.

    For keyCompromise the key goes with it: revoked, or rejected if it was never active, and refused for ever.
    """
    row = _find(connection, sha256)
    key = key_life.find(connection, row.key)
    before = Revocation(row.revoked_at, row.reason, row.invalid_since, row.proposed_invalid_since)
    body = {"certificate": sha256, **revoked(before, reason, invalid_since, at=at)}
    ledger.append(connection, Act.CERTIFICATE_REVOKED, body, actor=actor, issuer=key.issuer, at=at)
    if reason is not Reason.KEY_COMPROMISE:
        return
    if KeyState(key.state) in key_life.TRANSITIONS[key_life.Step.REVOKE]:
        # The key's own revocation may be as strict already, in its date, its reason, or both.
        with suppress(Conflict):
            since = _before(invalid_since, key.revoked_at, key.invalid_since, key.proposed_invalid_since)
            key_life.revoke(connection, row.key, reason, invalid_since=since, actor=actor, at=at)
    elif KeyState(key.state) in key_life.TRANSITIONS[key_life.Step.REJECT]:
        key_life.reject(connection, row.key, actor=actor, at=at)


def decide_invalid_since(connection: Connection, sha256: str, *, accepted: bool, actor: str, at: datetime) -> None:
    """Accept or reject the earlier `invalid_since` that a certificate's revocation proposed."""
    row = _find(connection, sha256)
    if row.proposed_invalid_since is None:
        raise Conflict(Why.NOTHING_PROPOSED, certificate=sha256)
    body = {"certificate": sha256, "accepted": accepted, "invalid_since": stamp(row.proposed_invalid_since)}
    issuer = key_life.find(connection, row.key).issuer
    ledger.append(connection, Act.CERTIFICATE_INVALIDITY_DECIDED, body, actor=actor, issuer=issuer, at=at)


def _before(since: datetime | None, *bounds: datetime | None) -> datetime | None:
    """`since` if it is earlier than every bound that there is."""
    return since if since is not None and all(bound is None or since < bound for bound in bounds) else None


def _find(connection: Connection, sha256: str) -> Row[Any]:
    row = connection.execute(select(key_certificates).where(key_certificates.c.sha256 == sha256)).first()
    if row is None:
        raise NotThere("certificate", sha256)
    return row
