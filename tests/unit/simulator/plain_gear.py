"""A gear as plain as can be, for tests of the wire and the adapter: no standard in it but the answer."""

import random


class PlainGear:
    """Answers every frame that it knows, and remembers what it heard."""

    def __init__(self, name: str, answers: dict[int, int] | None = None) -> None:
        self.name = name
        self.answers = answers or {}
        self.heard: list[tuple[int, float]] = []
        self.interrupted: list[float] = []
        self.power: list[bool] = []

    def receive(self, data: int, now: float) -> int | None:
        """Take a frame and return the answer to it."""
        self.heard.append((data, now))
        return self.answers.get(data)

    def interrupt(self, now: float) -> None:
        """Remember that something else was on the line."""
        self.interrupted.append(now)

    def line_power(self, *, present: bool, now: float) -> None:
        """Remember the line's power."""
        del now
        self.power.append(present)


def seeded(seed: int = 1) -> random.Random:
    """Return chance that is the same every time."""
    return random.Random(seed)
