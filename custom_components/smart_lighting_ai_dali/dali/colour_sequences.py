"""Ask gear what colours it can make, which it shows, and how it dims (IEC 62386-209, and others for the curve)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from dali.address import GearShort
from dali.command import Command
from dali.gear import colour, converter, general, incandescent, led
from dali.gear.colour import QueryColourValueDTR as Value

from .colour_features import CHANNELS, ColourFeatures, MirekRange
from .colour_state import ColourReading
from .errors import NoAnswerError
from .gear import Gear
from .level import DimmingCurve
from .sequences import ATTEMPTS, Steps, ask, describe
from .target import MASK_8, MASK_16, Colour, ColourTemperature, Rgbwaf, Xy
from .transactions import MayYield

# QUERY COLOUR TYPE FEATURES (11.3.4.3): what is there, and how many channels, in bits 7:5.
_XY: Final = 0x01
_TEMPERATURES: Final = 0x02
_CHANNELS_FROM: Final = 5
# QUERY COLOUR STATUS: which type of colour is shown.
_XY_ACTIVE: Final = 0x10
_TEMPERATURE_ACTIVE: Final = 0x20
_CHANNELS_ACTIVE: Final = 0x80
# QUERY GEAR FEATURES/STATUS: a command for the level activates what is staged.
_AUTOMATIC_ACTIVATION: Final = 0x01
# The bit of QUERY STATUS that tells of a fade, of the level or of the colour.
_FADING: Final = 0x10
_COOLEST: Final = (Value.ColourTemperatureTcCoolest, Value.ColourTemperatureTcPhysicalCoolest)
_WARMEST: Final = (Value.ColourTemperatureTcWarmest, Value.ColourTemperatureTcPhysicalWarmest)
# Two readings in a row that are the same are believed; so many are tried.
_READINGS: Final = ATTEMPTS + 2
# Of gear that knows none: 2000 to 6500 K.
_USUAL_TEMPERATURES: Final = MirekRange(154, 500)
_REPORTED_CHANNELS: Final = (
    Value.ReportRedDimLevel,
    Value.ReportGreenDimLevel,
    Value.ReportBlueDimLevel,
    Value.ReportWhiteDimLevel,
    Value.ReportAmberDimLevel,
    Value.ReportFreecolourDimLevel,
)


class _QueryDimmingCurve(led.QueryDimmingCurve):
    """QUERY DIMMING CURVE of device type 17 (IEC 62386-218), which python-dali does not know."""

    devicetype = 0x11


# Who can be asked for the curve; gear of several of these types has one curve.
_CURVE_QUERIES: Final[dict[int, Callable[[GearShort], Command]]] = {
    6: led.QueryDimmingCurve,
    17: _QueryDimmingCurve,
    4: incandescent.QueryDimmingCurve,
    5: converter.QueryDimmingCurve,
}


def describe_whole(address: int, expected: Gear | None = None) -> Steps[Gear]:
    """Find out all that is known of one gear, its kind included; raises NoAnswerError or AnswersCollidedError."""
    gear = yield from describe(address, expected)
    yield MayYield()
    return (yield from read_kind(gear))


def read_kind(gear: Gear) -> Steps[Gear]:
    """Add to a gear what its device types tell; what it does not answer stays as it is. Raises AnswersCollidedError."""
    curve, features = gear.curve, gear.colour
    with suppress(NoAnswerError):
        curve = yield from read_curve(gear)
    yield MayYield()
    if gear.makes_colours:
        with suppress(NoAnswerError):
            features = yield from read_features(gear.address)
    return replace(gear, curve=curve, colour=features)


def read_curve(gear: Gear) -> Steps[DimmingCurve | None]:
    """Read how a gear makes light of levels; None where it can't be asked. Raises NoAnswerError."""
    for device_type, query in _CURVE_QUERIES.items():
        if device_type in gear.device_types:
            answer = yield from ask(query(GearShort(gear.address)))
            return DimmingCurve.LINEAR if answer == DimmingCurve.LINEAR else DimmingCurve.LOGARITHMIC
    return None


def read_features(address: int) -> Steps[ColourFeatures]:
    """Read which colours a gear makes; raises NoAnswerError or AnswersCollidedError.

    The limits of colour temperatures are those that somebody set, or else what the gear can do, or else the usual ones.
    """
    features = yield from ask(colour.QueryColourTypeFeatures(GearShort(address)))
    temperatures: MirekRange | None = None
    if features & _TEMPERATURES:
        yield MayYield()
        coolest = yield from _limit(address, _COOLEST)
        yield MayYield()
        warmest = yield from _limit(address, _WARMEST)
        temperatures = _USUAL_TEMPERATURES
        if coolest is not None and warmest is not None and coolest <= warmest:
            temperatures = MirekRange(coolest, warmest)
    return ColourFeatures(
        temperatures=temperatures,
        xy=bool(features & _XY),
        channels=min(features >> _CHANNELS_FROM, len(CHANNELS)),
    )


def read_colour(gear: Gear, believed: Colour | None) -> Steps[ColourReading | None]:
    """Read which colour a gear shows; None while it is on its way to another. Raises NoAnswerError.

    What differs from what is `believed` is asked again: between question and answer stands a register, and the frame
    that sets it may get lost. Where nothing is believed, the next reading tells.
    """
    target = GearShort(gear.address)
    features = yield from ask(colour.QueryGearFeaturesStatus(target))
    automatic = bool(features & _AUTOMATIC_ACTIVATION)
    before = believed
    for attempt in range(_READINGS):
        yield MayYield()
        if (yield from ask(general.QueryStatus(target))) & _FADING:
            return None
        # This puts what is shown into the report registers, where it stands still (9.12.6).
        yield from ask(general.QueryActualLevel(target))
        shown = yield from _reported(gear)
        if shown == before or (believed is None and attempt == 0):
            return ColourReading(shown, automatic)
        before = shown
    raise NoAnswerError("colour")


def _reported(gear: Gear) -> Steps[Colour | None]:
    """Return the colour in the report registers; None where it is of no type that we know, or MASK."""
    target = GearShort(gear.address)
    status = yield from ask(colour.QueryColourStatus(target))
    yield MayYield()
    if status & _TEMPERATURE_ACTIVE:
        mirek = yield from _word(gear.address, Value.ReportColourTemperatureTc)
        return None if mirek in {None, 0, MASK_16} else ColourTemperature(mirek)
    if status & _XY_ACTIVE:
        x = yield from _word(gear.address, Value.ReportXCoordinate)
        yield MayYield()
        y = yield from _word(gear.address, Value.ReportYCoordinate)
        return None if MASK_16 in {x, y} else Xy(x=x, y=y)
    if status & _CHANNELS_ACTIVE and gear.colour is not None:
        levels = [MASK_8] * len(CHANNELS)
        for channel in range(gear.colour.channels):
            yield MayYield()
            levels[channel] = yield from _byte(gear.address, _REPORTED_CHANNELS[channel])
        return Rgbwaf(**dict(zip(CHANNELS, levels, strict=True)))
    return None


def _limit(address: int, limits: tuple[Value, Value]) -> Steps[int | None]:
    """Read a limit of the colour temperature: the one that was set, or else the physical one; None for neither."""
    for limit in limits:
        before: int | None = None
        for _ in range(_READINGS):
            mirek = yield from _word(address, limit)
            if mirek == before:
                break
            before = mirek
            yield MayYield()
        else:
            raise NoAnswerError(limit.name)
        if mirek not in {0, MASK_16}:
            return mirek
    return None


def _word(address: int, value: Value) -> Steps[int]:
    """Read a number of 16 bits: the gear answers the high half, and puts the low one into DTR0."""
    target = GearShort(address)
    for attempt in range(ATTEMPTS):
        if attempt:
            yield MayYield()
        yield general.DTR0(int(value))
        high = (yield colour.QueryColourValue(target)).raw_value
        low = (yield general.QueryContentDTR0(target)).raw_value
        if high is not None and not high.error and low is not None and not low.error:
            return int(high.as_integer) << 8 | int(low.as_integer)
    raise NoAnswerError(value.name)


def _byte(address: int, value: Value) -> Steps[int]:
    """Read a number of 8 bits."""
    for attempt in range(ATTEMPTS):
        if attempt:
            yield MayYield()
        yield general.DTR0(int(value))
        answer = (yield colour.QueryColourValue(GearShort(address))).raw_value
        if answer is not None and not answer.error:
            return int(answer.as_integer)
    raise NoAnswerError(value.name)
