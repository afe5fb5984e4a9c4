"""Where databases for measuring are made: on the servers of `scripts/databases`, or for SQLite in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import subprocess
import tempfile
from typing import Any, Final
import uuid

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.event import listen
from sqlalchemy.pool import NullPool

SQLITE: Final = "sqlite"
SERVERS: Final = ("postgresql", "mariadb")
ENGINES: Final = (SQLITE, *SERVERS)
ROOT: Final = Path(__file__).parents[2]
_DATABASES: Final = ROOT / "scripts" / "databases"
# A server has a minute to start or to stop, and what it has to be made first.
_SECONDS: Final = 180
# What SQLAlchemy calls them.
_BACKENDS: Final = {"postgresql": "postgresql", "mariadb": "mysql"}
# A database that is being used is not dropped there unless one insists.
_INSISTING: Final = {"postgresql": " WITH (FORCE)", "mysql": ""}
# As the recorder sets up its own connections.
_PRAGMAS: Final = ("journal_mode=WAL", "cache_size=-16384", "synchronous=NORMAL", "foreign_keys=ON")


class Place:
    """Makes new databases: on a server, or where there is none, as files."""

    def __init__(self, engine: str, server: URL | None) -> None:
        self.engine = engine
        self._server = server

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """Make a database and give its URL; nothing is left of it afterwards."""
        if self._server is None:
            with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
                yield f"sqlite:///{Path(folder) / 'home-assistant_v2.db'}"
            return
        name = f"benchmark_{uuid.uuid4().hex[:12]}"
        # No pool: the server may have been restarted meanwhile.
        admin = create_engine(self._server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        try:
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            try:
                yield self._server.set(database=name).render_as_string(hide_password=False)
            finally:
                with admin.connect() as connection:
                    connection.execute(text(f"DROP DATABASE {name}{_INSISTING[self._server.get_backend_name()]}"))
        finally:
            admin.dispose()


class OwnServer:
    """A server that nobody else uses, so that it can be stopped and started again."""

    def __init__(self, engine: str, folder: str) -> None:
        self._engine = engine
        self._folder = folder

    @property
    def place(self) -> Place:
        """Return where databases are made on it."""
        return Place(self._engine, _running(self._folder)[self._engine])

    def down(self) -> None:
        """Stop it; what it has is kept."""
        _databases("down", self._engine, folder=self._folder)

    def up(self) -> None:
        """Start it again, and wait until it accepts connections."""
        _databases("up", self._engine, folder=self._folder)


@contextmanager
def own_server(engine: str) -> Iterator[OwnServer]:
    """Start a server in a folder of its own; nothing is left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        _databases("start", engine, folder=folder)
        try:
            yield OwnServer(engine, folder)
        finally:
            _databases("stop", folder=folder)


@contextmanager
def place_for(engine: str) -> Iterator[Place]:
    """Return where databases of an engine are made: on its server if that runs, else on one for this alone."""
    if engine == SQLITE:
        yield Place(engine, None)
    elif url := _running().get(engine):
        yield Place(engine, url)
    else:
        with own_server(engine) as server:
            yield server.place


def _running(folder: str | None = None) -> dict[str, URL]:
    """Return the URLs of the servers that run, by engine."""
    urls = {url.get_backend_name(): url for url in map(make_url, _databases("urls", folder=folder).splitlines())}
    return {engine: urls[backend] for engine, backend in _BACKENDS.items() if backend in urls}


def _databases(*arguments: str, folder: str | None = None) -> str:
    """Run `scripts/databases`, for the servers in a folder, and return what it says."""
    environment = os.environ if folder is None else {**os.environ, "DATABASES": folder}
    return subprocess.run(
        [_DATABASES, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=_SECONDS
    ).stdout


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    """Return an engine for a database, set up as the recorder's is, and dispose of it in the end."""
    # Thousands of rows say nothing more about an error.
    engine = create_engine(url, hide_parameters=True)

    def set_up(connection: Any, _: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    if engine.dialect.name == SQLITE:
        listen(engine, "connect", set_up)
    try:
        yield engine
    finally:
        engine.dispose()
