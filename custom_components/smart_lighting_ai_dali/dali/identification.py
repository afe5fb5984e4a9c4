"""Let a gear show which one it is."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from dali.address import GearShort
from dali.gear import general

from .errors import LineError
from .gear import Gear
from .level import Level
from .state import KnownState
from .timing import Priority
from .transactions import Transactions

# Gear of the first edition can't identify itself: it goes up and down this often, each for this long, in seconds.
_TIMES: Final = 3
_HALF: Final = 1.0


async def identify(
    gear: Gear, transactions: Transactions, known: KnownState, *, go_back: Callable[[Level], Awaitable[None]]
) -> None:
    """Have a gear identify itself, or go up and down and `go_back` to its level. Raises LineError."""
    target = GearShort(gear.address)
    if gear.edition > 1:
        await transactions.send(general.IdentifyDevice(target), priority=Priority.USER)
        return
    before = known.state(gear.key)
    try:
        for _ in range(_TIMES):
            for command in (general.RecallMaxLevel, general.RecallMinLevel):
                await transactions.send(command(target), priority=Priority.USER)
                await asyncio.sleep(_HALF)
    finally:
        # Back to where it was, unless someone wanted something else meanwhile.
        shown = known.state(gear.key).level if gear.key in known.gear else None
        if before.level is not None and shown in {gear.minimum, gear.maximum}:
            with suppress(LineError):
                await go_back(before.level)
                known.restore_last_level(gear.key, before.last_level)
