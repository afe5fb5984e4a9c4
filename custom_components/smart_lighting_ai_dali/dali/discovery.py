"""Find the gear or the input devices of a line: who is there, and what each is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import logging
from types import MappingProxyType
from typing import Final, Protocol, Self

from .colour_sequences import describe_whole
from .errors import AnswersCollidedError, NoAnswerError
from .gear import Gear
from .input_device import InputDevice
from .input_sequences import describe_device, is_device_present
from .sequences import Steps, is_present, read_random_address, read_random_address_of_device
from .timing import Priority
from .transactions import Transactions

_LOGGER = logging.getLogger(f"{__package__}.driver")

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
    devices: DeviceScanResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceScanResult:
    """What a scan found of input devices."""

    found: tuple[InputDevice, ...]
    """All that answered, by address."""
    new: tuple[InputDevice, ...]
    """Those that were not known before."""
    missing: frozenset[str]
    """Keys of known ones that did not answer."""
    shared_addresses: frozenset[int]
    """Short addresses that more than one input device has."""


class Found(Protocol):
    """What can be found at a short address."""

    @property
    def address(self) -> int:
        """Return its short address."""

    @property
    def key(self) -> str:
        """Return what names it on its line."""

    def unidentified(self, random_address: int | None) -> Self:
        """Return it without numbers that its maker gave to another one, too."""


@dataclass(frozen=True, slots=True)
class Kind[T: Found]:
    """What is looked for, and how it is asked."""

    name: str
    """For the log: one word."""
    is_present: Callable[[int], Steps[bool]]
    describe: Callable[[int], Steps[T]]
    read_random_address: Callable[[int], Steps[int | None]]


GEAR: Final = Kind[Gear]("gear", is_present, describe_whole, read_random_address)
INPUT_DEVICES: Final = Kind[InputDevice](
    "input_device", is_device_present, describe_device, read_random_address_of_device
)


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


class Discovery[T: Found]:
    """One look at every address of a line."""

    def __init__(
        self,
        kind: Kind[T],
        transactions: Transactions,
        *,
        found: Callable[[T], None],
        expected: frozenset[int] = frozenset(),
        places: Mapping[str, int] = MappingProxyType({}),
        progress: ScanListener | None = None,
    ) -> None:
        self._kind = kind
        self._transactions = transactions
        self._expected = expected
        # Where something is by its key, of what is at none of the addresses that are looked at.
        self._places = places
        self._found = found
        self._progress = progress
        self.at: dict[int, T] = {}
        self.shared_addresses: set[int] = set()
        self.incomplete_addresses: set[int] = set()

    async def run(self, addresses: Iterable[int] = range(ADDRESSES)) -> None:
        """Ask every address, again where it is silent, and most often where something is expected; raises LineError."""
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
            self._progress(ScanProgress(done, 2 * of, len(self.at)))
        return settled

    async def _describe(self, address: int) -> bool:
        if not await self._transactions.send(self._kind.is_present(address), priority=Priority.CONFIGURATION):
            return False
        try:
            one: T = await self._transactions.send(self._kind.describe(address), priority=Priority.CONFIGURATION)
            if any(other.key == one.key for other in self.at.values()) or await self._is_elsewhere(one.key):
                one = await self._tell_apart(one)
        except AnswersCollidedError:
            self.shared_addresses.add(address)
            _LOGGER.warning(
                "line=%r address=%d device=%s found=shared hint='several have this address: run resolve_duplicates'",
                self._transactions.line,
                address,
                self._kind.name,
            )
        except NoAnswerError as error:
            self.incomplete_addresses.add(address)
            _LOGGER.info(
                "line=%r address=%d device=%s found=incomplete detail=%r",
                self._transactions.line,
                address,
                self._kind.name,
                f"no answer to {error}",
            )
            return False
        else:
            self.incomplete_addresses.discard(address)
            self.at[address] = one
            self._found(one)
        return True

    async def _is_elsewhere(self, key: str) -> bool:
        """Tell whether something answers where this was known to be: it is another with the same numbers then."""
        if key not in self._places:
            return False
        for _ in range(_PATIENCE):
            if await self._transactions.send(self._kind.is_present(self._places[key]), priority=Priority.CONFIGURATION):
                return True
        return False

    async def _tell_apart(self, one: T) -> T:
        """Return what its maker gave the numbers of another, under its random address or its short one."""
        random_address = await self._transactions.send(
            self._kind.read_random_address(one.address), priority=Priority.CONFIGURATION
        )
        _LOGGER.warning(
            "line=%r address=%d device=%s found=duplicate hint='its maker gave it the numbers of another; both work'",
            self._transactions.line,
            one.address,
            self._kind.name,
        )
        return one.unidentified(random_address)
