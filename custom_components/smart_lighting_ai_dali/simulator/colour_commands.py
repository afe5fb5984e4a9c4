"""Device type 8: the commands and queries for colours (IEC 62386-209, 11.3.4)."""

from enum import IntEnum
from typing import Final

from .colour import MASK_8, MASK_16, MASKS, MOST_CHANNELS, Colour, ColourType
from .colour_control import XY_STEP, ColourControl
from .colour_variables import TcLimit
from .variables import Registers, Variables

DEVICE_TYPE: Final = 8


class ColourCommand(IntEnum):
    """Opcode bytes of the commands for colours."""

    SET_TEMPORARY_X_COORDINATE = 0xE0
    SET_TEMPORARY_Y_COORDINATE = 0xE1
    ACTIVATE = 0xE2
    X_COORDINATE_STEP_UP = 0xE3
    X_COORDINATE_STEP_DOWN = 0xE4
    Y_COORDINATE_STEP_UP = 0xE5
    Y_COORDINATE_STEP_DOWN = 0xE6
    SET_TEMPORARY_COLOUR_TEMPERATURE = 0xE7
    COLOUR_TEMPERATURE_STEP_COOLER = 0xE8
    COLOUR_TEMPERATURE_STEP_WARMER = 0xE9
    SET_TEMPORARY_PRIMARY_N_DIMLEVEL = 0xEA
    SET_TEMPORARY_RGB_DIMLEVEL = 0xEB
    SET_TEMPORARY_WAF_DIMLEVEL = 0xEC
    SET_TEMPORARY_RGBWAF_CONTROL = 0xED
    COPY_REPORT_TO_TEMPORARY = 0xEE
    STORE_TY_PRIMARY_N = 0xF0
    STORE_XY_COORDINATE_PRIMARY_N = 0xF1
    STORE_COLOUR_TEMPERATURE_LIMIT = 0xF2
    STORE_GEAR_FEATURES_STATUS = 0xF3
    ASSIGN_COLOUR_TO_LINKED_CHANNEL = 0xF5
    START_AUTO_CALIBRATION = 0xF6
    QUERY_GEAR_FEATURES_STATUS = 0xF7
    QUERY_COLOUR_STATUS = 0xF8
    QUERY_COLOUR_TYPE_FEATURES = 0xF9
    QUERY_COLOUR_VALUE = 0xFA
    QUERY_RGBWAF_CONTROL = 0xFB
    QUERY_ASSIGNED_COLOUR = 0xFC
    QUERY_EXTENDED_VERSION_NUMBER = 0xFF


# Commands 239 to 246 come in pairs of equal frames (11.3.4.2).
COLOUR_SEND_TWICE: Final = range(0xEF, 0xF7)
_FIRST_EDITION: Final = 1
_FREECOLOUR: Final = 6
# Steps: the type, which of its numbers, and by how much.
_STEPS: Final = {
    ColourCommand.X_COORDINATE_STEP_UP: (ColourType.XY, 0, XY_STEP),
    ColourCommand.X_COORDINATE_STEP_DOWN: (ColourType.XY, 0, -XY_STEP),
    ColourCommand.Y_COORDINATE_STEP_UP: (ColourType.XY, 1, XY_STEP),
    ColourCommand.Y_COORDINATE_STEP_DOWN: (ColourType.XY, 1, -XY_STEP),
    ColourCommand.COLOUR_TEMPERATURE_STEP_COOLER: (ColourType.TC, 0, -1),
    ColourCommand.COLOUR_TEMPERATURE_STEP_WARMER: (ColourType.TC, 0, 1),
}
# The numbers of a colour in QUERY COLOUR VALUE, counted from 0, 192 and 224 (table 11).
_NUMBERS: Final = (
    *((ColourType.XY, index) for index in range(2)),
    (ColourType.TC, 0),
    *((ColourType.PRIMARY_N, index) for index in range(MOST_CHANNELS)),
    *((ColourType.RGBWAF, index) for index in range(MOST_CHANNELS)),
)
_CONTROL: Final = 15
_COLOUR_TYPE: Final = 16
_FIRST_PRIMARY: Final = 64
_NUMBER_OF_PRIMARIES: Final = 82
_TC_LIMITS: Final = {
    128: TcLimit.COOLEST,
    129: TcLimit.PHYSICAL_COOLEST,
    130: TcLimit.WARMEST,
    131: TcLimit.PHYSICAL_WARMEST,
}
_TEMPORARY: Final = 192
_REPORT: Final = 224


class ColourGear:
    """What gear with device type 8 adds."""

    send_twice = COLOUR_SEND_TWICE
    first_query = int(ColourCommand.QUERY_GEAR_FEATURES_STATUS)

    def __init__(self, colour: ColourControl, variables: Variables, registers: Registers) -> None:
        self._colour = colour
        self._variables = variables
        self._registers = registers

    def obey(self, opcode: int, now: float) -> int | None:
        """Take a command for colours; return the answer, if it has one."""
        try:
            command = ColourCommand(opcode)
        except ValueError:
            return None
        if command >= ColourCommand.QUERY_GEAR_FEATURES_STATUS:
            return self._answer(command, now)
        if command in _STEPS:
            kind, index, change = _STEPS[command]
            self._colour.step(kind, index, change, now)
        elif opcode in COLOUR_SEND_TWICE:
            self._store(command, now)
        elif command is ColourCommand.ACTIVATE:
            self._colour.activate(self._variables.fade_seconds, now)
        else:
            self._stage(command)
        return None

    def _stage(self, command: ColourCommand) -> None:
        colour, registers = self._colour, self._registers
        word = registers.dtr1 << 8 | registers.dtr0
        three = (registers.dtr0, registers.dtr1, registers.dtr2)
        if command is ColourCommand.SET_TEMPORARY_X_COORDINATE:
            colour.stage(ColourType.XY, {0: word})
        elif command is ColourCommand.SET_TEMPORARY_Y_COORDINATE:
            colour.stage(ColourType.XY, {1: word})
        elif command is ColourCommand.SET_TEMPORARY_COLOUR_TEMPERATURE:
            colour.stage(ColourType.TC, {0: word})
        elif command is ColourCommand.SET_TEMPORARY_PRIMARY_N_DIMLEVEL:
            if registers.dtr2 < len(colour.variables.primaries):
                colour.stage(ColourType.PRIMARY_N, {registers.dtr2: word})
        elif command is ColourCommand.SET_TEMPORARY_RGB_DIMLEVEL:
            self._stage_channels(0, three)
        elif command is ColourCommand.SET_TEMPORARY_WAF_DIMLEVEL:
            self._stage_channels(3, three)
        elif command is ColourCommand.SET_TEMPORARY_RGBWAF_CONTROL:
            colour.stage_control(registers.dtr0)
        elif colour.report.kind is not None:
            colour.temporary = colour.report

    def _stage_channels(self, first: int, levels: tuple[int, int, int]) -> None:
        """Take the levels of three channels; those that the gear does not have are left out."""
        has = {channel: level for channel, level in enumerate(levels, first) if channel < self._colour.channels}
        self._colour.stage(ColourType.RGBWAF, has)

    def _store(self, command: ColourCommand, now: float) -> None:
        colour, registers = self._colour, self._registers
        word = registers.dtr1 << 8 | registers.dtr0
        if command is ColourCommand.STORE_COLOUR_TEMPERATURE_LIMIT:
            if ColourType.TC in colour.types:
                colour.variables.set_limit(registers.dtr2, word)
                colour.limits_changed(now)
        elif command is ColourCommand.STORE_GEAR_FEATURES_STATUS:
            colour.automatic_activation = bool(registers.dtr0 & 1)
        elif command is ColourCommand.STORE_TY_PRIMARY_N:
            colour.variables.store_primary(registers.dtr2, light=word)
        elif command is ColourCommand.STORE_XY_COORDINATE_PRIMARY_N:
            point = colour.take_temporary()
            if point.kind is ColourType.XY:
                colour.variables.store_primary(registers.dtr2, point=(point.values[0], point.values[1]))
        elif command is ColourCommand.ASSIGN_COLOUR_TO_LINKED_CHANNEL and registers.dtr0 <= _FREECOLOUR:
            for channel in range(colour.channels):
                if colour.rgbwaf_control >> channel & 1:
                    colour.variables.assigned[channel] = registers.dtr0

    # Queries

    def _answer(self, query: ColourCommand, now: float) -> int | None:
        colour = self._colour
        has_channels = ColourType.RGBWAF in colour.types
        if query is ColourCommand.QUERY_GEAR_FEATURES_STATUS:
            return int(colour.automatic_activation)
        if query is ColourCommand.QUERY_COLOUR_STATUS:
            return colour.status()
        if query is ColourCommand.QUERY_COLOUR_TYPE_FEATURES:
            return self._features()
        if query is ColourCommand.QUERY_RGBWAF_CONTROL:
            return colour.rgbwaf_control if has_channels else None
        if query is ColourCommand.QUERY_ASSIGNED_COLOUR:
            channel = self._registers.dtr0
            return colour.variables.assigned[channel] if channel < colour.channels else MASK_8
        if query is ColourCommand.QUERY_EXTENDED_VERSION_NUMBER:
            return _FIRST_EDITION
        return self._colour_value(now)

    def _features(self) -> int:
        """Return which types the gear has; of primaries and channels, how many."""
        colour = self._colour
        return (
            (ColourType.XY in colour.types)
            | (ColourType.TC in colour.types) << 1
            | len(colour.variables.primaries) << 2
            | colour.channels << 5
        )

    def _colour_value(self, now: float) -> int | None:
        """Answer QUERY COLOUR VALUE; of a number of 16 bits the high half, and the low one goes to DTR0."""
        number, variables = self._registers.dtr0, self._colour.variables
        if number < _COLOUR_TYPE:
            return self._of(self._colour.actual(now), number)
        if _FIRST_PRIMARY <= number < _NUMBER_OF_PRIMARIES:
            which, what = divmod(number - _FIRST_PRIMARY, 3)
            if which >= len(variables.primaries):
                return self._wide(MASK_16)
            primary = variables.primaries[which]
            return self._wide((primary.x, primary.y, primary.light)[what])
        if number == _NUMBER_OF_PRIMARIES:
            return len(variables.primaries)
        if number in _TC_LIMITS:
            limit = variables.limit(_TC_LIMITS[number]) if ColourType.TC in self._colour.types else None
            return None if limit is None else self._wide(limit)
        if _TEMPORARY <= number <= _TEMPORARY + _COLOUR_TYPE:
            return self._of(self._colour.temporary, number - _TEMPORARY)
        if _REPORT <= number <= _REPORT + _COLOUR_TYPE:
            return self._of(self._colour.report, number - _REPORT)
        return None

    def _of(self, colour: Colour, number: int) -> int | None:
        """Return a number of a colour: MASK where it is of another type, None of a type that the gear does not have."""
        if number == _COLOUR_TYPE:
            return MASK_8 if colour.kind is None else colour.kind
        kind, index = (ColourType.RGBWAF, 0) if number == _CONTROL else _NUMBERS[number]
        if kind not in self._colour.types:
            return None
        if number == _CONTROL:
            return colour.control
        value = colour.value(kind, index)
        return value if MASKS[kind] == MASK_8 else self._wide(value)

    def _wide(self, value: int) -> int:
        self._registers.dtr0 = value & 0xFF
        return value >> 8
