"""python-dali's sequences for input devices and ours, on the same simulated line: two who read the standard agree."""

import asyncio

from dali.address import DeviceShort, InstanceNumber
from dali.device import pushbutton
from dali.device.general import EventScheme
from dali.device.helpers import DeviceInstanceTypeMapper
from dali.device.sequences import QueryEventFilters, SetEventFilters, SetEventSchemes, query_input_value
import pytest

from custom_components.smart_lighting_ai_dali.dali import inputs
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    InstanceSpecification,
    InstanceType as Kind,
)

from .conftest import Build, Connect, panel

_BUTTON = DeviceShort(0), InstanceNumber(0)


async def test_both_find_the_same_instances(build: Build, connect: Connect) -> None:
    devices = (
        panel(0, Kind.PUSH_BUTTON, Kind.LIGHT_SENSOR, groups=frozenset({1})),
        panel(11, Kind.ABSOLUTE_INPUT, Kind.OCCUPANCY_SENSOR, Kind.PUSH_BUTTON),
    )
    bench = await connect(build(devices=devices, speed=16))
    types = DeviceInstanceTypeMapper()
    await bench.line.send(types.autodiscover((0, 15)), priority=Priority.CONFIGURATION)
    result = await bench.line.inputs.find()
    ours = {
        (device.address, instance.number): instance.type for device in result.found for instance in device.instances
    }
    assert ours == types.mapping


async def test_both_read_the_same_values(build: Build, connect: Connect) -> None:
    kinds = (Kind.PUSH_BUTTON, Kind.ABSOLUTE_INPUT, Kind.OCCUPANCY_SENSOR, Kind.LIGHT_SENSOR, Kind.GENERAL_SENSOR)
    silent = [InstanceSpecification(kind=kind, event_filter=0) for kind in kinds]
    simulated = build(devices=[panel(0, *silent)], speed=16)
    await asyncio.to_thread(simulated.call, lambda simulation: simulation.inputs.turn(0, 1, 0.3))
    await asyncio.to_thread(simulated.call, lambda simulation: simulation.inputs.move(0, 2, present=True))
    await asyncio.to_thread(simulated.call, lambda simulation: simulation.inputs.shine(0, 3, 777))
    await asyncio.to_thread(simulated.call, lambda simulation: simulation.inputs.measure(0, 4, -12.3))
    bench = await connect(simulated)
    (device,) = (await bench.line.inputs.find()).found
    await bench.until(lambda: bench.line.inputs.state(device.key).instance(4).value is not None)
    for number in (1, 2, 3, 4):
        theirs = await bench.line.send(
            query_input_value(DeviceShort(0), InstanceNumber(number)), priority=Priority.CONFIGURATION
        )
        assert bench.line.inputs.state(device.key).instance(number).value == theirs


async def test_each_sees_what_the_other_has_set(
    build: Build, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "SETTLED_AFTER", 0.3)
    bench = await connect(build(devices=[panel(0, Kind.PUSH_BUTTON)], speed=16))
    (device,) = (await bench.line.inputs.find()).found
    wanted = pushbutton.InstanceEventFilter.short_press | pushbutton.InstanceEventFilter.long_press_stop
    await bench.line.inputs.configure(device.key, 0, scheme=EventScheme.device, event_filter=int(wanted))
    theirs = await bench.line.send(QueryEventFilters(*_BUTTON, pushbutton), priority=Priority.CONFIGURATION)
    assert theirs == wanted
    other = pushbutton.InstanceEventFilter.button_pressed
    assert await bench.line.send(SetEventFilters(*_BUTTON, other), priority=Priority.CONFIGURATION) == other
    await bench.line.send(SetEventSchemes(*_BUTTON, EventScheme.instance), priority=Priority.CONFIGURATION)
    # What was sent over our own line is followed by itself.
    await bench.until(lambda: bench.line.inputs.devices[device.key].instances[0].event_filter == int(other), 60)
    assert bench.line.inputs.devices[device.key].instances[0].scheme is EventScheme.instance
