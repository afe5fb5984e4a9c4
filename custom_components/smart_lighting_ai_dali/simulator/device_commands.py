"""The commands of IEC 62386-103 for control devices and their instances (tables 21 and 22)."""

from enum import Enum, IntEnum
from typing import Final


class DeviceCommand(IntEnum):
    """Opcode bytes of the commands for a device as a whole: their instance byte is 0xFE."""

    IDENTIFY_DEVICE = 0x00
    RESET_POWER_CYCLE_SEEN = 0x01
    RESET = 0x10
    RESET_MEMORY_BANK = 0x11
    SET_SHORT_ADDRESS = 0x14
    ENABLE_WRITE_MEMORY = 0x15
    ENABLE_APPLICATION_CONTROLLER = 0x16
    DISABLE_APPLICATION_CONTROLLER = 0x17
    SET_OPERATING_MODE = 0x18
    ADD_TO_DEVICE_GROUPS_0_15 = 0x19
    ADD_TO_DEVICE_GROUPS_16_31 = 0x1A
    REMOVE_FROM_DEVICE_GROUPS_0_15 = 0x1B
    REMOVE_FROM_DEVICE_GROUPS_16_31 = 0x1C
    START_QUIESCENT_MODE = 0x1D
    STOP_QUIESCENT_MODE = 0x1E
    ENABLE_POWER_CYCLE_NOTIFICATION = 0x1F
    DISABLE_POWER_CYCLE_NOTIFICATION = 0x20
    SAVE_PERSISTENT_VARIABLES = 0x21
    QUERY_DEVICE_STATUS = 0x30
    QUERY_APPLICATION_CONTROLLER_ERROR = 0x31
    QUERY_INPUT_DEVICE_ERROR = 0x32
    QUERY_MISSING_SHORT_ADDRESS = 0x33
    QUERY_VERSION_NUMBER = 0x34
    QUERY_NUMBER_OF_INSTANCES = 0x35
    QUERY_CONTENT_DTR0 = 0x36
    QUERY_CONTENT_DTR1 = 0x37
    QUERY_CONTENT_DTR2 = 0x38
    QUERY_RANDOM_ADDRESS_H = 0x39
    QUERY_RANDOM_ADDRESS_M = 0x3A
    QUERY_RANDOM_ADDRESS_L = 0x3B
    READ_MEMORY_LOCATION = 0x3C
    QUERY_APPLICATION_CONTROL_ENABLED = 0x3D
    QUERY_OPERATING_MODE = 0x3E
    QUERY_MANUFACTURER_SPECIFIC_MODE = 0x3F
    QUERY_QUIESCENT_MODE = 0x40
    QUERY_DEVICE_GROUPS_0_7 = 0x41
    QUERY_DEVICE_GROUPS_8_15 = 0x42
    QUERY_DEVICE_GROUPS_16_23 = 0x43
    QUERY_DEVICE_GROUPS_24_31 = 0x44
    QUERY_POWER_CYCLE_NOTIFICATION = 0x45
    QUERY_DEVICE_CAPABILITIES = 0x46
    QUERY_EXTENDED_VERSION_NUMBER = 0x47
    QUERY_RESET_STATE = 0x48


class InstanceCommand(IntEnum):
    """Opcode bytes of the commands for instances of every type; those below 0x60 belong to a type."""

    SET_EVENT_PRIORITY = 0x61
    ENABLE_INSTANCE = 0x62
    DISABLE_INSTANCE = 0x63
    SET_PRIMARY_INSTANCE_GROUP = 0x64
    SET_INSTANCE_GROUP_1 = 0x65
    SET_INSTANCE_GROUP_2 = 0x66
    SET_EVENT_SCHEME = 0x67
    SET_EVENT_FILTER = 0x68
    QUERY_INSTANCE_TYPE = 0x80
    QUERY_RESOLUTION = 0x81
    QUERY_INSTANCE_ERROR = 0x82
    QUERY_INSTANCE_STATUS = 0x83
    QUERY_EVENT_PRIORITY = 0x84
    QUERY_INSTANCE_ENABLED = 0x86
    QUERY_PRIMARY_INSTANCE_GROUP = 0x88
    QUERY_INSTANCE_GROUP_1 = 0x89
    QUERY_INSTANCE_GROUP_2 = 0x8A
    QUERY_EVENT_SCHEME = 0x8B
    QUERY_INPUT_VALUE = 0x8C
    QUERY_INPUT_VALUE_LATCH = 0x8D
    QUERY_FEATURE_TYPE = 0x8E
    QUERY_NEXT_FEATURE_TYPE = 0x8F
    QUERY_EVENT_FILTER_0_7 = 0x90
    QUERY_EVENT_FILTER_8_15 = 0x91
    QUERY_EVENT_FILTER_16_23 = 0x92


class DeviceSpecial(Enum):
    """Instance bytes of the special commands, whose address byte is 0xC1; every device takes them."""

    TERMINATE = 0x00
    INITIALISE = 0x01
    RANDOMISE = 0x02
    COMPARE = 0x03
    WITHDRAW = 0x04
    SEARCHADDRH = 0x05
    SEARCHADDRM = 0x06
    SEARCHADDRL = 0x07
    PROGRAM_SHORT_ADDRESS = 0x08
    VERIFY_SHORT_ADDRESS = 0x09
    QUERY_SHORT_ADDRESS = 0x0A
    WRITE_MEMORY_LOCATION = 0x20
    WRITE_MEMORY_LOCATION_NO_REPLY = 0x21
    DTR0 = 0x30
    DTR1 = 0x31
    DTR2 = 0x32
    SEND_TESTFRAME = 0x33


# Address bytes of the special commands: the second and third carry both their bytes as data.
SPECIAL_ADDRESS: Final = 0xC1
DIRECT_WRITE_MEMORY: Final = 0xC5
DTR1_DTR0: Final = 0xC7
DTR2_DTR1: Final = 0xC9

# Instructions that come in pairs of equal frames.
FIRST_DEVICE_QUERY: Final = DeviceCommand.QUERY_DEVICE_STATUS
_FIRST_INSTANCE_QUERY: Final = InstanceCommand.QUERY_INSTANCE_TYPE
SEND_TWICE_SPECIAL: Final = frozenset({DeviceSpecial.INITIALISE, DeviceSpecial.RANDOMISE})
# Special commands whose last byte has to be zero.
WITHOUT_DATA: Final = frozenset(
    {
        DeviceSpecial.TERMINATE,
        DeviceSpecial.RANDOMISE,
        DeviceSpecial.COMPARE,
        DeviceSpecial.WITHDRAW,
        DeviceSpecial.QUERY_SHORT_ADDRESS,
    }
)
# Every other command takes back ENABLE WRITE MEMORY.
KEEPS_WRITE_ENABLED: Final[frozenset[DeviceCommand | DeviceSpecial]] = frozenset(
    {
        DeviceCommand.ENABLE_WRITE_MEMORY,
        DeviceCommand.QUERY_CONTENT_DTR0,
        DeviceCommand.QUERY_CONTENT_DTR1,
        DeviceCommand.QUERY_CONTENT_DTR2,
        DeviceSpecial.DTR0,
        DeviceSpecial.DTR1,
        DeviceSpecial.DTR2,
        DeviceSpecial.WRITE_MEMORY_LOCATION,
        DeviceSpecial.WRITE_MEMORY_LOCATION_NO_REPLY,
    }
)


def device_special_of(instance: int, data: int) -> DeviceSpecial | None:
    """Return the special command of a frame's last two bytes; None for a reserved one."""
    try:
        special = DeviceSpecial(instance)
    except ValueError:
        return None
    return None if data and special in WITHOUT_DATA else special
