"""What the report card of a zone says: how good the AI's plans are there beside those of the rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..advisor.report_card import Summary, rounded
from ..advisor.standing import Verdict
from ..ai.scoring import card_signal
from ..site import SiteConfigEntry
from .zone_entities import ZoneEntity


@dataclass(frozen=True, kw_only=True)
class CardSensorDescription(SensorEntityDescription):
    """How a sensor reads a report card."""

    value: Callable[[Summary], str | float | None]
    attributes: Callable[[Summary], Mapping[str, Any]] = lambda _: {}


CARD_SENSORS: Final = (
    CardSensorDescription(
        key="ai_verdict",
        device_class=SensorDeviceClass.ENUM,
        options=[verdict.value for verdict in Verdict],
        value=lambda card: card.verdict.value,
        attributes=Summary.rates,
    ),
    CardSensorDescription(
        key="ai_score",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value=lambda card: rounded(card.ai_score, 2),
    ),
    CardSensorDescription(
        key="ai_rules_score",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value=lambda card: rounded(card.rules_score, 2),
    ),
    CardSensorDescription(
        key="ai_scored_days",
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value=lambda card: card.days,
    ),
    CardSensorDescription(
        key="ai_cost_a_day",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        entity_registry_enabled_default=False,
        value=lambda card: rounded(card.cost_a_day, 6),
    ),
)


class CardSensor(ZoneEntity, SensorEntity):
    """One thing that the report card of a zone says; it is written where that is another than before."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    entity_description: CardSensorDescription

    def __init__(self, entry: SiteConfigEntry, key: str, description: CardSensorDescription) -> None:
        super().__init__(entry, key, description)
        self._planner = entry.runtime_data.ai_planner
        self._read()

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the zone's card."""
        await super().async_added_to_hass()
        self.async_on_remove(async_dispatcher_connect(self.hass, card_signal(self._key), self._look))

    @callback
    def _look(self) -> None:
        """Say what the card says, if that is anything new: of many zones, most have nothing to say."""
        shown = self._attr_native_value, self._attr_extra_state_attributes
        self._read()
        if shown != (self._attr_native_value, self._attr_extra_state_attributes):
            self.async_write_ha_state()

    @callback
    @override
    def _zone_changed(self) -> None:
        """Show what the card says by now."""
        self._read()
        super()._zone_changed()

    def _read(self) -> None:
        """Read the card; it has nothing to say where the AI was never asked about the zone."""
        card = self._planner.memory.cards.get(self._key)
        said = None if card is None else card.figures()
        self._attr_native_value = None if said is None else self.entity_description.value(said)
        self._attr_extra_state_attributes = {} if said is None else dict(self.entity_description.attributes(said))
