"""Admin actions: administrators may, others may not, automations may do what can be taken back, and once is once."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import isfinite
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.setup import async_setup_component
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.smart_lighting_ai_dali.actions.action import Action, Who, never
from custom_components.smart_lighting_ai_dali.actions.call_digest import LARGEST
from custom_components.smart_lighting_ai_dali.actions.guard import ActionGuard
from custom_components.smart_lighting_ai_dali.actions.rate_limit import Rate, TokenBucket
from custom_components.smart_lighting_ai_dali.actions.table import ACTIONS
from custom_components.smart_lighting_ai_dali.audit import AUDIT, Outcome
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from tests.integration.conftest import Build, House, PlugIn, administrator, lamp, line_of
from tests.integration.test_services import device_of

ADMIN_ACTIONS = [action for action in ACTIONS if action.who is Who.ADMINISTRATORS]


@pytest.fixture
async def house(plug_in: PlugIn, build: Build) -> House:
    """Return a house with one line."""
    house: House = await build(line_of(plug_in(lamp(0))))
    await house.until_light(0, "off")
    return house


def line_device(house: House) -> str:
    """Return the id of the device of the line."""
    (subentry_id,) = house.entry.subentries
    return device_of(house.hass, house.entry.entry_id, subentry_id)


async def call(house: House, action: str, context: Context | None = None, /, **data: Any) -> Any:
    """Call one of our actions, for its answer where it has one."""
    answers = {one.name: one.response.value != "none" for one in ACTIONS}[action]
    return await house.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=answers, context=context
    )


async def outcomes(house: House) -> list[tuple[str, str | None]]:
    """Return what the audit has, the oldest first."""
    answer = await call(house, "get_audit", administrator(house.hass), at_most=1000)
    assert answer["chain_holds"]
    calls = [one for one in answer["calls"] if one["action"] != "get_audit"]
    return [(one["action"], one["outcome"]) for one in reversed(calls)]


class Counted:
    """An action that counts how often it runs, and takes as long as it is told to."""

    def __init__(self, hass: HomeAssistant, **more: Any) -> None:
        self.runs = 0
        self.go_on = asyncio.Event()
        self.error: Exception | None = None
        self._hass = hass
        self._guard = ActionGuard(hass, hass.data[AUDIT])
        schema = vol.Schema({vol.Optional("n"): int})
        settings: dict[str, Any] = {"audited": True, **more}
        self._action = Action(name="counted", run=self._run, schema=schema, **settings)
        hass.services.async_register(DOMAIN, "counted", partial(self._guard.async_call, self._action))

    async def _run(self, _: Any) -> None:
        self.runs += 1
        await self.go_on.wait()
        if self.error is not None:
            raise self.error

    def call(self, context: Context, **data: Any) -> asyncio.Task[Any]:
        """Call it in a task of its own."""
        return asyncio.create_task(
            self._hass.services.async_call(DOMAIN, "counted", data, blocking=True, context=context)
        )


async def test_only_administrators_may(house: House) -> None:
    for action in ADMIN_ACTIONS:
        # Of each user only the first refusals have rows of their own.
        other = MockUser(name="Ben").add_to_hass(house.hass)
        inactive = MockUser(name="Gone", is_active=False).add_to_hass(house.hass)
        for user_id, error in ((other.id, Unauthorized), (inactive.id, Unauthorized), (other.id[1:], UnknownUser)):
            # What is wrong with the data is none of their business.
            with pytest.raises(error) as raised:
                await call(house, action.name, Context(user_id=user_id), nonsense=1)
            assert raised.value.user_id == user_id
    found = await outcomes(house)
    assert {name for name, _ in found} == {action.name for action in ADMIN_ACTIONS} - {"get_audit"}
    assert {outcome for _, outcome in found} == {"denied"}


async def test_an_automation_may_do_what_can_be_taken_back(house: House) -> None:
    device_id = line_device(house)
    await call(house, "scan_line", device_id=device_id)
    lasting: tuple[dict[str, Any], ...] = (
        {"task": "find_new"},
        {"task": "set_address", "address": 0, "new_address": 5},
    )
    for data in lasting:
        with pytest.raises(ServiceValidationError) as error:
            await call(house, "commission", device_id=device_id, **data)
        assert error.value.translation_key == "automation_may_not"
    with pytest.raises(ServiceValidationError) as error:
        await call(house, "purge_now", despite_clock=True)
    assert error.value.translation_key == "automation_may_not"
    assert await outcomes(house) == [
        ("scan_line", "ok"),
        ("commission", "denied"),
        ("commission", "denied"),
        ("purge_now", "denied"),
    ]


async def test_the_option_lets_automations_change_the_installation(house: House) -> None:
    options = house.hass.config_entries.options
    flow = await options.async_init(house.entry.entry_id)
    days = {"keep_events_days": 14, "keep_features_days": 365, "keep_decisions_days": 30}
    await options.async_configure(flow["flow_id"], {**days, "allow_automations": True})
    await house.hass.async_block_till_done()
    answer = await call(house, "commission", device_id=line_device(house), task="find_new")
    assert answer["found"] == 0
    assert await outcomes(house) == [("commission", "ok")]


async def test_a_line_that_is_missing_is_a_failure_in_the_audit(house: House) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await call(house, "scan_line", device_id="nothing")
    assert error.value.translation_key == "no_such_line"
    assert await outcomes(house) == [("scan_line", "failed")]


async def test_a_browser_is_answered_as_ever(
    hass: HomeAssistant, house: House, hass_ws_client: WebSocketGenerator, hass_read_only_access_token: str
) -> None:
    assert await async_setup_component(hass, "api", {})
    client: Any = await hass_ws_client(hass)
    message = {"type": "call_service", "domain": DOMAIN, "service": "scan_line", "return_response": True}
    await client.send_json_auto_id(message | {"service_data": {"device_id": line_device(house)}})
    answer = await client.receive_json()
    assert answer["result"]["response"]["found"] == 1
    await client.send_json_auto_id(message | {"service_data": {"device_id": [1, 2], "other": "text"}})
    assert (await client.receive_json())["error"]["code"] == "invalid_format"
    other: Any = await hass_ws_client(hass, hass_read_only_access_token)
    await other.send_json_auto_id(message | {"service_data": {"device_id": line_device(house)}})
    # As for any action of administrators of Home Assistant's own.
    assert (await other.receive_json())["error"]["message"] == "Unauthorized"
    assert await outcomes(house) == [("scan_line", "ok"), ("scan_line", "invalid"), ("scan_line", "denied")]


async def test_the_same_call_a_hundred_times_runs_once(house: House) -> None:
    counted, me = Counted(house.hass, single=True), administrator(house.hass)
    calls = [counted.call(me, n=1) for _ in range(100)]
    counted.go_on.set()
    await asyncio.gather(*calls)
    assert counted.runs == 1
    # And once more right afterwards, where nothing was called in between.
    await counted.call(me, n=1)
    assert counted.runs == 1
    assert (await outcomes(house))[:3] == [("counted", "ok"), ("counted", "duplicate"), ("counted", "duplicate")]


async def test_another_user_or_another_value_is_another_call(house: House) -> None:
    counted, me = Counted(house.hass), administrator(house.hass)
    counted.go_on.set()
    for context, number in ((me, 1), (me, 2), (me, 1), (administrator(house.hass), 1)):
        await counted.call(context, n=number)
    assert counted.runs == 4


async def test_who_joins_gets_the_error_and_may_try_again(house: House) -> None:
    counted, me = Counted(house.hass), administrator(house.hass)
    counted.error = HomeAssistantError("no")
    calls = [counted.call(me) for _ in range(3)]
    counted.go_on.set()
    assert [type(one) for one in await asyncio.gather(*calls, return_exceptions=True)] == [HomeAssistantError] * 3
    assert counted.runs == 1
    counted.error = None
    await counted.call(me)
    assert counted.runs == 2


async def test_who_joins_one_that_is_cancelled_runs_it(house: House) -> None:
    counted, me = Counted(house.hass), administrator(house.hass)
    first, second = counted.call(me), counted.call(me)
    await house.until(lambda: counted.runs == 1)
    first.cancel()
    await house.until(lambda: counted.runs == 2)
    counted.go_on.set()
    await second
    assert await outcomes(house) == [("counted", "interrupted"), ("counted", "ok")]


async def test_one_at_a_time_says_so(house: House) -> None:
    counted = Counted(house.hass, single=True)
    first = counted.call(administrator(house.hass), n=1)
    with pytest.raises(ServiceValidationError) as error:
        await counted.call(administrator(house.hass), n=2)
    assert error.value.translation_key == "already_running"
    counted.go_on.set()
    await first
    await counted.call(administrator(house.hass), n=2)
    assert counted.runs == 2
    assert sorted(outcome or "" for _, outcome in await outcomes(house)) == ["busy", "ok", "ok"]


async def test_whoever_calls_too_often_is_told_when_to_come_back(house: House) -> None:
    counted, me = Counted(house.hass, rate=Rate(at_once=5, a_minute=1)), administrator(house.hass)
    counted.go_on.set()
    for number in range(5):
        await counted.call(me, n=number)
    with pytest.raises(HomeAssistantError) as error:
        await counted.call(me, n=5)
    assert error.value.translation_key == "too_many_calls"
    assert 0 < int((error.value.translation_placeholders or {})["seconds"]) <= 60
    await counted.call(administrator(house.hass), n=6)
    assert counted.runs == 6
    assert ("counted", "rate_limited") in await outcomes(house)


def test_a_bucket_fills_by_the_minute() -> None:
    bucket = TokenBucket(Rate(at_once=2, a_minute=10))
    assert [bucket.take(now) for now in (0, 0, 0, 5, 6, 6, 12)] == [True, True, False, False, True, False, True]
    assert bucket.wait == pytest.approx(6)
    assert [bucket.take(now) for now in (1000, 1000, 1000)] == [True, True, False]


NASTY: tuple[Any, ...] = (
    None,
    float("nan"),
    float("inf"),
    10**400,
    -1,
    True,
    "x" * 1_000_000,
    [0] * 1_000_000,
    {"hours": 10**30},
    {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}},
    "\ud800",
    "../../secrets.yaml",
    "\x00",
    b"bytes",
)


async def test_nonsense_runs_nothing(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    guard = ActionGuard(hass, hass.data[AUDIT])
    ran: list[Any] = []

    async def run(made: Any) -> None:
        ran.append(made.data)

    for action in ACTIONS:
        fields = [str(field) for field in action.schema.schema]
        watched = replace(action, run=run, audited=False, is_lasting=never)
        hass.services.async_register(DOMAIN, "watched", partial(guard.async_call, watched))
        for value in NASTY:
            for data in (*({field: value} for field in fields), {"unknown": value}, dict.fromkeys(fields, value)):
                ran.clear()
                with suppress(vol.Invalid):
                    await hass.services.async_call(DOMAIN, "watched", data, blocking=True)
                # What runs has been checked: nothing endless, and nothing that nobody asked for.
                for checked in ran:
                    assert checked.keys() <= set(fields)
                    assert not any(isinstance(one, float) and not isfinite(one) for one in checked.values())
                    assert len(repr(checked)) < LARGEST


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda of: st.lists(of) | st.dictionaries(st.text(), of),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_data_is_more_than_invalid(data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(ACTIONS), label="action")
    fields = st.sampled_from([str(field) for field in action.schema.schema] or ["none"]) | st.text()
    given_data = data.draw(st.dictionaries(fields, ANYTHING, max_size=4), label="data")
    try:
        checked = action.schema(given_data)
    except vol.Invalid, OverflowError:
        return
    assert checked.keys() <= {str(field) for field in action.schema.schema}


def test_every_outcome_has_a_name() -> None:
    names = {outcome.value for outcome in Outcome}
    assert len(names) == len(Outcome)
