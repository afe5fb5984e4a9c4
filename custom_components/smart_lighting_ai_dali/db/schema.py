"""Our tables in the recorder's database, and how they come into being.

All are `smart_lighting_*`; none refers to a table of the recorder. Events and features are clustered by their keys,
which makes a row 22 bytes on SQLite where the recorder's states have 160.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    func,
    inspect,
    select,
    text,
)

VERSION: Final = 2
WINDOW_MS: Final = 300_000
"""A window of features: five minutes."""
HOUR_MS: Final = 3_600_000
WINDOWS_PER_HOUR: Final = HOUR_MS // WINDOW_MS
# The levels 0 to 254 with their light, and a few more: the table was once for the windows of a day, too.
NUMBERS: Final = 288

metadata: Final = MetaData()
# As the recorder's own tables are made.
_OPTIONS: Final[dict[str, Any]] = {
    "mysql_engine": "InnoDB",
    "mysql_default_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_default_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}


def _table(name: str, *parts: Column[Any] | UniqueConstraint, clustered: bool = False) -> Table:
    return Table(f"smart_lighting_{name}", metadata, *parts, sqlite_with_rowid=not clustered, **_OPTIONS)


schema = _table(
    "schema",
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("changed_ms", BigInteger, nullable=False),
)
source = _table(
    "source",
    Column("source_id", Integer, primary_key=True, autoincrement=True),
    Column("kind", SmallInteger, nullable=False),
    Column("name", String(255), nullable=False),
    UniqueConstraint("kind", "name", name="uq_smart_lighting_source"),
)
event = _table(
    "event",
    Column("ts", BigInteger, primary_key=True, autoincrement=False),
    Column("src", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("zone", Integer, nullable=False),
    Column("val", Integer, nullable=False),
    Column("flag", SmallInteger, nullable=False),
    clustered=True,
)
feature = _table(
    "feature",
    Column("win", Integer, primary_key=True, autoincrement=False),
    Column("zone", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("n_manual", Integer, nullable=False),
    Column("n_pos", Integer, nullable=False),
    Column("pos_ms", BigInteger, nullable=False),
    Column("val_ms", BigInteger, nullable=False),
    Column("light_ms", BigInteger, nullable=False),
    Column("src_ms", BigInteger, nullable=False),
    Column("vmin", Integer, nullable=False),
    Column("vmax", Integer, nullable=False),
    # Since version 2.
    Column("square_ms", BigInteger, nullable=False, server_default="0"),
    Column("unknown_ms", BigInteger, nullable=False, server_default="0"),
    clustered=True,
)
statistic = _table(
    "statistic",
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("zone", Integer, primary_key=True, autoincrement=False),
    Column("statistic", SmallInteger, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    clustered=True,
)
decision = _table(
    "decision",
    # SQLite numbers rows by itself only where the column is called INTEGER.
    Column("decision_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("ts", BigInteger, nullable=False, index=True),
    Column("zone", Integer, nullable=False),
    Column("planner", SmallInteger, nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("level_from", Integer, nullable=True),
    Column("level_to", Integer, nullable=True),
    Column("confidence", Integer, nullable=True),
    Column("detail", String(255), nullable=True),
)
watermark = _table(
    "watermark",
    Column("name", String(32), primary_key=True),
    Column("val", BigInteger, nullable=False),
)
dirty_hour = _table(
    "dirty_hour",
    Column("hour", Integer, primary_key=True, autoincrement=False),
    clustered=True,
)
number = _table(
    "number",
    Column("k", SmallInteger, primary_key=True, autoincrement=False),
    Column("light", Integer, nullable=False),
)
# The windows of an hour: a range of their starts is found by the key, on every engine.
window = _table(
    "window",
    Column("start_ms", Integer, primary_key=True, autoincrement=False),
    Column("k", SmallInteger, nullable=False),
)


class SchemaTooNewError(Exception):
    """A newer version of this integration has been here: its tables are left alone."""


def light_of(level: int) -> int:
    """Return the light of a level in thousandths of a percent: 0, or 100 to 100 000 (IEC 62386-102, 9.3)."""
    return 0 if level == 0 else round(10 ** ((min(level, 254) - 1) / (253 / 3) + 2))


def version_of(connection: Connection) -> int:
    """Return the version of the tables; 0 where there are none."""
    if not inspect(connection).has_table(schema.name):
        return 0
    return max(connection.execute(select(schema.c.version)).scalars(), default=0)


def migrate(connection: Connection, now_ms: int) -> None:
    """Bring the tables to `VERSION`, step by step; whoever calls this commits.

    Each step can be done again where it was killed half-way, as MariaDB commits what changes tables by itself. Raises
    SchemaTooNewError.
    """
    present = version_of(connection)
    if present > VERSION:
        raise SchemaTooNewError(f"the tables are of version {present}, and this integration knows {VERSION}")
    for version in range(present + 1, VERSION + 1):
        _STEPS[version](connection)
        connection.execute(schema.insert().values(version=version, changed_ms=now_ms))


def require_version(connection: Connection) -> None:
    """Raise SchemaTooNewError where somebody newer has changed the tables since we looked at them."""
    present = connection.execute(select(func.max(schema.c.version))).scalar()
    if present is not None and present > VERSION:
        raise SchemaTooNewError(f"the tables are of version {present}, and this integration knows {VERSION}")


def _make_missing_tables(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=True)
    # A table and its index are made one after the other: whoever was killed in between has the table alone.
    for table in metadata.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _first(connection: Connection) -> None:
    """Make all tables, and the numbers."""
    _make_missing_tables(connection)
    there = set(connection.execute(select(number.c.k)).scalars())
    missing = [{"k": k, "light": light_of(k)} for k in range(NUMBERS) if k not in there]
    if missing:
        connection.execute(number.insert(), missing)


def _second(connection: Connection) -> None:
    """Add what learners need: squares, unknown time, and the tables of statistics and decisions."""
    _make_missing_tables(connection)
    there = {column["name"] for column in inspect(connection).get_columns(feature.name)}
    for column in (feature.c.square_ms, feature.c.unknown_ms):
        if column.name not in there:
            connection.execute(text(f"ALTER TABLE {feature.name} ADD COLUMN {column.name} BIGINT DEFAULT 0 NOT NULL"))
    starts = set(connection.execute(select(window.c.start_ms)).scalars())
    missing = [{"start_ms": k * WINDOW_MS, "k": k} for k in range(WINDOWS_PER_HOUR) if k * WINDOW_MS not in starts]
    if missing:
        connection.execute(window.insert(), missing)
    # What is there of events is condensed again, to fill them.
    first, last = connection.execute(select(func.min(event.c.ts), func.max(event.c.ts))).one()
    if first is not None:
        marked = set(connection.execute(select(dirty_hour.c.hour)).scalars())
        hours = set(range(first // HOUR_MS, last // HOUR_MS + 1)) - marked
        if hours:
            connection.execute(dirty_hour.insert(), [{"hour": hour} for hour in sorted(hours)])


_STEPS: Final[dict[int, Callable[[Connection], None]]] = {1: _first, 2: _second}
