"""Wait for what another process does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

LOOK_AGAIN_SECONDS: Final = 0.2


async def until[T](look: Callable[[], Awaitable[T]]) -> T:
    """Look again and again until there is something to see; return it. There is no end to it but the caller's."""
    while True:
        if seen := await look():
            return seen
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
