"""The plots of a day and of two months, from what was followed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from . import LEARNING_DAYS, OURS
from .drawing import BEST, FAINT, OURS as BLUE, PEER, PEOPLE, SUN, UNLEARNED, Panel, below, legend, page, text
from .following import Course, DayFigures, Look

_PIR: Final = "pir_20_min"
_UNLEARNED: Final = "zones_without_learning"
_BEST: Final = "oracle"
_HOURS: Final = tuple((float(hour), f"{hour}:00") for hour in range(0, 25, 3))


def plot_day(courses: Mapping[str, Course], *, world: str, room: str) -> str:
    """Return the plot of a room through a day: illuminance above, the light that makes it below."""
    ours, pir = courses[OURS].looks, courses[_PIR].looks
    brightest = max((look.wanted or 0.0) for look in ours) * 2.5
    above = Panel(title="Illuminance on the task, in lux", most_x=24, most_y=brightest, top=below(None), height=240)
    under = Panel(title="Light, of full light", most_x=24, most_y=1, top=below(above), height=120)

    def parts() -> Iterator[str]:
        yield from legend(
            (
                ("somebody awake", PEOPLE),
                ("daylight", SUN),
                ("wanted", FAINT),
                ("zones", BLUE),
                ("motion sensor, 20 min", PEER),
            )
        )
        for panel in (above, under):
            for begin, end in _presence(ours):
                yield panel.band(begin, end, PEOPLE)
        yield above.area([(look.hour, look.daylight) for look in ours], SUN)
        step = 100 if brightest < 1000 else 250
        yield from above.axes(_HOURS, ((float(lux), str(lux)) for lux in range(0, int(brightest) + 1, step)))
        yield above.line([(look.hour, look.lux) for look in pir], PEER)
        yield above.line([(look.hour, look.lux) for look in ours], BLUE)
        yield above.line([(look.hour, look.wanted) for look in ours], FAINT, dashes="5 4")
        yield from under.axes(_HOURS, ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")))
        yield under.line([(look.hour, look.light) for look in pir], PEER)
        yield under.line([(look.hour, look.light) for look in ours], BLUE)

    return page(parts(), last=under, title=f"{room} of the simulated {world} through a day")


def plot_months(courses: Mapping[str, Course], *, world: str) -> str:
    """Return the plot of each day from the first on: energy above, satisfaction below."""
    ours, pir, best = courses[OURS].days, courses[_PIR].days, courses[_BEST].days
    count, most = len(ours), max(day.kwh for day in (*ours, *pir)) * 1.1
    above = Panel(title="Energy of a day, in kWh", most_x=count, most_y=most, top=below(None), height=180)
    under = Panel(
        title="Part of the time with people in which the light was right",
        most_x=count,
        most_y=1,
        top=below(above),
        height=180,
    )
    weeks = tuple((day + 0.5, f"day {day + 1}") for day in range(0, count, 7))

    def parts() -> Iterator[str]:
        yield from legend(
            (
                ("zones", BLUE),
                ("zones without learning", UNLEARNED),
                ("motion sensor, 20 min", PEER),
                ("who knows the future", BEST),
            )
        )
        yield from above.axes(weeks, ((value, f"{value:g}") for value in _ticks(most)))
        for day, (mine, theirs, least) in enumerate(zip(ours, pir, best, strict=True)):
            yield above.bar(day + 0.12, day + 0.5, theirs.kwh, PEER)
            yield above.bar(day + 0.5, day + 0.88, mine.kwh, BLUE)
            yield above.bar(day + 0.12, day + 0.88, least.kwh, BEST)
        yield from under.axes(weeks, ((0.0, "0 %"), (0.5, "50 %"), (0.8, "80 %"), (1.0, "100 %")))
        yield under.line(_satisfaction(pir), PEER)
        yield under.line(_satisfaction(courses[_UNLEARNED].days), UNLEARNED)
        yield under.line(_satisfaction(ours), BLUE)
        for panel in (above, under):
            x = panel.x(LEARNING_DAYS)
            yield (
                f'<line x1="{x:.1f}" y1="{panel.top:.1f}" x2="{x:.1f}" y2="{panel.top + panel.height:.1f}" '
                f'stroke="{FAINT}" stroke-dasharray="3 3"/>'
            )
            yield text(x + 6, panel.top - 10, "these days count", anchor="start")

    return page(parts(), last=under, title=f"Each day of two months in the simulated {world}")


def _presence(looks: Sequence[Look]) -> Iterator[tuple[float, float]]:
    """Return from when until when somebody is there who wants light."""
    for is_wanted, some in groupby(looks, key=lambda look: look.wanted is not None):
        hours = [look.hour for look in some]
        if is_wanted:
            yield hours[0], hours[-1] + 1 / 60


def _satisfaction(days: Sequence[DayFigures]) -> list[tuple[float, float | None]]:
    return [(float(day), one.lux_satisfaction) for day, one in enumerate(days)] + [(float(len(days)), None)]


def _ticks(most: float) -> list[float]:
    step = next(one for one in (0.5, 1, 2, 5, 10, 20, 50) if most / one <= 6)
    return [step * number for number in range(int(most / step) + 1)]
