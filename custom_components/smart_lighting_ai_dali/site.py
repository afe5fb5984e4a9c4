"""The composition root: builds the parts of the site, starts and stops them in order."""

import asyncio
from collections.abc import Callable, Iterable
import logging
from typing import Any, Final

from homeassistant.components import usb
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .ai.planner import AiPlanner
from .ai.provider import AiProvider
from .audit import AUDIT
from .backfill import Backfill
from .backup_pause import BackupPause
from .const import DOMAIN, PACKAGE, SUBENTRY_LINE
from .control.decision_log import DecisionLog
from .control.zone_suggestions import zones_of
from .control_service import ControlService
from .coordinator import LineCoordinator
from .dali.events import GearChanged, GearFound, LineEvent
from .dali.gear import Gear
from .dali.line import Line
from .dali.state import Origin
from .database_trouble import DatabaseTrouble
from .database_watch import DatabaseWatch
from .db.recorder_tasks import Database
from .entity_slices import async_in_slices
from .feature_engineering import FeatureEngineering
from .feature_watch import FeatureWatch
from .flows.options_flow import keep_of
from .health_watch import HealthWatch
from .issues.line import async_clear_issues, async_report_fleet
from .retention import Retention
from .simulator.fleet import FleetError
from .site_line import SiteLine
from .site_vault import SiteVault
from .telemetry import Telemetry

_LOGGER = logging.getLogger(f"{PACKAGE}.dali.driver")

# How long a stop waits for the database; Home Assistant gives a hundred seconds for all of its stop.
DATABASE_SECONDS: Final = 10.0

type SiteConfigEntry = ConfigEntry[Site]
type LineListener = Callable[[LineCoordinator], None]


class Site:
    """The installation: its lines, from the set-up of the entry to its unload."""

    def __init__(self, hass: HomeAssistant, entry: SiteConfigEntry) -> None:
        self.lines: dict[str, SiteLine] = {}
        self.audit = hass.data[AUDIT]
        self.database = Database(hass)
        self.telemetry = Telemetry(hass, entry, self.is_overheard)
        self.feature_engineering = FeatureEngineering(hass, self.database, self.telemetry)
        self.retention = Retention(hass, self.database, keep_of(entry.options))
        self.backfill = Backfill(
            hass, self.database, self.telemetry, self.feature_engineering, lambda: self.retention.keep
        )
        self.database_watch = DatabaseWatch(hass, entry, self.database, self.telemetry, self.retention)
        self.database_trouble = DatabaseTrouble(hass, entry, self.database, lambda: len(self.telemetry.buffer))
        self.feature_watch = FeatureWatch(hass, entry, self.feature_engineering, self.telemetry)
        self.decisions = DecisionLog(hass, self.database)
        self.vault = SiteVault(hass, entry)
        self.control = ControlService(hass, entry, self.lines, log=self.decisions, vault=self.vault)
        self.ai = AiProvider(hass, entry)
        self.ai_planner = AiPlanner(hass, entry, self.control, self.ai, self.decisions)
        self.health_watch = HealthWatch(hass, entry, self)
        self.pause = BackupPause(hass, entry.entry_id, self)
        self._hass = hass
        self._entry = entry
        self._line_listeners: list[LineListener] = []
        self._changing = asyncio.Lock()
        self._stopped = False

    def is_overheard(self, unique_id: str) -> bool:
        """Tell whether another master on its line set the level of a light, by its unique id."""
        subentry_id, _, key = unique_id.partition("_")
        line = self.lines.get(subentry_id)
        return line is not None and key in line.line.gear and line.line.state(key).origin is Origin.OVERHEARD

    async def async_start(self) -> None:
        """Start every line; each connects in the background."""
        await self.vault.async_load()
        await self._async_forget_zones()
        await self.control.async_load()
        await self.ai_planner.async_load()
        await self.pause.async_load()
        await self._async_follow_subentries()
        self.health_watch.async_start()
        self._entry.async_on_unload(usb.async_register_port_event_callback(self._hass, self._ports_changed))

    @callback
    def async_start_jobs(self) -> None:
        """Collect what happens from now on, condense and prune it by time, and let the zones run.

        Nothing here waits for the recorder.
        """
        self.telemetry.async_start()
        self.feature_engineering.async_start()
        self.retention.async_start()
        self.database_watch.async_start()
        self.database_trouble.async_start()
        self.feature_watch.async_start()
        self.backfill.async_start()
        self.control.async_start(self.async_listen_to_lines)
        self.ai_planner.async_start()

    async def async_stop(self) -> None:
        """Await the jobs, write what was collected, then stop every line: ports are free, simulators have ended."""
        async with self._changing:
            if self._stopped:
                return
            self._stopped = True
            self.health_watch.async_stop()
            self.pause.async_stop()
            await self.vault.async_stop()
            await self.ai_planner.async_stop()
            self.control.async_stop()
            await self.control.async_save()
            self.database.async_stop(DATABASE_SECONDS)
            self.telemetry.async_stop()
            await self.backfill.async_stop()
            await self.retention.async_stop()
            await self.feature_engineering.async_stop()
            await self.decisions.async_stop()
            await self.database_watch.async_stop()
            self.database_trouble.async_stop()
            self.feature_watch.async_stop()
            self.database.async_stop()
            lines = list(self.lines.values())
            self.lines.clear()
            await asyncio.gather(*(line.async_stop() for line in lines))

    async def async_update(self, hass: HomeAssistant, entry: SiteConfigEntry) -> None:
        """Follow options, and lines and zones that were added, changed or removed; the others are not touched."""
        del hass
        self.retention.keep = keep_of(entry.options)
        self.ai.async_follow()
        await self._async_follow_subentries()
        await self._async_forget_zones()
        if self._stopped:
            return
        self.control.async_follow()
        self.ai_planner.async_follow()
        self.telemetry.async_refresh()
        self.health_watch.async_look()

    async def _async_forget_zones(self) -> None:
        """Forget what people said of zones that were removed."""
        await self.vault.async_keep_only({zone.subentry_id for zone in zones_of(self._entry)})

    async def _async_follow_subentries(self) -> None:
        async with self._changing:
            if self._stopped:
                return
            wanted = {
                subentry.subentry_id: subentry
                for subentry in self._entry.subentries.values()
                if subentry.subentry_type == SUBENTRY_LINE
            }
            for subentry_id, line in list(self.lines.items()):
                subentry = wanted.get(subentry_id)
                if subentry is None:
                    del self.lines[subentry_id]
                    await line.async_stop()
                    await line.async_forget()
                    async_clear_issues(self._hass, subentry_id)
                elif line.is_changed:
                    await line.async_stop()
                    await self._async_start_line(line)
            for subentry_id, subentry in wanted.items():
                if subentry_id not in self.lines:
                    line = SiteLine(self._hass, self._entry, subentry)
                    if await self._async_start_line(line):
                        self.lines[subentry_id] = line
                        for listener in tuple(self._line_listeners):
                            listener(line.coordinator)

    async def _async_start_line(self, line: SiteLine) -> bool:
        """Start a line; return False where that can't be, which is told in a repair issue."""
        subentry = line.subentry
        async_clear_issues(self._hass, subentry.subentry_id, known_by_a_scan=False)
        try:
            await line.async_start()
        except (FleetError, OSError) as error:
            # The other lines work on; this one waits for whoever can mend its file.
            _LOGGER.error(  # noqa: TRY400  # no traceback
                "line=%r simulator=failed detail=%r hint='mend its file; its repair issue says what is wrong'",
                subentry.title,
                str(error),
            )
            async_report_fleet(self._hass, subentry, str(error))
            return False
        return True

    @callback
    def async_listen_to_lines(self, listener: LineListener) -> CALLBACK_TYPE:
        """Call a listener with each line, those that run and those to come; returns what ends that."""
        self._line_listeners.append(listener)
        for line in self.lines.values():
            listener(line.coordinator)
        return lambda: self._line_listeners.remove(listener)

    @callback
    def _ports_changed(self, *_: Any) -> None:
        """Let lines that look for their adapter try at once."""
        for line in self.lines.values():
            line.line.wake()


@callback
def async_find_line(hass: HomeAssistant, device_id: str) -> SiteLine | None:
    """Return the line whose device, or that of one of whose gear, this is; None where there is none."""
    device = dr.async_get(hass).async_get(device_id)
    identifiers = {identifier for domain, identifier in device.identifiers if domain == DOMAIN} if device else set()
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        site: Site = entry.runtime_data
        for subentry_id, line in site.lines.items():
            if any(identifier.split("_", 1)[0] == subentry_id for identifier in identifiers):
                return line
    return None


@callback
def async_add_gear_entities(
    entry: SiteConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[LineCoordinator, Gear], Iterable[Entity]],
) -> None:
    """Add entities for every gear of every line: those that come later too, as gear or as one more of its abilities."""

    @callback
    def add_line(coordinator: LineCoordinator) -> None:
        made: dict[str, set[str | None]] = {}

        def new_of(gear: Gear) -> list[Entity]:
            there = made.setdefault(gear.key, set())
            new = [entity for entity in make(coordinator, gear) if entity.unique_id not in there]
            there.update(entity.unique_id for entity in new)
            return new

        @callback
        def add_of(gear: Gear) -> None:
            if new := new_of(gear):
                async_add_entities(new, config_subentry_id=coordinator.subentry_id)

        @callback
        def add_found(event: GearFound) -> None:
            # One that was forgotten lost its entities.
            made.pop(event.gear.key, None)
            add_of(event.gear)

        coordinator.async_listen(GearFound, add_found)
        coordinator.async_listen(GearChanged, lambda event: add_of(event.gear))
        async_in_slices(coordinator.hass, entry, async_add_entities)(
            (entity for gear in tuple(coordinator.line.gear.values()) for entity in new_of(gear)),
            config_subentry_id=coordinator.subentry_id,
        )

    entry.async_on_unload(entry.runtime_data.async_listen_to_lines(add_line))


@callback
def async_add_line_entities(
    entry: SiteConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[LineCoordinator], Iterable[Entity]],
) -> None:
    """Add entities for every line, those that come later too."""

    @callback
    def add_line(coordinator: LineCoordinator) -> None:
        async_in_slices(coordinator.hass, entry, async_add_entities)(
            make(coordinator), config_subentry_id=coordinator.subentry_id
        )

    entry.async_on_unload(entry.runtime_data.async_listen_to_lines(add_line))


@callback
def async_add_numbered_entities(
    entry: SiteConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    numbers: Callable[[Line], Iterable[int]],
    make: Callable[[LineCoordinator, int], Entity],
) -> None:
    """Add an entity for each group, scene or the like that a line has, those that come later too."""

    @callback
    def add_line(coordinator: LineCoordinator) -> None:
        added: set[int] = set()

        @callback
        def look(_: LineEvent | None = None) -> None:
            new = sorted(set(numbers(coordinator.line)) - added)
            if new:
                added.update(new)
                async_add_entities(
                    [make(coordinator, number) for number in new], config_subentry_id=coordinator.subentry_id
                )

        coordinator.async_listen(GearFound, look)
        coordinator.async_listen(GearChanged, look)
        look()

    entry.async_on_unload(entry.runtime_data.async_listen_to_lines(add_line))
