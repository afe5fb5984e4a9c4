"""How colours are staged in the registers of gear, and taken on (IEC 62386-209)."""

from collections.abc import Callable, Sequence
from typing import Final

from dali.address import Address
from dali.command import Command
from dali.gear import colour, general

from .target import MASK_8, Colour, ColourTemperature, Rgbwaf, Xy

# So many frames take 400 ms, the most that a transaction should.
_MOST_FRAMES: Final = 14
_REGISTERS: Final[tuple[Callable[[int], Command], ...]] = (general.DTR0, general.DTR1, general.DTR2)


def stage(wanted: Colour, addresses: Sequence[Address]) -> tuple[Command, ...]:
    """Return what puts a colour into the temporary registers of the gear at these addresses."""
    commands: list[Command] = []
    for values, command in _parts(wanted):
        commands += [register(value) for register, value in zip(_REGISTERS, values, strict=False)]
        commands += [command(address) for address in addresses]
    return tuple(commands)


def activate(address: Address) -> Command:
    """Return what has the gear at an address show what is staged."""
    return colour.Activate(address)


def addresses_at_once(wanted: Colour) -> int:
    """Return to how many addresses a colour goes in one transaction; after that, the registers are set again."""
    parts = _parts(wanted)
    registers = sum(len(values) for values, _ in parts)
    # Each command for a colour follows an ENABLE DEVICE TYPE.
    return max(1, (_MOST_FRAMES - registers) // (2 * len(parts)))


def _parts(wanted: Colour) -> list[tuple[tuple[int, ...], Callable[[Address], Command]]]:
    match wanted:
        case ColourTemperature(mirek=mirek):
            return [(_word(mirek), colour.SetTemporaryColourTemperature)]
        case Xy(x=x, y=y):
            return [(_word(x), colour.SetTemporaryXCoordinate), (_word(y), colour.SetTemporaryYCoordinate)]
        case Rgbwaf():
            channels = [
                ((wanted.red, wanted.green, wanted.blue), colour.SetTemporaryRGBDimLevel),
                ((wanted.white, wanted.amber, wanted.free), colour.SetTemporaryWAFDimLevel),
            ]
            # What stays as it is need not be said.
            return [part for part in channels if set(part[0]) != {MASK_8}]


def _word(value: int) -> tuple[int, int]:
    """Return a number of 16 bits as DTR0 and DTR1 hold it: low byte, high byte."""
    return value & 0xFF, value >> 8
