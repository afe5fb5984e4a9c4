"""What can be known of the people and the daylight of a zone from what was recorded, whoever ran the lights.

True presence is not known: somebody was there from one movement to the next, if that came soon enough and nobody was
seen elsewhere meanwhile, who may have come from here. What people want is what they chose. Daylight is what sensors
read, less what the lights of that time made of it.
"""

from datetime import datetime
from enum import Enum
from math import inf
from typing import Final

from ..zones.daypart import Daypart, daypart_of
from ..zones.occupancy import Edge, Occupancy
from ..zones.overrides import Choice
from ..zones.settings import Place
from ..zones.sleep_hours import SleepHours
from .trace import ZoneFacts
from .wishes import Wishes

# Who is seen again within so many seconds was there all the time, whoever is elsewhere.
_SURE: Final = 60.0
# Whoever is seen again within so many seconds may have been there all the time; where people don't stay, it is less.
_STAYED, _STAYED_ON_WAYS = 900.0, 60.0
# For so long after a change of the lights, readings may still be those of before, in seconds.
_SETTLING: Final = 12.0
# Whoever chooses light wants some, in lux.
_LEAST_WISH: Final = 1.0
# A smaller change of daylight is none: in lux, and as a part of it.
_SMALL_LUX, _SMALL_PART = 0.5, 0.01


class Stay(Enum):
    """What it turns out that somebody did who was seen before."""

    STAYED = 0
    NOBODY_KNOWS = 1
    LEFT = 2


class Witness:
    """What is known of one zone at the present instant of its trace."""

    def __init__(self, facts: ZoneFacts, place: Place) -> None:
        self.facts = facts
        self.occupancy = Occupancy()
        self.entered = -inf
        """When the present visit began, in seconds since 1970."""
        self.daylight: float | None = None
        """Of the reading, what is not from the zone's lights, in lux; None where nobody knows."""
        self.settles_at = inf
        """When readings are those of the present light."""
        self.is_way = facts.settings.defaults.safe_way
        """People don't stay here."""
        self._place = place
        self._elsewhere = -inf
        """When somebody came to be seen in another zone last."""
        self._seen_elsewhere: set[str] = set()
        self._wishes = Wishes(facts)
        self._sleep = SleepHours()
        self._wants_dark = False
        self._wants_light = False
        self._wish: float | None = None
        """What was chosen in this visit, in lux."""
        self._chosen_at: float | None = None
        self._readings: dict[str, float] = {}
        self._has_read = False
        """A sensor told something since the last change of light."""
        self._light: float | None = None

    # --- People

    @property
    def is_blind(self) -> bool:
        """Tell whether no sensor says whether anybody is there."""
        return self.occupancy.is_blind or not self.occupancy.sensors

    @property
    def last_seen(self) -> float:
        """Return when somebody was seen last, or chose something, in seconds since 1970."""
        return self.occupancy.last_seen

    def may_be_there(self, at: float) -> bool:
        """Tell whether somebody is seen, or was within the time in which they may still prove to be there."""
        return self.occupancy.is_seen or at < self.gone_at()

    def gone_at(self) -> float:
        """Return when whoever was seen last counts as gone."""
        return self.last_seen + (_STAYED_ON_WAYS if self.is_way else _STAYED)

    def stay(self, at: float) -> Stay:
        """Return what whoever was seen last did up to now, when somebody is seen."""
        if not self.may_be_there(at):
            return Stay.LEFT
        sure = at - self.last_seen <= _SURE or self.occupancy.is_seen
        return Stay.STAYED if sure or self._elsewhere < self.last_seen else Stay.NOBODY_KNOWS

    def may_have_come(self, since: float) -> bool:
        """Tell whether somebody was seen elsewhere since a time, who may be who is seen here now."""
        return bool(self._seen_elsewhere) or self._elsewhere >= since

    def saw(self, sensor: str, at: float, *, seen: bool | None) -> None:
        """Take what a motion sensor says."""
        stay, last = self.stay(at), self.last_seen
        edge = self.occupancy.take(sensor, at, seen=seen)
        if edge is Edge.SEEN:
            if stay is not Stay.STAYED:
                self.entered = at
            if stay is Stay.LEFT:
                self._enter(at, last)

    def elsewhere(self, zone: str, at: float, *, seen: bool) -> None:
        """Take that somebody is seen in another zone, or not any more."""
        if seen:
            self._seen_elsewhere.add(zone)
            self._elsewhere = at
        else:
            self._seen_elsewhere.discard(zone)

    def wanted(self, at: float) -> float | None:
        """Return the illuminance that people want who are there, in lux; None is that they want none.

        It is what they chose in this visit, or else what was chosen at this part of the day before.
        """
        if self._wants_dark:
            return None
        if self._wish is not None:
            return self._wish
        zone = self._place.time_zone
        if self.facts.settings.defaults.sleeps and not self._wants_light and self._sleep.is_night(at, zone):
            return None
        return self._wishes.lux(daypart_of(at, zone))

    def chose(self, choice: Choice, at: float) -> None:
        """Take what a person did to the lights: whoever chooses is there."""
        if not self.may_be_there(at):
            self.entered = at
            self._enter(at, self.last_seen)
        self.occupancy.last_seen = max(self.occupancy.last_seen, at)
        self._wants_dark = choice.is_on is False
        self._wants_light = not self._wants_dark
        if self._wants_dark:
            self._sleep.switched_off(at, self._place.time_zone)
            self._chosen_at = self._wish = None
        elif choice.light is not None:
            self._chosen_at = at
            if self.daylight is not None and self.facts.lux_at_full is not None:
                # Until the sensor has followed.
                self._wish = max(_LEAST_WISH, self.daylight + choice.light * self.facts.lux_at_full)

    def left(self, at: float) -> None:
        """Take that whoever was there did not prove to be there any more."""
        if not self._sleeps_on(at):
            self._wants_dark = False
        self._wants_light = False
        self._chosen_at = self._wish = None

    def day(self, at: float) -> int:
        """Return the local day on which somebody is seen, or was last, in days since any."""
        seen = at if self.occupancy.is_seen else self.last_seen
        return datetime.fromtimestamp(seen, self._place.time_zone).toordinal()

    def _enter(self, at: float, last: float) -> None:
        if last > -inf:
            self._sleep.silent(at, at - last, self._place.time_zone)
        if daypart_of(at, self._place.time_zone) is Daypart.DAY:
            self._wants_dark = False

    def _sleeps_on(self, at: float) -> bool:
        """Tell whether somebody put out the light here for the night."""
        return self.facts.settings.defaults.sleeps and daypart_of(at, self._place.time_zone) is not Daypart.DAY

    # --- Light

    @property
    def lux_at_full(self) -> float | None:
        """Return what full light adds to the reading, in lux."""
        return self.facts.lux_at_full

    def reads(self, sensor: str, lux: float | None, at: float) -> bool:
        """Take what a light sensor reads, and tell whether daylight is another for it."""
        if lux is None:
            self._readings.pop(sensor, None)
        else:
            self._readings[sensor] = lux
            self._has_read = True
        return (lux is None or self.settles_at == inf) and self._measure(at)

    def lights_change(self, light: float | None, at: float) -> bool:
        """Take how much light the lamps really made from now on, and tell whether daylight is another for it."""
        was_known, self._light = self._light is not None, light
        self._has_read = False
        self.settles_at = at + _SETTLING
        # Before the first sign of the lamps nothing was known, and nothing is while they are unknown.
        return (light is None or not was_known) and self._measure(at)

    def settle(self, at: float) -> bool:
        """Take that readings are those of the present light, and tell whether daylight is another for it."""
        self.settles_at = inf
        return self._has_read and self._measure(at)

    def _measure(self, at: float) -> bool:
        """Work out the daylight, and learn of it what people chose."""
        before = self.daylight
        reading = sum(self._readings.values()) / len(self._readings) if self._readings else None
        made = self._made()
        daylight = None if reading is None or made is None else max(0.0, reading - made)
        if self._chosen_at is not None and reading is not None and at >= self._chosen_at + _SETTLING:
            self._wish, self._chosen_at = max(reading, _LEAST_WISH), None
            self._wishes.chose(daypart_of(at, self._place.time_zone), self._wish)
        if before is not None and daylight is not None:
            small = max(_SMALL_LUX, _SMALL_PART * before)
            if abs(daylight - before) <= small:
                return False
        self.daylight = daylight
        return daylight != before

    def _made(self) -> float | None:
        """Return what the lamps make of the reading, in lux; None where nobody knows."""
        if self._light is None:
            return None
        if self._light == 0:
            return 0.0
        return None if self.facts.lux_at_full is None else self._light * self.facts.lux_at_full
