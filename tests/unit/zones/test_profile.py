"""What people say that they want comes first: before what was learned of them, before the purpose, and before an AI."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
from types import MappingProxyType
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.plan import Mode
from custom_components.smart_lighting_ai_dali.zones.profile import NOTHING_SAID, DayKind, Leaning, Night, Profile
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import Limits

from .conftest import BERLIN, EVENING, NIGHT, Room
from .test_ai_plans import plan

type Make = Callable[..., Room]

PROFILES = st.builds(
    Profile,
    lux=st.dictionaries(st.sampled_from(Daypart), st.floats(0.5, 100_000)),
    colour_temperature=st.dictionaries(st.sampled_from(Daypart), st.integers(1000, 20_000)),
    sleep=st.dictionaries(
        st.sampled_from(DayKind),
        st.tuples(st.integers(0, 1439), st.integers(0, 1439))
        .filter(lambda night: night[0] != night[1])
        .map(lambda night: Night(*night)),
    ),
    leaning=st.sampled_from(Leaning),
)


def said(**data: Any) -> Profile:
    """Return what people said."""
    return Profile.from_dict(data)


def test_wished_light_and_colour_are_aimed_at(room: Make) -> None:
    profile = said(lux={"evening": 80}, color_temp_kelvin={"evening": 3300})
    here, usual = room(profile=profile), room()
    assert usual.reflex.target_lux != 80
    here.moves()
    assert here.reflex.target_lux == 80
    assert here.reflex.plan.colour_temperature == 3300
    assert here.reflex.light < usual.reflex.light or usual.reflex.light == 0


def test_what_was_not_said_stays_as_it_was_learned(room: Make) -> None:
    here, usual = room(profile=said(lux={"morning": 80})), room()
    assert here.reflex.plan == usual.reflex.plan


def test_wishes_hold_against_what_people_chose_and_within_the_limits(room: Make) -> None:
    here = room(profile=said(lux={"evening": 900}), limits=Limits(most_lux=400))
    learning = here.reflex.learning
    for _ in range(5):
        learning.chose_lux(EVENING, 20)
    assert learning.preferred_lux(EVENING) == 400
    assert learning.explain(EVENING)["lux"]["lux"] < 150, "it learns beside that"


def test_an_ai_plans_with_what_people_said(room: Make) -> None:
    here = room(profile=said(lux={"evening": 80}))
    here.do(here.reflex.planned, plan(EVENING + 900))
    assert here.reflex.target_lux == 80
    assert here.reflex.plan.hold == 1200, "what they did not say is the AI's"


def test_saving_waits_less_and_makes_less_light_and_comfort_waits_longer(room: Make) -> None:
    comfort, usual, saving = (room(profile=said(leaning=leaning)).reflex.plan for leaning in Leaning)
    assert saving.hold < usual.hold < comfort.hold
    assert saving.target_lux < usual.target_lux == comfort.target_lux
    stairs = room(Purpose.STAIRS, profile=said(leaning="saving"))
    assert stairs.reflex.plan.hold >= 30


def test_who_says_when_they_sleep_is_not_lit_then(room: Make) -> None:
    nights = {"workdays": {"from": "19:00", "to": "03:30"}}
    here, usual = (room(Purpose.BEDROOM, profile=profile) for profile in (said(sleep=nights), NOTHING_SAID))
    assert here.reflex.plan.mode is Mode.SLEEP
    assert usual.reflex.plan.mode is Mode.PRESENCE
    # At half past three they are up, whatever is usual.
    here, usual = (room(Purpose.BEDROOM, at=NIGHT, profile=profile) for profile in (said(sleep=nights), NOTHING_SAID))
    here.wait(1900)
    usual.wait(1900)
    assert here.reflex.learning.sleeping(here.now) is False
    assert usual.reflex.learning.sleeping(usual.now) is True


@pytest.mark.parametrize(
    ("nights", "day", "time", "asleep"),
    [
        # 2026-12-03 is a Thursday.
        ({"workdays": ("22:30", "06:30")}, 3, "22:29", False),
        ({"workdays": ("22:30", "06:30")}, 3, "22:30", True),
        ({"workdays": ("22:30", "06:30")}, 3, "06:29", True),
        ({"workdays": ("22:30", "06:30")}, 3, "06:30", False),
        # The night from Friday to Saturday is one before a free day, that from Sunday to Monday is not.
        ({"workdays": ("22:30", "06:30")}, 4, "23:00", None),
        ({"workdays": ("22:30", "06:30")}, 5, "05:00", None),
        ({"workdays": ("22:30", "06:30")}, 6, "23:00", True),
        ({"free_days": ("00:30", "09:00")}, 4, "23:30", False),
        ({"free_days": ("00:30", "09:00")}, 5, "00:30", True),
        ({"free_days": ("00:30", "09:00")}, 5, "09:00", False),
        # Who works at night sleeps by day.
        ({"workdays": ("09:00", "16:00")}, 3, "12:00", True),
        ({"workdays": ("09:00", "16:00")}, 3, "16:30", False),
        ({}, 3, "02:00", None),
    ],
)
def test_a_night_belongs_to_the_day_that_it_ends_on(
    nights: dict[str, tuple[str, str]],
    day: int,
    time: str,
    asleep: bool | None,  # noqa: FBT001
) -> None:
    profile = said(sleep={kind: {"from": bed, "to": up} for kind, (bed, up) in nights.items()})
    hour, minute = (int(part) for part in time.split(":"))
    at = datetime(2026, 12, day, hour, minute, tzinfo=BERLIN.time_zone)
    assert profile.sleeping(at.timestamp(), BERLIN.time_zone) is asleep


@given(profile=PROFILES)
def test_a_profile_is_read_as_it_was_written(profile: Profile) -> None:
    assert Profile.from_dict(json.loads(json.dumps(profile.as_dict()))) == profile


@given(profile=PROFILES, hours=st.integers(0, 24 * 14))
def test_any_night_says_when_people_sleep(profile: Profile, hours: int) -> None:
    at = (datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=hours)).timestamp()
    known = profile.sleeping(at, BERLIN.time_zone)
    assert known in {True, False} if len(profile.sleep) == len(DayKind) else known in {True, False, None}


@pytest.mark.parametrize(
    "data",
    [
        {"lux": {"day": 0}},
        {"lux": {"day": "bright"}},
        {"lux": {"day": float("nan")}},
        {"lux": {"day": True}},
        {"lux": {"noon": 100}},
        {"lux": [100]},
        {"color_temp_kelvin": {"day": 100}},
        {"sleep": {"workdays": {"from": "22:00"}}},
        {"sleep": {"workdays": {"from": "22:00", "to": "22:00"}}},
        {"sleep": {"workdays": {"from": "25:00", "to": "06:00"}}},
        {"sleep": {"holidays": {"from": "22:00", "to": "06:00"}}},
        {"leaning": "lavish"},
        {"name": "somebody"},
    ],
)
def test_what_cannot_be_a_wish_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Profile.from_dict(data)


def test_nothing_can_be_changed_in_it_afterwards() -> None:
    assert isinstance(said(lux={"day": 300}).lux, MappingProxyType)
