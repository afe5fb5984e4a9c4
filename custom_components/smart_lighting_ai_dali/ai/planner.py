"""The planner by AI: asks about zones when something has changed, one flight at a time, and keeps what was answered.

No light waits for it, and nothing of it runs at a set-up. What it may do with a zone is the zone's AI mode.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence, Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
import logging
import time
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..advisor.budget import Refusal
from ..advisor.change_gate import ChangeGate, has_changed
from ..advisor.choices import choice_request_of
from ..advisor.circuit_breaker import CircuitBreaker, State
from ..advisor.payload import Batch, Labels, Packed, Question, pack
from ..advisor.prices import DECISION_PRICES, OPENAI_PRICES, Price, price_of
from ..advisor.provider import Answer, FailureKind, ProviderError, Request, Usage
from ..advisor.reply import Reading, Rejection, read_reply
from ..advisor.schema import most_usage, request_of
from ..advisor.snapshot import Moment, ZoneSnapshot
from ..const import PACKAGE
from ..control.zone_control import ZoneControl
from ..control.zone_memory import AiMode
from ..issues.ai import async_clear_budget, async_clear_oversized, async_follow_oversized, async_report_budget
from ..zones.daypart import daypart_of
from ..zones.overrides import Choice
from ..zones.plan import Plan
from ..zones.settings import Place
from .inputs import ChoiceCounts, question_of
from .modes import AiModes
from .provider import AiProvider
from .scoring import AiJudge, card_signal
from .settings import ProviderKind
from .status import AiStatus
from .store import AiMemory, AiStore

if TYPE_CHECKING:
    from ..control.decision_log import DecisionLog
    from ..control_service import ControlService
    from ..site import SiteConfigEntry

_LOGGER = logging.getLogger(f"{PACKAGE}.openai_client")

# How often it looks whether anything has changed; the AI is asked far less often than that.
_LOOK: Final = timedelta(seconds=30)
# Zones are looked at for so long, in seconds, before others have their turn: lights come first.
_SLICE: Final = 0.003
_PRICES: Final = {ProviderKind.OPENAI: OPENAI_PRICES, ProviderKind.DECISIONS: DECISION_PRICES}


class AiPlanner:
    """All that is asked for the zones of a site."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SiteConfigEntry,
        control: ControlService,
        ai: AiProvider,
        log: DecisionLog,
    ) -> None:
        self.modes = AiModes(hass, control, log)
        self._judge = AiJudge(hass, self.modes)
        self.plans: dict[str, Plan] = {}
        """The last plan for each zone, by its key; it may have expired."""
        self.breaker = CircuitBreaker()
        self.gate = ChangeGate(ai.limits.interval)
        self.failures: Counter[FailureKind] = Counter()
        self.rejected: Counter[Rejection] = Counter()
        self.refused: Refusal | None = None
        """Why the last question was not asked; None where it was."""
        self.answered: datetime | None = None
        """When an answer came last that could be used."""
        self._hass = hass
        self._entry = entry
        self._control = control
        self._ai = ai
        self._store = AiStore(hass, entry.entry_id)
        self._memory: AiMemory | None = None
        self._looking: asyncio.Task[None] | None = None
        self._flight: asyncio.Task[None] | None = None
        self._most_zones: int | None = None
        """How many zones may be asked about at once since an answer had no room for more."""
        self._oversized: set[str] = set()
        self._chosen_at: dict[str, float] = {}
        """When somebody chose last in a zone, by the clock on the wall."""
        self._listeners: list[CALLBACK_TYPE] = []
        self._stops: list[CALLBACK_TYPE] = []

    # From start to stop

    async def async_load(self) -> None:
        """Read what was kept."""
        self._memory = await self._store.async_load(self._ai.limits.budget)
        self.modes.async_start(self._memory)

    @callback
    def async_start(self) -> None:
        """Look from time to time whether there is something to ask."""
        self._stops.append(
            async_track_time_interval(self._hass, self._look, _LOOK, name="look for changes", cancel_on_shutdown=True)
        )
        self._stops.append(self._ai.async_listen(self._provider_changed))
        self._stops.append(self._control.async_listen_to_choices(self._chosen))

    async def async_stop(self) -> None:
        """Ask nothing any more: an answer that is waited for is dropped."""
        while self._stops:
            self._stops.pop()()
        await self._end(self._looking)
        await self._end(self._flight)
        self._judge.async_keep_to(())
        self.modes.async_stop()
        await self.async_keep()

    async def async_keep(self) -> None:
        """Write down what is known: it has to outlive whatever comes."""
        if self._memory is not None:
            await self._store.async_save_all(self._memory)

    @callback
    def async_follow(self) -> None:
        """Follow the limits of the entry, and zones that are gone."""
        limits = self._ai.limits
        self.gate.least_interval = limits.interval
        self._most_zones = None
        if self._memory is None:
            return
        self._memory.budget.limits = limits.budget
        there = self._control.zones.keys()
        known = self.plans.keys() | self._oversized | self.memory.choices.keys() | self.memory.cards.keys()
        for key in known - there:
            self._forget(key)
        if self._oversized:
            # What did not fit under the cap of before may fit now.
            self._report_oversized(self._pack([self._control.zones[key] for key in self._oversized], time.time()))

    # What others ask

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when a question was answered, or was not; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _follow_plans(self) -> None:
        """Have zones follow the plans that they may: those of an AI that is well."""
        self.modes.async_follow(self.plans if self.status is AiStatus.OK else {})

    def _tell(self) -> None:
        """Have zones follow what is so now, and say so."""
        self._follow_plans()
        for listener in tuple(self._listeners):
            listener()

    @property
    def memory(self) -> AiMemory:
        """Return what is kept. Raises RuntimeError before it was read."""
        if self._memory is None:
            raise RuntimeError("What the AI planner keeps was not read yet")
        return self._memory

    @property
    def status(self) -> AiStatus:
        """Return how the AI is doing."""
        if not self._ai.is_set or not self._zones():
            return AiStatus.OFF
        if self.refused in {Refusal.CALLS, Refusal.TOKENS, Refusal.MONEY, Refusal.PRICE_UNKNOWN}:
            return AiStatus.OVER_BUDGET
        if self._ai.failure is not None or self.breaker.state(time.time()) is not State.CLOSED:
            return AiStatus.FAILING
        return AiStatus.WAITING if self.answered is None else AiStatus.OK

    @property
    def price(self) -> Price | None:
        """Return what a million tokens cost; None where nobody knows."""
        model, price = self._ai.model, self._ai.limits.price
        known = _PRICES.get(self._ai.settings.kind, {})
        return price_of(model, {} if price is None else {model: price}, known)

    def preview(self) -> Packed:
        """Return what would be asked about all zones now, whatever they let the AI do."""
        return self._pack(list(self._control.zones.values()), time.time())

    def request_of(self, batch: Batch) -> Request:
        """Return what is asked about a batch: to make plans, or to choose among those that are made here."""
        chooses = self._ai.settings.kind is ProviderKind.DECISIONS
        return choice_request_of(batch) if chooses else request_of(batch)

    # When to ask

    @callback
    def _look(self, _: datetime) -> None:
        """Ask where something has changed that matters."""
        if not self._ai.is_set or not (zones := self._zones()):
            self._judge.async_keep_to(())
            self._follow_plans()
            async_clear_budget(self._hass)
            return
        self._follow_plans()
        self._judge.async_keep_to({zone.key for zone in zones})
        if self._looking is None or self._looking.done():
            # It is a task of the entry's, which ends it at its unload.
            self._looking = self._entry.async_create_background_task(self._hass, self._look_at(zones), "look at zones")

    async def _look_at(self, zones: Sequence[ZoneControl]) -> None:
        """Look at zones, and ask about those that changed; where they are many, others have their turns between."""
        snapshots: dict[str, ZoneSnapshot] = {}
        begun = time.perf_counter()
        for zone in zones:
            if time.perf_counter() - begun > _SLICE:
                await asyncio.sleep(0)
                begun = time.perf_counter()
            if self._control.zones.get(zone.key) is zone:
                await self._judge.async_look(zone, self.plans.get(zone.key))
                snapshots[zone.key] = self._question(zone).snapshot
        at = time.time()
        if self._ai.is_set and (due := self.gate.due(self._moment(at), snapshots, at)):
            self._flight = self._entry.async_create_background_task(self._hass, self._ask(due), "ask the AI")

    def _zones(self) -> list[ZoneControl]:
        """Return the zones that the AI may be asked about."""
        return [zone for zone in self._control.zones.values() if zone.memory.ai_mode is not AiMode.OFF]

    async def _ask(self, due: Sequence[str]) -> None:
        """Ask about zones, a request after the other, each with what is so then."""
        gate = self.gate
        gate.begin(time.time())
        told: dict[str, ZoneSnapshot] = {}
        until: dict[str, float] = {}
        try:
            waiting = list(due)
            while waiting:
                # Looking has just held the loop.
                await asyncio.sleep(0)
                there = {zone.key: zone for zone in self._zones()}
                waiting = [key for key in waiting if key in there]
                most = max(1, self._ai.limits.caps.zones)
                packed = self._pack([there[key] for key in waiting[:most]], time.time())
                self._report_oversized(packed)
                if not packed.batches:
                    # All of these are too large: the next ones may not be.
                    waiting = waiting[most:]
                    continue
                batch = packed.batches[0]
                reading = await self._ask_about(batch)
                if reading is None and self.refused is Refusal.INTERVAL:
                    # The one before was just now: what is so is told anew, a moment later.
                    await asyncio.sleep(self.memory.budget.limits.least_interval)
                    continue
                if reading is None:
                    break
                # So has reading the answer.
                await asyncio.sleep(0)
                self._tell()
                for question in batch.asked.values():
                    async_dispatcher_send(self._hass, card_signal(question.key))
                told |= {question.key: question.snapshot for question in batch.asked.values()}
                until |= {key: plan.expires for key, plan in reading.plans.items() if plan.expires is not None}
                waiting = [key for key in waiting if key not in told]
        finally:
            now = time.time()
            if told:
                gate.end(self._moment(now), told, until, now)
            else:
                gate.failed()
            self._tell()

    async def _ask_about(self, batch: Batch) -> Reading | None:
        """Return what an answer says; None where there was none, or nothing may be asked now."""
        request, at = self.request_of(batch), time.time()
        if not self.breaker.admit(at):
            self.refused = None
            return None
        budget = self.memory.budget
        reservation = budget.reserve(at, most_usage(request), self.price)
        if isinstance(reservation, Refusal):
            self.breaker.abandoned()
            if reservation not in {self.refused, Refusal.INTERVAL}:
                _LOGGER.info("ai=not_asked reason=%s hint='zones follow their rules meanwhile'", reservation.value)
                async_report_budget(self._hass, reservation)
            self.refused = reservation
            return None
        self.refused = None
        async_clear_budget(self._hass)
        is_known = False
        try:
            # First, so that a restart in the middle of the call does not forget what it can cost.
            await self._store.async_save(self.memory)
            answer = await self._ai.ask(request)
            is_known = True
        except ProviderError as error:
            is_known = True
            budget.settle_failure(reservation, error.kind, error.usage)
            self._failed(batch, error)
            return None
        finally:
            if not is_known:
                self.breaker.abandoned()
            self._store.async_save_later(self.memory)
        budget.settle(reservation, answer.usage)
        return self._take(batch, answer)

    # What comes of it

    def _take(self, batch: Batch, answer: Answer) -> Reading:
        """Take the plans of an answer, zone by zone."""
        now = time.time()
        newer = self._newer(batch, now)
        reading = read_reply(answer.text, batch, at=now, newer=newer)
        self.rejected.update(reading.counts)
        _LOGGER.debug(
            "ai=answered zones=%d plans=%d rejected=%d input_tokens=%s output_tokens=%s request_id=%s",
            len(batch.asked),
            len(reading.plans),
            sum(reading.counts.values()),
            answer.usage and answer.usage.input_tokens,
            answer.usage and answer.usage.output_tokens,
            answer.request_id,
        )
        was_good = bool(newer) and reading.counts.keys() == {Rejection.LATE}
        if reading.is_useless and not was_good:
            self.breaker.failed(FailureKind.INVALID, now)
        else:
            self.breaker.succeeded()
            self.answered = dt_util.utcnow()
        self._count(batch, reading, newer, answer.usage)
        for key in reading.rejected:
            self.plans.pop(key, None)
        asked = {zone.key for zone in self._zones()}
        self.plans |= {key: plan for key, plan in reading.plans.items() if key in asked}
        return reading

    def _newer(self, batch: Batch, at: float) -> set[str]:
        """Return the zones of which something else is known than what was told: a person's choice, or what was seen."""
        told, now = self._moment(batch.taken_at), self._moment(at)
        newer = {key for key, chosen_at in self._chosen_at.items() if chosen_at >= batch.taken_at}
        for question in batch.asked.values():
            zone = self._control.zones.get(question.key)
            if zone is not None and has_changed((told, question.snapshot), (now, self._question(zone).snapshot)):
                newer.add(question.key)
        return newer & {question.key for question in batch.asked.values()}

    def _count(self, batch: Batch, reading: Reading, newer: AbstractSet[str], usage: Usage | None) -> None:
        """Put on the cards what became of the plans, and each zone's part of what the call cost."""
        price = self.price
        cost = None if usage is None or price is None else price.of(usage) / len(batch.asked)
        for question in batch.asked.values():
            asked = self.modes.card_of(question.key).asked
            asked.accepted += question.key in reading.plans
            asked.clamped += question.key in reading.clamped
            # It was good when it was asked for.
            asked.rejected += question.key in reading.rejected and question.key not in newer
            asked.cost = None if cost is None or asked.cost is None else asked.cost + cost

    def _failed(self, batch: Batch, error: ProviderError) -> None:
        """Take that no answer came: what was planned before was for what was so before."""
        self.failures[error.kind] += 1
        self.breaker.failed(error.kind, time.time(), error.retry_after)
        if error.kind is FailureKind.INCOMPLETE:
            self._most_zones = max(1, len(batch.asked) // 2)
        for question in batch.asked.values():
            self.plans.pop(question.key, None)

    @callback
    def _provider_changed(self) -> None:
        """Take that somebody else is asked from now on: what was known of the one before says nothing."""
        self.breaker.changed()
        self.gate = ChangeGate(self._ai.limits.interval)
        self.plans.clear()
        self.answered = self.refused = None
        async_clear_budget(self._hass)
        self._tell()
        if self._flight is not None:
            self._flight.cancel()

    @callback
    def _chosen(self, zone: ZoneControl, choice: Choice, before: float) -> None:
        """Count what somebody chose: what was planned before knows nothing of it."""
        self._chosen_at[zone.key] = time.time()
        self.plans.pop(zone.key, None)
        self.modes.async_withdraw(zone.key)
        now = zone.clock.now()
        counts = self.memory.choices.setdefault(zone.key, ChoiceCounts())
        counts.take(choice, now, daypart_of(now, zone.reflex.place.time_zone), before)
        self._judge.async_chosen(zone, choice, before)
        self._store.async_save_later(self.memory)

    def _forget(self, key: str) -> None:
        self.plans.pop(key, None)
        self._chosen_at.pop(key, None)
        self.gate.forget(key)
        self._oversized.discard(key)
        async_clear_oversized(self._hass, key)
        self.modes.async_forget(key)
        if self._memory is not None:
            self._memory.choices.pop(key, None)
            self._memory.cards.pop(key, None)
            self._memory.advice.pop(key, None)

    @staticmethod
    async def _end(task: asyncio.Task[None] | None) -> None:
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    # What is told

    def _pack(self, zones: Sequence[ZoneControl], at: float) -> Packed:
        caps = self._ai.limits.caps
        if self._most_zones is not None:
            caps = replace(caps, zones=min(caps.zones, self._most_zones))
        labels = Labels(self.memory.secret).of(list(self._control.zones))
        questions = [self._question(zone) for zone in zones]
        return pack(questions, self._moment(at), taken_at=at, labels=labels, caps=caps)

    def _question(self, zone: ZoneControl) -> Question:
        # A zone of a simulated line may have a clock of its own.
        return question_of(zone, zone.clock.now(), self.memory.choices.get(zone.key, ChoiceCounts()))

    def _moment(self, at: float) -> Moment:
        config = self._hass.config
        place = Place(latitude=config.latitude, longitude=config.longitude, time_zone=dt_util.get_default_time_zone())
        return Moment.of(at, place, self._control.cloud)

    def _report_oversized(self, packed: Packed) -> None:
        names = {key: zone.name for key, zone in self._control.zones.items()}
        cap = self._ai.limits.caps.size
        self._oversized = async_follow_oversized(self._hass, self._oversized, packed, names, cap)
