"""Our tables in the recorder's database.

All are `smart_lighting_*`; none refers to a table of the recorder. Events and features are clustered by their keys,
which makes a row 22 bytes on SQLite where the recorder's states have 160.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, SmallInteger, String, Table, UniqueConstraint

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
    # Since version 4.
    Column("reason", String(32), nullable=True),
    Column("plan", String(255), nullable=True),
    Column("clamps", String(64), nullable=True),
    Column("inputs", String(1000), nullable=True),
    Column("inputs_hash", String(16), nullable=True),
    Column("context", String(36), nullable=True),
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
# When each source said last what holds from a window on. Since version 3.
carried = _table(
    "carried",
    Column("src", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("ts", BigInteger, nullable=False),
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


def light_of(level: int) -> int:
    """Return the light of a level in thousandths of a percent: 0, or 100 to 100 000 (IEC 62386-102, 9.3)."""
    return 0 if level == 0 else round(10 ** ((min(level, 254) - 1) / (253 / 3) + 2))
