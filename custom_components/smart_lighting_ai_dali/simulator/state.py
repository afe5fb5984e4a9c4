"""All that one gear is at an instant: its variables, its light, its memory and its faults."""

from enum import IntFlag
import random
from typing import Final

from ..dali.level import HIGHEST, MASK, OFF
from .analogue_converter import DEVICE_TYPE as CONVERTER, AnalogueConverter
from .arc_power import ArcPower
from .colour_commands import DEVICE_TYPE as COLOURS, ColourGear
from .colour_control import ColourControl
from .commands import Command
from .dimming_curve import DEVICE_TYPE as CURVE, DimmingCurve
from .emergency import DEVICE_TYPE as EMERGENCY, Emergency
from .extension import Extension
from .initialisation import Initialisation
from .led_module import DEVICE_TYPE as LED_MODULES, LedModule
from .luminaire import LUMINAIRE_CELLS
from .memory_banks import Memory, MemoryBank, bank_0, bank_1
from .phase_dimmer import DEVICE_TYPE as PHASE_DIMMER, PhaseDimmer
from .reporting_banks import DIAGNOSTICS, ENERGY_REPORTING, LUMINAIRE_DATA, diagnostic_banks, energy_banks
from .specification import GearSpecification
from .switching_function import DEVICE_TYPE as RELAY, SwitchingFunction
from .usage import Usage
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
        self.initialisation = Initialisation(self.variables, chance)
        types = specification.device_types
        self.usage: Usage | None = None
        if ENERGY_REPORTING in types or DIAGNOSTICS in types:
            self.usage = Usage(specification, level=self.reported_level, fade_left=self.arc_power.remaining)
        self.memory = Memory(self._banks(), self.registers)
        self.led: LedModule | None = None
        self.colour: ColourControl | None = None
        self.extensions: dict[int, Extension] = {}
        """What each device type adds."""
        if LED_MODULES in types:
            self.led = LedModule(self.variables, self.registers, lamp_failed=lambda: self.lamp_failure)
            self.extensions[LED_MODULES] = self.led
        if COLOURS in types:
            self.colour = ColourControl(specification)
            self.extensions[COLOURS] = ColourGear(self.colour, self.variables, self.registers)
        self.emergency: Emergency | None = None
        if EMERGENCY in types:
            self.emergency = Emergency(specification, self.registers, lamp_failed=lambda: self.lamp_failure)
            self.extensions[EMERGENCY] = self.emergency
        self.switch: SwitchingFunction | None = None
        if RELAY in types:
            self.switch = SwitchingFunction(self.registers, level=self.arc_power.level, now_at=self.arc_power.target)
            self.extensions[RELAY] = self.switch
        if CONVERTER in types:
            self.extensions[CONVERTER] = AnalogueConverter(
                self.variables, self.registers, level=self.arc_power.level, lamp_failed=lambda: self.lamp_failure
            )
        if PHASE_DIMMER in types:
            self.extensions[PHASE_DIMMER] = PhaseDimmer(self.registers, lamp_failed=lambda: self.lamp_failure)
        if CURVE in types:
            self.extensions[CURVE] = DimmingCurve(self.variables, self.registers)
        self._lamp_failure = specification.lamp_failure
        self._gear_failure = specification.gear_failure
        self.power_cycle_seen = True
        self.identifies_until: float | None = None
        self.types_to_list: list[int] | None = None
        """What QUERY NEXT DEVICE TYPE has still to say; None: it was not asked in order."""

    def _banks(self) -> dict[int, MemoryBank]:
        """Return the memory banks that the device types of the gear bring along."""
        specification, types = self.specification, self.specification.device_types
        banks: dict[int, MemoryBank] = {1: bank_1()}
        if LUMINAIRE_DATA in types:
            banks[1] = MemoryBank(specification.luminaire.cells(), lockable=LUMINAIRE_CELLS)
        if self.usage is not None and ENERGY_REPORTING in types:
            banks |= energy_banks(self.usage)
        if self.usage is not None and DIAGNOSTICS in types:
            banks |= diagnostic_banks(
                self.usage, gear_failure=lambda: self.gear_failure, lamp_failure=lambda: self.lamp_failure
            )
        return {0: bank_0(specification, max(banks))} | banks

    @property
    def lamp_failure(self) -> bool:
        """Whether the lamp is dead; settable, and counted where the gear counts."""
        return self._lamp_failure

    @lamp_failure.setter
    def lamp_failure(self, value: bool) -> None:
        if self.usage is not None:
            self.usage.counts.lamp_failures += value and not self._lamp_failure
        self._lamp_failure = value

    @property
    def gear_failure(self) -> bool:
        """Whether the gear itself is broken; settable, and counted where the gear counts."""
        return self._gear_failure

    @gear_failure.setter
    def gear_failure(self, value: bool) -> None:
        if self.usage is not None:
            self.usage.counts.gear_failures += value and not self._gear_failure
        self._gear_failure = value

    def reported_level(self, now: float) -> int:
        """Return what QUERY ACTUAL LEVEL answers: MASK during start-up, and where light is due and the lamp is dead."""
        level = self.arc_power.level(now)
        return MASK if self.lamp_failure and level != OFF else level

    def lamp_on(self, now: float) -> bool:
        """Return whether the lamp gives light."""
        return self.reported_level(now) not in {OFF, MASK}

    @property
    def is_reset(self) -> bool:
        """Return whether the gear is in its reset state (9.16.6)."""
        return self.variables.is_reset and (self.colour is None or self.colour.variables.is_reset)

    def fading(self, now: float) -> bool:
        """Return whether a fade of the level or of the colour is running."""
        return self.arc_power.fading(now) or (self.colour is not None and self.colour.fading(now))

    def status(self, now: float) -> Status:
        """Return the status byte."""
        flags = {
            Status.CONTROL_GEAR_FAILURE: self.gear_failure,
            Status.LAMP_FAILURE: self.lamp_failure,
            Status.LAMP_ON: self.lamp_on(now),
            Status.LIMIT_ERROR: self.arc_power.limit_error,
            Status.FADE_RUNNING: self.fading(now),
            Status.RESET_STATE: self.is_reset,
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

    def reset(self, now: float) -> None:
        """Obey RESET (11.4.2)."""
        self.variables.reset()
        self.arc_power.reset()
        if self.colour is not None:
            self.colour.reset(now)
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
        if self.colour is not None:
            self.colour.restart()

    # Levels, and the colour that goes with them (209, 9.12.5)

    def direct(self, level: int, now: float) -> None:
        """Take a direct arc power command."""
        before = self._before(now)
        self.arc_power.direct(level, now)
        self._follow(before, now)

    def obey(self, command: Command, now: float) -> None:
        """Take one of the level instructions without a number."""
        before = self._before(now)
        self.arc_power.obey(command, now)
        if command is not Command.ENABLE_DAPC_SEQUENCE:
            self._follow(before, now)

    def go_to_scene(self, number: int, now: float) -> None:
        """Go to the level and the colour of a scene."""
        dark = self.arc_power.level(now) == OFF
        self.arc_power.scene(self.variables.scenes[number], now)
        if self.colour is not None:
            self.colour.scene(number, 0.0 if dark else self.variables.fade_seconds, now)

    def fail(self, now: float) -> None:
        """Take the level and the colour for a system failure (9.12)."""
        self.arc_power.fail()
        if self.colour is not None:
            self.colour.fail(now)

    def power_on(self, now: float) -> None:
        """Take the level and the colour for power-on (9.13)."""
        self.arc_power.power_on()
        if self.colour is not None:
            self.colour.power_on(now)

    def extinguish(self, now: float) -> None:
        """Go dark: the supply is gone."""
        self.arc_power.extinguish()
        if self.colour is not None:
            self.colour.extinguish(now)

    def _before(self, now: float) -> tuple[int, bool]:
        """Return the level before a command, and whether it was on its way to another."""
        return self.arc_power.level(now), self.arc_power.fading(now)

    def _follow(self, before: tuple[int, bool], now: float) -> None:
        """Let the colour go along with a level; a lamp that was dark comes on in the new one."""
        if self.colour is not None:
            level, was_fading = before
            changed = was_fading or self.arc_power.target != level
            seconds = 0.0 if level == OFF else self.arc_power.remaining(now)
            self.colour.level_command(changed=changed, seconds=seconds, now=now)

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
            "colour": None if self.colour is None else self.colour.snapshot(now),
            "emergency": None if self.emergency is None else self.emergency.snapshot(),
            "switch": None if self.switch is None else self.switch.snapshot(now),
            "dtr": [self.registers.dtr0, self.registers.dtr1, self.registers.dtr2],
        }
