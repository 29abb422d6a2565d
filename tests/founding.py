"""A small registry for tests: a ministry, a department, two schools, one CA, and keys for whoever a test appoints.

Its files are real SQLite files, copied from one that is founded once a process; keys are made once a process too.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, Engine, Table, select

from issuers import anchors, certification, keys, registry, store
from issuers.admission import Candidate
from issuers.appointments import Office
from issuers.kit import PrivateKey
from issuers.refusals import Refusal, Why
from issuers.register import Item
from verify.trust import Kind, Level, Role, Use

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
FOUNDED = NOW - 1000 * DAY
APPOINTED = NOW - 500 * DAY

MINISTRY, DEPARTMENT, SCHOOL, OTHER = "MOET", "SO-97", "97000701", "97000903"
HOST = "host"


@cache
def ca(name: str = "CA") -> certification.Authority:
    return certification.authority(name, certification.p256_key(), NOW)


@cache
def private(name: str) -> PrivateKey:
    """The key of whoever bears this name; a name that begins with "rsa" holds RSA, with "ed" Ed25519, else P-256."""
    if name.startswith("rsa"):
        return certification.rsa_key()
    return certification.ed25519_key() if name.startswith("ed") else certification.p256_key()


def der(certificate: Any) -> bytes:  # noqa: ANN401 - a certificate, or a request
    return bytes(certificate.public_bytes(Encoding.DER))


def certificate(name: str, *, time_stamps: bool = False, renewal: int = 0) -> bytes:
    """A certificate for whoever bears this name, by the CA; one for each `renewal`."""
    return _certificate(name, time_stamps, renewal)


@cache
def _certificate(name: str, time_stamps: bool, renewal: int) -> bytes:  # noqa: ARG001, FBT001 - one for each renewal
    return der(certification.certify(ca(), name, "Trường mẫu", private(name), NOW, time_stamps=time_stamps))


def spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(name: str) -> str:
    return sha256(spki(private(name).public_key())).hexdigest()


def chain() -> tuple[bytes, ...]:
    return (der(ca().certificate),)


def by_certificate(name: str, use: Use = Use.DOCUMENT) -> Candidate:
    return Candidate(use, certificate(name, time_stamps=use is Use.TIMESTAMP), chain=chain())


def bare(name: str) -> Candidate:
    return Candidate(Use.QR, public_key=spki(private(name).public_key()))


def office(role: Role = Role.PRINCIPAL, issuer: str = SCHOOL, **changes: Any) -> Office:  # noqa: ANN401 - its fields
    return replace(Office(issuer, role, APPOINTED, decision_no="12/QĐ"), **changes)


def appointed(connection: Connection, name: str, what: Office | None = None, at: datetime = NOW) -> str:
    """Bring a key all the way to `active`; its id."""
    what = what or office()
    use = {Role.QR_SEAL: Use.QR, Role.TIME_STAMP_AUTHORITY: Use.TIMESTAMP}.get(what.role, Use.DOCUMENT)
    candidate = bare(name) if use is Use.QR else by_certificate(name, use)
    key = keys.propose(connection, candidate, what, holder=name, actor="o1", at=at)
    keys.prove(connection, key, actor="o1", at=at)
    keys.activate(connection, key, actor="o2", at=at)
    return key


def enrolment(code: str, kind: Kind = Kind.SCHOOL, parent: str = DEPARTMENT, **changes: Any) -> registry.Enrolment:  # noqa: ANN401 - its fields
    return replace(registry.Enrolment(code, kind, parent, f"Trường {code}", FOUNDED), **changes)


def item(number: int = 0, **changes: Any) -> Item:  # noqa: ANN401 - its fields
    digits = f"{number:016d}"
    said = Item(digits, 1, sha256(digits.encode()).hexdigest(), Level.UPPER_SECONDARY, date(2026, 5, 31))
    return replace(said, **changes)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@cache
def _founded() -> bytes:
    """The bytes of a registry's file as it stands at NOW - 10 days, before any key."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.sqlite"
        engine = store.connect(f"sqlite:///{path}")
        store.migrate(engine)
        with store.writing(engine) as connection:
            at = NOW - 10 * DAY
            registry.initialise(connection, MINISTRY, "Bộ mẫu", actor=HOST, at=at, valid_from=FOUNDED, synthetic=True)
            department = enrolment(DEPARTMENT, Kind.DEPARTMENT, MINISTRY, territory=frozenset({"97"}))
            registry.enrol(connection, department, actor=HOST, at=at)
            for code in (SCHOOL, OTHER):
                registry.enrol(connection, enrolment(code), actor=HOST, at=at)
            for use in (Use.DOCUMENT, Use.TIMESTAMP):
                anchors.admit(connection, der(ca().root), use, anchors.Revocation.REGISTRY, actor=HOST, at=at)
        engine.dispose()
        with sqlite3.connect(path) as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.close()
        return path.read_bytes()


def founded(folder: Path) -> Engine:
    """A registry of a test's own."""
    path = folder / "registry.sqlite"
    path.write_bytes(_founded())
    return store.connect(f"sqlite:///{path}")


def every_row(engine: Engine, *tables: Table) -> dict[str, list[tuple[Any, ...]]]:
    with store.reading(engine) as connection:
        found = {table.name: connection.execute(select(table).order_by(*table.primary_key)) for table in tables}
        return {name: [tuple(row) for row in rows] for name, rows in found.items()}


@contextmanager
def refused(kind: type[Refusal], why: Why, field: str | None = None) -> Iterator[None]:
    with pytest.raises(kind) as caught:
        yield
    assert type(caught.value) is kind
    assert caught.value.why is why, caught.value
    if field is not None:
        assert caught.value.field == field
