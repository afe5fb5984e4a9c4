"""A light that shows the colours of the gear behind it, whether that is one gear or many."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import override

from homeassistant.components.light import DEFAULT_MAX_KELVIN, DEFAULT_MIN_KELVIN, ColorMode, LightEntity

from ..dali.colour_features import MirekRange
from ..dali.gear import Gear
from ..dali.target import Colour, ColourTemperature, Rgbwaf, Xy
from ..light_colours import color_mode, color_modes, kelvin_of, rgbw_of, xy_of


class ColourLight(LightEntity):
    """The colours of a light."""

    @property
    @abstractmethod
    def gear_behind(self) -> Iterable[Gear]:
        """Return the gear that it is made of."""

    @property
    @abstractmethod
    def shown_colour(self) -> Colour | None:
        """Return the colour that it shows, or is going to; None is unknown."""

    @property
    @override
    def supported_color_modes(self) -> set[ColorMode]:
        """Return the ways to set its colour."""
        return color_modes(self.gear_behind)

    @property
    @override
    def color_mode(self) -> ColorMode:
        """Return how its colour is told now."""
        return color_mode(self.supported_color_modes, self.shown_colour)

    @property
    @override
    def min_color_temp_kelvin(self) -> int:
        """Return the warmest white that it makes."""
        return kelvin_of(max(one.warmest for one in ranges)) if (ranges := self._ranges()) else DEFAULT_MIN_KELVIN

    @property
    @override
    def max_color_temp_kelvin(self) -> int:
        """Return the coolest white that it makes."""
        return kelvin_of(min(one.coolest for one in ranges)) if (ranges := self._ranges()) else DEFAULT_MAX_KELVIN

    @property
    @override
    def color_temp_kelvin(self) -> int | None:
        """Return its colour temperature."""
        colour = self.shown_colour
        return kelvin_of(colour.mirek) if isinstance(colour, ColourTemperature) else None

    @property
    @override
    def xy_color(self) -> tuple[float, float] | None:
        """Return its point of the CIE 1931 diagram."""
        colour = self.shown_colour
        return xy_of(colour) if isinstance(colour, Xy) else None

    @property
    @override
    def rgb_color(self) -> tuple[int, int, int] | None:
        """Return the shares of red, green and blue."""
        return None if (shares := self.rgbw_color) is None else shares[:3]

    @property
    @override
    def rgbw_color(self) -> tuple[int, int, int, int] | None:
        """Return the shares of red, green, blue and white."""
        colour = self.shown_colour
        return rgbw_of(colour) if isinstance(colour, Rgbwaf) else None

    def _ranges(self) -> list[MirekRange]:
        return [
            gear.colour.temperatures
            for gear in self.gear_behind
            if gear.colour is not None and gear.colour.temperatures is not None
        ]
