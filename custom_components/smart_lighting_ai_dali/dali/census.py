"""Whether anyone on a line hears a broadcast whom nobody knows."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from dali.address import GearBroadcast
from dali.command import Command
from dali.frame import Frame
from dali.gear import general

from .discovery import ADDRESSES
from .errors import LineError
from .sequences import Steps, is_present
from .state import KnownState
from .timing import Priority
from .transactions import Transactions

_BITS: Final = 16
_ADDRESSING: Final = (general.ProgramShortAddress, general.SetShortAddress)
# One silence means nothing: a frame may have been disturbed.
_TIMES: Final = 2
# Once all known gear is read, it is asked whether there is any other, in seconds after the line is online.
COUNT_AFTER: Final = 10.0


class Census:
    """Finds out whether all gear of a line is known; what gives or takes a short address puts that in doubt."""

    def __init__(self, transactions: Transactions, known: KnownState, *, scanning: Callable[[], bool]) -> None:
        self._transactions = transactions
        self._known = known
        self._scanning = scanning
        self._all_known = False
        self.changes = 0
        """Another number once short addresses may have changed: what was counted before is outdated then."""

    @property
    def complete(self) -> bool:
        """Tell whether all gear of the line is known, and where it is thought to be."""
        return self._all_known and all(self._known.present(key) for key in self._known.gear)

    def doubt(self) -> None:
        """Take nothing for granted: there may be gear that nobody knows."""
        self.changes += 1
        self._all_known = False

    def settle(self, *, all_known: bool, since: int) -> None:
        """Take note of what a count found that began when `changes` was `since`."""
        self._all_known = all_known and since == self.changes

    def line_online(self, after: float) -> None:
        """Count anew: the line was out of sight (see `line_part.LinePart`)."""
        del after
        self._all_known = False

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Take note of a frame that gives or takes short addresses."""
        del own
        if len(frame) == _BITS and isinstance(Command.from_frame(frame), _ADDRESSING):
            self.doubt()

    async def run(self) -> None:
        """Count, once the line has been online for a while, and again when short addresses may have changed."""
        counted: int | None = None
        while True:
            await asyncio.sleep(COUNT_AFTER)
            if self._all_known or self.changes == counted or self._scanning() or not self._known.gear:
                continue
            since = self.changes
            with suppress(LineError):  # it is tried again
                self.settle(all_known=await self._is_nobody_else(), since=since)
                counted = since

    async def has_everyone_an_address(self) -> bool:
        """Tell whether there is no gear without a short address; raises LineError."""
        for _ in range(_TIMES):
            if await self._transactions.send(_is_one_without_address(), priority=Priority.CONFIGURATION):
                return False
        return True

    async def _is_nobody_else(self) -> bool:
        """Tell whether all gear has one of the known short addresses, at two queries for each that is not known."""
        known = {gear.address for gear in self._known.gear.values()}
        for _ in range(_TIMES):
            if await self._transactions.send(_is_one_without_address(), priority=Priority.BACKGROUND):
                return False
            for address in range(ADDRESSES):
                if address not in known and await self._transactions.send(
                    is_present(address), priority=Priority.BACKGROUND
                ):
                    return False
        return True


def _is_one_without_address() -> Steps[bool]:
    """Ask all at once; several who answer are heard as one who can't be understood."""
    answer = yield general.QueryMissingShortAddress(GearBroadcast())
    return answer.raw_value is not None
