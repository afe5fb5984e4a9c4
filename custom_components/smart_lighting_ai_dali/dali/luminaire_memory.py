"""Memory bank 1, into which the maker of a luminaire writes: content format 3 (IEC 62386-251)."""

from collections.abc import Mapping
from typing import Final

from dali.memory import oem

from .luminaire import Luminaire
from .memory_values import number_of, text_of
from .sequences import Steps
from .snapshot import read_cells

# The device type that says that the bank is written in that format.
LUMINAIRE_DATA: Final = 50
_BANK: Final = 1
_FORMAT: Final = 3
_NUMBERS: Final = range(0x11, 0x23)
_NAME: Final = range(0x3C, 0x78)
# The name is read in pieces, up to its end.
_PIECE: Final = 5
_CENTURY: Final = 2000


def read_luminaire(address: int) -> Steps[Luminaire]:
    """Read what the maker wrote; where it is in no known format, all is unknown. Raises NoAnswerError."""
    cells: dict[int, int] = yield from read_cells(address, _BANK, _NUMBERS[0], _NUMBERS[-1])
    if number_of(oem.ContentFormatID, cells) != _FORMAT:
        return Luminaire()
    for first in range(_NAME[0], _NAME[-1] + 1, _PIECE):
        piece = yield from read_cells(address, _BANK, first, min(first + _PIECE - 1, _NAME[-1]))
        cells |= piece
        if 0 in piece.values() or not piece:
            break
    return _luminaire(cells)


def _luminaire(cells: Mapping[int, int]) -> Luminaire:
    year = number_of(oem.YearOfManufacture, cells)
    # What lies behind the end of the name does not matter.
    name = text_of(oem.LuminaireIdentification, dict.fromkeys(_NAME, 0) | dict(cells))
    return Luminaire(
        name=name or None,
        year=None if year is None else _CENTURY + int(year),
        week=_whole(oem.WeekOfManufacture, cells),
        power=_whole(oem.InputPowerNominal, cells),
        minimum_power=_whole(oem.InputPowerMinimumDim, cells),
        light_output=_whole(oem.LightOutputNominal, cells),
        colour_rendering=_whole(oem.CRI, cells),
        kelvin=_whole(oem.CCT, cells),
    )


def _whole(value: type[oem.NumericValue], cells: Mapping[int, int]) -> int | None:
    number = number_of(value, cells)
    return None if number is None else int(number)
