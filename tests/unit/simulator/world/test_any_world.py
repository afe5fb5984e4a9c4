"""Worlds as strange as people may write them down: everybody stays somewhere, and time goes on."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings, strategies as st

from custom_components.smart_lighting_ai_dali.simulator.world.events import Motion
from custom_components.smart_lighting_ai_dali.simulator.world.meter import Meter
from custom_components.smart_lighting_ai_dali.simulator.world.presence import Presence
from custom_components.smart_lighting_ai_dali.simulator.world.specification import WorldSpecification
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

from .small_world import small_world

_DAY = 86_400.0


def clock(minutes: int) -> str:
    return f'"{minutes // 60:02}:{minutes % 60:02}"'


@st.composite
def spans(draw: st.DrawFn) -> str:
    first = draw(st.integers(0, 1798))
    return f"{clock(first)}, {clock(draw(st.integers(first + 1, 1799)))}"


@st.composite
def worlds(draw: st.DrawFn) -> WorldSpecification:
    """Return the small world with other hours, other people and another place."""
    spread = f"spread: {draw(st.sampled_from((0, 20, 240)))}, chance: {draw(st.sampled_from((0, 0.5, 1)))}"
    rising = draw(st.integers(240, 1200))
    wake, sleep = clock(rising), clock(draw(st.integers(rising + 120, 1560)))
    away = ", ".join(f"[{span}]" for span in draw(st.lists(spans(), max_size=3)))
    timezone = draw(st.sampled_from(("Europe/Vienna", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu")))
    visitors = f"{{name: Guests, room: Hall, days: all, arrive: {wake}, hours: 9, monthly: 20, people: 2}}"
    return small_world(
        (
            'wake: "07:00", sleep: "23:00"}',
            f"wake: {wake}, sleep: {sleep}, away: [{away}], {spread}}}",
        ),
        ('hours: ["09:00", "19:00"], chance: 1', f"hours: [{draw(spans())}], {spread}"),
        ("Europe/Vienna", timezone),
        ("latitude: 48.2", f"latitude: {draw(st.sampled_from((-66, -20, 0, 48, 66)))}"),
        ("vacations: 0, illnesses: 0", f"vacations: {draw(st.sampled_from((0, 12)))}, illnesses: 12"),
        ("people:\n", f"visitors: [{visitors}]\npeople:\n"),
    )


@settings(max_examples=40, deadline=None)
@given(specification=worlds(), seed=st.integers(0, 99), day=st.integers(0, 364))
def test_everybody_is_somewhere_all_the_time(specification: WorldSpecification, seed: int, day: int) -> None:
    start = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)).timestamp()
    stays: dict[int, list[tuple[float, float]]] = {}
    last = start - 10 * _DAY
    for stay in Presence(specification, seed=seed, start=start).stays():
        assert stay.start >= last
        last = stay.start
        stays.setdefault(stay.person, []).append((stay.start, stay.end))
        if stay.start > start + 14 * _DAY:
            break
    assert len(stays) == 4
    for own in stays.values():
        assert own[0][0] <= start
        assert all(abs(before[1] - after[0]) < 1e-3 for before, after in pairwise(own))


@settings(max_examples=12, deadline=None)
@given(specification=worlds(), seed=st.integers(0, 99), day=st.integers(0, 364))
def test_any_world_plays(specification: WorldSpecification, seed: int, day: int) -> None:
    world = World(specification, seed=seed, start=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day))
    meter = Meter(world)
    until, last = world.now + 4 * _DAY, world.now
    while (event := world.next_event(until)) is not None:
        assert event.time >= last
        last = event.time
        if isinstance(event, Motion):
            world.set_light(event.room, 0.5 if event.on else 0)
    total = meter.report().total
    assert total.days == 4
    assert 0 <= (total.lux_satisfaction or 0) <= 1
    assert total.waste_kwh <= total.kwh
