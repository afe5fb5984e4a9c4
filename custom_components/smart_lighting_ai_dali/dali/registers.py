"""What stands in DTR0 to DTR2 of the gear of a line, as far as the frames tell."""

from typing import Final

from dali.command import Command
from dali.gear import general

from .colour_features import COLOUR_TYPE

# What leaves something else in DTR0 than what was put there.
_USE_DTR0: Final = (
    general.StoreActualLevelInDTR0,
    general.ReadMemoryLocation,
    general.WriteMemoryLocation,
    general.WriteMemoryLocationNoReply,
)


class Registers:
    """Three registers that anyone on the line may set for all; None is unknown."""

    def __init__(self) -> None:
        self.values: list[int | None] = [None] * 3

    @property
    def word(self) -> int | None:
        """Return the number of 16 bits in DTR1 and DTR0."""
        low, high, _ = self.values
        return None if low is None or high is None else high << 8 | low

    def doubt(self) -> None:
        """Take nothing for granted: the line was out of sight."""
        self.values = [None] * 3

    def see(self, command: Command, *, device_type: int) -> None:
        """Take note of a command; `device_type` is the one that was enabled for it, 0 is none."""
        match command:
            case general.DTR0():
                self.values[0] = command.param
            case general.DTR1():
                self.values[1] = command.param
            case general.DTR2():
                self.values[2] = command.param
            case _ if isinstance(command, _USE_DTR0):
                self.values[0] = None
            case _ if device_type and (command.is_query or device_type != COLOUR_TYPE):
                # Such gear puts parts of its answer there.
                self.values[:2] = None, None
