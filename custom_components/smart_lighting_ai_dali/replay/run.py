"""All zones of a home, played once more, and how good each contender would have been."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import inf

from ..zones.score import Score, Tally
from .trace import Happening, Home, Seen, Sky
from .zone_replay import Contender, ZoneReplay, ZoneResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of a zone, or of all."""

    occupied_days: int
    overrides_per_day: float | None
    """Changes of the lights by hand, as recorded, on a day on which somebody was there."""
    lux_at_full: float | None
    """What full light adds to the reading, in lux; None where that is not known, and for all zones together."""
    watts: float | None
    """The power of full light; None where that is not known."""
    scores: Mapping[Contender, Score]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a replay."""

    begin: float
    """From when on it was counted, in seconds since 1970."""
    end: float
    learned_from: float | None
    """When the first event was, in seconds since 1970."""
    zones: Mapping[str, Figures]
    """By key; zones of which nothing was recorded are left out."""
    total: Figures

    @property
    def days(self) -> float:
        """Return how many days were counted."""
        return (self.end - self.begin) / 86_400


class Replay:
    """Plays what happened, oldest first, in as many pieces as one likes."""

    def __init__(self, home: Home, *, begin: float) -> None:
        """Make it; zones learn from all that happened before `begin`, in seconds since 1970, and count from then on."""
        self._home = home
        self._begin = begin
        self._zones: dict[str, ZoneReplay] = {}
        self._seeing: dict[str, set[str]] = {}
        self._cloud: float | None = None
        self._counts = False
        self._first = inf

    def take(self, happenings: Iterable[Happening]) -> None:
        """Take what happened next."""
        for happening in happenings:
            if not self._counts and happening.time >= self._begin:
                self._counts = True
                for zone in self._zones.values():
                    zone.begin(self._begin)
            match happening:
                case Sky(at, cloud):
                    self._cloud = cloud
                    for zone in self._zones.values():
                        zone.sky(cloud, at)
                case _:
                    self._first = min(self._first, happening.time)
                    self._zone(happening.zone, happening.time).take(happening)
                    if isinstance(happening, Seen):
                        self._next_door(happening)

    def finish(self, end: float, chosen: Collection[str] | None = None) -> Outcome:
        """Return what came of chosen zones, or of all, up to a time after the last event, in seconds since 1970."""
        if not self._counts:
            self._counts = True
            for zone in self._zones.values():
                zone.begin(self._begin)
        results = {key: zone.result(end) for key, zone in self._zones.items() if chosen is None or key in chosen}
        together = {
            contender: Tally.together(result.tallies[contender] for result in results.values())
            for contender in Contender
        }
        total = ZoneResult(tallies=together, overrides=sum(result.overrides for result in results.values()))
        return Outcome(
            begin=self._begin,
            end=end,
            learned_from=None if self._first == inf else self._first,
            zones={key: _figures(result, self._home.zones[key].lux_at_full) for key, result in sorted(results.items())},
            total=_figures(total, None),
        )

    def _zone(self, key: str, at: float) -> ZoneReplay:
        """Return a zone, which begins with the first that is known of it."""
        if (zone := self._zones.get(key)) is None:
            zone = self._zones[key] = ZoneReplay(self._home.zones[key], self._home.place, at)
            if self._counts:
                zone.begin(at)
            zone.sky(self._cloud, at)
        return zone

    def _next_door(self, seen: Seen) -> None:
        """Tell those that people walk into from there, as soon as the first sensor sees somebody."""
        seeing = self._seeing.setdefault(seen.zone, set())
        was_seen = bool(seeing)
        (seeing.add if seen.seen else seeing.discard)(seen.sensor)
        if bool(seeing) is was_seen:
            return
        settings = self._home.zones[seen.zone].settings
        for key, zone in self._zones.items():
            # Where nobody said which zones are next door, all may be.
            mine = zone.facts.settings.neighbours
            if key != seen.zone and (not mine or seen.zone in mine):
                zone.elsewhere(seen.zone, seen.time, seen=bool(seeing))
        for key in settings.neighbours if seeing else ():
            if (neighbour := self._zones.get(key)) is not None:
                neighbour.neighbour(seen.zone, seen.time, is_way=settings.defaults.safe_way)


def _figures(result: ZoneResult, lux_at_full: float | None) -> Figures:
    some = result.tallies[Contender.RULES]
    days = len(some.days)
    return Figures(
        occupied_days=days,
        overrides_per_day=result.overrides / days if days else None,
        lux_at_full=lux_at_full,
        watts=some.watts,
        scores={contender: tally.score() for contender, tally in result.tallies.items()},
    )
