"""What frames tell about the colours of gear: never anything else than simulated gear shows."""

import random
from typing import Any, Final

from dali.address import GearBroadcast, GearShort
from dali.command import Command
from dali.gear import colour, general
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.colour_features import CHANNELS, ColourFeatures, MirekRange
from custom_components.smart_lighting_ai_dali.dali.colour_staging import activate, stage
from custom_components.smart_lighting_ai_dali.dali.colour_state import ColourReading
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.state import Effect, KnownState, Reading
from custom_components.smart_lighting_ai_dali.dali.target import MASK_8, MASK_16, Colour, ColourTemperature, Rgbwaf, Xy
from custom_components.smart_lighting_ai_dali.simulator.colour import ColourType
from custom_components.smart_lighting_ai_dali.simulator.gear import Gear as SimulatedGear
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

SHORT: Final = GearShort(1)
ALL: Final = ColourFeatures(temperatures=MirekRange(153, 370), xy=True, channels=4)
GEAR: Final = Gear(address=1, edition=2, device_types=(6, 8), colour=ALL)
RELAY: Final = Gear(address=2, edition=2, device_types=(7,))
COOL: Final = ColourTemperature(200)
WARM: Final = ColourTemperature(300)


def whole_known(level: int = 100, shown: Colour | None = WARM) -> KnownState:
    """Return a line with a gear of which all is known."""
    known = KnownState((GEAR, RELAY))
    known.answered(GEAR.key, Reading(status=0, level=level))
    known.colour_answered(GEAR.key, ColourReading(shown, automatic_activation=True))
    known.colours.unread.clear()
    return known


def see(known: KnownState, *commands: Command, own: bool = False) -> Effect:
    """Let commands pass on the line, and return what the last one did."""
    effect = Effect()
    for command in commands:
        if command.devicetype:
            known.see(general.EnableDeviceType(command.devicetype).frame, own=own)
        for _ in range(2 if command.sendtwice else 1):
            effect = known.see(command.frame, own=own)
    return effect


def shown(known: KnownState) -> Colour | None:
    """Return the colour that the gear shows."""
    return known.state(GEAR.key).colour


def test_a_colour_that_is_staged_is_not_shown_yet() -> None:
    known = whole_known()
    assert see(known, *stage(COOL, [SHORT])) == Effect()
    assert shown(known) == WARM
    assert known.colours.staged(GEAR.key) == COOL
    assert not known.colours.unread


def test_what_is_activated_is_shown_and_has_to_be_verified() -> None:
    known = whole_known()
    effect = see(known, *stage(COOL, [SHORT]), activate(SHORT))
    assert effect.changed == {GEAR.key}
    assert shown(known) == COOL
    assert known.colours.staged(GEAR.key) is None
    assert known.colours.unread == {GEAR.key}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (general.DAPC(SHORT, 50), COOL),
        (general.Off(GearBroadcast()), COOL),
        (general.DAPC(SHORT, 100), WARM),
        (general.DAPC(GearShort(2), 50), WARM),
        (general.QueryActualLevel(SHORT), WARM),
        (general.Up(SHORT), None),
        (general.GoToLastActiveLevel(SHORT), WARM),
    ],
)
def test_a_level_activates_when_it_is_another(command: Command, expected: Colour | None) -> None:
    known = whole_known()
    see(known, *stage(COOL, [SHORT]), command)
    assert shown(known) == expected


def test_without_automatic_activation_a_level_activates_nothing() -> None:
    known = whole_known()
    see(known, general.DTR0(0), colour.StoreGearFeaturesStatus(SHORT), *stage(COOL, [SHORT]), general.DAPC(SHORT, 9))
    assert shown(known) == WARM
    assert known.colours.automatic_activation(GEAR.key) is False
    see(known, activate(SHORT))
    assert shown(known) == COOL


def test_where_nobody_knows_whether_a_level_activated_an_activate_makes_it_sure() -> None:
    known = whole_known()
    known.doubt()
    see(known, *stage(COOL, [SHORT]), general.DAPC(SHORT, 9))
    assert shown(known) is None
    assert known.colours.unread == {GEAR.key}
    see(known, activate(SHORT))
    assert shown(known) == COOL


def test_a_colour_is_what_the_gear_makes_of_it() -> None:
    known = whole_known()
    see(known, *stage(ColourTemperature(999), [SHORT]), activate(SHORT))
    assert shown(known) == ColourTemperature(370)
    amber = Rgbwaf(red=1, green=2, blue=3, white=4, amber=5, free=6)
    see(known, *stage(amber, [SHORT]), activate(SHORT))
    assert shown(known) == Rgbwaf(red=1, green=2, blue=3, white=4, amber=MASK_8, free=MASK_8)
    red = Rgbwaf(red=9, green=MASK_8, blue=MASK_8, white=MASK_8, amber=MASK_8, free=MASK_8)
    see(known, *stage(red, [SHORT]), activate(SHORT))
    assert shown(known) == Rgbwaf(red=9, green=2, blue=3, white=4, amber=MASK_8, free=MASK_8)


def test_a_register_of_another_master_is_noticed() -> None:
    known = whole_known()
    low, high, command = stage(COOL, [SHORT])
    see(known, low, high, general.DTR0(77), command)
    assert known.colours.staged(GEAR.key) == ColourTemperature(153)


def test_a_frame_between_spends_what_was_enabled() -> None:
    known = whole_known()
    low, high, command = stage(COOL, [SHORT])
    see(known, low, high)
    for frame in (general.EnableDeviceType(8), general.QueryStatus(GearShort(2)), command):
        known.see(frame.frame, own=False)
    assert known.colours.staged(GEAR.key) is None


def test_what_was_enabled_is_spent_by_a_command_that_every_gear_has() -> None:
    known = whole_known()
    for command in (general.EnableDeviceType(8), general.Off(SHORT)):
        known.see(command.frame, own=False)
    assert known.state(GEAR.key).level == 0


def test_what_is_staged_from_a_register_that_nobody_knows_is_unknown() -> None:
    known = whole_known()
    low, high, command = stage(COOL, [SHORT])
    see(known, low, high, colour.QueryColourValue(SHORT), command)
    assert known.colours.staged(GEAR.key) is None
    see(known, activate(SHORT))
    assert shown(known) is None


def test_a_scene_and_a_step_have_to_be_read() -> None:
    for command in (general.GoToScene(SHORT, 3), colour.ColourTemperatureTcStepWarmer(SHORT)):
        known = whole_known()
        see(known, command)
        assert known.colours.unread == {GEAR.key}


def test_limits_that_others_set_have_to_be_read() -> None:
    for command in (colour.StoreColourTemperatureTcLimit(SHORT), general.Reset(GearBroadcast())):
        known = whole_known()
        see(known, command)
        assert known.colours.limits_unread == {GEAR.key}


def test_an_answer_is_the_colour() -> None:
    known = whole_known(shown=None)
    assert known.colour_answered(GEAR.key, ColourReading(COOL, automatic_activation=False))
    assert shown(known) == COOL
    assert not known.colour_answered(GEAR.key, ColourReading(COOL, automatic_activation=True))
    assert known.colours.automatic_activation(GEAR.key)
    assert known.answered(GEAR.key, Reading(status=0, level=3))
    assert shown(known) == COOL


def test_gear_found_again_keeps_what_could_not_be_read_this_time() -> None:
    known = whole_known()
    known.keep(Gear(address=1, edition=2, device_types=(6, 8)))
    assert known.gear[GEAR.key].colour == ALL
    assert known.colours.unread == {GEAR.key}
    known.forget(GEAR.key)
    assert not known.colours.unread


# Against simulated gear

NUMBERS = st.sampled_from([0, 1, 44, 100, 153, 200, 254, 255])
REGISTERS = st.one_of(
    st.builds(general.DTR0, NUMBERS),
    st.builds(general.DTR1, st.sampled_from([0, 1, 2])),
    st.builds(general.DTR2, NUMBERS),
)
WHERE = st.sampled_from([SHORT, SHORT, GearBroadcast(), GearShort(2)])
COLOURS = st.one_of(
    st.builds(ColourTemperature, st.sampled_from([0, 100, 200, 300, 500, MASK_16])),
    st.builds(Xy, x=st.sampled_from([9, 30_000]), y=st.sampled_from([7, MASK_16])),
    st.builds(Rgbwaf, **dict.fromkeys(CHANNELS, st.sampled_from([0, 9, 254, MASK_8]))),
)
WHOLE = st.builds(lambda wanted, where: list(stage(wanted, [where])), COLOURS, WHERE)
LEVELS = st.one_of(
    st.builds(general.DAPC, WHERE, st.sampled_from([0, 50, 100, 254, 255])),
    *(st.builds(command, WHERE) for command in (general.Off, general.RecallMaxLevel, general.GoToLastActiveLevel)),
)
COMMANDS = st.sampled_from(
    [
        colour.Activate,
        colour.Activate,
        colour.SetTemporaryColourTemperature,
        colour.SetTemporaryXCoordinate,
        colour.SetTemporaryYCoordinate,
        colour.SetTemporaryRGBDimLevel,
        colour.SetTemporaryWAFDimLevel,
        colour.SetTemporaryRGBWAFControl,
        colour.CopyReportToTemporary,
        colour.StoreGearFeaturesStatus,
        colour.QueryColourValue,
        general.QueryActualLevel,
        general.Reset,
    ]
)
SINGLE = st.one_of(REGISTERS, LEVELS, st.builds(lambda command, where: command(where), COMMANDS, WHERE))
TRAFFIC = st.lists(st.one_of(WHOLE, st.builds(lambda command: [command], SINGLE)), max_size=12)


def agrees(told: Colour, values: list[int]) -> bool:
    """Tell whether what is known of a colour is what the gear says; MASK is unknown."""
    match told:
        case ColourTemperature(mirek=mirek):
            return values == [mirek]
        case Xy(x=x, y=y):
            return values == [x, y]
        case Rgbwaf():
            numbers = [getattr(told, name) for name in CHANNELS]
            return all(number in {MASK_8, value} for number, value in zip(numbers, values, strict=True))


@given(TRAFFIC, st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_what_is_known_of_a_colour_is_what_the_gear_shows(traffic: list[list[Command]], dropped: int) -> None:
    specification = GearSpecification(
        short_address=1,
        device_types=(6, 8),
        colour_types=(ColourType.XY, ColourType.TC, ColourType.RGBWAF),
        primaries=(),
        level=100,
        tc=300,
    )
    simulated, now = SimulatedGear(specification, random=random.Random(1)), 10.0
    known = whole_known()
    frames: list[Any] = []
    for command in (command for commands in traffic for command in commands):
        if command.devicetype:
            frames.append(general.EnableDeviceType(8).frame)
        frames += [command.frame] * (2 if command.sendtwice else 1)
    # One that both miss, so that things come in unusual orders.
    del frames[dropped : dropped + 1]
    for frame in frames:
        now += 0.03
        known.see(frame, own=False)
        simulated.receive(frame.as_integer, now)
        told: Any = simulated.snapshot(now)["colour"]
        if (colour_known := shown(known)) is not None:
            assert agrees(colour_known, told["values"])
