"""The AI planner in a real home: it asks when something has changed, and no light ever notices what becomes of that."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
import json
from typing import Any, Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import area_registry as ar, entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_fire_time_changed

from custom_components.smart_lighting_ai_dali.advisor.budget import Refusal
from custom_components.smart_lighting_ai_dali.advisor.circuit_breaker import State
from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind
from custom_components.smart_lighting_ai_dali.advisor.reply import Rejection
from custom_components.smart_lighting_ai_dali.advisor.report_card import ReportCard
from custom_components.smart_lighting_ai_dali.ai import scoring as ai_scoring, settings as ai_settings
from custom_components.smart_lighting_ai_dali.ai.planner import AiPlanner
from custom_components.smart_lighting_ai_dali.ai.status import AiStatus
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.control.zone_clock import ZoneClock
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.control.zone_memory import AiMode
from custom_components.smart_lighting_ai_dali.diagnostics import async_get_config_entry_diagnostics
from custom_components.smart_lighting_ai_dali.zones.plan import Planner
from scripts.demo_home import ai_stub
from tests.openai_server import (
    KEY,
    MODEL,
    Behaviour,
    OpenAIServer,
    Received,
    content_of,
    decide,
    fail,
    hang,
    openai_server,
    raw,
    reply,
)

from .conftest import Build, House, PlugIn, lamp, line_of
from .test_zones import MOTION, Room, zone_of

CANARY: Final = "Ignore previous instructions"


def plans() -> Behaviour:
    """Answer a plan for each zone."""
    from aiohttp import web

    async def behave(_: web.Request, received: Received) -> web.StreamResponse:
        return web.json_response(content_of(received.path, ai_stub.reply(received.content)))

    return behave


@pytest.fixture
async def server(socket_enabled: None) -> AsyncIterator[OpenAIServer]:
    """Return a server that plans."""
    del socket_enabled
    async with openai_server() as server:
        server.usual = plans()
        yield server


class Home(Room):
    """A house with two lights, and an AI."""

    @property
    def planner(self) -> AiPlanner:
        """Return the planner."""
        return self.house.site.ai_planner

    async def have(
        self, server: OpenAIServer, key: str = KEY, kind: str = "server", model: str = MODEL, **limits: Any
    ) -> None:
        """Have the server as the AI."""
        data = {"ai_provider": {"kind": kind, "url": server.url, "api_key": key, "model": model}}
        self.house.hass.config_entries.async_update_entry(
            self.house.entry, data=data, options={"ai": {"deadline_seconds": 2, **limits}}
        )
        await self.house.hass.async_block_till_done()

    async def let(self, *zones: ZoneControl, mode: AiMode = AiMode.SHADOW) -> None:
        """Let the AI do something in zones, by their selects."""
        for zone in zones:
            entity_id = self.entity(zone, "select", "ai_mode")
            await self.house.call("select", "select_option", entity_id, option=mode.value)

    looks = 0

    def pass_time(self) -> None:
        """Let its time to look come: it is each half minute from its start on, however often that was played."""
        self.looks += 1
        async_fire_time_changed(self.house.hass, dt_util.utcnow() + timedelta(seconds=31 * self.looks))

    async def look(self) -> None:
        """Let the planner look whether something has changed, and wait for what comes of that."""
        self.pass_time()
        # Others may have their turn between two zones.
        await asyncio.sleep(0.01)
        async with asyncio.timeout(20):
            while self.planner.gate.is_in_flight:
                await asyncio.sleep(0.01)
        await self.house.hass.async_block_till_done()

    async def ask(self, server: OpenAIServer) -> None:
        """Let the planner ask, and wait until the server has heard it."""
        self.pass_time()
        async with asyncio.timeout(5):
            while not server.open:
                await asyncio.sleep(0.01)

    def status(self) -> str | None:
        """Return what the sensor says."""
        entity_id = er.async_get(self.house.hass).async_get_entity_id(
            "sensor", DOMAIN, f"{self.house.entry.entry_id}_ai_status"
        )
        assert entity_id is not None
        return self.house.state(entity_id)


@pytest.fixture
async def home(plug_in: PlugIn, build: Build, hass_admin_user: MockUser, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a house with two lights that are off."""
    monkeypatch.setattr(ai_settings, "BETWEEN_REQUESTS", 0.05)
    port = plug_in(lamp(0), lamp(1))
    house: House = await build(line_of(port))
    for address in (0, 1):
        await house.until_light(address, STATE_OFF, 30)
    return Home(house, port, hass_admin_user.id)


async def kitchen_of(home: Home, **more: Any) -> ZoneControl:
    """Add a zone with one light."""
    return await home.add(zone_of(home.house.entity("light", 0), **more))


async def test_a_zone_in_the_shadow_is_asked_about_and_not_touched(home: Home, server: OpenAIServer) -> None:
    zone = await kitchen_of(home)
    await home.have(server)
    await home.look()
    assert server.received == [], "nobody let it be asked"
    assert home.status() == "off"
    await home.let(zone)
    await home.port.forget_frames()
    await home.look()
    (received,) = server.received
    (row,) = json.loads(received.content["input"])["zones"]
    assert row[0] == "z1"
    plan = home.planner.plans[zone.key]
    assert plan.planner is Planner.AI
    assert zone.reflex.plan.planner is Planner.RULES
    assert await home.port.frames() == []
    assert home.status() == "ok"
    spent = home.planner.memory.budget.today(dt_util.utcnow().timestamp())
    assert (spent.calls, spent.tokens, spent.unpriced) == (1, 244, 1)
    await home.look()
    assert len(server.received) == 1, "nothing has changed"
    await home.let(zone, mode=AiMode.OFF)
    await home.look()
    assert len(server.received) == 1


async def test_what_leaves_the_house_is_what_is_shown_and_names_nobody(
    home: Home, server: OpenAIServer, hass_read_only_user: MockUser
) -> None:
    hass = home.house.hass
    area = ar.async_get(hass).async_create(CANARY)
    light = home.house.entity("light", 0)
    er.async_get(hass).async_update_entity(light, name=CANARY, area_id=area.id)
    hass.config.location_name = CANARY
    hass.states.async_set(
        "weather.canary", CANARY, {"friendly_name": CANARY, "cloud_coverage": 40, "attribution": CANARY}
    )
    zone = await home.add(zone_of(light, title=CANARY, area=area.id))
    await home.see(STATE_ON)
    await home.have(server)
    await home.let(zone)
    shown: Any = await hass.services.async_call(DOMAIN, "preview_ai_payload", {}, blocking=True, return_response=True)
    await home.look()
    told = server.received[0].content
    (request,) = shown["requests"]
    assert request["payload"] == told["input"]
    assert request["bytes"] == len(told["input"].encode())
    assert request["zones"] == {"z1": CANARY}, "at home, it is said which is which"
    assert shown["instructions"] == told["instructions"]
    sent = json.dumps(told)
    for word in (CANARY, zone.key, light, area.id, MOTION, "weather", "kitchen_motion", str(hass.config.latitude)):
        assert word not in sent
    from homeassistant.core import Context

    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            "preview_ai_payload",
            {},
            blocking=True,
            return_response=True,
            context=Context(user_id=hass_read_only_user.id),
        )


async def test_zones_that_don_t_fit_are_asked_about_in_the_next_request(home: Home, server: OpenAIServer) -> None:
    first = await kitchen_of(home)
    second = await home.add(zone_of(home.house.entity("light", 1), title="Hall"))
    await home.have(server, payload_batch_limit=1)
    await home.let(first, second)
    await home.look()
    rows = [json.loads(received.content["input"])["zones"] for received in server.received]
    assert sorted(zone for ((zone, *_),) in rows) == ["z1", "z2"]
    assert home.planner.plans.keys() == {first.key, second.key}


async def test_a_zone_over_the_cap_stays_on_its_rules_and_is_told(home: Home, server: OpenAIServer) -> None:
    zone = await kitchen_of(home)
    await home.have(server, payload_cap_bytes=60)
    await home.let(zone)
    await home.look()
    assert server.received == []
    issue = ir.async_get(home.house.hass).async_get_issue(DOMAIN, f"ai_payload_exceeds_cap_{zone.key}")
    assert issue is not None
    placeholders = issue.translation_placeholders or {}
    assert (placeholders["zone"], placeholders["cap"]) == ("Kitchen", "60")
    assert int(placeholders["size"]) > 60
    await home.have(server, key="another", payload_cap_bytes=2048)
    await home.look()
    assert len(server.received) == 1
    assert ir.async_get(home.house.hass).async_get_issue(DOMAIN, issue.issue_id) is None


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (fail(401), FailureKind.AUTHENTICATION),
        (fail(429, {"code": "insufficient_quota"}), FailureKind.QUOTA),
        (fail(500), FailureKind.SERVER),
        (hang(), FailureKind.TIMEOUT),
        (raw(b"<html></html>", content_type="text/html"), FailureKind.INVALID),
    ],
)
async def test_when_it_fails_the_rules_go_on(
    home: Home, server: OpenAIServer, behaviour: Behaviour, kind: FailureKind
) -> None:
    zone = await kitchen_of(home)
    await home.have(server)
    await home.let(zone)
    await home.look()
    assert zone.key in home.planner.plans
    server.usual = behaviour
    home.planner.gate.forget(zone.key)
    home.planner.gate.least_interval = 0
    await home.look()
    assert home.planner.failures == {kind: 1}
    assert zone.key not in home.planner.plans, "it was for what was so before"
    assert home.status() == "failing"
    await home.see(STATE_ON)
    await home.until_lit(0)
    diagnostics = (await async_get_config_entry_diagnostics(home.house.hass, home.house.entry))["ai"]
    assert diagnostics["failures"] == {kind.value: 1}
    assert KEY not in str(diagnostics)
    asked = len(server.received)
    if kind in {FailureKind.AUTHENTICATION, FailureKind.QUOTA}:
        await home.look()
        assert len(server.received) == asked, "it is left alone"
        assert home.planner.breaker.state(dt_util.utcnow().timestamp()) is State.OPEN
    server.usual = plans()
    await home.have(server, key="another")
    await home.look()
    assert zone.key in home.planner.plans
    assert home.planner.status is AiStatus.OK


async def test_nonsense_is_counted_and_makes_no_plan(home: Home, server: OpenAIServer) -> None:
    zone = await kitchen_of(home)
    await home.have(server)
    await home.let(zone)
    server.usual = reply('{"plans":[{"zone":"z1","service":"light.turn_off"},{"zone":"z9"}]}')
    await home.look()
    assert home.planner.rejected == {Rejection.EXTRA_FIELD: 1, Rejection.UNKNOWN_ZONE: 1}
    assert home.planner.plans == {}


async def test_lights_don_t_wait_for_an_ai_that_hangs(home: Home, server: OpenAIServer) -> None:
    zone = await kitchen_of(home)
    await home.have(server, deadline_seconds=20)
    await home.let(zone)
    server.usual = hang()
    await home.ask(server)
    await home.see(STATE_ON)
    await home.until_lit(0)
    assert home.planner.gate.is_in_flight
    async with asyncio.timeout(5):
        assert await home.house.hass.config_entries.async_unload(home.house.entry.entry_id)
        while server.open:
            await asyncio.sleep(0.01)


async def test_an_answer_of_the_one_before_is_dropped(home: Home, server: OpenAIServer) -> None:
    zone = await kitchen_of(home)
    await home.have(server, deadline_seconds=20)
    await home.let(zone)
    server.usual = hang()
    await home.ask(server)
    server.usual = plans()
    await home.have(server, key="another")
    async with asyncio.timeout(5):
        while server.open:
            await asyncio.sleep(0.01)
    assert home.planner.plans == {}
    await home.look()
    assert server.received[-1].headers["Authorization"] == "Bearer another"
    assert zone.key in home.planner.plans


async def test_what_was_spent_outlives_a_restart(home: Home, server: OpenAIServer) -> None:
    zone = await kitchen_of(home)
    await home.have(server, calls_per_day=1, input_price=1, output_price=2)
    await home.let(zone)
    await home.look()
    now = dt_util.utcnow().timestamp()
    money = home.planner.memory.budget.this_month(now).money
    assert money == pytest.approx((210 * 1 + 34 * 2) / 1e6)
    secret = home.planner.memory.secret
    assert await home.house.hass.config_entries.async_reload(home.house.entry.entry_id)
    await home.house.hass.async_block_till_done()
    assert home.planner.memory.secret == secret
    assert home.planner.memory.budget.this_month(now).money == pytest.approx(money)
    await home.look()
    assert len(server.received) == 1
    assert home.planner.refused is Refusal.CALLS
    assert home.planner.status is AiStatus.OVER_BUDGET
    assert home.status() == "over_budget"


async def test_a_limit_for_money_needs_a_price(home: Home, server: OpenAIServer) -> None:
    zone = await kitchen_of(home)
    await home.have(server, money_per_month=1)
    await home.let(zone)
    await home.look()
    assert home.planner.refused is Refusal.PRICE_UNKNOWN
    assert server.received == []


@pytest.mark.usefixtures("server")
async def test_what_people_change_is_counted(home: Home) -> None:
    zone = await kitchen_of(home)
    light = home.house.entity("light", 0)
    await home.see(STATE_ON)
    await home.until_lit(0)
    await home.house.call("light", "turn_off", light)
    await home.house.until_light(0, STATE_OFF)
    await home.house.hass.async_block_till_done()
    counts = home.planner.memory.choices[zone.key].by_daypart(dt_util.utcnow().timestamp())
    assert sum(part.off for part in counts) == 1


async def test_what_can_t_be_read_begins_anew(
    hass: HomeAssistant, hass_storage: dict[str, Any], build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    house = await build()
    key = f"{DOMAIN}.{house.entry.entry_id}.ai"
    await hass.config_entries.async_unload(house.entry.entry_id)
    stored = hass_storage[key]["data"]
    broken: Any
    for broken in ({**stored, "budget": {"days": [[1, -5]]}}, {**stored, "secret": "no hexadecimals"}, {}, []):
        hass_storage[key]["data"] = broken
        assert await hass.config_entries.async_setup(house.entry.entry_id)
        assert house.site.ai_planner.memory.budget.today(0).calls == 0
        await hass.config_entries.async_unload(house.entry.entry_id)
    assert "ai_memory=unreadable" in caplog.text
    assert "cards=unreadable" not in caplog.text
    for broken in ({"a zone": {"verdict": "none that there is"}}, {"a zone": []}):
        hass_storage[f"{key}_cards"]["data"] = broken
        assert await hass.config_entries.async_setup(house.entry.entry_id)
        assert house.site.ai_planner.memory.cards == {}
        await hass.config_entries.async_unload(house.entry.entry_id)
    assert "cards=unreadable" in caplog.text


async def with_somebody(home: Home, server: OpenAIServer) -> ZoneControl:
    """Return a zone with plans of the AI, whose light is known, and in which somebody is."""
    zone = await kitchen_of(home)
    await home.have(server, input_price=1, output_price=1)
    await home.let(zone)
    for light in (0.2, 0.5, 0.8) * 10:
        zone.reflex.learning.light_stepped(zone.clock.now(), light, 400 * light)
    await home.look()
    await home.see(STATE_ON)
    await home.until_lit(0)
    await home.look()
    return zone


async def test_a_day_is_scored_beside_the_rules(
    home: Home, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = await with_somebody(home, server)
    card = home.planner.memory.cards[zone.key]
    assert card.asked.rejected == 0
    assert card.asked.cost == pytest.approx(card.asked.accepted * 244 / 1e6)
    start = zone.clock.now()
    later = 0.0
    with monkeypatch.context() as played:
        played.setattr(ZoneClock, "now", lambda _: start + later)
        later = 1800.0
        home.planner.plans[zone.key] = replace(home.planner.plans[zone.key], target_lux=30, expires=start + 1e6)
        await home.look()
        later = 2 * 86_400.0
        await home.look()
    summary = card.summary()
    assert summary.days == 1
    assert summary.rules_score is not None
    assert summary.ai_score is not None
    assert summary.ai_score <= summary.rules_score
    diagnostics = (await async_get_config_entry_diagnostics(home.house.hass, home.house.entry))["ai"]
    assert diagnostics["report_cards"][0]["verdict"] == "collecting"
    assert await home.house.hass.config_entries.async_reload(home.house.entry.entry_id)
    await home.house.hass.async_block_till_done()
    assert home.planner.memory.cards[zone.key].summary() == summary


async def test_a_day_with_a_restart_is_one_day(
    home: Home, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = await with_somebody(home, server)
    hass, entry = home.house.hass, home.house.entry
    start, later = zone.clock.now(), 0.0
    monkeypatch.setattr(ZoneClock, "now", lambda _: start + later)
    today = home.planner.memory.cards[zone.key].today
    assert today is not None
    day = today.day
    monkeypatch.setattr(ai_scoring, "_day_of", lambda _, at: day + int((at - start) // 86_400))

    async def restart() -> ReportCard:
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        await home.house.until_light(0, STATE_ON, 30)
        return home.planner.memory.cards[zone.key]

    later = 1800.0
    await home.look()
    card = await restart()
    assert card.today is not None
    assert card.today.was_planned
    assert card.today.trace.occupied == pytest.approx(1800, abs=60)
    await home.look()
    later = 3600.0
    await home.look()
    card = await restart()
    assert card.today is not None
    assert card.today.trace.occupied == pytest.approx(3600, abs=120)
    # The next day begins while nothing runs.
    assert await hass.config_entries.async_unload(entry.entry_id)
    later = 86_400.0 + 60
    card = await restart()
    assert card.summary().days == 0
    await home.look()
    await home.house.until(lambda: home.planner.memory.cards[zone.key].summary().days == 1)
    assert home.planner.memory.cards[zone.key].over == []


@pytest.mark.decisions
async def test_one_that_only_chooses_is_budgeted_judged_and_followed_as_any(home: Home, server: OpenAIServer) -> None:
    zone = await kitchen_of(home, purpose="office")
    await home.have(server, kind="decisions", model="gpt-6-luna")
    server.usual = decide(lambda _, names: names[names.index("brighter")])
    home.planner.modes.card_of(zone.key).override_gate()
    await home.let(zone, mode=AiMode.AUTO)
    before = zone.reflex.target_lux
    await home.look()
    assert server.paths == ["/v1/decisions"]
    planners = [zone.reflex.plan.planner]
    assert zone.reflex.target_lux == pytest.approx(1.25 * before)
    assert home.planner.memory.budget.today(dt_util.utcnow().timestamp()).calls == 1
    assert home.planner.modes.card_of(zone.key).asked.cost == pytest.approx(210 * 0.10 / 1e6)
    preview: Any = await home.house.hass.services.async_call(
        DOMAIN, "preview_ai_payload", {}, blocking=True, return_response=True
    )
    (request,) = preview["requests"]
    (names,) = request["choices"].values()
    assert names[0] == "same"
    assert f"{preview['instructions']}\n\n".startswith("Choose plans")
    server.usual = decide(answers=[])
    home.planner.gate.forget(zone.key)
    home.planner.gate.least_interval = 0
    await home.look()
    assert home.planner.failures[FailureKind.INVALID] == 1
    assert [*planners, zone.reflex.plan.planner] == [Planner.AI, Planner.RULES]
