"""The repair issues of the AI: what does not mend itself, and what a person can do about it."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..advisor.budget import Refusal
from ..advisor.payload import Packed
from ..advisor.provider import FailureKind
from ..advisor.report_card import Summary
from ..const import DOMAIN
from ..zones.plan import Plan

_QUOTA: Final = "ai_quota"
_MODEL: Final = "ai_model"
PAYLOAD: Final = "ai_payload_exceeds_cap"
_BUDGET: Final = "ai_budget"
_TAKEN_BACK: Final = "ai_taken_back"
SUGGESTION: Final = "ai_suggestion"
EARNED: Final = "ai_earned"
_MINUTE: Final = 60.0
_KEYS: Final = {FailureKind.QUOTA: _QUOTA, FailureKind.MODEL: _MODEL}


@callback
def async_report_failure(hass: HomeAssistant, kind: FailureKind, model: str) -> None:
    """Make an issue of a failure that needs a person; a key that is wrong is asked for by a dialog instead."""
    if (key := _KEYS.get(kind)) is not None:
        _create(hass, key, key, model=model)


@callback
def async_clear_failures(hass: HomeAssistant) -> None:
    """Take the issues of failures back: an answer came, or somebody else is asked from now on."""
    for key in _KEYS.values():
        ir.async_delete_issue(hass, DOMAIN, key)


@callback
def async_report_oversized(hass: HomeAssistant, key: str, zone: str, size: int, cap: int) -> None:
    """Make an issue of a zone that alone is more than a request may have, in bytes; it stays on its rules."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{PAYLOAD}_{key}",
        data={"size": size},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=PAYLOAD,
        translation_placeholders={"zone": zone, "size": str(size), "cap": str(cap)},
    )


@callback
def async_follow_oversized(
    hass: HomeAssistant, before: set[str], packed: Packed, names: Mapping[str, str], cap: int
) -> set[str]:
    """Say which zones are more than a request may have, take that back of those that fit, and return the former."""
    fitting = {question.key for batch in packed.batches for question in batch.asked.values()}
    for key in fitting & before:
        async_clear_oversized(hass, key)
    for one in packed.oversized:
        async_report_oversized(hass, one.key, names[one.key], one.size, cap)
    return (before - fitting) | {one.key for one in packed.oversized}


@callback
def async_report_budget(hass: HomeAssistant, refusal: Refusal) -> None:
    """Make an issue of a budget that is used up, or that nobody can reckon with."""
    _create(hass, _BUDGET, f"{_BUDGET}_{refusal.value}")


@callback
def async_clear_budget(hass: HomeAssistant) -> None:
    """Take that issue back: it may be asked again, or is not to be asked any more."""
    ir.async_delete_issue(hass, DOMAIN, _BUDGET)


@callback
def async_clear_oversized(hass: HomeAssistant, key: str) -> None:
    """Take that issue back: the zone fits, or is gone."""
    ir.async_delete_issue(hass, DOMAIN, f"{PAYLOAD}_{key}")


@callback
def async_report_taken_back(hass: HomeAssistant, key: str, zone: str) -> None:
    """Make an issue of a zone that the AI plans no more, since it turned worse; it stays until a person has read it."""
    _create(hass, f"{_TAKEN_BACK}_{key}", _TAKEN_BACK, until_read=True, zone=zone)


@callback
def async_clear_taken_back(hass: HomeAssistant, key: str) -> None:
    """Take that issue back: somebody chose what the AI may do there, or the zone is gone."""
    ir.async_delete_issue(hass, DOMAIN, f"{_TAKEN_BACK}_{key}")


@callback
def async_report_earned(hass: HomeAssistant, key: str, zone: str, summary: Summary) -> None:
    """Make an issue of a zone that the AI has earned: a person chooses what it may do there, or leaves it."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{EARNED}_{key}",
        data={"zone": key},
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=EARNED,
        translation_placeholders={
            "zone": zone,
            "days": str(summary.days),
            "score": _points(summary.ai_score),
            "rules_score": _points(summary.rules_score),
        },
    )


@callback
def async_clear_earned(hass: HomeAssistant, key: str) -> None:
    """Take that issue back: somebody chose, it is not earned any more, or the zone is gone."""
    ir.async_delete_issue(hass, DOMAIN, f"{EARNED}_{key}")


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:.1f}"


@callback
def async_report_suggestion(hass: HomeAssistant, key: str, zone: str, plan: Plan, rules: Plan) -> None:
    """Make an issue of a plan that waits for a person, beside that of the rules."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{SUGGESTION}_{key}",
        data={"zone": key},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=SUGGESTION,
        translation_placeholders={"zone": zone}
        | _words(plan)
        | {f"rules_{name}": text for name, text in _words(rules).items()},
    )


@callback
def async_clear_suggestion(hass: HomeAssistant, key: str) -> None:
    """Take that issue back: it was answered, or the plan does not hold any more."""
    ir.async_delete_issue(hass, DOMAIN, f"{SUGGESTION}_{key}")


def _words(plan: Plan) -> dict[str, str]:
    """Return the numbers of a plan, as they read in every language."""
    return {
        "lux": f"{plan.target_lux:.0f} lx",
        # Nobody tells 2899 K from 2900 K.
        "kelvin": "-" if plan.colour_temperature is None else f"{round(plan.colour_temperature, -1)} K",
        "hold": f"{plan.hold:.0f} s" if plan.hold < _MINUTE else f"{round(plan.hold / _MINUTE, 1):g} min",
    }


def _create(hass: HomeAssistant, issue_id: str, key: str, *, until_read: bool = False, **placeholders: str) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=until_read,
        is_persistent=until_read,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders=placeholders,
    )
