"""The illuminance that people of a zone want: what they chose, as far as that is recorded, and what is usual.

It is no business of the zone's own learner: that one decides, and is judged by this.
"""

from collections import deque
from math import exp, log
from typing import Final

from ..zones.daypart import Daypart
from .trace import ZoneFacts

# What is usual counts like one choice of so many.
_KEPT: Final = 8
# Lights are chosen to make so much more than what is wanted; where a sensor sees less of them, it reads less of all.
_CHOSEN_FOR: Final = 1.15


class Wishes:
    """What people of one zone want by the part of the day."""

    def __init__(self, facts: ZoneFacts) -> None:
        settings, defaults = facts.settings, facts.settings.defaults
        scale = (settings.lux or defaults.lux) / defaults.lux
        if facts.lux_at_full is not None:
            scale *= min(1.0, facts.lux_at_full / (_CHOSEN_FOR * scale * defaults.lux))
        usual = {Daypart.EVENING: defaults.evening_lux, Daypart.NIGHT: defaults.night_lux}
        self._usual = {part: log(scale * usual.get(part, defaults.lux)) for part in Daypart}
        self._chosen: dict[Daypart, deque[float]] = {part: deque(maxlen=_KEPT) for part in Daypart}
        self._wanted = {part: exp(lux) for part, lux in self._usual.items()}

    def lux(self, part: Daypart) -> float:
        """Return what is wanted at a part of the day, in lux as the sensor reads it."""
        return self._wanted[part]

    def chose(self, part: Daypart, lux: float) -> None:
        """Take that somebody chose a light that makes so many lux."""
        chosen = self._chosen[part]
        chosen.append(log(lux))
        self._wanted[part] = exp((self._usual[part] + sum(chosen)) / (1 + len(chosen)))
