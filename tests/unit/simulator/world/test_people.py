"""The people of a world: when they are there, what annoys them, and what they get used to."""

from datetime import UTC, datetime
import itertools
from typing import Final

import pytest

from custom_components.smart_lighting_ai_dali.simulator.world.events import Choice, Event, Override
from custom_components.smart_lighting_ai_dali.simulator.world.presence import Presence
from custom_components.smart_lighting_ai_dali.simulator.world.purposes import NIGHT_PATH
from custom_components.smart_lighting_ai_dali.simulator.world.reading import built_in_worlds, load_world
from custom_components.smart_lighting_ai_dali.simulator.world.specification import WorldSpecification
from custom_components.smart_lighting_ai_dali.simulator.world.stays import AWAY, Activity, Stay
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

from .small_world import small_world

_DAY: Final = 86_400.0
START: Final = datetime(2026, 1, 12, tzinfo=UTC)


def stays(specification: WorldSpecification, days: float, seed: int = 1) -> list[Stay]:
    """Return how people spend some days."""
    start = START.timestamp()
    found: list[Stay] = []
    for stay in Presence(specification, seed=seed, start=start).stays():
        if stay.start > start + days * _DAY:
            return found
        found.append(stay)
    raise AssertionError("people have no end")


def overrides(world: World, days: float) -> list[Override]:
    """Return what people do about the light."""
    until = world.now + days * _DAY
    found = []
    while (event := world.next_event(until)) is not None:
        if isinstance(event, Override):
            found.append(event)
    return found


@pytest.mark.parametrize("name", sorted(built_in_worlds()))
@pytest.mark.parametrize("seed", range(3))
def test_everybody_is_somewhere_all_the_time(name: str, seed: int) -> None:
    specification = load_world(built_in_worlds()[name])
    found = stays(specification, 120, seed)
    assert [stay.start for stay in found] == sorted(stay.start for stay in found)
    for person in {stay.person for stay in found}:
        own = [stay for stay in found if stay.person == person]
        assert all(before.end == pytest.approx(after.start) for before, after in itertools.pairwise(own))
        assert all(stay.end > stay.start for stay in own)


@pytest.mark.parametrize("name", sorted(built_in_worlds()))
def test_people_walk_through_doors(name: str) -> None:
    specification = load_world(built_in_worlds()[name])
    beside = {room.name: set(room.doors) for room in specification.rooms}
    for room in specification.rooms:
        for door in room.doors:
            beside[door].add(room.name)
    found = stays(specification, 60)
    for person in range(len(specification.people)):
        way = [stay.room for stay in found if stay.person == person]
        for here, there in itertools.pairwise(way):
            if AWAY not in {here, there} and here != there:
                assert specification.rooms[there].name in beside[specification.rooms[here].name]
            elif here != there:
                # Who comes or goes does so through the entrance.
                assert specification.rooms[max(here, there)].name == specification.entrance


def test_people_sleep_in_their_beds_at_night() -> None:
    home = load_world(built_in_worlds()["home"])
    asleep = [0.0] * len(home.people)
    for stay in stays(home, 28):
        if stay.activity is Activity.ASLEEP:
            assert home.rooms[stay.room].name == home.people[stay.person].bed
            asleep[stay.person] += stay.end - stay.start
    assert all(6 < seconds / 28 / 3600 < 10.5 for seconds in asleep)


def test_an_office_is_empty_at_night_and_at_the_weekend() -> None:
    office = load_world(built_in_worlds()["office"])
    for stay in stays(office, 28):
        if stay.room != AWAY and stay.person < len(office.people):
            there = datetime.fromtimestamp(stay.start, office.timezone)
            assert there.weekday() < 5
            assert 5 <= there.hour < 24


def test_people_go_on_vacation_and_fall_ill() -> None:
    def days_away(absence: str) -> int:
        world = small_world(("vacations: 0, illnesses: 0", absence))
        return sum(stay.room == AWAY and stay.end - stay.start > 0.9 * _DAY for stay in stays(world, 365))

    assert days_away("vacations: 0, illnesses: 0") == 0
    assert 20 < days_away("vacations: 2, vacation_days: 14, illnesses: 0") < 70
    # Who is ill and lives here stays at home; who comes does not come.
    assert 10 < days_away("vacations: 0, illnesses: 8, illness_days: 4") < 50


def test_visitors_come_now_and_then() -> None:
    home = load_world(built_in_worlds()["home"])
    visits = [stay for stay in stays(home, 365) if stay.person >= len(home.people) and stay.activity is Activity.STILL]
    days = {datetime.fromtimestamp(stay.start, home.timezone).date() for stay in visits}
    assert 20 < len(days) < 50
    assert {day.weekday() for day in days} <= {4, 5}


def test_people_want_less_light_in_the_evening() -> None:
    world = World(small_world(), seed=1, start=START)
    wanted: dict[int, set[int]] = {}
    until = world.now + 3 * _DAY
    while world.now < until:
        pass_time(world, 20)
        truth = world.truth("Hall")
        if truth.target_lux is not None:
            hour = datetime.fromtimestamp(world.now, world.specification.timezone).hour
            wanted.setdefault(hour, set()).add(round(truth.target_lux))
    by_day = set().union(*(wanted[hour] for hour in wanted if 9 <= hour < 17))
    in_the_evening = set().union(*(wanted[hour] for hour in wanted if 17 <= hour < 22))
    assert by_day == {100, 130}
    assert in_the_evening <= {75, 98}


def test_who_gets_up_beside_sleepers_wants_a_path_only() -> None:
    world = World(load_world(built_in_worlds()["home"]), seed=1, start=START)
    seen = set()
    for _ in range(20_000):
        pass_time(world, 30)
        truth = world.truth("Bedroom")
        if truth.occupied and truth.sleeping:
            seen.add(truth.target_lux)
    assert seen == {NIGHT_PATH}


def test_light_over_who_sleeps_is_turned_off() -> None:
    world = World(small_world(), seed=1, start=datetime(2026, 1, 13, 1, tzinfo=UTC))
    assert world.truth("Study").sleeping
    world.set_light("Study", 1)
    (override,) = overrides(world, 0.02)
    assert (override.choice, override.person, world.level("Study")[0]) == (Choice.OFF, "Ada", 0)


def evening(seed: int, output: float, *changes: tuple[str, str], kelvin: int = 2900) -> tuple[World, list[Event]]:
    """Return a world after an hour of one light in the study in the evening."""
    world = World(small_world(*changes), seed=seed, start=datetime(2026, 1, 13, 18, 40, tzinfo=UTC))
    world.set_light("Study", output, kelvin=kelvin)
    until = world.now + 3600
    events: list[Event] = []
    while (event := world.next_event(until)) is not None:
        if isinstance(event, Override) and event.room == "Study":
            events.append(event)
            world.set_light("Study", output, kelvin=kelvin)
    return world, events


def test_the_wrong_light_annoys_people_and_the_right_one_does_not() -> None:
    counts = {output: sum(len(evening(seed, output)[1]) for seed in range(6)) for output in (0.0, 0.35, 0.7, 1.0)}
    assert counts[0.7] <= 1
    assert counts[0.0] > 10 * counts[0.35] > 0
    assert counts[0.0] > 10 * counts[1.0] > 0


def test_who_has_no_temper_does_nothing() -> None:
    calm = (("taste: 1.3", "taste: 1.3\n    temper: 0"), ("bed: Study", "bed: Study\n    temper: 0"))
    assert not any(evening(seed, 0.0, *calm)[1] for seed in range(3))


def test_who_does_something_gets_the_light_that_is_wanted() -> None:
    for seed in range(4):
        world = World(small_world(), seed=seed, start=datetime(2026, 1, 13, 18, 40, tzinfo=UTC))
        until = world.now + 3600
        while (event := world.next_event(until)) is not None:
            if isinstance(event, Override) and event.room == "Study" and event.choice is Choice.ON:
                pass_time(world, 2)
                truth = world.truth("Study")
                assert truth.lux == pytest.approx(truth.target_lux, rel=0.35)


def pass_time(world: World, seconds: float) -> None:
    """Let time pass."""
    until = world.now + seconds
    while world.next_event(until) is not None:
        pass
