"""The action `replay`, in a Home Assistant with its recorder on disk: a day that was recorded is played and scored."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.db.ingestion import insert_events, numbered
from custom_components.smart_lighting_ai_dali.db.instants import now_ms
from custom_components.smart_lighting_ai_dali.db.signals import Cause, Observation, Signal
from tests.integration.conftest import House

from .conftest import on_every_engine

MOTION = "binary_sensor.desk"
MINUTE_MS = 60_000


async def add_zone(house: House, title: str, **data: Any) -> ZoneControl:
    """Add a zone."""
    subentry = ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title=title, unique_id=None)
    house.hass.config_entries.async_add_subentry(house.entry, subentry)
    await house.hass.async_block_till_done()
    return house.site.control.zones[subentry.subentry_id]


@pytest.fixture
async def zone(house: House) -> ZoneControl:
    """Return a zone that has the lamp and the motion sensor of the office."""
    return await add_zone(house, "Office", lights=[house.entity("light", 1)], motion=[MOTION], purpose="office")


def device_of(house: House, zone: ZoneControl) -> str:
    """Return the device of a zone."""
    device = dr.async_get(house.hass).async_get_device_by_identifier((DOMAIN, zone.key), house.entry.entry_id)
    assert device is not None
    return device.id


async def replay(house: House, **data: Any) -> Any:
    """Call the action, and return its answer."""
    context = data.pop("context", None)
    return await house.hass.services.async_call(
        DOMAIN, "replay", data, blocking=True, return_response=True, context=context
    )


async def ingest(house: House, zone: str, *told: tuple[int, str, Signal, int, Cause]) -> None:
    """Have events be recorded of a zone: minutes ago, source, signal, value and cause of each."""
    now = now_ms()
    events = [
        Observation(time=now - ago * MINUTE_MS, source=source, signal=signal, zone=zone, value=value, cause=cause)
        for ago, source, signal, value, cause in told
    ]
    await house.site.feature_engineering.async_flush()
    await house.site.database.async_write(
        "ingest", lambda connection: insert_events(connection, numbered(connection, events, {}))
    )


def visit(ago: int) -> list[tuple[int, str, Signal, int, Cause]]:
    """Return a visit of an hour, which began so many minutes ago; the lamp was on half an hour longer.

    One that would go over midnight began two hours later.
    """
    if (dt_util.now() - timedelta(minutes=ago)).hour >= 22:
        ago -= 120
    return [
        (ago + 10, "lamp", Signal.LEVEL, 0, Cause.KEYFRAME),
        (ago + 10, "desk", Signal.MOTION, 0, Cause.KEYFRAME),
        (ago, "desk", Signal.MOTION, 1, Cause.AUTOMATIC),
        (ago, "lamp", Signal.LEVEL, 254, Cause.AUTOMATIC),
        (ago - 30, "lamp", Signal.LEVEL, 229, Cause.MANUAL),
        (ago - 60, "desk", Signal.MOTION, 0, Cause.AUTOMATIC),
        (ago - 90, "lamp", Signal.LEVEL, 0, Cause.AUTOMATIC),
        (ago - 91, "lamp", Signal.LEVEL, 0, Cause.KEYFRAME),
    ]


@on_every_engine
async def test_a_day_that_was_recorded_is_scored(house: House, zone: ZoneControl) -> None:
    await ingest(house, zone.key, *visit(600), *visit(4000))
    answer = await replay(house, device_id=[device_of(house, zone)], days=1)
    (office,) = answer["zones"]
    assert office["zone"] == "Office"
    assert office["occupied_days"] == 1
    assert office["overrides_per_day"] == 1
    assert office["pir_20_min"]["energy_vs_pir20"] == 1
    # Half an hour at full light, and an hour at half of it and 1.5 s: it takes so long to be one choice.
    assert office["recorded"]["full_load_hours"] == pytest.approx(0.5 + 0.53, abs=0.01)
    assert office["pir_20_min"]["full_load_hours"] == pytest.approx(0.5 + 0.53 * 5 / 6, abs=0.01)
    # It has no light sensor, and no lamp that tells its power.
    for contender in ("rules", "recorded", "pir_20_min", "pir_5_min"):
        assert office[contender]["lux_satisfaction"] is None
        assert office[contender]["kwh"] is None
        assert office[contender]["score"] is None
        assert office[contender]["false_offs_per_day"] == 0
    assert answer["total"]["recorded"] == office["recorded"]
    assert answer["days"] == 1
    assert dt_util.parse_datetime(answer["end"]) - dt_util.parse_datetime(answer["begin"]) == timedelta(days=1)  # type: ignore[operator]
    assert answer["learned_from"] < answer["begin"]
    assert answer["notes"]


async def test_what_was_told_a_moment_ago_counts(house: House, zone: ZoneControl) -> None:
    house.hass.states.async_set(MOTION, "on")
    await house.until_light(1, "on")
    answer = await replay(house)
    (office,) = answer["zones"]
    assert office["occupied_days"] == 1
    assert office["rules"]["full_load_hours"] >= 0
    del zone


async def test_the_days_of_the_area_before_the_zone_are_its_own(house: House) -> None:
    light = er.async_get(house.hass).async_get(house.entity("light", 1))
    assert light is not None
    device = dr.async_get(house.hass).async_get(str(light.device_id))
    assert device is not None
    await ingest(house, str(device.area_id), *visit(600))
    zone = await add_zone(
        house,
        "Office",
        area=device.area_id,
        lights=[light.entity_id],
        motion=[MOTION],
        purpose="office",
    )
    answer = await replay(house, device_id=[device_of(house, zone)])
    assert answer["zones"][0]["overrides_per_day"] == 1


async def test_of_nothing_there_is_no_score(house: House, zone: ZoneControl) -> None:
    other = await add_zone(house, "Attic", lights=["light.none"], purpose="storage")
    await ingest(house, zone.key, *visit(600))
    with pytest.raises(ServiceValidationError) as error:
        await replay(house, device_id=[device_of(house, other)], days=3)
    assert error.value.translation_key == "nothing_recorded"
    assert error.value.translation_placeholders == {"days": "3"}
    with pytest.raises(ServiceValidationError) as error:
        await replay(house, device_id=["no such device"])
    assert error.value.translation_key == "zone_missing"


async def test_it_is_for_administrators(house: House, zone: ZoneControl, hass_read_only_user: MockUser) -> None:
    with pytest.raises(Unauthorized):
        await replay(house, context=Context(user_id=hass_read_only_user.id))
    del zone


async def test_a_database_that_cannot_be_read_is_said(house: House, zone: ZoneControl) -> None:
    await ingest(house, zone.key, *visit(600))
    house.site.database.async_stop()
    with pytest.raises(HomeAssistantError) as error:
        await replay(house)
    assert error.value.translation_key == "database_unavailable"
