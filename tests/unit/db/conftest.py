"""A database with our tables, on each engine that the recorder can have."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine

from custom_components.smart_lighting_ai_dali.db.migrations import migrate
from tests.databases import ENGINES, new_database


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Return the address of a database with nothing in it."""
    with new_database(request.param, request, tmp_path) as url:
        yield url


@pytest.fixture
def empty(database: URL) -> Iterator[Connection]:
    """Return a connection to a database with nothing in it."""
    engine = create_engine(database)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def connection(empty: Connection) -> Connection:
    """Return a connection to a database with nothing but our new tables, of which the tests commit nothing."""
    migrate(empty, 0)
    empty.commit()
    return empty
