"""Plans with colours against simulated gear: everyone is where they should be, in the colour that they should show."""

import random
from typing import Any, Final

from dali.gear import general
from hypothesis import given, settings, strategies as st

from custom_components.smart_lighting_ai_dali.dali.colour_features import ColourFeatures, MirekRange
from custom_components.smart_lighting_ai_dali.dali.fade import Fade, FadeSetting
from custom_components.smart_lighting_ai_dali.dali.frame_planner import Hearer, plan_frames
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.target import ColourTemperature, Recall, Target
from custom_components.smart_lighting_ai_dali.simulator.gear import Gear as SimulatedGear
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .plans import commands_of, count_frames

TC: Final = ColourFeatures(temperatures=MirekRange(153, 370))
COLOURS: Final = (ColourTemperature(200), ColourTemperature(300))
LEVELS: Final = (0, 1, 100, 254)


@st.composite
def lines(draw: st.DrawFn) -> tuple[list[GearSpecification], dict[str, Hearer], dict[str, Target]]:
    """Draw up to eight gear, most of them for colours, what is known of each, and targets for some."""
    specifications: list[GearSpecification] = []
    hearers: dict[str, Hearer] = {}
    targets: dict[str, Target] = {}
    for address in range(draw(st.integers(1, 8))):
        types = draw(st.sampled_from([(6,), (6, 8), (6, 8)]))
        automatic = draw(st.sampled_from([True, True, False]))
        level = draw(st.sampled_from(LEVELS))
        fade_time = draw(st.sampled_from([0, 4]))
        specifications.append(
            GearSpecification(
                short_address=address,
                gtin=1,
                serial=address,
                device_types=types,
                groups=draw(st.frozensets(st.integers(0, 2))),
                level=level,
                fade_time=fade_time,
                tc=draw(st.sampled_from([200, 300, 350])),
                automatic_activation=automatic,
            )
        )
        gear = Gear(
            address=address,
            edition=2,
            device_types=types,
            groups=specifications[-1].groups,
            colour=TC if 8 in types else None,
        )
        hearers[gear.key] = Hearer(
            gear=gear,
            level=draw(st.sampled_from([None, Level(level), Level(level)])),
            fade=FadeSetting(fade_time, 0),
            automatic_activation=draw(st.sampled_from([automatic, automatic, None])),
        )
        colour = draw(st.sampled_from([*COLOURS, None])) if 8 in types else None
        wanted = draw(st.sampled_from([*(Level(one) for one in LEVELS), Recall.LAST_ACTIVE, None]))
        if draw(st.booleans()) and (wanted is not None or colour is not None):
            fade = draw(st.sampled_from([None, Fade(0), Fade(4)]))
            targets[gear.key] = Target(level=wanted, colour=colour, fade=fade)
    return specifications, hearers, targets


@given(lines())
@settings(max_examples=300, deadline=None)
def test_everyone_is_where_they_should_be_in_their_colour(
    drawn: tuple[list[GearSpecification], dict[str, Hearer], dict[str, Target]],
) -> None:
    specifications, hearers, targets = drawn
    simulated = [SimulatedGear(one, random=random.Random(1)) for one in specifications]
    now = 10.0
    before: list[Any] = [one.snapshot(now) for one in simulated]
    steps = plan_frames(targets, hearers, all_known=True)
    for command in commands_of(steps):
        frames = [command.frame.as_integer] * (2 if command.sendtwice else 1)
        if command.devicetype:
            frames.insert(0, general.EnableDeviceType(command.devicetype).frame.as_integer)
        for frame in frames:
            now += 0.03
            for one in simulated:
                one.receive(frame, now)
    now += 100
    for address, one in enumerate(simulated):
        target, was = targets.get(f"a{address}", Target()), before[address]
        there: Any = one.snapshot(now)
        level = was["level"] if target.level is None else target.level
        if isinstance(level, Recall):
            assert there["level"] != 0
        else:
            assert there["level"] == level
        if was["colour"] is not None:
            wanted = ColourTemperature(*was["colour"]["values"]) if target.colour is None else target.colour
            assert ColourTemperature(*there["colour"]["values"]) == wanted
            assert there["colour"]["staged"] is None
    assert sum(len(step.carries) for step in steps) == len(targets)
    assert count_frames(steps) <= count_frames(plan_frames(targets, hearers, all_known=False))
