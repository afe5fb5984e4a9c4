"""The commands of IEC 62386-102, by the names that the standard gives them (tables 15 and 16)."""

from enum import Enum, IntEnum
from typing import Final


class Command(IntEnum):
    """Opcode bytes of the commands that have an address; the first of sixteen where the low bits are a number."""

    OFF = 0x00
    UP = 0x01
    DOWN = 0x02
    STEP_UP = 0x03
    STEP_DOWN = 0x04
    RECALL_MAX_LEVEL = 0x05
    RECALL_MIN_LEVEL = 0x06
    STEP_DOWN_AND_OFF = 0x07
    ON_AND_STEP_UP = 0x08
    ENABLE_DAPC_SEQUENCE = 0x09
    GO_TO_LAST_ACTIVE_LEVEL = 0x0A
    GO_TO_SCENE = 0x10
    RESET = 0x20
    STORE_ACTUAL_LEVEL_IN_DTR0 = 0x21
    SAVE_PERSISTENT_VARIABLES = 0x22
    SET_OPERATING_MODE = 0x23
    RESET_MEMORY_BANK = 0x24
    IDENTIFY_DEVICE = 0x25
    SET_MAX_LEVEL = 0x2A
    SET_MIN_LEVEL = 0x2B
    SET_SYSTEM_FAILURE_LEVEL = 0x2C
    SET_POWER_ON_LEVEL = 0x2D
    SET_FADE_TIME = 0x2E
    SET_FADE_RATE = 0x2F
    SET_EXTENDED_FADE_TIME = 0x30
    SET_SCENE = 0x40
    REMOVE_FROM_SCENE = 0x50
    ADD_TO_GROUP = 0x60
    REMOVE_FROM_GROUP = 0x70
    SET_SHORT_ADDRESS = 0x80
    ENABLE_WRITE_MEMORY = 0x81
    QUERY_STATUS = 0x90
    QUERY_CONTROL_GEAR_PRESENT = 0x91
    QUERY_LAMP_FAILURE = 0x92
    QUERY_LAMP_POWER_ON = 0x93
    QUERY_LIMIT_ERROR = 0x94
    QUERY_RESET_STATE = 0x95
    QUERY_MISSING_SHORT_ADDRESS = 0x96
    QUERY_VERSION_NUMBER = 0x97
    QUERY_CONTENT_DTR0 = 0x98
    QUERY_DEVICE_TYPE = 0x99
    QUERY_PHYSICAL_MINIMUM = 0x9A
    QUERY_POWER_FAILURE = 0x9B
    QUERY_CONTENT_DTR1 = 0x9C
    QUERY_CONTENT_DTR2 = 0x9D
    QUERY_OPERATING_MODE = 0x9E
    QUERY_LIGHT_SOURCE_TYPE = 0x9F
    QUERY_ACTUAL_LEVEL = 0xA0
    QUERY_MAX_LEVEL = 0xA1
    QUERY_MIN_LEVEL = 0xA2
    QUERY_POWER_ON_LEVEL = 0xA3
    QUERY_SYSTEM_FAILURE_LEVEL = 0xA4
    QUERY_FADE_TIME_FADE_RATE = 0xA5
    QUERY_MANUFACTURER_SPECIFIC_MODE = 0xA6
    QUERY_NEXT_DEVICE_TYPE = 0xA7
    QUERY_EXTENDED_FADE_TIME = 0xA8
    QUERY_CONTROL_GEAR_FAILURE = 0xAA
    QUERY_SCENE_LEVEL = 0xB0
    QUERY_GROUPS_0_7 = 0xC0
    QUERY_GROUPS_8_15 = 0xC1
    QUERY_RANDOM_ADDRESS_H = 0xC2
    QUERY_RANDOM_ADDRESS_M = 0xC3
    QUERY_RANDOM_ADDRESS_L = 0xC4
    READ_MEMORY_LOCATION = 0xC5


class Special(Enum):
    """Address bytes of the special commands, which every gear takes; none is equal to a `Command` of its number."""

    TERMINATE = 0xA1
    DTR0 = 0xA3
    INITIALISE = 0xA5
    RANDOMISE = 0xA7
    COMPARE = 0xA9
    WITHDRAW = 0xAB
    PING = 0xAD
    SEARCHADDRH = 0xB1
    SEARCHADDRM = 0xB3
    SEARCHADDRL = 0xB5
    PROGRAM_SHORT_ADDRESS = 0xB7
    VERIFY_SHORT_ADDRESS = 0xB9
    QUERY_SHORT_ADDRESS = 0xBB
    ENABLE_DEVICE_TYPE = 0xC1
    DTR1 = 0xC3
    DTR2 = 0xC5
    WRITE_MEMORY_LOCATION = 0xC7
    WRITE_MEMORY_LOCATION_NO_REPLY = 0xC9


YES: Final = 255
# From this opcode on a command belongs to the device type that was enabled just before (table 15).
FIRST_EXTENDED_OPCODE: Final = 0xE0
QUERY_EXTENDED_VERSION_NUMBER: Final = 0xFF

_NUMBERED: Final = frozenset(
    {
        Command.GO_TO_SCENE,
        Command.SET_SCENE,
        Command.REMOVE_FROM_SCENE,
        Command.ADD_TO_GROUP,
        Command.REMOVE_FROM_GROUP,
        Command.QUERY_SCENE_LEVEL,
    }
)
# Instructions that come in pairs of equal frames (11.4 and 11.7).
SEND_TWICE: Final = frozenset(command for command in Command if Command.RESET <= command <= Command.ENABLE_WRITE_MEMORY)
SEND_TWICE_SPECIAL: Final = frozenset({Special.INITIALISE, Special.RANDOMISE})
# Special commands whose second byte has to be zero.
WITHOUT_DATA: Final = frozenset(
    {
        Special.TERMINATE,
        Special.RANDOMISE,
        Special.COMPARE,
        Special.WITHDRAW,
        Special.PING,
        Special.QUERY_SHORT_ADDRESS,
    }
)
# What the second edition brought; gear of the first ignores it.
SECOND_EDITION: Final = frozenset(
    {
        Command.GO_TO_LAST_ACTIVE_LEVEL,
        Command.SAVE_PERSISTENT_VARIABLES,
        Command.SET_OPERATING_MODE,
        Command.RESET_MEMORY_BANK,
        Command.IDENTIFY_DEVICE,
        Command.SET_EXTENDED_FADE_TIME,
        Command.QUERY_OPERATING_MODE,
        Command.QUERY_LIGHT_SOURCE_TYPE,
        Command.QUERY_MANUFACTURER_SPECIFIC_MODE,
        Command.QUERY_NEXT_DEVICE_TYPE,
        Command.QUERY_EXTENDED_FADE_TIME,
        Command.QUERY_CONTROL_GEAR_FAILURE,
    }
)
SECOND_EDITION_SPECIAL: Final = frozenset({Special.PING, Special.WRITE_MEMORY_LOCATION_NO_REPLY})
# Special commands that ask something, and the one that goes before each query of a device type.
SPECIAL_QUERIES: Final = frozenset(
    {Special.COMPARE, Special.VERIFY_SHORT_ADDRESS, Special.QUERY_SHORT_ADDRESS, Special.ENABLE_DEVICE_TYPE}
)
# Every other command takes back ENABLE WRITE MEMORY (9.10.5).
KEEPS_WRITE_ENABLED: Final[frozenset[Command | Special]] = frozenset(
    {
        Command.ENABLE_WRITE_MEMORY,
        Command.QUERY_CONTENT_DTR0,
        Command.QUERY_CONTENT_DTR1,
        Command.QUERY_CONTENT_DTR2,
        Special.DTR0,
        Special.DTR1,
        Special.DTR2,
        Special.WRITE_MEMORY_LOCATION,
        Special.WRITE_MEMORY_LOCATION_NO_REPLY,
    }
)
# Every other command ends an identification (9.14.3).
KEEPS_IDENTIFYING: Final[frozenset[Command | Special]] = frozenset(
    {
        Command.RECALL_MAX_LEVEL,
        Command.RECALL_MIN_LEVEL,
        Command.IDENTIFY_DEVICE,
        Special.INITIALISE,
    }
)


def command_of(opcode: int) -> tuple[Command, int] | None:
    """Return the command of an opcode byte and its scene or group number; None for a reserved one."""
    if opcode & 0xF0 in _NUMBERED:
        return Command(opcode & 0xF0), opcode & 0x0F
    try:
        return Command(opcode), 0
    except ValueError:
        return None


def special_of(address: int, data: int) -> Special | None:
    """Return the special command of a frame's two bytes; None for a reserved one."""
    try:
        special = Special(address)
    except ValueError:
        return None
    return None if data and special in WITHOUT_DATA else special
