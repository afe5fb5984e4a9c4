"""What a zone decided, in words: for the logbook, and for whoever asks why."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..dali.level import brightness_of, level_of_light
from ..db.decisions import Decision, Outcome
from ..zones.action import Action
from ..zones.overrides import Attribute, Origin
from ..zones.plan import Planner, Reason
from ..zones.settings import Release

_BRIGHTEST: Final = 255

_WHY: Final[Mapping[str, str]] = {
    Reason.ARRIVAL: "somebody came",
    Reason.NEIGHBOUR: "somebody moves next door",
    Reason.DAYLIGHT: "daylight changed",
    Reason.TIME_OF_DAY: "the time of day changed",
    Reason.PREFERENCE: "people like it so",
    Reason.SLEEP: "people sleep here now",
    Reason.NIGHT_PATH: "somebody is up at night",
    Reason.WARNING: "nobody was seen for a while",
    Reason.LEFT: "nobody is there any more",
    Reason.RELEASED: "what a person chose has ended",
    Reason.CHOICE: "a person chose it",
    Reason.PLAN: "a plan wants it",
    Reason.SENSOR_LOST: "a sensor failed",
}
_CLAMPED: Final[Mapping[str, str]] = {
    "limits": "the limits of the zone",
    "safe_way": "nobody may stand in the dark on this way",
    "step": "a larger step would be noticed",
    "rate": "it had changed too often",
    "occupied": "somebody is there",
}
_PLANNER: Final[Mapping[Planner, str]] = {Planner.AI: "AI", Planner.USER: "user"}
_MODES: Final[Mapping[str, str]] = {
    "off": "is not told to the AI any more",
    "shadow": "is planned by the AI in the shadow: nothing is done of it",
    "advise": "is given plans by the AI to accept or decline",
    "auto": "follows the plans of the AI",
}
_BY: Final[Mapping[str, str]] = {
    Origin.DASHBOARD: "by hand in Home Assistant",
    Origin.AUTOMATION: "by an automation, a script or a scene",
    Origin.BUTTON: "with a button of the line",
    Origin.MASTER: "by another master of the line",
}
_UNTIL: Final[Mapping[str, str]] = {
    Release.EMPTY: "until nobody is there any more",
    Release.TIME: "for a while",
    Release.DAYPART: "until the next part of the day",
    Release.NEVER: "until it is released",
}


def percent_of(light: float) -> int:
    """Return the brightness of a light of 0 to 1, linear, in percent as Home Assistant shows it."""
    return round(100 * brightness_of(level_of_light(light)) / _BRIGHTEST)


def message_of(reason: str, light_percent: float, kelvin: int | None) -> str:
    """Return what a change says in the logbook, after the name of its zone."""
    why = _WHY.get(reason, reason)
    if light_percent <= 0:
        return f"switched its lights off because {why}"
    colour = "" if kelvin is None else f" at {kelvin} K"
    return f"set its lights to {light_percent} %{colour} because {why}"


def chosen_words(*, is_on: bool | None, percent: int | None, kelvin: int | None, other_colour: bool) -> str:
    """Return what a person chose of light, as a sentence begins with it: "Off", "31 % at 3000 K", "A colour"."""
    if is_on is False:
        return "Off"
    colour = f"{kelvin} K" if kelvin is not None else "a colour" if other_colour else None
    light = f"{percent} %" if percent is not None else "On" if is_on else None
    if light is None:
        return "Nothing" if colour is None else f"{colour[0].upper()}{colour[1:]}"
    if colour is None:
        return light
    return f"{light} at {colour}" if kelvin is not None else f"{light} in {colour}"


def held_words(origin: str, *, at: str | None, release: str, until: str | None = None) -> str:
    """Return by what means something was chosen and how long it holds, as a sentence goes on."""
    when = "" if at is None else f" at {at}"
    end = _UNTIL.get(release, release) if until is None else f"until {until}"
    return f"was chosen {_BY.get(origin, origin)}{when}; that holds {end}"


def choice_message(chosen: Mapping[str, Any]) -> str:
    """Return what a choice says in the logbook, after the name of its zone."""
    what = _chosen(chosen)
    what = f"switched {what.lower()}" if what in {"On", "Off"} else f"set to {what[0].lower()}{what[1:]}"
    by, end = _BY.get(chosen["origin"], chosen["origin"]), _UNTIL.get(chosen["release"], chosen["release"])
    return f"was {what} {by}; that holds {end}"


def mode_message(mode: str, reason: str) -> str:
    """Return what another mode of the AI says in the logbook, after the name of its zone."""
    if reason == "taken_back":
        return "follows its rules again: the AI's plans were not better any more"
    if reason == "allowed":
        return "follows the AI from now on: an administrator lets it, whatever its report card says"
    return _MODES.get(mode, mode)


def earned_message(days: int) -> str:
    """Return what an AI that has earned a zone says in the logbook, after the name of the zone."""
    return f"may be planned for by the AI, if you choose so: over {days} days, it was better than the rules"


def suggestion_message(plan: Mapping[str, Any]) -> str:
    """Return what a plan that waits for a person says in the logbook, after the name of its zone."""
    kelvin = plan["color_temp_kelvin"]
    colour = "" if kelvin is None else f" at {kelvin} K"
    return f"has a plan of the AI's that waits for an answer: {plan['target_lux']:.0f} lx{colour}"


def _chosen(chosen: Mapping[str, Any]) -> str:
    return chosen_words(
        is_on=chosen.get("is_on"),
        percent=chosen.get("brightness_pct"),
        kelvin=chosen.get("colour_temperature"),
        other_colour=bool(chosen.get("other_colour")),
    )


def decision_of(
    zone: str, action: Action, *, chosen: Iterable[Attribute] = (), context: str = "", error: str | None = None
) -> Decision:
    """Return the record of what a zone did; `chosen` is what was left to a person's choice then."""
    plan = action.plan
    return Decision(
        time_ms=round(action.time * 1000),
        zone=zone,
        planner=int(plan.planner),
        outcome=Outcome.SENT if error is None else Outcome.FAILED,
        reason=action.reason.value,
        light_before=action.light_before,
        light=action.light,
        confidence=plan.confidence,
        plan={
            "mode": plan.mode.value,
            "reason": plan.reason.value,
            "target_lux": round(plan.target_lux, 1),
            "colour_temperature": action.colour_temperature,
            "hold": round(plan.hold, 1),
            "fade": round(action.fade, 2),
            "chosen": sorted(chosen),
        },
        clamps=tuple(sorted(action.clamps)),
        inputs={name: None if value is None else round(value, 4) for name, value in action.inputs},
        context=context,
        error=error,
    )


def chosen_decision(
    zone: str,
    at: float,
    chosen: dict[str, Any],
    inputs: Mapping[str, float | None],
    *,
    before: float,
    light: float,
    context: str,
) -> Decision:
    """Return the record of what a person chose at an instant, in seconds since 1970; light is of full light, 0 to 1."""
    return Decision(
        time_ms=round(at * 1000),
        zone=zone,
        planner=int(Planner.PERSON),
        outcome=Outcome.CHOSEN,
        reason=Reason.CHOICE.value,
        light_before=before,
        light=light,
        confidence=1.0,
        plan=chosen,
        inputs={name: None if value is None else round(value, 4) for name, value in inputs.items()},
        context=context,
    )


def mode_decision(zone: str, at: float, reason: str, chosen: dict[str, Any], *, light: float, context: str) -> Decision:
    """Return the record of what an AI may do in a zone from an instant on, in seconds since 1970."""
    return Decision(
        time_ms=round(at * 1000),
        zone=zone,
        planner=int(Planner.RULES if "user_id" not in chosen else Planner.USER),
        outcome=Outcome.AI_MODE,
        reason=reason,
        light_before=light,
        light=light,
        confidence=1.0,
        plan=chosen,
        inputs={},
        context=context,
    )


def explain_decision(decision: Decision) -> str:
    """Return one or two sentences that say what was done and why, with the numbers."""
    if decision.planner == Planner.PERSON:
        held = held_words(decision.plan.get("origin", ""), at=None, release=decision.plan.get("release", ""))
        return f"{_chosen(decision.plan)} {held}."
    colour = decision.plan.get("colour_temperature")
    what = message_of(decision.reason, percent_of(decision.light), colour)
    target, inputs = decision.plan.get("target_lux"), decision.inputs
    parts = [f"The zone {what}"]
    if decision.light > 0 and Attribute.LIGHT in decision.plan.get("chosen", ()):
        parts.append(": how bright is a choice that holds")
    elif decision.light > 0 and target is not None:
        numbers = [f"{target:.0f} lx are wanted"]
        if (daylight := inputs.get("daylight_lux")) is not None:
            numbers.append(f"daylight makes {daylight:.0f} lx of it")
        if (reach := inputs.get("lux_at_full")) is not None:
            numbers.append(f"full light would make {reach:.0f} lx")
        parts.append(": " + ", ".join(numbers))
    text = "".join(parts) + "."
    if decision.planner != Planner.RULES:
        text += f" The plan is that of the {_PLANNER[Planner(decision.planner)]}."
    if decision.clamps:
        text += " It was held back: " + "; ".join(_CLAMPED.get(one, one) for one in decision.clamps) + "."
    if decision.error is not None:
        text += " The line did not take it."
    return text
