"""The press: a document or an error with its name, whatever the process does."""

from __future__ import annotations

import json

import pytest

from garde.errors import Malformed, Unreachable
from garde.report.press import main, press


def test_data_without_what_the_template_needs_is_refused() -> None:
    with pytest.raises(Malformed, match=r"paper\.refused"):
        press("board.typ", "{}", at=0, seconds=60)


def test_too_slow_is_said() -> None:
    with pytest.raises(Unreachable, match=r"paper\.slow"):
        press("board.typ", json.dumps({}), at=0, seconds=0.001)


def test_a_template_that_is_not_there_is_refused() -> None:
    with pytest.raises((Malformed, Unreachable)):
        press("nothing.typ", "{}", at=0, seconds=60)


def test_the_process_says_why_on_its_error_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Input:
        class buffer:
            @staticmethod
            def read() -> bytes:
                return b"{}"

    monkeypatch.setattr("sys.stdin", Input)
    assert main("board.typ", "0") == 3
    assert capsys.readouterr().err
