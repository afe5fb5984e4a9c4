"""Who runs the lights of a zone in a replay: the rules, and what people have without them."""

from math import inf
from typing import Final

from ..zones.action import Action
from ..zones.illuminance import Illuminance
from ..zones.learning import Learning
from ..zones.overrides import Choice, Overrides
from ..zones.reflex import Reflex
from ..zones.settings import Place
from .scorer import Scorer
from .trace import ZoneFacts

# A light sensor tells of a change of the lights so long after it, in seconds: a usual one.
_TOLD_AFTER: Final = 2.0
_SENSOR: Final = "light"
# A zone that wants to be woken at once is woken so much later, in seconds, as in Home Assistant.
_LEAST_DELAY: Final = 0.02


class Rules:
    """The zone as it would run itself: the same code as in Home Assistant, with the daylight of then."""

    def __init__(self, facts: ZoneFacts, place: Place, scorer: Scorer, at: float) -> None:
        settings = facts.settings
        overrides = Overrides(settings.release, settings.release_after)
        self._learning = Learning(settings, place)
        self._reflex = Reflex(settings, place, self._learning, overrides, at=at)
        self._scorer = scorer
        # Where nobody measured what full light adds, the zone believes what is usual, and so does its sensor.
        usual = Illuminance(self._learning, place).lux_at_full(self._learning.preferred_lux(at))
        self._lux_at_full = facts.lux_at_full or usual
        self._daylight: float | None = None
        self._told_at = inf
        self.wake_at = inf
        """When it has to be woken if nothing happens before, in seconds since 1970."""

    def saw(self, sensor: str, at: float, *, seen: bool | None) -> None:
        """Take what a motion sensor says."""
        self._follow(self._reflex.motion(sensor, at, seen=seen), at)

    def neighbour(self, zone: str, at: float, *, is_way: bool) -> None:
        """Take that somebody is seen next door."""
        self._follow(self._reflex.neighbour(zone, at, seen=True, is_way=is_way), at)

    def sky(self, cloud: float | None, at: float) -> None:
        """Take the cloud cover, 0 to 1."""
        self._follow(self._reflex.sky(cloud, at), at)

    def daylight(self, lux: float | None, at: float) -> None:
        """Take the daylight, in lux; None is that no sensor tells of it."""
        self._daylight = lux
        self._read(at)

    def chose(self, choice: Choice, at: float) -> None:
        """Take what a person did to the lights."""
        self._follow(self._reflex.chosen(choice, at), at, by_person=True)

    def wake(self, at: float) -> None:
        """Do what time asks for."""
        if self._told_at <= at:
            self._read(at)
        else:
            self._follow(self._reflex.wake(at), at)

    def _read(self, at: float) -> None:
        self._told_at = inf
        light = self._scorer.light.at(at) or 0.0
        lux = None if self._daylight is None else self._daylight + light * self._lux_at_full
        self._follow(self._reflex.illuminance(_SENSOR, lux, at), at)

    def _follow(self, action: Action | None, at: float, *, by_person: bool = False) -> None:
        light = self._reflex.light
        if light != self._scorer.light.target:
            fade = self._reflex.settings.fade if action is None else action.fade
            self._scorer.set_light(light, at, fade=fade, by_person=by_person)
            if self._daylight is not None:
                self._told_at = at + fade + _TOLD_AFTER
        wake_at = inf if self._reflex.wake_at is None else self._reflex.wake_at
        self.wake_at = min(self._told_at, max(wake_at, at + _LEAST_DELAY))


class Pir:
    """A motion detector as it is sold: full light, and off so long after the last movement."""

    def __init__(self, scorer: Scorer, *, hold: float) -> None:
        self.wake_at = inf
        """When it has to be woken if nothing happens before, in seconds since 1970."""
        self._scorer = scorer
        self._hold = hold
        self._stays_off = False

    def saw(self, at: float, *, is_seen: bool) -> None:
        """Take whether its detectors see somebody."""
        if is_seen:
            self.wake_at = inf
            if self._scorer.light.target == 0 and not self._stays_off:
                self._scorer.set_light(1.0, at)
        else:
            self.wake_at = at + self._hold

    def chose(self, choice: Choice, at: float, *, is_seen: bool) -> None:
        """Take what a person did at the switch: it holds until the light goes off by itself."""
        self._stays_off = choice.is_on is False
        light = 0.0 if self._stays_off else choice.light or self._scorer.light.target or 1.0
        self._scorer.set_light(light, at, by_person=True)
        if not is_seen:
            self.wake_at = at + self._hold

    def wake(self, at: float) -> None:
        """Turn off what has been on for long enough."""
        if at >= self.wake_at:
            self.wake_at = inf
            self._stays_off = False
            if self._scorer.light.target:
                self._scorer.set_light(0.0, at)
