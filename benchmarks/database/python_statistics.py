"""The peer of condensing an hour's statistics in SQL: plain Python over the events of the hour."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from custom_components.smart_lighting_ai_dali.db.hour_statistics import LOOK_BACK_HOURS
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS
from custom_components.smart_lighting_ai_dali.db.signals import (
    GAP_BINS,
    SHORTEST_GAP_MS,
    UNKNOWN,
    Cause,
    Signal,
    Statistic,
)

from .building import Row

# As in the product: when a sensor has settled, when it has other reasons, and how much a change has to be.
_SETTLED_MS: Final = 3_000
_STALE_MS: Final = 30_000
_LEAST_STEP: Final = 1_000
_LEAST_CHANGE: Final = 10_000

_LEVEL: Final = int(Signal.LEVEL)
_ILLUMINANCE: Final = int(Signal.ILLUMINANCE)
_OCCUPANCY: Final = int(Signal.OCCUPANCY)
_LIGHT: Final = int(Signal.LIGHT)
_INPUT: Final = int(Signal.INPUT)
_KEYFRAME: Final = int(Cause.KEYFRAME)
_MANUAL: Final = int(Cause.MANUAL)

type Amounts = dict[tuple[int, int], int]
"""By zone and statistic."""
type Change = tuple[int, int, int]
"""When something changed, by how much, and when it had been said before."""


class HourStatistics:
    """Adds up one hour after the other; what a room was before is remembered."""

    def __init__(self) -> None:
        self._occupied: dict[int, tuple[int, int]] = {}
        """When each source said something new last, and what."""
        self._keyframes: dict[tuple[int, int], int] = {}
        """What each source said at the beginning of an hour."""

    def condense(self, rows: Iterable[Row], hour: int) -> list[tuple[int, ...]]:
        """Return the statistics of an hour, from its rows in the order of their time."""
        begins = hour * HOUR_MS
        amounts: Amounts = defaultdict(int)
        last: dict[int, tuple[int, int]] = {}
        lux: dict[int, list[Change]] = defaultdict(list)
        steps: dict[int, list[Change]] = defaultdict(list)
        for at, source, kind, zone, value, flag in rows:
            if kind == _OCCUPANCY:
                self._move(amounts, begins, (at, source, zone, value, flag))
            elif kind == _INPUT:
                if value >= 0:
                    amounts[zone, Statistic.INPUTS + value] += 1
            elif kind in {_LEVEL, _ILLUMINANCE, _LIGHT}:
                since, was = last.get(key := source << 6 | kind, (0, UNKNOWN))
                last[key] = at, value
                if value < 0 or was < 0:
                    continue
                if kind == _LIGHT:
                    if abs(value - was) >= _LEAST_STEP:
                        steps[zone].append((at, value - was, since))
                elif kind == _ILLUMINANCE:
                    if at >= begins + _STALE_MS:
                        lux[zone].append((at, value - was, since))
                elif flag == _MANUAL:
                    _override(amounts, zone, was, value)
        for zone, changes in lux.items():
            _slope(amounts, zone, changes, steps[zone])
        return [(hour, zone, int(statistic), amount) for (zone, statistic), amount in amounts.items() if amount]

    def _move(self, amounts: Amounts, begins: int, row: tuple[int, int, int, int, int]) -> None:
        """Take note of who moves, and for how long nobody did before."""
        at, source, zone, value, flag = row
        if flag == _KEYFRAME and value != UNKNOWN:
            self._keyframes[source, at] = value
            return
        looks_back = begins - LOOK_BACK_HOURS * HOUR_MS
        since, was = self._occupied.get(source, (0, UNKNOWN))
        if since < looks_back:
            since, was = looks_back, self._keyframes.get((source, looks_back), UNKNOWN)
        self._occupied[source] = at, value
        if value > 0 and was == 0:
            gap = at - since
            bin_ = next((number for number in range(GAP_BINS - 1) if gap < SHORTEST_GAP_MS << number), GAP_BINS - 1)
            amounts[zone, Statistic.GAPS + bin_] += 1


def _override(amounts: Amounts, zone: int, was: int, value: int) -> None:
    """Add what a person did to a light."""
    if was == 0:
        if value > 0:
            amounts[zone, Statistic.OVERRIDES_ON] += 1
        return
    if value == 0:
        amounts[zone, Statistic.OVERRIDES_OFF] += 1
        return
    if value != was:
        amounts[zone, Statistic.OVERRIDES_UP if value > was else Statistic.OVERRIDES_DOWN] += 1
    amounts[zone, Statistic.OVERRIDE_STEPS] += value - was
    amounts[zone, Statistic.OVERRIDE_STEPS_SQUARED] += (value - was) ** 2


def _slope(amounts: Amounts, zone: int, lux: Iterable[Change], steps: Sequence[Change]) -> None:
    """Add how the light sensor followed the light, both in the order of time."""
    first = 0
    for at, change, since in lux:
        while first < len(steps) and steps[first][0] <= at - _STALE_MS:
            first += 1
        light, is_settled, begins = 0, True, since - _SETTLED_MS
        for moved, step, _ in steps[first:]:
            if moved > at:
                break
            if moved > begins:
                light += step
                is_settled = is_settled and since < moved <= at - _SETTLED_MS
        if is_settled and abs(light) >= _LEAST_CHANGE:
            for statistic, amount in (
                (Statistic.SLOPE_PAIRS, 1),
                (Statistic.SLOPE_LIGHT, light),
                (Statistic.SLOPE_LUX, change),
                (Statistic.SLOPE_LIGHT_SQUARED, light * light),
                (Statistic.SLOPE_LIGHT_LUX, light * change),
                (Statistic.SLOPE_LUX_SQUARED, change * change),
            ):
                amounts[zone, statistic] += amount
