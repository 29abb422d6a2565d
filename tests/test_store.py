"""The store: what is stored is the same text on both databases, and the tables are those of this version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from founding import appointed, founded
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.schema import CreateTable

from issuers import store
from issuers.audit import audit
from issuers.naming import folded
from issuers.store import WrongSchema, check, connect, migrate, reading, writing
from issuers.tables import PROJECTED, UNPROJECTED, instant, issuers, ledger, metadata, stamp, withdrawals


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path}/r.sqlite")
    yield engine
    engine.dispose()


def test_migrations_make_the_tables_that_the_program_knows(engine: Engine) -> None:
    migrate(engine)
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        for table in metadata.sorted_tables:
            indexed = {row.name for row in connection.execute(text(f"PRAGMA index_list({table.name})"))}
            assert {index.name for index in table.indexes} <= indexed


def test_migrating_again_does_nothing(engine: Engine) -> None:
    migrate(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO intermediates VALUES ('x', x'00')")
    migrate(engine)
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM intermediates").scalar() == 1


def test_the_tables_are_checked(engine: Engine) -> None:
    with pytest.raises(WrongSchema) as caught:
        check(engine)
    assert (caught.value.found, caught.value.wanted) == ("", "0003")
    migrate(engine)
    check(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WrongSchema) as caught:
        check(engine)
    assert caught.value.found == "9999"


def test_a_registry_of_the_first_version_is_brought_along(tmp_path: Path) -> None:
    engine = founded(tmp_path)
    with writing(engine) as connection:
        appointed(connection, "principal")
    with writing(connect(engine.url)) as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        config = store._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    migrate(engine)
    check(engine)
    assert audit(engine).disagreements == ()


def test_sqlite_keeps_what_was_acknowledged_and_checks_references(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")}
        assert said == {"journal_mode": "wal", "synchronous": 2}
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO successions VALUES ('a', 'b')")


def test_a_second_writer_waits_and_gives_up_in_time(engine: Engine) -> None:
    migrate(engine)
    with writing(engine), closing(sqlite3.connect(str(engine.url.database), timeout=0)) as other:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("SELECT * FROM ledger")  # a reader does not wait


def test_a_reader_writes_nothing_by_accident(engine: Engine) -> None:
    migrate(engine)
    with reading(engine) as reader, writing(engine) as writer:
        writer.exec_driver_sql("INSERT INTO intermediates VALUES ('x', x'00')")
        assert reader.exec_driver_sql("SELECT count(*) FROM intermediates").scalar() == 0


def test_a_registry_that_is_away_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OperationalError), reading(connect(f"sqlite:///{tmp_path}/no/r.sqlite")):
        pass  # P3: never an empty answer


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)), st.integers(-12, 14))  # noqa: DTZ001 - hypothesis wants them naive
def test_an_instant_is_stored_whole_and_sorts_as_time_does(naive: datetime, offset: int) -> None:
    at = naive.replace(tzinfo=timezone(timedelta(hours=offset)))
    assert instant(stamp(at)) == at
    assert len(stamp(at)) == 27
    later = at + timedelta(microseconds=1)
    assert stamp(at) < stamp(later)


@pytest.mark.parametrize(
    "text_",
    ["2026-01-01T00:00:00Z", "2026-01-01 00:00:00.000000Z", "2026-01-01T00:00:00.000000+00:00", "", "x"],
)
def test_another_form_is_no_stored_instant(text_: str) -> None:
    with pytest.raises(ValueError, match="as stored"):
        instant(text_)


def test_a_naive_datetime_is_refused_by_the_column_too(engine: Engine) -> None:
    migrate(engine)
    with pytest.raises(StatementError), writing(engine) as connection:
        connection.execute(
            withdrawals.insert().values(
                number="0",
                issuer="S",
                reason_code="",
                reason="",
                decision_no="",
                at=datetime(2026, 1, 1),  # noqa: DTZ001 - that is the point
            )
        )


def test_what_the_columns_keep(tmp_path: Path) -> None:
    with founded(tmp_path).connect() as connection:
        raw = connection.execute(text("SELECT valid_from FROM issuers")).scalars().first()
        typed = connection.execute(issuers.select()).first()
    assert raw is not None
    assert typed is not None
    assert typed.valid_from == instant(raw)
    assert typed.valid_from.tzinfo is UTC


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_text_sorts_by_its_bytes_on_postgresql_as_on_sqlite(table: Table) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = str(CreateTable(table).compile(dialect=dialect))
    assert made.count("TEXT") == made.count('TEXT COLLATE "C"')
    assert "VARCHAR" not in made


def test_tables_that_the_ledger_does_not_project_are_named() -> None:
    rest = {table.name for table in set(metadata.tables.values()) - set(PROJECTED)}
    assert rest == {ledger.name, "challenges", "answers"}
    assert set(UNPROJECTED) == rest - {ledger.name} | {"alembic_version"}


def test_a_scratch_database_is_gone_with_its_connection() -> None:
    with store.scratch().connect() as one, store.scratch().connect() as two:
        one.exec_driver_sql("CREATE TABLE here (x)")
        with pytest.raises(OperationalError):
            two.exec_driver_sql("SELECT * FROM here")
    with store.scratch().connect() as later, pytest.raises(OperationalError):
        later.exec_driver_sql("SELECT * FROM here")


@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("Trường THPT Đống Đa", "truong thpt dong da"),
        ("  TRƯỜNG  ", "truong"),
        ("Nguyễn Thị Ánh", "NGUYEN THI ANH"),
        ("Nguyễn", "Nguyễn"),
        ("Phường Ô Chợ Dừa", "phuong o cho dua"),
    ],
)
def test_a_search_needs_neither_case_nor_marks(name: str, search: str) -> None:
    assert folded(name) == folded(search)


def test_days_are_kept_as_days(tmp_path: Path) -> None:
    with founded(tmp_path).connect() as connection:
        kept = connection.execute(text("SELECT '2026-05-31'")).scalar()
    assert date.fromisoformat(str(kept)) == date(2026, 5, 31)
