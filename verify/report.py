"""What the engine says: findings, conclusions, one verdict, one report.

Findings are codes and facts; sentences in Vietnamese and English are made at the edge (`gateway/wording.py`), never
here. Indications and sub-indications are those of ETSI EN 319 102-1; the `HB_` ones are ours, where it has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn


class Indication(StrEnum):
    """EN 319 102-1, 5.1.3, the worst first."""

    TOTAL_FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_PASSED = "TOTAL-PASSED"


class Sub(StrEnum):
    """Sub-indications, the worst first: the order of HB-1 section 2.

    An enumeration lists each once: those of TOTAL-FAILED come in the order of its sentence "From signatures", those of
    INDETERMINATE in the order of its sentence "Of several INDETERMINATE answers"; the last is HB-1-legacy's.
    """

    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    FORMAT_FAILURE = "FORMAT_FAILURE"
    HB_NOT_APPOINTED = "HB_NOT_APPOINTED"
    NOT_YET_VALID = "NOT_YET_VALID"
    REVOKED = "REVOKED"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    CUSTOM = "CUSTOM"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    HB_NOT_APPOINTED_AT_TIME = "HB_NOT_APPOINTED_AT_TIME"
    TRY_LATER = "TRY_LATER"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"


class Reason(StrEnum):
    """Reason codes in the order of the table of HB-1 section 2; reports keep this order."""

    NO_SIGNATURE = "NO_SIGNATURE"
    SIGNATURE_BROKEN = "SIGNATURE_BROKEN"
    MODIFIED_AFTER_SIGNING = "MODIFIED_AFTER_SIGNING"
    ISSUER_MISMATCH = "ISSUER_MISMATCH"
    TRANSCRIPT_WITHDRAWN = "TRANSCRIPT_WITHDRAWN"
    REGISTER_MISMATCH = "REGISTER_MISMATCH"
    QR_MISMATCH = "QR_MISMATCH"
    QR_BROKEN = "QR_BROKEN"
    WEAK_ALGORITHM = "WEAK_ALGORITHM"
    RECORD_INCONSISTENT = "RECORD_INCONSISTENT"
    UNKNOWN_ISSUER = "UNKNOWN_ISSUER"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    ROLE_MISSING = "ROLE_MISSING"
    NO_PROOF_OF_EXISTENCE = "NO_PROOF_OF_EXISTENCE"
    KEY_SUSPENDED = "KEY_SUSPENDED"
    ISSUER_SUSPENDED = "ISSUER_SUSPENDED"
    NOT_REGISTERED = "NOT_REGISTERED"
    NOT_IDENTIFIED = "NOT_IDENTIFIED"
    STALE_DATA = "STALE_DATA"
    ACTIVE_CONTENT = "ACTIVE_CONTENT"
    NO_QR_FOUND = "NO_QR_FOUND"
    QR_INCOMPLETE = "QR_INCOMPLETE"
    CANNOT_BE_JUDGED = "CANNOT_BE_JUDGED"
    KEY_REVOKED = "KEY_REVOKED"
    NOT_AUTHORISED_AT_TIME = "NOT_AUTHORISED_AT_TIME"
    TRANSCRIPT_SUPERSEDED = "TRANSCRIPT_SUPERSEDED"
    QR_ONLY = "QR_ONLY"
    QR_FOREIGN_HOST = "QR_FOREIGN_HOST"
    APPEARANCE_ADDED = "APPEARANCE_ADDED"
    UNREGISTERED = "UNREGISTERED"
    SCORES_DISAGREE = "SCORES_DISAGREE"


class Verdict(StrEnum):
    """May I accept this? The worst first."""

    INVALID = "invalid"
    INDETERMINATE = "indeterminate"
    SUPERSEDED = "superseded"
    VALID = "valid"


class Outcome(StrEnum):
    """What one check found."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"
    NOTED = "noted"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: a code (a sub-indication, a reason code, or "") and the facts it rests on.

    `facts` holds plain JSON values and nothing of a pupil: codes, identifiers of keys and issuers, instants.
    """

    check: str
    outcome: Outcome
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What all checks together say of one signature.

    Raises ValueError for an empty list of findings: nothing checked is a failure, never a pass.
    """

    indication: Indication
    sub: Sub | None
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        if not self.findings:
            raise ValueError("a conclusion without findings: nothing was checked")
        if (self.sub is None) != (self.indication is Indication.TOTAL_PASSED):
            raise ValueError(f"{self.indication} with sub-indication {self.sub}")

    def __bool__(self) -> NoReturn:
        raise TypeError("a conclusion is neither true nor false: read its indication")


@dataclass(frozen=True, slots=True)
class JudgedSignature:
    """One signature with its conclusion and what a reader is shown of it.

    `signer` is the holder that the registry names (never a name out of a certificate); `proof` is `timestamp`,
    `register` or `none`, `proven_at` the instant T_poe; `claimed_at` what the file claims, shown and never trusted.
    """

    field: str
    role: str | None
    capacity: str | None
    counts: bool
    taken: bool
    signer: str | None
    issuer: str | None
    key: str | None
    proven_at: datetime | None
    proof: str
    claimed_at: datetime | None
    conclusion: Conclusion


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is known of the transcript a report is about.

    `status` is current, superseded, withdrawn or unregistered; `history` the registered versions as
    (version, issued_on, reason_code), oldest first; `record` the signed record, `claims`
    those of a QR code that was judged alone, where a signature stands for them.
    """

    number: str | None
    version: int | None
    status: str
    issuer: str | None
    issuer_name: str | None
    contact: str
    superseded_by: int | None = None
    history: tuple[tuple[int, str, str | None], ...] = ()
    record: Mapping[str, Any] | None = None
    claims: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The one answer to one document.

    Same bytes, registry generation, policy and time: same report. `findings` are those about the document as a whole.
    A report is not a boolean: `bool(report)` raises, so that no caller mistakes "there is a report" for "valid".
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    signatures: tuple[JudgedSignature, ...]
    findings: tuple[Finding, ...]
    transcript: Transcript | None
    policy: str
    at: datetime
    generation: int
    ledger_head: str
    kind: str
    sha256: str
    size: int
    synthetic: bool = False

    def __bool__(self) -> NoReturn:
        raise TypeError("a report is neither true nor false: read its verdict")
