"""What people chose by hand: it outranks every plan, attribute by attribute, until it is released.

Nothing else ends it: not that the lights go off and on again, nor a restart.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, Final, Self

from .settings import Release

# What stands for a colour that is no white: which one it is the lights know.
_OTHER_COLOUR: Final = 0.0


class Origin(StrEnum):
    """By what means a person chose."""

    DASHBOARD = "dashboard"
    AUTOMATION = "automation"
    """An automation, a script or a scene of the user's own."""
    BUTTON = "button"
    """An input device of the line."""
    MASTER = "master"
    """Another master on the line."""


class Attribute(StrEnum):
    """What can be chosen."""

    ON = "on"
    LIGHT = "light"
    COLOUR = "colour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person did to the lights of a zone; None was left alone."""

    origin: Origin
    is_on: bool | None = None
    light: float | None = None
    """Of full light, 0 to 1, linear; 0 is off."""
    colour_temperature: int | None = None
    """Kelvin."""
    other_colour: bool = False
    """A colour that is no white was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One attribute that a person chose."""

    attribute: Attribute
    value: float
    """1 or 0, light of full light, or kelvin; 0 kelvin is a colour that is no white."""
    origin: Origin
    since: float
    """Seconds since 1970."""
    release: Release
    until: float | None
    """Seconds since 1970, where it ends by time."""


class Overrides:
    """The choices that hold in one zone."""

    def __init__(self, release: Release, release_after: float) -> None:
        self.release_when = release
        self.release_after = release_after
        self._held: dict[Attribute, Override] = {}

    @property
    def held(self) -> tuple[Override, ...]:
        """Return what holds now."""
        return tuple(self._held.values())

    @property
    def is_on(self) -> bool | None:
        """Return whether a person wants light; None leaves it to the plan."""
        held = self._held.get(Attribute.ON)
        return None if held is None else held.value > 0

    @property
    def light(self) -> float | None:
        """Return the light that a person wants where there is light, 0 to 1; None leaves it to the plan."""
        held = self._held.get(Attribute.LIGHT)
        return None if held is None else held.value

    @property
    def colour_temperature(self) -> int | None:
        """Return the kelvin that a person wants; None leaves it to the plan, unless `holds_other_colour`."""
        held = self._held.get(Attribute.COLOUR)
        return None if held is None or held.value == _OTHER_COLOUR else round(held.value)

    @property
    def holds_other_colour(self) -> bool:
        """Tell whether a person chose a colour that is no white: the lights keep it."""
        held = self._held.get(Attribute.COLOUR)
        return held is not None and held.value == _OTHER_COLOUR

    @property
    def until(self) -> float | None:
        """Return when the next of them ends by time, in seconds since 1970."""
        if not self._held:
            return None
        return min((one.until for one in self._held.values() if one.until is not None), default=None)

    def take(self, choice: Choice, at: float) -> None:
        """Take note of what a person chose, also where it is so already; what they left alone holds as before."""
        until = at + self.release_after if self.release_when is Release.TIME else None
        is_on = False if choice.light == 0 else choice.is_on
        chosen = (
            (Attribute.ON, None if is_on is None else float(is_on)),
            # The light that they want once there is light again is another matter.
            (Attribute.LIGHT, choice.light or None),
            (Attribute.COLOUR, _OTHER_COLOUR if choice.other_colour else choice.colour_temperature),
        )
        for attribute, value in chosen:
            if value is not None:
                self._held[attribute] = Override(
                    attribute=attribute,
                    value=value,
                    origin=choice.origin,
                    since=at,
                    release=self.release_when,
                    until=until,
                )

    def release(self, *attributes: Attribute) -> bool:
        """End what holds, or these attributes of it; return whether anything did."""
        ended = [one for one in self._held if not attributes or one in attributes]
        for one in ended:
            del self._held[one]
        return bool(ended)

    def became_empty(self) -> bool:
        """End what ends when the zone is empty; return whether anything did."""
        return self.release(*ended) if (ended := self._ending(Release.EMPTY)) else False

    def daypart_began(self) -> bool:
        """End what ends with a part of the day; return whether anything did."""
        return self.release(*ended) if (ended := self._ending(Release.DAYPART)) else False

    def outlived(self, began: float) -> bool:
        """End what was to end with a part of the day before the present one, which began then; return whether any did.

        It ended while nobody looked. In seconds since 1970.
        """
        ended = [key for key in self._ending(Release.DAYPART) if self._held[key].since < began]
        return self.release(*ended) if ended else False

    def expire(self, at: float) -> bool:
        """End what has had its time; return whether anything did."""
        ended = [key for key, one in self._held.items() if one.until is not None and one.until <= at]
        return self.release(*ended) if ended else False

    def _ending(self, release: Release) -> list[Attribute]:
        return [key for key, one in self._held.items() if one.release is release]

    def as_dict(self) -> list[dict[str, Any]]:
        """Return it as JSON."""
        return [
            {
                "attribute": one.attribute,
                "value": one.value,
                "origin": one.origin,
                "since": one.since,
                "release": one.release,
                "until": one.until,
            }
            for one in self._held.values()
        ]

    @classmethod
    def from_dict(cls, data: list[dict[str, Any]], release: Release, release_after: float) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        overrides = cls(release, release_after)
        for item in data:
            override = _override(item)
            overrides._held[override.attribute] = override
        return overrides


def _override(item: dict[str, Any]) -> Override:
    """Return what was written of one; raises KeyError, TypeError or ValueError."""
    override = Override(
        attribute=Attribute(item["attribute"]),
        value=float(item["value"]),
        origin=Origin(item["origin"]),
        since=float(item["since"]),
        release=Release(item["release"]),
        until=None if item["until"] is None else float(item["until"]),
    )
    if not all(map(isfinite, (override.value, override.since, override.until or 0.0))):
        raise ValueError("it is no number")
    if (override.until is None) is (override.release is Release.TIME):
        raise ValueError("it has an end by time, or it has none")
    match override.attribute:
        case Attribute.ON:
            fits = override.value in {0, 1}
        case Attribute.LIGHT:
            fits = 0 < override.value <= 1
        case Attribute.COLOUR:
            fits = override.value >= 0
    if not fits:
        raise ValueError(f"{override.value} is no {override.attribute.value}")
    return override
