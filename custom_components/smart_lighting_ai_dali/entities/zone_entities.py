"""What zones show, and what people set of them: on a device of its own for each zone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import LIGHT_LUX, EntityCategory
from homeassistant.core import callback
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..control.zone_choices import OverrideState, override_details, override_state, override_until
from ..control.zone_control import ZoneControl
from ..control.zone_memory import AiMode
from ..control.zone_settings import CONF_AREA
from ..zones.plan import Reason

if TYPE_CHECKING:
    from ..control_service import ControlService
    from ..site import SiteConfigEntry

type ZoneEntityMaker = Callable[[SiteConfigEntry, str], Iterable[Entity]]


@dataclass(frozen=True, kw_only=True)
class ZoneSensorDescription(SensorEntityDescription):
    """How a sensor reads a zone."""

    value: Callable[[ZoneControl], str | float | datetime | None]
    attributes: Callable[[ZoneControl], Mapping[str, Any]] = lambda _: {}


def _reason(zone: ZoneControl) -> str | None:
    action = zone.reflex.last_action
    return None if action is None else action.reason.value


ZONE_SENSORS: Final = (
    ZoneSensorDescription(
        key="target_lux",
        device_class=SensorDeviceClass.ILLUMINANCE,
        native_unit_of_measurement=LIGHT_LUX,
        suggested_display_precision=0,
        value=lambda zone: round(zone.reflex.target_lux),
    ),
    ZoneSensorDescription(
        key="reason",
        device_class=SensorDeviceClass.ENUM,
        options=[reason.value for reason in Reason],
        value=_reason,
    ),
    ZoneSensorDescription(
        key="override",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in OverrideState],
        value=lambda zone: override_state(zone.reflex.overrides).value,
        attributes=override_details,
    ),
    ZoneSensorDescription(
        key="override_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=override_until,
    ),
)
ZONE_OCCUPANCY: Final = BinarySensorEntityDescription(
    key="zone_occupancy", device_class=BinarySensorDeviceClass.OCCUPANCY
)
ZONE_SENSOR_PROBLEM: Final = BinarySensorEntityDescription(
    key="sensor_problem", device_class=BinarySensorDeviceClass.PROBLEM, entity_category=EntityCategory.DIAGNOSTIC
)
ZONE_AUTOMATIC: Final = SwitchEntityDescription(key="automatic")
ZONE_AI_MODE: Final = SelectEntityDescription(
    key="ai_mode", entity_category=EntityCategory.CONFIG, options=[mode.value for mode in AiMode]
)
ZONE_RELEASE: Final = ButtonEntityDescription(key="release")


class ZoneEntity(Entity):
    """An entity of a zone."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: SiteConfigEntry, key: str, description: EntityDescription) -> None:
        self.entity_description = description
        self._control: ControlService = entry.runtime_data.control
        self._key = key
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{key}_{description.key}"
        subentry = entry.subentries[key]
        area = ar.async_get(self._control.hass).async_get_area(subentry.data.get(CONF_AREA, ""))
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, key)},
            name=subentry.title,
            model="Zone",
            entry_type=DeviceEntryType.SERVICE,
            suggested_area=None if area is None else area.name,
        )

    @property
    def zone(self) -> ZoneControl:
        """Return the zone as it is set up now."""
        return self._control.zones[self._key]

    @property
    @override
    def available(self) -> bool:
        """Tell whether there is the zone: its entities outlive it by a moment."""
        return self._key in self._control.zones

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the zone."""
        await super().async_added_to_hass()
        self.async_on_remove(self._control.async_listen(self._key, self._zone_changed))

    @callback
    def _zone_changed(self) -> None:
        """Show what is another, on account of what made it so."""
        if self.available and (cause := self.zone.cause) is not None:
            self.async_set_context(cause)
        self.async_write_ha_state()


class ZoneSensor(ZoneEntity, SensorEntity):
    """One thing that a zone says."""

    entity_description: ZoneSensorDescription

    @property
    @override
    def native_value(self) -> str | float | datetime | None:
        """Return what the zone says."""
        return self.entity_description.value(self.zone)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return what else it says of that."""
        return self.entity_description.attributes(self.zone)


class ZoneOccupancy(ZoneEntity, BinarySensorEntity):
    """Whether somebody is in a zone, after all of its sensors and its hold time."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether somebody is there; None where no sensor says anything."""
        return self.zone.reflex.is_occupied


class ZoneSensorProblem(ZoneEntity, BinarySensorEntity):
    """Whether a zone has to do without any of its sensors: which is an attribute."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether any says nothing, or is believed no more."""
        return bool(self.zone.failing_sensors)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return which."""
        return {"sensors": list(self.zone.failing_sensors)}


class AutomaticSwitch(ZoneEntity, SwitchEntity):
    """Whether a zone does anything by itself."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it does."""
        return self.zone.reflex.is_automatic

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the zone run itself."""
        self.zone.async_set_automatic(self._context, on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Leave the lights to people."""
        self.zone.async_set_automatic(self._context, on=False)


class AiModeSelect(ZoneEntity, SelectEntity):
    """What an AI may do in a zone."""

    def __init__(self, entry: SiteConfigEntry, key: str, description: SelectEntityDescription) -> None:
        super().__init__(entry, key, description)
        self._modes = entry.runtime_data.ai_planner.modes

    @property
    @override
    def current_option(self) -> str:
        """Return what it may do."""
        return self.zone.memory.ai_mode.value

    @override
    async def async_select_option(self, option: str) -> None:
        """Let it do something else. Raises ServiceValidationError where it has to earn that first."""
        await self._modes.async_choose(self.zone, AiMode(option), self._context)


class ReleaseButton(ZoneEntity, ButtonEntity):
    """Ends what people chose in a zone."""

    @override
    async def async_press(self) -> None:
        """End it."""
        self.zone.async_release(self._context)


def zone_binary_sensors(entry: SiteConfigEntry, key: str) -> list[BinarySensorEntity]:
    """Return what a zone says that is so or not."""
    return [ZoneOccupancy(entry, key, ZONE_OCCUPANCY), ZoneSensorProblem(entry, key, ZONE_SENSOR_PROBLEM)]


@callback
def async_add_zone_entities(
    entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback, make: ZoneEntityMaker
) -> None:
    """Add entities for every zone, those that come later too."""

    @callback
    def add(key: str) -> None:
        async_add_entities(make(entry, key), config_subentry_id=key)

    entry.async_on_unload(entry.runtime_data.control.async_listen_to_zones(add))
