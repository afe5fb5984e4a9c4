"""What we say to input devices, as sequences: generators of commands that run as one transaction each."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from dali.address import DeviceBroadcast, DeviceShort, InstanceNumber
from dali.command import Command
from dali.device import general
from dali.device.general import EventScheme
from dali.device.general_sensor import MeasurementVariable, QueryMeasurementVariable

from .errors import NoAnswerError, SettingNotKeptError
from .input_device import InputDevice, Instance, InstanceType
from .input_state import InputReading
from .measurement import Measurement, signed
from .sequences import ATTEMPTS, Steps, ask, read_maker, read_random_address_of_device
from .transactions import MayYield

_MOST_INSTANCES: Final = 32
# Input devices came with the second edition of the standard.
_EDITION: Final = 2
_GROUP_QUERIES: Final[tuple[Any, ...]] = (
    general.QueryDeviceGroupsZeroToSeven,
    general.QueryDeviceGroupsEightToFifteen,
    general.QueryDeviceGroupsSixteenToTwentyThree,
    general.QueryDeviceGroupsTwentyFourToThirtyOne,
)
# The bits of QUERY INSTANCE STATUS (IEC 62386-103, table 16).
_INSTANCE_ERROR: Final = 0x01
_INSTANCE_ACTIVE: Final = 0x02
# What an instance answers that is in no group.
_NO_GROUP: Final = 255
# The input value of these has always as many bits.
_RESOLUTIONS: Final[dict[int, int]] = {InstanceType.PUSH_BUTTON: 1, InstanceType.OCCUPANCY_SENSOR: 2}


def is_any_device_present() -> Steps[bool]:
    """Ask all input devices at once whether there is any; several who answer are heard as one."""
    for attempt in range(ATTEMPTS):
        if attempt:
            yield MayYield()
        answer = yield general.QueryNumberOfInstances(DeviceBroadcast())
        if answer.raw_value is not None:
            return True
    return False


def is_device_present(address: int) -> Steps[bool]:
    """Ask whether an input device has a short address; two with the same count as one."""
    answer = yield general.QueryNumberOfInstances(DeviceShort(address))
    return answer.raw_value is not None


def describe_device(address: int) -> Steps[InputDevice]:
    """Find out all that is known of one input device; raises NoAnswerError or AnswersCollidedError."""
    target = DeviceShort(address)
    count = yield from ask(general.QueryNumberOfInstances(target))
    yield MayYield()
    groups = 0
    for number, query in enumerate(_GROUP_QUERIES):
        groups |= (yield from ask(query(target))) << 8 * number
    instances = []
    for number in range(min(count, _MOST_INSTANCES)):
        yield MayYield()
        instances.append((yield from _describe_instance(target, number)))
    yield MayYield()
    maker = yield from read_maker(target, _EDITION)
    random_address = None if maker.identity is not None else (yield from read_random_address_of_device(address))
    return InputDevice(
        address=address,
        identity=maker.identity,
        random_address=random_address,
        firmware=maker.firmware,
        hardware=maker.hardware,
        groups=frozenset(group for group in range(32) if groups >> group & 1),
        instances=tuple(instances),
    )


def _describe_instance(device: DeviceShort, number: int) -> Steps[Instance]:
    target = (device, InstanceNumber(number))
    type_ = yield from ask(general.QueryInstanceType(*target))
    status = yield from ask(general.QueryInstanceStatus(*target))
    resolution = _RESOLUTIONS.get(type_) or (yield from ask(general.QueryResolution(*target)))
    yield MayYield()
    scheme = yield from _read_scheme(device, number)
    event_filter = yield from ask(general.QueryEventFilterL(*target))
    group = _NO_GROUP
    if scheme is EventScheme.instance_group:
        group = yield from ask(general.QueryPrimaryInstanceGroup(*target))
    measurement = None
    if type_ == InstanceType.GENERAL_SENSOR:
        yield MayYield()
        measurement = yield from _read_measurement(target)
    return Instance(
        number=number,
        type=type_,
        enabled=bool(status & _INSTANCE_ACTIVE),
        resolution=resolution,
        scheme=scheme,
        event_filter=event_filter,
        primary_group=None if group == _NO_GROUP else group,
        measurement=measurement,
    )


def _read_measurement(target: tuple[DeviceShort, InstanceNumber]) -> Steps[Measurement]:
    """Read how a general purpose sensor describes its input value."""
    unit = yield from _read_variable(target, MeasurementVariable.UNIT_OF_MEASUREMENT)
    quantity = yield from _read_variable(target, MeasurementVariable.QUANTITY_NAME)
    magnitude = yield from _read_variable(target, MeasurementVariable.MAGNITUDE)
    is_signed = yield from _read_variable(target, MeasurementVariable.INPUT_SIGNAL_SIGNED)
    return Measurement(unit=unit, quantity=quantity, magnitude=signed(magnitude, 8), signed=bool(is_signed))


def _read_variable(target: tuple[DeviceShort, InstanceNumber], variable: MeasurementVariable) -> Steps[int]:
    """Read one variable: a question moves DTR0 on, so each has its own. Raises NoAnswerError."""
    query = QueryMeasurementVariable(*target)
    for attempt in range(ATTEMPTS):
        if attempt:
            yield MayYield()
        yield general.DTR0(variable)
        answer = (yield query).raw_value
        if answer is not None and not answer.error:
            return int(answer.as_integer)
    raise NoAnswerError(str(query))


def read_device(device: InputDevice) -> Steps[InputReading]:
    """Read how a device is, and what its sensors measure; raises NoAnswerError or AnswersCollidedError."""
    target = DeviceShort(device.address)
    status = yield from ask(general.QueryDeviceStatus(target))
    values: dict[int, int] = {}
    for instance in device.instances:
        if instance.is_measuring:
            yield MayYield()
            values[instance.number] = yield from read_value(target, instance)
    reading = InputReading(status, values, {})
    if reading.has_error:
        for instance in device.instances:
            yield MayYield()
            answer = yield from ask(general.QueryInstanceStatus(target, InstanceNumber(instance.number)))
            reading.errors[instance.number] = bool(answer & _INSTANCE_ERROR)
    return reading


def read_value(device: DeviceShort, instance: Instance) -> Steps[int]:
    """Read the input value of an instance: high bits first, the last byte filled up (IEC 62386-103, 9.7.2).

    The first query keeps the value for those that follow: after a silence it all begins again. Raises NoAnswerError or
    AnswersCollidedError.
    """
    number = InstanceNumber(instance.number)
    size = -(-instance.resolution // 8)
    first = general.QueryInputValue(device, number)
    for attempt in range(ATTEMPTS):
        if attempt:
            yield MayYield()
        value = yield from ask(first)
        for _ in range(size - 1):
            answer = (yield general.QueryInputValueLatch(device, number)).raw_value
            if answer is None or answer.error:
                break
            value = value << 8 | int(answer.as_integer)
        else:
            return value >> (8 * size - instance.resolution)
    raise NoAnswerError(str(first))


def configure_instance(
    device: InputDevice, instance: Instance, *, scheme: EventScheme, event_filter: int
) -> Steps[Instance]:
    """Set how an instance says where its events come from, and which it tells; return the instance as it is then.

    What is so already is not written. Each setting and its register follow each other, and are read back: another
    master may get between them. Raises SettingNotKeptError, NoAnswerError or AnswersCollidedError.
    """
    target = DeviceShort(device.address), InstanceNumber(instance.number)
    name = f"instance {instance.number} of the input device {device.address}"
    set_scheme = (general.DTR0(scheme), general.SetEventScheme(*target))
    yield from _set(general.QueryEventScheme(*target), scheme, set_scheme, name)
    yield MayYield()
    # A filter has up to three bytes; those of the known parts use the lowest.
    set_filter = (general.DTR2DTR1(0, 0), general.DTR0(event_filter), general.SetEventFilter(*target))
    yield from _set(general.QueryEventFilterL(*target), event_filter, set_filter, name)
    return replace(instance, scheme=scheme, event_filter=event_filter)


def _set(question: Command, wanted: int, commands: Iterable[Command], name: str) -> Steps[None]:
    """Give commands until a question is answered as it should be, and none where it is already."""
    for attempt in range(ATTEMPTS + 1):
        if (yield from ask(question)) == wanted:
            return
        if attempt < ATTEMPTS:
            yield from commands
    raise SettingNotKeptError(f"{type(question).__name__} of {name}")


def _read_scheme(device: DeviceShort, number: int) -> Steps[EventScheme]:
    answer = yield from ask(general.QueryEventScheme(device, InstanceNumber(number)))
    return EventScheme(answer) if answer in set(EventScheme) else EventScheme.instance
