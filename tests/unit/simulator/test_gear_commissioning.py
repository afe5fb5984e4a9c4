"""How gear is found without an address and given one: INITIALISE to TERMINATE."""

from typing import Final

from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .gear_bench import ADDRESS, MASK, YES, Bench

# IEC 62386-102, 9.14.2: INITIALISE lasts this long; 11.7.6: a new random address is there after so long.
INITIALISE_SECONDS: Final = 15 * 60.0
RANDOMISE_SECONDS: Final = 0.1
# 9.14.2: what a random address is before RANDOMISE, and never after it.
NO_RANDOM_ADDRESS: Final = 0xFFFFFF

RANDOM_ADDRESS: Final = 0x123456
TO_ALL: Final = general.Initialise(broadcast=True)


def bench_of(
    *, short_address: int | None = ADDRESS, random_address: int | None = RANDOM_ADDRESS, seed: int = 1
) -> Bench:
    """Return a bench with a gear that is not initialised."""
    return Bench(GearSpecification(short_address=short_address, random_address=random_address), seed=seed)


def initialised(*, short_address: int | None = ADDRESS, random_address: int | None = RANDOM_ADDRESS) -> Bench:
    """Return a bench with a gear that is."""
    bench = bench_of(short_address=short_address, random_address=random_address)
    bench.twice(TO_ALL)
    return bench


def search(bench: Bench, address: int) -> None:
    """Set the search address."""
    bench.send(general.SearchaddrH(address >> 16))
    bench.send(general.SearchaddrM(address >> 8 & 0xFF))
    bench.send(general.SearchaddrL(address & 0xFF))


def random_address(bench: Bench) -> int:
    """Return the random address that the gear tells by queries."""
    parts = [
        bench.send(query(short))
        for short in [bench.state["address"]]
        for query in (general.QueryRandomAddressH, general.QueryRandomAddressM, general.QueryRandomAddressL)
    ]
    return int.from_bytes(bytes(part for part in parts if part is not None))


# --- INITIALISE


@pytest.mark.parametrize(
    ("short_address", "command", "meant"),
    [
        (ADDRESS, TO_ALL, True),
        (None, TO_ALL, True),
        (ADDRESS, general.Initialise(address=None), False),
        (None, general.Initialise(address=None), True),
        (ADDRESS, general.Initialise(address=ADDRESS), True),
        (ADDRESS, general.Initialise(address=ADDRESS + 1), False),
        (None, general.Initialise(address=0), False),
    ],
)
def test_initialise_means_all_or_the_unaddressed_or_one(
    short_address: int | None,
    command: Command,
    meant: bool,  # noqa: FBT001
) -> None:
    bench = bench_of(short_address=short_address)
    bench.twice(command)
    assert bench.send(general.Compare()) == (YES if meant else None)
    assert bench.state["initialisation"] == ("enabled" if meant else "disabled")


@pytest.mark.parametrize("data", [0x01 << 1, ADDRESS << 1, 0x80 | ADDRESS << 1 | 1, 0xFE])
def test_initialise_with_anything_else_means_nobody(data: int) -> None:
    bench = bench_of()
    for _ in range(2):
        bench.frame(0xA500 | data)
    assert bench.state["initialisation"] == "disabled"


def test_initialise_comes_twice() -> None:
    bench = bench_of()
    bench.send(TO_ALL)
    assert bench.send(general.Compare()) is None
    bench.twice(TO_ALL, between=0.12)
    assert bench.send(general.Compare()) is None


def test_initialise_lasts_15_minutes() -> None:
    bench = initialised()
    bench.wait(INITIALISE_SECONDS - 1)
    assert bench.send(general.Compare()) == YES
    bench.wait(1)
    assert bench.send(general.Compare()) is None
    assert bench.state["initialisation"] == "disabled"


def test_initialise_again_starts_the_15_minutes_again() -> None:
    bench = initialised()
    bench.wait(INITIALISE_SECONDS - 1)
    bench.twice(TO_ALL)
    bench.wait(INITIALISE_SECONDS - 1)
    assert bench.send(general.Compare()) == YES


def test_terminate_ends_it() -> None:
    bench = initialised()
    assert bench.send(general.Terminate()) is None
    assert bench.send(general.Compare()) is None
    assert bench.state["initialisation"] == "disabled"


def test_terminate_with_data_is_no_command() -> None:
    bench = initialised()
    bench.frame(0xA101)
    assert bench.send(general.Compare()) == YES


def test_a_start_ends_it() -> None:
    bench = initialised()
    bench.mains(present=False)
    bench.mains(present=True)
    assert bench.send(general.Compare()) is None


def test_other_commands_are_obeyed_meanwhile() -> None:
    bench = initialised()
    bench.send(general.DAPC(ADDRESS, 40))
    assert bench.level == 40


def test_ping_is_ignored() -> None:
    bench = initialised()
    search(bench, RANDOM_ADDRESS)
    before = bench.state
    assert bench.send(general.Ping()) is None
    assert bench.state == before


# --- Without INITIALISE


@pytest.mark.parametrize("query", [general.Compare(), general.VerifyShortAddress(ADDRESS), general.QueryShortAddress()])
def test_a_gear_that_is_not_initialised_does_not_answer(query: Command) -> None:
    bench = bench_of(random_address=None)
    assert bench.send(query) is None


def test_a_gear_that_is_not_initialised_takes_no_new_address() -> None:
    bench = bench_of(random_address=None)
    bench.send(general.ProgramShortAddress(9))
    bench.twice(general.Randomise())
    bench.wait(RANDOMISE_SECONDS)
    assert bench.state["address"] == ADDRESS
    assert bench.state["random_address"] == NO_RANDOM_ADDRESS


def test_a_gear_that_is_not_initialised_takes_no_search_address() -> None:
    bench = bench_of()
    search(bench, 0)
    bench.twice(TO_ALL)
    assert bench.send(general.Compare()) == YES


# --- RANDOMISE


@pytest.mark.parametrize("seed", range(20))
def test_a_new_random_address_is_there_within_100_ms(seed: int) -> None:
    bench = bench_of(random_address=None, seed=seed)
    bench.twice(TO_ALL)
    bench.twice(general.Randomise())
    bench.wait(RANDOMISE_SECONDS)
    assert bench.state["random_address"] != NO_RANDOM_ADDRESS
    assert random_address(bench) == bench.state["random_address"]


def test_each_gear_draws_another_random_address() -> None:
    drawn = set()
    for seed in range(64):
        bench = bench_of(seed=seed)
        bench.twice(TO_ALL)
        bench.twice(general.Randomise())
        bench.wait(RANDOMISE_SECONDS)
        drawn.add(bench.state["random_address"])
    assert len(drawn) == 64


def test_randomise_comes_twice() -> None:
    bench = initialised()
    bench.send(general.Randomise())
    bench.wait(1.0)
    assert bench.state["random_address"] == RANDOM_ADDRESS


def test_a_start_ends_a_randomise_and_keeps_the_random_address() -> None:
    bench = initialised()
    bench.twice(general.Randomise())
    bench.mains(present=False)
    bench.mains(present=True)
    bench.wait(1.0)
    assert bench.state["random_address"] == RANDOM_ADDRESS


def test_reset_calls_off_a_random_address_that_is_not_ready() -> None:
    for seed in range(5):
        bench = Bench(GearSpecification(short_address=ADDRESS, random_address=RANDOM_ADDRESS), seed=seed)
        bench.twice(TO_ALL)
        bench.twice(general.Randomise(), between=0.02)
        bench.twice(general.Reset(ADDRESS), between=0.001)
        bench.wait(RANDOMISE_SECONDS)
        assert bench.state["random_address"] == 0xFFFFFF


# --- COMPARE and WITHDRAW


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (NO_RANDOM_ADDRESS, True),
        (RANDOM_ADDRESS + 1, True),
        (RANDOM_ADDRESS, True),
        (RANDOM_ADDRESS - 1, False),
        (0x12FFFF - 0x010000, False),
        (0x120000, False),
        (0, False),
    ],
)
def test_compare_finds_random_addresses_up_to_the_search_address(address: int, found: bool) -> None:  # noqa: FBT001
    bench = initialised()
    search(bench, address)
    assert bench.send(general.Compare()) == (YES if found else None)


def test_a_binary_search_finds_the_random_address() -> None:
    bench = initialised()
    low, high = 0, NO_RANDOM_ADDRESS
    while low < high:
        middle = (low + high) // 2
        search(bench, middle)
        low, high = (low, middle) if bench.send(general.Compare()) == YES else (middle + 1, high)
    assert low == RANDOM_ADDRESS


def test_the_search_address_is_highest_until_it_is_set() -> None:
    bench = initialised(random_address=None)
    assert bench.send(general.Compare()) == YES


@pytest.mark.parametrize("command", [general.Reset(ADDRESS), None])
def test_reset_and_a_start_set_the_search_address_back(command: Command | None) -> None:
    bench = initialised(random_address=None)
    search(bench, 0)
    assert bench.send(general.Compare()) is None
    if command is None:
        bench.mains(present=False)
        bench.mains(present=True)
        bench.twice(TO_ALL)
    else:
        bench.twice(command)
    assert bench.send(general.Compare()) == YES


def test_a_gear_that_is_withdrawn_is_found_no_more_but_still_initialised() -> None:
    bench = initialised()
    search(bench, RANDOM_ADDRESS)
    assert bench.send(general.Withdraw()) is None
    assert bench.state["initialisation"] == "withdrawn"
    assert bench.send(general.Compare()) is None
    assert bench.send(general.VerifyShortAddress(ADDRESS)) == YES
    assert bench.send(general.QueryShortAddress()) == ADDRESS << 1 | 1


def test_withdraw_is_for_the_gear_that_was_found() -> None:
    bench = initialised()
    search(bench, RANDOM_ADDRESS + 1)
    bench.send(general.Withdraw())
    assert bench.send(general.Compare()) == YES


# --- Short addresses


@pytest.mark.parametrize("address", [0, 63])
def test_the_gear_that_was_found_is_given_an_address(address: int) -> None:
    bench = initialised(short_address=None)
    search(bench, RANDOM_ADDRESS)
    assert bench.send(general.QueryShortAddress()) == MASK
    assert bench.send(general.ProgramShortAddress(address)) is None
    assert bench.send(general.VerifyShortAddress(address)) == YES
    assert bench.send(general.VerifyShortAddress(address ^ 1)) is None
    assert bench.send(general.QueryShortAddress()) == address << 1 | 1
    assert bench.send(general.QueryControlGearPresent(address)) == YES


def test_its_address_is_taken_away_with_mask() -> None:
    bench = initialised()
    search(bench, RANDOM_ADDRESS)
    bench.send(general.ProgramShortAddress("MASK"))
    assert bench.state["address"] is None
    assert bench.send(general.QueryShortAddress()) == MASK


@pytest.mark.parametrize("data", [0x02, 0x81, 0xFE])
def test_what_is_no_short_address_is_ignored(data: int) -> None:
    bench = initialised()
    search(bench, RANDOM_ADDRESS)
    bench.frame(0xB700 | data)
    assert bench.state["address"] == ADDRESS


def test_any_other_gear_keeps_its_address_and_tells_it_to_nobody() -> None:
    bench = initialised()
    search(bench, RANDOM_ADDRESS - 1)
    bench.send(general.ProgramShortAddress(9))
    assert bench.state["address"] == ADDRESS
    assert bench.send(general.QueryShortAddress()) is None


def test_an_address_outlasts_the_supply() -> None:
    bench = initialised(short_address=None)
    search(bench, RANDOM_ADDRESS)
    bench.send(general.ProgramShortAddress(9))
    bench.mains(present=False)
    bench.mains(present=True)
    assert bench.send(general.QueryControlGearPresent(9)) == YES


# --- The first edition


def of_the_first_edition() -> Bench:
    """Return a bench with an initialised gear of the first edition."""
    bench = Bench(GearSpecification(random_address=RANDOM_ADDRESS, edition=1))
    bench.twice(TO_ALL)
    return bench


def test_gear_of_the_first_edition_draws_a_random_address_too() -> None:
    bench = of_the_first_edition()
    bench.twice(general.Randomise())
    bench.wait(RANDOMISE_SECONDS)
    assert bench.state["random_address"] != RANDOM_ADDRESS


def test_gear_of_the_first_edition_is_found_given_an_address_and_withdrawn() -> None:
    bench = of_the_first_edition()
    search(bench, RANDOM_ADDRESS)
    assert bench.send(general.Compare()) == YES
    bench.send(general.ProgramShortAddress(9))
    assert bench.send(general.VerifyShortAddress(9)) == YES
    assert bench.send(general.QueryShortAddress()) == 9 << 1 | 1
    bench.send(general.Withdraw())
    assert bench.send(general.Compare()) is None
    bench.send(general.Terminate())
    assert bench.send(general.QueryShortAddress()) is None
