"""One change, as the ledger keeps it: canonical, hashed, and naming the event before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from issuers.tables import canonical

GENESIS = "0" * 64
"""What the first event names as its predecessor."""


class Act(StrEnum):
    """Every kind of event. A kind, once written to a ledger, keeps its meaning for ever: replay depends on it."""

    REGISTRY_INITIALISED = "registry_initialised"
    ISSUER_ENROLLED = "issuer_enrolled"
    ISSUER_CHANGED = "issuer_changed"
    ISSUER_SUSPENDED = "issuer_suspended"
    ISSUER_SUSPENSION_LIFTED = "issuer_suspension_lifted"
    ISSUER_SUCCEEDED = "issuer_succeeded"
    OFFICER_ADDED = "officer_added"
    OFFICER_WITHDRAWN = "officer_withdrawn"
    ANCHOR_ADMITTED = "anchor_admitted"
    ANCHOR_DISTRUSTED = "anchor_distrusted"
    CRL_IMPORTED = "crl_imported"
    KEY_PROPOSED = "key_proposed"
    KEY_PROVEN = "key_proven"
    KEY_ACTIVATED = "key_activated"
    HISTORICAL_KEY_ADMITTED = "historical_key_admitted"
    KEY_REJECTED = "key_rejected"
    KEY_EXPIRED = "key_expired"
    KEY_SUSPENDED = "key_suspended"
    KEY_SUSPENSION_LIFTED = "key_suspension_lifted"
    KEY_RETIRED = "key_retired"
    KEY_REVOKED = "key_revoked"
    KEY_INVALIDITY_DECIDED = "key_invalidity_decided"
    APPOINTMENT_MADE = "appointment_made"
    APPOINTMENT_ENDED = "appointment_ended"
    CERTIFICATE_ADDED = "certificate_added"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_INVALIDITY_DECIDED = "certificate_invalidity_decided"
    TRANSCRIPTS_REGISTERED = "transcripts_registered"
    TRANSCRIPT_WITHDRAWN = "transcript_withdrawn"
    PROPOSAL_MADE = "proposal_made"
    PROPOSAL_APPROVED = "proposal_approved"
    PROPOSAL_REJECTED = "proposal_rejected"
    PROPOSAL_LAPSED = "proposal_lapsed"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the ledger.

    `issuer` is the issuer concerned, `actor` the officer (or `host`), `body` plain JSON: all that its rows need.
    """

    seq: int
    at: datetime
    kind: Act
    actor: str
    issuer: str
    body: Mapping[str, Any]
    prev: str
    hash: str


def link(*, seq: int, at: str, kind: str, actor: str, issuer: str, body: str, prev: str) -> str:
    """The hash of an event, over the RFC 8785 form of its fields.

    `at` and `body` are the texts that are stored. The body enters by its own SHA-256: whoever may not read a body
    (HB-1, 9) can follow the chain past it all the same, and a bulk call's 10,000 items are made canonical once.
    """
    digest = sha256(body.encode()).hexdigest()
    entry = {
        "actor": actor,
        "at": at,
        "body_sha256": digest,
        "issuer": issuer,
        "kind": kind,
        "prev": prev,
        "seq": seq,
    }
    return sha256(canonical(entry).encode()).hexdigest()
