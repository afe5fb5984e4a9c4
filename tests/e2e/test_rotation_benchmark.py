"""The benchmark of the rotation, in short: real files, real kills, and a disk on which no byte can be written."""

import json
from pathlib import Path
import subprocess
import sys

from benchmarks.home_assistant import in_home_assistant
from benchmarks.rotation.house import build, open_house


def test_nothing_is_unreadable_after_kills_and_on_a_full_disk() -> None:
    # In a process of its own: what it kills is forked by a server, to which tests may not speak.
    code = "import json; from benchmarks import rotation; print(json.dumps(rotation.run(kills=2)[1]))"
    command, root = [sys.executable, "-c", code], Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=900)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["kills"] == 2
    assert figures["unreadable"] == 0
    assert figures["unreadable_full_disk"] == 0
    assert figures["rotate_1000_ms"] > 0


def test_what_is_unreadable_is_counted(tmp_path: Path) -> None:
    async def furnish() -> int:
        await build(str(tmp_path))
        async with open_house(str(tmp_path)) as house:
            await house.furnish(3, 2)
            return house.unreadable(3, 2)

    async def count() -> int:
        async with open_house(str(tmp_path)) as house:
            return house.unreadable(3, 2)

    assert in_home_assistant(furnish()) == 0
    assert in_home_assistant(count()) == 0
    (ring,) = (tmp_path / ".storage").glob("*.keyring")
    assert ring.stat().st_mode & 0o077 == 0, "only its owner may read it"
    ring.unlink()
    assert in_home_assistant(count()) == 5
    assert not list((tmp_path / ".storage").glob("*.keyring")), "no key is made over what it can't open"
