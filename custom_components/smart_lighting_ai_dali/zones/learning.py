"""What a zone has learned of its people and its light; what it does not know yet is that of its purpose."""

from datetime import datetime
from enum import StrEnum
from math import isfinite, log
from typing import Any, Final, Self

from .colour_preference import ColourPreference
from .condensed import Condensed
from .daylight_factor import DARK, DaylightFactor
from .daypart import Daypart, daypart_of
from .hold_time import DAYPARTS, HoldTime
from .light_slope import LightSlope
from .local_time import HOURS, QUARTER, hour_of_week
from .preference import LuxPreference
from .settings import Place, ZoneSettings
from .sleep_hours import SleepHours
from .sun import sun_position
from .time_of_week import TimeOfWeek

_DAY: Final = 86_400
# One level of a logarithmic gear is this ratio of light, as a logarithm (IEC 62386-102, dimming curve).
_LEVEL: Final = 3 * log(10) / 253
# Light is condensed in thousandths of a percent.
_FULL: Final = 100_000.0
_DATABASE_GAPS: Final = 13


class Subject(StrEnum):
    """What is learned, and can be forgotten by itself."""

    HOLD = "hold"
    LIGHT = "light"
    DAYLIGHT = "daylight"
    LUX = "lux"
    COLOUR = "colour"
    PRESENCE = "presence"
    SLEEP = "sleep"


class Learning:
    """Everything learned of one zone, and what its people say that they want, which comes first.

    It forgets by days on which somebody was there: a vacation unlearns nothing.
    """

    def __init__(self, settings: ZoneSettings, place: Place) -> None:
        self._settings = settings
        self._place = place
        self._priors = _priors(settings)
        self._day = -1
        """The last day on which somebody was there, in days since 1970."""
        self._quarter = -1
        self._part = 0
        self._sleeping = False
        self.reset()

    def hold(self, at: float) -> float:
        """Return for how long nobody has to be seen before the zone counts as empty, in seconds."""
        return self._settings.profile.hold(self._hold.seconds(self._part_of(at)))

    @property
    def usual_lux(self) -> float:
        """Return the illuminance that the purpose wants at its brightest, in lux: lights are chosen for that."""
        return max(self._priors)

    def lux_at_full(self) -> float | None:
        """Return what full light adds to the sensor's reading, in lux; None where that is not known well enough."""
        return self._light.lux

    def daylight_factor(self, at: float) -> float:
        """Return the part of the outdoor illuminance that the sensor reads without any light of the zone."""
        return self._daylight.at(sun_position(at, self._place).azimuth)

    def preferred_lux(self, at: float) -> float:
        """Return the illuminance that people want at this time of day, in lux, as the sensor reads it."""
        part = self._part_of(at)
        wanted = self._settings.profile.target_lux(DAYPARTS[part], self._lux.lux(part))
        return min(wanted, self._settings.limits.most_lux)

    def was_lux_chosen(self, at: float) -> bool:
        """Tell whether people said or chose what they want at this time of day: else it is what is usual."""
        part = self._part_of(at)
        return DAYPARTS[part] in self._settings.profile.lux or self._lux.was_chosen(part)

    def wished_lux(self, at: float) -> float | None:
        """Return the illuminance that people said they want at this time of day, in lux; None where they did not."""
        wished = self._settings.profile.lux.get(DAYPARTS[self._part_of(at)])
        return None if wished is None else min(wished, self._settings.limits.most_lux)

    def preferred_colour_temperature(self, at: float) -> int | None:
        """Return the kelvin that people said or choose at this time of day; None where nobody did."""
        if (wished := self.wished_colour_temperature(at)) is not None:
            return wished
        return self._within_limits(self._colour.kelvin(self._part_of(at)))

    def wished_colour_temperature(self, at: float) -> int | None:
        """Return the kelvin that people said they want at this time of day; None where they did not."""
        return self._within_limits(self._settings.profile.colour_temperature.get(DAYPARTS[self._part_of(at)]))

    def _within_limits(self, kelvin: int | None) -> int | None:
        limits = self._settings.limits
        return None if kelvin is None else min(max(kelvin, limits.warmest), limits.coolest)

    def presence(self, at: float) -> float:
        """Return how likely it is that somebody is there at this time of the week, 0 to 1."""
        return self._presence.likely(hour_of_week(int(at // QUARTER), self._place.time_zone))

    def sleeping(self, at: float) -> bool:
        """Tell whether people sleep at this time, as they said or as is usual, to a quarter of an hour."""
        self._part_of(at)
        return self._sleeping

    # --- What the zone observes

    def gap_ended(self, at: float, seconds: float) -> None:
        """Learn that somebody was seen again after nobody had been for so long, while the zone counted as occupied."""
        self._somebody(at)
        self._hold.silent(self._part_of(at), seconds)

    def left(self, at: float, seconds: float) -> None:
        """Learn that a visit had ended: nobody was seen for so long after it, in seconds.

        It is told when somebody is seen again, of every silence that was longer than the hold time.
        """
        self._somebody(at)
        if seconds >= 0 and isfinite(seconds):
            # What was silent belongs to the part of the day at which it began.
            self._hold.silent(self._part_of(at - min(seconds, _DAY)), seconds)
            self._sleep.silent(at, seconds, self._place.time_zone)
            self._quarter = -1

    def returned(self, at: float, seconds: float) -> None:
        """Learn that the light went off, and somebody was seen or switched it on so soon after, in seconds."""
        self._somebody(at)
        if seconds >= 0 and isfinite(seconds):
            self._hold.returned(self._part_of(at), seconds)

    def light_stepped(self, at: float, light: float, lux: float) -> None:
        """Learn that a change of light of the zone, -1 to 1, changed the reading by so many lux."""
        del at
        if isfinite(light) and isfinite(lux):
            self._light.stepped(light, lux)
            self._lux.reaches(self._light.lux)

    def daylight_seen(self, at: float, outdoors: float, lux: float) -> None:
        """Learn what daylight alone makes of the reading, in lux, under an outdoor illuminance."""
        if outdoors >= DARK and self._daylight.is_due(at) and isfinite(outdoors) and isfinite(lux):
            self._daylight.seen(at, sun_position(at, self._place).azimuth, outdoors, lux)

    def chose_lux(self, at: float, lux: float) -> None:
        """Learn that a person chose a light that makes this reading, in lux."""
        self._somebody(at)
        if lux > 0 and isfinite(lux):
            self._lux.chose(self._part_of(at), lux)

    def accepted_lux(self, at: float, lux: float, seconds: float) -> None:
        """Learn that somebody was there for so long and left a reading as it was."""
        self._somebody(at)
        if lux > 0 and isfinite(lux) and seconds > 0:
            self._lux.accepted(self._part_of(at), lux, seconds)

    def chose_colour(self, at: float, kelvin: int) -> None:
        """Learn that a person chose a colour temperature."""
        self._somebody(at)
        self._colour.chose(self._part_of(at), kelvin)

    def switched_off(self, at: float) -> None:
        """Learn that a person switched the light off: in a bedroom, at night, to sleep."""
        self._somebody(at)
        if self._settings.defaults.sleeps:
            self._sleep.switched_off(at, self._place.time_zone)
            self._quarter = -1

    def was_present(self, at: float, seconds: float, share: float) -> None:
        """Learn for which share of a span that ended now somebody was there; nobody was between two such spans."""
        if share > 0 and seconds > 0:
            self._somebody(at)
            self._presence.was_present(at, seconds, min(share, 1.0), self._place.time_zone)

    def _somebody(self, at: float) -> None:
        """Take that somebody is there: with the first of a day, all that is learned grows a day older."""
        if (day := int(at // _DAY)) != self._day:
            self._day = day
            self._hold.new_day()
            self._light.new_day()
            self._lux.new_day()
            self._presence.new_day()

    def _part_of(self, at: float) -> int:
        """Return the place of the part of the day; all that changes by the quarter of an hour is looked up with it."""
        if (quarter := int(at // QUARTER)) != self._quarter:
            self._quarter = quarter
            self._part = _PLACES[daypart_of(at, self._place.time_zone)]
            begins, time_zone = quarter * QUARTER, self._place.time_zone
            said = self._settings.profile.sleeping(begins, time_zone)
            self._sleeping = self._sleep.is_night(begins, time_zone) if said is None else said
        return self._part

    # --- What it says of itself, and how it is kept

    def explain(self, at: float | None = None) -> dict[str, dict[str, Any]]:
        """Return what was learned with the numbers behind it, by subject: `{"hold": {"seconds": 540, "gaps": 240}}`.

        It is that of a time, or of the last day on which somebody was there, at noon UTC.
        """
        if at is None:
            at = max(self._day, 0) * _DAY + _DAY / 2
        part = self._part_of(at)
        hour = hour_of_week(int(at // QUARTER), self._place.time_zone)
        return {
            Subject.HOLD: self._hold.explain(part),
            Subject.LIGHT: self._light.explain(),
            Subject.DAYLIGHT: self._daylight.explain(),
            Subject.LUX: self._lux.explain(part),
            Subject.COLOUR: self._colour.explain(part),
            Subject.PRESENCE: self._presence.explain(hour),
            Subject.SLEEP: self._sleep.explain(datetime.fromtimestamp(at, self._place.time_zone).weekday()),
        }

    def reset(self, subject: Subject | None = None) -> None:
        """Forget one subject, or everything."""
        settings = self._settings
        if subject in {None, Subject.HOLD}:
            self._hold = HoldTime(settings)
        if subject in {None, Subject.LIGHT}:
            self._light = LightSlope()
        if subject in {None, Subject.DAYLIGHT}:
            self._daylight = DaylightFactor(settings.daylight_factor)
        if subject in {None, Subject.LUX}:
            self._lux = LuxPreference(self._priors, settings)
        if subject in {None, Subject.COLOUR}:
            self._colour = ColourPreference()
        if subject in {None, Subject.PRESENCE}:
            self._presence = TimeOfWeek()
        if subject in {None, Subject.SLEEP}:
            self._sleep = SleepHours()
            self._quarter = -1

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, small."""
        return {
            "day": self._day,
            Subject.HOLD.value: self._hold.as_dict(),
            Subject.LIGHT.value: self._light.as_dict(),
            Subject.DAYLIGHT.value: self._daylight.as_dict(),
            Subject.LUX.value: self._lux.as_dict(),
            Subject.COLOUR.value: self._colour.as_dict(),
            Subject.PRESENCE.value: self._presence.as_dict(),
            Subject.SLEEP.value: self._sleep.as_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any], settings: ZoneSettings, place: Place) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        learning = cls(settings, place)
        learning._day = int(data["day"])
        learning._hold = HoldTime.from_dict(data[Subject.HOLD], settings)
        learning._light = LightSlope.from_dict(data[Subject.LIGHT])
        learning._daylight = DaylightFactor.from_dict(data[Subject.DAYLIGHT], settings.daylight_factor)
        learning._lux = LuxPreference.from_dict(data[Subject.LUX], learning._priors, settings)
        learning._colour = ColourPreference.from_dict(data[Subject.COLOUR])
        learning._presence = TimeOfWeek.from_dict(data[Subject.PRESENCE])
        learning._sleep = SleepHours.from_dict(data[Subject.SLEEP])
        return learning

    @classmethod
    def from_features(cls, condensed: Condensed, settings: ZoneSettings, place: Place) -> Self:
        """Return what can be learned of what the database has condensed. Raises ValueError for what it can't be."""
        learning = cls(settings, place)
        # As if it had forgotten as it does: a day counts one, and of many only the last few.
        weight = min(1.0, 10.0 / condensed.days) if condensed.days > 0 else 1.0
        for daypart, gaps in condensed.gaps.items():
            if len(gaps) != _DATABASE_GAPS:
                raise ValueError(f"{len(gaps)} classes of gaps, not {_DATABASE_GAPS}")
            learning._hold.seed(_PLACES[daypart], gaps, weight)
        if (slope := condensed.slope) is not None:
            learning._light.seed(
                slope.pairs, slope.light_squared / _FULL**2, slope.light_lux / _FULL, slope.lux_squared
            )
            learning._lux.reaches(learning._light.lux)
        for daypart, corrections in condensed.corrections.items():
            if corrections.count > 0:
                shift = _LEVEL * corrections.steps / corrections.count
                learning._lux.seed(_PLACES[daypart], shift, corrections.count)
        if condensed.presence:
            if len(condensed.presence) != HOURS:
                raise ValueError(f"{len(condensed.presence)} hours, not {HOURS}")
            learning._presence.seed(condensed.presence, condensed.days / 7)
        return learning


_PLACES: Final = {daypart: place for place, daypart in enumerate(DAYPARTS)}


def _priors(settings: ZoneSettings) -> tuple[float, ...]:
    """Return what the purpose wants by part of day, in lux."""
    defaults = settings.defaults
    usual = {Daypart.EVENING: defaults.evening_lux, Daypart.NIGHT: defaults.night_lux}
    # Whoever wants another light by day wants another one later, too.
    scale = (settings.lux or defaults.lux) / defaults.lux
    return tuple(usual.get(daypart, defaults.lux) * scale for daypart in DAYPARTS)
