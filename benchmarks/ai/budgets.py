"""Random days of calls, with restarts and a clock that goes forth and back: what AI costs, against what it may."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
import json
import random
from typing import Final

from custom_components.smart_lighting_ai_dali.advisor.budget import Budget, Limits, Refusal
from custom_components.smart_lighting_ai_dali.advisor.prices import Price
from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind, Usage

_DAYS_A_RUN: Final = 50
_DAY: Final = 86_400.0
_BEGIN: Final = (1_767_225_600.0, 1_798_761_600.0)
# How far a clock may be set: summer time that somebody takes for UTC, a day, a month, an empty battery, a wrong year.
_JUMPS: Final = (3600.0, -3600.0, -60.0, -30.0, _DAY, -_DAY, -3 * _DAY, 30 * _DAY, -30 * _DAY, -400 * _DAY, 3000 * _DAY)
_A_HAIR: Final = 1e-9


@dataclass(slots=True)
class _Book:
    """What was really used, by what the clock said."""

    calls: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    tokens: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    money: dict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(float))
    times: list[tuple[int, float]] = field(default_factory=list)
    """Of each call: how often the clock had been set, and the time that really went by, in seconds."""

    def enter(self, at: float, really: tuple[int, float], usage: Usage, price: Price | None) -> None:
        """Enter a call."""
        day = int(at // _DAY)
        self.calls[day] += 1
        self.tokens[day] += usage.input_tokens + usage.output_tokens
        if price is not None:
            date = datetime.fromtimestamp(at, UTC)
            self.money[date.year, date.month] += price.of(usage)
        self.times.append(really)

    def overruns(self, limits: Limits) -> int:
        """Return how many days, months and calls were over a limit."""
        calls, tokens, money = limits.calls_a_day, limits.tokens_a_day, limits.money_a_month
        return (
            sum(1 for count in self.calls.values() if calls is not None and count > calls)
            + sum(1 for count in self.tokens.values() if tokens is not None and count > tokens)
            + sum(1 for spent in self.money.values() if money is not None and spent > money + _A_HAIR)
            + sum(
                1
                for (setting, one), (same, other) in pairwise(self.times)
                # Nobody can know how long it was, while the clock was set meanwhile.
                if setting == same and other - one < limits.least_interval - _A_HAIR
            )
        )


def measure(seed: int, days: int = 10_000) -> tuple[int, int]:
    """Return how often something was over its limit in so many days, and how many calls were made."""
    overruns = calls = 0
    for run in range(days // _DAYS_A_RUN):
        over, made = _run(random.Random(f"budget {seed} {run}"))
        overruns += over
        calls += made
    return overruns, calls


def _run(chance: random.Random) -> tuple[int, int]:
    limits = Limits(
        least_interval=chance.choice((0.0, 60.0, 900.0)),
        calls_a_day=chance.choice((None, 5, 30)),
        tokens_a_day=chance.choice((None, 20_000, 100_000)),
        money_a_month=chance.choice((None, 0.05, 0.5)),
    )
    price = Price(input=0.25, output=2.0) if chance.random() < 0.8 else None
    budget, book = Budget(limits), _Book()
    elapsed, clock, settings = 0.0, chance.uniform(*_BEGIN), 0
    while elapsed < _DAYS_A_RUN * _DAY:
        pause = chance.expovariate(1 / 3000)
        elapsed += pause
        clock += pause
        if chance.random() < 0.03:
            clock, settings = max(0.0, clock + chance.choice(_JUMPS)), settings + 1
        if chance.random() < 0.03:
            budget = _restarted(budget)
        _call(chance, budget, book, really=(settings, elapsed), at=clock, price=price)
        if chance.random() < 0.02:
            budget = _restarted(budget)
    return book.overruns(limits), len(book.times)


def _call(
    chance: random.Random, budget: Budget, book: _Book, *, really: tuple[int, float], at: float, price: Price | None
) -> None:
    most = Usage(input_tokens=chance.randrange(1000, 6000), output_tokens=chance.randrange(500, 3000))
    taken = budget.reserve(at, most, price)
    if isinstance(taken, Refusal):
        return
    used = Usage(
        input_tokens=chance.randrange(most.input_tokens + 1), output_tokens=chance.randrange(most.output_tokens + 1)
    )
    match chance.randrange(10):
        case 0:
            # It ended in a restart, a cancellation or a timeout: nobody knows what it used.
            pass
        case 1:
            budget.settle(taken, None)
        case 2:
            used = Usage(input_tokens=0, output_tokens=0)
            budget.settle_failure(taken, chance.choice((FailureKind.RATE_LIMIT, FailureKind.AUTHENTICATION)))
        case 3:
            budget.settle_failure(taken, FailureKind.TIMEOUT)
        case _:
            budget.settle(taken, used)
    book.enter(at, really, used, price)


def _restarted(budget: Budget) -> Budget:
    return Budget.from_dict(json.loads(json.dumps(budget.as_dict())), budget.limits)
