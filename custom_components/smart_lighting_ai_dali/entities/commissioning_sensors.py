"""How far the commissioning of a line is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.core import callback

from ..coordinator import LineCoordinator
from ..dali.commissioning_orders import CommissioningProgress, Phase
from ..dali.events import CommissioningProgressed
from ..entity import LineEntity


@dataclass(frozen=True, kw_only=True)
class CommissioningSensorDescription(SensorEntityDescription):
    """How a sensor reads the progress."""

    value: Callable[[CommissioningProgress], str | int | None]


COMMISSIONING_SENSORS: Final = (
    CommissioningSensorDescription(
        key="commissioning",
        device_class=SensorDeviceClass.ENUM,
        options=[phase.value for phase in Phase],
        value=lambda progress: progress.phase.value,
    ),
    CommissioningSensorDescription(
        key="commissioning_progress",
        native_unit_of_measurement=PERCENTAGE,
        value=lambda progress: None if progress.task is None else progress.percent,
    ),
    CommissioningSensorDescription(
        key="commissioning_found",
        value=lambda progress: None if progress.task is None else progress.found,
    ),
)


class CommissioningSensor(LineEntity, SensorEntity):
    """One thing that the commissioning of a line says of itself."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    entity_description: CommissioningSensorDescription

    def __init__(self, coordinator: LineCoordinator, description: CommissioningSensorDescription) -> None:
        super().__init__(coordinator, description.key)
        self.entity_description = description

    @property
    @override
    def shown(self) -> object:
        """Return what it says."""
        return self.native_value

    @property
    @override
    def native_value(self) -> str | int | None:
        """Return what it says."""
        return self.entity_description.value(self.coordinator.line.commissioning.progress)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the commissioning, too."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen(CommissioningProgressed, self._came_further))

    @callback
    def _came_further(self, _: CommissioningProgressed) -> None:
        self._handle_coordinator_update()
