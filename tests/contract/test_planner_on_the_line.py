"""Targets that come together leave together, in the fewest frames, and each caller has an answer of their own."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from dali.address import GearBroadcast, GearGroup, GearShort
from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali import census
from custom_components.smart_lighting_ai_dali.dali.errors import LineDisconnectedError, LineStoppedError
from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE, Fade
from custom_components.smart_lighting_ai_dali.dali.level import OFF, Level
from custom_components.smart_lighting_ai_dali.dali.sequences import ATTEMPTS
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation

from .conftest import Build, Connect, lamp
from .line_bench import Bench, known

# A scan of a whole line takes minutes in real time.
FAST = 40.0


def bits(*commands: Command) -> list[int]:
    """Return commands as the frames that they are."""
    return [command.frame.as_integer for command in commands]


async def do(bench: Bench, action: Callable[[Simulation], Any]) -> Any:
    """Do something to the simulated line."""
    return await asyncio.to_thread(bench.simulated.call, action)


async def levels(bench: Bench) -> list[Any]:
    """Return the levels that the simulated gear has."""
    return [one["level"] for one in await do(bench, Simulation.snapshots)]


def writes(bench: Bench) -> list[int]:
    """Return our frames that change something in gear: single addresses, groups and broadcasts."""
    frames = bench.simulated.call(
        lambda simulation: [
            one.data for one in simulation.wire.log.frames() if one.source == "adapter" and one.bits == 16
        ]
    )
    return [
        frame
        for frame in frames
        if (frame >> 8 < 0xA0 or frame >> 8 >= 0xFE) and (not frame >> 8 & 1 or frame & 0xFF < 0x90)
    ]


async def searched(connect: Connect, simulated: SimulatedLine) -> Bench:
    """Return a line of which all gear is known, and where each is."""
    bench = await connect(simulated)
    await bench.line.scan()
    assert bench.line.complete
    await bench.until(lambda: all(bench.line.state(key).level is not None for key in bench.line.gear), 20)
    return bench


async def together(bench: Bench, keys: Iterable[str], level: int, **more: Any) -> list[Any]:
    """Send gear to a level with a call for each, as lights do; return what each call came to."""
    details = {"fade": AT_ONCE, "priority": Priority.USER, **more}
    calls = [bench.line.set_level(key, Level(level), **details) for key in keys]
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_64_calls_for_one_level_are_one_frame(build: Build, connect: Connect) -> None:
    bench = await searched(connect, build(*(lamp(address, level=0) for address in range(64)), speed=FAST))
    assert await together(bench, bench.line.gear, 100) == [None] * 64
    assert writes(bench) == bits(general.DAPC(GearBroadcast(), 100))
    assert await levels(bench) == [100] * 64
    await together(bench, bench.line.gear, OFF)
    assert writes(bench)[1:] == bits(general.DAPC(GearBroadcast(), 0))
    assert {bench.line.state(key).level for key in bench.line.gear} == {OFF}


async def test_a_group_is_one_frame_and_its_fade_three(build: Build, connect: Connect) -> None:
    lamps = (lamp(address, level=0, groups=frozenset({5} if address < 4 else {6})) for address in range(6))
    bench = await searched(connect, build(*lamps, speed=FAST))
    keys = [known(address).key for address in range(4)]
    await together(bench, keys, 77)
    assert writes(bench) == bits(general.DAPC(GearGroup(5), 77))
    await together(bench, keys, 88, fade=Fade(2))
    assert writes(bench)[1:] == bits(
        general.SetFadeTime(GearGroup(5)), general.SetFadeTime(GearGroup(5)), general.DAPC(GearGroup(5), 88)
    )
    await asyncio.sleep(0.2)
    assert await levels(bench) == [88] * 4 + [0] * 2


async def test_gear_that_nobody_knows_is_left_alone(build: Build, connect: Connect) -> None:
    bench = await searched(connect, build(lamp(0, level=0), lamp(1, level=0), lamp(2, level=0), speed=FAST))
    await bench.line.forget(known(2).key)
    await together(bench, bench.line.gear, 100)
    assert await levels(bench) == [100, 100, 0]


async def test_gear_without_a_short_address_is_left_alone(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(0, level=0), lamp(1, level=0), lamp(None, level=0), speed=FAST))
    await bench.line.scan()
    assert not bench.line.complete
    await together(bench, bench.line.gear, 100)
    assert await levels(bench) == [100, 100, 0]


async def test_who_is_somewhere_else_is_left_there(build: Build, connect: Connect) -> None:
    bench = await searched(connect, build(lamp(0, level=0), lamp(1, level=0), lamp(2, level=33), speed=FAST))
    await together(bench, [known(0).key, known(1).key], 100)
    assert await levels(bench) == [100, 100, 33]
    assert len(writes(bench)) == 2


async def test_a_line_that_was_kept_is_counted_before_a_frame_goes_to_all(
    build: Build, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "COUNT_AFTER", 0.1)
    gear = [known(address) for address in range(64)]
    bench = await connect(build(*(lamp(address, level=0) for address in range(64)), speed=FAST), gear=gear)
    assert not bench.line.complete
    await bench.until(lambda: bench.line.complete, 30)
    await together(bench, bench.line.gear, 100)
    assert writes(bench)[-1:] == bits(general.DAPC(GearBroadcast(), 100))
    assert not set(bits(*(general.DAPC(GearShort(one), 100) for one in range(64)))) & set(writes(bench))
    # Somebody gives addresses: who has which is not known any more.
    frame = general.SetShortAddress(GearShort(9)).frame.as_integer
    await do(bench, lambda simulation: simulation.foreign_frame(16, frame, twice=True))
    await bench.until(lambda: not bench.line.complete)


async def test_a_master_who_uses_the_register_between_our_frames_spoils_no_fade(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), speed=4), gear=[known(1)])
    await bench.until_level(known(1).key, 0)

    def disturb(simulation: Simulation) -> Callable[[], None]:
        """Have the register written by another each time that we have written it, as often as is put up with."""
        ours, register = Counter[int](), general.DTR0(11).frame.as_integer

        def between(frame: Frame) -> None:
            ours[frame.data] += frame.source == "adapter" and frame.data >> 8 == register >> 8
            if frame.source == "adapter" and 0 < ours[frame.data] < ATTEMPTS:
                simulation.foreign_frame(16, register, priority=Priority.TRANSACTION)

        return simulation.wire.log.subscribe(between)

    await do(bench, disturb)
    for code in (3, 7, 4, 9, 2, 8):
        await bench.line.set_level(known(1).key, Level(100 + code), fade=Fade(code), priority=Priority.USER)
        (snapshot,) = await do(bench, Simulation.snapshots)
        assert snapshot["fade_time"] == code


async def test_what_waits_for_a_busy_line_is_one_plan_with_what_came_later(build: Build, connect: Connect) -> None:
    simulated = build(*(lamp(address, level=0) for address in range(8)), speed=FAST)
    bench = await searched(connect, simulated)
    keys = list(bench.line.gear)
    busy = [
        asyncio.create_task(bench.line.send(general.QueryStatus(GearShort(1)), priority=Priority.USER))
        for _ in range(5)
    ]
    await asyncio.sleep(0)
    calls = []
    for key in keys:
        calls.append(asyncio.create_task(bench.line.set_level(key, Level(60), fade=AT_ONCE, priority=Priority.USER)))
        calls.append(asyncio.create_task(bench.line.set_level(key, Level(50), fade=AT_ONCE, priority=Priority.USER)))
    await asyncio.gather(*busy, *calls)
    assert writes(bench) == bits(general.DAPC(GearBroadcast(), 50))


async def test_a_persons_call_goes_before_automatic_ones_and_carries_those_that_agree(
    build: Build, connect: Connect
) -> None:
    bench = await connect(
        build(*(lamp(address, level=0) for address in range(12)), speed=1), gear=[known(n) for n in range(12)]
    )
    await bench.until_level(known(11).key, 0, 20)
    automatic = [
        asyncio.create_task(
            bench.line.set_level(
                known(address).key, Level(100 + address), fade=Fade(address % 15), priority=Priority.AUTOMATIC
            )
        )
        for address in range(11)
    ]
    await asyncio.sleep(0.12)
    begun = asyncio.get_running_loop().time()
    await bench.line.set_level(known(11).key, Level(9), fade=AT_ONCE, priority=Priority.USER)
    assert asyncio.get_running_loop().time() - begun < 0.8
    assert not all(call.done() for call in automatic)
    await asyncio.gather(*automatic)
    frames = writes(bench)
    assert frames.index(general.DAPC(GearShort(11), 9).frame.as_integer) < len(frames) - 10


async def test_each_caller_is_answered_when_the_adapter_goes(build: Build, connect: Connect) -> None:
    gear = [known(address) for address in range(20)]
    bench = await connect(build(*(lamp(address, level=0) for address in range(20)), speed=1), gear=gear)
    calls = [
        asyncio.create_task(bench.line.set_level(one.key, Level(100 + one.address), priority=Priority.USER))
        for one in gear
    ]
    await bench.until(lambda: sum(call.done() for call in calls) > 1)
    await do(bench, Simulation.unplug)
    async with asyncio.timeout(0.5):
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert results.count(None) >= 2
    errors = [result for result in results if result is not None]
    assert errors
    assert all(isinstance(error, LineDisconnectedError) for error in errors)
    assert len({id(error) for error in errors}) == len(errors)


async def test_each_caller_is_answered_when_the_line_is_stopped(build: Build, connect: Connect) -> None:
    gear = [known(address) for address in range(20)]
    bench = await connect(build(*(lamp(address, level=0) for address in range(20)), speed=1), gear=gear)
    calls = [
        asyncio.create_task(bench.line.set_level(one.key, Level(100 + one.address), priority=Priority.USER))
        for one in gear
    ]
    await asyncio.sleep(0.2)
    await bench.line.stop()
    async with asyncio.timeout(0.5):
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert all(result is None or isinstance(result, LineStoppedError | LineDisconnectedError) for result in results)
    assert any(result is not None for result in results)


async def test_callers_who_give_up_take_nobody_with_them(build: Build, connect: Connect) -> None:
    gear = [known(address) for address in range(8)]
    bench = await connect(build(*(lamp(address, level=0) for address in range(8)), speed=1), gear=gear)
    calls = [
        asyncio.create_task(
            bench.line.set_level(one.key, Level(100 + one.address), fade=AT_ONCE, priority=Priority.USER)
        )
        for one in gear
    ]
    await asyncio.sleep(0.07)
    for call in calls[:3]:
        call.cancel()
    assert await asyncio.gather(*calls[3:]) == [None] * 5
    assert (await levels(bench))[3:] == [103, 104, 105, 106, 107]


async def test_a_light_alone_does_not_wait_for_others(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), speed=1), gear=[known(1)])
    await bench.until_level(known(1).key, 0)
    durations = []
    for level in range(100, 120):
        begun = asyncio.get_running_loop().time()
        await bench.line.set_level(known(1).key, Level(level), fade=AT_ONCE, priority=Priority.USER)
        durations.append(asyncio.get_running_loop().time() - begun)
        await asyncio.sleep(0.03)
    # A frame takes 14 ms, its bytes and the adapter's word that it was sent some more. Who waits for others always
    # does; a machine that is busy is so only at times.
    assert sorted(durations)[2] < 0.045


@pytest.mark.parametrize("count", [1, 8])
async def test_a_slider_ends_where_it_was_left_and_leaves_no_backlog(
    build: Build, connect: Connect, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(census, "COUNT_AFTER", 60.0)
    # The gear is all known after a scan; what is left of its time is nearly that of a real line.
    simulated = build(*(lamp(address, level=0) for address in range(count)), speed=4)
    bench = await searched(connect, simulated)
    keys = list(bench.line.gear)
    before = len(writes(bench))
    calls: list[asyncio.Task[Any]] = []
    for number in range(100):
        calls.append(asyncio.create_task(together(bench, keys, 50 + number)))
        await asyncio.sleep(0.02)
    when_left = len(writes(bench))
    await asyncio.gather(*calls)
    assert await levels(bench) == [149] * count
    # The frame that was on its way, the last level, and one that came in between: less than 100 ms of a real line.
    assert len(writes(bench)) - when_left <= 3
    # One frame for all of them each time, at the most.
    assert len(writes(bench)) - before <= 100
