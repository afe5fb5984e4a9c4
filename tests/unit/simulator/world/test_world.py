"""A world that plays: the same people whatever the light does, events in order, light where it is set."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import pytest

from custom_components.smart_lighting_ai_dali.simulator.world.events import (
    Choice,
    Daylight,
    Event,
    LightReport,
    Motion,
    Override,
    Weather,
)
from custom_components.smart_lighting_ai_dali.simulator.world.presence import Foresight
from custom_components.smart_lighting_ai_dali.simulator.world.reading import built_in_worlds, load_world
from custom_components.smart_lighting_ai_dali.simulator.world.specification import WorldSpecification
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

START: Final = datetime(2026, 3, 27, tzinfo=UTC)
_DAY: Final = 86_400.0


@pytest.fixture(scope="module", params=sorted(built_in_worlds()))
def specification(request: pytest.FixtureRequest) -> WorldSpecification:
    return load_world(built_in_worlds()[request.param])


def play(world: World, days: float, react: Callable[[World, Event], None] = lambda _world, _event: None) -> list[Event]:
    """Return the events of some days, and let a controller react to each."""
    until = world.now + days * _DAY
    events: list[Event] = []
    while (event := world.next_event(until)) is not None:
        events.append(event)
        react(world, event)
    assert world.now == until
    return events


def pass_time(world: World, seconds: float) -> None:
    play(world, seconds / _DAY)


def on_at_motion(world: World, event: Event) -> None:
    if isinstance(event, Motion):
        world.set_light(event.room, 0.6 if event.on else 0, kelvin=3000)


def undisturbed(events: list[Event]) -> list[Event]:
    """Return what no light changes."""
    return [event for event in events if isinstance(event, Motion | Daylight | Weather)]


def test_the_same_seed_is_the_same_world(specification: WorldSpecification) -> None:
    first, second = (play(World(specification, seed=4, start=START), 3, on_at_motion) for _ in range(2))
    assert first == second
    assert play(World(specification, seed=5, start=START), 3, on_at_motion) != first


def test_people_come_and_go_whatever_the_light_does(specification: WorldSpecification) -> None:
    dark, lit = World(specification, seed=4, start=START), World(specification, seed=4, start=START)
    assert undisturbed(play(dark, 7)) == undisturbed(play(lit, 7, on_at_motion))
    for room in dark.rooms:
        assert dark.truth(room.name).people == lit.truth(room.name).people


def test_events_come_in_the_order_of_time(specification: WorldSpecification) -> None:
    times = [event.time for event in play(World(specification, seed=1, start=START), 4, on_at_motion)]
    assert times == sorted(times)
    assert START.timestamp() <= times[0]


def test_everybody_is_in_one_place(specification: WorldSpecification) -> None:
    world = World(specification, seed=2, start=START)
    for _ in range(500):
        world.next_event(world.now + 600)
        people = [name for room in world.rooms for name in world.truth(room.name).people]
        assert len(people) == len(set(people))


def test_an_oracle_knows_who_will_be_where(specification: WorldSpecification) -> None:
    world = World(specification, seed=3, start=START)
    foresight = Foresight(specification, seed=3, start=world.now)
    begin = world.now
    for step in range(1, 1000):
        pass_time(world, begin + step * 297.0 - world.now)
        for room in specification.rooms:
            assert foresight.occupied(room.name, world.now) == world.truth(room.name).occupied


def test_light_adds_up(specification: WorldSpecification) -> None:
    world = World(specification, seed=1, start=START)
    room = max(world.rooms, key=lambda one: len(one.lit))
    before = {one.name: world.truth(one.name).lux for one in world.rooms}
    world.set_light(room.name, 0.5, fade=10)
    pass_time(world, 4)
    assert world.truth(room.name).output == pytest.approx(0.2)
    pass_time(world, 6)
    truth = world.truth(room.name)
    assert truth.lux == pytest.approx(truth.daylight + truth.spill + 0.5 * world.full_lux(room.name))
    for name, part in room.specification.lamps.spill.items():
        assert world.truth(name).lux - before[name] == pytest.approx(0.5 * world.full_lux(room.name) * part)


def test_lamps_keep_within_what_they_can(specification: WorldSpecification) -> None:
    world = World(specification, seed=1, start=START)
    name = specification.rooms[0].name
    warmest, coolest = specification.rooms[0].lamps.kelvin
    world.set_light(name, 7, kelvin=20_000)
    assert world.level(name) == (1, coolest)
    world.set_light(name, 1e-9, kelvin=1)
    assert world.level(name) == (specification.rooms[0].lamps.minimum, warmest)
    world.set_light(name, -1)
    assert world.level(name)[0] == 0


@pytest.mark.parametrize(("output", "fade"), [(float("nan"), 0), (float("inf"), 0), (0.5, -1), (0.5, float("nan"))])
def test_what_is_no_light_is_refused(specification: WorldSpecification, output: float, fade: float) -> None:
    world = World(specification, seed=1, start=START)
    with pytest.raises(ValueError, match="is no light"):
        world.set_light(specification.rooms[0].name, output, fade=fade)
    with pytest.raises(KeyError):
        world.set_light("Cellar", 0.5)


def test_people_left_in_the_dark_turn_the_light_on(specification: WorldSpecification) -> None:
    winter = World(specification, seed=1, start=datetime(2026, 1, 12, tzinfo=UTC))
    overrides = [event for event in play(winter, 5) if isinstance(event, Override)]
    assert any(event.choice is Choice.ON and event.output > 0 for event in overrides)


def test_light_sensors_report_sparsely_and_by_day(specification: WorldSpecification) -> None:
    reports = [event for event in play(World(specification, seed=1, start=START), 3) if isinstance(event, LightReport)]
    sensors = {event.sensor for event in reports}
    assert sensors == {sensor.name for room in specification.rooms for sensor in room.light}
    for name in sensors:
        own = [event for event in reports if event.sensor == name]
        assert 3 * 48 - 2 <= len(own) < 3 * 600
        assert max(event.lux for event in own) > 20 * min(event.lux for event in own)
