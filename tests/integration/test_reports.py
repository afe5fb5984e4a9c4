"""What gear reports of itself becomes entities, only where it does, and goes on its device page."""

from typing import Any, Final

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.dali import emergency, reports
from custom_components.smart_lighting_ai_dali.db.signals import Signal
from custom_components.smart_lighting_ai_dali.diagnostics import async_get_config_entry_diagnostics
from custom_components.smart_lighting_ai_dali.simulator.luminaire import Luminaire
from custom_components.smart_lighting_ai_dali.sources import find_sources

from .conftest import Build, House, PlugIn, lamp, line_of

LUMINAIRE: Final = 50
ENERGY: Final = 51
DIAGNOSTICS: Final = 52
REPORTING: Final[dict[str, Any]] = {
    "power": 40,
    "operating_hours": 1000,
    "level": 254,
    "luminaire": Luminaire(name="Panel 600", power=38, year=26),
}
EMERGENCY_LIGHT: Final[dict[str, Any]] = {"device_types": (1, 6), "rated_minutes": 60, "battery_minutes": 75}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without pauses: the line is faster, too."""
    for part in (emergency, reports):
        monkeypatch.setattr(part, "MOMENT", 0.01)
    monkeypatch.setattr(reports, "REST", 0.0)
    monkeypatch.setattr(emergency, "EVENTFUL", 0.2)
    monkeypatch.setattr(emergency, "INTERVAL", 0.3)


def registered(house: House, entity_id: str) -> er.RegistryEntry:
    """Return an entity as it is registered."""
    entity = er.async_get(house.hass).async_get(entity_id)
    assert entity is not None
    return entity


async def known(house: House, platform: str, address: int, key: str) -> str:
    """Wait until an entity has a state, and return its id."""
    await house.until(
        lambda: house.state(house.entity(platform, address, key)) not in {None, STATE_UNKNOWN, "unavailable"}, 20
    )
    return house.entity(platform, address, key)


async def test_gear_that_measures_its_energy_has_sensors_and_other_gear_has_none(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    house = await build(line_of(plug_in(lamp(0, device_types=(6, ENERGY), **REPORTING), lamp(1), speed=32)))
    power = await known(house, "sensor", 0, "power")
    assert float(house.state(power) or 0) == pytest.approx(40, abs=0.2)
    energy = await known(house, "sensor", 0, "energy")
    # As the energy dashboard wants it.
    state = hass.states.get(energy)
    assert state is not None
    assert state.attributes["unit_of_measurement"] == "kWh"
    assert state.attributes["state_class"] == "total_increasing"
    assert state.attributes["device_class"] == "energy"
    assert float(state.state) == pytest.approx(40, rel=0.02)
    assert house.entity("sensor", 1, "power") == "sensor.missing"
    assert house.entity("sensor", 0, "battery_charge") == "sensor.missing"
    assert house.entity("sensor", 0, "temperature") == "sensor.missing"
    # Of a room, what its gear takes in all is collected, and not a part of the same watts once more.
    other = house.entity("sensor", 0, "load_power")
    er.async_get(hass).async_update_entity(other, disabled_by=None)
    office = ar.async_get(hass).async_create("Office")
    device_id = registered(house, power).device_id
    assert device_id is not None
    dr.async_get(hass).async_update_device(device_id, area_id=office.id)
    sources = [source for source in find_sources(hass, house.entry) if source.signal is Signal.POWER]
    assert [source.entity_id for source in sources] == [power]


async def test_gear_with_diagnostics_tells_them_and_after_a_restart_at_once(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, device_types=(6, DIAGNOSTICS), **REPORTING), speed=32)
    house = await build(line_of(port))
    assert house.state(await known(house, "sensor", 0, "temperature")) == "55.0"
    assert house.state(house.entity("binary_sensor", 0, "overall_failure")) == "off"
    assert float(house.state(await known(house, "sensor", 0, "operating_time")) or 0) == pytest.approx(1000, abs=2)
    assert registered(house, house.entity("sensor", 0, "supply_voltage")).disabled_by is not None
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    await port.do(lambda simulation: simulation.unplug())
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    # They are there before the line is.
    assert house.state(house.entity("sensor", 0, "temperature")) == "unavailable"
    await port.do(lambda simulation: simulation.replug())
    await known(house, "sensor", 0, "temperature")


async def test_the_luminaire_is_on_the_device_page_and_not_in_a_bug_report(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    house = await build(line_of(plug_in(lamp(0, device_types=(6, LUMINAIRE), **REPORTING), speed=32)))
    await house.until_light(0, "on")

    def model() -> str | None:
        device_id = registered(house, house.entity("light", 0)).device_id
        device = dr.async_get(hass).async_get(device_id or "")
        return device.model if isinstance(device, dr.DeviceEntry) else None

    await house.until(lambda: model() == "Panel 600", 20)
    report = str(await async_get_config_entry_diagnostics(hass, house.entry))
    assert "Panel" not in report
    assert "'power': 38" in report


async def test_an_emergency_light_tells_how_it_is(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, **EMERGENCY_LIGHT), lamp(1))
    house = await build(line_of(port))
    assert house.state(await known(house, "sensor", 0, "battery_charge")) == "100.0"
    assert house.state(house.entity("sensor", 0, "emergency_mode")) == "normal"
    battery = house.entity("binary_sensor", 0, "battery_failure")
    assert house.state(battery) == "off"
    await port.do(lambda simulation: simulation.set_gear_fault(0, "battery"))
    await house.until(lambda: house.state(battery) == "on")
    assert house.entity("sensor", 1, "battery_charge") == "sensor.missing"


async def test_an_administrator_tests_an_emergency_light(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(0, **EMERGENCY_LIGHT), lamp(1))))
    await known(house, "sensor", 0, "emergency_mode")
    await house.until_light(1, "off")

    async def call(action: str, address: int, **data: str) -> None:
        device_id = registered(house, house.entity("light", address)).device_id
        await hass.services.async_call(DOMAIN, action, {"device_id": device_id, **data}, blocking=True)

    mode = house.entity("sensor", 0, "emergency_mode")
    await call("start_emergency_test", 0, test="duration")
    await house.until(lambda: house.state(mode) == "duration_test")
    await call("stop_emergency_test", 0)
    await house.until(lambda: house.state(mode) == "normal")
    with pytest.raises(ServiceValidationError) as error:
        await call("start_emergency_test", 1, test="function")
    assert error.value.translation_key == "no_emergency_light"
