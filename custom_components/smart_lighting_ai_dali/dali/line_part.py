"""What works on a line beside the lights: it is told what the line hears, and runs while the line is online."""

from typing import Protocol

from dali.frame import Frame


class LinePart(Protocol):
    """One part of a line, from the start of the line to its end."""

    def line_online(self, after: float) -> None:
        """Take note that the line is online, and was out of sight; gear answers in `after` seconds."""

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Take note of a forward frame that was on the line; `own` when we sent it. Never raises."""

    async def run(self) -> None:
        """Work until cancelled, or until there is nothing more to do; cancelled when the line is offline."""
