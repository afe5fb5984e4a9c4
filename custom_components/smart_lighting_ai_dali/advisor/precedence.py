"""Which of two plans holds where a zone may obey the AI: who sleeps and who got up, only the rules know in time."""

from ..zones.plan import Plan


def plan_in_force(rules: Plan, ai: Plan | None, at: float) -> Plan:
    """Return the plan of the AI while it is good, and made for what is so now; that of the rules otherwise.

    The AI is told of a zone every few minutes. The rules see at once who comes from bed, and who just went there: what
    was planned for people who are up must not light a bedroom, nor what was planned for the night a morning.
    """
    if ai is None or (ai.expires is not None and at >= ai.expires):
        return rules
    return ai if ai.mode is rules.mode else rules
