"""What a zone as a whole says: whether anybody is in it, and how much light its lights make."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..db.schema import light_of
from ..db.signals import UNKNOWN, Cause, Observation, Signal
from ..sources import Source

# Of which signal of its sources each signal of a zone is made.
_MADE_OF: Final = {Signal.OCCUPANCY: Signal.MOTION, Signal.LIGHT: Signal.LEVEL}
_MAKES: Final = {source: zone for zone, source in _MADE_OF.items()}
# Lights of a room change one after the other, since each takes a frame: their change is told as one, after this time.
_TOGETHER: Final = 1.0


class ZoneSignals:
    """Follows the sources of each zone, and tells what they say together when that changes."""

    def __init__(self, hass: HomeAssistant, tell: Callable[[Observation], None]) -> None:
        self._hass = hass
        self._tell = tell
        self._values: defaultdict[tuple[str, Signal], dict[str, int]] = defaultdict(dict)
        """The last value of each source, by zone and by what it is part of there."""
        self._told: dict[tuple[str, Signal], int] = {}
        self._changed: dict[str, int] = {}
        """When the lights of a zone changed last, in milliseconds since 1970, where that was not told yet."""
        self._timers: dict[str, CALLBACK_TYPE] = {}

    @callback
    def async_stop(self) -> None:
        """Tell what was not told yet, and wait for nothing more."""
        for zone in tuple(self._changed):
            self._tell_light(zone)

    @callback
    def async_follow(self, sources: Iterable[Source]) -> None:
        """Take only these sources into account from now on."""
        wanted = {(source.zone, _MAKES[source.signal], source.unique) for source in sources if source.signal in _MAKES}
        for (zone, signal), values in list(self._values.items()):
            for unique in [unique for unique in values if (zone, signal, unique) not in wanted]:
                del values[unique]
            if not values:
                del self._values[zone, signal]
                self._told.pop((zone, signal), None)

    @callback
    def async_take(self, source: Source, value: int, at_ms: int, cause: Cause) -> None:
        """Take note of what a source says from an instant on."""
        signal = _MAKES.get(source.signal)
        if signal is None:
            return
        self._values[source.zone, signal][source.unique] = value
        if signal is Signal.LIGHT and cause is not Cause.KEYFRAME:
            self._changed[source.zone] = at_ms
            if source.zone not in self._timers:
                self._timers[source.zone] = async_call_later(self._hass, _TOGETHER, self._tell_in_a_moment(source.zone))
            return
        self._tell_if_new(source.zone, signal, at_ms, cause)

    @callback
    def async_keyframes(self, at_ms: int) -> None:
        """Tell what every zone says at an instant."""
        for zone in tuple(self._changed):
            self._tell_light(zone)
        for zone, signal in self._values:
            self._say(zone, signal, at_ms, Cause.KEYFRAME)

    def gaps(self, at_ms: int) -> Iterator[Observation]:
        """Return that nobody knows what every zone says from an instant on."""
        for zone, signal in self._values:
            yield _observation(zone, signal, UNKNOWN, at_ms, Cause.KEYFRAME)

    def _tell_in_a_moment(self, zone: str) -> Callable[[Any], None]:
        @callback
        def tell(_: Any) -> None:
            self._tell_light(zone)

        return tell

    def _tell_light(self, zone: str) -> None:
        if (timer := self._timers.pop(zone, None)) is not None:
            timer()
        self._tell_if_new(zone, Signal.LIGHT, self._changed.pop(zone), Cause.AUTOMATIC)

    def _tell_if_new(self, zone: str, signal: Signal, at_ms: int, cause: Cause) -> None:
        if self._told.get((zone, signal)) != self._together(zone, signal):
            self._say(zone, signal, at_ms, cause)

    def _say(self, zone: str, signal: Signal, at_ms: int, cause: Cause) -> None:
        value = self._told[zone, signal] = self._together(zone, signal)
        self._tell(_observation(zone, signal, value, at_ms, cause))

    def _together(self, zone: str, signal: Signal) -> int:
        """Return what the sources of a zone that are known say together."""
        known = [value for value in self._values.get((zone, signal), {}).values() if value != UNKNOWN]
        if not known:
            return UNKNOWN
        return max(known) if signal is Signal.OCCUPANCY else round(sum(map(light_of, known)) / len(known))


def _observation(zone: str, signal: Signal, value: int, at_ms: int, cause: Cause) -> Observation:
    # A zone is a source of its own; an area's id is never one of the entity registry.
    return Observation(time=at_ms, source=zone, signal=signal, zone=zone, value=value, cause=cause)
