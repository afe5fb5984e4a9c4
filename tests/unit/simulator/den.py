"""One room with lamps, sensors, and somebody in it who does not like the dark."""

from typing import Final

from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet, inhabited
from custom_components.smart_lighting_ai_dali.simulator.world.reading import parse_world

# Whoever lives here is always in a room without windows, and does not like the dark.
WORLD: Final = parse_world("""
name: Den
latitude: 48.2
longitude: 16.4
timezone: Europe/Vienna
entrance: Den
absence: {vacations: 0, illnesses: 0}
rooms:
  - name: Den
    purpose: office
    area: 12
    lamps: {count: 2, lumens: 8000, watts: 50}
    motion: [{name: Den motion, hold: 5}]
    light: [{name: Den light, noise: 0, deaths: 0, least: 1}]
people:
  - name: Ida
    desk: Den
    temper: 50
    habits: [{days: all, hours: ["00:01", "23:59"], spread: 0, chance: 1}]
""")
FLEET: Final = inhabited(
    Fleet.parse("""
name: Den
gear:
  - {name: Left, room: Den, address: 0, level: 0}
  - {name: Right, room: Den, address: 1, types: [6, 8], level: 0}
  - {name: Elsewhere, room: Attic, address: 2, level: 0}
devices:
  - {name: Sensor, room: Den, address: 0, instances: [light_sensor, {type: occupancy_sensor, hold: 10}]}
"""),
    WORLD,
)
