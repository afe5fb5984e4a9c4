"""Which gear the lights of a zone are, and how much light each makes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from homeassistant.components.light import DOMAIN as LIGHT
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..coordinator import LineCoordinator
from ..dali.gear import Gear
from ..dali.level import DimmingCurve, Level, light_of
from .zone_lights import gear_behind

if TYPE_CHECKING:
    from ..site_line import SiteLine

type Lamp = tuple[str, str]
"""A gear: the id of its line's subentry, and its key."""


def light_of_gear(level: Level | None, gear: Gear) -> float | None:
    """Return the light that a gear makes at a level, 0 to 1, linear; None of a level that nobody knows."""
    return None if level is None else light_of(level, gear.curve or DimmingCurve.LOGARITHMIC)


class ZoneLamps:
    """The lamps of the zones of a site, as its lines, groups and registries are now."""

    def __init__(self, hass: HomeAssistant, lines: Mapping[str, SiteLine]) -> None:
        """Make it; `lines` are those of the site by subentry, whichever there are at the time."""
        self.lights: Mapping[str, Iterable[str]] = {}
        """The entity ids of the lights of each zone, by its key."""
        self._hass = hass
        self._lines = lines

    @callback
    def of(self, zone: str) -> dict[Lamp, float | None]:
        """Return the lamps of a zone that can be talked to, and where each is or is going; None is unknown."""
        lamps: dict[Lamp, float | None] = {}
        for entity_id in self.lights.get(zone, ()):
            for coordinator, key in self.behind(entity_id):
                gear = coordinator.line.gear.get(key)
                if gear is None:
                    continue
                state = coordinator.line.state(key)
                level = state.level if state.available else None
                lamps[coordinator.subentry_id, key] = light_of_gear(level, gear)
        return lamps

    @callback
    def zones(self) -> Iterator[tuple[str, dict[Lamp, float | None]]]:
        """Return each zone with its lamps."""
        for zone in self.lights:
            yield zone, self.of(zone)

    @callback
    def behind(self, entity_id: str) -> Iterator[tuple[LineCoordinator, str]]:
        """Return the gear of ours that a light is made of, with its line: of a group of lights, that of all members."""
        yield from self._behind(entity_id, set())

    def _behind(self, entity_id: str, seen: set[str]) -> Iterator[tuple[LineCoordinator, str]]:
        if entity_id in seen:
            return
        seen.add(entity_id)
        entry = er.async_get(self._hass).async_get(entity_id)
        if entry is not None and entry.platform == DOMAIN and entry.domain == LIGHT:
            subentry_id, _, name = entry.unique_id.partition("_")
            if (line := self._lines.get(subentry_id)) is not None:
                yield from ((line.coordinator, key) for key in gear_behind(line.line, name))
        elif (state := self._hass.states.get(entity_id)) is not None:
            for member in state.attributes.get(ATTR_ENTITY_ID, ()):
                yield from self._behind(member, seen)
