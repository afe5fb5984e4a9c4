"""All that one gear is at an instant: its variables, its light, its memory and its faults."""

from enum import IntFlag
import random
from typing import Final

from ..dali.level import HIGHEST, MASK, OFF
from .arc_power import ArcPower
from .initialisation import Initialisation
from .led_module import DEVICE_TYPE, LedModule
from .memory_banks import Memory, bank_0, bank_1
from .specification import GearSpecification
from .variables import Registers, Variables

# IDENTIFY DEVICE lasts this long (11.4.7), in seconds.
IDENTIFY_SECONDS: Final = 10.0


class Status(IntFlag):
    """The bits of QUERY STATUS (9.16)."""

    CONTROL_GEAR_FAILURE = 1
    LAMP_FAILURE = 2
    LAMP_ON = 4
    LIMIT_ERROR = 8
    FADE_RUNNING = 16
    RESET_STATE = 32
    MISSING_SHORT_ADDRESS = 64
    POWER_CYCLE_SEEN = 128


class State:
    """The parts of one gear, built from its specification; commands and queries work on them."""

    def __init__(self, specification: GearSpecification, chance: random.Random) -> None:
        self.specification = specification
        self.variables = Variables.of(specification)
        self.registers = Registers()
        level = specification.power_on_level if specification.level is None else specification.level
        self.arc_power = ArcPower(self.variables, HIGHEST if level == MASK else level)
        self.memory = Memory({0: bank_0(specification), 1: bank_1()}, self.registers)
        self.initialisation = Initialisation(self.variables, chance)
        types = specification.device_types
        self.led = LedModule(self.variables, self.registers) if DEVICE_TYPE in types else None
        self.lamp_failure = specification.lamp_failure
        self.gear_failure = specification.gear_failure
        self.power_cycle_seen = True
        self.identifies_until: float | None = None
        self.types_to_list: list[int] | None = None
        """What QUERY NEXT DEVICE TYPE has still to say; None: it was not asked in order."""

    def reported_level(self, now: float) -> int:
        """Return what QUERY ACTUAL LEVEL answers: MASK during start-up, and where light is due and the lamp is dead."""
        level = self.arc_power.level(now)
        return MASK if self.lamp_failure and level != OFF else level

    def lamp_on(self, now: float) -> bool:
        """Return whether the lamp gives light."""
        return self.reported_level(now) not in {OFF, MASK}

    def status(self, now: float) -> Status:
        """Return the status byte."""
        flags = {
            Status.CONTROL_GEAR_FAILURE: self.gear_failure,
            Status.LAMP_FAILURE: self.lamp_failure,
            Status.LAMP_ON: self.lamp_on(now),
            Status.LIMIT_ERROR: self.arc_power.limit_error,
            Status.FADE_RUNNING: self.arc_power.fading(now),
            Status.RESET_STATE: self.variables.is_reset,
            Status.MISSING_SHORT_ADDRESS: self.variables.short_address is None,
            Status.POWER_CYCLE_SEEN: self.power_cycle_seen,
        }
        return Status(sum(flag for flag, is_set in flags.items() if is_set))

    def identifying(self, now: float) -> bool:
        """Return whether the gear shows which one it is."""
        return self.identifies_until is not None and now < self.identifies_until

    def is_measuring(self, now: float) -> bool:
        """Return whether a reference measurement of the LED modules runs."""
        return self.led is not None and self.led.measuring(now)

    def reset(self) -> None:
        """Obey RESET (11.4.2)."""
        self.variables.reset()
        self.arc_power.reset()
        self.initialisation.reset()
        self.power_cycle_seen = False

    def restart(self) -> None:
        """Take the values of a start (table 14): the supply is back."""
        self.registers.dtr0 = self.registers.dtr1 = self.registers.dtr2 = 0
        self.memory.restart()
        self.initialisation.restart()
        self.arc_power.start_up()
        self.power_cycle_seen = True
        self.identifies_until = None
        self.types_to_list = None
        if self.led is not None:
            self.led.abort()

    def snapshot(self, now: float) -> dict[str, object]:
        """Return all that the gear is at this instant, as plain JSON."""
        variables, specification = self.variables, self.specification
        status = self.status(now)
        return {
            "address": variables.short_address,
            "random_address": variables.random_address,
            "gtin": specification.gtin,
            "serial": specification.serial,
            "unit": specification.unit_index,
            "edition": specification.edition,
            "device_types": list(specification.device_types),
            "level": self.arc_power.level(now),
            "target": self.arc_power.target,
            "last_active": self.arc_power.last_active,
            "status": int(status),
            "lamp_on": Status.LAMP_ON in status,
            "fading": Status.FADE_RUNNING in status,
            "limit_error": Status.LIMIT_ERROR in status,
            "lamp_failure": self.lamp_failure,
            "gear_failure": self.gear_failure,
            "identifying": self.identifying(now),
            "initialisation": self.initialisation.selection(now).value,
            "physical_minimum": variables.physical_minimum,
            "minimum": variables.minimum,
            "maximum": variables.maximum,
            "power_on_level": variables.power_on_level,
            "system_failure_level": variables.system_failure_level,
            "fade_time": variables.fade_time,
            "fade_rate": variables.fade_rate,
            "extended_fade": variables.extended_fade,
            "fast_fade": variables.fast_fade,
            "dimming_curve": variables.dimming_curve,
            "groups": [group for group in range(16) if variables.groups >> group & 1],
            "scenes": {str(scene): level for scene, level in enumerate(variables.scenes) if level != MASK},
            "dtr": [self.registers.dtr0, self.registers.dtr1, self.registers.dtr2],
        }
