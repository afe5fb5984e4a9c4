"""What can be set for the site: how long to keep what was collected, the weather, automations, and the AI."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfInformation, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from ..advisor.schema import MOST_PLANS
from ..ai.settings import (
    CONF_AI,
    CONF_CALLS,
    CONF_DEADLINE,
    CONF_INPUT_PRICE,
    CONF_INTERVAL,
    CONF_MONEY,
    CONF_OUTPUT_PRICE,
    CONF_PAYLOAD_BYTES,
    CONF_TOKENS,
    CONF_ZONES_PER_REQUEST,
    AiLimits,
)
from ..control.zone_settings import CONF_WEATHER
from ..db.pruning import LEAST, Keep

CONF_KEEP_EVENTS: Final = "keep_events_days"
CONF_KEEP_FEATURES: Final = "keep_features_days"
CONF_KEEP_DECISIONS: Final = "keep_decisions_days"
CONF_ALLOW_AUTOMATIONS: Final = "allow_automations"


# Without the instructions, which are as long, a request may have this many bytes.
MOST_BYTES: Final = 8192


def _number(least: float, most: float, unit: str | None = None, step: float = 1) -> NumberSelector:
    config = NumberSelectorConfig(min=least, max=most, step=step, mode=NumberSelectorMode.BOX)
    if unit is not None:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


def _days(least: int, most: int) -> NumberSelector:
    return _number(least, most, UnitOfTime.DAYS)


_LIMITS: Final = AiLimits()
PAYLOAD_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_ZONES_PER_REQUEST, default=_LIMITS.caps.zones): _number(1, MOST_PLANS),
        vol.Required(CONF_PAYLOAD_BYTES, default=_LIMITS.caps.size): _number(256, MOST_BYTES, UnitOfInformation.BYTES),
    }
)
AI_SCHEMA: Final = PAYLOAD_SCHEMA.extend(
    {
        vol.Required(CONF_INTERVAL, default=_LIMITS.interval / 60): _number(1, 1440, UnitOfTime.MINUTES),
        vol.Required(CONF_DEADLINE, default=_LIMITS.deadline): _number(2, 120, UnitOfTime.SECONDS),
        vol.Required(CONF_CALLS, default=_LIMITS.budget.calls_a_day): _number(0, 1440),
        vol.Required(CONF_TOKENS, default=_LIMITS.budget.tokens_a_day): _number(0, 100_000_000),
        vol.Optional(CONF_MONEY): _number(0, 100_000, step=0.01),
        vol.Optional(CONF_INPUT_PRICE): _number(0, 10_000, step=0.001),
        vol.Optional(CONF_OUTPUT_PRICE): _number(0, 10_000, step=0.001),
    }
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
        vol.Required(CONF_ALLOW_AUTOMATIONS, default=False): BooleanSelector(),
        vol.Optional(CONF_AI): section(AI_SCHEMA, {"collapsed": True}),
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
    """Asks for these; the running jobs, the zones and whoever asks the AI follow without a restart."""

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
                    CONF_ALLOW_AUTOMATIONS: user_input[CONF_ALLOW_AUTOMATIONS],
                }
                data |= {name: user_input[name] for name in (CONF_WEATHER, CONF_AI) if name in user_input}
                ai = user_input.get(CONF_AI, {})
                if (CONF_INPUT_PRICE in ai) is (CONF_OUTPUT_PRICE in ai):
                    return self.async_create_entry(data=data)
                errors["base"] = "price_incomplete"
            else:
                errors["base"] = "features_before_events"
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(OPTIONS_SCHEMA, user_input or self.config_entry.options),
            errors=errors,
        )
