"""What gear reports of itself, and what input devices sense that is so or not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .dali.state import GearState
from .entities.emergency_entities import emergency_binary_sensors
from .entities.input_entities import async_add_input_entities, input_binary_sensors
from .entities.report_entities import report_binary_sensors
from .entities.zone_entities import async_add_zone_entities, zone_binary_sensors
from .entity import DescribedGearEntity
from .site import SiteConfigEntry, async_add_gear_entities

# Read-only: the line pushes.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GearBinarySensorDescription(BinarySensorEntityDescription):
    """How a binary sensor reads the state of a gear."""

    value: Callable[[GearState], bool | None]


BINARY_SENSORS: Final = (
    GearBinarySensorDescription(
        key="lamp_failure",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda state: state.lamp_failure,
    ),
    GearBinarySensorDescription(
        key="gear_failure",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: state.gear_failure,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors of every gear, every input device and every zone."""
    del hass
    async_add_gear_entities(
        entry,
        async_add_entities,
        lambda coordinator, gear: [GearBinarySensor(coordinator, gear, one) for one in BINARY_SENSORS],
    )
    async_add_input_entities(entry, async_add_entities, input_binary_sensors)
    async_add_zone_entities(entry, async_add_entities, zone_binary_sensors)
    async_add_gear_entities(entry, async_add_entities, report_binary_sensors)
    async_add_gear_entities(entry, async_add_entities, emergency_binary_sensors)


class GearBinarySensor(DescribedGearEntity, BinarySensorEntity):
    """One thing that a gear reports."""

    entity_description: GearBinarySensorDescription

    @property
    @override
    def shown(self) -> object:
        """Return what the gear reported last."""
        return self.is_on

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what the gear reported last."""
        return self.entity_description.value(self.gear_state)
