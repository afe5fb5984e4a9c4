"""How gear without known addresses is found and given some (IEC 62386-102, 9.14)."""

from enum import StrEnum
import random
from typing import Final

from .commands import YES, Special
from .specification import NO_RANDOM_ADDRESS
from .variables import Variables

# INITIALISE lasts this long (11.7.5), and RANDOMISE takes up to that long (11.7.6), in seconds.
INITIALISE_SECONDS: Final = 15 * 60.0
RANDOMISE_SECONDS: Final = 0.1
_ALL: Final = 0x00


class Selection(StrEnum):
    """The initialisation state of a gear."""

    DISABLED = "disabled"
    ENABLED = "enabled"
    WITHDRAWN = "withdrawn"


class Initialisation:
    """The special commands of commissioning, as one gear takes them."""

    def __init__(self, variables: Variables, chance: random.Random) -> None:
        self._variables = variables
        self._chance = chance
        self._selection = Selection.DISABLED
        self._ends = 0.0
        self._fresh: tuple[float, int] | None = None
        self.search_address = NO_RANDOM_ADDRESS

    def selection(self, now: float) -> Selection:
        """Return the initialisation state; it ends by itself after 15 minutes."""
        return self._selection if now < self._ends else Selection.DISABLED

    def settle(self, now: float) -> None:
        """Take over a random address that is ready by now."""
        if self._fresh is not None and now >= self._fresh[0]:
            self._variables.random_address = self._fresh[1]
            self._fresh = None

    def reset(self) -> None:
        """Obey RESET (11.4.2): a random address under way is not taken any more."""
        self._fresh = None
        self.search_address = NO_RANDOM_ADDRESS

    def restart(self) -> None:
        """Take the values of a start."""
        self._ends = 0.0
        self.reset()

    def obey(self, special: Special, data: int, now: float) -> int | None:
        """Take a special command; return the answer, if it has one."""
        if special is Special.INITIALISE:
            if data in {_ALL, self._variables.address_byte}:
                self._selection = Selection.ENABLED
                self._ends = now + INITIALISE_SECONDS
            return None
        if special is Special.TERMINATE:
            self._ends = 0.0
            return None
        selection = self.selection(now)
        if selection is Selection.DISABLED:
            return None
        if special is Special.COMPARE:
            chosen = selection is Selection.ENABLED and self._variables.random_address <= self.search_address
            return YES if chosen else None
        if special is Special.VERIFY_SHORT_ADDRESS:
            return YES if data == self._variables.address_byte else None
        if special is Special.RANDOMISE:
            ready = now + self._chance.uniform(0, RANDOMISE_SECONDS)
            self._fresh = ready, self._chance.randrange(NO_RANDOM_ADDRESS)
            return None
        if special in _SEARCH_BYTES:
            shift = _SEARCH_BYTES[special]
            self.search_address = self.search_address & ~(0xFF << shift) | data << shift
            return None
        return self._obey_when_found(special, data) if self._found else None

    @property
    def _found(self) -> bool:
        return self._variables.random_address == self.search_address

    def _obey_when_found(self, special: Special, data: int) -> int | None:
        if special is Special.QUERY_SHORT_ADDRESS:
            return self._variables.address_byte
        if special is Special.PROGRAM_SHORT_ADDRESS:
            self._variables.set_address_byte(data)
        elif special is Special.WITHDRAW:
            self._selection = Selection.WITHDRAWN
        return None


_SEARCH_BYTES: Final = {Special.SEARCHADDRH: 16, Special.SEARCHADDRM: 8, Special.SEARCHADDRL: 0}
