"""The control socket of a simulated line: a line of JSON in, a line of JSON out.

    {"command": "gear"}                                          how each gear is
    {"command": "frames", "since": 120}                          the frames after number 120
    {"command": "statistics"}                                    what the wire has carried
    {"command": "fault", "address": 3, "fault": "lamp"}          or "gear", "deaf"; "present": false repairs it
    {"command": "mains", "address": 3, "present": false}         the supply of one gear
    {"command": "line_power", "present": false}                  the power of the line
    {"command": "frame_loss", "fraction": 0.1}                   frames that nobody notices
    {"command": "foreign", "bits": 16, "data": 65024}            another master's frame; "priority", "twice"
    {"command": "disturb"}                                       a spike on the line
    {"command": "adapter", "deaf": true, "stalled": false}       an adapter that hangs
    {"command": "devices"}                                       how each input device is
    {"command": "button", "address": 0, "instance": 1, "gesture": "short"}   or "press", "release", "double", "long"
    {"command": "motion", "address": 0, "instance": 2, "present": true}      somebody moves, or stops
    {"command": "illuminance", "address": 0, "instance": 3, "lux": 420}      the light on a sensor
    {"command": "position", "address": 0, "instance": 4, "position": 0.5}    a knob, 0 to 1
    {"command": "world"}                                         who is where, how bright it is, what they want
    {"command": "unplug"}, {"command": "replug", "link": PATH}   the plug; without a link under its old name
    {"command": "restart"}                                       everything off and on again

What has nothing to say answers {"ok": true}, and what can't be done {"error": "..."}.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
import json
from pathlib import Path
import socket
from typing import Any, Final

from ..dali.timing import Priority
from .input_devices import LONG_PRESS
from .simulation import Simulation

type Parameters = dict[str, Any]
type Command = Callable[[Simulation, Parameters], object]

# Whoever sends longer lines sends no command.
_LONGEST_LINE: Final = 65_536
_REQUIRED: Final = object()


def _take[T](parameters: Parameters, name: str, kind: type[T], default: object = _REQUIRED) -> T:
    """Return a parameter; raises ValueError where it is missing or something else."""
    value = parameters.pop(name, default)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name} has to be of the type {kind.__name__}")  # the host's mistake
    return value


def _gear(simulation: Simulation, _: Parameters) -> object:
    return simulation.snapshots()


def _frames(simulation: Simulation, parameters: Parameters) -> object:
    return [frame.as_dict() for frame in simulation.log.frames(_take(parameters, "since", int, 0))]


def _statistics(simulation: Simulation, _: Parameters) -> object:
    return asdict(simulation.wire.statistics) | {"seconds": simulation.scheduler.now()}


def _fault(simulation: Simulation, parameters: Parameters) -> None:
    simulation.set_gear_fault(
        _take(parameters, "address", int),
        _take(parameters, "fault", str),
        present=_take(parameters, "present", bool, default=True),
    )


def _mains(simulation: Simulation, parameters: Parameters) -> None:
    simulation.set_mains_power(_take(parameters, "address", int), present=_take(parameters, "present", bool))


def _line_power(simulation: Simulation, parameters: Parameters) -> None:
    simulation.set_line_power(present=_take(parameters, "present", bool))


def _frame_loss(simulation: Simulation, parameters: Parameters) -> None:
    simulation.set_frame_loss(_take(parameters, "fraction", float))


def _foreign(simulation: Simulation, parameters: Parameters) -> None:
    simulation.foreign_frame(
        _take(parameters, "bits", int, 16),
        _take(parameters, "data", int),
        priority=Priority(_take(parameters, "priority", int, int(Priority.USER))),
        twice=_take(parameters, "twice", bool, default=False),
    )


def _disturb(simulation: Simulation, _: Parameters) -> None:
    simulation.disturb()


def _adapter(simulation: Simulation, parameters: Parameters) -> None:
    simulation.adapter_deaf(_take(parameters, "deaf", bool, default=False))
    simulation.adapter_stalled(_take(parameters, "stalled", bool, default=False))


def _devices(simulation: Simulation, _: Parameters) -> object:
    return simulation.inputs.snapshots()


def _instance(parameters: Parameters) -> tuple[int, int]:
    """Return the address of an input device and the number of its instance."""
    return _take(parameters, "address", int), _take(parameters, "instance", int, 0)


def _button(simulation: Simulation, parameters: Parameters) -> None:
    gesture, seconds = _take(parameters, "gesture", str, "short"), _take(parameters, "seconds", float, LONG_PRESS)
    simulation.inputs.gesture(*_instance(parameters), gesture, seconds=seconds)


def _motion(simulation: Simulation, parameters: Parameters) -> None:
    simulation.inputs.move(*_instance(parameters), present=_take(parameters, "present", bool))


def _illuminance(simulation: Simulation, parameters: Parameters) -> None:
    simulation.inputs.shine(*_instance(parameters), _take(parameters, "lux", float))


def _position(simulation: Simulation, parameters: Parameters) -> None:
    simulation.inputs.turn(*_instance(parameters), _take(parameters, "position", float))


def _world(simulation: Simulation, _: Parameters) -> object:
    if simulation.inhabitants is None:
        raise ValueError("there is no world around this line")
    return simulation.inhabitants.snapshot()


def _measurement(simulation: Simulation, parameters: Parameters) -> None:
    simulation.inputs.measure(*_instance(parameters), _take(parameters, "value", float))


def _unplug(simulation: Simulation, _: Parameters) -> None:
    simulation.unplug()


def _replug(simulation: Simulation, parameters: Parameters) -> None:
    link = _take(parameters, "link", str, "")
    simulation.replug(Path(link) if link else None)


def _restart(simulation: Simulation, _: Parameters) -> None:
    simulation.restart()


# Each command, and the parameters that it takes.
COMMANDS: Final[dict[str, tuple[Command, frozenset[str]]]] = {
    "gear": (_gear, frozenset()),
    "frames": (_frames, frozenset({"since"})),
    "statistics": (_statistics, frozenset()),
    "fault": (_fault, frozenset({"address", "fault", "present"})),
    "mains": (_mains, frozenset({"address", "present"})),
    "line_power": (_line_power, frozenset({"present"})),
    "frame_loss": (_frame_loss, frozenset({"fraction"})),
    "foreign": (_foreign, frozenset({"bits", "data", "priority", "twice"})),
    "disturb": (_disturb, frozenset()),
    "adapter": (_adapter, frozenset({"deaf", "stalled"})),
    "unplug": (_unplug, frozenset()),
    "replug": (_replug, frozenset({"link"})),
    "restart": (_restart, frozenset()),
    "devices": (_devices, frozenset()),
    "button": (_button, frozenset({"address", "instance", "gesture", "seconds"})),
    "motion": (_motion, frozenset({"address", "instance", "present"})),
    "illuminance": (_illuminance, frozenset({"address", "instance", "lux"})),
    "position": (_position, frozenset({"address", "instance", "position"})),
    "world": (_world, frozenset()),
    "measurement": (_measurement, frozenset({"address", "instance", "value"})),
}


def _obey(simulation: Simulation, line: bytes) -> object:
    """Obey one line and return its result; raises ValueError, LookupError, OSError, or what JSON is too deep for."""
    parameters = json.loads(line)
    name = parameters.pop("command", None) if isinstance(parameters, dict) else None
    if not isinstance(name, str) or name not in COMMANDS:
        raise ValueError(f"a command is needed, one of {', '.join(COMMANDS)}")
    command, known = COMMANDS[name]
    if unknown := sorted(parameters.keys() - known):
        raise ValueError(f"{name} takes {', '.join(sorted(known)) or 'nothing'}; not {', '.join(unknown)}")
    return command(simulation, parameters)


def answer(simulation: Simulation, line: bytes) -> object:
    """Obey one line and return what to say, ready for JSON; never raises."""
    try:
        result = _obey(simulation, line)
    except (ValueError, LookupError, ArithmeticError, OSError, RecursionError) as error:
        # Numbers that are too large for a fraction, and brackets in brackets in brackets, are mistakes like others.
        return {"error": str(error)}
    return {"ok": True} if result is None else result


def _listener(path: Path) -> socket.socket:
    """Return a socket on a path, for this user alone; raises OSError."""
    if path.is_socket():
        _make_way(path)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
    except OSError:
        listener.close()
        raise
    return listener


def _make_way(path: Path) -> None:
    """Remove a socket that nobody listens on any more; raises FileExistsError where someone does."""
    with socket.socket(socket.AF_UNIX) as probe:
        # A listener who is busy is one too.
        probe.settimeout(0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except FileNotFoundError:
            return
        except BlockingIOError:
            pass
    raise FileExistsError(f"{path} is in use")


class Control:
    """The socket, from its opening to its end."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._server: asyncio.Server | None = None

    async def start(self, path: Path) -> None:
        """Listen on a path, for this user alone; raises OSError."""
        self._server = await asyncio.start_unix_server(self._serve, sock=_listener(path), limit=_LONGEST_LINE)

    async def stop(self) -> None:
        """Hang up on everyone; the path is gone afterwards."""
        if self._server is not None:
            self._server.close()
            self._server.close_clients()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(answer(self._simulation, line)).encode() + b"\n")
                await writer.drain()
        except ConnectionError, ValueError:
            pass  # gone, or a line without an end
        finally:
            writer.close()
