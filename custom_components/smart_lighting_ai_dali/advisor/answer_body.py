"""What servers that speak as OpenAI does send back, of Responses and of Chat Completions: the text in it, and its cost.

What the text says is not judged here.
"""

from collections.abc import Mapping
import json
from typing import Any, Final

from .choices import chosen_text
from .provider import Answer, FailureKind, ProviderError, Usage

# More than anybody's day has, and small enough to be counted with.
_MOST_TOKENS: Final = 10**9
_LONGEST_NAME: Final = 100


def read_response(body: bytes, request_id: str | None) -> Answer:
    """Return the answer in the body of Responses. Raises ProviderError."""
    content = _object(body)
    usage = _usage(content, "input_tokens", "output_tokens")
    match content.get("status"):
        case "completed":
            pass
        case "incomplete":
            filtered = _field(content, "incomplete_details", "reason") == "content_filter"
            raise ProviderError(FailureKind.REFUSED if filtered else FailureKind.INCOMPLETE, usage=usage)
        case "failed":
            limited = _field(content, "error", "code") == "rate_limit_exceeded"
            raise ProviderError(FailureKind.RATE_LIMIT if limited else FailureKind.SERVER, usage=usage)
        case _:
            raise ProviderError(FailureKind.INVALID, usage=usage)
    texts: list[str] = []
    for item in _list(content.get("output")):
        for part in _list(item.get("content")) if item.get("type") == "message" else ():
            if part.get("type") == "refusal":
                raise ProviderError(FailureKind.REFUSED, usage=usage)
            if part.get("type") == "output_text" and isinstance(text := part.get("text"), str):
                texts.append(text)
    if not texts:
        raise ProviderError(FailureKind.INVALID, usage=usage)
    return Answer(text="".join(texts), model=_model(content), usage=usage, request_id=request_id)


def read_chat_completion(body: bytes, request_id: str | None) -> Answer:
    """Return the answer in the body of Chat Completions. Raises ProviderError."""
    content = _object(body)
    usage = _usage(content, "prompt_tokens", "completion_tokens")
    choices = _list(content.get("choices"))
    if not choices:
        raise ProviderError(FailureKind.INVALID, usage=usage)
    choice = choices[0]
    match choice.get("finish_reason"):
        case "length":
            raise ProviderError(FailureKind.INCOMPLETE, usage=usage)
        case "content_filter":
            raise ProviderError(FailureKind.REFUSED, usage=usage)
        case _:
            # Servers have reasons of their own for having come to the end.
            pass
    if _field(choice, "message", "refusal"):
        raise ProviderError(FailureKind.REFUSED, usage=usage)
    text = _field(choice, "message", "content")
    if not isinstance(text, str) or not text:
        raise ProviderError(FailureKind.INVALID, usage=usage)
    return Answer(text=text, model=_model(content), usage=usage, request_id=request_id)


def read_decision(
    body: bytes, request_id: str | None, choices: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Answer:
    """Return the answer in the body of Decisions, as the text of what was chosen. Raises ProviderError."""
    content = _object(body)
    usage = _usage(content, "input_tokens", "output_tokens")
    answers = _list(content.get("answers"))
    if not answers:
        raise ProviderError(FailureKind.INVALID, usage=usage)
    if all(answer.get("type") == "refusal" for answer in answers):
        raise ProviderError(FailureKind.REFUSED, usage=usage)
    return Answer(text=chosen_text(answers, choices), model=_model(content), usage=usage, request_id=request_id)


def read_error_code(body: bytes) -> str | None:
    """Return what the body of an error calls it: its code, or else its type; None where it says neither."""
    try:
        content = _object(body)
    except ProviderError:
        return None
    for name in ("code", "type"):
        if isinstance(code := _field(content, "error", name), str):
            return code
    return None


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError, RecursionError:
        # A web page where JSON should be, or JSON that is as deep as nobody means it.
        content = None
    if not isinstance(content, dict):
        raise ProviderError(FailureKind.INVALID)
    return content


def _list(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _field(content: dict[str, Any], outer: str, inner: str) -> Any:
    value = content.get(outer)
    return value.get(inner) if isinstance(value, dict) else None


def _model(content: dict[str, Any]) -> str:
    model = content.get("model")
    return model[:_LONGEST_NAME] if isinstance(model, str) and model.isprintable() else ""


def _usage(content: dict[str, Any], into: str, out_of: str) -> Usage | None:
    """Return what a call used; None where it is not said, or can't be."""
    numbers = (_field(content, "usage", into), _field(content, "usage", out_of))
    tokens = [number for number in numbers if type(number) is int and 0 <= number <= _MOST_TOKENS]
    return Usage(input_tokens=tokens[0], output_tokens=tokens[1]) if len(tokens) == len(numbers) else None
