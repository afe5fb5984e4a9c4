"""Plans that wait for a person: what is worth asking about, and what was answered before."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, Final, Self

from ..zones.daypart import Daypart
from ..zones.plan import Mode, Plan

# What nobody would be asked about: parts of the illuminance, of the colour temperature, and of the hold time.
_SAME_LUX, _SAME_COLOUR, _SAME_HOLD = 0.15, 0.05, 0.2
# Who accepted is not asked again in this part of the day, and who declined not at that time of day for a week; seconds.
_ACCEPTED_FOR: Final = 12 * 3600.0
_DECLINED_FOR: Final = 7 * 86_400.0
_MOST_ANSWERS: Final = 32


class Stance(StrEnum):
    """What is to be done of a plan."""

    FOLLOW = "follow"
    """One like it was accepted."""
    ASK = "ask"
    LEAVE = "leave"
    """It is what the rules do anyway, or one like it was declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    at: float
    """Seconds since 1970."""
    daypart: Daypart
    accepted: bool
    mode: Mode
    lux: float
    kelvin: int | None
    hold: float

    def is_about(self, plan: Plan) -> bool:
        return _is_alike(self.mode, self.lux, self.kelvin, self.hold, plan)

    def as_list(self) -> list[Any]:
        return [
            round(self.at),
            self.daypart.value,
            self.accepted,
            self.mode.value,
            round(self.lux, 1),
            self.kelvin,
            round(self.hold),
        ]


class Advice:
    """What people answered to the plans for one zone."""

    def __init__(self) -> None:
        self._answers: deque[_Answer] = deque(maxlen=_MOST_ANSWERS)

    def stance(self, plan: Plan, rules: Plan, daypart: Daypart, at: float) -> Stance:
        """Return what is to be done of a plan now, beside that of the rules."""
        if plan.mode is not rules.mode or is_alike(plan, rules):
            return Stance.LEAVE
        for answer in reversed(self._answers):
            lasts = _ACCEPTED_FOR if answer.accepted else _DECLINED_FOR
            if answer.daypart is daypart and abs(at - answer.at) < lasts and answer.is_about(plan):
                return Stance.FOLLOW if answer.accepted else Stance.LEAVE
        return Stance.ASK

    def answered(self, plan: Plan, daypart: Daypart, at: float, *, accepted: bool) -> None:
        """Take what somebody answered to a plan."""
        answer = _Answer(
            at=at,
            daypart=daypart,
            accepted=accepted,
            mode=plan.mode,
            lux=plan.target_lux,
            kelvin=plan.colour_temperature,
            hold=plan.hold,
        )
        self._answers.append(answer)

    def as_list(self) -> list[list[Any]]:
        """Return it as JSON."""
        return [answer.as_list() for answer in self._answers]

    @classmethod
    def from_list(cls, data: list[Any]) -> Self:
        """Return what `as_list` wrote. Raises TypeError or ValueError for what can't be read."""
        advice = cls()
        for at, daypart, accepted, mode, lux, kelvin, hold in data:
            numbers = [float(at), float(lux), float(hold)]
            if not all(map(isfinite, numbers)):
                raise ValueError(f"{numbers} are no numbers of an answer")
            answer = _Answer(
                at=numbers[0],
                daypart=Daypart(daypart),
                accepted=bool(accepted),
                mode=Mode(mode),
                lux=numbers[1],
                kelvin=None if kelvin is None else int(kelvin),
                hold=numbers[2],
            )
            advice._answers.append(answer)
        return advice


def is_alike(one: Plan, other: Plan) -> bool:
    """Tell whether hardly anybody would notice which of two plans a zone follows."""
    return _is_alike(one.mode, one.target_lux, one.colour_temperature, one.hold, other)


def _is_alike(mode: Mode, lux: float, kelvin: int | None, hold: float, plan: Plan) -> bool:
    # A plan without a colour leaves colour as it is.
    colours = (kelvin or plan.colour_temperature or 0, plan.colour_temperature or kelvin or 0)
    return (
        mode is plan.mode
        and _is_near(lux, plan.target_lux, _SAME_LUX)
        and _is_near(*colours, _SAME_COLOUR)
        and _is_near(hold, plan.hold, _SAME_HOLD)
    )


def _is_near(one: float, other: float, part: float) -> bool:
    return abs(one - other) <= part * max(one, other)
