"""What is written stays what was written: a row that was changed, left out, added or torn is told apart."""

from collections.abc import Callable
import json
from pathlib import Path
import resource
from typing import Any, Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.audit_file import AuditFile, Head, Row

KEY: Final = b"k" * 32
NOW: Final = "2026-11-28T12:00:00.000+00:00"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file is."""
    return tmp_path / "private" / "the.audit"


def opened(path: Path, head: Head | None = None) -> AuditFile:
    """Return the file as after a start."""
    return AuditFile(path, KEY, head or Head())


def begun(call: int, time: str = NOW) -> Row:
    """Return the row with which a call begins."""
    return {"kind": "started", "time": time, "call": f"c{call}", "action": "scan_line", "user": "u", "digest": "d"}


def ended(call: int, time: str = NOW) -> Row:
    """Return the row with which it ends."""
    return {"kind": "finished", "time": time, "call": f"c{call}", "action": "scan_line", "user": "u", "outcome": "ok"}


def filled(path: Path, calls: int = 4) -> AuditFile:
    """Return a file with calls."""
    file = opened(path)
    for call in range(calls):
        file.append([begun(call)], NOW)
        file.append([ended(call)], NOW)
    return file


def change(path: Path, of: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change lines behind its back."""
    path.write_bytes(b"".join(of(path.read_bytes().splitlines(keepends=True))))


def test_only_its_owner_can_read_it(path: Path) -> None:
    filled(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_written_is_read_after_a_start(path: Path) -> None:
    head = filled(path).head
    file = opened(path, head)
    reading = file.read()
    assert [row["kind"] for row in reading.rows] == ["opened", *["started", "finished"] * 4]
    assert [row["seq"] for row in reading.rows] == list(range(1, 10))
    assert not reading.broken
    file.append([begun(9)], NOW)
    assert not file.read().broken
    assert file.head.seq == 11


def test_digests_need_the_key(path: Path) -> None:
    filled(path, 1)
    other = path.with_name("other")
    AuditFile(other, b"o" * 32, Head()).append([begun(0)], NOW)
    digests = [json.loads(one.read_bytes().splitlines()[1])["digest"] for one in (path, other)]
    assert digests[0] != digests[1] != "d"


@pytest.mark.parametrize("row", range(9))
@pytest.mark.parametrize("field", ["user", "time", "outcome", "seq", "call"])
def test_an_edited_row_is_found(path: Path, row: int, field: str) -> None:
    head = filled(path).head

    def edit(lines: list[bytes]) -> list[bytes]:
        data = json.loads(lines[row])
        data[field] = 99 if field == "seq" else "another"
        return [*lines[:row], json.dumps(data).encode() + b"\n", *lines[row + 1 :]]

    change(path, edit)
    assert opened(path, head).read().broken


@pytest.mark.parametrize("row", range(9))
def test_a_deleted_row_is_found(path: Path, row: int) -> None:
    head = filled(path).head
    change(path, lambda lines: lines[:row] + lines[row + 1 :])
    file = opened(path, head)
    assert [one["reason"] for one in file.read().broken] == ["missing"]
    # And stays found, whatever comes after it.
    file.append([begun(7), ended(7)], NOW)
    assert opened(path, file.head).read().broken


def test_rows_that_change_places_or_are_there_twice_are_found(path: Path) -> None:
    head = filled(path).head
    whole = path.read_bytes()
    change(path, lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]])
    assert opened(path, head).read().broken
    path.write_bytes(whole)
    change(path, lambda lines: [*lines[:3], lines[2], *lines[3:]])
    assert opened(path, head).read().broken


def test_a_row_of_somebody_elses_is_found(path: Path) -> None:
    head = filled(path).head
    AuditFile(path, b"x" * 32, head).append([begun(8)], NOW)
    assert {one["reason"] for one in opened(path, head).read().broken} == {"other_key"}


def test_rows_that_are_gone_with_the_file_are_found(path: Path) -> None:
    head = filled(path).head
    path.unlink()
    assert [one["reason"] for one in opened(path, head).read().broken] == ["missing"]


def test_a_call_that_a_stop_interrupted_gets_its_end_once(path: Path) -> None:
    file = filled(path, 2)
    file.append([begun(7)], NOW)
    after = opened(path, file.head)
    assert after.append([], NOW).interrupted == 1
    last = after.read().rows[-1]
    assert (last["call"], last["outcome"]) == ("c7", "interrupted")
    assert opened(path, after.head).append([], NOW).interrupted == 0


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_kill_at_any_byte_is_tolerated_and_told(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("killed") / "the.audit"
    file = filled(path, 2)
    before, size = file.head, path.stat().st_size
    file.append([begun(7)], NOW)
    cut = data.draw(st.integers(size, path.stat().st_size), label="cut")
    path.write_bytes(path.read_bytes()[:cut])
    after = opened(path, before)
    assert not after.read().broken
    found = after.append([begun(8), ended(8)], NOW)
    # All but the end of its line is a row already.
    whole = cut >= path.stat().st_size or not found.torn > 0
    assert whole or found.torn == cut - size
    reading = opened(path, after.head).read()
    assert not reading.broken
    assert [row for row in reading.rows if row.get("call") == "c8"]


def test_a_line_of_nonsense_is_found(path: Path) -> None:
    head = filled(path).head
    for nonsense in (b"{}\n", b"[]\n", b"\xff\xfe\n", b"\n", b'{"seq":3}\n', b"[" * 5000 + b"\n"):
        whole = path.read_bytes()
        change(path, lambda lines, more=nonsense: [*lines[:5], more, *lines[5:]])  # type: ignore[misc]
        assert opened(path, head).read().broken or nonsense == b"\n"
        path.write_bytes(whole)


def test_a_full_disk_loses_no_row_that_was_written(path: Path) -> None:
    file = filled(path)
    size = path.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            file.append([begun(7)], NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.stat().st_size == size + 100
    assert file.append([begun(7), ended(7)], NOW).torn == 100
    reading = opened(path, file.head).read()
    assert not reading.broken
    assert len([row for row in reading.rows if row.get("call") == "c7"]) == 2


def test_old_rows_are_forgotten_and_the_chain_still_holds(path: Path) -> None:
    file = opened(path)
    times = [f"2026-0{month}-01T00:00:00.000+00:00" for month in range(1, 9)]
    for call, time in enumerate(times):
        file.append([begun(call, time), ended(call, time)], time)
    assert file.prune(times[5], NOW) == 11
    assert file.prune(times[5], NOW) == 0
    reading = opened(path, file.head).read()
    assert not reading.broken
    assert [row["kind"] for row in reading.rows] == ["pruned", *["started", "finished"] * 3]
    file.append([begun(8, NOW), ended(8, NOW)], NOW)
    assert file.prune(times[7], NOW) == 5
    assert not opened(path, file.head).read().broken
    change(path, lambda lines: lines[:1] + lines[2:])
    assert opened(path, file.head).read().broken


def test_of_too_many_rows_the_oldest_are_forgotten(path: Path) -> None:
    file = filled(path, 50)
    file.prune("", NOW, 5000)
    assert path.stat().st_size < 6000
    reading = opened(path, file.head).read()
    assert not reading.broken
    assert reading.rows[-1]["call"] == "c49"


def test_all_rows_may_be_forgotten(path: Path) -> None:
    file = filled(path)
    assert file.prune("9999", NOW) == 9
    reading = opened(path, file.head).read()
    assert not reading.broken
    file.append([begun(8)], NOW)
    assert not opened(path, file.head).read().broken


def test_nothing_to_forget_is_nothing_done(path: Path) -> None:
    assert opened(path).prune(NOW, NOW) == 0


@given(
    rows=st.lists(
        st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.text() | st.integers(), st.lists)),
        max_size=5,
    )
)
def test_a_file_of_anything_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("odd") / "the.audit"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    file = opened(path)
    file.read()
    file.append([begun(1)], NOW)
    assert file.read().rows[-1]["call"] == "c1"
