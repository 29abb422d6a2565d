"""One engine for SQLite or PostgreSQL: who may read, who may write, and which version the tables have.

Writers stand in one line (an immediate transaction on SQLite, an advisory lock on PostgreSQL), for every event of the
ledger names the one before it. Readers wait for nobody and see one moment.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

log = logging.getLogger(__name__)

BUSY_SECONDS = 30
"""How long a writer on SQLite waits for the one before it: a bulk call of 10,000 items takes about a second."""

WRITERS_LOCK = 0x48_42_31
"""PostgreSQL's advisory lock that all writers of one registry take ("HB1"); held until the transaction ends."""

REPLACED = "the registry's file was replaced: remove the -wal and -shm of the old one, then restart"
"""What an operator is told who restores a backup under a running server."""

Identity = tuple[int, int] | None
"""Which file stands at a path: device and inode, None if none does."""

NOWHERE = (0, 0)
"""No file has this identity."""

WRITING = "registry_writing"
"""The execution option that marks a connection as a writer's; `ledger.append` refuses any other."""


class WrongSchema(Exception):  # noqa: N818 - says what is wrong, and is not the program's fault
    """The tables are not of this version: `found` is theirs ("" for none), `wanted` is the program's."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(found, wanted)
        self.found = found
        self.wanted = wanted


def connect(url: str | URL) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`; nothing is opened yet."""
    return _engine(make_url(url), foreign_keys=True)


@cache
def scratch() -> Engine:
    """Every connection of this engine is an empty SQLite database of its own, and gone when it is closed.

    It stays in memory while it is small and spills to a temporary file when it is not.
    """
    return _engine(make_url("sqlite://"), foreign_keys=True, creator=lambda: sqlite3.connect(""), poolclass=NullPool)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may change the registry: the only writer of its moment, committed at the end of the block.

    An exception out of the block rolls everything back: an event and its rows stand together or not at all (P4).
    """
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            # READ COMMITTED, so that what is read after the wait for the lock is what the last writer left.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITERS_LOCK})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment of the registry, whatever is written meanwhile."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def migrate(engine: Engine) -> None:
    """Bring the tables to this version, in one transaction; nothing happens if they are."""
    # A migration on SQLite may rebuild a table that others refer to: keys are checked at its end instead.
    quiet = _engine(engine.url, foreign_keys=False)
    try:
        with writing(quiet) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if quiet.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the migration left rows that refer to nothing")
    finally:
        quiet.dispose()


def check(engine: Engine) -> None:
    """Raise `WrongSchema` unless the tables are of this version: asked once, on start."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head() or ""
    with reading(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision() or ""
    if found != wanted:
        raise WrongSchema(found, wanted)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "issuers:migrations")
    return config


def _engine(url: URL, *, foreign_keys: bool, **options: Any) -> Engine:  # noqa: ANN401 - SQLAlchemy's own
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def opened(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
            connection.isolation_level = None  # the driver's own BEGINs come too late; `begin` below sends them
            for pragma in (
                f"busy_timeout = {BUSY_SECONDS * 1000}",
                "journal_mode = WAL",  # readers do not wait for the writer, nor it for them
                "synchronous = FULL",  # what was acknowledged outlives a power cut (P4)
                f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            ):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            writes = connection.get_execution_options().get(WRITING)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        if url.database:
            _keep_to_one_file(engine, url.database)
    return engine


def _keep_to_one_file(engine: Engine, path: str) -> None:
    """Refuse every transaction once the file that was opened first is no longer the one at its path.

    A connection keeps the file that it has opened: of a registry that was replaced or removed it would go on reading
    what once was so, and write where nobody reads (P2, P3). The new file is served after a restart, and not before, for
    the old one's `-wal` may still lie beside it. A file that is written over in place cannot be told from the old one.
    """
    first: list[Identity] = []

    @event.listens_for(engine, "do_connect")
    def opening(*_: object) -> None:
        if first and _identity(path) != first[0]:
            raise sqlite3.OperationalError(REPLACED)

    @event.listens_for(engine, "connect")
    def opened(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["file"], record.info["log"] = _identity(path), _identity(f"{path}-wal")
        first[:] = first or [_identity(path)]

    @event.listens_for(engine, "checkout")
    def taken(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        # An empty file has no log yet; while a connection is open, SQLite itself never replaces the log that it has.
        wal = _identity(f"{path}-wal")
        if record.info["file"] != _identity(path) or record.info["log"] not in {None, wal}:
            log.error(REPLACED)
            first[:] = [NOWHERE]
            raise sqlite3.OperationalError(REPLACED)
        record.info["log"] = wal


def _identity(path: str) -> Identity:
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
