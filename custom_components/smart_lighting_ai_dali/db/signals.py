"""What is told of a room: which signals there are, and what one event of each says.

Numbers stand in the database: none of them may ever get another meaning.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

UNKNOWN: Final = -1
"""The value of a source that nobody knows: it is unavailable, or Home Assistant was not running."""


class Signal(IntEnum):
    """What an event's value measures; all values are whole numbers."""

    LEVEL = 1
    """The level of a light, 0 to 254 (IEC 62386-102): 0 is off."""
    MOTION = 2
    """1 while somebody moves, 0 while nobody does."""
    ILLUMINANCE = 3
    """Lux."""
    POWER = 4
    """Tenths of a watt."""
    COLOUR_TEMPERATURE = 5
    """Kelvin."""
    LAMP_FAILURE = 6
    """1 while a lamp is broken."""
    CLOUD = 7
    """The part of the sky that clouds cover, in percent."""
    CONDITION = 8
    """The weather: the place of Home Assistant's condition in `CONDITIONS`."""
    OCCUPANCY = 9
    """1 while any motion sensor of the zone sees somebody: what the room as a whole says."""
    LIGHT = 10
    """The mean light of the zone's lights, in thousandths of a percent: what the room as a whole says."""
    COLOUR_X = 11
    """The x of a light's colour (CIE 1931), in ten-thousandths."""
    COLOUR_Y = 12
    """The y of a light's colour (CIE 1931), in ten-thousandths."""
    INPUT = 32
    """A button was used: an `Input`."""

    @property
    def is_instant(self) -> bool:
        """Tell whether it says what happened, not how something is from then on."""
        return self >= FIRST_INSTANT


FIRST_INSTANT: Final = 32
# In lux: the sun at noon has half of it, and of more the squares of a window would not fit into 64 bits.
BRIGHTEST: Final = 200_000
# In alphabetical order as Home Assistant's weather entities have them; new ones go to the end.
CONDITIONS: Final = (
    "clear-night",
    "cloudy",
    "exceptional",
    "fog",
    "hail",
    "lightning",
    "lightning-rainy",
    "partlycloudy",
    "pouring",
    "rainy",
    "snowy",
    "snowy-rainy",
    "sunny",
    "windy",
    "windy-variant",
)


class Input(IntEnum):
    """What was done with a button (IEC 62386-301); 0 is what has no name here."""

    OTHER = 0
    PRESSED = 1
    RELEASED = 2
    SHORT_PRESS = 3
    DOUBLE_PRESS = 4
    LONG_PRESS_START = 5
    LONG_PRESS_REPEAT = 6
    LONG_PRESS_STOP = 7


class Cause(IntEnum):
    """Why a value is what it is."""

    KEYFRAME = -1
    """It was so before: each hour begins with what every source says, so that it can be read by itself."""
    AUTOMATIC = 0
    MANUAL = 1
    """A person wanted it so."""
    BACKFILL = 2
    """It is from the recorder's history, of the time before this integration listened."""
    LINE = 3
    """Another master on the line wanted it so: a wall panel or a sensor that works by itself."""


class Statistic(IntEnum):
    """What a row of `smart_lighting_statistic` adds up, over an hour and a zone."""

    OVERRIDES_ON = 1
    """How often a person switched a light on."""
    OVERRIDES_OFF = 2
    OVERRIDES_UP = 3
    OVERRIDES_DOWN = 4
    OVERRIDE_STEPS = 5
    """By how many levels persons changed lights that were on: each level is the same part of the light."""
    OVERRIDE_STEPS_SQUARED = 6
    SLOPE_PAIRS = 10
    """How often the zone's light changed by a tenth or more, and its sensor followed."""
    SLOPE_LIGHT = 11
    """Sum of the changes of light, in thousandths of a percent."""
    SLOPE_LUX = 12
    """Sum of the changes of illuminance that followed, in lux."""
    SLOPE_LIGHT_SQUARED = 13
    SLOPE_LIGHT_LUX = 14
    SLOPE_LUX_SQUARED = 15
    GAPS = 100
    """How often the zone was empty for under five seconds; `GAPS + n`: for under 5 s x 2^n, the last for longer."""
    INPUTS = 200
    """`INPUTS + n`: how often the `Input` n was there."""


GAP_BINS: Final = 13
"""Up to 5 s x 2^11, which is 2 h 51 min, and longer."""
SHORTEST_GAP_MS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One value of one source, from an instant on."""

    time: int
    """Milliseconds since 1970, UTC."""
    source: int
    """Number of the source, from `smart_lighting_source`."""
    signal: Signal
    zone: int
    """Number of the zone, from `smart_lighting_source`."""
    value: int
    cause: Cause = Cause.AUTOMATIC

    @property
    def key(self) -> tuple[int, int, int]:
        """Return what there is one value of."""
        return self.time, self.source, self.signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """An event before its source and its zone have their numbers."""

    time: int
    """Milliseconds since 1970, UTC."""
    source: str
    """What stays the same of the source whatever it is called: the id of its entity in the registry."""
    signal: Signal
    zone: str
    """The id of the zone; for now, of the area."""
    value: int
    cause: Cause = Cause.AUTOMATIC

    @property
    def key(self) -> tuple[int, str, int]:
        """Return what there is one value of."""
        return self.time, self.source, self.signal
