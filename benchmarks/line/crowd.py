"""Many simulated lines in one process: each loads Home Assistant, which so happens once."""

from contextlib import ExitStack
import json
from pathlib import Path
import sys

from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine


def main() -> None:
    """Run the lines of the fleets that are named, until what writes to this process ends."""
    with ExitStack() as stack:
        for name in sys.argv[1:]:
            file = Path(name)
            line = SimulatedLine(Fleet.parse(file.read_text(encoding="utf-8")), link=file.with_suffix(".port"))
            line.start()
            stack.callback(line.stop)
        print(json.dumps("ready"), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
