"""The light of one gear: its levels, its limits and its fades in time (IEC 62386-102, 9.4 to 9.7).

A level is linear in time while it fades; the light follows it on the logarithmic curve.
"""

from dataclasses import dataclass
from typing import Final

from ..dali.fade import FADE_RATES
from ..dali.level import MASK, OFF
from .commands import Command
from .variables import Variables

# UP and DOWN dim for this long (11.3.3), and so long a DAPC sequence waits for its next level, fading (11.3.11).
DIM_SECONDS: Final = 0.2
SEQUENCE_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class _Course:
    """A way from one level to another, linear in time between two instants."""

    start: float
    goal: float
    begins: float
    ends: float

    def level(self, now: float) -> float:
        """Return the level on the way; past the end it is the goal."""
        if now >= self.ends:
            return self.goal
        done = max(0.0, now - self.begins) / (self.ends - self.begins)
        return self.start + (self.goal - self.start) * done


class ArcPower:
    """The actual, target, last active and last light level of a gear, and whether its limits cut the last request."""

    def __init__(self, variables: Variables, level: int) -> None:
        self._variables = variables
        self.target = variables.clamp(level)
        self.last_active = self.target or variables.maximum
        self.last_light = self.target
        self.limit_error = False
        self.starting = False
        """Supplied again, and not at any level yet (9.13)."""
        self._course: _Course | None = None
        self._sequence_ends: float | None = None

    def level(self, now: float) -> int:
        """Return the actual level: 0 to 254, or MASK during start-up."""
        return MASK if self.starting else round(self._reached(now))

    def fading(self, now: float) -> bool:
        """Return whether a fade is running."""
        return self._course is not None and now < self._course.ends

    def remaining(self, now: float) -> float:
        """Return how long the fade that runs still takes, in seconds; 0 where there is none."""
        return 0.0 if self._course is None else max(0.0, self._course.ends - now)

    def direct(self, level: int, now: float) -> None:
        """Take a direct arc power command (11.3.1): 0 fades out, MASK stops where it is."""
        in_sequence = self._sequence_ends is not None and now <= self._sequence_ends
        self._sequence_ends = now + SEQUENCE_SECONDS if in_sequence else None
        if level == MASK:
            if self.fading(now):
                self._settle(self.level(now))
            return
        self.fade_to(level, SEQUENCE_SECONDS if in_sequence else self._variables.fade_seconds, now)

    def scene(self, level: int, now: float) -> None:
        """Go to the level of a scene (11.3.13); MASK: the gear is not part of it."""
        self._sequence_ends = None
        if level != MASK:
            self.fade_to(level, self._variables.fade_seconds, now)

    def obey(self, command: Command, now: float) -> None:
        """Take one of the level instructions without a number (11.3)."""
        if command is Command.ENABLE_DAPC_SEQUENCE:
            self._sequence_ends = now + SEQUENCE_SECONDS
            return
        self._sequence_ends = None
        if command is Command.OFF:
            self.jump_to(OFF)
        elif command is Command.RECALL_MAX_LEVEL:
            self.jump_to(self._variables.maximum)
        elif command is Command.RECALL_MIN_LEVEL:
            self.jump_to(self._variables.minimum)
        elif command is Command.GO_TO_LAST_ACTIVE_LEVEL:
            self.fade_to(self.last_active, self._variables.fade_seconds, now)
        elif command in {Command.UP, Command.DOWN}:
            self._dim(1 if command is Command.UP else -1, now)
        else:
            self._step(command, now)

    def fade_to(self, level: int, seconds: float, now: float) -> None:
        """Go to a level in that many seconds, within the limits; a dark lamp starts at the lowest."""
        start = OFF if self.starting else self.level(now)
        target = self._within_limits(level)
        if start == OFF:
            start = target and self._variables.minimum
        self._go(start, target, now, now + seconds)

    def jump_to(self, level: int) -> None:
        """Go to a level at once, within the limits."""
        self._settle(self._within_limits(level))

    def fail(self) -> None:
        """Take the system failure level (9.12), MASK: stay; the last light level is still the one asked for."""
        level = self._variables.system_failure_level
        if level == MASK:
            return
        asked_for = self.last_light
        self._settle(self._variables.clamp(level))
        self.last_light = asked_for

    def limits_changed(self, now: float) -> None:
        """Leave a level that the new limits forbid, at once (11.4.9 and 11.4.10); a fade goes on within them."""
        if self.starting:
            return
        reached, ends = self._reached(now), now if self._course is None else self._course.ends
        start, target = self._variables.clamp(reached), self._variables.clamp(self.target)
        if (start, target) != (reached, self.target):
            self._go(start, target, now, ends)
            self.limit_error = True

    def reset(self) -> None:
        """Go to full light at once, as after RESET (11.4.2)."""
        self._sequence_ends = None
        self._settle(self._variables.maximum)
        self.limit_error = False

    def extinguish(self) -> None:
        """Go dark: the supply is gone."""
        self._course = self._sequence_ends = None
        self.target = OFF
        self.starting = False

    def start_up(self) -> None:
        """Wait for the power-on level, or for a command that comes before it (9.13)."""
        self.last_active = self._variables.maximum
        self.limit_error = False
        self.starting = True

    def power_on(self) -> None:
        """Take the power-on level; MASK: what was asked for last."""
        level = self._variables.power_on_level
        self._settle(self._variables.clamp(self.last_light if level == MASK else level))

    def _within_limits(self, level: int) -> int:
        target = self._variables.clamp(level)
        self.limit_error = target != level
        return target

    def _reached(self, now: float) -> float:
        """Return the level with its fraction: UP and DOWN go on from there, however often they come."""
        course = self._course
        if course is None or (self.target == OFF and now >= course.ends):
            return self.target
        return course.level(now)

    def _go(self, start: float, target: int, now: float, ends: float) -> None:
        """Be at the target at an instant; on the way to off, the lowest level comes before it."""
        self._settle(target)
        if now < ends and start not in {OFF, target}:
            self._course = _Course(start, target or self._variables.minimum, now, ends)

    def _settle(self, target: int) -> None:
        self.starting = False
        self._course = None
        self.target = self.last_light = target
        self.last_active = target or self.last_active

    def _dim(self, direction: int, now: float) -> None:
        level = self._reached(now)
        if self.starting or level == OFF:
            return
        rate = FADE_RATES[self._variables.fade_rate]
        wanted = level + direction * max(1.0, rate * DIM_SECONDS)
        # DOWN never switches off: below 1 is still a request for the lowest level.
        goal = self._variables.clamp(max(1.0, wanted))
        self._settle(round(goal))
        self.limit_error = self.target != round(wanted)
        if goal != level:
            self._course = _Course(level, goal, now, now + abs(goal - level) / rate)

    def _step(self, command: Command, now: float) -> None:
        level = OFF if self.starting else self.level(now)
        lowest = self._variables.minimum
        if level == OFF:
            if command is Command.ON_AND_STEP_UP:
                self.jump_to(lowest)
        elif command in {Command.STEP_UP, Command.ON_AND_STEP_UP}:
            self.jump_to(level + 1)
        elif command is Command.STEP_DOWN_AND_OFF and level <= lowest:
            self.jump_to(OFF)
        else:
            wanted = level - 1
            self.jump_to(max(lowest, wanted))
            self.limit_error = wanted < lowest
