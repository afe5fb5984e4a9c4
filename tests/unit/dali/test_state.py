"""What frames and answers tell about gear."""

from dataclasses import replace

from dali.address import DeviceShort, GearBroadcast, GearGroup, GearShort
from dali.command import Command
from dali.device.general import QueryDeviceStatus
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import GearUnknownError
from custom_components.smart_lighting_ai_dali.dali.fade import Fade, FadeSetting
from custom_components.smart_lighting_ai_dali.dali.gear import Gear, GearIdentity
from custom_components.smart_lighting_ai_dali.dali.level import MASK, Level
from custom_components.smart_lighting_ai_dali.dali.state import Effect, GearState, KnownState, Origin, Reading
from custom_components.smart_lighting_ai_dali.dali.stored import AFTER_RESET

DESK = Gear(
    address=1,
    identity=GearIdentity(4, 1, 0),
    minimum=Level(85),
    maximum=Level(200),
    fade=Fade(4),
    groups=frozenset({3}),
)
DOOR = Gear(address=2, random_address=0xABCDEF, edition=2)
BOTH = {DESK.key, DOOR.key}


@pytest.fixture
def known() -> KnownState:
    """Return the state of a line with two gear, of which nothing is known yet."""
    return KnownState((DESK, DOOR))


def see(known: KnownState, *commands: Command, own: bool = True) -> Effect:
    """Let commands pass on the line, as often as the standard wants them, and return what the last one did."""
    effect = Effect()
    for command in commands:
        for _ in range(2 if command.sendtwice else 1):
            effect = known.see(command.frame, own=own)
    return effect


def levels(known: KnownState) -> tuple[int | None, int | None]:
    """Return the levels of desk and door."""
    return known.state(DESK.key).level, known.state(DOOR.key).level


def test_at_first_nothing_is_known() -> None:
    assert KnownState((DESK,)).state(DESK.key) == GearState()


def test_a_level_that_was_sent_is_the_state(known: KnownState) -> None:
    effect = see(known, general.DAPC(GearShort(1), 120))
    assert effect == Effect(changed=frozenset({DESK.key}), levels=frozenset({DESK.key}))
    assert known.state(DESK.key) == GearState(level=Level(120), last_level=Level(120), origin=Origin.SENT)
    assert levels(known) == (120, None)


def test_the_same_level_again_changes_nothing(known: KnownState) -> None:
    see(known, general.DAPC(GearShort(1), 120))
    assert see(known, general.DAPC(GearShort(1), 120)) == Effect(levels=frozenset({DESK.key}))


def test_another_masters_frame_is_as_good_as_ours(known: KnownState) -> None:
    see(known, general.DAPC(GearShort(2), 99), own=False)
    assert known.state(DOOR.key).origin is Origin.OVERHEARD


@pytest.mark.parametrize(("sent", "level"), [(0, 0), (1, 85), (100, 100), (254, 200)])
def test_gear_keeps_its_limits(known: KnownState, sent: int, level: int) -> None:
    see(known, general.DAPC(GearShort(1), sent))
    assert levels(known)[0] == level


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (general.DAPC(GearBroadcast(), 150), (150, 150)),
        (general.DAPC(GearGroup(3), 150), (150, None)),
        (general.DAPC(GearGroup(4), 150), (None, None)),
        (general.RecallMaxLevel(GearBroadcast()), (200, 254)),
        (general.RecallMinLevel(GearBroadcast()), (85, 1)),
        (general.Off(GearBroadcast()), (0, 0)),
        (general.QueryActualLevel(GearShort(1)), (None, None)),
    ],
)
def test_everyone_who_is_meant_goes_there(
    known: KnownState, command: Command, expected: tuple[int | None, int | None]
) -> None:
    see(known, command)
    assert levels(known) == expected


def test_the_last_active_level_comes_back(known: KnownState) -> None:
    see(known, general.DAPC(GearShort(2), 77), general.Off(GearShort(2)), general.GoToLastActiveLevel(GearShort(2)))
    assert levels(known)[1] == 77


@pytest.mark.parametrize(
    "command",
    [
        general.DAPC(GearBroadcast(), MASK),
        general.GoToLastActiveLevel(GearBroadcast()),
        general.GoToScene(GearBroadcast(), 3),
        general.Up(GearBroadcast()),
        general.StepDownAndOff(GearBroadcast()),
        general.OnAndStepUp(GearBroadcast()),
        general.Reset(GearBroadcast()),
    ],
)
def test_where_only_the_gear_knows_it_has_to_be_asked(known: KnownState, command: Command) -> None:
    assert see(known, command).unread == BOTH
    assert levels(known) == (None, None)


def test_half_of_a_send_twice_command_does_nothing(known: KnownState) -> None:
    assert known.see(general.Reset(GearBroadcast()).frame, own=False) == Effect()
    known.see(general.DTR0(5).frame, own=False)
    known.see(general.SetFadeTime(GearShort(1)).frame, own=False)
    # The second may have been lost on the way to us: only the gear knows now.
    assert known.fade(DESK.key) == FadeSetting(None, 0)


def test_fade_times_are_known_by_what_set_them(known: KnownState) -> None:
    see(known, general.DTR0(9), general.SetFadeTime(GearShort(1)))
    assert known.fade(DESK.key) == FadeSetting(9, 0)
    assert known.fade(DOOR.key) == FadeSetting(0, 0)
    see(known, general.DTR0(0x25), general.SetExtendedFadeTime(GearBroadcast()))
    assert known.fade(DESK.key) == FadeSetting(9, 0x25)
    assert known.fade(DOOR.key) == FadeSetting(0, 0x25)


def test_a_fade_set_from_an_unknown_register_is_unknown(known: KnownState) -> None:
    see(known, general.SetFadeTime(GearShort(1)))
    assert known.fade(DESK.key) == FadeSetting(None, 0)


def test_after_a_time_out_of_sight_no_fade_is_taken_for_granted(known: KnownState) -> None:
    known.doubt()
    assert known.fade(DESK.key) == FadeSetting()
    see(known, general.DTR0(9), general.SetFadeTime(GearShort(1)))
    assert known.fade(DESK.key) == FadeSetting(9, None)
    known.answered(DOOR.key, Reading(status=0, level=0, fade=Fade(2)))
    assert known.fade(DOOR.key) == FadeSetting(2, 0)


def test_groups_and_limits_set_by_others_are_learned(known: KnownState) -> None:
    effect = see(known, general.AddToGroup(GearShort(2), 7), own=False)
    assert effect == Effect(settings=frozenset({DOOR.key}))
    effect = see(known, general.DTR0(100), general.SetMinLevel(GearShort(2)), own=False)
    # It may have had to move.
    assert effect == Effect(unread=frozenset({DOOR.key}), settings=frozenset({DOOR.key}))
    see(known, general.DTR0(180), general.SetMaxLevel(GearShort(2)), own=False)
    see(known, general.RemoveFromGroup(GearShort(1), 3), own=False)
    door = known.gear[DOOR.key]
    assert (door.groups, door.minimum, door.maximum) == (frozenset({7}), Level(100), Level(180))
    assert known.gear[DESK.key].groups == set()
    assert see(known, general.AddToGroup(GearShort(2), 7)) == Effect()


def test_limits_set_from_an_unknown_register_have_to_be_read(known: KnownState) -> None:
    see(known, general.DTR0(100), general.StoreActualLevelInDTR0(GearShort(2)))
    effect = see(known, general.SetMaxLevel(GearShort(1)), own=False)
    assert effect == Effect(unread=frozenset({DESK.key}))
    assert not known.limits_known(DESK.key)
    known.answered(DESK.key, Reading(status=0, level=0, limits=(Level(90), Level(180))))
    assert known.limits_known(DESK.key)
    assert (known.gear[DESK.key].minimum, known.gear[DESK.key].maximum) == (90, 180)


def test_a_reset_by_anyone_is_followed(known: KnownState) -> None:
    effect = see(known, general.Reset(GearShort(1)), own=False)
    assert effect.settings == effect.unread == {DESK.key}
    desk = known.gear[DESK.key]
    assert (desk.minimum, desk.maximum, desk.groups) == (desk.physical_minimum, 254, frozenset())
    assert known.fade(DESK.key) == FadeSetting()


SCENIC = replace(DESK, stored=AFTER_RESET.with_scene(3, Level(50)).with_scene(4, Level(0)).with_scene(5, Level(150)))


@pytest.mark.parametrize(("scene", "level"), [(3, 85), (4, 0), (5, 150), (6, 120)])
@pytest.mark.parametrize("own", [True, False])
def test_a_scene_that_was_read_is_known_at_once(*, scene: int, level: int, own: bool) -> None:
    known = KnownState((SCENIC,))
    see(known, general.DAPC(GearShort(1), 120))
    effect = see(known, general.GoToScene(GearBroadcast(), scene), own=own)
    assert known.state(DESK.key).level == level
    assert not effect.unread
    # What was read may be out of date: it is worth a look. Gear that is not in the scene stays as it is.
    assert effect.recalled == (set() if level == 120 else {DESK.key})
    assert known.state(DESK.key).origin is (Origin.SENT if own or level == 120 else Origin.OVERHEARD)


def test_a_scene_that_another_master_stores_is_learned() -> None:
    known = KnownState((SCENIC,))
    effect = see(known, general.DTR0(190), general.SetScene(GearGroup(3), 3), own=False)
    assert effect == Effect(settings=frozenset({DESK.key}))
    see(known, general.RemoveFromScene(GearShort(1), 5), own=False)
    stored = known.gear[DESK.key].stored
    assert (stored.scene(3), stored.scene(4), stored.scene(5)) == (190, 0, None)


def test_a_gear_keeps_what_was_read_when_it_is_found_again() -> None:
    known = KnownState((SCENIC,))
    assert not known.keep(DESK)
    assert known.gear[DESK.key] == SCENIC
    see(known, general.Reset(GearBroadcast()))
    assert known.gear[DESK.key].stored == AFTER_RESET


def test_a_gear_whose_address_another_has_can_not_be_found(known: KnownState) -> None:
    assert known.find(DESK.key) == DESK
    known.keep(Gear(address=1, random_address=5))
    with pytest.raises(GearUnknownError):
        known.find(DESK.key)


def test_a_frame_outdates_what_was_asked_before(known: KnownState) -> None:
    before = known.changes(DESK.key), known.changes(DOOR.key)
    see(known, general.DAPC(GearShort(1), 120))
    see(known, general.QueryStatus(GearShort(2)))
    assert known.changes(DESK.key) != before[0]
    assert known.changes(DOOR.key) == before[1]


def test_frames_for_control_devices_change_no_gear(known: KnownState) -> None:
    assert known.see(QueryDeviceStatus(DeviceShort(1)).frame, own=False) == Effect()


def test_an_answer_is_the_state(known: KnownState) -> None:
    assert known.answered(DESK.key, Reading(status=0b0000_0110, level=100))
    state = known.state(DESK.key)
    assert (state.level, state.origin, state.lamp_failure, state.gear_failure) == (100, Origin.ANSWERED, True, False)
    assert not known.answered(DESK.key, Reading(status=0b0000_0110, level=100))
    assert known.answered(DESK.key, Reading(status=0b0000_0001, level=100))
    assert known.state(DESK.key).gear_failure


def test_while_a_fade_runs_the_state_is_where_it_leads(known: KnownState) -> None:
    see(known, general.DAPC(GearShort(2), 200))
    known.answered(DOOR.key, Reading(status=0b0001_0100, level=31))
    assert levels(known)[1] == 200


def test_a_gear_on_its_way_to_a_level_that_only_it_knows_is_on(known: KnownState) -> None:
    known.answered(DOOR.key, Reading(status=0, level=0))
    see(known, general.GoToLastActiveLevel(GearShort(2)))
    known.answered(DOOR.key, Reading(status=0b0001_0100, level=31))
    assert levels(known)[1] == 31
    known.answered(DOOR.key, Reading(status=0b0000_0100, level=99))
    assert levels(known)[1] == 99
    see(known, general.DAPC(GearShort(2), 0))
    known.answered(DOOR.key, Reading(status=0b0001_0100, level=50))
    assert levels(known)[1] == 0


def test_a_gear_that_answers_while_it_fades_is_there(known: KnownState) -> None:
    see(known, general.DAPC(GearShort(2), 200))
    known.gone(DOOR.key)
    assert known.answered(DOOR.key, Reading(status=0b0001_0100, level=31))
    assert known.state(DOOR.key).available


def test_mask_is_unknown_and_never_full(known: KnownState) -> None:
    see(known, general.DAPC(GearShort(2), 200))
    known.answered(DOOR.key, Reading(status=0b0000_0010, level=MASK))
    assert levels(known)[1] is None


def test_one_silence_means_nothing_and_three_mean_gone(known: KnownState) -> None:
    assert [known.missed(DESK.key) for _ in range(4)] == [False, False, True, False]
    assert not known.state(DESK.key).available
    see(known, general.DAPC(GearShort(1), 100))
    assert not known.state(DESK.key).available
    assert known.answered(DESK.key, Reading(status=0, level=0))
    assert known.state(DESK.key).available
    assert not known.missed(DESK.key)


def test_a_gear_found_again_keeps_the_fade_it_was_commissioned_with(known: KnownState) -> None:
    moved = Gear(address=9, identity=DESK.identity, fade=Fade(11))
    assert known.keep(moved)
    assert known.gear[DESK.key].address == 9
    assert known.gear[DESK.key].fade == Fade(4)
    assert known.fade(DESK.key) == FadeSetting()
    assert not known.keep(moved)


def test_a_new_gear_at_an_old_ones_address_displaces_it(known: KnownState) -> None:
    spare = Gear(address=1, identity=GearIdentity(4, 2, 0))
    known.keep(spare)
    assert known.present(spare.key)
    assert not known.present(DESK.key)
    see(known, general.DAPC(GearShort(1), 100))
    assert known.state(DESK.key).level is None
    known.forget(DESK.key)
    assert DESK.key not in known.gear


@pytest.mark.parametrize("gear", [DESK, DOOR, Gear(address=63)])
def test_gear_survives_being_written_down(gear: Gear) -> None:
    assert Gear.from_dict(gear.as_dict()) == gear


def test_gear_is_named_by_what_stays_longest() -> None:
    assert [gear.key for gear in (DESK, DOOR, Gear(address=63))] == ["4-1-0", "rabcdef", "a63"]


def test_a_replacement_goes_by_the_key_of_the_gear_that_it_replaced(known: KnownState) -> None:
    new = Gear(address=1, identity=GearIdentity(4, 99, 0), goes_by=DESK.key)
    assert new.key == DESK.key
    assert Gear.from_dict(new.as_dict()) == new
    known.keep(new)
    assert known.gear.keys() == BOTH
    found = Gear(address=7, identity=GearIdentity(4, 99, 0))
    assert known.recognise(found).key == DESK.key
    assert known.recognise(DOOR) == DOOR
    # The broken one is repaired, and comes back.
    back = known.recognise(DESK)
    assert back.key not in BOTH
    known.keep(back)
    assert known.recognise(DESK) == back
    assert known.recognise(found).key == DESK.key


def test_gear_that_shares_its_address_is_not_talked_to_until_it_is_found(known: KnownState) -> None:
    known.displace({DESK.key})
    assert not known.present(DESK.key)
    assert not known.state(DESK.key).available
    assert known.present(DOOR.key)
    known.keep(DESK)
    assert known.present(DESK.key)
