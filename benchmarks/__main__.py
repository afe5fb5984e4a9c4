"""Run a benchmark, or all: `scripts/bench [NAME] [--json]`."""

import argparse
import json
import sys

from . import database, line

BENCHMARKS = {"database": database.run, "line": line.run}


def main() -> int:
    """Measure, print a table, and with --json one JSON object on the last line."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHMARKS), help="which one; without it, all")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    arguments = parser.parse_args()
    names = [arguments.name] if arguments.name else sorted(BENCHMARKS)
    results = {}
    for name in names:
        table, results[name] = BENCHMARKS[name]()
        print(f"{name}\n{table}\n")
    if arguments.json:
        print(json.dumps(results[arguments.name] if arguments.name else results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
