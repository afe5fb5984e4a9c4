"""What a meter has counted, and the figures that come of it; what is not known is None, not 0."""

from dataclasses import dataclass, field, fields

from .events import Choice

_HOUR = 3600.0


@dataclass(slots=True)
class Tally:
    """Sums over time of one room or of several; seconds, unless their names say otherwise."""

    known: float = 0.0
    occupied: float = 0.0
    satisfied: float = 0.0
    dark: float = 0.0
    surplus: float = 0.0
    """Lux seconds."""
    joules: float = 0.0
    wasted_joules: float = 0.0
    evening: float = 0.0
    evening_dim: float = 0.0
    day: float = 0.0
    day_bright: float = 0.0
    false_offs: int = 0
    false_ons: int = 0
    switches: int = 0
    steps: int = 0
    unnoticed: int = 0
    big_steps: int = 0
    new_overrides: int = 0
    overrides: dict[Choice, int] = field(default_factory=dict)
    days: set[int] = field(default_factory=set)
    """Days on which somebody was there."""

    def add(self, other: Tally) -> None:
        """Add what was counted elsewhere over the same time."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if one.name == "overrides":
                for choice, times in theirs.items():
                    mine[choice] = mine.get(choice, 0) + times
            elif one.name == "days":
                mine |= theirs
            elif one.name == "known":
                self.known = max(mine, theirs)
            else:
                setattr(self, one.name, mine + theirs)

    def figures(self) -> Figures:
        """Return the figures."""
        days = len(self.days)
        return Figures(
            days=self.known / (24 * _HOUR),
            occupied_days=days,
            occupied_h=self.occupied / _HOUR,
            lux_satisfaction=_ratio(self.satisfied, self.occupied),
            occupied_dark_min_per_h=_ratio(self.dark / 60, self.occupied / _HOUR),
            false_offs_per_day=_ratio(self.false_offs, days),
            false_ons_per_day=_ratio(self.false_ons, self.known / (24 * _HOUR)),
            kwh=self.joules / (1000 * _HOUR),
            waste_kwh=self.wasted_joules / (1000 * _HOUR),
            surplus_lxh=self.surplus / _HOUR,
            overrides_per_day=_ratio(sum(self.overrides.values()), days),
            new_overrides_per_day=_ratio(self.new_overrides, days),
            overrides={choice.value: times for choice, times in sorted(self.overrides.items())},
            unnoticed_steps=_ratio(self.unnoticed, self.steps),
            steps_per_day=_ratio(self.steps, days),
            big_steps_per_day=_ratio(self.big_steps, days),
            switches_per_day=_ratio(self.switches, days),
            evening_dim=_ratio(self.evening_dim, self.evening),
            day_bright=_ratio(self.day_bright, self.day),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How good the light was; a day is one on which somebody was there, unless it says otherwise."""

    days: float
    """All days, also those on which nobody was there."""
    occupied_days: int
    occupied_h: float
    lux_satisfaction: float | None
    """The part of the time with people in which light was enough, and not more than needed by a fifth of full light."""
    occupied_dark_min_per_h: float | None
    """Minutes under 30 % of what was wanted, of each hour with people."""
    false_offs_per_day: float | None
    """Turned off by the controller over people who needed it."""
    false_ons_per_day: float | None
    """Turned on by the controller for at least a minute in which nobody came; of all days."""
    kwh: float
    waste_kwh: float
    """What was used while nobody was there who was awake."""
    surplus_lxh: float
    overrides_per_day: float | None
    new_overrides_per_day: float | None
    """Within a quarter of an hour after the controller changed the light."""
    overrides: dict[str, int]
    unnoticed_steps: float | None
    """The part of the controller's changes over people that nobody sees: up to 7 %, or up to 15 % in 10 s or more."""
    steps_per_day: float | None
    big_steps_per_day: float | None
    """Changes over people of more than 15 %."""
    switches_per_day: float | None
    evening_dim: float | None
    """The part of the three hours before bed with at most 10 lx melanopic EDI (an estimate)."""
    day_bright: float | None
    """The part of the day (9 to 17) with people with at least 250 lx melanopic EDI (an estimate)."""


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
