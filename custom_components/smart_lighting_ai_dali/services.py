"""Actions: for administrators, and for their automations."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
from sqlalchemy import Connection
import voluptuous as vol

from .commissioning_actions import async_register_commissioning_actions
from .const import DOMAIN
from .dali.emergency_state import EMERGENCY, EmergencyTest
from .dali.line import Line
from .db.instants import milliseconds
from .db.pruning import ClockDoubtfulError
from .db.queries import Feature, read_features, read_statistics
from .db.recorder_tasks import DatabaseUnavailableError
from .db.rollups import Period, roll_up
from .db.signals import GAP_BINS, Input, Statistic
from .entity import line_errors
from .feature_engineering import Anew, ZoneUnknownError
from .site import Site, async_find_line
from .site_line import SiteLine

SERVICE_SCAN_LINE: Final = "scan_line"
SERVICE_RESTART_SIMULATOR: Final = "restart_simulator"
SERVICE_START_EMERGENCY_TEST: Final = "start_emergency_test"
SERVICE_STOP_EMERGENCY_TEST: Final = "stop_emergency_test"
SERVICE_AGGREGATE_NOW: Final = "aggregate_now"
SERVICE_PURGE_NOW: Final = "purge_now"
SERVICE_GET_FEATURES: Final = "get_features"

ATTR_TEST: Final = "test"
ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_ZONES: Final = "zones"
ATTR_PERIOD: Final = "period"
ATTR_DESPITE_CLOCK: Final = "despite_clock"
_FIVE_MINUTES: Final = "5minute"
# A day of twelve zones with three signals each.
_MOST_FEATURES: Final = 10_000

_LINE_SCHEMA: Final = vol.Schema({vol.Required(ATTR_DEVICE_ID): cv.string})
_TEST_SCHEMA: Final = _LINE_SCHEMA.extend({vol.Required(ATTR_TEST): vol.All(cv.string, vol.Coerce(EmergencyTest))})
_SPAN: Final = {vol.Optional(ATTR_START): cv.datetime, vol.Optional(ATTR_END): cv.datetime}
_AGGREGATE_SCHEMA: Final = vol.Schema({**_SPAN, vol.Optional(ATTR_ZONES): vol.All(cv.ensure_list, [cv.string])})
_FEATURES_SCHEMA: Final = _AGGREGATE_SCHEMA.extend(
    {vol.Optional(ATTR_PERIOD, default=_FIVE_MINUTES): vol.In([_FIVE_MINUTES, *(one.value for one in Period)])}
)
_PURGE_SCHEMA: Final = vol.Schema({vol.Optional(ATTR_DESPITE_CLOCK, default=False): cv.boolean})


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions."""

    @line_errors
    async def scan_line(call: ServiceCall) -> ServiceResponse:
        """Look for gear and input devices on a line, and say what was found."""
        result = await _line(hass, call).line.scan()
        return {
            "found": len(result.found),
            "new": len(result.new),
            "missing": len(result.missing),
            "shared_addresses": [*sorted(result.shared_addresses)],
            "input_devices": {
                "found": len(result.devices.found),
                "new": len(result.devices.new),
                "missing": len(result.devices.missing),
                "shared_addresses": [*sorted(result.devices.shared_addresses)],
            },
        }

    async def restart_simulator(call: ServiceCall) -> None:
        """Restart a simulated line."""
        if not await _line(hass, call).async_restart_simulator():
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_simulated")

    @line_errors
    async def start_emergency_test(call: ServiceCall) -> None:
        """Test an emergency light."""
        line, key = _emergency_light(hass, call)
        await line.emergency.start_test(key, call.data[ATTR_TEST])

    @line_errors
    async def stop_emergency_test(call: ServiceCall) -> None:
        """End the test of an emergency light."""
        line, key = _emergency_light(hass, call)
        await line.emergency.stop_test(key)

    @database_errors
    async def aggregate_now(call: ServiceCall) -> ServiceResponse:
        """Condense anew what was collected, and say what came of it."""
        start, end = span_of(call)
        anew = Anew(start=start, end=end, zones=call.data.get(ATTR_ZONES, ()))
        result = await site_of(hass).feature_engineering.async_aggregate_now(anew)
        return {
            "windows": result.windows,
            "rows": result.rows,
            "duration": result.seconds,
            "zones_without_features": list(result.zones_without_features),
        }

    @database_errors
    async def purge_now(call: ServiceCall) -> ServiceResponse:
        """Delete what is older than it has to be kept."""
        pruned = await site_of(hass).retention.async_purge_now(despite_clock=call.data[ATTR_DESPITE_CLOCK])
        return {"events": pruned.events, "features": pruned.features, "decisions": pruned.decisions}

    @database_errors
    async def get_features(call: ServiceCall) -> ServiceResponse:
        """Return the features of a span of time, the last hour where none is given."""
        start, end = span_of(call)
        end = end or dt_util.utcnow()
        start = start or end - timedelta(hours=1)
        features, statistics = await site_of(hass).database.async_read(
            "get features",
            partial(
                _read,
                start_ms=milliseconds(start),
                end_ms=milliseconds(end),
                zones=call.data.get(ATTR_ZONES),
                period=call.data[ATTR_PERIOD],
            ),
        )
        return {
            "features": [_feature(one, call.data[ATTR_PERIOD]) for one in features[:_MOST_FEATURES]],
            "statistics": {zone: _statistics(amounts) for zone, amounts in statistics.items()},
            "complete": len(features) <= _MOST_FEATURES,
        }

    optional, only = SupportsResponse.OPTIONAL, SupportsResponse.ONLY
    async_register_admin_service(
        hass, DOMAIN, SERVICE_AGGREGATE_NOW, aggregate_now, _AGGREGATE_SCHEMA, supports_response=optional
    )
    async_register_admin_service(hass, DOMAIN, SERVICE_PURGE_NOW, purge_now, _PURGE_SCHEMA, supports_response=optional)
    async_register_admin_service(
        hass, DOMAIN, SERVICE_GET_FEATURES, get_features, _FEATURES_SCHEMA, supports_response=only
    )
    async_register_admin_service(
        hass, DOMAIN, SERVICE_SCAN_LINE, scan_line, _LINE_SCHEMA, supports_response=SupportsResponse.OPTIONAL
    )
    async_register_admin_service(hass, DOMAIN, SERVICE_RESTART_SIMULATOR, restart_simulator, _LINE_SCHEMA)
    async_register_commissioning_actions(hass)
    async_register_admin_service(hass, DOMAIN, SERVICE_START_EMERGENCY_TEST, start_emergency_test, _TEST_SCHEMA)
    async_register_admin_service(hass, DOMAIN, SERVICE_STOP_EMERGENCY_TEST, stop_emergency_test, _LINE_SCHEMA)


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


def _read(
    connection: Connection, *, start_ms: int, end_ms: int, zones: list[str] | None, period: str
) -> tuple[list[Feature], dict[str, dict[int, int]]]:
    """Return features, one more than may be returned where there are so many, and what whole hours add up to."""
    most = _MOST_FEATURES + 1
    if period == _FIVE_MINUTES:
        features = read_features(connection, start_ms=start_ms, end_ms=end_ms, zones=zones, most=most)
    else:
        features = roll_up(
            connection,
            Period(period),
            start_ms=start_ms,
            end_ms=end_ms,
            zones=zones,
            time_zone=dt_util.get_default_time_zone(),
        )
    return features[:most], read_statistics(connection, start_ms=start_ms, end_ms=end_ms, zones=zones)


def _feature(feature: Feature, period: str) -> JsonObjectType:
    start: JsonObjectType
    if period == Period.TIME_OF_WEEK:
        day, minutes = divmod(feature.start_ms // 60_000, 24 * 60)
        start = {"weekday": day, "time": f"{minutes // 60:02}:{minutes % 60:02}"}
    else:
        start = {"start": dt_util.utc_from_timestamp(feature.start_ms / 1000).isoformat()}
    return start | {
        "zone": feature.zone,
        "signal": feature.signal.name.lower(),
        "events": feature.events,
        "manual_events": feature.manual_events,
        "positive_seconds": round(feature.positive_ms / 1000, 3),
        "known_seconds": round(feature.known_ms / 1000, 3),
        "unknown_seconds": round(feature.unknown_ms / 1000, 3),
        "mean": round(feature.mean, 3),
        "minimum": feature.minimum,
        "maximum": feature.maximum,
    }


def _statistics(amounts: dict[int, int]) -> JsonObjectType:
    """Return what hours add up to, by name; how long a zone was empty as a histogram."""
    named: JsonObjectType = {
        one.name.lower(): amounts.get(one, 0) for one in Statistic if one not in {Statistic.GAPS, Statistic.INPUTS}
    }
    return named | {
        "gaps": [amounts.get(Statistic.GAPS + bin_, 0) for bin_ in range(GAP_BINS)],
        "inputs": {one.name.lower(): amounts.get(Statistic.INPUTS + one, 0) for one in Input},
    }


def site_of(hass: HomeAssistant) -> Site:
    """Return the site that is set up."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        site: Site = entry.runtime_data
        return site
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_site")


def _emergency_light(hass: HomeAssistant, call: ServiceCall) -> tuple[Line, str]:
    """Return the emergency light whose device a call names, and its line."""
    line = _line(hass, call)
    device = dr.async_get(hass).async_get(call.data[ATTR_DEVICE_ID])
    for key, gear in line.line.gear.items():
        identifier = (DOMAIN, f"{line.subentry.subentry_id}_{key}")
        if EMERGENCY in gear.device_types and device is not None and identifier in device.identifiers:
            return line.line, key
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_emergency_light")


def _line(hass: HomeAssistant, call: ServiceCall) -> SiteLine:
    """Return the line whose device, or one of whose gear, a call names."""
    if (line := async_find_line(hass, call.data[ATTR_DEVICE_ID])) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_such_line")
    return line
