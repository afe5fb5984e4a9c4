"""The file that gets every frame of a simulated line."""

import json
import logging
import os
from pathlib import Path
import threading

import pytest

from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame, FrameKind
from custom_components.smart_lighting_ai_dali.simulator.log_file import LogFile
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from tests.told import told_once

from .line_bench import FLEET, PATIENCE, SPEED, open_files, until

FRAME = Frame(number=1, time=1.0, kind=FrameKind.FORWARD, bits=16, data=0xFE00, source="adapter")


def test_each_frame_is_a_line_behind_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("before\n")
    log = LogFile(path)
    log.write(FRAME)
    before, line = path.read_text().splitlines()
    assert (before, json.loads(line)) == ("before", FRAME.as_dict())
    log.close()
    log.write(FRAME)
    log.close()
    assert len(path.read_text().splitlines()) == 2


def test_a_full_disk_is_told_once_and_the_line_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = open_files()
    line = SimulatedLine(FLEET, link=tmp_path / "line", log=Path("/dev/full"), speed=SPEED)
    line.start()
    for _ in range(2):
        line.call(lambda simulation: simulation.foreign_frame(16, 0x0190))
    until(lambda: line.call(lambda simulation: len(simulation.log.frames())) == 4)
    line.stop()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        (
            "frame_log=failed detail='[Errno 28] No space left on device' path='/dev/full'"
            " hint='no more frames are written to it'"
        )
    ]
    told_once(caplog, "simulator", "frame_log=failed")
    assert open_files() == before


@pytest.mark.parametrize("has_reader", [False, True])
def test_a_named_pipe_is_refused_at_once(tmp_path: Path, has_reader: bool) -> None:  # noqa: FBT001
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK) if has_reader else None
    before, threads = open_files(), threading.active_count()
    with pytest.raises(OSError, match="pipe"):
        SimulatedLine(FLEET, link=tmp_path / "line", log=path).start(patience=PATIENCE)
    assert (open_files(), threading.active_count()) == (before, threads)
    if reader is not None:
        os.close(reader)


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        LogFile(tmp_path)
