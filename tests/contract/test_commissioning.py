"""A line is commissioned over a real serial port, whatever happens meanwhile."""

import asyncio
import time

import pytest

from custom_components.smart_lighting_ai_dali.dali.addressing import Family
from custom_components.smart_lighting_ai_dali.dali.commissioning_orders import (
    FindNew,
    NewInstallation,
    Phase,
    Replace,
    ResolveDuplicates,
    SetAddress,
    SwapAddresses,
    Task,
)
from custom_components.smart_lighting_ai_dali.dali.errors import AddressInUseError, GearNotBrokenError, NoAnswerError
from custom_components.smart_lighting_ai_dali.dali.events import GearForgotten, GearFound
from custom_components.smart_lighting_ai_dali.dali.fade import Fade
from custom_components.smart_lighting_ai_dali.dali.level import OFF, Level
from custom_components.smart_lighting_ai_dali.dali.stored import Stay, Stored
from custom_components.smart_lighting_ai_dali.dali.timing import Priority

from .commissioning_bench import FAST, addresses, commission, is_clean, new, progress_of, snapshots
from .conftest import Build, Connect, lamp
from .line_bench import known


async def test_new_gear_is_found_and_becomes_known(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(2, level=0), *(new(number) for number in range(3)), speed=FAST), gear=[known(2)])
    result = await commission(bench, FindNew())
    assert result.addresses == (0, 1, 3)
    assert result.found == 3
    assert result.is_clear
    assert sorted(await addresses(bench)) == [0, 1, 2, 3]
    assert (await addresses(bench))[0] == 2
    assert {gear.address for gear in bench.line.gear.values()} == {0, 1, 2, 3}
    assert len([event for event in bench.events if isinstance(event, GearFound)]) == 3
    assert await is_clean(bench)
    await bench.until(lambda: all(bench.line.state(key).level == 0 for key in bench.line.gear))
    told = progress_of(bench)
    assert [one.phase for one in told][-1] is Phase.IDLE
    assert {Phase.SEARCHING, Phase.READING} <= {one.phase for one in told}
    assert {one.task for one in told[:-1]} == {Task.FIND_NEW}


async def test_a_persons_light_does_not_wait_for_it(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(9, level=0), *(new(number) for number in range(3)), speed=1), gear=[known(9)])
    bench.line.commissioning.start(FindNew())
    await bench.until(lambda: bench.line.commissioning.progress.phase is Phase.SEARCHING)
    waits = []
    for level in range(100, 110):
        begun = time.perf_counter()
        await bench.line.set_level(known(9).key, Level(level), priority=Priority.USER)
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.11)
    assert bench.line.commissioning.running
    assert sorted(waits)[len(waits) // 2] < 0.4
    await bench.line.commissioning.cancel()
    assert (await snapshots(bench))[0]["level"] == 109


async def test_a_gear_keeps_its_key_when_its_address_is_another(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), lamp(2, level=0), speed=FAST), gear=[known(1), known(2)])
    assert (await commission(bench, SetAddress(address=1, new=20))).found == 1
    assert await addresses(bench) == [20, 2]
    assert bench.line.gear[known(1).key].address == 20
    await commission(bench, SwapAddresses(first=20, second=2))
    assert await addresses(bench) == [2, 20]
    assert bench.line.gear[known(1).key].address == 2
    assert bench.line.gear[known(2).key].address == 20
    assert not [event for event in bench.events if isinstance(event, GearForgotten)]
    await bench.line.set_level(known(1).key, Level(77), priority=Priority.USER)
    assert [one["level"] for one in await snapshots(bench)] == [77, 0]


async def test_an_address_that_is_in_use_is_not_given(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), lamp(2), lamp(3), speed=FAST), gear=[known(1), known(2), known(40)])
    for taken in (2, 3, 40):
        with pytest.raises(AddressInUseError):
            await commission(bench, SetAddress(address=1, new=taken))
    with pytest.raises(NoAnswerError):
        await commission(bench, SetAddress(address=50, new=51))
    assert await addresses(bench) == [1, 2, 3]


async def test_addresses_are_swapped_on_a_full_line(build: Build, connect: Connect) -> None:
    bench = await connect(
        build(*(lamp(address, level=0) for address in range(64)), speed=FAST),
        gear=[known(address) for address in range(64)],
    )
    await commission(bench, SwapAddresses(first=3, second=5))
    assert await addresses(bench) == [0, 1, 2, 5, 4, 3, *range(6, 64)]
    assert bench.line.gear[known(3).key].address == 5
    assert bench.line.gear[known(5).key].address == 3


async def test_an_address_that_two_have_is_shared_out(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(4, serial=1, level=0), lamp(4, serial=2, level=0), lamp(0, level=0), speed=FAST))
    result = await commission(bench, ResolveDuplicates())
    assert result.addresses == (1, 4)
    assert result.is_clear
    assert sorted((await addresses(bench))[:2]) == [1, 4]
    assert (await addresses(bench))[2] == 0
    assert len(bench.line.gear) == 2


async def test_a_new_installation_gives_all_addresses_anew(build: Build, connect: Connect) -> None:
    bench = await connect(
        build(lamp(7, level=0), lamp(50, level=0), new(1), new(2), speed=FAST), gear=[known(7), known(50)]
    )
    result = await commission(bench, NewInstallation())
    assert result.addresses == (0, 1, 2, 3)
    assert result.is_clear
    assert sorted(await addresses(bench)) == [0, 1, 2, 3]
    assert bench.line.complete
    for snapshot, key in zip(await snapshots(bench), (known(7).key, known(50).key), strict=False):
        assert bench.line.gear[key].address == snapshot["address"]
    await bench.until(lambda: all(bench.line.state(key).available for key in bench.line.gear))


async def test_a_gear_that_answers_is_not_replaced(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1), new(2), speed=FAST), gear=[known(1)])
    with pytest.raises(GearNotBrokenError):
        await commission(bench, Replace(key=known(1).key))
    assert await addresses(bench) == [1, None]


async def test_a_replacement_goes_by_the_name_of_the_broken_gear(build: Build, connect: Connect) -> None:
    bench = await connect(build(new(5), speed=FAST), gear=[known(1, groups=frozenset({2}))])
    key = known(1).key
    await commission(bench, Replace(key=key))
    assert await addresses(bench) == [1]
    assert list(bench.line.gear) == [key]
    assert bench.line.gear[key].own_key == "4000000000001-2005-0"
    await bench.until(lambda: bench.line.state(key).level == 0)
    result = await bench.line.scan()
    assert not result.new
    assert not result.missing
    assert list(bench.line.gear) == [key]
    # It was all of the line, and still is once it has another address.
    assert bench.line.complete
    assert (await commission(bench, SetAddress(address=1, new=9))).is_clear
    assert bench.line.complete
    assert bench.line.gear[key].address == 9


async def test_a_replacement_is_set_as_the_broken_gear_was(build: Build, connect: Connect) -> None:
    stored = Stored(
        power_on=Level(70), system_failure=Stay.AS_IT_WAS, fade_rate=5, scenes=(Level(10), None, OFF, *(None,) * 13)
    )
    broken = known(1, groups=frozenset({2, 9}), minimum=Level(60), maximum=Level(200), fade=Fade(4), stored=stored)
    used = new(5, groups=frozenset({1, 2}), minimum=210, maximum=220, scenes={1: 99, 2: 5})
    bench = await connect(build(used, speed=FAST), gear=[broken])
    result = await commission(bench, Replace(key=broken.key))
    assert result.not_restored == ()
    (snapshot,) = await snapshots(bench)
    assert snapshot["address"] == 1
    assert snapshot["groups"] == [2, 9]
    assert snapshot["scenes"] == {"0": 10, "2": 0}
    assert (snapshot["minimum"], snapshot["maximum"]) == (60, 200)
    assert (snapshot["fade_time"], snapshot["fade_rate"]) == (4, 5)
    assert (snapshot["power_on_level"], snapshot["system_failure_level"]) == (70, 255)
    assert bench.line.gear[broken.key].groups == frozenset({2, 9})
    assert bench.line.gear[broken.key].stored == stored
    assert Phase.RESTORING in {one.phase for one in progress_of(bench)}


async def test_what_nobody_had_read_of_the_broken_gear_is_told(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(9, level=0), speed=FAST), gear=[known(1), known(9)])
    result = await commission(bench, Replace(key=known(1).key, by=known(9).key))
    assert result.not_restored == ("fade_rate", "power_on_level", "system_failure_level", "scenes")
    assert await addresses(bench) == [1]
    assert list(bench.line.gear) == [known(1).key]


async def test_two_gear_that_their_maker_gave_one_number_are_told_apart(build: Build, connect: Connect) -> None:
    bench = await connect(build(lamp(1, level=0), lamp(None, serial=1001, level=0), speed=FAST), gear=[known(1)])
    await commission(bench, FindNew())
    assert await addresses(bench) == [1, 0]
    assert len(bench.line.gear) == 2
    assert bench.line.gear[known(1).key].address == 1


@pytest.mark.parametrize("family", Family)
async def test_nobody_new_is_no_trouble(build: Build, connect: Connect, family: Family) -> None:
    bench = await connect(build(lamp(1), speed=FAST), gear=[known(1)])
    result = await commission(bench, FindNew(family=family))
    assert result.addresses == ()
    assert result.is_clear
