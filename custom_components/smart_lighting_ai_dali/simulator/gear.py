"""One control gear of a simulated line: which frames are for it, and what they do (IEC 62386-102)."""

from dataclasses import dataclass
import random
from typing import Final

from ..dali.timing import SEND_TWICE_MAX, forward_frame
from .commands import (
    FIRST_EXTENDED_OPCODE,
    KEEPS_IDENTIFYING,
    KEEPS_WRITE_ENABLED,
    QUERY_EXTENDED_VERSION_NUMBER,
    SECOND_EDITION,
    SECOND_EDITION_SPECIAL,
    SEND_TWICE,
    SEND_TWICE_SPECIAL,
    SPECIAL_QUERIES,
    Command,
    Special,
    command_of,
    special_of,
)
from .configuration import configure
from .queries import answer
from .specification import GearSpecification
from .state import State
from .supply import Supply, SupplyEvent

FRAME_BITS: Final = 16
_IS_COMMAND: Final = 0x01
_FIRST_GROUP: Final = 0x80
_FIRST_SPECIAL: Final = 0xA0
_FIRST_RESERVED: Final = 0xE0
_BROADCAST_UNADDRESSED: Final = 0xFC
_BROADCAST: Final = 0xFE


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame as the gear hears it: its two bytes, and what the frame before left for it."""

    address: int
    opcode: int
    at: float
    device_type: int | None
    """Of the ENABLE DEVICE TYPE just before."""
    is_second: bool
    """Equal to the one just before, and soon enough after it."""


class Gear:
    """A pure state machine; `now` is in seconds of any origin and never goes back."""

    def __init__(self, specification: GearSpecification, *, random: random.Random) -> None:
        self.name = specification.name
        self.deaf = specification.deaf
        """Never answers, obeys nothing."""
        self._specification = specification
        self._state = State(specification, random)
        self._supply = Supply()
        self._half: _Frame | None = None
        self._device_type: int | None = None

    @property
    def lamp_failure(self) -> bool:
        """Whether the lamp is dead; settable."""
        return self._state.lamp_failure

    @lamp_failure.setter
    def lamp_failure(self, value: bool) -> None:
        self._state.lamp_failure = value

    @property
    def gear_failure(self) -> bool:
        """Whether the gear itself is broken, though it talks; settable."""
        return self._state.gear_failure

    @gear_failure.setter
    def gear_failure(self, value: bool) -> None:
        self._state.gear_failure = value

    @property
    def battery_failure(self) -> bool:
        """Whether the battery of emergency lighting is broken; settable, raises ValueError where there is none."""
        return self._state.emergency is not None and self._state.emergency.battery_failure

    @battery_failure.setter
    def battery_failure(self, value: bool) -> None:
        if self._state.emergency is None:
            raise ValueError(f"{self.name} has no battery: it is not of device type 1")
        self._state.emergency.battery_failure = value

    def receive(self, data: int, now: float) -> int | None:
        """Take a 16-bit forward frame whose last edge was at `now`; return the answer (0 to 255) or None."""
        self._pass_time(now)
        if self.deaf or not self._hears:
            return None
        frame = self._hear(data, now)
        if _FIRST_SPECIAL <= frame.address < _FIRST_RESERVED:
            special = special_of(frame.address, frame.opcode)
            return None if special is None else self._take_special(special, frame)
        if not self._is_addressed(frame.address):
            self._state.types_to_list = None
            return None
        if frame.opcode >= FIRST_EXTENDED_OPCODE and frame.address & _IS_COMMAND:
            return self._take_extended(frame)
        return self._take(frame)

    def interrupt(self, now: float) -> None:
        """Take a frame that is not for gear (24 bits, or garbled): half of a command sent twice is forgotten."""
        self._pass_time(now)
        self._half = None

    def line_power(self, *, present: bool, now: float) -> None:
        """Take note that the DALI line lost, or got back, its power."""
        self._pass_time(now)
        self._half = self._device_type = None
        self._supply.set_line(present=present, now=now)

    def mains_power(self, *, present: bool, now: float) -> None:
        """Take note that the gear lost, or got back, its own supply."""
        self._pass_time(now)
        if present == self._supply.has_mains:
            return
        self._half = self._device_type = None
        self._supply.set_mains(present=present, now=now)
        if self._state.emergency is not None:
            self._state.emergency.mains(present=present, now=now)
        if present:
            self._state.restart()
        else:
            self._state.extinguish(now)

    def actual_level(self, now: float) -> int:
        """Return the level at this instant, in the middle of a fade too: 0 to 254, or 255 during start-up."""
        self._pass_time(now)
        return self._state.arc_power.level(now)

    def snapshot(self, now: float) -> dict[str, object]:
        """Return all that the gear is at this instant, as plain JSON."""
        self._pass_time(now)
        return {
            "name": self.name,
            "room": self._specification.room,
            "deaf": self.deaf,
            "has_mains": self._supply.has_mains,
            "has_line_power": self._supply.has_line,
            **self._state.snapshot(now),
        }

    def _pass_time(self, now: float) -> None:
        """Do what came due since the gear was last looked at."""
        self._count(now)
        self._state.initialisation.settle(now)
        for event in self._supply.take_due(now):
            if event is SupplyEvent.SYSTEM_FAILURE:
                self._state.fail(now)
                continue
            if self._state.usage is not None:
                self._state.usage.counts.gear_starts += 1
            if self._state.arc_power.starting:
                self._state.power_on(now)

    @property
    def _hears(self) -> bool:
        """Return whether a frame can reach the gear: emergency lighting lives on its battery, too."""
        emergency = self._state.emergency
        return self._supply.hears or (self._supply.has_line and emergency is not None and emergency.has_power)

    def _count(self, now: float) -> None:
        """Let the gear that reports on itself take note of the time that passed."""
        if self._state.usage is not None:
            self._state.usage.advance(now, supplied=self._supply.has_mains)
        if self._state.emergency is not None:
            self._state.emergency.advance(now)
        if self._state.switch is not None:
            self._state.switch.advance(now)

    def _hear(self, data: int, now: float) -> _Frame:
        """Return the frame with what the one before left for it; that is spent now, whoever the frame is for."""
        half, device_type = self._half, self._device_type
        self._half = self._device_type = None
        address, opcode = data >> 8, data & 0xFF
        is_second = (
            half is not None
            and (half.address, half.opcode) == (address, opcode)
            and now - half.at - forward_frame(FRAME_BITS) <= SEND_TWICE_MAX
        )
        if half is not None and is_second:
            device_type = half.device_type
        return _Frame(address, opcode, now, device_type, is_second)

    def _is_addressed(self, address: int) -> bool:
        """Return whether an address byte means this gear (7.2.1); reserved ones mean nobody."""
        variables = self._state.variables
        address &= ~_IS_COMMAND
        if address < _FIRST_GROUP:
            return address >> 1 == variables.short_address
        if address < _FIRST_SPECIAL:
            return bool(variables.groups >> (address >> 1 & 15) & 1)
        if address == _BROADCAST_UNADDRESSED:
            return variables.short_address is None and self._specification.edition > 1
        return address == _BROADCAST

    def _is_unknown(self, command: Command | Special) -> bool:
        """Return whether the command came with a later edition than the gear's."""
        return self._specification.edition == 1 and (command in SECOND_EDITION or command in SECOND_EDITION_SPECIAL)

    def _take_special(self, special: Special, frame: _Frame) -> int | None:
        """Take a special command, which is for every gear (11.7)."""
        if special is Special.PING:
            return None
        state = self._state
        state.types_to_list = None
        if self._is_unknown(special) or not self._may_act(special, frame, twice=special in SEND_TWICE_SPECIAL):
            return None
        if special is Special.ENABLE_DEVICE_TYPE:
            self._device_type = frame.opcode
        elif special is Special.DTR0:
            state.registers.dtr0 = frame.opcode
        elif special is Special.DTR1:
            state.registers.dtr1 = frame.opcode
        elif special is Special.DTR2:
            state.registers.dtr2 = frame.opcode
        elif special in {Special.WRITE_MEMORY_LOCATION, Special.WRITE_MEMORY_LOCATION_NO_REPLY}:
            written = state.memory.write(frame.opcode)
            return written if special is Special.WRITE_MEMORY_LOCATION else None
        else:
            if special is Special.TERMINATE and state.led is not None:
                state.led.abort()
            return state.initialisation.obey(special, frame.opcode, frame.at)
        return None

    def _take(self, frame: _Frame) -> int | None:
        """Take a direct arc power command (11.3.1), or a command of table 15."""
        state = self._state
        if not self._supply.has_mains and (not frame.address & _IS_COMMAND or frame.opcode < Command.RESET):
            return None  # on its battery it gives its emergency light, whatever level is asked for
        if not frame.address & _IS_COMMAND:
            state.types_to_list = None
            if self._may_act(None, frame, twice=False):
                state.power_cycle_seen = False
                state.direct(frame.opcode, frame.at)
            return None
        command, number = command_of(frame.opcode) or (None, 0)
        if command is not Command.QUERY_NEXT_DEVICE_TYPE:
            state.types_to_list = None
        if command is None or self._is_unknown(command):
            return None
        if not self._may_act(command, frame, twice=command in SEND_TWICE):
            return None
        if command >= Command.QUERY_STATUS:
            return answer(state, command, number, frame.at)
        if command >= Command.RESET:
            configure(state, command, number, frame.at)
            return None
        state.power_cycle_seen = False
        if command is Command.GO_TO_SCENE:
            state.go_to_scene(number, frame.at)
        else:
            state.obey(command, frame.at)
        return None

    def _take_extended(self, frame: _Frame) -> int | None:
        """Take a command of the device type that was enabled just before; without one it means nothing (11.6)."""
        state = self._state
        state.types_to_list = None
        if frame.device_type not in self._specification.device_types:
            return None
        extension = state.extensions.get(frame.device_type)
        if extension is None:
            # Device type 0 has no commands of its own.
            return 1 if frame.device_type and frame.opcode == QUERY_EXTENDED_VERSION_NUMBER else None
        asks = frame.opcode >= extension.first_query
        if not self._may_act(None, frame, twice=frame.opcode in extension.send_twice, asks=asks):
            return None
        return extension.obey(frame.opcode, frame.at)

    def _may_act(self, command: Command | Special | None, frame: _Frame, *, twice: bool, asks: bool = False) -> bool:
        """Return whether a command is obeyed now, and not kept as the first of two; end what any command ends."""
        if twice and not frame.is_second:
            self._half = frame
            return False
        state = self._state
        if state.is_measuring(frame.at) and not (asks or command is Special.TERMINATE or self._is_query(command)):
            return False
        if command not in KEEPS_WRITE_ENABLED:
            state.memory.write_enabled = False
        if command not in KEEPS_IDENTIFYING:
            state.identifies_until = None
        return True

    @staticmethod
    def _is_query(command: Command | Special | None) -> bool:
        if command is None:
            return False
        if isinstance(command, Special):
            return command in SPECIAL_QUERIES
        return command >= Command.QUERY_STATUS
