"""Where a key may come from that is not kept beside what it seals: the environment, a file, or YAML."""

from collections.abc import Mapping
import os
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from .const import DOMAIN
from .vault.key import InvalidKeyError, Key, keys_of

CONF_ENCRYPTION_KEY: Final = "encryption_key"
VARIABLE: Final = f"{DOMAIN}_{CONF_ENCRYPTION_KEY}".upper()
# The name of a file with the key in it, as containers have secrets.
FILE_VARIABLE: Final = f"{VARIABLE}_FILE"
_FROM_YAML: Final[HassKey[str]] = HassKey(f"{DOMAIN}.{CONF_ENCRYPTION_KEY}")

# What is no key is told by a repair issue: a check here would keep the lights from starting, and log what it was.
YAML_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(DOMAIN): vol.Any(
            None, vol.Schema({vol.Optional(CONF_ENCRYPTION_KEY): vol.All(cv.ensure_list, [cv.string])})
        )
    },
    extra=vol.ALLOW_EXTRA,
)


def take_yaml(hass: HomeAssistant, config: ConfigType) -> None:
    """Remember the keys that stand in the configuration, if any."""
    keys: list[str] = (config.get(DOMAIN) or {}).get(CONF_ENCRYPTION_KEY, [])
    hass.data[_FROM_YAML] = "\n".join(keys)


def keys_given(hass: HomeAssistant) -> tuple[Key, ...]:
    """Return the keys of the first source that there is: the first key seals, older ones after it only open.

    It may read a file, so it is no callback. Raises InvalidKeyError for what is no key.
    """
    return keys_of(_text(os.environ, hass.data.get(_FROM_YAML, "")))


def _text(environment: Mapping[str, str], yaml: str) -> str:
    if text := environment.get(VARIABLE, "").strip():
        return text
    if path := environment.get(FILE_VARIABLE, "").strip():
        try:
            text = Path(path).read_text(encoding="ascii").strip()
        except OSError, ValueError:
            text = ""
        if not text:
            raise InvalidKeyError("there is no key in the file")
        return text
    return yaml
