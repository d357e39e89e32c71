"""People on the command line: added, listed, given tokens."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from garde.cli import app

RUN = CliRunner()


def test_somebody_is_added_listed_and_given_a_token(tmp_path: Path) -> None:
    store = ["--store", f"sqlite:///{tmp_path / 'garde.db'}"]
    made = RUN.invoke(app, ["people", "add", "k.morel", "--name", "K. Morel", "--role", "clinical", *store])
    assert made.exit_code == 0, made.stderr
    assert "k.morel" in RUN.invoke(app, ["people", "list", *store]).stdout
    token = RUN.invoke(app, ["people", "token", "k.morel", "--right", "risk.read", *store])
    assert token.exit_code == 0 and len(token.stdout.strip()) > 20
    beyond = RUN.invoke(app, ["people", "token", "k.morel", "--right", "people.manage", *store])
    assert beyond.exit_code == 1 and "people.manage" in beyond.stderr
