"""Set up a zone in two steps: which area, and whether what was found there is right."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME, LIGHT_LUX, PERCENTAGE, UnitOfTemperature, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..const import DOMAIN
from ..control.zone_lights import ZoneLights
from ..control.zone_settings import (
    CONF_AREA,
    CONF_BRIGHTEST,
    CONF_COOLEST,
    CONF_DIMMEST,
    CONF_FADE,
    CONF_ILLUMINANCE,
    CONF_LIGHTS,
    CONF_LIMITS,
    CONF_LUX,
    CONF_MORE,
    CONF_MOST_LUX,
    CONF_MOTION,
    CONF_NEIGHBOURS,
    CONF_PEOPLE,
    CONF_PURPOSE,
    CONF_RELEASE,
    CONF_RELEASE_MINUTES,
    CONF_WARMEST,
    DEFAULT_FADE,
    DEFAULT_RELEASE_MINUTES,
    brightness_limits,
)
from ..control.zone_suggestions import free_areas, suggest_zone, zones_of
from ..site_vault import ClosedError, SiteVault
from ..vault_file import NotWrittenError
from ..zones.purpose import Purpose
from ..zones.settings import Limits, Release
from .profile_form import NightIncompleteError, fields_of, form, in_sections, out_of_sections, profile_of

_MOST: Final = 100_000
# No area's id: those have no hyphens.
_NO_AREA: Final = "no-area"
_KELVIN: Final = UnitOfTemperature.KELVIN.value


def _number(least: float, most: float, unit: str, step: float = 1) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(min=least, max=most, step=step, unit_of_measurement=unit, mode=NumberSelectorMode.BOX)
    )


def _select(options: type[Purpose | Release], key: str) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[one.value for one in options], mode=SelectSelectorMode.DROPDOWN, translation_key=key
        )
    )


def _entities(domain: str, *device_classes: str) -> EntitySelector:
    chosen = EntityWithDeviceFilterSelectorConfig(domain=domain)
    if device_classes:
        chosen["device_class"] = list(device_classes)
    return EntitySelector(EntitySelectorConfig(filter=chosen, multiple=True))


def _schema(others: list[SelectOptionDict]) -> vol.Schema:
    """Return the form of a zone; `others` are the zones that may be next door."""
    fields: dict[vol.Marker, Any] = {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_LIGHTS): EntitySelector(
            EntitySelectorConfig(
                filter=EntityWithDeviceFilterSelectorConfig(integration=DOMAIN, domain="light"), multiple=True
            )
        ),
        vol.Optional(CONF_MOTION): _entities("binary_sensor", "motion", "occupancy", "presence"),
        vol.Optional(CONF_ILLUMINANCE): _entities("sensor", "illuminance"),
        vol.Required(CONF_PURPOSE, default=Purpose.OTHER.value): _select(Purpose, "purpose"),
        vol.Required(CONF_RELEASE, default=Release.EMPTY.value): _select(Release, "release"),
    }
    if others:
        fields[vol.Optional(CONF_NEIGHBOURS)] = SelectSelector(SelectSelectorConfig(options=others, multiple=True))
    more = {
        vol.Optional(CONF_LUX): _number(1, _MOST, LIGHT_LUX),
        vol.Required(CONF_FADE, default=DEFAULT_FADE): _number(0, 60, UnitOfTime.SECONDS, 0.1),
        vol.Required(CONF_RELEASE_MINUTES, default=DEFAULT_RELEASE_MINUTES): _number(1, 10_080, UnitOfTime.MINUTES),
        vol.Required(CONF_PEOPLE, default=True): BooleanSelector(),
    }
    limits = {
        vol.Required(CONF_MOST_LUX, default=Limits().most_lux): _number(1, _MOST, LIGHT_LUX),
        vol.Required(CONF_DIMMEST, default=1): _number(1, 100, PERCENTAGE),
        vol.Required(CONF_BRIGHTEST, default=100): _number(1, 100, PERCENTAGE),
        vol.Optional(CONF_WARMEST): _number(1000, 20_000, _KELVIN),
        vol.Optional(CONF_COOLEST): _number(1000, 20_000, _KELVIN),
    }
    fields[vol.Required(CONF_MORE)] = section(vol.Schema(more), {"collapsed": True})
    fields[vol.Required(CONF_LIMITS)] = section(vol.Schema(limits), {"collapsed": True})
    return vol.Schema(fields)


class ZoneSubentryFlow(ConfigSubentryFlow):
    """Adds a zone to the site, or changes one."""

    _suggested: Mapping[str, Any] = {}
    _errors: Mapping[str, str] = {}
    _named: str = ""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the area, where there is one with lights and no zone; else for all at once."""
        areas = free_areas(self.hass, self._get_entry())
        if not areas:
            return await self.async_step_zone()
        if user_input is not None:
            if (area := user_input[CONF_AREA]) in areas:
                self._suggested = {CONF_NAME: areas[area], **suggest_zone(self.hass, self._get_entry(), area)}
            return await self.async_step_zone()
        options = [SelectOptionDict(value=area, label=name) for area, name in (areas | {_NO_AREA: _NO_AREA}).items()]
        selector = SelectSelector(
            SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST, translation_key="area")
        )
        schema = vol.Schema({vol.Required(CONF_AREA): selector})
        first = {CONF_AREA: options[0]["value"]}
        return self.async_show_form(
            step_id="user", data_schema=self.add_suggested_values_to_schema(schema, first), last_step=False
        )

    async def async_step_zone(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show what the zone would be, and make it."""
        if user_input is None:
            return self._ask("zone", self._suggested)
        if self._error_of(user_input, but=None) is not None:
            return self._ask("zone", user_input)
        return self.async_create_entry(title=user_input[CONF_NAME].strip(), data=self._data(user_input))

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what of the zone is to be changed."""
        del user_input
        return self.async_show_menu(step_id="reconfigure", menu_options=["settings", "profile"])

    async def async_step_profile(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show what its people said that they want, and change it."""
        entry, zone = self._get_entry(), self._get_reconfigure_subentry().subentry_id
        if entry.state is not ConfigEntryState.LOADED or entry.runtime_data.vault.problem is not None:
            return self.async_abort(reason="vault_closed")
        vault: SiteVault = entry.runtime_data.vault
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await vault.async_set_profiles({zone: profile_of(out_of_sections(user_input))})
            except NightIncompleteError:
                errors["base"] = "night_incomplete"
            except ClosedError, NotWrittenError:
                return self.async_abort(reason="vault_not_written")
            else:
                return self.async_abort(reason="profile_saved")
        filled = in_sections(fields_of(vault.profile_of(zone))) if user_input is None else user_input
        return self.async_show_form(
            step_id="profile", data_schema=self.add_suggested_values_to_schema(form(), filled), errors=errors
        )

    async def async_step_settings(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show how the zone is, and change it."""
        subentry = self._get_reconfigure_subentry()
        self._suggested = subentry.data
        if user_input is None:
            return self._ask("settings", {CONF_NAME: subentry.title, **subentry.data}, but=subentry.subentry_id)
        if self._error_of(user_input, but=subentry.subentry_id) is not None:
            return self._ask("settings", user_input, but=subentry.subentry_id)
        return self.async_update_and_abort(
            self._get_entry(), subentry, title=user_input[CONF_NAME].strip(), data=self._data(user_input)
        )

    def _ask(self, step_id: str, values: Mapping[str, Any], *, but: str | None = None) -> SubentryFlowResult:
        """Show the form with values, and with what is wrong."""
        others = [
            SelectOptionDict(value=zone.subentry_id, label=zone.title)
            for zone in zones_of(self._get_entry())
            if zone.subentry_id != but
        ]
        errors, self._errors = self._errors, {}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(_schema(others), values),
            errors=dict(errors),
            description_placeholders={"zones": self._named},
        )

    def _data(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the subentry keeps: the area stays that which it was made for."""
        data = {key: value for key, value in user_input.items() if key != CONF_NAME}
        if (area := self._suggested.get(CONF_AREA)) is not None:
            data[CONF_AREA] = area
        return data

    def _error_of(self, user_input: Mapping[str, Any], *, but: str | None) -> Mapping[str, str] | None:
        """Return what is wrong with an input, and keep it for the form; None where nothing is."""
        limits = user_input.get(CONF_LIMITS, {})
        dimmest, brightest = brightness_limits(limits)
        if not user_input[CONF_NAME].strip():
            self._errors = {CONF_NAME: "no_name"}
        elif not user_input[CONF_LIGHTS]:
            self._errors = {CONF_LIGHTS: "no_light"}
        elif named := self._zones_with(user_input[CONF_LIGHTS], but):
            self._errors, self._named = {CONF_LIGHTS: "light_in_two_zones"}, named
        elif dimmest > brightest or limits.get(CONF_WARMEST, 0) > limits.get(CONF_COOLEST, _MOST):
            self._errors = {"base": "limits_reversed"}
        return self._errors or None

    def _zones_with(self, lights: list[str], but: str | None) -> str:
        """Return the names of the other zones that have any of the gear behind these lights."""
        entry = self._get_entry()
        lines = entry.runtime_data.lines if entry.state is ConfigEntryState.LOADED else {}

        def behind(entity_ids: list[str]) -> set[tuple[str, str]]:
            gear = ZoneLights(self.hass, entity_ids, lines).gear()
            return {(line, key) for line, keys in gear.items() for key in keys} | {("", one) for one in entity_ids}

        mine = behind(lights)
        return ", ".join(
            zone.title
            for zone in zones_of(entry)
            if zone.subentry_id != but and not mine.isdisjoint(behind(zone.data[CONF_LIGHTS]))
        )
