"""What the maker of a luminaire writes into memory bank 1 (IEC 62386-251, content format 3)."""

from dataclasses import dataclass
from typing import Final

_LOCK: Final = 0x02
_LAST: Final = 0x77
# What needs the lock byte open to be written.
LUMINAIRE_CELLS: Final = range(0x03, _LAST + 1)
_CONTENT_FORMAT: Final = 3
# How the standard says "unknown" in one, two and three bytes.
_UNKNOWN: Final = {1: 0xFF, 2: 0xFFFF, 3: 0xFFFFFF, 6: 0xFFFF_FFFF_FFFF, 8: 0xFFFF_FFFF_FFFF_FFFF}
_COLOUR_CHARACTERS: Final = 24
_NAME_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Luminaire:
    """A luminaire as its maker describes it; None: unknown."""

    gtin: int | None = None
    number: int | None = None
    """64 bits."""
    year: int | None = None
    """Of manufacture, 0 to 99."""
    week: int | None = None
    """Of manufacture, 1 to 53."""
    power: int | None = None
    """Nominal, in watts."""
    minimum_power: int | None = None
    """At the lowest level, in watts."""
    lumens: int | None = None
    colour_rendering: int | None = None
    """The index, 0 to 100."""
    kelvin: int | None = None
    colour: str = ""
    """Of the housing, up to 24 characters of ASCII."""
    name: str = ""
    """Up to 60 characters of ASCII."""

    def cells(self) -> dict[int, int]:
        """Return what stands in memory bank 1, location by location."""
        mains = (220, 240)
        numbers = (
            (0x03, 6, self.gtin),
            (0x09, 8, self.number),
            (0x11, 2, _CONTENT_FORMAT),
            (0x13, 1, self.year),
            (0x14, 1, self.week),
            (0x15, 2, self.power),
            (0x17, 2, self.minimum_power),
            (0x19, 2, mains[0]),
            (0x1B, 2, mains[1]),
            (0x1D, 3, self.lumens),
            (0x20, 1, self.colour_rendering),
            (0x21, 2, self.kelvin),
            # How the light is distributed: not specified.
            (0x23, 1, 0),
        )
        cells = dict.fromkeys(range(_LAST + 1), 0) | {0x00: _LAST, 0x01: 0xFF, _LOCK: 0xFF}
        for first, size, value in numbers:
            content = (_UNKNOWN[size] if value is None else value).to_bytes(size)
            cells.update(enumerate(content, first))
        cells.update(enumerate(self.colour.encode("ascii")[:_COLOUR_CHARACTERS], 0x24))
        cells.update(enumerate(self.name.encode("ascii")[:_NAME_CHARACTERS], 0x3C))
        return cells
