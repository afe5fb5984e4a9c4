"""What people chose holds until it is released, whatever happens in between."""

from collections.abc import Callable
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.zones.daypart import daypart_began, daypart_ends
from custom_components.smart_lighting_ai_dali.zones.overrides import Attribute, Choice, Origin, Overrides
from custom_components.smart_lighting_ai_dali.zones.settings import Release

from .conftest import BERLIN, EVENING, NIGHT

HOUR = 3600.0


def overrides(release: Release = Release.EMPTY, after: float = 2 * HOUR) -> Overrides:
    """Return what holds in a zone where nobody chose anything yet."""
    return Overrides(release, after)


def by(origin: Origin = Origin.DASHBOARD, **chosen: Any) -> Choice:
    """Return a choice."""
    return Choice(origin=origin, **chosen)


def test_nothing_holds_where_nobody_chose() -> None:
    zone = overrides()
    assert (zone.is_on, zone.light, zone.colour_temperature, zone.holds_other_colour) == (None, None, None, False)
    assert zone.held == ()
    assert not zone.release()


def test_each_attribute_holds_for_itself() -> None:
    zone = overrides()
    zone.take(by(is_on=True, light=0.4), EVENING)
    zone.take(by(Origin.MASTER, colour_temperature=3000), EVENING + 60)
    assert (zone.is_on, zone.light, zone.colour_temperature) == (True, 0.4, 3000)
    assert {one.attribute: (one.origin, one.since) for one in zone.held} == {
        Attribute.ON: (Origin.DASHBOARD, EVENING),
        Attribute.LIGHT: (Origin.DASHBOARD, EVENING),
        Attribute.COLOUR: (Origin.MASTER, EVENING + 60),
    }
    assert zone.release(Attribute.LIGHT)
    assert (zone.is_on, zone.light, zone.colour_temperature) == (True, None, 3000)
    assert not zone.release(Attribute.LIGHT)
    assert zone.release()
    assert zone.held == ()


def test_off_and_on_again_forgets_neither_light_nor_colour() -> None:
    zone = overrides()
    zone.take(by(is_on=True, light=0.25, colour_temperature=2700), EVENING)
    zone.take(by(is_on=False), EVENING + 60)
    assert zone.is_on is False
    zone.take(by(is_on=True), EVENING + 120)
    assert (zone.is_on, zone.light, zone.colour_temperature) == (True, 0.25, 2700)


def test_no_light_is_off() -> None:
    zone = overrides()
    zone.take(by(is_on=True, light=0.25), EVENING)
    zone.take(by(light=0.0), EVENING + 1)
    assert (zone.is_on, zone.light) == (False, 0.25)


def test_a_choice_of_what_is_there_already_begins_anew() -> None:
    zone = overrides(Release.TIME, HOUR)
    zone.take(by(light=0.5), EVENING)
    zone.take(by(light=0.5), EVENING + 1800)
    assert zone.until == EVENING + 1800 + HOUR


def test_a_colour_that_is_no_white_is_left_to_the_lights() -> None:
    zone = overrides()
    zone.take(by(other_colour=True), EVENING)
    assert (zone.holds_other_colour, zone.colour_temperature) == (True, None)
    zone.take(by(colour_temperature=4000), EVENING + 1)
    assert (zone.holds_other_colour, zone.colour_temperature) == (False, 4000)


def test_a_choice_ends_when_it_was_chosen_to_end() -> None:
    ends: dict[Release, Callable[[Overrides], bool]] = {
        Release.EMPTY: Overrides.became_empty,
        Release.DAYPART: Overrides.daypart_began,
        Release.TIME: lambda zone: zone.expire(EVENING + 2 * HOUR),
    }
    for release in Release:
        for cause, end in ends.items():
            zone = overrides(release)
            zone.take(by(is_on=False), EVENING)
            assert not zone.expire(EVENING + 2 * HOUR - 1)
            assert end(zone) is (release is cause)
            assert (zone.is_on is None) is (release is cause)


def test_each_attribute_has_its_own_time() -> None:
    zone = overrides(Release.TIME, HOUR)
    zone.take(by(light=0.5), EVENING)
    zone.take(by(colour_temperature=3000), EVENING + 60)
    assert zone.until == EVENING + HOUR
    assert zone.expire(EVENING + HOUR)
    assert (zone.light, zone.colour_temperature) == (None, 3000)
    assert zone.until == EVENING + HOUR + 60


def test_another_rule_of_release_holds_for_what_is_chosen_from_then_on() -> None:
    zone = overrides(Release.NEVER)
    zone.take(by(light=0.5), EVENING)
    zone.release_when = Release.EMPTY
    zone.take(by(is_on=True), EVENING)
    assert zone.became_empty()
    assert (zone.is_on, zone.light) == (None, 0.5)


choices = st.builds(
    Choice,
    origin=st.sampled_from(Origin),
    is_on=st.none() | st.booleans(),
    light=st.none() | st.floats(0, 1),
    colour_temperature=st.none() | st.integers(1000, 20000),
    other_colour=st.booleans(),
)


@given(
    st.sampled_from(Release),
    st.lists(st.tuples(choices, st.floats(0, 1e10)), max_size=6),
    st.sampled_from(Release),
)
def test_what_was_written_is_read_back_as_it_was(
    release: Release, chosen: list[tuple[Choice, float]], release_then: Release
) -> None:
    zone = overrides(release)
    for choice, at in chosen:
        zone.take(choice, at)
    again = Overrides.from_dict(json.loads(json.dumps(zone.as_dict())), release_then, HOUR)
    assert again.held == zone.held
    assert again.until == zone.until
    assert (again.release_when, again.release_after) == (release_then, HOUR)


@given(st.lists(choices, max_size=8))
def test_the_last_choice_of_each_attribute_holds(chosen: list[Choice]) -> None:
    zone = overrides()
    on: bool | None = None
    light: float | None = None
    for number, choice in enumerate(chosen):
        zone.take(choice, EVENING + number)
        on = choice.is_on if choice.is_on is not None else on
        on = False if choice.light == 0 else on
        light = choice.light or light
    assert (zone.is_on, zone.light) == (on, light)


GOOD = {"attribute": "light", "value": 0.5, "origin": "button", "since": 1.0, "release": "empty", "until": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"attribute": "smell"},
        {"attribute": "on", "value": 0.5},
        {"attribute": "colour", "value": -1},
        {"value": 0},
        {"value": 1.5},
        {"value": float("nan")},
        {"value": None},
        {"value": "much"},
        {"origin": "ghost"},
        {"since": float("inf")},
        {"release": "soon"},
        {"release": "time"},
        {"until": 3.0},
    ],
)
def test_what_makes_no_sense_is_not_read(wrong: dict[str, Any]) -> None:
    assert Overrides.from_dict([GOOD], Release.EMPTY, HOUR).light == 0.5
    with pytest.raises((KeyError, TypeError, ValueError)):
        Overrides.from_dict([GOOD | wrong], Release.EMPTY, HOUR)


@pytest.mark.parametrize("missing", list(GOOD))
def test_what_is_incomplete_is_not_read(missing: str) -> None:
    with pytest.raises(KeyError):
        Overrides.from_dict([{key: value for key, value in GOOD.items() if key != missing}], Release.EMPTY, HOUR)


def test_what_was_to_end_with_a_part_of_the_day_ends_though_nobody_looked() -> None:
    zone = overrides(Release.DAYPART)
    zone.take(by(light=0.5), EVENING)
    began, ends = daypart_began(EVENING, BERLIN.time_zone), daypart_ends(EVENING, BERLIN.time_zone)
    # From five in the afternoon to ten.
    assert (began, ends) == (EVENING - 2 * HOUR, EVENING + 3 * HOUR)
    assert not zone.outlived(began)
    assert daypart_began(ends, BERLIN.time_zone) == ends
    assert zone.outlived(ends)
    assert zone.held == ()
    for release in set(Release) - {Release.DAYPART}:
        zone = overrides(release)
        zone.take(by(light=0.5), EVENING)
        assert not zone.outlived(ends)


def test_a_night_is_one_part_of_the_day_over_midnight() -> None:
    assert daypart_ends(NIGHT, BERLIN.time_zone) - daypart_began(NIGHT, BERLIN.time_zone) == 7 * HOUR
