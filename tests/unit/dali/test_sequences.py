"""Our sequences against simulated gear, frame by frame."""

from typing import Any

from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali import sequences
from custom_components.smart_lighting_ai_dali.dali.errors import AnswersCollidedError, NoAnswerError
from custom_components.smart_lighting_ai_dali.dali.fade import Fade
from custom_components.smart_lighting_ai_dali.dali.gear import Gear, GearIdentity
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.state import Reading
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .sequence_bench import Bench, lamp


def test_a_gear_is_described_whole() -> None:
    bench = Bench(
        lamp(
            5,
            minimum=90,
            maximum=250,
            physical_minimum=85,
            fade_time=4,
            extended_fade=0x21,
            groups=frozenset({0, 9}),
            firmware=(2, 5),
            hardware=(1, 3),
            unit_index=1,
            unit_count=2,
        )
    )
    gear = bench.run(sequences.describe(5))
    assert gear == Gear(
        address=5,
        identity=GearIdentity(4_000_000_000_001, 82, 1),
        device_types=(6,),
        firmware="2.5",
        hardware="1.3",
        units=2,
        edition=2,
        physical_minimum=Level(85),
        minimum=Level(90),
        maximum=Level(250),
        fade=Fade(4, 0x21),
        groups=frozenset({0, 9}),
    )
    # Nine settings, then the bank: two registers, 24 locations, and the proof that the registers stand where they must.
    assert len(bench.sent) == 9 + 2 + 24 + 2


def test_gear_of_the_first_edition_has_less_to_tell() -> None:
    gear = Bench(lamp(5, edition=1, fade_time=3)).run(sequences.describe(5))
    assert gear.edition == 1
    assert gear.fade == Fade(3)
    assert gear.identity == GearIdentity(4_000_000_000_001, 82, 0)


def test_several_device_types_are_listed_in_order() -> None:
    bench = Bench(lamp(1, device_types=(6, 8, 51)), lamp(2, device_types=()))
    assert bench.run(sequences.read_device_types(1, 2)) == (6, 8, 51)
    assert bench.run(sequences.read_device_types(2, 2)) == ()


def test_a_list_of_device_types_that_was_disturbed_is_read_again() -> None:
    bench = Bench(lamp(1, device_types=(6, 8, 51)), lost=frozenset({3}))
    assert bench.run(sequences.read_device_types(1, 2)) == (6, 8, 51)


def test_device_types_that_never_come_whole_are_no_answer() -> None:
    bench = Bench(lamp(1, device_types=(6, 8)), lost=frozenset({2, 4, 6}))
    with pytest.raises(NoAnswerError):
        bench.run(sequences.read_device_types(1, 2))


def test_a_gear_without_a_number_is_known_by_its_random_address() -> None:
    bench = Bench(GearSpecification(short_address=3, gtin=0, serial=0, random_address=0x123456))
    gear = bench.run(sequences.describe(3))
    assert gear.identity is None
    assert gear.random_address == 0x123456
    blank = Bench(GearSpecification(short_address=3, gtin=0, serial=0, random_address=0xFFFFFF))
    assert blank.run(sequences.describe(3)).key == "a3"


def test_gear_of_the_first_edition_is_asked_for_each_type() -> None:
    bench = Bench(lamp(1, edition=1, device_types=(6, 8)))
    assert bench.run(sequences.describe(1)).device_types == (6, 8)


@pytest.mark.parametrize("lost", range(1, 30))
def test_memory_is_read_right_whichever_frame_is_lost(lost: int) -> None:
    bench = Bench(lamp(1), lost=frozenset({lost}))
    memory = bench.run(sequences.read_memory(1, 0, 0x03, 0x1A))
    assert bytes(memory[location] for location in range(0x0B, 0x13)) == (78).to_bytes(8)
    assert memory.keys() == set(range(0x03, 0x1B))


@pytest.mark.parametrize("register", [general.DTR0(7), general.DTR1(1)])
@pytest.mark.parametrize("after", range(1, 29))
def test_memory_is_read_right_whenever_another_master_uses_the_registers(after: int, register: Command) -> None:
    bench = Bench(lamp(1))
    bench.intruders = {after: register}
    memory = bench.run(sequences.read_memory(1, 0, 0x03, 0x1A))
    assert bytes(memory[location] for location in range(0x0B, 0x13)) == (78).to_bytes(8)


def test_memory_that_others_never_leave_alone_is_no_answer() -> None:
    bench = Bench(lamp(1))
    bench.intruders = {number: general.DTR0(0) for number in range(2, 400)}
    with pytest.raises(NoAnswerError):
        bench.run(sequences.describe(1))


def test_a_gear_whose_number_can_not_be_read_is_no_other_gear() -> None:
    # The last location of the bank, which every gear of the second edition has, is never heard.
    bench = Bench(lamp(1), lost=frozenset({9 + 2 + 24, *range(40, 200)}))
    with pytest.raises(NoAnswerError):
        bench.run(sequences.describe(1))


def test_memory_is_read_right_when_others_go_in_between() -> None:
    bench = Bench(lamp(1))
    bench.wanted = True
    bench.visitors = [general.DTR0(7), general.DTR1(1), general.DTR0(0)]
    memory = bench.run(sequences.read_memory(1, 0, 0x03, 0x1A))
    assert bytes(memory[location] for location in range(0x0B, 0x13)) == (78).to_bytes(8)


def test_what_memory_lacks_is_left_out() -> None:
    bench = Bench(lamp(1))
    assert bench.run(sequences.read_memory(1, 0, 0x19, 0xF0)).keys() >= {0x19, 0x1A}
    with pytest.raises(NoAnswerError):
        bench.run(sequences.read_memory(2, 0, 0, 5))


def test_a_gear_that_is_known_is_recognised_in_16_frames() -> None:
    bench = Bench(lamp(1, firmware=(2, 5)))
    gear = bench.run(sequences.describe(1))
    bench.sent.clear()
    assert bench.run(sequences.recognise(gear))
    assert len(bench.sent) == 16
    assert bench.run(sequences.describe(1, gear)) == gear


@pytest.mark.parametrize("other", [{"serial": 79}, {"gtin": 4_000_000_000_002}, {"firmware": (1, 1)}])
def test_another_gear_at_its_address_is_not_taken_for_it(other: dict[str, Any]) -> None:
    gear = Bench(lamp(1)).run(sequences.describe(1))
    replaced = GearSpecification(**{"short_address": 1, "gtin": 4_000_000_000_001, "serial": 78, **other})
    bench = Bench(replaced)
    assert not bench.run(sequences.recognise(gear))
    assert bench.run(sequences.describe(1, gear)) == Bench(replaced).run(sequences.describe(1))


def test_channels_of_one_piece_are_told_apart_by_all_of_their_memory() -> None:
    first, second = lamp(1, unit_count=2), lamp(1, unit_count=2, unit_index=1)
    gear = Bench(first).run(sequences.describe(1))
    assert gear.units == 2
    found = Bench(second).run(sequences.describe(1, gear))
    assert found.identity is not None
    assert found.identity.unit == 1


def test_a_question_is_asked_three_times() -> None:
    bench = Bench(lamp(1), lost=frozenset({1, 2}))
    assert bench.run(sequences.read_state(Gear(address=1))).level == 254
    with pytest.raises(NoAnswerError):
        bench.run(sequences.read_state(Gear(address=2)))


def test_two_gear_with_one_address_collide() -> None:
    bench = Bench(lamp(1), lamp(1))
    assert bench.run(sequences.is_present(1))
    with pytest.raises(AnswersCollidedError):
        bench.run(sequences.describe(1))


def test_a_state_is_status_and_level_and_the_fade_where_wanted() -> None:
    bench = Bench(lamp(1, level=0, fade_time=5, lamp_failure=True))
    reading = bench.run(sequences.read_state(Gear(address=1, edition=2), fade=True))
    assert isinstance(reading, Reading)
    assert reading.lamp_failure
    assert reading.fade == Fade(5)
