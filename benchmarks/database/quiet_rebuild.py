"""Everything is condensed anew in SQL and by a loop in Python, with nothing else going on."""

import statistics
import time
from typing import Final

from sqlalchemy import Connection, MetaData, Table, text

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate, hours_between
from custom_components.smart_lighting_ai_dali.db.dirty_hours import mark_hours
from custom_components.smart_lighting_ai_dali.db.migrations import migrate
from custom_components.smart_lighting_ai_dali.db.schema import feature, statistic

from .building import START, end_of, fill
from .places import Place, connected
from .python_loop import condense

_ROUNDS: Final = 3


def measure(place: Place, rows: int) -> dict[str, float | None]:
    """Compare how long both take, in turns; raises RuntimeError where they do not make the same rows."""
    end = end_of(rows)
    peers = MetaData()
    tables = {table: table.to_metadata(peers, name=f"benchmark_{table.name}") for table in (feature, statistic)}
    ratios = []
    with place.new_database() as url, connected(url) as engine:
        with engine.begin() as connection:
            migrate(connection, 0)
            peers.create_all(connection)
        fill(engine, rows)
        with engine.connect() as connection:
            for _ in range(_ROUNDS):
                begun = time.perf_counter()
                _condense_in_sql(connection, end)
                ours = time.perf_counter() - begun
                begun = time.perf_counter()
                condense(connection, tables[feature], tables[statistic], START, end)
                ratios.append(ours / (time.perf_counter() - begun))
            for table, peer in tables.items():
                _require_same(connection, table, peer)
    return {"rebuild_vs_python_loop": statistics.median(ratios)}


def _condense_in_sql(connection: Connection, end: int) -> None:
    """Condense everything anew, in the steps in which the job does it."""
    mark_hours(connection, hours_between(connection, None, None))
    connection.commit()
    more = True
    while more:
        more = aggregate(connection, end).more
        connection.commit()


def _require_same(connection: Connection, table: Table, peer: Table) -> None:
    """Raise RuntimeError where two tables do not have the same rows."""
    columns = ", ".join(column.name for column in table.columns)
    for one, other in ((table, peer), (peer, table)):
        more = connection.execute(
            text(f"SELECT {columns} FROM {one.name} EXCEPT SELECT {columns} FROM {other.name} LIMIT 1")
        ).first()
        if more is not None:
            raise RuntimeError(f"a row of {one.name} is not in {other.name}: {more}")
