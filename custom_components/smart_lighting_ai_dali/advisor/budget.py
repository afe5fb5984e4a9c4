"""What AI may cost: calls, tokens and money, taken before a call and corrected after it.

Everything is kept by the UTC day of the clock, for each day that it ever showed of late. So a restart, a new day or a
clock that is set forth and back again resets nothing that was spent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Any, Final, Self

from .prices import Price
from .provider import FailureKind, Usage

# Days that are remembered, the last ones used: two months, and every odd day of a clock that was wrong.
_MOST_DAYS: Final = 100
# Calls whose times are remembered, for the least interval between two of them.
_MOST_CALLS: Final = 32
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400
_LAST_DAY: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH).days
# What no provider bills: the request did not get as far as a model.
_FREE: Final = frozenset(
    {FailureKind.AUTHENTICATION, FailureKind.QUOTA, FailureKind.RATE_LIMIT, FailureKind.MODEL, FailureKind.TOO_LARGE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that AI may use; None is no limit."""

    least_interval: float = 60.0
    """Seconds between two calls."""
    calls_a_day: int | None = 100
    tokens_a_day: int | None = 500_000
    money_a_month: float | None = None
    """In the currency of the prices."""


class Refusal(StrEnum):
    """Why a call may not be made."""

    INTERVAL = "interval"
    """The last call was too short a time ago."""
    CALLS = "calls"
    """The calls of today are used up."""
    TOKENS = "tokens"
    """The tokens of today don't reach for another call."""
    MONEY = "money"
    """The money of this month does not reach for another call."""
    PRICE_UNKNOWN = "price_unknown"
    """There is a limit for money, and nobody knows what a call costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What was taken for one call: the most that it can use."""

    day: int
    usage: Usage
    price: Price | None


@dataclass(slots=True, kw_only=True)
class Spent:
    """What was used on one day."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    money: float = 0.0
    """Of the calls whose price is known."""
    unpriced: int = 0
    """Calls whose price nobody knows."""

    @property
    def tokens(self) -> int:
        """Return all tokens."""
        return self.input_tokens + self.output_tokens

    @property
    def cost(self) -> float | None:
        """Return what it cost; None where a price is unknown."""
        return None if self.unpriced else self.money

    def add(self, usage: Usage, price: Price | None, sign: int = 1) -> None:
        """Add what a call uses, or take it back."""
        self.input_tokens += sign * usage.input_tokens
        self.output_tokens += sign * usage.output_tokens
        if price is None:
            self.unpriced += sign
        else:
            self.money = max(0.0, self.money + sign * price.of(usage))


class Budget:
    """What was used, and what may be."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._days: dict[int, Spent] = {}
        """The day used last comes last."""
        self._called: list[float] = []

    # --- Before and after a call

    def refusal(self, at: float, most: Usage, price: Price | None) -> Refusal | None:
        """Return why a call that uses so much at most may not be made; None where it may."""
        limits, day = self.limits, _day_of(at)
        spent = self._days.get(day, Spent())
        if any(abs(at - called) < limits.least_interval for called in self._called):
            return Refusal.INTERVAL
        if limits.calls_a_day is not None and spent.calls >= limits.calls_a_day:
            return Refusal.CALLS
        tokens = most.input_tokens + most.output_tokens
        if limits.tokens_a_day is not None and spent.tokens + tokens > limits.tokens_a_day:
            return Refusal.TOKENS
        if limits.money_a_month is None:
            return None
        if price is None:
            return Refusal.PRICE_UNKNOWN
        return Refusal.MONEY if self._month(day).money + price.of(most) > limits.money_a_month else None

    def reserve(self, at: float, most: Usage, price: Price | None) -> Reservation | Refusal:
        """Take what a call can use at most, or say why it may not be made.

        Keep `as_dict` before the call is made: a restart meanwhile counts it as used.
        """
        if (refusal := self.refusal(at, most, price)) is not None:
            return refusal
        day = _day_of(at)
        spent = self._days.pop(day, Spent())
        self._days[day] = spent
        spent.calls += 1
        spent.add(most, price)
        self._called.append(at)
        del self._called[:-_MOST_CALLS]
        for oldest in list(self._days)[:-_MOST_DAYS]:
            del self._days[oldest]
        return Reservation(day=day, usage=most, price=price)

    def settle(self, reservation: Reservation, usage: Usage | None) -> None:
        """Correct what was taken by what was used; where nobody knows that, the most stays."""
        if usage is None or usage.input_tokens < 0 or usage.output_tokens < 0:
            return
        spent = self._days.get(reservation.day)
        if spent is not None:
            spent.add(reservation.usage, reservation.price, sign=-1)
            spent.add(usage, reservation.price)

    def settle_failure(self, reservation: Reservation, kind: FailureKind, usage: Usage | None = None) -> None:
        """Correct what was taken for a call that gave no answer: the call counts, what can't have been billed not."""
        free = Usage(input_tokens=0, output_tokens=0) if kind in _FREE else None
        self.settle(reservation, usage or free)

    # --- What was used

    def today(self, at: float) -> Spent:
        """Return what was used on the UTC day of a time."""
        return self._days.get(_day_of(at), Spent())

    def this_month(self, at: float) -> Spent:
        """Return what was used in the UTC month of a time."""
        return self._month(_day_of(at))

    def _month(self, day: int) -> Spent:
        month = _month_of(day)
        total = Spent()
        for one, spent in self._days.items():
            if _month_of(one) == month:
                total.calls += spent.calls
                total.input_tokens += spent.input_tokens
                total.output_tokens += spent.output_tokens
                total.money += spent.money
                total.unpriced += spent.unpriced
        return total

    # --- How it is kept

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "days": [
                [day, spent.calls, spent.input_tokens, spent.output_tokens, spent.money, spent.unpriced]
                for day, spent in self._days.items()
            ],
            "called": list(self._called),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], limits: Limits) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        budget = cls(limits)
        for day, calls, input_tokens, output_tokens, money, unpriced in data["days"]:
            counts = [int(count) for count in (calls, input_tokens, output_tokens, unpriced)]
            if min(counts) < 0 or not isfinite(float(money)) or float(money) < 0:
                raise ValueError(f"day {day} has used less than nothing")
            budget._days[int(day)] = Spent(
                calls=counts[0],
                input_tokens=counts[1],
                output_tokens=counts[2],
                money=float(money),
                unpriced=counts[3],
            )
        budget._called = [float(called) for called in data["called"]][-_MOST_CALLS:]
        return budget


def _day_of(at: float) -> int:
    """Return the UTC day of a time, in days since 1970."""
    return min(max(int(at // _DAY), 0), _LAST_DAY)


def _month_of(day: int) -> tuple[int, int]:
    date = _EPOCH + timedelta(days=day)
    return date.year, date.month
