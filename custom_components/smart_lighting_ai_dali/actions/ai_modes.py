"""Actions for what an AI may do in zones."""

from datetime import date
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..advisor.gate import LEAST_DAYS
from ..advisor.report_card import ReportCard, rounded
from ..control.zone_control import ZoneControl
from ..services import site_of
from .action import Action, Who
from .zones import require_control, zones_of_devices

SERVICE_ALLOW_AI: Final = "allow_ai"
SERVICE_GET_REPORT_CARD: Final = "get_report_card"
SERVICE_ACCEPT_PLAN: Final = "accept_plan"
SERVICE_DECLINE_PLAN: Final = "decline_plan"

ATTR_REASON: Final = "reason"
# What a person writes down why, in letters.
_LONGEST_REASON: Final = 200

_ZONES: Final = {vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, vol.Length(min=1), [cv.string])}
_ALLOW_SCHEMA: Final = vol.Schema(
    {**_ZONES, vol.Required(ATTR_REASON): vol.All(cv.string, vol.Strip, vol.Length(min=1, max=_LONGEST_REASON))}
)


async def allow_ai(call: ServiceCall) -> None:
    """Let the AI plan for zones by itself, whatever their report cards say."""
    modes = site_of(call.hass).ai_planner.modes
    for zone in zones_of_devices(call.hass, call.data[ATTR_DEVICE_ID]):
        modes.async_allow(zone, call.data[ATTR_REASON], call.context)
    await site_of(call.hass).ai_planner.async_keep()


async def accept_plan(call: ServiceCall) -> None:
    """Accept the plans that wait for zones."""
    await _answer(call, accepted=True)


async def decline_plan(call: ServiceCall) -> None:
    """Decline them."""
    await _answer(call, accepted=False)


async def get_report_card(call: ServiceCall) -> ServiceResponse:
    """Return the report cards of zones, day by day, and how sure they are."""
    site = site_of(call.hass)
    chosen = call.data.get(ATTR_DEVICE_ID)
    zones = list(site.control.zones.values()) if chosen is None else zones_of_devices(call.hass, chosen)
    cards = [(zone, site.ai_planner.memory.cards.get(zone.key, ReportCard())) for zone in zones]
    # How sure they are takes milliseconds for each.
    reports = await call.hass.async_add_executor_job(lambda: [_report(zone, card) for zone, card in cards])
    return {"zones": [*reports]}


def _report(zone: ZoneControl, card: ReportCard) -> JsonObjectType:
    """Return a report card as JSON; what is not known is None."""
    summary = card.summary()
    found = summary.difference
    return {
        "zone": zone.name,
        "ai_mode": zone.memory.ai_mode.value,
        "verdict": summary.verdict.value,
        "may_plan": card.may_plan,
        "days": summary.days,
        "counting_days": len(card.counting),
        "needed_days": LEAST_DAYS,
        "rules_score": rounded(summary.rules_score),
        "ai_score": rounded(summary.ai_score),
        "difference": None
        if found is None
        else {"mean": rounded(found.mean), "low": rounded(found.low), "high": rounded(found.high)},
        **summary.rates(),
        "cost_a_day": rounded(summary.cost_a_day, 6),
        "by_day": [
            {
                "date": date.fromordinal(one.day).isoformat(),
                "rules": {**one.rules.as_dict()},
                "ai": {**one.ai.as_dict()},
            }
            for one in card.days
        ],
    }


async def _answer(call: ServiceCall, *, accepted: bool) -> None:
    zones, planner = zones_of_devices(call.hass, call.data[ATTR_DEVICE_ID]), site_of(call.hass).ai_planner
    for zone in zones:
        await require_control(call, zone)
    for zone in zones:
        planner.modes.async_answer(zone, call.context, accepted=accepted)
    await planner.async_keep()


AI_MODE_ACTIONS: Final = (
    Action(name=SERVICE_ALLOW_AI, run=allow_ai, schema=_ALLOW_SCHEMA, audited=True),
    Action(name=SERVICE_ACCEPT_PLAN, run=accept_plan, schema=vol.Schema(_ZONES), who=Who.CONTROLLERS),
    Action(name=SERVICE_DECLINE_PLAN, run=decline_plan, schema=vol.Schema(_ZONES), who=Who.CONTROLLERS),
    Action(
        name=SERVICE_GET_REPORT_CARD,
        run=get_report_card,
        schema=vol.Schema({vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])}),
        response=SupportsResponse.ONLY,
    ),
)
