"""What a line says of its gear is so, whatever got lost, came late, or was wanted by others meanwhile."""

import asyncio
import gc
import logging
from typing import Any

from dali.address import GearBroadcast, GearShort
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import (
    GearUnknownError,
    LineDisconnectedError,
    LineStoppedError,
    LineWithoutPowerError,
)
from custom_components.smart_lighting_ai_dali.dali.events import LineEvent, LineStatus
from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE, Fade
from custom_components.smart_lighting_ai_dali.dali.gear import GearIdentity
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.state import Origin
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from tests.told import told_once

from .conftest import Build, Connect, lamp
from .line_bench import KEY, Bench, known


async def do(bench: Bench, action: Any) -> Any:
    """Do something to the simulated line."""
    return await asyncio.to_thread(bench.simulated.call, action)


async def level_of(bench: Bench, number: int = 0) -> Any:
    """Return the level that a simulated gear has."""
    return (await do(bench, Simulation.snapshots))[number]["level"]


async def test_a_listener_that_fails_harms_nobody(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1)), gear=[known(1)])
    await bench.until_level(KEY, 254)
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))

    def fail(_: LineEvent) -> None:
        raise ValueError("a mistake of somebody else")

    bench.line.subscribe(fail)
    await bench.line.set_level(KEY, Level(99), priority=Priority.USER)
    await bench.until_level(KEY, 99)
    await do(bench, Simulation.unplug)
    await bench.until_status(LineStatus.OFFLINE)
    await do(bench, Simulation.replug)
    await bench.until_status(LineStatus.ONLINE)
    assert complaints


async def test_an_adapter_that_takes_nothing_is_found_out_while_others_talk(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1)), gear=[known(1)])
    await do(bench, lambda simulation: simulation.adapter_stalled(stalled=True))
    frame = general.DAPC(GearShort(9), 100).frame.as_integer
    async with asyncio.timeout(16):
        while bench.line.status is LineStatus.ONLINE:
            await do(bench, lambda simulation: simulation.foreign_frame(16, frame))
            await asyncio.sleep(0.5)
    await do(bench, lambda simulation: simulation.adapter_stalled(stalled=False))


async def test_a_frame_whose_sender_gave_up_counts_all_the_same(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), speed=1), gear=[known(1)])
    await bench.until_level(KEY, 0)
    sending = asyncio.create_task(bench.line.set_level(KEY, Level(200), fade=AT_ONCE, priority=Priority.USER))
    await asyncio.sleep(0.02)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await bench.until(lambda: bench.line.state(KEY).origin is Origin.SENT)
    assert bench.line.state(KEY).level == await level_of(bench) == 200


async def test_power_that_goes_while_a_frame_waits_is_told_at_once(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), speed=1), gear=[known(1)])
    await bench.until_level(KEY, 254)
    waiting = [
        asyncio.create_task(bench.line.send(general.QueryStatus(GearShort(1)), priority=Priority.USER))
        for _ in range(10)
    ]
    await asyncio.sleep(0.05)
    await do(bench, lambda simulation: simulation.set_line_power(present=False))
    begun = asyncio.get_running_loop().time()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert asyncio.get_running_loop().time() - begun < 1
    assert isinstance(results[-1], LineWithoutPowerError)
    await do(bench, lambda simulation: simulation.set_line_power(present=True))
    await bench.until_status(LineStatus.ONLINE)


async def test_a_target_stands_when_the_one_that_replaced_it_is_taken_back(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), speed=1), gear=[known(1)])
    await bench.until_level(KEY, 0)
    # Something is on the line, so that both wait.
    busy = asyncio.create_task(bench.line.send(general.QueryStatus(GearShort(1)), priority=Priority.USER))
    await asyncio.sleep(0.01)
    first = asyncio.create_task(bench.line.set_level(KEY, Level(100), fade=AT_ONCE, priority=Priority.USER))
    await asyncio.sleep(0)
    second = asyncio.create_task(bench.line.set_level(KEY, Level(50), fade=AT_ONCE, priority=Priority.USER))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(busy, first)
    assert await level_of(bench) == 100


async def test_two_gear_with_the_numbers_of_one_are_two(
    build: Build, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    bench = await connect(build(lamp(1, serial=7), lamp(2, serial=7, random_address=0x123456), speed=8))
    result = await bench.line.scan()
    assert [gear.address for gear in result.found] == [1, 2]
    assert [gear.identity for gear in result.found] == [GearIdentity(4_000_000_000_001, 7, 0), None]
    assert "r123456" in bench.line.gear
    fields = told_once(caplog, "dali.driver", "found=duplicate")
    assert (fields["address"], fields["device"]) == ("2", "gear")


async def test_identifying_an_older_gear_changes_nothing_of_it(build: Build, connect: Connect) -> None:
    gear = known(1, minimum=Level(10))
    older = type(gear)(**{**{name: getattr(gear, name) for name in gear.__slots__}, "edition": 1})
    bench = await connect(build(lamp(1, edition=1, minimum=10, level=200)), gear=[older])
    await bench.until_level(KEY, 200)
    identifying = asyncio.create_task(bench.line.identify(KEY))
    await asyncio.sleep(1.3)
    identifying.cancel()
    await bench.until_level(KEY, 200)
    assert bench.line.state(KEY).last_level == 200
    identifying = asyncio.create_task(bench.line.identify(KEY))
    await asyncio.sleep(1.3)
    await bench.line.set_level(KEY, Level(120), priority=Priority.USER)
    identifying.cancel()
    await asyncio.gather(identifying, return_exceptions=True)
    assert bench.line.state(KEY).level == 120


async def test_a_gear_whose_address_another_has_now_is_not_sent_anything(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, serial=4711), speed=8), gear=[known(1)])
    await bench.line.scan()
    with pytest.raises(GearUnknownError):
        await bench.line.set_level(KEY, Level(10), priority=Priority.USER)
    with pytest.raises(GearUnknownError):
        await bench.line.identify(KEY)
    assert bench.writes() == []


async def test_gear_with_a_shared_address_did_answer(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), lamp(1, serial=2), speed=8), gear=[known(1)])
    result = await bench.line.scan()
    assert result.shared_addresses == {1}
    assert result.missing == frozenset()


async def test_a_level_that_got_lost_on_the_line_is_found_out(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0)), gear=[known(1)])
    await bench.until_level(KEY, 0)
    await do(bench, lambda simulation: simulation.set_frame_loss(1.0))
    await bench.line.set_level(KEY, Level(90), fade=AT_ONCE, priority=Priority.USER)
    assert bench.line.state(KEY).level == 90
    await do(bench, lambda simulation: simulation.set_frame_loss(0.0))
    await bench.until_level(KEY, 0, 3)


async def test_a_fade_that_another_master_set_is_set_back(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0)), gear=[known(1)])
    await bench.until_level(KEY, 0)
    register, fade = general.DTR0(9).frame.as_integer, general.SetFadeTime(GearBroadcast()).frame.as_integer
    await do(bench, lambda simulation: simulation.foreign_frame(16, register))
    await do(bench, lambda simulation: simulation.foreign_frame(16, fade, twice=True))
    await asyncio.sleep(0.2)
    assert (await do(bench, Simulation.snapshots))[0]["fade_time"] == 9
    await bench.line.set_level(KEY, Level(90), fade=Fade(0), priority=Priority.USER)
    assert (await do(bench, Simulation.snapshots))[0]["fade_time"] == 0


async def test_a_scan_goes_on_without_its_caller_and_ends_without_a_word(
    build: Build, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    bench = await connect(build(lamp(1), speed=1))
    scanning = asyncio.create_task(bench.line.scan())
    await asyncio.sleep(0.1)
    scanning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scanning
    assert bench.line.scanning
    await do(bench, Simulation.unplug)
    await bench.until(lambda: not bench.line.scanning)
    again = asyncio.create_task(bench.line.scan())
    await asyncio.sleep(0)
    await bench.line.stop()
    with pytest.raises((LineStoppedError, LineDisconnectedError)):
        await again
    gc.collect()
    assert complaints == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_what_is_refused_again_and_again_is_not_kept(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1)), gear=[known(1)])
    await do(bench, lambda simulation: simulation.set_line_power(present=False))
    await bench.until_status(LineStatus.NO_POWER)
    errors = []
    for _ in range(3):
        with pytest.raises(LineWithoutPowerError) as refused:
            await bench.line.set_level(KEY, Level(1), priority=Priority.USER)
        errors.append(refused.value)
    assert len({id(error) for error in errors}) == 3
