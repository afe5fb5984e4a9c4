"""What an AI may do in each zone: who lets it, what of its plans the zone follows, and when that is taken back."""

from collections.abc import Mapping
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError

from ..advisor.advice import Advice, Stance, is_alike
from ..advisor.gate import LEAST_DAYS
from ..advisor.report_card import ReportCard, Summary, rounded
from ..advisor.standing import Verdict
from ..const import DOMAIN, PACKAGE
from ..control.explanation import mode_decision
from ..control.zone_control import ZoneControl
from ..control.zone_memory import AiMode
from ..issues.ai import (
    async_clear_earned,
    async_clear_suggestion,
    async_clear_taken_back,
    async_report_earned,
    async_report_suggestion,
    async_report_taken_back,
)
from ..zones.daypart import Daypart, daypart_of
from ..zones.plan import Plan
from .inputs import rules_plan

if TYPE_CHECKING:
    from ..control.decision_log import DecisionLog
    from ..control_service import ControlService
    from .store import AiMemory

_LOGGER = logging.getLogger(f"{PACKAGE}.openai_client")

EVENT_AI_MODE: Final = f"{DOMAIN}_ai_mode"
EVENT_AI_EARNED: Final = f"{DOMAIN}_ai_earned"
EVENT_SUGGESTION: Final = f"{DOMAIN}_suggestion"

# Why a zone has another mode.
_CHOSEN, _ALLOWED, _TAKEN_BACK = "chosen", "allowed", "taken_back"
# What somebody answered to a plan.
_ACCEPTED, _DECLINED = "accepted", "declined"
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
        self.waiting: dict[str, Plan] = {}
        """Those that wait for a person, by the keys of their zones."""

    @callback
    def async_start(self, memory: AiMemory) -> None:
        """Begin with what was kept."""
        self._memory = memory

    @callback
    def async_stop(self) -> None:
        """Wait for nobody's answer any more."""
        for key in tuple(self.waiting):
            self.async_withdraw(key)

    def card_of(self, key: str) -> ReportCard:
        """Return the report card of a zone, by its key. Raises RuntimeError before what is kept was read."""
        return self._kept.cards.setdefault(key, ReportCard())

    @property
    def _kept(self) -> AiMemory:
        if self._memory is None:
            raise RuntimeError("What the AI planner keeps was not read yet")
        return self._memory

    # Who lets it

    async def async_choose(self, zone: ZoneControl, mode: AiMode, context: Context | None) -> None:
        """Take what somebody lets the AI do. Raises ServiceValidationError where it has to earn that first."""
        card = self.card_of(zone.key)
        if mode is AiMode.AUTO and not card.may_plan:
            # How sure the card is takes milliseconds.
            raise _not_earned(zone.name, card, await self._hass.async_add_executor_job(card.summary))
        async_clear_taken_back(self._hass, zone.key)
        async_clear_earned(self._hass, zone.key)
        if mode is not zone.memory.ai_mode:
            self._set(zone, mode, _CHOSEN, context)

    @callback
    def async_allow(self, zone: ZoneControl, why: str, context: Context) -> None:
        """Let the AI plan for a zone by itself, whatever its card says: an administrator wants it, and says why."""
        card = self.card_of(zone.key)
        _LOGGER.info(
            "zone=%r ai_mode=auto gate=overridden verdict=%s detail=%r days=%d user_id=%s",
            zone.name,
            card.verdict.value,
            why,
            len(card.counting),
            context.user_id,
        )
        card.override_gate()
        async_clear_taken_back(self._hass, zone.key)
        self._set(zone, AiMode.AUTO, _ALLOWED, context, why)

    @callback
    def async_check(self, zone: ZoneControl) -> None:
        """Take a zone back that the AI has not earned any more, and tell once of one that it has."""
        card = self.card_of(zone.key)
        if card.may_plan:
            self._tell_of(zone, card)
            return
        if card.was_told:
            card.was_told = False
            async_clear_earned(self._hass, zone.key)
        if zone.memory.ai_mode is not AiMode.AUTO:
            return
        _LOGGER.warning(
            "zone=%r ai_mode=shadow verdict=%s hint='it follows its rules again; its report card says why'",
            zone.name,
            card.verdict.value,
        )
        async_report_taken_back(self._hass, zone.key, zone.name)
        self._set(zone, AiMode.SHADOW, _TAKEN_BACK, None)

    def _tell_of(self, zone: ZoneControl, card: ReportCard) -> None:
        """Tell that the AI has earned a zone: nobody would look for it in the list of modes."""
        if card.was_told or card.verdict is not Verdict.PROMOTED:
            return
        card.was_told = True
        if zone.memory.ai_mode is AiMode.AUTO:
            return
        said = card.figures()
        _LOGGER.info(
            "zone=%r ai_gate=passed days=%d ai_score=%s rules_score=%s hint='it can be chosen to plan by itself'",
            zone.name,
            said.days,
            rounded(said.ai_score, 1),
            rounded(said.rules_score, 1),
        )
        async_report_earned(self._hass, zone.key, zone.name, said)
        self._hass.bus.async_fire(
            EVENT_AI_EARNED,
            self._control.naming_of(zone)
            | {"days": said.days, "ai_score": rounded(said.ai_score), "rules_score": rounded(said.rules_score)},
        )

    @callback
    def async_forget(self, key: str) -> None:
        """Forget a zone that is gone."""
        self.async_withdraw(key)
        async_clear_taken_back(self._hass, key)
        async_clear_earned(self._hass, key)

    def _set(
        self, zone: ZoneControl, mode: AiMode, reason: str, context: Context | None, why: str | None = None
    ) -> None:
        """Change the mode, keep that in the record of decisions, and say so."""
        context = context or Context()
        before, verdict = zone.memory.ai_mode, self.card_of(zone.key).verdict
        chosen: dict[str, Any] = {"ai_mode": mode.value, "before": before.value, "verdict": verdict.value}
        if why is not None:
            chosen["why"] = why
        self._record(zone, reason, chosen, context)
        self._hass.bus.async_fire(
            EVENT_AI_MODE,
            self._control.naming_of(zone) | {"mode": mode.value, "before": before.value, "reason": reason},
            context=context,
        )
        self._control.async_set_ai_mode(zone.key, mode)
        self._follow(zone)

    def _record(self, zone: ZoneControl, reason: str, chosen: dict[str, Any], context: Context) -> None:
        """Keep with the decisions of a zone what somebody wants of the AI there."""
        if context.user_id is not None:
            chosen["user_id"] = context.user_id
        at = zone.clock.wall(zone.clock.now())
        self._log.add(mode_decision(zone.key, at, reason, chosen, light=zone.reflex.light, context=context.id))

    # What comes of it

    @callback
    def async_follow(self, plans: Mapping[str, Plan]) -> None:
        """Have zones follow the plans that are in force, by their keys, as far as they may."""
        self._plans = plans
        for zone in tuple(self._control.zones.values()):
            self._follow(zone)

    def _follow(self, zone: ZoneControl) -> None:
        plan, mode = self._plans.get(zone.key), zone.memory.ai_mode
        if plan is None or mode is not AiMode.ADVISE:
            self.async_withdraw(zone.key)
            zone.async_follow_ai(plan if mode is AiMode.AUTO else None)
        else:
            zone.async_follow_ai(plan if self._is_accepted(zone, plan) else None)

    # What waits for a person

    @callback
    def async_answer(self, zone: ZoneControl, context: Context, *, accepted: bool) -> None:
        """Take a person's answer to the plan that waits. Raises ServiceValidationError where none does."""
        if (plan := self.waiting.get(zone.key)) is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="ai_no_plan_waits",
                translation_placeholders={"zone": zone.name},
            )
        now, asked = zone.clock.now(), self.card_of(zone.key).asked
        asked.taken += accepted
        asked.declined += not accepted
        self._advice_of(zone).answered(plan, _daypart(zone, now), now, accepted=accepted)
        self._record(
            zone, _ACCEPTED if accepted else _DECLINED, {"ai_mode": AiMode.ADVISE.value} | _said(plan), context
        )
        self.async_withdraw(zone.key)
        self._follow(zone)

    def _advice_of(self, zone: ZoneControl) -> Advice:
        return self._kept.advice.setdefault(zone.key, Advice())

    def _is_accepted(self, zone: ZoneControl, plan: Plan) -> bool:
        """Tell whether a plan like this was accepted; ask about it where nobody said anything yet."""
        now = zone.clock.now()
        rules = rules_plan(zone, now)
        is_over = plan.expires is not None and zone.clock.wall(now) >= plan.expires
        stance = Stance.LEAVE if is_over else self._advice_of(zone).stance(plan, rules, _daypart(zone, now), now)
        if stance is Stance.ASK:
            self._suggest(zone, plan, rules)
        else:
            self.async_withdraw(zone.key)
        return stance is Stance.FOLLOW

    def _suggest(self, zone: ZoneControl, plan: Plan, rules: Plan) -> None:
        """Let a plan wait for a person; one that hardly differs from what waits already is not told again."""
        before = self.waiting.get(zone.key)
        self.waiting[zone.key] = plan
        if before is not None and is_alike(before, plan):
            return
        async_report_suggestion(self._hass, zone.key, zone.name, plan, rules)
        self._hass.bus.async_fire(
            EVENT_SUGGESTION, self._control.naming_of(zone) | {"plan": _said(plan), "rules": _said(rules)}
        )

    @callback
    def async_withdraw(self, key: str) -> None:
        """Let no plan wait for a zone."""
        if self.waiting.pop(key, None) is not None:
            async_clear_suggestion(self._hass, key)


def _daypart(zone: ZoneControl, at: float) -> Daypart:
    return daypart_of(at, zone.reflex.place.time_zone)


def _said(plan: Plan) -> dict[str, Any]:
    """Return a plan as actions have it."""
    return {
        "mode": plan.mode.value,
        "target_lux": round(plan.target_lux, 1),
        "color_temp_kelvin": plan.colour_temperature,
        "hold": round(plan.hold),
    }


def _not_earned(name: str, card: ReportCard, summary: Summary) -> ServiceValidationError:
    """Return what says what is missing."""
    found = summary.difference
    placeholders = {"zone": name, "days": str(len(card.counting)), "needed": str(LEAST_DAYS)}
    if found is not None:
        placeholders |= {"gain": f"{found.mean:+.1f}", "low": f"{found.low:+.1f}", "high": f"{found.high:+.1f}"}
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=_MISSING[summary.verdict], translation_placeholders=placeholders
    )
