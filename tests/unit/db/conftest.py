"""A database with our tables, on each engine that the recorder can have."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
import subprocess
from typing import Final
import uuid

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text

from custom_components.smart_lighting_ai_dali.db.schema import metadata, migrate

_DATABASES: Final = Path(__file__).parents[3] / "scripts" / "databases"
# What SQLAlchemy calls them.
SQLITE: Final = "sqlite"
SERVERS: Final = ("postgresql", "mysql")


@contextmanager
def _own_database(server: URL) -> Iterator[Engine]:
    """Return an engine for a new database on a server; others may be running their tests there as well."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    engine = create_engine(server.set(database=name))
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield engine
        finally:
            engine.dispose()
            connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, Engine]]:
    """Return an engine for each server that runs, by the name of its dialect."""
    urls = subprocess.run([_DATABASES, "urls"], check=True, capture_output=True, text=True, timeout=10).stdout
    with ExitStack() as stack:
        yield {
            url.get_backend_name(): stack.enter_context(_own_database(url)) for url in map(make_url, urls.splitlines())
        }


@pytest.fixture(params=[SQLITE, *(pytest.param(name, id="mariadb" if name == "mysql" else name) for name in SERVERS)])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    """Return a connection to a database with nothing but our new tables, of which the tests commit nothing."""
    with ExitStack() as stack:
        if request.param == SQLITE:
            engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}")
            stack.callback(engine.dispose)
        else:
            # PyMySQL is written in Python: the test helpers keep sockets from it.
            request.getfixturevalue("socket_enabled")
            servers: dict[str, Engine] = request.getfixturevalue("servers")
            if request.param not in servers:
                pytest.skip("its server does not run: scripts/databases start")
            engine = servers[request.param]
        with engine.connect() as connection:
            metadata.drop_all(connection)
            migrate(connection, 0)
            connection.commit()
            yield connection
