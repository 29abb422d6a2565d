"""P5: audit finds the edit of any column of any row made outside the writers, and any rewriting of the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from founding import (
    DAY,
    DEPARTMENT,
    HOST,
    MINISTRY,
    NOW,
    OTHER,
    SCHOOL,
    appointed,
    bare,
    by_certificate,
    certificate,
    chain,
    der,
    digest,
    enrolment,
    founded,
    item,
    office,
)
from founding import ca as authority
from sqlalchemy import Connection, Engine, Table, text

from issuers import (
    anchors,
    appointments,
    approvals,
    certificates,
    crls,
    keys,
    officers,
    register,
    registry,
    store,
    successions,
)
from issuers.audit import MAX_DISAGREEMENTS, Audited, Disagreement, Fault, audit
from issuers.certification import crl, revoked
from issuers.deeds import ProposalKind
from issuers.event import GENESIS, Act, link
from issuers.officers import OfficerRole
from issuers.register import Amendment, AmendmentReason, WithdrawalReason
from issuers.revocations import Reason
from issuers.successions import Fate, Succession
from issuers.tables import PROJECTED, canonical, ledger, stamp
from verify.trust import Kind, Level, Role, Use


def lived(engine: Engine) -> None:
    """Every kind of event, and a row in every table, one second apart."""
    moments = (NOW + timedelta(seconds=second) for second in range(10_000))

    def at() -> dict[str, Any]:
        return {"actor": HOST, "at": next(moments)}

    with store.writing(engine) as connection:
        registry.change(connection, SCHOOL, {"levels": frozenset({Level.UPPER_SECONDARY}), "contact": "x"}, **at())
        registry.change(connection, SCHOOL, {"registers_all": True, "valid_until": NOW + 900 * DAY}, **at())
        registry.suspend(connection, OTHER, **at())
        registry.lift(connection, OTHER, **at())
        registry.suspend(connection, OTHER, **at())
        officer = officers.add(connection, SCHOOL, "A", OfficerRole.ADMIN, "1" * 64, valid_until=NOW + DAY, **at())
        officers.withdraw(connection, officer, **at())
        second = anchors.admit(connection, der(authority("Two").root), Use.DOCUMENT, anchors.Revocation.CRL, **at())
        entries = [
            revoked(7, NOW - DAY, x509.ReasonFlags.superseded, NOW - 2 * DAY),
            revoked(8, NOW - DAY, x509.ReasonFlags.certificate_hold),
        ]
        crls.import_crl(connection, second, crl(authority("Two").above, NOW - DAY, NOW + DAY, entries), **at())
        principal = appointed(connection, "principal", at=next(moments))
        more = appointments.appoint(connection, principal, office(issuer=OTHER, valid_until=NOW + 50 * DAY), **at())
        appointments.end(connection, more, NOW + 40 * DAY, **at())
        renewed = certificates.add(connection, principal, certificate("principal", renewal=1), chain(), **at())
        certificates.revoke(connection, renewed, Reason.SUPERSEDED, invalid_since=NOW - 3 * DAY, **at())
        certificates.decide_invalid_since(connection, renewed, accepted=True, **at())
        certificates.revoke(connection, renewed, Reason.SUPERSEDED, invalid_since=NOW - 4 * DAY, **at())
        keys.suspend(connection, principal, **at())
        keys.lift(connection, principal, **at())
        keys.suspend(connection, principal, **at())
        keys.retire(connection, principal, **at())
        keys.revoke(connection, principal, Reason.SUPERSEDED, invalid_since=NOW - DAY, **at())
        keys.decide_invalid_since(connection, principal, accepted=True, **at())
        keys.revoke(connection, principal, Reason.KEY_COMPROMISE, invalid_since=NOW - 2 * DAY, **at())
        past = office(
            valid_from=NOW - 400 * DAY, valid_until=NOW - 300 * DAY, levels=frozenset({Level.UPPER_SECONDARY})
        )
        old = keys.propose(connection, by_certificate("old"), past, holder="Old", historical=True, **at())
        keys.admit_historical(connection, old, **at())
        qr = keys.propose(connection, bare("ed qr"), office(Role.QR_SEAL), **at())
        keys.reject(connection, qr, **at())
        keys.propose(connection, bare("ed qr"), office(Role.QR_SEAL), **at())
        keys.expire(connection, qr, **at())
        keys.propose(connection, bare("ed qr"), office(Role.QR_SEAL), **at())
        appointed(connection, "tsa", office(Role.TIME_STAMP_AUTHORITY, MINISTRY), at=next(moments))
        said = Amendment(AmendmentReason.ENTRY_ERROR, "r", "a", "b", DEPARTMENT, "1/QĐ", NOW.date())
        second_version = item(1, version=2, pdf_sha256=digest("p"), qr_sha256=digest("q"), amendment=said)
        register.register(connection, SCHOOL, [item(1), second_version, item(2)], **at())
        register.withdraw(connection, SCHOOL, item(2).number, WithdrawalReason.OTHER, reason="r", **at())
        anchors.distrust(connection, second, **at())
    succeeded(engine, moments)


def decided(connection: Connection, moments: Iterator[datetime]) -> None:
    """Proposals of every end."""
    hands = [
        officers.add(connection, DEPARTMENT, name, OfficerRole.ADMIN, digest(name), actor=HOST, at=next(moments))
        for name in ("one", "other")
    ]
    one, other = (officers.live(connection, hand, next(moments)) for hand in hands)
    assert one is not None
    assert other is not None
    asked = {"issuer": SCHOOL, "name": "C", "role": "reader", "token_sha256": digest("c")}
    made = [
        approvals.propose(connection, ProposalKind.OFFICER, asked, actor=one.id, at=next(moments)) for _ in range(3)
    ]
    approvals.reject(connection, made[0].id, other, at=next(moments))
    approvals.lapse(connection, (made[1].expires_at or NOW))
    last = approvals.propose(connection, ProposalKind.OFFICER, asked, actor=one.id, at=next(moments))
    approvals.approve(connection, last.id, other, at=next(moments))


def succeeded(engine: Engine, moments: Iterator[datetime]) -> None:
    """Every kind of succession."""
    with store.writing(engine) as connection:
        day = (NOW + 30 * DAY).date()
        registry.enrol(connection, enrolment("SO-96", Kind.DEPARTMENT, MINISTRY), actor=HOST, at=next(moments))
        registry.enrol(connection, enrolment("96000001", parent="SO-96"), actor=HOST, at=next(moments))
        successions.succeed(
            connection, Succession(OTHER, Fate.RENAME, "1/QĐ", day, name="Tên mới"), actor=HOST, at=next(moments)
        )
        children = {"96000001": DEPARTMENT}
        merged = Succession("SO-96", Fate.MERGE, "2/QĐ", day, (DEPARTMENT,), children)
        successions.succeed(connection, merged, actor=HOST, at=next(moments))
        successions.succeed(connection, Succession(SCHOOL, Fate.END, "3/QĐ", day), actor=HOST, at=next(moments))
        decided(connection, moments)


@cache
def _lived() -> bytes:
    """The bytes of such a registry: made once."""
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        engine = founded(Path(folder))
        lived(engine)
        engine.dispose()
        path = Path(str(engine.url.database))
        with closing(sqlite3.connect(path)) as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "lived.sqlite"
    path.write_bytes(_lived())
    engine = store.connect(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def tamper(engine: Engine, statement: str, *values: Any) -> int:  # noqa: ANN401 - what SQLite stores
    """Write as somebody does who holds the database: past the program and its constraints."""
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as plain:
        return plain.execute(statement, values).rowcount


def found(audited: Audited) -> set[tuple[Fault, str, str]]:
    return {(one.fault, one.table, one.column) for one in audited.disagreements}


def test_the_registry_of_these_tests_holds_everything(engine: Engine) -> None:
    with store.reading(engine) as connection:
        kinds = set(connection.scalars(text("SELECT kind FROM ledger")))
        empty = {table.name for table in PROJECTED if not connection.execute(table.select().limit(1)).first()}
    assert kinds == set(Act)
    assert empty == set()


def test_what_the_writers_wrote_is_clean(engine: Engine) -> None:
    audited = audit(engine)
    with store.reading(engine) as connection:
        assert (audited.events, audited.head) == tuple(
            connection.execute(text("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1")).one()
        )
    assert audited.disagreements == ()


COLUMNS = [(table, column.name) for table in PROJECTED for column in table.columns]


def other(value: Any) -> Any:  # noqa: ANN401 - what SQLite stores
    """A value unlike the one that is stored."""
    if isinstance(value, int):
        return value + 1
    return b"x" + value if isinstance(value, bytes) else f"{value or ''}x"


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: part if isinstance(part, str) else part.name)
def test_an_edit_of_any_column_is_found(engine: Engine, table: Table, column: str) -> None:
    with engine.connect() as connection:
        stored = connection.execute(text(f"SELECT rowid, {column} FROM {table.name}")).all()  # noqa: S608 - our own names
    # The last row, so that the edit moves a key past no other row; every row has every column.
    row, value = stored[-1]
    assert tamper(engine, f"UPDATE {table.name} SET {column} = ? WHERE rowid = ?", other(value), row) == 1  # noqa: S608 - our own names
    disagreements = audit(engine).disagreements
    if column in table.primary_key.columns:
        assert {(one.fault, one.table) for one in disagreements} == {
            (Fault.ROW_EXTRA, table.name),
            (Fault.ROW_MISSING, table.name),
        }
    else:
        assert [(one.fault, one.table, one.column) for one in disagreements] == [
            (Fault.COLUMN_DIFFERS, table.name, column)
        ]


@pytest.mark.parametrize("table", list(PROJECTED), ids=str)
def test_a_row_that_is_gone_is_named(engine: Engine, table: Table) -> None:
    key = [column.name for column in table.primary_key]
    with engine.connect() as connection:
        first = tuple(connection.execute(text(f"SELECT {', '.join(key)} FROM {table.name}")).first() or ())  # noqa: S608 - our own names
    where = " AND ".join(f"{name} = ?" for name in key)
    assert tamper(engine, f"DELETE FROM {table.name} WHERE {where}", *first) == 1  # noqa: S608 - our own names
    assert audit(engine).disagreements == (Disagreement(Fault.ROW_MISSING, table=table.name, row=first),)


def test_rows_that_nothing_accounts_for_are_named(engine: Engine) -> None:
    tamper(engine, "INSERT INTO successions VALUES (?, ?)", SCHOOL, OTHER)
    tamper(engine, "INSERT INTO withdrawals VALUES (?, ?, ?, ?, ?, ?)", "9" * 16, SCHOOL, stamp(NOW), "other", "", "")
    assert set(audit(engine).disagreements) == {
        Disagreement(Fault.ROW_EXTRA, table="successions", row=(SCHOOL, OTHER)),
        Disagreement(Fault.ROW_EXTRA, table="withdrawals", row=("9" * 16,)),
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE issuers SET valid_from = replace(valid_from, '.000000Z', 'Z') WHERE code = 'MOET'",  # the same instant
        "UPDATE issuers SET suspended_since = '' WHERE code = 'MOET'",  # for NULL
        "UPDATE keys SET historical = 7 WHERE state = 'revoked'",  # which is as true as 1
        "UPDATE keys SET spki = 'text' WHERE state = 'revoked'",
        "UPDATE issuer_periods SET territory = '[ \"97\"]' WHERE territory IS NOT NULL",  # the same JSON
        "UPDATE transcripts SET version = 'two' WHERE version = 2",
    ],
)
def test_what_is_stored_is_compared_not_what_it_means(engine: Engine, statement: str) -> None:
    assert tamper(engine, statement) >= 1
    assert audit(engine).disagreements != ()


def test_bytes_that_are_no_text_are_a_finding_not_a_crash(engine: Engine) -> None:
    tamper(engine, "UPDATE issuers SET contact = CAST(x'ff' AS TEXT) WHERE code = 'MOET'")
    assert found(audit(engine)) == {(Fault.TABLE_UNREADABLE, "issuers", "")}


@pytest.mark.parametrize("column", [column.name for column in ledger.columns])
def test_an_edit_of_any_column_of_the_ledger_breaks_the_chain(engine: Engine, column: str) -> None:
    with engine.connect() as connection:
        value = connection.execute(text(f"SELECT {column} FROM ledger WHERE seq = 8")).scalar()  # noqa: S608 - our own names
    tamper(engine, f"UPDATE ledger SET {column} = ? WHERE seq = 8", 800 if column == "seq" else other(value))  # noqa: S608 - our own names
    broken = {one.seq for one in audit(engine).disagreements if one.fault is Fault.CHAIN_BROKEN}
    assert broken & {8, 9, 800}


def test_the_same_body_in_another_form_is_found(engine: Engine) -> None:
    tamper(engine, "UPDATE ledger SET body = body || ' ' WHERE seq = 8")
    tamper(engine, "UPDATE ledger SET at = replace(at, '000000Z', '000Z') WHERE seq = 9")
    faults = {(one.fault, one.seq) for one in audit(engine).disagreements}
    assert {(Fault.CHAIN_BROKEN, 8), (Fault.CHAIN_BROKEN, 9)} <= faults


@pytest.mark.parametrize("body", ["", "[]", "null", "{}", '"x"', '{"code": []}', '{"code": 1e999}', "[" * 5_000])
def test_an_event_that_makes_no_rows_is_named(engine: Engine, body: str) -> None:
    tamper(engine, "UPDATE ledger SET body = ? WHERE seq = 2", body)
    assert Disagreement(Fault.EVENT_UNREADABLE, seq=2) in audit(engine).disagreements


def rewritten(engine: Engine, first: int) -> None:
    """Rewrite the chain from an event on, as somebody can who holds the database."""
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as plain:
        plain.row_factory = sqlite3.Row
        previous = plain.execute("SELECT hash FROM ledger WHERE seq = ?", (first - 1,)).fetchone()["hash"]
        for row in plain.execute("SELECT * FROM ledger WHERE seq >= ? ORDER BY seq", (first,)).fetchall():
            fields = {name: row[name] for name in ("seq", "at", "kind", "actor", "issuer", "body")}
            renewed = link(**fields, prev=previous)
            plain.execute("UPDATE ledger SET prev = ?, hash = ? WHERE seq = ?", (previous, renewed, row["seq"]))
            previous = renewed


def test_a_rewritten_ledger_is_found_by_the_head_of_any_receipt(engine: Engine) -> None:
    """Rows and chain agree again: only what others were told gives it away."""
    receipt = audit(engine).head
    with engine.connect() as connection:
        seq, body = connection.execute(text("SELECT seq, body FROM ledger WHERE kind = 'issuer_changed'")).first() or (
            0,
            "",
        )
    changed = json.loads(body) | {"contact": "forged"}
    tamper(engine, "UPDATE ledger SET body = ? WHERE seq = ?", canonical(changed), seq)
    tamper(engine, "UPDATE issuers SET contact = 'forged' WHERE code = ?", SCHOOL)
    rewritten(engine, seq)
    assert audit(engine).disagreements == ()
    assert audit(engine, head=receipt).disagreements == (Disagreement(Fault.HEAD_UNKNOWN),)


def test_a_ledger_cut_short_is_found_by_the_head_of_any_receipt(tmp_path: Path) -> None:
    engine = founded(tmp_path)
    with store.writing(engine) as connection:
        registry.enrol(connection, enrolment("S9"), actor=HOST, at=NOW)
    receipt = audit(engine).head
    tamper(engine, "DELETE FROM ledger WHERE issuer = 'S9'")
    for table in ("issuer_periods", "issuers"):
        tamper(engine, f"DELETE FROM {table} WHERE {'issuer' if 'p' in table else 'code'} = 'S9'")  # noqa: S608 - our own names
    assert audit(engine).disagreements == ()
    assert audit(engine, head=receipt).disagreements == (Disagreement(Fault.HEAD_UNKNOWN),)


def test_every_head_there_ever_was_is_known(engine: Engine) -> None:
    with engine.connect() as connection:
        heads = [*connection.scalars(text("SELECT hash FROM ledger WHERE seq IN (1, 7, 20)")), GENESIS]
    assert [audit(engine, head=head).disagreements for head in heads] == [()] * 4


def test_an_event_that_is_gone_breaks_the_chain_after_it(engine: Engine) -> None:
    tamper(engine, "DELETE FROM ledger WHERE seq = 8")
    assert (Fault.CHAIN_BROKEN, 9) in {(one.fault, one.seq) for one in audit(engine).disagreements}


def test_an_audit_names_a_bounded_number(engine: Engine) -> None:
    many = ((f"{number:016d}", SCHOOL, stamp(NOW)) for number in range(10_000, 10_000 + MAX_DISAGREEMENTS + 50))
    with closing(sqlite3.connect(str(engine.url.database))) as plain, plain:
        plain.executemany("INSERT INTO withdrawals VALUES (?, ?, ?, 'other', '', '')", many)
    assert len(audit(engine).disagreements) == MAX_DISAGREEMENTS
