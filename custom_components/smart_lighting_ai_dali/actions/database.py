"""Actions for what was collected: condense it now, prune it, read it."""

from datetime import timedelta
from functools import partial
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
from sqlalchemy import Connection
import voluptuous as vol

from ..db.instants import milliseconds
from ..db.queries import Feature, read_features, read_statistics
from ..db.rollups import Period, roll_up
from ..db.signals import GAP_BINS, Input, Statistic
from ..feature_engineering import Anew
from ..services import ATTR_END, ATTR_START, database_errors, site_of, span_of
from .action import Action

SERVICE_AGGREGATE_NOW: Final = "aggregate_now"
SERVICE_PURGE_NOW: Final = "purge_now"
SERVICE_GET_FEATURES: Final = "get_features"

ATTR_ZONES: Final = "zones"
ATTR_PERIOD: Final = "period"
ATTR_DESPITE_CLOCK: Final = "despite_clock"
_FIVE_MINUTES: Final = "5minute"
# A day of twelve zones with three signals each.
_MOST_FEATURES: Final = 10_000

_SPAN: Final = {vol.Optional(ATTR_START): cv.datetime, vol.Optional(ATTR_END): cv.datetime}
_AGGREGATE_SCHEMA: Final = vol.Schema({**_SPAN, vol.Optional(ATTR_ZONES): vol.All(cv.ensure_list, [cv.string])})
_FEATURES_SCHEMA: Final = _AGGREGATE_SCHEMA.extend(
    {vol.Optional(ATTR_PERIOD, default=_FIVE_MINUTES): vol.In([_FIVE_MINUTES, *(one.value for one in Period)])}
)
_PURGE_SCHEMA: Final = vol.Schema({vol.Optional(ATTR_DESPITE_CLOCK, default=False): cv.boolean})


@database_errors
async def aggregate_now(call: ServiceCall) -> ServiceResponse:
    """Condense anew what was collected, and say what came of it."""
    start, end = span_of(call)
    anew = Anew(start=start, end=end, zones=call.data.get(ATTR_ZONES, ()))
    result = await site_of(call.hass).feature_engineering.async_aggregate_now(anew)
    return {
        "windows": result.windows,
        "rows": result.rows,
        "duration": result.seconds,
        "zones_without_features": list(result.zones_without_features),
    }


@database_errors
async def purge_now(call: ServiceCall) -> ServiceResponse:
    """Delete what is older than it has to be kept."""
    pruned = await site_of(call.hass).retention.async_purge_now(despite_clock=call.data[ATTR_DESPITE_CLOCK])
    return {"events": pruned.events, "features": pruned.features, "decisions": pruned.decisions}


@database_errors
async def get_features(call: ServiceCall) -> ServiceResponse:
    """Return the features of a span of time, the last hour where none is given."""
    start, end = span_of(call)
    end = end or dt_util.utcnow()
    start = start or end - timedelta(hours=1)
    features, statistics = await site_of(call.hass).database.async_read(
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


DATABASE_ACTIONS: Final = (
    Action(
        name=SERVICE_AGGREGATE_NOW,
        run=aggregate_now,
        schema=_AGGREGATE_SCHEMA,
        response=SupportsResponse.OPTIONAL,
        audited=True,
    ),
    Action(
        name=SERVICE_PURGE_NOW,
        run=purge_now,
        schema=_PURGE_SCHEMA,
        response=SupportsResponse.OPTIONAL,
        # What is old enough is deleted every night; only where the clock is in doubt more than that may be gone.
        is_lasting=lambda data: bool(data[ATTR_DESPITE_CLOCK]),
        audited=True,
        single=True,
    ),
    Action(name=SERVICE_GET_FEATURES, run=get_features, schema=_FEATURES_SCHEMA, response=SupportsResponse.ONLY),
)
