"""Wait for what has no event of its own."""

import asyncio
from collections.abc import Callable
from typing import Final

from custom_components.smart_lighting_ai_dali.dali.line import Line

_POLL: Final = 0.0005


async def until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # many things can make it so
            await asyncio.sleep(_POLL)


async def until_complete(line: Line, seconds: float = 120) -> None:
    """Wait until all gear is known and read; raises TimeoutError."""
    await until(lambda: line.complete and all(line.state(key).level is not None for key in line.gear), seconds)
