"""The slice of the registry that a document names, as one frozen TrustSnapshot.

All of it is read in one transaction, so it is one moment with one generation (P2). The number of queries is the same
whatever the registry holds, and each goes by an index. Who may sign is the same for all documents of one school, so a
server keeps that as long as the generation is the same (`Held`); what is registered of a transcript is always read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, Row, Select, and_, bindparam, case, or_, select, union

from issuers import ledger
from issuers.admission import every_anchor
from issuers.revoked import held_crls, listed_for, with_entries
from issuers.store import reading
from issuers.tables import (
    appointments,
    intermediates,
    issuer_periods,
    issuers,
    key_certificates,
    keys,
    registry,
    successions,
    transcript_witnesses,
    transcripts,
    withdrawals,
)
from verify.trust import (
    Appointment,
    Capacity,
    Issuer,
    Key,
    KeyState,
    Kind,
    Level,
    Names,
    Period,
    RegisteredCertificate,
    RegisteredVersion,
    RevokedCertificate,
    Role,
    TrustSnapshot,
    Use,
    Withdrawal,
    Witness,
)


def _among(column: Column[str], name: str = "asked") -> ColumnElement[bool]:
    """Whether a column is one of the values that the query is asked with."""
    return column.in_(bindparam(name, expanding=True))


AFTER_HEX = "g"
"""Sorts after every hexadecimal digit."""

# Written once: making a statement costs more than sending it.
NUMBERS = select(transcript_witnesses.c.number).where(
    _among(transcript_witnesses.c.sha256), transcript_witnesses.c.kind == "pdf"
)
WITNESSES = (
    select(transcript_witnesses)
    .where(_among(transcript_witnesses.c.number))
    .order_by(transcript_witnesses.c.at, transcript_witnesses.c.sha256)
)
VERSIONS = select(transcripts).where(_among(transcripts.c.number)).order_by(transcripts.c.number, transcripts.c.version)
WITHDRAWALS = select(withdrawals).where(_among(withdrawals.c.number)).order_by(withdrawals.c.number)
KEYS = select(keys).where(or_(_among(keys.c.id), keys.c.use == Use.TIMESTAMP.value)).order_by(keys.c.id)
CERTIFICATES = (
    select(key_certificates)
    .where(_among(key_certificates.c.key))
    .order_by(key_certificates.c.added_at, key_certificates.c.sha256)
)
INTERMEDIATES = select(intermediates.c.der).where(_among(intermediates.c.sha256)).order_by(intermediates.c.sha256)
APPOINTMENTS = (
    select(appointments).where(_among(appointments.c.key)).order_by(appointments.c.valid_from, appointments.c.id)
)


def _tree() -> Select[Any]:
    """Issuers with all periods of their lives, and in all these their superiors, up to the ministry.

    Those `named` come with all that they inherit from and all that inherits from them, however far, for a successor
    answers for what it inherited (HB-1, 8); those `appointing` with their superiors alone.
    """
    lineage = select(issuers.c.code).where(_among(issuers.c.code, "named")).cte("lineage", recursive=True)
    linked = or_(successions.c.predecessor == lineage.c.code, successions.c.successor == lineage.c.code)
    other = case(
        (successions.c.predecessor == lineage.c.code, successions.c.successor), else_=successions.c.predecessor
    )
    lineage = lineage.union(select(other).join_from(lineage, successions, linked))
    appointing = select(issuers.c.code).where(_among(issuers.c.code, "appointing"))
    first = union(select(lineage.c.code), appointing).subquery()
    tree = select(first.c.code).cte("tree", recursive=True)
    parents = select(issuer_periods.c.parent).join(tree, issuer_periods.c.issuer == tree.c.code)
    tree = tree.union(parents.where(issuer_periods.c.parent.is_not(None)))
    found = select(issuers, issuer_periods).join_from(tree, issuers, issuers.c.code == tree.c.code)
    found = found.join(issuer_periods, issuer_periods.c.issuer == issuers.c.code)
    return found.order_by(issuers.c.code, issuer_periods.c.seq)


ISSUERS = _tree()
SUCCESSIONS = (
    select(successions)
    .where(or_(_among(successions.c.predecessor), _among(successions.c.successor)))
    .order_by(*successions.c)
)


MOST_HELD = 512
"""Schools and their signers whose part of the registry is kept, about 20 KB each; then all are forgotten."""


class Held:
    """What was read of who may sign, of one generation alone: every change of the registry makes another (P2, P5).

    It is found by a digest of what was asked and of the keys' rows, which are read each time, and is the registry's
    own: nothing that was uploaded is kept (P6). Threads may share one.
    """

    def __init__(self) -> None:
        self._now: tuple[tuple[int, str], dict[bytes, TrustSnapshot]] = ((0, ""), {})

    def of(self, head: tuple[int, str]) -> dict[bytes, TrustSnapshot]:
        """What is held of the registry as of this generation and ledger head."""
        now = self._now
        if now[0] != head or len(now[1]) >= MOST_HELD:
            now = self._now = (head, {})  # who is reading an older one goes on with it, and it is forgotten
        return now[1]


def read(source: Engine | Connection, names: Names, held: Held | None = None) -> TrustSnapshot:
    """What the registry holds of these names, and nothing else of it.

    An engine is asked in a read transaction of its own; a connection's transaction is the caller's. What is `held` of
    the generation that the transaction sees is not read again.
    """
    if isinstance(source, Engine):
        with reading(source) as connection:
            return _read(connection, names, held)
    return _read(source, names, held)


def generation(source: Engine | Connection) -> tuple[int, str]:
    """The registry's generation and ledger head, to compare with a snapshot's (P2)."""
    if isinstance(source, Engine):
        with reading(source) as connection:
            return ledger.head(connection)
    return ledger.head(source)


def _read(connection: Connection, names: Names, held: Held | None) -> TrustSnapshot:
    head = ledger.head(connection)
    versions = _versions(connection, names)
    named = frozenset({version.issuer for version in versions} | ({names.issuer} if names.issuer else set()))
    known = held.of(head) if held is not None else {}
    rows = _keys(connection, names)
    said = repr([sorted(names.serials), sorted(named), [*map(tuple, rows)]])
    asked = sha256(said.encode()).digest()
    if asked not in known:
        known[asked] = _authority(connection, head, names, named, rows)
    return replace(known[asked], versions=versions, withdrawals=_withdrawals(connection, names, versions))


def _authority(
    connection: Connection, head: tuple[int, str], names: Names, named: Iterable[str], rows: Sequence[Row[Any]]
) -> TrustSnapshot:
    """Who may sign: of the keys and issuers that are named, all but the transcripts."""
    certificates = connection.execute(CERTIFICATES, {"asked": [row.id for row in rows]}).all()
    chains = {one for row in certificates for one in row.chain}
    anchors, helpers = every_anchor(connection), _intermediates(connection, chains)
    revoked = listed_for(connection, names, certificates, helpers)
    known = _told(rows, certificates, revoked, (*helpers, *(anchor.der for anchor in anchors)))
    offices = _appointments(connection, known)
    return TrustSnapshot(
        *head,
        synthetic=bool(connection.scalar(select(registry.c.synthetic))),
        issuers=_issuers(connection, set(named), {office.issuer for office in offices}),
        keys=known,
        appointments=offices,
        anchors=anchors,
        intermediates=helpers,
        crls=held_crls(connection),
        revoked=revoked,
    )


def _versions(connection: Connection, names: Names) -> tuple[RegisteredVersion, ...]:
    """Every registered version of the number that the record names, and of those that a registered file belongs to."""
    numbers = {names.number} if names.number else set()
    if names.files:
        numbers |= set(connection.scalars(NUMBERS, {"asked": [*names.files]}))
    if not numbers:
        return ()
    seen: dict[tuple[str, int, str], list[Witness]] = defaultdict(list)
    for row in connection.execute(WITNESSES, {"asked": [*numbers]}):
        seen[row.number, row.version, row.kind].append(Witness(row.sha256, row.at))
    return tuple(
        RegisteredVersion(
            issuer=row.issuer,
            number=row.number,
            version=row.version,
            record_digest=row.record_digest,
            level=Level(row.level),
            issued_on=row.issued_on,
            registered_at=row.registered_at,
            pdfs=tuple(seen[row.number, row.version, "pdf"]),
            qrs=tuple(seen[row.number, row.version, "qr"]),
            reason_code=row.reason_code,
        )
        for row in connection.execute(VERSIONS, {"asked": [*numbers]})
    )


def _withdrawals(connection: Connection, names: Names, versions: Iterable[RegisteredVersion]) -> tuple[Withdrawal, ...]:
    numbers = {version.number for version in versions} | ({names.number} if names.number else set())
    rows = connection.execute(WITHDRAWALS, {"asked": [*numbers]}) if numbers else ()
    return tuple(Withdrawal(row.issuer, row.number, row.at, row.reason_code) for row in rows)


def _keys(connection: Connection, names: Names) -> Sequence[Row[Any]]:
    """The keys that are named, and every time-stamp authority's: a token may stand in any signature."""
    return connection.execute(KEYS, {"asked": [*names.keys, *_of_codes(connection, names)]}).all()


def _of_codes(connection: Connection, names: Names) -> Iterable[str]:
    """The keys that QR codes name by the beginning of their identity: ranges of the primary key."""
    if not names.kids:
        return ()
    ranges = [and_(keys.c.id >= kid, keys.c.id < kid + AFTER_HEX) for kid in sorted(names.kids)]
    return connection.scalars(select(keys.c.id).where(or_(*ranges)))


def _told(
    rows: Iterable[Row[Any]],
    certificates: Iterable[Row[Any]],
    revoked: Sequence[RevokedCertificate],
    authorities: Sequence[bytes],
) -> dict[str, Key]:
    """The keys with their certificates, and of these what officers and CRLs have told."""
    held: dict[str, list[RegisteredCertificate]] = defaultdict(list)
    for row in certificates:
        held[row.key].append(with_entries(_certificate(row), revoked, authorities))
    return {row.id: _key(row, held[row.id]) for row in rows}


def _key(row: Row[Any], certificates: Sequence[RegisteredCertificate]) -> Key:
    return Key(
        id=row.id,
        use=Use(row.use),
        holder=row.holder,
        state=KeyState(row.state),
        admitted=row.admitted_at is not None,
        historical=row.historical,
        suspended_since=row.suspended_since,
        retired_at=row.retired_at,
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        invalid_since=row.invalid_since,
        proposed_invalid_since=row.proposed_invalid_since,
        certificates=tuple(certificates),
        spki=row.spki,
    )


def _certificate(row: Row[Any]) -> RegisteredCertificate:
    return RegisteredCertificate(
        sha256=row.sha256,
        der=row.der,
        revoked_at=row.revoked_at,
        reason=row.reason,
        invalid_since=row.invalid_since,
        proposed_invalid_since=row.proposed_invalid_since,
    )


def _intermediates(connection: Connection, wanted: set[str]) -> tuple[bytes, ...]:
    return tuple(connection.scalars(INTERMEDIATES, {"asked": [*wanted]}))


def _appointments(connection: Connection, known: Iterable[str]) -> tuple[Appointment, ...]:
    rows = connection.execute(APPOINTMENTS, {"asked": [*known]})
    return tuple(
        Appointment(
            id=row.id,
            key=row.key,
            issuer=row.issuer,
            role=Role(row.role),
            capacity=Capacity(row.capacity),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            levels=None if row.levels is None else frozenset(map(Level, row.levels)),
            decision_no=row.decision_no,
        )
        for row in rows
    )


def _issuers(connection: Connection, named: set[str], appointing: set[str]) -> dict[str, Issuer]:
    lives: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(ISSUERS, {"named": [*named], "appointing": [*appointing]}):
        lives[row.code].append(row)
    heirs, ancestors = defaultdict(list), defaultdict(list)
    for row in connection.execute(SUCCESSIONS, {"asked": [*lives]}):
        heirs[row.predecessor].append(row.successor)
        ancestors[row.successor].append(row.predecessor)
    return {
        code: Issuer(
            code=code,
            kind=Kind(periods[0].kind),
            periods=tuple(_period(one) for one in periods),
            valid_from=periods[0].valid_from,
            valid_until=periods[0].valid_until,
            suspended_since=periods[0].suspended_since,
            registers_all_since=periods[0].registers_all_since,
            contact=periods[0].contact,
            successors=tuple(heirs[code]),
            predecessors=tuple(ancestors[code]),
            succession_on=periods[0].succession_on,
        )
        for code, periods in lives.items()
    }


def _period(row: Row[Any]) -> Period:
    return Period(
        since=row.since,
        until=row.until,
        name=row.name,
        parent=row.parent,
        levels=None if row.levels is None else frozenset(map(Level, row.levels)),
        roles=None if row.roles is None else frozenset(map(Role, row.roles)),
        territory=None if row.territory is None else frozenset(row.territory),
    )
