"""Keep the known state true: read what can't be known otherwise, and verify the rest in turn."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from .errors import AnswersCollidedError, LineError, NoAnswerError
from .reading_order import InTurn, first_due
from .sequences import read_state
from .state import KnownState, Reading
from .timing import Priority
from .transactions import Transactions

# One gear is verified this often, in seconds: four queries with its fade, a tenth of the line's time.
VERIFY_INTERVAL: Final = 2.0
# A gear that is fading is asked again after this, in seconds.
_FADING_INTERVAL: Final = 1.0
# And so is one whose answer was outdated by a frame that came with it.
_OUTDATED_INTERVAL: Final = 0.3


class Reader:
    """Reads gear while the line is online."""

    def __init__(
        self,
        transactions: Transactions,
        known: KnownState,
        changed: Callable[[str], None],
        answered: Callable[[str], None],
    ) -> None:
        """Make it; `changed` is told of gear whose state is another now, `answered` of every gear that answered."""
        self._transactions = transactions
        self._known = known
        self._changed = changed
        self._answered = answered
        self._due: dict[str, float] = {}
        self._unverified: dict[str, float] = {}
        self._in_turn = InTurn()
        self._wake = asyncio.Event()

    def read(self, keys: Iterable[str], *, after: float = 0.0) -> None:
        """Read gear in `after` seconds; a gear that is due earlier stays so."""
        when = asyncio.get_running_loop().time() + after
        for key in keys:
            self._due[key] = min(when, self._due.get(key, when))
        self._wake.set()

    def verify(self, key: str, *, after: float) -> None:
        """Read a gear in `after` seconds, when the line has nothing better to do; a later call puts it off."""
        self._unverified[key] = asyncio.get_running_loop().time() + after
        self._wake.set()

    async def run(self) -> None:
        """Read until cancelled, or until the line fails."""
        loop = asyncio.get_running_loop()
        verify_at = loop.time() + VERIFY_INTERVAL
        while True:
            self._wake.clear()
            key, when = first_due(self._due, verify_at)
            doubtful, doubtful_when = first_due(self._unverified, verify_at)
            now = loop.time()
            if key is not None and when <= now:
                del self._due[key]
                self._unverified.pop(key, None)
                await self._read(key, Priority.AUTOMATIC)
            elif doubtful is not None and doubtful_when <= now:
                del self._unverified[doubtful]
                await self._read(doubtful, Priority.BACKGROUND)
            elif verify_at <= now:
                if (verified := self._next_in_turn()) is not None:
                    await self._read(verified, Priority.BACKGROUND, fade=True)
                verify_at = loop.time() + VERIFY_INTERVAL
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), min(when, doubtful_when, verify_at) - now)

    def _next_in_turn(self) -> str | None:
        return self._in_turn.next(key for key in self._known.gear if self._known.present(key))

    async def _read(self, key: str, priority: Priority, *, fade: bool = False) -> None:
        if not self._known.present(key):
            return
        gear = self._known.gear[key]
        changes = self._known.changes(key)
        setting = self._known.fade(key)
        unknown = setting.code is None or (setting.extended is None and gear.edition > 1)
        sequence = read_state(gear, fade=fade or unknown, limits=not self._known.limits_known(key))
        try:
            reading: Reading = await self._transactions.send(sequence, priority=priority)
        except NoAnswerError, AnswersCollidedError:
            if self._known.present(key):
                if self._known.missed(key):
                    self._changed(key)
                elif self._known.state(key).available:
                    self.read((key,), after=VERIFY_INTERVAL)
            return
        except LineError:
            # Not this gear's fault. Where the line is gone, whoever runs this ends it; else it is tried again.
            self.read((key,), after=VERIFY_INTERVAL)
            return
        if not self._known.present(key):
            return
        if self._known.changes(key) != changes:
            # A frame that came with the answer, or after it, is newer.
            self.read((key,), after=_OUTDATED_INTERVAL)
            return
        if self._known.answered(key, reading):
            self._changed(key)
        self._answered(key)
        if reading.fading:
            self.read((key,), after=_FADING_INTERVAL)
