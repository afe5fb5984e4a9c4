"""Device type 7: a relay that follows the level past thresholds (IEC 62386-208)."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from ..dali.level import MASK
from .variables import Registers

DEVICE_TYPE: Final = 7
_THRESHOLDS_CAN_BE_SET: Final = 0b0000_1000
_VERSION: Final = 1


class SwitchCommand(IntEnum):
    """Opcode bytes of the commands for the switching function."""

    STORE_UP_SWITCH_ON_THRESHOLD = 0xE1
    STORE_UP_SWITCH_OFF_THRESHOLD = 0xE2
    STORE_DOWN_SWITCH_ON_THRESHOLD = 0xE3
    STORE_DOWN_SWITCH_OFF_THRESHOLD = 0xE4
    STORE_ERROR_HOLD_OFF_TIME = 0xE5
    QUERY_FEATURES = 0xF0
    QUERY_SWITCH_STATUS = 0xF1
    QUERY_UP_SWITCH_ON_THRESHOLD = 0xF2
    QUERY_UP_SWITCH_OFF_THRESHOLD = 0xF3
    QUERY_DOWN_SWITCH_ON_THRESHOLD = 0xF4
    QUERY_DOWN_SWITCH_OFF_THRESHOLD = 0xF5
    QUERY_ERROR_HOLD_OFF_TIME = 0xF6
    QUERY_EXTENDED_VERSION_NUMBER = 0xFF


class _Threshold(IntEnum):
    """Which threshold acted last, as QUERY SWITCH STATUS has it in bits 3:2."""

    UP_ON = 0
    UP_OFF = 1
    DOWN_ON = 2
    DOWN_OFF = 3


class SwitchingFunction:
    """The relay of one gear: on above the lowest light, off at none, or as the thresholds say; MASK is no threshold."""

    send_twice = range(0xE0, 0xF0)
    first_query = int(SwitchCommand.QUERY_FEATURES)

    def __init__(self, registers: Registers, *, level: Callable[[float], int], now_at: int) -> None:
        self._registers = registers
        self._level = level
        self._thresholds = [1, MASK, MASK, 0]
        self._hold_off = MASK
        self._before = now_at
        self._acted = _Threshold.UP_ON if now_at else _Threshold.DOWN_OFF

    def advance(self, now: float) -> None:
        """Let the relay follow the level that the gear has reached."""
        level, before = self._level(now), self._before
        if level in {before, MASK}:
            return
        self._before = level
        up_on, up_off, down_on, down_off = self._thresholds
        if level > before:
            # The one that was passed last acts.
            passed = [(at, what) for at, what in ((up_on, _Threshold.UP_ON), (up_off, _Threshold.UP_OFF)) if at != MASK]
            acting = max(((at, what) for at, what in passed if before < at <= level), default=None)
        else:
            downs = ((down_on, _Threshold.DOWN_ON), (down_off, _Threshold.DOWN_OFF))
            acting = min(((at, what) for at, what in downs if at != MASK and level <= at < before), default=None)
        if acting is not None:
            self._acted = acting[1]

    def is_on(self, now: float) -> bool:
        """Return whether the relay is closed."""
        self.advance(now)
        return self._acted in {_Threshold.UP_ON, _Threshold.DOWN_ON}

    def obey(self, opcode: int, now: float) -> int | None:
        """Take a command for the relay; return the answer, if it has one."""
        self.advance(now)
        try:
            command = SwitchCommand(opcode)
        except ValueError:
            return None
        if opcode in self.send_twice:
            if command is SwitchCommand.STORE_ERROR_HOLD_OFF_TIME:
                self._hold_off = self._registers.dtr0
            else:
                self._thresholds[opcode - SwitchCommand.STORE_UP_SWITCH_ON_THRESHOLD] = self._registers.dtr0
            return None
        first = SwitchCommand.QUERY_UP_SWITCH_ON_THRESHOLD
        return {
            SwitchCommand.QUERY_FEATURES: _THRESHOLDS_CAN_BE_SET,
            SwitchCommand.QUERY_SWITCH_STATUS: self._acted << 2,
            SwitchCommand.QUERY_ERROR_HOLD_OFF_TIME: self._hold_off,
            SwitchCommand.QUERY_EXTENDED_VERSION_NUMBER: _VERSION,
            **{SwitchCommand(first + number): threshold for number, threshold in enumerate(self._thresholds)},
        }.get(command)

    def snapshot(self, now: float) -> dict[str, object]:
        """Return how the relay is, as plain JSON."""
        return {"on": self.is_on(now), "thresholds": list(self._thresholds)}
