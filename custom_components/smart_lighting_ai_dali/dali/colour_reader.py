"""Keep the known colours true: read what gear can do and what it shows, when the line has nothing better to do."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from dali.frame import Frame

from .colour_sequences import read_colour, read_kind
from .errors import AnswersCollidedError, LineError, NoAnswerError
from .events import GearChanged, LineEvent, StateChanged
from .gear import Gear
from .reading_order import InTurn, first_due
from .state import KnownState
from .timing import Priority
from .transactions import Transactions

# One gear's colour is verified this often, in seconds: ten frames, a fourteenth of the line's time.
VERIFY_INTERVAL: Final = 5.0
# A colour is read this long after the fade that leads there, in seconds.
_AFTER_FADE: Final = 0.3
# A gear that is fading, or whose answer was disturbed, is asked again after this, in seconds.
_AGAIN: Final = 1.0
# Where a fade's time is not known, it is waited for so long, in seconds.
_UNKNOWN_FADE: Final = 1.0


class ColourReader:
    """Reads the colours of one line (see `line_part.LinePart`)."""

    def __init__(self, transactions: Transactions, known: KnownState, tell: Callable[[LineEvent], None]) -> None:
        self._transactions = transactions
        self._known = known
        self._tell = tell
        self._due: dict[str, float] = {}
        self._undescribed: dict[str, float] = {}
        self._in_turn = InTurn()
        self._others = 0
        """Frames of other masters: one that comes in between may spoil a register."""
        self._wake = asyncio.Event()

    def line_online(self, after: float) -> None:
        """Read all anew: the line was out of sight."""
        when = asyncio.get_running_loop().time() + after
        self._due = {key: when for key, gear in self._known.gear.items() if gear.makes_colours}
        self._undescribed = {key: when for key, gear in self._known.gear.items() if not gear.is_described}

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Take note of what the known colours say has to be read."""
        del frame
        self._others += not own
        colours = self._known.colours
        if not colours.unread and not colours.limits_unread:
            return
        now = asyncio.get_running_loop().time()
        for key in colours.unread:
            seconds = self._known.fade(key).seconds
            self._due[key] = now + _AFTER_FADE + (_UNKNOWN_FADE if seconds is None else seconds)
        self._undescribed |= dict.fromkeys(colours.limits_unread, now)
        colours.unread.clear()
        colours.limits_unread.clear()
        self._wake.set()

    async def run(self) -> None:
        """Read until cancelled, or until the line fails."""
        loop = asyncio.get_running_loop()
        verify_at = loop.time() + VERIFY_INTERVAL
        while True:
            self._wake.clear()
            undescribed, describe_at = first_due(self._undescribed, verify_at)
            unread, read_at = first_due(self._due, verify_at)
            now = loop.time()
            if undescribed is not None and describe_at <= now:
                del self._undescribed[undescribed]
                await self._describe(undescribed)
            elif unread is not None and read_at <= now:
                del self._due[unread]
                await self._read(unread)
            elif verify_at <= now:
                if (verified := self._next_in_turn()) is not None:
                    await self._read(verified)
                verify_at = loop.time() + VERIFY_INTERVAL
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), min(describe_at, read_at, verify_at) - now)

    def _next_in_turn(self) -> str | None:
        return self._in_turn.next(key for key in self._known.gear if self._is_readable(key))

    def _is_readable(self, key: str) -> bool:
        """Tell whether a gear can be asked for its colour; one that is gone is asked by its level alone."""
        return self._known.present(key) and self._known.gear[key].makes_colours and self._known.state(key).available

    async def _describe(self, key: str) -> None:
        """Read what a gear can do; one that does not answer is asked when the line is online again."""
        if not self._known.present(key):
            return
        others = self._others
        try:
            described: Gear = await self._transactions.send(
                read_kind(self._known.gear[key]), priority=Priority.BACKGROUND
            )
        except AnswersCollidedError:
            return
        except LineError:
            self._undescribed.setdefault(key, self._again())
            return
        if not self._known.present(key):
            return
        if others != self._others:
            self._undescribed.setdefault(key, self._again())
        elif self._known.amend(replace(self._known.gear[key], colour=described.colour, curve=described.curve)):
            self._tell(GearChanged(self._known.gear[key]))

    async def _read(self, key: str) -> None:
        if not self._is_readable(key):
            return
        shown, level = self._known.colours.shown(key), self._known.state(key).level
        # What nobody knows is read like a level, once levels are known; the rest may wait.
        priority = Priority.AUTOMATIC if shown is None and level is not None else Priority.BACKGROUND
        changes, others = self._known.changes(key), self._others
        try:
            reading = await self._transactions.send(read_colour(self._known.gear[key], shown), priority=priority)
        except NoAnswerError, AnswersCollidedError:
            # Whether the gear is there is told by its level; its colour is read in turn.
            return
        except LineError:
            # Not this gear's fault. Where the line is gone, whoever runs this ends it; else it is tried again.
            self._due.setdefault(key, self._again())
            return
        if not self._known.present(key):
            return
        if reading is None or self._known.changes(key) != changes or self._others != others:
            self._due.setdefault(key, self._again())
        elif self._known.colour_answered(key, reading):
            self._tell(StateChanged(frozenset((key,))))

    @staticmethod
    def _again() -> float:
        return asyncio.get_running_loop().time() + _AGAIN
