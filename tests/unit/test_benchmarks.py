"""The benchmarks measure what they say: peers that make the same, from the same building each time."""

from itertools import pairwise

from benchmarks.database.building import SOURCES, START, ZONES, Building, end_of, history
from benchmarks.database.places import SQLITE, Place
from benchmarks.database.quiet_rebuild import measure

ROWS = 5000


def building() -> Building:
    """Return a building whose sources and zones have numbers."""
    return Building(list(range(SOURCES)), list(range(ZONES)))


def test_a_building_has_the_same_history_each_time() -> None:
    rows = list(history(building(), ROWS))
    assert len(rows) == ROWS
    assert all(one[:3] < other[:3] for one, other in pairwise(rows))
    assert START == rows[0][0] < rows[-1][0] < end_of(ROWS)
    assert rows == list(history(building(), ROWS))


def test_the_loop_in_python_makes_the_rows_that_the_statements_make() -> None:
    # It raises where they do not agree.
    assert measure(Place(SQLITE, None), ROWS)["rebuild_vs_python_loop"]
