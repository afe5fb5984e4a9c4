"""What somebody puts into fields of actions by mistake is in no log, event, state, issue, file or diagnostics."""

from collections.abc import Callable
from contextlib import suppress
import json
import logging
from pathlib import Path
from typing import Any

from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol

from custom_components.smart_lighting_ai_dali.actions.action import Action
from custom_components.smart_lighting_ai_dali.actions.table import ACTIONS
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.diagnostics import async_get_config_entry_diagnostics

from .conftest import Build, House, PlugIn, administrator, lamp, line_of

CANARY = "sk-canary-0123456789abcdef"


def meals(action: Action, good: dict[str, Any]) -> list[dict[str, Any]]:
    """Return data with the canary in each field in turn, in all at once, and in one that is not there."""
    fields = [str(field) for field in action.schema.schema]
    return [
        *({**good, field: canary} for field in fields for canary in (CANARY, [CANARY], {CANARY: CANARY})),
        dict.fromkeys(fields, CANARY),
        {**good, CANARY: CANARY},
    ]


def kept(hass: HomeAssistant) -> str:
    """Return all that is in files of Home Assistant's folder."""
    folder = Path(hass.config.path(".storage"))
    return "".join(file.read_text(encoding="utf-8") for file in folder.glob("*") if file.is_file())


async def test_a_secret_in_a_field_is_found_nowhere(
    hass: HomeAssistant,
    plug_in: PlugIn,
    build: Build,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
) -> None:
    caplog.set_level(logging.DEBUG)
    house: House = await build(line_of(plug_in(lamp(0))))
    await house.until_light(0, "off")
    (subentry_id,) = house.entry.subentries
    events: list[Event[Any]] = []

    @callback
    def hear(event: Event[Any]) -> None:
        # Home Assistant itself tells what was called, before anybody is asked: no field of ours is for a secret.
        if event.event_type != "call_service":
            events.append(event)

    hass.bus.async_listen("*", hear)
    caplog.clear()
    contexts: tuple[Callable[[], Context], ...] = (
        lambda: administrator(hass),
        lambda: Context(user_id=MockUser(name="Ben").add_to_hass(hass).id),
        Context,
    )
    for action in ACTIONS:
        for context in contexts:
            for data in meals(action, {"device_id": subentry_id} if "device_id" in action.schema.schema else {}):
                with suppress(HomeAssistantError, vol.Invalid):
                    await hass.services.async_call(
                        DOMAIN,
                        action.name,
                        data,
                        blocking=True,
                        context=context(),
                        return_response=action.response.value != "none",
                    )
    await hass.async_block_till_done()
    ours = [record for record in caplog.records if record.name.startswith(f"custom_components.{DOMAIN}")]
    places = {
        "log": "\n".join(record.getMessage() for record in ours),
        "events": repr([(event.event_type, event.data) for event in events]),
        "states": repr([(state.state, state.attributes) for state in hass.states.async_all()]),
        "issues": repr([issue.to_json() for issue in ir.async_get(hass).issues.values()])
        + repr([issue.translation_placeholders for issue in ir.async_get(hass).issues.values()]),
        "diagnostics": repr(await async_get_config_entry_diagnostics(hass, house.entry)),
        "files": await hass.async_add_executor_job(kept, hass),
        "stores": json.dumps(
            {key: value for key, value in hass_storage.items() if key.startswith(DOMAIN)}, default=str
        ),
    }
    assert [place for place, text in places.items() if CANARY in text] == []
    # It was looked in the right places.
    assert "scan_line" in places["files"]
    assert "scan_line" in places["events"]
    assert len(events) > len(ACTIONS)
