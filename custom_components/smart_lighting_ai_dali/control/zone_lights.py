"""The gear behind the lights of a zone, on whichever lines it is: how it shines, and where it is sent."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from homeassistant.components.light import DOMAIN as LIGHT
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..dali.colour_features import MirekRange
from ..dali.events import LineStatus
from ..dali.gear import Gear
from ..dali.level import DimmingCurve, light_of
from ..dali.line import Line
from ..dali.target import ColourTemperature
from ..dali.timing import Priority
from ..light_colours import kelvin_of, mirek_of
from .zone_clock import ON_THE_WALL, ZoneClock

if TYPE_CHECKING:
    from ..site_line import SiteLine

# What stands in the unique ids of lights of many, after the line.
_GROUP = "group_"
_ALL = "all_lights"


class Shine(NamedTuple):
    """How the lights of a zone are together."""

    light: float
    """The mean of full light, 0 to 1, linear."""
    colour_temperature: int | None
    """Kelvin, of those that are on."""


class ZoneLights:
    """The lights of one zone."""

    def __init__(self, hass: HomeAssistant, entity_ids: Iterable[str], lines: Mapping[str, SiteLine]) -> None:
        """Make it; `lines` are those of the site by subentry, whichever there are at the time."""
        self.entity_ids = tuple(entity_ids)
        self._hass = hass
        self._lines = lines

    def gear(self) -> dict[str, tuple[str, ...]]:
        """Return the keys of the gear behind the lights, by the subentry of its line; each gear once."""
        registry = er.async_get(self._hass)
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for entity_id in self.entity_ids:
            entity = registry.async_get(entity_id)
            if entity is None or entity.platform != DOMAIN or entity.domain != LIGHT:
                continue
            subentry_id, _, name = entity.unique_id.partition("_")
            if (line := self._lines.get(subentry_id)) is not None:
                found[subentry_id].update(dict.fromkeys(gear_behind(line.line, name)))
        return {subentry_id: tuple(keys) for subentry_id, keys in found.items() if keys}

    def clock(self) -> ZoneClock:
        """Return the clock by which they change: that of the fastest line that they are on."""
        clocks = (self._lines[subentry_id].clock for subentry_id in self.gear())
        return max(clocks, key=lambda clock: clock.speed, default=ON_THE_WALL)

    def shine(self) -> Shine | None:
        """Return how they are, or where they are going; None where nobody knows that of any."""
        light: list[float] = []
        mireks: list[int] = []
        for line, gear in self._each():
            state = line.state(gear.key)
            if not state.available or state.level is None:
                continue
            light.append(light_of(state.level, DimmingCurve.LOGARITHMIC if gear.curve is None else gear.curve))
            if state.level and isinstance(state.colour, ColourTemperature):
                mireks.append(state.colour.mirek)
        if not light:
            return None
        return Shine(sum(light) / len(light), kelvin_of(round(sum(mireks) / len(mireks))) if mireks else None)

    def whites(self) -> tuple[int, int] | None:
        """Return the warmest and the coolest white that any of them makes, in kelvin; None where none makes any."""
        ranges: list[MirekRange] = [
            gear.colour.temperatures
            for _, gear in self._each()
            if gear.colour is not None and gear.colour.temperatures is not None
        ]
        if not ranges:
            return None
        return kelvin_of(max(one.warmest for one in ranges)), kelvin_of(min(one.coolest for one in ranges))

    @property
    def is_connecting(self) -> bool:
        """Tell whether a line of theirs has just been started, and is not there yet."""
        return any(self._lines[subentry_id].line.status is LineStatus.CONNECTING for subentry_id in self.gear())

    async def async_go(self, light: float, kelvin: int | None, seconds: float, context: Context) -> None:
        """Fade all to a light of 0 to 1, linear, and a colour temperature. Raises LineError, of the first that failed.

        All gear of a line leaves together, in the fewest frames; lines don't wait for each other.
        """
        colour = None if kelvin is None or light <= 0 else ColourTemperature(mirek_of(kelvin))
        sent = []
        for subentry_id, keys in self.gear().items():
            line = self._lines[subentry_id]
            line.coordinator.async_tell_context(keys, context)
            many = line.line.many
            sent.append(many.set_light(keys, light, colour=colour, seconds=seconds, priority=Priority.AUTOMATIC))
        if len(sent) == 1:
            await sent[0]
            return
        for outcome in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    def _each(self) -> Iterator[tuple[Line, Gear]]:
        for subentry_id, keys in self.gear().items():
            line = self._lines[subentry_id].line
            for key in keys:
                yield line, line.gear[key]


def gear_behind(line: Line, name: str) -> tuple[str, ...]:
    """Return the keys of the gear behind a light of a line, by what its unique id says after the line."""
    if name == _ALL:
        return tuple(line.gear)
    if name.startswith(_GROUP):
        return line.many.members(int(name.removeprefix(_GROUP)))
    return (name,) if name in line.gear else ()
