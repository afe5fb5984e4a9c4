"""A small world for tests: two rooms that shine into each other, and people who are mostly there."""

from typing import Final

from custom_components.smart_lighting_ai_dali.simulator.world.reading import parse_world
from custom_components.smart_lighting_ai_dali.simulator.world.specification import WorldSpecification

TEXT: Final = """
name: Small
latitude: 48.2
longitude: 16.4
timezone: Europe/Vienna
entrance: Hall
absence: {vacations: 0, illnesses: 0}
rooms:
  - name: Hall
    purpose: corridor
    area: 8
    lamps: {count: 3, lumens: 900, watts: 9, spill: {Study: 0.2}}
    doors: [Study]
    motion: [{name: Hall motion, hold: 10, deaths: 0, false_alarms: 0}]
  - name: Study
    purpose: living
    area: 20
    windows: [{area: 3, facing: S}]
    lamps: {count: 5, lumens: 1500, watts: 14, kelvin: [2700, 6500], spill: {Hall: 0.1}}
    motion: [{name: Study motion, deaths: 0, false_alarms: 0}]
    light: [{name: Study light, noise: 0, deaths: 0, threshold: 0.05, least: 2, delay: 0.5, interval: 5}]
people:
  - name: Ada
    bed: Study
    habits: [{days: all, wake: "07:00", sleep: "23:00"}]
  - name: Bob
    desk: Study
    rooms: {Hall: 3, Study: 2}
    taste: 1.3
    habits: [{days: all, hours: ["09:00", "19:00"], chance: 1}]
"""


def small_world(*changes: tuple[str, str]) -> WorldSpecification:
    """Return the small world, with some of its text changed."""
    content = TEXT
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    return parse_world(content)
