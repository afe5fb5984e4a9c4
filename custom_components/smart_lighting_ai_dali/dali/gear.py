"""What is known of one gear: who it is and how it is set (IEC 62386-102)."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

from .colour_features import COLOUR_TYPE, ColourFeatures
from .fade import AT_ONCE, Fade
from .level import HIGHEST, LOWEST, OFF, DimmingCurve, Level
from .luminaire import Luminaire
from .stored import Stored
from .target import Colour

# Device type 7 is a relay; with one of these it dims as well.
_RELAY: Final = 7
_DIMMED: Final = frozenset({0, 1, 2, 3, 4, 5, 6, 8})
# What has a dimming curve that can be asked for: parts 205, 206, 207 and 218.
_CURVED: Final = frozenset({4, 5, 6, 17})


@dataclass(frozen=True, slots=True)
class GearIdentity:
    """Who made a gear and which one it is, from memory bank 0: the same for its whole life."""

    gtin: int
    """Global trade item number: the product."""
    serial: int
    """Identification number: the piece."""
    unit: int
    """Which of the piece's channels, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gear:
    """One gear as discovery found it."""

    address: int
    """Its short address, 0 to 63."""
    goes_by: str | None = None
    """The key that it has instead of its own: that of the gear that it replaced."""
    identity: GearIdentity | None = None
    random_address: int | None = None
    device_types: tuple[int, ...] = ()
    """The parts 2xx of IEC 62386 that it follows: 6 is 207, LED modules."""
    firmware: str | None = None
    hardware: str | None = None
    units: int | None = None
    """How many channels its piece has, each of them a gear with the same numbers; None: it does not say."""
    edition: int = 1
    """Of IEC 62386-102; 2 brings the extended fade, IDENTIFY DEVICE and GO TO LAST ACTIVE LEVEL."""
    physical_minimum: Level = LOWEST
    minimum: Level = LOWEST
    maximum: Level = HIGHEST
    fade: Fade = AT_ONCE
    """The fade that it was commissioned with."""
    groups: frozenset[int] = frozenset()
    stored: Stored = Stored()  # noqa: RUF009  # frozen
    banks: frozenset[int] | None = None
    """Memory banks in which it reports on itself (IEC 62386-252 and -253); None: it was not asked yet."""
    luminaire: Luminaire | None = None
    """What the maker of its luminaire wrote (IEC 62386-251); None: it was not read yet, or there is none."""
    colour: ColourFeatures | None = None
    """The colours that it makes; None for gear without, and for gear that was not asked yet."""
    curve: DimmingCurve | None = None
    """How it makes light of levels; None where it can't be asked, or was not yet: then it is the logarithmic one."""

    @property
    def makes_colours(self) -> bool:
        """Tell whether it is of device type 8."""
        return COLOUR_TYPE in self.device_types

    @property
    def is_relay(self) -> bool:
        """Tell whether it switches and does not dim (IEC 62386-208)."""
        return _RELAY in self.device_types and not _DIMMED & set(self.device_types)

    @property
    def key(self) -> str:
        """Return what names this gear on its line, whatever its short address becomes."""
        return self.own_key if self.goes_by is None else self.goes_by

    @property
    def own_key(self) -> str:
        """Return what names this gear by what it says of itself."""
        if self.identity is not None:
            return f"{self.identity.gtin}-{self.identity.serial}-{self.identity.unit}"
        if self.random_address is not None:
            return f"r{self.random_address:06x}"
        return f"a{self.address}"

    @property
    def is_described(self) -> bool:
        """Tell whether it was asked for all that its device types tell."""
        has_curve = self.curve is not None or not _CURVED & set(self.device_types)
        return has_curve and (self.colour is not None or not self.makes_colours)

    def unidentified(self, random_address: int | None) -> Self:
        """Return the gear without numbers that its maker gave to another one, too."""
        return replace(self, identity=None, random_address=random_address)

    def clamp(self, level: Level) -> Level:
        """Return the level that the gear goes to when it is sent one."""
        return OFF if level == OFF else Level(max(self.minimum, min(self.maximum, level)))

    def fit(self, colour: Colour | None) -> Colour | None:
        """Return the colour that the gear goes to when it is sent one; None where it understands none like it."""
        return None if colour is None or self.colour is None else self.colour.fit(colour)

    def as_dict(self) -> dict[str, Any]:
        """Return the gear as plain JSON."""
        identity = self.identity
        return {
            "address": self.address,
            "goes_by": self.goes_by,
            "identity": None if identity is None else [identity.gtin, identity.serial, identity.unit],
            "random_address": self.random_address,
            "device_types": list(self.device_types),
            "firmware": self.firmware,
            "hardware": self.hardware,
            "units": self.units,
            "edition": self.edition,
            "physical_minimum": self.physical_minimum,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "fade": [self.fade.code, self.fade.extended],
            "groups": sorted(self.groups),
            "colour": None if self.colour is None else self.colour.as_dict(),
            "curve": self.curve,
            "stored": self.stored.as_list(),
            "banks": None if self.banks is None else sorted(self.banks),
            "luminaire": None if self.luminaire is None else self.luminaire.as_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the gear that `as_dict` gave; raises KeyError, TypeError or ValueError for anything else."""
        identity = data["identity"]
        # What was written before there was more to read has none of these.
        colour, curve = data.get("colour"), data.get("curve")
        banks, luminaire = data.get("banks"), data.get("luminaire")
        return cls(
            address=int(data["address"]),
            goes_by=data.get("goes_by"),
            identity=None if identity is None else GearIdentity(*identity),
            random_address=data["random_address"],
            device_types=tuple(data["device_types"]),
            firmware=data["firmware"],
            hardware=data["hardware"],
            units=data.get("units"),
            edition=int(data["edition"]),
            physical_minimum=Level(data["physical_minimum"]),
            minimum=Level(data["minimum"]),
            maximum=Level(data["maximum"]),
            fade=Fade(*data["fade"]),
            groups=frozenset(data["groups"]),
            colour=None if colour is None else ColourFeatures.from_dict(colour),
            curve=None if curve is None else DimmingCurve(curve),
            stored=Stored.from_list(data.get("stored")),
            banks=None if banks is None else frozenset(banks),
            luminaire=None if luminaire is None else Luminaire(**luminaire),
        )
