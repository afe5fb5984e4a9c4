"""Admin actions do what they say, for admins, and say what is wrong."""

from typing import Any

from homeassistant.core import Context, HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_lighting_ai_dali.const import DOMAIN

from .conftest import Build, PlugIn, lamp, line_of
from .test_site import simulated

# What actions can't be called without.
_REQUIRED: dict[str, dict[str, Any]] = {
    "scan_line": {"device_id": "any"},
    "restart_simulator": {"device_id": "any"},
    "cancel_commissioning": {"device_id": "any"},
    "configure_inputs": {"device_id": "any"},
    "start_emergency_test": {"device_id": "any", "test": "function"},
    "stop_emergency_test": {"device_id": "any"},
    "set_groups": {"device_id": "any", "groups": []},
    "store_scene": {"device_id": "any", "scene": 3},
    "remove_from_scene": {"device_id": "any", "scene": 3},
    "decide_now": {"device_id": ["any"]},
    "set_plan": {"device_id": ["any"], "mode": "rules"},
    "allow_ai": {"device_id": ["any"], "reason": "A try"},
    "get_profile": {"device_id": "any"},
    "set_profile": {"device_id": "any"},
    "import_profiles": {"profiles": [{"profile": {}}]},
}
# What people who live there do: they ask why, take back what they chose, and answer the AI. The one that commissions
# asks by itself who is there, job by job.
_OF_ALL = {"explain", "release_override", "accept_plan", "decline_plan", "commission"}


def device_of(hass: HomeAssistant, entry_id: str, identifier: str) -> str:
    """Return the id of a device."""
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, identifier), entry_id)
    assert device is not None
    return device.id


async def test_a_line_is_searched_and_says_what_it_found(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), lamp(3, serial=1), lamp(3, serial=2))
    house = await build(line_of(port))
    await house.until_light(0, "off")
    (subentry_id,) = house.entry.subentries
    for identifier in (subentry_id, f"{subentry_id}_4000000000001-1000-0"):
        result = await hass.services.async_call(
            DOMAIN,
            "scan_line",
            {"device_id": device_of(hass, house.entry.entry_id, identifier)},
            blocking=True,
            return_response=True,
        )
        assert result is not None
        assert result["found"] == 1
        assert result["shared_addresses"] == [3]
        assert result["missing"] == 0


async def test_a_simulated_line_is_restarted(hass: HomeAssistant, build: Build) -> None:
    house = await build(simulated())
    await house.until(lambda: house.state("sensor.demo_status") == "online")
    (subentry_id,) = house.entry.subentries
    line = house.site.lines[subentry_id].line
    device_id = device_of(hass, house.entry.entry_id, subentry_id)
    await hass.services.async_call(DOMAIN, "restart_simulator", {"device_id": device_id}, blocking=True)
    await house.until(lambda: line.diagnostics()["connections"] == 2)
    await house.until(lambda: house.state("sensor.demo_status") == "online")


async def test_a_real_line_has_no_simulator(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(0))))
    (subentry_id,) = house.entry.subentries
    device_id = device_of(hass, house.entry.entry_id, subentry_id)
    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call(DOMAIN, "restart_simulator", {"device_id": device_id}, blocking=True)
    assert error.value.translation_key == "not_simulated"


async def test_a_device_that_is_no_line_is_told_apart(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(0))))
    await hass.config_entries.async_unload(house.entry.entry_id)
    (subentry_id,) = house.entry.subentries
    for device_id in ("nonsense", device_of(hass, house.entry.entry_id, subentry_id)):
        with pytest.raises(ServiceValidationError) as error:
            await hass.services.async_call(DOMAIN, "scan_line", {"device_id": device_id}, blocking=True)
        assert error.value.translation_key == "no_such_line"


async def test_a_line_that_is_not_there_says_so(hass: HomeAssistant, build: Build) -> None:
    house = await build(line_of("/dev/nothing"))
    await house.until(lambda: house.state("sensor.ground_floor_status") == "offline")
    (subentry_id,) = house.entry.subentries
    with pytest.raises(HomeAssistantError) as error:
        await hass.services.async_call(
            DOMAIN,
            "scan_line",
            {"device_id": device_of(hass, house.entry.entry_id, subentry_id)},
            blocking=True,
        )
    assert error.value.translation_key == "port_missing"


async def test_only_admins_may(
    hass: HomeAssistant, plug_in: PlugIn, build: Build, hass_read_only_user: MockUser
) -> None:
    await build(line_of(plug_in(lamp(0))))
    actions = hass.services.async_services_for_domain(DOMAIN)
    assert actions.keys() >= _OF_ALL
    for action in actions.keys() - _OF_ALL:
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN,
                action,
                _REQUIRED.get(action, {}),
                blocking=True,
                context=Context(user_id=hass_read_only_user.id),
                return_response=actions[action].supports_response is SupportsResponse.ONLY,
            )
