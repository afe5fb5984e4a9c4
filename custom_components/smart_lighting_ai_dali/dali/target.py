"""What a gear should do: a level, a colour, a fade."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from .fade import Fade
from .level import Level


class Recall(Enum):
    """Levels that only the gear knows."""

    LAST_ACTIVE = "last_active"
    """The last level at which it was on (IEC 62386-102, 9.4)."""


# In a colour, numbers of 8 and of 16 bits that leave what they stand for as it is; in an answer, unknown.
MASK_8: Final = 0xFF
MASK_16: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class ColourTemperature:
    """A colour temperature in mirek, 1 to 65534 (IEC 62386-209)."""

    mirek: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rgbwaf:
    """Dim levels of the channels, 0 to 254; 255 (MASK) leaves a channel as it is (IEC 62386-209)."""

    red: int
    green: int
    blue: int
    white: int
    amber: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Xy:
    """A CIE 1931 chromaticity in units of 1/65536, each 0 to 65534 (IEC 62386-209)."""

    x: int
    y: int


type Colour = ColourTemperature | Rgbwaf | Xy


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one gear should do; None leaves that attribute as it is."""

    level: Level | Recall | None = None
    colour: Colour | None = None
    fade: Fade | None = None
