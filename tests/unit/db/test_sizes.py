"""How large our tables are is told exactly where that is quick, and not at all, or about, where it is not."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import Connection, text

from custom_components.smart_lighting_ai_dali.db import sizes
from custom_components.smart_lighting_ai_dali.db.schema import decision
from custom_components.smart_lighting_ai_dali.db.sizes import measure
from tests.databases import SERVERS, SQLITE

EVENTS = 2000
MANY = 500_000
NOTHING_ELSE = {"features": 0, "statistics": 0, "decisions": 0}


def fill(connection: Connection) -> None:
    connection.execute(
        text("INSERT INTO smart_lighting_event (ts, src, kind, zone, val, flag) VALUES (:ts, 1, 1, 2, 0, 0)"),
        [{"ts": ts} for ts in range(EVENTS)],
    )


def file_of(connection: Connection) -> sqlite3.Connection:
    file: Any = connection.connection.driver_connection
    assert isinstance(file, sqlite3.Connection)
    return file


on_sqlite = pytest.mark.parametrize("database", [SQLITE], indirect=True)
on_servers = pytest.mark.parametrize("database", SERVERS, indirect=True)


def test_small_tables_are_counted(connection: Connection) -> None:
    fill(connection)
    connection.execute(decision.insert(), [{"ts": ts, "zone": 1, "planner": 1, "outcome": 1} for ts in range(300)])
    measured = measure(connection)
    assert measured.rows == {"events": EVENTS, **NOTHING_ELSE, "decisions": 300}
    # A page for each table and each index, at the least.
    assert measured.size is not None
    assert measured.size >= 10 * 4096


@on_sqlite
def test_what_takes_too_long_stays_unknown(connection: Connection) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
    connection.execute(
        text(f"INSERT INTO smart_lighting_event {numbers} SELECT i, 1, 1, 2, 0, 0 FROM n"),  # noqa: S608
        {"last": MANY},
    )
    measured = measure(connection, seconds=0)
    assert measured.rows["events"] is None
    assert measured.rows["decisions"] == 0
    assert measured.size is None
    # The connection can be used on.
    assert measure(connection).rows["events"] == MANY


@on_sqlite
def test_a_sqlite_that_tells_no_pages_counts_all_the_same(connection: Connection) -> None:
    fill(connection)

    def forbid(action: int, name: str | None, *_: str | None) -> int:
        return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_READ and name == "dbstat" else sqlite3.SQLITE_OK

    file_of(connection).set_authorizer(forbid)
    measured = measure(connection)
    file_of(connection).set_authorizer(None)
    assert measured.rows == {"events": EVENTS, **NOTHING_ELSE}
    assert measured.size is None


@on_servers
def test_large_tables_are_estimated(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(connection)
    table = "TABLE " if connection.dialect.name == "mysql" else ""
    connection.execute(text(f"ANALYZE {table}smart_lighting_event")).close()
    monkeypatch.setattr(sizes, "EASILY_COUNTED", 0)
    estimate = measure(connection).rows["events"]
    assert estimate == pytest.approx(EVENTS, rel=0.4)
