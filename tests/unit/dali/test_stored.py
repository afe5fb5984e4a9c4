"""What gear keeps, and what configuration instructions make of it."""

import json

from dali.address import GearBroadcast
from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.configured import configured
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.stored import AFTER_RESET, SCENES, Stay, Stored

KEPT = Stored(
    power_on=Stay.AS_IT_WAS,
    system_failure=Level(100),
    fade_rate=7,
    scenes=(Level(0), Level(254), *[None] * (SCENES - 2)),
)
GEAR = Gear(address=1, minimum=Level(10), maximum=Level(200), groups=frozenset({3}), stored=KEPT)
ALL = GearBroadcast()


@pytest.mark.parametrize("stored", [Stored(), KEPT, AFTER_RESET, Stored(fade_rate=3)])
def test_what_is_written_down_comes_back(stored: Stored) -> None:
    gear = Gear(address=1, stored=stored)
    assert Gear.from_dict(json.loads(json.dumps(gear.as_dict()))) == gear


def test_gear_that_was_written_down_before_it_was_asked_comes_back() -> None:
    written = GEAR.as_dict()
    del written["stored"]
    assert Gear.from_dict(written).stored == Stored()


@pytest.mark.parametrize("stored", [[1, 2, 3], [300, 0, 7, None], [1, 0, 7, [1]], ["1", 0, 7, None], [1, 0, 7, 5]])
def test_what_can_not_be_is_not_taken(stored: list[object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Gear.from_dict(GEAR.as_dict() | {"stored": stored})


def test_it_is_complete_once_all_of_it_was_read() -> None:
    assert KEPT.complete
    assert AFTER_RESET.complete
    assert not Stored().complete
    assert not Stored(power_on=Level(0), system_failure=Level(0), fade_rate=7).complete


def test_off_is_a_level_of_a_scene_and_not_in_it_is_none() -> None:
    assert KEPT.scene(0) == 0
    assert KEPT.scene(5) is None
    assert Stored().scene(0) is None
    assert Stored().with_scene(0, Level(5)) == Stored()


@pytest.mark.parametrize(
    ("command", "dtr0", "expected"),
    [
        (general.AddToGroup(ALL, 15), None, {"groups": frozenset({3, 15})}),
        (general.RemoveFromGroup(ALL, 3), None, {"groups": frozenset()}),
        (general.SetMinLevel(ALL), 255, {"minimum": 200}),
        (general.SetMaxLevel(ALL), 5, {"maximum": 10}),
        (general.SetMaxLevel(ALL), None, {}),
        (general.QueryStatus(ALL), 5, {}),
    ],
)
def test_instructions_change_how_gear_is_set(command: Command, dtr0: int | None, expected: dict[str, object]) -> None:
    after = configured(GEAR, command, dtr0)
    for name in ("groups", "minimum", "maximum", "stored"):
        assert getattr(after, name) == expected.get(name, getattr(GEAR, name))


@pytest.mark.parametrize(
    ("command", "dtr0", "name", "expected"),
    [
        (general.SetPowerOnLevel(ALL), 0, "power_on", 0),
        (general.SetPowerOnLevel(ALL), 255, "power_on", Stay.AS_IT_WAS),
        (general.SetPowerOnLevel(ALL), None, "power_on", None),
        (general.SetSystemFailureLevel(ALL), 255, "system_failure", Stay.AS_IT_WAS),
        (general.SetSystemFailureLevel(ALL), None, "system_failure", None),
        (general.SetFadeRate(ALL), 200, "fade_rate", 15),
        (general.SetFadeRate(ALL), 0, "fade_rate", 1),
        (general.SetScene(ALL, 1), None, "scenes", None),
    ],
)
def test_instructions_change_what_gear_keeps(command: Command, dtr0: int | None, name: str, expected: object) -> None:
    assert getattr(configured(GEAR, command, dtr0).stored, name) == expected


def test_instructions_change_one_scene() -> None:
    after = configured(GEAR, general.SetScene(ALL, 4), 77).stored
    assert (after.scene(4), after.scene(1)) == (77, 254)
    assert configured(GEAR, general.SetScene(ALL, 1), 255).stored.scene(1) is None
    assert configured(GEAR, general.RemoveFromScene(ALL, 1), None).stored.scene(1) is None
