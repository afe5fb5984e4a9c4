"""What the runbook tells an operator to look at and to call is there in a running home."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from tests.runbook_names import actions, entities

from .conftest import Build


async def test_its_entities_are_there_and_enabled(hass: HomeAssistant, build: Build) -> None:
    house = await build()
    registry = er.async_get(hass)
    assert len(entities()) >= 4
    await house.until(lambda: all(registry.async_get(entity_id) for entity_id in entities()))
    for entity_id in entities():
        entity = registry.async_get(entity_id)
        assert entity is not None, entity_id
        assert entity.disabled_by is None, entity_id


async def test_its_actions_take_what_it_gives_them(hass: HomeAssistant, build: Build) -> None:
    await build()
    ours = [one for one in actions() if one["action"].startswith(f"{DOMAIN}.")]
    assert len(ours) >= 5
    for one in ours:
        name = one["action"].removeprefix(f"{DOMAIN}.")
        schema = hass.services.async_services_for_domain(DOMAIN)[name].schema
        assert schema is None or schema(one.get("data", {})) is not None, name
