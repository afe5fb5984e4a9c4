"""Which of two plans holds where a zone may obey the AI: who sleeps and who got up, only the rules know in time."""

from dataclasses import replace
from typing import Final

from .plan import Plan

# The AI is told hold times in steps: what it returns as near as this to that of the rules, it left as it is.
_SAME_HOLD: Final = 0.2


def plan_in_force(rules: Plan, ai: Plan | None, at: float) -> Plan:
    """Return the plan of the AI while it is good, and made for what is so now; that of the rules otherwise.

    The AI is told of a zone every few minutes. The rules see at once who comes from bed, and who just went there: what
    was planned for people who are up must not light a bedroom, nor what was planned for the night a morning.
    """
    if ai is None or (ai.expires is not None and at >= ai.expires):
        return rules
    if ai.mode is not rules.mode:
        return rules
    return replace(ai, hold=rules.hold) if abs(ai.hold - rules.hold) <= _SAME_HOLD * rules.hold else ai
