"""Read the recorder's database beside the recorder.

A SQLite file is read with connections of our own, which can't write. The recorder closes those of its executor when it
ends or has to start a new file, and a process dies in which a thread is reading from one that is closed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
import sqlite3
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.orm import Session

_IN_MEMORY: Final = (None, "", ":memory:")


@contextmanager
def reading(engine: Engine | None, get_session: Callable[[], Session]) -> Iterator[Connection]:
    """Return a connection to read with; on a thread of the recorder's executor alone.

    Raises RuntimeError where the recorder has no database at present.
    """
    if engine is None:
        raise RuntimeError("the recorder has no database at present")
    if engine.dialect.name == "sqlite" and (file := engine.url.database) not in _IN_MEMORY:
        with reader_of(str(file)).connect() as connection:
            yield connection
        return
    session = get_session()
    try:
        yield session.connection()
    finally:
        session.close()


@lru_cache(maxsize=1)
def reader_of(file: str) -> Engine:
    """Return what opens a SQLite file anew for each reading, and can't write: it may be another by then."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(file)}?mode=ro", uri=True)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)
