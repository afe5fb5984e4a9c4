"""What another master tells gear is told as such, and nothing of what we do or what gear answers ever is."""

import asyncio
from collections.abc import Callable
import random
from typing import Any, Final

from dali.address import GearBroadcast, GearGroup, GearShort
from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import LineError
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus, Overheard
from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE, Fade
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.state import Origin
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.simulation import GearFault, Simulation

from .conftest import Build, Connect, lamp
from .line_bench import KEY, Bench, known

LAMPS: Final = 8
GROUP: Final = frozenset({3})
SPEED: Final = 40.0


async def do(bench: Bench, action: Callable[[Simulation], Any]) -> Any:
    """Do something to the simulated line."""
    return await asyncio.to_thread(bench.simulated.call, action)


async def say(bench: Bench, command: Command) -> None:
    """Have another master send a command."""
    frame = command.frame.as_integer
    await do(bench, lambda simulation: simulation.foreign_frame(16, frame, twice=command.sendtwice))


def overheard(bench: Bench) -> list[Overheard]:
    """Return what other masters did, as the line told it."""
    return [event for event in bench.events if isinstance(event, Overheard)]


@pytest.fixture
async def bench(build: Build, connect: Connect) -> Bench:
    """Return a line with lamps that are dark and known."""
    gear = [known(address, groups=GROUP) for address in range(1, LAMPS + 1)]
    lamps = (lamp(address, level=0, groups=GROUP) for address in range(1, LAMPS + 1))
    bench = await connect(build(*lamps, speed=SPEED), gear=gear)
    for one in gear:
        await bench.until_level(one.key, 0)
    return bench


async def test_a_level_that_is_there_already_is_told_all_the_same(bench: Bench) -> None:
    for number in (1, 2):
        await say(bench, general.DAPC(GearShort(1), 120))
        await bench.until(lambda number=number: len(overheard(bench)) == number)  # type: ignore[misc]
    assert overheard(bench) == [Overheard({KEY: Level(120)})] * 2


async def test_a_group_that_is_switched_off_is_told_of_all_its_members(bench: Bench) -> None:
    await say(bench, general.Off(GearGroup(3)))
    await bench.until(lambda: bool(overheard(bench)))
    assert overheard(bench) == [Overheard(dict.fromkeys(bench.line.gear, Level(0)))]


async def test_a_dimmed_lamp_is_told_once_more_when_it_said_where_it_is(bench: Bench) -> None:
    await bench.line.set_level(KEY, Level(100), fade=AT_ONCE, priority=Priority.USER)
    await say(bench, general.Up(GearShort(1)))
    await bench.until(lambda: len(overheard(bench)) > 1)
    first, last = overheard(bench)
    assert first == Overheard({KEY: None})
    level = last.levels[KEY]
    assert level is not None
    assert 100 < level <= (await do(bench, Simulation.snapshots))[0]["level"]


async def test_a_dimmed_lamp_that_we_send_elsewhere_meanwhile_is_told_with_what_was_known(bench: Bench) -> None:
    await bench.line.set_level(KEY, Level(100), fade=AT_ONCE, priority=Priority.USER)
    await say(bench, general.StepUp(GearShort(1)))
    await bench.until(lambda: bool(overheard(bench)))
    await bench.line.set_level(KEY, Level(30), fade=AT_ONCE, priority=Priority.USER)
    await bench.until(lambda: len(overheard(bench)) > 1)
    assert overheard(bench)[-1] == Overheard({KEY: Level(100)})


async def test_questions_and_settings_of_another_master_are_no_wish(bench: Bench) -> None:
    for command in (
        general.QueryActualLevel(GearShort(1)),
        general.DTR0(4),
        general.SetFadeTime(GearBroadcast()),
        general.SetMaxLevel(GearShort(1)),
        general.DAPC(GearShort(20), 120),
    ):
        await say(bench, command)
    await say(bench, general.DAPC(GearShort(2), 33))
    await bench.until(lambda: bool(overheard(bench)))
    assert overheard(bench) == [Overheard({known(2).key: Level(33)})]


async def test_no_trouble_of_the_line_or_its_lamps_is_a_wish(bench: Bench) -> None:
    await bench.line.set_level(KEY, Level(200), fade=Fade(8), priority=Priority.AUTOMATIC)
    await do(bench, lambda simulation: simulation.set_mains_power(1, present=False))
    await do(bench, lambda simulation: simulation.set_gear_fault(2, GearFault.LAMP))
    await do(bench, lambda simulation: simulation.set_line_power(present=False))
    await bench.until_status(LineStatus.NO_POWER, 60)
    await do(bench, lambda simulation: simulation.set_line_power(present=True))
    await do(bench, lambda simulation: simulation.set_mains_power(1, present=True))
    await bench.until_status(LineStatus.ONLINE, 60)
    await bench.until(lambda: bench.line.state(KEY).origin is Origin.ANSWERED)
    await do(bench, Simulation.unplug)
    await bench.until_status(LineStatus.OFFLINE, 60)
    await do(bench, Simulation.replug)
    await bench.until_status(LineStatus.ONLINE, 60)
    await bench.line.scan()
    assert overheard(bench) == []


async def test_every_act_of_another_master_is_told_however_busy_we_are(bench: Bench) -> None:
    ours = asyncio.create_task(own_commands(bench, 200, 0.0, 3))
    wanted = [Level(level) for level in range(20, 60)]
    for level in wanted:
        await say(bench, general.DAPC(GearShort(5), level))
        await asyncio.sleep(0.02)
    await ours
    await bench.until(lambda: len(overheard(bench)) >= len(wanted))
    assert [event.levels for event in overheard(bench)] == [{known(5).key: level} for level in wanted]


# As many as are quick enough for every run.
@pytest.mark.parametrize(("commands", "loss", "seed"), [(500, 0.0, 1), (100, 0.05, 2)])
async def test_none_of_our_own_commands_is_taken_for_another_masters(
    bench: Bench, commands: int, loss: float, seed: int
) -> None:
    assert await own_commands(bench, commands, loss, seed) == []


async def own_commands(bench: Bench, commands: int, loss: float, seed: int) -> list[Overheard]:
    """Give so many commands of every kind with every timing; return what was taken for another master's."""
    chance = random.Random(seed)
    line, keys = bench.line, tuple(bench.line.gear)
    await do(bench, lambda simulation: simulation.set_frame_loss(loss))

    async def command() -> None:
        priority = chance.choice((Priority.USER, Priority.AUTOMATIC))
        fade = Fade(chance.choice((0, 0, 1, 4)))
        level = Level(chance.randint(0, 254))
        try:
            match chance.randrange(8):
                case 0:
                    await line.many.set_level(keys, level, seconds=fade.seconds, priority=priority)
                case 1:
                    await line.many.set_all(level, priority=priority)
                case 2:
                    await line.many.turn_on(keys, priority=priority)
                case 3:
                    await line.turn_on(chance.choice(keys), fade=fade, priority=priority)
                case 4:
                    command = chance.choice((general.Up, general.StepDown, general.GoToLastActiveLevel))
                    await line.send(command(GearShort(chance.randint(1, LAMPS))), priority=priority)
                case _:
                    await line.set_level(chance.choice(keys), level, fade=fade, priority=priority)
        except LineError:
            # A frame that got lost is offered again, or nobody waits for it any more: neither is anybody's wish.
            return

    running = set[asyncio.Task[None]]()
    for _ in range(commands):
        task = asyncio.create_task(command())
        running.add(task)
        task.add_done_callback(running.discard)
        match chance.randrange(6):
            case 0:
                await asyncio.gather(*running, return_exceptions=True)
            case 1:
                await asyncio.sleep(chance.random() * 0.01)
            case 2 if chance.random() < 0.1:
                task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return overheard(bench)
