"""The rules planner: it makes a plan of what was learned of the zone, always, with no AI anywhere."""

from typing import Final

from .colour_day import colour_temperature
from .learning import Learning
from .plan import Mode, Plan, Planner, Reason
from .purpose import Purpose
from .settings import Place, ZoneSettings

# Where nobody sleeps next door: whoever is there at night works.
_AT_WORK: Final = frozenset({Purpose.OFFICE, Purpose.MEETING, Purpose.WORKSHOP, Purpose.STORAGE})


def plan_by_rules(
    settings: ZoneSettings, place: Place, learning: Learning, at: float, *, quiet: bool, came: bool
) -> Plan:
    """Return the plan for now; `quiet`: nobody had been here for long, `came`: they were seen on their way here."""
    mode, reason = Mode.PRESENCE, Reason.PREFERENCE
    lux = learning.preferred_lux(at)
    if settings.purpose not in _AT_WORK and learning.sleeping(at):
        if settings.defaults.sleeps and not came:
            mode, reason = Mode.SLEEP, Reason.SLEEP
        elif quiet or settings.defaults.sleeps:
            mode, reason, lux = Mode.NIGHT, Reason.NIGHT_PATH, min(lux, settings.defaults.night_lux)
    colour = None
    if settings.has_colour:
        colour = learning.preferred_colour_temperature(at)
        if colour is None or mode is not Mode.PRESENCE:
            colour = colour_temperature(at, settings.purpose, place, settings.limits)
    return Plan(
        planner=Planner.RULES,
        mode=mode,
        target_lux=lux,
        colour_temperature=colour,
        hold=learning.hold(at),
        reason=reason,
    )
