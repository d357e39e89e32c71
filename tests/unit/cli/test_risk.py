"""Risk on the command line: limits that are none are refused by name."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from garde.cli import app

RUN = CliRunner()


def test_an_empty_hospital_has_an_empty_plan(tmp_path: Path) -> None:
    store = ["--store", f"sqlite:///{tmp_path / 'garde.db'}"]
    done = RUN.invoke(app, ["risk", "plan", "--budget", "1000", "--hours", "10", "--format", "json", *store])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["packages"] == []
    wrong = RUN.invoke(app, ["risk", "plan", "--budget", "1000", "--hours", "ten", *store])
    assert wrong.exit_code == 1 and "plan.hours" in wrong.stderr
