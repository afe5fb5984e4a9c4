"""The tables as the first version made them, with a day's beginning in them: what an update finds. Never changed."""

from typing import Final

from sqlalchemy import Connection, text

_MARIADB: Final = " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_bin"
# What each engine says where the tables differ: how a source gets its number, and what stands behind a table's columns,
# of tables that are clustered by their key and of others.
_DIFFERENCES: Final = {
    "sqlite": {"numbered": "INTEGER NOT NULL", "clustered": " WITHOUT ROWID", "plain": ""},
    "postgresql": {"numbered": "SERIAL NOT NULL", "clustered": "", "plain": ""},
    "mysql": {"numbered": "INTEGER NOT NULL AUTO_INCREMENT", "clustered": _MARIADB, "plain": _MARIADB},
}
_TABLES: Final = (
    """
    CREATE TABLE smart_lighting_schema (
        version INTEGER NOT NULL,
        changed_ms BIGINT NOT NULL,
        PRIMARY KEY (version)
    ){plain}
    """,
    """
    CREATE TABLE smart_lighting_source (
        source_id {numbered},
        kind SMALLINT NOT NULL,
        name VARCHAR(255) NOT NULL,
        PRIMARY KEY (source_id),
        CONSTRAINT uq_smart_lighting_source UNIQUE (kind, name)
    ){plain}
    """,
    """
    CREATE TABLE smart_lighting_event (
        ts BIGINT NOT NULL,
        src INTEGER NOT NULL,
        kind SMALLINT NOT NULL,
        zone INTEGER NOT NULL,
        val INTEGER NOT NULL,
        flag SMALLINT NOT NULL,
        PRIMARY KEY (ts, src, kind)
    ){clustered}
    """,
    """
    CREATE TABLE smart_lighting_feature (
        win INTEGER NOT NULL,
        zone INTEGER NOT NULL,
        kind SMALLINT NOT NULL,
        n INTEGER NOT NULL,
        n_manual INTEGER NOT NULL,
        n_pos INTEGER NOT NULL,
        pos_ms BIGINT NOT NULL,
        val_ms BIGINT NOT NULL,
        light_ms BIGINT NOT NULL,
        src_ms BIGINT NOT NULL,
        vmin INTEGER NOT NULL,
        vmax INTEGER NOT NULL,
        PRIMARY KEY (win, zone, kind)
    ){clustered}
    """,
    """
    CREATE TABLE smart_lighting_watermark (
        name VARCHAR(32) NOT NULL,
        val BIGINT NOT NULL,
        PRIMARY KEY (name)
    ){plain}
    """,
    """
    CREATE TABLE smart_lighting_dirty_hour (
        hour INTEGER NOT NULL,
        PRIMARY KEY (hour)
    ){clustered}
    """,
    """
    CREATE TABLE smart_lighting_number (
        k SMALLINT NOT NULL,
        light INTEGER NOT NULL,
        PRIMARY KEY (k)
    ){plain}
    """,
)

HOUR: Final = 497_222
"""The hour in which its events begin, counted from 1970: 2026-09-21 14:00 UTC."""
# From then on: a light that goes on at 14:02:30 and off at 15:01:00, someone who moves, and a window
# that was condensed already.
_ROWS: Final = (
    "INSERT INTO smart_lighting_source (kind, name) VALUES (2, 'office'), (1, 'light'), (1, 'motion')",
    """
    INSERT INTO smart_lighting_event VALUES
        (1789999200000, 2, 1, 1, 0, -1), (1789999200000, 3, 2, 1, 0, -1), (1789999350000, 2, 1, 1, 254, 1),
        (1789999351000, 3, 2, 1, 1, 0), (1790002800000, 2, 1, 1, 254, -1), (1790002860000, 2, 1, 1, 0, 0)
    """,
    # The events of the last one are gone long since.
    """
    INSERT INTO smart_lighting_feature VALUES
        (5966664, 1, 1, 1, 1, 1, 150000, 38100000, 15000000000, 300000, 0, 254),
        (5966664, 1, 2, 1, 0, 1, 149000, 149000, 0, 300000, 0, 1),
        (5957664, 1, 1, 0, 0, 0, 300000, 300000, 30000000, 300000, 1, 1)
    """,
    """
    INSERT INTO smart_lighting_watermark VALUES
        ('aggregated_ms', 1789999500000), ('alive_ms', 1790002860000), ('raw_floor_ms', 1789912800000)
    """,
    "INSERT INTO smart_lighting_dirty_hour VALUES (497222)",
    "INSERT INTO smart_lighting_schema VALUES (1, 1789999200000)",
)


def make_version_1(connection: Connection) -> None:
    """Make the tables, and fill them; whoever calls this commits."""
    for table in _TABLES:
        connection.execute(text(table.format(**_DIFFERENCES[connection.dialect.name])))
    # IEC 62386-102, 9.3, in thousandths of a percent.
    lights = [0, *(round(10 ** ((min(k, 254) - 1) / (253 / 3) + 2)) for k in range(1, 288))]
    connection.execute(
        text("INSERT INTO smart_lighting_number VALUES (:k, :light)"),
        [{"k": k, "light": light} for k, light in enumerate(lights)],
    )
    for rows in _ROWS:
        connection.execute(text(rows))
