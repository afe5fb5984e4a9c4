"""What gear answers, which frames are for it, and what gear of the first edition does not know."""

from typing import Final

from dali.address import GearAddress, GearBroadcast, GearBroadcastUnaddressed, GearGroup
from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .gear_bench import ADDRESS, MASK, OFF, YES, Bench, gear

# IEC 62386-102, 9.16: the bits of QUERY STATUS.
CONTROL_GEAR_FAILURE: Final = 0x01
LAMP_FAILURE: Final = 0x02
LAMP_ON: Final = 0x04
LIMIT_ERROR: Final = 0x08
FADE_RUNNING: Final = 0x10
RESET_STATE: Final = 0x20
MISSING_SHORT_ADDRESS: Final = 0x40
POWER_CYCLE_SEEN: Final = 0x80
# 4.2 and 11.5.8: version 2.0 has its major number in bits 7:2; the first edition is 1.
VERSION_2_0: Final = 0x08
VERSION_1: Final = 0x01
# 11.5.16: a light source.
LED: Final = 6


def status(bench: Bench, address: GearAddress | int = ADDRESS) -> int:
    """Return the answer to QUERY STATUS."""
    answer = bench.send(general.QueryStatus(address))
    assert answer is not None
    return answer


def started(specification: GearSpecification) -> Bench:
    """Return a bench whose gear has taken a level since it was supplied."""
    bench = Bench(specification)
    bench.send(general.DAPC(GearBroadcast(), "MASK"))
    return bench


# --- QUERY STATUS, and each bit's own query


def test_a_healthy_gear_that_is_on() -> None:
    bench = started(gear(level=100, fade_time=4))
    assert status(bench) == LAMP_ON


def test_a_healthy_gear_that_is_off() -> None:
    bench = started(gear(fade_time=4))
    assert status(bench) == 0


def test_a_control_gear_failure() -> None:
    bench = started(gear(fade_time=4))
    assert not bench.gear.gear_failure
    assert bench.send(general.QueryControlGearFailure(ADDRESS)) is None
    bench.gear.gear_failure = True
    assert bench.gear.gear_failure
    assert status(bench) == CONTROL_GEAR_FAILURE
    assert bench.send(general.QueryControlGearFailure(ADDRESS)) == YES


def test_a_lamp_failure() -> None:
    bench = started(gear(level=100, fade_time=4))
    assert not bench.gear.lamp_failure
    assert bench.send(general.QueryLampFailure(ADDRESS)) is None
    bench.gear.lamp_failure = True
    assert bench.gear.lamp_failure
    assert status(bench) == LAMP_FAILURE
    assert bench.send(general.QueryLampFailure(ADDRESS)) == YES
    assert bench.send(general.QueryLampPowerOn(ADDRESS)) is None
    # 11.5.20: the level is not known while no light comes of it.
    assert bench.send(general.QueryActualLevel(ADDRESS)) == MASK
    bench.send(general.Off(ADDRESS))
    assert bench.send(general.QueryActualLevel(ADDRESS)) == OFF


def test_faults_of_the_specification_are_there_from_the_start() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, lamp_failure=True, gear_failure=True, fade_time=1))
    assert status(bench) == CONTROL_GEAR_FAILURE | LAMP_FAILURE | POWER_CYCLE_SEEN


def test_lamp_on() -> None:
    bench = started(gear())
    assert bench.send(general.QueryLampPowerOn(ADDRESS)) is None
    bench.send(general.RecallMinLevel(ADDRESS))
    assert bench.send(general.QueryLampPowerOn(ADDRESS)) == YES
    assert status(bench) & LAMP_ON


def test_a_lamp_that_fades_out_is_on_until_it_is_off() -> None:
    bench = started(gear(level=100, fade_time=4))
    bench.send(general.DAPC(ADDRESS, OFF))
    bench.wait(1.9)
    assert status(bench) == LAMP_ON | FADE_RUNNING
    bench.wait(0.1)
    assert status(bench) == 0


def test_a_limit_error() -> None:
    bench = started(gear(maximum=200))
    assert bench.send(general.QueryLimitError(ADDRESS)) is None
    bench.send(general.DAPC(ADDRESS, 254))
    assert status(bench) == LIMIT_ERROR | LAMP_ON
    assert bench.send(general.QueryLimitError(ADDRESS)) == YES


def test_the_reset_state() -> None:
    bench = started(gear())
    assert status(bench) == RESET_STATE
    assert bench.send(general.QueryResetState(ADDRESS)) == YES
    bench.configure(general.SetFadeTime(ADDRESS), 1)
    assert status(bench) == 0
    assert bench.send(general.QueryResetState(ADDRESS)) is None


def test_a_missing_short_address() -> None:
    bench = started(GearSpecification(level=OFF, fade_time=1))
    assert status(bench, GearBroadcast()) == MISSING_SHORT_ADDRESS
    assert bench.send(general.QueryMissingShortAddress(GearBroadcast())) == YES
    bench.configure(general.SetShortAddress(GearBroadcast()), ADDRESS << 1 | 1)
    assert status(bench) == 0
    assert bench.send(general.QueryMissingShortAddress(ADDRESS)) is None


@pytest.mark.parametrize(
    "command",
    [
        general.DAPC(ADDRESS, 10),
        general.Off(ADDRESS),
        general.Up(ADDRESS),
        general.RecallMaxLevel(ADDRESS),
        general.GoToScene(ADDRESS, 0),
        general.Reset(ADDRESS),
    ],
)
def test_a_power_cycle_is_seen_until_a_level_or_reset_comes(command: Command) -> None:
    bench = Bench(gear(level=50, scenes={0: 10}))
    bench.send(command)
    bench.send(command)
    assert bench.send(general.QueryPowerFailure(ADDRESS)) is None
    bench.mains(present=False)
    bench.mains(present=True)
    bench.send(general.QueryActualLevel(ADDRESS))
    bench.configure(general.SetScene(ADDRESS, 0), 10)
    assert status(bench) & POWER_CYCLE_SEEN
    assert bench.send(general.QueryPowerFailure(ADDRESS)) == YES
    bench.send(command)
    bench.send(command)
    assert not status(bench) & POWER_CYCLE_SEEN
    assert bench.send(general.QueryPowerFailure(ADDRESS)) is None


def test_during_start_up_the_lamp_is_not_on() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.mains(present=False)
    bench.mains(present=True)
    assert status(bench) == POWER_CYCLE_SEEN


# --- Values


def test_every_gear_is_present() -> None:
    assert Bench(gear()).send(general.QueryControlGearPresent(ADDRESS)) == YES


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (general.QueryVersionNumber(ADDRESS), VERSION_2_0),
        (general.QueryContentDTR0(ADDRESS), 11),
        (general.QueryContentDTR1(ADDRESS), 12),
        (general.QueryContentDTR2(ADDRESS), 13),
        (general.QueryPhysicalMinimum(ADDRESS), 40),
        (general.QueryOperatingMode(ADDRESS), 0),
        (general.QueryManufacturerSpecificMode(ADDRESS), None),
        (general.QueryLightSourceType(ADDRESS), LED),
        (general.QueryActualLevel(ADDRESS), 120),
        (general.QueryMaxLevel(ADDRESS), 200),
        (general.QueryMinLevel(ADDRESS), 50),
        (general.QueryPowerOnLevel(ADDRESS), 100),
        (general.QuerySystemFailureLevel(ADDRESS), MASK),
        (general.QueryFadeTimeFadeRate(ADDRESS), 0x35),
        (general.QueryExtendedFadeTime(ADDRESS), 0x22),
        (general.QuerySceneLevel(ADDRESS, 0), 10),
        (general.QuerySceneLevel(ADDRESS, 1), MASK),
        (general.QuerySceneLevel(ADDRESS, 15), 20),
        (general.QueryGroupsZeroToSeven(ADDRESS), 0b1000_0001),
        (general.QueryGroupsEightToFifteen(ADDRESS), 0b1000_0010),
        (general.QueryRandomAddressH(ADDRESS), 0x12),
        (general.QueryRandomAddressM(ADDRESS), 0x34),
        (general.QueryRandomAddressL(ADDRESS), 0x56),
        (general.QueryExtendedVersionNumber(ADDRESS), None),
    ],
)
def test_a_query_is_answered_with_what_the_gear_is(query: Command, answer: int | None) -> None:
    bench = Bench(
        GearSpecification(
            name="Lamp",
            short_address=ADDRESS,
            random_address=0x123456,
            groups=frozenset({0, 7, 9, 15}),
            scenes={0: 10, 15: 20},
            physical_minimum=40,
            minimum=50,
            maximum=200,
            power_on_level=100,
            system_failure_level=MASK,
            fade_time=3,
            fade_rate=5,
            extended_fade=0x22,
            level=120,
        )
    )
    for command in (general.DTR0(11), general.DTR1(12), general.DTR2(13)):
        bench.send(command)
    before = bench.state
    assert bench.send(query) == answer
    assert bench.state == before


def test_the_actual_level_is_the_one_in_the_middle_of_a_fade() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    assert bench.send(general.QueryActualLevel(ADDRESS), after=1.0) == pytest.approx(150, abs=1)


# --- Addressing


@pytest.mark.parametrize(
    ("address", "heard"),
    [
        (ADDRESS, True),
        (0, False),
        (63, False),
        (GearGroup(2), True),
        (GearGroup(3), False),
        (GearBroadcast(), True),
        (GearBroadcastUnaddressed(), False),
    ],
)
def test_a_gear_takes_its_address_its_groups_and_broadcasts(address: GearAddress | int, heard: bool) -> None:  # noqa: FBT001
    bench = Bench(GearSpecification(short_address=ADDRESS, groups=frozenset({2}), level=OFF))
    assert bench.send(general.QueryControlGearPresent(address)) == (YES if heard else None)
    bench.send(general.DAPC(address, 50))
    assert bench.level == (50 if heard else OFF)


@pytest.mark.parametrize(
    ("address", "heard"), [(0, False), (63, False), (GearBroadcast(), True), (GearBroadcastUnaddressed(), True)]
)
def test_a_gear_without_an_address_takes_broadcasts_of_both_kinds(address: GearAddress | int, heard: bool) -> None:  # noqa: FBT001
    bench = Bench(GearSpecification(level=OFF))
    assert bench.send(general.QueryControlGearPresent(address)) == (YES if heard else None)
    bench.send(general.DAPC(address, 50))
    assert bench.level == (50 if heard else OFF)


# Table 1: 1010 0000 to 1100 1011 are special commands on odd bytes; the rest up to 1111 1011 is reserved.
@pytest.mark.parametrize("address", [0xA0, 0xAF, 0xBD, 0xBF, 0xC0, 0xCB, 0xCC, 0xDF, 0xE0, 0xEF, 0xF0, 0xFB])
def test_reserved_frames_are_for_nobody(address: int) -> None:
    bench = Bench(gear(level=100))
    before = bench.state
    for opcode in (0x00, 0x05, 0x20, 0x20, 0xA0, 0xFF, 0xFF):
        assert bench.frame(address << 8 | opcode) is None
    assert bench.state == before


def test_a_deaf_gear_answers_and_obeys_nothing() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, deaf=True, level=100))
    assert bench.send(general.QueryControlGearPresent(ADDRESS)) is None
    bench.send(general.Off(GearBroadcast()))
    assert bench.level == 100
    assert bench.state["deaf"] is True


# --- The first edition


def first(*, device_types: tuple[int, ...] = (6,), short_address: int | None = ADDRESS) -> Bench:
    """Return a bench with gear of the first edition."""
    return Bench(GearSpecification(short_address=short_address, device_types=device_types, edition=1, level=100))


@pytest.mark.parametrize(
    "query",
    [
        general.QueryOperatingMode,
        general.QueryLightSourceType,
        general.QueryManufacturerSpecificMode,
        general.QueryNextDeviceType,
        general.QueryExtendedFadeTime,
        general.QueryControlGearFailure,
    ],
)
def test_gear_of_the_first_edition_does_not_answer_queries_of_the_second(query: type[Command]) -> None:
    bench = first(device_types=(6, 8))
    bench.gear.gear_failure = True
    bench.send(general.QueryDeviceType(ADDRESS))
    assert bench.send(query(ADDRESS)) is None


@pytest.mark.parametrize(
    "command",
    [
        general.GoToLastActiveLevel,
        general.SavePersistentVariables,
        general.SetOperatingMode,
        general.ResetMemoryBank,
        general.IdentifyDevice,
        general.SetExtendedFadeTime,
    ],
)
def test_gear_of_the_first_edition_does_not_obey_commands_of_the_second(command: type[Command]) -> None:
    bench = first()
    bench.send(general.Off(ADDRESS))
    bench.send(general.DTR0(0x21))
    before = bench.state
    bench.twice(command(ADDRESS))
    assert bench.state == before


def test_gear_of_the_first_edition_does_not_know_broadcasts_to_the_unaddressed() -> None:
    bench = first(short_address=None)
    assert bench.send(general.QueryControlGearPresent(GearBroadcastUnaddressed())) is None
    assert bench.send(general.QueryControlGearPresent(GearBroadcast())) == YES


def test_gear_of_the_first_edition_says_so() -> None:
    assert first().send(general.QueryVersionNumber(ADDRESS)) == VERSION_1


def test_gear_of_the_first_edition_obeys_what_was_there_before() -> None:
    bench = first()
    bench.send(general.DAPC(ADDRESS, 40))
    assert bench.send(general.QueryActualLevel(ADDRESS)) == 40
    bench.configure(general.SetFadeTime(ADDRESS), 3)
    assert bench.send(general.QueryFadeTimeFadeRate(ADDRESS)) == 0x37


@pytest.mark.parametrize(("types", "answer"), [((), 0), ((6,), 6), ((6, 8), MASK)])
def test_gear_of_the_first_edition_has_no_word_for_no_device_type(types: tuple[int, ...], answer: int) -> None:
    assert first(device_types=types).send(general.QueryDeviceType(ADDRESS)) == answer


# --- The snapshot


def test_a_snapshot_says_who_the_gear_is() -> None:
    bench = Bench(
        GearSpecification(
            name="Desk",
            room="Office",
            short_address=ADDRESS,
            gtin=4_012_345_678_901,
            serial=77,
            unit_index=1,
            unit_count=2,
            edition=2,
            device_types=(6,),
        )
    )
    said = {"name": "Desk", "room": "Office", "gtin": 4_012_345_678_901, "serial": 77, "unit": 1, "edition": 2}
    assert {field: bench.state[field] for field in said} == said
    assert bench.state["device_types"] == [6]
    assert bench.state["has_mains"] is bench.state["has_line_power"] is True
    assert bench.state["status"] == status(bench)
