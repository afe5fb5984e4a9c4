"""Settings are written only where they are others, and read back; against simulated gear, frame by frame."""

from dali.address import GearShort
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import NoAnswerError, SettingNotKeptError, TooManyWritesError
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.setting_sequences import (
    EXTENDED_FADE,
    FADE_RATE,
    FADE_TIME,
    MAXIMUM,
    MINIMUM,
    POWER_ON,
    SYSTEM_FAILURE,
    Kept,
    Setting,
    keep_groups,
    keep_number,
    keep_scene,
    read_kept,
)
from custom_components.smart_lighting_ai_dali.dali.stored import SCENES, Stay, Stored

from .sequence_bench import Bench, lamp


class Writes:
    """Allows so many writes, and counts them."""

    def __init__(self, most: int = 100) -> None:
        self.left = most
        self.counted = 0

    def __call__(self, writes: int) -> None:
        """Count, or turn down."""
        if writes > self.left:
            raise TooManyWritesError
        self.left -= writes
        self.counted += writes


def kept(bench: Bench) -> Kept:
    """Return what the only gear keeps."""
    answer: Kept = bench.run(read_kept(1))
    return answer


def test_all_that_gear_keeps_is_read_in_23_frames() -> None:
    bench = Bench(
        lamp(
            1,
            minimum=20,
            maximum=240,
            power_on_level=255,
            system_failure_level=0,
            fade_rate=5,
            fade_time=9,
            groups=frozenset({0, 15}),
            scenes={0: 0, 3: 77, 15: 254},
        )
    )
    assert kept(bench) == Kept(
        stored=Stored(
            power_on=Stay.AS_IT_WAS,
            system_failure=Level(0),
            fade_rate=5,
            scenes=tuple({0: Level(0), 3: Level(77), 15: Level(254)}.get(scene) for scene in range(SCENES)),
        ),
        groups=frozenset({0, 15}),
        minimum=Level(20),
        maximum=Level(240),
    )
    assert len(bench.sent) == 23


@pytest.mark.parametrize(
    ("setting", "number"),
    [
        (MINIMUM, 50),
        (MAXIMUM, 200),
        (POWER_ON, 255),
        (SYSTEM_FAILURE, 0),
        (FADE_TIME, 3),
        (FADE_RATE, 15),
        (EXTENDED_FADE, 0x23),
    ],
)
def test_a_number_is_written_once_and_read_back(setting: Setting, number: int) -> None:
    bench, writes = Bench(lamp(1)), Writes()
    bench.run(keep_number(setting, 1, number, writes))
    assert bench.run(setting.read(1)) == number
    query, store = setting.query(GearShort(1)), setting.store(GearShort(1))
    assert [str(command) for command in bench.sent[:4]] == [
        str(command) for command in (query, general.DTR0(number), store, query)
    ]
    bench.sent.clear()
    bench.run(keep_number(setting, 1, number, writes))
    assert [str(command) for command in bench.sent] == [str(query)]
    assert writes.counted == 1


def test_a_register_that_another_master_spoils_is_noticed_and_it_is_done_again() -> None:
    bench, writes = Bench(lamp(1)), Writes()
    bench.intruders[2] = general.DTR0(9)
    bench.run(keep_number(POWER_ON, 1, 100, writes))
    assert kept(bench).stored.power_on == 100
    assert writes.counted == 2


def test_a_lost_frame_is_sent_again() -> None:
    bench = Bench(lamp(1), lost=frozenset({3}))
    bench.run(keep_number(MINIMUM, 1, 50, Writes()))
    assert kept(bench).minimum == 50


def test_what_gear_does_not_take_is_an_error() -> None:
    bench, writes = Bench(lamp(1, physical_minimum=80)), Writes()
    with pytest.raises(SettingNotKeptError):
        bench.run(keep_number(MINIMUM, 1, 50, writes))
    assert writes.counted == 3


def test_gear_that_is_not_there_is_not_written_to() -> None:
    bench, writes = Bench(lamp(1)), Writes()
    for sequence in (keep_number(MINIMUM, 2, 50, writes), keep_groups(2, frozenset(), writes)):
        with pytest.raises(NoAnswerError):
            bench.run(sequence)
    assert writes.counted == 0
    assert all(command.is_query for command in bench.sent)


def test_what_may_not_be_written_is_not() -> None:
    bench = Bench(lamp(1, groups=frozenset({1})))
    for sequence in (
        keep_number(POWER_ON, 1, 7, Writes(0)),
        keep_scene(1, 3, Level(50), Writes(0)),
        keep_groups(1, frozenset({2, 3}), Writes(2)),
    ):
        with pytest.raises(TooManyWritesError):
            bench.run(sequence)
    assert all(command.is_query for command in bench.sent)


@pytest.mark.parametrize(
    ("before", "after", "writes"),
    [({1}, {1}, 0), ({1}, {2}, 2), (set(), set(range(16)), 16), ({0, 7, 8, 15}, set(), 4)],
)
def test_groups_become_just_these(before: set[int], after: set[int], writes: int) -> None:
    bench, counted = Bench(lamp(1, groups=frozenset(before))), Writes()
    bench.run(keep_groups(1, frozenset(after), counted))
    assert kept(bench).groups == after
    assert counted.counted == writes


def test_a_group_that_was_not_heard_is_told_again() -> None:
    bench = Bench(lamp(1), lost=frozenset({4}))
    bench.run(keep_groups(1, frozenset({1, 2, 3}), Writes()))
    assert kept(bench).groups == {1, 2, 3}


@pytest.mark.parametrize("level", [0, 1, 254, None])
def test_a_scene_is_stored_and_removed(level: int | None) -> None:
    bench, writes = Bench(lamp(1, scenes={3: 100})), Writes()
    wanted = None if level is None else Level(level)
    for _ in range(2):
        bench.run(keep_scene(1, 3, wanted, writes))
    assert kept(bench).stored.scene(3) == wanted
    assert writes.counted == 1
