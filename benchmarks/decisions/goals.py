"""What the decisions have to reach, after a month of learning, on any world."""

from typing import Final

from ..goals import Goal

_OFFICE: Final = (0.98, 0.05, 0.05, 1.20, 0.45)
_HOME: Final = (0.97, 0.1, 0.2, 1.25, 0.40)


def goals_of(*, is_office: bool) -> dict[str, Goal]:
    """Return the goals by figure."""
    satisfied, dark, false_offs, over_oracle, vs_pir20 = _OFFICE if is_office else _HOME
    return {
        "lux_satisfaction": Goal("lux_satisfaction", satisfied, is_least=True),
        "occupied_dark_min_per_h": Goal("occupied_dark_min_per_h", dark),
        "false_offs_per_day": Goal("false_offs_per_day", false_offs),
        "energy_over_oracle": Goal("energy_over_oracle", over_oracle),
        "energy_vs_pir20": Goal("energy_vs_pir20", vs_pir20),
        "overrides_per_day": Goal("overrides_per_day", 0.5),
        "unnoticed_steps": Goal("unnoticed_steps", 0.98, is_least=True),
    }
