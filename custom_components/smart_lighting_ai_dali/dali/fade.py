"""Fade times of IEC 62386-102, 9.5: what a gear can be told, and the nearest to what a person asked for."""

from dataclasses import dataclass
from typing import Final

# SET FADE TIME 1 to 15, in seconds: 0.5 * sqrt(2) ** code. Code 0 means "use the extended fade time".
FADE_TIMES: Final[tuple[float, ...]] = tuple(0.5 * 2 ** (code / 2) for code in range(16))
# Bits 6:4 of the extended fade time (9.5.4), in seconds; multiplier 0 is "as fast as possible".
EXTENDED_MULTIPLIERS: Final[tuple[float, ...]] = (0.0, 0.1, 1.0, 10.0, 60.0)
# Steps per second of SET FADE RATE 1 to 15 (9.5.3): 506 / sqrt(2) ** code.
FADE_RATES: Final[tuple[float, ...]] = tuple(506 / 2 ** (code / 2) for code in range(16))


def extended_fade_seconds(value: int) -> float:
    """Return the seconds of an extended fade time as it stands in DTR0: base in bits 3:0, multiplier in bits 6:4."""
    multiplier = value >> 4 & 7
    if multiplier >= len(EXTENDED_MULTIPLIERS):
        return 0.0
    return ((value & 15) + 1) * EXTENDED_MULTIPLIERS[multiplier]


@dataclass(frozen=True, slots=True)
class Fade:
    """How a gear moves to a level: a fade time code (0 to 15) and, where that is 0, an extended fade time."""

    code: int
    extended: int = 0

    @property
    def seconds(self) -> float:
        """Return how long the fade takes; 0 is at once."""
        return FADE_TIMES[self.code] if self.code else extended_fade_seconds(self.extended)


@dataclass(frozen=True, slots=True)
class FadeSetting:
    """What is known of the fade that a gear is set to; a half is None where only the gear knows it."""

    code: int | None = None
    extended: int | None = None

    @property
    def seconds(self) -> float | None:
        """Return how long a fade takes; None where that is not known."""
        if self.code is None or (self.code == 0 and self.extended is None):
            return None
        return Fade(self.code, self.extended or 0).seconds


AT_ONCE: Final = Fade(0)
_PLAIN: Final = (AT_ONCE, *(Fade(code) for code in range(1, 16)))
# Neighbouring fade times are √2 apart: inside their range the nearest is off by 17 % at most. Further off than this, an
# extended one is worth its three further frames.
_TOLERANCE: Final = 0.2


def nearest_fade(seconds: float, *, extended: bool = False) -> Fade:
    """Return the fade nearest to `seconds`, with the extended fade times (0.1 s to 16 min) where the gear has them."""
    plain = min(_PLAIN, key=lambda fade: abs(fade.seconds - seconds))
    if not extended or abs(plain.seconds - seconds) <= _TOLERANCE * seconds:
        return plain
    candidates = (Fade(0, multiplier << 4 | base) for multiplier in range(1, 5) for base in range(16))
    nearest = min(candidates, key=lambda fade: abs(fade.seconds - seconds))
    return min(plain, nearest, key=lambda fade: abs(fade.seconds - seconds))
