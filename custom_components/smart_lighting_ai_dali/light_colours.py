"""Home Assistant's colours and those of gear: the modes that a gear has, and how the numbers of one become the other's.

Brightness is the level of a gear, and its colour the shares of its channels, the strongest of which is always full: so
colour and brightness don't change each other, whichever is set first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from homeassistant.components.light import (
    ATTR_COLOR_TEMP_KELVIN,
    ATTR_RGB_COLOR,
    ATTR_RGBW_COLOR,
    ATTR_XY_COLOR,
    ColorMode,
)

from .dali.gear import Gear
from .dali.level import HIGHEST
from .dali.target import MASK_8, Colour, ColourTemperature, Rgbwaf, Xy

_MIREK: Final = 1_000_000
_FULL: Final = 255
# A point of the CIE 1931 diagram is told in 1/65536; 65535 is MASK (IEC 62386-209).
_XY: Final = 65_536
_HIGHEST_XY: Final = 65_534
_RGB: Final = 3
# What is shown of gear whose colour nobody knows yet: the first of these that it has.
_ORDER: Final = (
    ColorMode.COLOR_TEMP,
    ColorMode.RGBW,
    ColorMode.RGB,
    ColorMode.XY,
    ColorMode.BRIGHTNESS,
    ColorMode.ONOFF,
)


def color_modes(gear: Iterable[Gear]) -> set[ColorMode]:
    """Return the modes of a light: all in which any gear of it shows colours, or else brightness; relays switch."""
    modes = set[ColorMode]()
    kinds = set[bool]()
    for one in gear:
        kinds.add(one.is_relay)
        if (features := one.colour) is None:
            continue
        if features.temperatures is not None:
            modes.add(ColorMode.COLOR_TEMP)
        if features.xy:
            modes.add(ColorMode.XY)
        if features.channels >= _RGB:
            modes.add(ColorMode.RGB if features.channels == _RGB else ColorMode.RGBW)
    return modes or {ColorMode.ONOFF if kinds == {True} else ColorMode.BRIGHTNESS}


def color_mode(modes: set[ColorMode], colour: Colour | None) -> ColorMode:
    """Return the mode of a colour that a gear with these modes shows."""
    match colour:
        case ColourTemperature():
            shown = {ColorMode.COLOR_TEMP}
        case Xy():
            shown = {ColorMode.XY}
        case Rgbwaf():
            shown = {ColorMode.RGB, ColorMode.RGBW}
        case None:
            shown = set()
    return next(mode for mode in _ORDER if mode in (shown & modes or modes))


def asked_colour(data: Mapping[str, Any]) -> Colour | None:
    """Return the colour that a call of `light.turn_on` asks for, as Home Assistant has fitted it to the modes."""
    if (kelvin := data.get(ATTR_COLOR_TEMP_KELVIN)) is not None:
        return ColourTemperature(mirek_of(kelvin))
    if (point := data.get(ATTR_XY_COLOR)) is not None:
        x, y = (min(_HIGHEST_XY, round(number * _XY)) for number in point)
        return Xy(x=x, y=y)
    if (rgb := data.get(ATTR_RGB_COLOR)) is not None:
        return _channels((*rgb, 0))
    rgbw = data.get(ATTR_RGBW_COLOR)
    return None if rgbw is None else _channels(rgbw)


def mirek_of(kelvin: int) -> int:
    """Return a colour temperature in mirek."""
    return round(_MIREK / kelvin)


def kelvin_of(mirek: int) -> int:
    """Return a colour temperature in kelvin."""
    return round(_MIREK / mirek)


def xy_of(colour: Xy) -> tuple[float, float]:
    """Return a point of the CIE 1931 diagram, each number 0 to 1."""
    return colour.x / _XY, colour.y / _XY


def rgbw_of(colour: Rgbwaf) -> tuple[int, int, int, int] | None:
    """Return red, green, blue and white, the strongest 255; None where one of the colours is unknown."""
    levels = [colour.red, colour.green, colour.blue, 0 if colour.white == MASK_8 else colour.white]
    if MASK_8 in levels:
        return None
    red, green, blue, white = _shares(levels, _FULL)
    return red, green, blue, white


def _channels(rgbw: Sequence[int]) -> Rgbwaf:
    red, green, blue, white = _shares(rgbw, HIGHEST)
    return Rgbwaf(red=red, green=green, blue=blue, white=white, amber=0, free=0)


def _shares(values: Sequence[int], full: int) -> list[int]:
    """Return numbers in the same ratio, the largest of them `full`; all dark stays dark."""
    most = max(values) or 1
    return [round(value * full / most) for value in values]
