"""A limit for calls that come one after the other: some at once, and then so many a minute."""

from dataclasses import dataclass, field
from typing import Final

_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many at once, and then so many a minute."""

    at_once: int = 5
    a_minute: int = 10


@dataclass(slots=True)
class TokenBucket:
    """What is left of a rate; `now` is in seconds of a clock that never goes back."""

    rate: Rate
    _tokens: float = field(init=False)
    _seen: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._tokens = float(self.rate.at_once)

    def take(self, now: float) -> bool:
        """Take one where there is one."""
        if self._seen is not None:
            self._tokens = min(self.rate.at_once, self._tokens + (now - self._seen) * self.rate.a_minute / _MINUTE)
        self._seen = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    @property
    def wait(self) -> float:
        """Return in how many seconds there is one again, as it was at the last look."""
        return max(0.0, 1 - self._tokens) * _MINUTE / self.rate.a_minute
