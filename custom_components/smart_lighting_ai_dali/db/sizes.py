"""How large our tables are: rows and bytes, as far as the engine can tell that without being held up.

SQLite looks at every page of a table, for two seconds at the most; what takes longer stays unknown. PostgreSQL and
MariaDB count only small tables: for larger ones their own estimates are taken, which may be wrong by a few percent
(PostgreSQL) or by a third (MariaDB).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
import time
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Table, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError

from .schema import decision, event, feature, metadata, statistic

# Those that grow; the others have a few hundred rows.
COUNTED: Final[Mapping[str, Table]] = {
    "events": event,
    "features": feature,
    "statistics": statistic,
    "decisions": decision,
}
# A reading that lasts longer delays the recorder's backup lock; in seconds, for all tables together.
MOST_SECONDS: Final = 2.0
# Servers count tables up to this size in a few hundredths of a second; in bytes.
EASILY_COUNTED: Final = 16 * 1024 * 1024
# How many instructions SQLite does before it asks whether it shall go on: those for some hundred pages.
_INSTRUCTIONS: Final = 2_000

_NAMES: Final[BindParameter[Any]] = bindparam("names", expanding=True)
_SQLITE_TREES: Final = text(
    "SELECT tbl_name, name FROM sqlite_master WHERE tbl_name IN :names AND rootpage > 0"
).bindparams(_NAMES)
# Page by page it can be stopped, and COUNT(*) can not. In a clustered table the inner pages have rows as well.
_SQLITE_PAGES: Final = text(
    "SELECT COALESCE(SUM(pgsize), 0), COALESCE(SUM(CASE WHEN pagetype = 'leaf' OR :clustered THEN ncell ELSE 0 END), 0)"
    " FROM dbstat WHERE name = :name"
)
# reltuples is -1 where PostgreSQL has not looked at a table yet.
_ESTIMATES: Final = {
    "postgresql": text(
        "SELECT relname, reltuples, pg_total_relation_size(oid) FROM pg_class"
        " WHERE relname IN :names AND relkind = 'r' AND pg_table_is_visible(oid)"
    ).bindparams(_NAMES),
    "mysql": text(
        "SELECT table_name, table_rows, data_length + index_length FROM information_schema.tables"
        " WHERE table_name IN :names AND table_schema = DATABASE()"
    ).bindparams(_NAMES),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large our tables are."""

    rows: Mapping[str, int | None]
    """Rows by table; None where counting would take too long."""
    size: int | None
    """Bytes of all our tables with their indexes; None where the engine can't tell."""


def measure(connection: Connection, seconds: float = MOST_SECONDS) -> Sizes:
    """Return how large our tables are, exactly for small ones, within about so many seconds; only reads."""
    names = {"names": list(metadata.tables)}
    if connection.dialect.name == "sqlite":
        return _measure_file(connection, names, seconds)
    found = {
        name: (int(estimate), int(size))
        for name, estimate, size in connection.execute(_ESTIMATES[connection.dialect.name], names)
    }
    rows: dict[str, int | None] = {}
    for name, table in COUNTED.items():
        if table.name in found:
            estimate, size = found[table.name]
            is_small = size <= EASILY_COUNTED
            rows[name] = _count(connection, table) if is_small else None if estimate < 0 else estimate
    return Sizes(rows, sum(size for _, size in found.values()))


def _measure_file(connection: Connection, names: Mapping[str, list[str]], seconds: float) -> Sizes:
    trees = connection.execute(_SQLITE_TREES, names).all()
    pages: dict[str, tuple[int, int] | None] = {}
    rows: dict[str, int | None] = {}
    with _at_most(connection, seconds):
        for table, tree in trees:
            clustered = not metadata.tables[table].dialect_options["sqlite"]["with_rowid"]
            pages[tree] = _unless_stopped(partial(_pages, connection, tree, clustered=clustered))
        for name, table in COUNTED.items():
            if table.name in pages:
                seen = pages[table.name]
                rows[name] = _unless_stopped(partial(_count, connection, table)) if seen is None else seen[1]
    sizes = [None if seen is None else seen[0] for seen in pages.values()]
    return Sizes(rows, None if None in sizes else sum(size for size in sizes if size is not None))


def _pages(connection: Connection, tree: str, *, clustered: bool) -> tuple[int, int]:
    """Return the bytes of a table or an index, and the rows of a table."""
    size, rows = connection.execute(_SQLITE_PAGES, {"name": tree, "clustered": clustered}).one()
    return int(size), int(rows)


def _count(connection: Connection, table: Table) -> int:
    """Return the rows of a table; SQLite can be stopped at this, other than at COUNT(*)."""
    return int(connection.execute(select(func.sum(1)).select_from(table)).scalar() or 0)


def _unless_stopped[R](question: Callable[[], R]) -> R | None:
    """Return an answer; None where SQLite was stopped, or was built without the table that tells of pages."""
    try:
        return question()
    except DBAPIError:
        return None


@contextmanager
def _at_most(connection: Connection, seconds: float) -> Iterator[None]:
    """Let SQLite stop what takes longer."""
    file: Any = connection.connection.driver_connection
    ends = time.monotonic() + seconds
    file.set_progress_handler(lambda: time.monotonic() > ends, _INSTRUCTIONS)
    try:
        yield
    finally:
        file.set_progress_handler(None, 0)
