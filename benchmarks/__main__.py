"""Run a benchmark, or all: `scripts/bench [NAME] [--json]`."""

import argparse
from collections.abc import Mapping
import json
import signal
import sys
from typing import NoReturn

from . import ai, database, decisions, line, rotation
from .database.goals import KEYS
from .database.places import ENGINES, SQLITE

NAMES = ("ai", "database", "decisions", "line", "rotation")


def main() -> int:
    """Measure, print a table, and with --json one JSON object on the last line."""
    arguments = _parser().parse_args()
    # Nothing is left behind either when somebody ends it.
    signal.signal(signal.SIGTERM, _end)
    names = [arguments.name] if arguments.name else NAMES
    results: dict[str, dict[str, object]] = {}
    figures: Mapping[str, object]
    for name in names:
        if name == "ai":
            table, figures = ai.run(seeds=arguments.seeds, days=ai.DAYS)
        elif name == "database":
            table, figures = database.run(engine=arguments.engine, rows=arguments.rows, only=arguments.only)
        elif name == "decisions":
            table, figures = decisions.run(world=arguments.world, seed=arguments.seed, days=arguments.days)
        elif name == "rotation":
            table, figures = rotation.run(kills=arguments.kills)
        else:
            table, figures = line.run()
        results[name] = {**figures}
        print(f"{name}\n{table}\n")
    if arguments.json:
        print(json.dumps(results[arguments.name] if arguments.name else results))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, help="which one; without it, all")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    planners = parser.add_argument_group("ai")
    planners.add_argument(
        "--seeds", type=int, default=ai.SEEDS, help=f"how many worlds are played; without it, {ai.SEEDS}"
    )
    options = parser.add_argument_group("database")
    options.add_argument("--engine", choices=ENGINES, default=SQLITE, help=f"on which engine; without it, {SQLITE}")
    options.add_argument(
        "--rows", type=_number_of_rows, default=database.ROWS, help="how many events there are; without it, a million"
    )
    options.add_argument(
        "--only", type=_keys, default=KEYS, metavar="KEY[,KEY]", help=f"measure these alone, of: {', '.join(KEYS)}"
    )
    world = parser.add_argument_group("decisions")
    world.add_argument("--world", default="home", metavar="NAME|FILE", help="home, office, or a world of your own")
    world.add_argument("--seed", type=int, default=1, help="which people, which weather; without it, 1")
    world.add_argument(
        "--days", type=int, default=28, help=f"how many are measured, after {decisions.LEARNING_DAYS} of learning"
    )
    keys = parser.add_argument_group("rotation")
    keys.add_argument("--kills", type=int, default=rotation.KILLS, help=f"how many; without it, {rotation.KILLS}")
    return parser


def _number_of_rows(text: str) -> int:
    rows = int(text)
    if rows < database.LEAST_ROWS:
        raise argparse.ArgumentTypeError(f"{rows} are too few: {database.LEAST_ROWS} at least")
    return rows


def _keys(text: str) -> list[str]:
    keys = text.split(",")
    if unknown := set(keys) - set(KEYS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}, only {', '.join(KEYS)}")
    return keys


def _end(_: int, __: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
