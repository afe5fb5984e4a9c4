"""Which gear the lights of a zone are, and how much light each makes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from homeassistant.components.light import DOMAIN as LIGHT
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .coordinator import LineCoordinator
from .dali.gear import Gear
from .dali.level import HIGHEST, DimmingCurve, Level, light_output
from .light_group import OF_ALL, group_identifier

if TYPE_CHECKING:
    from .site import Site

_PERCENT: Final = 100.0

type Lamp = tuple[str, str]
"""A gear: the id of its line's subentry, and its key."""


def light_of(level: Level | None, gear: Gear) -> float | None:
    """Return the light that a gear makes at a level, of full light, 0 to 1, linear; None of one that nobody knows."""
    if level is None:
        return None
    return level / HIGHEST if gear.curve is DimmingCurve.LINEAR else light_output(level) / _PERCENT


class ZoneLamps:
    """The lamps of the zones of a site, as its lines, groups and registries are now."""

    def __init__(self, hass: HomeAssistant, site: Site, lights: Mapping[str, Iterable[str]]) -> None:
        self._hass = hass
        self._site = site
        self._lights = {zone: tuple(entity_ids) for zone, entity_ids in lights.items()}

    @callback
    def of(self, zone: str) -> dict[Lamp, float | None]:
        """Return the lamps of a zone that can be talked to, and where each is or is going; None is unknown."""
        lamps: dict[Lamp, float | None] = {}
        for entity_id in self._lights.get(zone, ()):
            for coordinator, key in self.behind(entity_id):
                gear = coordinator.line.gear.get(key)
                if gear is None:
                    continue
                state = coordinator.line.state(key)
                level = state.level if state.available else None
                lamps[coordinator.subentry_id, key] = light_of(level, gear)
        return lamps

    @callback
    def zones(self) -> Iterator[tuple[str, dict[Lamp, float | None]]]:
        """Return each zone with its lamps."""
        for zone in self._lights:
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
            line = self._site.lines.get(entry.config_subentry_id or "")
            if line is not None:
                yield from ((line.coordinator, key) for key in _gear_of(line.coordinator, entry.unique_id))
        elif (state := self._hass.states.get(entity_id)) is not None:
            for member in state.attributes.get(ATTR_ENTITY_ID, ()):
                yield from self._behind(member, seen)


def _gear_of(coordinator: LineCoordinator, unique_id: str) -> tuple[str, ...]:
    """Return the keys of the gear that a light of a line is made of, by the light's unique id."""
    line = coordinator.line
    key = unique_id.removeprefix(f"{coordinator.subentry_id}_")
    if key in line.gear:
        return (key,)
    for group in line.many.groups:
        if unique_id == group_identifier(coordinator.subentry_id, group):
            return line.many.members(group)
    return tuple(line.gear) if key == OF_ALL else ()
