"""The simulator as a process of its own."""

from collections.abc import Iterator, Sequence
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import threading
import time

import pytest

from custom_components.smart_lighting_ai_dali.simulator.__main__ import main
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation

MODULE = "custom_components.smart_lighting_ai_dali.simulator"
ROOT = Path(__file__).parents[2]
PATIENCE = 30


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Return a list of processes that end with the test."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def test_it_runs_until_it_is_told_to_end(tmp_path: Path, processes: list[subprocess.Popen[str]]) -> None:
    link, control, log = tmp_path / "line", tmp_path / "control", tmp_path / "log"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", MODULE, "--fleet", "demo", "--link", str(link), "--seed", "7"),
            *("--control", str(control), "--log", str(log), "--speed", "2"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    processes.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == f"ready {link}\n"
    port = os.open(link, os.O_RDWR | os.O_NOCTTY)
    # DAPC 0 by broadcast: the reply, then the frame on the wire and in the log.
    os.write(port, bytes((0x59, 0x32, 7, 0, 16, 2, 0xFE, 0, 0, 0, 0x32 ^ 7 ^ 16 ^ 2 ^ 0xFE)))
    assert os.read(port, 6) == bytes((0x59, 0x33, 2, 1, 1, 0x31))
    os.read(port, 1)
    os.close(port)
    assert control.is_socket()
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0
    (frame,) = [json.loads(line) for line in log.read_text().splitlines()]
    assert (frame["data"], frame["source"]) == ("0xFE00", "adapter")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log"]


def run(
    capsys: pytest.CaptureFixture[str], arguments: Sequence[str | Path], end: signal.Signals = signal.SIGTERM
) -> tuple[int, str, str]:
    """Run the program here, end it once it is ready, and return its exit code and what it wrote."""
    here = threading.get_ident()
    timer = threading.Timer(0.3, lambda: signal.pthread_kill(here, end))
    before = signal.signal(end, lambda *_: None)
    timer.start()
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as error:
        code = int(error.code or 0)
    finally:
        timer.cancel()
        timer.join()
        signal.signal(end, before)
    output = capsys.readouterr()
    return code, output.out, output.err


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_says_when_it_is_ready_and_ends_as_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], end: signal.Signals
) -> None:
    link = tmp_path / "line"
    assert run(capsys, ("--fleet", "office", "--link", link, "--speed", "0.5"), end) == (0, f"ready {link}\n", "")
    assert not link.is_symlink()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_can_be_ended_while_it_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, end: signal.Signals
) -> None:
    over = threading.Event()
    monkeypatch.setattr(Simulation, "open", lambda _: over.wait(PATIENCE))
    begin = time.monotonic()
    assert run(capsys, ("--fleet", "demo", "--link", tmp_path / "line"), end) == (0, "", "")
    assert time.monotonic() - begin < 2
    over.set()
    for thread in threading.enumerate():
        if thread.name.startswith("simulated line"):
            thread.join(PATIENCE)


def test_a_fleet_with_mistakes_is_turned_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text("name: Test\ngear:\n  - {address: 99}\n  - {address: 98}\n")
    code, out, err = run(capsys, ("--fleet", path, "--link", tmp_path / "line"))
    assert (code, out) == (2, "")
    assert "line 3, gear 1, address: 99 is not allowed; 0 to 63, or none" in err
    assert "line 4, gear 2, address: 98 is not allowed; 0 to 63, or none" in err


def test_a_fleet_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, ("--fleet", "nowhere", "--link", tmp_path / "line"))
    assert code == 2
    assert "built in are demo, home, office, showcase" in err


@pytest.mark.parametrize("speed", ["0", "fast", "inf", "nan", "1e-300", "0.0009", "10001", "1e308"])
def test_a_speed_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], speed: str) -> None:
    code, _, err = run(capsys, ("--fleet", "demo", "--link", tmp_path / "line", "--speed", speed))
    assert code == 2
    assert f"{speed} is no speed; it is a number from 0.001 to 10000, and 1 is real time" in err


def test_a_port_that_can_not_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, ("--fleet", "demo", "--link", tmp_path / "nowhere" / "line"))
    assert (code, out) == (1, "")
    assert "No such file" in err


@pytest.mark.parametrize(
    ("fleet", "world", "message"),
    [
        ("demo", "nowhere", "built in are home, office"),
        ("demo", "broken", "has mistakes:"),
        ("showcase", "attic", "no gear and no device is in a room of Attic; its rooms are Attic"),
    ],
)
def test_a_world_that_does_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fleet: str, world: str, message: str
) -> None:
    (tmp_path / "broken").write_text("name: X")
    (tmp_path / "attic").write_text(
        "{name: Attic, latitude: 0, longitude: 0, timezone: UTC, entrance: Attic, rooms: [{name: Attic, area: 9, "
        "purpose: living, lamps: {count: 1, lumens: 9000, watts: 9}}], "
        "people: [{name: X, desk: Attic, habits: [{days: all, hours: ['08:00', '09:00']}]}]}"
    )
    path = tmp_path / world if world != "nowhere" else world
    code, _, err = run(capsys, ("--fleet", fleet, "--world", path, "--link", tmp_path / "line"))
    assert code == 2
    assert message in err


def test_a_world_is_put_around_a_fleet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, ("--fleet", "demo", "--world", "home", "--link", tmp_path / "line", "--speed", "100"))
    assert (code, out) == (0, f"ready {tmp_path / 'line'}\n")
