"""A simulated line of two gear on its thread, and what talks to its port and to its control socket."""

from collections.abc import Callable
import json
import os
from pathlib import Path
import socket
import time
from typing import Any

from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

FLEET = Fleet(
    name="Test",
    gear=(
        GearSpecification(name="Left", short_address=0, level=100),
        GearSpecification(name="Right", short_address=1, level=200),
    ),
)
SPEED = 20.0
PATIENCE = 5.0
# QUERY DEVICE INFO and READ STATUS of LUBA.
INFO = bytes((0x59, 0x20, 1, 0, 0x21))
STATUS = bytes((0x59, 0x2C, 1, 0, 0x2D))


class Client:
    """A program at the control socket."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb")

    def say(self, line: bytes) -> Any:
        """Send a line and return the answer to it."""
        self.socket.sendall(line + b"\n")
        return json.loads(self.lines.readline())

    def ask(self, command: str, **parameters: object) -> Any:
        """Send a command and return the answer to it."""
        return self.say(json.dumps({"command": command, **parameters}).encode())

    def close(self) -> None:
        """Hang up."""
        self.lines.close()
        self.socket.close()


def ask_adapter(link: Path, message: bytes, size: int) -> bytes:
    """Send bytes to the adapter behind a port and return this many of what it says, or fewer when it stops."""
    port = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        os.write(port, message)
        said = b""
        end = time.monotonic() + PATIENCE
        while len(said) < size and time.monotonic() < end:
            try:
                said += os.read(port, size)
            except BlockingIOError:
                time.sleep(0.002)
        return said
    finally:
        os.close(port)


def open_files() -> set[str]:
    """Return the numbers of this process's file descriptors."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.005)
