"""What input devices say by themselves: which instance it was, and what happened (IEC 62386-103, 9.7)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dali.command import Command
from dali.device import general_sensor, light, occupancy, pushbutton
from dali.device.general import EventScheme
from dali.device.helpers import DeviceInstanceTypeMapper
from dali.frame import Frame

from .input_device import InputDevice, Instance, InstanceType

FRAME_BITS: Final = 24
# Bits 23 to 13 of the message that a device has its power back (IEC 62386-103:2022, 7.2.2.1).
_POWER_CYCLE: Final = 0x7F7
_POWER_CYCLE_SHIFT: Final = 13
_GROUP_VALID: Final = 1 << 12
_ADDRESS_VALID: Final = 1 << 6


class Gesture(StrEnum):
    """What was done with a push button (IEC 62386-301, table 2)."""

    PRESSED = "pressed"
    RELEASED = "released"
    SHORT_PRESS = "short_press"
    DOUBLE_PRESS = "double_press"
    LONG_PRESS_START = "long_press_start"
    LONG_PRESS_REPEAT = "long_press_repeat"
    LONG_PRESS_STOP = "long_press_stop"


_GESTURES: Final[dict[type[Command], Gesture]] = {
    pushbutton.ButtonPressed: Gesture.PRESSED,
    pushbutton.ButtonReleased: Gesture.RELEASED,
    pushbutton.ShortPress: Gesture.SHORT_PRESS,
    pushbutton.DoublePress: Gesture.DOUBLE_PRESS,
    pushbutton.LongPressStart: Gesture.LONG_PRESS_START,
    pushbutton.LongPressRepeat: Gesture.LONG_PRESS_REPEAT,
    pushbutton.LongPressStop: Gesture.LONG_PRESS_STOP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whom an event names: enough of this is given to find its instance, or not."""

    scheme: EventScheme
    address: int | None = None
    number: int | None = None
    type: int | None = None
    device_group: int | None = None
    instance_group: int | None = None

    def fits(self, device: InputDevice, instance: Instance) -> bool:
        """Tell whether an instance may have sent it."""
        return (
            self.address in {None, device.address}
            and self.number in {None, instance.number}
            and self.type in {None, instance.type}
            and self.device_group in {None, min(device.groups, default=-1)}
            and self.instance_group in {None, instance.primary_group}
        )


@dataclass(frozen=True, slots=True)
class Used:
    """A push button was used."""

    gesture: Gesture


@dataclass(frozen=True, slots=True)
class Stuck:
    """A push button is pressed for so long that it must be stuck, or is free again."""

    stuck: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A sensor tells what it measures, in the ten bits of an event."""

    information: int


type Happening = Used | Stuck | Measured


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it was on the line; what happened is None where no part of the standard that is known says it."""

    sender: Sender
    happening: Happening | None


@dataclass(frozen=True, slots=True)
class PowerCycle:
    """A device has its power back, and lost what it was told to do until then."""

    address: int | None
    device_group: int | None

    def fits(self, device: InputDevice) -> bool:
        """Tell whether a device may have sent it."""
        if self.address is not None:
            return self.address == device.address
        return self.device_group in {None, min(device.groups, default=-1)}


class InstanceTypes:
    """The types of the instances of a line: an event that names device and instance does not say its own."""

    def __init__(self, devices: Iterable[InputDevice] = ()) -> None:
        self.mapper = DeviceInstanceTypeMapper()
        for device in devices:
            for instance in device.instances:
                self.mapper.add_type(
                    short_address=device.address, instance_number=instance.number, instance_type=instance.type
                )

    def read(self, frame: Frame) -> Event | PowerCycle | None:
        """Return what a frame says where it is an event; None for everything else."""
        if len(frame) != FRAME_BITS:
            return None
        data = frame.as_integer
        if data >> _POWER_CYCLE_SHIFT == _POWER_CYCLE:
            return PowerCycle(
                address=data & 0x3F if data & _ADDRESS_VALID else None,
                device_group=data >> 7 & 0x1F if data & _GROUP_VALID else None,
            )
        if data >> 16 & 1:
            return None
        message: Any = Command.from_frame(frame, dev_inst_map=self.mapper)
        if not hasattr(message, "instance_type"):
            return None  # bits that no event has
        scheme = _scheme(message)
        sender = Sender(
            scheme=scheme,
            address=None if message.short_address is None else message.short_address.address,
            number=message.instance_number,
            # What was looked up says nothing that the number does not.
            type=None if scheme is EventScheme.device_instance else message.instance_type,
            device_group=message.device_group,
            instance_group=message.instance_group,
        )
        return Event(sender, _happening(message, data & 0x3FF))


def senders(sender: Sender, devices: Iterable[InputDevice]) -> list[tuple[InputDevice, Instance]]:
    """Return the instances that may have sent an event: those known to have its scheme, or all that fit."""
    fitting = [(device, one) for device in devices for one in device.instances if sender.fits(device, one)]
    return [(device, one) for device, one in fitting if one.scheme is sender.scheme] or fitting


def sender_of(device: InputDevice, instance: Instance) -> Sender:
    """Return whom the events of an instance name."""
    scheme = instance.scheme
    match scheme:
        case EventScheme.instance:
            return Sender(scheme=scheme, number=instance.number, type=instance.type)
        case EventScheme.device:
            return Sender(scheme=scheme, address=device.address, type=instance.type)
        case EventScheme.device_instance:
            return Sender(scheme=scheme, address=device.address, number=instance.number)
        case EventScheme.device_group:
            return Sender(scheme=scheme, device_group=min(device.groups, default=None), type=instance.type)
        case _:
            return Sender(scheme=scheme, instance_group=instance.primary_group, type=instance.type)


def indistinct(devices: Iterable[InputDevice]) -> list[tuple[InputDevice, Instance]]:
    """Return the instances that tell events, and whose events name another instance as well."""
    telling = [(device, one) for device in devices for one in device.instances if one.enabled and one.event_filter]
    named = Counter(sender_of(device, one) for device, one in telling)
    return [(device, one) for device, one in telling if named[sender_of(device, one)] > 1]


def event_names() -> Iterator[tuple[InstanceType, str, int]]:
    """Return all kinds of event that can be told or not: the type of instance, a name, and the bit of its filter."""
    yield from ((InstanceType.PUSH_BUTTON, name, bit) for bit, name in enumerate(_BUTTON_EVENTS))
    yield from ((InstanceType.OCCUPANCY_SENSOR, name, bit) for bit, name in enumerate(_OCCUPANCY_EVENTS))
    yield (InstanceType.LIGHT_SENSOR, "illuminance", 0)
    yield (InstanceType.ABSOLUTE_INPUT, "position", 0)
    yield (InstanceType.GENERAL_SENSOR, "measurement", 0)


# In the order of the bits of the filters (IEC 62386-301, table 3, and 303, table 3).
_BUTTON_EVENTS: Final = (
    "released",
    "pressed",
    "short_press",
    "double_press",
    "long_press_start",
    "long_press_repeat",
    "long_press_stop",
    "stuck",
)
_OCCUPANCY_EVENTS: Final = ("occupied", "vacant", "repeat", "movement", "no_movement")


def _scheme(message: Any) -> EventScheme:
    if message.short_address is not None:
        return EventScheme.device if message.instance_number is None else EventScheme.device_instance
    if message.device_group is not None:
        return EventScheme.device_group
    return EventScheme.instance if message.instance_group is None else EventScheme.instance_group


def _happening(message: Any, information: int) -> Happening | None:
    match message:
        case pushbutton.ButtonStuck() | pushbutton.ButtonFree():
            return Stuck(isinstance(message, pushbutton.ButtonStuck))
        case occupancy.OccupancyEvent():
            # Movement is bit 0 and occupancy bit 1, as in the input value.
            return Measured(information & 0b11)
        case light.LightEvent() | general_sensor.GeneralSensorEvent():
            return Measured(information)
        case _ if message.instance_type == InstanceType.ABSOLUTE_INPUT:
            return Measured(information)
        case _:
            gesture = _GESTURES.get(type(message))
            return None if gesture is None else Used(gesture)
