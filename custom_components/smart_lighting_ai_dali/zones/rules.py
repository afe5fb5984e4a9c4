"""The rules planner: it makes a plan of what was learned of the zone, always, with no AI anywhere."""

from typing import Final, NamedTuple

from .colour_day import colour_temperature
from .learning import Learning
from .plan import Mode, Plan, Planner, Reason
from .purpose import Purpose
from .settings import Place, ZoneSettings

# Where nobody sleeps next door: whoever is there at night works.
_AT_WORK: Final = frozenset({Purpose.OFFICE, Purpose.MEETING, Purpose.WORKSHOP, Purpose.STORAGE})

# Who comes to bed beside others needs so much light, for so long, in lux and seconds.
BESIDE_SLEEPERS_LUX: Final = 10.0
_BESIDE_SLEEPERS: Final = 300.0


class Visit(NamedTuple):
    """What is known of who is there now."""

    came: bool
    """They were seen next door before."""
    after_quiet: bool
    """Nobody had been here for long before."""
    asleep: bool
    """Somebody put out the light to sleep here."""


def plan_by_rules(settings: ZoneSettings, place: Place, learning: Learning, visit: Visit, at: float) -> Plan:
    """Return the plan for now."""
    mode, reason = Mode.PRESENCE, Reason.PREFERENCE
    lux = learning.preferred_lux(at)
    if settings.purpose not in _AT_WORK and (visit.asleep or learning.sleeping(at)):
        if settings.defaults.sleeps:
            if not visit.came:
                mode, reason = Mode.SLEEP, Reason.SLEEP
            elif visit.asleep:
                mode, reason, lux = Mode.NIGHT, Reason.NIGHT_PATH, min(lux, BESIDE_SLEEPERS_LUX)
        elif visit.after_quiet:
            mode, reason = Mode.NIGHT, Reason.NIGHT_PATH
    colour, hold = None, learning.hold(at)
    if settings.has_colour:
        colour = learning.preferred_colour_temperature(at)
        is_wished = colour is not None and colour == learning.wished_colour_temperature(at)
        if colour is None or (mode is not Mode.PRESENCE and not is_wished):
            colour = colour_temperature(at, settings.purpose, place, settings.limits)
    return Plan(
        planner=Planner.RULES,
        mode=mode,
        target_lux=lux,
        colour_temperature=colour,
        hold=min(_BESIDE_SLEEPERS, hold) if mode is Mode.NIGHT and settings.defaults.sleeps else hold,
        reason=reason,
    )
