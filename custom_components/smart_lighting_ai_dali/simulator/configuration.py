"""The configuration instructions of IEC 62386-102, 11.4: what each does once it has come twice."""

from collections.abc import Callable, Mapping
from typing import Final

from ..dali.level import MASK
from .colour import NO_COLOUR
from .commands import Command
from .state import IDENTIFY_SECONDS, State

_LONGEST_EXTENDED_FADE: Final = 0x4F
_LONGEST_FADE: Final = 15

type _Instruction = Callable[[State, int, float], None]


def configure(state: State, command: Command, number: int, now: float) -> None:
    """Obey a configuration instruction; `number` is its scene or group."""
    _INSTRUCTIONS[command](state, number, now)


def _reset(state: State, _number: int, now: float) -> None:
    state.reset(now)


def _store_actual_level(state: State, _number: int, now: float) -> None:
    state.registers.dtr0 = state.arc_power.level(now)


def _save(_state: State, _number: int, _now: float) -> None:
    """Do nothing: all that is persistent is so at once."""


def _set_operating_mode(state: State, _number: int, _now: float) -> None:
    """Stay in the normal mode, the only one that this gear has."""


def _reset_memory_bank(state: State, _number: int, _now: float) -> None:
    state.memory.reset(state.registers.dtr0)


def _identify(state: State, _number: int, now: float) -> None:
    state.identifies_until = now + IDENTIFY_SECONDS


def _set_maximum(state: State, _number: int, now: float) -> None:
    variables = state.variables
    variables.maximum = max(variables.minimum, min(254, state.registers.dtr0))
    state.arc_power.limits_changed(now)


def _set_minimum(state: State, _number: int, now: float) -> None:
    variables = state.variables
    variables.minimum = max(variables.physical_minimum, min(variables.maximum, state.registers.dtr0))
    state.arc_power.limits_changed(now)


def _set_system_failure_level(state: State, _number: int, _now: float) -> None:
    state.variables.system_failure_level = state.registers.dtr0
    if state.colour is not None:
        state.colour.variables.system_failure = state.colour.take_temporary()


def _set_power_on_level(state: State, _number: int, _now: float) -> None:
    state.variables.power_on_level = state.registers.dtr0
    if state.colour is not None:
        state.colour.variables.power_on = state.colour.take_temporary()


def _set_fade_time(state: State, _number: int, _now: float) -> None:
    state.variables.fade_time = min(_LONGEST_FADE, state.registers.dtr0)


def _set_fade_rate(state: State, _number: int, _now: float) -> None:
    state.variables.fade_rate = max(1, min(_LONGEST_FADE, state.registers.dtr0))


def _set_extended_fade(state: State, _number: int, _now: float) -> None:
    value = state.registers.dtr0
    state.variables.extended_fade = value if value <= _LONGEST_EXTENDED_FADE else 0


def _set_scene(state: State, number: int, _now: float) -> None:
    state.variables.scenes[number] = state.registers.dtr0
    if state.colour is not None:
        state.colour.variables.scenes[number] = state.colour.take_temporary()


def _remove_from_scene(state: State, number: int, _now: float) -> None:
    state.variables.scenes[number] = MASK
    if state.colour is not None:
        state.colour.variables.scenes[number] = NO_COLOUR


def _add_to_group(state: State, number: int, _now: float) -> None:
    state.variables.groups |= 1 << number


def _remove_from_group(state: State, number: int, _now: float) -> None:
    state.variables.groups &= ~(1 << number)


def _set_short_address(state: State, _number: int, _now: float) -> None:
    state.variables.set_address_byte(state.registers.dtr0)


def _enable_write_memory(state: State, _number: int, _now: float) -> None:
    state.memory.write_enabled = True


_INSTRUCTIONS: Final[Mapping[Command, _Instruction]] = {
    Command.RESET: _reset,
    Command.STORE_ACTUAL_LEVEL_IN_DTR0: _store_actual_level,
    Command.SAVE_PERSISTENT_VARIABLES: _save,
    Command.SET_OPERATING_MODE: _set_operating_mode,
    Command.RESET_MEMORY_BANK: _reset_memory_bank,
    Command.IDENTIFY_DEVICE: _identify,
    Command.SET_MAX_LEVEL: _set_maximum,
    Command.SET_MIN_LEVEL: _set_minimum,
    Command.SET_SYSTEM_FAILURE_LEVEL: _set_system_failure_level,
    Command.SET_POWER_ON_LEVEL: _set_power_on_level,
    Command.SET_FADE_TIME: _set_fade_time,
    Command.SET_FADE_RATE: _set_fade_rate,
    Command.SET_EXTENDED_FADE_TIME: _set_extended_fade,
    Command.SET_SCENE: _set_scene,
    Command.REMOVE_FROM_SCENE: _remove_from_scene,
    Command.ADD_TO_GROUP: _add_to_group,
    Command.REMOVE_FROM_GROUP: _remove_from_group,
    Command.SET_SHORT_ADDRESS: _set_short_address,
    Command.ENABLE_WRITE_MEMORY: _enable_write_memory,
}
