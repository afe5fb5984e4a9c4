"""World files: what they may say, and what people are told of their mistakes."""

from pathlib import Path

import pytest

from custom_components.smart_lighting_ai_dali.simulator.world.reading import (
    WorldError,
    built_in_worlds,
    load_world,
    parse_world,
)
from custom_components.smart_lighting_ai_dali.simulator.world.specification import DayPart, Purpose, Window

from .small_world import small_world


def problems(*changes: tuple[str, str]) -> tuple[str, ...]:
    """Return what is wrong with the small world once some of its text is changed."""
    with pytest.raises(WorldError) as caught:
        small_world(*changes)
    return caught.value.problems


def test_a_small_world_is_read() -> None:
    world = small_world(
        ("taste: 1.3", "taste: 1.3\n    lux: {Study: 400}\n    parts: {night: 0.5}\n    kelvin: {evening: 2700}"),
        ("facing: S", "facing: sw"),
    )
    hall, study = world.rooms
    assert (hall.purpose, hall.lux, study.lux) == (Purpose.CORRIDOR, 100, 180)
    assert study.windows == (Window(area=3, facing=225),)
    assert study.lamps.kelvin == (2700, 6500)
    assert hall.lamps.spill == {"Study": 0.2}
    ada, bob = world.people
    assert (ada.habits[0].wake, ada.habits[0].sleep, bob.habits[0].hours) == (420, 1380, (540, 1140))
    assert bob.lux == {"Study": 400}
    assert (bob.parts, bob.kelvin) == ({DayPart.NIGHT: 0.5}, {DayPart.EVENING: 2700})


@pytest.mark.parametrize("name", ["home", "office"])
def test_the_built_in_worlds_are_sound(name: str) -> None:
    world = load_world(built_in_worlds()[name])
    assert len(world.rooms) in {7, 8}
    assert all(room.motion for room in world.rooms)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("latitude: 48.2", "latitude: 88"), "line 3, latitude: 88 is not allowed; -66 to 66"),
        (("latitude: 48.2\n", ""), "line 2, latitude: missing"),
        (
            ("timezone: Europe/Vienna", "timezone: Mars"),
            "line 5, timezone: Mars is not allowed; the name of a time zone",
        ),
        (("entrance: Hall", "entrance: Cellar"), "entrance: there is no room Cellar; there are Hall, Study"),
        (("entrance", "entrence"), "the world: there is no key entrence; did you mean entrance?"),
        (("purpose: living", "purpose: lounge"), "room 2, purpose: lounge is not allowed; living or kitchen or "),
        (("    purpose: living\n", ""), "room Study: its purpose is missing, or wrong"),
        (
            ("facing: S", "facing: up"),
            "room 2, windows: this list is not allowed; number 1: its facing has to be N, NE, ",
        ),
        (
            ("lumens: 1500", "lumen: 1500"),
            "room 2, lamps: this mapping is not allowed; there is no key lumen; there are",
        ),
        (("lumens: 1500, ", ""), "room 2, lamps: this mapping is not allowed; its lumens is missing"),
        (("lumens: 1500", "lumens: 300"), "room Study: its lamps give 36 lx at most, and people want 180; more lumens"),
        (("count: 5", "count: 2.5"), "its count has to be a whole number, 1 to 1000"),
        (("kelvin: [2700, 6500]", "kelvin: [6500, 2700]"), "its kelvin has to be one colour temperature in kelvin, or"),
        (("doors: [Study]", "doors: []"), "doors: nobody gets from Hall to Study"),
        (
            ("spill: {Hall: 0.1}", "spill: {Attic: 0.1}"),
            "spill of Study: there is no room Attic; there are Hall, Study",
        ),
        (("spill: {Hall: 0.1}", "spill: 1"), "its spill has to be names with values"),
        (("Study motion", "Hall motion"), "rooms: two sensors are called Hall motion"),
        (("- name: Study", "- name: Hall"), "rooms: two are called Hall; give each a name of its own"),
        (("- name: Study\n    purpose", "- purpose"), "room 2: its name is missing"),
        (("bed: Study", "bed: Loft"), "person Ada: there is no room Loft; there are Hall, Study"),
        (("    bed: Study\n", ""), "person Ada: give a bed to who lives here, or a desk to who comes"),
        (("days: all, wake", "days: weekend, wake"), "person Ada: who lives here needs a habit for each weekday"),
        (
            ("days: all, wake", "days: [mo], wake"),
            "number 1: its days has to be weekdays, weekend, all, or a list of mon",
        ),
        (
            ('wake: "07:00", ', ""),
            "person Ada: each habit needs a wake from 04:00 to 20:00, and a sleep two hours or more",
        ),
        (
            ('"23:00"', '"08:30"'),
            "person Ada: each habit needs a wake from 04:00 to 20:00, and a sleep two hours or more",
        ),
        (('hours: ["09:00", "19:00"]', "spread: 5"), "person Bob: each habit needs hours; who sleeps here has a bed"),
        (('"09:00", "19:00"', '"19:00", "09:00"'), "number 1: its hours has to be two times, the earlier one first"),
        (('"07:00"', "420"), 'number 1: its wake has to be a time in quotes, such as "07:30"'),
        (("vacations: 0", "together: 1"), "absence: this mapping is not allowed; its together has to be yes or no"),
        (
            ("    habits: [{days: all, wake", "    kelvin: {day: 4000}\n    # [{days: all, wake"),
            "its habits are missing: a",
        ),
        (("rooms: {Hall: 3", "rooms: {Hull: 3"), "person Bob: there is no room Hull; there are Hall, Study"),
    ],
)
def test_a_mistake_is_told_with_its_place(change: tuple[str, str], message: str) -> None:
    found = problems(change)
    assert any(message in problem for problem in found), found


def test_a_weekday_in_two_habits_is_a_mistake() -> None:
    habit = '{days: all, wake: "07:00", sleep: "23:00"}'
    assert any("a weekday stands in two habits" in one for one in problems((habit, f"{habit}, {habit}")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; a world needs a name, a place, rooms and people"),
        ("name: X", "room: a list of 1 to 200 is needed"),
        ("name: X\npeople: []", "person: a list of 1 to 500 is needed"),
        ("- 1", "the world: keys with values are needed"),
        ("name: [X", "expected ',' or ']'"),
        ("[" * 1000, "not a world: brackets in brackets in brackets"),
    ],
    ids=["nothing", "a name", "nobody", "a list", "half a list", "brackets"],
)
def test_a_world_that_is_none(content: str, message: str) -> None:
    with pytest.raises(WorldError) as caught:
        parse_world(content)
    assert any(message in problem for problem in caught.value.problems), caught.value.problems


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_bytes(b"name: \xff")
    with pytest.raises(WorldError, match=r"world\.yaml: not a text file"):
        load_world(path)


def test_a_room_that_is_not_there_is_not_found() -> None:
    with pytest.raises(LookupError, match="there is no room Cellar"):
        small_world().room("Cellar")


def test_the_world_of_the_documentation_can_be_read() -> None:
    page = (Path(__file__).parents[4] / "docs" / "simulated-world.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    assert [room.name for room in parse_world(example).rooms] == ["Hall", "Study", "Bedroom"]
