"""A Home Assistant without its own files, as the benchmarks need one."""

import asyncio
from collections.abc import Coroutine
import logging
from typing import Any

from homeassistant import loader
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import HomeAssistant
from homeassistant.runner import create_event_loop


async def new_home_assistant(folder: str) -> HomeAssistant:
    """Return a Home Assistant that keeps its files in a folder; nothing is set up in it, and it is not started."""
    hass = HomeAssistant(folder)
    hass.config.skip_pip = True
    hass.config_entries = ConfigEntries(hass, {})
    loader.async_setup(hass)
    await async_load_base_functionality(hass)
    return hass


def in_home_assistant[R](work: Coroutine[Any, Any, R]) -> R:
    """Run work in an event loop as Home Assistant has it."""
    logging.getLogger("homeassistant").setLevel(logging.ERROR)
    with asyncio.Runner(loop_factory=create_event_loop) as runner:
        return runner.run(work)
