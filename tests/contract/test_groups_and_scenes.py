"""Groups, scenes, broadcasts and settings, on a line with a simulated adapter behind a real serial port."""

import asyncio
from dataclasses import replace
from operator import methodcaller
from typing import Any

from dali.address import GearBroadcast, GearGroup, GearShort
from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali import census, gear_settings
from custom_components.smart_lighting_ai_dali.dali.errors import (
    GearUnknownError,
    LevelUnknownError,
    NoAnswerError,
    TooManyWritesError,
)
from custom_components.smart_lighting_ai_dali.dali.events import GearChanged
from custom_components.smart_lighting_ai_dali.dali.fade import Fade
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.state import Origin
from custom_components.smart_lighting_ai_dali.dali.stored import AFTER_RESET, Stay, Stored
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.dali.write_limit import MOST_WRITES
from custom_components.smart_lighting_ai_dali.simulator.simulation import GearFault, Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .conftest import Build, Connect, lamp
from .line_bench import Bench, known
from .test_planner_on_the_line import bits, do, levels, searched

FAST = 40.0
USER = Priority.USER


@pytest.fixture
def _settings_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read what gear keeps as soon as the line is online."""
    monkeypatch.setattr(gear_settings, "READ_AFTER", 0.0)
    monkeypatch.setattr(gear_settings, "PAUSE", 0.01)
    monkeypatch.setattr(gear_settings, "VERIFY_INTERVAL", 0.1)


async def found(build: Build, connect: Connect, *lamps: GearSpecification, speed: float = FAST) -> Bench:
    """Return a line on which these lamps were found earlier, and whose levels were read."""
    gear = [
        replace(
            known(lamp.short_address or 0, groups=lamp.groups, fade=Fade(lamp.fade_time)),
            edition=lamp.edition,
            physical_minimum=Level(lamp.physical_minimum),
            minimum=Level(lamp.minimum or lamp.physical_minimum),
        )
        for lamp in lamps
    ]
    bench = await connect(build(*lamps, speed=speed), gear=gear)
    await bench.until(lambda: all(bench.line.state(key).level is not None for key in bench.line.gear), 20)
    return bench


async def overhear(bench: Bench, *commands: Command) -> None:
    """Let another master say something."""
    for command in commands:
        await do(bench, methodcaller("foreign_frame", 16, command.frame.as_integer, twice=bool(command.sendtwice)))


async def gear_of(bench: Bench) -> list[Any]:
    """Return how the simulated gear is."""
    snapshots: list[Any] = await do(bench, Simulation.snapshots)
    return snapshots


async def count(bench: Bench) -> int:
    """Return the number of the last frame on the line."""
    number: int = await do(bench, lambda simulation: simulation.wire.log.frames()[-1].number)
    return number


async def writes(bench: Bench, since: int) -> list[int]:
    """Return our frames since then that change something in gear, registers left out."""
    frames: list[int] = await do(
        bench,
        lambda simulation: [
            one.data for one in simulation.wire.log.frames(since) if one.source == "adapter" and one.bits == 16
        ],
    )
    return [
        frame
        for frame in frames
        if (frame >> 8 < 0xA0 or frame >> 8 >= 0xFE) and (not frame >> 8 & 1 or frame & 0xFF < 0x90)
    ]


# Groups


async def test_another_master_changes_groups(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, lamp(0, groups=frozenset({2})), lamp(1))
    assert bench.line.many.groups == {2}
    await overhear(bench, general.AddToGroup(GearBroadcast(), 7), general.RemoveFromGroup(GearShort(0), 2))
    await bench.until(lambda: bench.line.many.groups == {7})
    assert bench.line.many.members(7) == (known(0).key, known(1).key)
    assert {event.gear.key for event in bench.events if isinstance(event, GearChanged)} == set(bench.line.gear)
    await bench.line.many.set_level(bench.line.many.members(7), Level(100), priority=USER)
    assert await levels(bench) == [100, 100]


async def test_a_group_goes_by_one_frame_and_comes_back_as_it_was(build: Build, connect: Connect) -> None:
    lamps = (lamp(address, level=50 + address, groups=frozenset({5} if address < 3 else ())) for address in range(5))
    bench = await searched(connect, build(*lamps, speed=FAST))
    members = bench.line.many.members(5)
    since = await count(bench)
    await bench.line.many.set_level(members, Level(0), priority=USER)
    assert await writes(bench, since) == bits(general.DAPC(GearGroup(5), 0))
    await bench.line.many.turn_on(members, priority=USER)
    assert await levels(bench) == [50, 51, 52, 53, 54]
    since = await count(bench)
    await bench.line.many.set_level(members, Level(200), seconds=1.0, priority=USER)
    assert await writes(bench, since) == bits(
        general.SetFadeTime(GearGroup(5)), general.SetFadeTime(GearGroup(5)), general.DAPC(GearGroup(5), 200)
    )


async def test_gear_that_is_gone_takes_no_group_with_it(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, lamp(0, level=0), lamp(1, level=0))
    await bench.line.many.set_level([known(0).key, "gone"], Level(9), priority=USER)
    assert await levels(bench) == [9, 0]
    with pytest.raises(GearUnknownError):
        await bench.line.many.set_level(["gone"], Level(9), priority=USER)


async def test_a_slider_on_a_group_in_real_time_ends_where_it_was_left(
    build: Build, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "COUNT_AFTER", 0.05)
    groups = [frozenset({5}) if address < 16 else frozenset({1}) for address in range(64)]
    simulated = build(*(lamp(address, level=0, groups=groups[address]) for address in range(64)), speed=1)
    bench = await connect(simulated, gear=[known(address, groups=groups[address]) for address in range(64)])
    await bench.until(lambda: bench.line.complete, 20)
    members = bench.line.many.members(5)
    # The fade of each is set first, where nobody knows it.
    await bench.line.many.set_level(members, Level(1), priority=USER)
    since = await count(bench)
    calls: list[asyncio.Task[None]] = []
    for number in range(100):
        calls.append(asyncio.create_task(bench.line.many.set_level(members, Level(50 + number), priority=USER)))
        await asyncio.sleep(0.02)
    left = asyncio.get_running_loop().time()
    await asyncio.gather(*calls)
    backlog = asyncio.get_running_loop().time() - left
    assert (await levels(bench))[:16] == [149] * 16
    frames = await writes(bench, since)
    assert set(frames) <= set(bits(*(general.DAPC(GearGroup(5), 50 + number) for number in range(100))))
    assert frames[-1] == bits(general.DAPC(GearGroup(5), 149))[0]
    # Two frames of a real line take 60 ms; the rest is what a busy machine may add.
    assert backlog < 0.1
    assert len(frames) <= 100


# Broadcasts


async def test_a_broadcast_reaches_gear_that_nobody_knows(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(0, level=0), lamp(1, level=33), lamp(None, level=0), speed=FAST))
    await bench.line.scan()
    assert not bench.line.complete
    since = await count(bench)
    await bench.line.many.set_all(Level(120), priority=USER)
    assert await levels(bench) == [120, 120, 120]
    assert bits(general.DAPC(GearBroadcast(), 120))[0] in await writes(bench, since)
    assert {bench.line.state(key).level for key in bench.line.gear} == {120}
    await bench.line.many.set_all(Level(0), priority=USER)
    await bench.line.many.turn_all_on(priority=USER)
    assert await levels(bench) == [120, 120, 120]


async def test_gear_of_the_first_edition_comes_on_with_the_others(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, lamp(0, level=70), lamp(1, level=80, edition=1))
    await bench.line.many.set_all(Level(0), priority=USER)
    await bench.line.many.turn_all_on(priority=USER)
    assert await levels(bench) == [70, 80]
    assert [bench.line.state(known(address).key).level for address in (0, 1)] == [70, 80]


async def test_a_slider_on_the_whole_line_leaves_no_backlog(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, *(lamp(address, level=0) for address in range(4)))
    since = await count(bench)
    calls = []
    for number in range(50):
        calls.append(asyncio.create_task(bench.line.many.set_all(Level(50 + number), priority=USER)))
        await asyncio.sleep(0)
    await asyncio.gather(*calls)
    assert await levels(bench) == [99] * 4
    assert len(await writes(bench, since)) <= 2


async def test_a_broadcast_is_newer_than_what_waited_and_older_than_what_comes(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, *(lamp(address, level=0) for address in range(3)), speed=4)
    keys = [known(address).key for address in range(3)]
    calls = [
        asyncio.create_task(bench.line.set_level(keys[0], Level(10), priority=USER)),
        asyncio.create_task(bench.line.set_level(keys[1], Level(11), priority=USER)),
        asyncio.create_task(bench.line.many.set_all(Level(99), priority=USER)),
        asyncio.create_task(bench.line.set_level(keys[2], Level(12), priority=USER)),
    ]
    await asyncio.gather(*calls)
    assert await levels(bench) == [99, 99, 12]


# Scenes


@pytest.mark.usefixtures("_settings_at_once")
async def test_scenes_are_read_and_gone_to_by_one_frame(build: Build, connect: Connect) -> None:
    bench = await found(
        build,
        connect,
        lamp(0, level=0, scenes={3: 100, 4: 0}),
        lamp(1, level=9, scenes={3: 50}, fade_time=2),
        lamp(2, level=9),
    )
    await bench.until(lambda: all(gear.stored.complete for gear in bench.line.gear.values()), 20)
    assert bench.line.scenes.stored == {3, 4}
    assert bench.line.scenes.members(3) == (known(0).key, known(1).key)
    since = await count(bench)
    await bench.line.scenes.go_to(3, priority=USER)
    assert await writes(bench, since) == bits(general.GoToScene(GearBroadcast(), 3))
    assert [bench.line.state(known(address).key).level for address in range(3)] == [100, 50, 9]
    assert (await levels(bench))[0] == 100
    since = await count(bench)
    await bench.line.scenes.go_to(4, seconds=1.0, priority=USER)
    assert (await writes(bench, since))[-1:] == bits(general.GoToScene(GearBroadcast(), 4))
    assert [one["fade_time"] for one in await gear_of(bench)] == [2, 2, 0]


@pytest.mark.usefixtures("_settings_at_once")
async def test_a_scene_of_another_master_is_followed_and_looked_at(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, lamp(0, level=0, scenes={3: 100}), lamp(1, level=5))
    await bench.until(lambda: all(gear.stored.complete for gear in bench.line.gear.values()), 20)
    await overhear(bench, general.GoToScene(GearBroadcast(), 3))
    await bench.until_level(known(0).key, 100)
    assert bench.line.state(known(0).key).origin is Origin.OVERHEARD
    # A gear that did not hear what we heard stands for one that was changed while nobody listened.
    await do(bench, lambda simulation: simulation.set_gear_fault(0, GearFault.DEAF))
    await overhear(bench, general.DTR0(20), general.SetScene(GearShort(0), 3))
    await bench.until(lambda: bench.line.gear[known(0).key].stored.scene(3) == 20)
    await do(bench, lambda simulation: simulation.set_gear_fault(0, GearFault.DEAF, present=False))
    await overhear(bench, general.GoToScene(GearBroadcast(), 3))
    await bench.until_level(known(0).key, 20)
    await bench.until_level(known(0).key, 100)
    await bench.until(lambda: bench.line.gear[known(0).key].stored.scene(3) == 100, 20)


async def test_two_scenes_at_once_are_both_gone_to(build: Build, connect: Connect) -> None:
    stored = [AFTER_RESET.with_scene(address, Level(100 + address)) for address in range(2)]
    bench = await connect(
        build(*(lamp(address, level=0, scenes={address: 100 + address}) for address in range(2)), speed=4),
        gear=[known(address, stored=stored[address]) for address in range(2)],
    )
    await asyncio.gather(*(bench.line.scenes.go_to(scene, priority=USER) for scene in range(2)))
    assert await levels(bench) == [100, 101]


async def test_a_scene_is_stored_as_it_is_and_removed(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, lamp(0, level=77), lamp(1, level=0, scenes={2: 0}))
    since = await count(bench)
    await bench.line.scenes.store(2, bench.line.gear)
    assert len(await writes(bench, since)) == 2
    # As long as the other scenes are not read, nothing is said of this one either.
    assert bench.line.scenes.stored == set()
    await bench.line.many.set_all(Level(200), priority=USER)
    await bench.line.scenes.go_to(2, priority=USER)
    assert await levels(bench) == [77, 0]
    await bench.line.scenes.store(2, [known(1).key], Level(9))
    await bench.line.scenes.remove(2, [known(0).key])
    await bench.line.many.set_all(Level(200), priority=USER)
    await bench.line.scenes.go_to(2, priority=USER)
    assert await levels(bench) == [200, 9]


async def test_a_level_that_nobody_knows_is_asked_and_else_not_stored(build: Build, connect: Connect) -> None:
    simulated = build(lamp(1, level=90), lamp(2, level=90), speed=1)
    await asyncio.to_thread(simulated.call, lambda simulation: simulation.set_mains_power(2, present=False))
    bench = await connect(simulated, gear=[known(1), known(2)])
    await bench.line.scenes.store(0, [known(1).key])
    assert (await gear_of(bench))[0]["scenes"] == {"0": 90}
    await do(bench, lambda simulation: simulation.set_mains_power(2, present=True))
    # It starts up, and does not know where that will lead.
    with pytest.raises(LevelUnknownError):
        await bench.line.scenes.store(0, [known(2).key])


async def test_a_gear_that_is_dead_keeps_no_other_out_of_a_scene(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, *(lamp(address, level=50 + address) for address in range(3)))
    await do(bench, lambda simulation: simulation.set_gear_fault(0, GearFault.DEAF))
    with pytest.raises(NoAnswerError):
        await bench.line.scenes.store(2, bench.line.gear)
    assert [one["scenes"] for one in await gear_of(bench)] == [{}, {"2": 51}, {"2": 52}]


# Settings


async def test_settings_are_written_once_read_back_and_known(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, lamp(1, level=10, physical_minimum=5))
    key, settings = known(1).key, bench.line.settings
    since = await count(bench)
    for _ in range(2):
        await settings.set_minimum(key, Level(1))
        await settings.set_maximum(key, Level(200))
        await settings.set_power_on(key, Stay.AS_IT_WAS)
        await settings.set_system_failure(key, Level(0))
        await settings.set_fade_rate(key, 3)
        await settings.set_fade(key, Fade(0, 0x14))
        await settings.set_groups(key, frozenset({4}))
    (gear,) = await gear_of(bench)
    assert (gear["minimum"], gear["maximum"], gear["power_on_level"], gear["system_failure_level"]) == (5, 200, 255, 0)
    assert (gear["fade_rate"], gear["fade_time"], gear["extended_fade"]) == (3, 0, 0x14)
    # Each of six is one command of two frames, and nothing was written again; the minimum was there already.
    assert len(await writes(bench, since)) == 12
    line_gear = bench.line.gear[key]
    assert (line_gear.minimum, line_gear.maximum) == (Level(5), Level(200))
    assert (line_gear.fade, line_gear.groups) == (Fade(0, 0x14), frozenset({4}))
    assert line_gear.stored == Stored(power_on=Stay.AS_IT_WAS, system_failure=Level(0), fade_rate=3)


async def test_a_person_does_not_wait_for_settings(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), lamp(2), speed=1), gear=[known(1), known(2)])
    await bench.until_level(known(2).key, 254)
    writing = asyncio.create_task(bench.line.settings.set_groups(known(2).key, frozenset(range(16))))
    await asyncio.sleep(0.3)
    begun = asyncio.get_running_loop().time()
    await bench.line.set_level(known(1).key, Level(9), priority=USER)
    assert asyncio.get_running_loop().time() - begun < 1
    assert not writing.done()
    await writing
    assert bench.line.gear[known(2).key].groups == set(range(16))


async def test_a_gear_is_not_worn_out(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, lamp(1))
    key = known(1).key
    for number in range(MOST_WRITES):
        await bench.line.settings.set_power_on(key, Level(number % 2))
    since = await count(bench)
    with pytest.raises(TooManyWritesError):
        await bench.line.settings.set_power_on(key, Level(100))
    assert await writes(bench, since) == []
    # What is there already needs no writing.
    await bench.line.settings.set_power_on(key, Level(1))


@pytest.mark.usefixtures("_settings_at_once")
async def test_what_another_master_sets_from_an_unknown_register_is_read(build: Build, connect: Connect) -> None:
    bench = await found(build, connect, lamp(1, scenes={1: 7}))
    key = known(1).key
    await bench.until(lambda: bench.line.gear[key].stored.complete, 20)
    await overhear(
        bench,
        general.StoreActualLevelInDTR0(GearShort(1)),
        general.SetScene(GearShort(1), 6),
        general.SetPowerOnLevel(GearShort(1)),
    )
    await bench.until(lambda: bench.line.gear[key].stored.scene(6) == 254, 20)
    await bench.until(lambda: bench.line.gear[key].stored.power_on == 254, 20)
