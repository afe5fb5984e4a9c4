"""What belongs to one line inside Home Assistant: the line itself, its simulator, what it found, its device."""

import asyncio
import logging
import os
from pathlib import Path
import tempfile
import time
from typing import TYPE_CHECKING, Any

from homeassistant.components import usb
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_DEVICE
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import device_registry as dr

from .const import CONF_ADAPTER_SERIAL, CONF_FLEET, CONF_KIND, CONF_PROTOCOL, DOMAIN, PACKAGE, LineKind
from .control.zone_clock import ON_THE_WALL, ZoneClock
from .coordinator import LineCoordinator
from .dali.adapter import WireProtocol
from .dali.bus_monitor import BusMonitor
from .dali.errors import LineError
from .dali.events import (
    AddressesCompared,
    GearChanged,
    GearForgotten,
    GearFound,
    InputDeviceChanged,
    InputDeviceForgotten,
    InputDeviceFound,
    LineEvent,
    LineStatus,
    StateChanged,
    StatusChanged,
)
from .dali.line import Line
from .entity import async_describe_anew
from .fleets import load_fleet
from .gear_store import GearStore
from .input_store import InputStore
from .issues.gear import async_report_shared
from .issues.inputs import async_report_inputs
from .issues.line import async_clear_issues
from .lamp_watch import LampWatch
from .line_trouble import LineTrouble
from .simulator.simulated_line import SimulatedLine

if TYPE_CHECKING:
    from .site import SiteConfigEntry

_LOGGER = logging.getLogger(f"{PACKAGE}.dali.driver")


def simulator_paths(subentry_id: str) -> tuple[Path, Path]:
    """Return where a simulated line has its serial port and its control socket.

    They are short, since the path of a socket may have 108 bytes, and each user has a folder of their own.
    """
    folder = Path(tempfile.gettempdir()) / f"{DOMAIN}-{os.getuid()}"
    return folder / subentry_id, folder / f"{subentry_id}.control"


class SiteLine:
    """One line of the site, from its start to its stop."""

    line: Line

    def __init__(self, hass: HomeAssistant, entry: SiteConfigEntry, subentry: ConfigSubentry) -> None:
        self.subentry = subentry
        self.simulator: SimulatedLine | None = None
        self.clock = ON_THE_WALL
        """That by which people, gear and sensors on it live."""
        self.monitor = BusMonitor()
        """What is on the line, whatever its settings become."""
        self._hass = hass
        self._entry = entry
        self._store = GearStore(hass, subentry.subentry_id, subentry.title)
        self._input_store = InputStore(hass, subentry.subentry_id, subentry.title)
        self._inputs_sought = False
        self._trouble = LineTrouble(hass, subentry)
        self.lamps = LampWatch(hass, subentry, lambda: self.line)
        self._coordinator: LineCoordinator | None = None
        self._scan: asyncio.Task[None] | None = None
        self._scan_wanted = False
        # A subentry is changed in place: what the line was started with has to be kept.
        self._started_with = _settings_of(subentry)

    @property
    def is_changed(self) -> bool:
        """Tell whether the line has to be started anew, since it was changed."""
        return _settings_of(self.subentry) != self._started_with

    @property
    def kind(self) -> LineKind:
        """Return how the line is reached."""
        return LineKind(self.subentry.data[CONF_KIND])

    @property
    def coordinator(self) -> LineCoordinator:
        """Return what feeds the entities; there once the line was started, and the same for all its starts."""
        if self._coordinator is None:
            raise RuntimeError("the line was not started")
        return self._coordinator

    async def async_start(self) -> None:
        """Build the line and let it connect in the background: a missing port delays nobody.

        Raises FleetError or OSError where a simulated line can't be started.
        """
        self._started_with = _settings_of(self.subentry)
        names: dict[int, str] = {}
        areas: dict[int, str] = {}
        input_names: dict[int, str] = {}
        input_areas: dict[int, str] = {}
        url = self.subentry.data.get(CONF_DEVICE, "")
        # A line that was set up before there was a choice has an adapter that speaks LUBA.
        protocol = WireProtocol(self.subentry.data.get(CONF_PROTOCOL, WireProtocol.LUBA))
        if self.kind is LineKind.SIMULATED:
            fleet = await self._hass.async_add_executor_job(
                load_fleet, self._hass.config.path(), self.subentry.data[CONF_FLEET]
            )
            link, control = simulator_paths(self.subentry.subentry_id)
            self.simulator = SimulatedLine(fleet, link=link, control=control, speed=fleet.speed)
            await self._hass.async_add_executor_job(_start_simulator, self.simulator, link.parent)
            self.clock = ZoneClock(fleet.speed, time.time())
            url = str(link)
            protocol = WireProtocol[fleet.adapter.name]
            for gear in fleet.gear:
                if gear.short_address is not None:
                    names[gear.short_address] = gear.name
                    if gear.room:
                        areas[gear.short_address] = gear.room
            for device in fleet.devices:
                if device.short_address is not None:
                    input_names[device.short_address] = device.name
                    if device.room:
                        input_areas[device.short_address] = device.room
        devices = await self._input_store.async_load()
        self._inputs_sought = devices is not None
        self.line = Line(
            url,
            name=self.subentry.title,
            gear=await self._store.async_load(),
            devices=devices or (),
            adapter_serial=self.subentry.data.get(CONF_ADAPTER_SERIAL),
            protocol=protocol,
            locate=self._locate if self.kind is LineKind.SERIAL else None,
            monitor=self.monitor,
        )
        # A line of which nothing is known yet, and one that was changed, are searched when they are online.
        self._scan_wanted = not self.line.gear or not self._inputs_sought or self._coordinator is not None
        if self._coordinator is None:
            self._coordinator = LineCoordinator(
                self._hass, self._entry, self.line, subentry_id=self.subentry.subentry_id, names=names, areas=areas
            )
        else:
            self._coordinator.async_replace_line(self.line, names=names, areas=areas)
        self._coordinator.input_names, self._coordinator.input_areas = input_names, input_areas
        self._register_device()
        async_report_inputs(self._hass, self.subentry, self.line.inputs)
        self.line.subscribe(self._listen)
        self.line.start()

    async def async_stop(self) -> None:
        """Answer everyone who waits, free the port, then end the simulator."""
        await self.line.stop()
        self._trouble.async_stop()
        self.lamps.async_stop()
        if self._hass.state is not CoreState.stopping:
            # With Home Assistant itself they go by themselves, and what a person ignores stays ignored.
            async_clear_issues(self._hass, self.subentry.subentry_id, known_by_a_scan=False)
        if self._scan is not None:
            # Where Home Assistant stops, it has cancelled the search: what follows here is to be done all the same.
            await asyncio.wait((self._scan,))
        await self.async_save()
        if self.simulator is not None:
            await self._hass.async_add_executor_job(self.simulator.stop)

    async def async_save(self) -> None:
        """Write down what was found."""
        await self._store.async_save(self.line.gear.values())
        if self._inputs_sought or self.line.inputs.devices:
            await self._input_store.async_save(self.line.inputs.devices.values())

    async def async_forget(self) -> None:
        """Remove what was kept of a line that was removed."""
        await self._store.async_remove()
        await self._input_store.async_remove()

    async def async_restart_simulator(self) -> bool:
        """Restart the simulator; return whether there is one. Raises OSError."""
        if self.simulator is None:
            return False
        await self._hass.async_add_executor_job(self.simulator.restart)
        self.line.wake()
        return True

    # What the line tells

    def _listen(self, event: LineEvent) -> None:
        if isinstance(event, StatusChanged):
            self._trouble.async_follow(event.status, event.problem)
        match event:
            case StatusChanged(status=LineStatus.ONLINE):
                self._register_device()
                if self._scan_wanted and (self._scan is None or self._scan.done()):
                    self._scan = self._entry.async_create_background_task(
                        self._hass, self._first_scan(), f"{DOMAIN} first scan of {self.line.name}"
                    )
            case GearChanged(gear=gear):
                async_describe_anew(self.coordinator, gear)
                self._store.save_soon(self.line.gear.values)
            case GearFound() | GearForgotten():
                self._store.save_soon(self.line.gear.values)
                self.lamps.async_follow()
            case StateChanged():
                self.lamps.async_follow()
            case AddressesCompared(family=family, shared=shared):
                async_report_shared(self._hass, self.subentry, family, shared)
            case InputDeviceFound() | InputDeviceChanged() | InputDeviceForgotten():
                self._input_store.save_soon(self.line.inputs.devices.values)
                async_report_inputs(self._hass, self.subentry, self.line.inputs)
        self.coordinator.async_handle(event)

    async def _first_scan(self) -> None:
        """Look for gear; what went wrong is tried again the next time that the line is online."""
        try:
            result = await self.line.scan()
        except LineError as error:
            _LOGGER.debug("line=%r scan=failed reason=%s", self.line.name, error.key)
        else:
            self._scan_wanted = False
            self._inputs_sought = True
            _LOGGER.info(
                "line=%r scan=done gear=%d inputs=%d",
                self.line.name,
                len(result.found),
                len(result.devices.found),
            )

    def _register_device(self) -> None:
        adapter = self.line.adapter
        dr.async_get(self._hass).async_get_or_create(
            config_entry_id=self._entry.entry_id,
            config_subentry_id=self.subentry.subentry_id,
            identifiers={(DOMAIN, self.subentry.subentry_id)},
            name=self.subentry.title,
            manufacturer=None,
            model="Simulated DALI line" if self.kind is LineKind.SIMULATED else "DALI line",
            model_id=None if adapter is None or adapter.article is None else str(adapter.article),
            serial_number=None if adapter is None or adapter.serial is None else str(adapter.serial),
            hw_version=None if adapter is None else adapter.hardware,
            sw_version=None if adapter is None else adapter.firmware,
        )

    async def _locate(self) -> str:
        """Return where the port is now: an adapter that was moved to another socket is followed."""
        device: str = self.subentry.data[CONF_DEVICE]
        find_moved = getattr(usb, "async_find_moved_serial_port", None)
        if find_moved is None:
            # Home Assistant 2026.10 does not know; a path by id stays the same anyway.
            return device
        return find_moved(self._hass, device) or device


def _settings_of(subentry: ConfigSubentry) -> tuple[dict[str, Any], str]:
    """Return what a line is made by."""
    return dict(subentry.data), subentry.title


def _start_simulator(simulator: SimulatedLine, folder: Path) -> None:
    """Start a simulator in a folder that only this user can look into."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to someone else")
    simulator.start()
