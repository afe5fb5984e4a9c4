"""What features are, worked out slowly and plainly in Python."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, WINDOW_MS, light_of
from custom_components.smart_lighting_ai_dali.db.signals import Cause, Event, Signal

type Feature = tuple[int, int, int, int, int, int, int, int, int, int, int]
"""n, n_manual, n_pos, pos_ms, val_ms, light_ms, src_ms, vmin, vmax, square_ms, unknown_ms."""
type Features = dict[tuple[int, int, int], Feature]
"""By window, zone and signal."""

NOTHING: Final = (0, 0, 0, 0, 0, 0, 0, 0, 0)


def features_of(events: Iterable[Event], upto: int) -> Features:
    """Return the features of events, up to an instant; of two with one key the later one counts."""
    unique = {event.key: event for event in events}
    by_source: dict[tuple[int, int, int], list[Event]] = defaultdict(list)
    for event in unique.values():
        by_source[event.source, event.signal, event.time // HOUR_MS].append(event)
    sums: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: list(NOTHING))
    values: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for (_, signal, hour), some in by_source.items():
        if Signal(signal).is_instant:
            continue
        some.sort(key=lambda event: event.time)
        ends = [event.time for event in some[1:]] + [(hour + 1) * HOUR_MS]
        for event, end in zip(some, ends, strict=True):
            for window in range(event.time // WINDOW_MS, (end - 1) // WINDOW_MS + 1):
                if (window + 1) * WINDOW_MS > upto:
                    continue
                held = min(end, (window + 1) * WINDOW_MS) - max(event.time, window * WINDOW_MS)
                here = event.cause is not Cause.KEYFRAME and event.time >= window * WINDOW_MS
                key = window, event.zone, int(signal)
                if event.value < 0:
                    sums[key][8] += held
                    continue
                light = light_of(event.value) if signal == Signal.LEVEL else 0
                added = (
                    here,
                    here and event.cause is Cause.MANUAL,
                    here and event.value > 0,
                    held if event.value > 0 else 0,
                    held * event.value,
                    held * light,
                    held,
                    held * event.value**2 if signal == Signal.ILLUMINANCE else 0,
                    0,
                )
                sums[key] = [old + int(new) for old, new in zip(sums[key], added, strict=True)]
                values[key].append(event.value)
    return {
        key: (some[0], some[1], some[2], some[3], some[4], some[5], some[6], min(known), max(known), some[7], some[8])
        for key, some in sums.items()
        if (known := values[key])
    }
