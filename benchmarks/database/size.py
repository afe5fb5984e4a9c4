"""How many bytes an event takes in the database, and how many a state of the recorder takes."""

from typing import Final

from sqlalchemy import Connection, text

from custom_components.smart_lighting_ai_dali.db.schema import event

from .home import Home

_STATES: Final = 20_000
# Of many more that wait to be written together the recorder makes hard work.
_AT_ONCE: Final = 1000
# Tables and their indexes; what our tables are clustered by is the table itself.
_BYTES: Final = text("""
SELECT sum(pgsize) FROM dbstat
WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = :table AND type IN ('table', 'index'))
""")


async def measure(home: Home) -> dict[str, float | None]:
    """Compare the rows of a history with at least some thousand states; on SQLite, which says what is whose."""
    if home.recorder.dialect_name != "sqlite":
        return {"row_vs_states_row": None}
    for _ in range(_STATES // _AT_ONCE):
        for _ in range(_AT_ONCE):
            home.change_a_state()
        await home.recorded()
    return {"row_vs_states_row": await home.database.async_read("size", _ratio)}


def _ratio(connection: Connection) -> float:
    return _bytes_of_a_row(connection, event.name) / _bytes_of_a_row(connection, "states")


def _bytes_of_a_row(connection: Connection, table: str) -> float:
    rows = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return float(connection.execute(_BYTES, {"table": table}).scalar_one()) / int(rows)
