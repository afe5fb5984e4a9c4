"""How much of the sky clouds cover, where a weather service tells its condition alone."""

from collections.abc import Mapping
from typing import Final

_CLOUDS: Final[Mapping[str, float]] = {
    "sunny": 0.0,
    "clear-night": 0.0,
    "windy": 0.2,
    "partlycloudy": 0.5,
    "windy-variant": 0.7,
    "exceptional": 0.7,
    "cloudy": 0.9,
    "fog": 0.9,
}
_RAIN: Final = 1.0


def cloud_of_condition(condition: str) -> float:
    """Return the cloud cover, 0 to 1, of a condition of Home Assistant's weather entities; all others are rain."""
    return _CLOUDS.get(condition, _RAIN)
