"""The dialog of a line that is not there: follow its adapter, choose another port, or go on with a simulated line."""

import asyncio
from typing import Final

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.components.repairs.const import FlowType
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntry, SubentryFlowContext
from homeassistant.const import CONF_DEVICE
from homeassistant.core import callback

from ..const import DOMAIN, SUBENTRY_LINE, LineKind
from ..dali.errors import LineError, LineWithoutPowerError, NotAnAdapterError, OtherAdapterError, PortMissingError
from ..dali.events import LineStatus, StatusChanged
from ..issues.line import SIMULATOR_GONE
from ..moved_port import async_free_ports, async_take_adapter
from .issue_flow import IssueFlow

# An adapter that is there is found within this time, in seconds.
_SECONDS: Final = 10.0
_INIT: Final = "init"
_FOLLOW, _TAKE, _TRY_AGAIN, _RESTART = "follow", "take", "try_again", "restart"
_ANOTHER_PORT, _SIMULATED = "another_port", "simulated"
_STILL_OFFLINE: Final = "still_offline"
_NOT_FOUND: Final = "adapter_not_found"
_LINE_GONE: Final = "line_gone"
_GOES_ON: Final = "goes_on"
# Where one of these is the trouble, the adapter may be on another port.
_MOVED: Final = (PortMissingError.key, NotAnAdapterError.key, OtherAdapterError.key)


class OfflineLineFlow(IssueFlow):
    """Offers what may bring the line back."""

    _port: str | None = None

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Offer what can be done about this one."""
        del user_input
        line = self.line
        if line is None:
            return self.async_abort(reason=_LINE_GONE)
        key = self.issue_id.removesuffix(f"_{line.subentry.subentry_id}")
        options = [_RESTART] if key == SIMULATOR_GONE else [_TRY_AGAIN]
        if line.kind is not LineKind.SIMULATED and key != LineWithoutPowerError.key:
            options.append(_ANOTHER_PORT)
        if key == OtherAdapterError.key:
            options.insert(0, _TAKE)
        if line.kind is LineKind.SERIAL and key in _MOVED:
            # With more than one nobody knows which; then a person chooses.
            free = await async_free_ports(self.hass, self._entry)
            if len(free) == 1:
                self._port = free[0]
                options.insert(0, _FOLLOW)
        if line.kind is not LineKind.SIMULATED:
            options.append(_SIMULATED)
        return self.async_show_menu(
            step_id=_INIT,
            menu_options=options,
            description_placeholders={**(self.placeholders or {}), "port": self._port or ""},
        )

    async def async_step_follow(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Use the port where the adapter seems to be now, if it is the line's own."""
        del user_input
        return await self._take(self._port or "", same=True)

    async def async_step_take(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Use the adapter that is there instead of the one from before."""
        del user_input
        line = self.line
        return await self._take("" if line is None else line.subentry.data[CONF_DEVICE], same=False)

    async def async_step_try_again(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Look for the adapter at once."""
        del user_input
        line = self.line
        if line is None:
            return self.async_abort(reason=_LINE_GONE)
        line.line.wake()
        return await self._until_there()

    async def async_step_restart(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Start the simulator anew."""
        del user_input
        line = self.line
        if line is None:
            return self.async_abort(reason=_LINE_GONE)
        try:
            await line.async_restart_simulator()
        except OSError:
            return self.async_abort(reason=_STILL_OFFLINE)
        return await self._until_there()

    async def async_step_another_port(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Go on with the dialog that changes the line."""
        del user_input
        if (line := self.line) is None:
            return self.async_abort(reason=_LINE_GONE)
        context = SubentryFlowContext(source=SOURCE_RECONFIGURE, subentry_id=line.subentry.subentry_id)
        return await self._go_on(context)

    async def async_step_simulated(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Go on with the dialog that adds a simulated line; this one stays as it is."""
        del user_input
        if self.line is None:
            return self.async_abort(reason=_LINE_GONE)
        return await self._go_on(SubentryFlowContext(source=SOURCE_USER), LineKind.SIMULATED)

    async def _go_on(self, context: SubentryFlowContext, step: LineKind | None = None) -> RepairsFlowResult:
        flows = self.hass.config_entries.subentries
        flow = await flows.async_init((self._entry.entry_id, SUBENTRY_LINE), context=context)
        if step is not None:
            flow = await flows.async_configure(flow["flow_id"], {"next_step_id": step.value})
        # The issue stays until the line is there.
        return self.async_abort(reason=_GOES_ON, next_flow=(FlowType.CONFIG_SUBENTRIES_FLOW, flow["flow_id"]))

    async def _take(self, port: str, *, same: bool) -> RepairsFlowResult:
        line = self.line
        if line is None:
            return self.async_abort(reason=_LINE_GONE)
        try:
            await async_take_adapter(self.hass, self._entry, line.subentry, port, same=same)
        except LineError:
            return self.async_abort(reason=_NOT_FOUND, description_placeholders={"port": port})
        return await self._until_there()

    async def _until_there(self) -> RepairsFlowResult:
        """Wait for a moment until the line is there."""
        there = asyncio.Event()
        line = self.line
        if line is None:
            return self.async_abort(reason=_LINE_GONE)

        @callback
        def listen(event: StatusChanged) -> None:
            if event.status is LineStatus.ONLINE:
                there.set()

        # A line that was changed is started anew; who feeds its entities stays the same.
        end = line.coordinator.async_listen(StatusChanged, listen)
        try:
            if line.line.status is not LineStatus.ONLINE:
                async with asyncio.timeout(_SECONDS):
                    await there.wait()
        except TimeoutError:
            return self.async_abort(reason=_STILL_OFFLINE)
        finally:
            end()
        return self.async_create_entry(data={})

    @property
    def _entry(self) -> ConfigEntry:
        """Return the entry of the site, which runs."""
        return self.hass.config_entries.async_loaded_entries(DOMAIN)[0]
