"""Device type 8 (IEC 62386-209): how colours are staged, activated, faded, stored and told."""

from typing import Any, Final

from dali.command import Command
from dali.gear import colour, general
from dali.gear.colour import QueryColourValueDTR as Value
import pytest

from custom_components.smart_lighting_ai_dali.simulator.colour import ColourType

from .gear_bench import ADDRESS, MASK, POWER_ON_SECONDS, YES, Bench, gear

WARM: Final = 370
COOL: Final = 153
NEUTRAL: Final = 250
MASK_16: Final = 0xFFFF
# IEC 62386-102, table 7: fade time 2 is one second.
ONE_SECOND: Final = 2
# 209, 11.3.4.2: QUERY COLOUR STATUS.
XY_OUT_OF_RANGE: Final = 0x01
TC_OUT_OF_RANGE: Final = 0x02
TC_ACTIVE: Final = 0x20
XY_ACTIVE: Final = 0x10
RGBWAF_ACTIVE: Final = 0x80


class ColourBench(Bench):
    """A gear for colours, and a master that knows its commands."""

    def extended(self, command: Command) -> int | None:
        """Send a command of device type 8, twice where it has to be."""
        self.send(general.EnableDeviceType(8))
        answer = self.send(command)
        return self.send(command) if command.sendtwice else answer

    def words(self, value: int) -> None:
        """Put sixteen bits into DTR1 and DTR0."""
        self.send(general.DTR0(value & 0xFF))
        self.send(general.DTR1(value >> 8))

    def stage_tc(self, mirek: int) -> None:
        """Stage a colour temperature."""
        self.words(mirek)
        self.extended(colour.SetTemporaryColourTemperature(ADDRESS))

    def stage_xy(self, x: int, y: int) -> None:
        """Stage a point of the diagram."""
        self.words(x)
        self.extended(colour.SetTemporaryXCoordinate(ADDRESS))
        self.words(y)
        self.extended(colour.SetTemporaryYCoordinate(ADDRESS))

    def stage_rgb(self, red: int, green: int, blue: int) -> None:
        """Stage the levels of three channels."""
        for command in (general.DTR0(red), general.DTR1(green), general.DTR2(blue)):
            self.send(command)
        self.extended(colour.SetTemporaryRGBDimLevel(ADDRESS))

    def activate(self) -> None:
        """Send ACTIVATE."""
        self.extended(colour.Activate(ADDRESS))

    def value(self, which: Value) -> int | None:
        """Ask for a number of a colour, as it is after whatever was asked before."""
        self.send(general.DTR0(which.value))
        high = self.extended(colour.QueryColourValue(ADDRESS))
        if high is None:
            return None
        low = self.send(general.QueryContentDTR0(ADDRESS))
        assert low is not None
        return high << 8 | low

    def byte(self, which: Value) -> int | None:
        """Ask for a number of eight bits."""
        self.send(general.DTR0(which.value))
        return self.extended(colour.QueryColourValue(ADDRESS))

    @property
    def tc(self) -> int | None:
        """The colour temperature of this instant."""
        return self.value(Value.ColourTemperatureTC)

    def status(self) -> int | None:
        """Ask for the colour status."""
        return self.extended(colour.QueryColourStatus(ADDRESS))

    def set_limit(self, which: colour.StoreColourTemperatureTcLimitDTR2, mirek: int) -> None:
        """Store a limit of the colour temperature."""
        self.words(mirek)
        self.send(general.DTR2(which.value))
        self.extended(colour.StoreColourTemperatureTcLimit(ADDRESS))


def bench(*kinds: ColourType, **specification: Any) -> ColourBench:
    """Return a gear for these colours, bright at once."""
    return ColourBench(
        gear(device_types=(6, 8), colour_types=kinds or (ColourType.TC,), **{"level": 200, **specification})
    )


# --- Activation (9.12.5)


def test_a_staged_colour_is_not_shown_before_it_is_activated() -> None:
    line = bench()
    line.stage_tc(NEUTRAL)
    assert line.tc == WARM
    assert line.value(Value.TemporaryColourTemperature) == NEUTRAL
    assert line.byte(Value.TemporaryColourType) == ColourType.TC
    line.activate()
    assert line.tc == NEUTRAL
    assert line.value(Value.TemporaryColourTemperature) == MASK_16
    assert line.byte(Value.TemporaryColourType) == MASK


def test_a_command_of_device_type_8_needs_it_enabled_just_before() -> None:
    line = bench()
    line.words(NEUTRAL)
    line.send(colour.SetTemporaryColourTemperature(ADDRESS))
    assert line.byte(Value.TemporaryColourType) == MASK


def test_a_level_activates_the_staged_colour_and_both_fade_together() -> None:
    line = bench(fade_time=ONE_SECOND, level=100)
    line.stage_tc(170)
    line.send(general.DAPC(ADDRESS, 200))
    line.wait(0.5)
    assert line.level == pytest.approx(150, abs=1)
    assert line.state["fading"]
    assert line.tc == pytest.approx((WARM + 170) / 2, abs=25)
    line.wait(1.0)
    assert (line.level, line.tc) == (200, 170)
    assert not line.state["fading"]


def test_a_level_at_which_the_gear_is_already_activates_nothing() -> None:
    line = bench()
    line.stage_tc(NEUTRAL)
    line.send(general.DAPC(ADDRESS, 200))
    assert line.tc == WARM
    assert line.byte(Value.TemporaryColourType) == ColourType.TC
    line.send(general.DAPC(ADDRESS, 201))
    assert line.tc == NEUTRAL


@pytest.mark.parametrize(
    "command",
    [
        general.Off(ADDRESS),
        general.StepUp(ADDRESS),
        general.StepDown(ADDRESS),
        general.RecallMaxLevel(ADDRESS),
        general.RecallMinLevel(ADDRESS),
        general.Up(ADDRESS),
    ],
)
def test_every_change_of_the_level_activates(command: Command) -> None:
    line = bench()
    line.stage_tc(NEUTRAL)
    line.send(command)
    line.wait(1.0)
    assert line.tc == NEUTRAL


def test_enable_dapc_sequence_changes_no_level_and_activates_nothing() -> None:
    line = bench()
    line.stage_tc(NEUTRAL)
    line.send(general.EnableDAPCSequence(ADDRESS))
    assert line.tc == WARM


def test_without_automatic_activation_a_level_leaves_the_colour_staged() -> None:
    line = bench()
    line.send(general.DTR0(0))
    line.extended(colour.StoreGearFeaturesStatus(ADDRESS))
    assert line.extended(colour.QueryGearFeaturesStatus(ADDRESS)) == 0
    line.stage_tc(NEUTRAL)
    line.send(general.DAPC(ADDRESS, 100))
    assert line.tc == WARM
    line.activate()
    assert line.tc == NEUTRAL


def test_a_level_after_activate_stops_the_colour_where_it_is() -> None:
    line = bench(fade_time=ONE_SECOND)
    line.stage_tc(170)
    line.activate()
    line.wait(0.5)
    line.send(general.DAPC(ADDRESS, 100))
    stopped = line.tc
    assert stopped is not None
    assert 170 < stopped < WARM
    line.wait(2.0)
    assert line.tc == stopped


def test_activate_changes_the_colour_alone() -> None:
    line = bench(level=0)
    line.stage_tc(NEUTRAL)
    line.activate()
    assert (line.level, line.tc) == (0, NEUTRAL)


def test_a_dark_lamp_comes_on_in_its_new_colour() -> None:
    line = bench(level=0, fade_time=ONE_SECOND)
    line.stage_tc(NEUTRAL)
    line.send(general.DAPC(ADDRESS, 200))
    assert line.tc == NEUTRAL


def test_another_type_takes_the_place_of_what_was_staged() -> None:
    line = bench(ColourType.XY, ColourType.TC)
    line.stage_xy(20000, 21000)
    line.stage_tc(NEUTRAL)
    assert line.value(Value.TemporaryXCoordinate) == MASK_16
    line.activate()
    assert line.status() == TC_ACTIVE


def test_a_type_that_the_gear_does_not_have_is_ignored() -> None:
    line = bench()
    line.stage_xy(20000, 21000)
    assert line.byte(Value.TemporaryColourType) == MASK
    assert line.value(Value.XCoordinate) is None


# --- Limits and the status


@pytest.mark.parametrize(("asked", "got"), [(100, COOL), (900, WARM)])
def test_a_colour_temperature_out_of_range_becomes_the_nearest(asked: int, got: int) -> None:
    line = bench()
    line.stage_tc(asked)
    line.activate()
    assert line.tc == got
    assert line.status() == TC_ACTIVE | TC_OUT_OF_RANGE
    line.stage_tc(NEUTRAL)
    line.activate()
    assert line.status() == TC_ACTIVE


def test_the_limits_can_be_asked_for() -> None:
    line = bench(tc_limits=(200, 333))
    assert line.value(Value.ColourTemperatureTcCoolest) == 200
    assert line.value(Value.ColourTemperatureTcWarmest) == 333
    assert line.value(Value.ColourTemperatureTcPhysicalCoolest) == COOL
    assert line.value(Value.ColourTemperatureTcPhysicalWarmest) == WARM


def test_a_new_limit_stays_within_the_physical_ones_and_takes_the_colour_along() -> None:
    line = bench()
    limit = colour.StoreColourTemperatureTcLimitDTR2
    line.set_limit(limit.TcWarmest, 333)
    assert line.tc == 333
    line.set_limit(limit.TcCoolest, 1)
    assert line.value(Value.ColourTemperatureTcCoolest) == COOL
    line.set_limit(limit.TcCoolest, 900)
    assert line.value(Value.ColourTemperatureTcCoolest) == 333
    line.set_limit(limit.TcPhysicalWarmest, 400)
    assert line.value(Value.ColourTemperatureTcWarmest) == 400


def test_a_limit_needs_to_be_stored_twice() -> None:
    line = bench()
    line.words(333)
    line.send(general.DTR2(1))
    line.send(general.EnableDeviceType(8))
    line.send(colour.StoreColourTemperatureTcLimit(ADDRESS))
    line.wait(1.0)
    assert line.value(Value.ColourTemperatureTcWarmest) == WARM


def test_steps_move_the_colour_temperature_by_one_mirek_up_to_the_limit() -> None:
    line = bench()
    line.extended(colour.ColourTemperatureTcStepCooler(ADDRESS))
    assert line.tc == WARM - 1
    for _ in range(2):
        line.extended(colour.ColourTemperatureTcStepWarmer(ADDRESS))
    assert line.tc == WARM
    assert line.status() == TC_ACTIVE | TC_OUT_OF_RANGE


def test_a_point_outside_the_gamut_becomes_the_nearest_inside() -> None:
    line = bench(ColourType.XY)
    line.stage_xy(20000, 21000)
    line.activate()
    assert (line.value(Value.XCoordinate), line.value(Value.YCoordinate)) == (20000, 21000)
    assert line.status() == XY_ACTIVE
    line.stage_xy(60000, 20000)
    line.activate()
    assert (line.value(Value.XCoordinate), line.value(Value.YCoordinate)) == (41943, 21627)
    assert line.status() == XY_ACTIVE | XY_OUT_OF_RANGE


def test_a_coordinate_that_is_not_staged_stays() -> None:
    line = bench(ColourType.XY)
    line.stage_xy(20000, 21000)
    line.activate()
    line.words(22000)
    line.extended(colour.SetTemporaryXCoordinate(ADDRESS))
    line.activate()
    assert (line.value(Value.XCoordinate), line.value(Value.YCoordinate)) == (22000, 21000)
    line.extended(colour.YCoordinateStepUp(ADDRESS))
    assert line.value(Value.YCoordinate) == 21256


def test_channels_have_levels_and_masked_ones_stay() -> None:
    line = bench(ColourType.RGBWAF, channels=3)
    line.stage_rgb(254, 100, 0)
    line.activate()
    line.stage_rgb(MASK, MASK, 50)
    line.activate()
    levels = [line.byte(which) for which in (Value.RedDimLevel, Value.GreenDimLevel, Value.BlueDimLevel)]
    assert levels == [254, 100, 50]
    assert line.status() == RGBWAF_ACTIVE


def test_features_tell_types_and_channels() -> None:
    line = bench(ColourType.XY, ColourType.TC, ColourType.RGBWAF, channels=5)
    answer = line.extended(colour.QueryColourTypeFeatures(ADDRESS))
    assert answer == 0b101_000_11
    assert line.extended(colour.QueryRBGWAFControl(ADDRESS)) is not None
    line.send(general.DTR0(4))
    assert line.extended(colour.QueryAssignedColour(ADDRESS)) == colour.AssignedColour.amber
    line.send(general.DTR0(5))
    assert line.extended(colour.QueryAssignedColour(ADDRESS)) == MASK


def test_rgbwaf_control_is_staged_too_and_white_unlinks_the_channels() -> None:
    line = bench(ColourType.RGBWAF, ColourType.TC)
    line.send(general.DTR0(0x80))
    line.extended(colour.SetTemporaryRGBWAFControl(ADDRESS))
    line.stage_rgb(1, 2, 3)
    line.activate()
    assert line.extended(colour.QueryRBGWAFControl(ADDRESS)) == 0x80
    line.send(general.DTR0(0x3F))
    line.extended(colour.SetTemporaryRGBWAFControl(ADDRESS))
    line.activate()
    line.stage_tc(NEUTRAL)
    line.activate()
    assert line.extended(colour.QueryRBGWAFControl(ADDRESS)) == 0


def test_primaries_have_levels_and_points() -> None:
    line = bench(ColourType.PRIMARY_N)
    assert line.byte(Value.NumberOfPrimaries) == 3
    assert line.value(Value.XCoordinatePrimaryN0) == 41943
    assert line.value(Value.XCoordinatePrimaryN5) == MASK_16
    line.words(12345)
    line.send(general.DTR2(1))
    line.extended(colour.SetTemporaryPrimaryNDimLevel(ADDRESS))
    line.activate()
    assert line.value(Value.PrimaryNDimLevel1) == 12345
    line.words(1000)
    line.send(general.DTR2(2))
    line.extended(colour.StoreTYPrimaryN(ADDRESS))
    assert line.value(Value.TYPrimaryN2) == 1000


# --- Scenes, power and the report colour (9.12.6)


def test_a_scene_keeps_the_staged_colour_without_showing_it() -> None:
    line = bench(fade_time=ONE_SECOND)
    line.stage_tc(NEUTRAL)
    line.configure(general.SetScene(ADDRESS, 3), 100)
    assert line.tc == WARM
    assert line.byte(Value.TemporaryColourType) == MASK
    assert line.send(general.QuerySceneLevel(ADDRESS, 3)) == 100
    assert line.value(Value.ReportColourTemperatureTc) == NEUTRAL
    line.send(general.GoToScene(ADDRESS, 3))
    line.wait(0.5)
    assert line.level == pytest.approx(150, abs=1)
    line.wait(1.0)
    assert (line.level, line.tc) == (100, NEUTRAL)


def test_a_scene_without_a_colour_leaves_the_colour() -> None:
    line = bench()
    line.configure(general.SetScene(ADDRESS, 3), 100)
    line.send(general.GoToScene(ADDRESS, 3))
    assert (line.level, line.tc) == (100, WARM)
    line.send(general.QuerySceneLevel(ADDRESS, 3))
    assert line.byte(Value.ReportColourType) == MASK


def test_a_removed_scene_has_no_colour_any_more() -> None:
    line = bench()
    line.stage_tc(NEUTRAL)
    line.configure(general.SetScene(ADDRESS, 3), 100)
    line.twice(general.RemoveFromScene(ADDRESS, 3))
    line.send(general.GoToScene(ADDRESS, 3))
    assert (line.level, line.tc) == (200, WARM)


def test_the_report_colour_is_that_of_the_level_last_asked_for() -> None:
    line = bench()
    assert line.byte(Value.ReportColourType) == MASK
    line.send(general.QueryActualLevel(ADDRESS))
    assert line.value(Value.ReportColourTemperatureTc) == WARM
    line.extended(colour.CopyReportToTemporary(ADDRESS))
    assert line.value(Value.TemporaryColourTemperature) == WARM


def test_power_on_takes_level_and_colour() -> None:
    line = bench()
    line.stage_tc(NEUTRAL)
    line.configure(general.SetPowerOnLevel(ADDRESS), 120)
    line.mains(present=False)
    line.wait(1.0)
    line.mains(present=True)
    line.wait(POWER_ON_SECONDS)
    assert (line.level, line.tc) == (120, NEUTRAL)


def test_a_system_failure_takes_level_and_colour() -> None:
    line = bench()
    line.stage_tc(COOL)
    line.configure(general.SetSystemFailureLevel(ADDRESS), 50)
    line.line(present=False)
    line.wait(1.0)
    line.level  # noqa: B018  # time passes when somebody looks
    line.line(present=True)
    assert (line.level, line.tc) == (50, COOL)


def test_after_a_start_automatic_activation_is_on_and_nothing_is_staged() -> None:
    line = bench(automatic_activation=False)
    assert line.extended(colour.QueryGearFeaturesStatus(ADDRESS)) == 0
    line.stage_tc(NEUTRAL)
    line.mains(present=False)
    line.wait(1.0)
    line.mains(present=True)
    line.wait(1.0)
    assert line.extended(colour.QueryGearFeaturesStatus(ADDRESS)) == 1
    assert line.byte(Value.TemporaryColourType) == MASK


def test_reset_forgets_stored_colours_and_limits() -> None:
    line = bench(tc_limits=(200, 333))
    line.stage_tc(NEUTRAL)
    line.configure(general.SetScene(ADDRESS, 0), MASK)
    line.twice(general.Reset(ADDRESS))
    assert line.send(general.QueryResetState(ADDRESS)) == YES
    assert line.value(Value.ColourTemperatureTcWarmest) == WARM
    line.stage_tc(NEUTRAL)
    line.configure(general.SetPowerOnLevel(ADDRESS), 254)
    assert line.send(general.QueryResetState(ADDRESS)) is None


def test_the_snapshot_tells_the_colour() -> None:
    line = bench()
    line.stage_tc(NEUTRAL)
    assert line.state["colour"] == {
        "type": "tc",
        "values": [WARM],
        "target": [WARM],
        "staged": "tc",
        "fading": False,
        "status": TC_ACTIVE,
        "automatic_activation": True,
        "rgbwaf_control": 0x3F,
    }
    assert Bench(gear()).state["colour"] is None
