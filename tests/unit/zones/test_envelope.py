"""The safety envelope: no input gets past it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import inf, nan
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.smart_lighting_ai_dali.zones.action import Clamp
from custom_components.smart_lighting_ai_dali.zones.envelope import SHORTEST_ON, Envelope, Wanted
from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner, Reason
from custom_components.smart_lighting_ai_dali.zones.presence import Phase
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import Limits, Release, ZoneSettings

from .conftest import EVENING, Room

_ANY_FLOAT = st.floats() | st.sampled_from([nan, inf, -inf, 0.0, -1.0, 1e300])
_LIMITS = st.builds(
    Limits,
    lowest_light=st.floats(0.001, 0.1),
    highest_light=st.floats(0.2, 1.0),
    most_lux=st.floats(50, 2000),
    warmest=st.integers(2200, 3000),
    coolest=st.integers(3000, 6500),
    changes_a_minute=st.integers(1, 20),
)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What the envelope is told."""

    before: float
    lux_at_full: float
    daylight: float
    occupied: bool
    awaited: bool
    may_be_dark: bool


_SITUATIONS = st.builds(
    Situation,
    before=st.floats(0, 1),
    lux_at_full=st.floats(0, 1e5),
    daylight=st.floats(0, 1e5),
    occupied=st.booleans(),
    awaited=st.booleans(),
    may_be_dark=st.booleans(),
)


@given(
    limits=_LIMITS,
    purpose=st.sampled_from(Purpose),
    want=st.builds(Wanted, _ANY_FLOAT, st.none() | st.integers(), st.just(0.5)),
    there=_SITUATIONS,
)
def test_whatever_is_wanted_stays_within_the_limits(
    limits: Limits, purpose: Purpose, want: Wanted, there: Situation
) -> None:
    zone = ZoneSettings(key="zone", name="Zone", purpose=purpose, limits=limits)
    allowed = Envelope(zone).allow(want, EVENING, **asdict(there))
    assert allowed.light == 0 or limits.lowest_light <= allowed.light <= limits.highest_light
    if allowed.light > limits.lowest_light and Clamp.SAFE_WAY not in allowed.clamps:
        lit = there.daylight + allowed.light * there.lux_at_full
        assert lit <= max(limits.most_lux, there.daylight) * 1.001
    if allowed.colour_temperature is not None:
        assert limits.warmest <= allowed.colour_temperature <= limits.coolest
    if zone.defaults.safe_way and there.occupied and not there.may_be_dark:
        assert allowed.light > 0
    assert allowed[:3] == want or allowed.clamps


_HAPPENINGS = st.one_of(
    st.tuples(st.just("motion"), st.sampled_from(["a", "b"]), st.sampled_from([True, False, None])),
    st.tuples(st.just("illuminance"), st.sampled_from(["x", "y"]), st.none() | st.floats(0, 1e5)),
    st.tuples(st.just("sky"), st.none() | st.floats(0, 1)),
    st.tuples(st.just("neighbour"), st.booleans()),
    st.tuples(
        st.just("chosen"),
        st.builds(
            Choice,
            origin=st.sampled_from(Origin),
            is_on=st.none() | st.booleans(),
            light=st.none() | st.floats(0.001, 1),
            colour_temperature=st.none() | st.integers(2700, 6500),
        ),
    ),
    st.tuples(
        st.just("planned"),
        st.none()
        | st.builds(
            Plan,
            planner=st.sampled_from(Planner),
            mode=st.sampled_from(Mode),
            target_lux=_ANY_FLOAT,
            colour_temperature=st.none() | st.integers(),
            hold=_ANY_FLOAT,
            reason=st.sampled_from(Reason),
            expires=st.none() | st.floats(EVENING, EVENING + 1e5),
        ),
    ),
    st.tuples(st.just("release")),
    st.tuples(st.just("automatic"), st.booleans()),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    purpose=st.sampled_from(Purpose),
    release=st.sampled_from(Release),
    limits=_LIMITS,
    happenings=st.lists(st.tuples(st.floats(-100, 2000), _HAPPENINGS), max_size=40),
)
def test_whatever_happens_no_zone_flashes_or_leaves_its_limits(
    room: Callable[..., Room],
    purpose: Purpose,
    release: Release,
    limits: Limits,
    happenings: list[tuple[float, tuple[Any, ...]]],
) -> None:
    here = room(purpose, release=release, limits=limits)
    zone = here.reflex
    went_back = False
    for seconds, (what, *arguments) in happenings:
        if seconds < 0:
            here.now += seconds
            went_back = True
        else:
            here.wait(seconds)
        match what:
            case "motion":
                here.do(zone.motion, arguments[0], seen=arguments[1])
            case "neighbour":
                here.do(zone.neighbour, "next", seen=arguments[0])
            case "automatic":
                here.do(zone.set_automatic, on=arguments[0])
            case "illuminance":
                here.do(zone.illuminance, *arguments)
            case _:
                here.do(getattr(zone, what), *arguments)
        assert zone.wake_at is None or zone.wake_at > here.now
    for action in here.actions:
        assert action.light == 0 or limits.lowest_light <= action.light <= limits.highest_light
        colour = action.colour_temperature
        assert colour is None or limits.warmest <= colour <= limits.coolest
    if not went_back:
        times = [action.time for action in here.actions]
        most = limits.changes_a_minute
        assert all(later - one >= 59.9 for one, later in zip(times, times[most:], strict=False))
        for one, later in pairwise(here.actions):
            if one.light_before == 0 and one.light > 0 and later.light == 0:
                assert later.time - one.time >= SHORTEST_ON - 0.01
    assert zone.presence.phase in Phase
