"""How control devices are found and given addresses (IEC 62386-103, 9.14): as gear is, with operands of their own."""

import random
from typing import Final

from ..dali.level import MASK
from .commands import YES
from .device_commands import DeviceSpecial
from .initialisation import INITIALISE_SECONDS, RANDOMISE_SECONDS, Selection
from .specification import NO_RANDOM_ADDRESS

_ALL: Final = 0xFF
_UNADDRESSED: Final = 0x7F
_LAST_ADDRESS: Final = 63
_SEARCH_BYTES: Final = {DeviceSpecial.SEARCHADDRH: 16, DeviceSpecial.SEARCHADDRM: 8, DeviceSpecial.SEARCHADDRL: 0}


class DeviceAddressing:
    """The addresses of one device, and the special commands of commissioning as it takes them."""

    def __init__(self, short_address: int | None, random_address: int | None, chance: random.Random) -> None:
        self.short_address = short_address
        self.random_address = NO_RANDOM_ADDRESS if random_address is None else random_address
        self._chance = chance
        self._selection = Selection.DISABLED
        self._ends = 0.0
        self._search = NO_RANDOM_ADDRESS
        self._fresh: tuple[float, int] | None = None

    @property
    def address_byte(self) -> int:
        """Return the short address, or MASK where there is none."""
        return MASK if self.short_address is None else self.short_address

    def set_address_byte(self, value: int) -> None:
        """Take a short address, or none as MASK; anything else is ignored."""
        if value == MASK:
            self.short_address = None
        elif value <= _LAST_ADDRESS:
            self.short_address = value

    def settle(self, now: float) -> None:
        """Take over a random address that is ready by now."""
        if self._fresh is not None and now >= self._fresh[0]:
            self.random_address = self._fresh[1]
            self._fresh = None

    def selection(self, now: float) -> Selection:
        """Return the initialisation state; it ends by itself after 15 minutes."""
        return self._selection if now < self._ends else Selection.DISABLED

    def reset(self) -> None:
        """Obey RESET: the short address stays."""
        self.random_address = self._search = NO_RANDOM_ADDRESS
        self._fresh = None

    def restart(self) -> None:
        """Take the values of a start."""
        self._ends = 0.0
        self._search = NO_RANDOM_ADDRESS
        self._fresh = None

    def obey(self, special: DeviceSpecial, data: int, now: float) -> int | None:
        """Take a special command; return the answer, if it has one."""
        if special is DeviceSpecial.INITIALISE:
            unaddressed = data == _UNADDRESSED and self.short_address is None
            if data == _ALL or unaddressed or data == self.short_address:
                self._selection = Selection.ENABLED
                self._ends = now + INITIALISE_SECONDS
            return None
        if special is DeviceSpecial.TERMINATE:
            self._ends = 0.0
            return None
        selection = self.selection(now)
        if selection is Selection.DISABLED:
            return None
        if special is DeviceSpecial.COMPARE:
            return YES if selection is Selection.ENABLED and self.random_address <= self._search else None
        if special is DeviceSpecial.VERIFY_SHORT_ADDRESS:
            return YES if data == self.address_byte else None
        if special is DeviceSpecial.RANDOMISE:
            self._fresh = now + self._chance.uniform(0, RANDOMISE_SECONDS), self._chance.randrange(NO_RANDOM_ADDRESS)
        elif special in _SEARCH_BYTES:
            shift = _SEARCH_BYTES[special]
            self._search = self._search & ~(0xFF << shift) | data << shift
        elif self.random_address == self._search:
            return self._obey_when_found(special, data)
        return None

    def _obey_when_found(self, special: DeviceSpecial, data: int) -> int | None:
        if special is DeviceSpecial.QUERY_SHORT_ADDRESS:
            return self.address_byte
        if special is DeviceSpecial.PROGRAM_SHORT_ADDRESS:
            self.set_address_byte(data)
        elif special is DeviceSpecial.WITHDRAW:
            self._selection = Selection.WITHDRAWN
        return None
