"""Whether lights are slower while the AI does not answer: with and without one by turns, in one run."""

import asyncio
from itertools import batched
import random
from statistics import median
from typing import Final

from custom_components.smart_lighting_ai_dali.dali.level import OFF
from custom_components.smart_lighting_ai_dali.dali.timing import Priority

from ..failing_provider import HANG
from ..line.arrival import seconds_to_light
from ..line.waiting import until
from .home import MODE, AiHome

_ROUNDS: Final = 8
# People come into these zones, and turn on the lights of the others by hand.
_ENTERED: Final = range(40)
_BY_HAND: Final = range(40, 50)
_A_TURN: Final = 10
_PAUSE: Final = (0.06, 0.12)
_PATIENCE: Final = 30.0
_LONG: Final = 3600.0
_CALL, _MOTION = "call", "motion"


async def measure_lights(home: AiHome) -> dict[str, float]:
    """Return the medians, and the greater of their ratios; all times are in milliseconds."""
    chance = random.Random(1)
    took: dict[tuple[str, bool], list[float]] = {
        (kind, hangs): [] for kind in (_CALL, _MOTION) for hangs in (False, True)
    }
    await home.provider.behave(HANG)
    await home.remove(home.zones[: len(_ENTERED)])
    stay = home.zones[len(_ENTERED) :]
    hangs = False
    for _ in range(_ROUNDS):
        await home.have_no_ai()
        await home.house.line.many.set_all(OFF, seconds=0, priority=Priority.USER)
        entered = await home.add_zones(_ENTERED)
        home.let([*stay, *entered], MODE)
        for numbers in batched(chance.sample(_ENTERED, len(_ENTERED)), _A_TURN, strict=True):
            hangs = not hangs
            await _hang(home, hangs=hangs)
            for number in numbers:
                await asyncio.sleep(chance.uniform(*_PAUSE))
                took[_MOTION, hangs].append(await _enter(home, number))
                await asyncio.sleep(chance.uniform(*_PAUSE))
                by_hand = chance.choice(_BY_HAND)
                took[_CALL, hangs].append(await home.house.call(by_hand, brightness=chance.randint(60, 250)))
            if hangs and not home.site.ai_planner.gate.is_in_flight:
                raise RuntimeError("The provider did not hang")
        hangs = not hangs
        await home.remove(entered)
    await home.have_no_ai()
    home.zones = [*await home.add_zones(_ENTERED), *stay]
    middle = {key: 1000 * median(times) for key, times in took.items()}
    ratios = {kind: middle[kind, True] / middle[kind, False] for kind in (_CALL, _MOTION)}
    return {"light_latency_ratio": max(ratios.values())} | {
        key: value
        for kind in (_CALL, _MOTION)
        for key, value in (
            (f"{kind}_latency_ratio", ratios[kind]),
            (f"{kind}_ms_p50", middle[kind, False]),
            (f"{kind}_ms_p50_while_ai_hangs", middle[kind, True]),
            (f"{kind}s", len(took[kind, True])),
        )
    }


async def _hang(home: AiHome, *, hangs: bool) -> None:
    """Have an AI that was asked and does not answer, or none."""
    if not hangs:
        await home.have_no_ai()
        return
    before = home.provider.asked
    await home.have_ai(deadline=_LONG)
    await until(lambda: home.provider.asked > before, _PATIENCE)


async def _enter(home: AiHome, number: int) -> float:
    """Let somebody come into a zone; return how long it took until the frame had been sent, in seconds."""
    return await seconds_to_light(home.house, home.site, number, lambda: home.see(number, "on"), within=_PATIENCE)
