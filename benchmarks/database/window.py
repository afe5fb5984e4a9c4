"""One window is condensed: in a long history, and beside the recorder's own statistics of the same five minutes."""

from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import batched
import statistics
import time
from typing import Final, override

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.const import STATE_UNAVAILABLE
from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.aggregation import Step, aggregate
from custom_components.smart_lighting_ai_dali.db.migrations import migrate
from custom_components.smart_lighting_ai_dali.db.schema import WINDOW_MS, WINDOWS_PER_HOUR
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, write_watermark

from .building import START, Row, end_of, fill, new_building, put
from .home import Home
from .places import Place, connected

LONGER: Final = 10
_WINDOWS: Final = 60
# From one window that is measured to the one before: all hours of a day, and all places in an hour.
_STRIDE: Final = 13
# Twenty values a second from 96 sources, which is a busy building.
ROWS_PER_WINDOW: Final = 6000
_ATTRIBUTES: Final = {"state_class": "measurement", "unit_of_measurement": "lx", "device_class": "illuminance"}
# Of more states that wait to be written together the recorder makes hard work.
_STATES_AT_ONCE: Final = 1000


def measure_history(place: Place, rows: int) -> dict[str, float | None]:
    """Compare windows at the end of a long history with the same ones at the end of a short one, in turns."""
    with ExitStack() as stack:
        connections = [_filled(stack, place, rows, times) for times in (1, LONGER)]
        end = end_of(rows)
        spent: tuple[list[float], list[float]] = ([], [])
        for number in range(_WINDOWS):
            last = end - (1 + number * _STRIDE) % ((end - START) // WINDOW_MS) * WINDOW_MS
            for connection, into in zip(connections, spent, strict=True):
                write_watermark(connection, Watermark.AGGREGATED, last - WINDOW_MS)
                connection.commit()
                begun = time.perf_counter()
                aggregate(connection, last)
                connection.commit()
                into.append(time.perf_counter() - begun)
    short, long = map(statistics.median, spent)
    return {"window_10m_over_1m": long / short}


def _filled(stack: ExitStack, place: Place, rows: int, times: int) -> Connection:
    engine = stack.enter_context(connected(stack.enter_context(place.new_database())))
    with engine.begin() as connection:
        migrate(connection, 0)
    fill(engine, rows, times=times)
    return stack.enter_context(engine.connect())


async def measure_beside_recorder(home: Home) -> dict[str, float | None]:
    """Compare the windows of an hour, each when it is over, with the recorder's statistics of the same values."""
    building = await home.database.async_write("building", new_building)
    hour = end_of(home.rows)
    ratios = []
    for number in range(WINDOWS_PER_HOUR):
        begins = hour + number * WINDOW_MS
        make = building.rest if number else building.hour
        await _happens(home, make(begins, ROWS_PER_WINDOW, WINDOW_MS))

        def step(connection: Connection, until: int = begins + WINDOW_MS) -> Step:
            return aggregate(connection, until)

        _, ours = await home.timed_write("window", step)
        task = _TimedStatistics(datetime.fromtimestamp(begins / 1000, UTC), fire_events=False)
        home.recorder.queue_task(task)
        await home.recorded()
        ratios.append(ours / task.seconds)
    return {"window_vs_recorder_compile": statistics.median(ratios)}


class _TimedStatistics(StatisticsTask):
    """What the recorder itself does every five minutes, with how long it took, in seconds."""

    seconds = 0.0

    @override
    def run(self, instance: Recorder) -> None:
        begun = time.perf_counter()
        super().run(instance)
        self.seconds = time.perf_counter() - begun


async def _happens(home: Home, rows: list[Row]) -> None:
    """Let the same be told to us and, as states of sensors that have statistics, to the recorder."""
    await home.database.async_write("put", lambda connection: put(connection, rows))
    for some in batched(rows, _STATES_AT_ONCE, strict=False):
        for at, source, _, _, value, _ in some:
            state = str(value) if value >= 0 else STATE_UNAVAILABLE
            # Each of our rows is a row there, too, even where it repeats a value.
            home.hass.states.async_set(f"sensor.{source}", state, _ATTRIBUTES, force_update=True, timestamp=at / 1000)
        await home.recorded()
