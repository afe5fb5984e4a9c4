"""Whether anyone on a line hears a broadcast whom nobody knows."""

from collections.abc import Collection
from typing import Final

from dali.address import GearBroadcast
from dali.command import Command
from dali.frame import Frame
from dali.gear import general

from .discovery import ADDRESSES
from .sequences import Steps, is_present
from .timing import Priority
from .transactions import Transactions

_BITS: Final = 16
_ADDRESSING: Final = (general.ProgramShortAddress, general.SetShortAddress)
# One silence means nothing: a frame may have been disturbed.
_TIMES: Final = 2


def changes_addresses(frame: Frame) -> bool:
    """Tell whether a frame gives or takes short addresses."""
    return len(frame) == _BITS and isinstance(Command.from_frame(frame), _ADDRESSING)


async def is_nobody_else(transactions: Transactions, known: Collection[int], *, priority: Priority) -> bool:
    """Tell whether all gear has one of the known short addresses; raises LineError.

    Costs two queries for each address that is not known.
    """
    for _ in range(_TIMES):
        if await transactions.send(_is_one_without_address(), priority=priority):
            return False
        for address in range(ADDRESSES):
            if address not in known and await transactions.send(is_present(address), priority=priority):
                return False
    return True


async def has_everyone_an_address(transactions: Transactions, *, priority: Priority) -> bool:
    """Tell whether there is no gear without a short address; raises LineError."""
    for _ in range(_TIMES):
        if await transactions.send(_is_one_without_address(), priority=priority):
            return False
    return True


def _is_one_without_address() -> Steps[bool]:
    """Ask all at once; several who answer are heard as one who can't be understood."""
    answer = yield general.QueryMissingShortAddress(GearBroadcast())
    return answer.raw_value is not None
