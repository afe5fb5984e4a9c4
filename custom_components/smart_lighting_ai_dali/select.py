"""Choices that gear keeps."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .dali.fade import FADE_RATES
from .dali.gear import Gear
from .dali.gear_settings import GearSettings
from .dali.level import HIGHEST
from .dali.stored import Fallback, Stay
from .entities.zone_entities import ZONE_AI_MODE, AiModeSelect, async_add_zone_entities
from .entity import DescribedGearEntity, line_errors
from .site import SiteConfigEntry, async_add_gear_entities

# The line has a queue of its own.
PARALLEL_UPDATES = 0

_TO_LEVEL: Final = "level"
_LAST_LEVEL: Final = "last_level"
_UNCHANGED: Final = "unchanged"


@dataclass(frozen=True, kw_only=True)
class GearSelectDescription(SelectEntityDescription):
    """How a choice of a gear is read and written."""

    value: Callable[[Gear], str | None]
    write: Callable[[GearSettings, Gear, str], Awaitable[None]]


def _behaviour(fallback: Fallback | None, stay: str) -> str | None:
    if fallback is None:
        return None
    return stay if isinstance(fallback, Stay) else _TO_LEVEL


def _fallback(present: Fallback | None, option: str) -> Fallback:
    """Return what an option stands for: a level stays, and begins with what RESET would make of it."""
    if option != _TO_LEVEL:
        return Stay.AS_IT_WAS
    return present if isinstance(present, int) else HIGHEST


SELECTS: Final = (
    GearSelectDescription(
        key="power_on_behaviour",
        options=[_LAST_LEVEL, _TO_LEVEL],
        value=lambda gear: _behaviour(gear.stored.power_on, _LAST_LEVEL),
        write=lambda settings, gear, option: settings.set_power_on(gear.key, _fallback(gear.stored.power_on, option)),
    ),
    GearSelectDescription(
        key="system_failure_behaviour",
        entity_registry_enabled_default=False,
        options=[_UNCHANGED, _TO_LEVEL],
        value=lambda gear: _behaviour(gear.stored.system_failure, _UNCHANGED),
        write=lambda settings, gear, option: settings.set_system_failure(
            gear.key, _fallback(gear.stored.system_failure, option)
        ),
    ),
    GearSelectDescription(
        key="fade_rate",
        entity_registry_enabled_default=False,
        options=[str(code) for code in range(1, len(FADE_RATES))],
        value=lambda gear: None if gear.stored.fade_rate is None else str(gear.stored.fade_rate),
        write=lambda settings, gear, option: settings.set_fade_rate(gear.key, int(option)),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the choices of every gear and every zone."""
    del hass
    async_add_zone_entities(entry, async_add_entities, lambda entry, key: [AiModeSelect(entry, key, ZONE_AI_MODE)])
    async_add_gear_entities(
        entry,
        async_add_entities,
        lambda coordinator, gear: [GearSelect(coordinator, gear, one) for one in SELECTS],
    )


class GearSelect(DescribedGearEntity, SelectEntity):
    """One choice that a gear keeps."""

    _attr_entity_category = EntityCategory.CONFIG
    entity_description: GearSelectDescription

    @property
    @override
    def shown(self) -> object:
        """Return what the gear keeps."""
        return self.current_option

    @property
    @override
    def current_option(self) -> str | None:
        """Return what the gear keeps; None where it was not read yet."""
        return self.entity_description.value(self.gear)

    @override
    @line_errors
    async def async_select_option(self, option: str) -> None:
        """Have the gear keep another choice."""
        await self.entity_description.write(self.coordinator.line.settings, self.gear, option)
