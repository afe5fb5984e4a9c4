"""What an AI may do in each zone: who lets it, what of its plans the zone follows, and when that is taken back."""

from collections.abc import Mapping
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError

from .advisor.gate import LEAST_DAYS
from .advisor.report_card import ReportCard, Verdict
from .ai_issues import async_clear_taken_back, async_report_taken_back
from .const import DOMAIN
from .explanation import mode_decision
from .zone_control import ZoneControl
from .zone_memory import AiMode
from .zones.plan import Plan

if TYPE_CHECKING:
    from .ai_store import AiMemory
    from .control_service import ControlService
    from .decision_log import DecisionLog

_LOGGER = logging.getLogger(__name__)

EVENT_AI_MODE: Final = f"{DOMAIN}_ai_mode"

# Why a zone has another mode.
_CHOSEN, _ALLOWED, _TAKEN_BACK = "chosen", "allowed", "taken_back"
# What is missing where a zone was not earned, by what its card says.
_MISSING: Final = {
    Verdict.COLLECTING: "ai_gate_collecting",
    Verdict.NOT_BETTER: "ai_gate_not_better",
    Verdict.DEMOTED: "ai_gate_demoted",
}


class AiModes:
    """The modes of all zones, and the plans that follow of them."""

    def __init__(self, hass: HomeAssistant, control: ControlService, log: DecisionLog) -> None:
        self._hass = hass
        self._control = control
        self._log = log
        self._memory: AiMemory | None = None
        self._plans: Mapping[str, Plan] = {}
        """Those that are in force, as they were told last."""

    @callback
    def async_start(self, memory: AiMemory) -> None:
        """Begin with what was kept."""
        self._memory = memory

    def card_of(self, key: str) -> ReportCard:
        """Return the report card of a zone, by its key. Raises RuntimeError before what is kept was read."""
        if self._memory is None:
            raise RuntimeError("What the AI planner keeps was not read yet")
        return self._memory.cards.setdefault(key, ReportCard())

    # Who lets it

    @callback
    def async_choose(self, zone: ZoneControl, mode: AiMode, context: Context | None) -> None:
        """Take what somebody lets the AI do. Raises ServiceValidationError where it has to earn that first."""
        card = self.card_of(zone.key)
        if mode is AiMode.AUTO and not card.may_plan:
            raise _not_earned(zone.name, card)
        async_clear_taken_back(self._hass, zone.key)
        if mode is not zone.memory.ai_mode:
            self._set(zone, mode, _CHOSEN, context)

    @callback
    def async_allow(self, zone: ZoneControl, why: str, context: Context) -> None:
        """Let the AI plan for a zone by itself, whatever its card says: an administrator wants it, and says why."""
        card = self.card_of(zone.key)
        _LOGGER.info(
            "zone=%s ai_mode=auto gate=overridden user_id=%s verdict=%s days=%d reason=%r",
            zone.name,
            context.user_id,
            card.verdict.value,
            len(card.counting),
            why,
        )
        card.override_gate()
        async_clear_taken_back(self._hass, zone.key)
        self._set(zone, AiMode.AUTO, _ALLOWED, context, why)

    @callback
    def async_check(self, zone: ZoneControl) -> None:
        """Take a zone back that the AI has not earned any more."""
        card = self.card_of(zone.key)
        if zone.memory.ai_mode is not AiMode.AUTO or card.may_plan:
            return
        _LOGGER.warning("zone=%s ai_mode=shadow verdict=%s: it follows its rules again", zone.name, card.verdict.value)
        async_report_taken_back(self._hass, zone.key, zone.name)
        self._set(zone, AiMode.SHADOW, _TAKEN_BACK, None)

    @callback
    def async_forget(self, key: str) -> None:
        """Forget a zone that is gone."""
        async_clear_taken_back(self._hass, key)

    def _set(
        self, zone: ZoneControl, mode: AiMode, reason: str, context: Context | None, why: str | None = None
    ) -> None:
        """Change the mode, keep that in the record of decisions, and say so."""
        context = context or Context()
        before, verdict = zone.memory.ai_mode, self.card_of(zone.key).verdict
        chosen: dict[str, Any] = {"ai_mode": mode.value, "before": before.value, "verdict": verdict.value}
        if why is not None:
            chosen["why"] = why
        if context.user_id is not None:
            chosen["user_id"] = context.user_id
        at = zone.clock.wall(zone.clock.now())
        self._log.add(mode_decision(zone.key, at, reason, chosen, light=zone.reflex.light, context=context.id))
        self._hass.bus.async_fire(
            EVENT_AI_MODE,
            self._control.naming_of(zone) | {"mode": mode.value, "before": before.value, "reason": reason},
            context=context,
        )
        self._control.async_set_ai_mode(zone.key, mode)
        self._follow(zone)

    # What comes of it

    @callback
    def async_follow(self, plans: Mapping[str, Plan]) -> None:
        """Have zones follow the plans that are in force, by their keys, as far as they may."""
        self._plans = plans
        for zone in tuple(self._control.zones.values()):
            self._follow(zone)

    def _follow(self, zone: ZoneControl) -> None:
        zone.async_follow_ai(self._plans.get(zone.key) if zone.memory.ai_mode is AiMode.AUTO else None)


def _not_earned(name: str, card: ReportCard) -> ServiceValidationError:
    """Return what says what is missing."""
    found = card.summary().difference
    placeholders = {"zone": name, "days": str(len(card.counting)), "needed": str(LEAST_DAYS)}
    if found is not None:
        placeholders |= {"gain": f"{found.mean:+.1f}", "low": f"{found.low:+.1f}", "high": f"{found.high:+.1f}"}
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=_MISSING[card.verdict], translation_placeholders=placeholders
    )
