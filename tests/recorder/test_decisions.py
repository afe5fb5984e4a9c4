"""What zones decide is kept with all that it was made of, and whoever asks is told why."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.db.signals import Signal
from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Planner
from tests.integration.conftest import House

from .conftest import on_every_engine

MOTION = "binary_sensor.desk"


@pytest.fixture
async def zone(house: House) -> ZoneControl:
    """Return a zone that has the lamp and the motion sensor of the office."""
    data = {"lights": [house.entity("light", 1)], "motion": [MOTION], "purpose": "office", "release": "never"}
    subentry = ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title="Office", unique_id=None)
    house.hass.config_entries.async_add_subentry(house.entry, subentry)
    await house.hass.async_block_till_done()
    return house.site.control.zones[subentry.subentry_id]


def device_of(house: House, zone: ZoneControl) -> str:
    """Return the device of a zone."""
    device = dr.async_get(house.hass).async_get_device_by_identifier((DOMAIN, zone.key), house.entry.entry_id)
    assert device is not None
    return device.id


async def call(hass: HomeAssistant, action: str, *, answers: bool = True, **data: Any) -> Any:
    """Call one of our actions, and return its answer."""
    context = data.pop("context", None)
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=answers, context=context)


async def come(house: House) -> None:
    """Let somebody come into the office."""
    house.hass.states.async_set(MOTION, "on")
    await house.until_light(1, "on")


@on_every_engine
async def test_a_decision_is_kept_with_what_it_was_made_of(house: House, zone: ZoneControl) -> None:
    await come(house)
    answer = await call(house.hass, "get_decisions", device_id=[device_of(house, zone)])
    (decision,) = answer["decisions"]
    light = house.hass.states.get(house.entity("light", 1))
    assert light is not None
    assert decision["zone"] == "Office"
    assert (decision["planner"], decision["reason"], decision["outcome"]) == ("rules", "arrival", "sent")
    assert decision["light_before"] == 0
    assert decision["light"] == pytest.approx(zone.reflex.light, abs=1e-4)
    assert decision["plan"]["target_lux"] == pytest.approx(zone.reflex.target_lux, abs=0.1)
    assert decision["inputs"].keys() >= {"daylight_lux", "lux_at_full"}
    assert len(decision["inputs_hash"]) == 16
    assert decision["context_id"] == light.context.id
    assert answer["complete"]


async def test_whoever_asks_is_told_why(house: House, zone: ZoneControl) -> None:
    await come(house)
    device = device_of(house, zone)
    now = await call(house.hass, "explain", device_id=device)
    assert now["explanation"].startswith("The zone set its lights to ")
    assert "because somebody came" in now["explanation"]
    later = dt_util.utcnow() + timedelta(seconds=1)
    then = await call(house.hass, "explain", device_id=device, time=later.isoformat())
    assert then["explanation"] == now["explanation"]
    before = await call(house.hass, "explain", device_id=device, time=(later - timedelta(hours=1)).isoformat())
    assert before["decision"] is None
    assert before["explanation"] == "No change of the light is known of the day before."


async def test_a_zone_that_did_nothing_says_so(house: House, zone: ZoneControl) -> None:
    answer = await call(house.hass, "explain", device_id=device_of(house, zone))
    assert answer["explanation"] == "The zone has changed nothing since it started."


async def test_what_a_person_chose_is_why_the_light_is_as_it_is(house: House, zone: ZoneControl) -> None:
    await come(house)
    context = Context()
    level = Choice(origin=Origin.DASHBOARD, is_on=True, light=0.1)
    house.site.control.async_choose(zone.key, level, context)
    device = device_of(house, zone)
    now = await call(house.hass, "explain", device_id=device)
    assert now["explanation"].startswith("67 % was chosen by hand in Home Assistant at ")
    assert "; that holds until it is released. Before that, the zone set its lights to " in now["explanation"]
    assert [(one["attribute"], one["origin"], one["release"]) for one in now["overrides"]] == [
        ("on", "dashboard", "never"),
        ("light", "dashboard", "never"),
    ]
    then = await call(house.hass, "explain", device_id=device, time=dt_util.utcnow().isoformat())
    assert then["explanation"] == "67 % was chosen by hand in Home Assistant; that holds until it is released."
    newest, oldest = (await call(house.hass, "get_decisions", device_id=[device]))["decisions"]
    assert (newest["planner"], newest["reason"], newest["outcome"]) == ("person", "choice", "chosen")
    assert newest["context_id"] == context.id
    assert newest["light"] == 0.1
    assert newest["light_before"] == oldest["light"]
    assert newest["plan"]["brightness_pct"] == 67
    assert newest["inputs"].keys() >= {"daylight_lux", "lux_at_full"}


async def test_off_and_on_again_is_as_bright_as_it_was_chosen(house: House, zone: ZoneControl) -> None:
    await come(house)
    choices: tuple[dict[str, Any], ...] = ({"is_on": True, "light": 0.1}, {"is_on": False}, {"is_on": True})
    for chosen in choices:
        house.site.control.async_choose(zone.key, Choice(origin=Origin.DASHBOARD, **chosen), Context())
    again = await call(house.hass, "explain", device_id=device_of(house, zone))
    assert again["explanation"].startswith("67 % was chosen by hand in Home Assistant at ")
    assert "On was chosen" not in again["explanation"]


async def test_a_light_that_was_chosen_is_not_explained_by_lux(house: House, zone: ZoneControl) -> None:
    house.site.control.async_choose(zone.key, Choice(origin=Origin.MASTER, is_on=True, light=0.1), Context())
    zone.reflex.lights_are(0.5, None)
    await call(house.hass, "decide_now", device_id=[device_of(house, zone)])
    await house.until(lambda: zone.reflex.last_action is not None)
    now = await call(house.hass, "explain", device_id=device_of(house, zone))
    assert now["explanation"].startswith("67 % was chosen by another master of the line at ")
    assert ": how bright is a choice that holds." in now["explanation"]
    assert now["decision"]["plan"]["chosen"] == ["light", "on"]


async def test_a_choice_is_released_by_who_may_control_the_zone(
    house: House, zone: ZoneControl, hass_read_only_user: MockUser
) -> None:
    await come(house)
    house.site.control.async_choose(zone.key, Choice(origin=Origin.DASHBOARD, is_on=True, light=0.1), Context())
    device = device_of(house, zone)
    with pytest.raises(Unauthorized):
        await call(
            house.hass,
            "release_override",
            answers=False,
            device_id=[device],
            context=Context(user_id=hass_read_only_user.id),
        )
    assert zone.reflex.overrides.light == 0.1
    await call(house.hass, "release_override", answers=False, device_id=[device])
    assert zone.reflex.overrides.held == ()


async def test_a_plan_of_the_users_holds_within_the_limits_until_it_ends(house: House, zone: ZoneControl) -> None:
    await come(house)
    device = device_of(house, zone)
    await call(
        house.hass,
        "set_plan",
        answers=False,
        device_id=[device],
        mode="night",
        target_lux=9000,
        hold={"minutes": 3},
        duration={"minutes": 10},
    )
    plan = zone.reflex.plan
    assert (plan.planner, plan.mode, plan.hold) == (Planner.USER, Mode.NIGHT, 180)
    assert plan.target_lux == zone.settings.limits.most_lux
    assert plan.expires == pytest.approx(dt_util.utcnow().timestamp() + 600, abs=5)
    await call(house.hass, "set_plan", answers=False, device_id=[device], mode="rules")
    assert zone.reflex.plan.planner is Planner.RULES


async def test_zones_decide_when_they_are_told_to(house: House, zone: ZoneControl) -> None:
    answer = await call(house.hass, "decide_now", device_id=[device_of(house, zone)])
    assert answer["zones"][0]["zone"] == "Office"
    (line,) = [key for key in house.site.lines if key != zone.key]
    other = dr.async_get(house.hass).async_get_device_by_identifier((DOMAIN, line), house.entry.entry_id)
    assert other is not None
    with pytest.raises(ServiceValidationError):
        await call(house.hass, "decide_now", device_id=[other.id])


async def test_what_is_collected_is_of_the_zone_that_was_set_up(house: House, zone: ZoneControl) -> None:
    sources = {(one.entity_id, one.signal): one.zone for one in house.site.telemetry.sources}
    assert sources[house.entity("light", 1), Signal.LEVEL] == zone.key
    assert sources[MOTION, Signal.MOTION] == zone.key
    # What the zone itself says is made of these.
    assert not [entity_id for entity_id, _ in sources if entity_id.startswith("binary_sensor.office")]
    house.hass.config_entries.async_remove_subentry(house.entry, zone.key)
    await house.hass.async_block_till_done()
    assert {one.zone for one in house.site.telemetry.sources} == {"office"}


async def test_who_lets_the_ai_plan_is_kept_and_is_no_reason_for_light(
    house: House, zone: ZoneControl, hass_admin_user: MockUser
) -> None:
    await come(house)
    context, device = Context(user_id=hass_admin_user.id), device_of(house, zone)
    await call(house.hass, "allow_ai", answers=False, device_id=[device], reason="Holidays", context=context)
    newest, oldest = (await call(house.hass, "get_decisions", device_id=[device]))["decisions"]
    assert (newest["planner"], newest["reason"], newest["outcome"]) == ("user", "allowed", "ai_mode")
    assert newest["plan"]["user_id"] == hass_admin_user.id
    assert newest["plan"]["why"] == "Holidays"
    assert (newest["plan"]["before"], newest["plan"]["ai_mode"]) == ("off", "auto")
    assert newest["context_id"] == context.id
    then = await call(house.hass, "explain", device_id=device, time=dt_util.utcnow().isoformat())
    assert then["decision"] == oldest
