"""Actions for zones: ask why, decide now, end what people chose, and set a plan of one's own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import config_validation as cv, device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import DOMAIN
from ..control.explanation import decision_of, explain_decision, percent_of
from ..control.zone_choices import override_details, override_words
from ..control.zone_control import ZoneControl
from ..db.decisions import Decision, Outcome, read_decisions
from ..db.instants import milliseconds
from ..services import ATTR_END, ATTR_START, database_errors, site_of, span_of
from ..site import Site
from ..zones.learning import Subject
from ..zones.plan import Mode, Plan, Planner, Reason
from .action import Action, Who

SERVICE_EXPLAIN: Final = "explain"
SERVICE_GET_DECISIONS: Final = "get_decisions"
SERVICE_DECIDE_NOW: Final = "decide_now"
SERVICE_RELEASE_OVERRIDE: Final = "release_override"
SERVICE_SET_PLAN: Final = "set_plan"

ATTR_TIME: Final = "time"
ATTR_MODE: Final = "mode"
ATTR_TARGET_LUX: Final = "target_lux"
ATTR_COLOUR_TEMPERATURE: Final = "color_temp_kelvin"
ATTR_HOLD: Final = "hold"
ATTR_DURATION: Final = "duration"
# Beside the modes of a plan: no plan of a user's any more.
MODE_RULES: Final = "rules"
# A day of fifty zones that are busy.
_MOST_DECISIONS: Final = 5000
# Whoever asks about an instant means the change before it, however long ago that was within this.
_LOOK_BACK: Final = timedelta(days=1)
# When people come, go and sleep is kept encrypted, and told to administrators.
_OF_PEOPLE: Final = frozenset({Subject.PRESENCE, Subject.SLEEP})

_ZONES: Final = {vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, vol.Length(min=1), [cv.string])}
_ZONE: Final = {vol.Required(ATTR_DEVICE_ID): cv.string}
_EXPLAIN_SCHEMA: Final = vol.Schema({**_ZONE, vol.Optional(ATTR_TIME): cv.datetime})
_DECISIONS_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_START): cv.datetime,
        vol.Optional(ATTR_END): cv.datetime,
        vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string]),
    }
)
_PLAN_SCHEMA: Final = vol.Schema(
    {
        **_ZONES,
        vol.Optional(ATTR_MODE, default=Mode.PRESENCE.value): vol.In([MODE_RULES, *(mode.value for mode in Mode)]),
        vol.Optional(ATTR_TARGET_LUX): vol.All(vol.Coerce(float), vol.Range(min=0, max=100_000)),
        vol.Optional(ATTR_COLOUR_TEMPERATURE): vol.All(vol.Coerce(int), vol.Range(min=1000, max=20_000)),
        vol.Optional(ATTR_HOLD): vol.All(cv.time_period, cv.positive_timedelta),
        vol.Optional(ATTR_DURATION, default=timedelta(hours=1)): vol.All(cv.time_period, cv.positive_timedelta),
    }
)


async def _is_administrator(call: ServiceCall) -> bool:
    """Tell whether an administrator calls, or an automation without a user, which administrators make."""
    if not call.context.user_id:
        return True
    user = await call.hass.auth.async_get_user(call.context.user_id)
    return user is not None and user.is_admin


@database_errors
async def explain(call: ServiceCall) -> ServiceResponse:
    """Say why the light of a zone is as it is, or was at an instant."""
    (zone,) = zones_of_devices(call.hass, [call.data[ATTR_DEVICE_ID]])
    if (at := call.data.get(ATTR_TIME)) is not None:
        return await _explain_then(call.hass, zone, at)
    tells_all = await _is_administrator(call)
    decision, action, reflex = None, zone.reflex.last_action, zone.reflex
    words = override_words(zone)
    if action is not None:
        context = "" if zone.context is None else zone.context.id
        held = reflex.overrides.held
        chosen = [one.attribute for one in held if one.since <= action.time]
        on_the_wall = replace(action, time=zone.clock.wall(action.time))
        decision = decision_of(zone.key, on_the_wall, chosen=chosen, context=context)
        text = explain_decision(decision)
        is_older = any(one.since > action.time for one in held)
        words.append(f"Before that, {text[0].lower()}{text[1:]}" if is_older else text)
    return {
        "zone": zone.name,
        "occupied": reflex.is_occupied,
        "automatic": reflex.is_automatic,
        "target_lux": round(reflex.target_lux, 1),
        "brightness_pct": percent_of(reflex.light),
        "color_temp_kelvin": reflex.colour_temperature,
        "overrides": [{"attribute": key, **one} for key, one in override_details(zone).items()],
        "explanation": " ".join(words) or "The zone has changed nothing since it started.",
        "decision": None if decision is None else _as_json(decision, zone.name),
        "learned": {
            key: {**value} for key, value in reflex.learning.explain().items() if tells_all or key not in _OF_PEOPLE
        },
    }


@database_errors
async def get_decisions(call: ServiceCall) -> ServiceResponse:
    """Return what zones decided in a span of time, the last day where none is given, the newest first."""
    start, end = span_of(call)
    end = end or dt_util.utcnow()
    zones = zones_of_devices(call.hass, call.data[ATTR_DEVICE_ID]) if ATTR_DEVICE_ID in call.data else None
    found = await _read(call.hass, start=start or end - _LOOK_BACK, end=end, zones=zones, most=_MOST_DECISIONS + 1)
    names = {key: zone.name for key, zone in site_of(call.hass).control.zones.items()}
    return {
        "decisions": [_as_json(one, names.get(one.zone, one.zone)) for one in found[:_MOST_DECISIONS]],
        "complete": len(found) <= _MOST_DECISIONS,
    }


async def decide_now(call: ServiceCall) -> ServiceResponse:
    """Have zones decide at once, and say what they aim at."""
    zones = zones_of_devices(call.hass, call.data[ATTR_DEVICE_ID])
    for zone in zones:
        zone.async_decide(call.context)
    return {
        "zones": [
            {
                "zone": zone.name,
                "target_lux": round(zone.reflex.target_lux, 1),
                "light": round(zone.reflex.light, 4),
                "reason": None if (action := zone.reflex.last_action) is None else action.reason.value,
            }
            for zone in zones
        ]
    }


async def release_override(call: ServiceCall) -> None:
    """End what people chose in zones."""
    zones = zones_of_devices(call.hass, call.data[ATTR_DEVICE_ID])
    for zone in zones:
        await require_control(call, zone)
    for zone in zones:
        zone.async_release(call.context)


async def set_plan(call: ServiceCall) -> None:
    """Have zones follow a plan of the user's for a while; the limits of each zone hold for it, too."""
    for zone in zones_of_devices(call.hass, call.data[ATTR_DEVICE_ID]):
        zone.async_set_plan(_plan(call, zone), call.context)


def _plan(call: ServiceCall, zone: ZoneControl) -> Plan | None:
    """Return the plan that a call asks for: what it does not say stays as it is planned now; None is the rules."""
    if call.data[ATTR_MODE] == MODE_RULES:
        return None
    now, hold = zone.reflex.plan, call.data.get(ATTR_HOLD)
    return Plan(
        planner=Planner.USER,
        mode=Mode(call.data[ATTR_MODE]),
        target_lux=min(zone.settings.limits.most_lux, call.data.get(ATTR_TARGET_LUX, now.target_lux)),
        colour_temperature=call.data.get(ATTR_COLOUR_TEMPERATURE, now.colour_temperature),
        hold=now.hold if hold is None else hold.total_seconds(),
        reason=Reason.PLAN,
        expires=zone.clock.now() + call.data[ATTR_DURATION].total_seconds(),
    )


async def _explain_then(hass: HomeAssistant, zone: ZoneControl, at: datetime) -> JsonObjectType:
    """Say why the light of a zone was as it was: what was known then of people and sensors is in the decision."""
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt_util.get_default_time_zone())
    end = at + timedelta(milliseconds=1)
    found = await _read(hass, start=at - _LOOK_BACK, end=end, zones=[zone], most=_MOST_DECISIONS)
    last = next((one for one in found if one.outcome is not Outcome.AI_MODE), None)
    return {
        "zone": zone.name,
        "explanation": "No change of the light is known of the day before." if last is None else explain_decision(last),
        "decision": None if last is None else _as_json(last, zone.name),
    }


async def _read(
    hass: HomeAssistant, *, start: datetime, end: datetime, zones: list[ZoneControl] | None, most: int
) -> list[Decision]:
    """Return decisions of a span of time, those that wait to be written included. Raises DatabaseUnavailableError."""
    site = site_of(hass)
    await site.decisions.async_flush()
    return await site.database.async_read(
        "get decisions",
        partial(
            read_decisions,
            start_ms=milliseconds(start),
            end_ms=milliseconds(end),
            zones=None if zones is None else [zone.key for zone in zones],
            most=most,
        ),
    )


def _as_json(decision: Decision, name: str) -> JsonObjectType:
    return {
        "time": dt_util.utc_from_timestamp(decision.time_ms / 1000).isoformat(),
        "zone": name,
        "planner": Planner(decision.planner).name.lower(),
        "reason": decision.reason,
        "outcome": decision.outcome.name.lower(),
        "error": decision.error,
        "light_before": round(decision.light_before, 5),
        "light": round(decision.light, 5),
        "plan": {**decision.plan},
        "confidence": decision.confidence,
        "clamps": [*decision.clamps],
        "inputs": {**decision.inputs},
        "inputs_hash": decision.inputs_hash,
        "context_id": decision.context,
    }


async def require_control(call: ServiceCall, zone: ZoneControl) -> None:
    """Raise Unauthorized where a user may not press the zone's own button."""
    if call.context.user_id is None:
        return
    user = await call.hass.auth.async_get_user(call.context.user_id)
    button = er.async_get(call.hass).async_get_entity_id("button", DOMAIN, f"{zone.key}_release")
    if user is None or button is None or not user.permissions.check_entity(button, POLICY_CONTROL):
        raise Unauthorized(context=call.context, entity_id=button, permission=POLICY_CONTROL)


def zones_of_devices(hass: HomeAssistant, device_ids: list[str]) -> list[ZoneControl]:
    """Return the zones whose devices these are."""
    site = site_of(hass)
    return [zone for device_id in device_ids for zone in _zone(hass, site, device_id)]


def _zone(hass: HomeAssistant, site: Site, device_id: str) -> Iterator[ZoneControl]:
    device = dr.async_get(hass).async_get(device_id)
    for domain, key in device.identifiers if device is not None else ():
        if domain == DOMAIN and key in site.control.zones:
            yield site.control.zones[key]
            return
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="zone_missing")


ZONE_ACTIONS: Final = (
    Action(
        name=SERVICE_EXPLAIN,
        run=explain,
        schema=_EXPLAIN_SCHEMA,
        who=Who.EVERYBODY,
        response=SupportsResponse.ONLY,
    ),
    Action(name=SERVICE_GET_DECISIONS, run=get_decisions, schema=_DECISIONS_SCHEMA, response=SupportsResponse.ONLY),
    Action(name=SERVICE_DECIDE_NOW, run=decide_now, schema=vol.Schema(_ZONES), response=SupportsResponse.OPTIONAL),
    Action(name=SERVICE_RELEASE_OVERRIDE, run=release_override, schema=vol.Schema(_ZONES), who=Who.CONTROLLERS),
    Action(name=SERVICE_SET_PLAN, run=set_plan, schema=_PLAN_SCHEMA),
)
