"""A simulated line in a process of its own, and what was on its wire."""

from collections.abc import Iterator, Sequence
import contextlib
import json
from pathlib import Path
import socket
import subprocess
import sys
import tempfile
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
GEAR: Final = 64
GTIN: Final = 9_520_000_000_035
_ANSWER_BYTES: Final = 65_536


class Simulator:
    """A running simulator."""

    def __init__(self, port: str, control: Path) -> None:
        self.port = port
        self._control = control
        self._last = 0

    def ask(self, command: str, **parameters: Any) -> Any:
        """Ask it something through its control socket."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._control))
            connection.sendall(json.dumps({"command": command, **parameters}).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                answer += connection.recv(_ANSWER_BYTES)
        return json.loads(answer)

    def frames(self) -> list[dict[str, Any]]:
        """Return our forward frames since this was asked last."""
        frames = self.ask("frames", since=self._last)
        if frames:
            self._last = frames[-1]["number"]
        return [frame for frame in frames if frame["source"] == "adapter" and frame["kind"] == "forward"]


def fleet(*, number: int = 0, addresses: bool = True, **more: Any) -> dict[str, Any]:
    """Return a line of 64 gear as the simulator reads it; `more` is for every gear."""
    gear: list[dict[str, Any]] = [
        {
            "name": f"Lamp {address}",
            "address": address if addresses else "none",
            "serial": 1000 + number * GEAR + address,
            "level": 0,
        }
        for address in range(GEAR)
    ]
    return {"name": f"Line {number}", "defaults": {"gtin": GTIN, **more}, "gear": gear}


@contextlib.contextmanager
def simulated(described: dict[str, Any], *, speed: float = 1.0) -> Iterator[Simulator]:
    """Run a simulator in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="line-") as name:
        folder = Path(name)
        file, link, control = folder / "fleet.yaml", folder / "port", folder / "control"
        # JSON is YAML.
        file.write_text(json.dumps(described), encoding="utf-8")
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "custom_components.smart_lighting_ai_dali.simulator",
                *("--fleet", str(file), "--link", str(link), "--control", str(control), "--speed", str(speed)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            if process.stdout is None or not process.stdout.readline().startswith("ready"):
                raise RuntimeError("the simulator did not start")
            yield Simulator(str(link), control)
        finally:
            process.terminate()
            process.wait(10)


@contextlib.contextmanager
def crowd(described: Sequence[dict[str, Any]]) -> Iterator[list[str]]:
    """Run several lines in one process of their own, and give their ports."""
    with tempfile.TemporaryDirectory(prefix="lines-") as name:
        files = [Path(name) / f"{number}.yaml" for number in range(len(described))]
        for file, one in zip(files, described, strict=True):
            file.write_text(json.dumps(one), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.line.crowd", *map(str, files)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            if process.stdout is None or not process.stdout.readline():
                raise RuntimeError("the simulators did not start")
            yield [str(file.with_suffix(".port")) for file in files]
