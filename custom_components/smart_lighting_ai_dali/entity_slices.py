"""Many entities, added a few at a time: nobody waits for all of a line."""

import asyncio
from collections.abc import Iterable
from itertools import batched
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN

# Home Assistant takes up to a millisecond for an entity that it has not had before; a line of 64 has a thousand.
_AT_ONCE: Final = 5


@callback
def async_in_slices(
    hass: HomeAssistant, entry: ConfigEntry[Any], async_add_entities: AddConfigEntryEntitiesCallback
) -> AddConfigEntryEntitiesCallback:
    """Return what adds entities as `async_add_entities` does, and lets others go in between."""

    @callback
    def add(
        new_entities: Iterable[Entity],
        update_before_add: bool = False,  # noqa: FBT001, FBT002  # Home Assistant's own
        *,
        config_subentry_id: str | None = None,
    ) -> None:
        async def add_all() -> None:
            for few in batched(new_entities, _AT_ONCE, strict=False):
                await asyncio.sleep(0)
                if entry.state is ConfigEntryState.UNLOAD_IN_PROGRESS:
                    return
                async_add_entities(few, update_before_add, config_subentry_id=config_subentry_id)

        entry.async_create_task(hass, add_all(), f"{DOMAIN} add entities")

    return add
