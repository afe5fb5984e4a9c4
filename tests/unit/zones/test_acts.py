"""What a person does to lamps is a choice for their zone, whatever was there before."""

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.zones.acts import Act, choice_of
from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin

ON = Act(is_on=True)
OFF = Act(is_on=False, light=0.0)


def at(light: float) -> Act:
    """Return that a person asks for a light."""
    return Act(is_on=light > 0, light=light, names_light=True)


def choice(acts: dict[str, Act], **lamps: float | None) -> Choice | None:
    """Return the choice that acts are in a zone with these lamps."""
    return choice_of(Origin.BUTTON, acts, lamps)


def chosen(is_on: bool | None = None, **more: float) -> Choice:  # noqa: FBT001  # it reads like the choice itself
    """Return a choice."""
    return Choice(origin=Origin.BUTTON, is_on=is_on, **more)  # type: ignore[arg-type]  # the names are checked there


def test_no_act_is_no_choice() -> None:
    assert choice({}, desk=0.5) is None
    assert choice({"desk": Act()}, desk=0.5) is None


def test_switching_on_leaves_the_light_to_the_plan() -> None:
    assert choice({"desk": ON, "door": ON}, desk=0.0, door=0.0) == chosen(is_on=True)
    assert choice({"desk": ON, "door": ON}, desk=0.5, door=0.0) == chosen(is_on=True)
    assert choice({"desk": ON}, desk=0.0, door=0.0) == chosen(is_on=True)


def test_a_light_for_all_is_the_light_of_the_zone() -> None:
    assert choice({"desk": at(0.3), "door": at(0.3)}, desk=0.0, door=0.9) == chosen(is_on=True, light=0.3)
    assert choice({"desk": at(0.3), "door": at(0.3)}, desk=0.3, door=0.3) == chosen(is_on=True, light=0.3)


def test_switching_all_off_is_off_also_where_all_is_off() -> None:
    assert choice({"desk": OFF, "door": OFF}, desk=0.4, door=0.4) == chosen(is_on=False)
    assert choice({"desk": OFF, "door": OFF}, desk=0.0, door=0.0) == chosen(is_on=False)
    assert choice({"desk": OFF}, desk=0.4, door=0.0) == chosen(is_on=False)
    assert choice({"desk": OFF}, desk=0.4, door=None) == chosen(is_on=False)


def test_one_lamp_of_a_lit_zone_is_a_wish_for_less_or_more_light() -> None:
    assert choice({"desk": OFF}, desk=0.4, door=0.4) == chosen(is_on=True, light=0.2)
    assert choice({"desk": at(1.0)}, desk=0.0, door=0.5) == chosen(is_on=True, light=0.75)
    assert choice({"desk": Act(is_on=True, light=0.5)}, desk=0.0, door=0.5) == chosen(is_on=True, light=0.5)
    assert choice({"desk": at(0.5), "door": OFF}, desk=0.0, door=0.0) == chosen(is_on=True, light=0.25)


def test_what_only_the_lamp_knows_is_left_out() -> None:
    assert choice({"desk": ON}, desk=None, door=0.5) == chosen(is_on=True, light=0.5)
    assert choice({"desk": at(0.5)}, desk=None, door=None) == chosen(is_on=True, light=0.5)


def test_a_colour_alone_leaves_the_light_alone() -> None:
    assert choice({"desk": Act(colour_temperature=3000)}, desk=0.5) == chosen(colour_temperature=3000)
    assert choice({"desk": Act(other_colour=True)}, desk=0.5) == chosen(other_colour=True)


def test_a_light_and_a_colour_are_one_choice() -> None:
    act = Act(is_on=True, light=0.2, names_light=True, colour_temperature=2700)
    assert choice({"desk": act}, desk=0.5) == chosen(is_on=True, light=0.2, colour_temperature=2700)


@pytest.mark.parametrize(
    ("first", "later", "both"),
    [
        (at(0.5), OFF, OFF),
        (OFF, at(0.5), at(0.5)),
        (at(0.5), Act(colour_temperature=3000), Act(is_on=True, light=0.5, names_light=True, colour_temperature=3000)),
        (Act(other_colour=True), Act(colour_temperature=3000), Act(colour_temperature=3000)),
        (Act(colour_temperature=3000), OFF, Act(is_on=False, light=0.0, colour_temperature=3000)),
    ],
)
def test_of_two_acts_on_one_lamp_the_later_one_counts(first: Act, later: Act, both: Act) -> None:
    assert first.then(later) == both


lights = st.sampled_from((0.0, 0.001, 0.2, 0.5, 1.0)) | st.floats(0.001, 1)
switching = st.builds(at, lights)
acts = switching | st.just(ON) | st.just(OFF) | st.builds(Act, colour_temperature=st.integers(2000, 6500))
zones = st.dictionaries(st.sampled_from("abcdef"), st.none() | lights, min_size=1)


@given(zones, st.dictionaries(st.sampled_from("abcdef"), acts, min_size=1))
def test_every_act_is_a_choice_and_the_choice_is_how_the_zone_is_then(
    lamps: dict[str, float | None], asked: dict[str, Act]
) -> None:
    acts_there = {lamp: act for lamp, act in asked.items() if lamp in lamps}
    found = choice_of(Origin.MASTER, acts_there, lamps)
    if not acts_there:
        assert found is None
        return
    assert found is not None
    switched = {lamp: act for lamp, act in acts_there.items() if act.is_on is not None}
    after = {
        lamp: before if (act := switched.get(lamp)) is None else act.light if act.is_on else 0.0
        for lamp, before in lamps.items()
    }
    if switched:
        assert found.is_on is (any(after.values()) or any(act.is_on for act in switched.values()))
    else:
        assert found.is_on is found.light is None
    if found.light is not None:
        known = [light for light in after.values() if light is not None]
        assert found.light == pytest.approx(sum(known) / len(known))
    if any(act.names_light and act.is_on for act in switched.values()):
        assert found.light is not None
    assert (found.colour_temperature is None) is all(act.colour_temperature is None for act in acts_there.values())
