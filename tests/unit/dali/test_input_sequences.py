"""Our sequences against simulated input devices, frame by frame."""

from collections.abc import Callable
from typing import Any

from dali.address import DeviceBroadcast, DeviceShort, InstanceNumber
from dali.command import Command
from dali.device import general, pushbutton
from dali.device.general import EventScheme
from dali.frame import BackwardFrame, BackwardFrameError
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import (
    AnswersCollidedError,
    NoAnswerError,
    SettingNotKeptError,
)
from custom_components.smart_lighting_ai_dali.dali.gear import GearIdentity
from custom_components.smart_lighting_ai_dali.dali.input_device import InputDevice, InstanceType
from custom_components.smart_lighting_ai_dali.dali.input_sequences import (
    configure_instance,
    describe_device,
    is_any_device_present,
    is_device_present,
    read_device,
    read_value,
)
from custom_components.smart_lighting_ai_dali.dali.sequences import Steps
from custom_components.smart_lighting_ai_dali.dali.transactions import IsWanted, MayYield
from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    DeviceSpecification,
    EventScheme as SimulatedScheme,
    InstanceSpecification,
    InstanceType as Kind,
)
from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame, FrameKind

from ..simulator.device_bench import ADDRESS, Bench, device

EVERYTHING = (Kind.PUSH_BUTTON, Kind.ABSOLUTE_INPUT, Kind.OCCUPANCY_SENSOR, Kind.LIGHT_SENSOR)


class Table:
    """Input devices on a table, and a master who sends; `lost` numbers the frames that nobody hears."""

    def __init__(self, *devices: DeviceSpecification) -> None:
        self.bench = Bench(*devices)
        self.sent: list[Command] = []
        self.lost: set[int] = set()
        self.intruders: dict[int, Command] = {}
        """Frames of other masters, by the number of ours that they come after."""

    def run(self, steps: Steps[Any]) -> Any:
        """Run a sequence to its end and return its result."""
        answer: Any = None
        while True:
            try:
                item = steps.send(answer)
            except StopIteration as stop:
                return stop.value
            if isinstance(item, (MayYield, IsWanted)):
                answer = False
                continue
            self.sent.append(item)
            heard = None if len(self.sent) in self.lost else self.bench.put(item)
            answer = item.response(_raw(heard)) if item.response is not None else None
            if (intruder := self.intruders.pop(len(self.sent), None)) is not None:
                self.bench.put(intruder)

    def count(self, kind: type[Command]) -> int:
        """Return how often a command was sent."""
        return sum(isinstance(command, kind) for command in self.sent)


def _raw(answer: Frame | None) -> BackwardFrame | None:
    if answer is None:
        return None
    return BackwardFrameError(255) if answer.kind is FrameKind.ERROR else BackwardFrame(answer.data)


def described(table: Table, address: int = ADDRESS) -> InputDevice:
    """Return what is found at an address."""
    found: InputDevice = table.run(describe_device(address))
    return found


def test_a_device_is_described_whole() -> None:
    table = Table(
        device(
            InstanceSpecification(kind=Kind.PUSH_BUTTON, event_filter=0b11, groups=(4, None, None)),
            *EVERYTHING[1:],
            gtin=4_000_000_000_002,
            serial=99,
            firmware=(3, 1),
            hardware=(2, 0),
            groups=frozenset({0, 9, 17, 31}),
        )
    )
    found = described(table)
    assert found.identity == GearIdentity(4_000_000_000_002, 99, 0)
    assert (found.firmware, found.hardware) == ("3.1", "2.0")
    assert found.groups == {0, 9, 17, 31}
    assert [instance.type for instance in found.instances] == [1, 2, 3, 4]
    assert [instance.resolution for instance in found.instances] == [1, 10, 2, 10]
    assert {instance.scheme for instance in found.instances} == {EventScheme.device_instance}
    assert found.instances[0].event_filter == 0b11
    assert found.instances[0].primary_group is None
    assert all(instance.enabled for instance in found.instances)
    # Five frames of the device, four or five an instance, and its memory.
    assert len(table.sent) < 60


def test_the_group_that_events_name_is_read_where_they_name_it() -> None:
    spoken = InstanceSpecification(kind=Kind.PUSH_BUTTON, scheme=SimulatedScheme.INSTANCE_GROUP, groups=(4, None, None))
    assert described(Table(device(spoken))).instances[0].primary_group == 4


def test_a_device_without_numbers_is_known_by_its_random_address() -> None:
    found = described(Table(device(Kind.PUSH_BUTTON, gtin=0, serial=0)))
    assert found.identity is None
    assert found.random_address == 0x123456


def test_lost_frames_change_nothing_that_is_found() -> None:
    whole = Table(device(*EVERYTHING))
    expected = described(whole)
    for number in range(1, len(whole.sent) + 1):
        table = Table(device(*EVERYTHING))
        table.lost.add(number)
        assert described(table) == expected, number


def test_who_is_not_there_is_silent() -> None:
    table = Table(device(Kind.PUSH_BUTTON))
    assert table.run(is_device_present(ADDRESS))
    assert not table.run(is_device_present(ADDRESS + 1))
    assert table.run(is_any_device_present())
    with pytest.raises(NoAnswerError):
        described(table, ADDRESS + 1)


def test_a_line_without_devices_is_known_in_three_frames() -> None:
    table = Table()
    assert not table.run(is_any_device_present())
    assert len(table.sent) == 3


def test_two_at_one_address_are_there_and_can_not_be_described() -> None:
    table = Table(device(Kind.PUSH_BUTTON, serial=1), device(Kind.PUSH_BUTTON, Kind.LIGHT_SENSOR, serial=2))
    assert table.run(is_any_device_present())
    assert table.run(is_device_present(ADDRESS))
    with pytest.raises(AnswersCollidedError):
        described(table)


def test_what_is_measured_is_read() -> None:
    table = Table(device(*EVERYTHING))
    found = described(table)
    table.bench.inputs.turn(ADDRESS, 1, 0.5)
    table.bench.inputs.move(ADDRESS, 2, present=True)
    table.bench.inputs.shine(ADDRESS, 3, 613)
    table.bench.wait(1.0)
    before = len(table.sent)
    reading = table.run(read_device(found))
    assert reading.values == {1: 512, 2: 0b11, 3: 613}
    assert not reading.has_error
    assert not reading.quiescent
    # The status, two bytes of each value of ten bits, and one of the occupancy.
    assert len(table.sent) - before == 6


@pytest.mark.parametrize("lost", range(1, 3))
def test_a_value_of_two_bytes_is_read_from_its_beginning_after_a_silence(lost: int) -> None:
    table = Table(device(Kind.LIGHT_SENSOR))
    instance = described(table).instances[0]
    table.bench.inputs.shine(ADDRESS, 0, 613)
    table.bench.wait(1.0)
    table.lost.add(len(table.sent) + lost)
    assert table.run(read_value(DeviceShort(ADDRESS), instance)) == 613


def test_a_value_that_never_ends_is_none() -> None:
    table = Table(device(Kind.LIGHT_SENSOR))
    instance = described(table).instances[0]
    table.lost.update(len(table.sent) + number for number in (2, 4, 6))
    with pytest.raises(NoAnswerError):
        table.run(read_value(DeviceShort(ADDRESS), instance))


def test_a_stuck_button_is_found_by_the_status() -> None:
    table = Table(device(Kind.PUSH_BUTTON, Kind.PUSH_BUTTON))
    found = described(table)
    table.bench.send(general.DTR0(5))
    table.bench.ask(pushbutton.SetStuckTimer, 1)
    table.bench.inputs.gesture(ADDRESS, 1, "press")
    table.bench.wait(30.0)
    reading = table.run(read_device(found))
    assert reading.has_error
    assert reading.errors == {0: False, 1: True}


def test_a_silent_device_says_that_it_is() -> None:
    table = Table(device(Kind.PUSH_BUTTON))
    found = described(table)
    table.bench.send(general.StartQuiescentMode(DeviceBroadcast()))
    assert table.run(read_device(found)).quiescent


def configured(table: Table, found: InputDevice, **settings: Any) -> Any:
    """Configure the first instance, and return it as it is then."""
    wanted: dict[str, Any] = {"scheme": EventScheme.instance, "event_filter": 0b0000_0100} | settings
    return table.run(configure_instance(found, found.instances[0], **wanted))


def test_a_setting_is_written_once_and_read_back() -> None:
    table = Table(device(Kind.PUSH_BUTTON))
    found = described(table)
    del table.sent[:]
    after = configured(table, found)
    assert described(table).instances[0] == after
    assert (after.scheme, after.event_filter) == (EventScheme.instance, 0b0000_0100)
    assert table.count(general.SetEventScheme) == table.count(general.SetEventFilter) == 1


def test_what_is_so_already_is_not_written() -> None:
    table = Table(device(Kind.PUSH_BUTTON))
    found = described(table)
    configured(table, found)
    del table.sent[:]
    configured(table, found)
    assert [type(command).__name__ for command in table.sent] == ["QueryEventScheme", "QueryEventFilterZeroToSeven"]


def spoilt(after: Callable[[Command], bool]) -> Table:
    """Return a table at which another master writes a register between ours and its use, once."""
    trial = Table(device(Kind.PUSH_BUTTON))
    found = described(trial)
    configured(trial, found)
    table = Table(device(Kind.PUSH_BUTTON))
    number = next(number for number, command in enumerate(trial.sent, start=1) if number > 20 and after(command))
    table.intruders[number] = general.DTR0(0b1010_0000)
    return table


def test_a_filter_that_another_master_spoilt_is_written_again() -> None:
    filters = 0

    def is_second_register(command: Command) -> bool:
        nonlocal filters
        filters += isinstance(command, general.DTR2DTR1)
        return filters == 1 and isinstance(command, general.DTR0)

    table = spoilt(is_second_register)
    after = configured(table, described(table))
    assert after.event_filter == 0b0000_0100
    assert table.count(general.SetEventFilter) == 2
    assert described(table).instances[0] == after


def test_a_scheme_that_a_device_can_not_have_is_an_error() -> None:
    table = Table(device(Kind.PUSH_BUTTON))
    # It is in no group.
    with pytest.raises(SettingNotKeptError):
        configured(table, described(table), scheme=EventScheme.device_group)


def test_stale_registers_leave_no_odd_bits_in_a_filter() -> None:
    table = Table(device(Kind.PUSH_BUTTON))
    found = described(table)
    table.bench.send(general.DTR2DTR1(0xAA, 0x55))
    configured(table, found)
    assert table.bench.ask(general.QueryEventFilterM) == 0
    assert table.bench.ask(general.QueryEventFilterH) == 0
    assert table.bench.send(general.QueryEventFilterL(DeviceShort(ADDRESS), InstanceNumber(0))) == 0b0000_0100
    assert found.instances[0].type == InstanceType.PUSH_BUTTON
