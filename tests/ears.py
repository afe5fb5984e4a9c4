"""Someone who listens to a driver."""

from dali.frame import BackwardFrame, Frame


class Ears:
    """Keeps what a driver hears."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, bool]] = []
        """Forward frames, and whether they were ours."""
        self.answers: list[int | None] = []
        """Answers; None is several at once."""
        self.power: list[bool] = []

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Keep a frame."""
        self.frames.append((frame.as_integer, own))

    def answer_seen(self, answer: BackwardFrame) -> None:
        """Keep an answer."""
        self.answers.append(None if answer.error else answer.as_integer)

    def power_changed(self, *, powered: bool) -> None:
        """Keep a change of the line's power."""
        self.power.append(powered)
