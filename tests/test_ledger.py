"""The ledger: chained, projected in one transaction, and written in no other way."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from founding import DAY, DEPARTMENT, HOST, MINISTRY, NOW, SCHOOL, founded
from sqlalchemy import select, text

from issuers import ledger, officers, registry, store
from issuers.audit import audit
from issuers.event import GENESIS, Act, link
from issuers.officers import OfficerRole
from issuers.projections import PROJECTIONS
from issuers.tables import UNPROJECTED, issuers, metadata
from issuers.tables import ledger as events
from issuers.tables import officers as officer_rows

ROOT = Path(__file__).parent.parent


def test_every_kind_of_event_has_its_projector() -> None:
    assert set(PROJECTIONS) == set(Act)


def test_an_event_names_the_one_before_it(tmp_path: Path) -> None:
    engine = founded(tmp_path)
    with store.reading(engine) as connection:
        rows = connection.execute(select(events).order_by(events.c.seq)).all()
        assert ledger.head(connection) == (len(rows), rows[-1].hash)
    assert [row.seq for row in rows] == [*range(1, len(rows) + 1)]
    assert [row.prev for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    assert (rows[0].kind, rows[0].issuer) == (Act.REGISTRY_INITIALISED, MINISTRY)


def test_a_hash_can_be_computed_from_the_definition_alone(tmp_path: Path) -> None:
    with founded(tmp_path).connect() as connection:
        row = connection.execute(text("SELECT * FROM ledger WHERE seq = 3")).one()
    names = ("seq", "at", "kind", "actor", "issuer", "prev")
    entry = {name: getattr(row, name) for name in names} | {"body_sha256": sha256(row.body.encode()).hexdigest()}
    assert row.hash == sha256(rfc8785.dumps(entry)).hexdigest()
    assert row.body == rfc8785.dumps(json.loads(row.body)).decode()


def test_an_empty_ledger_has_a_head_too(tmp_path: Path) -> None:
    engine = store.connect(f"sqlite:///{tmp_path}/r.sqlite")
    store.migrate(engine)
    with store.reading(engine) as connection:
        assert ledger.head(connection) == (0, GENESIS)


def test_link_depends_on_every_field() -> None:
    fields: dict[str, Any] = {
        "seq": 1,
        "at": "a",
        "kind": "k",
        "actor": "b",
        "issuer": "i",
        "body": "{}",
        "prev": GENESIS,
    }
    hashes = {link(**fields)} | {link(**{**fields, name: 2 if name == "seq" else "other"}) for name in fields}
    assert len(hashes) == 1 + len(fields)


def test_a_reader_cannot_append(tmp_path: Path) -> None:
    with founded(tmp_path).begin() as connection, pytest.raises(RuntimeError, match="writing"):
        registry.suspend(connection, SCHOOL, actor=HOST, at=NOW)


def test_an_event_about_a_row_that_is_not_there_is_no_event(tmp_path: Path) -> None:
    engine = founded(tmp_path)
    with store.reading(engine) as connection:
        before = ledger.head(connection)
    with pytest.raises(LookupError), store.writing(engine) as connection:
        ledger.append(connection, Act.KEY_SUSPENDED, {"key": "no"}, actor=HOST, issuer=SCHOOL, at=NOW)
    with store.reading(engine) as connection:
        assert ledger.head(connection) == before


def test_a_clock_set_back_dates_nothing_back(tmp_path: Path) -> None:
    """A backdated entry would give a transcript an earlier proof of existence."""
    engine = founded(tmp_path)
    with store.writing(engine) as connection:
        registry.suspend(connection, SCHOOL, actor=HOST, at=NOW)
        registry.lift(connection, SCHOOL, actor=HOST, at=NOW - 5 * DAY)
        last = connection.execute(select(events).order_by(events.c.seq.desc()).limit(1)).one()
    assert last.at == NOW
    assert audit(engine).disagreements == ()


def test_a_naive_instant_is_refused(tmp_path: Path) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
    with pytest.raises((ValueError, TypeError)), store.writing(founded(tmp_path)) as connection:
        registry.suspend(connection, SCHOOL, actor=HOST, at=naive)


def test_nothing_else_writes_a_table() -> None:
    """Only projectors insert and update, `ledger.py` its own table, `possession.py` the nonces; no SQL as text."""
    statements = {"insert", "update", "delete", "text"}
    writes = {}
    for path in (ROOT / "issuers").glob("*.py"):
        imported = (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.ImportFrom))
        names = {alias.name for node in imported if node.module == "sqlalchemy" for alias in node.names}
        if names & statements:
            writes[path.name] = names & statements
    assert writes == {
        "ledger.py": {"insert"},
        "projections.py": {"insert"},
        "key_projections.py": {"insert"},
        "crl_projections.py": {"insert", "delete"},
        "proposal_projections.py": {"insert"},
        "possession.py": {"insert", "update", "delete"},
        "rows.py": {"update"},
        "store.py": {"text"},  # PostgreSQL's lock
    }


def test_tables_outside_the_ledger_are_named(tmp_path: Path) -> None:
    with founded(tmp_path).connect() as connection:
        found = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    assert found == set(metadata.tables) | set(UNPROJECTED)


WRITER = """
import sys
from datetime import UTC, datetime
from hashlib import sha256
from issuers import officers, store
engine = store.connect(sys.argv[1])
for turn in range(10_000):
    token = sha256(f"{sys.argv[2]} {turn}".encode()).hexdigest()
    with store.writing(engine) as connection:
        officers.add(connection, sys.argv[3], f"{sys.argv[2]} {turn}", officers.OfficerRole.READER, token,
                     actor="host", at=datetime.now(UTC))
    print(turn, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_both_or_neither(tmp_path: Path) -> None:
    """P4: SIGKILL in the middle of writes; an event and its row stand together, and what was acknowledged is there."""
    engine = founded(tmp_path)
    acknowledged = 0
    for life in range(5):
        arguments = [sys.executable, "-c", WRITER, str(engine.url), f"life {life}", DEPARTMENT]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()  # the first one is through
            time.sleep(0.05 + 0.037 * life)
            os.kill(writer.pid, signal.SIGKILL)
            acknowledged += 1 + len(writer.stdout.readlines())
        with store.reading(engine) as connection:
            written = connection.execute(select(events.c.seq).where(events.c.kind == Act.OFFICER_ADDED)).all()
            rows = connection.execute(select(officer_rows.c.id)).all()
        assert {f"o{row.seq}" for row in written} == {row.id for row in rows}
        # The last of each life may have been committed without being acknowledged.
        assert acknowledged <= len(rows) <= acknowledged + life + 1
    assert audit(engine).disagreements == ()


def test_two_writers_stand_in_one_line(tmp_path: Path) -> None:
    engine = founded(tmp_path)
    script = WRITER.replace("10_000", "40")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(engine.url), name, DEPARTMENT], stdout=subprocess.DEVNULL, cwd=ROOT
        )
        for name in ("one", "two")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    audited = audit(engine)
    assert audited.disagreements == ()
    with store.reading(engine) as connection:
        assert len(connection.execute(select(officer_rows)).all()) == 80


def test_readers_see_one_moment_while_a_writer_works(tmp_path: Path) -> None:
    engine = founded(tmp_path)
    with store.reading(engine) as reader:
        before = ledger.head(reader)
        with store.writing(engine) as writer:
            officers.add(writer, SCHOOL, "A", OfficerRole.READER, "0" * 64, actor=HOST, at=NOW)
        assert ledger.head(reader) == before
        assert reader.execute(select(officer_rows)).all() == []
    with store.reading(engine) as reader:
        assert ledger.head(reader)[0] == before[0] + 1


def test_an_exception_takes_everything_back(tmp_path: Path) -> None:
    engine = founded(tmp_path)
    with suppress(KeyboardInterrupt), store.writing(engine) as connection:
        registry.suspend(connection, SCHOOL, actor=HOST, at=NOW)
        raise KeyboardInterrupt
    with store.reading(engine) as connection:
        row = connection.execute(select(issuers).where(issuers.c.code == SCHOOL)).one()
    assert row.suspended_since is None
    assert audit(engine).disagreements == ()
