"""Commission a line: one job at a time, which may be cancelled at any frame and leaves the line clean."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging
from typing import Final

from dali.command import Command
from dali.frame import Frame

from .addressing import ADDRESSING, Family, is_addressing
from .census import Census
from .commissioning_jobs import CommissioningJobs
from .commissioning_orders import (
    CommissioningProgress,
    CommissioningResult,
    NewInstallation,
    Order,
    Phase,
    ResolveDuplicates,
)
from .errors import (
    CommissioningCancelledError,
    CommissioningDisturbedError,
    CommissioningRunningError,
    LineError,
    LineStoppedError,
)
from .events import AddressesCompared, CommissioningProgressed, LineEvent
from .gear_settings import GearSettings
from .inputs import Inputs
from .scan import Scanner
from .sequences import Steps
from .state import KnownState
from .timing import Priority
from .transactions import Transactions

_LOGGER = logging.getLogger(f"{__package__}.driver")

# A line that could not be left clean is tried again so often, in seconds.
_AGAIN: Final = 5.0
# A few frames, in seconds, for a job to leave the line clean when everything stops.
_STOP_SECONDS: Final = 1.0


class Commissioning:
    """The commissioning of one line (see `line_part.LinePart`)."""

    def __init__(
        self,
        transactions: Transactions,
        known: KnownState,
        *,
        census: Census,
        scanner: Scanner,
        inputs: Inputs,
        settings: GearSettings,
        tell: Callable[[LineEvent], None],
    ) -> None:
        self.progress = CommissioningProgress()
        self._transactions = transactions
        self._census = census
        self._scanner = scanner
        self._tell = tell
        self._jobs = CommissioningJobs(
            transactions,
            known,
            scanner=scanner,
            inputs=inputs,
            settings=settings,
            listening=self._listening,
            advance=self._advance,
            tell=tell,
        )
        self._task: asyncio.Task[CommissioningResult] | None = None
        self._ended_by: LineError | None = None
        self._ending = False
        self._after = 0.0
        self._unclean: set[Family] = set()
        self._to_clean = asyncio.Event()

    @property
    def running(self) -> bool:
        """Tell whether there is a job."""
        return self._task is not None and not self._task.done()

    def start(self, order: Order) -> None:
        """Begin a job in the background; raises CommissioningRunningError."""
        if self.running:
            raise CommissioningRunningError("the line is being commissioned")
        self._ended_by = None
        self._set_progress(CommissioningProgress(task=order.task, family=order.family, phase=Phase.ADDRESSING))
        self._task = asyncio.get_running_loop().create_task(self._carry_out(order), name="commissioning of a line")
        self._task.add_done_callback(self._finished)

    async def wait(self) -> CommissioningResult:
        """Wait for the end of the job that was started last; raises LineError."""
        if self._task is None:
            raise CommissioningCancelledError("there is no job")
        task = self._task
        await asyncio.wait((task,))
        if task.cancelled():
            raise CommissioningCancelledError("it was ended before it began")
        return task.result()

    async def cancel(self) -> bool:
        """End the job, and wait until the line is clean; return whether there was one."""
        if self._task is None or self._task.done():
            return False
        self._end_by(CommissioningCancelledError("somebody ended it"))
        await asyncio.wait((self._task,))
        return True

    async def stop(self) -> None:
        """End the job since the line stops; an adapter that is stuck holds that up for a moment at most."""
        self._end_by(LineStoppedError("the line was stopped"))
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=_STOP_SECONDS)

    # What the line hears (line_part.LinePart)

    def line_online(self, after: float) -> None:
        """Take note of when gear answers: what was left unclean is cleaned then."""
        self._after = after

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """End the job where another master begins one: both would give the same addresses."""
        if not own and self.running and is_addressing(frame, self.progress.family):
            self._end_by(CommissioningDisturbedError("another master commissions this line"))

    async def run(self) -> None:
        """Clean up what a job that failed could not, until cancelled."""
        await asyncio.sleep(self._after)
        while True:
            await self._to_clean.wait()
            if not self.running:
                await self._clean()
            await asyncio.sleep(_AGAIN)

    # One job

    async def _carry_out(self, order: Order) -> CommissioningResult:
        try:
            if self._scanner.scanning:
                await self._scanner.scan()
            complete = self._census.complete or isinstance(order, NewInstallation)
            result = await self._jobs.do(order)
            if order.family is Family.GEAR:
                self._census.settle(all_known=complete and result.is_clear, since=self._census.changes)
            _LOGGER.info(
                "line=%r commissioning=done task=%s addresses=%d",
                self._transactions.line,
                order.task,
                len(result.addresses),
            )
            if isinstance(order, NewInstallation | ResolveDuplicates):
                # These look at every address; the others at a few.
                self._tell(AddressesCompared(order.family, result.shared_addresses))
        except asyncio.CancelledError:
            if self._ended_by is None:
                raise
            raise self._ended_by.again() from None
        else:
            return result
        finally:
            self._ending = True
            await self._clean()
            self._ending = False

    def _finished(self, task: asyncio.Task[CommissioningResult]) -> None:
        """Take note that there is no job; one that failed, and for which nobody waits, is no error of the loop's."""
        if not task.cancelled():
            task.exception()
        self._set_progress(CommissioningProgress())

    def _end_by(self, error: LineError) -> None:
        if self._task is not None and not self._ending and self._ended_by is None:
            self._ended_by = error
            self._task.cancel()

    async def _listening(self, family: Family, steps: Steps[None]) -> None:
        """Run what has others listen, and end that; where it can't be ended now, later."""
        self._unclean.add(family)
        await self._transactions.send_in_turns(steps, priority=Priority.CONFIGURATION)
        await self._clean()

    async def _clean(self) -> None:
        """Let nobody listen any more to what is said in commissioning."""
        for family in tuple(self._unclean):
            with suppress(LineError):  # once the line is back
                await self._transactions.send(_say(ADDRESSING[family].end), priority=Priority.CONFIGURATION)
                self._unclean.discard(family)
        if self._unclean:
            self._to_clean.set()
        else:
            self._to_clean.clear()

    def _advance(self, phase: Phase, found: int, part: float) -> None:
        """Take note of how far the job is."""
        task, family = self.progress.task, self.progress.family
        self._set_progress(
            CommissioningProgress(task=task, family=family, phase=phase, found=found, percent=int(100 * part))
        )

    def _set_progress(self, progress: CommissioningProgress) -> None:
        if progress != self.progress:
            self.progress = progress
            self._tell(CommissioningProgressed(progress))


def _say(commands: tuple[Command, ...]) -> Steps[None]:
    yield from commands
