"""What one simulated gear is, and how it was left by whoever commissioned it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from .colour import ColourType, Point
from .luminaire import Luminaire

NO_RANDOM_ADDRESS: Final = 0xFFFFFF
# The primaries of sRGB, in 1/65536 of the CIE 1931 diagram.
RED_GREEN_BLUE: Final = ((41943, 21627), (19661, 39322), (9830, 3932))


@dataclass(frozen=True, slots=True, kw_only=True)
class GearSpecification:
    """One gear: who made it (memory bank 0), how it is set (IEC 62386-102, table 14), what is broken."""

    name: str = ""
    room: str | None = None
    short_address: int | None = None
    """0 to 63; None: not commissioned."""
    random_address: int | None = None
    """24 bits; None: as it left the factory, 0xFFFFFF."""
    device_types: tuple[int, ...] = (6,)
    """The parts 2xx of IEC 62386 that it follows: 6 is 207, LED modules."""
    groups: frozenset[int] = frozenset()
    scenes: Mapping[int, int] = field(default_factory=dict)
    """Levels by scene number, 0 to 15."""
    gtin: int = 0
    """48 bits."""
    serial: int = 0
    """64 bits; gear of the first edition has room for the low 32 only."""
    unit_index: int = 0
    unit_count: int = 1
    firmware: tuple[int, int] = (1, 0)
    hardware: tuple[int, int] = (1, 0)
    edition: Literal[1, 2] = 2
    """Of IEC 62386-102."""
    physical_minimum: int = 1
    minimum: int | None = None
    """None: the physical minimum."""
    maximum: int = 254
    power_on_level: int = 254
    """0 to 254, or 255 (MASK): as it was before the power went."""
    system_failure_level: int = 254
    """0 to 254, or 255 (MASK): as it is."""
    fade_time: int = 0
    """The code of SET FADE TIME, 0 to 15."""
    fade_rate: int = 7
    """The code of SET FADE RATE, 1 to 15."""
    extended_fade: int = 0
    """Base in bits 3:0, multiplier in bits 6:4."""
    lamp_failure: bool = False
    gear_failure: bool = False
    deaf: bool = False
    """Never answers, obeys nothing."""
    level: int | None = None
    """At the start; None: the power-on level."""
    colour_types: tuple[ColourType, ...] = (ColourType.TC,)
    """Of gear with device type 8; others have none."""
    tc_physical: tuple[int, int] = (153, 370)
    """The coolest and the warmest white that the gear can make, in mirek."""
    tc_limits: tuple[int, int] | None = None
    """The coolest and the warmest that somebody allows, in mirek; None: all that it can make."""
    tc: int | None = None
    """At the start, in mirek; None: the warmest."""
    channels: int = 4
    """How many of red, green, blue, white, amber and freecolour there are, from red on: 1 to 6."""
    primaries: tuple[Point, ...] = RED_GREEN_BLUE
    """The points of the diagram of up to six lamps; the first three are the gamut."""
    power: float = 30.0
    """At full light, in watts: what gear of device types 51 and 52 reports follows it."""
    operating_hours: int = 0
    """How long it was at full light before the simulation began."""
    luminaire: Luminaire = Luminaire()  # noqa: RUF009  # it is frozen
    """What its maker says of it in gear of device type 50."""
    rated_minutes: float = 60.0
    """How long emergency lighting (device type 1) has to last on its battery."""
    battery_minutes: float = 75.0
    """How long it does last."""
    battery_failure: bool = False
    automatic_activation: bool = True
    """Whether a command for the level activates a staged colour (209, 9.12.5)."""
