"""Tables that are gone are made anew, and what events tell is condensed again by the job alone."""

import pytest
from sqlalchemy import Connection, Table, func, select

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate
from custom_components.smart_lighting_ai_dali.db.ingestion import NameKind, insert_events, number_of_source
from custom_components.smart_lighting_ai_dali.db.migrations import VERSION, migrate, version_of
from custom_components.smart_lighting_ai_dali.db.schema import (
    HOUR_MS,
    WINDOW_MS,
    carried,
    decision,
    dirty_hour,
    event,
    feature,
    metadata,
    number,
    schema,
    source,
    statistic,
    watermark,
    window,
)
from custom_components.smart_lighting_ai_dali.db.signals import Event, Signal

START = 1_790_000_000_000 // HOUR_MS * HOUR_MS
NOW = START + 3 * HOUR_MS + 2 * WINDOW_MS + 1
# What was carried from one run to the next is only a help, and is made when it is needed.
KNOWN = [table for table in metadata.sorted_tables if table not in {schema, carried, watermark}]


@pytest.fixture
def filled(empty: Connection) -> Connection:
    """Return a database with some hours of a room, all condensed."""
    migrate(empty, NOW)
    lamp, office = number_of_source(empty, NameKind.SOURCE, "lamp"), number_of_source(empty, NameKind.ZONE, "office")
    for hour in range(4):
        insert_events(
            empty, [of(lamp, office, START + hour * HOUR_MS + step * WINDOW_MS, step * 60) for step in (0, 2)]
        )
    condense(empty)
    empty.commit()
    return empty


def of(lamp: int, office: int, at: int, level: int) -> Event:
    """Return what a lamp did."""
    return Event(time=at, source=lamp, signal=Signal.LEVEL, zone=office, value=level)


def condense(connection: Connection) -> None:
    """Let the job run, as it does every five minutes."""
    while aggregate(connection, NOW).more:
        pass


def rows(connection: Connection, table: Table) -> set[tuple[object, ...]]:
    """Return what is in a table."""
    return {tuple(row) for row in connection.execute(select(table))}


def lose(connection: Connection, *tables: Table) -> None:
    """Let tables be gone, as by somebody who tidies up."""
    for table in tables:
        table.drop(connection)
    connection.commit()


@pytest.mark.parametrize(
    "tables",
    [
        (feature,),
        (statistic,),
        (feature, statistic, carried),
        (dirty_hour,),
        (carried,),
        (number,),
        (window,),
        (schema,),
    ],
    ids=lambda tables: "_".join(table.name.removeprefix("smart_lighting_") for table in tables),
)
def test_what_is_made_of_events_is_made_of_them_again(filled: Connection, tables: tuple[Table, ...]) -> None:
    before = {table.name: rows(filled, table) for table in KNOWN}
    lose(filled, *tables)
    migrate(filled, NOW)
    condense(filled)
    assert {table.name: rows(filled, table) for table in KNOWN} == before
    assert version_of(filled) == VERSION


def test_features_outlive_the_events_that_they_were_made_of(filled: Connection) -> None:
    before = rows(filled, feature), rows(filled, statistic)
    filled.execute(dirty_hour.insert().values(hour=START // HOUR_MS))
    lose(filled, event)
    migrate(filled, NOW)
    condense(filled)
    assert (rows(filled, feature), rows(filled, statistic)) == before
    # What happens from now on is collected as ever.
    insert_events(filled, [of(1, 2, NOW, 100)])
    assert len(rows(filled, event)) == 1


def test_decisions_begin_anew(filled: Connection) -> None:
    lose(filled, decision)
    migrate(filled, NOW)
    assert rows(filled, decision) == set()
    assert len(rows(filled, event)) == 8


@pytest.mark.parametrize("table", [source, watermark], ids=["source", "watermark"])
def test_numbers_without_names_are_nothing(filled: Connection, table: Table) -> None:
    lose(filled, table)
    migrate(filled, NOW + 1)
    assert rows(filled, event) == rows(filled, feature) == set()
    assert filled.execute(select(func.min(schema.c.changed_ms))).scalar_one() == NOW + 1
