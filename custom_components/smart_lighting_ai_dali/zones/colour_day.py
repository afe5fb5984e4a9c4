"""The colour temperature of a day: cool while it helps to be awake, warm before sleep.

Recommended are 250 lx of melanopic EDI at the eye by day, 10 lx at most in the three hours before sleep, and 1 lx in
the night (Brown et al. 2022, doi:10.1371/journal.pbio.3001571). Warm light has under half the melanopic part of cool
light, so evenings are as warm as the lights can be.
"""

from typing import Final

from .daypart import Daypart, daypart_of
from .purpose import Purpose
from .settings import Limits, Place
from .sun import sun_position

# Where people work, days are cool whatever the sun does.
_WORK: Final = frozenset({Purpose.OFFICE, Purpose.MEETING, Purpose.WORKSHOP, Purpose.STORAGE})
_WORKDAY: Final = 4000
_WARM: Final = 2700
_COOL: Final = 4500
# Elevations of the sun, in degrees, between which the light goes from warm to cool.
_LOW, _HIGH = -4.0, 25.0
# A smaller difference, in mirek, is not worth a frame: nobody sees it.
SEEN_MIREK: Final = 8.0


def colour_temperature(at: float, purpose: Purpose, place: Place, limits: Limits) -> int:
    """Return the colour temperature for a time, in kelvin, as the sun and the part of the day have it."""
    part = daypart_of(at, place.time_zone)
    if part is Daypart.NIGHT:
        wanted = _WARM
    else:
        share = (sun_position(at, place).elevation - _LOW) / (_HIGH - _LOW)
        share = min(1.0, max(0.0, share))
        # Even steps to the eye are even steps of mirek.
        wanted = round(1e6 / (1e6 / _WARM + share * (1e6 / _COOL - 1e6 / _WARM)))
        if purpose in _WORK and part is not Daypart.EVENING:
            wanted = max(_WORKDAY, wanted)
        elif part is Daypart.EVENING and purpose not in _WORK:
            wanted = _WARM
    return min(limits.coolest, max(limits.warmest, wanted))


def differs(one: int | None, other: int | None) -> bool:
    """Tell whether people could see two colour temperatures apart, in kelvin."""
    if one is None or other is None:
        return one is not other
    return abs(1e6 / one - 1e6 / other) >= SEEN_MIREK
