"""Sensors of a world: what they see, when they tell, and how they break."""

from collections import Counter
from datetime import UTC, datetime
import itertools
from typing import Final

import pytest

from custom_components.smart_lighting_ai_dali.simulator.world.events import Availability, Event, LightReport, Motion
from custom_components.smart_lighting_ai_dali.simulator.world.specification import WorldSpecification
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

from .small_world import small_world

START: Final = datetime(2026, 1, 13, 5, tzinfo=UTC)
_MOTION: Final = "Study motion, deaths: 0, false_alarms: 0"


def events(specification: WorldSpecification, days: float = 1) -> list[Event]:
    """Return what happens in some days."""
    world = World(specification, seed=2, start=START)
    until = world.now + days * 86_400
    found = []
    while (event := world.next_event(until)) is not None:
        found.append(event)
    return found


def motion(found: list[Event], sensor: str = "Study motion") -> list[Motion]:
    """Return what a motion sensor told."""
    return [event for event in found if isinstance(event, Motion) and event.sensor == sensor]


def test_a_sensor_goes_on_and_off_in_turn_and_holds() -> None:
    told = motion(events(small_world()))
    assert len(told) > 50
    assert all(event.on is (number % 2 == 0) for number, event in enumerate(told))
    held = [off.time - on.time for on, off in zip(told[::2], told[1::2], strict=False)]
    assert min(held) >= 30 - 1e-6


def test_a_sensor_that_sees_less_tells_less() -> None:
    on = [
        sum(off.time - on.time for on, off in zip(told[::2], told[1::2], strict=False))
        for told in (
            motion(events(small_world((_MOTION, f"{_MOTION}, coverage: {seen}, still: {seen}")))) for seen in (1, 0.2)
        )
    ]
    assert on[0] > 2 * on[1]
    assert motion(events(small_world((_MOTION, f"{_MOTION}, coverage: 0, still: 0")))) == []


def test_a_sensor_sees_somebody_who_is_not_there() -> None:
    blind = f"{_MOTION.replace('false_alarms: 0', 'false_alarms: 20')}, coverage: 0, still: 0"
    alarms = [event for event in motion(events(small_world((_MOTION, blind)), 10)) if event.on]
    assert 140 < len(alarms) < 260


def test_a_sensor_that_flaps_tells_more() -> None:
    sound, flapping = (len(motion(events(small_world((_MOTION, f"{_MOTION}, flapping: {part}"))))) for part in (0, 0.5))
    assert flapping > 1.5 * sound


def test_a_sensor_breaks_and_recovers() -> None:
    broken = _MOTION.replace("deaths: 0", "deaths: 300, dead_hours: 5")
    found = events(small_world((_MOTION, broken)), 30)
    told = [event.available for event in found if isinstance(event, Availability)]
    assert told[:4] == [False, True, False, True]
    held = [
        off.time - on.time for on, off in zip(motion(found), motion(found)[1:], strict=False) if on.on and not off.on
    ]
    silent = [
        on.time - off.time for off, on in zip(motion(found), motion(found)[1:], strict=False) if on.on and not off.on
    ]
    assert max(held) > 4 * 3600
    assert max(silent) > 4 * 3600


def test_what_breaks_does_not_change_who_is_where() -> None:
    broken = _MOTION.replace("deaths: 0", "deaths: 300, dead_hours: 5")
    sound, faulty = (motion(events(small_world((_MOTION, text)), 5), "Hall motion") for text in (_MOTION, broken))
    assert sound == faulty


def test_a_light_sensor_tells_a_change_late_and_not_more_often_than_it_may() -> None:
    world = World(small_world(), seed=2, start=datetime(2026, 1, 13, 1, tzinfo=UTC))
    reports: list[LightReport] = []

    def wait(seconds: float) -> None:
        until = world.now + seconds
        while (event := world.next_event(until)) is not None:
            if isinstance(event, LightReport):
                reports.append(event)

    wait(60)
    reports.clear()
    begin = world.now
    for step in range(1, 21):
        world.set_light("Study", step / 20, fade=0)
        wait(1)
    wait(30)
    assert reports[0].time == pytest.approx(begin + 0.5)
    gaps = [after.time - before.time for before, after in itertools.pairwise(reports)]
    assert min(gaps) == pytest.approx(5)
    assert 4 <= len(reports) <= 6
    assert reports[-1].lux == pytest.approx(world.truth("Study").lux, rel=0.06)


def test_a_light_sensor_has_its_scale_and_its_noise() -> None:
    light = "noise: 0, deaths: 0"
    one, half, noisy = (
        [event.lux for event in events(small_world((light, text)), 3) if isinstance(event, LightReport)]
        for text in (light, f"{light}, scale: 0.5", "noise: 0.2, deaths: 0")
    )
    assert max(half) == pytest.approx(max(one) / 2, rel=0.1)
    assert noisy != one
    assert max(noisy) > max(one)


def test_a_light_sensor_breaks_and_recovers() -> None:
    found = events(small_world(("noise: 0, deaths: 0", "noise: 0, deaths: 300, dead_hours: 5")), 30)
    kinds = Counter(type(event) for event in found if not isinstance(event, Motion))
    assert kinds[Availability] >= 4
    times = [event.time for event in found if isinstance(event, LightReport)]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert max(gaps) > 2 * 3600
