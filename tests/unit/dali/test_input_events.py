"""What input devices say is understood, whatever scheme their events have."""

from typing import Any, Final

from dali.address import DeviceBroadcast, DeviceShort, GearBroadcast, InstanceNumber
from dali.device import general_sensor, light, occupancy, pushbutton
from dali.device.general import EventScheme, QueryInputValue, StartQuiescentMode
from dali.frame import ForwardFrame
from dali.gear.general import Off
from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.input_device import InputDevice, Instance, InstanceType
from custom_components.smart_lighting_ai_dali.dali.input_events import (
    Event,
    Gesture,
    InstanceTypes,
    Measured,
    PowerCycle,
    Stuck,
    Used,
    event_names,
    indistinct,
    sender_of,
    senders,
)

ADDRESS: Final = 5
NUMBER: Final = 2
GROUP: Final = 7
GESTURES: Final = {
    pushbutton.ButtonPressed: Gesture.PRESSED,
    pushbutton.ButtonReleased: Gesture.RELEASED,
    pushbutton.ShortPress: Gesture.SHORT_PRESS,
    pushbutton.DoublePress: Gesture.DOUBLE_PRESS,
    pushbutton.LongPressStart: Gesture.LONG_PRESS_START,
    pushbutton.LongPressRepeat: Gesture.LONG_PRESS_REPEAT,
    pushbutton.LongPressStop: Gesture.LONG_PRESS_STOP,
}
# What an event names, by its scheme.
SOURCES: Final[dict[EventScheme, dict[str, int]]] = {
    EventScheme.instance: {"instance_number": NUMBER},
    EventScheme.device: {"short_address": ADDRESS},
    EventScheme.device_instance: {"short_address": ADDRESS, "instance_number": NUMBER},
    EventScheme.device_group: {"device_group": GROUP},
    EventScheme.instance_group: {"instance_group": GROUP},
}


def instance(number: int, type_: int = InstanceType.PUSH_BUTTON, **more: Any) -> Instance:
    """Return an instance."""
    return Instance(number=number, type=type_, **more)


def panel(scheme: EventScheme, type_: int = InstanceType.PUSH_BUTTON) -> InputDevice:
    """Return a device of which one instance has a scheme; it is in two groups, and the lower one counts."""
    spoken = instance(NUMBER, type_, scheme=scheme, primary_group=GROUP)
    other = instance(0, InstanceType.ABSOLUTE_INPUT, scheme=scheme, primary_group=GROUP)
    return InputDevice(address=ADDRESS, groups=frozenset({GROUP, 20}), instances=(other, spoken))


def neighbour(address: int = 9) -> InputDevice:
    """Return a device of the same kind, with a scheme that names it."""
    spoken = instance(NUMBER, scheme=EventScheme.device_instance, primary_group=3)
    return InputDevice(address=address, groups=frozenset({3}), instances=(spoken,))


def heard(frame: Any, *devices: InputDevice) -> Event:
    """Return the event that a frame is."""
    event = InstanceTypes(devices).read(frame)
    assert isinstance(event, Event)
    return event


@pytest.mark.parametrize("scheme", EventScheme)
@pytest.mark.parametrize(("kind", "gesture"), GESTURES.items())
def test_what_is_done_with_a_button_is_told_by_every_scheme(scheme: EventScheme, kind: Any, gesture: Gesture) -> None:
    devices = (neighbour(), panel(scheme))
    event = heard(kind(**SOURCES[scheme]).frame, *devices)
    assert event.happening == Used(gesture)
    assert event.sender.scheme is scheme
    assert senders(event.sender, devices) == [(devices[1], devices[1].instances[1])]


@pytest.mark.parametrize("scheme", EventScheme)
def test_a_button_that_is_stuck_says_so_and_when_it_is_free(scheme: EventScheme) -> None:
    source = SOURCES[scheme]
    assert heard(pushbutton.ButtonStuck(**source).frame, panel(scheme)).happening == Stuck(stuck=True)
    assert heard(pushbutton.ButtonFree(**source).frame, panel(scheme)).happening == Stuck(stuck=False)


@pytest.mark.parametrize("scheme", EventScheme)
@given(
    movement=st.booleans(), occupied=st.booleans(), repeat=st.booleans(), kind=st.sampled_from(["movement", "presence"])
)
def test_occupancy_is_told_by_every_scheme(
    scheme: EventScheme, *, movement: bool, occupied: bool, repeat: bool, kind: str
) -> None:
    said = occupancy.OccupancyEvent.EventData(movement=movement, occupied=occupied, repeat=repeat, sensor_type=kind)
    frame = occupancy.OccupancyEvent(**SOURCES[scheme], data=said).frame
    device = panel(scheme, InstanceType.OCCUPANCY_SENSOR)
    assert heard(frame, device).happening == Measured(occupied << 1 | movement)


@pytest.mark.parametrize("scheme", EventScheme)
@given(lux=st.integers(0, 1023))
def test_illuminance_is_told_by_every_scheme(scheme: EventScheme, lux: int) -> None:
    frame = light.LightEvent(**SOURCES[scheme], data=lux).frame
    assert heard(frame, panel(scheme, InstanceType.LIGHT_SENSOR)).happening == Measured(lux)


@given(position=st.integers(0, 1023))
def test_the_position_of_a_dial_is_told(position: int) -> None:
    frame = ForwardFrame(24, ADDRESS << 17 | 1 << 15 | 0 << 10 | position)
    event = heard(frame, panel(EventScheme.device_instance))
    assert event.happening == Measured(position)
    assert senders(event.sender, [panel(EventScheme.device_instance)])[0][1].number == 0


def test_what_no_known_part_says_is_no_happening() -> None:
    # A general purpose sensor tells something else than a value.
    value = general_sensor.GeneralSensorEvent(short_address=ADDRESS, instance_number=NUMBER, data=1).frame
    sensor = panel(EventScheme.device_instance, InstanceType.GENERAL_SENSOR)
    assert heard(value, sensor).happening == Measured(0x201)
    assert heard(ForwardFrame(24, value.as_integer & ~0x200), sensor).happening is None
    # An instance of whose type nobody knows.
    assert heard(pushbutton.ShortPress(short_address=44, instance_number=1).frame).happening is None
    # Ten bits that no push button says.
    odd = ForwardFrame(24, pushbutton.ShortPress(short_address=ADDRESS).frame.as_integer | 0x3F0)
    assert heard(odd, panel(EventScheme.device)).happening is None


def test_two_who_may_have_said_it_are_both_named() -> None:
    devices = (panel(EventScheme.instance), InputDevice(address=6, instances=(instance(NUMBER),)))
    event = heard(pushbutton.ShortPress(instance_number=NUMBER).frame, *devices)
    assert [device.address for device, _ in senders(event.sender, devices)] == [ADDRESS, 6]


def test_one_whose_scheme_was_changed_by_another_master_is_found_all_the_same() -> None:
    device = panel(EventScheme.device_instance)
    event = heard(pushbutton.ShortPress(instance_number=NUMBER).frame, device)
    assert senders(event.sender, [device]) == [(device, device.instances[1])]


@pytest.mark.parametrize(
    ("bits", "address", "group"),
    [(1 << 6 | ADDRESS, ADDRESS, None), (1 << 12 | GROUP << 7, None, GROUP), (0, None, None)],
)
def test_a_device_says_that_its_power_is_back(bits: int, address: int | None, group: int | None) -> None:
    message = InstanceTypes().read(ForwardFrame(24, 0xFEE000 | bits))
    assert message == PowerCycle(address, group)
    assert isinstance(message, PowerCycle)
    assert message.fits(panel(EventScheme.instance))
    assert message.fits(neighbour()) is (address is None and group is None)


def test_commands_are_no_events() -> None:
    types = InstanceTypes([panel(EventScheme.device_instance)])
    assert types.read(StartQuiescentMode(DeviceBroadcast()).frame) is None
    assert types.read(QueryInputValue(DeviceShort(ADDRESS), InstanceNumber(NUMBER)).frame) is None
    assert types.read(Off(GearBroadcast()).frame) is None


@given(data=st.integers(0, 0xFFFFFF))
def test_no_frame_is_too_odd(data: int) -> None:
    devices = [panel(scheme) for scheme in EventScheme]
    message = InstanceTypes(devices).read(ForwardFrame(24, data))
    if isinstance(message, Event):
        senders(message.sender, devices)
    elif message is None:
        # A command, or bits that no event has.
        assert data >> 16 & 1 or (data >> 22 & 3 == 3 and data >> 15 & 1)


def test_every_kind_of_event_has_its_bit_in_the_filter() -> None:
    named = {(kind, name): 1 << bit for kind, name, bit in event_names()}
    assert len({name for _, name in named}) == len(named)
    standard = {
        InstanceType.PUSH_BUTTON: (pushbutton.InstanceEventFilter, {"button_stuck_free": "stuck"}),
        InstanceType.OCCUPANCY_SENSOR: (occupancy.InstanceEventFilter, {}),
        InstanceType.LIGHT_SENSOR: (light.InstanceEventFilter, {"illuminance_level": "illuminance"}),
        InstanceType.GENERAL_SENSOR: (general_sensor.InstanceEventFilter, {"measured_value": "measurement"}),
    }
    for kind, (filters, others) in standard.items():
        for one in filters:
            name = str(one.name)
            assert named[kind, others.get(name, name.removeprefix("button_"))] == int(one)


@pytest.mark.parametrize("scheme", EventScheme)
def test_whom_events_name_is_known_beforehand(scheme: EventScheme) -> None:
    device = panel(scheme)
    spoken = device.instances[1]
    assert heard(pushbutton.ShortPress(**SOURCES[scheme]).frame, device).sender == sender_of(device, spoken)


def numbered(*schemes: EventScheme, address: int = ADDRESS, **more: Any) -> InputDevice:
    """Return a device with push buttons that tell something, one for each scheme."""
    buttons = (instance(number, scheme=scheme, event_filter=4, **more) for number, scheme in enumerate(schemes))
    return InputDevice(address=address, groups=frozenset({GROUP}), instances=tuple(buttons))


def test_who_can_not_be_told_apart_is_found() -> None:
    by_number = numbered(EventScheme.instance), numbered(EventScheme.instance, address=6)
    assert [device.address for device, _ in indistinct(by_number)] == [ADDRESS, 6]
    by_device = numbered(EventScheme.device, EventScheme.device, EventScheme.device_instance)
    assert [one.number for _, one in indistinct([by_device])] == [0, 1]
    by_group = numbered(EventScheme.device_group), numbered(EventScheme.device_group, address=6)
    assert len(indistinct(by_group)) == 2
    by_instance_group = numbered(EventScheme.instance_group, EventScheme.instance_group, primary_group=3)
    assert len(indistinct([by_instance_group])) == 2


def test_whoever_is_named_alone_or_tells_nothing_is_distinct() -> None:
    alone = numbered(EventScheme.instance, EventScheme.device, EventScheme.device_instance)
    assert indistinct([alone, numbered(EventScheme.device_instance, address=6)]) == []
    silent = InputDevice(address=7, instances=(instance(0, scheme=EventScheme.instance),))
    off = numbered(EventScheme.instance, address=8, enabled=False)
    assert indistinct([alone, silent, off]) == []
