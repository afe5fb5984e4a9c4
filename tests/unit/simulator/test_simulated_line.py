"""The simulated line as a whole, on its thread: port, log, control socket and faults."""

from collections.abc import Callable, Iterator
from contextlib import suppress
import json
import os
from pathlib import Path
import socket
import threading
import time
from typing import Any

import pytest
import pytest_socket

from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
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


@pytest.fixture
def line(tmp_path: Path) -> Iterator[SimulatedLine]:
    """Return a line that runs, fast, and ends with the test."""
    line = SimulatedLine(FLEET, link=tmp_path / "line", control=tmp_path / "control", log=tmp_path / "log", speed=SPEED)
    line.start()
    yield line
    line.stop()


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


@pytest.fixture
def client(line: SimulatedLine, tmp_path: Path) -> Iterator[Client]:
    """Return a client of the line."""
    assert line.running
    # Home Assistant's test helpers let sockets connect to this machine only, and forget those that are paths.
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    client = Client(tmp_path / "control")
    yield client
    client.close()


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


def level(simulation: Simulation, address: int) -> int:
    """Return the level of a gear."""
    (gear,) = simulation.gear_at(address)
    return gear.actual_level(simulation.wire.gear_time())


# Start and stop


def test_it_starts_and_stops_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    before = threading.active_count(), open_files()
    line = SimulatedLine(FLEET, link=tmp_path / "line", control=tmp_path / "control")
    begin = time.monotonic()
    line.start()
    assert ask_adapter(line.link, INFO, 24)[:3] == b"Y\x21\x14"
    line.stop()
    line.stop()
    assert time.monotonic() - begin < 1.0
    assert not line.running
    assert list(tmp_path.iterdir()) == []
    assert (threading.active_count(), open_files()) == before


def test_it_can_be_started_again(line: SimulatedLine) -> None:
    with pytest.raises(RuntimeError):
        line.start()
    line.stop()
    line.restart()
    assert ask_adapter(line.link, INFO, 24)[:3] == b"Y\x21\x14"


def test_a_port_that_can_not_be_made_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    before = threading.active_count(), open_files()
    line = SimulatedLine(FLEET, link=tmp_path / "nowhere" / "line", log=tmp_path / "log")
    with pytest.raises(FileNotFoundError):
        line.start()
    assert not line.running
    assert (threading.active_count(), open_files()) == before


def test_a_control_socket_that_can_not_be_made_leaves_no_port(tmp_path: Path) -> None:
    line = SimulatedLine(FLEET, link=tmp_path / "line", control=tmp_path / "nowhere" / "control")
    with pytest.raises(OSError, match="No such file"):
        line.start()
    assert list(tmp_path.iterdir()) == []


def test_a_socket_that_was_left_behind_makes_way(tmp_path: Path) -> None:
    path = tmp_path / "control"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    line = SimulatedLine(FLEET, link=tmp_path / "line", control=path)
    line.start()
    assert path.stat().st_mode & 0o777 == 0o600
    line.stop()
    assert not path.exists()


def test_nothing_can_be_called_on_a_line_that_does_not_run(tmp_path: Path) -> None:
    line = SimulatedLine(FLEET, link=tmp_path / "line")
    with pytest.raises(RuntimeError, match="does not run"):
        line.call(Simulation.unplug)
    with pytest.raises(ValueError, match="above 0"):
        SimulatedLine(FLEET, link=tmp_path / "line", speed=0)


def test_a_call_gives_back_what_the_function_gives_or_raises(line: SimulatedLine) -> None:
    here = threading.get_ident()
    assert line.call(lambda _: threading.get_ident()) != here
    with pytest.raises(LookupError, match="no gear has the address 5"):
        line.call(lambda simulation: simulation.gear_at(5))


def test_two_lines_have_adapters_of_their_own(tmp_path: Path) -> None:
    def serial(name: str, seed: int) -> int:
        line = SimulatedLine(Fleet(name=name, gear=()), link=tmp_path / "line", seed=seed)
        line.start()
        number = line.call(lambda simulation: simulation.adapter.identity.serial)
        line.stop()
        return number

    serials = [serial("East", 0), serial("West", 0), serial("East", 1)]
    assert len(set(serials)) == 3
    assert serial("East", 0) == serials[0]


def test_an_idle_line_takes_no_time(line: SimulatedLine) -> None:
    before = line.call(lambda _: time.thread_time())
    time.sleep(0.5)
    assert line.call(lambda _: time.thread_time()) - before < 0.01


# What can go wrong


def test_a_restart_is_a_power_cycle(line: SimulatedLine) -> None:
    def spoil(simulation: Simulation) -> None:
        simulation.set_frame_loss(1.0)
        simulation.set_line_power(present=False)
        simulation.adapter_deaf(True)  # noqa: FBT003  # as its name says
        simulation.adapter_stalled(True)  # noqa: FBT003  # the same

    line.call(spoil)
    begin = time.monotonic()
    line.restart()
    assert time.monotonic() - begin < 1.0
    assert ask_adapter(line.link, STATUS, 10)[8:9] == b"\x00", "the line has power"
    until(lambda: line.call(lambda simulation: level(simulation, 0)) == 254)
    assert line.call(lambda simulation: simulation.wire.frame_loss) == 0.0


def test_the_adapter_can_be_unplugged_and_found_under_another_name(line: SimulatedLine) -> None:
    line.call(Simulation.unplug)
    assert not line.link.is_symlink()
    elsewhere = line.link.with_name("elsewhere")
    line.call(lambda simulation: simulation.replug(elsewhere))
    assert ask_adapter(elsewhere, INFO, 24)[:3] == b"Y\x21\x14"
    line.call(Simulation.replug)
    assert not elsewhere.is_symlink()
    assert ask_adapter(line.link, INFO, 24)[:3] == b"Y\x21\x14"


def test_a_line_that_the_adapter_feeds_is_dark_when_that_is_turned_off(tmp_path: Path) -> None:
    line = SimulatedLine(Fleet(name="Fed", gear=FLEET.gear, adapter_feeds_line=True), link=tmp_path / "line")
    line.start()
    assert ask_adapter(line.link, bytes((0x59, 0x2A, 3, 0, 0, 0, 0x29)), 7) == bytes((0x59, 0x2B, 3, 0, 0, 0, 0x28))
    assert not line.call(lambda simulation: simulation.wire.powered)
    line.call(lambda simulation: simulation.set_line_power(present=True))
    assert not line.call(lambda simulation: simulation.wire.powered)
    line.stop()


@pytest.mark.parametrize(("bits", "data"), [(8, 1), (16, 0x10000), (24, -1)])
def test_a_foreign_frame_that_is_none(line: SimulatedLine, bits: int, data: int) -> None:
    with pytest.raises(ValueError, match="16 or 24 bits"):
        line.call(lambda simulation: simulation.foreign_frame(bits, data))


# The control socket


def test_the_state_of_the_gear_can_be_asked_for(client: Client) -> None:
    left, right = client.ask("gear")
    assert (left["name"], left["address"], left["level"]) == ("Left", 0, 100)
    assert (right["name"], right["address"], right["level"]) == ("Right", 1, 200)


def test_frames_can_be_asked_for_and_are_in_the_log(client: Client, tmp_path: Path) -> None:
    assert client.ask("frames") == []
    assert client.ask("foreign", data=0x0020, twice=True, priority=4) == {"ok": True}
    assert client.ask("foreign", data=0x0190) == {"ok": True}
    until(lambda: len(client.ask("frames")) == 4)
    frames = client.ask("frames", since=0)
    assert [frame["kind"] for frame in frames].count("backward") == 1
    assert client.ask("frames", since=frames[1]["number"]) == frames[2:]
    logged = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert logged == frames
    assert {(frame["source"], frame["bits"]) for frame in frames} == {("foreign", 16), ("Left", 8)}
    statistics = client.ask("statistics")
    assert (statistics["forward_frames"], statistics["answers"]) == (3, 1)
    assert 0 < statistics["busy_seconds"] < statistics["seconds"]


def test_faults_can_be_made_and_repaired(client: Client) -> None:
    for fault, field in (("lamp", "lamp_failure"), ("gear", "gear_failure"), ("deaf", "deaf")):
        assert client.ask("fault", address=1, fault=fault) == {"ok": True}
        assert [gear[field] for gear in client.ask("gear")] == [False, True]
        client.ask("fault", address=1, fault=fault, present=False)
        assert [gear[field] for gear in client.ask("gear")] == [False, False]


def test_power_can_be_taken_and_given(client: Client) -> None:
    client.ask("mains", address=1, present=False)
    assert [gear["has_mains"] for gear in client.ask("gear")] == [True, False]
    client.ask("line_power", present=False)
    until(lambda: bool(client.ask("gear")[0]["level"] == 254))
    client.ask("line_power", present=True)


def test_the_line_can_be_disturbed(client: Client) -> None:
    client.ask("disturb")
    assert [frame["source"] for frame in client.ask("frames")] == ["line"]
    client.ask("frame_loss", fraction=1)
    client.ask("foreign", bits=24, data=1, priority=2)
    until(lambda: len(client.ask("frames")) == 2)
    assert client.ask("frames", since=1)[0]["lost"]


def test_the_adapter_can_be_spoiled_unplugged_and_restarted(client: Client, line: SimulatedLine) -> None:
    assert client.ask("adapter", deaf=True, stalled=True) == {"ok": True}
    assert line.call(lambda simulation: (simulation.terminal.deaf, simulation.terminal.stalled)) == (True, True)
    client.ask("adapter")
    assert line.call(lambda simulation: (simulation.terminal.deaf, simulation.terminal.stalled)) == (False, False)
    client.ask("unplug")
    assert not line.link.is_symlink()
    other = line.link.with_name("other")
    client.ask("replug", link=str(other))
    assert other.is_symlink()
    client.ask("restart")
    assert line.link.is_symlink()
    assert not other.is_symlink()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"nonsense", "Expecting value"),
        (b"\xff\xfe", "decode"),
        (b"[]", "a command is needed, one of gear, frames"),
        (b"{}", "a command is needed, one of gear, frames"),
        (b'{"command": []}', "a command is needed, one of gear, frames"),
        (b'{"command": "explode"}', "a command is needed, one of gear, frames"),
        (b'{"command": "mains", "address": 1}', "present has to be of the type bool"),
        (b'{"command": "mains", "address": true, "present": true}', "address has to be of the type int"),
        (b'{"command": "fault", "address": 9, "fault": "lamp"}', "no gear has the address 9"),
        (b'{"command": "fault", "address": 1, "fault": "fire"}', "'fire' is not a valid GearFault"),
        (b'{"command": "frame_loss", "fraction": 2}', "0 to 1"),
        (b'{"command": "foreign", "data": 0, "priority": 9}', "9 is not a valid Priority"),
        (b'{"command": "foreign", "data": 70000}', "16 or 24 bits"),
        (b'{"command": "replug", "link": "/nowhere/line"}', "No such file"),
    ],
)
def test_what_can_not_be_done_is_said(client: Client, said: bytes, error: str) -> None:
    assert error in client.say(said)["error"]
    assert len(client.ask("gear")) == 2, "it goes on"


def test_a_line_without_an_end_ends_the_connection(client: Client, tmp_path: Path) -> None:
    client.socket.sendall(b"x" * 200_000)
    with suppress(ConnectionResetError):
        assert client.lines.read() == b""
    other = Client(tmp_path / "control")
    assert len(other.ask("gear")) == 2
    other.close()


def test_a_line_stops_while_someone_is_at_its_socket(client: Client, line: SimulatedLine) -> None:
    client.ask("gear")
    line.stop()
    assert client.lines.read() == b""
