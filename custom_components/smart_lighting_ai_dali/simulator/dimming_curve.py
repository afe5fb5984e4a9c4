"""Device type 17: gear whose dimming curve can be chosen (IEC 62386-218)."""

from typing import Final

from .variables import Registers, Variables

DEVICE_TYPE: Final = 17
_SELECT_DIMMING_CURVE: Final = 0xE3
_QUERY_DIMMING_CURVE: Final = 0xEE
_QUERY_EXTENDED_VERSION_NUMBER: Final = 0xFF
LINEAR: Final = 1
VERSION: Final = 1


class DimmingCurve:
    """What gear with device type 17 adds."""

    send_twice = frozenset({_SELECT_DIMMING_CURVE})
    first_query = _QUERY_DIMMING_CURVE

    def __init__(self, variables: Variables, registers: Registers) -> None:
        self._variables = variables
        self._registers = registers

    def obey(self, opcode: int, _now: float) -> int | None:
        """Take a command for the curve; 0 is the logarithmic one, 1 the linear, others are ignored."""
        if opcode == _SELECT_DIMMING_CURVE and self._registers.dtr0 <= LINEAR:
            self._variables.dimming_curve = self._registers.dtr0
        return {
            _QUERY_DIMMING_CURVE: self._variables.dimming_curve,
            _QUERY_EXTENDED_VERSION_NUMBER: VERSION,
        }.get(opcode)
