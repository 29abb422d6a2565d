"""How a change is turned down: a code, the field at fault, facts; never a sentence.

Four classes and no more, as HTTP tells them apart: content (422), state (409), not yours (403), not there (404).
Sentences are made at the edge (`gateway/refusal_words.py`); codes are compared, messages never.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Why(StrEnum):
    """Every reason for which a writer of `issuers/` says no."""

    # Content: the request can never succeed as it stands.
    AMENDMENT_MISSING = "amendment_missing"
    AMENDMENT_UNASKED = "amendment_unasked"
    BODY_UNREADABLE = "body_unreadable"
    CAPACITY_NOT_FOR_ROLE = "capacity_not_for_role"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_IS_CA = "certificate_is_ca"
    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_NOT_A_CA = "certificate_not_a_ca"
    CERTIFICATE_OF_ANOTHER_KEY = "certificate_of_another_key"
    CERTIFICATE_OUTSIDE_INTERVAL = "certificate_outside_interval"
    CERTIFICATE_UNREADABLE = "certificate_unreadable"
    CHAIN_TOO_LONG = "chain_too_long"
    CHALLENGE_OF_ANOTHER = "challenge_of_another"
    CHILD_OF_ANOTHER = "child_of_another"
    CHILD_WITHOUT_PARENT = "child_without_parent"
    CRL_INDIRECT = "crl_indirect"
    CRL_OF_THE_FUTURE = "crl_of_the_future"
    CRL_SIGNER_UNKNOWN = "crl_signer_unknown"
    CRL_TOO_LARGE = "crl_too_large"
    CRL_UNREADABLE = "crl_unreadable"
    DATES_REVERSED = "dates_reversed"
    DECISION_MISSING = "decision_missing"
    EFFECT_IN_THE_PAST = "effect_in_the_past"
    HOLDER_MISSING = "holder_missing"
    IDEMPOTENCY_REUSED = "idempotency_reused"
    INTERVAL_NOT_PAST = "interval_not_past"
    INVALID_SINCE_LATE = "invalid_since_late"
    ITEM_REPEATED = "item_repeated"
    ITEMS_TOO_MANY = "items_too_many"
    KEY_ENCODING = "key_encoding"
    KEY_KIND = "key_kind"
    KEY_TOO_LARGE = "key_too_large"
    KEY_UNREADABLE = "key_unreadable"
    KEY_USAGE = "key_usage"
    KEY_WEAK = "key_weak"
    KIND_NOT_UNDER_PARENT = "kind_not_under_parent"
    MALFORMED = "malformed"
    MINISTRY_STAYS = "ministry_stays"
    NO_PATH_TO_ANCHOR = "no_path_to_anchor"
    PROOF_WRONG = "proof_wrong"
    REASON_NOT_FOR_THIS = "reason_not_for_this"
    ROLE_NOT_FOR_KIND = "role_not_for_kind"
    SCOPE_TOO_WIDE = "scope_too_wide"
    SIGNATURE_WEAK = "signature_weak"
    UNKNOWN_FIELD = "unknown_field"
    SUCCESSOR_NOT_OF_KIND = "successor_not_of_kind"
    SUCCESSION_NAMELESS = "succession_nameless"
    SUCCESSORS_NUMBER = "successors_number"
    UNKNOWN_ISSUER = "unknown_issuer"
    USE_NOT_FOR_ROLE = "use_not_for_role"

    # State: as things stand, no; things may change.
    ALREADY_SO = "already_so"
    ANCHOR_DISTRUSTED = "anchor_distrusted"
    BODY_CHANGED = "body_changed"
    CHALLENGE_EXPIRED = "challenge_expired"
    FACTS_CHANGED = "facts_changed"
    INTERVAL_NOT_SHORTER = "interval_not_shorter"
    ISSUER_ENDED = "issuer_ended"
    ISSUER_EXISTS = "issuer_exists"
    ISSUER_SUSPENDED = "issuer_suspended"
    ITEM_DIFFERS = "item_differs"
    KEY_COMPROMISED = "key_compromised"
    KEY_KNOWN = "key_known"
    KEY_OF_ANOTHER_KIND = "key_of_another_kind"
    KEY_SHARED = "key_shared"
    KEY_STATE = "key_state"
    KID_TAKEN = "kid_taken"
    NOTHING_PROPOSED = "nothing_proposed"
    NUMBER_OF_ANOTHER = "number_of_another"
    PROPOSAL_DECIDED = "proposal_decided"
    PROPOSAL_EXPIRED = "proposal_expired"
    PROPOSER_GONE = "proposer_gone"
    REGISTRY_EXISTS = "registry_exists"
    REVOCATION_STANDS = "revocation_stands"
    SUCCESSION_PENDING = "succession_pending"
    TOKEN_KNOWN = "token_known"  # noqa: S105 - a reason, no token
    WITHDRAWN = "withdrawn"

    # Not for this caller, though he may see it.
    BROUGHT_IN = "brought_in"
    NOT_SUPERIOR = "not_superior"
    NOT_YOURS = "not_yours"
    OWN_PROPOSAL = "own_proposal"
    ROLE_INSUFFICIENT = "role_insufficient"
    TOKEN_SUSPENDED = "token_suspended"  # noqa: S105 - a reason, no token

    # Not there, or not for the caller to see.
    NOT_THERE = "not_there"


class Refusal(Exception):  # noqa: N818 - a refusal of the request, answered with its code, not an error of the program
    """A change that was not made: nothing of it was written.

    `field` names the field at fault ("" if none), for a list with its row (`items[17].level`); `facts` are plain values
    for the sentence at the edge.
    """

    def __init__(self, why: Why, field: str = "", **facts: str | int | None) -> None:
        super().__init__(why.value, field, facts)
        self.why = why
        self.field = field
        self.facts: Mapping[str, str | int | None] = facts


class Refused(Refusal):
    """The content is wrong, whatever the state: 422."""


class Conflict(Refusal):
    """The state does not allow it: 409."""


class Forbidden(Refusal):
    """Whoever asks may see it, and may not do it: 403."""


class NotThere(Refusal):
    """What the change is about does not exist: 404."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(Why.NOT_THERE, field, value=value)
