"""Measure our line or python-dali's driver in this process, and print its figures as JSON."""

import asyncio
import json
import sys

from .peers import measure_ours, measure_python_dali


def main() -> None:
    """Measure one of the two on a port."""
    who, port = sys.argv[1:]
    work = measure_ours(port) if who == "ours" else measure_python_dali(port)
    print(json.dumps(asyncio.run(work)))


if __name__ == "__main__":
    main()
