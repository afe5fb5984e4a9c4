"""Bad answers by the ten thousands, and whether one of them is ever acted on.

Each answer begins as a good one. Then single plans are broken in ways that are known to be bad, or the whole text is,
or a byte of it is changed at random. What comes of it goes to zones, as plans do, and the lights that they make are
looked at, too.
"""

from collections.abc import Callable
from dataclasses import dataclass
import json
from math import isfinite
import random
from typing import Any, Final

from custom_components.smart_lighting_ai_dali.advisor.bounds import Bounds
from custom_components.smart_lighting_ai_dali.advisor.payload import Batch, Caps, pack
from custom_components.smart_lighting_ai_dali.advisor.reply import read_reply
from custom_components.smart_lighting_ai_dali.zones.action import Action
from custom_components.smart_lighting_ai_dali.zones.learning import Learning
from custom_components.smart_lighting_ai_dali.zones.overrides import Overrides
from custom_components.smart_lighting_ai_dali.zones.plan import Plan, Planner
from custom_components.smart_lighting_ai_dali.zones.reflex import Reflex
from custom_components.smart_lighting_ai_dali.zones.settings import ZoneSettings

from .zones import PLACE, AnyZone, any_moment, any_zone

_REPLIES_A_HOME: Final = 50
_MOST_ZONES: Final = 5
_A_HAIR: Final = 1e-9
_ODD: Final[tuple[Any, ...]] = (
    None, True, "", "350", "NaN", [], [350], {}, {"lux": 350}, -1, -5.5, 1e308, 10**30, "light.turn_off", "on",
    float("nan"), float("inf"), -float("inf"),
)  # fmt: skip
_NUMBERS: Final = ("target_lux", "hold_s", "confidence", "minutes")


@dataclass(slots=True)
class Found:
    """What came of many answers."""

    replies: int = 0
    acted_on: int = 0
    """Bad plans that became one, or lights beyond what a zone may have."""
    plans: int = 0
    """Good ones that became one: were there none, nothing would have been tried."""


def measure(seed: int, replies: int = 100_000) -> Found:
    """Return what came of so many answers."""
    found, chance = Found(), random.Random(f"replies {seed}")
    while found.replies < replies:
        _home(chance, found)
    return found


def _home(chance: random.Random, found: Found) -> None:
    at, moment = any_moment(chance)
    zones = [any_zone(chance, f"zone {number}", moment.daypart) for number in range(chance.randrange(1, _MOST_ZONES))]
    labels = {zone.question.key: f"z{number}" for number, zone in enumerate(zones, 1)}
    packed = pack(
        [zone.question for zone in zones], moment, taken_at=at, labels=labels, caps=Caps(zones=64, size=65_536)
    )
    (batch,) = packed.batches
    reflexes = {zone.question.key: _reflex(zone.settings, at) for zone in zones}
    for _ in range(_REPLIES_A_HOME):
        found.replies += 1
        text, bad = _answer(chance, zones, labels)
        reading = read_reply(text, batch, at=at + 2.0)
        for key, plan in reading.plans.items():
            is_wrong = key in bad or not _is_within(plan, _asked(batch, key), at + 2.0)
            is_wrong |= not all(_is_allowed(action, reflexes[key]) for action in _obey(reflexes[key], plan, at + 2.0))
            found.acted_on += is_wrong
            found.plans += not is_wrong
        at += 2.0
        batch = Batch(payload=batch.payload, taken_at=at, asked=batch.asked)


def _answer(chance: random.Random, zones: list[AnyZone], labels: dict[str, str]) -> tuple[str, set[str]]:
    """Return an answer, and the zones for which nothing in it may become a plan."""
    plans, bad = [], set[str]()
    for zone in zones:
        plan = _good(chance, labels[zone.question.key], zone.question.bounds)
        if chance.random() < 0.6:
            chance.choice(_BREAKS)(chance, plan)
            bad.add(zone.question.key)
        plans.append(plan)
    if chance.random() < 0.1:
        twice = chance.randrange(len(plans))
        plans.append(dict(plans[twice]))
        bad.add(zones[twice].question.key)
    if chance.random() < 0.2:
        plans.append(_good(chance, f"z{chance.randrange(100, 999)}", zones[0].question.bounds))
    text = json.dumps({"plans": plans})
    everything = {zone.question.key for zone in zones}
    match chance.randrange(16):
        case 0:
            return text[: chance.randrange(len(text))], everything
        case 1:
            return f"<html><body>{text}</body></html>", everything
        case 2:
            return json.dumps({"plans": plans, "service": "light.turn_on"}), everything
        case 3:
            return text[:-1] + ', "plans": []}', everything
        case 4:
            return '{"plans": ' * chance.randrange(7, 3000) + text, everything
        case 5:
            return text + " " * 40_000, everything
        case 6:
            # Nobody knows whether a byte that changed made it bad: what comes of it has to stay within bounds.
            place = chance.randrange(len(text))
            return text[:place] + chr(chance.randrange(1, 0x3000)) + text[place + chance.randrange(3) :], set()
        case _:
            return text, bad


def _good(chance: random.Random, label: str, bounds: Bounds) -> dict[str, Any]:
    return {
        "zone": label,
        "mode": chance.choice(sorted(mode.value for mode in bounds.modes)),
        "target_lux": round(10 ** chance.uniform(0, 3.6), 1),
        "kelvin": chance.choice((None, chance.randrange(1000, 10_000))),
        "hold_s": chance.randrange(10, 7200),
        "confidence": round(chance.random(), 2),
        "minutes": chance.randrange(5, 60),
        "reason": "preference",
    }


def _odd_number(chance: random.Random, plan: dict[str, Any]) -> None:
    plan[chance.choice(_NUMBERS)] = chance.choice(_ODD)


def _odd_colour(chance: random.Random, plan: dict[str, Any]) -> None:
    plan["kelvin"] = chance.choice([odd for odd in _ODD if odd is not None])


def _odd_word(chance: random.Random, plan: dict[str, Any]) -> None:
    plan[chance.choice(("mode", "reason"))] = chance.choice(("dark", "sleep", "script.turn_on", "PRESENCE", *_ODD))


def _far_off(chance: random.Random, plan: dict[str, Any]) -> None:
    field, values = chance.choice(
        (
            ("target_lux", (5001, -1, 1e12)),
            ("hold_s", (9, 7201, 10**6)),
            ("minutes", (4, 61, 10**9)),
            ("confidence", (1.5, -0.1, 100)),
            ("kelvin", (999, 10_001, 0)),
        )
    )
    plan[field] = chance.choice(values)


def _extra(chance: random.Random, plan: dict[str, Any]) -> None:
    plan[chance.choice(("service", "entity_id", "target", "level", "Mode"))] = chance.choice(("light.turn_on", 1, None))


def _missing(chance: random.Random, plan: dict[str, Any]) -> None:
    del plan[chance.choice([field for field in plan if field != "zone"])]


def _other_zone(chance: random.Random, plan: dict[str, Any]) -> None:
    plan["zone"] = chance.choice(("z0", "z999", "Z1", " z1", "z1 ", "living room", "light.living", 1, None, ["z1"]))


_BREAKS: Final[tuple[Callable[[random.Random, dict[str, Any]], None], ...]] = (
    _odd_number,
    _odd_colour,
    _odd_word,
    _far_off,
    _extra,
    _missing,
    _other_zone,
)


def _asked(batch: Batch, key: str) -> Bounds:
    return next(question.bounds for question in batch.asked.values() if question.key == key)


def _is_within(plan: Plan, bounds: Bounds, at: float) -> bool:
    return (
        plan.planner is Planner.AI
        and plan.mode in bounds.modes
        and isfinite(plan.target_lux)
        and bounds.least_lux <= plan.target_lux <= bounds.most_lux
        and bounds.hold[0] <= plan.hold <= bounds.hold[1]
        and plan.expires is not None
        and at < plan.expires <= at + 3600
        and (
            plan.colour_temperature is None
            or (bounds.kelvin is not None and bounds.kelvin[0] <= plan.colour_temperature <= bounds.kelvin[1])
        )
    )


def _reflex(settings: ZoneSettings, at: float) -> Reflex:
    overrides = Overrides(settings.release, settings.release_after)
    reflex = Reflex(settings, PLACE, Learning(settings, PLACE), overrides, at=at)
    reflex.motion("motion", at, seen=True)
    return reflex


def _obey(reflex: Reflex, plan: Plan, at: float) -> list[Action]:
    """Return what a zone makes of a plan, at once and when it wakes."""
    actions = [reflex.planned(plan, at), reflex.wake(at + 1.0)]
    return [action for action in actions if action is not None]


def _is_allowed(action: Action, reflex: Reflex) -> bool:
    """Tell whether a light is within what its zone may have."""
    limits = reflex.settings.limits
    reach = reflex.illuminance_of.lux_at_full(reflex.target_lux)
    kelvin = action.colour_temperature
    return (action.light == 0 or limits.lowest_light <= action.light <= limits.highest_light + _A_HAIR) and (
        (kelvin is None or limits.warmest <= kelvin <= limits.coolest)
        and (action.light <= limits.lowest_light or action.light * reach <= limits.most_lux * (1 + _A_HAIR))
    )
