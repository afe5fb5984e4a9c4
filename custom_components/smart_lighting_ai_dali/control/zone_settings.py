"""A zone as its subentry keeps it, and as the reflex loop knows it."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from ..dali.level import level_of, light_of
from ..zones.purpose import Purpose
from ..zones.settings import Limits, Release, ZoneSettings

CONF_AREA: Final = "area"
CONF_LIGHTS: Final = "lights"
CONF_MOTION: Final = "motion"
CONF_ILLUMINANCE: Final = "illuminance"
CONF_PURPOSE: Final = "purpose"
CONF_NEIGHBOURS: Final = "neighbours"
CONF_RELEASE: Final = "release"
# Sections of the form, and what is in them.
CONF_MORE: Final = "more"
CONF_LUX: Final = "lux"
CONF_FADE: Final = "fade"
CONF_RELEASE_MINUTES: Final = "release_minutes"
CONF_PEOPLE: Final = "automations_are_people"
CONF_LIMITS: Final = "limits"
CONF_MOST_LUX: Final = "most_lux"
CONF_DIMMEST: Final = "dimmest"
CONF_BRIGHTEST: Final = "brightest"
CONF_WARMEST: Final = "warmest"
CONF_COOLEST: Final = "coolest"

# Site options.
CONF_WEATHER: Final = "weather"

DEFAULT_FADE: Final = 0.7
DEFAULT_RELEASE_MINUTES: Final = 120
_FULL: Final = 255


class ZoneSubentry(Protocol):
    """The subentry of a zone, from Home Assistant or from its file."""

    @property
    def subentry_id(self) -> str:
        """Return what it keeps for ever."""

    @property
    def title(self) -> str:
        """Return what people call the zone."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Return what was filled in."""


def zone_settings(subentry: ZoneSubentry, whites: tuple[int, int] | None) -> ZoneSettings:
    """Return the settings of a zone whose lights make whites from the warmest to the coolest, in kelvin, or none."""
    data = subentry.data
    more, limits = data.get(CONF_MORE, {}), data.get(CONF_LIMITS, {})
    defaults = Limits()
    warmest, coolest = whites or (defaults.warmest, defaults.coolest)
    warmest = max(warmest, limits.get(CONF_WARMEST, warmest))
    coolest = max(warmest, min(coolest, limits.get(CONF_COOLEST, coolest)))
    lowest, highest = brightness_limits(limits)
    return ZoneSettings(
        key=subentry.subentry_id,
        name=subentry.title,
        purpose=Purpose(data.get(CONF_PURPOSE, Purpose.OTHER)),
        lux=more.get(CONF_LUX),
        fade=more.get(CONF_FADE, DEFAULT_FADE),
        release=Release(data.get(CONF_RELEASE, Release.EMPTY)),
        release_after=60.0 * more.get(CONF_RELEASE_MINUTES, DEFAULT_RELEASE_MINUTES),
        automations_are_people=more.get(CONF_PEOPLE, True),
        neighbours=tuple(data.get(CONF_NEIGHBOURS, ())),
        limits=Limits(
            lowest_light=_light(lowest),
            highest_light=_light(highest),
            most_lux=limits.get(CONF_MOST_LUX, defaults.most_lux),
            warmest=warmest,
            coolest=coolest,
        ),
        has_motion=bool(data.get(CONF_MOTION)),
        has_light_sensor=bool(data.get(CONF_ILLUMINANCE)),
        has_colour=whites is not None,
    )


def brightness_limits(limits: Mapping[str, Any]) -> tuple[float, float]:
    """Return the least and the most brightness of a zone that is lit, in percent as Home Assistant shows it."""
    return limits.get(CONF_DIMMEST, 1.0), limits.get(CONF_BRIGHTEST, 100.0)


def _light(percent: float) -> float:
    return light_of(level_of(max(1, round(percent * _FULL / 100))))
