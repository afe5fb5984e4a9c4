"""What gear for colours remembers: its limits and the colours of scenes and of power-on (IEC 62386-209, table 8)."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Self

from .colour import MASK_16, MOST_CHANNELS, NO_COLOUR, Colour, ColourType, Point, nearest_in_gamut
from .specification import GearSpecification
from .variables import SCENES

_UNKNOWN_LIGHT: Final = MASK_16
_GAMUT_CORNERS: Final = 3


class TcLimit(IntEnum):
    """The limits of the colour temperature, by their numbers in STORE COLOUR TEMPERATURE TC LIMIT."""

    COOLEST = 0
    WARMEST = 1
    PHYSICAL_COOLEST = 2
    PHYSICAL_WARMEST = 3


@dataclass(slots=True)
class Primary:
    """One lamp of a gear: its point of the diagram, and its light at full level (TY); MASK where it is unknown."""

    x: int = MASK_16
    y: int = MASK_16
    light: int = _UNKNOWN_LIGHT


def _no_colours() -> list[Colour]:
    return [NO_COLOUR] * SCENES


@dataclass(slots=True, kw_only=True)
class ColourVariables:
    """The persistent variables; `reset` takes the reset values in place."""

    physical_coolest: int
    physical_warmest: int
    coolest: int
    warmest: int
    primaries: list[Primary]
    assigned: list[int]
    """The colour of each output channel: 1 to 6 is red to freecolour, 0 none."""
    power_on: Colour = NO_COLOUR
    system_failure: Colour = NO_COLOUR
    scenes: list[Colour] = field(default_factory=_no_colours)

    @classmethod
    def of(cls, specification: GearSpecification) -> Self:
        """Return the variables as the gear left the factory, and with the limits that somebody set."""
        coolest, warmest = specification.tc_physical
        limits = specification.tc_limits or specification.tc_physical
        has_primaries = ColourType.PRIMARY_N in specification.colour_types
        has_channels = ColourType.RGBWAF in specification.colour_types
        return cls(
            physical_coolest=coolest,
            physical_warmest=warmest,
            coolest=max(coolest, limits[0]),
            warmest=min(warmest, limits[1]),
            primaries=[Primary(*point) for point in specification.primaries] if has_primaries else [],
            assigned=list(range(1, specification.channels + 1)) if has_channels else [],
        )

    @property
    def is_reset(self) -> bool:
        """Return whether RESET would change nothing."""
        return (
            (self.coolest, self.warmest) == (self.physical_coolest, self.physical_warmest)
            and (self.power_on, self.system_failure) == (NO_COLOUR, NO_COLOUR)
            and self.scenes == _no_colours()
        )

    def reset(self) -> None:
        """Forget the colours and the limits that were set; what the gear can do stays."""
        self.coolest, self.warmest = self.physical_coolest, self.physical_warmest
        self.power_on = self.system_failure = NO_COLOUR
        self.scenes = _no_colours()

    def limit(self, which: TcLimit) -> int:
        """Return a limit of the colour temperature in mirek."""
        return (self.coolest, self.warmest, self.physical_coolest, self.physical_warmest)[which]

    def set_limit(self, which: int, mirek: int) -> None:
        """Obey STORE COLOUR TEMPERATURE TC LIMIT: a limit stays within the physical ones and on its own side."""
        if mirek in {0, MASK_16}:
            return
        if which == TcLimit.COOLEST:
            self.coolest = max(self.physical_coolest, min(self.warmest, mirek))
        elif which == TcLimit.WARMEST:
            self.warmest = min(self.physical_warmest, max(self.coolest, mirek))
        elif which == TcLimit.PHYSICAL_COOLEST:
            self.physical_coolest = min(self.physical_warmest, mirek)
            self.coolest = self.physical_coolest
        elif which == TcLimit.PHYSICAL_WARMEST:
            self.physical_warmest = max(self.physical_coolest, mirek)
            self.warmest = self.physical_warmest

    def within_limits(self, colour: Colour, gamut: tuple[Point, ...]) -> Colour:
        """Return the nearest colour that the gear can make."""
        if colour.kind is ColourType.TC:
            return Colour(colour.kind, (max(self.coolest, min(self.warmest, colour.values[0])),))
        if colour.kind is ColourType.XY:
            x, y = colour.values
            return Colour(colour.kind, nearest_in_gamut((x, y), gamut[:_GAMUT_CORNERS]))
        return colour

    def store_primary(self, number: int, *, point: Point | None = None, light: int | None = None) -> None:
        """Change what is known of one lamp; a number that the gear does not have is ignored."""
        if number >= min(len(self.primaries), MOST_CHANNELS):
            return
        primary = self.primaries[number]
        if point is not None:
            primary.x, primary.y = point
        if light is not None:
            primary.light = light
