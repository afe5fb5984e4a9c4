"""Memory banks 0 and 1 of a gear (IEC 62386-102, 9.10 and tables 9 to 11)."""

from collections.abc import Mapping
from typing import Final

from .device_specification import DeviceSpecification
from .specification import GearSpecification
from .variables import Registers

_LAST_LOCATION: Final = 0x00
_CHECKSUM: Final = 0x01
_LAST_BANK: Final = 0x02
LOCK: Final = 0x02
_UNLOCKED: Final = 0x55
_LATCHED: Final = 0xAA
_NONE: Final = 0xFF
# Versions are written as major in bits 7:2 and minor in bits 1:0 (4.2).
VERSION_2_0: Final = 0x08
# In bank 1 everything after the lock byte needs it open.
_BANK_1_DATA: Final = range(0x03, 0x11)


class MemoryBank:
    """One bank: a byte a location, some of them behind a lock byte that latches too."""

    def __init__(self, cells: Mapping[int, int], *, lockable: range = range(0), latchable: bool = False) -> None:
        self._cells = dict(cells)
        self._lockable = lockable
        self._has_lock_byte = bool(lockable) or latchable
        self._latched: dict[int, int] | None = None

    @property
    def locked(self) -> bool:
        """Return whether the lock byte keeps the bank from being written; a bank without one is always locked."""
        return not self._lockable or self._cells[LOCK] != _UNLOCKED

    def read(self, location: int) -> int | None:
        """Return the byte at a location, or None where there is none; while latched, as it was then."""
        cells = self._cells if self._latched is None else self._latched
        return cells.get(location)

    @property
    def latched(self) -> bool:
        """Return whether the bank tells what was, and not what is."""
        return self._latched is not None

    def present(self) -> dict[int, int]:
        """Return all bytes of this instant."""
        return dict(self._cells)

    def write(self, location: int, value: int) -> bool:
        """Write a byte from the line; return whether it could be written."""
        if self._has_lock_byte and location == LOCK:
            self._cells[LOCK] = value
            self._latched = self.present() if value == _LATCHED else None
            return True
        if self.locked or location not in self._lockable:
            return False
        self._cells[location] = value
        return True

    def store(self, location: int, value: int) -> None:
        """Change a byte from the inside, as gear does with what it measures."""
        self._cells[location] = value

    def close(self) -> None:
        """Lock and release the latch: RESET MEMORY BANK, and each start."""
        if self._has_lock_byte:
            self.write(LOCK, _NONE)


def bank_0(specification: GearSpecification, last_bank: int = 1) -> MemoryBank:
    """Return the bank that says who made the gear, and which bank is the last (table 9).

    In the first edition it ends with the low half of the serial number.
    """
    head = specification.gtin.to_bytes(6) + bytes(specification.firmware)
    if specification.edition == 1:
        cells = _numbered(_LAST_BANK, bytes([last_bank]) + head + (specification.serial & 0xFFFFFFFF).to_bytes(4))
        # The first edition's checksum makes the sum of all that follows zero.
        cells[_CHECKSUM] = -sum(cells.values()) & 0xFF
    else:
        tail = bytes(
            [
                *specification.hardware,
                VERSION_2_0,
                VERSION_2_0,
                _NONE,
                0,
                specification.unit_count,
                specification.unit_index,
            ]
        )
        cells = _numbered(_LAST_BANK, bytes([last_bank]) + head + specification.serial.to_bytes(8) + tail)
    cells[_LAST_LOCATION] = max(cells)
    return MemoryBank(cells)


def device_bank_0(specification: DeviceSpecification) -> MemoryBank:
    """Return bank 0 of a control device (103, table 9): the same locations, and one device in the unit."""
    head = bytes([0]) + specification.gtin.to_bytes(6) + bytes(specification.firmware)
    tail = bytes([*specification.hardware, VERSION_2_0, _NONE, VERSION_2_0, 1, 0, 0])
    cells = _numbered(_LAST_BANK, head + specification.serial.to_bytes(8) + tail)
    cells[_LAST_LOCATION] = max(cells)
    return MemoryBank(cells)


def bank_1() -> MemoryBank:
    """Return the bank that the maker of a luminaire may fill (table 11): nobody has."""
    cells = _numbered(_LAST_LOCATION, bytes([_BANK_1_DATA[-1]]) + bytes([_NONE] * _BANK_1_DATA[-1]))
    return MemoryBank(cells, lockable=_BANK_1_DATA)


def _numbered(first: int, data: bytes) -> dict[int, int]:
    return dict(enumerate(data, first))


class Memory:
    """The banks of one gear, as the line reads and writes them: DTR1 is the bank, DTR0 the location."""

    def __init__(self, banks: Mapping[int, MemoryBank], registers: Registers) -> None:
        self._banks = dict(banks)
        self._registers = registers
        self.write_enabled = False

    def read(self) -> int | None:
        """Answer READ MEMORY LOCATION (11.5.36): a bank that is not there is not even counted on."""
        bank = self._banks.get(self._registers.dtr1)
        return None if bank is None else bank.read(self._advance())

    def write(self, value: int) -> int | None:
        """Obey WRITE MEMORY LOCATION (11.7.17); return the byte, or None where it could not be written."""
        bank = self._banks.get(self._registers.dtr1)
        if bank is None or not self.write_enabled:
            return None
        return value if bank.write(self._advance(), value) else None

    def reset(self, number: int) -> None:
        """Obey RESET MEMORY BANK (11.4.6): one unlocked bank, or with 0 all of them."""
        for bank in self._banks.values() if number == 0 else [self._banks.get(number)]:
            if bank is not None and not bank.locked:
                bank.close()

    def restart(self) -> None:
        """Take the values of a start."""
        self.write_enabled = False
        for bank in self._banks.values():
            bank.close()

    def _advance(self) -> int:
        location = self._registers.dtr0
        self._registers.dtr0 = min(location + 1, 0xFF)
        return location
