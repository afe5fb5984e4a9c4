"""How long things take on a DALI line: IEC 62386-101:2022, in seconds."""

from enum import IntEnum
from typing import Final


class Priority(IntEnum):
    """The priority of a forward frame (table 22); what each is for is from IEC 62386-103, 9.14.1."""

    TRANSACTION = 1
    """A further frame of a transaction that has begun."""
    USER = 2
    """A person's action."""
    CONFIGURATION = 3
    """Commissioning and settings."""
    AUTOMATIC = 4
    """The system's own action."""
    BACKGROUND = 5
    """Periodic queries."""


# One bit, two half bits of 416.67 µs (table 16).
BIT: Final = 1 / 1200
# The line is idle this long at the end of a frame (table 17).
STOP_CONDITION: Final = 0.00245
# From the end of a forward frame to the start of an answer: as gear sends it, and as long as receivers wait (table 20).
ANSWER_GAP_MIN: Final = 0.0055
ANSWER_GAP_MAX: Final = 0.0105
ANSWER_GAP_RECEIVER_MAX: Final = 0.0134
# The line is idle at most this long between the two frames of a command that has to be sent twice: who receives them
# takes up to 94 ms for a pair, and no more than 105 ms (table 20).
SEND_TWICE_MAX: Final = 0.1
# A low line: longer than this it is without power, longer than that gear goes to its system failure level (table 24).
POWER_DOWN: Final = 0.045
SYSTEM_FAILURE: Final = 0.5
# The line is idle this long before a frame of each priority (table 22): least, mean, most.
SETTLING: Final[dict[Priority, tuple[float, float, float]]] = {
    Priority.TRANSACTION: (0.0135, 0.0141, 0.0147),
    Priority.USER: (0.0149, 0.0155, 0.0161),
    Priority.CONFIGURATION: (0.0163, 0.0170, 0.0177),
    Priority.AUTOMATIC: (0.0179, 0.0186, 0.0193),
    Priority.BACKGROUND: (0.0195, 0.0203, 0.0212),
}


def forward_frame(bits: int) -> float:
    """Return the seconds that a forward frame of 16 or 24 bits takes, from its start bit to its last edge."""
    return (1 + bits) * BIT


BACKWARD_FRAME: Final = 9 * BIT
# From the end of a forward frame to the end of the latest answer that a receiver accepts.
ANSWER_WINDOW: Final = ANSWER_GAP_RECEIVER_MAX + BACKWARD_FRAME + STOP_CONDITION
