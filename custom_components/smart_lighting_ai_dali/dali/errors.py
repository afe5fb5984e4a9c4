"""What can go wrong on a line; Home Assistant's side turns each into words for people."""

from typing import ClassVar, Final, Self


class LineError(Exception):
    """Base of all errors of a line; `key` names the kind for translations and logs."""

    key: ClassVar[str] = "line_error"

    def again(self) -> Self:
        """Return the same error anew: one that is raised more than once keeps everything that ever raised it alive."""
        return type(self)(*self.args)


class PortMissingError(LineError):
    """The serial port does not exist: the adapter is not plugged in, or has another name."""

    key = "port_missing"


class PortBusyError(LineError):
    """Another program has the serial port open."""

    key = "port_busy"


class PortForbiddenError(LineError):
    """This process may not open the serial port."""

    key = "port_forbidden"


class PortUnusableError(LineError):
    """The port can't be opened as a serial port: it is something else, or its address is wrong."""

    key = "port_unusable"


class AdapterSilentError(LineError):
    """The port is open, and nothing answers on it."""

    key = "adapter_silent"


class NotAnAdapterError(LineError):
    """Something answers on the port, in a language that no known adapter speaks."""

    key = "not_an_adapter"


class OtherAdapterError(LineError):
    """An adapter answers, but not the one that this line was set up with."""

    key = "other_adapter"


class LineDisconnectedError(LineError):
    """The adapter is not there (any more)."""

    key = "line_disconnected"


class LineWithoutPowerError(LineError):
    """The adapter answers, and the DALI line has no power."""

    key = "line_without_power"


class LineBusyError(LineError):
    """The adapter took no frame in time: its buffer stays full, or another master holds the line."""

    key = "line_busy"


class LineStoppedError(LineError):
    """The line was stopped while the command waited."""

    key = "line_stopped"


class LineFailedError(LineError):
    """What looks after the line has ended by a fault of its own: a new start of the line helps."""

    key = "line_failed"


class CommandRefusedError(LineError):
    """The adapter turned a frame down: its initialise or quiescent mode, a macro, or a frame it does not know."""

    key = "command_refused"


class NoAnswerError(LineError):
    """A gear that should answer did not, however often it was asked."""

    key = "no_answer"


class AnswersCollidedError(LineError):
    """More than one gear answered: two gear have the same short address."""

    key = "answers_collided"


class TooManyWritesError(LineError):
    """A gear was written to so often that its memory would wear out."""

    key = "too_many_writes"


class LevelUnknownError(LineError):
    """Nobody knows the level of a gear, not even itself."""

    key = "level_unknown"


class GearUnknownError(LineError):
    """No gear of this line has that key."""

    key = "gear_unknown"


class InputUnknownError(LineError):
    """No input device of this line has that key, or it has no such instance."""

    key = "input_unknown"


class SettingNotKeptError(LineError):
    """A setting was written, and the gear or input device does not say that it has it."""

    key = "setting_not_kept"


class NoTestStartedError(LineError):
    """An emergency light answers, and starts no test."""

    key = "test_not_started"


class AddressUnreachableError(LineError):
    """Nothing accepts a connection at the network address."""

    key = "address_unreachable"


class CommissioningRunningError(LineError):
    """The line is being commissioned: one job at a time."""

    key = "commissioning_running"


class CommissioningCancelledError(LineError):
    """Somebody ended the commissioning before it was done."""

    key = "commissioning_cancelled"


class CommissioningDisturbedError(LineError):
    """Another master began to commission the same line: two at once would give one address twice."""

    key = "commissioning_disturbed"


class AddressingFailedError(LineError):
    """Short addresses could not be given: frames keep getting lost or disturbed."""

    key = "addressing_failed"


class AddressInUseError(LineError):
    """The short address that was asked for belongs to somebody."""

    key = "address_in_use"


class GearNotBrokenError(LineError):
    """The gear that is to be replaced answers."""

    key = "gear_not_broken"


class NoReplacementError(LineError):
    """There is no new gear that could replace another."""

    key = "no_replacement"


class SeveralReplacementsError(LineError):
    """There is more than one new gear, and nobody knows which is the replacement."""

    key = "several_replacements"


# What is the trouble of one gear, while the line and all others may be well.
OF_ONE_GEAR: Final = (
    NoAnswerError,
    AnswersCollidedError,
    SettingNotKeptError,
    TooManyWritesError,
    LevelUnknownError,
    GearUnknownError,
)
