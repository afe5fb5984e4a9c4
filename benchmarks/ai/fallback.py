"""From a provider's failure, of every kind, to the moment in which all zones that it was asked about follow rules."""

import time
from typing import Final

from custom_components.smart_lighting_ai_dali.control.zone_memory import AiMode

from ..failing_provider import FAILURES, HANG, PLANS
from ..line.waiting import until
from .home import DEADLINE, MODE, AiHome

_ROUNDS: Final = 10
# As many as are in one question.
_AT_ONCE: Final = 8
_PATIENCE: Final = 30.0


async def measure_fallback(home: AiHome) -> dict[str, float]:
    """Have every kind of failure after plans that were good."""
    zones = home.zones[:_AT_ONCE]
    await home.have_ai(deadline=DEADLINE)
    home.let(zones, MODE)
    took = {name: [await _fall_back(home, name) for _ in range(_ROUNDS)] for name in FAILURES}
    home.let(zones, AiMode.OFF)
    every = sorted(1000 * one for times in took.values() for one in times)
    return {
        "fallback_ms_p50": every[len(every) // 2],
        "fallback_ms_p99": every[round(0.99 * (len(every) - 1))],
        "fallbacks": len(every),
    } | {f"fallback_{name}_ms_max": 1000 * max(times) for name, times in took.items()}


async def _fall_back(home: AiHome, failure: str) -> float:
    """Have the AI plan, and then fail; return how long it took until the rules were followed again, in seconds."""
    zones = home.zones[:_AT_ONCE]
    await home.provider.behave(PLANS)
    await home.ask()
    await until(lambda: home.follow_ai(zones), _PATIENCE)
    await home.provider.behave(failure)
    await home.ask()
    begun = time.monotonic()
    await until(lambda: home.follow_rules(zones), _PATIENCE)
    # The deadline of the call begins after this: what it may cost is written down first.
    failed = begun + DEADLINE if failure == HANG else home.provider.at
    if (took := time.monotonic() - failed) < 0:
        raise RuntimeError(f"Zones followed their rules before {failure} was so")
    return took
