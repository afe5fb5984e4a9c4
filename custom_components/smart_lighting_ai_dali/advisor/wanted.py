"""What light people may want where they chose none in a visit, and how likely that is.

Nobody knows it to the lux, and least where nobody ever chose: a plan for a little less light than is known to be right
would else be taken for one that saves energy and leaves everybody content.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final, NamedTuple

from ..zones.daypart import Daypart, daypart_of
from ..zones.learning import Learning

_HOUR: Final = 3600.0

# What somebody chose once, they or another would choose otherwise by a tenth: parts of it, and how many are so.
_CHOSEN: Final = ((0.9, 0.25), (1.0, 0.5), (1.1, 0.25))
# The people of a purpose, of whom nobody has chosen yet, as the rules take them to be (`zones/preference.py`): what
# those aim at leaves all of these content.
_USUAL: Final = ((0.88, 0.25), (0.99, 0.25), (1.1, 0.3), (1.22, 0.2))


class Wanted(NamedTuple):
    """An illuminance that some people want."""

    lux: float
    share: float
    """How many want it, of all, 0 to 1."""


type WantedByDaypart = Mapping[Daypart, tuple[Wanted, ...]]
"""What people may want in each part of the day."""


def wanted_as_learned(learning: Learning, at: float, time_zone: tzinfo) -> WantedByDaypart:
    """Return what people of a zone may want in each part of the day, as it is known at a time, since 1970."""
    hours = (at + hour * _HOUR for hour in range(24))
    return {
        daypart_of(hour, time_zone): wanted_around(
            learning.preferred_lux(hour), was_chosen=learning.was_lux_chosen(hour)
        )
        for hour in hours
    }


def wanted_around(lux: float, *, was_chosen: bool) -> tuple[Wanted, ...]:
    """Return what people may want around what was learned, in lux; they chose it, or it is what is usual."""
    return tuple(Wanted(part * lux, share) for part, share in (_CHOSEN if was_chosen else _USUAL))


def wanted_for_sure(lux: float) -> tuple[Wanted, ...]:
    """Return what people want where that is known, in lux."""
    return (Wanted(lux, 1.0),)
