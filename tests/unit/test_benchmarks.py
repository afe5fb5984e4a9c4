"""The benchmarks measure what they say: peers that make the same, from the same building each time."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from benchmarks.database.building import SOURCES, START, ZONES, Building, end_of, history
from benchmarks.database.places import SQLITE, Place
from benchmarks.database.quiet_rebuild import measure
from benchmarks.decisions.following import Course, DayFigures, Look
from benchmarks.decisions.plots import plot_day, plot_months
from benchmarks.decisions.replayed import compare
from custom_components.smart_lighting_ai_dali.replay.zone_replay import Contender
from custom_components.smart_lighting_ai_dali.simulator.world.figures import Tally

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


def test_a_replay_says_what_is_so_in_a_world() -> None:
    compared = compare("home", seed=3, live="pir_20_min", learning_days=6, days=3)
    truth, replayed = compared.truths[Contender.PIR_20], compared.replayed
    # The record is that of the motion sensor: the replay of it takes what it took, but for what people switched off.
    kwh = truth.total.kwh - compared.standby_kwh
    assert replayed.total.scores[Contender.RECORDED].kwh == pytest.approx(kwh, rel=0.01)
    assert replayed.total.scores[Contender.PIR_20].kwh == pytest.approx(kwh, rel=0.2)
    bath = replayed.zones["Bath"].scores[Contender.RECORDED]
    assert bath.occupied_h == pytest.approx(truth.rooms["Bath"].occupied_h, rel=0.25)
    # Who is better is better in truth, too.
    for figure in ("lux_satisfaction", "false_offs_per_day"):
        rules, pir_5 = (getattr(replayed.total.scores[one], figure) for one in (Contender.RULES, Contender.PIR_5))
        true_rules, true_pir_5 = (
            getattr(compared.truths[one].total, figure) for one in (Contender.RULES, Contender.PIR_5)
        )
        assert (rules > pir_5) is (true_rules > true_pir_5), figure
    used = replayed.total.scores[Contender.RULES].energy_vs_reference
    assert used is not None
    assert used < 0.6


def test_plots_are_pictures() -> None:
    looks = [
        Look(hour=hour, wanted=200.0 if hour > 12 else None, daylight=hour * 10, lux=hour * 20, light=0.5)
        for hour in range(24)
    ]
    days = [DayFigures(kwh=2.0, lux_satisfaction=0.9), DayFigures(kwh=0.0, lux_satisfaction=None)] * 20
    course = Course(days=days, figures=Tally().figures(), looks=looks)
    courses = dict.fromkeys(("zones", "pir_20_min", "zones_without_learning", "oracle"), course)
    for picture in (plot_day(courses, world="home", room="Kitchen"), plot_months(courses, world="home")):
        assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # our own
