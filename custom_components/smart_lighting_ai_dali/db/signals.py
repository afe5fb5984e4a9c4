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


class Cause(IntEnum):
    """Why a value is what it is."""

    KEYFRAME = -1
    """It was so before: each hour begins with what every source says, so that it can be read by itself."""
    AUTOMATIC = 0
    MANUAL = 1
    """A person wanted it so."""
    BACKFILL = 2
    """It is from the recorder's history, of the time before this integration listened."""


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
