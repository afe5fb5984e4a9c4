"""The steps that describe a line, for the first one with the site and for all that follow."""

import asyncio
from collections.abc import Mapping
import re
from typing import Any, Final, override

from homeassistant.components import usb
from homeassistant.const import CONF_DEVICE
from homeassistant.data_entry_flow import FlowHandler, FlowResult
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    SerialPortSelector,
    TextSelector,
)
import voluptuous as vol

from ..const import CONF_ADAPTER_SERIAL, CONF_FLEET, CONF_KIND, CONF_PROTOCOL, LineKind
from ..dali.discovery import ScanProgress
from ..dali.errors import LineError
from ..dali.probe import Probe, probe
from ..dali.transport import without_secrets
from ..fleets import load_fleet
from ..simulator.fleet import FleetError, built_in_fleets

# What the serial library takes as an address, with the port that it needs to know.
_NETWORK_ADDRESS: Final = re.compile(r"^(socket|tcp|rfc2217|esphome|esphome-hass)://[^\s/]+\S*$")

_EXAMPLE_ADDRESS: Final = "socket://192.0.2.10:4001"

SERIAL_SCHEMA: Final = vol.Schema({vol.Required(CONF_DEVICE): SerialPortSelector()})
NETWORK_SCHEMA: Final = vol.Schema({vol.Required(CONF_DEVICE): TextSelector()})
SIMULATED_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_FLEET, default="demo"): SelectSelector(
            SelectSelectorConfig(
                options=sorted(built_in_fleets()),
                custom_value=True,
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="fleet",
            )
        )
    }
)
MENU: Final = [kind.value for kind in LineKind]


class LineSteps[ResultT: FlowResult[Any, Any]](FlowHandler[Any, ResultT, Any]):
    """Ask how a line is reached, look at it, and show what was found.

    Who uses this says what happens with the line (`finish`), and which devices are taken (`taken`).
    """

    _kind: LineKind
    _device: str = ""
    _defaults: Mapping[str, Any] = {}
    _error: str | None = None
    _probe: Probe | None = None
    _probing: asyncio.Task[Probe] | None = None

    async def finish(self, title: str, data: dict[str, Any], unique_id: str | None) -> ResultT:
        """Take a line that was described."""
        raise NotImplementedError

    def taken(self, device: str) -> bool:
        """Tell whether another line uses a device."""
        raise NotImplementedError

    async def async_step_serial(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Ask for the port of a serial adapter."""
        if user_input is not None:
            device = user_input[CONF_DEVICE]
            # A path by id stays the same wherever the adapter is plugged in.
            device = await self.hass.async_add_executor_job(usb.get_serial_by_id, device)
            if (result := self._look_at(LineKind.SERIAL, device)) is not None:
                return result
        return self._ask("serial", SERIAL_SCHEMA, user_input)

    async def async_step_network(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Ask for the network address of an adapter's serial server."""
        if user_input is not None:
            address = user_input[CONF_DEVICE].strip()
            if not _NETWORK_ADDRESS.match(address):
                self._error = "invalid_address"
            elif (result := self._look_at(LineKind.NETWORK, address)) is not None:
                return result
        return self._ask("network", NETWORK_SCHEMA, user_input, {"example": _EXAMPLE_ADDRESS})

    async def async_step_simulated(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Ask for the set of simulated gear."""
        problems = ""
        if user_input is not None:
            name = user_input[CONF_FLEET].strip()
            try:
                fleet = await self.hass.async_add_executor_job(load_fleet, self.hass.config.path(), name)
            except FleetError as error:
                self._error = "invalid_fleet"
                problems = "\n".join(f"- {problem}" for problem in error.problems)
            else:
                data = {CONF_KIND: LineKind.SIMULATED.value, CONF_FLEET: name}
                return await self.finish(fleet.name, data, None)
        return self._ask("simulated", SIMULATED_SCHEMA, user_input, {"problems": problems})

    async def async_step_probe(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Look at what is behind the port, and show how far that is."""
        del user_input
        if self._probing is None:
            self._probing = self.hass.async_create_task(
                probe(self._device, self._show_progress), "probe of a DALI line"
            )
        if not self._probing.done():
            return self.async_show_progress(
                step_id="probe",
                progress_action="probe",
                description_placeholders={"device": without_secrets(self._device)},
                progress_task=self._probing,
            )
        probing, self._probing = self._probing, None
        try:
            self._probe = probing.result()
        except LineError as error:
            self._error = error.key
            return self.async_show_progress_done(next_step_id=self._kind.value)
        return self.async_show_progress_done(next_step_id="confirm")

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Show what was found, and take it when the user agrees."""
        found = self._probe
        if found is None:
            return await self.async_step_probe()
        if user_input is not None:
            data = {
                CONF_KIND: self._kind.value,
                CONF_DEVICE: self._device,
                CONF_ADAPTER_SERIAL: found.adapter.serial,
                CONF_PROTOCOL: str(found.adapter.protocol),
            }
            return await self.finish(found.adapter.name, data, found.adapter.line_id)
        return self.async_show_form(
            step_id="confirm" if found.line_powered else "confirm_without_power",
            data_schema=vol.Schema({}),
            description_placeholders={"adapter": found.adapter.name, "gear": str(found.gear_count)},
        )

    async def async_step_confirm_without_power(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Show that the adapter is there and its line without power; the line can be added all the same."""
        return await self.async_step_confirm(user_input)

    @override
    def async_remove(self) -> None:
        """End a look at a port whose dialog was closed."""
        if self._probing is not None:
            self._probing.cancel()

    def _look_at(self, kind: LineKind, device: str) -> ResultT | None:
        """Begin to look at a port; None where that would be no use, with the reason kept for the form."""
        if device == self._defaults.get(CONF_DEVICE):
            # The line itself has the port open: there is nothing to change, and nobody else could look.
            return self.async_abort(reason="reconfigure_successful")
        if self.taken(device):
            self._error = "already_used"
            return None
        self._kind, self._device, self._error, self._probe = kind, device, None, None
        self._probing = self.hass.async_create_task(probe(device, self._show_progress), "probe of a DALI line")
        return self.async_show_progress(
            step_id="probe",
            progress_action="probe",
            description_placeholders={"device": without_secrets(device)},
            progress_task=self._probing,
        )

    def _show_progress(self, progress: ScanProgress) -> None:
        self.async_update_progress(progress.done / progress.total)

    def _ask(
        self,
        step_id: str,
        schema: vol.Schema,
        user_input: dict[str, Any] | None,
        placeholders: dict[str, str] | None = None,
    ) -> ResultT:
        """Show a form, with what went wrong, and with what was entered before."""
        errors = {"base": self._error} if self._error else None
        self._error = None
        entered = user_input or ({CONF_DEVICE: self._device} if self._device else self._defaults)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, entered),
            errors=errors,
            description_placeholders=placeholders,
        )
