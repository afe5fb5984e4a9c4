"""What a fleet file may say of an input device and its instances."""

from typing import Any, Final

from .device_specification import EventScheme, InstanceSpecification, InstanceType, Measures
from .fleet_fields import Check, Field, MistakeError, list_of, text, version, whole, whole_or
from .specification import NO_RANDOM_ADDRESS

_KINDS: Final = {kind.name.lower(): kind for kind in InstanceType}
_SCHEMES: Final = {scheme.name.lower(): scheme for scheme in EventScheme}
_MOST_INSTANCES: Final = 32
_LONGEST_HOLD: Final = 2540


def device_groups(value: object) -> frozenset[int]:
    """Return the device groups that a device is in."""
    return frozenset(list_of(0, 31)(value))


def _word(words: dict[str, Any]) -> Check:
    """Return the check for one of a few words, each with its meaning."""

    def check(value: object) -> Any:  # as different as the words
        if not isinstance(value, str) or value not in words:
            raise MistakeError(" or ".join(words))
        return words[value]

    return check


def _instance_groups(value: object) -> tuple[int | None, int | None, int | None]:
    """Return the primary group of an instance and up to two more."""
    numbers = list_of(0, 31)(value)
    if len(numbers) > 3:  # a primary one and two more
        raise MistakeError("up to three numbers 0 to 31")
    first, second, third = (*numbers, None, None, None)[:3]
    return first, second, third


_INSTANCE: Final[dict[str, Check]] = {
    "type": _word(_KINDS),
    "scheme": _word(_SCHEMES),
    "filter": whole(0, 0xFFFFFF),
    "priority": whole(2, 5),
    "groups": _instance_groups,
    "double_press": _word({"told": True, "ignored": False}),
    "hold": whole(1, _LONGEST_HOLD),
    "measures": _word({one.value: one for one in Measures}),
}
_FIELDS: Final = {"type": "kind", "filter": "event_filter", "hold": "hold_seconds"}


def _instance(value: object) -> InstanceSpecification:
    """Return one instance; its type alone is enough."""
    details = {"type": value} if isinstance(value, str) else value
    if not isinstance(details, dict) or not {"type"} <= details.keys() <= _INSTANCE.keys():
        raise MistakeError(f"each one of {', '.join(_KINDS)}, or a mapping of {', '.join(_INSTANCE)}")
    fields: dict[str, Any] = {}
    for key, content in details.items():
        try:
            fields[_FIELDS.get(str(key), str(key))] = _INSTANCE[key](content)
        except MistakeError as error:
            raise MistakeError(f"the {key} of an instance has to be {error}") from None
    return InstanceSpecification(**fields)


def instances(value: object) -> tuple[InstanceSpecification, ...]:
    """Return the instances of a device in order."""
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_INSTANCES:
        raise MistakeError(f"a list of 1 to {_MOST_INSTANCES} instances")
    return tuple(_instance(one) for one in value)


DEVICE_FIELDS: Final[dict[str, Field]] = {
    "name": Field(text, "name"),
    "room": Field(text, "room"),
    "address": Field(whole_or("none", None, least=0, most=63), "short_address"),
    "random_address": Field(whole_or("none", NO_RANDOM_ADDRESS, least=0, most=NO_RANDOM_ADDRESS - 1), "random_address"),
    "groups": Field(device_groups, "groups"),
    "gtin": Field(whole(0, 0xFFFF_FFFF_FFFF), "gtin"),
    "serial": Field(whole(0, 0xFFFF_FFFF_FFFF_FFFF), "serial"),
    "firmware": Field(version, "firmware"),
    "hardware": Field(version, "hardware"),
    "instances": Field(instances, "instances"),
}
