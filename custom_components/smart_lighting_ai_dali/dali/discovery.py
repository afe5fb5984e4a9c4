"""Find the gear of a line: who is there, and what each is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
import logging
from typing import Final

from .errors import AnswersCollidedError, NoAnswerError
from .gear import Gear
from .sequences import describe, is_present, read_random_address
from .timing import Priority
from .transactions import Transactions

_LOGGER = logging.getLogger(__name__)

ADDRESSES: Final = 64
# A gear that was there before is asked this often more before it counts as gone.
_PATIENCE: Final = 4


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
        expected: frozenset[int] = frozenset(),
        progress: ScanListener | None = None,
    ) -> None:
        self._transactions = transactions
        self._expected = expected
        self._found = found
        self._progress = progress
        self.gear: dict[int, Gear] = {}
        self.shared_addresses: set[int] = set()
        self.incomplete_addresses: set[int] = set()

    async def run(self, addresses: Iterable[int] = range(ADDRESSES)) -> None:
        """Ask every address, again where it stays silent, and most often where a gear is expected; raises LineError."""
        wanted = sorted(addresses)
        silent = [
            address for number, address in enumerate(wanted) if not await self._look(address, number + 1, len(wanted))
        ]
        for number, address in enumerate(silent):
            for _ in range(_PATIENCE if address in self._expected else 1):
                if await self._look(address, 2 * len(wanted) - len(silent) + number + 1, len(wanted)):
                    break

    async def _look(self, address: int, done: int, of: int) -> bool:
        """Find out what is at an address; return whether there is an end to that."""
        settled = await self._describe(address)
        if self._progress is not None:
            self._progress(ScanProgress(done, 2 * of, len(self.gear)))
        return settled

    async def _describe(self, address: int) -> bool:
        if not await self._transactions.send(is_present(address), priority=Priority.CONFIGURATION):
            return False
        try:
            gear = await self._transactions.send(describe(address), priority=Priority.CONFIGURATION)
            if any(other.key == gear.key for other in self.gear.values()):
                gear = await self._tell_apart(gear)
        except AnswersCollidedError:
            self.shared_addresses.add(address)
            _LOGGER.warning("address=%d gear=shared: more than one gear has this short address", address)
        except NoAnswerError as error:
            self.incomplete_addresses.add(address)
            _LOGGER.info("address=%d gear=incomplete: no answer to %s", address, error)
            return False
        else:
            self.incomplete_addresses.discard(address)
            self.gear[address] = gear
            self._found(gear)
        return True

    async def _tell_apart(self, gear: Gear) -> Gear:
        """Return a gear whose maker gave it the numbers of another, under its random address or its short one."""
        random_address = await self._transactions.send(
            read_random_address(gear.address), priority=Priority.CONFIGURATION
        )
        _LOGGER.warning(
            "address=%d gear=duplicate: its maker gave it the GTIN and the serial number of another gear of this line",
            gear.address,
        )
        return replace(gear, identity=None, random_address=random_address)
