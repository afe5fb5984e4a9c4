"""How the AI is asked: what never changes of a request, and the schema that its answer has to have."""

import json
from typing import Any, Final

from ..zones.plan import Mode, Reason
from .payload import COLUMNS, MOMENT, Batch
from .provider import Request, Usage

MODES: Final = (Mode.PRESENCE, Mode.NIGHT)
"""What an AI may plan for. No light for movements is not among it: who sleeps, only the rules know in time."""
REASONS: Final = (Reason.PREFERENCE, Reason.TIME_OF_DAY, Reason.DAYLIGHT, Reason.NIGHT_PATH)
# What no zone anywhere needs is no answer; what one zone may have is narrower, and its plan is brought within.
LUX: Final = (0, 5000)
KELVIN: Final = (1000, 10_000)
HOLD: Final = (10, 7200)
MINUTES: Final = (5, 60)
CONFIDENCE: Final = (0, 1)
MOST_PLANS: Final = 64

FIELDS: Final[dict[str, dict[str, Any]]] = {
    # What zones there are is not in here: a schema that never changes is read once by the provider.
    "zone": {"type": "string", "pattern": "^z[1-9][0-9]{0,3}$"},
    "mode": {"type": "string", "enum": [mode.value for mode in MODES]},
    "target_lux": {"type": "number", "minimum": LUX[0], "maximum": LUX[1]},
    "kelvin": {"type": ["integer", "null"], "minimum": KELVIN[0], "maximum": KELVIN[1]},
    "hold_s": {"type": "integer", "minimum": HOLD[0], "maximum": HOLD[1]},
    "confidence": {"type": "number", "minimum": CONFIDENCE[0], "maximum": CONFIDENCE[1]},
    "minutes": {"type": "integer", "minimum": MINUTES[0], "maximum": MINUTES[1]},
    "reason": {"type": "string", "enum": [reason.value for reason in REASONS]},
}
SCHEMA_NAME: Final = "zone_plans"
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "plans": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": FIELDS,
                "required": list(FIELDS),
                "additionalProperties": False,
            },
            "maxItems": MOST_PLANS,
        }
    },
    "required": ["plans"],
    "additionalProperties": False,
}


def listed(meanings: list[str]) -> str:
    """Return a numbered list of what the places of a row mean."""
    return "\n".join(f"{place}. {meaning}" for place, meaning in enumerate(meanings, 1))


INSTRUCTIONS: Final = f"""\
You plan the lights of rooms. A local controller switches and dims them by motion and light sensors within a second;
your plan only sets what it aims at until the plan ends. People's own choices outrank you.

The input is JSON. Numbers are rounded to steps; null is unknown, or does not apply.
"now" is what is so for all zones:
{listed([fact.meaning for fact in MOMENT])}
"zones" has one row for each zone:
{listed(["name", *(column.meaning for column in COLUMNS)])}

Answer with one plan for each zone of the input, by its name, and for no other zone:
- mode: what the plan is for, "presence" or "night", where people are up at night and only find their way. It holds only
  while the present plan has the same mode.
- target_lux: what people there should have, daylight included. Too dark is worse than a little too bright, and both
  get changed by hand. What people want as learned is a good guess, unless changes by hand of late say otherwise: many
  for more or for less light mean that it is off that way by a fifth or more.
- kelvin: the white, between the warmest and the coolest of the zone; null where it has none. Cool by day, warm before
  sleep.
- hold_s: for how long nobody has to be seen before the light goes off. Switching off over people who sit still is
  much worse than a few minutes of light for nobody.
- confidence: 0 to 1, how sure you are that this is better than the present plan.
- minutes: for how long the plan is good.
- reason: what it is mainly made of.
If you know nothing better, return the present plan."""

# Tokens: an answer's frame with room for a little thinking, and what one plan needs.
_FRAME_TOKENS: Final = 1500
_PLAN_TOKENS: Final = 120
# What a provider puts around the texts, in tokens.
_WRAPPING: Final = 200


def request_of(batch: Batch) -> Request:
    """Return the request for a batch."""
    return Request(
        instructions=INSTRUCTIONS,
        payload=batch.payload,
        schema=SCHEMA,
        most_output_tokens=_FRAME_TOKENS + _PLAN_TOKENS * len(batch.asked),
    )


def most_usage(request: Request) -> Usage:
    """Return the most that a request can use: no token is shorter than a byte."""
    texts = (request.instructions, request.payload, json.dumps(request.schema), json.dumps(request.questions))
    return Usage(
        input_tokens=sum(len(text.encode()) for text in texts) + _WRAPPING, output_tokens=request.most_output_tokens
    )
