"""What could not be sent, on the command line."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from garde.cli import app

RUN = CliRunner()


def test_what_is_dead_is_listed_and_only_that_is_sent_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    assert RUN.invoke(app, ["notify", "dead", "--store", url]).stdout.startswith("ID")
    assert RUN.invoke(app, ["notify", "dead", "n-1", "--retry", "--store", url]).exit_code == 1
    assert RUN.invoke(app, ["notify", "dead", "--retry", "--drop", "--store", url]).exit_code == 2
    assert RUN.invoke(app, ["notify", "test", "oncall"]).exit_code == 1
