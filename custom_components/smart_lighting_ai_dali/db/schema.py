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
    inspect,
    select,
)

VERSION: Final = 1
WINDOW_MS: Final = 300_000
"""A window of features: five minutes."""
HOUR_MS: Final = 3_600_000
WINDOWS_PER_HOUR: Final = HOUR_MS // WINDOW_MS
# Numbers to join with: the windows of a day, and the levels 0 to 254 with their light.
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
    clustered=True,
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


def _first(connection: Connection) -> None:
    """Make all tables, and the numbers."""
    metadata.create_all(connection, checkfirst=True)
    there = set(connection.execute(select(number.c.k)).scalars())
    missing = [{"k": k, "light": light_of(k)} for k in range(NUMBERS) if k not in there]
    if missing:
        connection.execute(number.insert(), missing)


_STEPS: Final[dict[int, Callable[[Connection], None]]] = {1: _first}
