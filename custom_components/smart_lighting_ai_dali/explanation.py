"""What a zone decided, in words: for the logbook, and for whoever asks why."""

from collections.abc import Mapping
from typing import Final

from .dali.level import brightness_of, level_of_light
from .db.decisions import Decision, Outcome
from .zones.action import Action
from .zones.plan import Planner, Reason

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


def decision_of(zone: str, action: Action, *, context: str = "", error: str | None = None) -> Decision:
    """Return the record of what a zone did."""
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
        },
        clamps=tuple(sorted(action.clamps)),
        inputs={name: None if value is None else round(value, 4) for name, value in action.inputs},
        context=context,
        error=error,
    )


def explain_decision(decision: Decision) -> str:
    """Return one or two sentences that say what was done and why, with the numbers."""
    colour = decision.plan.get("colour_temperature")
    what = message_of(decision.reason, percent_of(decision.light), colour)
    target, inputs = decision.plan.get("target_lux"), decision.inputs
    parts = [f"The zone {what}"]
    if decision.light > 0 and target is not None:
        numbers = [f"{target:.0f} lx are wanted"]
        if (daylight := inputs.get("daylight_lux")) is not None:
            numbers.append(f"daylight makes {daylight:.0f} lx of it")
        if (reach := inputs.get("lux_at_full")) is not None:
            numbers.append(f"full light would make {reach:.0f} lx")
        parts.append(": " + ", ".join(numbers))
    text = "".join(parts) + "."
    if decision.planner != Planner.RULES:
        text += f" The plan is that of the {Planner(decision.planner).name.lower()}."
    if decision.clamps:
        text += " It was held back: " + "; ".join(_CLAMPED.get(one, one) for one in decision.clamps) + "."
    if decision.error is not None:
        text += " The line did not take it."
    return text
