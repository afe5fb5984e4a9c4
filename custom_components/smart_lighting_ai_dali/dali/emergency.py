"""Emergency lighting of a line: how batteries, lamps and tests are, and who is to be tested (IEC 62386-202)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from dali.frame import Frame

from .emergency_state import (
    EMERGENCY,
    EmergencyMode,
    EmergencyState,
    EmergencyTest,
    read_details,
    read_emergency,
    start_test,
    stop_test,
)
from .errors import AnswersCollidedError, GearUnknownError, LineError, NoAnswerError
from .events import LineEvent, ReportsChanged
from .gear import Gear
from .sequences import Steps
from .state import KnownState
from .timing import Priority
from .transactions import Transactions

# Each is asked this often, in seconds; where there are many, each of them takes so long: 7 % of the line's time.
INTERVAL: Final = 120.0
_EACH: Final = 4.0
# One that is tested, or lives on its battery, is asked more often.
EVENTFUL: Final = 10.0
# What changes rarely, and at the end of a test.
_DETAILS: Final = 6 * 3600.0
# What is due is looked for this often.
MOMENT: Final = 1.0
# After so many failures in a row nobody knows how it is.
_PATIENCE: Final = 3


class EmergencyLights:
    """Asks the emergency lights of a line in turn, as background work (see `line_part.LinePart`)."""

    def __init__(self, transactions: Transactions, known: KnownState, tell: Callable[[LineEvent], None]) -> None:
        self._transactions = transactions
        self._known = known
        self._tell = tell
        self._states: dict[str, EmergencyState] = {}
        self._due: dict[str, float] = {}
        self._details_due: dict[str, float] = {}
        self._misses: dict[str, int] = {}
        self._begun = 0.0

    def state(self, key: str) -> EmergencyState | None:
        """Return how an emergency light is; None where nobody knows."""
        return self._states.get(key)

    async def start_test(self, key: str, test: EmergencyTest) -> None:
        """Test an emergency light; raises LineError, and NoTestStartedError where it does not begin."""
        await self._control(key, lambda gear: start_test(gear.address, test))

    async def stop_test(self, key: str) -> None:
        """End the test of an emergency light; raises LineError."""
        await self._control(key, lambda gear: stop_test(gear.address))

    def line_online(self, after: float) -> None:
        """Ask all anew: the line was out of sight."""
        self._due.clear()
        self._details_due.clear()
        self._begun = asyncio.get_running_loop().time() + after

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Need no frame."""

    async def run(self) -> None:
        """Ask who is due, one at a time."""
        loop = asyncio.get_running_loop()
        while True:
            self._follow()
            key = min(self._due, key=self._due.__getitem__, default=None)
            if key is not None and self._due[key] <= loop.time():
                await self._read(key)
            await asyncio.sleep(MOMENT)

    def _follow(self) -> None:
        """Take note of emergency lights that came or went."""
        self._due = {
            key: self._due.get(key, self._begun)
            for key, gear in self._known.gear.items()
            if EMERGENCY in gear.device_types and self._known.present(key) and self._known.state(key).available
        }
        for key in self._states.keys() - self._known.gear.keys():
            del self._states[key]
        for key in self._misses.keys() - self._due.keys():
            del self._misses[key]

    async def _read(self, key: str) -> None:
        address = self._known.gear[key].address
        now = asyncio.get_running_loop().time
        before = self._states.get(key)
        try:
            state: EmergencyState = await self._transactions.send(read_emergency(address), priority=Priority.BACKGROUND)
            ended = before is not None and before.is_testing and not state.is_testing
            if ended or now() >= self._details_due.get(key, 0.0):
                details = await self._transactions.send(read_details(address), priority=Priority.BACKGROUND)
                state = replace(state, details=details)
                self._details_due[key] = now() + _DETAILS
            elif before is not None:
                state = replace(state, details=before.details)
        except LineError as error:
            self._due[key] = now() + INTERVAL
            if isinstance(error, NoAnswerError | AnswersCollidedError):
                self._missed(key)
            return
        if self._known.present(key) and self._known.gear[key].address == address:
            self._put(key, state)

    def _put(self, key: str, state: EmergencyState) -> None:
        self._misses.pop(key, None)
        is_eventful = state.is_testing or state.mode not in {EmergencyMode.NORMAL, None}
        interval = EVENTFUL if is_eventful else max(INTERVAL, _EACH * len(self._due))
        self._due[key] = asyncio.get_running_loop().time() + interval
        if self._states.get(key) != state:
            self._states[key] = state
            self._tell(ReportsChanged(frozenset((key,))))

    def _missed(self, key: str) -> None:
        self._misses[key] = self._misses.get(key, 0) + 1
        if self._misses[key] >= _PATIENCE and self._states.pop(key, None) is not None:
            self._tell(ReportsChanged(frozenset((key,))))

    async def _control(self, key: str, steps: Callable[[Gear], Steps[EmergencyState]]) -> None:
        """Do something to an emergency light, and take note of how it is then."""
        if not self._known.present(key):
            raise GearUnknownError(key)
        state = await self._transactions.send(steps(self._known.gear[key]), priority=Priority.USER)
        if not self._known.present(key):
            return
        before = self._states.get(key)
        if before is not None:
            state = replace(state, details=before.details)
        self._put(key, state)
