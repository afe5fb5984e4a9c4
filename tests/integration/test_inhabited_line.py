"""A simulated line with a world around it: what people do there is seen in Home Assistant."""

from collections.abc import Iterator
from pathlib import Path

from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from tests.unit.simulator.den import FLEET

from .conftest import SPEED, Build, line_of


@pytest.fixture
def port(tmp_path: Path) -> Iterator[str]:
    """Return the port of a line with somebody beside it."""
    line = SimulatedLine(FLEET, link=tmp_path / "den", speed=SPEED)
    line.start()
    yield str(line.link)
    line.stop()


async def test_people_are_seen_and_turn_lights_on(hass: HomeAssistant, build: Build, port: str) -> None:
    house = await build(line_of(port))

    def states(domain: str, device_class: str | None) -> list[str]:
        return [
            one.state for one in hass.states.async_all(domain) if one.attributes.get("device_class") == device_class
        ]

    def seen() -> bool:
        return STATE_ON in [*states("binary_sensor", "motion"), *states("binary_sensor", "occupancy")]

    def bright() -> bool:
        return any(lux.replace(".", "").isdigit() and float(lux) > 100 for lux in states("sensor", "illuminance"))

    await house.until(lambda: states("light", None).count(STATE_ON) >= 2, 60)
    await house.until(seen, 30)
    await house.until(bright, 30)
