"""A simulated line has the adapter that its fleet says, and where wanted a network port to it."""

from collections.abc import Iterator
from pathlib import Path
import socket

import pytest

from custom_components.smart_lighting_ai_dali.simulator.adapters import AdapterKind
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet, FleetError
from custom_components.smart_lighting_ai_dali.simulator.host_port import MAX_UNSENT
from custom_components.smart_lighting_ai_dali.simulator.sevenlab import BANNER
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize("kind", list(AdapterKind))
def test_a_fleet_chooses_its_adapter(kind: AdapterKind) -> None:
    assert Fleet.parse(f"name: X\ngear: []\nadapter: {kind}").adapter is kind


def test_without_a_choice_it_is_luba() -> None:
    assert Fleet.parse("name: X\ngear: []").adapter is AdapterKind.LUBA


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("adapter: dali2mqtt", "line 3, adapter: dali2mqtt is not allowed; luba or sevenlab or foxtron"),
        (
            "power_supply: adapter\nadapter: foxtron",
            "line 3, power_supply: a foxtron adapter has none that can be switched",
        ),
    ],
)
def test_a_choice_that_can_not_be_is_explained(lines: str, problem: str) -> None:
    with pytest.raises(FleetError) as caught:
        Fleet.parse(f"name: X\ngear: []\n{lines}")
    assert caught.value.problems == (problem,)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[SimulatedLine]:
    """Return a line with a SevenLab adapter and a network port."""
    line = SimulatedLine(
        Fleet(name="test", gear=(), adapter=AdapterKind.SEVENLAB), link=tmp_path / "line", tcp=0, speed=16.0
    )
    line.start()
    yield line
    line.stop()


def address(line: SimulatedLine) -> tuple[str, int]:
    """Return where the line's network port is."""
    url: str = line.call(lambda simulation: simulation.network.url if simulation.network else "")
    host, port = url.removeprefix("socket://").split(":")
    return host, int(port)


def connect(line: SimulatedLine) -> socket.socket:
    """Return a connection to the line's network port."""
    return socket.create_connection(address(line), timeout=5)


def answer(host: socket.socket, length: int = len(BANNER)) -> bytes:
    """Return what the adapter says, until it has said so much."""
    said = b""
    while len(said) < length and (piece := host.recv(length - len(said))):
        said += piece
    return said


def test_the_network_port_leads_to_the_adapter(line: SimulatedLine) -> None:
    with connect(line) as host:
        host.sendall(b"?")
        assert answer(host) == BANNER


def test_one_program_at_a_time_is_connected(line: SimulatedLine) -> None:
    with connect(line) as first:
        first.sendall(b"?")
        assert answer(first) == BANNER
        with connect(line) as second:
            assert second.recv(1) == b""
    # Once the adapter's side has seen the first one go.
    line.call(lambda _: None)
    with connect(line) as third:
        third.sendall(b"?")
        assert answer(third) == BANNER


def test_unplugged_it_hangs_up_and_comes_back_under_its_number(line: SimulatedLine) -> None:
    before = address(line)
    with connect(line) as host:
        host.sendall(b"?")
        assert answer(host) == BANNER
        line.call(lambda simulation: simulation.unplug())
        assert host.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(line)
    line.call(lambda simulation: simulation.replug())
    assert address(line) == before
    with connect(line) as host:
        host.sendall(b"?")
        assert answer(host) == BANNER


def test_deaf_it_says_nothing_and_stalled_it_reads_nothing(line: SimulatedLine) -> None:
    with connect(line) as host:
        host.settimeout(0.1)
        line.call(lambda simulation: simulation.adapter_deaf(deaf=True))
        host.sendall(b"?")
        with pytest.raises(TimeoutError):
            host.recv(1)
        line.call(lambda simulation: simulation.adapter_deaf(deaf=False))
        line.call(lambda simulation: simulation.adapter_stalled(stalled=True))
        host.sendall(b"?")
        with pytest.raises(TimeoutError):
            host.recv(1)
        line.call(lambda simulation: simulation.adapter_stalled(stalled=False))
        host.settimeout(5)
        assert answer(host) == BANNER


def test_what_a_program_does_not_read_is_kept_so_long_as_there_is_room(line: SimulatedLine) -> None:
    with connect(line) as host:
        host.sendall(b"?")
        assert answer(host) == BANNER
        size = 8_000_000

        def say_more_than_there_is_room_for(simulation: Simulation) -> None:
            assert simulation.network is not None
            for piece in (b"a" * size, b"b" * MAX_UNSENT, b"c"):
                simulation.network.write(piece)

        line.call(say_more_than_there_is_room_for)
        host.settimeout(0.3)
        said = b""
        try:
            while piece := host.recv(65_536):
                said += piece
        except TimeoutError:
            pass
        assert 0 < len(said) <= size + MAX_UNSENT + 1
        host.settimeout(5)
        host.sendall(b"?")
        assert answer(host) == BANNER
