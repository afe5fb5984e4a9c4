"""A Home Assistant that keeps its own files in a folder, as the one at home does: it can be backed up and restored."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
import socket
from typing import Any

from homeassistant import loader
from homeassistant.auth import auth_manager_from_config
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import async_initialize_recorder, get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from custom_components.smart_lighting_ai_dali.const import DOMAIN

START_SECONDS = 60


@asynccontextmanager
async def open_home(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Start the Home Assistant of a folder, with what it has of our integration, and stop it in the end."""
    time_zone = dt_util.get_default_time_zone()
    hass = HomeAssistant(str(folder))
    hass.config.skip_pip = True
    hass.config_entries = ConfigEntries(hass, {})
    loader.async_setup(hass)
    # The machine's own ports are left alone.
    hass.config.components.add("usb")
    await async_load_base_functionality(hass)
    async_initialize_recorder(hass)
    hass.auth = await auth_manager_from_config(hass, [], [])
    http = {"server_host": "127.0.0.1", "server_port": _free_port()}
    recorder = {"db_url": f"sqlite:///{folder / 'home-assistant_v2.db'}", "auto_purge": False}
    config: dict[str, dict[str, Any]] = {"recorder": recorder, "http": http, "backup": {}, "light": {}}
    try:
        async with asyncio.timeout(START_SECONDS):
            for component in (*config, DOMAIN):
                assert await async_setup_component(hass, component, config), component
            await hass.async_start()
            await get_instance(hass).async_recorder_ready.wait()
        yield hass
    finally:
        await hass.async_stop(force=True)
        dt_util.set_default_time_zone(time_zone)


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as connection:
        connection.bind(("127.0.0.1", 0))
        port: int = connection.getsockname()[1]
        return port
