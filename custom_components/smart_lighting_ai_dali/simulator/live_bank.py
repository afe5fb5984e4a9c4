"""Memory banks whose values change by themselves (IEC 62386-251 to -253)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import override

from .memory_banks import LOCK, MemoryBank


@dataclass(frozen=True, slots=True)
class LiveValue:
    """A number of several locations, the high byte first, as it is whenever somebody looks."""

    first: int
    size: int
    read: Callable[[], float]
    write: Callable[[int], None] | None = None
    """Takes what a master wrote, byte by byte up to the last; None: read only."""
    most: int | None = None
    """More than that is not told; None: all but MASK and TMASK, the two highest numbers."""

    @property
    def locations(self) -> range:
        """Return where it is."""
        return range(self.first, self.first + self.size)

    @property
    def highest(self) -> int:
        """Return the highest number that it can have."""
        return (1 << 8 * self.size) - 3 if self.most is None else self.most

    def content(self) -> bytes:
        """Return the bytes of this instant; a number that has grown too large stays at the highest."""
        return max(0, min(self.highest, int(self.read()))).to_bytes(self.size)


class LiveBank(MemoryBank):
    """A bank with live values; a value is read whole, as it was when its first location was read."""

    def __init__(self, cells: Mapping[int, int], values: tuple[LiveValue, ...], *, lockable: range = range(0)) -> None:
        super().__init__(cells, lockable=lockable, latchable=True)
        self._values = values
        self._begun: tuple[LiveValue, bytes] | None = None
        self._next: int | None = None
        self._written = bytearray()

    @override
    def read(self, location: int) -> int | None:
        """Return the byte at a location: of a value that is being read from its first on, as it was then."""
        if self.latched:
            return super().read(location)
        value = self._value_at(location)
        if value is None:
            self._begun = None
            return super().read(location)
        if location == value.first or self._begun is None or self._begun[0] is not value or self._next != location:
            self._begun = (value, value.content())
        self._next = location + 1
        return self._begun[1][location - value.first]

    @override
    def write(self, location: int, value: int) -> bool:
        """Write a byte; a value that can be written is taken with its last, and one that is no number is refused."""
        live = self._value_at(location)
        if location == LOCK or live is None:
            return super().write(location, value)
        if live.write is None:
            return False
        if location == live.first:
            self._written.clear()
        if len(self._written) != location - live.first:
            return False
        self._written.append(value)
        if len(self._written) < live.size:
            return True
        number = int.from_bytes(self._written)
        self._written.clear()
        if number > live.highest:
            return False
        live.write(number)
        return True

    @override
    def present(self) -> dict[int, int]:
        """Return all bytes of this instant."""
        cells = super().present()
        for value in self._values:
            cells.update(zip(value.locations, value.content(), strict=True))
        return cells

    def _value_at(self, location: int) -> LiveValue | None:
        return next((value for value in self._values if location in value.locations), None)
