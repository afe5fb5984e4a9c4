"""Vacations and illnesses: on which days people are not as they mostly are."""

from datetime import date, timedelta
import random

from .specification import Absence


class Absences:
    """The days of vacation and of illness, by person; drawn a year at a time, in whatever order they are asked for."""

    def __init__(self, absence: Absence, seed: int) -> None:
        self._absence = absence
        self._seed = seed
        self._days: dict[tuple[str, str, int], frozenset[date]] = {}

    def on_vacation(self, who: str, day: date) -> bool:
        """Return whether somebody is away for the whole day."""
        absence = self._absence
        key = "all" if absence.together else who
        return self._covers("vacation", key, day, absence.vacations, absence.vacation_days)

    def ill(self, who: str, day: date) -> bool:
        """Return whether somebody stays in bed, or at home."""
        return self._covers("illness", who, day, self._absence.illnesses, self._absence.illness_days)

    def _covers(self, what: str, who: str, day: date, yearly: float, days: float) -> bool:
        # What began late in December lasts into January.
        return any(day in self._year(what, who, year, yearly, days) for year in (day.year - 1, day.year))

    def _year(self, what: str, who: str, year: int, yearly: float, days: float) -> frozenset[date]:
        key = (what, who, year)
        if (known := self._days.get(key)) is None:
            chance = random.Random(f"{what} {self._seed} {who} {year}")
            times = int(yearly) + (chance.random() < yearly % 1)
            first = date(year, 1, 1)
            covered: set[date] = set()
            for _ in range(times):
                begin = first + timedelta(days=chance.randrange(365))
                length = max(1, round(chance.gauss(days, days / 4)))
                covered.update(begin + timedelta(days=day) for day in range(length))
            known = self._days[key] = frozenset(covered)
        return known
