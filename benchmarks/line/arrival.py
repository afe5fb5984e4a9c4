"""How long somebody who comes in waits for light."""

import asyncio
from collections.abc import Callable
import time

from custom_components.smart_lighting_ai_dali.dali.events import StateChanged
from custom_components.smart_lighting_ai_dali.site import Site

from .house import House


async def seconds_to_light(house: House, site: Site, number: int, enter: Callable[[], None], *, within: float) -> float:
    """Let somebody come in; return how long it took until the frame to the gear had been sent, in seconds.

    Raises TimeoutError where there was none within so many seconds.
    """
    key = list(house.line.gear)[number]
    lit = asyncio.Event()

    def changed(event: StateChanged) -> None:
        if key in event.keys and house.line.state(key).level:
            lit.set()

    (line,) = site.lines.values()
    stop = line.coordinator.async_listen(StateChanged, changed)
    begun = time.perf_counter()
    enter()
    async with asyncio.timeout(within):
        await lit.wait()
    stop()
    return time.perf_counter() - begun
