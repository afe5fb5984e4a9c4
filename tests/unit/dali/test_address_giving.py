"""Short addresses are given to all who need one, to nobody twice, on good cables and bad ones."""

from contextlib import suppress
import random
from typing import Any, Final

from dali.address import DeviceShort
from dali.tests import fakes
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.address_giving import AddressGiver
from custom_components.smart_lighting_ai_dali.dali.addressing import ADDRESSES, ADDRESSING, Family
from custom_components.smart_lighting_ai_dali.dali.errors import (
    AddressingFailedError,
    NoReplacementError,
    SeveralReplacementsError,
)
from custom_components.smart_lighting_ai_dali.dali.sequences import Steps
from custom_components.smart_lighting_ai_dali.dali.transactions import MayYield
from custom_components.smart_lighting_ai_dali.simulator.device_specification import DeviceSpecification

from .addressing_bench import Bench, Interrupted, Loaded, new, old

MOST_FRAMES_FOR_64: Final = 3900
MOST_FRAMES_FOR_1_OF_64: Final = 90


def giver_on(bench: Bench, in_use: Any = (), family: Family = Family.GEAR) -> AddressGiver:
    """Return what gives addresses on a bench."""
    return AddressGiver(ADDRESSING[family], in_use=in_use, time=bench.clock.now)


def test_64_new_gear_get_an_address_each() -> None:
    bench = Bench(*(new(number) for number in range(64)))
    giver = giver_on(bench)
    bench.run(giver.give_to_new())
    bench.leave()
    assert sorted(bench.addresses()) == list(range(64))
    assert giver.everyone_has_one
    assert not giver.left_out
    assert bench.frames <= MOST_FRAMES_FOR_64
    assert not bench.listening()


@pytest.mark.parametrize("seed", range(5))
def test_one_new_gear_beside_63_is_cheap(seed: int) -> None:
    bench = Bench(*(old(address) for address in range(63)), new(0), seed=seed)
    giver = giver_on(bench, range(63))
    bench.run(giver.give_to_new())
    bench.leave()
    assert bench.addresses() == list(range(64))
    assert bench.frames <= MOST_FRAMES_FOR_1_OF_64


def test_who_has_an_address_keeps_it() -> None:
    bench = Bench(old(0), old(2), new(1), new(2), new(3))
    bench.run(giver_on(bench).give_to_new())
    assert bench.addresses()[:2] == [0, 2]
    assert sorted(bench.addresses()) == [0, 1, 2, 3, 4]


def test_an_address_that_is_known_is_not_given_though_its_gear_is_silent() -> None:
    bench = Bench(new(1))
    bench.run(giver_on(bench, in_use={0, 1}).give_to_new())
    assert bench.addresses() == [2]


def test_nobody_new_is_little_to_do() -> None:
    bench = Bench(old(0))
    giver = giver_on(bench)
    bench.run(giver.give_to_new())
    assert giver.given == {}
    assert giver.everyone_has_one
    assert bench.frames < 25


def test_who_finds_no_free_address_is_counted() -> None:
    bench = Bench(*(old(address) for address in range(63)), new(0), new(1))
    giver = giver_on(bench, range(63))
    bench.run(giver.give_to_new())
    assert sorted(address for address in bench.addresses() if address is not None) == list(range(64))
    assert giver.left_out
    assert not giver.everyone_has_one


def test_the_same_random_address_is_found_out() -> None:
    chances = [Loaded(0x123456, seed=1), Loaded(0x123456, seed=2), Loaded(0x654321, seed=3)]
    bench = Bench(new(1), new(2), new(3), chances=chances)
    bench.run(giver_on(bench).give_to_new())
    assert sorted(bench.addresses()) == [0, 1, 2]
    assert len({one["random_address"] for one in bench.snapshots()}) == 3


def test_gear_that_is_left_with_its_factory_random_address_is_found() -> None:
    bench = Bench(new(1), chances=[Loaded(0xFFFFFF)])
    bench.run(giver_on(bench).give_to_new())
    assert bench.addresses() == [0]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 4),
    loss=st.sampled_from([0.0, 0.02, 0.1, 0.25]),
    misses=st.sampled_from([0.0, 0.02, 0.1, 0.25]),
)
def test_a_bad_cable_never_gives_two_gear_one_address(seed: int, count: int, loss: float, misses: float) -> None:
    bench = Bench(old(0), old(3), *(new(number) for number in range(count)), loss=loss, misses=misses, seed=seed)
    giver = giver_on(bench)
    with suppress(AddressingFailedError):
        bench.run(giver.give_to_new())
    given_out = [address for address in bench.addresses() if address is not None]
    assert len(given_out) == len(set(given_out))
    assert bench.addresses()[:2] == [0, 3]
    # On a good cable the rest is done.
    bench.heal()
    bench.leave()
    bench.run(giver_on(bench).give_to_new())
    assert None not in bench.addresses()
    assert len(set(bench.addresses())) == count + 2


@settings(max_examples=40, deadline=None)
@given(after=st.integers(0, 260), seed=st.integers(0, 50))
def test_an_end_at_any_frame_leaves_the_line_clean_and_the_rest_for_later(after: int, seed: int) -> None:
    bench = Bench(old(1), *(new(number) for number in range(4)), seed=seed)
    giver = giver_on(bench)
    with suppress(Interrupted):
        bench.run(giver.give_to_new(), most=after)
    bench.leave()
    assert not bench.listening()
    before = bench.addresses()
    given_out = [address for address in before if address is not None]
    assert len(given_out) == len(set(given_out))
    bench.run(giver_on(bench).give_to_new())
    for was, is_now in zip(before, bench.addresses(), strict=True):
        assert is_now is not None
        assert was in {None, is_now}
    assert sorted(bench.addresses()) == [0, 1, 2, 3, 4]


def test_one_address_that_several_have_is_shared_out() -> None:
    bench = Bench(old(4, serial=1), old(4, serial=2), old(4, serial=3), old(5))
    giver = giver_on(bench, in_use={4, 5})
    bench.run(giver.share_out(4))
    assert sorted(bench.addresses()) == [0, 1, 4, 5]
    assert bench.addresses()[3] == 5
    assert sorted(giver.given) == [0, 1, 4]


def test_an_address_that_only_one_has_stays() -> None:
    bench = Bench(old(4), old(5))
    giver = giver_on(bench, in_use={4, 5})
    bench.run(giver.share_out(4))
    assert bench.addresses() == [4, 5]


def test_the_only_new_gear_takes_the_place_of_another() -> None:
    bench = Bench(old(1), new(0))
    bench.run(giver_on(bench).give_to_the_only_new(7))
    assert bench.addresses() == [1, 7]


def test_nobody_takes_a_place_where_several_could() -> None:
    bench = Bench(old(1), new(0), new(1))
    with pytest.raises(SeveralReplacementsError):
        bench.run(giver_on(bench).give_to_the_only_new(7))
    assert bench.addresses() == [1, None, None]


def test_nobody_takes_a_place_where_nobody_is_new() -> None:
    bench = Bench(old(1))
    with pytest.raises(NoReplacementError):
        bench.run(giver_on(bench).give_to_the_only_new(7))


def test_input_devices_get_addresses_of_their_own() -> None:
    devices = [DeviceSpecification(name=f"Device {number}", short_address=None) for number in range(8)]
    bench = Bench(old(0), devices=[*devices, DeviceSpecification(name="Old", short_address=3)])
    giver = giver_on(bench, family=Family.INPUT_DEVICES)
    bench.run(giver.give_to_new())
    bench.leave(Family.INPUT_DEVICES)
    assert sorted(address for address in bench.device_addresses() if address is not None) == list(range(9))
    assert bench.device_addresses()[8] == 3
    assert bench.addresses() == [0]
    assert not any(device.is_quiet(bench.wire.gear_time()) for device in bench.inputs.devices)


def stripped(steps: Steps[Any]) -> Steps[Any]:
    """Return steps without what only our queue understands."""
    answer: Any = None
    while True:
        try:
            item = steps.send(answer)
        except StopIteration as stop:
            return stop.value
        answer = False if isinstance(item, MayYield) else (yield item)


@pytest.mark.parametrize("seed", range(3))
def test_gear_that_others_simulate_gets_addresses_as_well(seed: int) -> None:
    random.seed(seed)
    gear = [fakes.Gear(2), fakes.Gear(None, random_preload=[77]), fakes.Gear(None, random_preload=[77])]
    gear += [fakes.Gear(None) for _ in range(9)]
    giver = AddressGiver(ADDRESSING[Family.GEAR], time=lambda: 0.0)
    fakes.Bus(gear).run_sequence(stripped(giver.give_to_new()))
    assert sorted(one.shortaddr for one in gear) == list(range(12))
    assert gear[0].shortaddr == 2


def test_a_line_of_others_gear_can_be_full() -> None:
    gear = [fakes.Gear(address) for address in range(ADDRESSES)]
    giver = AddressGiver(ADDRESSING[Family.GEAR], time=lambda: 0.0)
    fakes.Bus(gear).run_sequence(stripped(giver.give_to_new()))
    assert giver.given == {}


@pytest.mark.parametrize("seed", range(3))
def test_input_devices_that_others_simulate_get_addresses_as_well(seed: int) -> None:
    random.seed(seed)
    devices = [fakes.Device(None) for _ in range(5)] + [fakes.Device(DeviceShort(1))]
    giver = AddressGiver(ADDRESSING[Family.INPUT_DEVICES], time=lambda: 0.0)
    fakes.Bus(devices).run_sequence(stripped(giver.give_to_new()))
    assert sorted(one.shortaddr.address for one in devices if one.shortaddr is not None) == list(range(6))


def test_those_who_are_left_after_a_while_are_asked_to_listen_again() -> None:
    bench = Bench(*(new(number) for number in range(3)))
    # INITIALISE lasts 15 minutes; on a line that is busy with other things not all may be found in that time.
    hours = iter([0.0, 0.1, *(float(number) for number in range(1, 20))])
    giver = AddressGiver(ADDRESSING[Family.GEAR], time=lambda: 3600 * next(hours))
    bench.run(giver.give_to_new())
    assert 0 in bench.addresses()
    assert giver.everyone_has_one is (None not in bench.addresses())
    bench.run(giver_on(bench).give_to_new())
    assert sorted(bench.addresses()) == [0, 1, 2]
