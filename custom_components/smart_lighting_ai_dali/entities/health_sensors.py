"""How the site is, and each part of it that has no sensor of its own yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import callback

from ..coordinator import LineCoordinator
from ..dali.events import LineStatus
from ..entity import LineEntity
from ..health import HealthStatus, Part, PartHealth
from ..health_rules import AUDIT_CODES, PROFILES_CODES, SCHEDULER_CODES, WEATHER_CODES
from ..health_watch import line_part
from ..site import SiteConfigEntry
from .site_entity import SiteEntity


@dataclass(frozen=True, kw_only=True)
class PartSensorDescription(SensorEntityDescription):
    """Of which part a sensor tells."""

    part: Part


SITE_HEALTH: Final = SensorEntityDescription(
    key="health",
    device_class=SensorDeviceClass.ENUM,
    options=[status.value for status in HealthStatus],
)
PART_SENSORS: Final = tuple(
    PartSensorDescription(key=part.value, part=part, device_class=SensorDeviceClass.ENUM, options=list(codes))
    for part, codes in (
        (Part.SCHEDULER, SCHEDULER_CODES),
        (Part.WEATHER, WEATHER_CODES),
        (Part.PROFILES, PROFILES_CODES),
        (Part.AUDIT, AUDIT_CODES),
    )
)


class SiteHealthSensor(SiteEntity, SensorEntity):
    """How the site is, with what is the matter where something is."""

    _attr_should_poll = False

    def __init__(self, entry: SiteConfigEntry) -> None:
        super().__init__(entry, SITE_HEALTH)
        self._shown: tuple[object, object] | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Say it as soon as something is another."""
        await super().async_added_to_hass()
        self.async_on_remove(self._health.async_listen(self._look))

    @callback
    def _look(self) -> None:
        shown = self._shown
        if (self.native_value, self.extra_state_attributes) != shown:
            self.async_write_ha_state()

    @property
    @override
    def native_value(self) -> str:
        """Return how the site is."""
        return self._health.status.value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return what is the matter, part by part."""
        attributes = {"problems": self._health.problems}
        self._shown = self.native_value, attributes
        return attributes


class PartSensor(SiteEntity, SensorEntity):
    """How a part of the site is, in words."""

    _attr_should_poll = False
    entity_description: PartSensorDescription

    def __init__(self, entry: SiteConfigEntry, description: PartSensorDescription) -> None:
        super().__init__(entry, description, part=description.part)

    @property
    @override
    def native_value(self) -> str | None:
        """Return what is the matter, or that nothing is."""
        one = self.part_health
        return None if one is None else one.code


class StatusSensor(LineEntity, SensorEntity):
    """The line's status: available whatever it is, that is what it is for."""

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_options = [status.value for status in LineStatus]  # noqa: RUF012  # Home Assistant's own way to say so

    def __init__(self, coordinator: LineCoordinator) -> None:
        super().__init__(coordinator, "status")
        self._health = coordinator.config_entry.runtime_data.health_watch.health
        self._part = line_part(coordinator.subentry_id)
        self._said: PartHealth | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the line's health, too."""
        await super().async_added_to_hass()
        self.async_on_remove(self._health.async_listen(self._health_changed))

    @callback
    def _health_changed(self) -> None:
        if self._health.parts.get(self._part) is not self._said:
            self.async_write_ha_state()

    @property
    @override
    def available(self) -> bool:
        """Tell always."""
        return True

    @property
    @override
    def shown(self) -> object:
        """Return the status."""
        return self.native_value

    @property
    @override
    def native_value(self) -> str:
        """Return the status."""
        return self.coordinator.line.status.value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return how healthy the line is."""
        self._said = self._health.parts.get(self._part)
        return {} if self._said is None else self._said.attributes()


class MissingGearSensor(LineEntity, SensorEntity):
    """How many gear of a line do not answer any more; counted from time to time."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False
    _attr_state_class = SensorStateClass.MEASUREMENT

    def __init__(self, coordinator: LineCoordinator) -> None:
        super().__init__(coordinator, "missing_gear")

    @property
    @override
    def should_poll(self) -> bool:
        """Count from time to time: no telegram of the line has to wait for it."""
        return True

    @override
    async def async_update(self) -> None:
        """Do nothing: the count is in memory, and there is nobody to ask for it."""

    @property
    @override
    def available(self) -> bool:
        """Tell whether the line can be talked to: else nobody knows."""
        return self.is_online

    @property
    @override
    def native_value(self) -> int:
        """Return how many."""
        return self.coordinator.line.missing_gear
