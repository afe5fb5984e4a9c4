"""The gear of a simulated line as an earlier scan would have found it."""

from typing import Final

from custom_components.smart_lighting_ai_dali.dali.colour_features import ColourFeatures, MirekRange
from custom_components.smart_lighting_ai_dali.dali.gear import Gear, GearIdentity
from custom_components.smart_lighting_ai_dali.dali.level import DimmingCurve

from .simulator import GEAR, GTIN

# What simulated gear of device type 8 makes where nothing else is said: 6500 to 2700 K, in mirek.
_WHITES: Final = ColourFeatures(temperatures=MirekRange(154, 370))


def gear_of(number: int = 0, *, white: bool = False) -> list[Gear]:
    """Return the gear of a line of `simulator.fleet`; `white` gear has colour temperatures."""
    return [
        Gear(
            address=address,
            identity=GearIdentity(GTIN, 1000 + number * GEAR + address, 0),
            device_types=(6, 8) if white else (6,),
            curve=DimmingCurve.LOGARITHMIC,
            colour=_WHITES if white else None,
            edition=2,
        )
        for address in range(GEAR)
    ]
