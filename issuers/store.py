"""One engine for SQLite or PostgreSQL: who may read, who may write, and which version the tables have.

Writers stand in one line (an immediate transaction on SQLite, an advisory lock on PostgreSQL), for every event of the
ledger names the one before it. Readers wait for nobody and see one moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

BUSY_SECONDS = 30
"""How long a writer on SQLite waits for the one before it: a bulk call of 10,000 items takes about a second."""

WRITERS_LOCK = 0x48_42_31
"""PostgreSQL's advisory lock that all writers of one registry take ("HB1"); held until the transaction ends."""

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

    return engine
