"""Measure the AI planner in a running home alone, in five minutes: `python -m benchmarks.ai`."""

from ..goals import row
from . import running
from .goals import GOALS

if __name__ == "__main__":
    for key, value in running.measure().items():
        print(row(key, value, GOALS.get(key)))
