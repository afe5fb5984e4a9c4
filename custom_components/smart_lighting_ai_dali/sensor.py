"""How a line is, what its gear and its input devices tell, and how the site's jobs and its database are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import PERCENTAGE, UnitOfInformation, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .db.health import DatabaseStatus
from .db.sizes import COUNTED
from .entities.ai_card_sensors import CARD_SENSORS, CardSensor
from .entities.ai_sensors import AI_SENSORS, AiSensor
from .entities.commissioning_sensors import COMMISSIONING_SENSORS, CommissioningSensor
from .entities.emergency_entities import emergency_sensors
from .entities.general_sensors import general_sensors
from .entities.health_sensors import PART_SENSORS, MissingGearSensor, PartSensor, SiteHealthSensor, StatusSensor
from .entities.input_entities import async_add_input_entities, input_sensors
from .entities.report_entities import report_sensors
from .entities.site_entity import SiteEntity
from .entities.zone_entities import ZONE_SENSORS, ZoneSensor, async_add_zone_entities
from .entity_slices import async_in_slices
from .health import Part
from .site import Site, SiteConfigEntry, async_add_gear_entities, async_add_line_entities

# Read-only: the line pushes, and what the site says is in memory.
PARALLEL_UPDATES = 0
SCAN_INTERVAL = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class SiteSensorDescription(SensorEntityDescription):
    """How a sensor reads the site."""

    value: Callable[[Site], str | float | datetime | None]
    part: Part | None = None
    """Of which part it tells how that is."""


def _rows(table: str, site: Site) -> int | None:
    return site.database.health.rows.get(table)


SITE_SENSORS: Final = (
    SiteSensorDescription(
        key="database_status",
        part=Part.DATABASE,
        device_class=SensorDeviceClass.ENUM,
        options=[status.value for status in DatabaseStatus],
        value=lambda site: site.database.health.status.value,
    ),
    SiteSensorDescription(
        key="last_aggregation",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda site: site.feature_engineering.finished,
    ),
    SiteSensorDescription(
        key="last_prune",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda site: site.retention.finished,
    ),
    SiteSensorDescription(
        key="buffer_fill",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value=lambda site: 100 * site.telemetry.buffer.fill,
    ),
    SiteSensorDescription(
        key="dropped_events",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_registry_enabled_default=False,
        value=lambda site: site.telemetry.buffer.dropped,
    ),
    *(
        SiteSensorDescription(
            key=f"rows_of_{table}",
            state_class=SensorStateClass.MEASUREMENT,
            entity_registry_enabled_default=False,
            value=partial(_rows, table),
        )
        for table in COUNTED
    ),
    SiteSensorDescription(
        key="database_size",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.MEGABYTES,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value=lambda site: None if site.database.health.sizes is None else site.database.health.sizes.size,
    ),
    SiteSensorDescription(
        key="queue_latency",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=3,
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value=lambda site: site.database.health.queue_seconds,
    ),
    SiteSensorDescription(
        key="history_taken_over",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value=lambda site: site.backfill.percent,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of every line, of its gear and input devices, of every zone, and of the site."""
    async_add_gear_entities(entry, async_add_entities, report_sensors)
    async_add_gear_entities(entry, async_add_entities, emergency_sensors)
    async_add_line_entities(
        entry, async_add_entities, lambda coordinator: [StatusSensor(coordinator), MissingGearSensor(coordinator)]
    )
    async_add_line_entities(
        entry,
        async_add_entities,
        lambda coordinator: [CommissioningSensor(coordinator, description) for description in COMMISSIONING_SENSORS],
    )
    async_add_input_entities(entry, async_add_entities, input_sensors)
    async_add_input_entities(entry, async_add_entities, general_sensors)
    async_in_slices(hass, entry, async_add_entities)(SiteSensor(entry, description) for description in SITE_SENSORS)
    async_add_entities([SiteHealthSensor(entry), *(PartSensor(entry, description) for description in PART_SENSORS)])
    async_add_entities([AiSensor(entry, description) for description in AI_SENSORS])
    async_add_zone_entities(
        entry, async_add_entities, lambda entry, key: [ZoneSensor(entry, key, one) for one in ZONE_SENSORS]
    )
    async_add_zone_entities(
        entry, async_add_entities, lambda entry, key: [CardSensor(entry, key, one) for one in CARD_SENSORS]
    )


class SiteSensor(SiteEntity, SensorEntity):
    """One thing that the site says of its jobs and its database."""

    entity_description: SiteSensorDescription

    def __init__(self, entry: SiteConfigEntry, description: SiteSensorDescription) -> None:
        super().__init__(entry, description, part=description.part)
        self._site = entry.runtime_data

    @property
    @override
    def native_value(self) -> str | float | datetime | None:
        """Return what the site says."""
        return self.entity_description.value(self._site)

    @override
    async def async_added_to_hass(self) -> None:
        """Tell at once when a job is done, or the database is another."""
        await super().async_added_to_hass()
        self.async_on_remove(self._site.feature_engineering.async_listen(self.async_write_ha_state))
        self.async_on_remove(self._site.retention.async_listen(self.async_write_ha_state))
        self.async_on_remove(self._site.database.async_listen(self.async_write_ha_state))
