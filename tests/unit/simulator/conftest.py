"""A simulated line that runs, and a client of its control socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine

from .line_bench import FLEET, SPEED, Client


@pytest.fixture
def line(tmp_path: Path) -> Iterator[SimulatedLine]:
    """Return a line that runs, fast, and ends with the test."""
    line = SimulatedLine(FLEET, link=tmp_path / "line", control=tmp_path / "control", log=tmp_path / "log", speed=SPEED)
    line.start()
    yield line
    line.stop()


@pytest.fixture
def unix_sockets() -> None:
    """Let sockets connect to paths: Home Assistant's test helpers forget those."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture
def client(line: SimulatedLine, tmp_path: Path, unix_sockets: None) -> Iterator[Client]:
    """Return a client of the line."""
    del unix_sockets
    assert line.running
    client = Client(tmp_path / "control")
    yield client
    client.close()
