"""A world around a simulated line: people move its sensors, see the light of its gear, and press its panels."""

from collections.abc import Callable, Iterator
import json
from pathlib import Path
import time
from typing import Any, Final

import pytest

from custom_components.smart_lighting_ai_dali.simulator.control import answer
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet, FleetError, built_in_fleets, inhabited
from custom_components.smart_lighting_ai_dali.simulator.inhabitants import PANEL
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine

from .den import FLEET, WORLD

PATIENCE: Final = 20.0


@pytest.fixture
def line(tmp_path: Path) -> Iterator[SimulatedLine]:
    line = SimulatedLine(FLEET, link=tmp_path / "line", speed=20)
    line.start()
    yield line
    line.stop()


def ask(line: SimulatedLine, command: str) -> Any:
    """Return what the control socket would say."""
    return line.call(lambda simulation: answer(simulation, json.dumps({"command": command}).encode()))


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def test_people_move_sensors_and_press_panels(line: SimulatedLine) -> None:
    wait_for(lambda: ask(line, "world")["rooms"]["Den"]["people"] == ["Ida"])
    wait_for(lambda: [one["level"] > 0 for one in ask(line, "gear")] == [True, True, False])
    frames = ask(line, "frames")
    assert {frame["source"] for frame in frames} == {PANEL, "Sensor"}
    assert any(frame["bits"] == 24 for frame in frames)


def test_the_light_of_the_gear_falls_on_the_sensors(line: SimulatedLine) -> None:
    def light(level: int) -> None:
        for address in range(2):
            data = address << 9 | level
            line.call(lambda simulation, data=data: simulation.foreign_frame(16, data))  # type: ignore[misc]

    def measured() -> int:
        return int(line.call(lambda simulation: simulation.inputs.devices[0].instances[0].input_value))

    light(254)
    wait_for(lambda: measured() > 300)
    assert ask(line, "world")["rooms"]["Den"]["lux"] > 300
    assert line.call(lambda simulation: simulation.inputs.devices[0].instances[1].input_value) > 0


def test_a_broken_lamp_and_a_line_without_power_give_no_light(line: SimulatedLine) -> None:
    for address in range(2):
        line.call(lambda simulation, address=address: simulation.set_gear_fault(address, "lamp"))  # type: ignore[misc]
    line.call(lambda simulation: simulation.set_line_power(present=False))
    wait_for(lambda: line.call(lambda simulation: simulation.scheduler.now()) > 30)
    # Somebody presses a button now and then, in vain.
    wait_for(lambda: ask(line, "world")["rooms"]["Den"]["lux"] == 0)
    assert ask(line, "world")["rooms"]["Den"]["wanted"] == 500


def test_a_line_without_a_world_says_so(tmp_path: Path) -> None:
    line = SimulatedLine(Fleet.load(built_in_fleets()["demo"]), link=tmp_path / "line")
    line.start()
    try:
        assert ask(line, "world") == {"error": "there is no world around this line"}
    finally:
        line.stop()


def test_a_world_needs_a_room_with_gear() -> None:
    demo = Fleet.parse("name: X\ngear: [{name: Lamp, room: Moon}]")
    with pytest.raises(FleetError, match="no gear and no device is in a room of Den; its rooms are Den"):
        inhabited(demo, WORLD)


def test_the_home_has_its_world_with_it() -> None:
    home = Fleet.load(built_in_fleets()["home"])
    assert home.world is not None
    assert {one.room for one in home.gear} == {room.name for room in home.world.rooms}
    for room in home.world.rooms:
        instances = [one.kind.name for device in home.devices if device.room == room.name for one in device.instances]
        assert instances.count("OCCUPANCY_SENSOR") == len(room.motion)
        assert instances.count("LIGHT_SENSOR") == len(room.light)
