"""The schema of an answer in the words of Home Assistant's AI Task: its selectors, and back."""

from collections.abc import Mapping
from typing import Any


def structure_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `structure` of the action `ai_task.generate_data` for the JSON schema of an object."""
    return {
        name: {
            "selector": _selector(inner),
            "required": not _is_nullable(inner),
            "description": inner.get("description", name),
        }
        for name, inner in schema.get("properties", {}).items()
    }


def fitted(data: Any, schema: Mapping[str, Any]) -> Any:
    """Return data as the schema writes it: its integers are integers, and what was left out and may be null is null.

    Selectors know neither. Whatever else is wrong with the data stays as it is.
    """
    inner = _not_null(schema)
    if isinstance(data, dict):
        properties = inner.get("properties", {})
        left_out = {name: None for name, one in properties.items() if name not in data and _is_nullable(one)}
        return {name: fitted(value, properties.get(name, {})) for name, value in data.items()} | left_out
    if isinstance(data, list):
        return [fitted(item, inner.get("items", {})) for item in data]
    if isinstance(data, float) and data.is_integer() and inner.get("type") == "integer":
        return int(data)
    return data


def _selector(schema: Mapping[str, Any]) -> dict[str, Any]:
    inner = _not_null(schema)
    if "enum" in inner:
        return {"select": {"options": [str(option) for option in inner["enum"] if option is not None]}}
    match inner.get("type"):
        case "boolean":
            return {"boolean": {}}
        case "integer" | "number" as kind:
            bounds = {"min": inner.get("minimum"), "max": inner.get("maximum")}
            known = {name: bound for name, bound in bounds.items() if bound is not None}
            return {"number": {"mode": "box", "step": 1 if kind == "integer" else "any", **known}}
        case "array" if "properties" in inner.get("items", {}):
            return {"object": {"fields": _fields(inner["items"]), "multiple": True}}
        case "object" if "properties" in inner:
            return {"object": {"fields": _fields(inner)}}
        case "array" | "object":
            # Selectors have no other lists: the instructions say what is in it.
            return {"object": {}}
        case _:
            return {"text": {}}


def _fields(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "selector": _selector(inner),
            "required": not _is_nullable(inner),
            "label": inner.get("description", name),
        }
        for name, inner in schema["properties"].items()
    }


def _not_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a schema is where it is not null."""
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            inner: Mapping[str, Any] = one
            return inner
    kind = schema.get("type")
    if isinstance(kind, list):
        return {**schema, "type": next((one for one in kind if one != "null"), "null")}
    return schema


def _is_nullable(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    return (isinstance(kind, list) and "null" in kind) or any(
        one.get("type") == "null" for one in schema.get("anyOf", ())
    )
