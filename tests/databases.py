"""The databases that tests run on: a SQLite file, or a new database on a server that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
import subprocess
from typing import Final
import uuid

import pytest
from sqlalchemy import URL, create_engine, make_url, text

SCRIPT: Final = Path(__file__).parents[1] / "scripts" / "databases"
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
MARIADB: Final = "mariadb"
SERVERS: Final = (POSTGRESQL, MARIADB)
ENGINES: Final = (SQLITE, *SERVERS)


@cache
def running_servers() -> dict[str, URL]:
    """Return the addresses of the servers that run, by their names."""
    urls = subprocess.run([SCRIPT, "urls"], check=True, capture_output=True, text=True, timeout=10).stdout
    return {
        # To SQLAlchemy, MariaDB is a MySQL.
        POSTGRESQL if url.get_backend_name() == POSTGRESQL else MARIADB: url
        for url in map(make_url, urls.splitlines())
    }


@contextmanager
def database_on(server: URL) -> Iterator[URL]:
    """Make a database on a server, and drop it in the end; others may have theirs there as well."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield server.set(database=name)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
        admin.dispose()


@contextmanager
def new_database(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[URL]:
    """Make a database with nothing in it; the test is skipped where there is no server for it."""
    if engine == SQLITE:
        yield make_url(f"sqlite:///{folder / 'test.db'}")
        return
    # PyMySQL is written in Python: the test helpers keep sockets from it.
    request.getfixturevalue("socket_enabled")
    if engine not in running_servers():
        pytest.skip("its server does not run: scripts/databases start")
    with database_on(running_servers()[engine]) as url:
        yield url
