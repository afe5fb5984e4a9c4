"""What gear tells of its colours and its curve, read from simulated gear frame by frame."""

from typing import Any

from dali.address import GearShort
from dali.gear import colour, general
import pytest

from custom_components.smart_lighting_ai_dali.dali.colour_features import ColourFeatures, MirekRange
from custom_components.smart_lighting_ai_dali.dali.colour_sequences import read_colour, read_kind
from custom_components.smart_lighting_ai_dali.dali.colour_staging import activate, stage
from custom_components.smart_lighting_ai_dali.dali.colour_state import ColourReading
from custom_components.smart_lighting_ai_dali.dali.errors import NoAnswerError
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.level import DimmingCurve
from custom_components.smart_lighting_ai_dali.dali.sequences import Steps
from custom_components.smart_lighting_ai_dali.dali.target import Colour, ColourTemperature, Rgbwaf, Xy
from custom_components.smart_lighting_ai_dali.simulator.colour import ColourType
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .sequence_bench import Bench, lamp

RED = Rgbwaf(red=254, green=20, blue=0, white=7, amber=255, free=255)
POINT = Xy(x=30_000, y=20_000)


def colour_lamp(*types: ColourType, **more: Any) -> GearSpecification:
    """Return a gear of device types 6 and 8."""
    return lamp(1, device_types=(6, 8), colour_types=types, **more)


def send(bench: Bench, wanted: Colour) -> None:
    """Have the gear show a colour."""

    def steps() -> Steps[None]:
        yield from stage(wanted, [GearShort(1)])
        yield activate(GearShort(1))

    bench.run(steps())


@pytest.mark.parametrize(
    ("gear", "expected"),
    [
        (colour_lamp(ColourType.TC), ColourFeatures(temperatures=MirekRange(153, 370))),
        (colour_lamp(ColourType.TC, tc_limits=(200, 300)), ColourFeatures(temperatures=MirekRange(200, 300))),
        (colour_lamp(ColourType.XY), ColourFeatures(xy=True)),
        (colour_lamp(ColourType.RGBWAF, channels=3), ColourFeatures(channels=3)),
        (
            colour_lamp(ColourType.TC, ColourType.RGBWAF, channels=6),
            ColourFeatures(temperatures=MirekRange(153, 370), channels=6),
        ),
        (colour_lamp(ColourType.PRIMARY_N), ColourFeatures()),
    ],
)
def test_gear_tells_which_colours_it_makes(gear: GearSpecification, expected: ColourFeatures) -> None:
    described = Bench(gear).run(read_kind(Gear(address=1, device_types=(6, 8))))
    assert described.colour == expected
    assert described.is_described
    assert Gear.from_dict(described.as_dict()) == described


@pytest.mark.parametrize("lost", range(1, 25))
def test_limits_are_read_right_whichever_frame_is_lost(lost: int) -> None:
    bench = Bench(colour_lamp(ColourType.TC, tc_limits=(200, 300)), lost=frozenset({lost}))
    described = bench.run(read_kind(Gear(address=1, device_types=(6, 8))))
    assert described.colour == ColourFeatures(temperatures=MirekRange(200, 300))


def test_what_a_gear_does_not_answer_stays_as_it_is() -> None:
    before = Gear(address=2, device_types=(6, 8), curve=DimmingCurve.LINEAR, colour=ColourFeatures(xy=True))
    assert Bench().run(read_kind(before)) == before


def test_gear_that_was_kept_by_an_earlier_version_is_asked_again() -> None:
    kept = Gear(address=1, device_types=(6, 8)).as_dict()
    del kept["colour"], kept["curve"]
    gear = Gear.from_dict(kept)
    assert gear == Gear(address=1, device_types=(6, 8))
    assert not gear.is_described
    assert Gear(address=1, device_types=(7,)).is_described


@pytest.mark.parametrize("device_type", [4, 5, 6, 17])
def test_the_curve_is_read_from_gear_that_has_one(device_type: int) -> None:
    bench = Bench(lamp(1, device_types=(device_type,)))
    gear = Gear(address=1, device_types=(device_type,))
    assert bench.run(read_kind(gear)).curve is DimmingCurve.LOGARITHMIC
    assert len(bench.sent) == 1


def test_a_linear_curve_is_found() -> None:
    bench = Bench(lamp(1, device_types=(6, 17)))
    gear = Gear(address=1, device_types=(6, 17))
    for data in (0xA301, 0xC106, 0x03E3, 0x03E3):
        bench.now += 0.03
        bench.gear[0].receive(data, bench.now)
    assert bench.run(read_kind(gear)).curve is DimmingCurve.LINEAR
    assert Bench(lamp(1, device_types=(7,))).run(read_kind(Gear(address=1, device_types=(7,)))).curve is None


def test_a_relay_only_switches() -> None:
    assert Gear(address=1, device_types=(7,)).is_relay
    assert Gear(address=1, device_types=(7, 51)).is_relay
    assert not Gear(address=1, device_types=(6, 7)).is_relay
    assert not Gear(address=1).is_relay


@pytest.mark.parametrize("wanted", [ColourTemperature(250), POINT, RED])
@pytest.mark.parametrize("believed", [False, True])
def test_the_colour_that_is_shown_is_read(wanted: Colour, believed: bool) -> None:  # noqa: FBT001  # from the table
    bench = Bench(colour_lamp(*ColourType, channels=4, primaries=()))
    gear = bench.run(read_kind(Gear(address=1, device_types=(6, 8))))
    send(bench, wanted)
    reading = bench.run(read_colour(gear, wanted if believed else None))
    assert reading == ColourReading(wanted, automatic_activation=True)


def test_a_colour_temperature_takes_ten_frames() -> None:
    bench = Bench(colour_lamp(ColourType.TC))
    gear = bench.run(read_kind(Gear(address=1, device_types=(6, 8))))
    bench.sent.clear()
    bench.run(read_colour(gear, ColourTemperature(370)))
    assert sum(2 if command.devicetype else 1 for command in bench.sent) == 10


@pytest.mark.parametrize("lost", range(1, 30))
def test_a_colour_is_read_right_whichever_frame_is_lost(lost: int) -> None:
    bench = Bench(colour_lamp(ColourType.TC, tc=0x123))
    gear = bench.run(read_kind(Gear(address=1, device_types=(6, 8))))
    bench.sent.clear()
    bench.lost = frozenset({lost})
    reading = bench.run(read_colour(gear, ColourTemperature(0x124)))
    assert reading.colour == ColourTemperature(0x123)


def test_a_colour_on_its_way_is_read_later() -> None:
    bench = Bench(colour_lamp(ColourType.TC, fade_time=8))
    gear = bench.run(read_kind(Gear(address=1, device_types=(6, 8))))
    send(bench, ColourTemperature(200))
    assert bench.run(read_colour(gear, ColourTemperature(200))) is None
    bench.now += 10
    assert bench.run(read_colour(gear, ColourTemperature(200))).colour == ColourTemperature(200)


def test_gear_without_automatic_activation_says_so() -> None:
    bench = Bench(colour_lamp(ColourType.TC, automatic_activation=False))
    assert not bench.run(read_colour(Gear(address=1, device_types=(8,)), None)).automatic_activation


def test_gear_that_is_silent_has_no_colour() -> None:
    with pytest.raises(NoAnswerError):
        Bench().run(read_colour(Gear(address=1, device_types=(8,)), None))


def test_colours_are_fitted_to_what_gear_makes() -> None:
    features = ColourFeatures(temperatures=MirekRange(200, 300), channels=3)
    assert features.fit(ColourTemperature(100)) == ColourTemperature(200)
    assert features.fit(ColourTemperature(400)) == ColourTemperature(300)
    assert features.fit(ColourTemperature(250)) == ColourTemperature(250)
    assert features.fit(RED) == Rgbwaf(red=254, green=20, blue=0, white=255, amber=255, free=255)
    assert features.fit(POINT) is None
    assert ColourFeatures(xy=True).fit(POINT) == POINT
    assert ColourFeatures(xy=True).fit(RED) is None
    assert Gear(address=1).fit(RED) is None


def test_the_sequences_use_the_vocabulary_of_the_standard() -> None:
    commands = stage(ColourTemperature(0x1234), [GearShort(1)])
    assert [str(command) for command in commands] == [
        str(command) for command in (general.DTR0(0x34), general.DTR1(0x12), colour.SetTemporaryColourTemperature(1))
    ]
