"""Set up the site with its first line, and add, change and discover lines."""

from types import MappingProxyType
from typing import Any, override

from homeassistant.components import usb
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_DEVICE
from homeassistant.core import callback
from homeassistant.helpers.service_info.usb import UsbServiceInfo

from .const import CONF_KIND, DOMAIN, SITE_TITLE, SUBENTRY_LINE, SUBENTRY_ZONE, LineKind
from .flows.line_flow import MENU, LineSteps
from .flows.options_flow import SiteOptionsFlow
from .flows.provider_flow import ProviderSteps
from .flows.zone_flow import ZoneSubentryFlow


class SiteConfigFlow(LineSteps[ConfigFlowResult], ProviderSteps, ConfigFlow, domain=DOMAIN):
    """Sets up the site with its first line; a discovered adapter becomes a line of the site that there is.

    Its AI is chosen by reconfiguring it.
    """

    VERSION = 1
    MINOR_VERSION = 1

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to the site."""
        del config_entry
        return {SUBENTRY_LINE: LineSubentryFlow, SUBENTRY_ZONE: ZoneSubentryFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> SiteOptionsFlow:
        """Return what asks for the site's options."""
        del config_entry
        return SiteOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how the first line is reached."""
        del user_input
        if self._async_current_entries():
            return self.async_abort(reason="add_line_instead")
        return self.async_show_menu(step_id="user", menu_options=MENU)

    @override
    async def async_step_usb(self, discovery_info: UsbServiceInfo) -> ConfigFlowResult:
        """Offer an adapter that was plugged in; whoever dismisses it is not asked again."""
        device = await self.hass.async_add_executor_job(usb.get_serial_by_id, discovery_info.device)
        await self.async_set_unique_id(usb.usb_unique_id_from_service_info(discovery_info))
        if self.taken(device) or self.taken(discovery_info.device):
            return self.async_abort(reason="already_configured")
        self._kind, self._device = LineKind.SERIAL, device
        name = usb.human_readable_device_name(
            device,
            discovery_info.serial_number,
            discovery_info.manufacturer,
            discovery_info.description,
            discovery_info.vid,
            discovery_info.pid,
        )
        self.context["title_placeholders"] = {"name": name}
        return await self.async_step_discovered()

    async def async_step_discovered(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Look at a discovered adapter once the user wants it."""
        if user_input is None:
            self._set_confirm_only()
            return self.async_show_form(
                step_id="discovered", description_placeholders=self.context["title_placeholders"]
            )
        return await self.async_step_probe()

    @override
    def taken(self, device: str) -> bool:
        """Tell whether a line uses a device."""
        return any(is_taken(entry, device) for entry in self._async_current_entries())

    @override
    async def finish(self, title: str, data: dict[str, Any], unique_id: str | None) -> ConfigFlowResult:
        """Make the site with this line, or add the line to the site that there is."""
        subentry = ConfigSubentryData(data=data, subentry_type=SUBENTRY_LINE, title=title, unique_id=unique_id)
        for entry in self._async_current_entries():
            if unique_id is not None and has_line(entry, unique_id):
                return self.async_abort(reason="already_configured")
            self.hass.config_entries.async_add_subentry(
                entry,
                ConfigSubentry(
                    data=MappingProxyType(data), subentry_type=SUBENTRY_LINE, title=title, unique_id=unique_id
                ),
            )
            return self.async_abort(reason="line_added")
        # One site: its unique id holds it. A discovery came here under the id of its adapter.
        await self.async_set_unique_id(DOMAIN, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title=SITE_TITLE, data={}, subentries=[subentry])


class LineSubentryFlow(LineSteps[SubentryFlowResult], ConfigSubentryFlow):
    """Adds a line to the site, or changes one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the new line is reached."""
        del user_input
        return self.async_show_menu(step_id="user", menu_options=MENU)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the line is reached now."""
        del user_input
        self._defaults = self._get_reconfigure_subentry().data
        return self.async_show_menu(step_id="reconfigure", menu_options=MENU)

    @override
    def taken(self, device: str) -> bool:
        """Tell whether another line uses a device."""
        but = self._get_reconfigure_subentry().subentry_id if self.source == "reconfigure" else None
        return is_taken(self._get_entry(), device, but=but)

    @override
    async def finish(self, title: str, data: dict[str, Any], unique_id: str | None) -> SubentryFlowResult:
        """Add or change the line."""
        entry = self._get_entry()
        if self.source == "reconfigure":
            subentry = self._get_reconfigure_subentry()
            if unique_id is not None and has_line(entry, unique_id, but=subentry.subentry_id):
                return self.async_abort(reason="already_configured")
            # A line keeps the name that it has, which is a person's choice; a set of simulated gear is its own.
            name = title if data[CONF_KIND] == LineKind.SIMULATED else subentry.title
            return self.async_update_and_abort(entry, subentry, title=name, data=data, unique_id=unique_id)
        if unique_id is not None and has_line(entry, unique_id):
            return self.async_abort(reason="already_configured")
        return self.async_create_entry(title=title, data=data, unique_id=unique_id)


def is_taken(entry: ConfigEntry, device: str, *, but: str | None = None) -> bool:
    """Tell whether a line of the site, `but` one, uses a device."""
    return any(
        subentry.data.get(CONF_DEVICE) == device
        for subentry in entry.subentries.values()
        if subentry.subentry_id != but
    )


def has_line(entry: ConfigEntry, unique_id: str, *, but: str | None = None) -> bool:
    """Tell whether the site has a line, `but` one, with that adapter."""
    return any(subentry.unique_id == unique_id for subentry in entry.subentries.values() if subentry.subentry_id != but)
