"""What actions have in common: the site, the line and the span of time that a call means, and words for errors."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from functools import wraps
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .db.pruning import ClockDoubtfulError
from .db.recorder_tasks import DatabaseUnavailableError
from .feature_engineering import ZoneUnknownError
from .site import Site, async_find_line
from .site_line import SiteLine

ATTR_START: Final = "start"
ATTR_END: Final = "end"


def database_errors[R](
    function: Callable[[ServiceCall], Awaitable[R]],
) -> Callable[[ServiceCall], Coroutine[Any, Any, R]]:
    """Turn trouble with the database into an error that says in the user's language what to do."""

    @wraps(function)
    async def wrapper(call: ServiceCall) -> R:
        try:
            return await function(call)
        except DatabaseUnavailableError as error:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="database_unavailable") from error
        except ZoneUnknownError as error:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_such_zone",
                translation_placeholders={"zones": str(error)},
            ) from error
        except ClockDoubtfulError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="clock_doubtful",
                translation_placeholders={"reason": str(error)},
            ) from error

    return wrapper


def span_of(call: ServiceCall) -> tuple[datetime | None, datetime | None]:
    """Return the span of time that a call names; what has no time zone is in that of Home Assistant."""

    def aware(value: datetime | None) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=dt_util.get_default_time_zone())

    start, end = aware(call.data.get(ATTR_START)), aware(call.data.get(ATTR_END))
    if start is not None and end is not None and end <= start:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="end_before_start")
    return start, end


def site_of(hass: HomeAssistant) -> Site:
    """Return the site that is set up."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        site: Site = entry.runtime_data
        return site
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_site")


def line_of(hass: HomeAssistant, device_id: str) -> SiteLine:
    """Return the line whose device, or one of whose gear, this is."""
    if (line := async_find_line(hass, device_id)) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_such_line")
    return line
