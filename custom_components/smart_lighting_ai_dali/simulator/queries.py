"""The queries of IEC 62386-102, 11.5: what each is answered with."""

from collections.abc import Callable, Mapping
from typing import Final

from ..dali.level import MASK
from .colour_control import ColourControl
from .commands import YES, Command
from .memory_banks import VERSION_2_0
from .state import State

_NO_MORE_TYPES: Final = 254
_NORMAL_MODE: Final = 0
_FLUORESCENT_LAMPS: Final = 0
# Light sources (11.5.16) by device type; 253 is "unknown", 254 "none".
_LIGHT_SOURCES: Final = {0: 0, 2: 2, 3: 3, 4: 4, 5: 253, 7: 254}
_LED: Final = 6

type _Answer = Callable[[State, float], int | bool]


def answer(state: State, query: Command, number: int, now: float) -> int | None:
    """Return the answer to a query, None for no; `number` is its scene."""
    if state.colour is not None:
        _report_colour(state.colour, query, number, now)
    if query is Command.QUERY_SCENE_LEVEL:
        return state.variables.scenes[number]
    if query is Command.READ_MEMORY_LOCATION:
        return state.memory.read()
    if query is Command.QUERY_DEVICE_TYPE:
        return _device_type(state)
    if query is Command.QUERY_NEXT_DEVICE_TYPE:
        return _next_device_type(state)
    if query in _YES_OR_NO:
        return YES if _YES_OR_NO[query](state, now) else None
    return int(_NUMBERS[query](state, now))


def _report_colour(colour: ColourControl, query: Command, number: int, now: float) -> None:
    """Copy the colour that belongs to a level into the report colour (209, 9.12.6)."""
    if query is Command.QUERY_ACTUAL_LEVEL:
        colour.report = colour.actual(now)
    elif query is Command.QUERY_POWER_ON_LEVEL:
        colour.report = colour.variables.power_on
    elif query is Command.QUERY_SYSTEM_FAILURE_LEVEL:
        colour.report = colour.variables.system_failure
    elif query is Command.QUERY_SCENE_LEVEL:
        colour.report = colour.variables.scenes[number]


def _device_type(state: State) -> int:
    types = sorted(state.specification.device_types)
    state.types_to_list = None
    if len(types) > 1:
        state.types_to_list = types
        return MASK
    if types:
        return types[0]
    # The first edition had no word for "none".
    return _NO_MORE_TYPES if state.specification.edition > 1 else _FLUORESCENT_LAMPS


def _next_device_type(state: State) -> int | None:
    if state.types_to_list is None:
        return None
    return state.types_to_list.pop(0) if state.types_to_list else _NO_MORE_TYPES


def _light_source(state: State) -> int:
    types = state.specification.device_types
    return _LIGHT_SOURCES.get(types[0], _LED) if types else _LED


_YES_OR_NO: Final[Mapping[Command, _Answer]] = {
    Command.QUERY_CONTROL_GEAR_PRESENT: lambda _state, _now: True,
    Command.QUERY_LAMP_FAILURE: lambda state, _now: state.lamp_failure,
    Command.QUERY_LAMP_POWER_ON: lambda state, now: state.lamp_on(now),
    Command.QUERY_LIMIT_ERROR: lambda state, _now: state.arc_power.limit_error,
    Command.QUERY_RESET_STATE: lambda state, _now: state.is_reset,
    Command.QUERY_MISSING_SHORT_ADDRESS: lambda state, _now: state.variables.short_address is None,
    Command.QUERY_POWER_FAILURE: lambda state, _now: state.power_cycle_seen,
    Command.QUERY_MANUFACTURER_SPECIFIC_MODE: lambda _state, _now: False,
    Command.QUERY_CONTROL_GEAR_FAILURE: lambda state, _now: state.gear_failure,
}
_NUMBERS: Final[Mapping[Command, _Answer]] = {
    Command.QUERY_STATUS: lambda state, now: state.status(now),
    Command.QUERY_VERSION_NUMBER: lambda state, _now: VERSION_2_0 if state.specification.edition > 1 else 1,
    Command.QUERY_CONTENT_DTR0: lambda state, _now: state.registers.dtr0,
    Command.QUERY_CONTENT_DTR1: lambda state, _now: state.registers.dtr1,
    Command.QUERY_CONTENT_DTR2: lambda state, _now: state.registers.dtr2,
    Command.QUERY_PHYSICAL_MINIMUM: lambda state, _now: state.variables.physical_minimum,
    Command.QUERY_OPERATING_MODE: lambda _state, _now: _NORMAL_MODE,
    Command.QUERY_LIGHT_SOURCE_TYPE: lambda state, _now: _light_source(state),
    Command.QUERY_ACTUAL_LEVEL: lambda state, now: state.reported_level(now),
    Command.QUERY_MAX_LEVEL: lambda state, _now: state.variables.maximum,
    Command.QUERY_MIN_LEVEL: lambda state, _now: state.variables.minimum,
    Command.QUERY_POWER_ON_LEVEL: lambda state, _now: state.variables.power_on_level,
    Command.QUERY_SYSTEM_FAILURE_LEVEL: lambda state, _now: state.variables.system_failure_level,
    Command.QUERY_FADE_TIME_FADE_RATE: lambda state, _now: state.variables.fade_time << 4 | state.variables.fade_rate,
    Command.QUERY_EXTENDED_FADE_TIME: lambda state, _now: state.variables.extended_fade,
    Command.QUERY_GROUPS_0_7: lambda state, _now: state.variables.groups & 0xFF,
    Command.QUERY_GROUPS_8_15: lambda state, _now: state.variables.groups >> 8,
    Command.QUERY_RANDOM_ADDRESS_H: lambda state, _now: state.variables.random_address >> 16,
    Command.QUERY_RANDOM_ADDRESS_M: lambda state, _now: state.variables.random_address >> 8 & 0xFF,
    Command.QUERY_RANDOM_ADDRESS_L: lambda state, _now: state.variables.random_address & 0xFF,
}
