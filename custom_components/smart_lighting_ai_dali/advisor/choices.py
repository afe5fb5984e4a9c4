"""Plans that are made here and are all safe, for an AI that only chooses among them: OpenAI's Decisions API.

What it chooses becomes the same text that an AI writes which makes plans itself, and is judged in the same way.
"""

from collections.abc import Mapping
from dataclasses import replace
import json
from typing import Any, Final

from ..zones.plan import Mode, Plan, Reason
from .payload import COLUMNS, MOMENT, Batch, Question
from .provider import Request
from .schema import SCHEMA, listed

SAME: Final = "same"
# By how much each choice differs from the present plan: of its lux, of its hold time, and in kelvin.
_LUX: Final = {"much_dimmer": 0.6, "dimmer": 0.8, "brighter": 1.25, "much_brighter": 1.6}
_HOLD: Final = {"shorter": 0.6, "longer": 1.6}
_KELVIN: Final = {"warmer": -500, "cooler": 500}
# Two choices that differ by less than this, of lux or hold time, are one.
_GRAIN: Final = 0.1
# For how long a choice holds; it is asked anew before, where anything changes.
_MINUTES: Final = 30
# It writes nothing; what its server counts for one choice all the same is no more than this, in tokens.
_TOKENS: Final = 64

INSTRUCTIONS: Final = f"""\
Choose plans for the lights of rooms. A local controller switches and dims them by motion and light sensors within a
second; a plan only sets what it aims at. Too dark is worse than a little too bright, and both get changed by hand.
Switching off over people who sit still is much worse than a few minutes of light for nobody. What people want as
learned is a good guess, unless changes by hand of late say otherwise. Where you know nothing better, choose "{SAME}".

Numbers are rounded to steps; null is unknown, or does not apply. "now" is what is so for all zones:
{listed([fact.meaning for fact in MOMENT])}
"zones" has one row for each zone:
{listed(["name", *(column.meaning for column in COLUMNS)])}

The choices are the present plan ("{SAME}"), or the present plan but for one thing:
- much_dimmer, dimmer, brighter, much_brighter: {", ".join(f"{factor:g}" for factor in _LUX.values())} of its lux
- shorter, longer: {", ".join(f"{factor:g}" for factor in _HOLD.values())} of its hold time
- warmer, cooler: its white by {_KELVIN["cooler"]} K"""


def choices_of(question: Question) -> dict[str, dict[str, Any]]:
    """Return what may be chosen for a zone, by name, each as an AI would have written it: all are within its bounds."""
    bounds, rules = question.bounds, question.rules
    if rules.mode not in bounds.modes:
        # Nobody is up there now. What is planned for those who are holds once they are.
        rules = replace(rules, mode=Mode.PRESENCE, target_lux=float(question.snapshot.preferred))
    plans = {SAME: _within(rules, question)}
    for name, factor in _LUX.items():
        plans[name] = _within(replace(rules, target_lux=rules.target_lux * factor), question)
    for name, factor in _HOLD.items():
        plans[name] = _within(replace(rules, hold=rules.hold * factor), question)
    if bounds.kelvin is not None and rules.colour_temperature is not None:
        for name, kelvin in _KELVIN.items():
            plans[name] = _within(replace(rules, colour_temperature=rules.colour_temperature + kelvin), question)
    kept: dict[str, Plan] = {}
    for name, plan in plans.items():
        if not any(_is_alike(plan, other) for other in kept.values()):
            kept[name] = plan
    if len(kept) == 1:
        # Nothing else is within the bounds, and two have to be offered at least.
        kept["brighter"] = plans["brighter"]
    return {name: _written(plan) for name, plan in kept.items()}


def choice_request_of(batch: Batch) -> Request:
    """Return the request for a batch, of which each zone has only to be chosen for."""
    choices = {label: choices_of(question) for label, question in batch.asked.items()}
    return Request(
        instructions=INSTRUCTIONS,
        payload=batch.payload,
        schema=SCHEMA,
        most_output_tokens=_TOKENS * len(choices),
        choices=choices,
    )


def _within(plan: Plan, question: Question) -> Plan:
    bounds = question.bounds
    kelvin = plan.colour_temperature
    if bounds.kelvin is None:
        kelvin = None
    elif kelvin is not None:
        kelvin = min(max(kelvin, bounds.kelvin[0]), bounds.kelvin[1])
    return replace(
        plan,
        target_lux=min(max(plan.target_lux, bounds.least_lux), bounds.most_lux),
        hold=min(max(plan.hold, bounds.hold[0]), bounds.hold[1]),
        colour_temperature=kelvin,
    )


def _is_alike(one: Plan, other: Plan) -> bool:
    return (
        one.colour_temperature == other.colour_temperature
        and abs(one.target_lux - other.target_lux) <= _GRAIN * other.target_lux
        and abs(one.hold - other.hold) <= _GRAIN * other.hold
    )


def _written(plan: Plan) -> dict[str, Any]:
    return {
        "mode": plan.mode.value,
        "target_lux": plan.target_lux,
        "kelvin": plan.colour_temperature,
        "hold_s": round(plan.hold),
        "minutes": _MINUTES,
        "reason": Reason.PREFERENCE.value,
    }


def chosen_text(answers: list[dict[str, Any]], choices: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Return what was chosen as the text of plans. Nothing of an answer is in it but a number, and names of ours.

    A zone for which there was no choice, or none that was offered, is named without a plan or left out: the rules
    stay there.
    """
    plans: list[dict[str, Any]] = []
    for answer in answers:
        match answer:
            case {"type": "choice", "name": str(label), "choice": str(name), "confidence": confidence} if (
                label in choices
            ):
                offered = choices[label].get(name)
                number = confidence if isinstance(confidence, (int, float, bool)) else None
                plans.append({"zone": label} if offered is None else {"zone": label, **offered, "confidence": number})
            case _:
                # A refusal, or nothing that was asked for.
                pass
    return json.dumps({"plans": plans})
