"""garde radius, as it is typed: a decision with its rule, and a file that nobody signed."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from garde.cli import app

RUN = CliRunner()
ASKED = ["radius", "decide", "--mac", "00-09-FB-12-34-56", "--nas", "core-1"]


def test_a_decision_names_its_rule(tmp_path: Path) -> None:
    store = ["--store", f"sqlite:///{tmp_path / 'garde.db'}"]
    said = RUN.invoke(app, [*ASKED, *store])
    assert said.exit_code == 0, said.stderr
    assert "Z8" in said.stdout and "unknown" in said.stdout
    told = json.loads(RUN.invoke(app, [*ASKED, "--format", "json", *store]).stdout)
    assert told["rank"] == "unknown" and told["zone"] == "Z8"
    wrong = RUN.invoke(app, ["radius", "decide", "--mac", "bed 12", "--nas", "core-1", *store])
    assert wrong.exit_code == 1 and "MAC" in wrong.stderr


def test_a_folder_without_a_signed_file(tmp_path: Path) -> None:
    assert RUN.invoke(app, ["radius", "cache", "verify", str(tmp_path)]).exit_code != 0
