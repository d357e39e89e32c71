from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from garde.wire import native
from garde.wire.jit import Compiled, compiled

#: Calls the walker and the kernel with a capture of one packet, and says whether numba was needed for it.
PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from garde.capture import pcap
from garde.wire.block import Block, table
from garde.wire.track import Tracker
frame = bytes.fromhex("ffffffffffff 020000000001 0806 0001080006040001 020000000001 0a000001 000000000000 0a000002")
record = bytes(8) + len(frame).to_bytes(4, "little") * 2 + frame
data, out = np.frombuffer(bytearray(record), np.uint8), table()
print(pcap.walk(data, 0, len(data), False, 1000, 16, 1, out))
tracker = Tracker()
print(len(tracker.feed(Block(data, out[:1]))), tracker.stats.flows, "numba" in sys.modules)
"""


def sum_of(rows: Any, octets: Any, start: int, twice: bool) -> int:
    total = start
    for i in range(rows.shape[0]):
        for k in range(rows.shape[1]):
            total += rows[i, k]
    for i in range(octets.shape[0]):
        total += octets[i]
    return total * 2 if twice else total


def ends_of(rows: Any) -> tuple[int, int]:
    return rows[0], rows[rows.shape[0] - 1]


def clear(rows: Any) -> None:
    for i in range(rows.shape[0]):
        rows[i] = 0


def half(number: int) -> float:
    return number / 2


def noted(function: Callable[..., Any], *args: Any) -> Any:
    run = native.make(function, native.kinds(args))
    assert run is not None
    return run(*args)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(native, "_folders", lambda function: iter([tmp_path]))
    return tmp_path


def test_arguments_and_results_pass_as_they_are() -> None:
    rows, octets = np.arange(6, dtype=np.int64).reshape(2, 3), np.full(4, 200, np.uint8)
    assert noted(sum_of, rows, octets, -5, False) == 15 + 800 - 5
    assert noted(sum_of, rows, octets, -5, True) == 2 * (15 + 800 - 5)
    assert noted(ends_of, np.array([-7, 1, 1 << 62])) == (-7, 1 << 62)
    line = np.arange(5)
    assert noted(clear, line) is None and line.tolist() == [0] * 5


def test_kinds_tell_what_can_be_passed_on() -> None:
    rows = np.zeros((4, 2), np.int64)
    assert native.kinds((rows, np.zeros(3, np.uint8), 4, True)) == "i8:2 u1:1 q ?"
    frozen = np.frombuffer(b"abc", np.uint8)
    for strange in (rows[:, 0], frozen, np.uint8(3), 1.5, "text", np.zeros(2, np.float64)):
        assert native.kinds((4, strange)) == ""


def test_what_was_kept_is_found_again_and_what_is_not_whole_is_not(here: Path) -> None:
    assert native.find(ends_of, "i8:1") is None
    assert native.make(ends_of, "i8:1") is not None
    (kept,) = here.iterdir()
    found = native.find(ends_of, "i8:1")
    assert found is not None and found(np.array([3, 4])) == (3, 4)
    assert native.find(ends_of, "u1:1") is None

    whole = kept.read_bytes()
    for broken in (whole[:-1], whole[:200], b"", b"x" + whole[1:], whole[:-9] + b"?" + whole[-8:]):
        kept.write_bytes(broken)
        assert native.find(ends_of, "i8:1") is None


def test_other_sources_are_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    native.make(ends_of, "i8:1")
    monkeypatch.setattr(native, "_world", lambda: b"another processor")
    assert native.find(ends_of, "i8:1") is None


def test_what_is_no_whole_number_is_left_to_numba(here: Path) -> None:
    assert native.make(half, "q") is None and list(here.iterdir()) == []
    assert compiled(half)(3) == 1.5


def test_a_folder_that_takes_nothing_is_no_failure(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = here / "file"
    blocked.write_bytes(b"")
    monkeypatch.setattr(native, "_folders", lambda function: iter([blocked / "below"]))
    run = native.make(ends_of, "i8:1")
    assert run is not None and run(np.array([1, 2])) == (1, 2)


def test_names_from_elsewhere_are_read_from_the_object_file(here: Path) -> None:
    native.make(ends_of, "i8:1")
    (kept,) = here.iterdir()
    binary = kept.read_bytes().split(b"\n", 3)[3]
    assert native.undefined(binary) <= {native.FREE, "memcpy", "memset"}
    with pytest.raises(ValueError, match="ELF"):
        native.undefined(b"MZ" + bytes(100))


def test_the_second_process_needs_no_numba() -> None:
    said = [
        subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True).stdout.split("\n")
        for _ in range(2)
    ]
    assert said[0][0] == said[1][0] == "(58, 1, 0)"
    assert said[1][1] == "1 1 False"


def test_one_compiled_function_may_call_another() -> None:
    assert isinstance(_outer, Compiled)
    assert _outer(20) == 41


@compiled
def _inner(number: int) -> int:
    return 2 * number


@compiled
def _outer(number: int) -> int:
    return _inner(number) + 1
