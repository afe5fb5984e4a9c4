"""Colours on a line: one fade with the level, known from whoever sets them, and read where nobody can know."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from dali.address import GearBroadcast, GearShort
from dali.command import Command
from dali.gear import colour, general
from dali.gear.colour import QueryColourValueDTR
from dali.gear.sequences import QueryDT8ColourValue, SetDT8ColourValueTc
import pytest

from custom_components.smart_lighting_ai_dali.dali import census
from custom_components.smart_lighting_ai_dali.dali.colour_features import ColourFeatures, MirekRange
from custom_components.smart_lighting_ai_dali.dali.colour_staging import activate, stage
from custom_components.smart_lighting_ai_dali.dali.events import GearChanged
from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE, Fade
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.level import OFF, DimmingCurve, Level
from custom_components.smart_lighting_ai_dali.dali.target import Colour, ColourTemperature, Rgbwaf, Xy
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.colour import ColourType
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification
from tests.another_master import say

from .conftest import Build, Connect, lamp
from .line_bench import KEY, Bench, known

# A scan of a whole line takes minutes in real time.
FAST: Final = 40.0
TC: Final = ColourFeatures(temperatures=MirekRange(153, 370))
COOL: Final = ColourTemperature(200)
WARM: Final = ColourTemperature(333)
USER: Final[dict[str, Any]] = {"fade": AT_ONCE, "priority": Priority.USER}


def tunable(address: int, **more: Any) -> GearSpecification:
    """Return a gear for colour temperatures."""
    return lamp(address, device_types=(6, 8), **{"level": 0, "tc": 300, **more})


def kept(address: int, features: ColourFeatures | None = TC) -> Gear:
    """Return such a gear as an earlier scan would have found it."""
    return known(address, device_types=(6, 8), colour=features, curve=DimmingCurve.LOGARITHMIC)


async def do(bench: Bench, action: Callable[[Simulation], Any]) -> Any:
    """Do something to the simulated line."""
    return await asyncio.to_thread(bench.simulated.call, action)


async def overhear(bench: Bench, *commands: Command) -> None:
    """Have another master send commands."""
    await do(bench, lambda simulation: say(simulation, bits(*commands)))


async def colours(bench: Bench) -> list[Any]:
    """Return the numbers of the colours that the simulated gear shows."""
    return [one["colour"]["values"] for one in await do(bench, Simulation.snapshots)]


async def ready(connect: Connect, simulated: SimulatedLine, *gear: Gear) -> Bench:
    """Return a line of which all levels and colours are known."""
    bench = await connect(simulated, gear=gear)
    if not gear:
        await bench.line.scan()
    await bench.until(
        lambda: all(
            (state := bench.line.state(key)).level is not None and state.colour is not None for key in bench.line.gear
        ),
        30,
    )
    return bench


async def until_colour(bench: Bench, wanted: Colour, seconds: float = 5) -> None:
    """Wait for the colour of the first gear."""
    await bench.until(lambda: bench.line.state(KEY).colour == wanted, seconds)


class Frames:
    """The frames of our adapter for which somebody waits."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._since = 0

    async def forget(self) -> None:
        """Begin anew."""
        frames = await do(self._bench, lambda simulation: simulation.wire.log.frames())
        self._since = frames[-1].number

    async def sent(self) -> list[int]:
        """Return what went out for a person; the first frame of a transaction tells its priority."""
        frames = await do(self._bench, lambda simulation: simulation.wire.log.frames(self._since))
        sent: list[int] = []
        priority = None
        for frame in frames:
            if frame.source == "adapter":
                priority = priority if frame.priority == Priority.TRANSACTION else frame.priority
                if priority == Priority.USER:
                    sent.append(frame.data)
        return sent


def bits(*commands: Command) -> list[int]:
    """Return commands as the frames that they are."""
    frames: list[int] = []
    for command in commands:
        if command.devicetype:
            frames.append(general.EnableDeviceType(command.devicetype).frame.as_integer)
        frames.append(command.frame.as_integer)
    return frames


async def test_a_scan_finds_out_which_colours_gear_makes(build: Build, connect: Connect) -> None:
    rgbw = lamp(2, device_types=(6, 8), colour_types=(ColourType.RGBWAF,))
    bench = await ready(connect, build(tunable(1, tc_limits=(200, 300)), rgbw, speed=FAST))
    assert bench.line.gear[KEY].colour == ColourFeatures(temperatures=MirekRange(200, 300))
    assert bench.line.gear[known(2).key].colour == ColourFeatures(channels=4)
    assert bench.line.gear[KEY].curve is DimmingCurve.LOGARITHMIC
    assert bench.line.state(KEY).colour == ColourTemperature(300)


async def test_gear_that_was_kept_without_its_colours_is_asked_for_them(build: Build, connect: Connect) -> None:
    bench = await connect(build(tunable(1)), gear=[known(1, device_types=(6, 8))])
    await bench.until(lambda: bench.line.gear[KEY].colour == TC)
    assert GearChanged(bench.line.gear[KEY]) in bench.events
    await until_colour(bench, ColourTemperature(300))


async def test_a_colour_and_a_level_are_one_fade(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=100, fade_time=2), speed=1), kept(1))
    frames = Frames(bench)
    await frames.forget()
    await bench.line.set_level(KEY, Level(200), colour=COOL, fade=Fade(2), priority=Priority.USER)
    assert await frames.sent() == bits(*stage(COOL, [GearShort(1)]), general.DAPC(GearShort(1), 200))
    assert bench.line.state(KEY).colour == COOL
    await asyncio.sleep(0.4)
    (half_way,) = await do(bench, Simulation.snapshots)
    assert 100 < half_way["level"] < 200
    assert 200 < half_way["colour"]["values"][0] < 300
    await asyncio.sleep(0.9)
    (there,) = await do(bench, Simulation.snapshots)
    assert (there["level"], there["colour"]["values"]) == (200, [200])
    # And so are the next ones.
    await frames.forget()
    await bench.line.set_level(KEY, Level(100), colour=WARM, fade=Fade(2), priority=Priority.USER)
    assert await frames.sent() == bits(*stage(WARM, [GearShort(1)]), general.DAPC(GearShort(1), 100))


async def test_one_colour_and_64_levels_are_68_frames(
    build: Build, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "COUNT_AFTER", 0.1)
    gear = [kept(address) for address in range(64)]
    bench = await ready(connect, build(*(tunable(one.address) for one in gear), speed=FAST), *gear)
    await bench.until(lambda: bench.line.complete, 60)
    frames = Frames(bench)
    await frames.forget()
    calls = [
        bench.line.set_level(known(address).key, Level(100 + address), colour=COOL, **USER) for address in range(64)
    ]
    await asyncio.gather(*calls)
    assert len(await frames.sent()) == 68
    gear = await do(bench, Simulation.snapshots)
    assert [one["level"] for one in gear] == [100 + address for address in range(64)]
    assert await colours(bench) == [[200]] * 64
    assert {bench.line.state(key).colour for key in bench.line.gear} == {COOL}


async def test_a_colour_alone_leaves_the_level_as_it_is(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=77)), kept(1))
    frames = Frames(bench)
    await frames.forget()
    await bench.line.set_colour(KEY, WARM, **USER)
    assert await frames.sent() == bits(*stage(WARM, [GearShort(1)]), activate(GearShort(1)))
    assert await colours(bench) == [[333]]
    await bench.line.set_level(KEY, Level(77), colour=COOL, **USER)
    assert await colours(bench) == [[200]]
    assert bench.line.state(KEY).colour == COOL


async def test_a_colour_is_kept_within_the_limits_of_the_gear(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=77)), kept(1))
    await bench.line.set_colour(KEY, ColourTemperature(900), **USER)
    assert bench.line.state(KEY).colour == ColourTemperature(370)
    assert await colours(bench) == [[370]]
    await bench.line.set_level(KEY, Level(9), colour=Xy(x=1, y=2), **USER)
    assert (await do(bench, Simulation.snapshots))[0]["level"] == 9
    assert bench.line.state(KEY).colour == ColourTemperature(370)


@pytest.mark.parametrize("speed", [1, 8])
async def test_gear_that_activates_nothing_by_itself_shows_the_colour_all_the_same(
    build: Build, connect: Connect, speed: float
) -> None:
    bench = await ready(connect, build(tunable(1, automatic_activation=False), speed=speed), kept(1))
    await bench.line.set_level(KEY, Level(100), colour=COOL, **USER)
    assert await colours(bench) == [[200]]


async def test_gear_of_which_nothing_is_known_yet_goes_where_it_should(build: Build, connect: Connect) -> None:
    simulated = build(tunable(1, level=100, fade_time=1), speed=1)
    bench = await connect(simulated, gear=[kept(1)])
    await bench.line.set_level(KEY, Level(200), colour=COOL, fade=Fade(1), priority=Priority.USER)
    await asyncio.sleep(1)
    (there,) = await do(bench, Simulation.snapshots)
    assert (there["level"], there["colour"]["values"]) == (200, [200])


async def test_the_last_active_level_comes_back_in_another_colour(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=0, fade_time=1), speed=1), kept(1))
    await bench.line.turn_on(KEY, colour=COOL, fade=Fade(1), priority=Priority.USER)
    await asyncio.sleep(1)
    (there,) = await do(bench, Simulation.snapshots)
    assert (there["level"], there["colour"]["values"]) == (254, [200])


async def test_a_level_in_the_middle_of_a_colours_fade_lets_it_go_on(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=100), speed=1), kept(1))
    await bench.line.set_colour(KEY, COOL, fade=Fade(3), priority=Priority.USER)
    await asyncio.sleep(0.3)
    await bench.line.set_level(KEY, Level(150), fade=Fade(1), priority=Priority.USER)
    await asyncio.sleep(1)
    (there,) = await do(bench, Simulation.snapshots)
    assert (there["level"], there["colour"]["values"]) == (150, [200])


async def test_a_colour_that_is_dragged_follows_and_ends_where_it_was_left(build: Build, connect: Connect) -> None:
    gear = [kept(address) for address in range(1, 7)]
    bench = await ready(connect, build(*(tunable(one.address, level=100) for one in gear), speed=4), *gear)
    calls: list[asyncio.Task[None]] = []
    seen = set[int]()
    for mirek in range(200, 300):
        wanted = ColourTemperature(mirek)
        calls += [asyncio.create_task(bench.line.set_colour(one.key, wanted, **USER)) for one in gear]
        await asyncio.sleep(0.02)
        if mirek % 20 == 0:
            seen.add((await colours(bench))[0][0])
    await asyncio.gather(*calls)
    assert await colours(bench) == [[299]] * 6
    assert len(seen) >= 3


async def test_another_masters_colour_is_followed(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=100)), kept(1))
    await overhear(bench, *stage(WARM, [GearBroadcast()]), activate(GearShort(1)))
    await until_colour(bench, WARM, 1)
    await overhear(bench, *stage(COOL, [GearShort(1)]), general.DAPC(GearBroadcast(), 9))
    await until_colour(bench, COOL, 1)
    assert await colours(bench) == [[200]]
    assert bench.line.state(KEY).level == 9


async def test_a_colour_that_only_the_gear_knows_is_read(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=100)), kept(1))
    await overhear(bench, *[colour.ColourTemperatureTcStepWarmer(GearShort(1))] * 3)
    await until_colour(bench, ColourTemperature(303))


async def test_a_colour_frame_that_nobody_heard_is_found_out(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=100)), kept(1))
    await do(bench, lambda simulation: simulation.set_frame_loss(1.0))
    await bench.line.set_colour(KEY, COOL, **USER)
    assert bench.line.state(KEY).colour == COOL
    await do(bench, lambda simulation: simulation.set_frame_loss(0.0))
    await until_colour(bench, ColourTemperature(300))


async def test_a_register_that_another_master_spoiled_is_set_again(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=100), speed=1), kept(1))
    spoiler = general.DTR0(11).frame.as_integer
    for delay in (0.01, 0.03, 0.05, 0.07, 0.09):
        wanted = ColourTemperature(200 + round(delay * 1000))
        calling = asyncio.create_task(bench.line.set_colour(KEY, wanted, **USER))
        await asyncio.sleep(delay)
        await do(bench, lambda simulation: simulation.foreign_frame(16, spoiler, priority=Priority.TRANSACTION))
        await calling
        assert await colours(bench) == [[wanted.mirek]]
        assert bench.line.state(KEY).colour == wanted


async def test_python_dali_reads_what_we_set_and_we_know_what_it_sets(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=100)), kept(1))
    await bench.line.set_colour(KEY, COOL, **USER)
    query = QueryDT8ColourValue(GearShort(1), QueryColourValueDTR.ColourTemperatureTC)
    assert await bench.line.send(query, priority=Priority.USER) == COOL.mirek
    await bench.line.send(SetDT8ColourValueTc(GearShort(1), 250), priority=Priority.USER)
    assert bench.line.state(KEY).colour == ColourTemperature(250)


@pytest.mark.parametrize(
    ("kind", "wanted", "values"),
    [
        (ColourType.XY, Xy(x=30_000, y=25_000), [30_000, 25_000]),
        (
            ColourType.RGBWAF,
            Rgbwaf(red=254, green=100, blue=0, white=50, amber=0, free=0),
            [254, 100, 0, 50, 0, 0],
        ),
    ],
)
async def test_every_type_of_colour_goes_there_and_is_read_back(
    build: Build, connect: Connect, kind: ColourType, wanted: Colour, values: list[int]
) -> None:
    simulated = build(tunable(1, colour_types=(kind,)))
    bench = await connect(simulated)
    await bench.line.scan()
    await bench.until_level(KEY, OFF)
    await bench.line.set_level(KEY, Level(100), colour=wanted, **USER)
    assert await colours(bench) == [values]
    fitted = bench.line.gear[KEY].fit(wanted)
    assert bench.line.state(KEY).colour == fitted
    # What it was told is read back, and is so.
    await asyncio.sleep(1.5)
    assert bench.line.state(KEY).colour == fitted


async def test_colours_are_verified_in_the_background_alone(build: Build, connect: Connect) -> None:
    bench = await ready(connect, build(tunable(1, level=100), speed=FAST), kept(1))
    frames = Frames(bench)
    await frames.forget()
    await do(bench, lambda simulation: simulation.set_frame_loss(0.0))
    await asyncio.sleep(1)
    assert await frames.sent() == []
