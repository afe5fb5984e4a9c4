"""The zones of an installation, as Home Assistant keeps them in the files of its configuration folder."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..control.zone_settings import CONF_AREA, CONF_WEATHER, zone_settings
from ..zones.settings import Place
from .recording import Installation

_DOMAIN: Final = "smart_lighting_ai_dali"
_ZONE: Final = "zone"


class NotInstalledError(Exception):
    """There is nothing to play in a folder; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class _Subentry:
    """A zone as its file has it."""

    subentry_id: str
    title: str
    data: Mapping[str, Any]


def read_installation(folder: Path) -> Installation:
    """Return the zones of a configuration folder, or of a copy of one. Raises NotInstalledError."""
    try:
        entries = _stored(folder, "core.config_entries")["entries"]
        entry = next((one for one in entries if one["domain"] == _DOMAIN), None)
        if entry is None:
            raise NotInstalledError("Smart Lighting AI (DALI) is not set up there")
        core = _stored(folder, "core.config")
        place = Place(
            latitude=float(core["latitude"]),
            longitude=float(core["longitude"]),
            time_zone=ZoneInfo(core["time_zone"]),
        )
        zones = [
            _Subentry(one["subentry_id"], one["title"], one["data"])
            for one in entry.get("subentries", ())
            if one["subentry_type"] == _ZONE
        ]
        settings = {one.subentry_id: zone_settings(one, None) for one in zones}
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise NotInstalledError(f"{folder / '.storage'} can't be read: {error!r}") from error
    if not settings:
        raise NotInstalledError("no zone is set up there")
    return Installation(
        zones=settings,
        areas={one.subentry_id: one.data[CONF_AREA] for one in zones if CONF_AREA in one.data},
        weather=_weather(folder, entry.get("options", {}).get(CONF_WEATHER)),
        place=place,
    )


def _weather(folder: Path, chosen: str | None) -> str | None:
    """Return the id of the weather entity that was chosen, or of the first that there is."""
    try:
        ids = {one["entity_id"]: one["id"] for one in _stored(folder, "core.entity_registry")["entities"]}
    except (NotInstalledError, KeyError, TypeError) as error:
        raise NotInstalledError(f"the entities can't be read: {error}") from error
    found: str | None = ids.get(chosen or min((one for one in ids if one.startswith("weather.")), default=""))
    return found


def _stored(folder: Path, name: str) -> Any:
    file = folder / ".storage" / name
    try:
        return json.loads(file.read_text(encoding="utf-8"))["data"]
    except OSError as error:
        raise NotInstalledError(f"{file} can't be read: {error.strerror}") from error
