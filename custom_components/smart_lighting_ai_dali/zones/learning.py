"""What a zone has learned of its people and its light; what it does not know yet is that of its purpose."""

from typing import Any, Self

from .daypart import Daypart, daypart_of
from .settings import Place, ZoneSettings


class Learning:
    """Everything learned of one zone."""

    def __init__(self, settings: ZoneSettings, place: Place) -> None:
        self._settings = settings
        self._place = place

    def hold(self, at: float) -> float:
        """Return for how long nobody has to be seen before the zone counts as empty, in seconds."""
        del at
        return self._settings.defaults.hold

    def lux_at_full(self) -> float | None:
        """Return what full light adds to the sensor's reading, in lux; None where that is not known well enough."""
        return None

    def daylight_factor(self, at: float) -> float:
        """Return the part of the outdoor illuminance that the sensor reads without any light of the zone."""
        del at
        return self._settings.defaults.daylight_factor

    def preferred_lux(self, at: float) -> float:
        """Return the illuminance that people want at this time of day, in lux, as the sensor reads it."""
        defaults = self._settings.defaults
        if daypart_of(at, self._place.time_zone) in {Daypart.EVENING, Daypart.NIGHT}:
            return min(defaults.evening_lux, self._settings.lux or defaults.evening_lux)
        return self._settings.lux or defaults.lux

    def preferred_colour_temperature(self, at: float) -> int | None:
        """Return the kelvin that people choose at this time of day; None where nobody chose."""
        del at
        return None

    def presence(self, at: float) -> float:
        """Return how likely it is that somebody is there at this time of the week, 0 to 1."""
        del at
        return 0.5

    def sleeping(self, at: float) -> bool:
        """Tell whether people usually sleep at this time."""
        return daypart_of(at, self._place.time_zone) is Daypart.NIGHT

    # --- What the zone observes

    def gap_ended(self, at: float, seconds: float) -> None:
        """Learn that somebody was seen again after nobody had been for so long, while the zone counted as occupied."""

    def left(self, at: float, seconds: float) -> None:
        """Learn that a visit had ended: nobody was seen for so long after it, in seconds."""

    def returned(self, at: float, seconds: float) -> None:
        """Learn that the light went off, and somebody was seen or switched it on so soon after, in seconds."""

    def light_stepped(self, at: float, light: float, lux: float) -> None:
        """Learn that a change of light of the zone, -1 to 1, changed the reading by so many lux."""

    def daylight_seen(self, at: float, outdoors: float, lux: float) -> None:
        """Learn what daylight alone makes of the reading, in lux, under an outdoor illuminance."""

    def chose_lux(self, at: float, lux: float) -> None:
        """Learn that a person chose a light that makes this reading, in lux."""

    def accepted_lux(self, at: float, lux: float, seconds: float) -> None:
        """Learn that somebody was there for so long and left a reading as it was."""

    def chose_colour(self, at: float, kelvin: int) -> None:
        """Learn that a person chose a colour temperature."""

    def switched_off(self, at: float) -> None:
        """Learn that a person switched the light off: in a bedroom, at night, to sleep."""

    def was_present(self, at: float, seconds: float, share: float) -> None:
        """Learn for which share of a span that ended now somebody was there."""

    # --- What it says of itself, and how it is kept

    def explain(self) -> dict[str, dict[str, Any]]:
        """Return what was learned with the numbers behind it, by subject: `{"hold": {"seconds": 540, "gaps": 240}}`."""
        return {}

    def reset(self) -> None:
        """Forget everything."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, small."""
        return {}

    @classmethod
    def from_dict(cls, data: dict[str, Any], settings: ZoneSettings, place: Place) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        del data
        return cls(settings, place)
