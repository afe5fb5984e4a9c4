"""The control socket of a simulated line."""

from collections.abc import Iterator
from contextlib import suppress
import json
from pathlib import Path

import pytest

from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    DeviceSpecification,
    InstanceSpecification,
    InstanceType,
)
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine

from .line_bench import SPEED, Client, until


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
        (b'{"command": "replug", "link": "\\u0000"}', "null"),
        (b'{"command": "frame_loss", "fraction": 1' + b"0" * 400 + b"}", "too large"),
        (b'{"command": "foreign", "data": 1' + b"0" * 5000 + b"}", "digits"),
        (
            b'{"command": "mains", "address": 0, "present": false, "adress": 3}',
            "mains takes address, present; not adress",
        ),
        (b'{"command": "gear", "x": 1, "a": 2}', "gear takes nothing; not a, x"),
    ],
)
def test_what_can_not_be_done_is_said(client: Client, said: bytes, error: str) -> None:
    assert error in client.say(said)["error"]
    assert len(client.ask("gear")) == 2, "it goes on"


def test_brackets_in_brackets_are_an_error_like_others(client: Client) -> None:
    for deep in (b"[" * 60_000, b'{"a":' * 12_000):
        assert "error" in client.say(deep)
    assert len(client.ask("gear")) == 2, "it goes on"


def test_nothing_is_sent_on_a_line_without_power(client: Client) -> None:
    client.ask("line_power", present=False)
    for command, parameters in (("foreign", {"data": 0}), ("disturb", {})):
        assert client.ask(command, **parameters) == {"error": "the line has no power"}
    assert client.ask("frames") == []


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


# --- People and daylight before the input devices


@pytest.fixture
def panel(tmp_path: Path, unix_sockets: None) -> Iterator[Client]:
    """Return a client of a line with a panel of a button, two sensors and a knob."""
    del unix_sockets
    kinds = (
        InstanceType.PUSH_BUTTON,
        InstanceType.OCCUPANCY_SENSOR,
        InstanceType.LIGHT_SENSOR,
        InstanceType.ABSOLUTE_INPUT,
    )
    device = DeviceSpecification(
        name="Panel", short_address=3, instances=tuple(InstanceSpecification(kind=kind) for kind in kinds)
    )
    line = SimulatedLine(
        Fleet(name="Inputs", gear=(), devices=(device,)),
        link=tmp_path / "panel",
        control=tmp_path / "panel.control",
        speed=SPEED,
    )
    line.start()
    client = Client(tmp_path / "panel.control")
    yield client
    client.close()
    line.stop()


@pytest.mark.parametrize(
    ("command", "parameters"),
    [
        ("button", {"instance": 0}),
        ("motion", {"instance": 1, "present": True}),
        ("illuminance", {"instance": 2, "lux": 400}),
        ("position", {"instance": 3, "position": 0.7}),
    ],
)
def test_input_devices_tell_what_happens_before_them(
    panel: Client, command: str, parameters: dict[str, object]
) -> None:
    assert panel.ask(command, address=3, **parameters) == {"ok": True}
    until(lambda: len(panel.ask("frames")) == 1)
    (frame,) = panel.ask("frames")
    assert (frame["source"], frame["bits"]) == ("Panel", 24)


def test_the_state_of_the_input_devices_can_be_asked_for(panel: Client) -> None:
    panel.ask("position", address=3, instance=3, position=1)
    (device,) = panel.ask("devices")
    assert (device["name"], device["address"]) == ("Panel", 3)
    assert [instance["value"] for instance in device["instances"]] == [0, 0, 0, 1023]


def test_an_input_device_that_is_not_there_is_a_mistake(panel: Client) -> None:
    assert panel.ask("button", address=4) == {"error": "no input device has the address 4"}
    assert panel.ask("motion", address=3, instance=0, present=True) == {"error": "instance 0 of Panel is a push_button"}
