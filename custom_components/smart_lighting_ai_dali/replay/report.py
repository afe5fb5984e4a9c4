"""What came of a replay, for machines and for people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..zones.score import Score
from .run import Figures, Outcome

NOTES: Final = (
    "True presence is not known. Somebody counts as there from one movement to the next, where nobody came elsewhere.",
    "A false off is a light that went off less than a minute before somebody was seen. Some of them just came back.",
    "What people want is what they chose by hand, or else what the purpose of the zone begins with.",
    "Other light than there was is worked out: from the daylight of then, and from what full light was seen to add.",
    "Energy is without standby, and compared with a motion sensor and 20 minutes on the same days.",
    "What is not known is null, never 0.",
)
"""What whoever reads the figures has to know."""

_COLUMNS: Final = (
    ("satisfied", "lux_satisfaction"),
    ("dark min/h", "occupied_dark_min_per_h"),
    ("false offs/d", "false_offs_per_day"),
    ("big steps/d", "big_steps_per_day"),
    ("full-load h", "full_load_hours"),
    ("kWh", "kwh"),
    ("vs PIR 20", "energy_vs_reference"),
    ("score", "score"),
)


def answer_of(outcome: Outcome, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what came of a replay as JSON, with zones by their names; instants are in seconds since 1970."""
    return {
        "begin": outcome.begin,
        "end": outcome.end,
        "days": round(outcome.days, 3),
        "learned_from": outcome.learned_from,
        "zones": [{"zone": names.get(key, key), **_figures(figures)} for key, figures in outcome.zones.items()],
        "total": _figures(outcome.total),
        "notes": [*NOTES],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "occupied_days": figures.occupied_days,
        "overrides_per_day": _rounded(figures.overrides_per_day),
        "lux_at_full": _rounded(figures.lux_at_full),
        "watts": _rounded(figures.watts),
        **{contender.value: _score(score) for contender, score in figures.scores.items()},
    }


def table(outcome: Outcome, names: Mapping[str, str]) -> Iterator[str]:
    """Return the lines of a table of zones by their names, and of all together."""
    yield f"{'':<28}{''.join(f'{title:>14}' for title, _ in _COLUMNS)}"
    parts = [(names.get(key, key), figures) for key, figures in outcome.zones.items()]
    for name, figures in (*sorted(parts), ("All zones", outcome.total)):
        by_hand = "-" if figures.overrides_per_day is None else f"{figures.overrides_per_day:.2f}"
        yield f"{name} ({figures.occupied_days} days with people, {by_hand} changes by hand a day)"
        yield from _rows(figures)


def _rows(figures: Figures) -> Iterable[str]:
    for contender, score in figures.scores.items():
        values = (getattr(score, field) for _, field in _COLUMNS)
        yield f"  {contender.value:<26}{''.join(f'{"-" if one is None else f"{one:.3f}":>14}' for one in values)}"


def _score(score: Score) -> dict[str, Any]:
    return {
        "known_h": _rounded(score.known_h),
        "occupied_h": _rounded(score.occupied_h),
        "measured_h": _rounded(score.measured_h),
        "lux_satisfaction": _rounded(score.lux_satisfaction),
        "occupied_dark_min_per_h": _rounded(score.occupied_dark_min_per_h),
        "false_offs_per_day": _rounded(score.false_offs_per_day),
        "big_steps_per_day": _rounded(score.big_steps_per_day),
        "full_load_hours": _rounded(score.full_load_hours),
        "kwh": _rounded(score.kwh),
        "energy_vs_pir20": _rounded(score.energy_vs_reference),
        "saved": _rounded(score.saved),
        "score": _rounded(score.score),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
