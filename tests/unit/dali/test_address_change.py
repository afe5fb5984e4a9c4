"""Short addresses are changed as they were meant to be, or an error says why not."""

from contextlib import suppress

from dali.sequences import Commissioning
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.address_change import (
    find_free,
    is_shared,
    set_address,
    take_all_addresses,
)
from custom_components.smart_lighting_ai_dali.dali.address_giving import AddressGiver
from custom_components.smart_lighting_ai_dali.dali.addressing import ADDRESSING, Family
from custom_components.smart_lighting_ai_dali.dali.errors import (
    AddressInUseError,
    AnswersCollidedError,
    LineError,
    NoAnswerError,
)
from custom_components.smart_lighting_ai_dali.simulator.device_specification import DeviceSpecification

from .addressing_bench import Bench, new, old

GEAR = ADDRESSING[Family.GEAR]
INPUT_DEVICES = ADDRESSING[Family.INPUT_DEVICES]


def test_an_address_is_changed_and_nobody_elses() -> None:
    bench = Bench(old(1), old(2))
    bench.run(set_address(GEAR, 1, 63))
    assert bench.addresses() == [63, 2]
    bench.run(set_address(GEAR, 63, None))
    assert bench.addresses() == [None, 2]


def test_an_input_device_has_addresses_of_its_own() -> None:
    bench = Bench(old(1), devices=[DeviceSpecification(short_address=1), DeviceSpecification(short_address=2)])
    bench.run(set_address(INPUT_DEVICES, 1, 63))
    assert bench.device_addresses() == [63, 2]
    assert bench.addresses() == [1]
    assert bench.run(find_free(INPUT_DEVICES, {0})) == 1
    bench.run(take_all_addresses(INPUT_DEVICES))
    assert bench.device_addresses() == [None, None]


def test_what_can_not_be_done_changes_nothing() -> None:
    bench = Bench(old(1), old(2), old(3, serial=1), old(3, serial=2))
    with pytest.raises(NoAnswerError):
        bench.run(set_address(GEAR, 9, 10))
    with pytest.raises(AddressInUseError):
        bench.run(set_address(GEAR, 1, 2))
    with pytest.raises(AnswersCollidedError):
        bench.run(set_address(GEAR, 3, 10))
    assert bench.addresses() == [1, 2, 3, 3]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), loss=st.sampled_from([0.05, 0.2, 0.4]))
def test_a_bad_cable_changes_an_address_to_the_new_one_or_not_at_all(seed: int, loss: float) -> None:
    bench = Bench(old(1), old(2), loss=loss, misses=loss / 2, seed=seed)
    with suppress(LineError):
        bench.run(set_address(GEAR, 1, 7))
    assert bench.addresses() in ([1, 2], [7, 2])


def test_an_address_that_several_have_is_found_out() -> None:
    bench = Bench(old(1), old(3, serial=1, random_address=1), old(3, serial=2, random_address=2))
    assert bench.run(is_shared(GEAR, 3))
    assert not bench.run(is_shared(GEAR, 1))
    assert not bench.run(is_shared(GEAR, 5))


def test_all_addresses_are_taken_away_and_given_anew() -> None:
    bench = Bench(old(10), old(20), old(30), new(1))
    bench.run(take_all_addresses(GEAR))
    assert bench.addresses() == [None] * 4
    bench.run(AddressGiver(GEAR, time=bench.clock.now).give_to_new())
    assert sorted(bench.addresses()) == [0, 1, 2, 3]


@pytest.mark.parametrize("count", [1, 7])
def test_another_implementation_gives_the_same_addresses(count: int) -> None:
    ours, theirs = (Bench(old(0), old(4), *(new(number) for number in range(count))) for _ in range(2))
    ours.run(AddressGiver(GEAR, time=ours.clock.now).give_to_new())
    theirs.run(Commissioning())
    assert sorted(ours.addresses()) == sorted(theirs.addresses())
    assert ours.frames < theirs.frames
