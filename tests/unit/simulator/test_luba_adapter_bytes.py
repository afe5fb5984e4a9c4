"""The simulated adapter finds the messages in whatever bytes come."""

import random

import pytest

from .adapter_bench import Bench, luba

INFO = luba(0x20, 0)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\x13",
        b"Y",
        b"YY",
        b"Y\x32\x03Y",
        b"Y\x32\xff\x00",
        b"Y\x20\x01\x00\x00",
        INFO[:-1] + b"\x00",
        b"Y\x2c\x17",
    ],
)
def test_it_finds_the_next_message_after_garbage(garbage: bytes) -> None:
    bench = Bench()
    said = bench.tell(garbage + INFO)
    if not said:
        # The garbage looked like the beginning of something longer, until that became too old.
        bench.clock.run_for(0.2)
        said = bench.tell(INFO)
    assert [command for command, _ in said] == [0x21]


def test_messages_may_come_in_pieces_and_together() -> None:
    bench = Bench()
    said = []
    for byte in INFO * 3:
        said += bench.tell(bytes((byte,)))
    said += bench.tell(INFO * 3)
    assert [command for command, _ in said] == [0x21] * 6


def test_no_bytes_at_all_make_it_deaf() -> None:
    chance = random.Random(7)
    bench = Bench()
    alphabet = [*b"Y" * 40, *range(256)]
    for _ in range(2000):
        bench.adapter.receive(bytes(chance.choices(alphabet, k=chance.randrange(40))), bench.clock.now())
    bench.clock.run_for(10.0)
    bench.said.clear()
    assert [command for command, _ in bench.tell(INFO)] == [0x21]
