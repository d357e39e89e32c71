"""garde forecast, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from garde.cli import app

RUN = CliRunner()


def test_a_table_is_forecast(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("time,disk\n" + "".join(f"{hour * 3600},{60 + hour / 16}\n" for hour in range(400)), "utf-8")
    done = RUN.invoke(app, ["forecast", str(file), "--format", "json"])
    assert done.exit_code == 0 and json.loads(done.stdout)["series"][0]["told"]
    assert "Back-test" in done.stderr
    assert RUN.invoke(app, ["forecast", str(file), "--limit", "85"]).stdout.startswith("SERIES")
    wrong = RUN.invoke(app, ["forecast", str(tmp_path / "none.csv")])
    assert wrong.exit_code == 1 and "series.unreadable" in wrong.stderr
