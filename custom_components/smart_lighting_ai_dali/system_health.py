"""The site's card among the system information, in the language of the home."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .dali.events import LineStatus
from .health import Part
from .site import Site


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register the card."""
    del hass
    register.async_register_info(async_system_health, f"/config/integrations/integration/{DOMAIN}")


async def async_system_health(hass: HomeAssistant) -> dict[str, Any]:
    """Return how the site is and what it is made of; all of it is in memory."""
    language = hass.config.language
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        words = await async_get_translations(hass, language, "exceptions", {DOMAIN})
        return {"health": words[f"component.{DOMAIN}.exceptions.no_site.message"]}
    words = await async_get_translations(hass, language, "entity", {DOMAIN})

    def say(sensor: str, state: str) -> str:
        return words.get(f"component.{DOMAIN}.entity.sensor.{sensor}.state.{state}", state)

    site: Site = entries[0].runtime_data
    health = site.health_watch.health
    lines = [line.line for line in site.lines.values()]
    online = sum(line.status is LineStatus.ONLINE for line in lines)
    gear = sum(len(line.gear) for line in lines)
    return {
        "health": say("health", health.status.value),
        "lines": f"{online} / {sum(one.part is Part.LINE for one in health.parts.values())}",
        "gear": f"{gear - sum(line.missing_gear for line in lines)} / {gear}",
        "database": say("database_status", site.database.health.status.value),
        "scheduler": say("scheduler", health.parts[Part.SCHEDULER].code),
        "last_aggregation": site.feature_engineering.finished or "-",
        "weather": say("weather", health.parts[Part.WEATHER].code),
        "profiles": say("profiles", health.parts[Part.PROFILES].code),
        "audit": say("audit", health.parts[Part.AUDIT].code),
        "ai": say("ai_status", site.ai_planner.status.value),
    }
