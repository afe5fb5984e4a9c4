"""What a line and python-dali's own driver have in common, over the same simulated line of 64 gear in real time.

Each is measured in a process of its own; the simulator runs in a third. The floor is what the standard allows: the time
of the frames with the settling times of a person's action (IEC 62386-101, tables 16 and 22).
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from typing import Final

from dali.address import GearShort
from dali.driver.serial import DriverLubaRs232
from dali.gear import general
from dali.gear.sequences import SetDT8ColourValueTc
import psutil

from custom_components.smart_lighting_ai_dali.dali.events import LineStatus, StatusChanged
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.dali.timing import (
    ANSWER_GAP_MAX,
    ANSWER_GAP_MIN,
    BACKWARD_FRAME,
    SETTLING,
    Priority,
    forward_frame,
)

from .simulator import GEAR, ROOT

CONNECTIONS: Final = 5
QUERIES: Final = 200
COMMANDS: Final = 200
IDLE_SECONDS: Final = 10.0
# In mirek.
WARM: Final = 370


def measure(port: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return our figures and python-dali's, on the same simulated line."""
    return _in_own_process("ours", port), _in_own_process("python-dali", port)


def table(ours: dict[str, float], peer: dict[str, float]) -> str:
    """Return both with what the standard allows, for people."""
    command = forward_frame(16) + SETTLING[Priority.USER][1]
    query = command + (ANSWER_GAP_MIN + ANSWER_GAP_MAX) / 2 + BACKWARD_FRAME
    floor = {"query_ms_p50": query * 1000, "dapc_per_s": 1 / command}
    rows = [f"{'':<18}{'ours':>10}{'python-dali':>13}{'floor':>9}{'ratio':>8}"]
    for key, value in ours.items():
        other, least = peer[key], floor.get(key)
        rows.append(
            f"{key:<18}{value:>10.2f}{other:>13.2f}"
            + (f"{least:>9.2f}" if least is not None else f"{'-':>9}")
            + (f"{value / other:>8.2f}" if other else f"{'-':>8}")
        )
    return "\n".join(rows)


def _in_own_process(who: str, port: str) -> dict[str, float]:
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.line.one_peer", who, port],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    ).stdout
    figures: dict[str, float] = json.loads(output.splitlines()[-1])
    return figures


async def _online(line: Line) -> None:
    """Start a line and wait until it is online."""
    online = asyncio.Event()

    def listen(event: object) -> None:
        if isinstance(event, StatusChanged) and event.status is LineStatus.ONLINE:
            online.set()

    line.subscribe(listen)
    line.start()
    async with asyncio.timeout(10):
        await online.wait()


async def measure_ours(port: str) -> dict[str, float]:
    """Measure our line."""
    connects = []
    for _ in range(CONNECTIONS):
        line = Line(port, name="benchmark")
        begun = time.perf_counter()
        await _online(line)
        connects.append(time.perf_counter() - begun)
        await line.stop()
    line = Line(port, name="benchmark")
    await _online(line)
    queries = []
    for number in range(QUERIES):
        begun = time.perf_counter()
        await line.send(general.QueryActualLevel(GearShort(number % GEAR)), priority=Priority.USER)
        queries.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    for number in range(COMMANDS):
        await line.send(general.DAPC(GearShort(number % GEAR), 100 + number % 100), priority=Priority.USER)
    commands = time.perf_counter() - begun
    await line.stop()
    line = Line(port, name="benchmark", gear=[Gear(address=address) for address in range(GEAR)])
    await _online(line)
    # The levels of all gear are read first, which takes some seven seconds: that is not idling.
    await asyncio.sleep(12)
    process = psutil.Process()
    process.cpu_percent()
    await asyncio.sleep(IDLE_SECONDS)
    idle = process.cpu_percent()
    memory = process.memory_info().rss / 2**20
    await line.stop()
    return {
        "connect_ms": statistics.median(connects) * 1000,
        "query_ms_p50": statistics.median(queries) * 1000,
        "dapc_per_s": COMMANDS / commands,
        "idle_cpu_percent": idle,
        "rss_mb": memory,
    }


async def measure_python_dali(port: str) -> dict[str, float]:
    """Measure python-dali's driver, which has no supervisor, no known state and no close()."""
    connects = []
    for _ in range(CONNECTIONS):
        driver = DriverLubaRs232(f"luba232:{port}")
        begun = time.perf_counter()
        await driver.connect()
        connects.append(time.perf_counter() - begun)
        await _close(driver)
    driver = DriverLubaRs232(f"luba232:{port}")
    await driver.connect()
    queries = []
    for number in range(QUERIES):
        begun = time.perf_counter()
        await driver.send(general.QueryActualLevel(GearShort(number % GEAR)), priority=2)
        queries.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    await asyncio.gather(*(driver.send(general.DAPC(GearShort(one), 77), priority=2) for one in range(GEAR)))
    same_level = time.perf_counter() - begun
    begun = time.perf_counter()
    for address in range(GEAR):
        await driver.send(SetDT8ColourValueTc(GearShort(address), WARM), priority=2)
        await driver.send(general.DAPC(GearShort(address), 10 + 3 * address), priority=2)
    colour = time.perf_counter() - begun
    begun = time.perf_counter()
    for number in range(COMMANDS):
        await driver.send(general.DAPC(GearShort(number % GEAR), 100 + number % 100), priority=2)
    commands = time.perf_counter() - begun
    process = psutil.Process()
    process.cpu_percent()
    await asyncio.sleep(IDLE_SECONDS)
    idle = process.cpu_percent()
    memory = process.memory_info().rss / 2**20
    await _close(driver)
    return {
        "connect_ms": statistics.median(connects) * 1000,
        "query_ms_p50": statistics.median(queries) * 1000,
        "dapc_per_s": COMMANDS / commands,
        "idle_cpu_percent": idle,
        "rss_mb": memory,
        "same_level_64_seconds": same_level,
        "tc_and_level_64_seconds": colour,
    }


async def _close(driver: DriverLubaRs232) -> None:
    transport = driver._transport  # noqa: SLF001  # it has no other way to be closed
    if transport is not None:
        transport.close()
    # The port is closed in a thread; a new connection before that would find it busy.
    await asyncio.sleep(0.2)
