"""Numbers that gear keeps."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberEntityDescription, NumberMode
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LineCoordinator
from .dali.fade import FADE_TIMES, extended_fade_seconds, nearest_fade
from .dali.gear import Gear
from .dali.gear_settings import GearSettings
from .dali.level import HIGHEST, OFF, Level
from .dali.stored import Fallback
from .entity import DescribedGearEntity, line_errors
from .site import SiteConfigEntry, async_add_gear_entities

# The line has a queue of its own.
PARALLEL_UPDATES = 0
# The longest extended fade time (IEC 62386-102, 9.5.4): base 15, multiplier 4.
_LONGEST_EXTENDED: Final = extended_fade_seconds(0x4F)


@dataclass(frozen=True, kw_only=True)
class GearNumberDescription(NumberEntityDescription):
    """How a number of a gear is read and written, and what it may be."""

    value: Callable[[Gear], float | None]
    write: Callable[[GearSettings, Gear, float], Awaitable[None]]
    lowest: Callable[[Gear], float]
    highest: Callable[[Gear], float]


def _level(fallback: Fallback | None) -> int | None:
    """Return a level; None where the gear stays as it is, or nobody knows."""
    return fallback if isinstance(fallback, int) else None


NUMBERS: Final = (
    GearNumberDescription(
        key="minimum",
        value=lambda gear: gear.minimum,
        write=lambda settings, gear, value: settings.set_minimum(gear.key, Level(round(value))),
        lowest=lambda gear: gear.physical_minimum,
        highest=lambda gear: gear.maximum,
    ),
    GearNumberDescription(
        key="maximum",
        entity_registry_enabled_default=False,
        value=lambda gear: gear.maximum,
        write=lambda settings, gear, value: settings.set_maximum(gear.key, Level(round(value))),
        lowest=lambda gear: gear.minimum,
        highest=lambda _: HIGHEST,
    ),
    GearNumberDescription(
        key="power_on_level",
        entity_registry_enabled_default=False,
        value=lambda gear: _level(gear.stored.power_on),
        write=lambda settings, gear, value: settings.set_power_on(gear.key, Level(round(value))),
        lowest=lambda _: OFF,
        highest=lambda _: HIGHEST,
    ),
    GearNumberDescription(
        key="system_failure_level",
        entity_registry_enabled_default=False,
        value=lambda gear: _level(gear.stored.system_failure),
        write=lambda settings, gear, value: settings.set_system_failure(gear.key, Level(round(value))),
        lowest=lambda _: OFF,
        highest=lambda _: HIGHEST,
    ),
    GearNumberDescription(
        key="fade_time",
        device_class=NumberDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        native_step=0.1,
        value=lambda gear: round(gear.fade.seconds, 1),
        write=lambda settings, gear, value: settings.set_fade(gear.key, nearest_fade(value, extended=gear.edition > 1)),
        lowest=lambda _: 0.0,
        highest=lambda gear: _LONGEST_EXTENDED if gear.edition > 1 else round(FADE_TIMES[-1], 1),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the numbers of every gear."""
    del hass
    async_add_gear_entities(
        entry,
        async_add_entities,
        lambda coordinator, gear: [GearNumber(coordinator, gear, one) for one in NUMBERS],
    )


class GearNumber(DescribedGearEntity, NumberEntity):
    """One number that a gear keeps."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_mode = NumberMode.BOX
    entity_description: GearNumberDescription

    def __init__(self, coordinator: LineCoordinator, gear: Gear, description: GearNumberDescription) -> None:
        super().__init__(coordinator, gear, description)
        self._attr_native_step = description.native_step or 1

    @property
    @override
    def shown(self) -> object:
        """Return what the gear is, with all that it keeps."""
        return self.gear

    @property
    @override
    def native_min_value(self) -> float:
        """Return the least that it can be now; Home Assistant asks for gear that is gone, too."""
        return self.entity_description.lowest(self.gear)

    @property
    @override
    def native_max_value(self) -> float:
        """Return the most that it can be now."""
        return self.entity_description.highest(self.gear)

    @property
    @override
    def native_value(self) -> float | None:
        """Return what the gear keeps; None where it was not read yet, and where it keeps no level."""
        return self.entity_description.value(self.gear)

    @override
    @line_errors
    async def async_set_native_value(self, value: float) -> None:
        """Have the gear keep another number."""
        await self.entity_description.write(self.coordinator.line.settings, self.gear, value)
