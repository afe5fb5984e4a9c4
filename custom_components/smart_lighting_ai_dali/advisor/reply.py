"""What an AI answered becomes plans, zone by zone; whatever is wrong with one is counted, and the rules go on there.

Nothing here raises, whatever the text is, and nothing of the text is kept: numbers within bounds and words of our own.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from ..zones.plan import Mode, Plan, Planner, Reason
from .bounds import Bounds
from .payload import Batch
from .schema import CONFIDENCE, FIELDS, HOLD, KELVIN, LUX, MINUTES, MODES, MOST_PLANS, REASONS
from .strict_json import NoNumber, TooDeepError, TooLargeError, Twice, read_strictly

# An answer to what was so longer ago than this, in seconds, is not worth taking up.
VALID: Final = 30.0
_MINUTE: Final = 60.0


class Rejection(StrEnum):
    """Why an answer, or the plan for a zone in it, was turned down."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    WRONG_SHAPE = "wrong_shape"
    """JSON, and not what was asked for."""
    LATE = "late"
    """What it answers to was too long ago, or something newer is known."""
    UNKNOWN_ZONE = "unknown_zone"
    """A zone that was not asked about."""
    DUPLICATE_ZONE = "duplicate_zone"
    """More than one plan for a zone: none of them is believed."""
    MISSING_ZONE = "missing_zone"
    """A zone that was asked about, without a plan."""
    DUPLICATE_KEY = "duplicate_key"
    MISSING_FIELD = "missing_field"
    EXTRA_FIELD = "extra_field"
    """Something that nobody asked for: such as the name of a service to call."""
    WRONG_TYPE = "wrong_type"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    """A number that no zone anywhere could want."""
    UNKNOWN_WORD = "unknown_word"
    """A mode or a reason that there is not."""
    UNSAFE = "unsafe"
    """A mode that this zone may not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of an answer; zones by their keys at home."""

    plans: Mapping[str, Plan] = field(default_factory=dict)
    clamped: frozenset[str] = frozenset()
    """Zones whose plan was brought within their bounds."""
    rejected: Mapping[str, Rejection] = field(default_factory=dict)
    """Why zones that were asked about got no plan."""
    counts: Mapping[Rejection, int] = field(default_factory=dict)
    """How often what was wrong, zones that nobody asked about among it."""

    @property
    def is_useless(self) -> bool:
        """Tell whether no plan came of it."""
        return not self.plans


def read_reply(
    text: str, batch: Batch, *, at: float, newer_at: float | None = None, newer: Collection[str] = ()
) -> Reading:
    """Return the plans of an answer that came at a time, in seconds since 1970; they count from then on.

    `newer_at` is when something newer was told or asked, if anything was; `newer` are zones, by their keys, of which
    something newer is known than what was told.
    """
    age = at - batch.taken_at
    if not 0 <= age <= VALID or (newer_at is not None and newer_at > batch.taken_at):
        return _all_rejected(batch, Rejection.LATE)
    items = _items_of(text)
    if isinstance(items, Rejection):
        return _all_rejected(batch, items)
    counts: Counter[Rejection] = Counter()
    named: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        match item:
            case Twice():
                counts[Rejection.DUPLICATE_KEY] += 1
            case {"zone": str(zone)} if zone in batch.asked:
                named.setdefault(zone, []).append(item)
            case {"zone": str()}:
                counts[Rejection.UNKNOWN_ZONE] += 1
            case _:
                counts[Rejection.WRONG_SHAPE] += 1
    plans: dict[str, Plan] = {}
    clamped: set[str] = set()
    rejected: dict[str, Rejection] = {}
    for label, question in batch.asked.items():
        is_late = question.key in newer
        judged = Rejection.LATE if is_late else _judge(named.get(label, []), question.bounds, at)
        if isinstance(judged, Rejection):
            rejected[question.key] = judged
            counts[judged] += 1
        else:
            plans[question.key], was_clamped = judged
            if was_clamped:
                clamped.add(question.key)
    return Reading(plans=plans, clamped=frozenset(clamped), rejected=rejected, counts=counts)


def _all_rejected(batch: Batch, rejection: Rejection) -> Reading:
    return Reading(
        rejected={question.key: rejection for question in batch.asked.values()}, counts=Counter({rejection: 1})
    )


def _items_of(text: str) -> list[Any] | Rejection:
    try:
        answer = read_strictly(text)
    except TooLargeError:
        return Rejection.TOO_LARGE
    except TooDeepError:
        return Rejection.TOO_DEEP
    except ValueError:
        return Rejection.NOT_JSON
    match answer:
        case Twice():
            return Rejection.DUPLICATE_KEY
        case {"plans": list(items), **others} if not others and len(items) <= MOST_PLANS:
            return items
        case _:
            return Rejection.WRONG_SHAPE


def _judge(items: list[dict[str, Any]], bounds: Bounds, at: float) -> tuple[Plan, bool] | Rejection:
    """Return the plan of the only item for a zone, and whether it had to be brought within its bounds."""
    if not items:
        return Rejection.MISSING_ZONE
    if len(items) > 1:
        return Rejection.DUPLICATE_ZONE
    item = items[0]
    if (wrong := _wrong_fields(item)) is not None:
        return wrong
    mode = Mode(item["mode"])
    if mode not in bounds.modes:
        return Rejection.UNSAFE
    lux = min(max(float(item["target_lux"]), bounds.least_lux), bounds.most_lux)
    hold = min(max(float(item["hold_s"]), bounds.hold[0]), bounds.hold[1])
    kelvin = None if item["kelvin"] is None else int(item["kelvin"])
    if bounds.kelvin is None:
        colour = None
    else:
        colour = None if kelvin is None else min(max(kelvin, bounds.kelvin[0]), bounds.kelvin[1])
    was_clamped = (lux, hold, colour) != (float(item["target_lux"]), float(item["hold_s"]), kelvin)
    plan = Plan(
        planner=Planner.AI,
        mode=mode,
        target_lux=lux,
        colour_temperature=colour,
        hold=hold,
        reason=Reason(item["reason"]),
        confidence=float(item["confidence"]),
        expires=at + _MINUTE * int(item["minutes"]),
    )
    return plan, was_clamped


def _wrong_fields(item: dict[str, Any]) -> Rejection | None:
    """Return what is wrong with the fields of a plan; None where nothing is."""
    if item.keys() - FIELDS.keys():
        return Rejection.EXTRA_FIELD
    if FIELDS.keys() - item.keys():
        return Rejection.MISSING_FIELD
    wrongs = (
        _wrong_number(item["target_lux"], LUX),
        None if item["kelvin"] is None else _wrong_number(item["kelvin"], KELVIN, whole=True),
        _wrong_number(item["hold_s"], HOLD, whole=True),
        _wrong_number(item["confidence"], CONFIDENCE),
        _wrong_number(item["minutes"], MINUTES, whole=True),
        _wrong_word(item["mode"], frozenset(mode.value for mode in MODES)),
        _wrong_word(item["reason"], frozenset(reason.value for reason in REASONS)),
    )
    return next((wrong for wrong in wrongs if wrong is not None), None)


def _wrong_number(value: Any, within: tuple[int, int], *, whole: bool = False) -> Rejection | None:
    if isinstance(value, NoNumber):
        return Rejection.NOT_A_NUMBER
    # What is true is no number, although Python counts with it.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return Rejection.WRONG_TYPE
    if whole and value != int(value):
        return Rejection.WRONG_TYPE
    return None if within[0] <= value <= within[1] else Rejection.OUT_OF_RANGE


def _wrong_word(value: Any, words: frozenset[str]) -> Rejection | None:
    if not isinstance(value, str):
        return Rejection.WRONG_TYPE
    return None if value in words else Rejection.UNKNOWN_WORD
