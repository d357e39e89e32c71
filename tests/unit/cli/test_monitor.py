"""garde forecast and garde probe, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from garde.cli import app
from tests.hostile import hostile

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


def test_a_probe_says_how_it_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with hostile("hang") as port:
        words = ["probe", "127.0.0.1", "--port", str(port), "--timeout", "0.3"]
        up = RUN.invoke(app, [*words, "--with", "tcp", "--format", "json"])
        down = RUN.invoke(app, [*words, "--with", "hl7", "--set", "receiver=EAI"])
    assert (up.exit_code, json.loads(up.stdout)["state"]) == (0, "up")
    assert down.exit_code == 3 and down.stdout.startswith(f"DOWN  hl7  127.0.0.1 port {port}")
    wrong = RUN.invoke(app, ["probe", "127.0.0.1", "--with", "hl8"])
    assert wrong.exit_code == 1 and "dicom-echo" in wrong.stderr
