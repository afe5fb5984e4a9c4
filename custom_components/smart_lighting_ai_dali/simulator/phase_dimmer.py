"""Device type 4: a dimmer that cuts the mains wave for incandescent lamps (IEC 62386-205)."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from .dimming_curve import LINEAR, VERSION
from .variables import Registers

DEVICE_TYPE: Final = 4
# An open circuit can be queried; nothing that is measured can; the other curve can be chosen; trailing edge only.
_FEATURES: Final = (0b0000_0010, 0, 0b0000_1010)
_OPEN_CIRCUIT: Final = 0b0000_0010
_TRAILING_EDGE: Final = 0b0000_0010
_OTHER_CURVE: Final = 0b0001_0000


class DimmerCommand(IntEnum):
    """Opcode bytes of the commands for dimmers that this one has."""

    SELECT_DIMMING_CURVE = 0xE1
    QUERY_DIMMING_CURVE = 0xEE
    QUERY_DIMMER_STATUS = 0xEF
    QUERY_FEATURES = 0xF0
    QUERY_FAILURE_STATUS = 0xF1
    QUERY_EXTENDED_VERSION_NUMBER = 0xFF


class PhaseDimmer:
    """What gear with device type 4 adds; its curve outlives RESET."""

    send_twice = range(0xE0, 0xE2)
    first_query = int(DimmerCommand.QUERY_DIMMING_CURVE)

    def __init__(self, registers: Registers, *, lamp_failed: Callable[[], bool]) -> None:
        self._registers = registers
        self._lamp_failed = lamp_failed
        self._curve = 0

    def obey(self, opcode: int, _now: float) -> int | None:
        """Take a command for the dimmer; return the answer, if it has one."""
        try:
            command = DimmerCommand(opcode)
        except ValueError:
            return None
        registers = self._registers
        match command:
            case DimmerCommand.SELECT_DIMMING_CURVE:
                if registers.dtr0 <= LINEAR:
                    self._curve = registers.dtr0
                return None
            case DimmerCommand.QUERY_DIMMING_CURVE:
                return self._curve
            case DimmerCommand.QUERY_DIMMER_STATUS:
                return _TRAILING_EDGE | (_OTHER_CURVE if self._curve else 0)
            case DimmerCommand.QUERY_FEATURES:
                # The second byte comes in DTR0, the third in DTR1.
                registers.dtr0, registers.dtr1 = _FEATURES[1:]
                return _FEATURES[0]
            case DimmerCommand.QUERY_FAILURE_STATUS:
                registers.dtr0 = 0
                return _OPEN_CIRCUIT if self._lamp_failed() else 0
            case DimmerCommand.QUERY_EXTENDED_VERSION_NUMBER:
                return VERSION
