"""A Home Assistant to be killed: collects events into a database, and says how many are written each time some were."""

import asyncio
import sys

from ..home_assistant import in_home_assistant
from .collecting import Collecting
from .home import open_home

# Whoever is to kill it may have died before.
_SECONDS = 60


async def live(url: str) -> None:
    """Collect until somebody puts an end to it."""
    async with open_home(url) as home:
        collecting = Collecting(home, flushed=lambda written: print(written, flush=True))
        async with home.busy(), collecting.going_on(flush_seconds=0.1):
            await asyncio.sleep(_SECONDS)


if __name__ == "__main__":
    in_home_assistant(live(sys.argv[1]))
