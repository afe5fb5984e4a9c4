"""One control gear of a simulated line: which frames are for it, and what they do (IEC 62386-102)."""

from dataclasses import dataclass
import random
from typing import Final

from ..dali.level import MASK
from ..dali.timing import SEND_TWICE_MAX, SYSTEM_FAILURE
from .commands import (
    FIRST_EXTENDED_OPCODE,
    KEEPS_IDENTIFYING,
    KEEPS_WRITE_ENABLED,
    QUERY_EXTENDED_VERSION_NUMBER,
    SECOND_EDITION,
    SECOND_EDITION_SPECIAL,
    SEND_TWICE,
    SEND_TWICE_SPECIAL,
    Command,
    Special,
    command_of,
    special_of,
)
from .configuration import configure
from .led_module import DEVICE_TYPE, LED_SEND_TWICE
from .queries import answer
from .specification import GearSpecification
from .state import State

# The power-on level is taken this long after the supply is back (9.13), in seconds.
POWER_ON_SECONDS: Final = 0.6
_BROADCAST: Final = 0xFE
_BROADCAST_UNADDRESSED: Final = 0xFC
_FIRST_GROUP: Final = 0x80
_FIRST_SPECIAL: Final = 0xA0
_FIRST_RESERVED: Final = 0xE0


@dataclass(frozen=True, slots=True)
class _Half:
    """The first of two equal frames, and the device type that was enabled for it."""

    data: int
    at: float
    device_type: int | None


class Gear:
    """A pure state machine; `now` is in seconds of any origin and never goes back."""

    def __init__(self, specification: GearSpecification, *, random: random.Random) -> None:
        self.name = specification.name
        self.room = specification.room
        self.deaf = specification.deaf
        """Never answers, obeys nothing."""
        self._state = State(specification, random)
        self._edition = specification.edition
        self._half: _Half | None = None
        self._device_type: int | None = None
        self._has_mains = True
        self._line_lost_at: float | None = None
        self._fails_at: float | None = None
        self._powers_on_at: float | None = None

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

    def actual_level(self, now: float) -> int:
        """Return the level at this instant, in the middle of a fade too: 0 to 254, or 255 during start-up."""
        self._pass_time(now)
        return self._state.arc_power.level(now)

    def receive(self, data: int, now: float) -> int | None:
        """Take a 16-bit forward frame whose last edge was at `now`; return the answer (0 to 255) or None."""
        self._pass_time(now)
        if self.deaf or not self._has_mains or self._line_lost_at is not None:
            return None
        half, device_type = self._half, self._device_type
        self._half = self._device_type = None
        twice = half is not None and half.data == data and now - half.at <= SEND_TWICE_MAX
        if half is not None and twice:
            device_type = half.device_type
        listed, self._state.types_to_list = self._state.types_to_list, None
        address, opcode = data >> 8, data & 0xFF
        if _FIRST_SPECIAL <= address < _FIRST_RESERVED:
            special = special_of(address, opcode)
            if special is None or self._is_too_new(special):
                return None
            if special in SEND_TWICE_SPECIAL and not twice:
                self._half = _Half(data, now, device_type)
                return None
            return self._obey_special(special, opcode, now)
        if not self._is_addressed(address):
            return None
        if not address & 1:
            self._note(None)
            self._state.power_cycle_seen = False
            self._state.arc_power.direct(opcode, now)
            return None
        if opcode >= FIRST_EXTENDED_OPCODE:
            return self._obey_extended(data, device_type, twice=twice, now=now)
        command = command_of(opcode)
        if command is None or self._is_too_new(command[0]):
            return None
        if command[0] in SEND_TWICE and not twice:
            self._half = _Half(data, now, device_type)
            return None
        if command[0] is Command.QUERY_NEXT_DEVICE_TYPE:
            self._state.types_to_list = listed
        return self._obey(*command, now)

    def line_power(self, *, present: bool, now: float) -> None:
        """Take note that the line lost its power, or has it again: 0.5 s without it is a system failure (9.12)."""
        self._pass_time(now)
        if present:
            self._line_lost_at = self._fails_at = None
        elif self._line_lost_at is None:
            self._line_lost_at = now
            self._fails_at = now + SYSTEM_FAILURE
            self._half = self._device_type = None

    def mains_power(self, *, present: bool, now: float) -> None:
        """Lose the gear's own supply, or get it back."""
        self._pass_time(now)
        if present and not self._has_mains:
            self._state.restart()
            self._powers_on_at = now + POWER_ON_SECONDS
        elif not present:
            self._state.arc_power.extinguish()
            self._powers_on_at = self._half = self._device_type = None
        self._has_mains = present

    def snapshot(self, now: float) -> dict[str, object]:
        """Return how the gear is, ready for JSON."""
        self._pass_time(now)
        state, variables = self._state, self._state.variables
        return {
            "name": self.name,
            "room": self.room,
            "address": variables.short_address,
            "random_address": variables.random_address,
            "level": state.arc_power.level(now),
            "target": state.arc_power.target,
            "status": int(state.status(now)),
            "minimum": variables.minimum,
            "maximum": variables.maximum,
            "power_on_level": variables.power_on_level,
            "system_failure_level": variables.system_failure_level,
            "fade_time": variables.fade_time,
            "fade_rate": variables.fade_rate,
            "extended_fade": variables.extended_fade,
            "groups": [group for group in range(16) if variables.groups >> group & 1],
            "scenes": {str(scene): level for scene, level in enumerate(variables.scenes) if level != MASK},
            "identifying": state.identifying(now),
            "lamp_failure": state.lamp_failure,
            "gear_failure": state.gear_failure,
            "deaf": self.deaf,
            "mains": self._has_mains,
        }

    def _pass_time(self, now: float) -> None:
        """Do what was due by now."""
        self._state.initialisation.settle(now)
        if self._fails_at is not None and now >= self._fails_at:
            self._fails_at = None
            if self._has_mains:
                self._state.arc_power.fail()
        if self._powers_on_at is not None and now >= self._powers_on_at:
            self._powers_on_at = None
            # A command that came before the power-on level has won (9.13).
            if self._state.arc_power.starting:
                self._state.arc_power.power_on()

    def _is_addressed(self, address: int) -> bool:
        variables = self._state.variables
        if address >= _BROADCAST:
            return True
        if address >= _BROADCAST_UNADDRESSED:
            return variables.short_address is None
        if _FIRST_GROUP <= address < _FIRST_SPECIAL:
            return bool(variables.groups >> (address >> 1 & 0x0F) & 1)
        return address < _FIRST_GROUP and address >> 1 == variables.short_address

    def _is_too_new(self, command: Command | Special) -> bool:
        newer = SECOND_EDITION if isinstance(command, Command) else SECOND_EDITION_SPECIAL
        return self._edition == 1 and command in newer

    def _note(self, command: Command | Special | None, *, query: bool = False) -> None:
        """End what other commands end: the permission to write memory, and an identification."""
        if command not in KEEPS_WRITE_ENABLED:
            self._state.memory.write_enabled = False
        if not query and command not in KEEPS_IDENTIFYING:
            self._state.identifies_until = None

    def _measuring(self, now: float) -> bool:
        return self._state.led is not None and self._state.led.measuring(now)

    def _obey(self, command: Command, number: int, now: float) -> int | None:
        """Take a command with an address."""
        query = command >= Command.QUERY_STATUS
        self._note(command, query=query)
        if query:
            return answer(self._state, command, number, now)
        if self._measuring(now):
            return None
        if command >= Command.RESET:
            configure(self._state, command, number, now)
            return None
        self._state.power_cycle_seen = False
        if command is Command.GO_TO_SCENE:
            self._state.arc_power.scene(self._state.variables.scenes[number], now)
        else:
            self._state.arc_power.obey(command, now)
        return None

    def _obey_extended(self, data: int, device_type: int | None, *, twice: bool, now: float) -> int | None:
        """Take a command of a device type: only where that was enabled just before (11.7.14)."""
        state, opcode = self._state, data & 0xFF
        if device_type is None or device_type not in state.specification.device_types:
            return None
        if device_type != DEVICE_TYPE or state.led is None:
            # Of other types this gear knows what it is asked of all: that it is there.
            return 1 if opcode == QUERY_EXTENDED_VERSION_NUMBER else None
        if opcode in LED_SEND_TWICE and not twice:
            self._half = _Half(data, now, device_type)
            return None
        self._note(None, query=opcode not in LED_SEND_TWICE)
        return state.led.obey(opcode, lamp_failure=state.lamp_failure, now=now)

    def _obey_special(self, special: Special, data: int, now: float) -> int | None:
        """Take a command that every gear takes."""
        self._note(special, query=True)
        registers = self._state.registers
        match special:
            case Special.DTR0:
                registers.dtr0 = data
            case Special.DTR1:
                registers.dtr1 = data
            case Special.DTR2:
                registers.dtr2 = data
            case Special.ENABLE_DEVICE_TYPE:
                self._device_type = data
            case Special.WRITE_MEMORY_LOCATION:
                return self._state.memory.write(data)
            case Special.WRITE_MEMORY_LOCATION_NO_REPLY:
                self._state.memory.write(data)
            case Special.PING:
                pass
            case _:
                if special is Special.TERMINATE:
                    self._state.identifies_until = None
                    if self._state.led is not None:
                        self._state.led.abort()
                return self._state.initialisation.obey(special, data, now)
        return None
