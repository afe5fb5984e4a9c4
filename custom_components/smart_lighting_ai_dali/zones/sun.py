"""Where the sun is, and how much light comes from the sky."""

from functools import lru_cache
from math import asin, atan2, cos, degrees, exp, floor, pi, radians, sin
from typing import Final, NamedTuple

from .settings import Place

_UNIX_EPOCH_DAYS: Final = 2440587.5
_J2000_DAYS: Final = 2451545.0
_DAY: Final = 86400
# Seconds for which a position is good enough: the sun moves a quarter of a degree a minute.
_GRAIN: Final = 60


class SunPosition(NamedTuple):
    """Where the sun is, in degrees."""

    elevation: float
    """Above the horizon."""
    azimuth: float
    """From north, eastwards."""


def sun_position(at: float, place: Place) -> SunPosition:
    """Return where the sun is, to a minute (NOAA's solar equations, low precision; seconds since 1970)."""
    return _position(floor(at / _GRAIN), place.latitude, place.longitude)


@lru_cache(maxsize=4096)
def _position(minute: int, latitude: float, longitude: float) -> SunPosition:
    seconds = minute * _GRAIN
    century = (seconds / _DAY + _UNIX_EPOCH_DAYS - _J2000_DAYS) / 36525
    mean_longitude = radians((280.46646 + century * 36000.76983) % 360)
    anomaly = radians(357.52911 + century * 35999.05029)
    centre = (1.914602 - 0.004817 * century) * sin(anomaly) + 0.019993 * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly)
    true_longitude = mean_longitude + radians(centre)
    obliquity = radians(23.439291 - 0.0130042 * century)
    declination = asin(sin(obliquity) * sin(true_longitude))
    right_ascension = atan2(cos(obliquity) * sin(true_longitude), cos(true_longitude))
    equation = (mean_longitude - right_ascension + pi) % (2 * pi) - pi
    hour_angle = radians((seconds % _DAY) / 240 - 180 + longitude) + equation
    latitude_angle = radians(latitude)
    elevation = asin(sin(latitude_angle) * sin(declination) + cos(latitude_angle) * cos(declination) * cos(hour_angle))
    azimuth = atan2(
        -sin(hour_angle),
        cos(latitude_angle) * sin(declination) / cos(declination) - sin(latitude_angle) * cos(hour_angle),
    )
    return SunPosition(degrees(elevation), degrees(azimuth) % 360)


def outdoor_illuminance(elevation: float, cloud: float = 0.0) -> float:
    """Return the horizontal illuminance outside, in lux, of a sun's elevation in degrees and a cloud cover of 0 to 1.

    Clear sky after Janiczek and DeYoung, U.S. Naval Observatory Circular 171 (1987); an overcast sky has a tenth of it.
    """
    height = radians(elevation)
    up = sin(height)
    # The thickness of a spherical atmosphere, in scale heights.
    shells = 753.66156
    slant = asin(shells * cos(height) / (shells + 1))
    mass = shells * (cos(slant) - up) + cos(slant)
    direct = exp(-0.2 * mass) * up
    scattered = 0.0289 * exp(-0.042 * mass) * (1 + (elevation + 90) * up / 57.29577951)
    return max(0.0, 133_775 * (direct + scattered)) / 10**cloud
