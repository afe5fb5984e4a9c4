"""A world, written down in YAML by people, and checked for them.

    name: Flat
    latitude: 48.2
    longitude: 16.4
    timezone: Europe/Vienna
    entrance: Hall
    rooms: [...]
    people: [...]

Every mistake gets one message: where it is, what is wrong, what is allowed. The keys are in `fields.py`.
"""

from pathlib import Path
from typing import Any, Final

import yaml

from ..document import Document, DocumentError, read_text, shown
from ..fleet_fields import Check
from .fields import PERSON, ROOM, WORLD
from .habits import EARLIEST_WAKING, LATEST_BED, LATEST_WAKING, SHORTEST_DAY
from .light import full_lux
from .purposes import LUX
from .specification import Habit, Person, Room, WorldSpecification

MAX_ROOMS: Final = 200
MAX_PEOPLE: Final = 500
_FOLDER: Final = Path(__file__).parents[1] / "worlds"
_NEEDED: Final = ("name", "latitude", "longitude", "timezone", "entrance")
_WEEK: Final = frozenset(range(7))


_DAY: Final = "a wake from 04:00 to 20:00, and a sleep two hours or more after it, up to 26:00"


class WorldError(DocumentError):
    """A world that can't be; `problems` has one message per mistake, with its place."""


def built_in_worlds() -> dict[str, Path]:
    """Return the files of the worlds that come along, by name."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}


def load_world(path: Path) -> WorldSpecification:
    """Read a world from a file; raises WorldError, and OSError where the file can't be read."""
    try:
        return parse_world(read_text(path))
    except DocumentError as error:
        raise WorldError(error.problems) from error


def parse_world(content: str) -> WorldSpecification:
    """Return the world that is written down; raises WorldError."""
    try:
        document = Document(content, what="world", needs="a world needs a name, a place, rooms and people")
    except DocumentError as error:
        raise WorldError(error.problems) from error
    return _Reader(document).world()


class _Reader:
    """Turns a document into a world."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def world(self) -> WorldSpecification:
        """Return the world; raises WorldError with all mistakes."""
        document = self._document
        parts = document.mapping(document.root, "the world", (*WORLD, "rooms", "people"))
        values = {key: document.value(node, key, WORLD[key]) for key, node in parts.items() if key in WORLD}
        for key in _NEEDED:
            if key not in parts and document.root is not None:
                document.problem(document.root, key, "missing")
        rooms = [self._room(node, fields) for node, fields in self._records(parts.get("rooms"), "room", ROOM)]
        people = [
            (node, fields) for node, fields in self._records(parts.get("people"), "person", PERSON) if "name" in fields
        ]
        if document.problems:
            raise WorldError(document.problems)
        names = {room.name for room in rooms if room}
        self._check_rooms(parts["rooms"], [room for room in rooms if room])
        for node, fields in people:
            self._check_person(node, fields, names)
        for one in values.get("visitors", ()):
            self._check_names(parts["visitors"], f"visitors ({one.name})", (one.room,), names)
        self._check_names(parts["entrance"], "entrance", (values["entrance"],), names)
        if document.problems:
            raise WorldError(document.problems)
        return WorldSpecification(
            **values,
            rooms=tuple(room for room in rooms if room),
            people=tuple(Person(**fields) for _, fields in people),
        )

    def _records(
        self, node: yaml.Node | None, what: str, checks: dict[str, Check]
    ) -> list[tuple[yaml.Node, dict[str, Any]]]:
        """Return what is right of each item of a list."""
        most = MAX_ROOMS if what == "room" else MAX_PEOPLE
        if not isinstance(node, yaml.SequenceNode) or not 0 < len(node.value) <= most:
            if self._document.root is not None:
                self._document.problem(node or self._document.root, what, f"a list of 1 to {most} is needed")
            return []
        found = []
        for position, item in enumerate(node.value, start=1):
            fields = self._document.checked(item, f"{what} {position}", checks)
            if "name" not in fields:
                self._document.problem(item, f"{what} {position}", "its name is missing")
            found.append((item, fields))
        return found

    def _room(self, node: yaml.Node, fields: dict[str, Any]) -> Room | None:
        """Return a room; None, and a problem more, where something is missing."""
        before = len(self._document.problems)
        for key in ("purpose", "area", "lamps"):
            if key not in fields:
                self._document.problem(node, f"room {shown(fields.get('name'))}", f"its {key} is missing, or wrong")
        if len(self._document.problems) > before or "name" not in fields:
            return None
        room = Room(**({"lux": LUX[fields["purpose"]]} | fields))
        if (most := full_lux(room)) < room.lux:
            what = f"its lamps give {most:.0f} lx at most, and people want {room.lux:.0f}; more lumens, or another lux"
            self._document.problem(node, f"room {shown(room.name)}", what)
        return room

    def _check_rooms(self, node: yaml.Node, rooms: list[Room]) -> None:
        """Check what rooms say of each other."""
        names: set[str] = set()
        sensors: set[str] = set()
        for room in rooms:
            if room.name in names:
                self._document.problem(node, "rooms", f"two are called {shown(room.name)}; give each a name of its own")
            names.add(room.name)
            for name in [one.name for one in room.motion] + [one.name for one in room.light]:
                if name in sensors:
                    self._document.problem(node, "rooms", f"two sensors are called {shown(name)}")
                sensors.add(name)
        for room in rooms:
            self._check_names(node, f"doors of {shown(room.name)}", room.doors, names)
            self._check_names(node, f"spill of {shown(room.name)}", tuple(room.lamps.spill), names)
        reached, edge = {rooms[0].name}, [rooms[0].name]
        while edge:
            here = edge.pop()
            beside = {one.name for one in rooms if here in one.doors} | {
                door for one in rooms if one.name == here for door in one.doors
            }
            edge.extend((beside - reached) & names)
            reached |= beside
        for name in sorted(names - reached):
            self._document.problem(node, "doors", f"nobody gets from {shown(rooms[0].name)} to {shown(name)}")

    def _check_person(self, node: yaml.Node, fields: dict[str, Any], names: set[str]) -> None:
        """Check what a person says of rooms and of days."""
        title = f"person {shown(fields['name'])}"
        mentioned = (*fields.get("rooms", ()), *fields.get("lux", ()))
        places = tuple(fields[key] for key in ("bed", "desk") if key in fields)
        self._check_names(node, title, (*places, *mentioned), names)
        if not places:
            self._document.problem(node, title, "give a bed to who lives here, or a desk to who comes")
        habits = fields.get("habits", ())
        if not habits:
            self._document.problem(node, title, "its habits are missing: a list of what a day is like")
        for habit in habits:
            if "bed" in fields and not _is_a_day(habit):
                self._document.problem(node, title, f"each habit needs {_DAY}")
            if "bed" not in fields and habit.hours is None:
                self._document.problem(node, title, "each habit needs hours; who sleeps here has a bed")
        days = [day for habit in habits for day in habit.days]
        if len(set(days)) != len(days):
            self._document.problem(node, title, "a weekday stands in two habits")
        if "bed" in fields and set(days) != _WEEK:
            self._document.problem(node, title, "who lives here needs a habit for each weekday")

    def _check_names(self, node: yaml.Node, place: str, used: tuple[str, ...], names: set[str]) -> None:
        for name in used:
            if name not in names:
                self._document.problem(
                    node, place, f"there is no room {shown(name)}; there are {', '.join(sorted(names))}"
                )


def _is_a_day(habit: Habit) -> bool:
    """Return whether somebody can live by a habit."""
    if habit.wake is None or habit.sleep is None:
        return False
    return EARLIEST_WAKING <= habit.wake <= LATEST_WAKING and habit.wake + SHORTEST_DAY <= habit.sleep <= LATEST_BED
