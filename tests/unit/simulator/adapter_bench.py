"""A simulated adapter between a host that is the test and a line with plain gear, on a virtual clock."""

from functools import reduce
from operator import xor

from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame
from custom_components.smart_lighting_ai_dali.simulator.luba import AdapterIdentity, LubaAdapter
from custom_components.smart_lighting_ai_dali.simulator.scheduler import VirtualScheduler
from custom_components.smart_lighting_ai_dali.simulator.wire import Transmission, Wire

from .plain_gear import PlainGear, seeded

USER = 2


def luba(command: int, *payload: int) -> bytes:
    """Return a message, made here and not by the simulator."""
    body = bytes((command, len(payload), *payload))
    return b"Y" + body + bytes((reduce(xor, body),))


def messages(data: bytes) -> list[tuple[int, bytes]]:
    """Return the commands and payloads of a stream that has to be free of anything else."""
    found = []
    while data:
        length = data[2]
        assert data[: length + 4] == luba(data[1], *data[3 : length + 3])
        found.append((data[1], data[3 : length + 3]))
        data = data[length + 4 :]
    return found


class Bench:
    """An adapter between a host that is this test and a line with gear."""

    def __init__(self, *gear: PlainGear, switchable_supply: bool = False) -> None:
        self.clock = VirtualScheduler()
        self.wire = Wire(self.clock, gear, seeded())
        self.said = bytearray()
        self.adapter = LubaAdapter(
            self.clock,
            self.wire,
            write=self.said.extend,
            supply=lambda *, on: self.wire.set_power(present=on),
            identity=AdapterIdentity(serial=4711, switchable_supply=switchable_supply),
        )

    def tell(self, data: bytes) -> list[tuple[int, bytes]]:
        """Send bytes to the adapter and return its messages."""
        self.adapter.receive(data, self.clock.now())
        return self.hear()

    def hear(self, seconds: float = 0.0) -> list[tuple[int, bytes]]:
        """Let time pass and return the adapter's messages."""
        self.clock.run_for(seconds)
        said = bytes(self.said)
        self.said.clear()
        return messages(said)

    def ask(self, command: int, *payload: int) -> bytes | None:
        """Send a command and return the payload of its reply."""
        replies = self.tell(luba(command, *payload))
        assert [number for number, _ in replies] in ([], [command + 1])
        return replies[0][1] if replies else None

    def send(self, *data: int, mode: int = USER) -> bytes:
        """Have a frame sent and return the reply's payload."""
        reply = self.ask(0x32, 0, 8 * len(data), mode, *data, *[0] * (4 - len(data)))
        assert reply is not None
        return reply

    def foreign(self, bits: int, data: int, *, twice: bool = False) -> None:
        """Let another master send a frame."""
        self.wire.send(Transmission(bits=bits, data=data, priority=Priority.USER, source="foreign", twice=twice))

    def frames(self) -> list[Frame]:
        """Return what was on the wire."""
        return self.wire.log.frames()
