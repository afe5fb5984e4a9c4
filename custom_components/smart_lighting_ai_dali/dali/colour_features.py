"""What colours a gear can make (IEC 62386-209)."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

from .target import MASK_8, MASK_16, Colour, ColourTemperature, Rgbwaf, Xy

# The device type of gear that makes colours.
COLOUR_TYPE: Final = 8
# The channels of RGBWAF in their order.
CHANNELS: Final = ("red", "green", "blue", "white", "amber", "free")


@dataclass(frozen=True, slots=True)
class MirekRange:
    """The colour temperatures that a gear goes to, in mirek: the coolest is the smaller number."""

    coolest: int
    warmest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourFeatures:
    """The ways to say a colour that a gear understands; primaries by themselves (primary N) are left out."""

    temperatures: MirekRange | None = None
    """None where it knows no colour temperatures (Tc)."""
    xy: bool = False
    """Whether it goes to a point of the CIE 1931 diagram."""
    channels: int = 0
    """How many of red, green, blue, white, amber and freecolour it has, from red on; 0 to 6."""

    def fit(self, colour: Colour) -> Colour | None:
        """Return the colour that the gear goes to when it is sent one; None for a type that it does not understand.

        Channels that it does not have are MASK.
        """
        match colour:
            case ColourTemperature(mirek=mirek) if (limits := self.temperatures) is not None:
                return (
                    colour if mirek == MASK_16 else ColourTemperature(max(limits.coolest, min(limits.warmest, mirek)))
                )
            case Rgbwaf() if self.channels:
                return replace(colour, **dict.fromkeys(CHANNELS[self.channels :], MASK_8))
            case Xy() if self.xy:
                return colour
            case _:
                return None

    def as_dict(self) -> dict[str, Any]:
        """Return the features as plain JSON."""
        temperatures = self.temperatures
        return {
            "temperatures": None if temperatures is None else [temperatures.coolest, temperatures.warmest],
            "xy": self.xy,
            "channels": self.channels,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the features that `as_dict` gave; raises KeyError or TypeError for anything else."""
        temperatures = data["temperatures"]
        return cls(
            temperatures=None if temperatures is None else MirekRange(*temperatures),
            xy=bool(data["xy"]),
            channels=int(data["channels"]),
        )
