"""Homes that rotate their key until somebody puts an end to it, or until no file can be written any more."""

import asyncio
from contextlib import suppress
import logging
from multiprocessing.connection import Connection
import resource
import signal
from typing import Any
from unittest.mock import patch

from homeassistant.helpers.storage import Store

from custom_components.smart_lighting_ai_dali.vault_file import NotWrittenError

from ..home_assistant import in_home_assistant
from .house import open_house

# Whoever is to kill it may have died before.
_SECONDS = 120


def rotate_until_killed(folder: str, told: Connection) -> None:
    """Rotate again and again; say when it begins, and each time that it is done."""

    async def live() -> None:
        async with open_house(folder) as house:
            while True:
                told.send(None)
                await house.vault.async_rotate()

    signal.alarm(_SECONDS)
    in_home_assistant(live())


def rotate_on_a_full_disk(folder: str, writes: int, told: Connection) -> None:
    """Rotate while the disk has room for so many writes of files only; say how many there were."""

    async def live() -> None:
        # What goes wrong is meant to.
        logging.disable()
        async with open_house(folder) as house:
            done = 0
            write = Store._async_write_data  # noqa: SLF001  # between two writes there is no other place

            async def counted(store: Store[Any], data: dict[str, Any]) -> None:
                nonlocal done
                if done == writes:
                    # The kernel refuses every byte from now on, as it does where a quota is used up.
                    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
                done += 1
                await write(store, data)

            with patch.object(Store, "_async_write_data", counted), suppress(NotWrittenError):
                await house.vault.async_rotate()
            told.send(done)
            # What is still to be written is not: it is as if it were killed.
            await asyncio.Event().wait()

    signal.alarm(_SECONDS)
    in_home_assistant(live())
