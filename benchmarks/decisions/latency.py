"""From a sensor's event to the frame on the line, in a Home Assistant with fifty zones and a thousand events a second.

`python -m benchmarks.decisions.latency`: the line is simulated, in a process of its own and in real time.
"""

import asyncio
from contextlib import suppress
import random
import time
from types import MappingProxyType
from typing import Final

from homeassistant.config_entries import ConfigSubentry

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.dali.level import OFF
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.site import Site

from ..goals import Goal, row
from ..home_assistant import in_home_assistant
from ..line.arrival import seconds_to_light
from ..line.house import House, open_house
from ..line.loop_gap import Gaps
from ..line.simulator import fleet, simulated
from ..line.waiting import until_complete

ZONES: Final = 50
EVENTS_PER_SECOND: Final = 1000
ROUNDS: Final = 3
GOAL: Final = Goal("event_to_frame_ms_p99", 200)
# Somebody comes into a zone so often, in seconds: each needs a few of the forty frames that a line carries a second.
_ARRIVALS: Final = 0.3
_TURN: Final = 0.01
_FRAME_SECONDS: Final = 10.0


class Crowd:
    """Sensors of fifty zones that talk all the time, and people who come into one zone after the other."""

    def __init__(self, house: House, seed: int) -> None:
        self.events = 0
        self.took: list[float] = []
        """Seconds from each arrival to its frame."""
        self._house = house
        self._chance = random.Random(seed)
        (entry,) = house.hass.config_entries.async_entries(DOMAIN)
        self._entry = entry
        self._site: Site = entry.runtime_data

    async def round(self) -> None:
        """Set the zones up, let people come into all of them while all sensors talk, and take the zones away."""
        await self._house.line.many.set_all(OFF, seconds=0, priority=Priority.USER)
        for number in range(ZONES):
            self._say(number, "off", is_first=True)
            self._say(number, "off", is_first=False)
            self._measure(number)
            self._house.hass.config_entries.async_add_subentry(self._entry, self._zone(number))
        await self._house.hass.async_block_till_done()
        talking = asyncio.create_task(self._talk())
        for number in self._chance.sample(range(ZONES), ZONES):
            self.took.append(await self._come(number))
            await asyncio.sleep(_ARRIVALS)
        talking.cancel()
        with suppress(asyncio.CancelledError):
            await talking
        for key in tuple(self._site.control.zones):
            self._house.hass.config_entries.async_remove_subentry(self._entry, key)
        await self._house.hass.async_block_till_done()

    def _zone(self, number: int) -> ConfigSubentry:
        data = {
            "lights": [self._house.lights[number]],
            "motion": [f"binary_sensor.door_{number}", f"binary_sensor.desk_{number}"],
            "illuminance": [f"sensor.light_{number}"],
            "purpose": "office",
        }
        return ConfigSubentry(
            data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title=f"Room {number}", unique_id=None
        )

    async def _come(self, number: int) -> float:
        """Let somebody come into a zone; return how long it took to its frame, in seconds."""
        return await seconds_to_light(
            self._house, self._site, number, lambda: self._say(number, "on", is_first=True), within=_FRAME_SECONDS
        )

    async def _talk(self) -> None:
        """Have sensors say something a thousand times a second."""
        begun, said = time.perf_counter(), 0
        while True:
            while said < (time.perf_counter() - begun) * EVENTS_PER_SECOND:
                said += 1
                self.events += 1
                number = self._chance.randrange(ZONES)
                if self._chance.random() < 0.5:
                    self._measure(number)
                else:
                    self._flutter(number)
            await asyncio.sleep(_TURN)

    def _say(self, number: int, state: str, *, is_first: bool) -> None:
        sensor = "door" if is_first else "desk"
        self._house.hass.states.async_set(f"binary_sensor.{sensor}_{number}", state, force_update=True)

    def _flutter(self, number: int) -> None:
        """Let the second sensor see somebody who is there, or say once more that it sees nobody."""
        is_there = self._house.hass.states.is_state(f"binary_sensor.door_{number}", "on")
        self._say(number, self._chance.choice(("on", "off")) if is_there else "off", is_first=False)

    def _measure(self, number: int) -> None:
        """Let the light sensor read what the lights make and a little daylight, with noise."""
        level = self._house.line.state(list(self._house.line.gear)[number]).level or 0
        lux = 20 + 2 * level + self._chance.gauss(0, 2)
        self._house.hass.states.async_set(f"sensor.light_{number}", f"{lux:.1f}", force_update=True)


async def _run(port: str, seen: Gaps) -> dict[str, float]:
    async with open_house(port, seen) as house:
        await until_complete(house.line)
        crowd = Crowd(house, seed=1)
        begun = time.perf_counter()
        for _ in range(ROUNDS):
            await crowd.round()
        seconds = time.perf_counter() - begun
        took = sorted(1000 * one for one in crowd.took)
        return {
            "event_to_frame_ms_p50": took[len(took) // 2],
            GOAL.key: took[min(len(took) - 1, round(0.99 * len(took)))],
            "event_to_frame_ms_max": took[-1],
            "arrivals": len(took),
            "events_per_s": crowd.events / seconds,
            "loop_gap_ms_max": 1000 * seen.longest,
        }


def main() -> None:
    """Measure, and print the figures."""
    with simulated(fleet()) as simulator:
        figures = in_home_assistant(_run(simulator.port, Gaps()))
    for key, value in figures.items():
        print(row(key, value, GOAL if key == GOAL.key else None))


if __name__ == "__main__":
    main()
