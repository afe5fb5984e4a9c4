"""What a device type adds to a gear: the commands that come after its ENABLE DEVICE TYPE (IEC 62386-102, 9.18)."""

from collections.abc import Container
from typing import Protocol


class Extension(Protocol):
    """The commands of one device type, from opcode 0xE0 on."""

    @property
    def send_twice(self) -> Container[int]:
        """Return the opcodes that come in pairs of equal frames."""

    @property
    def first_query(self) -> int:
        """Return the opcode from which on the commands only ask."""

    def obey(self, opcode: int, now: float) -> int | None:
        """Take a command; return the answer, if it has one."""
