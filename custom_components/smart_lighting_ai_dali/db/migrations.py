"""How our tables come into being, and from one version to the next."""

from collections.abc import Callable
import logging
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, func, inspect, select, text

from .dirty_hours import mark_hours
from .schema import (
    HOUR_MS,
    NUMBERS,
    WINDOW_MS,
    WINDOWS_PER_HOUR,
    carried,
    decision,
    dirty_hour,
    event,
    feature,
    light_of,
    metadata,
    number,
    schema,
    source,
    statistic,
    watermark,
    window,
)
from .watermarks import Watermark, forget_watermark, read_watermark, write_watermark

_LOGGER = logging.getLogger(f"{__package__}.health")

VERSION: Final = 4

_NEWEST: Final = select(func.max(schema.c.version))


class SchemaTooNewError(Exception):
    """A newer version of this integration has been here: its tables are left alone."""


def version_of(connection: Connection) -> int:
    """Return the version of the tables; 0 where there are none."""
    if not inspect(connection).has_table(schema.name):
        return 0
    return connection.execute(_NEWEST).scalar() or 0


def migrate(connection: Connection, now_ms: int) -> None:
    """Bring the tables to `VERSION`, step by step; whoever calls this commits.

    Each step can be done again where it was killed half-way, as MariaDB commits what changes tables by itself. Raises
    SchemaTooNewError.
    """
    present = version_of(connection)
    _require(present)
    if present == VERSION:
        present = _mend(connection)
    for version in range(present + 1, VERSION + 1):
        _STEPS[version](connection)
        connection.execute(schema.insert().values(version=version, changed_ms=now_ms))


def require_version(connection: Connection) -> None:
    """Raise SchemaTooNewError where somebody newer has changed the tables since we looked at them."""
    _require(connection.execute(_NEWEST).scalar() or 0)


def _require(present: int) -> None:
    if present > VERSION:
        raise SchemaTooNewError(f"the tables are of version {present}, and this integration knows {VERSION}")


def _make_missing_tables(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=True)
    # A table and its index are made one after the other: whoever was killed in between has the table alone.
    for table in metadata.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _mend(connection: Connection) -> int:
    """Make tables anew that are gone, and have filled again what can be; return the version that there is then."""
    there = set(inspect(connection).get_table_names())
    gone = {table for table in metadata.sorted_tables if table.name not in there}
    if not gone:
        return VERSION
    _LOGGER.warning("tables=lost count=%d hint='what events tell is condensed again; the rest is gone'", len(gone))
    if gone & {source, watermark}:
        # Whose the numbers in the others are, or how far they go, nobody knows any more.
        metadata.drop_all(connection)
        return 0
    _make_missing_tables(connection)
    _fill_constants(connection)
    if carried in gone:
        forget_watermark(connection, Watermark.CARRIED)
    if event in gone:
        _freeze(connection)
    elif gone & {feature, statistic, dirty_hour}:
        _mark_all(connection)
    return VERSION


def _freeze(connection: Connection) -> None:
    """Leave features as they are: what they were condensed from is gone."""
    for table in (dirty_hour, carried):
        connection.execute(table.delete())
    forget_watermark(connection, Watermark.CARRIED)
    if (aggregated := read_watermark(connection, Watermark.AGGREGATED)) is not None:
        write_watermark(connection, Watermark.RAW_FLOOR, aggregated - aggregated % HOUR_MS)


def _mark_all(connection: Connection) -> None:
    """Have all events condensed again."""
    first, last = connection.execute(select(func.min(event.c.ts), func.max(event.c.ts))).one()
    if first is not None:
        mark_hours(connection, range(first // HOUR_MS, last // HOUR_MS + 1))


def _fill_constants(connection: Connection) -> None:
    """Fill the tables that are only joined with."""
    _fill(connection, number, number.c.k, [{"k": k, "light": light_of(k)} for k in range(NUMBERS)])
    starts = [{"start_ms": k * WINDOW_MS, "k": k} for k in range(WINDOWS_PER_HOUR)]
    _fill(connection, window, window.c.start_ms, starts)


def _fill(connection: Connection, table: Table, key: Column[Any], rows: list[dict[str, int]]) -> None:
    """Put those rows into a table that are not in it yet."""
    there = set(connection.execute(select(key)).scalars())
    if missing := [row for row in rows if row[key.name] not in there]:
        connection.execute(table.insert(), missing)


def _first(connection: Connection) -> None:
    """Make all tables, and the numbers."""
    _make_missing_tables(connection)
    _fill_constants(connection)


def _second(connection: Connection) -> None:
    """Add what learners need: squares, unknown time, and the tables of statistics and decisions."""
    _make_missing_tables(connection)
    there = {column["name"] for column in inspect(connection).get_columns(feature.name)}
    for column in (feature.c.square_ms, feature.c.unknown_ms):
        if column.name not in there:
            connection.execute(text(f"ALTER TABLE {feature.name} ADD COLUMN {column.name} BIGINT DEFAULT 0 NOT NULL"))
    _fill_constants(connection)
    # What is there of events is condensed again, to fill them.
    _mark_all(connection)


def _third(connection: Connection) -> None:
    """Add the table of what is carried from window to window."""
    _make_missing_tables(connection)


def _fourth(connection: Connection) -> None:
    """Add what a decision was made of: its plan, its reason and its inputs."""
    there = {column["name"] for column in inspect(connection).get_columns(decision.name)}
    columns = decision.c
    for column in (columns.reason, columns.plan, columns.clamps, columns.inputs, columns.inputs_hash, columns.context):
        if column.name not in there:
            kind = column.type.compile(connection.dialect)
            connection.execute(text(f"ALTER TABLE {decision.name} ADD COLUMN {column.name} {kind}"))


_STEPS: Final[dict[int, Callable[[Connection], None]]] = {1: _first, 2: _second, 3: _third, 4: _fourth}
