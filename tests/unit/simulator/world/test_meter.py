"""A meter against sums over many small steps, and what it counts of changes."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.simulator.world.events import Override
from custom_components.smart_lighting_ai_dali.simulator.world.figures import Figures
from custom_components.smart_lighting_ai_dali.simulator.world.light import power
from custom_components.smart_lighting_ai_dali.simulator.world.meter import Meter
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

from .small_world import small_world

WORLD: Final = small_world()
_STEP: Final = 0.25
_SECONDS: Final = 900
_CHANGES: Final = st.lists(
    st.tuples(
        st.integers(0, _SECONDS - 1),
        st.sampled_from(("Hall", "Study")),
        st.sampled_from((0.0, 0.01, 0.1, 0.3, 0.5, 0.8, 1.0)),
        st.sampled_from((0.0, 0.7, 5.0, 60.0)),
    ),
    max_size=12,
)
_HOURS: Final = st.integers(6, 23 * 2)


class Samples:
    """The same sums as a meter's, by looking often."""

    def __init__(self) -> None:
        self.occupied = self.satisfied = self.dark = self.surplus = self.joules = self.wasted = 0.0

    def look(self, world: World, name: str) -> None:
        truth, room = world.truth(name), world.specification.room(name)
        joules = power(room.lamps, truth.output) * _STEP
        self.joules += joules
        if not truth.occupied:
            self.wasted += joules
            return
        assert truth.target_lux is not None
        assert truth.needed is not None
        self.occupied += _STEP
        enough = truth.lux >= 0.8 * truth.target_lux
        self.satisfied += _STEP * (enough and truth.output <= truth.needed + 0.2)
        self.dark += _STEP * (truth.lux < 0.3 * truth.target_lux)
        self.surplus += max(0.0, truth.output - truth.needed) * world.full_lux(name) * _STEP


def pass_until(world: World, time: float) -> int:
    """Let time pass, and return how often somebody did something about the light."""
    overrides = 0
    while (event := world.next_event(time)) is not None:
        overrides += isinstance(event, Override)
    return overrides


@settings(max_examples=25, deadline=None)
@given(half_hour=_HOURS, seed=st.integers(0, 1000), changes=_CHANGES)
def test_sums_are_those_of_small_steps(half_hour: int, seed: int, changes: list[tuple[int, str, float, float]]) -> None:
    start = datetime(2026, 3, 3, tzinfo=UTC) + timedelta(minutes=30 * half_hour)
    world = World(WORLD, seed=seed, start=start)
    meter = Meter(world)
    begin = world.now
    samples = {"Hall": Samples(), "Study": Samples()}
    waiting = sorted(changes, key=lambda change: change[0])
    for step in range(round(_SECONDS / _STEP)):
        # In the middle of a step, so that what changes at its ends is on one side.
        while waiting and waiting[0][0] <= step * _STEP:
            time, room, output, fade = waiting.pop(0)
            pass_until(world, begin + time)
            world.set_light(room, output, fade=fade)
        pass_until(world, begin + (step + 0.5) * _STEP)
        for name, sample in samples.items():
            sample.look(world, name)
    pass_until(world, begin + _SECONDS)
    report = meter.report()
    # What begins or ends within a step may be wrong by half of one; nothing else may.
    slack = _STEP / 2 * 40
    for name, sample in samples.items():
        figures = report.rooms[name]
        occupied = figures.occupied_h * 3600
        assert occupied == pytest.approx(sample.occupied, abs=slack)
        assert (figures.lux_satisfaction or 0) * occupied == pytest.approx(sample.satisfied, abs=slack)
        dark = (figures.occupied_dark_min_per_h or 0) * figures.occupied_h * 60
        assert dark == pytest.approx(sample.dark, abs=slack)
        assert figures.kwh * 3.6e6 == pytest.approx(sample.joules, abs=slack * 80)
        assert figures.waste_kwh * 3.6e6 == pytest.approx(sample.wasted, abs=slack * 80)
        assert figures.surplus_lxh * 3600 == pytest.approx(sample.surplus, abs=slack * 400)
    assert report.total.kwh == pytest.approx(sum(room.kwh for room in report.rooms.values()))


class House:
    """The small world on an evening in winter, with Ada in the study."""

    def __init__(self) -> None:
        self.world = World(
            small_world(("desk: Study", "temper: 0\n    desk: Study"), ("bed: Study", "bed: Study\n    temper: 0")),
            seed=1,
            start=datetime(2026, 1, 13, 19, 30, tzinfo=UTC),
        )
        while not self.world.truth("Study").occupied:
            self.wait(60)
        self.wait(30)
        self.meter = Meter(self.world)

    def wait(self, seconds: float) -> None:
        pass_until(self.world, self.world.now + seconds)

    @property
    def study(self) -> Figures:
        return self.meter.report().rooms["Study"]


@pytest.fixture
def house() -> House:
    return House()


def test_what_is_not_known_is_none() -> None:
    empty = World(WORLD, seed=1, start=datetime(2026, 1, 13, 2, tzinfo=UTC))
    meter = Meter(empty)
    pass_until(empty, empty.now + 600)
    figures = meter.report().rooms["Hall"]
    assert figures.occupied_h == 0
    assert figures.lux_satisfaction is figures.occupied_dark_min_per_h is figures.false_offs_per_day is None
    assert figures.unnoticed_steps is figures.overrides_per_day is figures.evening_dim is None
    assert figures.kwh > 0


@pytest.mark.parametrize(
    ("factor", "fade", "unnoticed"),
    [(1.05, 0.7, True), (0.95, 0, True), (1.12, 0.7, False), (1.12, 12, True), (0.88, 10, True), (1.3, 60, False)],
)
def test_small_or_slow_steps_are_not_noticed(house: House, factor: float, fade: float, unnoticed: bool) -> None:  # noqa: FBT001
    house.world.set_light("Study", 0.4)
    house.wait(60)
    assert house.study.unnoticed_steps is None
    house.world.set_light("Study", 0.4 * factor, fade=fade)
    assert house.study.unnoticed_steps == unnoticed


def test_many_small_steps_at_once_are_one_large_step(house: House) -> None:
    house.world.set_light("Study", 0.4)
    house.wait(60)
    for step in range(1, 5):
        house.world.set_light("Study", 0.4 * 1.06**step, fade=0.5)
        house.wait(1)
    assert house.study.unnoticed_steps == 0.25
    assert house.study.big_steps_per_day == 2


def test_turning_the_light_off_over_people_is_a_false_off(house: House) -> None:
    house.world.set_light("Study", 0.4)
    house.wait(60)
    house.world.set_light("Study", 0)
    house.wait(60)
    assert house.study.false_offs_per_day == 1
    assert house.study.switches_per_day == 2
    assert (house.study.occupied_dark_min_per_h or 0) > 10


def test_light_over_nobody_is_a_false_on() -> None:
    world = World(WORLD, seed=1, start=datetime(2026, 1, 13, 2, tzinfo=UTC))
    meter = Meter(world)
    for seconds in (30, 90):
        world.set_light("Hall", 1)
        pass_until(world, world.now + seconds)
        world.set_light("Hall", 0)
        pass_until(world, world.now + 10)
    figures = meter.report().rooms["Hall"]
    assert figures.false_ons_per_day == pytest.approx(1 / figures.days)
    assert figures.waste_kwh == figures.kwh


def test_dim_warm_light_before_bed_is_right(house: House) -> None:
    house.wait(3600)
    begin = house.meter.report().rooms["Study"].evening_dim
    assert begin == 1
    house.world.set_light("Study", 1, kelvin=6500)
    house.wait(3600)
    assert (house.study.evening_dim or 0) < 0.6


def test_turning_the_light_off_to_sleep_and_on_to_get_up_is_no_complaint() -> None:
    world = World(
        small_world(("taste: 1.3", "taste: 1.3\n    temper: 0")), seed=1, start=datetime(2026, 1, 13, tzinfo=UTC)
    )
    meter = Meter(world)
    while not world.truth("Study").occupied:
        pass_until(world, world.now + 1)
    assert pass_until(world, world.now + 60) == 1
    assert meter.report().rooms["Study"].overrides_per_day == 0
    while not world.truth("Study").sleeping:
        world.set_light("Study", 0.6)
        pass_until(world, world.now + 1)
    before = meter.report().rooms["Study"].overrides
    assert pass_until(world, world.now + 170) == 1
    assert world.level("Study")[0] == 0
    assert meter.report().rooms["Study"].overrides == before
