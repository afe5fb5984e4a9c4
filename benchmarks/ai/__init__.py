"""The AI planner: what it is told, what of its answers is believed, what it may cost, whether it earns its place."""

from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
import os
from statistics import median
import time
from typing import Final

from ..goals import row
from . import budgets, replies, running, tokens
from .goals import GOALS
from .shadowed import BAD, GOOD, THRIFTY, TURNING, TURNS, Verdicts, play_shadowed

SEEDS: Final = 100
DAYS: Final = 28
WORTH_IT: Final = 4.0
"""Points that the planner that knows is really better in a zone: where it is less, the rules are good enough."""
_WORLDS: Final = ("home", "office")
_SEED: Final = 1


def run(*, seeds: int, days: int) -> tuple[str, dict[str, float | None]]:
    """Measure, and return a table for people and the figures.

    Worlds are played from their first day, homes and offices by turns, with the rules in charge of their lights.
    """
    begun = time.perf_counter()
    # First, and alone: it goes by milliseconds.
    in_a_home = running.measure()
    with ProcessPoolExecutor(max_workers=os.process_cpu_count()) as pool:
        found = pool.submit(replies.measure, _SEED)
        overruns = pool.submit(budgets.measure, _SEED)
        told = pool.submit(tokens.measure, _SEED)
        played = list(pool.map(partial(_play, days), range(1, seeds + 1)))
    verdicts = [one for world in played for one in world]
    # Without a light sensor nobody knows what full light does there, and nothing is scored.
    worth_it = [one for one in verdicts if one.planner == GOOD and one.gains and (one.worth or 0.0) >= WORTH_IT]
    figures: dict[str, float | None] = {
        "bad_replies_acted_on": found.result().acted_on,
        "budget_overrun": overruns.result()[0],
        "tokens_per_zone": told.result(),
        **{key: in_a_home[key] for key in running.FIGURES},
        "good_planner_promoted_days": _middle([one.promoted_after for one in worth_it]),
        "bad_planner_promoted": _worlds_promoting(played, BAD),
        "thrifty_planner_promoted": _worlds_promoting(played, (THRIFTY,)),
        "replies": found.result().replies,
        "plans_of_good_replies": found.result().plans,
        "budget_calls": overruns.result()[1],
        **{key: value for key, value in in_a_home.items() if key not in running.FIGURES},
        "seeds": seeds,
        "zones_worth_it": len(worth_it),
        "zones_worth_it_promoted": sum(one.promoted_after is not None for one in worth_it),
        "turned_planner_demoted_days": _middle(
            [
                None if one.demoted_after is None else one.demoted_after - TURNS
                for one in verdicts
                if one.planner == TURNING and one.promoted_after is not None and one.promoted_after <= TURNS
            ]
        ),
    }
    lines = [row(key, value, GOALS.get(key)) for key, value in figures.items()]
    lines += ["", f"{'planner':<16}{'zones':>8}{'scored':>8}{'promoted':>10}{'median day':>12}{'mean gain':>12}"]
    lines += [
        _planner_row(name, [one for one in verdicts if one.planner == name]) for name in (GOOD, *BAD, THRIFTY, TURNING)
    ]
    figures["seconds"] = time.perf_counter() - begun
    return "\n".join(lines), figures


def _play(days: int, seed: int) -> list[Verdicts]:
    return play_shadowed(_WORLDS[seed % len(_WORLDS)], seed, days)


def _worlds_promoting(played: Sequence[list[Verdicts]], planners: Collection[str]) -> int:
    """Return in how many worlds any of some planners was promoted for any zone."""
    return sum(any(one.planner in planners and one.promoted_after is not None for one in world) for world in played)


def _middle(days: list[int | None]) -> float | None:
    """Return the median, where None is later than any other; None where it is such a one, or there is none."""
    if not days:
        return None
    middle = sorted(days, key=lambda one: (one is None, one))[len(days) // 2]
    return None if middle is None else float(middle)


def _planner_row(name: str, verdicts: list[Verdicts]) -> str:
    promoted = [one.promoted_after for one in verdicts if one.promoted_after is not None]
    gains = [sum(one.gains) / len(one.gains) for one in verdicts if one.gains]
    middle = f"{median(promoted):.0f}" if promoted else "-"
    mean = f"{sum(gains) / len(gains):.2f}" if gains else "-"
    return f"{name:<16}{len(verdicts):>8}{len(gains):>8}{len(promoted):>10}{middle:>12}{mean:>12}"
