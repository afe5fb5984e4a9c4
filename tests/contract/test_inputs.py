"""Input devices on a whole line: found, heard in the midst of traffic, read, and set as somebody wants."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dali.address import DeviceBroadcast, DeviceShort, InstanceNumber
from dali.command import Command
from dali.device import general
from dali.device.general import EventScheme
from dali.device.general_sensor import QuantityName, UnitOfMeasurement
from dali.frame import ForwardFrame
import pytest

from custom_components.smart_lighting_ai_dali.dali import inputs
from custom_components.smart_lighting_ai_dali.dali.addressing import Family
from custom_components.smart_lighting_ai_dali.dali.commissioning_orders import FindNew
from custom_components.smart_lighting_ai_dali.dali.errors import InputUnknownError, SettingNotKeptError
from custom_components.smart_lighting_ai_dali.dali.events import (
    ButtonUsed,
    InputDeviceChanged,
    InputDeviceForgotten,
    InputDeviceFound,
    LineStatus,
)
from custom_components.smart_lighting_ai_dali.dali.gear import GearIdentity
from custom_components.smart_lighting_ai_dali.dali.input_device import InputDevice, Instance, InstanceType
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    EventScheme as SimulatedScheme,
    InstanceSpecification,
    InstanceType as Kind,
    Measures,
)
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine

from .conftest import Build, Connect, lamp, panel
from .line_bench import KEY, Bench, known


def key_of(address: int) -> str:
    """Return the key of the device that `panel` makes."""
    return f"d4000000000002-{2000 + address}-0"


def known_panel(address: int, *kinds: InstanceType, scheme: EventScheme = EventScheme.device_instance) -> InputDevice:
    """Return a device as an earlier scan would have found it."""
    resolutions = {InstanceType.PUSH_BUTTON: 1, InstanceType.OCCUPANCY_SENSOR: 2}
    instances = (
        Instance(
            number=number,
            type=kind,
            resolution=resolutions.get(kind, 10),
            scheme=scheme,
            event_filter=0b1111_1100 if kind is InstanceType.PUSH_BUTTON else 0b111,
        )
        for number, kind in enumerate(kinds)
    )
    return InputDevice(
        address=address, identity=GearIdentity(4_000_000_000_002, 2000 + address, 0), instances=tuple(instances)
    )


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let devices be verified, and looked at again, sooner than they are."""
    monkeypatch.setattr(inputs, "VERIFY_INTERVAL", 0.3)
    monkeypatch.setattr(inputs, "SETTLED_AFTER", 0.3)


def gestures(bench: Bench) -> list[tuple[str, int, str]]:
    """Return what was done with buttons, in order."""
    return [(one.key, one.number, one.gesture.value) for one in bench.events if isinstance(one, ButtonUsed)]


async def do(simulated: SimulatedLine, action: Any) -> Any:
    """Do something to the simulated line."""
    return await asyncio.to_thread(simulated.call, action)


async def press(bench: Bench, address: int, number: int, gesture: str) -> None:
    """Use a button."""
    await do(bench.simulated, lambda simulation: simulation.inputs.gesture(address, number, gesture))


async def foreign(bench: Bench, *commands: Command) -> None:
    """Let another master send commands."""
    for command in commands:
        data, twice = command.frame.as_integer, command.sendtwice
        await do(
            bench.simulated,
            lambda simulation, data=data, twice=twice: simulation.foreign_frame(24, data, twice=twice),
        )
        # What waits together might overtake each other.
        await asyncio.sleep(0.1)


def sent(frames: Iterable[int], command: Command) -> int:
    """Return how often a command is among frames."""
    return sum(frame == command.frame.as_integer for frame in frames)


async def frames_of_ours(bench: Bench) -> list[int]:
    """Return the frames that we sent."""
    found: list[int] = await do(
        bench.simulated,
        lambda simulation: [one.data for one in simulation.wire.log.frames() if one.source == "adapter"],
    )
    return found


async def test_a_scan_finds_input_devices_too(build: Build, connect: Connect) -> None:
    devices = (panel(0, Kind.PUSH_BUTTON, Kind.PUSH_BUTTON), panel(40, Kind.OCCUPANCY_SENSOR, Kind.LIGHT_SENSOR))
    bench = await connect(build(lamp(1), devices=devices, speed=16))
    await do(bench.simulated, lambda simulation: simulation.inputs.shine(40, 1, 321))
    result = await bench.line.scan()
    assert [gear.address for gear in result.found] == [1]
    assert [device.key for device in result.devices.found] == [key_of(0), key_of(40)]
    assert result.devices.new == result.devices.found
    assert [one.device.address for one in bench.events if isinstance(one, InputDeviceFound)] == [0, 40]
    state = bench.line.inputs.state
    await bench.until(lambda: state(key_of(40)).instance(1).value == 321)
    assert state(key_of(40)).instance(0).occupied is False
    again = await bench.line.inputs.find()
    assert again.new == ()
    assert not again.missing


async def test_a_line_without_input_devices_costs_three_frames(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), speed=16))
    before = len(await frames_of_ours(bench))
    result = await bench.line.inputs.find()
    assert result.found == ()
    assert sent((await frames_of_ours(bench))[before:], general.QueryNumberOfInstances(DeviceBroadcast())) == 3


async def test_one_that_is_gone_is_missing_and_can_be_forgotten(build: Build, connect: Connect) -> None:
    devices = (known_panel(0, InstanceType.PUSH_BUTTON), known_panel(7, InstanceType.PUSH_BUTTON))
    bench = await connect(build(devices=[panel(0, Kind.PUSH_BUTTON)], speed=16), devices=devices)
    result = await bench.line.inputs.find()
    assert result.missing == {key_of(7)}
    assert not bench.line.inputs.state(key_of(7)).available
    assert bench.line.inputs.state(key_of(0)).available
    await bench.line.inputs.forget(key_of(7))
    await bench.until(lambda: InputDeviceForgotten(key_of(7)) in bench.events)
    with pytest.raises(InputUnknownError):
        bench.line.inputs.state(key_of(7))


async def test_all_are_found_where_frames_get_lost(build: Build, connect: Connect) -> None:
    simulated = build(devices=[panel(5, Kind.PUSH_BUTTON, Kind.LIGHT_SENSOR), panel(6, Kind.PUSH_BUTTON)], speed=16)
    # Who is known is asked most often; of one of them other things are known than are so.
    expected = [known_panel(5, InstanceType.PUSH_BUTTON), known_panel(6, InstanceType.PUSH_BUTTON)]
    bench = await connect(simulated, devices=expected)
    await do(simulated, lambda simulation: simulation.set_frame_loss(0.05))
    result = await bench.line.inputs.find()
    assert [device.key for device in result.found] == [key_of(5), key_of(6)]
    assert [instance.type for instance in result.found[0].instances] == [1, 4]
    assert not result.missing


async def test_two_at_one_address_are_named(build: Build, connect: Connect) -> None:
    devices = (panel(3, Kind.PUSH_BUTTON), panel(3, Kind.PUSH_BUTTON, Kind.LIGHT_SENSOR, serial=7))
    bench = await connect(build(devices=devices, speed=16))
    result = await bench.line.inputs.find()
    assert result.shared_addresses == {3}
    assert result.found == ()


@pytest.mark.parametrize("scheme", EventScheme)
async def test_a_button_is_heard_in_every_scheme(build: Build, connect: Connect, scheme: EventScheme) -> None:
    button = InstanceSpecification(
        kind=Kind.PUSH_BUTTON, scheme=SimulatedScheme(scheme), groups=(5, None, None), event_filter=0xFF
    )
    simulated = build(
        devices=(panel(2, Kind.LIGHT_SENSOR, button, groups=frozenset({4, 9})), panel(3, Kind.PUSH_BUTTON)), speed=8
    )
    sensor, other = known_panel(2, InstanceType.LIGHT_SENSOR), known_panel(3, InstanceType.PUSH_BUTTON)
    spoken = replace(other.instances[0], number=1, scheme=scheme, primary_group=5)
    device = replace(sensor, groups=frozenset({4, 9}), instances=(*sensor.instances, spoken))
    bench = await connect(simulated, devices=[device, other])
    await press(bench, 2, 1, "short")
    await bench.until(lambda: len(gestures(bench)) == 3)
    assert gestures(bench) == [(key_of(2), 1, what) for what in ("pressed", "released", "short_press")]


async def test_a_long_press_has_a_beginning_and_an_end(build: Build, connect: Connect) -> None:
    device = known_panel(2, InstanceType.PUSH_BUTTON)
    bench = await connect(build(devices=[panel(2, Kind.PUSH_BUTTON)]), devices=[device])
    await press(bench, 2, 0, "long")
    await bench.until(lambda: bool(gestures(bench)) and gestures(bench)[-1][2] == "long_press_stop")
    names = [what for _, _, what in gestures(bench)]
    assert names[0] == "long_press_start"
    assert set(names[1:-1]) == {"long_press_repeat"}


async def test_buttons_are_heard_in_the_midst_of_traffic(build: Build, connect: Connect) -> None:
    buttons = 4
    double = InstanceSpecification(kind=Kind.PUSH_BUTTON, double_press=True)
    device = known_panel(2, *[InstanceType.PUSH_BUTTON] * buttons)
    gear = [known(address) for address in range(8)]
    simulated = build(*(lamp(address) for address in range(8)), devices=[panel(2, *[double] * buttons)], speed=2)
    bench = await connect(simulated, devices=[device], gear=gear)
    done = asyncio.Event()

    async def dim() -> None:
        step = 0
        while not done.is_set():
            step += 1
            key = gear[step % len(gear)].key
            await bench.line.set_level(key, Level(100 + step % 100), priority=Priority.AUTOMATIC)

    traffic = [asyncio.create_task(dim()) for _ in range(3)]
    for number in range(buttons):
        await press(bench, 2, number, "double")
    await bench.until(lambda: len(gestures(bench)) == buttons, 60)
    done.set()
    await asyncio.gather(*traffic)
    assert sorted(gestures(bench)) == [(key_of(2), number, "double_press") for number in range(buttons)]


async def test_occupancy_and_light_are_pushed(build: Build, connect: Connect) -> None:
    sensor = InstanceSpecification(kind=Kind.OCCUPANCY_SENSOR, hold_seconds=10)
    device = known_panel(9, InstanceType.OCCUPANCY_SENSOR, InstanceType.LIGHT_SENSOR, InstanceType.ABSOLUTE_INPUT)
    simulated = build(devices=[panel(9, sensor, Kind.LIGHT_SENSOR, Kind.ABSOLUTE_INPUT)], speed=16)
    bench = await connect(simulated, devices=[device])
    state = bench.line.inputs.state
    await bench.until(lambda: state(device.key).instance(0).occupied is False)
    await do(simulated, lambda simulation: simulation.inputs.move(9, 0, present=True))
    await do(simulated, lambda simulation: simulation.inputs.shine(9, 1, 500))
    await do(simulated, lambda simulation: simulation.inputs.turn(9, 2, 1.0))
    await bench.until(lambda: state(device.key).instance(0).occupied is True)
    await bench.until(lambda: state(device.key).instance(1).value == 500)
    await bench.until(lambda: state(device.key).instance(2).value == 1023)
    await do(simulated, lambda simulation: simulation.inputs.move(9, 0, present=False))
    await bench.until(lambda: state(device.key).instance(0).occupied is False)


@pytest.mark.parametrize(
    ("measures", "measured", "described"),
    [
        (Measures.TEMPERATURE, -12.3, (UnitOfMeasurement.CELSIUS, QuantityName.TEMPERATURE)),
        (Measures.HUMIDITY, 45.6, (UnitOfMeasurement.PERCENT, QuantityName.RELATIVE_HUMIDITY)),
        (Measures.CO2, 1234, (UnitOfMeasurement.PARTS_PER_MILLION, QuantityName.CO2)),
    ],
)
async def test_a_general_purpose_sensor_says_what_it_measures_and_tells_each_change(
    build: Build, connect: Connect, measures: Measures, measured: float, described: tuple[int, int]
) -> None:
    sensor = InstanceSpecification(kind=Kind.GENERAL_SENSOR, measures=measures)
    simulated = build(devices=[panel(9, sensor)], speed=16)
    bench = await connect(simulated)
    (device,) = (await bench.line.inputs.find()).found
    (instance,) = device.instances
    assert instance.measurement is not None
    assert (instance.measurement.unit, instance.measurement.quantity) == described
    assert InputDevice.from_dict(device.as_dict()) == device
    state = bench.line.inputs.state
    await bench.until(lambda: state(device.key).instance(0).value == 0)
    await do(simulated, lambda simulation: simulation.inputs.measure(9, 0, measured))
    # Its events have too few bits: they only say that it has to be asked.
    await bench.until(lambda: state(device.key).instance(0).value != 0)
    value = state(device.key).instance(0).value
    assert value is not None
    assert instance.measurement.value_of(value, instance.resolution) == measured


@pytest.mark.usefixtures("impatient")
async def test_an_event_that_got_lost_is_made_good_by_asking(build: Build, connect: Connect) -> None:
    # It tells nothing by itself.
    quiet = InstanceSpecification(kind=Kind.LIGHT_SENSOR, event_filter=0)
    device = known_panel(9, InstanceType.LIGHT_SENSOR)
    simulated = build(devices=[panel(9, quiet)], speed=8)
    bench = await connect(simulated, devices=[device])
    await bench.until(lambda: bench.line.inputs.state(device.key).instance(0).value == 0)
    await do(simulated, lambda simulation: simulation.inputs.shine(9, 0, 700))
    await bench.until(lambda: bench.line.inputs.state(device.key).instance(0).value == 700, 60)


async def test_an_event_of_one_of_several_makes_all_of_them_be_read(build: Build, connect: Connect) -> None:
    sensor = InstanceSpecification(kind=Kind.OCCUPANCY_SENSOR, scheme=SimulatedScheme.INSTANCE)
    devices = [known_panel(at, InstanceType.OCCUPANCY_SENSOR, scheme=EventScheme.instance) for at in (1, 2)]
    simulated = build(devices=[panel(1, sensor), panel(2, sensor)], speed=8)
    bench = await connect(simulated, devices=devices)
    state = bench.line.inputs.state
    await bench.until(lambda: state(key_of(2)).instance(0).occupied is False)
    await do(simulated, lambda simulation: simulation.inputs.move(2, 0, present=True))
    # Sooner than its turn.
    await bench.until(lambda: state(key_of(2)).instance(0).occupied is True, 2)
    assert state(key_of(1)).instance(0).occupied is False
    assert bench.line.inputs.counters["events_of_several"] == 1


async def test_a_device_whose_power_is_back_is_read_at_once(build: Build, connect: Connect) -> None:
    quiet = InstanceSpecification(kind=Kind.LIGHT_SENSOR, event_filter=0)
    devices = [known_panel(address, InstanceType.LIGHT_SENSOR) for address in range(4)]
    simulated = build(devices=[panel(address, quiet) for address in range(4)], speed=8)
    bench = await connect(simulated, devices=devices)
    state = bench.line.inputs.state
    await bench.until(lambda: all(state(device.key).instance(0).value == 0 for device in devices))
    for address in range(4):
        await do(simulated, lambda simulation, at=address: simulation.inputs.shine(at, 0, 700))
    await do(simulated, lambda simulation: simulation.foreign_frame(24, 0xFEE040 | 2))
    await bench.until(lambda: state(key_of(2)).instance(0).value == 700, 3)


@pytest.mark.usefixtures("impatient")
async def test_a_device_that_answers_no_more_is_unavailable_until_it_does(build: Build, connect: Connect) -> None:
    device = known_panel(5, InstanceType.PUSH_BUTTON)
    simulated = build(devices=[panel(5, Kind.PUSH_BUTTON)], speed=8)
    bench = await connect(simulated, devices=[device, known_panel(6, InstanceType.LIGHT_SENSOR)])
    state = bench.line.inputs.state
    await bench.until(lambda: not state(key_of(6)).available, 60)
    assert state(key_of(5)).available


async def test_who_keeps_silent_on_anothers_wish_says_so(build: Build, connect: Connect) -> None:
    device = known_panel(5, InstanceType.PUSH_BUTTON)
    bench = await connect(build(devices=[panel(5, Kind.PUSH_BUTTON)]), devices=[device])
    state = bench.line.inputs.state
    await bench.until(lambda: state(device.key).quiescent is False)
    await foreign(bench, general.StartQuiescentMode(DeviceBroadcast()))
    await bench.until(lambda: state(device.key).quiescent is True)
    await press(bench, 5, 0, "short")
    await asyncio.sleep(0.3)
    await foreign(bench, general.StopQuiescentMode(DeviceShort(5)))
    await bench.until(lambda: state(device.key).quiescent is False)
    await press(bench, 5, 0, "short")
    await bench.until(lambda: len(gestures(bench)) == 1)
    # Nothing of ours made or ended it.
    ours = await frames_of_ours(bench)
    assert sent(ours, general.StartQuiescentMode(DeviceBroadcast())) == 0
    assert sent(ours, general.StopQuiescentMode(DeviceBroadcast())) == 0


async def test_a_silence_of_ours_ends_even_where_the_adapter_was_lost(build: Build, connect: Connect) -> None:
    bench = await connect(
        build(devices=[panel(5, Kind.PUSH_BUTTON)]), devices=[known_panel(5, InstanceType.PUSH_BUTTON)]
    )
    await bench.line.send(general.StartQuiescentMode(DeviceBroadcast()), priority=Priority.CONFIGURATION)
    await do(bench.simulated, lambda simulation: simulation.unplug())
    await bench.until_status(LineStatus.OFFLINE)
    await do(bench.simulated, lambda simulation: simulation.replug())
    await bench.until_status(LineStatus.ONLINE)
    await bench.until(lambda: bench.line.inputs.state(key_of(5)).quiescent is False)
    await press(bench, 5, 0, "short")
    await bench.until(lambda: len(gestures(bench)) == 1)


async def test_an_instance_is_set_as_somebody_wants_it(build: Build, connect: Connect) -> None:
    device = known_panel(5, InstanceType.PUSH_BUTTON)
    bench = await connect(build(devices=[panel(5, Kind.PUSH_BUTTON)], speed=8), devices=[device])
    line_inputs = bench.line.inputs
    assert await line_inputs.configure(device.key, 0, scheme=EventScheme.instance, event_filter=0b0000_0011)
    wanted = replace(device.instances[0], scheme=EventScheme.instance, event_filter=0b0000_0011)
    assert line_inputs.devices[device.key].instances == (wanted,)
    await bench.until(lambda: any(isinstance(event, InputDeviceChanged) for event in bench.events))
    assert not await line_inputs.configure(device.key, 0, scheme=EventScheme.instance, event_filter=0b0000_0011)
    set_filter = general.SetEventFilter(DeviceShort(5), InstanceNumber(0))
    assert sent(await frames_of_ours(bench), set_filter) == 2  # once: it is sent twice
    await press(bench, 5, 0, "short")
    await bench.until(lambda: len(gestures(bench)) == 2)
    assert [what for _, _, what in gestures(bench)] == ["pressed", "released"]
    with pytest.raises(SettingNotKeptError):
        await line_inputs.configure(device.key, 0, scheme=EventScheme.device_group, event_filter=1)
    with pytest.raises(InputUnknownError):
        await line_inputs.configure(device.key, 7, scheme=EventScheme.device, event_filter=1)


@pytest.mark.usefixtures("impatient")
async def test_what_another_master_sets_is_followed(build: Build, connect: Connect) -> None:
    device = known_panel(5, InstanceType.PUSH_BUTTON)
    bench = await connect(build(devices=[panel(5, Kind.PUSH_BUTTON)], speed=8), devices=[device])
    target = DeviceShort(5), InstanceNumber(0)
    await foreign(bench, general.DTR2DTR1(0, 0), general.DTR0(0b1), general.SetEventFilter(*target))
    await bench.until(lambda: bench.line.inputs.devices[device.key].instances[0].event_filter == 1, 60)


async def test_nothing_is_written_by_itself(build: Build, connect: Connect) -> None:
    devices = [panel(at, Kind.PUSH_BUTTON, Kind.OCCUPANCY_SENSOR, Kind.LIGHT_SENSOR) for at in (0, 1)]
    bench = await connect(build(lamp(1), devices=devices, speed=16), gear=[known(1)])
    await bench.line.inputs.find()
    await bench.until_level(KEY, 254)
    commands = [Command.from_frame(_frame(data)) for data in await frames_of_ours(bench) if data > 0xFFFF]
    written = {type(command).__name__ for command in commands if not command.is_query}
    assert written <= {"DTR0", "DTR1"}


def _frame(data: int) -> Any:
    return ForwardFrame(24, data)


async def test_an_input_device_shows_itself(build: Build, connect: Connect) -> None:
    device = known_panel(5, InstanceType.PUSH_BUTTON)
    bench = await connect(build(devices=[panel(5, Kind.PUSH_BUTTON)]), devices=[device])
    await bench.line.inputs.identify(device.key)
    (snapshot,) = await do(bench.simulated, lambda simulation: simulation.inputs.snapshots())
    assert snapshot["identifying"]
    with pytest.raises(InputUnknownError):
        await bench.line.inputs.identify("d1-2-3")


async def test_what_was_commissioned_is_known_at_once(build: Build, connect: Connect) -> None:
    new = panel(None, Kind.PUSH_BUTTON, serial=2000)
    bench = await connect(build(devices=[new], speed=16))
    bench.line.commissioning.start(FindNew(family=Family.INPUT_DEVICES))
    result = await bench.line.commissioning.wait()
    assert result.addresses == (0,)
    assert bench.line.inputs.devices[key_of(0)].address == 0
    await press(bench, 0, 0, "short")
    # Its events name it by its type and number, since it had no address yet.
    await bench.until(lambda: gestures(bench) == [(key_of(0), 0, "short_press")])


async def test_a_button_that_is_stuck_is_known_until_it_is_free(build: Build, connect: Connect) -> None:
    device = known_panel(5, InstanceType.PUSH_BUTTON, InstanceType.PUSH_BUTTON)
    simulated = build(devices=[panel(5, Kind.PUSH_BUTTON, Kind.PUSH_BUTTON)], speed=16)
    bench = await connect(simulated, devices=[device])
    state = bench.line.inputs.state
    await press(bench, 5, 1, "press")
    # Twenty seconds of the device.
    await bench.until(lambda: state(device.key).instance(1).error is True)
    assert not state(device.key).instance(0).error
    await press(bench, 5, 1, "release")
    await bench.until(lambda: state(device.key).instance(1).error is False)


async def test_who_gets_the_address_of_another_is_not_taken_for_it(build: Build, connect: Connect) -> None:
    # The panel at this address was replaced by another one of the same make.
    before = known_panel(5, InstanceType.PUSH_BUTTON)
    bench = await connect(build(devices=[panel(5, Kind.PUSH_BUTTON, serial=77)], speed=16), devices=[before])
    result = await bench.line.inputs.find()
    assert [device.key for device in result.new] == ["d4000000000002-77-0"]
    assert result.missing == {before.key}
    await press(bench, 5, 0, "short")
    await bench.until(lambda: gestures(bench) == [("d4000000000002-77-0", 0, "short_press")])
    with pytest.raises(InputUnknownError):
        await bench.line.inputs.identify(before.key)


@pytest.mark.usefixtures("impatient")
async def test_a_device_that_was_configured_and_is_gone_stays_as_it_was(build: Build, connect: Connect) -> None:
    device = known_panel(5, InstanceType.PUSH_BUTTON)
    bench = await connect(build(lamp(1), speed=16), devices=[device])
    await foreign(bench, general.DTR0(0b1), general.SetEventFilter(DeviceShort(5), InstanceNumber(0)))
    await bench.until(lambda: not bench.line.inputs.state(device.key).available, 60)
    assert bench.line.inputs.devices[device.key] == device
