"""What waits for the database, in a file of its own while a backup is made: the recorder's file has none of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
import logging
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN, PACKAGE
from .db.decisions import Decision, Outcome
from .db.signals import Cause, Observation, Signal
from .kept_file import KeptFile

_LOGGER = logging.getLogger(f"{PACKAGE}.feature_engineering")

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What was not in the database at an instant."""

    at_ms: int
    """Milliseconds since 1970; up to this, everything was collected."""
    events: Sequence[Observation]
    decisions: Sequence[Decision]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON; of a full buffer that takes a tenth of a second."""
        return {
            "at_ms": self.at_ms,
            "events": [[*one.key, one.zone, one.value, int(one.cause)] for one in self.events],
            "decisions": [asdict(one) for one in self.decisions],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return what was kept. Raises KeyError, TypeError or ValueError where that can't be."""
        return cls(
            at_ms=int(data["at_ms"]),
            events=[
                Observation(
                    time=int(time),
                    source=str(source),
                    signal=Signal(signal),
                    zone=str(zone),
                    value=int(value),
                    cause=Cause(cause),
                )
                for time, source, signal, zone, value, cause in data["events"]
            ],
            decisions=[
                Decision(**one | {"outcome": Outcome(one["outcome"]), "clamps": tuple(one["clamps"])})
                for one in data["decisions"]
            ],
        )


class WaitingStore:
    """It on disk."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._store: KeptFile[dict[str, Any]] = KeptFile(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.waiting", private=True, serialize_in_event_loop=False
        )

    async def async_load(self) -> Waiting | None:
        """Return what was kept, None where nothing was; what can't be read is left out, and said so."""
        try:
            data = await self._store.async_load()
            return None if data is None else await self._hass.async_add_executor_job(Waiting.from_dict, data)
        except (HomeAssistantError, AttributeError, KeyError, TypeError, ValueError) as error:
            _LOGGER.warning("waiting=unreadable detail=%r hint='the last seconds before a backup are lost'", str(error))
            return None

    async def async_save(self, waiting: Waiting) -> None:
        """Write it down now."""
        await self._store.async_save(await self._hass.async_add_executor_job(waiting.as_dict))

    async def async_remove(self) -> None:
        """Remove it: all of it is in the database."""
        await self._store.async_remove()
