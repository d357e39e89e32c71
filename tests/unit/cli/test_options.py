"""How a verb ends: with its result, or one line and an exit code."""

from __future__ import annotations

import pytest
import typer

from garde.cli.options import done, recorded
from garde.errors import Missing


def test_a_named_failure_is_one_line_and_1(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise Missing("device.unknown", "No device answers", hint="List them")

    with pytest.raises(typer.Exit) as end:
        done(fails)
    assert end.value.exit_code == 1
    assert capsys.readouterr().err.startswith("garde: No device answers")


def test_a_reader_that_went_away_is_no_failure() -> None:
    def broken() -> None:
        raise BrokenPipeError

    with pytest.raises(typer.Exit) as end:
        done(broken)
    assert end.value.exit_code == 0


def test_the_record_is_given_to_the_work(tmp_path: object) -> None:
    assert recorded(lambda record: record.verify(print), f"sqlite:///{tmp_path}/garde.db", None) == []
