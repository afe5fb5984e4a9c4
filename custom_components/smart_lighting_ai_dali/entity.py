"""What all entities have in common, and the one place that turns errors of a line into words for people."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, Final, Literal, override

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, GEAR_LIGHT
from .coordinator import Asked, LineCoordinator
from .dali.errors import LineError
from .dali.events import LineStatus
from .dali.gear import Gear
from .dali.level import Level
from .dali.state import GearState
from .dali.target import Colour
from .dali.timing import Priority

# The parts 2xx of IEC 62386 by device type: what the gear is,
DEVICE_TYPES: Final = {
    0: "fluorescent lamp",
    1: "emergency lighting",
    2: "discharge lamp",
    3: "low-voltage halogen lamp",
    4: "dimmer for incandescent lamps",
    5: "converter to 0-10 V",
    6: "LED driver",
    7: "relay",
}
# and what it can do besides.
ABILITIES: Final = {
    8: "colour control",
    15: "load referencing",
    16: "thermal gear protection",
    17: "selectable dimming curve",
    19: "central emergency supply",
    20: "demand response",
    21: "thermal lamp protection",
    23: "fixed light source",
    49: "bus power supply",
    50: "luminaire data",
    51: "energy reporting",
    52: "diagnostics",
}


def line_errors[**P, R](
    function: Callable[P, Awaitable[R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """Turn an error of the line into one that says in the user's language what to do."""

    @wraps(function)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except LineError as error:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key=error.key) from error

    return wrapper


class LineEntity(CoordinatorEntity[LineCoordinator]):
    """An entity of a line's own device."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: LineCoordinator, key: str) -> None:
        super().__init__(coordinator)
        self._shown: tuple[object] | Literal[False] | None = None
        self._attr_translation_key = key
        self._attr_unique_id = f"{coordinator.subentry_id}_{key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, coordinator.subentry_id)})

    @property
    def is_online(self) -> bool:
        """Tell whether the line can be talked to."""
        return self.coordinator.line.status is LineStatus.ONLINE

    @property
    def shown(self) -> object:
        """Return all that its state is made of while it is available: as long as this is equal, nothing is written."""
        return None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state, if there is another one to show; most of what a line tells is not about most entities.

        It is looked at now: what changes and changes back before it is written would be missed later.
        """
        shown = self.available and (self.shown,)
        if shown != self._shown:
            self._shown = shown
            self.coordinator.async_write_in_turn(self.async_write_ha_state)

    def _tell_asked(
        self, levels: Mapping[str, Level | None], *, names_level: bool = True, colour: Colour | None = None
    ) -> None:
        """Have it known what the present call asks of gear, before it is done."""
        if self._context is not None:
            asked = Asked(levels=levels, names_level=names_level, colour=colour, context=self._context)
            self.coordinator.async_tell_asked(asked)

    @property
    def _priority(self) -> Priority:
        """Return how urgent the present call is: a person goes before an automation (IEC 62386-103, 9.14.1)."""
        by_person = self._context is not None and self._context.user_id is not None
        return Priority.USER if by_person else Priority.AUTOMATIC


class GearEntity(LineEntity):
    """An entity of one gear."""

    def __init__(self, coordinator: LineCoordinator, gear: Gear, key: str | None = None) -> None:
        super().__init__(coordinator, key or GEAR_LIGHT)
        self._key = gear.key
        self._last_known = gear
        unique_id = f"{coordinator.subentry_id}_{gear.key}"
        self._attr_unique_id = unique_id if key is None else f"{unique_id}_{key}"
        self._attr_device_info = _device_info(coordinator, gear)

    @property
    def gear(self) -> Gear:
        """Return what is known of the gear, or was before it was forgotten."""
        self._last_known = self.coordinator.line.gear.get(self._key, self._last_known)
        return self._last_known

    @property
    def gear_state(self) -> GearState:
        """Return how the gear is."""
        return self.coordinator.line.state(self._key)

    @property
    @override
    def available(self) -> bool:
        """Tell whether the line is online, and the gear on it."""
        return self.is_online and self._key in self.coordinator.line.gear and self.gear_state.available

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the line and to the gear."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen_to_gear(self._key, self._handle_coordinator_update))


class DescribedGearEntity(GearEntity):
    """An entity of one gear, of which a description says the rest."""

    def __init__(self, coordinator: LineCoordinator, gear: Gear, description: EntityDescription) -> None:
        super().__init__(coordinator, gear, description.key)
        self.entity_description = description


@callback
def async_describe_anew(coordinator: LineCoordinator, gear: Gear) -> None:
    """Say in a gear's device what it is now: another piece may have taken its place."""
    registry = dr.async_get(coordinator.hass)
    info = _device_info(coordinator, gear)
    (identifier,) = info["identifiers"]
    device = registry.async_get_device_by_identifier(identifier, coordinator.config_entry.entry_id)
    if device is not None:
        registry.async_update_device(
            device.id,
            model=info["model"],
            model_id=info["model_id"],
            serial_number=info["serial_number"],
            sw_version=info["sw_version"],
            hw_version=info["hw_version"],
        )


def line_device_id(coordinator: LineCoordinator) -> str:
    """Return the device of a line, through which all others of it are reached."""
    return dr.async_get_device_id_by_identifier(
        coordinator.hass, (DOMAIN, coordinator.subentry_id), config_entry_id=coordinator.config_entry.entry_id
    )


def _device_info(coordinator: LineCoordinator, gear: Gear) -> DeviceInfo:
    """Return the device of a gear, on the device of its line."""
    name = coordinator.names.get(gear.address)
    naming = (
        DeviceInfo(name=name)
        if name
        else DeviceInfo(translation_key="gear", translation_placeholders={"address": str(gear.address)})
    )
    return DeviceInfo(
        identifiers={(DOMAIN, f"{coordinator.subentry_id}_{gear.key}")},
        model=(gear.luminaire and gear.luminaire.name) or _model(gear),
        model_id=None if gear.identity is None else f"GTIN {gear.identity.gtin}",
        serial_number=None if gear.identity is None else str(gear.identity.serial),
        sw_version=gear.firmware,
        hw_version=gear.hardware,
        suggested_area=coordinator.areas.get(gear.address),
        via_device_id=line_device_id(coordinator),
        **naming,
    )


def _model(gear: Gear) -> str:
    """Return what a gear is, in words: "DALI LED driver with colour control and diagnostics"."""
    kinds = [DEVICE_TYPES[number] for number in gear.device_types if number in DEVICE_TYPES]
    abilities = [
        ABILITIES.get(number, f"device type {number}") for number in gear.device_types if number not in DEVICE_TYPES
    ]
    model = f"DALI {' and '.join(kinds) or 'control gear'}"
    if not abilities:
        return model
    *others, last = abilities
    return f"{model} with {', '.join(others)} and {last}" if others else f"{model} with {last}"
