"""Home Assistant's own AI Task as a provider: the real one, with an entity that answers as models do."""

import asyncio
import json
import logging
import sys
from types import ModuleType
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.smart_lighting_ai_dali.advisor.provider import (
    LARGEST_REQUEST,
    Answer,
    FailureKind,
    ProviderError,
    Request,
)
from custom_components.smart_lighting_ai_dali.ai.ai_task_client import AiTaskClient
from custom_components.smart_lighting_ai_dali.ai.settings import ProviderKind, ProviderSettings

ENTITY_ID: Final = "ai_task.model"
CANARY: Final = "canary-of-the-payload"
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "plans": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "zone": {"type": "string", "enum": ["z1", "z2"]},
                    "lux": {"type": "integer", "minimum": 0, "maximum": 2000},
                    "share": {"type": "number", "minimum": 0, "maximum": 1},
                    "kelvin": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                },
                "required": ["zone", "lux", "share", "kelvin"],
                "additionalProperties": False,
            },
        },
        "sure": {"type": "boolean"},
        "word": {"type": ["string", "null"]},
        "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
    },
    "required": ["plans", "sure", "word", "grid"],
    "additionalProperties": False,
}
REQUEST: Final = Request(instructions="Answer.", payload=CANARY, schema=SCHEMA, most_output_tokens=300)


@pytest.fixture
async def model(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Set up AI Task with one entity, which answers what stands in `answer`, and keeps the `tasks`."""
    # Cameras want a library of the system; they are imported here, and not used.
    turbojpeg = ModuleType("turbojpeg")
    monkeypatch.setattr(turbojpeg, "TurboJPEG", object, raising=False)
    monkeypatch.setitem(sys.modules, "turbojpeg", turbojpeg)
    hass.config.components |= {"camera", "conversation", "http", "media_source"}
    hass.config.media_dirs = {}
    assert await async_setup_component(hass, "ai_task", {})
    from homeassistant.components import ai_task
    from homeassistant.components.ai_task.const import DATA_COMPONENT

    state: dict[str, Any] = {"answer": None, "tasks": []}

    class Entity(ai_task.AITaskEntity):
        _attr_name = "Model"
        _attr_supported_features = ai_task.AITaskEntityFeature.GENERATE_DATA

        @override
        async def _async_generate_data(self, task: ai_task.GenDataTask, chat_log: Any) -> ai_task.GenDataTaskResult:
            state["tasks"].append(task)
            answer = state["answer"]
            data = await answer() if callable(answer) else answer
            return ai_task.GenDataTaskResult(conversation_id=chat_log.conversation_id, data=data)

    entity = state["entity"] = Entity()
    entity.entity_id = ENTITY_ID
    await hass.data[DATA_COMPONENT].async_add_entities([entity])
    return state


def client_of(hass: HomeAssistant, entity_id: str = ENTITY_ID, deadline: float = 2.0) -> AiTaskClient:
    """Return a client that asks an entity."""
    return AiTaskClient(hass, ProviderSettings(kind=ProviderKind.AI_TASK, entity_id=entity_id), deadline)


async def failure_of(client: AiTaskClient, request: Request = REQUEST) -> FailureKind:
    """Return how asking fails."""
    with pytest.raises(ProviderError) as told:
        await client.ask(request)
    return told.value.kind


async def test_an_entity_is_asked_for_what_the_schema_says(hass: HomeAssistant, model: dict[str, Any]) -> None:
    plan = {"zone": "z1", "lux": 300.0, "share": 1.0}
    model["answer"] = {"plans": [plan], "sure": True, "grid": [[1.0, 2.5]]}
    answer = await client_of(hass).ask(REQUEST)
    assert isinstance(answer, Answer)
    assert (answer.model, answer.usage) == (ENTITY_ID, None)
    content = json.loads(answer.text)
    assert content["plans"] == [{"zone": "z1", "lux": 300, "share": 1.0, "kelvin": None}]
    assert '"lux": 300,' in answer.text, "integers are integers"
    assert content["word"] is None
    assert content["grid"] == [[1, 2.5]]
    (task,) = model["tasks"]
    assert task.instructions == f"Answer.\n\n{CANARY}"
    assert task.attachments is None
    assert task.llm_api is None, "it has no tools"


async def test_what_it_is_asked_for_becomes_a_schema_again(hass: HomeAssistant, model: dict[str, Any]) -> None:
    from homeassistant.helpers import llm
    import probatio

    model["answer"] = {}
    await client_of(hass).ask(REQUEST)
    structure = model["tasks"][0].structure
    schema = probatio.to_openapi(structure, custom_serializer=llm.selector_serializer)
    plan = schema["properties"]["plans"]
    assert plan["type"] == "array"
    assert plan["items"]["properties"] == {
        "zone": {"type": "string", "enum": ["z1", "z2"]},
        "lux": {"type": "number", "minimum": 0, "maximum": 2000},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "kelvin": {"type": "number"},
    }
    assert plan["items"]["required"] == ["zone", "lux", "share"]
    assert schema["properties"]["sure"]["type"] == "boolean"
    assert sorted(schema["required"]) == ["grid", "plans", "sure"]


async def test_text_is_taken_as_it_is(hass: HomeAssistant, model: dict[str, Any]) -> None:
    model["answer"] = '{"plans": []}'
    assert (await client_of(hass).ask(REQUEST)).text == '{"plans": []}'


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"lux": float("nan")}, FailureKind.INVALID),
        ({"lux": object()}, FailureKind.INVALID),
        ({1: {(2, 3): 4}}, FailureKind.INVALID),
        ("x" * 300_000, FailureKind.TOO_LARGE),
        (HomeAssistantError("the model is busy"), FailureKind.SERVER),
        (ValueError(CANARY), FailureKind.INVALID),
        (KeyError(CANARY), FailureKind.INVALID),
        (asyncio.CancelledError(), FailureKind.SERVER),
        (TimeoutError(), FailureKind.INVALID),
    ],
)
async def test_whatever_an_entity_does_has_a_kind(
    hass: HomeAssistant, model: dict[str, Any], caplog: pytest.LogCaptureFixture, answer: Any, kind: FailureKind
) -> None:
    async def behave() -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    model["answer"] = behave
    assert await failure_of(client_of(hass)) is kind
    ours = [record.getMessage() for record in caplog.records if "smart_lighting" in record.name]
    assert len([line for line in ours if "kind=" in line]) == 1
    assert CANARY not in "".join(ours)


async def test_an_entity_that_does_not_even_end_when_it_is_cancelled_delays_nobody(
    hass: HomeAssistant, model: dict[str, Any]
) -> None:
    free = asyncio.Event()

    async def stubborn() -> Any:
        while not free.is_set():
            try:
                await free.wait()
            except asyncio.CancelledError:
                continue
        return {}

    model["answer"] = stubborn
    start = asyncio.get_running_loop().time()
    assert await failure_of(client_of(hass, deadline=0.2)) is FailureKind.TIMEOUT
    assert asyncio.get_running_loop().time() - start < 2
    free.set()
    await asyncio.sleep(0)


async def test_an_entity_that_is_slow_is_not_waited_for(hass: HomeAssistant, model: dict[str, Any]) -> None:
    ended = asyncio.Event()

    async def slow() -> Any:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    model["answer"] = slow
    assert await failure_of(client_of(hass, deadline=0.2)) is FailureKind.TIMEOUT
    assert ended.is_set()
    task = hass.async_create_background_task(client_of(hass).ask(REQUEST), "asking")
    await asyncio.sleep(0.05)
    ended.clear()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_an_entity_that_is_not_there_is_told(hass: HomeAssistant, model: dict[str, Any]) -> None:
    assert await failure_of(client_of(hass, "ai_task.other")) is FailureKind.MODEL
    model["entity"]._attr_available = False  # noqa: SLF001  # as its integration does
    model["entity"].async_write_ha_state()
    assert await failure_of(client_of(hass)) is FailureKind.CONNECTION
    assert model["tasks"] == []


async def test_without_ai_task_nothing_is_imported(hass: HomeAssistant) -> None:
    assert await failure_of(client_of(hass)) is FailureKind.CONNECTION


async def test_a_question_that_is_too_large_is_not_asked(hass: HomeAssistant, model: dict[str, Any]) -> None:
    large = Request(instructions="", payload="x" * (LARGEST_REQUEST + 1), schema=SCHEMA, most_output_tokens=1)
    assert await failure_of(client_of(hass), large) is FailureKind.TOO_LARGE
    assert model["tasks"] == []


async def test_trouble_is_told_once_and_its_end_too(
    hass: HomeAssistant, model: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> Any:
        raise HomeAssistantError(CANARY)

    client = client_of(hass)
    model["answer"] = fail
    for _ in range(3):
        await failure_of(client)
    model["answer"] = {}
    for _ in range(2):
        await client.ask(REQUEST)
    ours = [record for record in caplog.records if record.name.endswith(".openai_client")]
    told = [record for record in ours if record.levelno >= logging.INFO]
    assert [record.levelno for record in told] == [logging.WARNING, logging.INFO]
