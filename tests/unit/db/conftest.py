"""A database with our tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from custom_components.smart_lighting_ai_dali.db.schema import migrate


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Return a connection to a new database on disk."""
    engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    with engine.connect() as connection:
        migrate(connection, 0)
        yield connection
    engine.dispose()
