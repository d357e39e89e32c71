"""Every golden capture is read as its golden file says, and its generator writes the same octets again."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tests.captures.golden import lines

FOLDER = Path(__file__).parent
CAPTURES = sorted(FOLDER.glob("*/*.pcap"))
GENERATORS = sorted(FOLDER.glob("*/generate.py"))


def test_there_are_captures() -> None:
    assert CAPTURES
    assert {path.parent for path in CAPTURES} == {path.parent for path in GENERATORS}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_is_read_as_before(path: Path) -> None:
    assert lines(path) == path.with_suffix(".golden.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", GENERATORS, ids=lambda path: path.parent.name)
def test_a_generator_writes_the_same_capture(script: Path) -> None:
    captures = runpy.run_path(str(script))["CAPTURES"]
    assert {path.stem for path in script.parent.glob("*.pcap")} == set(captures)
    for name, capture in captures.items():
        assert capture.octets() == (script.parent / f"{name}.pcap").read_bytes(), name
