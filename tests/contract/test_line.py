"""A whole line, through everything that happens to adapters and lines: faults 1 to 18 of the fault list, and more."""

import asyncio
import logging
from pathlib import Path
from typing import Any

from dali.address import GearShort
from dali.gear import general
from dali.memory.info import BANK_0
from dali.sequences import Commissioning, QueryDeviceTypes, QueryGroups, SetGroups
import pytest

from custom_components.smart_lighting_ai_dali.dali import line_work, supervisor
from custom_components.smart_lighting_ai_dali.dali.errors import (
    GearUnknownError,
    LineDisconnectedError,
    LineFailedError,
    LineStoppedError,
    LineWithoutPowerError,
)
from custom_components.smart_lighting_ai_dali.dali.events import (
    GearChanged,
    GearForgotten,
    GearFound,
    LineStatus,
    StatusChanged,
)
from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE, Fade
from custom_components.smart_lighting_ai_dali.dali.gear import Gear, GearIdentity
from custom_components.smart_lighting_ai_dali.dali.level import OFF, Level
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.dali.luba_driver import LubaDriver, open_luba
from custom_components.smart_lighting_ai_dali.dali.probe import probe
from custom_components.smart_lighting_ai_dali.dali.reader import Reader
from custom_components.smart_lighting_ai_dali.dali.state import Origin
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from tests.told import told_once

from .conftest import Build, Connect, lamp
from .line_bench import KEY, Bench, known


async def test_a_scan_finds_who_is_there(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0, fade_time=3), lamp(7, level=200), lamp(63), speed=8))
    progress: list[tuple[int, int, int]] = []
    result = await bench.line.scan(lambda news: progress.append((news.done, news.total, news.found)))
    assert [gear.address for gear in result.found] == [1, 7, 63]
    assert result.new == result.found
    assert not result.missing
    assert [event.gear.address for event in bench.events if isinstance(event, GearFound)] == [1, 7, 63]
    assert progress[-1] == (128, 128, 3)
    await bench.until_level(known(7).key, 200)
    again = await bench.line.scan()
    assert again.new == ()
    assert not bench.line.scanning


async def test_two_who_scan_at_once_share_one_scan(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), speed=8))
    first = asyncio.create_task(bench.line.scan())
    await asyncio.sleep(0)
    assert bench.line.scanning
    assert await bench.line.scan() is await first


async def test_a_gear_with_another_address_is_the_same_gear(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(9, serial=1001), speed=8), gear=[known(1)])
    await bench.line.scan()
    assert bench.line.gear[KEY].address == 9
    assert [type(event) for event in bench.events if isinstance(event, GearChanged | GearFound)] == [GearChanged]


async def test_a_gear_that_is_gone_is_unavailable_and_can_be_forgotten(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(2), speed=8), gear=[known(1), known(2)])
    result = await bench.line.scan()
    assert result.missing == {KEY}
    assert not bench.line.state(KEY).available
    await bench.line.forget(KEY)
    await bench.until(lambda: bench.events[-1] == GearForgotten(KEY))
    with pytest.raises(GearUnknownError):
        bench.line.state(KEY)


async def test_a_shared_address_is_told(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(4, serial=1), lamp(4, serial=2), speed=8))
    assert (await bench.line.scan()).shared_addresses == {4}


async def test_levels_are_read_at_the_start_and_nothing_is_written(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), lamp(2, level=77)), gear=[known(1), known(2)])
    await bench.until_level(known(2).key, 77)
    await bench.until_level(KEY, OFF)
    assert bench.line.state(KEY).origin is Origin.ANSWERED
    assert bench.writes() == []


async def test_a_level_is_one_frame_and_a_new_fade_three_more(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0, fade_time=2)), gear=[known(1, fade=Fade(2))])
    await bench.until_level(KEY, OFF)
    await bench.line.set_level(KEY, Level(100), priority=Priority.USER)
    assert bench.line.state(KEY).level == 100
    assert len(bench.writes()) == 1
    await bench.line.set_level(KEY, Level(50), fade=Fade(6), priority=Priority.USER)
    await bench.line.set_level(KEY, Level(60), fade=Fade(6), priority=Priority.USER)
    assert len(bench.writes()) == 1 + 3 + 1
    await bench.line.set_level(KEY, Level(70), priority=Priority.USER)
    assert len(bench.writes()) == 1 + 3 + 1 + 3


async def test_the_newest_target_wins_and_stale_ones_are_dropped(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), speed=1), gear=[known(1)])
    await bench.until_level(KEY, OFF)
    async with asyncio.TaskGroup() as group:
        for level in range(100, 200):
            group.create_task(bench.line.set_level(KEY, Level(level), priority=Priority.USER))
    assert bench.line.state(KEY).level == 199
    assert len(bench.writes()) <= 3


async def test_turning_on_goes_back_to_the_last_level(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=90), lamp(2, level=0)), gear=[known(1), known(2)])
    await bench.until_level(KEY, 90)
    await bench.line.set_level(KEY, OFF, priority=Priority.USER)
    await bench.line.turn_on(KEY, priority=Priority.USER)
    assert bench.line.state(KEY).level == 90
    await bench.until_level(known(2).key, OFF)
    await bench.line.turn_on(known(2).key, fade=AT_ONCE, priority=Priority.USER)
    await bench.until(lambda: bool(bench.line.state(known(2).key).level))


async def test_another_masters_levels_are_ours(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0)), gear=[known(1)])
    await bench.until_level(KEY, OFF)
    frame = general.DAPC(GearShort(1), 66).frame.as_integer
    bench.simulated.call(lambda simulation: simulation.foreign_frame(16, frame))
    await bench.until_level(KEY, 66)
    assert bench.line.state(KEY).origin is Origin.OVERHEARD
    assert bench.writes() == []


async def test_gear_identifies_itself(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0)), gear=[known(1)])
    await bench.until_level(KEY, OFF)
    await bench.line.identify(KEY)
    assert bench.writes() == [0x0325, 0x0325]


async def test_gear_of_the_first_edition_identifies_itself_by_going_up_and_down(build: Build, connect: Connect) -> None:
    gear = Gear(address=1, identity=GearIdentity(4_000_000_000_001, 1001, 0), edition=1)
    bench = await connect(build(lamp(1, level=50, edition=1)), gear=[gear])
    await bench.until_level(KEY, 50)
    await bench.line.identify(KEY)
    assert [frame & 0xFF for frame in bench.writes()] == [5, 6, 5, 6, 5, 6, 50]


async def test_an_unplugged_adapter_is_noticed_at_once_and_told_once(
    build: Build, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench = await connect(build(lamp(1)), gear=[known(1)])
    await asyncio.to_thread(bench.simulated.call, lambda simulation: simulation.unplug())
    await bench.until_status(LineStatus.OFFLINE, 0.1)
    assert isinstance(bench.line.problem, LineDisconnectedError)
    with pytest.raises(LineDisconnectedError):
        await bench.line.set_level(KEY, Level(1), priority=Priority.USER)
    await asyncio.sleep(1.5)
    await asyncio.to_thread(bench.simulated.call, lambda simulation: simulation.replug())
    await bench.until_status(LineStatus.ONLINE, 2.2)
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    news = [record for record in caplog.records if record.levelno == logging.INFO and "connected" in record.message]
    assert len(warnings) == len(news) == 1
    assert told_once(caplog, "dali.driver", "adapter=lost")["reason"] == "line_disconnected"
    told_once(caplog, "dali.driver", "adapter=connected")


async def test_a_line_that_is_not_looked_after_says_so_and_lets_go_of_its_port(
    build: Build, connect: Connect, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "WATCHDOG_INTERVAL", 0.05)
    bench = await connect(build(lamp(1, level=42)), gear=[known(1)])
    await bench.until_level(KEY, 42)

    async def mistake(_: LubaDriver) -> None:
        raise ZeroDivisionError("a fault in what asks the adapter whether it is there")

    with monkeypatch.context() as patch:
        patch.setattr(LubaDriver, "check", mistake)
        await bench.until_status(LineStatus.FAILED)
    told_once(caplog, "dali.driver", "supervisor=failed")
    with pytest.raises(LineFailedError):
        await bench.line.set_level(KEY, Level(1), priority=Priority.USER)
    problem = bench.line.problem
    await bench.until(lambda: StatusChanged(LineStatus.FAILED, problem) in bench.events)
    # The port is free, and a new start brings it back.
    await bench.line.stop()
    bench.line.start()
    await bench.until_status(LineStatus.ONLINE)
    await bench.until_level(KEY, 42)


async def test_what_a_line_does_by_itself_is_begun_anew_after_a_fault(
    build: Build, connect: Connect, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_work, "FIRST_PAUSE", 0.3)
    faults = 0

    async def mistake(_: Reader) -> None:
        nonlocal faults
        faults += 1
        raise ZeroDivisionError("a fault in what reads levels")

    with monkeypatch.context() as patch:
        patch.setattr(Reader, "run", mistake)
        bench = await connect(build(lamp(1, level=42), lamp(2)), gear=[known(1), known(2)])
        await bench.until(lambda: faults == 2)
        assert bench.line.state(KEY).level is None
        # Lights work on meanwhile.
        await bench.line.set_level(known(2).key, Level(1), priority=Priority.USER)
    await bench.until_level(KEY, 42)
    told_once(caplog, "dali.driver", "work=failed")


async def test_everyone_who_waits_is_answered_in_one_pass(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), speed=1))
    waiting = [
        asyncio.create_task(bench.line.send(general.QueryActualLevel(GearShort(1)), priority=Priority.USER))
        for _ in range(64)
    ]
    await asyncio.sleep(0.06)
    await asyncio.to_thread(bench.simulated.call, lambda simulation: simulation.unplug())
    async with asyncio.timeout(0.5):
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, LineDisconnectedError) or not isinstance(result, Exception) for result in results)
    assert sum(isinstance(result, LineDisconnectedError) for result in results) >= 60


async def test_an_adapter_under_another_name_is_followed(build: Build, connect: Connect, tmp_path: Path) -> None:
    simulated = build(lamp(1, level=42))
    where = [str(simulated.link)]

    async def locate() -> str:
        return where[0]

    bench = await connect(simulated, gear=[known(1)], locate=locate)
    await bench.until_level(KEY, 42)
    await asyncio.to_thread(simulated.call, lambda simulation: simulation.unplug())
    await bench.until_status(LineStatus.OFFLINE)
    where[0] = str(tmp_path / "moved")
    await asyncio.to_thread(simulated.call, lambda simulation: simulation.replug(Path(where[0])))
    bench.line.wake()
    await bench.until_status(LineStatus.ONLINE, 2.2)
    await bench.until_level(KEY, 42)
    assert bench.writes() == []


async def test_another_adapter_on_the_port_is_not_used(build: Build) -> None:
    simulated = build(lamp(1))
    bench = Bench(Line(str(simulated.link), name="test", adapter_serial=1), simulated)
    bench.line.start()
    await bench.until_status(LineStatus.OFFLINE)
    assert bench.line.problem is not None
    assert bench.line.problem.key == "other_adapter"
    await bench.line.stop()
    assert simulated.call(lambda simulation: [f for f in simulation.wire.log.frames() if f.source == "adapter"]) == []


async def test_an_adapter_that_fell_deaf_is_found_out_within_fifteen_seconds(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1)))
    bench.simulated.call(lambda simulation: simulation.adapter_deaf(deaf=True))
    await bench.until_status(LineStatus.OFFLINE, 60)
    bench.simulated.call(lambda simulation: simulation.adapter_deaf(deaf=False))
    await bench.until_status(LineStatus.ONLINE, 8)


async def test_a_line_without_power_is_told_once_and_read_when_it_is_back(
    build: Build, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench = await connect(build(lamp(1, level=80)), gear=[known(1)])
    await bench.until_level(KEY, 80)
    bench.simulated.call(lambda simulation: simulation.set_line_power(present=False))
    with pytest.raises(LineWithoutPowerError):
        await bench.line.send(general.QueryActualLevel(GearShort(1)), priority=Priority.USER)
    assert bench.line.status is LineStatus.NO_POWER
    with pytest.raises(LineWithoutPowerError):
        await bench.line.set_level(KEY, Level(10), priority=Priority.USER)
    bench.simulated.call(lambda simulation: simulation.set_line_power(present=True))
    await bench.until_status(LineStatus.ONLINE, 3)
    await bench.until(lambda: bench.line.state(KEY).level is not None)
    told_once(caplog, "dali.driver", "power=lost")
    told_once(caplog, "dali.driver", "power=back")


async def test_a_port_that_another_program_holds_is_waited_for(build: Build) -> None:
    simulated = build(lamp(1))
    bench = Bench(Line(str(simulated.link), name="test"), simulated)
    owner = await open_luba(str(simulated.link), bench.line)
    bench.line.start()
    await bench.until_status(LineStatus.OFFLINE)
    assert bench.line.problem is not None
    assert bench.line.problem.key == "port_busy"
    await owner.close(LineDisconnectedError("done"))
    await bench.until_status(LineStatus.ONLINE, 3)
    await bench.line.stop()


async def test_a_missing_port_is_waited_for(build: Build, tmp_path: Path) -> None:
    simulated = build(lamp(1))
    bench = Bench(Line(str(tmp_path / "later"), name="test"), simulated)
    bench.line.start()
    await bench.until_status(LineStatus.OFFLINE)
    assert bench.line.problem is not None
    assert bench.line.problem.key == "port_missing"
    (tmp_path / "later").symlink_to(simulated.link)
    bench.line.wake()
    await bench.until_status(LineStatus.ONLINE, 1)
    await bench.line.stop()


async def test_stopping_answers_everyone_and_frees_the_port(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), speed=1), gear=[known(1)])
    waiting = [
        asyncio.create_task(bench.line.send(general.QueryActualLevel(GearShort(1)), priority=Priority.USER))
        for _ in range(64)
    ]
    scan = asyncio.create_task(bench.line.scan())
    await asyncio.sleep(0.06)
    begun = asyncio.get_running_loop().time()
    await bench.line.stop()
    assert asyncio.get_running_loop().time() - begun < 1
    assert bench.line.status is LineStatus.STOPPED
    results = await asyncio.gather(*waiting, scan, return_exceptions=True)
    assert sum(isinstance(result, LineStoppedError | LineDisconnectedError) for result in results) >= 60
    driver = await open_luba(str(bench.simulated.link), bench.line)
    await driver.close(LineDisconnectedError("done"))


async def test_a_line_can_be_stopped_at_any_moment(build: Build) -> None:
    simulated = build(lamp(1))
    for moment in range(20):
        bench = Bench(Line(str(simulated.link), name="test"), simulated)
        bench.line.start()
        await asyncio.sleep(moment / 400)
        await bench.line.stop()
    bench = Bench(Line(str(simulated.link), name="test"), simulated)
    bench.line.start()
    await bench.until_status(LineStatus.ONLINE)
    await bench.line.stop()


async def test_python_dalis_sequences_run_unchanged(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(None, serial=1), lamp(None, serial=2), lamp(None, serial=3), speed=8))
    news: list[Any] = []
    await bench.line.send(Commissioning(), priority=Priority.CONFIGURATION, progress=news.append)
    assert news
    found = await bench.line.scan()
    assert [gear.address for gear in found.found] == [0, 1, 2]
    assert {gear.identity.serial for gear in found.found if gear.identity} == {1, 2, 3}
    await bench.line.send(SetGroups(GearShort(1), {2, 9}), priority=Priority.CONFIGURATION)
    assert await bench.line.send(QueryGroups(GearShort(1)), priority=Priority.CONFIGURATION) == {2, 9}
    assert await bench.line.send(QueryDeviceTypes(GearShort(1)), priority=Priority.CONFIGURATION) == [6]
    bank = await bench.line.send(BANK_0.read_all(GearShort(2)), priority=Priority.CONFIGURATION)
    assert len(bank) > 5


async def test_a_probe_names_the_adapter_and_counts_gear(build: Build) -> None:
    simulated = build(lamp(0), lamp(5), lamp(5, serial=9), speed=8)
    seen: list[int] = []
    result = await probe(str(simulated.link), lambda news: seen.append(news.found))
    assert result.gear_count == 2
    assert result.line_powered
    assert result.adapter.protocol == "LUBA"
    assert len(seen) == 64
    simulated.call(lambda simulation: simulation.set_line_power(present=False))
    dark = await probe(str(simulated.link))
    assert (dark.line_powered, dark.gear_count) == (False, 0)


async def test_diagnostics_say_how_it_is_and_not_whose(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1)), gear=[known(1)])
    figures = bench.line.diagnostics()
    assert figures["status"] == "online"
    assert figures["gear"] == 1
    assert "serial" not in str(figures)
    statuses = [event.status for event in bench.events if isinstance(event, StatusChanged)]
    assert statuses == [LineStatus.CONNECTING, LineStatus.ONLINE]
