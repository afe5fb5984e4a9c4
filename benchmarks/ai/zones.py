"""Zones in any state, as an AI might be asked about them."""

from dataclasses import dataclass
import random
from typing import Final
from zoneinfo import ZoneInfo

from custom_components.smart_lighting_ai_dali.advisor.bounds import Bounds
from custom_components.smart_lighting_ai_dali.advisor.payload import Question
from custom_components.smart_lighting_ai_dali.advisor.snapshot import Changes, Moment, Seen, ZoneSnapshot
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner, Reason
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import Limits, Place, ZoneSettings

PLACE: Final = Place(latitude=52.5, longitude=13.4, time_zone=ZoneInfo("Europe/Berlin"))
_YEAR: Final = (1_767_225_600.0, 1_798_761_600.0)


@dataclass(frozen=True, slots=True)
class AnyZone:
    """A zone that may be, and how it is asked about."""

    settings: ZoneSettings
    question: Question


def any_moment(chance: random.Random) -> tuple[float, Moment]:
    """Return a time, in seconds since 1970, and what is so then."""
    at = chance.uniform(*_YEAR)
    return at, Moment.of(at, PLACE, chance.choice((None, chance.random())))


def any_zone(chance: random.Random, key: str, daypart: Daypart) -> AnyZone:
    """Return a zone."""
    settings = ZoneSettings(
        key=key,
        name=key,
        purpose=chance.choice(tuple(Purpose)),
        limits=Limits(
            lowest_light=chance.uniform(0.001, 0.1),
            highest_light=chance.uniform(0.3, 1.0),
            most_lux=chance.uniform(100, 2000),
            warmest=chance.randrange(1800, 3000),
            coolest=chance.randrange(3000, 6500),
        ),
        has_colour=chance.random() < 0.7,
    )
    rules = Plan(
        planner=Planner.RULES,
        mode=chance.choice((Mode.PRESENCE, Mode.PRESENCE, Mode.NIGHT, Mode.SLEEP)),
        target_lux=10 ** chance.uniform(0, 3),
        colour_temperature=chance.randrange(1800, 6500),
        hold=chance.uniform(30, 1800),
        reason=Reason.PREFERENCE,
    )
    preferred = 10 ** chance.uniform(0, 3.3)
    seen = Seen(
        occupied=chance.choice((None, True, False)),
        likely=chance.random(),
        idle_seconds=_or_none(chance, 10 ** chance.uniform(0, 6)),
        lux=_or_none(chance, 10 ** chance.uniform(-1, 5)),
        daylight=_or_none(chance, 10 ** chance.uniform(-1, 5)),
        lux_at_full=_or_none(chance, 10 ** chance.uniform(1, 4)),
        preferred=preferred,
        changes=(_changes(chance), _changes(chance), _changes(chance), _changes(chance)),
    )
    question = Question(
        key=key,
        snapshot=ZoneSnapshot.of(settings, rules, seen),
        bounds=Bounds.of(settings, rules, preferred, daypart),
        rules=rules,
    )
    return AnyZone(settings, question)


def _changes(chance: random.Random) -> Changes:
    return Changes.of(*(chance.randrange(12) for _ in range(3)))


def _or_none(chance: random.Random, value: float) -> float | None:
    return None if chance.random() < 0.2 else value
