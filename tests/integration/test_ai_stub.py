"""The stub of scripts/run: what it answers is taken, and its failures are those of providers."""

from collections.abc import AsyncIterator

import aiohttp
from homeassistant.core import HomeAssistant
import pytest

from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind, ProviderError
from custom_components.smart_lighting_ai_dali.advisor.reply import read_reply
from custom_components.smart_lighting_ai_dali.advisor.schema import request_of
from custom_components.smart_lighting_ai_dali.advisor.snapshot import ZoneSnapshot
from custom_components.smart_lighting_ai_dali.ai.provider import async_client, async_test
from custom_components.smart_lighting_ai_dali.ai.settings import ProviderKind, ProviderSettings
from scripts.demo_home.ai_stub import MODEL, Act, AiStub
from tests.unit.advisor.conftest import batch_of, question


@pytest.fixture
async def stub(socket_enabled: None) -> AsyncIterator[AiStub]:
    """Return a stub."""
    del socket_enabled
    stub = await AiStub.start(None)
    yield stub
    await stub.stop()


def settings_of(stub: AiStub) -> ProviderSettings:
    """Return the settings of a site that asks the stub."""
    return ProviderSettings(kind=ProviderKind.SERVER, url=stub.url, model=MODEL)


async def test_it_can_be_chosen_and_plans_for_every_zone(hass: HomeAssistant, stub: AiStub) -> None:
    settings = settings_of(stub)
    assert await async_test(hass, settings) is None
    batch = batch_of(*(question(f"zone {number}") for number in range(5)))
    answer = await (await async_client(hass, settings, 8.0)).ask(request_of(batch))
    assert answer.model == MODEL, "it says of itself that it is a stub"
    assert answer.usage is not None
    reading = read_reply(answer.text, batch, at=batch.taken_at + 1)
    assert reading.rejected == {}
    assert len(reading.plans) == 5
    snapshot = next(iter(batch.asked.values())).snapshot
    assert isinstance(snapshot, ZoneSnapshot)
    assert {plan.target_lux for plan in reading.plans.values()} == {float(snapshot.preferred)}


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (Act.KEY, FailureKind.AUTHENTICATION),
        (Act.MONEY, FailureKind.QUOTA),
        (Act.PACE, FailureKind.RATE_LIMIT),
        (Act.FAIL, FailureKind.SERVER),
        (Act.HANG, FailureKind.TIMEOUT),
        (Act.PAGE, FailureKind.INVALID),
    ],
)
async def test_it_can_be_made_to_fail_on_its_page(
    hass: HomeAssistant, stub: AiStub, act: Act, kind: FailureKind
) -> None:
    page = stub.url.removesuffix("/v1") + "/"
    async with aiohttp.ClientSession() as session:
        async with session.post(page, data={"act": act.name}) as response:
            text = await response.text()
        assert act.value in text
        assert "no AI" in text
        with pytest.raises(ProviderError) as told:
            await (await async_client(hass, settings_of(stub), 2.0)).ask(request_of(batch_of(question("one"))))
        assert told.value.kind is kind
        async with session.post(page, data={"act": "no such thing"}) as response:
            assert response.ok
    assert stub.act is act


async def test_nonsense_is_turned_down(hass: HomeAssistant, stub: AiStub) -> None:
    stub.act = Act.NONSENSE
    batch = batch_of(question("one"))
    answer = await (await async_client(hass, settings_of(stub), 8.0)).ask(request_of(batch))
    assert read_reply(answer.text, batch, at=batch.taken_at).plans == {}


async def test_a_port_that_is_taken_is_told(stub: AiStub) -> None:
    with pytest.raises(OSError, match="in use"):
        await AiStub.start(stub.port)
