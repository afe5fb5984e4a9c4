"""What the report card of a zone says: how good the AI's plans are there beside those of the rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .advisor.report_card import Summary, Verdict
from .ai_scoring import card_signal
from .site import SiteConfigEntry
from .zone_entities import ZoneEntity


@dataclass(frozen=True, kw_only=True)
class CardSensorDescription(SensorEntityDescription):
    """How a sensor reads a report card."""

    value: Callable[[Summary], str | float | None]
    attributes: Callable[[Summary], Mapping[str, Any]] = lambda _: {}


def _rates(card: Summary) -> Mapping[str, Any]:
    """Return what became of its plans, each as a part of 0 to 1; None where there were none."""
    return {
        "accepted": _rounded(card.accepted),
        "clamped": _rounded(card.clamped),
        "rejected": _rounded(card.rejected),
        "taken": _rounded(card.taken),
    }


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)


CARD_SENSORS: Final = (
    CardSensorDescription(
        key="ai_verdict",
        device_class=SensorDeviceClass.ENUM,
        options=[verdict.value for verdict in Verdict],
        value=lambda card: card.verdict.value,
        attributes=_rates,
    ),
    CardSensorDescription(
        key="ai_score",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value=lambda card: _rounded(card.ai_score, 2),
    ),
    CardSensorDescription(
        key="ai_rules_score",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value=lambda card: _rounded(card.rules_score, 2),
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
        value=lambda card: _rounded(card.cost_a_day, 6),
    ),
)


class CardSensor(ZoneEntity, SensorEntity):
    """One thing that the report card of a zone says; it is written where that is another than before."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    entity_description: CardSensorDescription

    def __init__(self, entry: SiteConfigEntry, key: str, description: CardSensorDescription) -> None:
        super().__init__(entry, key, description)
        self._planner = entry.runtime_data.ai_planner
        self._shown: tuple[str | float | None, Mapping[str, Any]] | None = None

    @property
    def _card(self) -> Summary | None:
        """Return what it says; None where the AI was never asked about the zone."""
        card = self._planner.memory.cards.get(self._key)
        return None if card is None else card.figures()

    @property
    @override
    def native_value(self) -> str | float | None:
        """Return what it says."""
        return None if (card := self._card) is None else self.entity_description.value(card)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return what else it says of that."""
        return {} if (card := self._card) is None else self.entity_description.attributes(card)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the zone's card."""
        await super().async_added_to_hass()
        self.async_on_remove(async_dispatcher_connect(self.hass, card_signal(self._key), self._look))

    @callback
    def _look(self) -> None:
        """Say what the card says, if that is anything new: of many zones, most have nothing to say."""
        shown = self.native_value, self.extra_state_attributes
        if shown != self._shown:
            self._shown = shown
            self.async_write_ha_state()
