"""The bodies that servers send: what is an answer, what is none, and that nothing is too strange."""

import contextlib
import json
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.answer_body import (
    read_chat_completion,
    read_error_code,
    read_response,
)
from custom_components.smart_lighting_ai_dali.advisor.provider import Answer, FailureKind, ProviderError, Usage

USED: Final = Usage(input_tokens=12, output_tokens=3)
RESPONSE: Final[dict[str, Any]] = {
    "status": "completed",
    "model": "gpt-x",
    "output": [
        {"type": "reasoning", "summary": []},
        {"type": "message", "content": [{"type": "output_text", "text": "{}"}]},
    ],
    "usage": {"input_tokens": 12, "output_tokens": 3},
}
CHAT: Final[dict[str, Any]] = {
    "model": "gpt-x",
    "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3},
}


def body(content: Any) -> bytes:
    """Return something as JSON."""
    return json.dumps(content).encode()


def test_both_ways_to_answer_are_read() -> None:
    wanted = Answer(text="{}", model="gpt-x", usage=USED, request_id="req_1")
    assert read_response(body(RESPONSE), "req_1") == wanted
    assert read_chat_completion(body(CHAT), "req_1") == wanted


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, FailureKind.INCOMPLETE),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, FailureKind.REFUSED),
        ({"status": "failed", "error": {"code": "server_error"}}, FailureKind.SERVER),
        ({"status": "failed", "error": {"code": "rate_limit_exceeded"}}, FailureKind.RATE_LIMIT),
        ({"status": "failed", "error": None}, FailureKind.SERVER),
        ({"status": "queued"}, FailureKind.INVALID),
        ({"status": 7}, FailureKind.INVALID),
        ({"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]}, FailureKind.REFUSED),
        ({"output": []}, FailureKind.INVALID),
        ({"output": None}, FailureKind.INVALID),
        ({"output": [{"type": "message", "content": [{"type": "output_text", "text": 5}]}]}, FailureKind.INVALID),
        ({"output": [{"type": "web_search_call", "content": "x"}, 4, None]}, FailureKind.INVALID),
    ],
)
def test_a_response_that_is_none_costs_all_the_same(changes: dict[str, Any], kind: FailureKind) -> None:
    with pytest.raises(ProviderError) as told:
        read_response(body(RESPONSE | changes), None)
    assert (told.value.kind, told.value.usage) == (kind, USED)


@pytest.mark.parametrize(
    ("choice", "kind"),
    [
        ({"finish_reason": "length", "message": {"content": "{"}}, FailureKind.INCOMPLETE),
        ({"finish_reason": "content_filter", "message": {"content": ""}}, FailureKind.REFUSED),
        ({"finish_reason": "stop", "message": {"content": None, "refusal": "No."}}, FailureKind.REFUSED),
        ({"finish_reason": "stop", "message": {"content": None}}, FailureKind.INVALID),
        ({"finish_reason": "stop", "message": {"content": ""}}, FailureKind.INVALID),
        ({"finish_reason": "stop"}, FailureKind.INVALID),
        ({}, FailureKind.INVALID),
    ],
)
def test_a_chat_that_is_no_answer_costs_all_the_same(choice: dict[str, Any], kind: FailureKind) -> None:
    with pytest.raises(ProviderError) as told:
        read_chat_completion(body(CHAT | {"choices": [choice]}), None)
    assert (told.value.kind, told.value.usage) == (kind, USED)


@pytest.mark.parametrize("used", [None, 3, {}, {"input_tokens": 5}, {"input_tokens": -1, "output_tokens": 2}])
@pytest.mark.parametrize("more", [{}, {"output_tokens": True, "input_tokens": 1}, {"output_tokens": 1e30}])
def test_a_cost_that_can_t_be_is_unknown(used: Any, more: dict[str, Any]) -> None:
    usage = {**used, **more} if isinstance(used, dict) else used
    assert read_response(body(RESPONSE | {"usage": usage}), None).usage is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        b"[]",
        b"null",
        b'"text"',
        b"{" * 5,
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"usage": {"input_tokens": ' + b"9" * 5000 + b"}}",
    ],
)
def test_what_is_no_json_is_no_answer(content: bytes) -> None:
    for read in (read_response, read_chat_completion):
        with pytest.raises(ProviderError) as told:
            read(content, None)
        assert told.value.kind is FailureKind.INVALID
    assert read_error_code(content) is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"code": "insufficient_quota", "type": "x"}, "insufficient_quota"),
        ({"code": None, "type": "insufficient_quota"}, "insufficient_quota"),
        ({"code": 429}, None),
        ("text", None),
    ],
)
def test_errors_have_a_name(error: Any, code: str | None) -> None:
    assert read_error_code(body({"error": error})) == code


def test_a_model_has_a_name_that_can_be_shown() -> None:
    assert read_response(body(RESPONSE | {"model": "a\nb"}), None).model == ""
    assert read_response(body(RESPONSE | {"model": "m" * 500}), None).model == "m" * 100
    assert read_response(body(RESPONSE | {"model": 5}), None).model == ""


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["status", "output", "type", "content", "text", "usage", "choices", "message", "error"])
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.one_of(JSON.map(body), st.binary(max_size=100), JSON.map(lambda more: body({**RESPONSE, "output": more}))))
def test_nothing_that_a_server_sends_raises_anything_else(content: bytes) -> None:
    for read in (read_response, read_chat_completion):
        with contextlib.suppress(ProviderError):
            assert isinstance(read(content, None).text, str)
    read_error_code(content)
