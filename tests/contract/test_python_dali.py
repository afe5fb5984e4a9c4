"""A client that we did not write: python-dali's own LUBA driver and sequences, on the simulated line."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
import logging
from pathlib import Path
from typing import Any

from dali.address import DeviceShort, GearBroadcast, GearGroup, GearShort, InstanceNumber
from dali.device.general import EventScheme
from dali.device.helpers import DeviceInstanceTypeMapper
from dali.device.sequences import Commissioning as CommissionDevices, SetEventSchemes, query_input_value
from dali.driver.serial import DriverLubaRs232
from dali.exceptions import ProgramShortAddressFailure, TransmissionError
from dali.gear import colour, general
from dali.gear.colour import QueryColourValueDTR
from dali.gear.led import QueryGearType
from dali.gear.sequences import QueryDT8ColourValue, SetDT8ColourValueTc, SetDT8TcLimit
from dali.memory import info, oem
from dali.sequences import Commissioning, QueryDeviceTypes, QueryGroups, SetGroups
import pytest

from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    DeviceSpecification,
    InstanceSpecification,
    InstanceType,
)
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .conftest import Build, lamp

# How often it may fail since the machine is busy.
ATTEMPTS = 3

type Connect = Callable[[SimulatedLine], Awaitable[Any]]


@pytest.fixture
async def connect(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connect]:
    """Return what connects python-dali's driver to a simulated line; the port is free again after the test."""
    # What comes more than 25 ms late is silence to it, and so late much is on a busy machine.
    monkeypatch.setattr(DriverLubaRs232, "timeout_rx", 0.1)
    drivers: list[Any] = []

    async def start(line: SimulatedLine) -> Any:
        driver = DriverLubaRs232(f"luba232:{line.link}")
        drivers.append(driver)
        await driver.connect()
        return driver

    yield start
    for driver in drivers:
        driver._transport.close()  # noqa: SLF001  # it has no close()
    await asyncio.sleep(0)


def levels(simulation: Simulation) -> dict[object, object]:
    """Return the level of each address."""
    return {now["address"]: now["level"] for now in simulation.snapshots()}


async def test_it_shakes_hands(build: Build, connect: Connect) -> None:
    line = build(lamp(0))
    driver = await connect(line)
    assert driver.is_connected
    assert not (await driver.query_device_descriptor()).has_bus_power_supply
    assert not (await driver.read_status()).bus_voltage_error
    line.call(lambda simulation: simulation.set_line_power(present=False))
    assert (await driver.read_status()).bus_voltage_error
    with pytest.raises(TransmissionError, match="1"):
        await driver.send(general.Off(GearBroadcast()))


async def test_it_knows_the_adapter(build: Build, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    await connect(build())
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("speed", [1.0, 4.0])
async def test_it_sets_and_queries_levels(build: Build, connect: Connect, speed: float) -> None:
    line = build(*(lamp(address) for address in range(8)), speed=speed)
    driver = await connect(line)
    for address in range(8):
        await driver.send(general.DAPC(GearShort(address), 100 + address), priority=2)
    answers = [(await driver.send(general.QueryActualLevel(GearShort(address)))).value for address in range(8)]
    assert answers == [100 + address for address in range(8)]
    assert await asyncio.to_thread(line.call, levels) == {address: 100 + address for address in range(8)}
    await driver.send(general.Off(GearBroadcast()), priority=2)
    assert set((await asyncio.to_thread(line.call, levels)).values()) == {0}
    assert (await driver.send(general.QueryActualLevel(GearShort(20)))).raw_value is None


async def test_answers_on_top_of_each_other_are_seen(build: Build, connect: Connect) -> None:
    driver = await connect(build(lamp(0, level=10), lamp(1, level=20)))
    answer = await driver.send(general.QueryActualLevel(GearBroadcast()))
    assert answer.raw_value is not None
    assert answer.raw_value.error


async def test_it_hears_other_masters(build: Build, connect: Connect) -> None:
    line = build(lamp(0))
    driver = await connect(line)
    overheard = driver.new_dali_rx_queue()
    line.call(lambda simulation: simulation.foreign_frame(16, general.DAPC(GearShort(0), 42).frame.as_integer))
    async with asyncio.timeout(2):
        assert (await overheard.get()).frame == general.DAPC(GearShort(0), 42).frame


async def commission(build: Build, connect: Connect, *gear: GearSpecification, **options: Any) -> Any:
    """Have it commission a line, another one where it took a late answer for none, and return how its gear is."""
    for attempt in range(ATTEMPTS):
        line = build(*gear, name=f"line{attempt}")
        driver = await connect(line)
        try:
            await driver.send(Commissioning(**options), priority=3)
        except ProgramShortAddressFailure:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            break
    return line.call(Simulation.snapshots)


@pytest.mark.parametrize(("commissioned", "new"), [((), 4), ((0, 2), 3)])
async def test_it_commissions(build: Build, connect: Connect, commissioned: tuple[int, ...], new: int) -> None:
    gear = await commission(
        build,
        connect,
        *(lamp(address, random_address=0x1000 + address) for address in commissioned),
        *(lamp(None, name=f"New {number}", serial=2000 + number) for number in range(new)),
    )
    free = [address for address in range(64) if address not in commissioned]
    assert sorted(now["address"] for now in gear) == sorted([*commissioned, *free[:new]])
    assert len({now["random_address"] for now in gear}) == len(gear)
    assert [now["address"] for now in gear[: len(commissioned)]] == list(commissioned)


async def test_it_gives_all_gear_new_addresses(build: Build, connect: Connect) -> None:
    gear = await commission(build, connect, lamp(60), lamp(61), lamp(61, serial=9), readdress=True)
    assert sorted(now["address"] for now in gear) == [0, 1, 2]


async def test_it_reads_who_made_a_gear(build: Build, connect: Connect) -> None:
    gear = lamp(5, gtin=9_520_000_000_028, serial=0x0123_4567_89AB_CDEF, firmware=(2, 7), hardware=(1, 3))
    driver = await connect(build(gear))
    bank = await driver.send(info.BANK_0.read_all(GearShort(5)), priority=3)
    assert bank[info.GTIN] == 9_520_000_000_028
    assert bank[info.IdentificationNumber] == 0x0123_4567_89AB_CDEF
    assert (bank[info.FirmwareVersion], bank[info.HardwareVersion]) == ("2.7", "1.3")
    assert (bank[info.GearUnitCount], bank[info.UnitIndex]) == (1, 0)


async def test_it_reads_and_writes_memory_bank_1(build: Build, connect: Connect) -> None:
    driver = await connect(build(lamp(5)))
    gtin = oem.ManufacturerGTIN
    assert await driver.send(gtin.read(GearShort(5)), priority=3) == 0xFFFF_FFFF_FFFF
    assert await driver.send(oem.BANK_1.is_locked(GearShort(5)), priority=3)
    await driver.send(gtin.write_raw(GearShort(5), (9_520_000_000_042).to_bytes(6)), priority=3)
    assert await driver.send(oem.BANK_1.is_locked(GearShort(5)), priority=3)
    bank = await driver.send(oem.BANK_1.read_all(GearShort(5)), priority=3)
    assert bank[gtin] == 9_520_000_000_042


async def test_its_sequences_for_groups_and_types_work(build: Build, connect: Connect) -> None:
    driver = await connect(build(lamp(3, groups=frozenset({1})), lamp(4, device_types=(6, 8))))
    await driver.send(SetGroups(GearShort(3), {0, 15}), priority=3)
    assert await driver.send(QueryGroups(GearShort(3))) == {0, 15}
    assert await driver.send(QueryDeviceTypes(GearShort(3))) == [6]
    assert await driver.send(QueryDeviceTypes(GearShort(4))) == [6, 8]
    assert (await driver.send(QueryGearType(GearShort(3)))).raw_value is not None
    await driver.send(general.RecallMinLevel(GearGroup(15)))
    assert (await driver.send(general.QueryActualLevel(GearShort(3)))).value == 1


async def test_a_plug_that_is_pulled_is_noticed(build: Build, connect: Connect) -> None:
    line = build(lamp(0))
    driver = await connect(line)
    line.call(Simulation.unplug)
    await asyncio.sleep(0.2)
    assert not driver.is_connected
    with pytest.raises(OSError, match="not connected"):
        await driver.read_status()


# --- Device type 8


async def test_it_sets_and_reads_a_colour_temperature(build: Build, connect: Connect) -> None:
    driver = await connect(build(lamp(3, device_types=(6, 8), level=200)))
    await driver.send(SetDT8ColourValueTc(GearShort(3), 250), priority=2)
    for query in (QueryColourValueDTR.ColourTemperatureTC, QueryColourValueDTR.ReportColourTemperatureTc):
        assert await driver.send(QueryDT8ColourValue(GearShort(3), query)) == 250
    features = await driver.send(colour.QueryColourTypeFeatures(GearShort(3)))
    assert features.Tc_capable
    assert not features.xy_capable
    assert (await driver.send(colour.QueryColourStatus(GearShort(3)))).colour_type_colour_temperature_Tc_active


async def test_it_sets_and_reads_the_limits(build: Build, connect: Connect) -> None:
    driver = await connect(build(lamp(3, device_types=(6, 8), tc_physical=(100, 500))))
    limits = colour.StoreColourTemperatureTcLimitDTR2
    await driver.send(SetDT8TcLimit(GearShort(3), limits.TcCoolest, 200), priority=3)
    await driver.send(SetDT8TcLimit(GearShort(3), limits.TcWarmest, 333), priority=3)
    expected = {
        QueryColourValueDTR.ColourTemperatureTcCoolest: 200,
        QueryColourValueDTR.ColourTemperatureTcWarmest: 333,
        QueryColourValueDTR.ColourTemperatureTcPhysicalCoolest: 100,
        QueryColourValueDTR.ColourTemperatureTcPhysicalWarmest: 500,
    }
    for query, value in expected.items():
        assert await driver.send(QueryDT8ColourValue(GearShort(3), query)) == value


# --- Input devices


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[], SimulatedLine]]:
    """Return what starts a line with a lamp, a panel of a button and a light sensor, and a panel that is new."""
    lines: list[SimulatedLine] = []

    def start() -> SimulatedLine:
        instances = (
            InstanceSpecification(kind=InstanceType.PUSH_BUTTON),
            InstanceSpecification(kind=InstanceType.LIGHT_SENSOR),
        )
        old = DeviceSpecification(name="Panel", short_address=0, random_address=0x4242, instances=instances)
        new = DeviceSpecification(name="New", instances=instances)
        fleet = Fleet(name="Panels", gear=(lamp(0),), devices=(old, new))
        line = SimulatedLine(fleet, link=tmp_path / f"panels{len(lines)}", speed=4.0)
        lines.append(line)
        line.start()
        return line

    yield start
    for line in lines:
        line.stop()


@pytest.fixture
def panels(mount: Callable[[], SimulatedLine]) -> SimulatedLine:
    """Return one such line."""
    return mount()


async def test_it_finds_input_devices_and_reads_what_they_see(panels: SimulatedLine, connect: Connect) -> None:
    driver = await connect(panels)
    types = DeviceInstanceTypeMapper()
    await driver.send(types.autodiscover(2), priority=3)
    assert types.mapping == {(0, 0): 1, (0, 1): 4}
    panels.call(lambda simulation: simulation.inputs.shine(0, 1, 640))
    assert await driver.send(query_input_value(DeviceShort(0), InstanceNumber(1)), priority=3) == 640
    scheme = await driver.send(SetEventSchemes(DeviceShort(0), InstanceNumber(0), EventScheme.device), priority=3)
    assert scheme.value == EventScheme.device


async def test_it_hears_their_events(panels: SimulatedLine, connect: Connect) -> None:
    driver = await connect(panels)
    overheard = driver.new_dali_rx_queue()
    panels.call(lambda simulation: simulation.inputs.gesture(0, 0, "short"))
    async with asyncio.timeout(5):
        event = await overheard.get()
    assert (event.frame.as_integer >> 17, event.frame.as_integer & 0x3FF) == (0, 2)


async def test_it_commissions_input_devices(mount: Callable[[], SimulatedLine], connect: Connect) -> None:
    for attempt in range(ATTEMPTS):
        panels = mount()
        driver = await connect(panels)
        try:
            used = await driver.send(CommissionDevices(available_addresses=[0, 1, 2]), priority=3)
        except ProgramShortAddressFailure:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            break
    assert [address.address for address in used] == [0, 1]
    devices = panels.call(lambda simulation: simulation.inputs.snapshots())
    assert [device["address"] for device in devices] == [0, 1]
    assert not any(device["quiescent"] for device in devices)
