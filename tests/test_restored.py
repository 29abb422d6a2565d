"""A registry's file replaced under the server, as a backup is restored: nothing is told of the old one any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from replicas import crowd, verified
from running import gateway
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from issuers import keys, snapshot, store
from issuers.revocations import Reason
from verify.trust import KeyState, Names


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """The same registry, but for the principal's key: there it is revoked."""
    engine = store.connect(crowd(1).database(tmp_path, "sqlite"))
    with store.writing(engine) as connection:
        key = crowd(1).signed[0].key
        keys.revoke(connection, key, Reason.KEY_COMPROMISE, actor="o1", at=datetime.now(UTC))
    engine.dispose()
    return tmp_path / "crowd.sqlite3"


@pytest.fixture
def live(tmp_path: Path) -> Path:
    path = tmp_path / "live.sqlite3"
    path.write_bytes(crowd(1).registry)
    return path


def state(engine: Engine) -> KeyState:
    key = crowd(1).signed[0].key
    return snapshot.read(engine, Names(keys=frozenset({key}))).keys[key].state


def logs(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("-wal", "-shm")]


def moved(backup: Path, live: Path) -> None:
    backup.replace(live)


def moved_and_tidied(backup: Path, live: Path) -> None:
    moved(backup, live)
    for log in logs(live):
        log.unlink()


def copied_and_tidied(backup: Path, live: Path) -> None:
    live.write_bytes(backup.read_bytes())
    for log in logs(live):
        log.unlink()


def removed(_: Path, live: Path) -> None:
    live.unlink()


@pytest.mark.parametrize("restore", [moved, moved_and_tidied, copied_and_tidied, removed])
def test_a_replaced_file_is_not_served_before_a_restart(
    backup: Path, live: Path, restore: Callable[[Path, Path], None]
) -> None:
    engine = store.connect(f"sqlite:///{live}")
    assert state(engine) is KeyState.ACTIVE
    restore(backup, live)
    for _ in range(3):
        with pytest.raises(OperationalError, match="was replaced"):
            state(engine)
        with pytest.raises(OperationalError, match="was replaced"), store.writing(engine):
            pass
    assert live.exists() == (restore is not removed), "and none is made in its place"
    engine.dispose()
    if restore in {moved_and_tidied, copied_and_tidied}:
        engine = store.connect(f"sqlite:///{live}")
        assert state(engine) is KeyState.REVOKED
        engine.dispose()


def test_what_sqlite_itself_restores_is_served_at_once(backup: Path, live: Path) -> None:
    engine = store.connect(f"sqlite:///{live}")
    assert state(engine) is KeyState.ACTIVE
    source, target = sqlite3.connect(backup), sqlite3.connect(live)
    source.backup(target)
    source.close()
    target.close()
    assert state(engine) is KeyState.REVOKED
    engine.dispose()


def test_a_server_whose_file_was_replaced_says_so_and_nothing_is_valid(
    tmp_path: Path, backup: Path, live: Path
) -> None:
    with gateway(tmp_path, DATABASE_URL=f"sqlite:///{live}") as running, running.client() as client:
        assert verified(client, crowd(1).signed[0].pdf)[0] == "valid"
        moved(backup, live)
        for _ in range(8):
            response = running.verify(crowd(1).signed[0].pdf)
            assert (response.status_code, response.json()["type"]) == (503, "/problems/database-away")
        assert client.get("/health/ready").json()["checks"]["database"] == "away"
        assert store.REPLACED in running.log
