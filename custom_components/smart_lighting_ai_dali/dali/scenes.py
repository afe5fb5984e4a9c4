"""The sixteen scenes of a line: what gear keeps for each, and how all of it goes there."""

from collections.abc import Iterable

from .gear_settings import GearSettings
from .level import Level
from .many_gear import ManyGear
from .state import KnownState
from .stored import SCENES
from .timing import Priority


class Scenes:
    """The scenes of one line."""

    def __init__(self, known: KnownState, many: ManyGear, settings: GearSettings) -> None:
        self._known = known
        self._many = many
        self._settings = settings

    @property
    def stored(self) -> frozenset[int]:
        """Return the scenes that some gear is in, as far as that was read."""
        return frozenset(scene for scene in range(SCENES) if self.members(scene))

    def members(self, scene: int) -> tuple[str, ...]:
        """Return the keys of the gear that is in a scene, as far as that was read."""
        return tuple(key for key, gear in self._known.gear.items() if gear.stored.scene(scene) is not None)

    def levels(self, scene: int) -> dict[str, Level]:
        """Return the levels to which the gear that is in a scene goes, by key, as far as that was read."""
        kept = {key: (gear, gear.stored.scene(scene)) for key, gear in self._known.gear.items()}
        return {key: gear.clamp(level) for key, (gear, level) in kept.items() if level is not None}

    async def go_to(self, scene: int, *, seconds: float | None = None, priority: Priority) -> None:
        """Have all gear that is in a scene fade there, by one frame. Raises LineError."""
        await self._many.go_to_scene(scene, self.members(scene), seconds=seconds, priority=priority)

    async def store(self, scene: int, keys: Iterable[str], level: Level | None = None) -> None:
        """Have gear keep a level for a scene; None is where each is, or is going. Raises LineError."""
        await self._settings.of_each(keys, lambda key: self._settings.store_scene(key, scene, level))

    async def remove(self, scene: int, keys: Iterable[str]) -> None:
        """Have gear take no part in a scene. Raises LineError."""
        await self._settings.of_each(keys, lambda key: self._settings.remove_from_scene(key, scene))
