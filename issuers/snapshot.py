"""The slice of the registry that a document names, as one frozen TrustSnapshot.

All of it is read in one transaction, so it is one moment with one generation (P2). The number of queries depends on the
depth of the tree, never on the size of the registry, and each query goes by an index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, Row, Select, or_, select

from issuers import ledger
from issuers.admission import every_anchor
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
    Role,
    TrustSnapshot,
    Use,
    Withdrawal,
    Witness,
)


def read(source: Engine | Connection, names: Names) -> TrustSnapshot:
    """What the registry holds of these names, and nothing else of it.

    An engine is asked in a read transaction of its own; a connection's transaction is the caller's.
    """
    if isinstance(source, Engine):
        with reading(source) as connection:
            return _read(connection, names)
    return _read(source, names)


def generation(source: Engine | Connection) -> tuple[int, str]:
    """The registry's generation and ledger head, to compare with a snapshot's (P2)."""
    if isinstance(source, Engine):
        with reading(source) as connection:
            return ledger.head(connection)
    return ledger.head(source)


def _read(connection: Connection, names: Names) -> TrustSnapshot:
    number, head = ledger.head(connection)
    synthetic = bool(connection.scalar(select(registry.c.synthetic)))
    versions = _versions(connection, names)
    known = _keys(connection, names)
    offices = _appointments(connection, known)
    registrants = {version.issuer for version in versions}
    lineage = _lineage(connection, registrants | ({names.issuer} if names.issuer else set()))
    certificates = [one for key in known.values() for one in key.certificates]
    return TrustSnapshot(
        generation=number,
        ledger_head=head,
        synthetic=synthetic,
        issuers=_issuers(connection, lineage | {office.issuer for office in offices}),
        keys=known,
        appointments=offices,
        anchors=every_anchor(connection),
        intermediates=_intermediates(connection, certificates),
        versions=versions,
        withdrawals=_withdrawals(connection, names, versions),
    )


def _versions(connection: Connection, names: Names) -> tuple[RegisteredVersion, ...]:
    """Every registered version of the number that the record names, and of those that a registered file belongs to."""
    numbers = {names.number} if names.number else set()
    if names.files:
        column = transcript_witnesses.c.sha256
        files = select(transcript_witnesses.c.number).where(
            column.in_(names.files), transcript_witnesses.c.kind == "pdf"
        )
        numbers |= set(connection.scalars(files))
    if not numbers:
        return ()
    seen: dict[tuple[str, int, str], list[Witness]] = defaultdict(list)
    ordered = transcript_witnesses.c.at, transcript_witnesses.c.sha256
    for row in connection.execute(_where(transcript_witnesses.c.number, numbers).order_by(*ordered)):
        seen[row.number, row.version, row.kind].append(Witness(row.sha256, row.at))
    rows = connection.execute(
        _where(transcripts.c.number, numbers).order_by(transcripts.c.number, transcripts.c.version)
    )
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
        for row in rows
    )


def _withdrawals(connection: Connection, names: Names, versions: Iterable[RegisteredVersion]) -> tuple[Withdrawal, ...]:
    numbers = {version.number for version in versions} | ({names.number} if names.number else set())
    rows = connection.execute(_where(withdrawals.c.number, numbers).order_by(withdrawals.c.number))
    return tuple(Withdrawal(row.issuer, row.number, row.at, row.reason_code) for row in rows)


def _keys(connection: Connection, names: Names) -> dict[str, Key]:
    """The keys that are named, and every time-stamp authority's: a token may stand in any signature."""
    asked = or_(keys.c.id.in_(names.keys), keys.c.use == Use.TIMESTAMP.value)
    rows = connection.execute(select(keys).where(asked).order_by(keys.c.id)).all()
    held: dict[str, list[RegisteredCertificate]] = defaultdict(list)
    added = key_certificates.c.added_at, key_certificates.c.sha256
    for row in connection.execute(_where(key_certificates.c.key, [row.id for row in rows]).order_by(*added)):
        held[row.key].append(_certificate(row))
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
    )


def _certificate(row: Row[Any]) -> RegisteredCertificate:
    return RegisteredCertificate(
        sha256=row.sha256,
        der=row.der,
        revoked_at=row.revoked_at,
        reason=row.reason,
        invalidity_date=row.invalidity_date,
        # One that is only proposed counts like one that was accepted: from then on INDETERMINATE / REVOKED_NO_POE.
        invalid_since=_earliest(row.invalid_since, row.proposed_invalid_since),
        held_since=row.held_since,
    )


def _intermediates(connection: Connection, certificates: Iterable[RegisteredCertificate]) -> tuple[bytes, ...]:
    """The CA certificates seen when these were admitted."""
    chains = select(key_certificates.c.chain).where(key_certificates.c.sha256.in_([one.sha256 for one in certificates]))
    wanted = {sha256 for chain in connection.scalars(chains) for sha256 in chain}
    found = select(intermediates.c.der).where(intermediates.c.sha256.in_(wanted)).order_by(intermediates.c.sha256)
    return tuple(connection.scalars(found))


def _appointments(connection: Connection, known: Iterable[str]) -> tuple[Appointment, ...]:
    rows = connection.execute(_where(appointments.c.key, known).order_by(appointments.c.valid_from, appointments.c.id))
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


def _lineage(connection: Connection, codes: set[str]) -> set[str]:
    """Issuers with all that they inherit from and all that inherits from them, however far."""
    seen, frontier = set(codes), codes
    while frontier:
        linked = select(successions).where(
            or_(successions.c.predecessor.in_(frontier), successions.c.successor.in_(frontier))
        )
        frontier = {code for row in connection.execute(linked) for code in row} - seen
        seen |= frontier
    return seen


def _issuers(connection: Connection, codes: set[str]) -> dict[str, Issuer]:
    """Issuers and, in all periods of their lives, their superiors up to the ministry."""
    periods: dict[str, list[Row[Any]]] = defaultdict(list)
    seen, frontier = set(codes), codes
    while frontier:
        found = _where(issuer_periods.c.issuer, frontier).order_by(issuer_periods.c.issuer, issuer_periods.c.seq)
        rows = connection.execute(found).all()
        for row in rows:
            periods[row.issuer].append(row)
        frontier = {row.parent for row in rows if row.parent is not None} - seen
        seen |= frontier
    heirs, ancestors = defaultdict(list), defaultdict(list)
    linked = or_(successions.c.predecessor.in_(seen), successions.c.successor.in_(seen))
    for row in connection.execute(select(successions).where(linked).order_by(*successions.c)):
        heirs[row.predecessor].append(row.successor)
        ancestors[row.successor].append(row.predecessor)
    return {
        row.code: Issuer(
            code=row.code,
            kind=Kind(row.kind),
            periods=tuple(_period(one) for one in periods[row.code]),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            suspended_since=row.suspended_since,
            registers_all_since=row.registers_all_since,
            contact=row.contact,
            successors=tuple(heirs[row.code]),
            predecessors=tuple(ancestors[row.code]),
            succession_on=row.succession_on,
        )
        for row in connection.execute(_where(issuers.c.code, seen).order_by(issuers.c.code))
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


def _where(column: Column[str], values: Iterable[str]) -> Select[Any]:
    """All columns of the rows whose `column` is one of the values."""
    return select(column.table).where(column.in_([*values]))


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((one for one in instants if one is not None), default=None)
