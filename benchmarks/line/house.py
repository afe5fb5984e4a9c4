"""A Home Assistant with the integration, and lines that were found before."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
import gc
import socket
import tempfile
import time
from types import MappingProxyType
from typing import Final

from homeassistant.auth import auth_manager_from_config
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigSubentryDataWithId
from homeassistant.const import CONF_DEVICE, STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.smart_lighting_ai_dali.const import (
    CONF_ADAPTER_SERIAL,
    CONF_KIND,
    DOMAIN,
    SITE_TITLE,
    SUBENTRY_LINE,
    LineKind,
)
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.gear_store import GearStore
from custom_components.smart_lighting_ai_dali.input_store import InputStore
from custom_components.smart_lighting_ai_dali.site import Site

from ..home_assistant import new_home_assistant
from .known import gear_of
from .loop_gap import Gaps, gaps
from .waiting import until

_START_SECONDS: Final = 60


@dataclass(slots=True)
class House:
    """A running Home Assistant with one line."""

    hass: HomeAssistant
    line: Line
    lights: list[str]
    """Entities of the lights by short address."""
    startup: float
    """Seconds from the set-up of the integration to the moment in which all lights can be used."""
    _user: str

    async def call(self, address: int, action: str = "turn_on", **data: object) -> float:
        """Have a person call an action on a light; return how long it took, in seconds."""
        begun = time.perf_counter()
        await self.hass.services.async_call(
            "light",
            action,
            {"entity_id": self.lights[address], **data},
            blocking=True,
            context=Context(user_id=self._user),
        )
        return time.perf_counter() - begun


@asynccontextmanager
async def open_house(port: str, seen: Gaps) -> AsyncIterator[House]:
    """Start a Home Assistant whose line has the gear of a fleet, and stop it in the end; `seen` from the set-up on."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, ExitStack() as stack:
        hass = await new_home_assistant(folder)
        hass.auth = await auth_manager_from_config(hass, [], [])
        user = await hass.auth.async_create_user("somebody", group_ids=[GROUP_ID_ADMIN])
        async with asyncio.timeout(_START_SECONDS):
            http = {"server_host": "127.0.0.1", "server_port": _free_port()}
            for component, config in (("http", http), ("usb", {}), ("light", {}), ("sensor", {})):
                if not await async_setup_component(hass, component, {component: config}):
                    raise RuntimeError(f"{component} could not be set up")
            await hass.async_start()
            # Python's collector takes a tenth of a second, at any moment, to look through what is loaded here.
            gc.collect()
            gc.freeze()
            gear = gear_of()
            subentry_id = "line"
            await GearStore(hass, subentry_id, "Line").async_save(gear)
            # Input devices were looked for, too: there are none.
            await InputStore(hass, subentry_id, "Line").async_save(())
            entry = _entry(port, subentry_id)
            stack.enter_context(gaps(seen))
            begun = time.perf_counter()
            await hass.config_entries.async_add(entry)
            lights = _lights(hass, subentry_id, gear)
            await until(lambda: all(_is_usable(hass, light) for light in lights), _START_SECONDS)
            startup = time.perf_counter() - begun
            site: Site = entry.runtime_data
        try:
            yield House(hass, site.lines[subentry_id].line, lights, startup, user.id)
        finally:
            await hass.async_stop(force=True)


def _entry(port: str, subentry_id: str) -> ConfigEntry[Site]:
    data = {CONF_KIND: LineKind.SERIAL.value, CONF_DEVICE: port, CONF_ADAPTER_SERIAL: None}
    line = ConfigSubentryDataWithId(
        data=data, subentry_id=subentry_id, subentry_type=SUBENTRY_LINE, title="Line", unique_id=None
    )
    return ConfigEntry(
        version=1,
        minor_version=1,
        domain=DOMAIN,
        title=SITE_TITLE,
        data={},
        options={},
        source=SOURCE_USER,
        unique_id=DOMAIN,
        discovery_keys=MappingProxyType({}),
        subentries_data=[line],
    )


def _lights(hass: HomeAssistant, subentry_id: str, gear: Sequence[Gear]) -> list[str]:
    entities = er.async_get(hass)
    found = [entities.async_get_entity_id("light", DOMAIN, f"{subentry_id}_{one.key}") for one in gear]
    return [entity_id for entity_id in found if entity_id is not None]


def _is_usable(hass: HomeAssistant, entity_id: str) -> bool:
    state = hass.states.get(entity_id)
    return state is not None and state.state != STATE_UNAVAILABLE


def _free_port() -> int:
    with socket.socket() as connection:
        connection.bind(("127.0.0.1", 0))
        port: int = connection.getsockname()[1]
        return port
