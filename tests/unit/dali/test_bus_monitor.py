"""A bus monitor keeps what was on the line, and says what it means."""

from dali.address import GearBroadcast, GearShort
from dali.command import Command
from dali.device import pushbutton
from dali.frame import BackwardFrame, BackwardFrameError, ForwardFrame
from dali.gear import colour, general
import pytest

from custom_components.smart_lighting_ai_dali.dali.bus_monitor import KEPT, BusMonitor, Decoder, Sighting
from custom_components.smart_lighting_ai_dali.dali.input_device import InputDevice, Instance, InstanceType
from custom_components.smart_lighting_ai_dali.dali.input_events import InstanceTypes

QUERY = general.QueryActualLevel(GearShort(3))


def see(monitor: BusMonitor, *commands: Command, own: bool = True) -> None:
    """Have a monitor see commands."""
    for command in commands:
        monitor.frame_seen(command.frame, own=own)


def words(monitor: BusMonitor) -> list[str]:
    """Return what a monitor saw, in words."""
    decoder = Decoder()
    return [decoder.text(sighting) for sighting in monitor.recent]


def test_it_tells_the_bits_and_whose_they_are() -> None:
    monitor = BusMonitor()
    see(monitor, general.DAPC(GearShort(3), 254))
    monitor.frame_seen(ForwardFrame(24, 0xC10100), own=False)
    monitor.answer_seen(BackwardFrame(9))
    monitor.answer_seen(BackwardFrameError(255))
    assert [(one.own, one.bits, one.raw, one.is_answer) for one in monitor.recent] == [
        (True, 16, "06FE", False),
        (False, 24, "C10100", False),
        (False, 8, "09", True),
        (False, 8, "??", True),
    ]


def test_times_go_up() -> None:
    monitor = BusMonitor()
    see(monitor, *[QUERY] * 5)
    times = [one.time for one in monitor.recent]
    assert times == sorted(times)


def test_an_answer_is_told_in_the_light_of_its_question() -> None:
    monitor = BusMonitor()
    see(monitor, QUERY)
    monitor.answer_seen(BackwardFrame(77))
    see(monitor, general.QueryStatus(GearShort(3)))
    monitor.answer_seen(BackwardFrame(0x02))
    monitor.answer_seen(BackwardFrame(5))
    level, status = words(monitor)[1], words(monitor)[3]
    assert level == "77"
    assert "lamp failure" in status
    assert words(monitor)[4] == "5"


def test_answers_that_collide_are_said_to() -> None:
    monitor = BusMonitor()
    monitor.answer_seen(BackwardFrameError(255))
    assert words(monitor) == ["several answers at once"]
    see(monitor, general.QueryControlGearPresent(GearBroadcast()))
    monitor.answer_seen(BackwardFrameError(255))
    assert words(monitor)[-1] == "True"


def test_a_device_type_holds_for_one_command() -> None:
    monitor = BusMonitor()
    activate = colour.Activate(GearShort(1))
    see(monitor, general.EnableDeviceType(8), activate, activate)
    first, second = words(monitor)[1:]
    assert first.startswith("Activate")
    assert not second.startswith("Activate")


def test_old_frames_make_room_for_new_ones() -> None:
    monitor = BusMonitor()
    for number in range(KEPT + 5):
        see(monitor, general.DTR0(number % 256))
    assert len(monitor.recent) == KEPT
    assert monitor.recent[0].data == general.DTR0(5).frame.as_integer


def test_whoever_watches_is_told_until_they_stop() -> None:
    monitor = BusMonitor()
    seen: list[Sighting] = []
    end = monitor.watch(seen.append)
    see(monitor, QUERY)
    end()
    see(monitor, QUERY)
    assert seen == [monitor.recent[0]]


@pytest.mark.parametrize("bits", [16, 24])
def test_every_frame_has_words(bits: int) -> None:
    decoder = Decoder()
    step = 7 if bits == 16 else 4099
    for data in range(0, 1 << bits, step):
        text = decoder.text(Sighting(time=0.0, own=False, bits=bits, data=data))
        assert text


def test_events_are_told_by_what_is_known_of_their_instances() -> None:
    monitor = BusMonitor()
    see(monitor, pushbutton.ShortPress(short_address=2, instance_number=1), own=False)
    button = Instance(number=1, type=InstanceType.PUSH_BUTTON)
    types = InstanceTypes([InputDevice(address=2, instances=(button,))])
    (sighting,) = monitor.recent
    assert Decoder(lambda: types).text(sighting) == "ShortPress(short_address=2, instance_number=1)"
    # Of an instance that nobody knows the event may be anything.
    assert "Ambiguous" in Decoder().text(sighting)
