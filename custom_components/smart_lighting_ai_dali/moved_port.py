"""Where the adapter of a line may be now, and taking one that is there for the line."""

import asyncio
from collections.abc import Iterable
from typing import Final

from homeassistant.components import usb
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_DEVICE
from homeassistant.core import HomeAssistant

from .const import CONF_ADAPTER_SERIAL, CONF_PROTOCOL
from .dali.adapter import Adapter
from .dali.errors import OtherAdapterError, PortBusyError
from .dali.probe import find_out

# The line itself tries its port now and then, for less than this, in seconds.
_BUSY_SECONDS: Final = 15.0
_AGAIN: Final = 0.5


async def async_free_ports(hass: HomeAssistant, entry: ConfigEntry) -> list[str]:
    """Return the USB ports that nothing in Home Assistant uses, by their lasting names where they have one."""
    ports = await usb.async_scan_serial_ports(hass)
    consumers = await usb.async_get_serial_port_consumers(hass, ports)
    used = {subentry.data.get(CONF_DEVICE) for subentry in entry.subentries.values()}
    free = [port for port in ports if isinstance(port, usb.USBDevice) and not consumers.get(port.device)]
    names = await hass.async_add_executor_job(_lasting_names, [port.device for port in free])
    return sorted(
        {name for port, name in zip(free, names, strict=True) if not used & {name, port.device, port.resolved_device}}
    )


async def async_take_adapter(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry, port: str, *, same: bool
) -> Adapter:
    """Have a line use the adapter on a port from now on, and return which that is; `same`: only that of the line.

    Raises LineError: OtherAdapterError where it is not the line's.
    """
    adapter = await _look(port)
    wanted = subentry.data.get(CONF_ADAPTER_SERIAL)
    if same and wanted not in {None, adapter.serial}:
        raise OtherAdapterError(f"expected adapter {wanted}, found {adapter.serial}")
    others = (one for one in entry.subentries.values() if one.subentry_id != subentry.subentry_id)
    if adapter.line_id is not None and any(one.unique_id == adapter.line_id for one in others):
        raise OtherAdapterError("it is that of another line")
    data = {CONF_DEVICE: port, CONF_ADAPTER_SERIAL: adapter.serial, CONF_PROTOCOL: str(adapter.protocol)}
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, **data}, unique_id=adapter.line_id or subentry.unique_id
    )
    return adapter


async def _look(port: str) -> Adapter:
    """Find out which adapter is on a port; waits while the line itself looks there."""
    ends = asyncio.get_running_loop().time() + _BUSY_SECONDS
    while True:
        try:
            return await find_out(port)
        except PortBusyError:
            if asyncio.get_running_loop().time() > ends:
                raise
        await asyncio.sleep(_AGAIN)


def _lasting_names(devices: Iterable[str]) -> list[str]:
    return [usb.get_serial_by_id(device) for device in devices]
