"""What gear reports of itself is read in the background, and nobody waits for that."""

import asyncio
from typing import Any, Final

import pytest

from custom_components.smart_lighting_ai_dali.dali import reports
from custom_components.smart_lighting_ai_dali.dali.events import GearChanged, ReportsChanged
from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.level import OFF, Level
from custom_components.smart_lighting_ai_dali.dali.luminaire import Luminaire
from custom_components.smart_lighting_ai_dali.dali.report_values import Reported
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.luminaire import Luminaire as SimulatedLuminaire

from .conftest import Build, Connect, lamp
from .line_bench import KEY, Bench, known

TYPES: Final = (6, 50, 51, 52)
RATED: Final = 40.0
PANEL: Final = SimulatedLuminaire(
    name="Panel 600", year=26, week=47, power=38, lumens=4200, colour_rendering=90, kelvin=4000
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for what is due without a pause: the line is faster, too."""
    monkeypatch.setattr(reports, "MOMENT", 0.01)
    monkeypatch.setattr(reports, "REST", 0.0)
    monkeypatch.setattr(reports, "SETTLED", 0.3)


def reporting(address: int = 1, **more: Any) -> Any:
    """Return a gear that reports on itself, at full light."""
    return lamp(address, **{"device_types": TYPES, "power": RATED, "level": 254, "operating_hours": 100, **more})


def remembered(*banks: int, address: int = 1) -> Gear:
    """Return a gear as it was kept, of which it is known which banks it has."""
    return known(address, device_types=TYPES, banks=frozenset(banks), luminaire=Luminaire())


def value(bench: Bench, reported: Reported, key: str = KEY) -> float | None:
    """Return what a gear reported last."""
    return bench.line.reports.values(key).get(reported)


async def test_banks_and_the_luminaire_are_found_once(build: Build, connect: Connect) -> None:
    types = (6, 50, 51)
    bench = await connect(
        build(reporting(device_types=types, luminaire=PANEL), speed=32), gear=[known(1, device_types=types)]
    )
    await bench.until(lambda: bench.line.gear[KEY].banks == frozenset({202, 203, 204}), 60)
    await bench.until(lambda: bench.line.gear[KEY].luminaire is not None, 60)
    assert bench.line.gear[KEY].luminaire == Luminaire(
        name="Panel 600", year=2026, week=47, power=38, light_output=4200, colour_rendering=90, kelvin=4000
    )
    await bench.until(lambda: GearChanged(bench.line.gear[KEY]) in bench.events)
    assert Gear.from_dict(bench.line.gear[KEY].as_dict()) == bench.line.gear[KEY]


async def test_what_a_gear_tells_is_read_without_anyone_asking(build: Build, connect: Connect) -> None:
    bench = await connect(build(reporting(), speed=32), gear=[remembered(202, 205)])
    told = (Reported.POWER, Reported.ENERGY, Reported.OPERATING_TIME, Reported.TEMPERATURE, Reported.OVERALL_FAILURE)
    await bench.until(lambda: all(value(bench, reported) is not None for reported in told), 60)
    values = bench.line.reports.values(KEY)
    assert values[Reported.POWER] == pytest.approx(RATED, abs=0.1)
    assert values[Reported.ENERGY] == pytest.approx(100 * RATED, rel=0.01)
    assert values[Reported.OPERATING_TIME] == pytest.approx(360_000, abs=600)
    assert (values[Reported.TEMPERATURE], values[Reported.OVERALL_FAILURE]) == (55, 0)
    await bench.until(lambda: ReportsChanged(frozenset((KEY,))) in bench.events)


async def test_power_follows_the_level(build: Build, connect: Connect) -> None:
    bench = await connect(build(reporting(), speed=32), gear=[remembered(202)])
    await bench.until(lambda: value(bench, Reported.ENERGY) is not None, 60)
    await bench.line.set_level(KEY, OFF, fade=AT_ONCE, priority=Priority.USER)
    await bench.until(lambda: (value(bench, Reported.POWER) or RATED) < 1, 60)
    await bench.line.set_level(KEY, Level(254), fade=AT_ONCE, priority=Priority.USER)
    await bench.until(lambda: (value(bench, Reported.POWER) or 0) > RATED - 1, 60)


async def test_gear_without_these_types_is_not_asked(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), speed=16), gear=[known(1)])
    await bench.until(lambda: bench.line.state(KEY).level is not None)
    await asyncio.sleep(0.3)
    assert bench.line.gear[KEY].banks is None
    assert bench.writes() == []


async def test_a_bank_that_stays_silent_tells_nothing(
    build: Build, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "RETRY", 0.05)
    # It is remembered with a bank that it has no more.
    bench = await connect(build(reporting(device_types=(6, 52)), speed=32), gear=[remembered(202, 205)])
    await bench.until(lambda: value(bench, Reported.TEMPERATURE) is not None, 60)
    await bench.until(lambda: Reported.POWER in bench.line.reports.values(KEY), 60)
    assert value(bench, Reported.POWER) is None


async def test_a_person_waits_for_no_reading(build: Build, connect: Connect) -> None:
    bench = await connect(
        build(*(reporting(address) for address in range(4)), speed=1),
        gear=[remembered(202, 205, 206, address=address) for address in range(4)],
    )
    await bench.until(lambda: all(bench.line.state(key).level is not None for key in bench.line.gear))
    loop = asyncio.get_running_loop()
    waits = []
    for number in range(30):
        await asyncio.sleep(0.11)
        begun = loop.time()
        await bench.line.set_level(KEY, Level(100 + number), fade=AT_ONCE, priority=Priority.USER)
        waits.append(loop.time() - begun)
    # One answered question of the background is 50 ms; a whole reading would be a second.
    assert sorted(waits)[len(waits) // 2] < 0.15
    assert max(waits) < 0.4
