"""What can be set for the site: how long to keep what was collected, and who knows the weather."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from .db.pruning import LEAST, Keep
from .zone_settings import CONF_WEATHER

CONF_KEEP_EVENTS: Final = "keep_events_days"
CONF_KEEP_FEATURES: Final = "keep_features_days"
CONF_KEEP_DECISIONS: Final = "keep_decisions_days"


def _days(least: int, most: int) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=least, max=most, step=1, unit_of_measurement=UnitOfTime.DAYS, mode=NumberSelectorMode.BOX
        )
    )


# A week of events is what learners need at the least; features are for months and years.
OPTIONS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_KEEP_EVENTS, default=Keep().events): _days(LEAST.events, 365),
        vol.Required(CONF_KEEP_FEATURES, default=Keep().features): _days(LEAST.features, 1825),
        vol.Required(CONF_KEEP_DECISIONS, default=Keep().decisions): _days(LEAST.decisions, 1825),
        vol.Optional(CONF_WEATHER): EntitySelector(
            EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain="weather"))
        ),
    }
)


def keep_of(options: Mapping[str, Any]) -> Keep:
    """Return how long to keep things, as the options say; what they do not say is the default."""
    defaults = Keep()
    return Keep(
        events=int(options.get(CONF_KEEP_EVENTS, defaults.events)),
        features=int(options.get(CONF_KEEP_FEATURES, defaults.features)),
        decisions=int(options.get(CONF_KEEP_DECISIONS, defaults.decisions)),
    )


class SiteOptionsFlow(OptionsFlow):
    """Asks for these; the running jobs and the zones follow without a restart."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask."""
        errors: dict[str, str] = {}
        if user_input is not None:
            keep = keep_of(user_input)
            if keep.features >= keep.events:
                data: dict[str, Any] = {
                    CONF_KEEP_EVENTS: keep.events,
                    CONF_KEEP_FEATURES: keep.features,
                    CONF_KEEP_DECISIONS: keep.decisions,
                }
                if (weather := user_input.get(CONF_WEATHER)) is not None:
                    data[CONF_WEATHER] = weather
                return self.async_create_entry(data=data)
            errors["base"] = "features_before_events"
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(OPTIONS_SCHEMA, user_input or self.config_entry.options),
            errors=errors,
        )
