"""What the recorder knows of the time before the first start is taken over: once, whole, and nothing but that."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
import logging
from random import Random
import time
from typing import Any, Final

from homeassistant.components.recorder.db_schema import RecorderRuns
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import get_instance, session_scope
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from sqlalchemy import Connection, select, text

from custom_components.smart_lighting_ai_dali import backfill
from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate
from custom_components.smart_lighting_ai_dali.db.ingestion import NameKind, number_of_source
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, event, feature
from custom_components.smart_lighting_ai_dali.db.signals import CONDITIONS, UNKNOWN, Cause, Event, Signal
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, read_watermark, write_watermark
from custom_components.smart_lighting_ai_dali.feature_engineering import INTERVAL
from custom_components.smart_lighting_ai_dali.sensor import SITE_SENSORS
from tests.integration.conftest import Build, House, PlugIn, lamp, line_of
from tests.told import told_once
from tests.unit.db.reference import features_of

from .conftest import Recorded, on_every_engine, rows

LOGGER: Final = "custom_components.smart_lighting_ai_dali.feature_engineering"
LIGHT: Final = "light.old_lamp"
DESK: Final = "binary_sensor.desk"
DOOR: Final = "binary_sensor.door"
LUX: Final = "sensor.lux"
SKY: Final = "weather.home"
NEVER: Final = "sensor.never"
OFFICE: Final = "office"
# What a light says of its level is not recorded: that it is on says nothing of it.
VALUES: Final[dict[tuple[str, Signal], dict[str, int]]] = {
    (LIGHT, Signal.LEVEL): {"off": 0},
    (DESK, Signal.MOTION): {"off": 0, "on": 1},
    (DOOR, Signal.MOTION): {"off": 0, "on": 1},
    (LUX, Signal.ILLUMINANCE): {"0": 0, "310.6": 311, "12": 12},
    (SKY, Signal.CLOUD): {"cloudy": 80, "sunny": 13},
    (SKY, Signal.CONDITION): {state: CONDITIONS.index(state) for state in ("cloudy", "sunny", "fog")},
}
STATES: Final = {
    LIGHT: ("on", "off", "unavailable"),
    DESK: ("on", "off", "unknown"),
    DOOR: ("on", "off", "unavailable"),
    LUX: ("0", "310.6", "12", "abc", "nan", "inf", "-5", "unavailable"),
    SKY: ("cloudy", "sunny", "fog"),
}
SKIES: Final[dict[str, dict[str, Any]]] = {
    "cloudy": {"cloud_coverage": 80},
    "sunny": {"cloud_coverage": 12.6},
    "fog": {"cloud_coverage": None},
}

type Past = list[tuple[float, str, str]]
"""When, which entity, and its state; oldest first."""
type Row = tuple[int, str, int, int, int]
"""Time, entity or zone, signal, value and cause."""


def past_of(now: float, days: float = 2, *, changes: int = 300) -> Past:
    """Return a lively past, with some changes just on the hour and some of one instant."""
    chance = Random(3)
    begins = now - days * 86400
    times = [begins + chance.random() * days * 86400 for _ in range(changes)]
    hours = range(int(begins // 3600) + 1, int(now // 3600))
    times += [hour * 3600.0 for hour in chance.sample(hours, len(hours) // 3)]
    return sorted((at, of, chance.choice(STATES[of])) for at in times for of in chance.sample(list(STATES), 2))


def reference(past: Past, end_ms: int, down: tuple[int, int] | None = None) -> list[Row]:
    """Return what is to be taken over, worked out slowly and plainly."""
    said: dict[tuple[str, Signal], dict[int, int]] = {}
    for key in VALUES:
        said[key] = {int(at * 1000): VALUES[key].get(state, UNKNOWN) for at, of, state in past if of == key[0]}
    sensors = [said[DESK, Signal.MOTION], said[DOOR, Signal.MOTION]]
    said[OFFICE, Signal.OCCUPANCY] = {
        at: max(sensor[max(before)] for sensor in sensors if (before := [one for one in sensor if one <= at]))
        for at in sorted({at for sensor in sensors for at in sensor})
    }
    found: dict[tuple[int, str, Signal], tuple[int, Cause]] = {}
    for key, values in said.items():
        if down is not None and (before := [at for at in values if at < down[0]]):
            values |= {down[0]: UNKNOWN, down[1]: values[max(before)]}
        for hour in range(int(past[0][0] * 1000) // HOUR_MS, end_ms // HOUR_MS + 1):
            if before := [at for at in values if at < hour * HOUR_MS]:
                found[hour * HOUR_MS, *key] = values[max(before)], Cause.KEYFRAME
        last = None
        for at, value in sorted(values.items()):
            if value != last:
                found[at, *key] = value, Cause.KEYFRAME if down is not None and at in down else Cause.BACKFILL
            last = value
    return sorted((*key, *value) for key, value in found.items() if key[0] < end_ms)


class Before:
    """A Home Assistant that has recorded for a while, before it gets a site."""

    def __init__(self, hass: HomeAssistant, start: Callable[[], Awaitable[House]], recorded: Recorded) -> None:
        self.start = start
        """Set up the site, and wait until it collects all sources and has written its first events."""
        self.now = time.time()
        self._hass = hass
        self._recorded = recorded

    @property
    def now_ms(self) -> int:
        """Return when the past ends."""
        return int(self.now * 1000)

    async def remember(self, past: Past) -> None:
        """Let the recorder have a past."""
        for at, entity_id, state in past:
            attributes = SKIES.get(state) if entity_id == SKY else None
            self._hass.states.async_set(entity_id, state, attributes, timestamp=at)
        await self._recorded()


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Let the recorder commit as seldom as it does for users."""
    return {"commit_interval": 5}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the job pause for nobody, and write little at a time."""
    monkeypatch.setattr(backfill, "PAUSE", 0)
    monkeypatch.setattr(backfill, "BATCH", 50)


@pytest.fixture
def before(hass: HomeAssistant, plug_in: PlugIn, build: Build, recorded: Recorded) -> Before:
    """Return a Home Assistant with sensors in its office, and nothing of ours yet."""
    office = ar.async_get(hass).async_create("Office")
    entities = er.async_get(hass)
    sensors = {DESK: "motion", DOOR: "occupancy", LUX: "illuminance", NEVER: "illuminance", SKY: None}
    for entity_id, tells in sensors.items():
        domain, name = entity_id.split(".")
        entities.async_get_or_create(domain, "other", name, suggested_object_id=name, original_device_class=tells)
        if tells is not None:
            entities.async_update_entity(entity_id, area_id=office.id)

    async def start() -> House:
        house: House = await build(line_of(plug_in(lamp(1))))
        await house.until_light(1, "off")
        light = entities.async_get(house.entity("light", 1))
        assert light is not None
        assert light.device_id is not None
        # As if it had been there before.
        hass.states.async_remove(LIGHT)
        entities.async_update_entity(light.entity_id, new_entity_id=LIGHT)
        dr.async_get(hass).async_update_device(light.device_id, area_id=office.id)
        await house.until(lambda: hass.states.get(LIGHT) is not None)
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
        await house.until(lambda: LIGHT in {source.entity_id for source in house.site.telemetry.sources})
        await house.site.feature_engineering.async_flush()
        return house

    return Before(hass, start, recorded)


async def read(house: House, statement: str) -> list[Any]:
    """Return the rows of a statement."""
    recorder = get_instance(house.hass)
    found: list[Any] = await recorder.async_add_executor_job(rows, recorder, statement)
    return found


async def events(house: House, until_ms: int = 2**62) -> list[Row]:
    """Return what the database has of our sources from before an instant."""
    names = {source.unique: source.entity_id for source in house.site.telemetry.sources}
    statement = (
        "SELECT e.ts, s.name, e.kind, e.val, e.flag FROM smart_lighting_event e"
        " JOIN smart_lighting_source s ON e.src = s.source_id"
    )
    return sorted(
        (row[0], names.get(row[1], row[1]), row[2], row[3], row[4])
        for row in await read(house, statement)
        if row[0] < until_ms
    )


async def first_own_event(house: House) -> int:
    """Return the instant from which on the site collects by itself."""
    found = await read(house, "SELECT MIN(ts) FROM smart_lighting_event")
    return int(found[0][0])


@on_every_engine
async def test_all_that_the_recorder_knows_is_taken_over(before: Before) -> None:
    past = past_of(before.now)
    await before.remember(past)
    house = await before.start()
    own = await first_own_event(house)
    await house.site.backfill.async_take_over()
    assert house.site.backfill.percent == 100
    found = await events(house, before.now_ms)
    assert found == reference(past, before.now_ms)
    assert house.site.backfill.events >= len(found)
    # Never a level that nobody knows, and nothing after the first event of our own.
    assert {value for _, of, _, value, _ in found if of == LIGHT} == {0, UNKNOWN}
    assert max(row[0] for row in await read(house, "SELECT ts FROM smart_lighting_event WHERE flag = 2")) < own


@on_every_engine
async def test_while_home_assistant_was_down_nobody_knows(before: Before, hass: HomeAssistant) -> None:
    ended, began = before.now - 9 * 3600.5, before.now - 6 * 3600.25
    past = [one for one in past_of(before.now, days=0.5, changes=60) if not ended <= one[0] <= began]
    await before.remember(past)

    def remember_runs() -> None:
        with session_scope(hass=hass) as session:
            for times in ((past[0][0], ended), (began, before.now)):
                start, end = map(dt_util.utc_from_timestamp, times)
                session.add(RecorderRuns(start=start, end=end, created=start))

    await get_instance(hass).async_add_executor_job(remember_runs)
    house = await before.start()
    await house.site.backfill.async_take_over()
    down = int(ended * 1000), int(began * 1000)
    assert await events(house, before.now_ms) == reference(past, before.now_ms, down)


async def test_features_of_that_time_are_what_its_events_say(before: Before) -> None:
    await before.remember(past_of(before.now, days=1, changes=120))
    house = await before.start()
    # So that there is a watermark, and hours are late.
    await house.site.feature_engineering.async_aggregate_now()
    await house.site.backfill.async_take_over()
    now = int(time.time() * 1000)

    def condense(connection: Connection) -> None:
        while aggregate(connection, now).more:
            pass

    await house.site.database.async_write("condense", condense)

    def compare(connection: Connection) -> tuple[Any, Any]:
        all_events = [
            Event(
                time=row.ts,
                source=row.src,
                signal=Signal(row.kind),
                zone=row.zone,
                value=row.val,
                cause=Cause(row.flag),
            )
            for row in connection.execute(select(event))
        ]
        upto = read_watermark(connection, Watermark.AGGREGATED)
        found = {tuple(row[:3]): tuple(map(int, row[3:])) for row in connection.execute(select(feature)).tuples()}
        return found, features_of(all_events, upto or 0)

    found, expected = await house.site.database.async_read("compare", compare)
    assert found == expected
    assert len(found) > 12 * 20 * 2


async def test_who_is_stopped_in_the_middle_goes_on_from_there(
    before: Before, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "CALM", 0)
    past = past_of(before.now, days=1, changes=200)
    await before.remember(past)
    house = await before.start()
    percents: list[float] = []
    for stop_at in (1, 2, 4):
        site = house.site
        write, stuck = site.database.async_write, asyncio.Event()
        wanted = iter(range(stop_at))

        async def write_some[R](
            name: str, work: Callable[[Connection], R], write: Any = write, wanted: Any = wanted, stuck: Any = stuck
        ) -> R:
            if name == "backfill" and next(wanted, None) is None:
                stuck.set()
                await asyncio.Event().wait()
            result: R = await write(name, work)
            return result

        monkeypatch.setattr(site.database, "async_write", write_some)
        await site.feature_engineering.async_aggregate_now()
        async with asyncio.timeout(10):
            await stuck.wait()
        assert site.backfill.percent is not None
        percents.append(site.backfill.percent)
        assert await hass.config_entries.async_unload(house.entry.entry_id)
        assert len(await read(house, "SELECT * FROM smart_lighting_event WHERE flag = 2")) < len(past)
        assert await hass.config_entries.async_setup(house.entry.entry_id)
        await house.until(lambda: LIGHT in {source.entity_id for source in house.site.telemetry.sources})
    assert percents == sorted(percents)
    assert 0 < percents[0] < percents[-1] < 100
    await house.site.feature_engineering.async_aggregate_now()
    await house.until(lambda: house.site.backfill.percent == 100)
    assert await events(house, before.now_ms) == reference(past, before.now_ms)


async def test_it_begins_by_itself_once_all_is_calm_and_is_done_once(
    before: Before, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    await before.remember(past_of(before.now, days=0.2, changes=30))
    house = await before.start()
    await house.site.feature_engineering.async_aggregate_now()
    await hass.async_block_till_done()
    assert "backfill=" not in caplog.text
    monkeypatch.setattr(backfill, "CALM", 0)
    async_fire_time_changed(hass, dt_util.utcnow() + INTERVAL)
    await house.until(lambda: house.site.backfill.percent == 100)
    assert [one.value(house.site) for one in SITE_SENSORS if one.key == "history_taken_over"] == [100]
    count = len(await events(house, before.now_ms))
    assert count > 30
    told = [
        record.message.split()[0]
        for record in caplog.records
        if record.name == LOGGER and "backfill=" in record.message
    ]
    assert told == ["backfill=begun", "backfill=done"]
    await hass.config_entries.async_reload(house.entry.entry_id)
    await house.site.backfill.async_take_over()
    assert house.site.backfill.percent == 100
    assert house.site.backfill.events == 0
    assert len(await events(house, before.now_ms)) == count
    assert caplog.text.count("backfill=begun") == 1


async def test_own_events_are_never_written_over(before: Before) -> None:
    begins = before.now - 7200
    await before.remember([(begins, DESK, "off"), (begins + 600, DESK, "on"), (begins + 1200, DESK, "off")])
    house = await before.start()
    own = await first_own_event(house)
    known = await events(house)
    desk = next(one.unique for one in house.site.telemetry.sources if one.entity_id == DESK)
    # As if the clock had been put back meanwhile.
    at = int((begins + 600) * 1000)

    def put_back(connection: Connection) -> None:
        number = number_of_source(connection, NameKind.SOURCE, desk)
        zone = number_of_source(connection, NameKind.ZONE, OFFICE)
        row = {"ts": at, "src": number, "kind": int(Signal.MOTION), "zone": zone, "val": 0}
        connection.execute(event.insert(), row | {"flag": int(Cause.MANUAL)})
        write_watermark(connection, Watermark.COLLECTED_FROM, own)

    await house.site.database.async_write("put back", put_back)
    await house.site.backfill.async_take_over()
    found = await events(house)
    assert (at, DESK, Signal.MOTION, 0, Cause.MANUAL) in found
    assert (at, DESK, Signal.MOTION, 1, Cause.BACKFILL) not in found
    assert set(known) <= set(found)
    assert (int((begins + 1200) * 1000), DESK, Signal.MOTION, 0, Cause.BACKFILL) in found


async def test_a_source_that_comes_later_is_unknown_until_then(before: Before, hass: HomeAssistant) -> None:
    late = er.async_get(hass).async_get_or_create(
        "binary_sensor", "other", "late", suggested_object_id="late", original_device_class="motion"
    )
    await before.remember([(before.now - 1800, late.entity_id, "on")])
    house = await before.start()
    own = await first_own_event(house)
    er.async_get(hass).async_update_entity(late.entity_id, area_id="office")
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=4))
    await house.until(lambda: late.entity_id in {source.entity_id for source in house.site.telemetry.sources})
    await house.site.feature_engineering.async_flush()
    await house.site.backfill.async_take_over()
    found = [row for row in await events(house) if row[1] == late.entity_id and row[-1] != Cause.KEYFRAME]
    assert found == [
        (int((before.now - 1800) * 1000), late.entity_id, Signal.MOTION, 1, Cause.BACKFILL),
        (own, late.entity_id, Signal.MOTION, UNKNOWN, Cause.BACKFILL),
    ]
    assert house.site.backfill.percent == 100


async def test_what_would_be_pruned_at_once_is_left_alone(
    before: Before, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "SLICE_MS", 48 * HOUR_MS)
    await before.remember([(before.now - 40 * 86400, DESK, "off"), (before.now - 3600, DESK, "on")])
    house = await before.start()
    hass.config_entries.async_update_entry(house.entry, options={"keep_events_days": 7, "keep_features_days": 90})
    await hass.async_block_till_done()
    await house.site.backfill.async_take_over()
    found = [row for row in await events(house, before.now_ms) if row[1] == DESK]
    cut = before.now_ms - 7 * 24 * HOUR_MS
    assert found[0] == (cut - cut % HOUR_MS, DESK, Signal.MOTION, 0, Cause.KEYFRAME)
    assert len(found) in {7 * 24 + 1, 7 * 24 + 2}


@pytest.mark.parametrize("recorder_config", [{"commit_interval": 5, "exclude": {"entities": [DESK]}}])
async def test_what_the_recorder_leaves_out_has_no_past(before: Before) -> None:
    await before.remember([(before.now - 3600, LUX, "12"), (before.now - 3000, DESK, "on")])
    house = await before.start()
    await house.site.backfill.async_take_over()
    assert house.site.backfill.percent == 100
    assert {row[1] for row in await events(house, before.now_ms)} == {LUX}


async def test_without_a_past_there_is_nothing_to_do(before: Before) -> None:
    house = await before.start()
    await house.site.backfill.async_take_over()
    await house.site.backfill.async_take_over()
    assert house.site.backfill.percent == 100


async def test_while_nothing_is_collected_it_waits(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    house: House = await build(line_of(plug_in(lamp(1))))
    await house.until_light(1, "off")
    await house.site.backfill.async_take_over()
    assert house.site.backfill.percent is None
    assert not house.site.backfill.finished
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    hass.set_state(CoreState.running)


async def test_a_database_that_is_begun_anew_meanwhile_gets_nothing_of_the_old_one(
    before: Before, monkeypatch: pytest.MonkeyPatch
) -> None:
    await before.remember(past_of(before.now, days=0.5, changes=60))
    house = await before.start()
    database = house.site.database
    write = database.async_write

    def forget(connection: Connection) -> None:
        connection.execute(text("DELETE FROM smart_lighting_watermark"))
        connection.execute(text("DELETE FROM smart_lighting_event"))

    async def write_into_another[R](name: str, work: Callable[[Connection], R]) -> R:
        if name == "backfill":
            await write("forget", forget)
        return await write(name, work)

    monkeypatch.setattr(database, "async_write", write_into_another)
    with pytest.raises(DatabaseUnavailableError):
        await house.site.backfill.async_take_over()
    assert await events(house) == []
    assert not house.site.backfill.finished


async def test_a_database_that_fails_is_tried_again_later(
    before: Before, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(backfill, "CALM", 0)
    past = past_of(before.now, days=0.5, changes=60)
    await before.remember(past)
    house = await before.start()
    site = house.site

    def fail(connection: Connection) -> None:
        connection.execute(
            text(
                "CREATE TRIGGER failing BEFORE INSERT ON smart_lighting_event WHEN NEW.flag = 2"
                " BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        )

    await site.database.async_write("break", fail)
    caplog.set_level(logging.DEBUG, LOGGER)
    levels: list[int] = []
    for turn in range(1, 4):
        await site.feature_engineering.async_aggregate_now()

        def failures() -> list[int]:
            return [record.levelno for record in caplog.records if record.message.startswith("backfill=failed")]

        await house.until(lambda turn=turn: len(failures()) == turn)  # type: ignore[misc]
        levels = failures()
    assert levels == [logging.WARNING, logging.DEBUG, logging.DEBUG]
    fields = told_once(caplog, "feature_engineering", "backfill=failed")
    assert "no room" in fields["detail"]
    assert "INSERT" not in fields["detail"], "the statement, with its values, is nothing for the log"
    assert site.backfill.percent is not None
    assert site.backfill.percent < 100
    await site.database.async_write("mend", lambda connection: connection.execute(text("DROP TRIGGER failing")))
    await site.feature_engineering.async_aggregate_now()
    await house.until(lambda: site.backfill.percent == 100)
    assert await events(house, before.now_ms) == reference(past, before.now_ms)
