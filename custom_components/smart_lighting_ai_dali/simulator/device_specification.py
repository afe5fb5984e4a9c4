"""What one simulated input device is, and how it was left by whoever commissioned it (IEC 62386-103)."""

from dataclasses import dataclass
from enum import Enum, IntEnum


class InstanceType(IntEnum):
    """What an instance of an input device senses: the parts 3xx of IEC 62386, each less 300."""

    PUSH_BUTTON = 1
    ABSOLUTE_INPUT = 2
    OCCUPANCY_SENSOR = 3
    LIGHT_SENSOR = 4
    GENERAL_SENSOR = 6


class Measures(Enum):
    """What a general purpose sensor measures."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    CO2 = "co2"


class EventScheme(IntEnum):
    """How an event says where it comes from (103, table 8)."""

    INSTANCE = 0
    DEVICE = 1
    DEVICE_INSTANCE = 2
    DEVICE_GROUP = 3
    INSTANCE_GROUP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSpecification:
    """One instance; None: as its part has it by default."""

    kind: InstanceType
    scheme: EventScheme = EventScheme.DEVICE_INSTANCE
    event_filter: int | None = None
    priority: int | None = None
    """Of its events, 2 to 5."""
    groups: tuple[int | None, int | None, int | None] = (None, None, None)
    """The primary group and two more, 0 to 31."""
    double_press: bool = False
    """Of a push button: whether two short presses are one event; without it a press is told as soon as it is over."""
    hold_seconds: float | None = None
    """Of an occupancy sensor: how long after the last movement the place counts as occupied."""
    measures: Measures | None = None
    """Of a general purpose sensor: what it measures; without it that is the temperature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSpecification:
    """One control device with its instances, numbered from 0."""

    name: str = ""
    room: str | None = None
    short_address: int | None = None
    """0 to 63, independent of those of control gear; None: not commissioned."""
    random_address: int | None = None
    groups: frozenset[int] = frozenset()
    """Device groups, 0 to 31."""
    gtin: int = 0
    serial: int = 0
    firmware: tuple[int, int] = (1, 0)
    hardware: tuple[int, int] = (1, 0)
    instances: tuple[InstanceSpecification, ...] = ()
