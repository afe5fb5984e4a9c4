"""The repairs page of Home Assistant, as its frontend asks for it."""

from collections.abc import Callable
from http import HTTPStatus
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from tests.integration.conftest import translation

_FLOWS: Final = "/api/repairs/issues/fix"
_PLACEHOLDER: Final = re.compile(r"{(\w+)}")


class Playbook:
    """What a person sees and does there; each text is looked up, and its gaps have to be filled."""

    def __init__(self, hass: HomeAssistant, client: Any, socket: Any) -> None:
        self._hass = hass
        self._client = client
        self._socket = socket
        self._key = ""
        self._placeholders: dict[str, str] = {}
        self.flow_id = ""

    def sign_in(self, client: Any, socket: Any) -> None:
        """Go on with another session: the one before has come to its end."""
        self._client, self._socket = client, socket

    async def issues(self) -> dict[str, Any]:
        """Return our issues by id, as the page lists them."""
        await self._socket.send_json_auto_id({"type": "repairs/list_issues"})
        answer = await self._socket.receive_json()
        return {one["issue_id"]: one for one in answer["result"]["issues"] if one["domain"] == DOMAIN}

    async def read(self, issue_id: str) -> str:
        """Return the text of an issue that has only to be read."""
        issue = (await self.issues())[issue_id]
        assert not issue["is_fixable"]
        self._placeholders = issue["translation_placeholders"] or {}
        self._filled("issues", issue["translation_key"], "title")
        return self._filled("issues", issue["translation_key"], "description")

    async def open(self, issue_id: str) -> dict[str, Any]:
        """Open the dialog of an issue, and return its first step."""
        issue = (await self.issues())[issue_id]
        assert issue["is_fixable"]
        self._key = issue["translation_key"]
        self._placeholders = issue["translation_placeholders"] or {}
        self._filled("issues", self._key, "title")
        return await self._post(_FLOWS, {"handler": DOMAIN, "issue_id": issue_id})

    async def choose(self, option: str) -> dict[str, Any]:
        """Choose from a menu."""
        return await self.submit({"next_step_id": option})

    async def submit(self, user_input: dict[str, Any] | None = None) -> dict[str, Any]:
        """Submit a form."""
        return await self._post(f"{_FLOWS}/{self.flow_id}", user_input or {})

    async def _post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.post(path, json=data)
        assert answer.status == HTTPStatus.OK, await answer.text()
        step: dict[str, Any] = await answer.json()
        self.flow_id = step["flow_id"]
        self._placeholders = self._placeholders | (step.get("description_placeholders") or {})
        self._look_up(step)
        return step

    def _look_up(self, step: dict[str, Any]) -> None:
        place = ("issues", self._key, "fix_flow")
        match step["type"]:
            case "menu" | "form":
                texts = (*place, "step", step["step_id"])
                self._filled(*texts, "title")
                step["text"] = self._filled(*texts, "description")
                for option in step.get("menu_options") or ():
                    self._filled(*texts, "menu_options", option)
                for field in step["data_schema"] if step["type"] == "form" else ():
                    self._filled(*texts, "data", field["name"])
                for error in (step.get("errors") or {}).values():
                    self._filled(*place, "error", error)
            case "abort":
                step["text"] = self._filled(*place, "abort", step["reason"])
            case "create_entry" if step.get("description"):
                step["text"] = self._filled(*place, "create_entry", step["description"])

    def _filled(self, *path: str) -> str:
        text: str = translation(*path)
        assert set(_PLACEHOLDER.findall(text)) <= self._placeholders.keys(), (path, text)
        return text.format(**self._placeholders)


type OpenPlaybook = Callable[[], Any]


async def open_playbook(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, hass_ws_client: WebSocketGenerator
) -> Playbook:
    """Return the page, as an administrator has it open."""
    # Whatever has pages has to be there before the first is asked for.
    for component in ("repairs", "websocket_api", DOMAIN):
        assert await async_setup_component(hass, component, {})
    return Playbook(hass, await hass_client(), await hass_ws_client(hass))
