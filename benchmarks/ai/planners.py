"""Planners whose worth is known, as the AI of simulated worlds: one that knows what people want, and bad ones."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import exp
import random
from typing import Final

from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner

# How far off the random planner is, as the deviation of a logarithm, each time anew.
_RANDOM_LUX, _RANDOM_HOLD = 0.6, 0.8
# How far off the biased ones are, in the same direction for good.
_BIASES: Final = ((0.35, 0.65), (1.6, 2.5))
_BIASED_HOLD: Final = (0.25, 3.0)
# Of the light of the rules: people who want just that would not complain of it, and it takes less energy.
_THRIFT: Final = 0.83
# What the worsening one adds to its mistakes each day, as a logarithm.
_WORSE_LUX, _WORSE_HOLD = 0.03, 0.01
_DAY: Final = 86_400.0

type Proposal = Callable[[Plan, float, Daypart], Plan]
"""Makes a plan of that of the rules, at a time and in its part of the day."""
type Wishes = Mapping[Daypart, float]
"""The lux that satisfies most of those who are in a room, as its sensors read it."""


def knowing_planner(wishes: Wishes) -> Proposal:
    """Return a planner that knows what people want."""

    def propose(rules: Plan, at: float, daypart: Daypart) -> Plan:
        del at
        wanted = wishes.get(daypart)
        if wanted is None or rules.mode is not Mode.PRESENCE:
            return as_ai(rules)
        return replace(as_ai(rules), target_lux=wanted)

    return propose


def random_planner(chance: random.Random) -> Proposal:
    """Return a planner that guesses, each time anew."""

    def propose(rules: Plan, at: float, daypart: Daypart) -> Plan:
        del at, daypart
        return _off(rules, exp(chance.gauss(0, _RANDOM_LUX)), exp(chance.gauss(0, _RANDOM_HOLD)))

    return propose


def biased_planner(chance: random.Random) -> Proposal:
    """Return a planner that is always wrong in the same way."""
    lux, hold = chance.uniform(*chance.choice(_BIASES)), chance.choice(_BIASED_HOLD)
    return lambda rules, _, __: _off(rules, lux, hold)


def worsening_planner(wishes: Wishes, begun: float) -> Proposal:
    """Return a planner that is as the rules at first, and each day a little further from what people want."""

    def propose(rules: Plan, at: float, daypart: Daypart) -> Plan:
        days = (at - begun) / _DAY
        away = 1 if rules.target_lux >= wishes.get(daypart, rules.target_lux) else -1
        return _off(rules, exp(away * days * _WORSE_LUX), exp(-days * _WORSE_HOLD))

    return propose


def thrifty_planner() -> Proposal:
    """Return a planner that knows nothing of people, and makes a little less light than the rules everywhere."""
    return lambda rules, _, __: _off(rules, _THRIFT, 1.0)


def turning_planner(wishes: Wishes, turns: float) -> Proposal:
    """Return a planner that knows what people want until a time, and from then on makes half the light."""
    knowing = knowing_planner(wishes)

    def propose(rules: Plan, at: float, daypart: Daypart) -> Plan:
        return knowing(rules, at, daypart) if at < turns else _off(rules, 0.5, 1.0)

    return propose


def as_ai(plan: Plan) -> Plan:
    """Return a plan as one of an AI."""
    return replace(plan, planner=Planner.AI)


def _off(rules: Plan, lux: float, hold: float) -> Plan:
    return replace(as_ai(rules), target_lux=rules.target_lux * lux, hold=min(1800.0, max(30.0, rules.hold * hold)))
