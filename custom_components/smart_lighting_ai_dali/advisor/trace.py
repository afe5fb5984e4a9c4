"""What was counted of one day of a zone, small enough to keep until it is known what people wanted."""

from collections.abc import Mapping
from math import exp, log
from typing import Any, Final, NamedTuple, Self

from ..zones.daypart import Daypart
from ..zones.score import ENOUGH, Sums, needed_light, relative_power
from .day_score import DayScore
from .wanted import Wanted, WantedByDaypart, wanted_for_sure

# Nobody sees light that differs by so little, as a logarithm; what does not differ is counted together.
_GRAIN: Final = 0.03
_LEAST: Final = 0.001
# The part of all people that counts as most of them.
_MOST: Final = 0.5
# Different slices that are kept of one day: more are a sensor gone mad, and say no more.
_MOST_SLICES: Final = 2000


class Scene(NamedTuple):
    """What is so whatever is planned."""

    daypart: Daypart
    daylight: float
    """Lux."""
    lux_at_full: float
    wish: float | None
    """Lux that people want; None where what is learned will tell, and 0 where they want it dark."""

    @classmethod
    def of(cls, daypart: Daypart, daylight: float, lux_at_full: float, wish: float | None) -> Self:
        """Return a scene with numbers as exact as they matter."""
        return cls(daypart, _coarse(daylight), _coarse(lux_at_full), None if wish is None else round(wish, 1))


class Slice(NamedTuple):
    """A scene, and the light that each planner makes in it, 0 to 1."""

    scene: Scene
    lights: tuple[float, ...]


class DayTrace:
    """One day: how long what was so, and what each planner's plans made of it."""

    def __init__(self, planners: int) -> None:
        self.slices: dict[Slice, float] = {}
        """Seconds with people."""
        self.offs: list[dict[Scene, int]] = [{} for _ in range(planners)]
        """How often light went off over people, by what was so."""
        self.tail_loads = [0.0] * planners
        """Seconds at full power that light takes while nobody is there any more."""
        self.tail_reference = 0.0

    @property
    def occupied(self) -> float:
        """Return for how long somebody was there, in seconds."""
        return sum(self.slices.values())

    def add(self, one: Slice, seconds: float) -> None:
        """Add a time in which nothing changed."""
        coarse = Slice(one.scene, tuple(_coarse(light) for light in one.lights))
        if coarse in self.slices or len(self.slices) < _MOST_SLICES:
            self.slices[coarse] = self.slices.get(coarse, 0.0) + seconds

    def went_off(self, planner: int, scene: Scene) -> None:
        """Count that the light of a planner went off over somebody."""
        offs = self.offs[planner]
        offs[scene] = offs.get(scene, 0) + 1

    def scores(self, wanted: WantedByDaypart) -> list[DayScore]:
        """Return how good the light of each planner would have been, by what people may want."""
        return [self._score(planner, wanted) for planner in range(len(self.offs))]

    def _score(self, planner: int, wanted: WantedByDaypart) -> DayScore:
        sums = Sums()
        load, least, reference = self.tail_loads[planner], 0.0, self.tail_reference
        for (scene, lights), seconds in self.slices.items():
            light = lights[planner]
            sums.occupied += seconds
            load += relative_power(light) * seconds
            reference += seconds
            for lux, share in _wanted_in(scene, wanted):
                needed = needed_light(lux, scene.daylight, scene.lux_at_full)
                least += relative_power(needed) * seconds * share
                if lux > 0:
                    sums.count(
                        seconds * share,
                        lux=scene.daylight + light * scene.lux_at_full,
                        wanted=lux,
                        light=light,
                        needed=needed,
                    )
                else:
                    # Whoever sleeps there wants no light at all.
                    sums.measured += seconds * share
                    sums.satisfied += seconds * share if light == 0 else 0.0
        return DayScore.of(sums, self._false_offs(planner, wanted), load=load, least=least, reference=reference)

    def _false_offs(self, planner: int, wanted: WantedByDaypart) -> int:
        """Return how often people were left with too little light: where daylight is enough for most, nobody minds."""
        return sum(
            count
            for scene, count in self.offs[planner].items()
            if sum(share for lux, share in _wanted_in(scene, wanted) if scene.daylight < ENOUGH * lux) >= _MOST
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "slices": [
                [scene.daypart.value, scene.daylight, scene.lux_at_full, scene.wish, list(lights), round(seconds, 1)]
                # A day that is not over may be written by another thread, while it is counted.
                for (scene, lights), seconds in tuple(self.slices.items())
            ],
            "offs": [[[*scene, count] for scene, count in tuple(offs.items())] for offs in self.offs],
            "tail_loads": [round(load, 1) for load in self.tail_loads],
            "tail_reference": round(self.tail_reference, 1),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        trace = cls(len(data["offs"]))
        for daypart, daylight, lux_at_full, wish, lights, seconds in data["slices"]:
            scene = _scene(daypart, daylight, lux_at_full, wish)
            trace.slices[Slice(scene, tuple(float(light) for light in lights))] = float(seconds)
        trace.offs = [
            {
                _scene(daypart, daylight, lux_at_full, wish): int(count)
                for daypart, daylight, lux_at_full, wish, count in offs
            }
            for offs in data["offs"]
        ]
        trace.tail_loads = [float(load) for load in data["tail_loads"]]
        trace.tail_reference = float(data["tail_reference"])
        return trace


def _scene(daypart: Any, daylight: Any, lux_at_full: Any, wish: Any) -> Scene:
    return Scene(Daypart(daypart), float(daylight), float(lux_at_full), None if wish is None else float(wish))


def _wanted_in(scene: Scene, wanted: WantedByDaypart) -> tuple[Wanted, ...]:
    return wanted[scene.daypart] if scene.wish is None else wanted_for_sure(scene.wish)


def is_alike(one: float | None, other: float | None) -> bool:
    """Tell whether two lights or illuminances count as the same."""
    return one == other if one is None or other is None else _coarse(one) == _coarse(other)


def _coarse(value: float) -> float:
    """Return a number as exact as it matters to eyes."""
    if value < _LEAST:
        return 0.0
    return float(f"{exp(round(log(value) / _GRAIN) * _GRAIN):.4g}")
