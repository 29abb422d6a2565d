"""What admin calls answer, as types: `/schema` is made of them, so what it says of an answer is what is sent.

What is `UNSET` is left out. Instants are told in Vietnam's time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from issuers.approvals import State
from issuers.deeds import ProposalKind
from issuers.officers import OfficerRole
from issuers.register import Amendment, Result
from verify.trust import KeyState


class ProposalShown(Struct, frozen=True, kw_only=True):
    """A proposal; of an officer's, the fingerprint that is compared by phone. `made` names what its approval made."""

    id: str
    kind: ProposalKind
    issuer: str
    proposer: str
    state: State
    body: dict[str, Any]
    body_sha256: str
    facts: Any
    proposed_at: datetime
    expires_at: datetime | None
    decided_at: datetime | None
    made: dict[str, str] | None
    fingerprint: str | UnsetType = UNSET


class Proposed(Struct, frozen=True):
    """What now waits for a second pair of eyes."""

    proposal: ProposalShown


class ProposalPage(Struct, frozen=True):
    """Proposals, oldest first; `cursor` is where to go on, null at the end."""

    proposals: list[ProposalShown]
    cursor: str | None


class Approved(Struct, frozen=True, kw_only=True):
    """A proposal that was approved; the ids of what that made stand beside it too."""

    proposal: ProposalShown
    made: dict[str, str]
    issuer: str | UnsetType = UNSET
    officer: str | UnsetType = UNSET
    key: str | UnsetType = UNSET
    certificate: str | UnsetType = UNSET
    appointment: str | UnsetType = UNSET
    anchor: str | UnsetType = UNSET


class IssuerChanged(Struct, frozen=True):
    """An issuer that was changed at once."""

    issuer: str
    suspended_since: datetime | UnsetType = UNSET


class OfficerShown(Struct, frozen=True, kw_only=True):
    """An officer; nobody is shown the hash of his token."""

    id: str
    issuer: str
    name: str
    role: OfficerRole
    added_at: datetime
    valid_until: datetime | None
    withdrawn_at: datetime | None


class OfficerList(Struct, frozen=True):
    """The officers of the caller's tree."""

    officers: list[OfficerShown]


class OfficerWithdrawn(Struct, frozen=True):
    """An officer whose token was withdrawn."""

    officer: str
    withdrawn_at: datetime


class ChallengeShown(Struct, frozen=True):
    """What is to be signed: `bytes` in base64, or the page at `url`, until it expires."""

    bytes: str
    expires_at: datetime
    url: str


class KeyProposed(Struct, frozen=True):
    """A key with its challenge; `id` is the key's, or the challenge's own while nobody has shown the key."""

    id: str
    state: KeyState
    challenge: ChallengeShown


class KeyWaiting(Struct, frozen=True):
    """A key, and the proposal to activate it, or to admit it as one of the past."""

    id: str
    state: KeyState
    proposal: ProposalShown


class KeyLife(Struct, frozen=True, kw_only=True):
    """A key's state and dates; `proposals` are those that a revocation left to be decided, `proposal` the first."""

    id: str
    state: KeyState
    certificate: str | UnsetType = UNSET
    suspended_since: datetime | UnsetType = UNSET
    retired_at: datetime | UnsetType = UNSET
    revoked_at: datetime | UnsetType = UNSET
    invalid_since: datetime | UnsetType = UNSET
    proposed_invalid_since: datetime | UnsetType = UNSET
    proposal: ProposalShown | UnsetType = UNSET
    proposals: list[ProposalShown] | UnsetType = UNSET


class CertificateAdded(Struct, frozen=True):
    """A key, and the SHA-256 of the certificate that it was given."""

    id: str
    certificate: str


class AppointmentEnded(Struct, frozen=True):
    """An appointment and its end."""

    appointment: str
    until: datetime


class AnchorDistrusted(Struct, frozen=True):
    """An anchor that is believed no longer."""

    anchor: str
    distrusted_at: datetime


class CrlImported(Struct, frozen=True):
    """The SHA-256 of a CRL, and the anchor it was imported under."""

    anchor: str
    crl: str


class ItemRegistered(Struct, frozen=True):
    """What became of one item."""

    number: str
    version: int
    result: Result


class Registered(Struct, frozen=True):
    """What became of each item, in their order."""

    results: list[ItemRegistered]


class Withdrawn(Struct, frozen=True):
    """A transcript that was withdrawn."""

    number: str
    status: str


class Correction(Struct, frozen=True, kw_only=True):
    """A corrected version, with what stays inside the issuer's tree."""

    number: str
    version: int
    issuer: str
    registered_at: datetime
    amendment: Amendment
    cursor: str


class CorrectionFeed(Struct, frozen=True):
    """Corrections, oldest first; `cursor` is where to go on, null at the end."""

    amendments: list[Correction]
    cursor: str | None


class Event(Struct, frozen=True, kw_only=True):
    """One entry of the ledger, chained to the one before by `prev`."""

    seq: int
    at: datetime
    kind: str
    actor: str
    issuer: str
    prev: str
    hash: str
    body: dict[str, Any]


class EventPage(Struct, frozen=True):
    """Events, oldest first; `cursor` is where to go on, null at the end."""

    events: list[Event]
    cursor: int | None
