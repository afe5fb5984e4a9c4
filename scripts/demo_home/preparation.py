"""What is done once in a new home, over the API that the frontend uses."""

import asyncio
from collections.abc import Iterable
import contextlib
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any, Final

from custom_components.smart_lighting_ai_dali.simulator.device_specification import InstanceType
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet, built_in_fleets

from .ai_stub import MODEL
from .client import ApiError, Client, WebSocket
from .waiting import until

DOMAIN: Final = "smart_lighting_ai_dali"
LIGHT: Final = re.compile(r"light\.(?!group_)")
USERNAME: Final = "demo"
PASSWORD: Final = "demo"  # noqa: S105  # of a home on this machine, printed for everyone to use
AREAS: Final = {
    "Living room": "mdi:sofa",
    "Kitchen": "mdi:stove",
    "Bedroom": "mdi:bed",
    "Hall": "mdi:door",
    "Office": "mdi:desk",
}
# The sets of gear to choose from.
FLEETS: Final = ("demo", "home")

# A first start looks at every address and reads who each gear is, at the pace of the bus: half a minute.
FIND_SECONDS: Final = 180.0
# Later ones only ask each for its level.
ASK_SECONDS: Final = 15.0


async def onboard(client: Client) -> None:
    """Answer the questions of a new Home Assistant; the client is logged in afterwards."""
    answer = await client.post(
        "/api/onboarding/users",
        {
            "client_id": client.client_id,
            "name": "Demo",
            "username": USERNAME,
            "password": PASSWORD,
            "language": "en",
        },
    )
    await client.use_code(answer["auth_code"])
    for step in await client.get("/api/onboarding"):
        if step["done"]:
            continue
        data = {}
        if step["step"] == "integration":
            data = {"client_id": client.client_id, "redirect_uri": client.client_id}
        await client.post(f"/api/onboarding/{step['step']}", data)


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is put into a new home: a set of simulated gear, with its people."""

    fleet: str = "demo"
    speed: int = 1
    """How many seconds pass there in one of real life."""

    def load(self) -> Fleet:
        """Read what there is."""
        return Fleet.load(built_in_fleets()[self.fleet])

    def write(self, folder: Path) -> str:
        """Return what the dialog of lines has to be told: a name, or a file that is written for that."""
        if self.speed == 1:
            return self.fleet
        file = folder / f"{self.fleet}_{self.speed}_times.yaml"
        file.write_text(f"{built_in_fleets()[self.fleet].read_text()}speed: {self.speed}\n")
        return file.name


def zones_of(fleet: Fleet) -> list[str]:
    """Return the rooms in which a sensor sees people."""
    return sorted(
        {
            device.room
            for device in fleet.devices
            if device.room and any(one.kind is InstanceType.OCCUPANCY_SENSOR for one in device.instances)
        }
    )


async def furnish(socket: WebSocket) -> None:
    """Make the areas of the home that are not there yet."""
    areas = await socket.call("config/area_registry/list")
    existing = {area["name"].casefold(): area["area_id"] for area in areas}
    for name, icon in AREAS.items():
        if (area_id := existing.get(name.casefold())) is not None:
            await socket.call("config/area_registry/update", area_id=area_id, name=name, icon=icon)
        else:
            await socket.call("config/area_registry/create", name=name, icon=icon)


async def add_simulated_line(client: Client, fleet: str) -> None:
    """Go through the integration's own dialog. Raises ApiError where it takes another turn."""
    flows = "/api/config/config_entries/flow"
    result = await client.post(flows, {"handler": DOMAIN, "show_advanced_options": False})
    for answer in ({"next_step_id": "simulated"}, {"fleet": fleet}):
        result = await client.post(f"{flows}/{result['flow_id']}", answer)
    if result["type"] != "create_entry":
        message = f"the integration was not set up: {result}"
        raise ApiError(message)


async def choose_stub(client: Client, socket: WebSocket, url: str) -> None:
    """Have the stub as the AI, by the integration's own dialog. Raises ApiError where it takes another turn."""
    (entry,) = await socket.call("config_entries/get", domain=DOMAIN)
    flows = "/api/config/config_entries/flow"
    result = await client.post(flows, {"handler": DOMAIN, "entry_id": entry["entry_id"]})
    for answer in ({"next_step_id": "server"}, {"url": url, "model": MODEL}):
        result = await client.post(f"{flows}/{result['flow_id']}", answer)
    if result.get("reason") != "reconfigure_successful":
        message = f"the stub of an AI was not taken: {result}"
        raise ApiError(message)


async def wait_until_running(socket: WebSocket) -> None:
    """Wait until Home Assistant has started everything."""

    async def is_running() -> bool:
        config = await socket.call("get_config")
        return bool(config["state"] == "RUNNING")

    await until(is_running)


async def wait_for_all_lights(socket: WebSocket, count: int) -> None:
    """Wait until every gear is a light that works. Raises ApiError."""

    async def all_work() -> bool:
        return sum(is_working(light) for light in await all_lights(socket)) >= count

    try:
        async with asyncio.timeout(FIND_SECONDS):
            await until(all_work)
    except TimeoutError:
        states = {light["entity_id"]: light["state"] for light in await all_lights(socket)}
        message = f"not all of the {count} lights work after {FIND_SECONDS:.0f} s: {states}"
        raise ApiError(message) from None


async def set_up_zones(client: Client, socket: WebSocket, names: Iterable[str]) -> None:
    """Have the lights of areas with sensors follow the people: click twice through the dialog of zones for each."""
    # Home Assistant has some of its own, which it writes another way.
    areas = {area["name"].casefold(): area["area_id"] for area in await socket.call("config/area_registry/list")}
    (entry,) = await socket.call("config_entries/get", domain=DOMAIN)
    flows = "/api/config/config_entries/subentries/flow"
    for name in names:
        result = await client.post(flows, {"handler": [entry["entry_id"], "zone"]})
        result = await client.post(f"{flows}/{result['flow_id']}", {"area": areas[name.casefold()]})
        filled = {
            field["name"]: field["description"]["suggested_value"]
            for field in result["data_schema"]
            if "suggested_value" in (field.get("description") or {})
        }
        result = await client.post(f"{flows}/{result['flow_id']}", {**filled, "more": {}, "limits": {}})
        if result["type"] != "create_entry":
            message = f"the zone {name} was not set up: {result}"
            raise ApiError(message)


async def wait_for_sensors(socket: WebSocket, count: int) -> None:
    """Wait until so many sensors see people or nobody."""

    async def are_there() -> bool:
        states = await socket.call("get_states")
        return len([state for state in states if state["attributes"].get("device_class") == "occupancy"]) >= count

    async with asyncio.timeout(FIND_SECONDS):
        await until(are_there)


async def count_lights(socket: WebSocket) -> int:
    """Return how many lights work, once each had the time to be asked."""

    async def all_work() -> bool:
        return all(is_working(light) for light in await all_lights(socket))

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ASK_SECONDS):
            await until(all_work)
    return sum(is_working(light) for light in await all_lights(socket))


async def all_lights(socket: WebSocket) -> list[dict[str, Any]]:
    """Return the states of the lights of all gear; groups of them come beside."""
    states: list[dict[str, Any]] = await socket.call("get_states")
    return [state for state in states if LIGHT.match(state["entity_id"])]


def is_working(light: dict[str, Any]) -> bool:
    """Tell whether a light is known to be on or off."""
    return light["state"] in {"on", "off"}


async def show_lights(socket: WebSocket) -> None:
    """Put all lights on the first page, and its welcome away."""
    favorites = [light["entity_id"] for light in await all_lights(socket)]
    page = {"favorite_entities": favorites, "welcome_banner_dismissed": True}
    await socket.call("frontend/set_system_data", key="home", value=page)


async def confirm_port(socket: WebSocket) -> None:
    """Tell Home Assistant that its new address works: unconfirmed it goes back to the old one after five minutes."""
    if (await socket.call("http/config"))["pending"] is not None:
        await socket.call("http/config/promote")
    issues = (await socket.call("repairs/list_issues"))["issues"]
    # The address was given in YAML for this one start.
    if any(issue["domain"] == "http" and issue["issue_id"] == "deprecated_yaml" for issue in issues):
        await socket.call("repairs/ignore_issue", domain="http", issue_id="deprecated_yaml", ignore=True)
