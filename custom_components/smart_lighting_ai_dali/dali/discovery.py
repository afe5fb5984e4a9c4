"""Find the gear of a line: who is there, and what each is."""

from collections.abc import Callable
from dataclasses import dataclass
import logging
from typing import Final

from .errors import AnswersCollidedError, NoAnswerError
from .gear import Gear
from .sequences import describe, is_present
from .timing import Priority
from .transactions import Transactions

_LOGGER = logging.getLogger(__name__)

ADDRESSES: Final = 64


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is: addresses asked so far, of how many, and gear found."""

    done: int
    total: int
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What a scan found."""

    found: tuple[Gear, ...]
    """All gear that answered, by address."""
    new: tuple[Gear, ...]
    """Those that were not known before."""
    missing: frozenset[str]
    """Keys of known gear that did not answer."""
    shared_addresses: frozenset[int]
    """Short addresses that more than one gear has: neither can be told from the other."""


type ScanListener = Callable[[ScanProgress], None]


async def count_gear(transactions: Transactions, progress: ScanListener | None = None) -> frozenset[int]:
    """Ask every short address whether a gear has it and return those that answered; raises LineError."""
    present = set[int]()
    for address in range(ADDRESSES):
        if await transactions.send(is_present(address), priority=Priority.CONFIGURATION):
            present.add(address)
        if progress is not None:
            progress(ScanProgress(address + 1, ADDRESSES, len(present)))
    return frozenset(present)


class Discovery:
    """One scan of a line."""

    def __init__(
        self,
        transactions: Transactions,
        *,
        found: Callable[[Gear], None],
        progress: ScanListener | None = None,
    ) -> None:
        self._transactions = transactions
        self._found = found
        self._progress = progress
        self.gear: dict[int, Gear] = {}
        self.shared_addresses: set[int] = set()

    async def run(self) -> None:
        """Ask every address, twice where it stays silent: one silence means nothing; raises LineError."""
        silent = []
        for address in range(ADDRESSES):
            if not await self._look(address):
                silent.append(address)
            self._report(address + 1)
        for number, address in enumerate(silent):
            await self._look(address)
            self._report(ADDRESSES + 1 + number - len(silent) + ADDRESSES)

    async def _look(self, address: int) -> bool:
        if not await self._transactions.send(is_present(address), priority=Priority.CONFIGURATION):
            return False
        try:
            gear = await self._transactions.send(describe(address), priority=Priority.CONFIGURATION)
        except AnswersCollidedError:
            self.shared_addresses.add(address)
            _LOGGER.warning("address=%d gear=shared: more than one gear has this short address", address)
        except NoAnswerError as error:
            _LOGGER.info("address=%d gear=incomplete: no answer to %s", address, error)
            return False
        else:
            self.gear[address] = gear
            self._found(gear)
        return True

    def _report(self, done: int) -> None:
        if self._progress is not None:
            self._progress(ScanProgress(min(done, 2 * ADDRESSES), 2 * ADDRESSES, len(self.gear)))
