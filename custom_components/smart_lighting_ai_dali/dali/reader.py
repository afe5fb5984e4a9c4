"""Keep the known state true: read what can't be known otherwise, and verify the rest in turn."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from .errors import AnswersCollidedError, LineError, NoAnswerError
from .sequences import read_state
from .state import KnownState, Reading
from .timing import Priority
from .transactions import Transactions

# One gear is verified this often, in seconds: two queries, a twentieth of the line's time.
VERIFY_INTERVAL: Final = 2.0
# A gear that is fading is asked again after this, in seconds.
_FADING_INTERVAL: Final = 1.0


class Reader:
    """Reads gear while the line is online."""

    def __init__(self, transactions: Transactions, known: KnownState, changed: Callable[[str], None]) -> None:
        self._transactions = transactions
        self._known = known
        self._changed = changed
        self._due: dict[str, float] = {}
        self._turn = 0
        self._wake = asyncio.Event()

    def read(self, keys: Iterable[str], *, after: float = 0.0) -> None:
        """Read gear in `after` seconds; a gear that is due earlier stays so."""
        when = asyncio.get_running_loop().time() + after
        for key in keys:
            self._due[key] = min(when, self._due.get(key, when))
        self._wake.set()

    async def run(self) -> None:
        """Read until cancelled, or until the line fails."""
        loop = asyncio.get_running_loop()
        verify_at = loop.time() + VERIFY_INTERVAL
        while True:
            self._wake.clear()
            key, when = min(self._due.items(), key=lambda item: item[1], default=(None, verify_at))
            if key is not None and when <= loop.time():
                del self._due[key]
                await self._read(key, Priority.AUTOMATIC)
            elif verify_at <= loop.time():
                if (verified := self._next_in_turn()) is not None:
                    await self._read(verified, Priority.BACKGROUND)
                verify_at = loop.time() + VERIFY_INTERVAL
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), min(when, verify_at) - loop.time())

    def _next_in_turn(self) -> str | None:
        keys = [key for key in sorted(self._known.gear) if self._known.present(key)]
        self._turn += 1
        return keys[self._turn % len(keys)] if keys else None

    async def _read(self, key: str, priority: Priority) -> None:
        if not self._known.present(key):
            return
        gear = self._known.gear[key]
        try:
            sequence = read_state(gear, fade=self._known.fade(key) is None)
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
        if self._known.answered(key, reading):
            self._changed(key)
        if reading.fading:
            self.read((key,), after=_FADING_INTERVAL)
