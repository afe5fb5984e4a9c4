"""The action `replay`: score the rules on a user's own last days, beside what people have without them."""

from datetime import timedelta
from functools import partial
from typing import Final

from homeassistant.components.weather import DOMAIN as WEATHER
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..control.zone_settings import CONF_AREA, CONF_WEATHER
from ..control.zone_suggestions import zones_of
from ..db.instants import milliseconds
from ..replay.recording import Installation, open_recording
from ..replay.report import answer_of
from ..replay.run import Outcome, Replay
from ..services import database_errors, site_of
from ..site import Site
from ..zones.settings import Place
from .action import Action
from .zones import zones_of_devices

SERVICE_REPLAY: Final = "replay"
ATTR_DAYS: Final = "days"
_WEEK: Final = 7
_YEAR: Final = 365

_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_DAYS, default=_WEEK): vol.All(vol.Coerce(int), vol.Range(min=1, max=_YEAR)),
        vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, vol.Length(min=1), [cv.string]),
    }
)


@database_errors
async def replay(call: ServiceCall) -> ServiceResponse:
    """Play the last days of zones once more, and say how good each controller would have been."""
    site = site_of(call.hass)
    zones = site.control.zones
    if ATTR_DEVICE_ID in call.data:
        chosen = {zone.key for zone in zones_of_devices(call.hass, call.data[ATTR_DEVICE_ID])}
    else:
        chosen = set(zones)
    names = {key: zone.name for key, zone in zones.items()}
    outcome = await _replay(call.hass, site, chosen, days=call.data[ATTR_DAYS])
    if outcome is None or not outcome.zones:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="nothing_recorded",
            translation_placeholders={"days": str(call.data[ATTR_DAYS])},
        )
    answer = answer_of(outcome, names)
    for instant in ("begin", "end", "learned_from"):
        answer[instant] = dt_util.utc_from_timestamp(answer[instant]).isoformat()
    return answer


async def _replay(hass: HomeAssistant, site: Site, chosen: set[str], *, days: int) -> Outcome | None:
    """Play what was recorded up to now; None where nothing was. Raises DatabaseUnavailableError.

    All zones are played, whichever were chosen: who walks from one to another is seen in both. The database is read in
    the recorder's executor and the zones are played in Home Assistant's, a quarter of a day at a time.
    """
    await site.feature_engineering.async_flush()
    end = dt_util.utcnow()
    end_ms = milliseconds(end)
    recording = await site.database.async_read(
        "replay", partial(open_recording, installation=_installation(hass, site), end_ms=end_ms)
    )
    if recording is None:
        return None
    played = Replay(recording.home, begin=(end - timedelta(days=days)).timestamp())
    for start, until in recording.pieces(end_ms):
        happened = await site.database.async_read("replay", partial(recording.read, start_ms=start, end_ms=until))
        await hass.async_add_executor_job(played.take, happened)
    return await hass.async_add_executor_job(played.finish, end.timestamp(), chosen)


def _installation(hass: HomeAssistant, site: Site) -> Installation:
    """Return the zones as they run now."""
    (entry,) = hass.config_entries.async_loaded_entries(DOMAIN)
    weather = entry.options.get(CONF_WEATHER) or min(hass.states.async_entity_ids(WEATHER), default="")
    entity = er.async_get(hass).async_get(weather)
    return Installation(
        zones={key: zone.settings for key, zone in site.control.zones.items()},
        areas={one.subentry_id: one.data[CONF_AREA] for one in zones_of(entry) if CONF_AREA in one.data},
        weather=None if entity is None else entity.id,
        place=Place(
            latitude=hass.config.latitude,
            longitude=hass.config.longitude,
            time_zone=dt_util.get_default_time_zone(),
        ),
    )


REPLAY_ACTIONS: Final = (Action(name=SERVICE_REPLAY, run=replay, schema=_SCHEMA, response=SupportsResponse.ONLY),)
