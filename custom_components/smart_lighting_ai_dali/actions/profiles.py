"""Actions for profiles and their key: all of them are an administrator's."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import DOMAIN
from ..flows.profile_form import CONF_LEANING, FIELDS, NightIncompleteError, fields_of, profile_of
from ..services import site_of
from ..site_vault import ClosedError, NoNewKeyError
from ..vault.key import InvalidKeyError
from ..vault_file import NotWrittenError
from ..zones.profile import COOLEST, MOST_LUX, WARMEST, Leaning, Profile
from .action import EACH_DEVICE, Action, always
from .zones import zones_of_devices

SERVICE_ROTATE: Final = "rotate_encryption_key"
SERVICE_GET_PROFILE: Final = "get_profile"
SERVICE_SET_PROFILE: Final = "set_profile"
SERVICE_EXPORT: Final = "export_profiles"
SERVICE_IMPORT: Final = "import_profiles"

ATTR_PROFILES: Final = "profiles"
ATTR_ZONE: Final = "zone"
ATTR_NAME: Final = "name"
ATTR_PROFILE: Final = "profile"
# More than a building has zones: what is larger was no export.
_MOST_PROFILES: Final = 1000
# And so many characters.
_LARGEST_IMPORT: Final = 1_048_576

_ZONE: Final = {vol.Required(ATTR_DEVICE_ID): cv.string}


def _check(field: str) -> Any:
    if field == CONF_LEANING:
        return vol.In([one.value for one in Leaning])
    if field.startswith("lux_"):
        # Null takes a wish back.
        return vol.Any(None, vol.All(vol.Coerce(float), vol.Range(min=0, min_included=False, max=MOST_LUX)))
    if field.startswith("color_temp_"):
        return vol.Any(None, vol.All(vol.Coerce(int), vol.Range(min=WARMEST, max=COOLEST)))
    return vol.Any(None, vol.All(cv.time, lambda time: time.strftime("%H:%M")))


_SET_SCHEMA: Final = vol.Schema({**_ZONE, **{vol.Optional(field): _check(field) for field in FIELDS}})
_EXPORTED: Final = vol.Schema(
    {vol.Optional(ATTR_ZONE): cv.string, vol.Optional(ATTR_NAME): cv.string, vol.Required(ATTR_PROFILE): dict}
)
_IMPORT_SCHEMA: Final = vol.Schema(
    {vol.Required(ATTR_PROFILES): vol.All(list, vol.Length(min=1, max=_MOST_PROFILES), [_EXPORTED])}
)


def vault_errors[R](
    function: Callable[[ServiceCall], Awaitable[R]],
) -> Callable[[ServiceCall], Coroutine[Any, Any, R]]:
    """Turn trouble with the vault into an error that says in the user's language what to do."""

    @wraps(function)
    async def wrapper(call: ServiceCall) -> R:
        try:
            return await function(call)
        except ClosedError as error:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="vault_closed") from error
        except NotWrittenError as error:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="vault_not_written") from error
        except NoNewKeyError as error:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_new_key") from error
        except InvalidKeyError as error:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="key_invalid") from error
        except NightIncompleteError as error:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="night_incomplete") from error

    return wrapper


@vault_errors
async def rotate_encryption_key(call: ServiceCall) -> ServiceResponse:
    """Seal everything by a new key, and say how much that was."""
    rotation = await site_of(call.hass).vault.async_rotate()
    return {"profiles": rotation.profiles, "duration": rotation.seconds}


@vault_errors
async def get_profile(call: ServiceCall) -> ServiceResponse:
    """Return what the people of a zone said that they want."""
    (zone,) = zones_of_devices(call.hass, [call.data[ATTR_DEVICE_ID]])
    return fields_of(site_of(call.hass).vault.profile_of(zone.key))


@vault_errors
async def set_profile(call: ServiceCall) -> None:
    """Change what the people of a zone want; what is left out stays as they said."""
    (zone,) = zones_of_devices(call.hass, [call.data[ATTR_DEVICE_ID]])
    vault = site_of(call.hass).vault
    fields = fields_of(vault.profile_of(zone.key)) | {key: call.data[key] for key in FIELDS if key in call.data}
    await vault.async_set_profiles({zone.key: profile_of(fields)})


@vault_errors
async def export_profiles(call: ServiceCall) -> ServiceResponse:
    """Return all profiles, in the clear."""
    site = site_of(call.hass)
    if site.vault.problem is not None:
        raise ClosedError
    return {
        ATTR_PROFILES: [
            {ATTR_ZONE: key, ATTR_NAME: zone.name, ATTR_PROFILE: site.vault.profiles[key].as_dict()}
            for key, zone in site.control.zones.items()
            if key in site.vault.profiles
        ]
    }


@vault_errors
async def import_profiles(call: ServiceCall) -> ServiceResponse:
    """Take profiles that were exported: all of them or none."""
    site = site_of(call.hass)
    by_name: dict[str, list[str]] = {}
    for key, zone in site.control.zones.items():
        by_name.setdefault(zone.name, []).append(key)
    profiles: dict[str, Profile] = {}
    for item in call.data[ATTR_PROFILES]:
        profile = _imported(item)
        name = item.get(ATTR_NAME, item.get(ATTR_ZONE, ""))
        # In another home, a zone has another key: then it is known by its name, where only one has that.
        keys = [item[ATTR_ZONE]] if item.get(ATTR_ZONE) in site.control.zones else by_name.get(name, [])
        if len(keys) != 1 or keys[0] in profiles:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="no_such_zone", translation_placeholders={"zones": name}
            )
        profiles[keys[0]] = profile
    await site.vault.async_set_profiles(profiles)
    return {ATTR_PROFILES: len(profiles)}


def _imported(item: dict[str, Any]) -> Profile:
    try:
        return Profile.from_dict(item[ATTR_PROFILE])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_profile",
            translation_placeholders={"name": item.get(ATTR_NAME, item.get(ATTR_ZONE, ""))},
        ) from error


PROFILE_ACTIONS: Final = (
    Action(
        name=SERVICE_ROTATE,
        run=rotate_encryption_key,
        response=SupportsResponse.OPTIONAL,
        is_lasting=always,
        audited=True,
        single=True,
    ),
    Action(name=SERVICE_GET_PROFILE, run=get_profile, schema=vol.Schema(_ZONE), response=SupportsResponse.ONLY),
    Action(name=SERVICE_SET_PROFILE, run=set_profile, schema=_SET_SCHEMA, audited=True, rate=EACH_DEVICE),
    Action(name=SERVICE_EXPORT, run=export_profiles, response=SupportsResponse.ONLY, audited=True),
    Action(
        name=SERVICE_IMPORT,
        run=import_profiles,
        schema=_IMPORT_SCHEMA,
        response=SupportsResponse.OPTIONAL,
        audited=True,
        single=True,
        largest=_LARGEST_IMPORT,
    ),
)
