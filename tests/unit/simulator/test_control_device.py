"""Control devices (IEC 62386-103): addresses, instances, event schemes, quiescent mode and commissioning."""

from dali.address import (
    DeviceBroadcast,
    DeviceGroup,
    DeviceShort,
    InstanceBroadcast,
    InstanceNumber,
    InstanceType as OfType,
)
from dali.device import general, pushbutton
from dali.device.helpers import DeviceInstanceTypeMapper
from dali.device.sequences import Commissioning, SetEventSchemes
from dali.gear import general as gear_general
from dali.memory import info
import pytest

from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    EventScheme,
    InstanceSpecification,
    InstanceType,
)
from custom_components.smart_lighting_ai_dali.simulator.frame_log import FrameKind
from custom_components.smart_lighting_ai_dali.simulator.wire import Transmission

from .device_bench import ADDRESS, MASTER, YES, Bench, button, device
from .plain_gear import PlainGear

PANEL = DeviceShort(ADDRESS)
MASK = 255


def test_a_device_tells_its_instances() -> None:
    line = Bench(device(button(), InstanceType.OCCUPANCY_SENSOR, InstanceType.LIGHT_SENSOR))
    types = DeviceInstanceTypeMapper()
    line.run(types.autodiscover(8))
    assert types.mapping == {(ADDRESS, 0): 1, (ADDRESS, 1): 3, (ADDRESS, 2): 4}
    assert line.send(general.QueryQuiescentMode(PANEL)) is None


def test_memory_bank_0_says_who_made_it() -> None:
    line = Bench(device(button(), gtin=9_520_000_000_035, serial=4711, firmware=(2, 3)))
    bank = line.run(info.BANK_0.read_all(PANEL))
    assert (bank[info.GTIN], bank[info.IdentificationNumber]) == (9_520_000_000_035, 4711)
    assert bank[info.FirmwareVersion] == "2.3"
    assert (bank[info.DeviceUnitCount], bank[info.GearUnitCount]) == (1, 0)
    assert bank[info.Part103Version] == "2.0"


@pytest.mark.parametrize("scheme", list(EventScheme))
def test_events_come_in_each_scheme(scheme: EventScheme) -> None:
    line = Bench(device(button(), button(), groups=frozenset({9, 4})))
    line.configure(general.SetPrimaryInstanceGroup, 21, instance=1)
    result = line.run(SetEventSchemes(PANEL, InstanceNumber(1), general.EventScheme(scheme)))
    assert result is not None
    assert result.value == general.EventScheme(scheme)
    line.inputs.gesture(ADDRESS, 1, "short")
    line.wait(1.0)
    (event,) = line.messages()
    assert isinstance(event, pushbutton.ShortPress)
    address = None if event.short_address is None else event.short_address.address
    assert (address, event.instance_number, event.device_group, event.instance_group) == {
        EventScheme.INSTANCE: (None, 1, None, None),
        EventScheme.DEVICE: (ADDRESS, None, None, None),
        EventScheme.DEVICE_INSTANCE: (ADDRESS, 1, None, None),
        EventScheme.DEVICE_GROUP: (None, None, 4, None),
        EventScheme.INSTANCE_GROUP: (None, None, None, 21),
    }[scheme]


@pytest.mark.parametrize("scheme", [EventScheme.DEVICE_GROUP, EventScheme.INSTANCE_GROUP])
def test_a_scheme_without_what_it_needs_is_that_of_the_instance(scheme: EventScheme) -> None:
    line = Bench(device(button()))
    result = line.run(SetEventSchemes(PANEL, InstanceNumber(0), general.EventScheme(scheme)))
    assert result is not None
    assert result.value == general.EventScheme.instance


def test_a_scheme_that_loses_what_it_needs_falls_back() -> None:
    line = Bench(device(button()))
    assert line.ask(general.QueryEventScheme) == EventScheme.DEVICE_INSTANCE
    line.send(general.DTR0(MASK))
    line.send(general.SetShortAddress(PANEL))
    assert line.send(general.QueryEventScheme(DeviceBroadcast(), InstanceNumber(0))) == EventScheme.INSTANCE


def test_a_disabled_instance_says_nothing() -> None:
    line = Bench(device(button()))
    line.ask(general.DisableInstance)
    assert line.ask(general.QueryInstanceEnabled) is None
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(1.0)
    assert line.events() == []
    line.ask(general.EnableInstance)
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(1.0)
    assert line.events() == ["ShortPress"]


def test_in_quiescent_mode_nothing_is_told_and_it_ends_after_15_minutes() -> None:
    line = Bench(device(button()))
    line.send(general.StartQuiescentMode(DeviceBroadcast()))
    assert line.send(general.QueryQuiescentMode(PANEL)) == YES
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(1.0)
    assert line.events() == []
    line.wait(15 * 60.0)
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(1.0)
    assert line.events() == ["ShortPress"]


def test_instances_are_addressed_by_number_group_and_type() -> None:
    line = Bench(device(button(), InstanceType.LIGHT_SENSOR, button()))
    line.send(general.DTR0(5))
    line.send(general.SetEventPriority(PANEL, OfType(1)))
    assert [line.ask(general.QueryEventPriority, number) for number in range(3)] == [5, 4, 5]
    line.send(general.DTR0(2))
    line.send(general.SetEventPriority(PANEL, InstanceBroadcast()))
    assert [line.ask(general.QueryEventPriority, number) for number in range(3)] == [2, 2, 2]
    assert line.ask(general.QueryEventPriority, 3) is None


def test_devices_are_addressed_by_group_and_apart_from_gear() -> None:
    lamp = PlainGear("lamp")
    line = Bench(device(button()), gear=(lamp,))
    line.send(general.DTR2DTR1(0x00, 0x20))
    line.send(general.AddToDeviceGroupsZeroToFifteen(PANEL))
    assert line.send(general.QueryNumberOfInstances(DeviceGroup(5))) == 1
    assert line.send(general.QueryNumberOfInstances(DeviceGroup(6))) is None
    assert line.send(general.QueryNumberOfInstances(DeviceShort(ADDRESS + 1))) is None
    assert lamp.heard == []
    line.send(gear_general.Off(ADDRESS))
    assert len(lamp.heard) == 1


def test_an_instruction_that_comes_once_is_not_obeyed() -> None:
    line = Bench(device(button()))
    line.send(general.DTR0(2))
    command = general.SetEventPriority(PANEL, InstanceNumber(0))
    line.wire.send(Transmission(bits=24, data=command.frame.as_integer, priority=Priority.CONFIGURATION, source=MASTER))
    line.wait(1.0)
    assert line.ask(general.QueryEventPriority) == 3


def test_an_event_waits_for_the_line_and_for_its_priority() -> None:
    line = Bench(device(InstanceSpecification(kind=InstanceType.PUSH_BUTTON, priority=5)), gear=(PlainGear("lamp"),))
    line.inputs.gesture(ADDRESS, 0, "press")
    for number in range(5):
        line.wire.send(Transmission(bits=16, data=0xFE00 | number, priority=Priority.USER, source=MASTER))
    line.inputs.gesture(ADDRESS, 0, "release")
    line.wait(1.0)
    assert [frame.bits for frame in line.wire.log.frames()] == [16, 16, 16, 16, 16, 24]
    assert all(frame.kind is FrameKind.FORWARD for frame in line.wire.log.frames())


def test_new_devices_are_commissioned_by_python_dali() -> None:
    line = Bench(
        device(button()),
        *(device(button(), name=f"New {number}", short_address=None, random_address=None) for number in range(3)),
    )
    used = line.run(Commissioning())
    assert sorted(address.address for address in used) == [0, 1, 2, ADDRESS]
    assert sorted(str(now["address"]) for now in line.inputs.snapshots()) == ["0", "1", "2", "3"]
    assert len({now["random_address"] for now in line.inputs.snapshots()}) == 4
    assert not any(now["quiescent"] for now in line.inputs.snapshots())


def test_all_devices_get_new_addresses() -> None:
    line = Bench(device(button()), device(button(), name="Other", short_address=60))
    line.run(Commissioning(readdress=True))
    assert sorted(str(now["address"]) for now in line.inputs.snapshots()) == ["0", "1"]


def test_without_power_nothing_is_told_and_a_start_is_seen() -> None:
    line = Bench(device(button()))
    line.send(general.ResetPowerCycleSeen(PANEL))
    assert not (line.send(general.QueryDeviceStatus(PANEL)) or 0) & 0x20
    line.wire.set_power(present=False)
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(1.0)
    line.wire.set_power(present=True)
    assert line.events() == []
    assert (line.send(general.QueryDeviceStatus(PANEL)) or 0) & 0x20


def test_reset_takes_instances_back() -> None:
    line = Bench(device(button(), groups=frozenset({3})))
    line.configure(general.SetEventPriority, 5)
    line.send(general.Reset(PANEL))
    assert line.send(general.QueryResetState(PANEL)) == YES
    assert line.ask(general.QueryEventPriority) == 3
    assert line.ask(general.QueryEventScheme) == EventScheme.INSTANCE


def test_a_device_without_work_leaves_no_timer_behind() -> None:
    line = Bench(device(button(), InstanceType.OCCUPANCY_SENSOR))
    line.inputs.gesture(ADDRESS, 0, "long", seconds=5.0)
    line.inputs.stop()
    line.wait(100.0)
    assert line.events() == []


def test_a_device_says_that_its_power_is_back_where_that_is_wanted() -> None:
    line = Bench(device(button(), groups=frozenset({9, 4})))
    line.send(general.EnablePowerCycleNotification(PANEL))

    def spoken() -> list[int]:
        return [
            frame.data for frame in line.wire.log.frames() if frame.kind is FrameKind.FORWARD and frame.source != MASTER
        ]

    for present in (False, True, False, True):
        line.wire.set_power(present=present)
        line.wait(1.0)
    assert spoken() == []
    line.wait(5.0)
    # Group 4 and short address 3, once: the first time was too short.
    assert spoken() == [0xFEE000 | 1 << 12 | 4 << 7 | 1 << 6 | ADDRESS]
    line.send(general.DisablePowerCycleNotification(PANEL))
    for present in (False, True):
        line.wire.set_power(present=present)
    line.wait(6.0)
    assert len(spoken()) == 1
