"""A Home Assistant with fifty zones on a simulated line, and an AI that they are asked about."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
import logging
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from custom_components.smart_lighting_ai_dali import const
from custom_components.smart_lighting_ai_dali.advisor.change_gate import ChangeGate
from custom_components.smart_lighting_ai_dali.ai import planner as ai_planner, settings as ai_settings
from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.control.zone_memory import AiMode
from custom_components.smart_lighting_ai_dali.site import Site
from custom_components.smart_lighting_ai_dali.zones.plan import Planner

from ..line.house import House, open_house
from ..line.loop_gap import Gaps
from ..line.waiting import until, until_complete
from .provider import Provider, provider

ZONES: Final = 50
DEADLINE: Final = 2.0
MODE: Final = AiMode.AUTO
_LONG: Final = 60.0
# Half a minute is a long time to wait for each of hundreds of questions; what a look does is the same.
_LOOK: Final = timedelta(seconds=0.25)
_BETWEEN_REQUESTS: Final = 0.01
_SETTLE_SECONDS: Final = 30.0


class AiHome:
    """The home, its zones by number, and its provider."""

    def __init__(self, house: House, asked: Provider, seen: Gaps) -> None:
        (entry,) = house.hass.config_entries.async_entries(DOMAIN)
        self.house = house
        self.provider = asked
        self.seen = seen
        self.zones: list[ZoneControl] = []
        self._entry: ConfigEntry[Site] = entry

    @property
    def site(self) -> Site:
        """Return the site."""
        return self._entry.runtime_data

    # Its zones

    async def add_zones(self, numbers: Iterable[int]) -> list[ZoneControl]:
        """Set up zones in which nobody is, each with one light, and return them."""
        subentries = []
        for number in numbers:
            self.see(number, "off")
            self.measure(number, 40.0 + number)
            subentries.append(self._subentry(number))
            self.house.hass.config_entries.async_add_subentry(self._entry, subentries[-1])
        await self.house.hass.async_block_till_done()
        return [self.site.control.zones[subentry.subentry_id] for subentry in subentries]

    async def remove(self, zones: Iterable[ZoneControl]) -> None:
        """Remove zones."""
        for zone in zones:
            self.house.hass.config_entries.async_remove_subentry(self._entry, zone.key)
        await self.house.hass.async_block_till_done()

    def _subentry(self, number: int) -> ConfigSubentry:
        data = {
            "lights": [self.house.lights[number]],
            "motion": [f"binary_sensor.desk_{number}"],
            "illuminance": [f"sensor.light_{number}"],
            "purpose": "office",
        }
        return ConfigSubentry(
            data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title=f"Room {number}", unique_id=None
        )

    def see(self, number: int, state: str) -> None:
        """Let the motion sensor of a zone say something."""
        self.house.hass.states.async_set(f"binary_sensor.desk_{number}", state, force_update=True)

    def measure(self, number: int, lux: float) -> None:
        """Let the light sensor of a zone read so much."""
        self.house.hass.states.async_set(f"sensor.light_{number}", f"{lux:.1f}", force_update=True)

    # Its AI

    async def have_ai(self, *, deadline: float) -> None:
        """Have the provider as the AI; `deadline` is that of each call, in seconds."""
        asked = {"kind": "server", "url": self.provider.url, "api_key": "sk-benchmark", "model": self.provider.model}
        limits = {
            "interval_minutes": _LONG,
            "deadline_seconds": deadline,
            "calls_per_day": None,
            "tokens_per_day": None,
        }
        await self._change({"ai_provider": asked}, {"ai": limits})

    async def have_no_ai(self) -> None:
        """Have nobody to ask."""
        await self._change({}, {})

    async def _change(self, data: dict[str, Any], options: dict[str, Any]) -> None:
        self.house.hass.config_entries.async_update_entry(self._entry, data=data, options=options)
        await self.house.hass.async_block_till_done()

    def let(self, zones: Iterable[ZoneControl], mode: AiMode) -> None:
        """Let the AI do something in zones, whether it has earned that or not."""
        for zone in zones:
            self.site.ai_planner.modes.card_of(zone.key).override_gate()
            self.site.control.async_set_ai_mode(zone.key, mode)

    async def ask(self) -> None:
        """Have it asked about all zones at the next look, whatever was before; returns when that has begun."""
        planner = self.site.ai_planner
        await until(lambda: not planner.gate.is_in_flight, _SETTLE_SECONDS)
        planner.breaker.changed()
        # After an answer that was not whole, it asks about fewer zones at once until its limits change.
        planner.async_follow()
        planner.gate = ChangeGate(60 * _LONG)
        await until(lambda: planner.gate.is_in_flight, _SETTLE_SECONDS)

    def follow_ai(self, zones: Iterable[ZoneControl]) -> bool:
        """Tell whether zones follow plans of the AI's."""
        return all(zone.reflex.plan.planner is Planner.AI for zone in zones)

    def follow_rules(self, zones: Iterable[ZoneControl]) -> bool:
        """Tell whether zones follow their rules."""
        return all(zone.reflex.plan.planner is Planner.RULES for zone in zones)


@contextmanager
def _hurried() -> Iterator[None]:
    """Have the planner look more often than it does, and pause less between two requests."""
    # Hundreds of failures are meant.
    logging.getLogger(const.PACKAGE).setLevel(logging.ERROR)
    with (
        patch.object(ai_planner, "_LOOK", _LOOK),
        patch.object(ai_settings, "BETWEEN_REQUESTS", _BETWEEN_REQUESTS),
    ):
        yield


@asynccontextmanager
async def open_home(port: str) -> AsyncIterator[AiHome]:
    """Start the home, with all of its zones."""
    seen = Gaps()
    with _hurried():
        async with provider() as asked, open_house(port, seen) as house:
            await until_complete(house.line)
            home = AiHome(house, asked, seen)
            home.zones = await home.add_zones(range(ZONES))
            yield home
