"""The light of a zone as one of the contenders has it: even, or on its way by a fade that is even, too."""


class Light:
    """How much light there is, 0 to 1; None where nobody knows."""

    __slots__ = ("_begun", "_from", "settled_at", "target")

    def __init__(self, at: float, light: float | None) -> None:
        self.target = light
        """Where it goes, or is."""
        self.settled_at = at
        """When it is there, in seconds since 1970."""
        self._from = light
        self._begun = at

    def go(self, light: float | None, at: float, fade: float) -> None:
        """Go to a light within a fade, in seconds."""
        self._from = self.at(at)
        self._begun, self.settled_at = at, at + (0.0 if light is None or self._from is None else fade)
        self.target = light

    def at(self, time: float) -> float | None:
        """Return the light at a time from the last change on."""
        if time >= self.settled_at or self.target is None or self._from is None:
            return self.target
        return self._from + (self.target - self._from) * (time - self._begun) / (self.settled_at - self._begun)
