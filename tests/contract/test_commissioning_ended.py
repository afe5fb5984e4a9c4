"""However a job of commissioning ends, the line is clean and the rest can be done later."""

import asyncio

from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.commissioning_orders import (
    CommissioningProgress,
    FindNew,
    NewInstallation,
)
from custom_components.smart_lighting_ai_dali.dali.errors import (
    CommissioningCancelledError,
    CommissioningDisturbedError,
    CommissioningRunningError,
    LineDisconnectedError,
    LineWithoutPowerError,
)
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation

from .commissioning_bench import addresses, commission, do, is_clean, new, until_found
from .conftest import Build, Connect, lamp


async def test_one_job_at_a_time(build: Build, connect: Connect) -> None:
    bench = await connect(build(new(1), new(2), speed=4))
    bench.line.commissioning.start(FindNew())
    assert bench.line.commissioning.running
    with pytest.raises(CommissioningRunningError):
        bench.line.commissioning.start(FindNew())
    with pytest.raises(CommissioningRunningError):
        await bench.line.scan()
    assert await bench.line.commissioning.cancel()
    assert not await bench.line.commissioning.cancel()


async def test_a_job_that_is_cancelled_leaves_the_line_clean_and_the_rest_for_later(
    build: Build, connect: Connect
) -> None:
    bench = await connect(build(*(new(number) for number in range(4)), speed=16))
    bench.line.commissioning.start(FindNew())
    await until_found(bench, 1)
    assert await bench.line.commissioning.cancel()
    with pytest.raises(CommissioningCancelledError):
        await bench.line.commissioning.wait()
    assert await is_clean(bench)
    before = await addresses(bench)
    assert 1 <= len([address for address in before if address is not None]) < 4
    assert bench.line.commissioning.progress == CommissioningProgress()
    await commission(bench, FindNew())
    after = await addresses(bench)
    assert sorted(after) == list(range(4))
    assert all(was in {None, is_now} for was, is_now in zip(before, after, strict=True))


@pytest.mark.parametrize("after", [0, 1, 2, 4, 9, 30, 61, 64, 67, 70])
async def test_an_end_at_any_frame_leaves_the_line_clean(build: Build, connect: Connect, after: int) -> None:
    bench = await connect(build(new(1), new(2), speed=8))
    begun = bench.line.diagnostics()["frames_sent"]
    bench.line.commissioning.start(FindNew())
    async with asyncio.timeout(10):
        while bench.line.diagnostics()["frames_sent"] < begun + after:
            await asyncio.sleep(0)
    assert await bench.line.commissioning.cancel()
    with pytest.raises(CommissioningCancelledError):
        await bench.line.commissioning.wait()
    assert await is_clean(bench)
    assert not bench.line.commissioning.running
    given = [address for address in await addresses(bench) if address is not None]
    assert len(given) == len(set(given))


async def test_a_line_that_stops_is_left_clean(build: Build, connect: Connect) -> None:
    bench = await connect(build(*(new(number) for number in range(3)), speed=16))
    bench.line.commissioning.start(FindNew())
    await until_found(bench, 1)
    await bench.line.stop()
    assert not bench.line.commissioning.running
    assert await is_clean(bench)


async def test_a_line_that_lost_its_adapter_is_cleaned_when_it_is_back(build: Build, connect: Connect) -> None:
    bench = await connect(build(*(new(number) for number in range(3)), speed=16))
    bench.line.commissioning.start(FindNew())
    await until_found(bench, 1)
    await do(bench, Simulation.unplug)
    with pytest.raises(LineDisconnectedError):
        await bench.line.commissioning.wait()
    assert not await is_clean(bench)
    await do(bench, Simulation.replug)
    await bench.until_status(LineStatus.ONLINE)
    async with asyncio.timeout(5):
        while not await is_clean(bench):
            await asyncio.sleep(0.05)
    await commission(bench, FindNew())
    assert sorted(await addresses(bench)) == [0, 1, 2]


async def test_a_line_that_lost_its_power_says_so_and_goes_on_later(build: Build, connect: Connect) -> None:
    bench = await connect(build(*(new(number) for number in range(3)), speed=16))
    bench.line.commissioning.start(FindNew())
    await until_found(bench, 1)
    await do(bench, lambda simulation: simulation.set_line_power(present=False))
    with pytest.raises(LineWithoutPowerError):
        await bench.line.commissioning.wait()
    await do(bench, lambda simulation: simulation.set_line_power(present=True))
    await bench.until_status(LineStatus.ONLINE)
    await commission(bench, FindNew())
    assert sorted(await addresses(bench)) == [0, 1, 2]


async def test_another_master_that_commissions_as_well_ends_the_job(build: Build, connect: Connect) -> None:
    bench = await connect(build(*(new(number) for number in range(3)), speed=16))
    bench.line.commissioning.start(FindNew())
    await until_found(bench, 1)
    foreign = general.SearchaddrH(0x12).frame.as_integer
    await do(bench, lambda simulation: simulation.foreign_frame(16, foreign))
    with pytest.raises(CommissioningDisturbedError):
        await bench.line.commissioning.wait()
    assert await is_clean(bench)


async def test_a_new_installation_that_was_cancelled_goes_on(build: Build, connect: Connect) -> None:
    bench = await connect(build(*(lamp(30 + number, level=0) for number in range(3)), speed=16))
    bench.line.commissioning.start(NewInstallation())
    await until_found(bench, 1)
    await bench.line.commissioning.cancel()
    before = await addresses(bench)
    await commission(bench, NewInstallation())
    after = await addresses(bench)
    assert sorted(after) == [0, 1, 2]
    assert all(was in {None, is_now} for was, is_now in zip(before, after, strict=True))
