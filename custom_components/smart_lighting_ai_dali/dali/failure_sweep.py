"""Find broken lamps and gear: two questions to all tell that a line is well; an answer is followed up."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from dali.address import GearBroadcast, GearShort
from dali.frame import Frame
from dali.gear import general

from .errors import AnswersCollidedError, LineError, NoAnswerError
from .events import LineEvent, StateChanged
from .sequences import Steps, ask
from .state import KnownState, Reading
from .timing import Priority
from .transactions import MayYield, Transactions

# All are asked this often, in seconds: 0.3 % of the line's time.
INTERVAL: Final = 30.0
# While a broken gear that is known answers, others are hidden behind it: all are looked at in every tenth sweep.
_LOOK_AGAIN: Final = 10
# QUERY LAMP FAILURE and QUERY CONTROL GEAR FAILURE: who fails answers, who is well is silent (IEC 62386-102, 11.5).
_QUESTIONS: Final = (general.QueryLampFailure, general.QueryControlGearFailure)


class FailureSweep:
    """Asks all gear of a line for failures, as background work (see `line_part.LinePart`)."""

    def __init__(self, transactions: Transactions, known: KnownState, tell: Callable[[LineEvent], None]) -> None:
        self._transactions = transactions
        self._known = known
        self._tell = tell
        # For each question, how many sweeps it is answered by those who are known to fail.
        self._explained = [0 for _ in _QUESTIONS]

    def line_online(self, after: float) -> None:
        """Look at all anew: the line was out of sight."""
        del after
        self._explained = [0 for _ in _QUESTIONS]

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Need no frame."""

    async def run(self) -> None:
        """Sweep by time; what goes wrong is tried again."""
        while True:
            await asyncio.sleep(INTERVAL)
            with suppress(LineError):
                await self.sweep()

    async def sweep(self) -> None:
        """Ask all, and look at each who may be another than is known; raises LineError."""
        if not self._known.gear:
            return
        answered = await self._transactions.send(_ask_all(), priority=Priority.BACKGROUND)
        fresh = [number for number, is_answered in enumerate(answered) if is_answered and not self._explained[number]]
        for key in sorted(self._known.gear):
            state = self._known.state(key)
            if fresh or state.lamp_failure or state.gear_failure:
                await self._look(key)
        for number, is_answered in enumerate(answered):
            if number in fresh:
                self._explained[number] = _LOOK_AGAIN
            else:
                self._explained[number] = max(0, self._explained[number] - 1) if is_answered else 0

    async def _look(self, key: str) -> None:
        """Ask one gear: what it says itself shows a failure, or takes it back; its silence does neither."""
        if not self._known.present(key):
            return
        address = self._known.gear[key].address
        try:
            status = await self._transactions.send(
                ask(general.QueryStatus(GearShort(address))), priority=Priority.BACKGROUND
            )
        except NoAnswerError, AnswersCollidedError:
            return
        if not self._known.present(key):
            return
        reading = Reading(status, 0)
        if self._known.reported(key, lamp_failure=reading.lamp_failure, gear_failure=reading.gear_failure):
            self._tell(StateChanged(frozenset((key,))))


def _ask_all() -> Steps[list[bool]]:
    """Ask each question of all gear, again where it is answered: a disturbance may sound like several at once."""
    answered: list[bool] = []
    for question in _QUESTIONS:
        for _ in range(2):
            answer = yield question(GearBroadcast())
            yield MayYield()
            if answer.raw_value is None:
                answered.append(False)
                break
        else:
            answered.append(True)
    return answered
