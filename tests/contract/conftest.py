"""A simulated line behind a real serial port, for everything that talks to one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    DeviceSpecification,
    InstanceSpecification,
    InstanceType,
)
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .line_bench import Bench

type Build = Callable[..., SimulatedLine]


def lamp(address: int | None, **more: object) -> GearSpecification:
    """Return a gear with a short address and a number of its own."""
    details: dict[str, object] = {"name": f"Lamp {address}", "gtin": 4_000_000_000_001, "serial": 1000, **more}
    if address is not None:
        details["serial"] = 1000 + address if "serial" not in more else more["serial"]
    return GearSpecification(short_address=address, **details)  # type: ignore[arg-type]  # names are checked there


def panel(address: int | None, *kinds: InstanceType | InstanceSpecification, **more: Any) -> DeviceSpecification:
    """Return an input device with instances of these types, and a number of its own."""
    instances = (one if isinstance(one, InstanceSpecification) else InstanceSpecification(kind=one) for one in kinds)
    details: dict[str, Any] = {
        "name": f"Panel {address}",
        "gtin": 4_000_000_000_002,
        "serial": 2000 + (address or 0),
        "random_address": 0x5000 + (address or 0),
    }
    return DeviceSpecification(short_address=address, instances=tuple(instances), **details | more)


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Return what builds simulated lines; they end with the test."""
    lines: list[SimulatedLine] = []

    def start(
        *gear: GearSpecification, devices: Iterable[DeviceSpecification] = (), speed: float = 4.0, name: str = "line"
    ) -> SimulatedLine:
        fleet = Fleet(name="test", gear=gear, devices=tuple(devices))
        line = SimulatedLine(fleet, link=tmp_path / name, speed=speed)
        line.start()
        lines.append(line)
        return line

    yield start
    for line in lines:
        line.stop()


type Connect = Callable[..., Awaitable[Bench]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Return what starts a line on a simulated one and waits until it is online; it stops with the test."""
    benches: list[Bench] = []

    async def start(simulated: SimulatedLine, *, url: str | None = None, **more: Any) -> Bench:
        bench = Bench(Line(url or str(simulated.link), name="test", **more), simulated)
        benches.append(bench)
        bench.line.start()
        await bench.until_status(LineStatus.ONLINE)
        return bench

    yield start
    for bench in benches:
        await bench.line.stop()
