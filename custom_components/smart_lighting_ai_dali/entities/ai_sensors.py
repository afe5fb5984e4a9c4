"""What the site says of its AI planner: how it is doing, and what it has cost."""

from collections.abc import Callable
from dataclasses import dataclass
import time
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass

from ..advisor.budget import Spent
from ..ai.planner import AiPlanner
from ..ai.status import AiStatus
from ..health import Part
from ..site import SiteConfigEntry
from .site_entity import SiteEntity


@dataclass(frozen=True, kw_only=True)
class AiSensorDescription(SensorEntityDescription):
    """How a sensor reads the AI planner."""

    value: Callable[[AiPlanner], str | float | None]
    part: Part | None = None
    """Of which part of the site it tells how that is."""


def _today(planner: AiPlanner) -> Spent:
    return planner.memory.budget.today(time.time())


def _this_month(planner: AiPlanner) -> Spent:
    return planner.memory.budget.this_month(time.time())


def _money(planner: AiPlanner, spent: Spent) -> float | None:
    """Return what was spent, in the currency of the prices; None where nobody knows: that is not nothing."""
    return None if spent.unpriced or (planner.price is None and not spent.calls) else round(spent.money, 6)


AI_SENSORS: Final = (
    AiSensorDescription(
        key="ai_status",
        part=Part.AI,
        device_class=SensorDeviceClass.ENUM,
        options=[status.value for status in AiStatus],
        value=lambda planner: planner.status.value,
    ),
    AiSensorDescription(
        key="ai_money_this_month",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        value=lambda planner: _money(planner, _this_month(planner)),
    ),
    AiSensorDescription(
        key="ai_money_today",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        value=lambda planner: _money(planner, _today(planner)),
    ),
    AiSensorDescription(
        key="ai_calls_today",
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value=lambda planner: _today(planner).calls,
    ),
    AiSensorDescription(
        key="ai_tokens_today",
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value=lambda planner: _today(planner).tokens,
    ),
    AiSensorDescription(
        key="ai_tokens_this_month",
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value=lambda planner: _this_month(planner).tokens,
    ),
)


class AiSensor(SiteEntity, SensorEntity):
    """One thing that the site says of its AI planner; it is in memory, and read from time to time."""

    entity_description: AiSensorDescription

    def __init__(self, entry: SiteConfigEntry, description: AiSensorDescription) -> None:
        super().__init__(entry, description, part=description.part)
        self._planner = entry.runtime_data.ai_planner

    @property
    @override
    def native_value(self) -> str | float | None:
        """Return what the planner says."""
        return self.entity_description.value(self._planner)

    @override
    async def async_added_to_hass(self) -> None:
        """Tell at once when a question was answered, or was not."""
        await super().async_added_to_hass()
        self.async_on_remove(self._planner.async_listen(self.async_write_ha_state))
