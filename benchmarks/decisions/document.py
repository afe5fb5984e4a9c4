"""Make the tables and plots of docs/decision-quality.md anew: `python -m benchmarks.decisions.document`.

It plays each world once with every controller, and writes what is between the marks of that page, and its pictures.
"""

import argparse
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
import os
from pathlib import Path
import re
import sys
from typing import Final

from custom_components.smart_lighting_ai_dali.replay.zone_replay import Contender
from custom_components.smart_lighting_ai_dali.simulator.world.figures import Figures
from custom_components.smart_lighting_ai_dali.simulator.world.reading import load_world
from custom_components.smart_lighting_ai_dali.zones.score import Score, quality, saving

from . import CONTROLLERS, figures_of, file_of, is_office
from .following import Course, follow
from .goals import goals_of
from .plots import plot_day, plot_months
from .replayed import Compared, compare

_DOCS: Final = Path(__file__).parents[2] / "docs"
_PAGE: Final = _DOCS / "decision-quality.md"
# The worlds, the room of each that is followed through a day, and which of the days that count.
_ROOMS: Final = {"office": "Open office", "home": "Kitchen"}
_LOOK_AT: Final = 5
_COLUMNS: Final = (
    ("kWh", "kwh"),
    ("satisfied", "lux_satisfaction"),
    ("dark min/h", "occupied_dark_min_per_h"),
    ("false offs/day", "false_offs_per_day"),
    ("changes by hand/day", "overrides_per_day"),
    ("unnoticed steps", "unnoticed_steps"),
)


def main() -> int:
    """Play, write, and say what was written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decisions.document", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=28, help="how many are measured")
    options = parser.parse_args()
    page = _PAGE.read_text(encoding="utf-8")
    for world, room in _ROOMS.items():
        with ProcessPoolExecutor(max_workers=os.process_cpu_count()) as pool:
            playing = {
                name: pool.submit(
                    follow, world, name, seed=options.seed, days=options.days, room=room, look_at=_LOOK_AT
                )
                for name in CONTROLLERS
            }
            courses = {name: course.result() for name, course in playing.items()}
        pictures = {"day": plot_day(courses, world=world, room=room), "months": plot_months(courses, world=world)}
        for name, picture in pictures.items():
            (_DOCS / "images" / f"decisions-{world}-{name}.svg").write_text(picture, encoding="utf-8")
        page = _between(page, world, "\n".join(_tables(world, courses)))
    compared = compare("home", seed=options.seed, live="pir_20_min", learning_days=20, days=7)
    page = _between(page, "replay", "\n".join(_comparison(compared)))
    _PAGE.write_text(page, encoding="utf-8")
    print(f"{_PAGE} and {2 * len(_ROOMS)} pictures beside it")
    return 0


def _between(page: str, mark: str, words: str) -> str:
    """Return a page with other words between the marks of a world."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    between = re.compile(f"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
    found, times = between.subn(lambda _: f"{words}\n", page)
    if times != 1:
        raise ValueError(f"{_PAGE} has no {begin} followed by {end}")
    return found


def _tables(world: str, courses: Mapping[str, Course]) -> Iterator[str]:
    """Return the figures with their goals, and those of every controller."""
    found = {name: course.figures for name, course in courses.items()}
    goals = goals_of(is_office=is_office(load_world(file_of(world))))
    yield "| figure | goal | measured |"
    yield "| --- | --- | --- |"
    for key, value in figures_of(found).items():
        goal = goals[key]
        shown = "-" if value is None else f"{value:.3f}"
        bold = "**" if value is not None and goal.is_met(value) else ""
        yield f"| `{key}` | {'at least' if goal.is_least else 'at most'} {goal.limit:g} | {bold}{shown}{bold} |"
    yield ""
    yield f"| controller | {' | '.join(title for title, _ in _COLUMNS)} | score |"
    yield f"| --- |{' --- |' * (len(_COLUMNS) + 1)}"
    for name, figures in found.items():
        values = (*(getattr(figures, column) for _, column in _COLUMNS), _score(figures, found))
        cells = (
            "-" if value is None else f"{value:.1f}" if number in {0, len(_COLUMNS)} else f"{value:.3f}"
            for number, value in enumerate(values)
        )
        yield f"| {name.replace('_', ' ')} | {' | '.join(cells)} |"


def _comparison(compared: Compared) -> Iterator[str]:
    """Return what a replay says beside the truth, of each contender."""
    yield "| | satisfied | dark min/h | false offs/day | kWh | of pir 20 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    reference = compared.truths[Contender.PIR_20].total.kwh - compared.standby_kwh
    for contender, report in compared.truths.items():
        name, truth = contender.value.replace("_", " "), report.total
        kwh = truth.kwh - compared.standby_kwh
        replayed = compared.replayed.total.scores[contender]
        yield _row(f"{name}, truth", truth, kwh, kwh / reference)
        yield _row(f"{name}, replayed", replayed, replayed.kwh, replayed.energy_vs_reference)


def _row(name: str, figures: Figures | Score, kwh: float | None, part: float | None) -> str:
    values = (
        figures.lux_satisfaction,
        figures.occupied_dark_min_per_h,
        figures.false_offs_per_day,
        kwh,
        part,
    )
    cells = ("-" if value is None else f"{value:.1f}" if value is kwh else f"{value:.2f}" for value in values)
    return f"| {name} | {' | '.join(cells)} |"


def _score(figures: Figures, found: Mapping[str, Figures]) -> float | None:
    return quality(
        lux_satisfaction=figures.lux_satisfaction,
        occupied_dark_min_per_h=figures.occupied_dark_min_per_h,
        false_offs_per_day=figures.false_offs_per_day,
        saved=saving(figures.kwh, found["pir_20_min"].kwh, found["oracle"].kwh),
        big_steps_per_day=figures.big_steps_per_day,
    )


if __name__ == "__main__":
    sys.exit(main())
