"""The register of transcripts: versions, corrections, withdrawals; no pupil data (HB-1, 9).

An entry is evidence: its instant proves that the file whose hash it names existed. So nothing in it ever changes, and a
further hash under the same record comes with an instant of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from issuers import ledger
from issuers.event import Act
from issuers.refusals import Conflict, NotThere, Refused, Why
from issuers.registry import MAX_TEXT
from issuers.scope import Standing, in_force, standing
from issuers.tables import issuers, successions, transcript_witnesses, transcripts, withdrawals
from verify.trust import Kind, Level

MAX_ITEMS = 10_000
"""Items of one call (the contract's bound): one transaction of about a second, one event of about 4 MB."""

MAX_VERSION = 65_535
"""What a QR can name."""

CHUNK = 1_000
"""Numbers asked for in one query: SQLite takes 32,766 parameters, and a longer text is no faster."""

NUMBER = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
"""80 bits in Crockford's base32 as stored: upper case, no I L O U, no hyphens; how it is printed is the edge's."""

SHA256 = re.compile(r"[0-9a-f]{64}")


class AmendmentReason(StrEnum):
    """Why a version was corrected."""

    ENTRY_ERROR = "entry_error"
    REASSESSMENT = "reassessment"
    IDENTITY_CORRECTED = "identity_corrected"
    COURT_OR_INSPECTION = "court_or_inspection"
    OTHER = "other"


class WithdrawalReason(StrEnum):
    """Why a transcript was withdrawn."""

    ISSUED_IN_ERROR = "issued_in_error"
    FRAUD = "fraud"
    COURT_OR_INSPECTION = "court_or_inspection"
    OTHER = "other"


class Result(StrEnum):
    """What became of an item."""

    REGISTERED = "registered"
    WITNESSED = "witnessed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Amendment:
    """Why a version above 1 replaces the one before (HB-1, 9).

    `reason`, `requested_by` and `confirmed_by` stay inside the issuer's tree; `reported_to` is the code of the superior
    that it was reported to.
    """

    reason_code: AmendmentReason
    reason: str
    requested_by: str
    confirmed_by: str
    reported_to: str
    decision_no: str
    on: date


@dataclass(frozen=True, slots=True)
class Item:
    """One version of one transcript to register; digests in lower-case hex."""

    number: str
    version: int
    record_digest: str
    level: Level
    issued_on: date
    pdf_sha256: str | None = None
    qr_sha256: str | None = None
    amendment: Amendment | None = None


def register(connection: Connection, issuer: str, items: Sequence[Item], *, actor: str, at: datetime) -> list[Result]:
    """Register what a school has signed, all or nothing, in one event; what became of each item, in its order.

    An item at fault is named `items[row]`. Refused: ITEMS_TOO_MANY, MALFORMED, ITEM_REPEATED, AMENDMENT_MISSING (a
    version above 1 says why, by law), AMENDMENT_UNASKED, UNKNOWN_ISSUER, ROLE_NOT_FOR_KIND (schools alone issue
    transcripts). Conflict: ISSUER_ENDED, ISSUER_SUSPENDED, NUMBER_OF_ANOTHER, WITHDRAWN, ITEM_DIFFERS.
    """
    school = standing(connection, issuer, at=at)
    if school.kind is not Kind.SCHOOL:
        raise Refused(Why.ROLE_NOT_FOR_KIND, "issuer", kind=school.kind.value)
    in_force(school, at)
    if school.suspended:
        raise Conflict(Why.ISSUER_SUSPENDED, "issuer", issuer=issuer)
    _judge(items, school)
    known = _Known(connection, issuer, [item.number for item in items], at)
    versions: list[dict[str, Any]] = []
    witnesses: list[dict[str, Any]] = []
    results = []
    for row, item in enumerate(items):
        entry = known.versions.get((item.number, item.version))
        fresh = [
            {"number": item.number, "version": item.version, "kind": kind, "sha256": digest}
            for kind, digest in (("pdf", item.pdf_sha256), ("qr", item.qr_sha256))
            if digest is not None and (item.number, item.version, kind, digest) not in known.witnesses
        ]
        if entry is not None and not _agree(entry, item):
            raise Conflict(Why.ITEM_DIFFERS, f"items[{row}]", number=item.number, version=item.version)
        if entry is not None and not fresh:
            results.append(Result.UNCHANGED)
            continue
        known.judge(row, item.number)
        if entry is None:
            versions.append(_version(item))
        witnesses.extend(fresh)
        results.append(Result.REGISTERED if entry is None else Result.WITNESSED)
    if versions or witnesses:
        body = {"versions": versions, "witnesses": witnesses}
        ledger.append(connection, Act.TRANSCRIPTS_REGISTERED, body, actor=actor, issuer=issuer, at=at)
    return results


def withdraw(
    connection: Connection,
    issuer: str,
    number: str,
    reason_code: WithdrawalReason,
    *,
    reason: str = "",
    decision_no: str = "",
    actor: str,
    at: datetime,
) -> None:
    """Withdraw a transcript in all its versions, for good, by the issuer that owns its number.

    `reason` stays inside the issuer's tree. Refused: MALFORMED, UNKNOWN_ISSUER. Conflict: NUMBER_OF_ANOTHER, WITHDRAWN.
    `NotThere`: nobody registered the number; who wants to withdraw what it never registered, registers it first.
    """
    standing(connection, issuer)
    for field, text in (("reason", reason), ("decision_no", decision_no)):
        if len(text) > MAX_TEXT or not text.isprintable():
            raise Refused(Why.MALFORMED, field)
    known = _Known(connection, issuer, [number], at)
    if number not in known.registrants:
        raise NotThere("number", number)
    known.judge(None, number)
    body = {"number": number, "reason_code": reason_code.value, "reason": reason, "decision_no": decision_no}
    ledger.append(connection, Act.TRANSCRIPT_WITHDRAWN, body, actor=actor, issuer=issuer, at=at)


class _Known:
    """What the register holds of some numbers, as an issuer finds it."""

    def __init__(self, connection: Connection, issuer: str, numbers: Sequence[str], at: datetime) -> None:
        self._inherited = {issuer, *_predecessors(connection, issuer, at)}
        self.versions: dict[tuple[str, int], Row[Any]] = {}
        self.witnesses: set[tuple[str, int, str, str]] = set()
        self.registrants: dict[str, set[str]] = {}
        self._withdrawn: set[str] = set()
        for start in range(0, len(numbers), CHUNK):
            chunk = numbers[start : start + CHUNK]
            for row in connection.execute(select(transcripts).where(transcripts.c.number.in_(chunk))):
                self.versions[row.number, row.version] = row
                self.registrants.setdefault(row.number, set()).add(row.issuer)
            witnesses = select(transcript_witnesses).where(transcript_witnesses.c.number.in_(chunk))
            self.witnesses |= {(row.number, row.version, row.kind, row.sha256) for row in connection.execute(witnesses)}
            self._withdrawn |= set(
                connection.scalars(select(withdrawals.c.number).where(withdrawals.c.number.in_(chunk)))
            )

    def judge(self, row: int | None, number: str) -> None:
        """Whether the issuer may add to a number.

        It is its first registrant's, then a successor's; of several successors that of the first to register, for the
        others do not inherit from it.
        """
        field = "number" if row is None else f"items[{row}]"
        if not self.registrants.get(number, set()) <= self._inherited:
            raise Conflict(Why.NUMBER_OF_ANOTHER, field, number=number)
        if number in self._withdrawn:
            raise Conflict(Why.WITHDRAWN, field, number=number)


def _predecessors(connection: Connection, issuer: str, at: datetime) -> Iterator[str]:
    """All issuers that this one inherits from, however far back, each from the day of its succession on."""
    seen = {issuer}
    frontier = [issuer]
    while frontier:
        rows = connection.scalars(
            select(successions.c.predecessor)
            .join(issuers, issuers.c.code == successions.c.predecessor)
            .where(successions.c.successor.in_(frontier), issuers.c.succession_on <= at)
            .distinct()
        )
        frontier = [code for code in rows if code not in seen]
        seen.update(frontier)
        yield from frontier


def _judge(items: Sequence[Item], school: Standing) -> None:
    if len(items) > MAX_ITEMS:
        raise Refused(Why.ITEMS_TOO_MANY, "items", limit=MAX_ITEMS)
    seen: set[tuple[str, int]] = set()
    for row, item in enumerate(items):
        fault = _fault(item)
        if fault:
            raise Refused(Why.MALFORMED, f"items[{row}].{fault}")
        if (item.number, item.version) in seen:
            raise Refused(Why.ITEM_REPEATED, f"items[{row}]", number=item.number, version=item.version)
        seen.add((item.number, item.version))
        if item.amendment is None and item.version > 1:
            raise Refused(Why.AMENDMENT_MISSING, f"items[{row}].amendment")
        if item.amendment is not None:
            if item.version == 1:
                raise Refused(Why.AMENDMENT_UNASKED, f"items[{row}].amendment")
            if item.amendment.reported_to not in school.superiors:
                raise Refused(Why.UNKNOWN_ISSUER, f"items[{row}].amendment.reported_to")


def _fault(item: Item) -> str:
    """The first malformed field of an item, or ""."""
    digests = {"record_digest": item.record_digest, "pdf_sha256": item.pdf_sha256, "qr_sha256": item.qr_sha256}
    if not NUMBER.fullmatch(item.number):
        return "number"
    if not 1 <= item.version <= MAX_VERSION:
        return "version"
    for field, digest in digests.items():
        if digest is not None and not SHA256.fullmatch(digest):
            return field
    if item.amendment is not None:
        for field in ("reason", "requested_by", "confirmed_by", "decision_no"):
            text = getattr(item.amendment, field)
            if not text.strip() or len(text) > MAX_TEXT or not text.isprintable():
                return f"amendment.{field}"
    return ""


def _agree(entry: Row[Any], item: Item) -> bool:
    said = (entry.record_digest, entry.level, entry.issued_on, entry.amendment)
    return bool(said == (item.record_digest, item.level, item.issued_on, _amendment(item.amendment)))


def _version(item: Item) -> dict[str, Any]:
    """An item as an event's body keeps it; its hashes are witnesses, kept apart."""
    amendment = {} if item.amendment is None else {"amendment": _amendment(item.amendment)}
    return {
        "number": item.number,
        "version": item.version,
        "record_digest": item.record_digest,
        "level": item.level.value,
        "issued_on": item.issued_on.isoformat(),
        **amendment,
    }


def _amendment(amendment: Amendment | None) -> dict[str, str] | None:
    return None if amendment is None else {**asdict(amendment), "on": amendment.on.isoformat()}
