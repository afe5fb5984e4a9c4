"""Run a simulated line as a process of its own: `python -m custom_components.smart_lighting_ai_dali.simulator`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
import signal
import sys
from typing import Final

from .fleet import Fleet, FleetError, built_in_fleets, inhabited
from .scheduler import FASTEST, SLOWEST, check_speed
from .simulated_line import SimulatedLine
from .world.reading import WorldError, built_in_worlds, load_world
from .world.specification import WorldSpecification

_END: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


def _fleet(value: str) -> Fleet:
    """Return the fleet of a file, or the built-in one of that name."""
    path = built_in_fleets().get(value, Path(value))
    try:
        return Fleet.load(path)
    except FleetError as error:
        raise argparse.ArgumentTypeError("\n".join((f"{path} has mistakes:", *error.problems))) from error
    except OSError as error:
        names = ", ".join(built_in_fleets())
        raise argparse.ArgumentTypeError(f"{error}; built in are {names}") from error


def _world(value: str) -> WorldSpecification:
    """Return the world of a file, or the built-in one of that name."""
    path = built_in_worlds().get(value, Path(value))
    try:
        return load_world(path)
    except WorldError as error:
        raise argparse.ArgumentTypeError("\n".join((f"{path} has mistakes:", *error.problems))) from error
    except OSError as error:
        names = ", ".join(built_in_worlds())
        raise argparse.ArgumentTypeError(f"{error}; built in are {names}") from error


def _speed(value: str) -> float:
    """Return a speed at which a line can run."""
    try:
        speed = float(value)
        check_speed(speed)
    except ValueError as error:
        allowed = f"it is a number from {SLOWEST:g} to {FASTEST:g}, and 1 is real time"
        raise argparse.ArgumentTypeError(f"{value} is no speed; {allowed}") from error
    return speed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m custom_components.smart_lighting_ai_dali.simulator",
        description="A DALI line with its gear and an adapter, behind a pseudo-terminal.",
    )
    parser.add_argument("--fleet", type=_fleet, required=True, help="a YAML file, or demo, home, office or showcase")
    parser.add_argument("--world", type=_world, help="people and daylight: a YAML file, or home or office")
    parser.add_argument("--link", type=Path, required=True, help="the port's name: a link that is made here")
    parser.add_argument("--control", type=Path, help="a unix socket for faults and questions; one line of JSON each")
    parser.add_argument("--tcp", type=int, help="a network port on this machine that leads to the adapter too")
    parser.add_argument("--log", type=Path, help="a file that gets a line of JSON per frame")
    parser.add_argument("--speed", type=_speed, help="times real time (as the fleet says, or else 1)")
    parser.add_argument("--seed", type=int, default=0, help="of everything that is left to chance (0)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM, SIGINT or SIGHUP, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    fleet: Fleet = options.fleet
    if options.world is not None:
        try:
            fleet = inhabited(fleet, options.world)
        except FleetError as error:
            parser.error(f"argument --world: {error}")
    line = SimulatedLine(
        fleet,
        link=options.link,
        control=options.control,
        tcp=options.tcp,
        log=options.log,
        speed=fleet.speed if options.speed is None else options.speed,
        seed=options.seed,
    )
    # Blocked before there is another thread, the signals wait for us.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _END)
    try:
        line.start(interrupted=lambda: signal.sigtimedwait(_END, 0) is not None)
    except InterruptedError:
        return 0
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    else:
        sys.stdout.write(f"ready {options.link}\n")
        sys.stdout.flush()
        signal.sigwait(_END)
        return 0
    finally:
        line.stop()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


if __name__ == "__main__":
    sys.exit(main())
