"""How colours are staged in the registers of gear, and taken on (IEC 62386-209)."""

from collections.abc import Callable, Sequence
from typing import Final

from dali.address import Address
from dali.command import Command
from dali.gear import colour, general

from .target import Colour, ColourTemperature, Rgbwaf, Xy

_REGISTERS: Final[tuple[Callable[[int], Command], ...]] = (general.DTR0, general.DTR1, general.DTR2)


def stage(wanted: Colour, addresses: Sequence[Address]) -> tuple[Command, ...]:
    """Return what puts a colour into the temporary registers of the gear at these addresses."""
    commands: list[Command] = []
    for values, command in _parts(wanted):
        commands += [register(value) for register, value in zip(_REGISTERS, values, strict=False)]
        commands += [command(address) for address in addresses]
    return tuple(commands)


def activate(addresses: Sequence[Address]) -> tuple[Command, ...]:
    """Return what has the gear at these addresses take on what is staged."""
    return tuple(colour.Activate(address) for address in addresses)


def _parts(wanted: Colour) -> list[tuple[tuple[int, ...], Callable[[Address], Command]]]:
    match wanted:
        case ColourTemperature(mirek=mirek):
            return [(_word(mirek), colour.SetTemporaryColourTemperature)]
        case Xy(x=x, y=y):
            return [(_word(x), colour.SetTemporaryXCoordinate), (_word(y), colour.SetTemporaryYCoordinate)]
        case Rgbwaf():
            return [
                ((wanted.red, wanted.green, wanted.blue), colour.SetTemporaryRGBDimLevel),
                ((wanted.white, wanted.amber, wanted.free), colour.SetTemporaryWAFDimLevel),
            ]


def _word(value: int) -> tuple[int, int]:
    """Return a number of 16 bits as DTR0 and DTR1 hold it: low byte, high byte."""
    return value & 0xFF, value >> 8
