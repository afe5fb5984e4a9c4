"""A meter of how good the light is: exact sums over time between changes, where light is constant or fades evenly.

The figures are those of `figures.py`. What is measured is the truth of the world: whoever is asleep wants no light, and
of several people the one who wants most light counts.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from .figures import Figures, Tally
from .rooms import LightChange, RoomState
from .specification import DayPart
from .world import World

_ENOUGH: Final = 0.8
_DARK: Final = 0.3
_TOO_MUCH: Final = 0.2
_UNNOTICED: Final = 0.07
_UNNOTICED_SLOWLY: Final = 0.15
_SLOWLY: Final = 10.0
# Whoever came in this lately sees no step: the light is for them.
_ARRIVAL: Final = 10.0
_NEW: Final = 900.0
_FALSE_ON: Final = 60.0
# Whoever turns the light off to sleep, or on to get up, does not mind it.
_BEDSIDE: Final = 180.0
_DAY: Final = 86_400.0
# Melanopic EDI: what reaches an eye of the light on a table, and the ratio of daylight (estimates).
_EYE: Final = 0.5
_DAYLIGHT_RATIO: Final = 0.9
_RATIOS: Final = ((2700, 0.45), (4000, 0.63), (6500, 0.9))
_DIM_EDI: Final = 10.0
_BRIGHT_EDI: Final = 250.0
# A rounding error is no lack of light.
_HAIR: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of each room, and of all together."""

    rooms: dict[str, Figures]
    total: Figures


class _RoomMeter:
    """What is counted of one room."""

    __slots__ = ("chain", "chain_lux", "changed", "since", "tally", "turned_on")

    def __init__(self, now: float) -> None:
        self.tally = Tally()
        self.since = now
        self.changed = -1e9
        """When the controller changed the light last."""
        self.chain = -1e9
        """When the changes began that people see as one, and the light before them."""
        self.chain_lux = 0.0
        self.turned_on: float | None = None
        """When the controller turned the light on over nobody, as long as nobody has come."""


class Meter:
    """Measures a world from now on."""

    def __init__(self, world: World) -> None:
        self._world = world
        now = world.now
        self._rooms = [_RoomMeter(now) for _ in world.rooms]
        offset = datetime.fromtimestamp(now, world.specification.timezone).utcoffset()
        self._offset = offset.total_seconds() if offset is not None else 0.0
        world.watch(self)

    def report(self) -> Report:
        """Return the figures up to now."""
        now = self._world.now
        total = Tally()
        rooms = {}
        for room, metered in zip(self._world.rooms, self._rooms, strict=True):
            self.before_change(room, now)
            total.add(metered.tally)
            rooms[room.name] = metered.tally.figures()
        return Report(rooms=rooms, total=total.figures())

    def before_change(self, room: RoomState, time: float) -> None:
        """Add up the time since the last change."""
        metered = self._rooms[room.number]
        begin = metered.since
        seconds = time - begin
        if seconds <= 0:
            return
        metered.since = time
        tally = metered.tally
        tally.known += seconds
        lamp = room.lamp
        first, last = lamp.at(begin), lamp.at(time)
        # The power is even in the output, and so its mean is that at the mean output.
        joules = room.watts((first + last) / 2) * seconds
        tally.joules += joules
        if not room.awake:
            tally.wasted_joules += joules
            return
        tally.occupied += seconds
        tally.days.add(int((begin + self._offset) // _DAY))
        tally.days.add(int((time - _HAIR + self._offset) // _DAY))
        self._count_light(room, tally, begin, time)
        metered.turned_on = None

    def _count_light(self, room: RoomState, tally: Tally, begin: float, time: float) -> None:
        seconds = time - begin
        first, last = room.lamp.at(begin), room.lamp.at(time)
        lux = (room.lux(begin), room.lux(time))
        wanted, needed = room.wanted, room.needed()
        bright = _at_least(*lux, _ENOUGH * wanted - _HAIR)
        saving = _at_least(-first, -last, -(needed + _TOO_MUCH + _HAIR))
        tally.satisfied += max(0.0, min(bright[1], saving[1]) - max(bright[0], saving[0])) * seconds
        not_dark = _at_least(*lux, _DARK * wanted)
        tally.dark += (1 - (not_dark[1] - not_dark[0])) * seconds
        tally.surplus += _mean_above(first - needed, last - needed) * room.full_lux * seconds
        if not room.late and self._world.part is not DayPart.DAY:
            return
        ratio = _melanopic_ratio(room.lamp.kelvin)
        eye = [_EYE * ((one - room.daylight) * ratio + room.daylight * _DAYLIGHT_RATIO) for one in lux]
        if room.late:
            over = _at_least(eye[0], eye[1], _DIM_EDI)
            tally.evening += seconds
            tally.evening_dim += (1 - (over[1] - over[0])) * seconds
        if self._world.part is DayPart.DAY:
            enough = _at_least(eye[0], eye[1], _BRIGHT_EDI)
            tally.day += seconds
            tally.day_bright += (enough[1] - enough[0]) * seconds

    def light_set(self, change: LightChange) -> None:
        """Count a change of the light, a person's or the controller's."""
        metered = self._rooms[change.room.number]
        tally = metered.tally
        now = change.time
        output = change.room.lamp.output
        tally.switches += (change.target_before > 0) is not (output > 0)
        if output == 0 and metered.turned_on is not None:
            tally.false_ons += now - metered.turned_on >= _FALSE_ON
            metered.turned_on = None
        if change.override is not None:
            metered.chain = -1e9
            choice = change.override.choice
            room = change.room
            if now - (room.woke if room.awake else room.fell_asleep) < _BEDSIDE:
                return
            tally.overrides[choice] = tally.overrides.get(choice, 0) + 1
            tally.new_overrides += now - metered.changed < _NEW
            return
        metered.changed = now
        if change.room.awake:
            self._count_step(metered, change)
        elif change.target_before == 0:
            metered.turned_on = now

    @staticmethod
    def _count_step(metered: _RoomMeter, change: LightChange) -> None:
        """Count what people who are there may see of a change, and whether it leaves them in the dark."""
        room, tally, now = change.room, metered.tally, change.time
        output = room.lamp.output
        if output == 0 and change.target_before > 0 and room.daylight < _ENOUGH * room.wanted:
            tally.false_offs += 1
        awaited = change.target_before == 0 and change.lux_before < _DARK * room.wanted
        if awaited or now - room.entered < _ARRIVAL or output == change.target_before:
            metered.chain = -1e9
            return
        if now - metered.chain >= _SLOWLY:
            metered.chain, metered.chain_lux = now, change.lux_before
        seconds = now - metered.chain + change.fade
        step = abs(room.settled_lux() - metered.chain_lux) / max(metered.chain_lux, 1.0)
        tally.steps += 1
        tally.unnoticed += step <= _UNNOTICED or (step <= _UNNOTICED_SLOWLY and seconds >= _SLOWLY)
        tally.big_steps += step > _UNNOTICED_SLOWLY


def _at_least(first: float, last: float, limit: float) -> tuple[float, float]:
    """Return from which to which part of a time what goes evenly from first to last is at least the limit."""
    if first >= limit:
        return (0.0, 1.0) if last >= limit else (0.0, (first - limit) / (first - last))
    return ((limit - first) / (last - first), 1.0) if last >= limit else (0.0, 0.0)


def _mean_above(first: float, last: float) -> float:
    """Return the mean of what is above 0 of what goes evenly from first to last."""
    above, below = max(first, last), min(first, last)
    if above <= 0:
        return 0.0
    return (above + below) / 2 if below >= 0 else above / 2 * above / (above - below)


def _melanopic_ratio(kelvin: int) -> float:
    """Return the melanopic daylight efficacy ratio of a white (an estimate)."""
    for (warm, low), (cool, high) in pairwise(_RATIOS):
        if kelvin <= cool:
            return low + (high - low) * (kelvin - warm) / (cool - warm)
    return _RATIOS[-1][1]
