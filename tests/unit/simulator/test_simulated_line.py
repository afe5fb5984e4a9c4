"""The simulated line as a whole, on its thread: start and stop, its port, and what can go wrong."""

import os
from pathlib import Path
import socket
import threading
import time

import pytest

from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation

from .line_bench import FLEET, INFO, PATIENCE, STATUS, ask_adapter, open_files, until


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
    assert time.monotonic() - begin < 3.0
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


@pytest.mark.usefixtures("unix_sockets")
def test_a_socket_that_was_left_behind_makes_way(tmp_path: Path) -> None:
    path = tmp_path / "control"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
        left_behind.listen()
    line = SimulatedLine(FLEET, link=tmp_path / "line", control=path)
    line.start()
    assert path.stat().st_mode & 0o777 == 0o600
    line.stop()
    assert not path.exists()


@pytest.mark.usefixtures("unix_sockets")
def test_a_socket_of_another_who_listens_stays(tmp_path: Path) -> None:
    path = tmp_path / "control"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen(0)
        # The first of these waits in its queue, and the queue is full then.
        for _ in range(3):
            with pytest.raises(FileExistsError, match="control is in use"):
                SimulatedLine(FLEET, link=tmp_path / "line", control=path).start()
        assert path.is_socket()
    assert [one.name for one in tmp_path.iterdir()] == ["control"]


@pytest.mark.parametrize("broken", ["name", "open", "thread"])
def test_whatever_keeps_it_from_starting_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    class OddError(BaseException):
        """Nothing that anyone expects."""

    def fail(*_: object) -> None:
        raise OddError

    before = threading.active_count(), open_files()
    fleet = Fleet(name="\ud800", gear=()) if broken == "name" else FLEET
    expected = UnicodeEncodeError if broken == "name" else OddError
    if broken == "open":
        monkeypatch.setattr(Simulation, "open", fail)
    elif broken == "thread":
        monkeypatch.setattr("asyncio.SelectorEventLoop", fail)
    line = SimulatedLine(fleet, link=tmp_path / "line")
    with pytest.raises(expected):
        line.start()
    assert not line.running
    assert list(tmp_path.iterdir()) == []
    assert (threading.active_count(), open_files()) == before


def test_a_start_that_hangs_is_given_up_and_comes_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, goes_on = threading.active_count(), threading.Event()
    proper = Simulation.open

    def slow(simulation: Simulation) -> None:
        goes_on.wait(PATIENCE)
        proper(simulation)

    monkeypatch.setattr(Simulation, "open", slow)
    line = SimulatedLine(FLEET, link=tmp_path / "line")
    with pytest.raises(TimeoutError, match="has not started within"):
        line.start(patience=0.1)
    with pytest.raises(InterruptedError):
        line.start(interrupted=lambda: True)
    assert not line.running
    line.stop()
    goes_on.set()
    until(lambda: threading.active_count() == before)
    assert list(tmp_path.iterdir()) == []
    line.start()
    assert ask_adapter(line.link, INFO, 24)[:3] == b"Y\x21\x14"
    line.stop()


def test_nothing_can_be_called_on_a_line_that_does_not_run(tmp_path: Path) -> None:
    line = SimulatedLine(FLEET, link=tmp_path / "line")
    with pytest.raises(RuntimeError, match="does not run"):
        line.call(Simulation.unplug)
    with pytest.raises(ValueError, match="1 is real time"):
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
        number: int = line.call(lambda simulation: simulation.adapter.identity.serial)
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
    assert time.monotonic() - begin < 3.0
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


def test_an_adapter_that_can_not_be_plugged_in_elsewhere_stays_where_it_is(line: SimulatedLine, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("precious")
    before = open_files()
    port = os.open(line.link, os.O_RDWR | os.O_NOCTTY)
    for link in (file, tmp_path / "nowhere" / "line", Path("a\0b"), Path("\ud800")):
        with pytest.raises((OSError, ValueError)):
            line.call(lambda simulation, link=link: simulation.replug(link))  # type: ignore[misc]  # bound now
    os.write(port, INFO)
    assert os.read(port, 1) == b"Y", "nobody has hung up"
    os.close(port)
    assert open_files() == before
    assert file.read_text() == "precious"


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


def test_a_spike_needs_an_idle_line(tmp_path: Path) -> None:
    line = SimulatedLine(FLEET, link=tmp_path / "slow", speed=0.02)
    line.start()
    try:
        line.call(lambda simulation: simulation.foreign_frame(16, 0))
        until(lambda: line.call(lambda simulation: simulation.wire.busy))
        with pytest.raises(ValueError, match="a frame is on the line"):
            line.call(Simulation.disturb)
        assert line.call(lambda simulation: simulation.log.frames()) == []
    finally:
        line.stop()
