"""Where the sun is, and how much light a clear sky gives then."""

from math import acos, asin, cos, degrees, exp, radians, sin, tan
from typing import Final, NamedTuple

_UNIX_EPOCH: Final = 2_440_587.5
"""As a Julian day."""
_J2000: Final = 2_451_545.0
_CENTURY: Final = 36_525.0
_DAY: Final = 86_400.0
# Below this there is no daylight worth a lux.
DARK: Final = -8.0


class SunPosition(NamedTuple):
    """Elevation above the horizon and bearing from north over east, in degrees."""

    elevation: float
    azimuth: float


def sun_position(time: float, latitude: float, longitude: float) -> SunPosition:
    """Return where the sun is at a time in seconds since 1970 (NOAA's solar equations, without refraction)."""
    century = (time / _DAY + _UNIX_EPOCH - _J2000) / _CENTURY
    mean_longitude = radians((280.46646 + century * (36_000.76983 + century * 0.0003032)) % 360)
    anomaly = radians(357.52911 + century * (35_999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + sin(3 * anomaly) * 0.000289
    )
    node = radians(125.04 - 1934.136 * century)
    apparent = mean_longitude + radians(centre - 0.00569 - 0.00478 * sin(node))
    obliquity = radians(23.439291 - 0.0130042 * century + 0.00256 * cos(node))
    declination = asin(sin(obliquity) * sin(apparent))
    y = tan(obliquity / 2) ** 2
    equation_of_time = 4 * degrees(
        y * sin(2 * mean_longitude)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * y * sin(anomaly) * cos(2 * mean_longitude)
        - 0.5 * y * y * sin(4 * mean_longitude)
        - 1.25 * eccentricity * eccentricity * sin(2 * anomaly)
    )
    solar_minutes = (time % _DAY / 60 + equation_of_time + 4 * longitude) % 1440
    hour_angle = radians(solar_minutes / 4 - 180)
    north = radians(latitude)
    sine = sin(north) * sin(declination) + cos(north) * cos(declination) * cos(hour_angle)
    elevation = asin(max(-1.0, min(1.0, sine)))
    across = cos(north) * cos(elevation)
    if abs(across) < 1e-9:  # the sun stands straight above, or we on a pole
        return SunPosition(degrees(elevation), 180.0)
    bearing = degrees(acos(max(-1.0, min(1.0, (sin(declination) - sin(north) * sine) / across))))
    return SunPosition(degrees(elevation), bearing if hour_angle < 0 else 360 - bearing)


def clear_sky_illuminance(elevation: float) -> float:
    """Return the lux on level ground under a clear sky (Janiczek and DeYoung 1987); 0 at night."""
    if elevation < DARK:
        return 0.0
    sine = sin(radians(elevation))
    radius = 753.66156
    angle = asin(radius * cos(radians(elevation)) / (radius + 1))
    air = radius * (cos(angle) - sine) + cos(angle)
    light = exp(-0.2 * air) * sine + 0.0289 * exp(-0.042 * air) * (1 + (elevation + 90) * sine / 57.29577951)
    return max(0.0, 133_775 * light)


def outdoor_illuminance(elevation: float, cloud: float) -> float:
    """Return the lux on level ground under clouds that cover this much of the sky, in percent."""
    return clear_sky_illuminance(elevation) / 10 ** (cloud / 100)
