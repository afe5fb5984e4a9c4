"""Broken lamps and gear are found by two questions to all, and mended ones too."""

import asyncio
from typing import Any

from dali.address import GearBroadcast
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali import failure_sweep
from custom_components.smart_lighting_ai_dali.dali.events import StateChanged

from .conftest import Build, Connect, lamp
from .line_bench import KEY, Bench, known

QUESTIONS = {
    command(GearBroadcast()).frame.as_integer for command in (general.QueryLampFailure, general.QueryControlGearFailure)
}


async def do(bench: Bench, action: Any) -> Any:
    """Do something to the simulated line."""
    return await asyncio.to_thread(bench.simulated.call, action)


async def sweep(bench: Bench) -> list[int]:
    """Sweep once, and return the frames to all that it took."""
    since = await do(bench, lambda simulation: simulation.wire.log.frames()[-1].number)
    await bench.line.failures.sweep()
    frames = await do(bench, lambda simulation: simulation.wire.log.frames(since))
    return [frame.data for frame in frames if frame.source == "adapter" and frame.data >> 8 == 0xFF]


async def line_of(build: Build, connect: Connect, *gear: Any) -> Bench:
    """Return a line of which everything was read."""
    specifications = [lamp(address, **more) for address, more in enumerate(gear)]
    bench = await connect(build(*specifications, speed=16), gear=[known(address) for address in range(len(gear))])
    await bench.until(lambda: all(bench.line.state(key).lamp_failure is not None for key in bench.line.gear), 60)
    bench.events.clear()
    return bench


async def test_a_line_of_64_that_is_well_takes_two_frames(build: Build, connect: Connect) -> None:
    bench = await line_of(build, connect, *({} for _ in range(64)))
    before = {key: bench.line.state(key) for key in bench.line.gear}
    assert sorted(await sweep(bench)) == sorted(QUESTIONS)
    assert {key: bench.line.state(key) for key in bench.line.gear} == before


@pytest.mark.parametrize("fault", ["lamp", "gear"])
async def test_who_broke_is_found_and_who_was_mended_too(build: Build, connect: Connect, fault: str) -> None:
    bench = await line_of(build, connect, {}, {}, {})
    await do(bench, lambda simulation: simulation.set_gear_fault(1, fault))
    await do(bench, lambda simulation: simulation.set_gear_fault(2, fault))
    await sweep(bench)

    def broken() -> list[bool | None]:
        return [getattr(bench.line.state(known(address).key), f"{fault}_failure") for address in range(3)]

    assert broken() == [False, True, True]
    await bench.until(lambda: StateChanged(frozenset((KEY,))) in bench.events)
    await do(bench, lambda simulation: simulation.set_gear_fault(1, fault, present=False))
    await sweep(bench)
    assert broken() == [False, False, True]


async def test_while_one_is_known_to_be_broken_all_are_looked_at_now_and_then(build: Build, connect: Connect) -> None:
    bench = await line_of(build, connect, {"lamp_failure": True}, {})
    await sweep(bench)
    await do(bench, lambda simulation: simulation.set_gear_fault(1, "lamp"))
    for _ in range(12):
        await sweep(bench)
    assert bench.line.state(KEY).lamp_failure


async def test_a_silence_takes_no_failure_back(build: Build, connect: Connect) -> None:
    bench = await line_of(build, connect, {}, {"lamp_failure": True})
    await do(bench, lambda simulation: simulation.set_gear_fault(1, "deaf"))
    await sweep(bench)
    assert bench.line.state(KEY).lamp_failure


async def test_a_line_without_gear_is_left_alone(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1)))
    await bench.line.failures.sweep()
    assert bench.line.diagnostics()["frames_sent"] == 0


async def test_it_sweeps_by_itself(build: Build, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure_sweep, "INTERVAL", 0.05)
    bench = await line_of(build, connect, {}, {})
    await do(bench, lambda simulation: simulation.set_gear_fault(1, "lamp"))
    await bench.until(lambda: bool(bench.line.state(KEY).lamp_failure))
