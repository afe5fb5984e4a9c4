"""Plans of frames: the fewest there can be, and everyone where they should be, whoever else hears them."""

from collections.abc import Iterator, Mapping
from itertools import combinations
import random
import time
from typing import Any

from dali.address import GearBroadcast, GearGroup, GearShort
from dali.command import Command
from dali.gear import colour, general
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.covering import cover
from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE, Fade, FadeSetting
from custom_components.smart_lighting_ai_dali.dali.frame_planner import Attribute, Hearer, Step, plan_frames
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.level import HIGHEST, OFF, Level
from custom_components.smart_lighting_ai_dali.dali.target import ColourTemperature, Recall, Rgbwaf, Target, Xy
from custom_components.smart_lighting_ai_dali.dali.timing import forward_frame
from custom_components.smart_lighting_ai_dali.simulator.gear import Gear as SimulatedGear
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .plans import commands_of, count_frames

WARM = ColourTemperature(370)
STAGED = [
    str(command)
    for command in (general.DTR0(370 & 255), general.DTR1(1), colour.SetTemporaryColourTemperature(GearShort(0)))
]


def hearer(
    address: int, *groups: int, level: int | None = None, fade: FadeSetting | None = None, **more: Any
) -> Hearer:
    """Return a gear of the second edition."""
    described = {"edition": 2, **more.pop("gear", {})}
    gear = Gear(address=address, groups=frozenset(groups), **described)
    return Hearer(
        gear=gear,
        level=None if level is None else Level(level),
        fade=FadeSetting(0, 0) if fade is None else fade,
        **more,
    )


def line(*hearers: Hearer) -> dict[str, Hearer]:
    """Return gear by key."""
    return {one.gear.key: one for one in hearers}


def to(level: int | Recall | None = None, **more: Any) -> Target:
    """Return a target."""
    return Target(level=Level(level) if isinstance(level, int) else level, **more)


def colour_gear(address: int, **more: Any) -> Hearer:
    """Return a gear of device type 8 whose levels activate what is staged."""
    return hearer(address, gear={"device_types": (8,)}, automatic_activation=True, **more)


def planned(targets: Mapping[str, Target], hearers: Mapping[str, Hearer], **more: Any) -> list[str]:
    """Return a plan in words."""
    return [str(command) for command in commands_of(plan_frames(targets, hearers, **{"all_known": True, **more}))]


def words(*commands: Command) -> list[str]:
    """Return commands in words."""
    return [str(command) for command in commands]


def test_all_gear_at_one_level_is_one_frame() -> None:
    gear = line(*(hearer(address) for address in range(64)))
    assert planned(dict.fromkeys(gear, to(100)), gear) == words(general.DAPC(GearBroadcast(), 100))


def test_a_group_that_matches_is_one_frame() -> None:
    gear = line(*(hearer(address, *([3] if address < 20 else [])) for address in range(64)))
    targets = {f"a{address}": to(100) for address in range(20)}
    assert planned(targets, gear) == words(general.DAPC(GearGroup(3), 100))


def test_no_frame_goes_to_several_where_others_may_hear_it() -> None:
    gear = line(hearer(0, 1), hearer(1, 1))
    assert planned(dict.fromkeys(gear, to(9)), gear, all_known=False) == words(
        general.DAPC(GearShort(0), 9), general.DAPC(GearShort(1), 9)
    )


@pytest.mark.parametrize(("level", "frames"), [(None, 2), (OFF, 2), (100, 1)])
def test_who_hears_a_frame_without_a_target_stands_there_already(level: int | None, frames: int) -> None:
    gear = line(hearer(0), hearer(1), hearer(2, level=level))
    assert len(planned({"a0": to(100), "a1": to(100)}, gear)) == frames


def test_a_colour_that_someone_staged_is_not_set_off() -> None:
    gear = line(hearer(0), hearer(1), colour_gear(2, level=100))
    assert len(planned({"a0": to(100), "a1": to(100)}, gear)) == 2


def test_what_comes_first_is_sent_first() -> None:
    gear = line(hearer(0), hearer(1), hearer(2))
    assert planned({"a2": to(1), "a0": to(2), "a1": to(3)}, gear) == words(
        general.DAPC(GearShort(2), 1), general.DAPC(GearShort(0), 2), general.DAPC(GearShort(1), 3)
    )


def test_gear_that_its_limits_take_to_its_target_agrees() -> None:
    dim = hearer(1, gear={"minimum": Level(100)})
    gear = line(hearer(0), dim)
    assert len(planned({"a0": to(20), "a1": to(100)}, gear)) == 1
    unsure = line(hearer(0), hearer(1, gear={"minimum": Level(100)}, limits_known=False))
    assert len(planned({"a0": to(20), "a1": to(100)}, unsure)) == 2


def test_a_fade_is_set_once_for_all_who_share_it() -> None:
    gear = line(*(hearer(address) for address in range(64)))
    assert planned(dict.fromkeys(gear, to(100, fade=Fade(4))), gear) == words(
        general.DTR0(4), general.SetFadeTime(GearBroadcast()), general.DAPC(GearBroadcast(), 100)
    )
    assert count_frames(plan_frames(dict.fromkeys(gear, to(100, fade=Fade(4))), gear, all_known=True)) == 4


def test_a_fade_is_set_only_where_it_is_another() -> None:
    set_already = FadeSetting(4, 0)
    gear = line(hearer(0, fade=set_already), hearer(1), hearer(2, fade=FadeSetting()))
    targets = {"a0": to(1, fade=Fade(4)), "a1": to(2, fade=Fade(4))}
    assert planned(targets, gear) == words(
        general.DAPC(GearShort(0), 1),
        general.DTR0(4),
        general.SetFadeTime(GearShort(1)),
        general.DAPC(GearShort(1), 2),
    )


def test_both_parts_of_no_fade_are_set_with_one_register() -> None:
    gear = line(hearer(0, fade=FadeSetting()))
    assert planned({"a0": to(1, fade=AT_ONCE)}, gear)[:-1] == words(
        general.DTR0(0), general.SetFadeTime(GearShort(0)), general.SetExtendedFadeTime(GearShort(0))
    )


def test_gear_of_the_first_edition_hears_no_extended_fade() -> None:
    gear = line(hearer(0), hearer(1), hearer(2, gear={"edition": 1}))
    targets = dict.fromkeys(gear, to(1, fade=Fade(0, 0x23)))
    assert planned(targets, gear) == words(
        general.DTR0(0x23), general.SetExtendedFadeTime(GearBroadcast()), general.DAPC(GearBroadcast(), 1)
    )


def test_the_last_active_level_is_each_ones_own() -> None:
    gear = line(hearer(0), hearer(1), hearer(2, gear={"edition": 1}))
    assert planned(dict.fromkeys(gear, to(Recall.LAST_ACTIVE)), gear) == words(
        general.GoToLastActiveLevel(GearShort(0)),
        general.GoToLastActiveLevel(GearShort(1)),
        general.RecallMaxLevel(GearShort(2)),
    )


def test_one_colour_and_64_levels_are_68_frames() -> None:
    gear = line(*(colour_gear(address, level=OFF) for address in range(64)))
    targets = {f"a{address}": to(100 + address, colour=WARM) for address in range(64)}
    steps = plan_frames(targets, gear, all_known=True)
    assert count_frames(steps) == 68
    assert words(*commands_of(steps))[:3] == words(
        general.DTR0(370 & 255), general.DTR1(1), colour.SetTemporaryColourTemperature(GearBroadcast())
    )


@pytest.mark.parametrize(
    ("wanted", "frames"),
    [
        (WARM, 5),
        (Xy(x=1000, y=2000), 9),
        (Rgbwaf(red=1, green=2, blue=3, white=4, amber=5, free=6), 11),
    ],
)
def test_a_colour_and_a_level_are_one_fade(wanted: Any, frames: int) -> None:
    gear = line(colour_gear(0, level=OFF))
    steps = plan_frames({"a0": to(9, colour=wanted)}, gear, all_known=True)
    assert count_frames(steps) == frames
    assert words(*commands_of(steps))[-1:] == words(general.DAPC(GearShort(0), 9))


def test_a_level_that_activates_no_colour_for_sure_is_not_relied_on() -> None:
    activated = words(colour.Activate(GearShort(0)))
    level = words(general.DAPC(GearShort(0), 9))
    for target, known in (
        (to(colour=WARM), colour_gear(0, level=9)),
        (to(9, colour=WARM), colour_gear(0, level=9)),
    ):
        assert planned({"a0": target}, line(known)) == STAGED + activated
    passive = hearer(0, gear={"device_types": (8,)}, level=OFF, automatic_activation=False)
    assert planned({"a0": to(9, colour=WARM)}, line(passive)) == STAGED + level + activated


def test_a_colour_that_a_level_may_have_activated_is_staged_after_it() -> None:
    """An ACTIVATE without anything staged would end a colour's fade."""
    activated = words(colour.Activate(GearShort(0)))
    level = words(general.DAPC(GearShort(0), 9))
    unsure = hearer(0, gear={"device_types": (8,)}, level=OFF)
    for known in (colour_gear(0), unsure):
        assert planned({"a0": to(9, colour=WARM)}, line(known)) == level + STAGED + activated
    last = words(general.GoToLastActiveLevel(GearShort(0)))
    assert planned({"a0": to(Recall.LAST_ACTIVE, colour=WARM)}, line(colour_gear(0))) == last + STAGED + activated


def test_a_colour_that_waits_in_gear_is_not_staged_again() -> None:
    gear = line(colour_gear(0, level=OFF, staged=WARM))
    assert planned({"a0": to(9, colour=WARM)}, gear) == words(general.DAPC(GearShort(0), 9))


def test_channels_that_stay_as_they_are_are_not_said() -> None:
    gear = line(colour_gear(0, level=OFF))
    red = Rgbwaf(red=254, green=0, blue=0, white=255, amber=255, free=255)
    assert count_frames(plan_frames({"a0": to(9, colour=red)}, gear, all_known=True)) == 6


def test_no_staging_takes_longer_than_a_transaction_should() -> None:
    gear = line(*(colour_gear(address, level=OFF) for address in range(20)))
    wanted = Rgbwaf(red=1, green=2, blue=3, white=4, amber=5, free=6)
    steps = plan_frames(dict.fromkeys(gear, to(9, colour=wanted)), gear, all_known=False)
    staging = [step for step in steps if step.attribute is Attribute.STAGED_COLOUR]
    assert max(count_frames((step,)) for step in staging) <= 14
    assert frozenset().union(*(step.gear for step in staging)) == set(gear)
    assert all(step.carries == step.gear for step in steps if step.attribute is Attribute.LEVEL)


def test_a_colour_is_staged_in_nobody_else() -> None:
    gear = line(colour_gear(0, level=1), colour_gear(1, level=1), colour_gear(2, level=1), hearer(3))
    steps = plan_frames({"a0": to(9, colour=WARM), "a1": to(9, colour=WARM)}, gear, all_known=True)
    assert count_frames(steps) == 2 + 2 * 2 + 2


def test_targets_of_others_are_carried_where_that_costs_nothing() -> None:
    gear = line(hearer(0), hearer(1), hearer(2))
    targets = dict.fromkeys(gear, to(50))
    (step,) = plan_frames(targets, gear, all_known=True, wanted={"a0", "a1"})
    assert step.carries == {"a0", "a1", "a2"}
    targets["a2"] = to(60)
    steps = plan_frames(targets, gear, all_known=True, wanted={"a0", "a1"})
    assert [step.carries for step in steps] == [{"a0"}, {"a1"}]
    targets["a2"] = to(50, fade=Fade(7))
    assert len(plan_frames(targets, gear, all_known=True, wanted={"a0", "a1"})) == 2


# Against every other plan

SMALL_LEVELS = st.sampled_from([0, 1, 90, 254])
FADES = st.sampled_from([Fade(3), Fade(0, 3), Fade(0, 0)])


@st.composite
def small_lines(draw: st.DrawFn) -> tuple[dict[str, Target], dict[str, Hearer]]:
    """Draw a line of up to five gear in up to four groups, with targets for some."""
    hearers: list[Hearer] = []
    for address in range(draw(st.integers(1, 5))):
        setting = st.builds(FadeSetting, st.sampled_from([None, 0, 3]), st.sampled_from([None, 0, 3]))
        hearers.append(
            hearer(
                address,
                *draw(st.frozensets(st.integers(0, 3))),
                level=draw(st.none() | SMALL_LEVELS),
                fade=draw(setting),
                gear={"edition": draw(st.sampled_from([1, 2])), "minimum": Level(draw(st.sampled_from([1, 90])))},
            )
        )
    gear = line(*hearers)
    targets = {
        key: to(draw(SMALL_LEVELS), fade=draw(st.none() | FADES))
        for key in draw(st.sets(st.sampled_from(sorted(gear))))
    }
    return targets, gear


def heard_by(address: Any, gear: Gear) -> bool:
    """Tell whether a gear hears an address."""
    match address:
        case GearBroadcast():
            return True
        case GearGroup():
            return address.group in gear.groups
        case _:
            return bool(address.address == gear.address)


def addresses(gear: Mapping[str, Hearer]) -> Iterator[Any]:
    """Return everything that a frame may be sent to."""
    yield GearBroadcast()
    for group in sorted({group for one in gear.values() for group in one.gear.groups}):
        yield GearGroup(group)
    for one in gear.values():
        yield GearShort(one.gear.address)


def fewest(heard: list[frozenset[str]], missing: frozenset[str]) -> int:
    """Return how many of these together reach all that are missing, by trying everything."""
    useful = sorted({one & missing for one in heard if one & missing}, key=sorted)
    for number in range(len(missing) + 1):
        if any(frozenset().union(*some) >= missing for some in combinations(useful, number)):
            return number
    raise AssertionError("out of reach")


def least_frames(targets: Mapping[str, Target], gear: Mapping[str, Hearer]) -> int:
    """Return the fewest frames, by trying all sets of frames that harm nobody."""
    everywhere = [
        (address, frozenset(key for key, one in gear.items() if heard_by(address, one.gear)))
        for address in addresses(gear)
    ]

    def ends(key: str, level: int) -> bool:
        target, one = targets.get(key), gear[key]
        aim = one.level if target is None else target.level
        if not isinstance(aim, int):
            return False
        return one.gear.clamp(Level(level)) == (aim if target is None else one.gear.clamp(Level(aim)))

    levels = [
        heard
        for _, heard in everywhere
        for level in {int(target.level) for target in targets.values() if isinstance(target.level, int)}
        if all(ends(key, level) for key in heard)
    ]
    frames = fewest(levels, frozenset(targets))
    codes = {key: target.fade.code for key, target in targets.items() if target.fade is not None}
    extended = {
        key: target.fade.extended
        for key, target in targets.items()
        if target.fade is not None and target.fade.code == 0 and gear[key].gear.edition == 2
    }
    staged = set()
    for aims, known, deaf in (
        (codes, {key: one.fade.code for key, one in gear.items()}, frozenset[str]()),
        (
            extended,
            {key: one.fade.extended for key, one in gear.items()},
            frozenset(key for key, one in gear.items() if one.gear.edition == 1),
        ),
    ):
        for value in set(aims.values()):
            missing = frozenset(key for key, aim in aims.items() if aim == value and known[key] != value)
            agreeing = {key for key in gear if key in deaf or aims.get(key, known[key]) == value}
            if missing:
                staged.add(value)
                frames += 2 * fewest([heard for _, heard in everywhere if heard <= agreeing], missing)
    return frames + len(staged)


class Table:
    """What gear do when frames come, after the standard and in few words."""

    def __init__(self, gear: Mapping[str, Hearer]) -> None:
        self.gear = gear
        self.levels = {key: one.level for key, one in gear.items()}
        self.fades = {key: one.fade for key, one in gear.items()}
        self.at: dict[str, FadeSetting] = {}
        self.register = 0

    def run(self, steps: tuple[Step, ...]) -> None:
        """Hear all frames of a plan."""
        for command in commands_of(steps):
            if isinstance(command, general.DTR0):
                self.register = command.param
                continue
            destination = getattr(command, "destination", None)
            for key, one in self.gear.items():
                if heard_by(destination, one.gear):
                    self._hear(key, one.gear, command)

    def _hear(self, key: str, gear: Gear, command: Command) -> None:
        match command:
            case general.DAPC():
                self.levels[key] = gear.clamp(Level(command.power))
                self.at[key] = self.fades[key]
            case general.SetFadeTime():
                self.fades[key] = FadeSetting(self.register, self.fades[key].extended)
            case general.SetExtendedFadeTime() if gear.edition == 2:
                self.fades[key] = FadeSetting(self.fades[key].code, self.register)


@given(small_lines())
@settings(max_examples=150, deadline=None)
def test_no_plan_has_fewer_frames_and_everyone_is_where_they_should_be(
    drawn: tuple[dict[str, Target], dict[str, Hearer]],
) -> None:
    targets, gear = drawn
    steps = plan_frames(targets, gear, all_known=True)
    assert count_frames(steps) == least_frames(targets, gear)
    assert set().union(*(step.carries for step in steps)) == set(targets)
    assert sum(len(step.carries) for step in steps) == len(targets)
    table = Table(gear)
    table.run(steps)
    for key, one in gear.items():
        target = targets.get(key)
        if target is None:
            assert (table.levels[key], table.fades[key]) == (one.level, one.fade)
            continue
        assert isinstance(target.level, int)
        assert table.levels[key] == one.gear.clamp(target.level)
        if target.fade is None:
            assert table.at[key] == one.fade
        else:
            assert table.at[key].code == target.fade.code
            if target.fade.code == 0 and one.gear.edition == 2:
                assert table.at[key].extended == target.fade.extended


# Against simulated gear


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_a_whole_line_of_simulated_gear_is_where_it_should_be(seed: int) -> None:
    chance = random.Random(seed)
    values = [OFF, 1, 100, 254][: chance.randint(2, 4)]
    bias = chance.random()
    specifications = [
        GearSpecification(
            short_address=address,
            gtin=1,
            serial=address,
            edition=chance.choice((1, 2, 2, 2)),
            minimum=chance.choice((1, 1, 90)),
            groups=frozenset(group for group in range(16) if chance.random() < bias),
            fade_time=chance.choice((0, 0, 4)),
            level=chance.choice(values),
        )
        for address in range(64)
    ]
    simulated = [SimulatedGear(one, random=chance) for one in specifications]
    now = 10.0
    before = [(one.actual_level(now), one.snapshot(now)["fade_time"]) for one in simulated]
    gear = line(
        *(
            hearer(
                address,
                *one.groups,
                level=before[address][0],
                fade=FadeSetting(one.fade_time, 0),
                gear={"edition": one.edition, "minimum": Level(one.minimum or 1)},
            )
            for address, one in enumerate(specifications)
        )
    )
    shared = chance.random()
    one_of_all = to(chance.choice(values), fade=Fade(2))
    targets = {
        key: one_of_all if chance.random() < shared else to(chance.choice(values), fade=chance.choice((None, Fade(4))))
        for key in gear
        if chance.random() < 0.9
    }
    steps = plan_frames(targets, gear, all_known=True)
    for command in commands_of(steps):
        for _ in range(2 if command.sendtwice else 1):
            now += 0.03
            for one in simulated:
                one.receive(command.frame.as_integer, now)
    now += 100
    for address, one in enumerate(simulated):
        target = targets.get(f"a{address}")
        fade_time = one.snapshot(now)["fade_time"]
        if target is None:
            assert (one.actual_level(now), fade_time) == before[address]
        else:
            assert isinstance(target.level, int)
            assert one.actual_level(now) == gear[f"a{address}"].gear.clamp(target.level)
            assert fade_time == (before[address][1] if target.fade is None else target.fade.code)
    single = plan_frames(targets, gear, all_known=False)
    assert count_frames(steps) <= count_frames(single)


# Time, and the choice of addresses


@given(st.lists(st.integers(0, 2**10 - 1), max_size=10), st.integers(0, 2**10 - 1))
def test_no_choice_of_sets_covers_more_cheaply(sets: list[int], wanted: int) -> None:
    def cost(numbers: tuple[int, ...]) -> int:
        rest = wanted
        for number in numbers:
            rest &= ~sets[number]
        return len(numbers) + rest.bit_count()

    least = min(cost(numbers) for size in range(len(sets) + 1) for numbers in combinations(range(len(sets)), size))
    assert cost(tuple(cover(sets, wanted))) == least


@pytest.mark.parametrize("members", [2, 3, 5, 8, 12])
def test_a_plan_is_made_before_the_frame_ahead_of_it_has_ended(members: int) -> None:
    chance = random.Random(members)
    slowest = 0.0
    for _ in range(20):
        groups = [chance.sample(range(16), members) for _ in range(63)]
        stranger = hearer(63, level=None)
        gear = line(*(hearer(address, *groups[address]) for address in range(63)), stranger)
        targets = {key: to(int(HIGHEST)) for key in gear if key != "a63"}
        durations = []
        for _ in range(3):
            begun = time.process_time()
            plan_frames(targets, gear, all_known=True)
            durations.append(time.process_time() - begun)
        slowest = max(slowest, min(durations))
    # Three milliseconds on a common machine.
    assert slowest < forward_frame(16)
