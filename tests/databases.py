"""The databases that tests run on: a SQLite file, or a new database on a server that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
import os
from pathlib import Path
import subprocess
from typing import Final
import uuid

import pytest
from sqlalchemy import URL, NullPool, create_engine, make_url, text

SCRIPT: Final = Path(__file__).parents[1] / "scripts" / "databases"
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
MARIADB: Final = "mariadb"
SERVERS: Final = (POSTGRESQL, MARIADB)
ENGINES: Final = (SQLITE, *SERVERS)


@cache
def running_servers(folder: Path | None = None) -> dict[str, URL]:
    """Return the addresses of the servers that run, by their names; those of everybody, or those in a folder."""
    urls = _script("urls", folder=folder).stdout
    return {
        # To SQLAlchemy, MariaDB is a MySQL.
        POSTGRESQL if url.get_backend_name() == POSTGRESQL else MARIADB: url
        for url in map(make_url, urls.splitlines())
    }


class OwnServer:
    """A server for one test file, which may stop it."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.url = running_servers(folder)[engine]
        self._engine = engine
        self._folder = folder

    def stop(self) -> None:
        """Stop it; it keeps its data."""
        _script("down", self._engine, folder=self._folder).check_returncode()

    def start(self) -> None:
        """Start it again where it was."""
        _script("up", self._engine, folder=self._folder).check_returncode()


@contextmanager
def own_server(engine: str, folder: Path) -> Iterator[OwnServer]:
    """Start a server in a folder; the test is skipped where there is no program for it."""
    started = _script("start", engine, folder=folder)
    if "apt-get install" in started.stderr:
        pytest.skip(started.stderr)
    started.check_returncode()
    try:
        yield OwnServer(engine, folder)
    finally:
        _script("stop", folder=folder).check_returncode()


def _script(*arguments: str, folder: Path | None) -> subprocess.CompletedProcess[str]:
    elsewhere = {} if folder is None else {"DATABASES": str(folder)}
    return subprocess.run(
        [SCRIPT, *arguments], env=os.environ | elsewhere, check=False, capture_output=True, text=True, timeout=120
    )


@contextmanager
def database_on(server: URL) -> Iterator[URL]:
    """Make a database on a server, and drop it in the end; others may have theirs there as well."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    # Without a pool: a server may have been restarted in between.
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield server.set(database=name)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))


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
