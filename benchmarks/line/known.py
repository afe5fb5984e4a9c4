"""The gear of a simulated line as an earlier scan would have found it."""

from custom_components.smart_lighting_ai_dali.dali.gear import Gear, GearIdentity

from .simulator import GEAR, GTIN


def gear_of(number: int = 0) -> list[Gear]:
    """Return the gear of a line of `simulator.fleet`."""
    return [
        Gear(
            address=address,
            identity=GearIdentity(GTIN, 1000 + number * GEAR + address, 0),
            device_types=(6,),
            edition=2,
        )
        for address in range(GEAR)
    ]
