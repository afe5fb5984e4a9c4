"""Why a LUBA adapter would not take a frame."""

from .errors import CommandRefusedError, LineWithoutPowerError
from .luba import Refusal


class BufferFullError(Exception):
    """The adapter's transmit buffer has no room now."""


def refusal(reason: int) -> Exception:
    """Return the error that stands for an adapter's reason not to send a frame."""
    match reason:
        case Refusal.NO_BUS_VOLTAGE:
            return LineWithoutPowerError("the line has no power")
        case Refusal.BUFFER_FULL:
            return BufferFullError()
        case _:
            name = Refusal(reason).name if reason in Refusal else str(reason)
            return CommandRefusedError(f"the adapter refused the frame: {name.lower()}")
