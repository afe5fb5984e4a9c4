"""For how long the event loop is held while plans are made for fifty zones that have been used for two months."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import gc
from math import pi, sin
import random
import time
from typing import Final
from unittest.mock import patch

from custom_components.smart_lighting_ai_dali.advisor.report_card import ReportCard
from custom_components.smart_lighting_ai_dali.advisor.shadow import Shadow, Surroundings
from custom_components.smart_lighting_ai_dali.advisor.wanted import wanted_around
from custom_components.smart_lighting_ai_dali.ai import scoring as ai_scoring
from custom_components.smart_lighting_ai_dali.ai.inputs import ChoiceCounts
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.control.zone_memory import AiMode
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner, Reason

from ..failing_provider import PLANS
from ..line.waiting import until
from .home import DEADLINE, MODE, AiHome

_PLANNINGS: Final = 20
_PATIENCE: Final = 60.0
_DAYS: Final = 70
_DAY: Final = 86_400.0
_CHOICES: Final = 300
_STEP: Final = 30.0
_NOON_LUX: Final = 500.0
_OFFICE_HOURS: Final = (8.0, 18.0)


async def measure_planning(home: AiHome) -> dict[str, float]:
    """Have plans made for all zones again and again, at a start, within days, and where a day ends."""
    _remember(home)
    await home.provider.behave(PLANS)
    home.let(home.zones, MODE)
    # It loads the SDK.
    await home.have_ai(deadline=DEADLINE)
    first = await _plan(home)
    gc.collect()
    gc.freeze()
    found = [await _plan(home) for _ in range(_PLANNINGS)]
    with _next_day():
        at_night = await _plan(home)
    await home.have_no_ai()
    home.let(home.zones, AiMode.OFF)
    longest = max(first, at_night, *found)[0]
    print(f"planning: the longest callback was {max(first, at_night, *found)[1]}")
    return {
        "loop_gap_ms_max": 1000 * longest,
        "loop_gap_at_first_ms": 1000 * first[0],
        "loop_gap_at_night_ms": 1000 * at_night[0],
    }


async def _plan(home: AiHome) -> tuple[float, str]:
    """Have all zones planned for; return the longest gap in seconds, and whose that was."""
    # What this itself did until now does not count.
    await asyncio.sleep(0)
    home.seen.longest = 0.0
    await home.ask()
    await until(lambda: not home.site.ai_planner.gate.is_in_flight, _PATIENCE)
    if not home.follow_ai(home.zones):
        raise RuntimeError("Not all zones were planned for")
    return home.seen.longest, home.seen.of


@contextmanager
def _next_day() -> Iterator[None]:
    """Have it be tomorrow for the report cards."""
    day_of = ai_scoring._day_of  # noqa: SLF001  # nobody waits for midnight

    def tomorrow(zone: ZoneControl, at: float) -> int:
        return day_of(zone, at) + 1

    with patch.object(ai_scoring, "_day_of", tomorrow):
        yield


def _remember(home: AiHome) -> None:
    """Have zones know as much as they ever will: full report cards, and many choices of people."""
    memory, now = home.site.ai_planner.memory, time.time()
    card = _card(now).as_dict()
    dayparts = list(Daypart)
    for zone in home.zones:
        memory.cards[zone.key] = ReportCard.from_dict(card)
        counts = ChoiceCounts()
        for number in range(_CHOICES):
            choice = Choice(origin=Origin.DASHBOARD, is_on=True, light=0.5)
            counts.take(choice, now - 60 * number, dayparts[number % len(dayparts)], 0.2)
        # As it is read at a start.
        memory.choices[zone.key] = ChoiceCounts.from_list(counts.as_list())


def _card(now: float) -> ReportCard:
    """Return the card of an office that has a light sensor and people in it all day."""
    chance, card = random.Random(1), ReportCard()
    begun = now - _DAYS * _DAY
    wanted = dict.fromkeys(Daypart, wanted_around(300.0, was_chosen=True))
    shadow = Shadow(begun, _around(Daypart.DAY, 0.0), (_plan_of(Planner.RULES, 300.0), _plan_of(Planner.AI, 320.0)))
    for day in range(_DAYS):
        opens, closes = (begun + day * _DAY + 3600 * hour for hour in _OFFICE_HOURS)
        at, clear = opens, 0.7
        while at < closes:
            at += _STEP
            clear = min(1.0, max(0.2, clear + chance.gauss(0, 0.01)))
            (shadow.unseen if chance.random() < 0.05 else shadow.seen)(at)
            shadow.changed(at, _around(Daypart.DAY, clear * _NOON_LUX * sin(pi * (at - opens) / (closes - opens))))
            if chance.random() < 1 / 60:
                shadow.planned(at, Planner.AI, _plan_of(Planner.AI, chance.uniform(250, 400)))
        card.end_day(day, shadow.end_day(begun + (day + 1) * _DAY), wanted)
    return card


def _around(daypart: Daypart, daylight: float) -> Surroundings:
    return Surroundings(daypart=daypart, daylight=daylight, lux_at_full=500.0)


def _plan_of(planner: Planner, lux: float) -> Plan:
    return Plan(
        planner=planner,
        mode=Mode.PRESENCE,
        target_lux=lux,
        colour_temperature=None,
        hold=900.0,
        reason=Reason.PREFERENCE,
    )
