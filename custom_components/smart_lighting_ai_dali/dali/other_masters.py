"""What other masters want of gear: each of their frames counts, also one that asks for what is there already."""

from collections.abc import Callable, Iterable, Mapping

from .events import LineEvent, Overheard
from .level import OFF, Level
from .state import Effect, KnownState


class OtherMasters:
    """Tells what other masters on the line told gear to do, and nothing that comes of our own frames or of answers."""

    def __init__(self, known: KnownState, tell: Callable[[LineEvent], None]) -> None:
        self._known = known
        self._tell = tell
        self._awaited: dict[str, Level | None] = {}
        """Gear that another master sent where only it knows, with the level that it had before."""

    def line_online(self) -> None:
        """Await nothing: the line was out of sight, and others may have changed things meanwhile."""
        self._awaited.clear()

    def frame_seen(self, effect: Effect, *, own: bool) -> None:
        """Take note of what a frame told gear."""
        if own:
            self._overtake(effect.levels & self._awaited.keys())
            return
        levels = {key: self._target(key) for key in effect.levels}
        self._await(levels)
        if levels or effect.colours:
            self._tell(Overheard(levels, effect.colours))

    def answered(self, key: str) -> None:
        """Take note that a gear said how it is."""
        if key not in self._awaited or (level := self._target(key)) is None:
            return
        before = self._awaited.pop(key)
        if level != OFF or before != OFF:
            # A lamp that is off hears of no dimming.
            self._tell(Overheard({key: level}))

    def _overtake(self, keys: Iterable[str]) -> None:
        """Tell of gear that we send elsewhere before it said where it was: nobody will know that any more."""
        levels = {key: level for key in keys if (level := self._awaited.pop(key)) is not None}
        if levels:
            self._tell(Overheard(levels))

    def _await(self, levels: Mapping[str, Level | None]) -> None:
        for key, level in levels.items():
            if level is None:
                self._awaited.setdefault(key, self._known.state(key).level)
            else:
                self._awaited.pop(key, None)

    def _target(self, key: str) -> Level | None:
        present = self._known.present(key) and self._known.target_known(key)
        return self._known.state(key).level if present else None
