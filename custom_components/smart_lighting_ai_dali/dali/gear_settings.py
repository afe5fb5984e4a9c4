"""What gear keeps: read in the background once and then in turn, written only where it is another."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from dali.address import GearShort
from dali.command import Command
from dali.frame import Frame
from dali.gear import general

from .configured import CONFIGURING
from .errors import OF_ONE_GEAR, LevelUnknownError, LineError
from .events import GearChanged, LineEvent
from .fade import Fade
from .gear import Gear
from .level import MASK, Level
from .reading_order import InTurn
from .sequences import Steps, ask
from .setting_sequences import (
    EXTENDED_FADE,
    FADE_RATE,
    FADE_TIME,
    MAXIMUM,
    MINIMUM,
    POWER_ON,
    SYSTEM_FAILURE,
    Allow,
    Kept,
    Setting,
    keep_groups,
    keep_number,
    keep_scene,
    read_kept,
)
from .state import KnownState
from .stored import Fallback, number_of
from .timing import Priority
from .transactions import Transactions
from .write_limit import WriteLimit

_BITS: Final = 16
# Levels are read first, and who else is on the line (see `census`), in seconds after the line is online.
READ_AFTER: Final = 20.0
# The next gear of which something is not known is read so soon after the last, in seconds. It is 23 frames of the
# background's share, some four seconds: a line of 64 is read within seven minutes, once in its life.
PAUSE: Final = 2.0
# A gear that does not say what it keeps is asked again after this, in seconds.
_RETRY: Final = 600.0
# What is known is verified at one gear a minute, in seconds: less than two percent of the line's time.
VERIFY_INTERVAL: Final = 60.0


class GearSettings:
    """Reads and writes what the gear of one line keeps (see `line_part.LinePart`)."""

    def __init__(self, transactions: Transactions, known: KnownState, tell: Callable[[LineEvent], None]) -> None:
        self._transactions = transactions
        self._known = known
        self._tell = tell
        self._limit = WriteLimit()
        self._in_turn = InTurn()
        self._configured = 0
        self._silent_until: dict[str, float] = {}

    # What the line hears and has time for

    def line_online(self, after: float) -> None:
        """Do nothing: what gear keeps is verified in turn."""

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Take note of a frame that outdates what is being read."""
        del own
        if len(frame) == _BITS and isinstance(Command.from_frame(frame), (*CONFIGURING, general.Reset)):
            self._configured += 1

    async def run(self) -> None:
        """Read what is not known, and verify the rest in turn, until cancelled."""
        await asyncio.sleep(READ_AFTER)
        loop = asyncio.get_running_loop()
        verify_at = loop.time()
        while True:
            key = self._next(unread=True)
            if key is None and loop.time() >= verify_at:
                key = self._next(unread=False)
                verify_at = loop.time() + VERIFY_INTERVAL
            if key is not None:
                await self._read_if_it_answers(key)
            await asyncio.sleep(PAUSE)

    def _next(self, *, unread: bool) -> str | None:
        now = asyncio.get_running_loop().time()
        return self._in_turn.next(
            key
            for key, gear in self._known.gear.items()
            if self._known.present(key)
            and self._known.state(key).available
            and self._silent_until.get(key, now) <= now
            and not (unread and gear.stored.complete)
        )

    async def _read_if_it_answers(self, key: str) -> None:
        try:
            await self._read(key)
        except LineError as error:
            # Where the line is gone, whoever runs this ends it.
            if isinstance(error, OF_ONE_GEAR):
                self._silent_until[key] = asyncio.get_running_loop().time() + _RETRY
        else:
            self._silent_until.pop(key, None)

    async def _read(self, key: str) -> None:
        before = self._known.gear[key]
        configured = self._configured
        kept: Kept = await self._transactions.send(read_kept(before.address), priority=Priority.BACKGROUND)
        gear = self._known.gear.get(key)
        if gear is None or gear.address != before.address or configured != self._configured:
            return
        self._amend(replace(gear, stored=kept.stored, groups=kept.groups, minimum=kept.minimum, maximum=kept.maximum))

    # What others want a gear to keep; each raises LineError

    async def of_each(self, keys: Iterable[str], write: Callable[[str], Awaitable[None]]) -> None:
        """Write to several gear, one after the other; one that fails keeps the others from nothing."""
        failed: LineError | None = None
        for key in keys:
            try:
                await write(key)
            except OF_ONE_GEAR as error:
                failed = failed or error
        if failed is not None:
            raise failed

    async def set_minimum(self, key: str, level: Level) -> None:
        """Have a gear go no lower than a level, or than it can."""
        gear = self._known.find(key)
        minimum = Level(max(gear.physical_minimum, min(level, gear.maximum)))
        await self._keep(key, MINIMUM, minimum)
        self._amend(replace(self._known.find(key), minimum=minimum))

    async def set_maximum(self, key: str, level: Level) -> None:
        """Have a gear go no higher than a level."""
        maximum = Level(max(level, self._known.find(key).minimum))
        await self._keep(key, MAXIMUM, maximum)
        self._amend(replace(self._known.find(key), maximum=maximum))

    async def set_power_on(self, key: str, fallback: Fallback) -> None:
        """Have a gear go to a level when its power comes, or to the one of before."""
        await self._keep(key, POWER_ON, number_of(fallback))
        gear = self._known.find(key)
        self._amend(replace(gear, stored=replace(gear.stored, power_on=fallback)))

    async def set_system_failure(self, key: str, fallback: Fallback) -> None:
        """Have a gear go to a level when the line is without power, or stay as it is."""
        await self._keep(key, SYSTEM_FAILURE, number_of(fallback))
        gear = self._known.find(key)
        self._amend(replace(gear, stored=replace(gear.stored, system_failure=fallback)))

    async def set_fade_rate(self, key: str, code: int) -> None:
        """Have a gear dim up and down by a rate, 1 to 15."""
        await self._keep(key, FADE_RATE, code)
        gear = self._known.find(key)
        self._amend(replace(gear, stored=replace(gear.stored, fade_rate=code)))

    async def set_fade(self, key: str, fade: Fade) -> None:
        """Have a gear fade so by itself: without a transition, and when others dim it."""
        await self._keep(key, FADE_TIME, fade.code)
        if fade.code == 0 and self._known.find(key).edition > 1:
            await self._keep(key, EXTENDED_FADE, fade.extended)
        self._amend(replace(self._known.find(key), fade=fade))

    async def set_groups(self, key: str, groups: frozenset[int]) -> None:
        """Have a gear be a member of just these groups, 0 to 15."""
        await self._write(key, lambda gear, allow: keep_groups(gear.address, groups, allow))
        self._amend(replace(self._known.find(key), groups=groups))

    async def store_scene(self, key: str, scene: int, level: Level | None = None) -> None:
        """Have a gear keep a level for a scene, 0 to 15; None is where it is, or is going."""
        level = await self._present_level(key) if level is None else level
        await self._set_scene(key, scene, level)

    async def remove_from_scene(self, key: str, scene: int) -> None:
        """Have a gear take no part in a scene, 0 to 15."""
        await self._set_scene(key, scene, None)

    async def _set_scene(self, key: str, scene: int, level: Level | None) -> None:
        await self._write(key, lambda gear, allow: keep_scene(gear.address, scene, level, allow))
        gear = self._known.find(key)
        self._amend(replace(gear, stored=gear.stored.with_scene(scene, level)))

    async def _present_level(self, key: str) -> Level:
        gear, state = self._known.find(key), self._known.state(key)
        if state.level is not None and self._known.target_known(key):
            return state.level
        command = general.QueryActualLevel(GearShort(gear.address))
        level: int = await self._transactions.send(ask(command), priority=Priority.CONFIGURATION)
        if level == MASK:
            raise LevelUnknownError(key)
        return Level(level)

    async def _keep(self, key: str, setting: Setting, number: int) -> None:
        await self._write(key, lambda gear, allow: keep_number(setting, gear.address, number, allow))

    async def _write(self, key: str, sequence: Callable[[Gear, Allow], Steps[None]]) -> None:
        gear = self._known.find(key)
        await self._transactions.send(sequence(gear, partial(self._limit.count, key)), priority=Priority.CONFIGURATION)

    def _amend(self, gear: Gear) -> None:
        if self._known.amend(gear):
            self._tell(GearChanged(gear))
