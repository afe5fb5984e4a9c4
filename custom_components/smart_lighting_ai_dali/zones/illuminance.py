"""What a zone knows of its light: what the sensors read, what of it is daylight, what its own lights add."""

from typing import Final

from .learning import Learning
from .settings import Place
from .sun import outdoor_illuminance, sun_position

# Cover of the sky while nobody tells of it.
_USUAL_CLOUD: Final = 0.5
# For how long after a change of the zone's own light a reading may still be that of before: sensors report late.
_SETTLING: Final = 12.0
# How much longer a sensor that has told nothing since is waited for: small changes it does not tell at all.
_PATIENCE: Final = 60.0
# Steps forth and back within this time are the zone's own doing: a slow sensor, one that reads too much, a neighbour.
_SWING_SECONDS: Final = 900.0
_MOST_CAUTION: Final = 24.0
# A change of light that tells something of what full light adds to the reading.
_TELLING_STEP: Final = 0.1
# A sensor that did not follow so many changes of light by itself is stuck.
_STUCK_AFTER: Final = 3
# What full light adds while nobody measured it, in multiples of the illuminance that the purpose wants by day.
_USUAL_REACH: Final = 1.4
# The part of a new reading in what daylight is believed to be: readings are noisy, unless it is another by so much.
_TRUST: Final = 0.7
_CLEARLY: Final = 0.04


class Illuminance:
    """The light of one zone."""

    __slots__ = (
        "_before",
        "_caution",
        "_changed_at",
        "_daylight",
        "_learning",
        "_light",
        "_mean",
        "_place",
        "_readings",
        "_reported",
        "_stepped_at",
        "_stepped_up",
        "_unmoved",
        "cloud",
    )

    def __init__(self, learning: Learning, place: Place) -> None:
        self.cloud: float | None = None
        self._learning = learning
        self._place = place
        self._readings: dict[str, float | None] = {}
        self._mean: float | None = None
        """Of what the sensors read."""
        self._light = 0.0
        self._changed_at: float | None = None
        self._before: tuple[float, float] | None = None
        """The light and the reading before the last change of light."""
        self._daylight: float | None = None
        """Of the reading, what is not from the zone's own lights."""
        self._unmoved = 0
        self._reported = False
        self._caution = 1.0
        self._stepped_at = -_SWING_SECONDS
        self._stepped_up = False

    @property
    def caution(self) -> float:
        """Return by how much steps are smaller and later than usual, since the light swung: 1 is not at all."""
        return self._caution

    @property
    def reading(self) -> float | None:
        """Return the mean of what the sensors read, in lux; None where none can be believed."""
        return self._mean if self._unmoved < _STUCK_AFTER else None

    @property
    def has_failed(self) -> bool:
        """Tell whether there are sensors, and none that can be believed."""
        return bool(self._readings) and self.reading is None

    def lux_at_full(self, target: float) -> float:
        """Return what full light adds to the reading, in lux: learned, or usual, and enough for a target."""
        # Not in proportion to the target: nothing that people choose would ever change the light.
        return self._learning.lux_at_full() or max(_USUAL_REACH * self._learning.usual_lux, target)

    def outdoors(self, at: float) -> float:
        """Return the illuminance outside, in lux, by the sun and the clouds."""
        elevation = sun_position(at, self._place).elevation
        return outdoor_illuminance(elevation, _USUAL_CLOUD if self.cloud is None else self.cloud)

    def daylight(self, at: float) -> float:
        """Return the daylight at the sensor, in lux: measured, or by the sun, the clouds and what was learned."""
        if self._daylight is not None and self.reading is not None:
            return self._daylight
        return self.outdoors(at) * self._learning.daylight_factor(at)

    def is_settling(self, at: float) -> bool:
        """Tell whether readings may still be those of before the last change of light."""
        settled = self.settled_at()
        return settled is not None and at < settled

    def settled_at(self) -> float | None:
        """Return when readings are those of the present light; None if they are."""
        if self._changed_at is None:
            return None
        patience = 0.0 if self._reported or not self._readings else _PATIENCE
        return self._changed_at + _SETTLING * self._caution + patience

    def stepped(self, at: float, *, up: bool) -> None:
        """Take that the zone made a step by what it read: where it goes back at once, it goes slower."""
        if up is not self._stepped_up and at - self._stepped_at < _SWING_SECONDS:
            self._caution = min(_MOST_CAUTION, self._caution * 1.5)
        else:
            self._caution = max(1.0, self._caution * 0.8)
        self._stepped_at, self._stepped_up = at, up

    def light_changes(self, light: float, at: float, fade: float, target: float) -> None:
        """Take that the zone's light changes now, and will be so after the fade, in seconds."""
        self.settle(at, target)
        if (reading := self.reading) is not None and self._changed_at is None:
            self._before = self._light, reading
        elif self._changed_at is not None:
            # Two changes in one: what came of the first is not known any more.
            self._before = None
        self._light = light
        self._changed_at = at + fade
        self._reported = False

    def light_is(self, light: float) -> None:
        """Take how much light there is, without knowing since when."""
        self._light, self._before, self._changed_at = light, None, None

    def take(self, sensor: str, lux: float | None, at: float, target: float) -> None:
        """Take a reading, in lux; None is that the sensor says nothing any more."""
        if lux is not None and self._unmoved and lux != self._readings.get(sensor):
            self._unmoved = 0
        self._readings[sensor] = lux
        readings = [one for one in self._readings.values() if one is not None]
        self._mean = sum(readings) / len(readings) if readings else None
        if self._changed_at is not None and at >= self._changed_at and lux is not None:
            self._reported = True
        self.settle(at, target)
        if lux is not None and not self.is_settling(at):
            self._learn_daylight(at, target)

    def settle(self, at: float, target: float) -> None:
        """Draw the conclusions of the last change of light, once readings are those after it."""
        if self._changed_at is None or self.is_settling(at):
            return
        self._changed_at = None
        reading, before, self._before = self.reading, self._before, None
        if reading is None:
            return
        if not self._reported:
            # A sensor that tells of changes only may have none to tell; what it reads is all that is known.
            if self._daylight is None:
                self._learn_daylight(at, target)
            return
        if before is not None:
            step = self._light - before[0]
            if abs(step) >= _TELLING_STEP:
                self._follow(at, step, reading - before[1], target)
        self._learn_daylight(at, target, anew=True)

    def _follow(self, at: float, step: float, change: float, target: float) -> None:
        expected = self._learning.lux_at_full()
        if expected is not None and change == 0.0 and abs(step) * expected > 0.1 * target:
            self._unmoved += 1
            return
        self._learning.light_stepped(at, step, change)

    def _learn_daylight(self, at: float, target: float, *, anew: bool = False) -> None:
        if (reading := self.reading) is None:
            return
        daylight = max(0.0, reading - self._light * self.lux_at_full(target))
        clearly = self._daylight is None or abs(daylight - self._daylight) > _CLEARLY * reading
        if self._daylight is None or anew or clearly or self._light == 0:
            self._daylight = daylight
        else:
            self._daylight += _TRUST * (daylight - self._daylight)
        self._learning.daylight_seen(at, self.outdoors(at), self._daylight)
