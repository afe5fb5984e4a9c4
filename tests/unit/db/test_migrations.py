"""Tables of every version become the newest, keep what is in them, and are the same however they came into being."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event as sqlalchemy_event, func, select, text

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate
from custom_components.smart_lighting_ai_dali.db.migrations import VERSION, SchemaTooNewError, migrate, version_of
from custom_components.smart_lighting_ai_dali.db.schema import (
    HOUR_MS,
    NUMBERS,
    WINDOW_MS,
    WINDOWS_PER_HOUR,
    decision,
    dirty_hour,
    event,
    feature,
    light_of,
    metadata,
    number,
    schema,
    source,
    watermark,
    window,
)
from custom_components.smart_lighting_ai_dali.db.signals import Cause, Event, Signal

from .reference import features_of
from .structure import structure_of
from .version_1 import HOUR, make_version_1

NOW = (HOUR + 3) * HOUR_MS


@contextmanager
def changes(connection: Connection) -> Iterator[list[str]]:
    """Return the statements that change something."""
    found: list[str] = []

    def executes(_: Connection, __: object, statement: str, *___: object) -> None:
        if not statement.lstrip().startswith(("SELECT", "DESCRIBE", "SHOW", "PRAGMA")):
            found.append(statement)

    sqlalchemy_event.listen(connection, "before_cursor_execute", executes)
    yield found
    sqlalchemy_event.remove(connection, "before_cursor_execute", executes)


def test_without_tables_the_version_is_0(empty: Connection) -> None:
    assert version_of(empty) == 0
    migrate(empty, NOW)
    assert version_of(empty) == VERSION
    assert list(empty.execute(select(schema)).tuples()) == [(version, NOW) for version in range(1, VERSION + 1)]


def test_what_is_joined_with_is_there(empty: Connection) -> None:
    migrate(empty, NOW)
    assert dict(empty.execute(select(number)).tuples().all()) == {k: light_of(k) for k in range(NUMBERS)}
    assert dict(empty.execute(select(window)).tuples().all()) == {k * WINDOW_MS: k for k in range(WINDOWS_PER_HOUR)}


def test_what_is_new_already_is_only_looked_at(empty: Connection) -> None:
    migrate(empty, NOW)
    with changes(empty) as found:
        migrate(empty, NOW + 1)
    assert found == []


def test_version_1_becomes_what_a_new_database_is(empty: Connection) -> None:
    make_version_1(empty)
    empty.commit()
    assert version_of(empty) == 1
    migrate(empty, NOW)
    empty.commit()
    updated = structure_of(empty)
    metadata.drop_all(empty)
    empty.commit()
    migrate(empty, NOW)
    empty.commit()
    assert updated == structure_of(empty)


def test_version_1_keeps_its_rows(empty: Connection) -> None:
    make_version_1(empty)
    kept = (source, event, watermark)
    before = [set(empty.execute(select(table)).tuples()) for table in kept]
    features = set(empty.execute(text("SELECT * FROM smart_lighting_feature")).tuples())
    migrate(empty, NOW)
    assert [set(empty.execute(select(table)).tuples()) for table in kept] == before
    assert {tuple(row)[:12] for row in empty.execute(select(feature))} == features
    assert empty.execute(select(func.count()).select_from(number)).scalar_one() == NUMBERS


def test_what_the_first_version_condensed_is_condensed_again(empty: Connection) -> None:
    make_version_1(empty)
    migrate(empty, NOW)
    assert set(empty.execute(select(dirty_hour.c.hour)).scalars()) == {HOUR, HOUR + 1}
    while aggregate(empty, NOW).more:
        pass
    assert set(empty.execute(select(dirty_hour.c.hour)).scalars()) == set()
    events = [
        Event(time=ts, source=src, signal=Signal(kind), zone=zone, value=val, cause=Cause(flag))
        for ts, src, kind, zone, val, flag in empty.execute(select(event)).tuples()
    ]
    # One whose events are gone is as it was.
    old = {(HOUR * 12 - 9000, 1, 1): (0, 0, 0, 300_000, 300_000, 30_000_000, 300_000, 1, 1, 0, 0)}
    assert {tuple(row)[:3]: tuple(map(int, row[3:])) for row in empty.execute(select(feature))} == features_of(
        events, NOW
    ) | old


def test_decisions_of_version_3_get_room_for_what_they_were_made_of(empty: Connection) -> None:
    migrate(empty, NOW)
    empty.commit()
    new = structure_of(empty)
    for column in ("reason", "plan", "clamps", "inputs", "inputs_hash", "context"):
        empty.execute(text(f"ALTER TABLE smart_lighting_decision DROP COLUMN {column}"))
    empty.execute(schema.delete().where(schema.c.version > 3))
    empty.execute(decision.insert().values(ts=NOW, zone=1, planner=0, outcome=1, level_to=50_000))
    empty.commit()
    migrate(empty, NOW)
    empty.commit()
    assert structure_of(empty) == new
    assert empty.execute(select(decision.c.level_to, decision.c.reason)).one() == (50_000, None)


def test_tables_of_a_newer_version_are_left_alone(empty: Connection) -> None:
    migrate(empty, NOW)
    empty.execute(schema.insert().values(version=VERSION + 1, changed_ms=NOW))
    with changes(empty) as found, pytest.raises(SchemaTooNewError, match=str(VERSION + 1)):
        migrate(empty, NOW)
    assert found == []
