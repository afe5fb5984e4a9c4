"""The colour temperature that people choose, by part of day."""

from typing import Any, Final, Self

from .hold_time import DAYPARTS

# A choice counts less by each later one; after these, one counts nothing.
_BY_LATER: Final = 0.6
_MOST_CHOICES: Final = 5
_WARMEST, _COOLEST = 1000, 20_000


class ColourPreference:
    """What the people of one zone choose."""

    def __init__(self) -> None:
        self._choices: tuple[list[int], ...] = tuple([] for _ in DAYPARTS)
        self._kelvin: list[int | None] = [None for _ in DAYPARTS]

    def kelvin(self, part: int) -> int | None:
        """Return what people choose in a part of the day, in kelvin; None where nobody chose."""
        return self._kelvin[part]

    def chose(self, part: int, kelvin: int) -> None:
        """Learn that a person chose a colour temperature, in kelvin."""
        choices = self._choices[part]
        choices.append(min(max(kelvin, _WARMEST), _COOLEST))
        del choices[:-_MOST_CHOICES]
        self._weigh(part)

    def _weigh(self, part: int) -> None:
        total = mired = 0.0
        for kelvin in self._choices[part]:
            # Equal steps of mired look equal.
            total, mired = total * _BY_LATER + 1, mired * _BY_LATER + 1e6 / kelvin
        self._kelvin[part] = round(1e6 * total / mired) if total else None

    def explain(self, part: int) -> dict[str, Any]:
        """Return what is chosen in a part of the day, and why."""
        return {"kelvin": self._kelvin[part], "choices": len(self._choices[part])}

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {name.value: choices for name, choices in zip(DAYPARTS, self._choices, strict=True) if choices}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        preference = cls()
        for part, name in enumerate(DAYPARTS):
            for kelvin in data.get(name.value, []):
                preference.chose(part, int(kelvin))
        return preference
